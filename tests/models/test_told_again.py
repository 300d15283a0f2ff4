"""What the client was told of people and places, and is otherwise now, is told again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    SubmissionMeans,
    SubmissionStatus,
)
from models.contract_changes import BESIDE
from models.errors import NeedsAnswer, Refused
from models.evidence import evidence
from models.records import Assignment, Person, Place, Submission
from tests.designating import (
    ANSWERS,
    DAY,
    WHY,
    go_to,
    hand_in,
    leaving,
    left_firm,
    lines_of,
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


def _broken(house: House) -> list[str]:
    return [one for one in told(house, "EQ-STAFF") if "従事の終了" in one]


# --- what was told becomes something else -----------------------------------------------------------


def _exchanged(house: House, query: str) -> list[str]:
    return [one for one in told(house, query) if "変えています" in one]


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_another_role_or_person_in_a_designation_that_was_told_is_asked_and_told(
    tmp_path: Path, profile: str
) -> None:
    with opened(tmp_path, profile) as house:
        new = {"role": AssignmentRole.WORK_SUPERVISOR}
        with pytest.raises(NeedsAnswer, match="役割"):
            revise(house, worker(house), **new)
        one = worker(house)
        revise(house, one, answers=ANSWERS, **new)
        assert len(_exchanged(house, "EQ-STAFF")) == 1
        back = house.ledger.registers.need(Assignment, one.id).record
        revise(house, back, answers=ANSWERS, role=one.role)
        house.sign_in("takahashi")
        other = replace(one, person_id=house.story.people["administrator"])
        with pytest.raises(NeedsAnswer, match="「人」"):
            house.ledger.registers.revise(other, WHY)
        revise(house, one, duties="照合")  # what a notice does not stand or fall with


def test_another_place_in_a_designation_that_was_told_is_asked_and_told(house: House) -> None:
    one = store_room(house)
    known = house.ledger.registers.need(Place, one.place_id).record
    other = house.ledger.registers.create(replace(known, id="", name="第二保管庫")).ids[-1]
    with pytest.raises(NeedsAnswer, match="「場所」"):
        revise(house, one, place_id=other)
    revise(house, one, place_id=other, answers=ANSWERS)
    assert len(_exchanged(house, "EQ-PLACE")) == 1


def test_a_designation_that_nobody_was_told_of_is_changed_freely(house: House) -> None:
    made = replace(
        worker(house), id="", notice_submission_id="", status=AssignmentStatus.PLANNED,
        starts_on=house.ledger.today() + 5 * DAY,
    )  # fmt: skip
    id_ = house.ledger.registers.create(made).ids[-1]
    one = house.ledger.registers.need(Assignment, id_).record
    revise(house, one, role=AssignmentRole.CHECKER)


def test_a_place_that_is_somewhere_else_now_is_told_beside_the_clauses(house: House) -> None:
    place = house.ledger.registers.need(Place, store_room(house).place_id).record
    revise(house, place, address="見本県遠方市1-1")
    found = evidence(house.ledger, house.story.contract)
    rows = [
        row for one in found if one.key == BESIDE.key for _, some in one.evidence for row in some
    ]
    assert any("所在地" in row.sentence and "遠方市" in row.sentence for row in rows)


# --- what was told and is taken back ------------------------------------------------------------


def _staying(house: House) -> list[str]:
    return [one for one in told(house, "EQ-STAFF") if "取り消しています" in one]


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_an_end_that_was_told_and_taken_back_is_told_again(tmp_path: Path, profile: str) -> None:
    with opened(tmp_path, profile) as house:
        make_seal(house.ledger)
        house.clock.wait(60)
        last = house.ledger.today() + 3 * DAY
        leaving(house, last)
        hand_in(house, "D-03", change=True)
        house.clock.wait(60)
        change = revise(house, worker(house), ends_on=None, end_reason="")
        assert any("変更" in one and "取り消した" in one for one in change.notices)
        assert any("（終了の取消し）" in one.what for one in calendar(house.ledger))
        made = hand_in(house, "D-03", change=True)
        [line] = lines_of(house, made)
        assert line["what"] == "終了の取消し" and line["after"] == "引き続き従事"
        assert "で終了" in line["before"] and line["reason"] == WHY
        assert not any("（終了の取消し）" in one.what for one in calendar(house.ledger))
        with pytest.raises(Refused, match="変更はありません"):
            hand_in(house, "D-03", change=True)
        go_to(house, last + 2 * DAY)
        assert _staying(house) == []


def test_who_was_told_to_leave_and_stays_untold_is_told_for_good(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    revise(house, worker(house), ends_on=None, end_reason="")
    assert _staying(house) == []
    go_to(house, last + 2 * DAY)
    assert len(_staying(house)) == 1


def test_an_end_taken_back_after_its_day_is_asked_about(house: House) -> None:
    last = house.ledger.today() + DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    go_to(house, last + 3 * DAY)
    with pytest.raises(NeedsAnswer, match="取り消しています"):
        revise(house, worker(house), ends_on=None, end_reason="")


def test_the_same_end_after_a_withdrawal_is_told_anew(house: House) -> None:
    last = house.ledger.today() + 5 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    revise(house, worker(house), ends_on=None, end_reason="")
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    leaving(house, last)
    assert len(waiting(house)) == 1
    [line] = lines_of(house, hand_in(house, "D-03", change=True))
    assert line["what"] == "終了" and waiting(house) == []


def test_an_end_that_moves_names_the_day_that_was_told(house: House) -> None:
    last = house.ledger.today() + 5 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    revise(house, worker(house), ends_on=last + DAY)
    [line] = lines_of(house, hand_in(house, "D-03", change=True))
    assert line["what"] == "終了" and line["changed_on"] == (last + DAY).isoformat()
    assert line["before"].endswith("で終了")
    assert not any("（終了" in one.what for one in calendar(house.ledger))


def test_a_notice_made_elsewhere_that_names_a_designation_tells_one_end_of_it(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    [known, *_] = house.ledger.registers.all(Submission, doc_kind="D-03")
    paper = replace(known.record, id="", doc_no="み発第88号", effective_on=None,
                    subject_ids=(worker(house).id,), submitted_on=house.ledger.today())  # fmt: skip
    house.ledger.paper.note(paper)
    assert waiting(house) == []
    revise(house, worker(house), ends_on=last + DAY)
    assert len(waiting(house)) == 1
    go_to(house, last + 3 * DAY)
    assert len(_broken(house)) == 1


def test_a_withdrawal_told_elsewhere_counts_by_the_day_that_was_told(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    revise(house, worker(house), ends_on=None, end_reason="")
    [known, *_] = house.ledger.registers.all(Submission, doc_kind="D-03", made_elsewhere=True)
    paper = replace(known.record, id="", doc_no="み発第89号", effective_on=last,
                    submitted_on=house.ledger.today())  # fmt: skip
    house.ledger.paper.note(paper)
    go_to(house, last + 2 * DAY)
    assert _staying(house) == [] and _broken(house) == []


def test_leaving_the_firm_that_was_told_and_corrected_is_told_again(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    left_firm(house, last)
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    person = house.ledger.registers.need(Person, house.story.people["worker"]).record
    change = revise(house, person, left_on=None)
    assert any("取り消した" in one for one in change.notices)
    [line] = lines_of(house, hand_in(house, "D-03", change=True))
    assert line["what"] == "終了の取消し" and line["reason"] == WHY


def test_a_place_that_is_used_on_after_its_end_was_told_is_told_again(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    revise(house, store_room(house), use_to=last)
    hand_in(house, "D-04", change=True)
    house.clock.wait(60)
    change = revise(house, store_room(house), use_to=None)
    assert any("取り消した" in one for one in change.notices)
    assert any("（終了の取消し）" in one.what for one in calendar(house.ledger))
    [line] = lines_of(house, hand_in(house, "D-04", change=True))
    assert line["what"] == "終了の取消し" and line["after"] == "引き続き使用"
    go_to(house, last + 2 * DAY)
    assert not any("取り消しています" in one for one in told(house, "EQ-PLACE"))


# --- a first day that was told and corrected -------------------------------------------------------


def coming(house: House, day: date) -> Assignment:
    """Designate somebody from a day on, and tell the client."""
    made = replace(
        worker(house), id="", notice_submission_id="", status=AssignmentStatus.PLANNED,
        role=AssignmentRole.CHECKER, starts_on=day,
    )  # fmt: skip
    id_ = house.ledger.registers.create(made).ids[-1]
    hand_in(house, "D-03", change=True)
    house.clock.wait(60)
    return house.ledger.registers.need(Assignment, id_).record


def _moved(house: House) -> list[str]:
    return [one for one in told(house, "EQ-STAFF") if "に変えています" in one]


@pytest.mark.parametrize("days", [2, 6])
def test_a_first_day_that_was_told_and_moved_is_told_again(house: House, days: int) -> None:
    first = house.ledger.today() + 4 * DAY
    one = coming(house, first)
    revise(house, one, starts_on=house.ledger.today() + days * DAY)
    assert [one.what for one in calendar(house.ledger) if "（開始日の変更）" in one.what]
    assert _moved(house) == []
    [line] = lines_of(house, hand_in(house, "D-03", change=True))
    assert line["what"] == "従事開始日"
    assert not any("（開始日の変更）" in one.what for one in calendar(house.ledger))
    go_to(house, first + 3 * DAY)
    assert _moved(house) == []


def test_who_began_before_the_day_that_was_told_is_asked_about_and_told(house: House) -> None:
    one = coming(house, house.ledger.today() + 4 * DAY)
    go_to(house, house.ledger.today() + 3 * DAY)
    with pytest.raises(NeedsAnswer, match="に変えています"):
        revise(house, one, starts_on=house.ledger.today() - DAY)
    revise(house, one, starts_on=house.ledger.today() - DAY, answers=ANSWERS)
    assert len(_moved(house)) == 1


def test_a_place_used_before_the_day_that_was_told_is_told(house: House) -> None:
    one = store_room(house)
    assert one.use_from is not None
    with pytest.raises(NeedsAnswer, match="に変えています"):
        revise(house, one, use_from=one.use_from - DAY)


def test_a_notice_of_changes_that_is_replaced_after_the_day_told_it_in_time(house: House) -> None:
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    first = hand_in(house, "D-03", change=True)
    go_to(house, last + 2 * DAY)
    request = IssueRequest(
        "D-03", house.story.contract.id, options={"change": True}, replaces=first
    )
    again = issue(house.ledger, request).ids[-1]
    house.ledger.paper.submit(again, on=house.ledger.today(), means=SubmissionMeans.HAND)
    old = house.ledger.registers.need(Submission, first).record
    assert old.status is SubmissionStatus.SUPERSEDED
    assert waiting(house) == [] and not _broken(house)


def test_a_first_notice_made_anew_keeps_what_the_notice_of_changes_told(house: House) -> None:
    first = hand_in(house, "D-03")
    last = house.ledger.today() + 3 * DAY
    leaving(house, last)
    hand_in(house, "D-03", change=True)
    again = hand_in(house, "D-03")
    assert house.ledger.registers.need(Submission, again).record.supersedes_id == first
    assert waiting(house) == []
    with pytest.raises(Refused, match="届け出る変更はありません"):
        hand_in(house, "D-03", change=True)


# --- explained is not told ------------------------------------------------------------------------


def asked_of(house: House, what: str) -> list[str]:
    return [one.code for one in calendar(house.ledger) if what in one.what]


def _first_days(house: House) -> list[str]:
    return [one for one in told(house, "EQ-STAFF") if "開始日" in one]


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model"])
def test_a_first_day_that_was_moved_after_it_is_asked_for_until_the_client_knows(
    tmp_path: Path, profile: str
) -> None:
    with opened(tmp_path, profile) as house:
        make_seal(house.ledger)
        hand_in(house, "D-03")
        house.clock.wait(60)
        day = house.ledger.today() + 5 * DAY
        revise(house, worker(house), starts_on=day, answers=ANSWERS)
        assert asked_of(house, "（開始日の変更）") == ["K-03"]
        go_to(house, day + 10 * DAY)
        assert len(_first_days(house)) == 1
        hand_in(house, "D-03", change=True)
        assert asked_of(house, "（開始日の変更）") == [] and _first_days(house) == []


def test_a_first_day_of_a_place_that_was_moved_after_it_is_asked_for_too(house: House) -> None:
    hand_in(house, "D-04")
    house.clock.wait(60)
    revise(house, store_room(house), use_from=house.ledger.today() + 5 * DAY, answers=ANSWERS)
    assert asked_of(house, "（開始日の変更）") == ["K-05"]
    hand_in(house, "D-04", change=True)
    assert asked_of(house, "（開始日の変更）") == []


def test_who_explains_a_first_day_has_not_explained_that_somebody_leaves(house: House) -> None:
    hand_in(house, "D-03")
    house.clock.wait(60)
    day = house.ledger.today() + 2 * DAY
    revise(house, worker(house), starts_on=day, answers=ANSWERS)
    hand_in(house, "D-03", change=True)
    last = day + 5 * DAY
    leaving(house, last)
    go_to(house, last + 2 * DAY)
    assert len(_broken(house)) == 1
