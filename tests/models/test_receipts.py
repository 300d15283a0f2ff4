"""What is received: from hand to hand with a 預り証 (SK-13.1), by a courier with its number (SK-13.2)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.calendar import calendar
from models.codes import AttachmentKind, HandlingKind, Means, RuleMode, SubmissionMeans, Timing
from models.evidence import evidence
from models.records import HandlingEvent, Item, Submission, TransportDetail
from models.rules.answers import Answers
from tests.house import FIRST_DAY, House, furnished

BY_HAND, BY_COURIER = "SK-13.1", "SK-13.2"
WAY = TransportDetail(tracking_no="MS123456")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True) as made:
        yield made


def receive(house: House, **changes: Any) -> HandlingEvent:
    """Let something come as in the story, but otherwise."""
    house.story.receive(1)
    handling, registers = house.ledger.handling, house.ledger.registers
    last = registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[-1].record
    answers = Answers({"R-14": "届いたときに番号を控えなかったため"}, later=True)
    if changes:
        handling.correct(last.id, replace(last, **changes), "手段を書き違えたため", answers=answers)
    return registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[-1].record


def standing(house: House) -> Mapping[str, tuple[str, list[str]]]:
    """Return how the two clauses stand, with what is said of receipts."""
    states = {one.key: one for one in evidence(house.ledger, house.story.contract)}
    return {
        key: (
            states[key].state,
            [row.sentence for name, rows in states[key].evidence if name == "EQ-RECEIPT"
             for row in rows],
        )
        for key in (BY_HAND, BY_COURIER)
    }  # fmt: skip


def papers_due(house: House) -> list[tuple[str, str]]:
    found = calendar(house.ledger, house.story.contract.id)
    return [(one.about, one.clause) for one in found if one.code == "K-25"]


def test_a_receipt_from_hand_to_hand_waits_for_its_paper_under_its_own_clause(house: House) -> None:
    act = receive(house)
    [sentence] = standing(house)[BY_HAND][1]
    assert "預り証" in sentence and act.caption() in sentence
    assert standing(house)[BY_HAND][0] == "due" and standing(house)[BY_COURIER] == ("done", [])
    assert papers_due(house) == [(act.caption(), "第13条第1項")]


def test_it_is_late_the_day_after_in_both(house: House) -> None:
    receive(house)
    house.clock.go_to(FIRST_DAY + timedelta(days=1), 9)
    assert standing(house)[BY_HAND][0] == "action"
    assert [one.due_on for one in calendar(house.ledger, "") if one.code == "K-25"] == [FIRST_DAY]


@pytest.mark.parametrize("means", [Means.SECURITY_COURIER, Means.REGISTERED_MAIL])
def test_what_a_courier_brought_has_a_number_and_no_paper(house: House, means: Means) -> None:
    receive(house, means=means, transport=(WAY,))
    assert standing(house) == {BY_HAND: ("done", []), BY_COURIER: ("done", [])}
    assert papers_due(house) == []


def test_a_number_that_is_missing_breaks_the_clause_of_couriers_alone(house: House) -> None:
    receive(house, means=Means.SECURITY_COURIER)
    assert standing(house)[BY_HAND] == ("done", [])
    state, [sentence] = standing(house)[BY_COURIER]
    assert state == "broken" and "追跡番号" in sentence


def test_a_designation_that_is_missing_breaks_the_clause_of_hands_alone(house: House) -> None:
    receive(house, authorization_id="", occurred_at=house.clock() + timedelta(seconds=1))
    event = house.ledger.registers.all(HandlingEvent)[-1].record
    for consent in house.story.consents:
        if consent.subject == "handover_designation":
            late = replace(consent, valid_from=event.occurred_at.date() + timedelta(days=1))  # type: ignore[union-attr]
            house.ledger.registers.revise(late, "指定の日を書き違えたため")
    assert any("指定が" in one for one in standing(house)[BY_HAND][1])
    assert standing(house)[BY_COURIER] == ("done", [])


def test_of_what_nobody_said_how_it_came_the_paper_is_asked(house: House) -> None:
    """An older register did not always say it; hand to hand is what the text takes for usual."""
    handling, registers = house.ledger.handling, house.ledger.registers
    receive(house)
    last = registers.all(HandlingEvent)[-1].record
    item = registers.need(Item, last.lines[0].item_id).record
    file = house.ledger.files.attach(
        b"x", name="log.csv", mime="text/csv", kind=AttachmentKind.SOURCE,
        contract_id=item.contract_id,
    )  # fmt: skip
    old = replace(last, means=None, source_file_id=file.ids[0])
    handling.correct(last.id, old, "以前の台帳のとおりにするため")
    assert len(papers_due(house)) == 1


def test_the_paper_ends_it(house: House) -> None:
    act = receive(house)
    paper = Submission(
        contract_id=act.contract_id, doc_kind="D-14", title="預り証", doc_no="1",
        submitted_on=FIRST_DAY, means=SubmissionMeans.HAND, received_by="見本", subject_ids=(act.id,),
    )  # fmt: skip
    house.ledger.paper.note(paper)
    assert standing(house)[BY_HAND] == ("done", []) and papers_due(house) == []


@pytest.mark.parametrize("profile", ["shiki", "confidentiality-model", "fukuoka"])
def test_why_it_did_not_pass_from_hand_to_hand_is_asked_where_the_text_wants_that(
    tmp_path: Path, profile: str
) -> None:
    """SK-13.2: only where it cannot be; nothing is wrong with it, nor with what was entered before."""
    with furnished(tmp_path, profile=profile, rules=True) as house:
        act = HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.RECEIVE, purpose="受領",
            occurred_at=house.clock(), actor_person_id=house.story.people["supervisor"],
            means=Means.SECURITY_COURIER, counterpart_name="見本　花子", transport=(WAY,),
            place_to_id=house.story.places[0].id,
        )  # fmt: skip
        said = [one for one in house.ledger.rules.about_event(act) if "直接の" in one.message]
        assert [one.mode for one in said] == ([RuleMode.WARN] if profile == "shiki" else [])
        assert all(one.articles for one in said)
        again = replace(act, corrects_event_id="-")
        direct = replace(act, means=Means.DIRECT, transport=())
        for other in (again, direct, replace(act, timing=Timing.PLANNED)):
            assert not any("直接の" in one.message for one in house.ledger.rules.about_event(other))
