"""The papers say how much is applied for, and from where to where it is carried."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import AuthorizationSubject as S
from models.codes import EncryptionMeasure
from models.codes import HandlingKind as K
from models.records import AuthorizationTarget, HandlingEvent, HandlingLine, Item
from tests.house import House, stack
from tests.reports.applying import apply_for, events, office, text_of
from ui.issue import IssueRequest, missing

APPLICATIONS = [
    ("shiki", "D-12", S.TAKE_OUT),
    ("confidentiality-model", "D-12", S.TAKE_OUT),
    ("chiba", "D-15", S.INDIRECT_HANDOVER),
]


def applied(
    house: House, kind: str, subject: S, limit: str | None, *items: Item, **changes: str
) -> str:
    story = house.story
    targets = [AuthorizationTarget(item_id=item.id) for item in items]
    targets.append(AuthorizationTarget(person_id=story.people["worker3"]))
    number = Decimal(limit) if limit else None
    one = apply_for(
        house, subject, quantity_limit=number, unit="枚", targets=tuple(targets), **changes
    )
    return text_of(house, kind, one)


@pytest.mark.parametrize(("profile", "kind", "subject"), APPLICATIONS)
def test_a_part_of_a_thing_is_applied_for_as_a_part(
    tmp_path: Path, profile: str, kind: str, subject: S
) -> None:
    with office(tmp_path, profile) as house:
        item = stack(house)
        whole = item.amount(item.quantity or Decimal(0))
        text = applied(house, kind, subject, "10", item)
        assert f"{whole}のうち10枚" in text
        at_a_time = "、同時に外に置く数量の上限"
        assert f"受け取った媒体一点（10枚{at_a_time if subject is S.TAKE_OUT else ''}）" in text
        text = applied(house, kind, subject, None, item)
        assert whole in text and "のうち" not in text and "受け取った媒体一点（" not in text


def test_several_things_share_one_limit(tmp_path: Path) -> None:
    with office(tmp_path, "shiki", days=3) as house:
        two = [one for one in house.story._stock if one.unit == "枚"][:2]
        text = applied(house, "D-12", S.TAKE_OUT, "10", *two)
        assert text.count("枚の一部") == 2 and "（10枚、" in text


def test_a_scope_that_says_the_number_is_not_told_it_again(tmp_path: Path) -> None:
    with office(tmp_path, "shiki") as house:
        item = stack(house)

        def scope(words: str) -> str:
            return applied(house, "D-12", S.TAKE_OUT, "10", item, scope_text=words)

        assert "１０枚（同時に外に置く数量の上限）" in scope("結果票１０枚")
        assert "110枚から（10枚、同時に" in scope("結果票110枚から")
        assert "同時に" not in scope("延べ10枚")


def carried(house: House, **changes: object) -> str:
    """Return the order to carry ten sheets, changed like this."""
    given = house.ledger.registers.need(HandlingEvent, events(house, K.TRANSPORT)[0]).record
    ten = HandlingLine(item_id=stack(house).id, quantity=Decimal(10))
    event = replace(
        given, id="", event_no=None, status=None, occurred_at=house.clock(), lines=(ten,),
        **changes,  # type: ignore[arg-type]  # names come from this file only
    )  # fmt: skip
    return house.ledger.handling.record(event).ids[-1]


@pytest.mark.parametrize("profile", ["shiki", "fukuoka", "chiba", "yachiyo"])
def test_an_order_to_carry_says_from_where_to_where(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile, days=4) as house:
        story = house.story
        first = house.ledger.registers.need(
            HandlingEvent, events(house, K.TRANSPORT)[0]
        ).record.transport[0]
        places = {"place_from_id": story.places[1].id, "place_to_id": story.places[2].id}
        start, end = (story.places[n].name for n in (1, 2))
        straight = (replace(first, route="直行"),)
        act = carried(house, transport=straight, encryption=None, encryption_detail="", **places)
        text = text_of(house, "D-27", act)
        assert f"{start}から{end}（直行）" in text
        assert "紙のため暗号化の対象外" in text and "記録なし" not in text
        assert (
            "10枚" in text and stack(house).amount(stack(house).quantity or Decimal(0)) not in text
        )
        assert missing(house.ledger, IssueRequest("D-27", story.contract.id, (act,))) == []
        back = carried(
            house, transport=(replace(first, route=""),), encryption=EncryptionMeasure.NOT_APPLICABLE,
            place_from_id=story.places[1].id, place_to_id="", destination_text="見本市役所",
        )  # fmt: skip
        text = text_of(house, "D-27", back)
        assert f"{start}から見本市役所" in text and "紙のため暗号化の対象外" in text
