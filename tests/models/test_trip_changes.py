"""What was to be back and is not does not come back by a correction of one person alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import FindingSource, FindingStatus, HandlingKind, Severity
from models.commands import creating
from models.contract_changes import BESIDE, RULE
from models.errors import NeedsAnswer
from models.records import Finding as FindingRecord
from models.records import HandlingEvent, HandlingLine, Item, RuleOverride
from models.rules.answers import EVERY, Answers
from models.wareki import format_short_moment
from tests import proof
from tests.house import House, stocked
from tests.proof import states

WHY = "市役所での打合せが延びたため"
LATER = Answers({EVERY: WHY}, later=True)
DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with stocked(tmp_path) as made:
        yield made


def things(house: House) -> tuple[Item, Item]:
    paper = [one for one in house.story._stock if not one.electronic]
    return paper[0], paper[1]


def out(house: House, *items: Item) -> HandlingEvent:
    """Take things out that are due back in two hours, and return the act."""
    house.clock.wait(10)
    house.story._open_take_out(items[0] if items else things(house)[0])
    made = last(house)
    if items[1:]:
        lines = tuple(HandlingLine(item_id=one.id) for one in items)
        made = correct(house, made, lines=lines)
    return made


def last(house: House) -> HandlingEvent:
    found = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.TAKE_OUT)
    return found[-1].record


def correct(
    house: House, act: HandlingEvent, answers: Answers | None = None, **changes: object
) -> HandlingEvent:
    house.ledger.handling.correct(act.id, act.with_changes(**changes), WHY, answers=answers)
    found = house.ledger.registers.all(HandlingEvent, corrects_event_id=act.id)
    return found[-1].record


def put_off(act: HandlingEvent, by: timedelta) -> dict[str, object]:
    assert act.expected_return_at is not None
    return {"expected_return_at": act.expected_return_at + by}


def waiting(house: House) -> list[RuleOverride]:
    return [one.record for one in house.ledger.registers.all(RuleOverride, rule_id=RULE)]


def told(house: House) -> str:
    return "\n".join(proof.sentences(house, clause=BESIDE.key))


def not_back(house: House) -> str:
    return "\n".join(proof.sentences(house, "EQ-OPENOUT"))


def test_an_overdue_return_is_not_put_off_alone(house: House) -> None:
    act = out(house)
    house.clock.wait(60 * 24)
    assert "持帰予定を過ぎて戻っていません" in not_back(house)
    with pytest.raises(NeedsAnswer, match=r"「持帰予定」を「.*」から「.*」に") as asked:
        correct(house, act, **put_off(act, 30 * DAY))
    assert asked.value.facts["needs_approval"] is True
    correct(house, act, LATER, **put_off(act, 30 * DAY))
    [only] = waiting(house)
    assert only.confirm_later and only.record_ref == last(house).id
    assert "持帰予定を過ぎて戻っていません" not in not_back(house)
    assert states(house)[BESIDE.key].state == "broken"
    assert "「持帰予定」を" in told(house) and WHY in told(house)


def test_a_worker_is_asked_as_well(house: House) -> None:
    act = out(house)
    assert act.actor_person_id
    house.clock.wait(60 * 24)
    found = house.ledger.handling.examine(
        act.with_changes(corrects_event_id=act.id, **put_off(act, 30 * DAY))
    )
    assert [one for one in found if one.rule_id == RULE]


def test_a_return_is_put_off_in_time(house: House) -> None:
    act = out(house)
    house.clock.wait(60)
    correct(house, act, **put_off(act, DAY))
    assert waiting(house) == [] and told(house) == ""


def test_other_corrections_of_what_is_overdue_stay_free(house: House) -> None:
    act = out(house)
    house.clock.wait(60 * 24)
    made = correct(house, act, destination_text="見本市役所　本庁舎")
    assert waiting(house) == [] and told(house) == ""
    correct(house, made, **put_off(act, -timedelta(minutes=30)))
    assert waiting(house) == []
    assert "持帰予定を過ぎて戻っていません" in not_back(house)


def test_a_correction_before_does_not_open_the_way(house: House) -> None:
    act = out(house)
    house.clock.wait(60 * 24)
    made = correct(house, act, destination_text="見本市役所　本庁舎")
    with pytest.raises(NeedsAnswer, match="持帰予定"):
        correct(house, made, **put_off(act, 30 * DAY))


def test_a_slip_is_put_right_on_the_day_it_was_entered(house: House) -> None:
    act = out(house)
    house.clock.wait(180)
    correct(house, act, **put_off(act, DAY))
    assert waiting(house) == [] and told(house) == ""


def test_an_overdue_thing_is_not_taken_off_the_list_alone(house: House) -> None:
    first, second = things(house)
    act = out(house, first, second)
    house.clock.wait(60 * 24)
    lines = tuple(one for one in act.lines if one.item_id == first.id)
    with pytest.raises(NeedsAnswer, match="少なく"):
        correct(house, act, lines=lines)
    correct(house, act, LATER, lines=lines)
    assert "少なく" in told(house)


def test_another_kind_in_its_place_is_asked_for(house: House) -> None:
    act = out(house)
    house.clock.wait(60 * 24)
    use = {"kind": HandlingKind.USE, "expected_return_at": None, "destination_text": ""}
    with pytest.raises(NeedsAnswer, match="から「なし」に"):
        correct(house, act, **use)


def test_what_came_back_in_time_may_be_said_otherwise(house: House) -> None:
    item = things(house)[0]
    house.clock.wait(10)
    house.story.take_out_and_back(item)
    act = last(house)
    house.clock.wait(60 * 24)
    correct(house, act, **put_off(act, DAY))
    assert waiting(house) == []


def verified(house: House, act: HandlingEvent) -> None:
    """Let somebody else have looked at what is said of an act."""
    house.ledger.commit([creating(FindingRecord(
        id=house.ledger.new_id(), contract_id=house.story.contract.id, source=FindingSource.EVENT,
        source_id=act.id, description="誤記", severity=Severity.MINOR,
        due_on=house.ledger.today(), status=FindingStatus.VERIFIED,
    ))])  # fmt: skip


def test_an_overdue_trip_that_is_voided_waits_for_somebody_else(house: House) -> None:
    act = out(house)
    house.clock.wait(60 * 24)
    house.ledger.handling.void(act.id, "記録の誤り")
    assert "持帰予定" in not_back(house) and "取り消されました" in not_back(house)
    verified(house, act)
    assert "取り消されました" not in not_back(house)


def test_a_trip_that_is_voided_in_time_or_on_its_day_says_nothing(house: House) -> None:
    act = out(house)
    house.clock.wait(180)
    house.ledger.handling.void(act.id, "記録の誤り")
    again = out(house)
    house.clock.wait(60 * 24)
    made = correct(house, again, destination_text="見本市役所　本庁舎")
    assert "取り消されました" not in not_back(house)
    house.ledger.handling.void(made.id, "記録の誤り")
    assert not_back(house).count("取り消されました") == 1


def brought_back(house: House) -> HandlingEvent:
    act, item = out(house), things(house)[0]
    house.clock.wait(2 * 24 * 60)
    back = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.BRING_BACK,
        occurred_at=house.clock(), purpose="戻すため", related_event_id=act.id,
        actor_person_id=act.actor_person_id, place_to_id=item.home_place_id,
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    house.ledger.handling.record(back, answers=LATER)
    found = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.BRING_BACK)
    return found[-1].record


def told_of_days(house: House) -> list[str]:
    found = proof.rows(house, clause=BESIDE.key)
    return [
        one.sentence for one in found if "持帰り" in one.sentence and "持帰予定" not in one.sentence
    ]


def test_the_day_of_a_return_that_is_moved_later_on_stays_to_be_read(house: House) -> None:
    back = brought_back(house)
    assert back.occurred_at is not None
    house.clock.wait(10)
    back = correct(house, back, purpose="戻したため", occurred_at=back.occurred_at - DAY / 24)
    assert told_of_days(house) == [], "a slip of that day"
    house.clock.wait(24 * 60)
    back = correct(house, back, purpose="書類を戻したため")
    assert told_of_days(house) == [], "another word is no other day"
    house.clock.wait(24 * 60)
    assert back.occurred_at is not None
    then, now = back.occurred_at, back.occurred_at - DAY
    for moved in (now - DAY / 24, now):
        back = correct(house, back, occurred_at=moved)
    [said] = told_of_days(house)
    days = (format_short_moment(then), format_short_moment(now))
    assert f"の「日時」を「{days[0]}」から「{days[1]}」に変えました" in said and WHY in said


def test_a_return_that_is_taken_back_later_on_stays_to_be_read(house: House) -> None:
    back = brought_back(house)
    assert back.occurred_at is not None
    house.clock.wait(24 * 60)
    house.ledger.handling.void(back.id, WHY)
    [said] = told_of_days(house)
    assert f"（{format_short_moment(back.occurred_at)}）を取り消しました。理由：{WHY}" in said
