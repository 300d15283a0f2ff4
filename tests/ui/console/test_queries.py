"""Conditions and orders of `query`: whatever a program asks, it is answered or told what is wrong."""

from collections.abc import Iterator
from typing import Any, TypeVar

import pytest

from models.codes import CredentialKind
from models.errors import AzukariError, Usage
from models.records import ALL, Credential, Item, Organization, Person, Record
from models.store import Op
from tests.house import House, furnished
from ui.console.requests import query_of, whole_of

R = TypeVar("R", bound=Record)

STRANGE: tuple[Any, ...] = (
    "x", None, 1, True, [], ["x"], [None], {"a": 1}, ["item_id", "x"], "2026-01-01T10:00:00+09:00",
    10**20, -(1 << 63), "9e18", "1e5000", "NaN", "\ud800", ["\ud800"], ["item_id", "\ud800"],
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("queries"), things=2) as made:
        yield made


def asked(house: House, cls: type[R], **words: Any) -> list[R]:
    query = query_of(cls, words)
    return [stored.record for stored in house.ledger.store.find(cls, query)]


@pytest.mark.parametrize("cls", ALL)
def test_no_condition_and_no_order_is_a_fault_of_the_program(
    house: House, cls: type[Record]
) -> None:
    answered = 0
    for name in ("id", *cls.fields()):
        questions = [{"where": [[name, op.value, value]]} for op in Op for value in STRANGE]
        for words in [*questions, {"order": [[name, True]]}]:
            try:
                asked(house, cls, **words)
            except AzukariError:
                continue
            answered += 1
    assert answered > len(cls.fields())


@pytest.mark.parametrize(
    "words",
    [
        {"text": "a " * 600}, {"text": "\ud800"},
        {"where": [["item_no", "eq", "x"]] * 51}, {"order": [["item_no", True]] * 51},
    ],
)  # fmt: skip
def test_questions_without_measure_are_told(house: House, words: dict[str, Any]) -> None:
    with pytest.raises(Usage, match=f"「{next(iter(words))}」は"):
        asked(house, Item, **words)


def test_a_limit_has_a_limit() -> None:
    assert whole_of({"limit": 1_000_000}, "limit", 100) == 1_000_000
    for limit in (-1, 1_000_001, 10**20, True, "5"):
        with pytest.raises(Usage, match="1,000,000"):
            whole_of({"limit": limit}, "limit", 100)


def test_a_list_of_parts_is_searched_by_what_it_has(house: House) -> None:
    item = house.ledger.registers.all(Item)[0].record
    with pytest.raises(Usage, match="「contents」は、has か empty で"):
        asked(house, Item, where=[["contents", "eq", "x"]])
    with pytest.raises(Usage, match="「contents」の順には並べられません"):
        asked(house, Item, order=[["contents", False]])
    with pytest.raises(Usage, match="値の形"):
        asked(house, Item, where=[["contents", "has", ["nothing", "x"]]])
    asset = item.contents[0].asset_id
    assert item in asked(house, Item, where=[["contents", "has", ["asset_id", asset]]])
    assert asked(house, Item, where=[["contents", "has", ["asset_id", item.id]]]) == []
    assert item in asked(house, Item, where=[["contents", "empty", False]])


def test_the_number_of_a_credential_is_never_taken_for_the_one_of_its_entry(house: House) -> None:
    person = house.ledger.registers.all(Person)[0].record
    card = Credential(
        kind=CredentialKind.KEY, holder_person_id=person.id, number="17", issued_by=person.id,
        issued_on=house.ledger.today(), contract_id=house.story.contract.id,
    )  # fmt: skip
    house.ledger.registers.create(card)
    with pytest.raises(Usage, match="「text」で"):
        asked(house, Credential, where=[["number", "eq", "17"]])
    assert [one.number for one in asked(house, Credential, text="17")] == ["17"]


def test_the_words_of_a_vocabulary_are_read_one_by_one(house: House) -> None:
    kinds = house.ledger.registers.all(Organization)[0].record.kinds
    assert asked(house, Organization, where=[["kinds", "has", kinds[0].value]])
    with pytest.raises(Usage, match="値の形"):
        asked(house, Organization, where=[["kinds", "has", "nobody"]])
