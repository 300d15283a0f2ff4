"""A new data key: what opens with what, wherever the work was interrupted."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from models.errors import Damaged, DiskFull, InputOutput, NotPermitted, Refused, WrongPassword
from storage import rekeying, rotation
from storage.database import Database
from storage.header_files import COPIES
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, create_ledger, open_ledger
from storage.unlocked import Vault
from tests.storage.vaults import LOGIN, NOW, new_vault, unlock

WORKER = ("u-2", "suzuki", "worker", "とてもながいことば二つ目")
LEAVER = ("u-3", "tanaka", "worker", "とてもながいことば三つ目")


class PowerCut(Exception):
    """Where a test pulls the plug."""


def no_more() -> None:
    """Nothing else lives under the data key in these tests."""


def pull_the_plug() -> None:
    raise PowerCut


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with a worker and somebody who will leave."""
    vault, _ = new_vault(tmp_path)
    for user_id, login, role, password in (WORKER, LEAVER):
        vault.add_user(user_id, login, role, password, initial=False)
    store = create_ledger(tmp_path, vault, holder="", now=NOW)
    store.set_setting("mark", "記録")
    store.put_blob(b"photo")
    store.close()
    return tmp_path


def opened(folder: Path, login: str = LOGIN, password: str = "") -> tuple[Vault, LedgerStore]:
    vault = unlock(folder, login, password) if password else unlock(folder, login)
    rotation.find_epoch(vault, folder / DATABASE_NAME)
    return vault, open_ledger(folder, vault, holder="", now=NOW)


def rotate(folder: Path, renew: Callable[[], None] = no_more, *, without: str = "") -> None:
    vault, store = opened(folder)
    try:
        rotation.rotate(vault, store.database, renew, [without] if without else [])
    finally:
        store.close()


def is_whole(folder: Path, login: str = LOGIN, password: str = "") -> bool:
    _, store = opened(folder, login, password)
    try:
        return store.setting("mark") == "記録"
    finally:
        store.close()


def test_everybody_who_stays_opens_the_ledger_under_the_new_key(folder: Path) -> None:
    before = unlock(folder).database_key
    rotate(folder)
    vault = unlock(folder)
    assert (vault.epoch, vault.rotating) == (2, False)
    assert vault.database_key != before
    assert is_whole(folder) and is_whole(folder, WORKER[1], WORKER[3])


def test_an_old_copy_of_the_key_files_opens_nothing(folder: Path) -> None:
    kept = {name: (folder / name).read_bytes() for name in COPIES}
    rotate(folder, without=LEAVER[0])
    for name, raw in kept.items():
        (folder / name).write_bytes(raw)
    assert unlock(folder, LEAVER[1], LEAVER[3]).epoch == 1  # the old header knows the old password
    with pytest.raises(Damaged):
        opened(folder, LEAVER[1], LEAVER[3])


def test_who_is_shut_out_is_out_before_the_database_is_touched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Database, key: bytes) -> None:
        raise PowerCut

    monkeypatch.setattr(Database, "rekey", fail)
    with pytest.raises(PowerCut):
        rotate(folder, without=LEAVER[0])
    with pytest.raises(WrongPassword):
        unlock(folder, LEAVER[1], LEAVER[3])
    monkeypatch.undo()
    assert is_whole(folder, WORKER[1], WORKER[3])  # the others go on meanwhile
    vault, store = opened(folder)
    assert (vault.rotating, vault.epoch) == (True, 1)
    rotation.finish(vault, store.database, no_more)
    store.close()
    assert unlock(folder).epoch == 2 and is_whole(folder)
    with pytest.raises(WrongPassword):
        unlock(folder, LEAVER[1], LEAVER[3])


def test_a_cut_after_the_database_is_finished_at_the_next_start(folder: Path) -> None:
    with pytest.raises(PowerCut):
        rotate(folder, pull_the_plug)
    vault, store = opened(folder, WORKER[1], WORKER[3])
    assert (vault.rotating, vault.epoch, vault.may_rotate) == (True, 2, False)
    store.close()
    vault, store = opened(folder)
    told: list[int] = []
    rotation.finish(vault, store.database, lambda: told.append(vault.epoch))
    store.close()
    assert told == [2]
    assert (unlock(folder).epoch, unlock(folder).rotating) == (2, False)
    assert is_whole(folder) and is_whole(folder, WORKER[1], WORKER[3])


def test_a_cut_before_the_last_header_is_finished_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Vault) -> None:
        raise InputOutput(file="keys.a", reason="test")

    monkeypatch.setattr(Vault, "adopt_epoch", fail)
    with pytest.raises(InputOutput):
        rotate(folder)
    monkeypatch.undo()
    rotate(folder)  # asked again, it goes on with what was begun
    assert (unlock(folder).epoch, unlock(folder).rotating) == (2, False)
    assert is_whole(folder)


def test_the_header_keeps_nothing_of_the_old_key(folder: Path) -> None:
    rotate(folder)
    header = unlock(folder).header
    assert [epoch.number for epoch in header.epochs] == [2]
    assert {wrap.epoch for wrap in header.wraps} == {2}
    assert len(header.wraps) == len(header.receivers) == 4  # three people and the sheet


def test_the_sheet_opens_the_ledger_after_a_rotation(tmp_path: Path) -> None:
    vault, sheet = new_vault(tmp_path)
    store = create_ledger(tmp_path, vault, holder="", now=NOW)
    rotation.rotate(vault, store.database, no_more)
    store.close()
    vault.check_sheet(sheet.text)
    assert vault.epoch == 2


def test_only_a_responsible_person_gives_a_new_key_and_not_against_himself(folder: Path) -> None:
    vault, store = opened(folder, WORKER[1], WORKER[3])
    with pytest.raises(NotPermitted):
        rotation.rotate(vault, store.database, no_more)
    store.close()
    with pytest.raises(Refused):
        rotate(folder, without="u-1")
    assert unlock(folder).generation == unlock(folder).header.generation and is_whole(folder)


def test_many_rotations_follow_each_other(folder: Path) -> None:
    for number in range(2, 6):
        rotate(folder)
        assert unlock(folder).epoch == number
    assert is_whole(folder)


def test_nothing_of_the_old_database_is_left_beside_it(folder: Path) -> None:
    rotate(folder)
    assert {path.name for path in folder.iterdir()} <= {
        DATABASE_NAME, DATABASE_NAME + "-journal", "keys.a", "keys.b", "attachments", "lock",
    }  # fmt: skip
    journal = folder / f"{DATABASE_NAME}-journal"
    assert not journal.exists() or journal.stat().st_size == 0


# --- a full disk -----------------------------------------------------------------------------------


def little_room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))


def test_a_new_key_asks_for_room_before_anything_is_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [(folder / name).read_bytes() for name in COPIES]
    size = (folder / DATABASE_NAME).stat().st_size
    little_room(monkeypatch, size - 1)
    with pytest.raises(DiskFull, match="空きがありません"):
        rotate(folder)
    assert [(folder / name).read_bytes() for name in COPIES] == keys
    assert is_whole(folder)
    little_room(monkeypatch, 2 * size + rekeying.LEAST)
    rotate(folder)
    assert [(folder / name).read_bytes() for name in COPIES] != keys and is_whole(folder)


def test_who_is_shut_out_is_so_also_on_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little_room(monkeypatch, 0)
    with pytest.raises(DiskFull):
        rotate(folder, without="u-2")
    monkeypatch.undo()
    with pytest.raises(WrongPassword):
        opened(folder, WORKER[1], WORKER[3])


def test_room_that_somebody_else_took_meanwhile_is_told_as_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_cause(database: Database, key: bytes) -> None:
        little_room(monkeypatch, 0)
        raise InputOutput(file=str(database.path), reason="試験")

    monkeypatch.setattr(Database, "rekey", no_cause)
    with pytest.raises(DiskFull):
        rotate(folder)
