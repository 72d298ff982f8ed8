"""What a model has written so far, put together when it is looked at."""

from workbench.ui.writing import Writing


def test_pieces_are_one_text_however_often_it_is_looked_at() -> None:
    writing = Writing("m")
    assert (writing.model, writing.text) == ("m", "")
    for piece in ("Be", "cause ", "it is so."):
        writing.add(piece)
        assert writing.text.endswith(piece)
    assert writing.text == writing.text == "Because it is so."
