"""The shadow directory: a bare git directory of ours for one work tree, in the user's data folder.

Git reads config, attributes and hooks from the directory it works on. It works on this one, so it
reads ours; the user's objects come in as alternates. Everything a review writes goes here.
Made by writing its few files: no git child is needed for it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbench.digests import blake2b
from workbench.errors import UserError
from workbench.git.discover import Found
from workbench.git.runner import STORED

# `!diff` and not `diff`: with `diff` set git calls every file text, and a picture becomes lines. Unset
# by us it stays undecided, so only the content decides, whatever the repository's own attributes say.
ATTRIBUTES = b"* -text -ident -filter -working-tree-encoding !diff !merge -eol\n"


def shadow_of(found: Found, data: Path) -> Path:
    """The shadow directory of a work tree, made if it is not there. Several processes may do so at once."""
    name = blake2b(os.fsencode(found.work_tree), digest_size=10).hexdigest()
    if found.object_format != "sha1":
        name += f"-{found.object_format}"
    shadow = data / "shadows" / name
    try:
        if not (shadow / "HEAD").is_file():
            _make(found, shadow)
        (shadow / STORED / "pack").mkdir(parents=True, exist_ok=True)
        _write_if_new(shadow / "objects" / "info" / "alternates", _alternates(found, shadow))
        _write_if_new(shadow / "info" / "attributes", ATTRIBUTES)
        _write_if_new(shadow / "config", _config(found))
        _copy_shallow(found, shadow)
    except OSError as error:
        at = f" ({error.filename})" if error.filename else ""
        raise UserError(
            f"The folder for Workbench's own data cannot be written: {error.strerror}{at}.",
            hint="Check its permissions and the space there, or name another folder with WORKBENCH_DATA.",
        ) from error
    return shadow


def _make(found: Found, shadow: Path) -> None:
    shadow.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = shadow.parent / f"new-{os.urandom(4).hex()}"
    fresh.mkdir(mode=0o700)
    try:
        for folder in ("objects/info", "objects/pack", "refs/heads", "info", "tmp", "backup"):
            (fresh / folder).mkdir(parents=True)
        (fresh / "work-tree").write_bytes(os.fsencode(found.work_tree) + b"\n")
        (fresh / "config").write_bytes(_config(found))
        (fresh / "objects" / "info" / "alternates").write_bytes(_alternates(found, shadow))
        (fresh / "info" / "attributes").write_bytes(ATTRIBUTES)
        (fresh / "HEAD").write_bytes(b"ref: refs/heads/none\n")
        os.rename(fresh, shadow)
    except OSError:
        remove_folder(fresh)
        if not (shadow / "HEAD").is_file():  # else another process was quicker
            raise


def _write_if_new(path: Path, content: bytes) -> None:
    try:
        if path.read_bytes() == content:
            return
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"new-{os.urandom(4).hex()}")
    temporary.write_bytes(content)
    temporary.replace(path)


def refuse_gone(shadow: Path) -> None:
    """UserError where somebody took the directory away while it was in use."""
    if not (shadow / "tmp").is_dir():
        raise UserError(
            f"{shadow} is not there any more: somebody moved or deleted it.",
            hint="Start Workbench again: the folder is made anew. Judged reviews are kept beside it.",
        )


@contextmanager
def scratch_folder(shadow: Path) -> Iterator[Path]:
    """A folder of our own in the shadow directory, gone afterwards.

    (`tempfile` costs start-up ten imports.)
    """
    folder = shadow / "tmp" / os.urandom(8).hex()
    try:
        folder.mkdir(mode=0o700)
    except FileNotFoundError as error:
        refuse_gone(shadow)
        raise error
    try:
        yield folder
    finally:
        remove_folder(folder)


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours with all in it; what does not go stays."""
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            remove_folder(Path(entry.path))
        else:
            with suppress(OSError):
                Path(entry.path).unlink()
    with suppress(OSError):
        folder.rmdir()


def _config(found: Found) -> bytes:
    """Our config.

    What depends on the file system is probed by looking; nothing is taken from the user's config.
    """
    version = 1 if found.object_format != "sha1" else 0
    lines = [
        "[core]",
        f"\trepositoryformatversion = {version}",
        "\tbare = false",
        "\tfsmonitor = false",
        "\thooksPath = /dev/null",
        "\tautocrlf = false",
        "\tsafecrlf = false",
        "\tprotectHFS = true",
        "\tprotectNTFS = true",
        "\tattributesFile = /dev/null",
        "\tlogAllRefUpdates = false",
        "\tsparseCheckout = false",
        f"\tfileMode = {_word(has_modes(found))}",
        f"\tsymlinks = {_word(os.name == 'posix')}",
        f"\tignoreCase = {_word(_ignores_case(found))}",
        f"\tprecomposeUnicode = {_word(sys.platform == 'darwin')}",
        "[gc]",
        "\tauto = 0",
        "[maintenance]",
        "\tauto = false",
        "[submodule]",
        "\trecurse = false",
    ]
    if version:
        lines += ["[extensions]", f"\tobjectformat = {found.object_format}"]
    return ("\n".join(lines) + "\n").encode()


def _word(value: bool) -> str:
    return "true" if value else "false"


# On these the executable bit may mean nothing. Of any other, what git itself made executable tells nothing:
# who wants to hide an executable bit could have done that.
_WITHOUT_MODES = re.compile(
    r"v?fat|msdos|exfat|ntfs3?|fuse.*|cifs|smb.*|9p|v9fs|drvfs|virtiofs|vboxsf|prl_fs|hfs|iso9660|udf|hgfs"
)


def has_modes(found: Found) -> bool:
    """Whether the executable bit means something: git never makes `HEAD` executable, a file system
    without modes does.
    """
    if os.name != "posix":
        return False
    try:
        status = os.stat(os.path.join(found.git_dir, "HEAD"))
    except OSError:
        return True
    return modes_mean_something(bool(status.st_mode & 0o100), lambda: _file_system(status.st_dev))


def modes_mean_something(executable: bool, file_system: Callable[[], str]) -> bool:
    """By whether `HEAD` is executable, and the name of its file system, "" where it cannot be known."""
    if not executable:
        return True
    name = file_system()
    return bool(name) and not _WITHOUT_MODES.fullmatch(name)


def _file_system(device: int) -> str:
    """The kind of file system behind a device number, as Linux tells it; "" elsewhere."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    for line in mounts.split("\n"):
        fields, dash, rest = line.partition(" - ")
        if dash and fields.split(" ")[2] == wanted:
            return rest.split(" ")[0]
    return ""


def _ignores_case(found: Found) -> bool:
    """Whether `.git` is found as `.GIT`, and there is but one of them: a link of that name proves nothing."""
    try:
        one, other = (os.lstat(os.path.join(found.work_tree, name)) for name in (".git", ".GIT"))
        if (one.st_dev, one.st_ino) != (other.st_dev, other.st_ino):
            return False
        return len([name for name in os.listdir(found.work_tree) if name.lower() == ".git"]) == 1
    except OSError:
        return False


def _alternates(found: Found, shadow: Path) -> bytes:
    """What we wrote, and what the user has: see `Where.storing` for why these are two."""
    return _quoted(os.path.join(shadow, STORED)) + _quoted(os.path.join(found.common_dir, "objects"))


def _quoted(name: str) -> bytes:
    path = os.fsencode(name)
    if path.startswith((b"#", b'"')) or re.search(rb"[\x00-\x1f\\]", path):
        quoted = b"".join(b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes([byte]) for byte in path)
        return b'"' + quoted + b'"\n'
    return path + b"\n"


def _copy_shallow(found: Found, shadow: Path) -> None:
    """The commits at which a shallow clone ends; without them every walk would die at a missing parent."""
    theirs = Path(found.common_dir) / "shallow"
    ours = shadow / "shallow"
    if theirs.is_file():
        _write_if_new(ours, theirs.read_bytes())
    elif ours.exists():
        ours.unlink()
