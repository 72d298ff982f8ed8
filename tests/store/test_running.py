"""What is kept of a round that is being made, where the disk gets full in the middle of it."""

from __future__ import annotations

import sys

import pytest

from workbench.store.paths import running_dir
from workbench.store.running import Running, finished, has_left, left_behind, unsaved

LONG = "an answer " * 20_000


@pytest.mark.skipif(sys.platform != "linux", reason="room is taken beforehand where the system can")
def test_what_comes_when_the_disk_is_full_is_kept_whole() -> None:
    import resource  # noqa: PLC0415 - there is none on Windows

    running = Running("r", "e")
    running.add({"what": "call", "prompt": "p" * 3_000_000}, now=True)
    (path,) = running_dir().iterdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # From now on no file gets larger than this one is: as on a full disk, what was taken can be written.
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        running.add({"what": "text", "text": LONG}, now=True)
        running.add({"what": "ended", "prompt": "p" * 3_000_000, "answer": LONG}, now=True)
        running.leave()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with left_behind("r") as (left,):
        assert [line["what"] for line in left.lines] == ["call", "text", "ended"]
        assert left.lines[-1]["answer"] == LONG


def test_the_room_that_was_not_needed_is_given_back_and_is_no_line() -> None:
    running = Running("r", "e")
    running.add({"what": "begun"}, now=True)
    with left_behind("r") as found:
        # Whoever makes the round holds its file.
        assert found == ()
    (path,) = running_dir().iterdir()
    killed = path.read_bytes()
    running.leave()
    assert path.read_bytes() == b'{"what": "begun"}\n'
    path.write_bytes(killed + b"\0" * 5000)
    with left_behind("r") as (left,):
        assert left.lines == ({"what": "begun"},)


def test_what_could_not_be_saved_is_known_from_the_file_and_goes_with_it_once_it_is() -> None:
    running = Running("r", "e")
    running.add({"what": "begun"}, now=True)
    # While it is worked on as well: a call of it was refused, and the next one may be taken.
    unsaved("r", "e")
    running.add({"what": "kept"}, now=True)
    running.leave()
    with left_behind("r") as (left,):
        assert (left.round_id, left.is_unsaved, [line["what"] for line in left.lines]) == (
            "e", True, ["begun", "kept"],
        )  # fmt: skip
    finished("r", "e")
    assert not has_left("r")
    unsaved("r", "e")
    assert not has_left("r")
