"""Search: one, two and more characters, folded writing, before and after the index caught up."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.commands import creating
from models.records import Item
from models.store import Query
from storage.ledger_store import LedgerStore
from storage.search import BATCH
from tests import factory
from tests.factory import Office


@pytest.fixture(params=["before the index", "after the index"])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office whose texts wait to be indexed, or are indexed."""
    office = Office.open(tmp_path)
    for number in range(8):
        office.create(factory.person(office.company, number))
    office.create(
        factory.item(office.contract, office.room, 1, name="サーバーラック", maker="﨑田")
    )
    office.create(factory.place("倉庫A－１"))
    if request.param == "after the index":
        assert office.store.index_search(10_000) is False
    yield office
    office.store.close()


def found(office: Office, words: str, **limits: object) -> list[str]:
    return [hit.caption for hit in office.store.search(words, **limits)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "caption"),
    [
        ("𠮷", "𠮷野 一郎"),
        ("吉野", "𠮷野 一郎"),
        ("吉野 一郎", "𠮷野 一郎"),
        ("高橋", "髙橋 一郎"),
        ("山崎", "山﨑 一郎"),
        ("たかはし", "髙橋 一郎"),
        ("ﾀｶﾊｼ", "髙橋 一郎"),
        ("らっく", "M-0001 サーバーラック"),
        ("さーばー", "M-0001 サーバーラック"),
        ("m-0001", "M-0001 サーバーラック"),
        ("Ｍ－０００１", "M-0001 サーバーラック"),
        ("崎田", "M-0001 サーバーラック"),
        ("A-1", "倉庫A－１"),
        ("庫", "倉庫A－１"),
    ],
)
def test_words_are_found_however_they_are_written(office: Office, words: str, caption: str) -> None:
    assert caption in found(office, words)


@pytest.mark.parametrize("words", ["橋高", "存在しない", "吉野 花子", "野村", "*", '"', "OR"])
def test_words_that_are_not_there_are_not_found(office: Office, words: str) -> None:
    assert found(office, words) == []


def test_nothing_typed_finds_nothing_and_filters_nothing(office: Office) -> None:
    assert found(office, "　 ") == []
    assert office.store.count(Query("person", text="  ")) == 9


def test_a_list_is_filtered_by_words(office: Office) -> None:
    assert office.store.count(Query("person", text="一郎")) == 9
    assert office.store.count(Query("person", text="吉野")) == 2
    assert office.store.count(Query("place", text="吉野")) == 0


def test_a_saved_record_is_found_at_once(office: Office) -> None:
    office.create(factory.place("大会議室"))
    assert found(office, "会議") == ["大会議室"]
    assert found(office, "室") != []


def test_a_revised_record_is_found_by_its_new_text_only(office: Office) -> None:
    room = office.create(factory.place("旧館の書庫"))
    assert found(office, "旧館") == ["旧館の書庫"]
    office.revise(room, name="新館の書庫")
    for _ in range(2):
        assert found(office, "旧館") == []
        assert found(office, "新館") == ["新館の書庫"]
        assert office.store.count(Query("place", text="旧館")) == 0
        assert office.store.count(Query("place", text="新館")) == 1
        office.store.index_search(10_000)


def test_an_event_is_found_by_each_name_of_its_item(office: Office) -> None:
    thing = office.item(2, name="旧式の棚")
    event = office.handle(K.RECEIVE, thing)
    assert [h.id for h in office.store.search("旧式", types=["handling_event"])] == [event.id]
    office.revise(thing, name="新式の棚")
    for _ in range(2):
        assert [h.id for h in office.store.search("新式", types=["handling_event"])] == [event.id]
        assert [h.id for h in office.store.search("旧式", types=["handling_event"])] == [event.id]
        office.store.index_search(10_000)


def test_a_voided_record_is_not_found_but_can_be_listed(office: Office) -> None:
    room = office.create(factory.place("取壊し予定の棟"))
    office.void(room)
    for _ in range(2):
        assert found(office, "取壊し") == []
        assert office.store.count(Query("place", text="取壊し", voided=True)) == 1
        office.store.index_search(10_000)


def test_limits_of_type_and_contract_are_part_of_the_question(office: Office) -> None:
    other = office.create(factory.contract(office.client, office.company, 2))
    office.create(factory.item(other, office.room, 50, name="秘密の箱"))
    for _ in range(2):
        assert found(office, "秘密", contracts=frozenset({other.id})) == ["M-0050 秘密の箱"]
        assert found(office, "秘密", contracts=frozenset({office.contract.id})) == []
        assert found(office, "秘密", contracts=frozenset()) == []
        assert found(office, "秘密", types=["person"]) == []
        assert found(office, "秘密", types=["item"]) == ["M-0050 秘密の箱"]
        assert found(office, "吉野", contracts=frozenset()) == ["𠮷野 一郎", "𠮷野 一郎"]
        office.store.index_search(10_000)


def test_newest_come_first_and_not_more_than_asked(office: Office) -> None:
    office.write([creating(factory.item(office.contract, office.room, n)) for n in range(10, 40)])
    office.store.index_search(10_000)
    office.item(40)
    assert found(office, "申請書", limit=3) == [f"M-{n:04d} 申請書の束 {n}" for n in (40, 39, 38)]


def test_the_index_is_filled_in_steps(office: Office) -> None:
    things = [factory.item(office.contract, office.room, n) for n in range(100, 110 + 2 * BATCH)]
    office.write([creating(one) for one in things])
    assert office.store.index_search(0) is True
    assert office.store.count(Query("item", text="申請書")) == len(things)
    while office.store.index_search(0):
        pass
    assert office.store.count(Query("item", text="申請書")) == len(things)


def test_a_piece_is_one_transaction_and_leaves_the_rest_known(office: Office) -> None:
    store = office.store
    assert isinstance(store, LedgerStore)
    things = [factory.item(office.contract, office.room, n) for n in range(100, 110 + 2 * BATCH)]
    office.write([creating(one) for one in things])
    assert store.count(Query("item", text="申請書")) == len(things)
    while store.index_search(0):
        assert store.count(Query("item", text="申請書")) == len(things)
    again = [factory.item(office.contract, office.room, n) for n in range(700, 710 + 2 * BATCH)]
    office.write([creating(one) for one in again])
    before = store.database.writes
    assert store.index_search(10_000) is False
    assert store.database.writes == before + 1
    assert store.count(Query("item", text="申請書")) == len(things) + len(again)


def test_a_rebuilt_ledger_finds_the_same(office: Office) -> None:
    before = found(office, "一郎")
    progress: Callable[[int, int], None] = lambda done, total: None  # noqa: E731
    office.store.rebuild(progress)
    assert found(office, "一郎") == before
    office.store.index_search(10_000)
    assert found(office, "一郎") == before
    assert office.store.find(Item, Query("item", text="ラック"))[0].record.maker == "﨑田"
