"""A notice that came after the first day, and what begins untold: what clause and calendar say of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentStatus, PlaceStatus
from models.errors import Refused
from models.evidence import evidence
from models.records import ContractPlace
from tests.designating import handed_in, joiner, room
from tests.house import House, furnished
from ui.seal_part import make_seal

SAID = "遅れて届け出たため"
FIRST, LATER = date(2026, 10, 5), date(2026, 10, 7)
STAFF, PLACES = "EQ-STAFF", "EQ-PLACE"


@pytest.fixture(params=["shiki", "confidentiality-model"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param) as made:
        yield opened(made)


def opened(house: House) -> House:
    house.clock.go_to(date(2026, 10, 2), 9)
    make_seal(house.ledger)
    return house


def told(house: House, query: str) -> list[tuple[str, str]]:
    """Return severity and sentence of what a query found, once each."""
    found = evidence(house.ledger, house.story.contract)
    rows = [row for one in found for name, some in one.evidence if name == query for row in some]
    return list(dict.fromkeys((row.severity, row.sentence) for row in rows))


def dates(house: House, *codes: str) -> list[tuple[str, date | None]]:
    return [(one.what, one.due_on) for one in calendar(house.ledger) if one.code in codes]


def test_who_was_told_late_only_waits_for_the_link(house: House) -> None:
    one = joiner(house, AssignmentStatus.ACTIVE, FIRST)
    house.clock.go_to(LATER, 9)
    [(severity, said)] = told(house, STAFF)
    assert severity == "broken" and "が記録されていません" in said
    paper, _ = handed_in(house, "D-03")
    [(severity, said)] = told(house, STAFF)
    assert severity == "broken" and "（R8.10.5）より後のR8.10.7に提出されています" in said
    assert "「従事者等の指定」の「届出書・通知書」に結び付け" in said
    [(what, day)] = dates(house, "K-02", "K-03")
    assert what.endswith("の結び付け") and day == LATER
    linked = replace(one, notice_submission_id=paper)
    house.ledger.registers.revise(linked, SAID)
    [(severity, said)] = told(house, STAFF)
    assert severity == "broken" and "従事を始めた日より後に提出されています" in said
    assert dates(house, "K-02", "K-03") == []


def test_a_late_notice_is_called_as_the_text_calls_it(tmp_path: Path) -> None:
    """一般型: 業務従事者, 報告, 届け出."""
    with furnished(tmp_path, profile="confidentiality-model", rules=True) as made:
        house = opened(made)
        joiner(house, AssignmentStatus.PLANNED, FIRST)
        room(house, PlaceStatus.PLANNED, FIRST)
        house.clock.go_to(LATER, 9)
        _, [said] = handed_in(house, "D-03")
        assert said.startswith("新人　一郎さんの「業務従事者」の報告（")
        assert handed_in(house, "D-04")[1][0].startswith("「第6室」の届け出（")


def test_a_place_that_was_told_late_only_waits_for_the_link(house: House) -> None:
    one = room(house, PlaceStatus.ACTIVE, FIRST)
    house.clock.go_to(LATER, 9)
    [(severity, said)] = told(house, PLACES)
    assert severity == "broken" and "が記録されていません" in said
    paper, _ = handed_in(house, "D-04")
    [(severity, said)] = told(house, PLACES)
    assert severity == "broken" and "使用開始日（R8.10.5）より後のR8.10.7に" in said
    [(what, day)] = dates(house, "K-04", "K-05")
    assert what.endswith("の結び付け") and day == LATER
    house.ledger.registers.revise(replace(one, notice_submission_id=paper), SAID)
    [(severity, said)] = told(house, PLACES)
    assert severity == "broken" and "使用を始めた日より後に提出されています" in said
    assert dates(house, "K-04", "K-05") == []


@pytest.mark.parametrize("status", [PlaceStatus.PLANNED, PlaceStatus.NOTIFIED])
def test_a_place_that_is_told_still_is_told_by_clause_and_calendar(
    house: House, status: PlaceStatus
) -> None:
    """Ahead of its day it is due, afterwards missing; what is asked for is the notice of changes."""
    room(house, status, FIRST)
    title = house.ledger.profile(house.story.contract.id).document("D-04").change_title
    assert title and dates(house, "K-05") == [(f"「{title}」の提出", date(2026, 10, 2))]
    [(severity, said)] = told(house, PLACES)
    assert severity == "due" and title in said and "第6室" in said
    house.clock.go_to(FIRST, 9)
    [(severity, said)] = told(house, PLACES)
    assert severity == "action" and "期限までに済んでいません" in said


def test_the_end_of_a_place_that_is_told_still_is_told_by_its_clause(house: House) -> None:
    [one, *_] = house.ledger.registers.all(ContractPlace)
    house.ledger.registers.revise(replace(one.record, use_to=date(2026, 10, 9)), "移転のため")
    [(severity, said)] = told(house, PLACES)
    assert severity == "due" and "（終了）の提出" in said and "令和8年10月8日" in said


def test_whoever_hands_in_late_is_told_what_is_left_to_do(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True) as made:
        house = opened(made)
        joiner(house, AssignmentStatus.PLANNED, FIRST)
        house.clock.go_to(LATER, 9)
        _, [said] = handed_in(house, "D-03")
        assert said.startswith("新人　一郎さんの「作業従事者」の届け出（") and "に結び付け" in said
        [(severity, row)] = told(house, STAFF)
        assert severity == "action" and "を結び付けて状態を直し" in row
        assert [what for what, _ in dates(house, "K-03")] == [
            "従事の開始（「予定」のまま）か「取消し」「開始日の変更」の届出"
        ]
        with pytest.raises(Refused, match=r"届け出る変更はありません。新人　一郎さんの.*結び付け"):
            handed_in(house, "D-03")


@pytest.mark.parametrize("linked", [True, False])
def test_who_is_called_told_by_a_late_notice_does_not_pass_unseen(
    house: House, linked: bool
) -> None:
    """届出済 counts by a notice in time alone; whoever began is set to work, with the reason."""
    one = joiner(house, AssignmentStatus.NOTIFIED, FIRST)
    place = room(house, PlaceStatus.NOTIFIED, FIRST)
    house.clock.go_to(LATER, 9)
    papers = handed_in(house, "D-03")[0], handed_in(house, "D-04")[0]
    if linked:
        for record, paper in zip((one, place), papers, strict=True):
            house.ledger.registers.revise(replace(record, notice_submission_id=paper), SAID)
    for query, code in ((STAFF, "K-03"), (PLACES, "K-05")):
        [(severity, said)] = told(house, query)
        assert severity == "action" and "「届出済」のままで、届出が間に合っていない" in said
        assert ("を結び付けて" in said) is not linked
        [(what, day)] = dates(house, code)
        assert "（「届出済」のまま）" in what and day == FIRST


def test_who_was_told_late_and_is_gone_waits_for_nothing(house: House) -> None:
    one = joiner(house, AssignmentStatus.ACTIVE, FIRST)
    house.clock.go_to(LATER, 9)
    handed_in(house, "D-03")
    over = replace(
        one, status=AssignmentStatus.ENDED, ends_on=LATER, end_reason="応援の終わり"
    )  # fmt: skip
    house.ledger.registers.revise(over, "終了したため")
    handed_in(house, "D-03")
    assert dates(house, "K-02", "K-03") == []
    with pytest.raises(Refused) as said:
        handed_in(house, "D-03")
    assert "新人" not in str(said.value)


def test_what_was_told_in_time_needs_no_word(tmp_path: Path) -> None:
    """Of who was told at the beginning, a later notice about everybody says nothing new."""
    with furnished(tmp_path, rules=True) as made:
        house = opened(made)
        joiner(house, AssignmentStatus.PLANNED, FIRST)
        assert handed_in(house, "D-03")[1] == ()
        house.clock.go_to(LATER, 9)
        assert handed_in(house, "D-03", change=False)[1] == ()
        assert told(house, STAFF) == [] and dates(house, "K-02", "K-03") == []


def test_a_place_whose_application_lies_with_the_client_waits_for_the_consent(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, profile="fukuoka") as made:
        house = opened(made)
        room(house, PlaceStatus.PLANNED, date(2026, 10, 20))
        title = house.ledger.profile(house.story.contract.id).document_title("D-04")
        assert dates(house, "K-05") == [(f"「{title}」の提出", date(2026, 10, 19))]
        handed_in(house, "D-04", change=False)
        assert dates(house, "K-05") == [(f"「{title}」への承諾の登録", date(2026, 10, 19))]
        [(severity, said)] = told(house, PLACES)
        assert severity == "due" and "への承諾の登録（第6室）の期限は令和8年10月19日" in said
