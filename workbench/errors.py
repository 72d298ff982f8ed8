"""What went wrong for the person at the keyboard, as opposed to what is broken in the program.

The rule: a `UserError` is a sentence and a hint, and everything else that is raised is a bug. There is
nothing between. Both are caught at two doors only, the command line and the window's controller.
"""

import errno

_ROOM = "Make room on the disk and do it again. What was saved before is still there."
_OUTSIDE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EROFS: "The place may only be read. Name another data folder in WORKBENCH_DATA.",
    errno.EACCES: "Check the permissions.",
    errno.EPERM: "Check the permissions.",
    errno.EMFILE: "Too many files are open. Close other programs and do it again.",
    errno.ENFILE: "Too many files are open. Close other programs and do it again.",
    errno.EIO: "Check the disk.",
    errno.ENOTDIR: "A file stands where a folder was.",
    errno.ELOOP: "Links lead from one to the other and back there. `readlink` shows where to.",
    errno.ENAMETOOLONG: "The disk takes no name that is so long.",
    errno.EFBIG: "The disk, or `ulimit -f`, takes no file that is so large.",
    errno.ENOMEM: "Close other programs and do it again. What was saved before is still there.",
    errno.EBUSY: "Something else holds it. Do it again when that is done.",
    errno.ESTALE: "Is the network disk there? Do it again when it is.",
    errno.ENODEV: "Is the disk still there?",
    errno.ENXIO: "Is the disk still there?",
}


class UserError(Exception):
    """Something that the user can understand and do something about.

    `message` is one whole sentence: what did not happen, and why. `hint` is what to do next, or empty:

        UserError("The round was not started: the budget of $2.00 is spent.", hint="Raise the budget.")
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self._message = message
        self._hint = hint

    @property
    def message(self) -> str:
        return self._message

    @property
    def hint(self) -> str:
        return self._hint

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are rebuilt from their positional arguments; the hint would be lost on the way.
        return (_rebuilt, (type(self), self._message, self._hint))


def refused_by_system(error: OSError) -> UserError | None:
    """What the system refused, for the two doors: a sentence where a person can see to it, None for a bug."""
    hint = _OUTSIDE.get(error.errno or 0)
    if hint is None:
        return None
    about = f"{error.filename}: " if isinstance(error.filename, str) else ""
    return UserError(f"It could not be done: {about}{error.strerror}.", hint=hint)


def _rebuilt(kind: type[UserError], message: str, hint: str) -> UserError:
    return kind(message, hint=hint)
