"""The files of version 1 that lie in tests/data/ for ever, read by the program and by a stranger.

The stranger's reader was written from docs/format.md alone (tests/stranger).
"""

import hashlib
import shutil
from pathlib import Path

from storage.attachments import Attachments
from storage.backup import restore_backup, verify_backup
from storage.backup_opening import with_password, with_sheet
from tests.storage.vaults import DEVICE, LOGIN, PASSWORD, unlock
from tests.stranger.reader import attachments, backup
from tests.stranger.reader import unlock as doors
from tests.stranger.reader.header import check_mac, check_signatures, read_copies
from tests.stranger.reader.reading import Key

FROZEN = Path(__file__).parents[1] / "data" / "keys-v1"
SHEET = (FROZEN / "sheet.txt").read_text("ascii")
ATTACHMENT_KEY = bytes(range(32))
PLAIN = "受領証の写し".encode() * 5000


def test_a_stranger_opens_the_key_header() -> None:
    header = read_copies(FROZEN)
    roles = {one["user_id"]: one["role"] for one in header.json["users"]}
    keys = doors.with_password(header.json, roles, LOGIN, PASSWORD, DEVICE.secret)
    data_key = doors.data_keys(header, keys)[1]
    check_mac(header, doors.derived(data_key, header.vault_id, "header"))
    check_signatures(header)
    by_sheet = doors.with_sheet(header.vault_id, "recovery-1", SHEET)
    assert doors.data_keys(header, by_sheet) == {1: data_key}
    assert (keys.user_id, header.generation) == ("u-1", header.json["generation"])


def test_a_stranger_opens_an_attachment() -> None:
    raw = (FROZEN / "attachment.bin").read_bytes()
    assert attachments.opened(hashlib.sha256(raw).hexdigest(), raw, ATTACHMENT_KEY) == PLAIN


def test_a_stranger_opens_a_backup_with_the_sheet() -> None:
    container = backup.read(FROZEN / "backup.azb")
    content = backup.unlock(container, Key(sheet=SHEET).of_backup(container))
    assert content.header.raw == (FROZEN / "keys.a").read_bytes()
    assert content.database == (FROZEN / "ledger.db").read_bytes()
    assert list(content.attachments.values()) == [(FROZEN / "attachment.bin").read_bytes()]


def test_the_first_version_opens_for_ever(tmp_path: Path) -> None:
    shutil.copytree(FROZEN, tmp_path / "v")
    # A file without a suffix would count as text in the tree; its real name is its hash.
    sealed = (FROZEN / "attachment.bin").read_bytes()
    (tmp_path / "v" / "attachments").mkdir()
    (tmp_path / "v" / "attachments" / hashlib.sha256(sealed).hexdigest()).write_bytes(sealed)
    vault = unlock(tmp_path / "v")
    vault.check_sheet(SHEET)
    assert vault.must_change_password is False
    files = Attachments(tmp_path / "v" / "attachments", ATTACHMENT_KEY)
    assert files.read(files.names()[0]) == PLAIN
    backup = tmp_path / "v" / "backup.azb"
    opener = with_password(LOGIN, PASSWORD, DEVICE)
    assert verify_backup(backup, opener, allow_test_profile=True).manifest.seq == 42
    restore_backup(backup, tmp_path / "new", with_sheet(SHEET), allow_test_profile=True)
    assert (tmp_path / "new" / "ledger.db").read_bytes() == (FROZEN / "ledger.db").read_bytes()
