"""Applications that come back: the answer decides what was applied for, and the scan is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models.codes import (
    AttachmentKind,
    Decision,
    DecisionForm,
    PlaceStatus,
    SubmissionMeans,
    SubmissionStatus,
)
from models.codes import AuthorizationSubject as S
from models.errors import NotPermitted, Refused
from models.paper_answers import ClientAnswer
from models.records import Authorization, ContractPlace, Submission
from tests.house import House, furnished
from tests.reports.applying import apply_for
from ui.issue import IssueRequest, issue
from ui.seal_part import make_seal

TODAY = date(2026, 10, 1)
GRANTED = ClientAnswer(Decision.GRANTED, TODAY, "健康づくり課長", "見本　次郎", "見健第205号")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba", things=1) as made:
        make_seal(made.ledger)
        yield made


@pytest.fixture
def applied(house: House) -> str:
    return apply_for(house, S.COPY)


@pytest.fixture
def paper(house: House, applied: str) -> Submission:
    change = issue(house.ledger, IssueRequest("D-11", house.story.contract.id, (applied,)))
    return house.ledger.registers.need(Submission, change.ids[-1]).record


def hand_in(house: House, paper: Submission) -> None:
    house.ledger.paper.submit(paper.id, on=TODAY, means=SubmissionMeans.HAND)


def scan_of(house: House) -> str:
    change = house.ledger.files.attach(
        b"scan", name="kaito.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    return change.ids[-1]


def test_an_answer_is_kept_with_its_scan_and_decides_the_application(
    house: House, applied: str, paper: Submission
) -> None:
    assert paper.returned is False
    hand_in(house, paper)
    scan = scan_of(house)
    before = house.ledger.store.head().seq
    house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan)
    assert house.ledger.store.head().seq == before + 2  # one command: the paper and what it asked
    back = house.ledger.registers.need(Submission, paper.id).record
    assert (back.returned, back.returned_on, back.returned_file) == (True, TODAY, scan)
    assert back.status is SubmissionStatus.ACCEPTED
    decided = house.ledger.registers.need(Authorization, applied).record
    assert (decided.decision, decided.decided_by_name) == (Decision.GRANTED, "見本　次郎")
    assert (decided.decision_form, decided.decision_file) == (DecisionForm.WRITTEN, scan)
    assert decided.request_submission_id == paper.id
    assert decided.covers(TODAY)


def test_a_refusal_allows_nothing(house: House, applied: str, paper: Submission) -> None:
    hand_in(house, paper)
    refused = ClientAnswer(Decision.REFUSED, TODAY, "健康づくり課長", "見本　次郎")
    house.ledger.paper.returned(paper.id, refused, on=TODAY, scan=scan_of(house))
    assert not house.ledger.registers.need(Authorization, applied).record.covers(TODAY)


def test_conditions_must_be_written_down(house: House, paper: Submission) -> None:
    hand_in(house, paper)
    vague = ClientAnswer(Decision.CONDITIONAL, TODAY, "健康づくり課長", "見本　次郎")
    with pytest.raises(Refused, match="条件"):
        house.ledger.paper.returned(paper.id, vague, on=TODAY, scan=scan_of(house))
    assert house.ledger.registers.need(Submission, paper.id).record.returned is False


def test_only_a_paper_that_was_handed_in_comes_back_and_only_once(
    house: House, paper: Submission
) -> None:
    scan = scan_of(house)
    with pytest.raises(Refused, match="提出を記録してから"):
        house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan)
    hand_in(house, paper)
    house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan)
    with pytest.raises(Refused, match="回答を待っている"):
        house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan)


@pytest.mark.parametrize(
    ("day", "sentence"), [(date(2026, 9, 30), "提出日"), (date(2026, 10, 2), "先の日付")]
)
def test_it_comes_back_between_handing_in_and_today(
    house: House, paper: Submission, day: date, sentence: str
) -> None:
    hand_in(house, paper)
    with pytest.raises(Refused, match=sentence):
        house.ledger.paper.returned(paper.id, GRANTED, on=day, scan=scan_of(house))


def test_a_paper_without_a_box_waits_for_nothing(house: House) -> None:
    change = issue(house.ledger, IssueRequest("D-03", house.story.contract.id))
    notice = house.ledger.registers.need(Submission, change.ids[-1]).record
    assert notice.returned is None
    hand_in(house, notice)
    with pytest.raises(Refused, match="回答を待っている"):
        house.ledger.paper.returned(notice.id, GRANTED, on=TODAY, scan=scan_of(house))


def test_consented_places_carry_the_consent_afterwards(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        make_seal(house.ledger)
        registers, contract = house.ledger.registers, house.story.contract
        for stored in registers.all(ContractPlace):
            planned = replace(stored.record, authorization_id="", status=PlaceStatus.PLANNED)
            registers.revise(planned, "承諾の前に戻す")
        change = issue(house.ledger, IssueRequest("D-04", contract.id))
        paper = registers.need(Submission, change.ids[-1]).record
        hand_in(house, paper)
        later = replace(registers.all(ContractPlace)[0].record, id="")
        later_id = registers.create(later).ids[-1]
        house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan_of(house))
        asked = [one.record for one in registers.all(ContractPlace) if one.record.id != later_id]
        assert all(one.status is PlaceStatus.APPROVED for one in asked)
        [consent] = {one.authorization_id for one in asked}
        given = registers.need(Authorization, consent).record
        assert given.subject is S.PLACE and given.covers(TODAY)
        assert {t.place_id for t in given.targets} == {one.place_id for one in asked}
        assert registers.need(ContractPlace, later_id).record.authorization_id == ""


def test_refused_places_get_no_consent(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka") as house:
        make_seal(house.ledger)
        registers = house.ledger.registers
        first = registers.all(ContractPlace)[0].record
        registers.revise(replace(first, authorization_id=""), "承諾の前に戻す")
        change = issue(house.ledger, IssueRequest("D-04", house.story.contract.id, (first.id,)))
        paper = registers.need(Submission, change.ids[-1]).record
        hand_in(house, paper)
        refused = ClientAnswer(Decision.REFUSED, TODAY, "課長", "見本　次郎")
        house.ledger.paper.returned(paper.id, refused, on=TODAY, scan=scan_of(house))
        assert registers.need(ContractPlace, first.id).record.authorization_id == ""


def test_a_worker_cannot_take_an_answer(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", accounts=True, things=1) as house:
        make_seal(house.ledger)
        applied = apply_for(house, S.COPY)
        change = issue(house.ledger, IssueRequest("D-11", house.story.contract.id, (applied,)))
        paper = house.ledger.registers.need(Submission, change.ids[-1]).record
        hand_in(house, paper)
        scan = scan_of(house)
        house.sign_in("yoshino")
        with pytest.raises(NotPermitted):
            house.ledger.paper.returned(paper.id, GRANTED, on=TODAY, scan=scan)
