"""The log read by processes beside the one that writes makes the same tables."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.commands import creating
from models.errors import Cancelled, InputOutput, NewerFormat
from models.records.handling import HandlingLine
from storage import deriving, portions, schema
from storage.database import Database
from storage.ledger_store import LedgerStore
from storage.verify import verify
from tests import factory
from tests.factory import KEY, Office

SIZE = 16


def silent(done: int, total: int) -> None:
    """Hear nothing."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LedgerStore]:
    """A ledger of several portions; what happens to a record lies in other ones than the record."""
    office = Office.open(tmp_path)
    things = [office.item(number) for number in range(1, 30)]
    office.handle(K.RECEIVE, *things)
    for hour in range(1, 20):
        office.handle(K.STOCKTAKE, things[hour], hours=hour)
    late = office.handle(K.STORE, things[1], hours=2.5)  # entered late
    part = HandlingLine(item_id=things[2].id, quantity=Decimal("0.5"))
    office.handle(K.RETURN, things[2], hours=30, lines=(part,), counterpart_name="架空市")
    office.write([creating(factory.person(office.company, n)) for n in range(10, 40)])
    office.revise(things[0], name="𠮷野の台帳")
    office.void(late)
    monkeypatch.setattr(portions, "SIZE", SIZE)
    monkeypatch.setattr(deriving, "MANY", 4 * SIZE)
    assert isinstance(office.store, LedgerStore)
    yield office.store
    office.store.close()


def test_the_tables_are_the_same(store: LedgerStore, beside: list[Path]) -> None:
    store.index_search(10_000)  # fills the narrow tables, too
    before = tables(store.database)
    store.rebuild(silent)
    assert tables(store.database) == before and not beside
    store.rebuild(silent, KEY)
    assert tables(store.database) == before and beside == [store.database.path]
    assert verify(store, full=True, progress=silent) == []


def test_what_is_stopped_leaves_a_log_without_tables(store: LedgerStore) -> None:
    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        store.rebuild(stop, KEY)
    assert store.database.value("PRAGMA user_version") == 0
    store.rebuild(silent, KEY)
    assert store.database.value("PRAGMA user_version") == schema.VERSION
    assert verify(store, full=True, progress=silent) == []


def test_an_entry_that_cannot_be_read_is_told_by_the_one_that_asked(store: LedgerStore) -> None:
    with store.database.transaction():
        store.database.all("UPDATE entry SET payload = 99 WHERE seq = 40")
    with pytest.raises(NewerFormat), portions.read_beside(store.database.path, KEY, 60) as told:
        list(told)
    with store.database.transaction():
        store.database.all("UPDATE entry SET payload = 1 WHERE seq = 40")
        store.database.all("UPDATE content SET body = x'7b' WHERE seq = 41")
    with pytest.raises(ValueError), portions.read_beside(store.database.path, KEY, 60) as told:
        list(told)


def test_a_reader_that_ends_by_itself_is_an_error(
    store: LedgerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "_serve", _leave)
    with pytest.raises(InputOutput), portions.read_beside(store.database.path, KEY, 60):
        pass


def _leave(*_: object) -> None:
    """End without a word."""


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The databases that processes beside this one have read."""
    read, found = portions.read_beside, []

    def noticed(path: Path, key: bytes, last: int):  # type: ignore[no-untyped-def]
        found.append(path)
        return read(path, key, last)

    monkeypatch.setattr(deriving, "read_beside", noticed)
    return found


def tables(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every derived table."""
    names = [view.name for view in schema.TABLES.values()]
    names += [view.list_name for view in schema.TABLES.values() if view.listed]
    names += [child.name for view in schema.TABLES.values() for child in view.children]
    found = {name: database.all(f"SELECT * FROM {name} ORDER BY 1, 2") for name in names}
    found["v_later"] = database.all("SELECT * FROM v_later ORDER BY 1, 2")
    assert sum(map(len, found.values())) > 100
    return found
