"""The file changes of a comparison as JSON, some at a time: shares that any process can make."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.review.changes import FileChange
from workbench.review.diff import read_diff
from workbench.workflow.encoding import encoded
from workbench.workflow.file_documents import file_document


def listed(files: Iterable[FileChange]) -> bytes:
    """The documents of files that nobody judged yet, with commas between them."""
    return b",".join([encoded(file_document(file)) for file in files])


def listed_output(output: bytes) -> bytes:
    """The same of what git told of them: all that a plain share of a comparison needs."""
    return listed(read_diff(output))
