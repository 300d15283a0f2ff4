"""Whatever somebody names as a file: only a plain file is read, and never more than it may hold."""

import os
import socket
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from models.errors import AzukariError, FileMissing, InputOutput, UnfitFile
from models.ledger import Ledger
from models.records import Item
from storage.profile_folder import profile_text
from ui.console import passwords, requests, sheets, verifier
from ui.intake import read_source
from ui.papers import check_file
from ui.preferences import FILE, Preferences
from ui.reading import read_limited
from ui.seal_part import _picture, import_seal

posix_only = pytest.mark.skipif(os.name == "nt", reason="devices and pipes of POSIX")
HUGE = 20 * 1024**3
KIB = 1024


class Owner:
    """A ledger as far as somebody asks it for a right, or for a place, before a file is read."""

    def require(self, _what: object) -> None:
        return

    @property
    def outside(self) -> "Owner":
        return self


OWNER = cast(Ledger, Owner())
READERS: dict[str, Callable[[Path], Any]] = {
    "attach": lambda file: requests.bytes_of({"file": str(file)}),
    "password": passwords._from_file,
    "sheet": lambda file: sheets.typed_sheet(Namespace(sheet_file=str(file))),
    "import": lambda file: read_source(file, Item),
    "paper": lambda file: check_file(OWNER, file),
    "picture": _picture,
    "seal": lambda file: import_seal(OWNER, file, ""),
    "kept": verifier._kept,
    "profile": profile_text,
}


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Let this process have a little more memory than it has: who reads on and on is stopped."""
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + 2**29, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def _device(_folder: Path) -> Path:
    return Path("/dev/zero")


def _link_to_a_device(folder: Path) -> Path:
    (folder / "link").symlink_to("/dev/zero")
    return folder / "link"


def _socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "s"))
    return folder / "s"


def _huge(folder: Path) -> Path:
    with (folder / "huge").open("wb") as file:
        file.truncate(HUGE)
    return folder / "huge"


@posix_only
@pytest.mark.parametrize("make", [_pipe, _device, _link_to_a_device, _socket, _huge])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_plain_file_of_its_size_is_refused_unread(
    tmp_path: Path, reader: str, make: Callable[[Path], Path], little_memory: None
) -> None:
    with pytest.raises(AzukariError) as caught:
        READERS[reader](make(tmp_path))
    said = str(caught.value)
    assert caught.value.exit_code in (4, 5) and "ください" in said
    assert reader == "profile" or isinstance(caught.value, UnfitFile)
    assert reader == "profile" or ("大きすぎます" if make is _huge else "通常のファイル") in said


@posix_only
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names open files in /proc")
def test_a_password_may_come_through_a_pipe_that_the_shell_has_opened() -> None:
    """`--password-file <(…)`: the secret never stands on a disk."""
    for said, expected in ((b"umi kaze 42\n", "umi kaze 42"), (b"x" * 20_000, None)):
        reading, writing = os.pipe()
        try:
            os.write(writing, said)
            os.close(writing)
            if expected is None:
                with pytest.raises(UnfitFile, match="大きすぎます"):
                    passwords._from_file(Path(f"/dev/fd/{reading}"))
            else:
                assert passwords._from_file(Path(f"/dev/fd/{reading}")) == expected
        finally:
            os.close(reading)


@pytest.mark.parametrize("make", [_pipe, _link_to_a_device, _huge])
def test_likings_that_cannot_be_read_are_none(
    tmp_path: Path, make: Callable[[Path], Path], little_memory: None
) -> None:
    make(tmp_path).rename(tmp_path / FILE)
    assert Preferences(tmp_path).recent() == []


def test_a_file_of_just_the_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 4 * KIB)
    assert len(read_limited(file, 4 * KIB)) == 4 * KIB
    with file.open("ab") as more:
        more.write(b"x")
    with pytest.raises(UnfitFile, match="4KBまで"):
        read_limited(file, 4 * KIB)


def test_a_file_without_a_size_is_bounded_too() -> None:
    """What the kernel writes while it is read says that it has 0 bytes."""
    known = Path("/proc/self/status")
    if not known.exists():
        pytest.skip("no such file here")
    assert known.stat().st_size == 0 and b"VmRSS" in read_limited(known, 64 * KIB)
    with pytest.raises(UnfitFile, match="大きすぎます"):
        read_limited(known, 64)


def test_a_link_leads_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ことば", "utf-8")
    (tmp_path / "link").symlink_to("file")
    assert read_limited(tmp_path / "link", KIB).decode() == "ことば"
    assert profile_text(tmp_path / "link") == "ことば"


def test_a_folder_and_nothing_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnfitFile, match="フォルダーです"):
        read_limited(tmp_path, KIB)
    with pytest.raises(FileMissing):
        read_limited(tmp_path / "none", KIB)
    with pytest.raises(InputOutput, match="名前が長すぎます"):
        read_limited(tmp_path / ("x" * 5000), KIB)
