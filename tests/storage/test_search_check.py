"""The words of the search index against the log: a record that cannot be found is named."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.records import ALL, Credential, HandlingEvent, Item, Person
from models.store import quiet
from storage import schema, search_check
from storage.ledger_store import LedgerStore
from storage.schema import table
from storage.search import scope_of
from storage.search_check import Words
from tests.house import House, furnished


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=4, accounts=True) as made:
        index(made)
        yield made


def store_of(house: House) -> LedgerStore:
    store = house.ledger.opened.store
    assert isinstance(store, LedgerStore)
    return store


def index(house: House) -> None:
    while house.ledger.store.index_search(1000):
        pass


def found(house: House) -> list[str]:
    store = store_of(house)
    return [where for _, where, _ in Words(1, store.head().seq).run(store.database)]


def document(house: House, number: int) -> tuple[str, str]:
    told = dict(search_check._documents(store_of(house).database, number, number))
    return told[number][1]


def newest(house: House, type_: str = HandlingEvent.type) -> int:
    return int(store_of(house).database.value(f"SELECT max(number) FROM {table(type_).name}"))


def plant(house: House, number: int, scope: str, words: str) -> None:
    database = store_of(house).database
    with database.transaction():
        database.all(
            "INSERT OR REPLACE INTO search (rowid, scope, text) VALUES (?, ?, ?)",
            (number, scope, words),
        )


def test_every_record_of_the_story_is_found_by_its_words(house: House) -> None:
    kinds = dict(
        search_check._documents(store_of(house).database, 1, house.ledger.store.head().seq)
    )
    assert len({document[0] for _, document in kinds.values()}) > 10
    assert any(words for _, (_, words) in kinds.values()) and found(house) == []


@pytest.mark.parametrize("change", ["other words", "one more", "one less", "order", "type", "none"])
def test_a_record_that_others_words_hide_is_named(house: House, change: str) -> None:
    number = newest(house)
    scope, words = document(house, number)
    every = words.split(" ")
    assert len(every) > 4 and every[0] != every[1]
    changed = {
        "other words": ["鯨雲"] * len(every), "one more": [*every, every[0]], "one less": every[:-1],
        "order": [every[1], every[0], *every[2:]], "none": [],
    }.get(change, every)  # fmt: skip
    plant(house, number, scope.replace("thandling", "titem"), " ".join(changed))
    if change == "type":
        assert scope != scope.replace("thandling", "titem")
    assert found(house) == [f"記帳番号{number}"]
    plant(house, number, scope, words)
    assert found(house) == []


def test_a_record_of_another_contracts_scope_is_named(house: House) -> None:
    number = newest(house, Item.type)
    _, words = document(house, number)
    plant(house, number, scope_of(Item.type, "00"), words)
    assert found(house) == [f"記帳番号{number}"]


def test_the_full_verification_names_it_and_a_rebuild_mends_it(house: House) -> None:
    number = newest(house)
    scope, _ = document(house, number)
    plant(house, number, scope, "鯨雲 雲")
    told = house.ledger.safe.verify(full=True, progress=quiet).problems
    assert [one.where for one in told] == [f"記帳番号{number}"]
    assert "検索の索引" in told[0].message and "作り直す" in told[0].message
    house.ledger.safe.rebuild(quiet)
    index(house)
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_what_was_renamed_is_compared_with_its_new_words(house: House) -> None:
    things = house.ledger.registers.all(Item)
    person = house.ledger.registers.all(Person)[0].record
    house.ledger.registers.revise(replace(things[0].record, name="改めた名称の票"), "名称の誤り")
    house.ledger.registers.revise(replace(person, department="改めた部署"), "部署の誤り")
    assert found(house) == []  # they wait for the index
    index(house)
    assert found(house) == []


@pytest.mark.parametrize(("name", "few"), [("PHRASE", 3), ("MOST", 1)])
def test_long_texts_are_cut_and_of_many_some_are_drawn(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, few: int
) -> None:
    monkeypatch.setattr(search_check, name, few)
    assert found(house) == []
    number = newest(house)
    scope, words = document(house, number)
    plant(house, number, scope, f"{words} 鯨")  # its size tells, whichever is drawn
    assert found(house) == [f"記帳番号{number}"]


def test_a_long_log_is_asked_for_some_entries_of_each_stretch_by_lot() -> None:
    short = search_check.drawn(1, 7_000, search_check.WHOLE)
    assert (short.first, short.last) == (1, 7_000)
    parts = [search_check.drawn(20_001, 30_000, 1_000_000) for _ in range(2_000)]
    assert all(one.last - one.first + 1 == search_check.DRAWN for one in parts)
    assert min(one.first for one in parts) < 20_100 < 29_900 < max(one.last for one in parts)
    assert all(one.first >= 20_001 and one.last <= 30_000 for one in parts)
    rest = search_check.drawn(999_990, 1_000_000, 1_000_000)
    assert (rest.first, rest.last) == (999_990, 1_000_000)


def test_what_a_column_does_not_say_is_read_from_the_log(house: House) -> None:
    assert "number" in table(Credential.type).eclipsed and Credential.search == ("number",)
    holder = house.ledger.registers.all(Person)[0].record.id
    made = Credential(
        kind=next(iter(Credential.fields()["kind"].kind.codes)), number="身分証ア-17",  # type: ignore[attr-defined]
        holder_person_id=holder, issued_on=house.ledger.today(), issued_by=holder,
        shows_company_name=True,
    )  # fmt: skip
    house.ledger.registers.create(made)
    index(house)
    assert found(house) == []
    number = newest(house, Credential.type)
    assert document(house, number)[1]
    plant(house, number, document(house, number)[0], "")
    assert found(house) == [f"記帳番号{number}"]


def test_other_texts_by_which_records_are_found_are_another_derivation() -> None:
    """Else a check would name what a former version put into the index."""
    fields = repr(sorted((one.type, one.search) for one in ALL))
    assert (schema.DERIVATION, zlib.crc32(fields.encode())) == (4, 4125026285)
