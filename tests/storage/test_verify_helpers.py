"""Two helpers share a verification: they find what is planted, and end with it."""

import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from models.codes import HandlingKind as K
from models.commands import creating
from models.errors import Cancelled, Damaged, InputOutput
from models.store import Progress
from models.verification import Problem
from storage import access, log
from storage.database import Database, Row, open_snapshot
from storage.helpers import Found, Helpers, Job, run_here
from storage.known_schema import Schema
from storage.pages import PageFile
from storage.stretch import PAGES, READ, Rest, Structure, Tree
from storage.verify import _Check, verify, verify_log
from tests import factory
from tests.factory import KEY, START, Office, SeedSigner
from tests.storage.striking import owners_in, strike
from tests.storage.test_verify import lived_in, silent, store_of


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all these ledgers, one after the other."""
    return tmp_path_factory.mktemp("shared") / "one"


@pytest.fixture(scope="module")
def kept(place: Path) -> Iterator[Helpers]:
    """Two helpers for all these ledgers: they open the file for every job."""
    with Helpers(place / "ledger.db", KEY, 2) as helpers:
        yield helpers


@pytest.fixture
def large(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A ledger whose check is cut into sixteen stretches and shared by two helpers."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    office = lived_in(place)
    things = [factory.item(office.contract, office.room, n) for n in range(100, 400)]
    office.write([creating(one) for one in things])
    first = office.store.next_event_no(office.contract.id)
    received = [
        factory.event(office.contract, office.actor, K.RECEIVE, [one], first + n, START)
        for n, one in enumerate(things)
    ]
    office.write([creating(one) for one in received])
    office.revise(things[7], name="訂正した名前")
    monkeypatch.setattr("storage.verify.FEW", 0)
    yield office
    office.store.close()


@pytest.fixture
def shared(large: Office, kept: Helpers, monkeypatch: pytest.MonkeyPatch) -> Office:
    """That ledger, checked by helpers that have begun already: to begin takes longer than to check."""
    monkeypatch.setattr("storage.verify.Helpers", lambda *_: nullcontext(kept))
    return large


def together(office: Office, progress: Progress = silent) -> list[Problem]:
    return verify(store_of(office), full=True, progress=progress, key=KEY)


def test_every_damaged_page_is_seen_by_helpers_whether_it_is_in_use_or_free(
    shared: Office, place: Path
) -> None:
    path, store = place / "ledger.db", store_of(shared)
    pages = path.stat().st_size // 4096
    for page in range(1, pages, pages // 12):
        with harmed(path, page):
            assert {one.code for one in together(shared)} == {"PAGES"}, page
            copied = verify_log(store.database, store.vault_id, progress=silent, key=KEY)
            assert {one.code for one in copied} == {"PAGES"}, page
    with store.database.transaction():
        store.database.all("CREATE TABLE big (x)")
        store.database.all("INSERT INTO big VALUES (zeroblob(100000))")
    with store.database.transaction():
        store.database.all("DROP TABLE big")
    assert together(shared) == [] and store.database.value("PRAGMA freelist_count") > 20
    with harmed(path, path.stat().st_size // 4096 - 3):
        assert {one.code for one in together(shared)} == {"PAGES"}
    assert together(shared) == []


@contextmanager
def harmed(path: Path, page: int) -> Iterator[None]:
    place = page * 4096 + 1500
    with path.open("r+b") as file:
        file.seek(place)
        before = file.read(6)
        file.seek(place)
        file.write(bytes(byte ^ 255 for byte in before))
    yield
    with path.open("r+b") as file:
        file.seek(place)
        file.write(before)


def test_a_backup_asks_for_the_log_and_not_for_every_index_of_the_tables(
    shared: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(shared)
    asked: list[str] = []
    all_ = store.database.all

    def listen(sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        asked.append(sql)
        return all_(sql, parameters)

    with store.database.transaction():
        for statement in access.TABLES:  # as of a ledger that somebody looks at
            store.database.all(statement)
    monkeypatch.setattr(store.database, "all", listen)
    assert verify_log(store.database, store.vault_id, progress=silent) == []
    assert "PRAGMA quick_check(20)" in asked and "PRAGMA integrity_check(20)" not in asked
    alone = {one.removeprefix("PRAGMA index_list(")[:-1] for one in asked if "index_list" in one}
    kept = {name for name in log.names(store.database) if _has_index(store.database, name)}
    assert alone == kept >= {"command", "access_line"}
    assert "content" not in kept  # its rows are its order
    asked.clear()
    assert verify(store, full=True, progress=silent) == []
    assert "PRAGMA integrity_check(20)" in asked


def test_every_page_of_a_long_log_that_is_copied_is_read_by_some_part(
    large: Office, place: Path
) -> None:
    path, store = place / "ledger.db", store_of(large)
    with store.database.transaction():
        for statement in access.TABLES:
            store.database.all(statement)
    pages, copied = owners_in(store.database, KEY), path.with_name("struck.db")
    assert {"catalogue", "entry", "content", "command", "access_line", "v_item"} <= {*pages}
    jobs = [job for job in _jobs_of(large) if not isinstance(job, Schema)]
    for tree, numbers in pages.items():
        for number in {numbers[0], numbers[-1]} - {1}:
            shutil.copy(path, copied)
            strike(copied, number)
            first = next((type(job) for job in jobs if asked_alone(copied, job)), None)
            assert first is not None, (tree, number)
            # The parts of the file come first; they leave out what the stretches read.
            left_out = tree in READ and number != numbers[0]
            assert (first is not Rest) is left_out, (tree, number)


def test_the_parts_of_the_file_leave_out_the_log_alone(large: Office, place: Path) -> None:
    store = store_of(large)
    pages, read = owners_in(store.database, KEY), list[int]()
    look = PageFile._holds

    def listen(self: PageFile, number: int, raw: bytes) -> bool:
        read.append(number)
        return look(self, number, raw)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.pages.PageFile._holds", listen)
        patch.setattr("storage.verify.SPAN", 50)
        parts = [job for job in _jobs_of(large) if isinstance(job, Rest)]
        assert len(parts) > 3
        for part in parts:
            assert part.run(store.database) == []
    asked = {*read}
    log_ = {number for name in READ for number in pages[name]}
    assert asked >= {number for one in pages.values() for number in one} - log_
    assert len(asked & log_) < len(log_) / 2  # to know whose the others are


def asked_alone(path: Path, job: Job) -> list[Found]:
    try:
        with closing(open_snapshot(path, KEY)) as database:
            return run_here(job, database)
    except Damaged as error:  # as a helper says it
        return [(PAGES, path.name, str(error))]


def test_a_short_log_is_asked_at_once(large: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.verify.FEW", 10_000)
    jobs = _jobs_of(large)
    assert any(isinstance(one, Structure) for one in jobs)
    assert not any(isinstance(one, Rest | Tree) for one in jobs)


def test_a_tree_whose_pages_are_whole_and_whose_rows_are_not(large: Office) -> None:
    database = store_of(large).database
    database._connection.set_authorizer(None)
    assert Tree("v_item").run(database) == []
    with database.transaction():
        database.all("PRAGMA writable_schema = ON")
        _declare(database, "caption TEXT NOT NULL", "caption TEXT")
        database.all(
            "UPDATE v_item SET caption = NULL WHERE number = (SELECT max(number) FROM v_item)"
        )
        _declare(database, "caption TEXT", "caption TEXT NOT NULL")
    assert [code for code, *_ in Tree("v_item").run(database)] == ["PAGES"]
    assert Tree("v_place").run(database) == []
    with database.transaction():
        database.all('CREATE TABLE "v_no""body" (x)')
    assert Tree('v_no"body').run(database) == []


def _jobs_of(office: Office) -> list[Job]:
    """Return the parts of the check of a copy."""
    store = store_of(office)
    check = _Check(store.database, store.vault_id, silent, 2, KEY)
    return list(check._jobs(store.head(), False, check._is_long(store.head().seq, 0)))


def _declare(database: Database, was: str, now: str) -> None:
    database.all(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'v_item'", (was, now)
    )
    version = database.value("PRAGMA schema_version")
    database.all(f"PRAGMA schema_version = {version + 1}")


def _has_index(db: Database, table: str) -> bool:
    """Tell whether a table has an index besides the key by which its rows lie."""
    return any(origin != "pk" for *_, origin, _ in db.all(f"PRAGMA index_list({table})"))


def changed_column(db: Database) -> str:
    db.all("UPDATE v_handling_event SET purpose = '別の目的' WHERE number = 450")
    return "記帳番号450"


def missing_row(db: Database) -> str:
    db.all("DELETE FROM v_handling_event WHERE number = 450")
    return "記帳番号450"


def extra_row(db: Database) -> str:
    db.all("CREATE TEMP TABLE planted AS SELECT * FROM v_handling_event WHERE number = 450")
    db.all("UPDATE planted SET number = 5, id = 'x'")
    db.all("INSERT INTO v_handling_event SELECT * FROM planted")
    return "v_handling_event"


def swapped_children(db: Database) -> str:
    for old, new in ((450, 9999), (451, 450), (9999, 451)):
        db.all("UPDATE v_handling_event_lines SET _number = ? WHERE _number = ?", (new, old))
    return "記帳番号450"


def orphan_child(db: Database) -> str:
    db.all("UPDATE v_handling_event_lines SET _number = 9999 WHERE _number = 450")
    return "v_handling_event_lines"


def changed_status(db: Database) -> str:
    db.all("UPDATE v_item SET last_event_at = '2026-11-03T00:00:00.000Z+540' WHERE number = 150")
    return "記帳番号150"


def hidden_revision(db: Database) -> str:
    (seq,) = db.all("SELECT max(seq) FROM entry WHERE action = 'revise'")[0]
    db.all("DELETE FROM v_later WHERE seq = ?", (seq,))
    return f"記帳番号{seq}"


def moved_revision(db: Database) -> str:
    db.all("UPDATE v_later SET record_id = 'x'")
    return f"記帳番号{log.head(db).seq}"


@pytest.mark.parametrize(
    "plant",
    [
        changed_column,
        missing_row,
        extra_row,
        swapped_children,
        orphan_child,
        changed_status,
        hidden_revision,
        moved_revision,
    ],
)
def test_a_planted_fault_shows_to_the_helpers(
    shared: Office, plant: Callable[[Database], str]
) -> None:
    database = store_of(shared).database
    with database.transaction():
        where = plant(database)
    assert where in {problem.where for problem in together(shared)}


def test_helpers_find_nothing_in_an_honest_ledger(large: Office) -> None:
    told: list[tuple[int, int]] = []
    assert together(large, lambda done, total: told.append((done, total))) == []
    last = large.store.head().seq
    assert told[-1] == (last, last) and len({done for done, _ in told}) > 10


def test_helpers_check_signatures(shared: Office) -> None:
    shared.write([creating(factory.place("倉庫"))], signer=SeedSigner("だれか"))
    seq = shared.store.head().seq
    assert [(one.code, one.where) for one in together(shared)] == [("SIGNATURE", f"記帳番号{seq}")]


def test_entries_made_meanwhile_are_no_problem(shared: Office) -> None:
    def enter(done: int, total: int) -> None:
        if shared.store.head().seq < total + 3:
            shared.create(factory.place(f"倉庫{done}"))

    assert together(shared, enter) == []
    assert shared.store.head().seq > 610


def test_what_was_seen_during_a_write_is_looked_at_again(shared: Office) -> None:
    database = store_of(shared).database
    [(purpose,)] = database.all("SELECT purpose FROM v_handling_event WHERE number = 450")
    with database.transaction():
        changed_column(database)

    def mend(done: int, total: int) -> None:
        if done == total:
            with database.transaction():
                database.all(
                    "UPDATE v_handling_event SET purpose = ? WHERE number = 450", (purpose,)
                )

    assert together(shared) != []
    assert together(shared, mend) == []


def test_stopping_ends_the_helpers(large: Office) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    before = multiprocessing.active_children()  # those that are kept for other tests
    with pytest.raises(Cancelled):
        together(large, stop)
    assert set(multiprocessing.active_children()) == set(before)
    large.create(factory.place("倉庫"))
    assert together(large) == []


def test_a_helper_that_dies_is_no_verdict(large: Office) -> None:
    before = multiprocessing.active_children()

    def kill(done: int, total: int) -> None:
        for child in set(multiprocessing.active_children()) - set(before):
            child.kill()

    with pytest.raises(InputOutput):
        together(large, kill)
