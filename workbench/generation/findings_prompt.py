"""What a second reader is told: the contract of findings, the task, the rules, the round with numbers.

Pure but for reading the prompt texts that ship with the program. It is not told what the expert has judged
or noted, nor what another reader found: it is asked for an opinion of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.assets import asset
from workbench.generation.blocks import Marks
from workbench.generation.contract import write_path
from workbench.generation.findings import BAR, complete_mark, marks_for
from workbench.generation.prompt import Message, rough_tokens, rule_line
from workbench.review.changes import FileChange, Run, Side
from workbench.review.text import decode

CONTEXT, _CLOSE = 20, 5
"""Unchanged lines that are shown on either side of what changed; where there is less room, so many."""


class Shown(Struct, frozen=True):
    """A file change that the reader is given, with the lines of both sides."""

    file: FileChange
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    around: int = CONTEXT
    """Unchanged lines that are shown on either side of what changed."""


class ReadingRequest(Struct, frozen=True):
    """What a reader is asked with. `unread`: (path, why) of the changes that it is not given."""

    task: str
    shown: tuple[Shown, ...]
    unread: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    """The house rules as (id, text)."""

    @property
    def lines(self) -> Mapping[tuple[str, Side], Sequence[bytes]]:
        """What a finding's place is verified against. The base's lines go by both of a moved file's names."""
        found: dict[tuple[str, Side], Sequence[bytes]] = {}
        for each in self.shown:
            found[each.file.path, Side.NEW] = each.new
            found[each.file.path, Side.OLD] = each.old
        return found


def packed(request: ReadingRequest, budget: int) -> ReadingRequest:
    """As many of its files, in their order, as come to `budget` tokens together; the others are `unread`.

    Counted as a round is, four bytes a token, so that the same round is always packed the same.
    """
    if _weight(request) <= budget:
        return request
    room = budget - _weight(replace(request, shown=()))
    shown: list[Shown] = []
    left: list[Shown] = []
    for each in request.shown:
        for tried in (each, replace(each, around=_CLOSE)):
            tokens = rough_tokens(f"\n\n{_section(tried)}")
            if tokens <= room:
                shown.append(tried)
                room -= tokens
                break
        else:
            left.append(each)
    while True:
        named = tuple((each.file.path, "does not fit") for each in left)
        found = replace(request, shown=tuple(shown), unread=(*request.unread, *named))
        if not shown or _weight(found) <= budget:
            return found
        # The names of what is left weigh something too.
        left.insert(0, shown.pop())


def _weight(request: ReadingRequest) -> int:
    return sum(rough_tokens(each.content) for each in build(request))


def build(request: ReadingRequest) -> tuple[Message, ...]:
    """The messages of the first call: the contract, then all the rest in one, with the task on top."""
    system = _filled("findings.md", marks_of(request)).partition("\n")[2]
    parts = [f"# Task\n\n{request.task.strip() or 'No task was written. Judge the changes by themselves.'}"]
    if request.rules:
        listed = "\n".join(rule_line(*rule) for rule in request.rules)
        parts.append(f"# Rules of the house\n\nWhat breaks one of them is a finding.\n\n{listed}")
    parts.append(
        "# Changes\n\nEach line begins with + where it was added, - where it was taken out, blank where it "
        f"stayed. Then its number: in the old file for -, else in the new one. After {BAR} stands the line."
    )
    parts += map(_section, request.shown)
    if request.unread:
        listed = "\n".join(map(_unread, request.unread))
        parts.append(f"# Changed too, and not shown\n\n{listed}")
    asked = "\n\n".join(parts) + "\n"
    # Half characters stand for bytes that are not UTF-8 (in a path, say), and no request can carry them.
    return (Message("system", system), Message("user", asked.encode("utf-8", "backslashreplace").decode()))


def _unread(named: tuple[str, str]) -> str:
    path, why = named
    return f"- {write_path(path)} ({why})"


def repair(problems: Sequence[str], marks: Marks) -> Message:
    """The request to answer again, with what was wrong."""
    listed = "\n".join(f"- {each}" for each in problems)
    return Message("user", _filled("findings_repair.md", marks).replace("{{problems}}", listed))


def marks_of(request: ReadingRequest) -> Marks:
    """The marker lines for this request, in none of its files."""
    files = (b"".join(lines) for each in request.shown for lines in (each.old, each.new))
    said = (request.task, *(text for _, text in request.rules), *(path for path, _ in request.unread))
    return marks_for((*files, *(text.encode("utf-8", "surrogatepass") for text in said)))


def _filled(name: str, marks: Marks) -> str:
    text = asset("prompts", name).read_text(encoding="utf-8")
    words = {
        "finding": marks.opens("FINDING"),
        "code": marks.part("CODE"),
        "claim": marks.part("CLAIM"),
        "evidence": marks.part("EVIDENCE"),
        "end": marks.closes,
        "complete": complete_mark(marks),
    }
    for word, line in words.items():
        text = text.replace(f"{{{{{word}}}}}", line)
    return text


def _section(shown: Shown) -> str:
    """One file: its name, what changed besides its lines, and its lines."""
    file = shown.file
    facts = [change.words or change.kind.value for change in file.changes if not change.is_text]
    title = f"## {write_path(file.path)} ({', '.join([file.status.value, *facts])})"
    body = "\n".join(_drawn(*line) for line in lines_of(shown))
    if not body:
        return title
    ticks = max((len(run) for run in _runs_of_ticks(body)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{title}\n\n{fence}\n{body}\n{fence}"


def _runs_of_ticks(text: str) -> Iterator[str]:
    run = ""
    for sign in text:
        if sign == "`":
            run += sign
        elif run:
            yield run
            run = ""
    if run:
        yield run


def lines_of(shown: Shown) -> Iterator[tuple[str, int, bytes]]:
    """The changed lines with those around them, as (mark, number, line). "…": lines are left out."""
    new, last = shown.new, 0
    runs = shown.file.runs
    for number, run in enumerate(runs):
        begin = _begin(run)
        first = max(last, begin - shown.around)
        if first > last:
            yield "…", 0, b""
        yield from ((" ", at + 1, new[at]) for at in range(first, begin))
        yield from (("-", run.old_start + step, line) for step, line in enumerate(run.removed))
        yield from (("+", run.new_start + step, line) for step, line in enumerate(run.added))
        after = begin + len(run.added)
        until = _begin(runs[number + 1]) if number + 1 < len(runs) else len(new)
        last = min(until, after + shown.around)
        yield from ((" ", at + 1, new[at]) for at in range(after, last))
    if runs and last < len(new):
        yield "…", 0, b""


def _begin(run: Run) -> int:
    """How many lines of the new file stand before a run."""
    return run.new_start - 1 if run.added else run.new_start


def _drawn(mark: str, number: int, line: bytes) -> str:
    if not number:
        return mark
    end = "" if line.endswith(b"\n") else "\n\\ no newline at its end"
    return f"{mark}{number:>5}{BAR}{decode(line)}{end}"
