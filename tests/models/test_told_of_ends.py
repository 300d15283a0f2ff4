"""That somebody leaves or a place is given up is told before; what lies there is moved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import (
    AssignmentRole,
    AssignmentStatus,
    PlaceStatus,
    SubmissionMeans,
    SubmissionStatus,
)
from models.commands import Change
from models.contract_changes import BESIDE
from models.errors import NeedsAnswer, Refused
from models.evidence import evidence
from models.records import Assignment, Contract, Person, Place, Record, Submission
from models.rules.answers import EVERY, Answers
from tests import proof
from tests.designating import DAY, go_to, hand_in, lines_of, store_room, worker
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

WHY = "退職の申出があったため"
ANSWERS = Answers(reasons={EVERY: "急な退職で前もって届け出られなかった"}, later=True)


def opened(tmp_path: Path, profile: str) -> Any:
    return furnished(tmp_path, profile=profile, days=3, rules=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path, "shiki") as made:
        make_seal(made.ledger)
        made.clock.wait(60)
        yield made


def revise(house: House, record: Record, answers: Answers | None = None, **fields: Any) -> Change:
    changed = record.with_changes(**fields)
    return house.ledger.registers.revise(changed, WHY, answers=answers)


def leaving(house: House, day: date, **fields: Any) -> None:
    revise(house, worker(house), ends_on=day, end_reason="退職", **fields)


def told(house: House, query: str) -> list[str]:
    rows = proof.rows(house, query)
    return list(dict.fromkeys(row.sentence for row in rows if row.severity in ("broken", "action")))


def waiting(house: House) -> list[str]:
    return [one.what for one in calendar(house.ledger) if "（終了）" in one.what]


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


def left_firm(house: House, day: date) -> None:
    one = house.ledger.registers.need(Person, house.story.people["worker"]).record
    house.ledger.registers.revise(one.with_changes(left_on=day), "退職の届を受けたため")


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
