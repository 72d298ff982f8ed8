"""Whether an answer fits. Everything is checked before anything is written; nothing is applied in part.

Pure. What it refuses becomes sentences that go back to the model in a repair request and, if that fails too,
to the expert. What is allowed and looks wrong (out of scope, Python that no longer compiles) is a doubt: told
to the model once, then to the expert, who decides. What the expert accepted is not guarded here: the ledger
compares and says so.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from workbench.generation.contract import Block, Deletion, Edit, Move, NewFile, NoteAnswer, Parsed
from workbench.generation.edits import apply_edits
from workbench.generation.matching import Work
from workbench.review.rounds import Answer, Why
from workbench.review.scope import Scope
from workbench.review.sensitive import tier_of_path

MAX_FILE = 2_000_000
"""Bytes of one file that a model may write. A round of people's code has nothing near it."""
MAX_FILES = 500
MAX_BLOCKS = 5_000
"""Blocks of one answer: more than any model writes in one go. Beyond them nothing is looked at."""
MAX_LISTED = 20
"""Sentences about what is wrong. They all go into the next request, which is paid for."""
MAX_SENTENCE = 3_000
MAX_DEPTH = 100
"""Folders that a new file may lie in."""
MAX_ALL = 20_000_000
"""Bytes of all files of an answer together."""
MAX_WHY = 400
"""Characters of the reason of one edit, which is shown on one line."""
MAX_PYTHON = 500_000
"""Bytes of a file that is compiled: that takes half a second, in which nothing else of the program runs."""
MAX_BRACES = 20_000
"""Opening braces of such a file. An f-string of 200,000 took the compiler of Python 3.11 40 seconds."""


class Outcome(Struct, frozen=True):
    """What an answer that fits makes of the start tree.

    `files` holds the paths that differ from the start: their bytes, or None for a file that is gone.
    `moves` are (old path, new path); the new path is in `files`, and keeps the old one's mode.
    `doubts` are sentences about what is allowed and looks wrong, which the model is asked about; `told` are
    those for the expert alone. `remarks` is what stood outside the blocks. `beyond` are blocks on what was
    not given, of a round in which everything else is frozen.
    """

    files: Mapping[str, bytes | None] = field(default_factory=dict)
    whys: tuple[Why, ...] = ()
    answers: tuple[Answer, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    doubts: tuple[str, ...] = ()
    remarks: str = ""
    told: tuple[str, ...] = ()
    beyond: tuple[Block, ...] = ()


class Problems(Struct, frozen=True):
    """Why an answer does not fit, one sentence each."""

    found: tuple[str, ...]


def check(
    parsed: Parsed,
    files: Mapping[str, bytes],
    notes: Sequence[str],
    *,
    paths: Collection[str] = (),
    also: Collection[str] = (),
    scope: Scope | None = None,
    beyond: tuple[Block, ...] = (),
    work: Work | None = None,
) -> Outcome | Problems:
    """What the answer makes of `files`, the contents that the model was given, or what is wrong with it.

    `paths` are all paths of the start tree, also those that were not shown. Each id of `notes` needs
    exactly one answer; ids in `also` may have one. `scope` is what the task allows. `beyond` are the
    blocks that were set aside before. CheckCancelledError where `work` is cancelled in the middle.
    """
    work = work or Work()
    too_much = refused_unread(parsed)
    if too_much:
        return Problems((too_much,))
    problems = list(parsed.problems)
    if not parsed.complete:
        problems.append("The answer was cut: its end mark is missing.")
    if not parsed.blocks and not beyond:
        problems.append("The answer holds no block in the form of the contract.")
    tree = _Tree(files, paths, problems)
    _name_paths(parsed, tree)
    if not problems:
        _make(parsed, tree, work)
    answers = _answers(parsed, notes, also, problems)
    if problems:
        return Problems(listed(problems))
    changed = {path: data for path, data in tree.result.items() if files.get(path) != data}
    unread, syntax = _syntax(files, changed, work)
    return Outcome(
        files=changed,
        whys=tuple(tree.whys),
        answers=answers,
        moves=tuple((move.path, move.to) for move in parsed.blocks if isinstance(move, Move)),
        doubts=(*_scope_doubts(scope or Scope(), changed), *_case_doubts(tree.paths, changed), *syntax),
        remarks=parsed.remarks,
        told=(*_sensitive(changed), *unread),
        beyond=beyond,
    )


def listed(problems: Iterable[str]) -> tuple[str, ...]:
    """As many of the sentences as a model can be told at once, and how many more there are."""
    found = list(dict.fromkeys(problems))
    shown = [each if len(each) <= MAX_SENTENCE else f"{each[: MAX_SENTENCE - 1]}…" for each in found]
    if len(found) <= MAX_LISTED:
        return tuple(shown)
    return (*shown[:MAX_LISTED], f"And {len(found) - MAX_LISTED:,} more of this kind or another.")


def refused_unread(parsed: Parsed) -> str | None:
    """Why an answer is not looked at any further, however good it may be."""
    if len(parsed.blocks) > MAX_BLOCKS:
        return f"The answer holds more than {MAX_BLOCKS:,} blocks. Do less at once."
    files = [block for block in parsed.blocks if not isinstance(block, NoteAnswer)]
    touched = {block.path for block in files} | {block.to for block in files if isinstance(block, Move)}
    return f"The answer touches more than {MAX_FILES} files." if len(touched) > MAX_FILES else None


def _sensitive(changed: Collection[str]) -> Iterator[str]:
    for path in sorted(changed):
        tier = tier_of_path(path)
        if tier is not None:
            yield f"{write_safely(path)}: the model changed a sensitive file ({tier})."


class _Tree:
    """The files while an answer is put on them. `files` are those that the model could read."""

    def __init__(self, files: Mapping[str, bytes], paths: Collection[str], problems: list[str]) -> None:
        # Of a binary file the model was given the name alone, and it cannot judge what it has not seen.
        self.files = {path: data for path, data in files.items() if b"\0" not in data}
        self.paths = frozenset(paths) | frozenset(files)
        self.problems = problems
        self.result: dict[str, bytes | None] = {}
        self.whys: list[Why] = []
        self.made: set[str] = set()
        self._folders: set[str] | None = None

    def is_folder(self, path: str) -> bool:
        """Whether a file lies below this path, or will."""
        if self._folders is None:
            self._folders = set()
            for each in self.paths:
                self._add_folders(each)
        return path in self._folders

    def make(self, path: str) -> None:
        """A path that comes into being. It was looked at, and may have been refused."""
        self.made.add(path)
        if self._folders is not None and path.count("/") <= MAX_DEPTH:
            self._add_folders(path)

    def _add_folders(self, path: str) -> None:
        assert self._folders is not None
        folder = path.rpartition("/")[0]
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]


def _name_paths(parsed: Parsed, tree: _Tree) -> None:
    """Refuse paths that are not there, not shown, taken, spelled to escape, or named twice."""
    edited: set[str] = set()
    gone: list[str] = []
    for block in parsed.blocks:
        if isinstance(block, NewFile):
            # An empty file holds nothing that could be lost.
            if tree.files.get(block.path) != b"" or block.path in tree.made:
                _fresh(block.path, tree)
            tree.make(block.path)
        elif isinstance(block, Edit | Deletion | Move):
            if block.path not in tree.files:
                why = "was not given to you" if block.path in tree.paths else "does not exist"
                tree.problems.append(f"{write_safely(block.path)}: the file {why}.")
            elif isinstance(block, Edit):
                edited.add(block.path)
            else:
                gone.append(block.path)
        if isinstance(block, Move):
            _fresh(block.to, tree)
            tree.make(block.to)
    deleted = {block.path for block in parsed.blocks if isinstance(block, Deletion)}
    twice = sorted(path for path, times in Counter(gone).items() if times > 1)
    both = sorted(edited & tree.made)
    tree.problems += [f"{path}: it is edited and deleted in one answer." for path in sorted(edited & deleted)]
    tree.problems += [f"{path}: it is deleted or renamed twice." for path in twice]
    tree.problems += [f"{path}: it is edited and made new in one answer." for path in both]


def _fresh(path: str, tree: _Tree) -> None:
    """Refuse a path that may not come into being."""
    wrong = hostile(path)
    parts = path.split("/")
    if wrong is None and len(parts) > MAX_DEPTH:
        wrong = f"it would lie in more than {MAX_DEPTH} folders"
    if wrong:
        tree.problems.append(f"{write_safely(path)}: {wrong}.")
        return
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    if path in tree.paths or path in tree.made:
        tree.problems.append(f"{path}: the file exists. Change it with EDIT blocks.")
    elif any(folder in tree.paths or folder in tree.made for folder in above):
        tree.problems.append(f"{path}: a file stands where its folder would be.")
    elif tree.is_folder(path):
        tree.problems.append(f"{path}: a folder of that name exists.")


def hostile(path: str) -> str | None:
    """Why no file of this name may come into being, or None. Any spelling of `.git` counts as `.git`."""
    if not path or path.startswith("/") or path.endswith("/") or len(path) > 4000:
        return "this is not a path inside the repository"
    if "\\" in path or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in path):
        return "the name holds a backslash or a control character"
    for part in path.split("/"):
        visible = "".join(sign for sign in part if unicodedata.category(sign) != "Cf")
        plain = visible.split(":")[0].rstrip(". ").casefold()
        if part in ("", ".", ".."):
            return "this is not a path inside the repository"
        if plain in (".git", "git~1") or (len(visible) > 1 and visible[1] == ":"):
            return "git's own folder and drive names may not be written"
    return None


def write_safely(path: str) -> str:
    """A path for a sentence, with what cannot be seen spelled out."""
    return path if path.isprintable() else ascii(path)


def _make(parsed: Parsed, tree: _Tree, work: Work) -> None:
    """Put every block on the files. The paths were found good."""
    edits: dict[str, list[Edit]] = {}
    moves = {block.path: block for block in parsed.blocks if isinstance(block, Move)}
    for block in parsed.blocks:
        if isinstance(block, Edit):
            edits.setdefault(block.path, []).append(block)
        elif isinstance(block, NewFile):
            _make_new(block, tree)
        elif isinstance(block, Deletion):
            tree.result[block.path] = None
            tree.whys.append(Why(block.path, 0, 0, _short(block.why)))
        elif isinstance(block, Move):
            tree.result[block.path] = None
            tree.result[block.to] = tree.files[block.path]
            tree.whys.append(Why(block.to, 0, 0, _short(block.why)))
    for path, wanted in edits.items():
        applied = apply_edits(path, tree.files[path], wanted, work)
        if isinstance(applied, tuple):
            tree.problems.extend(applied)
            continue
        target = moves[path].to if path in moves else path
        tree.result[target] = applied.data
        pairs = zip(wanted, applied.spans, strict=True)
        tree.whys.extend(Why(target, start, count, _short(edit.why)) for edit, (start, count) in pairs)
    tree.problems.extend(
        f"{path}: the file would be larger than {MAX_FILE:,} bytes."
        for path, data in tree.result.items()
        if data is not None and len(data) > max(MAX_FILE, len(tree.files.get(path, b"")))
    )
    written = sum(len(data or b"") for path, data in tree.result.items() if data != tree.files.get(path))
    if written > max(MAX_ALL, sum(map(len, tree.files.values()))):
        tree.problems.append(f"The files of the answer are larger than {MAX_ALL:,} bytes together.")


def _short(why: str) -> str:
    return why if len(why) <= MAX_WHY else f"{why[: MAX_WHY - 1]}…"


def _make_new(block: NewFile, tree: _Tree) -> None:
    lines = block.lines
    fenced = len(lines) > 1 and lines[0].startswith("```") and lines[-1].strip() == "```"
    if fenced and not block.path.lower().endswith((".md", ".markdown", ".rst", ".txt")):
        tree.problems.append(f"{block.path}: the content is wrapped in a code fence. Give the bare lines.")
        return
    try:
        data = "".join(f"{line}\n" for line in lines).encode()
    except UnicodeEncodeError:
        tree.problems.append(f"{block.path}: the content holds half a character.")
        return
    tree.result[block.path] = data
    tree.whys.append(Why(block.path, 1 if lines else 0, len(lines), _short(block.why)))


def _answers(
    parsed: Parsed, notes: Sequence[str], also: Collection[str], problems: list[str]
) -> tuple[Answer, ...]:
    given: dict[str, Answer] = {}
    known = {*notes, *also}
    for block in parsed.blocks:
        if not isinstance(block, NoteAnswer):
            continue
        if block.note not in known:
            problems.append(f"Note {block.note}: there is no such note to answer.")
        elif block.note in given:
            problems.append(f"Note {block.note}: it is answered twice.")
        else:
            given[block.note] = Answer(block.note, block.kind, block.text)
    missing = [note for note in notes if note not in given]
    if missing and parsed.complete:
        problems.append(f"These notes have no answer: {', '.join(missing)}.")
    return tuple(given.values())


def _scope_doubts(scope: Scope, changed: Collection[str]) -> Iterator[str]:
    for path in sorted(changed):
        if not scope.holds(path):
            yield f"{write_safely(path)}: the task puts this file out of scope. Leave it as it was."


def _case_doubts(paths: Collection[str], changed: Mapping[str, bytes | None]) -> Iterator[str]:
    """New names that some file systems cannot tell from one that is there."""
    made = [path for path, data in changed.items() if data is not None and path not in paths]
    folded = {path.casefold(): path for path in paths if changed.get(path, b"") is not None} if made else {}
    for path in made:
        twin = folded.setdefault(path.casefold(), path)
        if twin != path:
            yield f"{path}: its name differs from that of {twin} in nothing but capitals."


def _syntax(
    before: Mapping[str, bytes], after: Mapping[str, bytes | None], work: Work
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Python that was not looked at because it is too large, and Python that could be read and cannot be now.

    The latter is a doubt, because our Python is not theirs.
    """
    unread: list[str] = []
    doubts: list[str] = []
    for path, data in after.items():
        if data is None or not path.endswith((".py", ".pyi")):
            continue
        work.go_on()
        if len(data) > MAX_PYTHON or data.count(b"{") > MAX_BRACES:
            unread.append(f"{path}: it is too large to be looked at as Python.")
            continue
        wrong = _python_error(data)
        old = before.get(path)
        if wrong and (old is None or _python_error(old) is None):
            doubts.append(f"{path}: {wrong}.")
    return tuple(unread), tuple(doubts)


def _python_error(data: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Compiled and thrown away, never run: this also finds a `return` that stands outside a function.
            compile(data, "answer", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"this is not valid Python, line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
