"""Checkpoints: what was found sound once is not asked again, and nothing hides behind that."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.chain import Command, Head, check_signature
from models.commands import creating
from models.records import UserAccount
from models.store import Query
from storage import checkpoint, log
from storage.checkpoint import SETTING, Checkpoint, Me
from storage.database import Database
from storage.verify import verify, verify_log
from tests import factory
from tests.factory import Office, SeedSigner
from tests.house import furnished
from tests.storage import test_verify as attacks
from tests.storage.test_verify import silent, store_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = attacks.lived_in(tmp_path)
    yield office
    office.store.close()


def me(office: Office) -> Me:
    return Me(office.author, office.signer)


def worker(office: Office) -> Me:
    accounts = office.store.find(UserAccount, Query("user_account"))
    found = next(one.record for one in accounts if one.record.id != office.author)
    return Me(found.id, SeedSigner("従事者"))


def checked(office: Office, by: Me | None = None) -> None:
    assert verify(store_of(office), full=True, progress=silent, me=by or me(office)) == []


def tail(office: Office) -> set[str]:
    found = verify(store_of(office), full=False, progress=silent, me=me(office))
    return {one.code for one in found}


def before_a_backup(office: Office, by: Me | None = None) -> set[str]:
    store = store_of(office)
    found = verify_log(store.database, store.vault_id, progress=silent, me=by or me(office))
    return {one.code for one in found}


def change(office: Office, attack: Callable[[Database], object]) -> None:
    database = store_of(office).database
    database.all("PRAGMA foreign_keys = OFF")
    with database.transaction():
        attack(database)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first entries of the commands whose signatures are verified."""
    seqs: list[int] = []

    def count(vault_id: str, command: Command, key: bytes) -> None:
        seqs.append(command.first_seq)
        check_signature(vault_id, command, key)

    monkeypatch.setattr("storage.stretch.check_signature", count)
    return seqs


# --- what it saves ------------------------------------------------------------------------------


def test_after_a_checkpoint_only_the_tail_is_checked(office: Office) -> None:
    checked(office)
    office.item(2)
    change(office, lambda db: db.all("UPDATE content SET body = x'7b7d' WHERE seq = 8"))
    assert tail(office) == set()
    assert attacks.codes(office) == {"CHAIN"}
    office.item(3)
    last = office.store.head().seq
    change(office, lambda db: db.all("UPDATE content SET body = x'7b7d' WHERE seq = ?", (last,)))
    assert tail(office) == {"CHAIN"}


def test_known_signatures_are_not_verified_again(office: Office, asked: list[int]) -> None:
    assert before_a_backup(office) == set()
    every = len(asked)
    assert every > 5
    checked(office)
    asked.clear()
    office.item(2)
    assert before_a_backup(office) == set()
    assert asked == [office.store.head().seq]
    asked.clear()
    checked(office)
    assert len(asked) == every + 1  # a full check always asks for all of them


def test_a_checkpoint_goes_on_from_the_last_one(office: Office, asked: list[int]) -> None:
    checked(office)
    office.item(2)
    assert tail(office) == set()
    asked.clear()
    assert before_a_backup(office) == set() and asked == []


def test_a_backup_leaves_a_checkpoint(tmp_path: Path, asked: list[int]) -> None:
    with furnished(tmp_path / "house") as house:
        house.ledger.safe.backup(tmp_path, silent)
        assert len(asked) > 5
        asked.clear()
        house.ledger.safe.backup(tmp_path, silent)
        assert asked == []


def test_opening_a_backup_file_asks_every_signature(tmp_path: Path, asked: list[int]) -> None:
    with furnished(tmp_path / "house") as house:
        made = house.ledger.safe.backup(tmp_path, silent)
        every = len(asked)
        asked.clear()
        house.ledger.safe.check_backup(made.file, silent)
        assert len(asked) == every


# --- what it does not hide ----------------------------------------------------------------------

LOG_ATTACKS = [
    (attacks.edit_content, "CHAIN"),
    (attacks.edit_header, "CHAIN"),
    (attacks.edit_time, "CHAIN"),
    (attacks.edit_author, "CHAIN"),
    (attacks.delete_entry, "GAP"),
    (attacks.delete_command, "GAP"),
    (attacks.delete_first_command, "GAP"),
    (attacks.reorder, "CHAIN"),
    (attacks.swap_signature, "SIGNATURE"),
    (attacks.recompute, "SIGNATURE"),
    (attacks.another_first_key, "AUTHOR"),
]


@pytest.mark.parametrize(("attack", "code"), LOG_ATTACKS)
def test_an_attack_below_the_checkpoint_shows_before_a_backup(
    office: Office, attack: Callable[[Database], None], code: str
) -> None:
    checked(office)
    change(office, attack)
    assert code in before_a_backup(office)


def test_the_end_cut_off_shows_by_the_signatures_that_are_asked_again(
    office: Office, asked: list[int]
) -> None:
    checked(office)
    asked.clear()

    def cut(db: Database) -> None:
        last = log.head(db).seq
        for table, column in (("content", "seq"), ("entry", "seq"), ("command", "first_seq")):
            db.all(f"DELETE FROM {table} WHERE {column} = ?", (last,))

    change(office, cut)
    before_a_backup(office)
    assert len(asked) > 5  # that entries are missing is for the memory of the head to tell


def test_what_another_user_says_counts_for_nobody_else(office: Office, asked: list[int]) -> None:
    checked(office, worker(office))
    asked.clear()
    assert before_a_backup(office) == set()
    assert len(asked) > 5


def test_another_user_cannot_sign_in_ones_place(office: Office, asked: list[int]) -> None:
    other = worker(office)
    forger = Me(office.author, other.signer)  # has the database key, but not this user's
    checked(office, forger)
    change(office, attacks.swap_signature)
    assert before_a_backup(office) == {"SIGNATURE"}


@pytest.mark.parametrize("part", ["seq", "head", "seals", "signature"])
def test_a_forged_checkpoint_is_ignored(office: Office, part: str) -> None:
    checked(office)
    store = store_of(office)
    said = json.loads(store.setting(SETTING + office.author))
    other = {"seq": said["seq"] - 1, "signature": "00" * 64, "head": "ab" * 32, "seals": "ab" * 32}
    store.set_setting(SETTING + office.author, json.dumps(said | {part: other[part]}))
    assert checkpoint.read(store.database, store.vault_id, me(office)) == Checkpoint()
    change(office, lambda db: db.all("UPDATE content SET body = x'7b7d' WHERE seq = 8"))
    assert tail(office) == {"CHAIN"}


@pytest.mark.parametrize("said", ["", "[]", "7", "{}", '{"seq": "x"}', "{"])
def test_nonsense_is_no_checkpoint(office: Office, said: str) -> None:
    store = store_of(office)
    store.set_setting(SETTING + office.author, said)
    assert checkpoint.read(store.database, store.vault_id, me(office)) == Checkpoint()


def test_no_checkpoint_is_made_of_a_broken_ledger(office: Office) -> None:
    change(office, attacks.edit_content)
    store = store_of(office)
    assert verify(store, full=True, progress=silent, me=me(office)) != []
    assert store.setting(SETTING + office.author) == ""


def test_no_tail_makes_up_for_a_log_that_was_never_checked(office: Office) -> None:
    """A tail after another user's checkpoint would sign what nobody but that user saw."""
    checked(office, worker(office))
    change(office, attacks.swap_signature)
    office.create(factory.place("倉庫"))
    assert tail(office) == {"SIGNATURE"}


# --- careless variants, which the tests above must notice -----------------------------------------


def believe_the_number(database: Database, vault_id: str, by: Me) -> Checkpoint:
    """Skip what is older than the checkpoint without looking at its head or at the signatures."""
    said = json.loads(database.value("SELECT value FROM setting WHERE name = ?",
                                     (SETTING + by.id,)) or "{}")  # fmt: skip
    return Checkpoint(Head(said.get("seq", 0), b""))


def forget_the_seals(database: Database, vault_id: str, by: Me) -> Checkpoint:
    return checkpoint.read(database, vault_id, by)


@pytest.mark.parametrize(
    ("careless", "attack"),
    [
        (believe_the_number, attacks.recompute),
        (believe_the_number, attacks.swap_signature),
        (forget_the_seals, attacks.swap_signature),
    ],
)
def test_a_careless_variant_would_pass_the_attack(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    careless: Callable[[Database, str, Me], Checkpoint],
    attack: Callable[[Database], None],
) -> None:
    checked(office)
    change(office, attack)
    assert before_a_backup(office) == {"SIGNATURE"}
    monkeypatch.setattr(checkpoint, "signed_up_to", careless)
    assert before_a_backup(office) == set()


def test_a_stranger_below_the_checkpoint_shows(office: Office) -> None:
    checked(office)
    office.write([creating(factory.place("倉庫"))], author="ab" * 16)
    assert before_a_backup(office) == {"AUTHOR"}
