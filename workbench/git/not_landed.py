"""Why nothing was landed, in a sentence: and what is to be done where it could not be taken back either."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import UserError
from workbench.git.stepping import MovedError

_NAMED = 5


class NotBackError(UserError):
    """The system refused to put some files back. The landing's folder holds them, its journal stays."""


def not_back(folder: str, refused: Sequence[tuple[str, Exception]]) -> NotBackError:
    """Of each path that was refused, why."""
    paths = list(dict.fromkeys(path for path, _ in refused))
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    first = refused[0][1]
    why = (first.strerror or str(first)) if isinstance(first, OSError) else str(first).rstrip(".")
    named = ", ".join(paths[:_NAMED])
    return NotBackError(
        f"The landing failed, and not everything could be taken back: {named}{more}: {why}.",
        hint=f"What stood there is kept in {folder} of the work tree: leave it there, see to the disk, and"
        " open the review again; the rest is taken back then.",
    )


def not_recorded(folder: str, error: OSError) -> UserError:
    """Everything is in place, and the journal could neither be brought to say so for sure nor not to."""
    return UserError(
        f"The landing is written, but it could not be recorded: {error.strerror or error}.",
        hint=f"Leave {folder} in the work tree, see to the disk, and open the review again: the landing is"
        " finished or taken back then, as a whole.",
    )


def failure(error: Exception, left: Sequence[str]) -> Exception:
    """What to raise after everything was taken back, but for what somebody wrote to since (`left`)."""
    rest = ""
    if left:
        rest = f" These could not be taken back, because somebody wrote to them since: {', '.join(left)}."
    if isinstance(error, MovedError):
        return UserError(
            f"Nothing was landed: {error.path} was written by somebody else at the same moment.{rest}",
            hint="Let the agent finish, refresh, and land again.",
        )
    if isinstance(error, OSError):
        return UserError(
            f"Nothing was landed: {error.strerror or error} ({error.filename or 'while writing'}).{rest}",
            hint="Every file is as it was. See to the disk or the permissions, and land again.",
        )
    if left and isinstance(error, UserError):
        return UserError(error.message + rest, hint=error.hint)
    return error
