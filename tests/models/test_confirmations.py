"""責任者の確認 of an act comes from the sign-in of the responsible person, and not from a field."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import HandlingKind, HandlingStatus
from models.errors import NeedsAnswer, Refused
from models.records import HandlingEvent, HandlingLine
from models.rules.answers import EVERY, Answers
from models.seconding import asked_of
from tests.house import House, furnished

WHY = "会場での説明に要るため、責任者に口頭で確かめた"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=1, wait=5) as made:
        yield made


def used(house: House) -> HandlingEvent:
    """Return a use of an item by the worker who is signed in."""
    item = house.story._stock[0]
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="健診結果の入力",
        occurred_at=house.ledger.now(), actor_person_id=house.ledger.user.person_id,
        place_from_id=house.story.places[2].id, lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip


def test_an_act_is_not_entered_with_its_confirmation(house: House) -> None:
    boss = house.story.people["supervisor"]
    for login in ("yoshino", "takahashi"):
        ledger = house.sign_in(login)
        for named in (
            {"confirmed_by": boss},
            {"confirmed_at": ledger.now()},
            {"status": HandlingStatus.CONFIRMED},
        ):
            with pytest.raises(Refused, match="「責任者の確認」"):
                ledger.handling.record(used(house).with_changes(**named))
            with pytest.raises(Refused, match="「責任者の確認」"):
                ledger.handling.record_all([used(house).with_changes(**named)], historic=True)


def test_what_corrects_a_confirmed_act_waits_for_its_own_confirmation(house: House) -> None:
    ledger = house.sign_in("yoshino")
    made = ledger.handling.record(used(house)).ids[0]
    ledger = house.sign_in("takahashi")
    ledger.handling.confirm([made])
    confirmed = ledger.registers.need(HandlingEvent, made).record
    right = replace(confirmed, purpose="結果の照合")
    change = ledger.handling.correct(made, right, "目的の訂正のため")
    new = next(
        one.record
        for one in ledger.registers.all(HandlingEvent)
        if one.record.corrects_event_id == made
    )
    assert new.id in change.ids and new.status is HandlingStatus.DONE
    assert (new.confirmed_by, new.confirmed_at) == ("", None)


# --- where the text wants the necessity confirmed (FK-6.1) ------------------------------------------
@pytest.fixture
def fukuoka(tmp_path: Path) -> Iterator[House]:
    with furnished(
        tmp_path, profile="fukuoka", accounts=True, rules=True, things=1, wait=5
    ) as made:
        yield made


def out(house: House, **more: object) -> HandlingEvent:
    now = house.ledger.now()
    return replace(
        used(house), kind=HandlingKind.TAKE_OUT, destination_text="市役所",
        expected_return_at=now + timedelta(hours=1),
    ).with_changes(**more)  # fmt: skip


def said(house: House, event: HandlingEvent) -> list[str]:
    found = house.ledger.rules.about_event(event)
    return [one.text for one in found if one.rule_id == "R-08"]


def test_only_who_signs_is_believed_to_have_looked_at_the_necessity(fukuoka: House) -> None:
    boss = fukuoka.story.people["supervisor"]
    worker = fukuoka.story.people["worker"]
    own = out(fukuoka, actor_person_id=worker, checker_person_id=boss)
    assert said(fukuoka, own) == []
    fukuoka.sign_in("yoshino")
    assert "あとでその人が確認してください" in said(fukuoka, own)[0]


def test_a_name_asks_for_a_reason_until_that_person_has_confirmed(fukuoka: House) -> None:
    boss, ledger = fukuoka.story.people["supervisor"], fukuoka.sign_in("yoshino")
    event = out(fukuoka, checker_person_id=boss)
    with pytest.raises(NeedsAnswer) as asked:
        ledger.handling.record(event)
    assert "R-08" in {one.rule_id for one in asked_of(asked.value).findings}
    change = ledger.handling.record(event, answers=Answers({EVERY: WHY}, later=True))
    made = next(one.record for one in ledger.registers.all(HandlingEvent)
                if one.record.id in change.ids)  # fmt: skip
    ledger = fukuoka.sign_in("takahashi")
    ledger.handling.confirm([made.id])
    confirmed = ledger.registers.need(HandlingEvent, made.id).record
    assert confirmed.confirmed_by == boss
    assert said(fukuoka, replace(confirmed, checker_person_id="")) == []
