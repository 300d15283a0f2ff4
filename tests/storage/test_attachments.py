"""Sealed attachments: what comes back is what went in, or the file is named."""

import io
import os
import shutil
from pathlib import Path

import pytest

from models.errors import AttachmentLost, Damaged, InputOutput, MediumMissing
from storage.attachments import PREFIX_BYTES, RECORD_BYTES, Attachments
from tests.storage.vaults import seeded

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments", KEY, seeded("att"))


@pytest.mark.parametrize(
    "size", [0, 1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1, 3 * RECORD_BYTES]
)
def test_every_size_comes_back(store: Attachments, size: int) -> None:
    data = os.urandom(size)
    stored = store.add(data)
    assert store.read(stored.name) == data
    assert stored.plain_size == size
    assert (store.folder / stored.name).stat().st_size == stored.size
    records = max(1, -(-size // RECORD_BYTES))
    assert stored.size == PREFIX_BYTES + size + 16 * records


def test_the_same_photo_twice_is_two_files(store: Attachments) -> None:
    one, two = store.add(b"photo"), store.add(b"photo")
    assert one.name != two.name
    assert one.plain_sha256 == two.plain_sha256
    assert store.names() == sorted([one.name, two.name])


def test_nothing_of_the_content_is_readable(store: Attachments) -> None:
    stored = store.add("山田太郎の住所".encode() * 100)
    assert "山田".encode() not in (store.folder / stored.name).read_bytes()


def test_every_damaged_byte_and_length_is_noticed_with_the_file(store: Attachments) -> None:
    stored = store.add(b"a small scan")
    path = store.folder / stored.name
    raw = path.read_bytes()
    bad = [raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1 :] for i in range(len(raw))]
    bad += [raw[:length] for length in range(len(raw))] + [raw + b"\0"]
    for content in bad:
        path.write_bytes(content)
        with pytest.raises(Damaged, match=stored.name):
            store.read(stored.name)


def test_one_file_cannot_stand_in_for_another(store: Attachments) -> None:
    one, two = store.add(b"receipt"), store.add(b"another")
    shutil.copy(store.folder / one.name, store.folder / two.name)
    with pytest.raises(Damaged, match=two.name):
        store.read(two.name)


def test_records_cannot_be_swapped_or_dropped(tmp_path: Path) -> None:
    """A thief of the key's user rights who also renames the file still breaks the records."""
    import hashlib

    store = Attachments(tmp_path / "attachments", KEY, seeded("att"))
    stored = store.add(os.urandom(3 * RECORD_BYTES))
    raw = (store.folder / stored.name).read_bytes()
    size = RECORD_BYTES + 16
    head, records = raw[:PREFIX_BYTES], [raw[PREFIX_BYTES + i * size :][:size] for i in range(3)]
    for order in ([1, 0, 2], [0, 1], [0, 2], [0, 0, 1, 2], [2]):
        forged = head + b"".join(records[i] for i in order)
        name = hashlib.sha256(forged).hexdigest()
        (store.folder / name).write_bytes(forged)
        with pytest.raises(Damaged):
            store.verify(name)


def test_another_key_reads_nothing(store: Attachments) -> None:
    stored = store.add(b"content")
    with pytest.raises(Damaged):
        Attachments(store.folder, bytes(32)).read(stored.name)


def test_a_check_of_all_files_goes_on_after_the_first_problem(store: Attachments) -> None:
    names = [store.add(bytes([i]) * 10).name for i in range(4)]
    (store.folder / names[0]).unlink()
    (store.folder / names[2]).write_bytes(b"x")
    problems = store.verify_all(names)
    assert [type(problem) for problem in problems] == [AttachmentLost, Damaged]


def test_a_lost_file_and_a_ledger_that_is_not_there_are_told_apart(store: Attachments) -> None:
    name = store.add(b"kept").name
    (store.folder / name).unlink()
    with pytest.raises(AttachmentLost, match="attachments に写してください"):
        store.read(name)
    store.folder.rmdir()
    with pytest.raises(AttachmentLost):
        store.read(name)
    store.folder.parent.rmdir()
    with pytest.raises(MediumMissing, match="媒体を接続"):
        store.read(name)


@pytest.mark.parametrize("name", ["../keys.a", "", "A" * 64, "0" * 63, "/etc/passwd", "0" * 65])
def test_a_name_never_leads_out_of_the_folder(store: Attachments, name: str) -> None:
    with pytest.raises(Damaged):
        store.read(name)


def test_a_source_that_breaks_leaves_nothing(store: Attachments) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "pulled")

    with pytest.raises(InputOutput):
        store.add_stream(Broken())  # type: ignore[arg-type]
    assert list(store.folder.iterdir()) == []


def test_a_folder_that_leads_elsewhere_is_told(store: Attachments, tmp_path: Path) -> None:
    assert not store.is_elsewhere(), "there is none yet"
    store.add(b"photo")
    assert not store.is_elsewhere()
    store.folder.rename(tmp_path / "moved")
    store.folder.symlink_to(tmp_path / "moved")
    assert store.is_elsewhere()


def test_unfinished_files_are_no_attachments(store: Attachments) -> None:
    stored = store.add(b"content")
    (store.folder / "0123.part").write_bytes(b"half")
    assert store.names() == [stored.name]
    store.discard_unfinished()
    assert [path.name for path in store.folder.iterdir()] == [stored.name]
