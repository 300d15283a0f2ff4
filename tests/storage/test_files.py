"""Durable writes, permissions, and the one mapping of the system's errors."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.errors import (
    AzukariError,
    Damaged,
    DiskFull,
    FolderInTheWay,
    Foreign,
    InputOutput,
    MediumMissing,
    NotWritable,
    Occupied,
    Refused,
)
from storage import files

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
posix_only = pytest.mark.skipif(os.name == "nt", reason="permission bits of POSIX")


@posix_only
def test_a_new_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        file = files.create_new(tmp_path / "secret")
        assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
        file.close()
    finally:
        os.umask(old)


@posix_only
def test_an_existing_wide_folder_is_tightened(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir(mode=0o755)
    files.make_private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_stands_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.create_durable(path, b"first")
    with pytest.raises(NotWritable):
        files.create_durable(path, b"second")
    assert path.read_bytes() == b"first"


def test_overwriting_leaves_nothing_of_a_longer_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.overwrite_durable(path, b"a long secret that has to go")
    files.overwrite_durable(path, b"short")
    assert path.read_bytes() == b"short"


def test_overwriting_keeps_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.overwrite_durable(path, b"one")
    number = path.stat().st_ino
    files.overwrite_durable(path, b"two")
    assert path.stat().st_ino == number


@pytest.mark.parametrize("write", [files.overwrite_durable, files.create_durable])
def test_the_file_itself_is_synced_with_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    synced: list[tuple[int, bytes]] = []
    path = tmp_path / "file"
    real = os.fsync

    def record(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, path.read_bytes()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    write(path, b"content")
    assert synced[0] == (path.stat().st_ino, b"content")
    # The new name needs the folder as well, where the system has such a call.
    assert os.name == "nt" or synced[1][0] == tmp_path.stat().st_ino


def test_a_failed_sync_is_an_error_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def fail(descriptor: int) -> None:
        calls.append(descriptor)
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputOutput):
        files.overwrite_durable(tmp_path / "file", b"content")
    assert len(calls) == 1


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"content")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    with pytest.raises(Foreign):
        files.read_whole(link, limit=100)
    with pytest.raises(Foreign):
        files.overwrite_durable(link, b"other")
    assert (tmp_path / "real").read_bytes() == b"content"


def test_empty_long_and_missing_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "long").write_bytes(b"x" * 101)
    with pytest.raises(Damaged):
        files.read_whole(tmp_path / "empty", limit=100)
    with pytest.raises(Damaged):
        files.read_whole(tmp_path / "long", limit=100)
    with pytest.raises(MediumMissing):
        files.read_whole(tmp_path / "missing", limit=100)
    with pytest.raises(Foreign):
        files.read_whole(tmp_path, limit=100)


@pytest.mark.parametrize(
    ("number", "writing", "expected"),
    [
        (errno.ENOSPC, True, DiskFull),
        (errno.EDQUOT, True, DiskFull),
        (errno.EROFS, True, NotWritable),
        (errno.EACCES, True, NotWritable),
        (errno.EACCES, False, InputOutput),
        (errno.ENOENT, False, MediumMissing),
        (errno.ENODEV, True, MediumMissing),
        (errno.EIO, True, InputOutput),
        (errno.EISDIR, True, FolderInTheWay),
    ],
)
def test_each_error_of_the_system_has_its_sentence(
    number: int, writing: bool, expected: type[AzukariError]
) -> None:
    found = files.translate(OSError(number, "x"), Path("stick"), writing=writing)
    assert type(found) is expected
    assert "stick" in str(found)


@pytest.mark.skipif(not IS_ROOT, reason="dropping to another user needs root")
def test_a_folder_without_rights_is_not_writable(tmp_path: Path) -> None:
    # Root ignores permission bits, so another user has to try.
    tmp_path.chmod(0o755)
    script = (
        "import os,sys\n"
        f"sys.path.insert(0, {str(Path(files.__file__).parents[1])!r})\n"
        "from pathlib import Path\n"
        "from storage import files\n"
        "from models.errors import NotWritable, InputOutput\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "try:\n    files.create_durable(folder / 'new', b'x')\n"
        "except NotWritable:\n    print('not writable')\n"
        "try:\n    files.read_whole(folder / 'private', limit=10)\n"
        "except InputOutput:\n    print('not readable')\n"
    )
    files.create_durable(tmp_path / "private", b"x")
    parents = [p for p in tmp_path.parents if p.stat().st_mode & 0o001 == 0]
    for parent in parents:
        parent.chmod(parent.stat().st_mode | 0o011)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if "Permission denied" in done.stderr and "storage" not in done.stdout + done.stderr:
        pytest.skip("the other user may not read this interpreter")
    assert done.stdout.split("\n")[:2] == ["not writable", "not readable"], done.stderr


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, where root may mount one."""
    if not (IS_ROOT and sys.platform == "linux"):
        pytest.skip("mounting a tiny disk needs root on Linux")
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this machine does not allow mounting")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_the_root_of_a_medium_is_no_place_for_a_folder(tiny_disk: Path) -> None:
    with pytest.raises(Refused, match="媒体そのもの"):
        files.require_room(tiny_disk)
    files.require_room(tiny_disk / "new")
    with pytest.raises(Occupied):
        files.require_room(Path("/"))


@pytest.mark.skipif(not IS_ROOT, reason="only root gives folders away")
def test_the_empty_folder_of_somebody_else_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 12345, 12345)
    with pytest.raises(NotWritable):
        files.require_room(tmp_path / "theirs")


def test_a_full_disk_is_said_and_leaves_nothing(tiny_disk: Path) -> None:
    with pytest.raises(DiskFull):
        files.create_durable(tiny_disk / "large", bytes(1_000_000))
    assert list(tiny_disk.iterdir()) == []
    files.create_durable(tiny_disk / "small", b"fits")
    assert (tiny_disk / "small").read_bytes() == b"fits"
