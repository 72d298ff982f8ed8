"""Reading objects by id, from one kept `cat-file --batch` child. Reads only; knows no paths."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from workbench.errors import UserError
from workbench.git.runner import Child, GitError

# Requests written before their answers are read. They must fit into a pipe, or both sides wait for
# each other for ever: 500 sha256 ids are 32 kB, the smallest pipe in use holds 64.
_AHEAD = 500
_PASSED_OVER = 8_000_000
"""Bytes of an object that are read to pass over them: more take longer than a child for the first ones."""
_PIECE = 1 << 20


class Objects:
    """Object contents by id. Several threads may ask; they are answered one after another."""

    def __init__(self, start: Callable[[list[str]], Child]) -> None:
        self._start = start
        self._children: dict[str, Child] = {}
        self._lock = threading.Lock()

    def read(self, ids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
        """(id, type, content) of every object, in order. `KeyError` with the id of one that is not there.

        `UserError` where the content is not what the id says. Git believes a loose object by its name, so
        bytes planted under the id of others would be shown and landed as those.
        """
        with self._lock:
            yield from self._read(list(ids))

    def sizes(self, ids: Iterable[str]) -> list[int]:
        """The size in bytes of every object, without reading it."""
        wanted = list(ids)
        with self._lock:
            child = self._child("--batch-check")
            found: list[int] = []
            for start in range(0, len(wanted), _AHEAD):
                part = wanted[start : start + _AHEAD]
                self._ask(child, part)
                heads = [(name, self._head(child, name)) for name in part]
                found += [self._size_of(name, head) for name, head in heads]
            return found

    def begins(self, name: str, count: int) -> bytes:
        """The first bytes of an object; nothing else of it is kept, or waited for where that is much."""
        with self._lock:
            child = self._child("--batch-check")
            self._ask(child, [name])
            if self._size_of(name, self._head(child, name)) > _PASSED_OVER:
                alone = self._start(["cat-file", "blob", name])
                begun = alone.stdout.read(count)
                alone.kill()
                alone.close()
                return begun
            child = self._child("--batch")
            self._ask(child, [name])
            left = self._size_of(name, self._head(child, name)) + 1
            begun = child.stdout.read(min(count, left - 1))
            left -= len(begun)
            while left and (more := child.stdout.read(min(left, _PIECE))):
                left -= len(more)
            if left:
                raise self._dead(child, name)
            return begun

    def close(self) -> None:
        """End the kept children. The next call starts them again."""
        for child in self._children.values():
            child.close()
        self._children.clear()

    def _read(self, ids: list[str]) -> Iterator[tuple[str, str, bytes]]:
        child = self._child("--batch")
        for start in range(0, len(ids), _AHEAD):
            part = ids[start : start + _AHEAD]
            self._ask(child, part)
            # Read the whole part before giving anything away: a caller that stops early leaves no answers
            # behind.
            answers = [self._answer(child, name) for name in part]
            for name, answer in zip(part, answers, strict=True):
                if answer is None:
                    raise KeyError(name)
                _require_sound(name, *answer)
                yield name, *answer

    def _answer(self, child: Child, name: str) -> tuple[str, bytes] | None:
        head = self._head(child, name)
        if len(head) != 3:
            return None
        size = int(head[2])
        content = child.stdout.read(size)
        if len(content) != size or child.stdout.read(1) != b"\n":
            raise self._dead(child, name)
        return head[1].decode(), content

    def _head(self, child: Child, name: str) -> list[bytes]:
        line = child.stdout.readline()
        if not line.endswith(b"\n"):
            raise self._dead(child, name)
        return line.split()

    @staticmethod
    def _size_of(name: str, head: list[bytes]) -> int:
        if len(head) != 3:
            raise KeyError(name)
        return int(head[2])

    def _ask(self, child: Child, names: list[str]) -> None:
        try:
            child.stdin.write("".join(f"{name}\n" for name in names).encode("ascii"))
            child.stdin.flush()
        except BrokenPipeError as error:
            raise self._dead(child, names[0]) from error

    def _child(self, mode: str) -> Child:
        child = self._children.get(mode)
        if child is None or not child.running:
            if child is not None:
                child.close()  # somebody ended it, and its pipes are open still
            child = self._children[mode] = self._start(["cat-file", mode])
            child.drain_errors()
        return child

    def _dead(self, child: Child, name: str) -> Exception:
        self._children = {mode: kept for mode, kept in self._children.items() if kept is not child}
        try:
            said = child.refuse_its_end().strip()
        finally:
            child.kill()
            child.close()
        unsaid = b"the kept cat-file child ended in the middle of an answer"
        return GitError(["cat-file", name], -1, said or unsaid)


def _require_sound(name: str, kind: str, content: bytes) -> None:
    import hashlib  # noqa: PLC0415 - brings OpenSSL, which no first frame needs

    digest = hashlib.new("sha256" if len(name) == 64 else "sha1", usedforsecurity=False)
    digest.update(f"{kind} {len(content)}\0".encode("ascii"))
    digest.update(content)
    if digest.hexdigest() != name:
        raise UserError(
            f"The repository is damaged: object {name} does not hold what its name says.",
            hint="See what else is: git fsck --full. A fresh clone has the right one.",
        )
