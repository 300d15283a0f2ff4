"""A designation that had begun is ended, not called off; the client hears of one that is voided."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AssignmentRole, AssignmentStatus, HandlingKind, PlaceStatus
from models.errors import NeedsAnswer, Refused
from models.records import Assignment, ContractPlace, HandlingEvent, Submission
from tests.designating import (
    ANSWERS,
    DAY,
    coming_checker,
    go_to,
    hand_in,
    lines_of,
    opened,
    revise,
    store_room,
    told,
    with_a_seal,
    worker,
)
from tests.house import House
from ui.issue import changed_since
from ui.seal_part import make_seal

WHY = "誤って登録したため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with with_a_seal(tmp_path) as made:
        yield made


def joined(house: House, **fields: Any) -> Assignment:
    """Return a designation of somebody who did nothing under it, and of which the client was told."""
    one = coming_checker(house, **fields)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    return one


def void(house: House, one: Assignment | ContractPlace) -> tuple[str, ...]:
    change = house.ledger.registers.void(type(one), one.id, WHY)
    house.clock.wait(60)
    return change.notices


def asked(house: House) -> list[str]:
    return [one.code for one in calendar(house.ledger) if "（取消し）" in one.what]


@pytest.mark.parametrize(
    "profile", ["shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo"]
)
def test_who_has_begun_is_not_called_off(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        one = worker(house)
        over = one.with_changes(status=AssignmentStatus.CANCELLED)
        assert any("「従事終了日」" in f.text for f in house.ledger.registers.examine(over))
        with pytest.raises(Refused, match="「従事終了日」を入れて"):
            house.ledger.registers.revise(over, WHY, answers=ANSWERS)
        ahead = replace(
            one, id="", notice_submission_id="", status=AssignmentStatus.PLANNED,
            starts_on=house.ledger.today() + 5 * DAY,
        )  # fmt: skip
        id_ = house.ledger.registers.create(ahead).ids[-1]
        revise(house, replace(ahead, id=id_), status=AssignmentStatus.CANCELLED)


def test_what_was_told_and_voided_is_told_once(house: House) -> None:
    one = joined(house)
    assert asked(house) == []
    [said] = [notice for notice in void(house, one) if "届け出てあります" in notice]
    assert "変更" in said
    assert asked(house) == ["K-03"]
    go_to(house, house.ledger.today() + 20 * DAY)
    assert any("（取消し）" in one for one in told(house, "EQ-STAFF"))
    made = hand_in(house, "D-03", change=True)
    [line] = lines_of(house, made)
    assert line["what"] == "取消"
    paper = house.ledger.registers.need(Submission, made).record
    assert changed_since(house.ledger, paper) == []
    assert asked(house) == [] and not any("（取消し）" in x for x in told(house, "EQ-STAFF"))
    house.clock.wait(60)
    with pytest.raises(Refused, match="届け出る変更はありません"):
        hand_in(house, "D-03", change=True)


def test_a_first_notice_made_after_the_void_says_who_is_left(house: House) -> None:
    void(house, joined(house))
    hand_in(house, "D-03")
    assert asked(house) == []
    with pytest.raises(Refused, match="届け出る変更はありません"):
        hand_in(house, "D-03", change=True)


def test_what_the_client_never_knew_of_is_voided_without_a_word(house: House) -> None:
    hand_in(house, "D-03")
    house.clock.wait(60)
    assert void(house, coming_checker(house)) == () and asked(house) == []
    hand_in(house, "D-03")
    house.clock.wait(60)
    with pytest.raises(Refused, match="届け出る変更はありません"):
        hand_in(house, "D-03", change=True)


def test_what_was_entered_twice_is_voided_without_a_word(house: House) -> None:
    one = joined(house)
    house.ledger.registers.create(replace(one, id=""))
    assert void(house, one) == () and asked(house) == []


def test_a_place_that_was_told_and_voided_is_told_once(house: House) -> None:
    one = replace(
        store_room(house), id="", notice_submission_id="", place_id=_other_place(house),
        use_from=house.ledger.today() + 4 * DAY, status=PlaceStatus.PLANNED,
    )  # fmt: skip
    id_ = house.ledger.registers.create(one, answers=ANSWERS).ids[-1]
    hand_in(house, "D-04", change=True)
    house.clock.wait(60)
    assert any("届け出てあります" in said for said in void(house, replace(one, id=id_)))
    assert asked(house) == ["K-05"]
    go_to(house, house.ledger.today() + 20 * DAY)
    assert any("（取消し）" in said for said in told(house, "EQ-PLACE"))
    [line] = lines_of(house, hand_in(house, "D-04", change=True))
    assert line["what"] == "取消" and asked(house) == []


def _other_place(house: House) -> str:
    known = house.story.places[2]
    return house.ledger.registers.create(replace(known, id="", name="第二保管庫")).ids[-1]


@pytest.mark.parametrize("profile", ["shiki", "fukuoka"])
def test_a_designation_on_which_acts_rest_is_not_voided(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        known = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record
        actor = known.actor_person_id
        mine = [one.record for one in house.ledger.registers.all(Assignment, person_id=actor)]
        with pytest.raises(Refused, match="だけを根拠にした") as said:
            for one in mine:
                house.ledger.registers.void(Assignment, one.id, WHY)
        assert f"第{known.event_no}号" in str(said.value) or "件（第" in str(said.value)


def test_with_the_right_designation_beside_it_the_wrong_one_may_go(house: House) -> None:
    known = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record
    [wrong] = [
        one.record
        for one in house.ledger.registers.all(Assignment, person_id=known.actor_person_id)
    ]
    house.ledger.registers.create(replace(wrong, id=""), answers=ANSWERS)
    void(house, wrong)


# --- called off, or planned again, without being voided --------------------------------------------

TEXTS = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")


def call_off(house: House, one: Assignment) -> tuple[str, ...]:
    now = house.ledger.registers.need(Assignment, one.id).record
    change = revise(house, now, status=AssignmentStatus.CANCELLED)
    house.clock.wait(60)
    return change.notices


def test_what_was_told_and_called_off_before_it_began_is_told_once(house: House) -> None:
    one = joined(house)
    assert any("届け出てあります" in said for said in call_off(house, one))
    assert asked(house) == ["K-03"]
    go_to(house, house.ledger.today() + 20 * DAY)
    assert any("（取消し）" in said for said in told(house, "EQ-STAFF"))
    made = hand_in(house, "D-03", change=True)
    [line] = lines_of(house, made)
    assert line["what"] == "取消"
    paper = house.ledger.registers.need(Submission, made).record
    assert changed_since(house.ledger, paper) == [] and asked(house) == []
    house.clock.wait(60)
    void(house, one)
    assert asked(house) == []  # the client knows already
    with pytest.raises(Refused, match="届け出る変更はありません"):
        hand_in(house, "D-03", change=True)


def test_a_notice_sealed_before_stays_as_it_was(house: House) -> None:
    """The former program said nothing of what was called off: such a paper has not changed."""
    one = joined(house)
    call_off(house, one)
    other = replace(
        worker(house), id="", notice_submission_id="", role=AssignmentRole.TRAINING_MANAGER,
        status=AssignmentStatus.PLANNED, starts_on=house.ledger.today() + 5 * DAY,
    )  # fmt: skip
    house.ledger.registers.create(other)
    made = hand_in(house, "D-03", change=True)
    paper = house.ledger.registers.need(Submission, made).record
    assert isinstance(paper.content, dict)
    lines = [line for line in paper.content["lines"] if line["what"] != "取消"]
    assert len(lines) == len(paper.content["lines"]) - 1
    old = replace(paper, content={**paper.content, "lines": lines})
    assert changed_since(house.ledger, old) == []


def test_what_was_called_off_and_told_stands_no_more(house: House) -> None:
    one = joined(house)
    call_off(house, one)
    slip = house.ledger.registers.need(Assignment, one.id).record
    revise(house, slip, status=AssignmentStatus.NOTIFIED)
    house.clock.wait(60)
    assert asked(house) == []
    call_off(house, one)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    with pytest.raises(Refused, match="新しい「従事者等の指定」を"):
        revise(house, slip, status=AssignmentStatus.NOTIFIED, answers=ANSWERS)


@pytest.mark.parametrize("profile", TEXTS)
def test_who_has_begun_is_not_only_planned_again(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        with pytest.raises(Refused, match="「予定」に戻せません"):
            revise(house, worker(house), status=AssignmentStatus.PLANNED, answers=ANSWERS)
        with pytest.raises(Refused, match="「予定」に戻せません"):
            revise(house, store_room(house), status=PlaceStatus.PLANNED, answers=ANSWERS)


@pytest.mark.parametrize("profile", [one for one in TEXTS if one != "chiba"])  # has two roles there
def test_a_first_day_after_what_was_done_is_asked_about(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        known = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record
        mine = house.ledger.registers.all(Assignment, person_id=known.actor_person_id)
        [one] = [found.record for found in mine]
        revise(house, one, duties="結果票の受領")
        one = house.ledger.registers.need(Assignment, one.id).record
        day = house.ledger.today() + 3 * DAY
        fields = {"starts_on": day, "status": AssignmentStatus.PLANNED}
        with pytest.raises(NeedsAnswer, match="指定のない取扱いになります"):
            revise(house, one, **fields)
        revise(house, one, answers=ANSWERS, **fields)


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_who_was_to_begin_and_is_only_planned_is_asked_for(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        make_seal(house.ledger)
        house.clock.wait(60)
        one = joined(house)
        now = house.ledger.registers.need(Assignment, one.id).record
        revise(house, now, status=AssignmentStatus.PLANNED)
        assert not any("「予定」のまま" in said for said in told(house, "EQ-STAFF"))
        go_to(house, house.ledger.today() + 3 * DAY)
        assert any("「予定」のまま" in said for said in told(house, "EQ-STAFF"))
        assert any("「予定」のまま" in x.what for x in calendar(house.ledger))
        call_off(house, one)
        assert not any("「予定」のまま" in said for said in told(house, "EQ-STAFF"))
        assert asked(house) == ["K-03"]
