"""The suite of composing: any verdicts give the intended bytes, and git agrees, or is wrong in a known way.

Runs come from git through `Repository.file_changes`, verdicts go through `review.apply`, the result through
`composed_files` and `Repository.compose_tree`, as in the program. What comes out is compared with the line
model, and with `git apply --cached` of a patch of the same selection, at contexts of 0, 1 and 3 lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.fuzz.cases import BLOCK, SUBMODULE, Case, Entry, Tree
from tests.fuzz.git_apply import GitApply
from tests.fuzz.laboratory import Laboratory, by_folder
from tests.fuzz.line_model import WHOLE, is_glued, kinds, lines_of, result_path, script, taken_early
from tests.fuzz.selection_patch import blob_id, selection_patch
from tests.fuzz.trial import Trial, names_of
from tests.fuzz.trying import tried
from tests.review.gitbox import DIFF
from workbench.errors import UserError
from workbench.review.changes import Change, FileChange, Side
from workbench.review.compose import Take, compose_lines
from workbench.review.diff import read_diff
from workbench.review.selecting import select_lines
from workbench.review.verdicts import NO_VERDICTS, Verdict, Verdicts, judged, select_change, select_changes
from workbench.workflow.composing import composed_files

NAME = "compose"
CASES = 200_000
CONTEXTS = (0, 1, 3)

GLUED = "git glues an added line to a kept last line that has no line end"
EARLY = "without context git takes the line before for a last one that has no line end"

Listing = Mapping[str, tuple[str, str]]
"""(mode, id) by path."""


def run(seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and what is wrong with it."""
    return tried(lambda cases: check(cases)[0], seed, first, count)


def check(cases: Sequence[Case]) -> tuple[dict[int, str], Counter[str]]:
    """Failures by number, and how often git differed in each known way. Cases of one block only."""
    with Laboratory(hostile=bool(cases[0].number // BLOCK // 2 % 2)) as lab:
        return check_in(lab, cases)


def check_in(lab: Laboratory, cases: Sequence[Case]) -> tuple[dict[int, str], Counter[str]]:
    """As `check`, in a laboratory that is there already."""
    trials = {case.folder: Trial(case) for case in cases}
    trees = [_together(case.folder, side) for case in cases for side in (case.old, case.new)]
    old, new = lab.trees(dict(_flat(trees[::2])), dict(_flat(trees[1::2])))
    files = lab.repository.file_changes(old, new)
    if any(_folder(file.base_path or file.path) != _folder(file.path) for file in files):
        # Git took a file of one case for one of another, because it compares lines by 17 bits of a hash.
        middle = len(cases) // 2
        one, other = check_in(lab, cases[:middle]), check_in(lab, cases[middle:])
        return one[0] | other[0], one[1] + other[1]
    for file in files:
        trials[_folder(file.path)].files += (file,)
    for trial in trials.values():
        trial.judge()
        _check_selecting(trial)
    _check_settings(trials, (old, new), lab.oracle)
    _check_extremes(lab, trials, (old, new))
    _check_composed(lab, trials, (old, new))
    found = _check_git(lab.oracle, trials, old)
    return {trial.case.number: trial.wrong for trial in trials.values() if trial.wrong}, found


def _together(folder: str, tree: Tree) -> Iterator[tuple[str, Entry]]:
    return ((folder + path, entry) for path, entry in tree.items())


def _flat(parts: Iterable[Iterable[tuple[str, Entry]]]) -> Iterator[tuple[str, Entry]]:
    return (each for part in parts for each in part)


def _folder(path: str) -> str:
    return path.partition("/")[0] + "/"


# What is judged ---------------------------------------------------------------------------------------


def _check_selecting(trial: Trial) -> None:
    """A verdict on a change is one on its lines; the changes cover every line of every run, each once."""
    for file in trial.files:
        lines = [name for change in file.changes for name in names_of(change) if name[0] != "fact"]
        runs = [("old", run.old_start + at) for run in file.runs for at in range(len(run.removed))]
        runs += [("new", run.new_start + at) for run in file.runs for at in range(len(run.added))]
        if sorted(lines, key=repr) != sorted(runs, key=repr):
            trial.fail(f"the changes of {file.path!r} do not cover its runs")
        if len({change.id for change in file.changes}) != len(file.changes):
            trial.fail(f"two changes of {file.path!r} have one id")
        for change in file.changes:
            if change.is_text and judged({}, (select_change(change),), Verdict.ACCEPTED) != _by_lines(
                file, change
            ):
                trial.fail(f"a verdict on a change of {file.path!r} is not one on its lines")


def _by_lines(file: FileChange, change: Change) -> Verdicts:
    spans = [
        (side, start, len(lines))
        for side, start, lines in (
            (Side.OLD, change.old_start, change.removed),
            (Side.NEW, change.new_start, change.added),
        )
        if lines
    ]
    return judged({}, (select_lines(file, spans),), Verdict.ACCEPTED)


def _check_settings(trials: Mapping[str, Trial], trees: tuple[str, str], oracle: GitApply) -> None:
    """What is read in this repository, hostile or not, is what is read in one without any settings."""
    plain = {file.path: file for file in read_diff(oracle.run([*DIFF, "--no-indent-heuristic", *trees]))}
    for trial in trials.values():
        for file in trial.files:
            if plain.get(file.path) != file:
                trial.fail(f"settings of the repository change {file.path!r}")


# What is composed -------------------------------------------------------------------------------------


def _check_extremes(lab: Laboratory, trials: Mapping[str, Trial], trees: tuple[str, str]) -> None:
    """Nothing accepted or all rejected is the base; all accepted or nothing rejected the candidate."""
    base, candidate = (lab.repository.tree_entries(tree) for tree in trees)
    files = [file for trial in trials.values() for file in trial.files]
    everything = select_changes(change for file in files for change in file.changes)
    rest = {path: held for trial in trials.values() for path, held in trial.verdicts.items()}
    all_accepted = judged(rest, everything, Verdict.ACCEPTED)
    all_rejected = judged(rest, everything, Verdict.REJECTED)
    for what, verdicts, take, wanted in (
        ("nothing judged, accepted ones taken", {}, Take.ACCEPTED, base),
        ("nothing judged, rejected ones left", {}, Take.NOT_REJECTED, candidate),
        ("some and then the rest accepted", all_accepted, Take.ACCEPTED, candidate),
        ("some judged and then all rejected", all_rejected, Take.NOT_REJECTED, base),
    ):
        results = composed_files(lab.repository, files, verdicts, take)
        found = {**base, **{path: _named(entry) for path, entry in results.items() if entry is not None}}
        for path in [path for path, entry in results.items() if entry is None]:
            found.pop(path, None)
        for path in {*found, *wanted}:
            if found.get(path) != wanted.get(path):
                trials[_folder(path)].fail(f"{what}: {path!r} is {found.get(path)}, not {wanted.get(path)}")
    for trial in trials.values():
        for file in trial.files:
            _check_lines(trial, file)


def _check_lines(trial: Trial, file: FileChange) -> None:
    """All lines of a text taken one by one, without the shortcut by object id."""
    if kinds(file) & WHOLE:
        return
    old, new = trial.sides(file)
    runs, lines = file.runs, tuple(lines_of(old))
    every = judged({}, select_changes(file.changes), Verdict.ACCEPTED).get(file.path, NO_VERDICTS)
    if b"".join(compose_lines(lines, runs, every, Take.ACCEPTED)) != new:
        trial.fail(f"all lines of {file.path!r} taken are not the candidate's")
    if b"".join(compose_lines(lines, runs, every, Take.NOT_REJECTED)) != new:
        trial.fail(f"no line of {file.path!r} rejected is not the candidate")
    if b"".join(compose_lines(lines, runs, NO_VERDICTS, Take.ACCEPTED)) != old:
        trial.fail(f"no line of {file.path!r} taken is not the base")


def _check_composed(lab: Laboratory, trials: Mapping[str, Trial], trees: tuple[str, str]) -> None:
    """The tree that is composed holds what the line model says, path for path."""
    base, candidate = trees
    changes: dict[str, tuple[str, bytes | str] | None] = {}
    composed: list[Trial] = []
    for take in Take:
        chosen = [trial for trial in trials.values() if trial.take is take]
        files = [file for trial in chosen for file in trial.files]
        verdicts = {path: held for trial in chosen for path, held in trial.verdicts.items()}
        results = composed_files(lab.repository, files, verdicts, take)
        for trial in chosen:
            paths = {path for file in trial.files for path in (file.path, file.base_path or file.path)}
            own = {path: results[path] for path in paths}
            if trial.is_impossible:
                _check_refused(lab, trial, base, own)
            else:
                composed.append(trial)
                changes.update(own)
    tree = lab.repository.compose_tree(base, changes)
    found = by_folder(lab.repository.tree_entries(tree), trials)
    for trial in composed:
        wanted = {path: (mode, _id(mode, data)) for path, (mode, data) in trial.result().items()}
        if found[trial.case.folder] != wanted:
            trial.fail(_differs("composed", found[trial.case.folder], wanted))
    _check_the_rest(trials, lab.repository.file_changes(tree, candidate))


def _check_the_rest(trials: Mapping[str, Trial], files: Iterable[FileChange]) -> None:
    """After a part was taken and written, all of what is left leads to the candidate."""
    for file in files:
        trial = trials[_folder(file.path)]
        crossed = _folder(file.base_path or file.path) != trial.case.folder
        if crossed or trial.is_impossible or kinds(file) & WHOLE or trial.wrong:
            continue
        old = trial.result()[file.base_path][1] if file.base_path else b""
        every = judged({}, select_changes(file.changes), Verdict.ACCEPTED).get(file.path, NO_VERDICTS)
        found = b"".join(compose_lines(tuple(lines_of(old)), file.runs, every, Take.ACCEPTED))
        if found != (trial.candidate(file.path) if file.new_mode else b""):
            trial.fail(f"after a part of {file.path!r} was taken, the rest does not give the candidate")


def _check_refused(
    lab: Laboratory, trial: Trial, base: str, changes: Mapping[str, tuple[str, bytes | str] | None]
) -> None:
    try:
        lab.repository.compose_tree(base, changes)
    except UserError:
        return
    trial.fail("a result with a file and a folder of one name was composed")


# What git says ----------------------------------------------------------------------------------------


def _check_git(oracle: GitApply, trials: Mapping[str, Trial], base: str) -> Counter[str]:
    """Git makes the same of the same selection. Returns how often it did not, in the known ways."""
    seen: Counter[str] = Counter()
    tried = {folder: trial for folder, trial in trials.items() if not trial.is_impossible}
    for context in CONTEXTS:
        patches = {
            folder: b"".join(
                selection_patch(file, trial.sides(file), trial.chosen[file.path], context)
                for file in trial.files
            )
            for folder, trial in tried.items()
        }
        options = ["--unidiff-zero"] if context == 0 else []
        listing, refused = oracle.applied(base, patches, *options)
        found = by_folder(listing, tried)
        for folder, trial in tried.items():
            if folder in refused:
                trial.fail(f"with {context} lines of context git refuses: {refused[folder]}")
                continue
            wanted, known = _of_git(trial, context)
            seen.update(known)
            if found[folder] != wanted:
                trial.fail(_differs(f"git with {context} lines of context", found[folder], wanted))
    return seen


def _of_git(trial: Trial, context: int) -> tuple[Listing, set[str]]:
    """What git makes of a selection: what the line model says, but where git is known to err."""
    scripts = {
        result_path(file, trial.chosen[file.path]): script(
            file, trial.sides(file)[0], trial.chosen[file.path]
        )
        for file in trial.files
        if not kinds(file) & WHOLE
    }
    known = {GLUED for found in scripts.values() if is_glued(found)}
    entries = dict(trial.result(ended=not known))
    for path, found in scripts.items():
        early = taken_early(found) if context == 0 and path in entries else None
        if early is not None:
            entries[path] = (entries[path][0], early)
            known.add(EARLY)
    return {path: (mode, _id(mode, data)) for path, (mode, data) in entries.items()}, known


def _named(entry: tuple[str, bytes | str]) -> tuple[str, str]:
    mode, content = entry
    return mode, content if isinstance(content, str) else blob_id(content)


def _id(mode: str, data: bytes) -> str:
    return data.decode() if mode == SUBMODULE else blob_id(data)


def _differs(what: str, found: Listing, wanted: Listing) -> str:
    paths = [path for path in {*found, *wanted} if found.get(path) != wanted.get(path)]
    return "; ".join(
        f"{what}: {path!r} is {found.get(path)}, not {wanted.get(path)}" for path in sorted(paths)
    )
