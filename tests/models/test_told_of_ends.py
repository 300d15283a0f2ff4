"""That somebody leaves or a place is given up is told before; what lies there is moved."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    HandlingKind,
    PlaceStatus,
    SubmissionMeans,
)
from models.contract_changes import BESIDE
from models.errors import NeedsAnswer, Refused
from models.evidence import evidence
from models.records import Contract, HandlingEvent, HandlingLine, Item, Person, Submission
from tests import proof
from tests.designating import (
    ANSWERS,
    DAY,
    WHY,
    go_to,
    hand_in,
    leaving,
    left_firm,
    opened,
    revise,
    store_room,
    told,
    waiting,
    with_a_seal,
    worker,
)
from tests.house import House
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with with_a_seal(tmp_path) as made:
        yield made


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_who_left_without_a_notice_of_changes_is_told_for_good(
    tmp_path: Path, profile: str
) -> None:
    with opened(tmp_path, profile) as house:
        last = house.ledger.today() + 3 * DAY
        leaving(house, last)
        assert len(waiting(house)) == 1 and not _broken(house)
        go_to(house, last + 2 * DAY)
        [said] = _broken(house)
        assert "従事の終了" in said and "変更" in said


def _broken(house: House) -> list[str]:
    return [one for one in told(house, "EQ-STAFF") if "従事の終了" in one]


def test_the_first_notice_is_none_of_leaving(house: House) -> None:
    """It names the person in its subjects, but says nothing of an end."""
    request = IssueRequest("D-03", house.story.contract.id, (worker(house).id,))
    made = issue(house.ledger, request).ids[-1]
    house.ledger.paper.submit(made, on=house.ledger.today(), means=SubmissionMeans.HAND)
    leaving(house, house.ledger.today() + 3 * DAY)
    assert len(waiting(house)) == 1


def test_a_notice_of_changes_made_here_tells_the_end(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    assert waiting(house) == []
    go_to(house, last + 2 * DAY)
    assert _broken(house) == []
    # Another day is another change.
    revise(house, worker(house), ends_on=last + DAY, answers=ANSWERS)
    assert len(_broken(house)) == 1


def test_a_notice_made_elsewhere_tells_it_by_its_day(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    [known, *_] = house.ledger.registers.all(Submission, doc_kind="D-03")
    paper = replace(known.record, id="", doc_no="み発第88号", effective_on=last,
                    submitted_on=house.ledger.today())  # fmt: skip
    house.ledger.paper.note(paper)
    go_to(house, last + 2 * DAY)
    assert _broken(house) == []


def test_a_late_notice_of_changes_is_told_as_late(house: House) -> None:
    last = house.ledger.today() + DAY
    leaving(house, last)
    go_to(house, last + 3 * DAY)
    hand_in(house, "D-03", change=True)
    [said] = _broken(house)
    assert "後" in said and "提出されています" in said


def test_ending_a_designation_untold_is_asked_and_settled_like_a_breach(house: House) -> None:
    gone = replace(
        worker(house),
        status=AssignmentStatus.ENDED,
        ends_on=house.ledger.today(),
        end_reason="退職",
    )
    with pytest.raises(NeedsAnswer, match="従事の終了"):
        house.ledger.registers.revise(gone, WHY)
    house.ledger.registers.revise(gone, WHY, answers=ANSWERS)
    assert len(_broken(house)) == 1


def test_the_end_of_the_contract_is_nothing_to_tell(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    assert contract.ends_on is not None
    leaving(house, contract.ends_on)
    revise(house, store_room(house), use_to=contract.ends_on)
    assert waiting(house) == []
    go_to(house, contract.ends_on + 2 * DAY)
    assert _broken(house) == []
    assert not any("使用の終了" in one for one in told(house, "EQ-PLACE"))


@pytest.mark.parametrize("profile", ["fukuoka", "chiba", "yachiyo"])
def test_a_text_that_asks_for_no_notice_of_it_says_nothing(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        last = house.ledger.today() + DAY
        leaving(house, last)
        revise(house, store_room(house), use_to=last)
        assert waiting(house) == []
        go_to(house, last + 2 * DAY)
        assert _broken(house) == []
        assert not any("使用の終了" in one for one in told(house, "EQ-PLACE"))


def test_a_person_who_left_the_firm_leaves_the_contract(house: House) -> None:
    one = house.ledger.registers.need(Person, house.story.people["worker"]).record
    last = house.ledger.today() + DAY
    revise(house, one, left_on=last)
    assert len(waiting(house)) == 1
    go_to(house, last + 2 * DAY)
    assert len(_broken(house)) == 1


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_the_notice_of_changes_tells_who_leaves_the_firm(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        make_seal(house.ledger)
        house.clock.wait(60)
        last = house.ledger.today() + 3 * DAY
        left_firm(house, last)
        made = hand_in(house, "D-03", change=True)
        content: Any = house.ledger.registers.need(Submission, made).record.content
        lines = [(line["what"], line["changed_on"]) for line in content["lines"]]
        assert lines == [("終了", last.isoformat())]
        assert waiting(house) == []
        go_to(house, last + 2 * DAY)
        assert _broken(house) == []
        leaving(house, last, status=AssignmentStatus.ENDED)  # nothing is asked


def test_an_end_that_was_there_from_the_start_is_told_by_a_notice_of_changes(house: House) -> None:
    """Who is new, and until when, stands in one notice; of the beginning alone it says no end."""
    last = house.ledger.today() + 6 * DAY
    one = replace(
        worker(house), id="", notice_submission_id="", status=AssignmentStatus.PLANNED,
        role=AssignmentRole.CHECKER, starts_on=house.ledger.today() + DAY, ends_on=last, end_reason="期間の満了",
    )  # fmt: skip
    house.ledger.registers.create(one)
    assert waiting(house) == []  # the notice of the beginning is asked for, and tells both
    made = hand_in(house, "D-03", change=True)
    content: Any = house.ledger.registers.need(Submission, made).record.content
    lines = [(line["what"], line["changed_on"]) for line in content["lines"]]
    assert [what for what, _ in lines] == ["追加", "終了"] and lines[1][1] == last.isoformat()
    assert waiting(house) == []
    house.clock.wait(60)
    with pytest.raises(Refused, match="変更はありません"):
        hand_in(house, "D-03", change=True)


@pytest.mark.parametrize("moved", [-1, 1])
def test_a_notice_of_either_last_day_counts(house: House, moved: int) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    left_firm(house, last + moved * DAY)
    assert waiting(house) == []
    go_to(house, last + 3 * DAY)
    assert _broken(house) == []


def test_leaving_the_firm_after_the_contract_is_no_change(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    assert contract.ends_on is not None
    left_firm(house, contract.ends_on + DAY)
    with pytest.raises(Refused, match="変更はありません"):
        hand_in(house, "D-03", change=True)


# --- places --------------------------------------------------------------------------------------


def _given_up(house: House) -> list[str]:
    return [one for one in told(house, "EQ-PLACE") if "使用の終了" in one]


def test_a_place_is_given_up_after_a_notice_of_changes(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    revise(house, store_room(house), use_to=last)
    assert len(waiting(house)) == 1
    go_to(house, last + 2 * DAY)
    [said] = _given_up(house)
    assert "第一保管庫" in said
    with pytest.raises(NeedsAnswer, match="使用の終了"):
        revise(house, store_room(house), status=PlaceStatus.ENDED)


def test_the_notice_of_changes_of_a_place_tells_it(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    revise(house, store_room(house), use_to=last)
    hand_in(house, "D-04", change=True)
    assert waiting(house) == []
    go_to(house, last + 2 * DAY)
    assert _given_up(house) == []
    revise(house, store_room(house), status=PlaceStatus.ENDED)


def test_a_place_that_ended_without_a_day_is_asked_about(house: House) -> None:
    with pytest.raises(NeedsAnswer, match="使用終了日"):
        revise(house, store_room(house), status=PlaceStatus.ENDED)


@pytest.mark.parametrize("profile", ["shiki", "fukuoka", "yachiyo"])
def test_what_lies_at_a_place_that_was_given_up_is_told_until_it_is_moved(
    tmp_path: Path, profile: str
) -> None:
    with opened(tmp_path, profile) as house:
        last = house.ledger.today() + DAY
        change = revise(house, store_room(house), use_to=last)
        [said] = [one for one in change.notices if "ここにあります" in one]
        assert "第一保管庫" in said and "M-" in said
        go_to(house, last + 2 * DAY)
        found = evidence(house.ledger, house.story.contract)
        rows = [
            (one.key, row) for one in found for _, some in one.evidence for row in some
            if "使用は終わっています" in row.sentence
        ]  # fmt: skip
        assert rows and {row.severity for _, row in rows} == {"action"}
        assert profile != "yachiyo" or {key for key, _ in rows} == {BESIDE.key}
        again = replace(store_room(house), id="", use_from=last + DAY, use_to=None)
        house.ledger.registers.create(again, answers=ANSWERS)
        found = evidence(house.ledger, house.story.contract)
        assert not any(
            "使用は終わっています" in row.sentence
            for one in found for _, some in one.evidence for row in some
        )  # fmt: skip


def test_what_is_missing_lies_at_no_place_that_is_given_up(tmp_path: Path) -> None:
    with opened(tmp_path, "shiki") as house:
        lines = tuple(
            HandlingLine(item_id=one.record.id) for one in house.ledger.registers.all(Item)
            if one.record.current_place_id == store_room(house).place_id
        )  # fmt: skip
        assert lines
        loss = HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.LOSS, lines=lines,
            purpose="見当たらない", occurred_at=house.clock(),
            actor_person_id=house.story.people["worker"],
        )  # fmt: skip
        house.ledger.handling.record(loss, answers=ANSWERS)
        last = house.ledger.today() + DAY
        notices = revise(house, store_room(house), use_to=last).notices
        assert not [one for one in notices if "ここにあります" in one]
        go_to(house, last + 2 * DAY)
        said = [row.sentence for row in proof.rows(house)]
        assert not [one for one in said if "使用は終わっています" in one]
        assert [one for one in said if "所在不明" in one]


@pytest.mark.parametrize("told_in_time", [True, False])
@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_an_end_that_lies_ahead_is_entered_at_once_and_told_by_then(
    tmp_path: Path, profile: str, told_in_time: bool
) -> None:
    """The state and the day are saved together; the notice can only be made after that."""
    with opened(tmp_path, profile) as house:
        make_seal(house.ledger)
        house.clock.wait(60)
        last = house.ledger.today() + 4 * DAY
        leaving(house, last, status=AssignmentStatus.ENDED)
        revise(house, store_room(house), use_to=last, status=PlaceStatus.ENDED)
        assert not _broken(house) and not _given_up(house)
        places = 1 if profile == "shiki" else 0  # the other text asks for no notice of this use
        assert len(waiting(house)) == 1 + places
        if told_in_time:
            hand_in(house, "D-03", change=True)
            if places:
                hand_in(house, "D-04", change=True)
            assert waiting(house) == []
        go_to(house, last + 2 * DAY)
        assert waiting(house) == []
        left = 0 if told_in_time else 1
        assert (len(_broken(house)), len(_given_up(house))) == (left, left * places)
