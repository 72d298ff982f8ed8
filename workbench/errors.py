"""What went wrong for the person at the keyboard, as opposed to what is broken in the program.

The rule: a `UserError` is a sentence and a hint, and everything else that is raised is a bug. There is
nothing between. Both are caught at two doors only, the command line and the window's controller.
"""


class UserError(Exception):
    """Something that the user can understand and do something about.

    `message` is one whole sentence: what did not happen, and why. `hint` is what to do next, or empty:

        UserError("The round was not started: the budget of $2.00 is spent.", hint="Raise it in Settings.")
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


def _rebuilt(kind: type[UserError], message: str, hint: str) -> UserError:
    return kind(message, hint=hint)
