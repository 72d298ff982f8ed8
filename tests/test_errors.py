"""User errors: a sentence and a hint, that arrive as they were sent."""

import pickle

import pytest

from workbench.errors import UserError


def test_a_user_error_reads_as_its_sentence() -> None:
    error = UserError("The round was not started.", hint="Raise the budget.")
    assert str(error) == error.message == "The round was not started."
    assert error.hint == "Raise the budget."


def test_a_hint_may_be_missing() -> None:
    assert UserError("The patch is empty.").hint == ""


def test_what_was_said_does_not_change_on_the_way() -> None:
    error = UserError("The patch is empty.")
    with pytest.raises(AttributeError):
        error.message = "All is well."  # type: ignore[misc]  # that it is refused is what is tried here


class NoRepositoryError(UserError):
    """A kind of its own, as packages define them."""


def test_message_hint_and_kind_survive_being_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(NoRepositoryError("Not a repository.", hint="Run git init.")))
    assert type(sent) is NoRepositoryError
    assert (sent.message, sent.hint) == ("Not a repository.", "Run git init.")
