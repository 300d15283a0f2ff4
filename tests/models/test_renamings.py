"""Who and what is renamed after acts named it is told beside the text, however it was meant."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.contract_changes import BESIDE
from models.records import Person, Place
from tests import proof
from tests.house import House, furnished

WHY = "登録の誤りを直すため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2) as made:
        yield made


def rename(house: House, cls: type[Person] | type[Place], id_: str, name: str) -> None:
    record = house.ledger.registers.need(cls, id_).record
    house.ledger.registers.revise(record.with_changes(name=name), WHY)


def told(house: House) -> list[str]:
    rows = proof.rows(house, clause=BESIDE.key)
    assert {row.severity for row in rows} <= {"due"}
    return [row.sentence for row in rows if "名前" in row.sentence]


def test_three_renamings_that_swap_two_people_are_all_told(house: House) -> None:
    one, two = house.story.people["worker"], house.story.people["worker3"]
    first, second = (house.ledger.registers.need(Person, id_).record.name for id_ in (one, two))
    for id_, name in ((one, "仮　一郎"), (two, first), (one, second)):
        house.clock.wait(5)
        rename(house, Person, id_, name)
    sentences = told(house)
    assert len(sentences) == 3 and all(WHY in one for one in sentences)
    assert any(f"「{first}」の名前を「仮　一郎」に" in one for one in sentences)
    assert any(f"「{second}」の名前を「{first}」に" in one for one in sentences)


def test_a_place_that_is_called_otherwise_is_told(house: House) -> None:
    place = house.story.places[2]
    rename(house, Place, place.id, "社長の自宅の書斎")
    [sentence] = told(house)
    assert place.name in sentence and "社長の自宅の書斎" in sentence


def test_a_name_that_is_only_written_otherwise_is_not_told(house: House) -> None:
    person = house.ledger.registers.need(Person, house.story.people["worker"]).record
    rename(house, Person, person.id, person.name.replace("𠮷", "吉"))
    assert told(house) == []


def test_who_did_nothing_yet_is_renamed_without_a_word(house: House) -> None:
    person = house.ledger.registers.need(Person, house.story.people["worker"]).record
    new = house.ledger.registers.create(replace(person, id="", name="新人　花子")).ids[-1]
    rename(house, Person, new, "新人　華子")
    assert told(house) == []
