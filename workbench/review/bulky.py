"""Which files are folded at first, and why: large ones, and what the base has as generated or vendored.

Nothing that a change brings may fold it away: what is generated or vendored is read from the path that the
base has, never from an attribute, a comment or a new name. Size is a fact and said with its number. A file
that runs by itself, builds or instructs is never folded, however large.
"""

from __future__ import annotations

from workbench.review.changes import FileChange
from workbench.review.expressions import Expression

LARGE = 3000
"""Changed lines from which on a file is large: an hour of reading."""
SMALL = 100
"""Changed lines up to which a generated or vendored file is shown as any other."""

_VENDORED = Expression(
    r"(?:^|/)(?:vendor|vendored|_vendor|third[_-]?party|thirdparty|node_modules|bower_components|external_libs"
    r"|site-packages|Godeps|Pods|Carthage)/"
)
_GENERATED = Expression(
    r"(?:_pb2(?:_grpc)?\.pyi?|\.pb\.(?:go|cc|h)|\.pb\.gw\.go|_generated\.\w+|\.generated\.\w+|\.g\.(?:dart|cs)"
    r"|\.designer\.cs|\.min\.(?:js|css)|\.(?:js|css)\.map|\.snap|zz_generated\.[\w.]+\.go"
    r"|(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|uv\.lock|composer\.lock"
    r"|Gemfile\.lock|go\.sum|Pipfile\.lock|flake\.lock))$"
)


def why_folded(file: FileChange) -> str:
    """Why a file is folded at first, with its size: "vendored, 1,204 changed lines"; "" where it is not."""
    lines = 0
    for run in file.runs:  # a loop: it is asked for every file before the first frame
        lines += len(run.removed) + len(run.added)
    if lines <= SMALL:
        return ""
    kinds = []
    # A name that is new with this change is a claim of the change.
    name = file.base_path if file.base_path == file.path else None
    if name is not None:
        kinds += ["vendored"] if _VENDORED.search(name) else []
        kinds += ["generated"] if _GENERATED.search(name) else []
    if not kinds and lines < LARGE:
        return ""
    # Late: its rules take a while to be made, and a first screen seldom has such a file.
    from workbench.review.sensitive import tier  # noqa: PLC0415 - said above

    if tier(file) is not None:
        return ""
    return ", ".join((*(kinds or ["large"]), f"{lines:,} changed lines"))
