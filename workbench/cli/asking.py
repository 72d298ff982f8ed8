"""What a command line asks to review. Apart from the commands, so that the window starts without them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workbench.cli.parser import Options, read_source, split_what
from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.workflow.candidates import Asked, Candidate, open_repository, read_candidate


def asked_for(options: Options) -> tuple[Path, Asked]:
    """The repository's path and what is to be reviewed, from the command's arguments."""
    path, range_text = split_what(options.what)
    given = [bool(range_text), options.staged, options.patch is not None]
    if sum(given) > 1:
        raise UserError("A range, --staged and --patch exclude each other.", hint="Give one of them.")
    patch = read_source(options.patch) if options.patch is not None else None
    task = read_source(options.task).decode("utf-8", "replace") if options.task else ""
    name = "" if options.patch in (None, "-") else str(options.patch)
    asked = Asked(range_text, options.staged, patch, name, task, options.new)
    return Path(path), asked


def named_review(options: Options) -> str | None:
    """The review that the one argument names, if it is not a folder and names one."""
    other = options.staged or options.patch is not None
    if len(options.what) != 1 or other or Path(options.what[0]).is_dir():
        return None
    # Late: where nothing saved is asked for, none of it is needed (30 ms).
    from workbench.workflow.opening import find_review, open_log  # noqa: PLC0415

    name: str = options.what[0]
    log = open_log()
    try:
        rows = [row for row in log.reviews() if row.id.startswith(name)]
        return find_review(log, name).id if rows else None
    finally:
        log.close()


@contextmanager
def unsaved(options: Options) -> Iterator[tuple[Repository, Candidate]]:
    """The repository that is asked for and what is to be listed of it, where no review is named."""
    path, asked = asked_for(options)
    try:
        repository = open_repository(path)
    except UserError as failed:
        raise no_such_review(options) or failed from failed
    with closing(repository):
        yield repository, read_candidate(repository, repository.head(), asked)


def no_such_review(options: Options) -> UserError | None:
    """The trouble with a name that is no folder, where there is no repository for it to name a commit in."""
    if len(options.what) != 1 or Path(options.what[0]).is_dir():
        return None
    return UserError(
        f"There is no review {options.what[0]}, and this folder is not inside a git repository.",
        hint="List the reviews with `workbench reviews`; for a range, go into its repository.",
    )
