"""八千代市 第2条: what things are said to hold is compared with the list, and silence states no duty."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import HandlingKind, Means
from models.evidence import evidence
from models.item_list import beyond_list
from models.records import Contract, HandlingEvent, HandlingLine, InformationAsset, Item
from models.records.things import ItemContent
from tests import proof
from tests.ending import revise
from tests.house import House, furnished


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="yachiyo", rules=True, things=2) as made:
        yield made


def asset(house: House) -> InformationAsset:
    return house.ledger.registers.need(InformationAsset, house.story.asset.id).record


def held(house: House, words: str) -> tuple[str, ...]:
    """Say what a thing holds, and return what the program says to that."""
    item = house.ledger.registers.need(Item, house.story._stock[0].id).record
    content = ItemContent(asset_id=house.story.asset.id, fields_text=words)
    said = house.ledger.registers.revise(
        replace(item, contents=(content,)), "収録情報を確かめたため"
    )
    return said.notices


def rows(house: House) -> list[str]:
    return proof.sentences(house, clause="YC-2.1")


def state(house: House) -> str:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    return next(one.state for one in evidence(house.ledger, contract) if one.key == "YC-2.1")


def names(house: House) -> str:
    return "、".join(one.name for one in asset(house).asset_fields)


def test_what_the_list_has_is_no_word_about_it(house: House) -> None:
    assert names(house)
    assert held(house, names(house)) == ()
    assert rows(house) == [] and state(house) == "done"


def test_what_a_thing_holds_beyond_the_list_is_told_and_stands_under_the_clause(
    house: House,
) -> None:
    [told] = held(house, f"{names(house)}、個人番号、口座番号")
    assert "「個人番号」「口座番号」は" in told
    assert rows(house) == [told] and state(house) == "action"
    held(house, names(house))
    assert rows(house) == []


def test_a_thing_that_comes_with_an_act_is_compared_too(house: House) -> None:
    item = house.story._new_item()
    content = ItemContent(asset_id=house.story.asset.id, fields_text="口座番号")
    item = replace(item, id=house.ledger.new_id(), contents=(content,))
    event = house.story._event(
        HandlingKind.RECEIVE, "入力のため", actor="worker", place_to_id=item.home_place_id,
        counterpart_name="見本　花子", means=Means.DIRECT,
    )  # fmt: skip
    event = replace(event, lines=(HandlingLine(item_id=item.id, quantity=item.quantity),))
    change = house.ledger.handling.record(event, new_items=[item])
    assert any("「口座番号」は" in one for one in change.notices)


def test_information_without_items_is_not_fulfilled(house: House) -> None:
    revise(house, replace(asset(house), asset_fields=()), "項目の整理のため")
    assert any("「個人情報の項目」が登録されていません" in one for one in rows(house))
    assert state(house) == "action"


@pytest.mark.parametrize(
    ("words", "beyond"),
    [
        ("氏名、生年月日", []),
        ("氏名・生年月日", []),
        ("氏名 生年月日など", []),
        ("氏名，ﾒｰﾙｱﾄﾞﾚｽ", []),
        ("氏名、口座番号等", ["口座番号等"]),
        ("", []),
    ],
)
def test_words_are_compared_as_people_write_them(words: str, beyond: list[str]) -> None:
    made = InformationAsset.from_json(
        {"asset_fields": [
            {"name": name, "kind": "other", "in_contract_list": True}
            for name in ("氏名", "生年月日", "メールアドレス")
        ]}
    )  # fmt: skip
    assert beyond_list(words, made) == beyond


@pytest.mark.parametrize("profile", ["shiki", "chiba"])
def test_other_texts_have_no_such_list(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, profile=profile, things=1) as house:
        assert held(house, "氏名、口座番号") == ()


@pytest.mark.parametrize("kind", [HandlingKind.DISPATCH, HandlingKind.TAKE_OUT])
def test_where_the_text_is_silent_no_duty_is_stated(house: House, kind: HandlingKind) -> None:
    item = house.story._stock[0]
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, purpose="確認のため",
        occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    said = [one.message for one in house.ledger.handling.examine(event)]
    assert any("特記事項に定めはありません" in one for one in said)
    assert not [one for one in said if "前もって" in one or "確かめます。" in one]
