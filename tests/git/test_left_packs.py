"""What a kill of git leaves beside a pack of ours does not stop the same bytes from being stored again."""

from __future__ import annotations

from pathlib import Path

from tests.git.conftest import Opening
from tests.repos import new_repo


def test_bytes_are_stored_although_a_kill_left_the_keep_file_of_their_pack(
    opened: Opening, tmp_path: Path
) -> None:
    repository = opened(new_repo(tmp_path / "repo"))
    contents = [b"one\n", b"two\n"]
    repository.write_blobs(contents, durable=True)
    (index,) = repository.shadow.rglob("pack-*.idx")
    for place in index.parent.glob("pack-*"):
        place.unlink()
    index.with_suffix(".keep").write_text("fast-import\n")
    ids = repository.write_blobs(contents, durable=True)
    assert [repository.blob(each) for each in ids] == contents
