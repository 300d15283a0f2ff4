"""Verification: every way to change history inside the database shows, and nothing else does."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models import codes as c
from models.chain import ENTRY_TAG, header_bytes, timestamp
from models.codes import HandlingKind as K
from models.commands import creating, revising
from models.errors import Cancelled, StrayRows
from models.records import UserAccount
from models.store import Query
from models.verification import Problem
from storage import log, schema
from storage.attachments import Attachments
from storage.database import Database
from storage.ledger_store import LedgerStore
from storage.ledgers import open_store
from storage.verify import verify
from tests import factory
from tests.factory import KEY, Office, SeedSigner


def silent(done: int, total: int) -> None:
    """Show no progress."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = lived_in(tmp_path)
    yield office
    office.store.close()


def lived_in(folder: Path) -> Office:
    """Make a ledger with a second user, a voided event and a revised item."""
    office = Office.open(folder)
    thing = office.item(1)
    office.handle(K.RECEIVE, thing)
    worker = SeedSigner("従事者")
    person = office.create(factory.person(office.company, 1))
    account = factory.account(person, worker, "juujisha", app_role=c.Role.WORKER)
    office.create(account)
    number = office.store.next_event_no(office.contract.id)
    event = factory.event(office.contract, person, K.STOCKTAKE, [thing], number, office.now)
    office.write([creating(event)], author=account.id, signer=worker)
    office.revise(thing, name="訂正した名前")
    office.void(event, "誤り")
    return office


def store_of(office: Office) -> LedgerStore:
    assert isinstance(office.store, LedgerStore)
    return office.store


def problems(office: Office) -> list[Problem]:
    return verify(store_of(office), full=True, progress=silent)


def codes(office: Office) -> set[str]:
    return {problem.code for problem in problems(office)}


def test_an_honest_ledger_has_no_problem(office: Office) -> None:
    assert problems(office) == []


# --- attacks with the key in hand (security: what an insider can do to history) ------------------


def edit_content(db: Database) -> None:
    db.all(
        "UPDATE content SET body = CAST(replace(body, '申請書', '報告書') AS BLOB) WHERE seq = 8"
    )


def garble_account(db: Database) -> None:
    db.all("UPDATE content SET body = x'ff' WHERE seq = 1")


def edit_header(db: Database) -> None:
    db.all("UPDATE entry SET record_id = 'aa' WHERE seq = 9")


def edit_time(db: Database) -> None:
    db.all("UPDATE command SET recorded_at = '2026-11-01T00:00:00.000Z' WHERE first_seq = 9")


def edit_author(db: Database) -> None:
    db.all("UPDATE command SET author = (SELECT author FROM command WHERE first_seq = 1)"
           " WHERE first_seq = 12")  # fmt: skip


def edit_author_strangely(db: Database) -> None:
    db.all("UPDATE command SET author = '髙橋' WHERE first_seq = 12")


def edit_action(db: Database) -> None:
    db.all("UPDATE entry SET action = 'forget' WHERE seq = 9")


def edit_account_action(db: Database) -> None:
    db.all("UPDATE entry SET action = 'forget' WHERE type = 'user_account'")


def spell_time_otherwise(db: Database) -> None:
    """Write a time that is read as the same millisecond."""
    db.all("UPDATE command SET recorded_at = replace(recorded_at, 'Z', '00+00:00')"
           " WHERE first_seq = 9")  # fmt: skip


def garble_time(db: Database) -> None:
    db.all("UPDATE command SET recorded_at = '昨日' WHERE first_seq = 9")


def delete_entry(db: Database) -> None:
    db.all("DELETE FROM content WHERE seq = 9")
    db.all("DELETE FROM entry WHERE seq = 9")


def delete_command(db: Database) -> None:
    delete_entry(db)
    db.all("DELETE FROM command WHERE first_seq = 9")


def delete_first_command(db: Database) -> None:
    db.all("DELETE FROM command WHERE first_seq = 1")


def reorder(db: Database) -> None:
    for old, new in ((9, 99), (10, 9), (99, 10)):
        db.all("UPDATE content SET seq = ? WHERE seq = ?", (new, old))
        db.all("UPDATE entry SET seq = ? WHERE seq = ?", (new, old))
        db.all(
            "UPDATE command SET first_seq = ?, last_seq = ? WHERE first_seq = ?", (new, new, old)
        )


def swap_signature(db: Database) -> None:
    db.all("UPDATE command SET signature = (SELECT signature FROM command WHERE first_seq = 9)"
           " WHERE first_seq = 10")  # fmt: skip


def recompute(db: Database) -> None:
    """Change an entry and recompute every later hash, as somebody without other users' keys can."""
    edit_content(db)
    previous = b""
    for pairs in log.with_commands(db, 1, log.head(db).seq):
        for command, entry in pairs:
            salt, content = entry.salt or b"", entry.content or b""
            made = entry._replace(previous=previous or bytes(32),
                           commitment=hashlib.sha256(salt + content).digest())  # fmt: skip
            at = timestamp(command.recorded_at)
            header = header_bytes(command.id, command.author, at, command.offset, made)
            previous = hashlib.sha256(ENTRY_TAG + header).digest()
            db.all("UPDATE entry SET commitment = ?, previous = ?, hash = ? WHERE seq = ?",
                   (made.commitment, made.previous, previous, entry.seq))  # fmt: skip
            db.all("UPDATE command SET head = ? WHERE last_seq = ?", (previous, entry.seq))


def another_first_key(db: Database) -> None:
    body = db.value("SELECT body FROM content WHERE seq = 1")
    other = SeedSigner("だれか").public_key.hex().encode()
    key = SeedSigner("責任者").public_key.hex().encode()
    db.all("UPDATE content SET body = ? WHERE seq = 1", (body.replace(key, other),))


def edit_row(db: Database) -> None:
    db.all("UPDATE v_item SET name = '別の物'")


def edit_status(db: Database) -> None:
    db.all("UPDATE v_item SET state = 'returned'")


def edit_child(db: Database) -> None:
    db.all("UPDATE v_handling_event_lines SET quantity = 5 WHERE _number = 9")


def delete_row(db: Database) -> None:
    db.all("DELETE FROM v_person WHERE name LIKE '髙橋%'")


def plant_row(db: Database) -> None:
    db.all("CREATE TEMP TABLE planted AS SELECT * FROM v_place")
    db.all("UPDATE planted SET number = 1000, id = 'x'")
    db.all("INSERT INTO v_place SELECT * FROM planted")


def content_of_nobody(db: Database) -> None:
    db.all("INSERT INTO content SELECT max(seq) + 1, zeroblob(16), x'7b7d' FROM entry")


def content_before_all(db: Database) -> None:
    db.all("INSERT INTO content VALUES (-1, zeroblob(16), x'7b7d')")


def entry_before_all(db: Database) -> None:
    db.all(
        "INSERT INTO entry SELECT 0, type, record_id, action, payload, commitment, previous, hash"
        " FROM entry WHERE seq = 1"
    )


def command_of_nobody(db: Database) -> None:
    db.all(
        "INSERT INTO command SELECT last_seq + 1, last_seq + 1, 'ff', author, recorded_at,"
        ' "offset", head, signature FROM command ORDER BY first_seq DESC LIMIT 1'
    )


def shift_salt(db: Database) -> None:
    """Move the first byte of a content behind its salt: their hash together stays."""
    db.all(
        "UPDATE content SET salt = CAST(salt || substr(body, 1, 1) AS BLOB), body = substr(body, 2)"
        " WHERE seq = (SELECT max(seq) FROM content)"
    )


def indexed_further(db: Database) -> None:
    db.all("UPDATE v_watermark SET seq = (SELECT max(seq) FROM entry)")


def indexed_beyond(db: Database) -> None:
    db.all("UPDATE v_watermark SET seq = 99999")


def indexed_nowhere(db: Database) -> None:
    db.all("DELETE FROM v_watermark")


def unvoid(db: Database) -> None:
    db.all("UPDATE v_handling_event SET voided_at = NULL, voided_by = NULL, void_reason = NULL")


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (edit_content, "CHAIN"),
        (garble_account, "CHAIN"),
        (edit_header, "CHAIN"),
        (edit_time, "CHAIN"),
        (edit_author, "CHAIN"),
        (edit_author_strangely, "CHAIN"),
        (edit_action, "CHAIN"),
        (edit_account_action, "CHAIN"),
        (garble_time, "CHAIN"),
        (spell_time_otherwise, "CHAIN"),
        (delete_entry, "GAP"),
        (delete_command, "GAP"),
        (delete_first_command, "GAP"),
        (reorder, "CHAIN"),
        (swap_signature, "SIGNATURE"),
        (recompute, "SIGNATURE"),
        (another_first_key, "AUTHOR"),
        (edit_row, "VIEW"),
        (edit_status, "VIEW"),
        (edit_child, "VIEW"),
        (delete_row, "VIEW"),
        (plant_row, "VIEW"),
        (unvoid, "VIEW"),
        (content_of_nobody, "GAP"),
        (content_before_all, "GAP"),
        (command_of_nobody, "GAP"),
        (entry_before_all, "GAP"),
        (shift_salt, "CHAIN"),
        (indexed_further, "VIEW"),
        (indexed_beyond, "VIEW"),
        (indexed_nowhere, "VIEW"),
    ],
)
def test_attack_shows(office: Office, attack: Callable[[Database], None], code: str) -> None:
    database = store_of(office).database
    database.all("PRAGMA foreign_keys = OFF")
    with database.transaction():
        attack(database)
    assert code in codes(office)


def test_a_record_that_the_search_lost_shows(office: Office) -> None:
    store = store_of(office)
    while store.index_search(10_000):
        pass
    assert codes(office) == set()
    with store.database.transaction():
        store.database.all("DELETE FROM search WHERE rowid = (SELECT max(number) FROM v_item)")
    assert codes(office) == {"VIEW"}
    store.rebuild(lambda _done, _total: None)
    assert codes(office) == set()


@pytest.mark.parametrize("plant", [content_of_nobody, command_of_nobody])
def test_a_row_in_the_way_of_the_next_entry_is_no_conflict(
    office: Office, plant: Callable[[Database], None]
) -> None:
    store = store_of(office)
    store.database.all("PRAGMA foreign_keys = OFF")
    plant(store.database)
    head = store.head()
    with pytest.raises(StrayRows):
        office.create(factory.place("倉庫"))
    assert store.head() == head


def test_a_stranger_cannot_write(office: Office) -> None:
    office.write([creating(factory.place("倉庫"))], author="ab" * 16)
    assert codes(office) == {"AUTHOR"}


def test_a_foreign_key_cannot_sign_for_a_user(office: Office) -> None:
    office.write([creating(factory.place("倉庫"))], signer=SeedSigner("だれか"))
    assert codes(office) == {"SIGNATURE"}


def test_a_disabled_user_cannot_write(office: Office) -> None:
    accounts = office.store.find(UserAccount, Query("user_account"))
    worker = next(one.record for one in accounts if one.record.app_role is c.Role.WORKER)
    office.revise(worker, status=c.AccountStatus.DISABLED)
    assert codes(office) == set()
    office.write([creating(factory.place("倉庫"))], author=worker.id, signer=SeedSigner("従事者"))
    assert codes(office) == {"AUTHOR"}


def test_a_worker_cannot_make_himself_responsible(office: Office) -> None:
    accounts = office.store.find(UserAccount, Query("user_account"))
    worker = next(one.record for one in accounts if one.record.app_role is c.Role.WORKER)
    raised = replace(worker, app_role=c.Role.SUPERVISOR)
    office.write([revising(raised, "")], author=worker.id, signer=SeedSigner("従事者"))
    assert "AUTHOR" in codes(office)


def test_erased_content_keeps_the_chain_whole(office: Office) -> None:
    database = store_of(office).database
    with database.transaction():
        database.all("DELETE FROM content WHERE seq = 10")
    assert "CHAIN" not in codes(office)


def test_damaged_pages_are_named_first(tmp_path: Path) -> None:
    office = Office.open(tmp_path)
    with (tmp_path / "ledger.db").open("r+b") as file:
        file.seek(20 * 4096 + 100)
        file.write(b"damage")
    assert codes(office) == {"PAGES"}
    office.store.close()


def test_attachments_are_read_to_their_end(office: Office, tmp_path: Path) -> None:
    store = store_of(office)
    store.attachments = Attachments(tmp_path / "attachments", bytes(32))
    name = store.put_blob("写真".encode())
    office.create(
        factory.attachment(office.contract, name),
    )
    assert problems(office) == []
    (tmp_path / "attachments" / name).write_bytes(b"x")
    assert codes(office) == {"ATTACHMENT"}
    (tmp_path / "attachments" / name).unlink()
    assert [problem.where for problem in problems(office)] == [name]


def test_a_folder_of_attachments_that_leads_elsewhere_is_named(
    office: Office, tmp_path: Path
) -> None:
    """No file can be added there, and what is read lies where nobody keeps it."""
    store = store_of(office)
    store.attachments = Attachments(tmp_path / "attachments", bytes(32))
    office.create(factory.attachment(office.contract, store.put_blob("写真".encode())))
    (tmp_path / "attachments").rename(tmp_path / "moved")
    (tmp_path / "attachments").symlink_to(tmp_path / "moved")
    (problem,) = problems(office)
    assert (problem.code, problem.where) == ("ATTACHMENT", "attachments")
    assert "ほかの場所へのリンク" in problem.message


# --- stopping ------------------------------------------------------------------------------------


def test_verification_can_be_stopped(office: Office) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        verify(store_of(office), full=True, progress=stop, workers=1)
    assert problems(office) == []


def test_a_rebuild_that_is_stopped_is_done_again_by_whoever_opens_the_ledger(
    office: Office,
) -> None:
    """Wherever it is stopped: before the tables are dropped, between, or while they are filled."""
    path, store = store_of(office).database.path, store_of(office)
    vault, states = store.setting("vault_id"), []
    calls: list[int] = []
    store.rebuild(lambda done, total: calls.append(done))
    for last in (1, len(calls) // 2, len(calls) - 1, len(calls)):
        left = iter(range(last - 1))

        def stop(done: int, total: int) -> None:
            if next(left, None) is None:  # noqa: B023
                raise Cancelled

        with pytest.raises(Cancelled):
            store.rebuild(stop)
        states.append(store.database.value("PRAGMA user_version"))
        store.close()
        store = open_store(path, KEY, vault)
        assert verify(store, full=True, progress=silent, workers=1) == []
    store.close()
    assert states == [schema.VERSION, schema.VERSION, 0, 0]
