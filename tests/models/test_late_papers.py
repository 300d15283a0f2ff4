"""What the client got after its day is there, and that it came late stays to be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    Certainty,
    CommunicationKind,
    CommunicationMeans,
    Direction,
    HandlingKind,
    IncidentNature,
    IncidentReportKind,
    IncidentStatus,
    Means,
    ReportCycle,
    SubmissionMeans,
    SubmissionStatus,
)
from models.commands import revising
from models.evidence import evidence
from models.records import (
    ClientCommunication,
    Contract,
    HandlingEvent,
    HandlingLine,
    Incident,
    IncidentReport,
    Item,
    Submission,
)
from models.workdays import after
from tests import proof
from tests.ending import revise
from tests.house import FIRST_DAY, House, furnished

QUERY = "EQ-LATEPAPER"
LATE = FIRST_DAY + timedelta(days=20)
REASON = "備考を書き加えるため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=1) as made:
        yield made


def contract(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def last(house: House, kind: HandlingKind) -> HandlingEvent:
    return house.ledger.registers.all(HandlingEvent, kind=kind)[-1].record


def hand_in(house: House, kind: str, on: date, **fields: object) -> Submission:
    if on > house.ledger.today():
        house.clock.go_to(on, 10)
    number = len(house.ledger.registers.all(Submission)) + 1
    change = house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind=kind, title="書面", doc_no=f"第{number}号",
            revision=1, submitted_on=on, means=SubmissionMeans.HAND,
        ).with_changes(**fields)
    )  # fmt: skip
    return house.ledger.registers.need(Submission, change.ids[-1]).record


def told(house: House, query: str = QUERY) -> dict[str, list[str]]:
    """Return what a query says, by the clause."""
    return proof.by_clause(house, query)


def state(house: House, key: str) -> str:
    return next(one.state for one in evidence(house.ledger, contract(house)) if one.key == key)


def of_receipt(house: House, on: date) -> Submission:
    return hand_in(house, "D-14", on, subject_ids=(last(house, HandlingKind.RECEIVE).id,))


# --- papers of acts ------------------------------------------------------------------------------


def test_a_receipt_of_the_day_leaves_nothing_to_read(house: House) -> None:
    of_receipt(house, FIRST_DAY)
    assert told(house) == {}


def test_a_receipt_that_came_late_is_there_and_says_so(house: House) -> None:
    """K-25, SK-13.1; SK-13.2 of couriers asks for none."""
    of_receipt(house, LATE)
    found = told(house)
    assert list(found) == ["SK-13.1"]
    [sentence] = found["SK-13.1"]
    assert "預り証" in sentence and "R8.10.1）の後のR8.10.21" in sentence
    assert state(house, "SK-13.1") == "done"


def test_a_second_paper_does_not_make_the_first_one_late(house: House) -> None:
    of_receipt(house, FIRST_DAY)
    of_receipt(house, LATE)
    assert told(house) == {}


def test_what_was_never_handed_in_came_at_no_time(house: House) -> None:
    paper = of_receipt(house, FIRST_DAY)
    gone = paper.with_changes(status=SubmissionStatus.CANCELLED)
    house.ledger.commit([revising(gone, "取り下げたため")])
    of_receipt(house, LATE)
    assert list(told(house)) == ["SK-13.1"]


@pytest.mark.parametrize(("beyond", "clauses"), [(0, []), (1, ["SK-14.2"])])
def test_the_report_of_an_end_has_its_working_days(
    house: House, beyond: int, clauses: list[str]
) -> None:
    """K-24."""
    house.clock.wait(60)
    house.story.give_back(house.story._stock[0])
    act = last(house, HandlingKind.RETURN)
    days = house.ledger.profile(act.contract_id).params.timing.end_document_business_days
    on = after(FIRST_DAY, days) + timedelta(days=beyond)
    hand_in(house, "D-17", on, subject_ids=(act.id,))
    assert [key for key in told(house) if key == "SK-14.2"] == clauses
    assert (on > after(FIRST_DAY, days)) is bool(clauses)


# --- a corrected act -----------------------------------------------------------------------------


def test_the_paper_of_a_corrected_act_is_replaced_and_not_missing(house: House) -> None:
    """The client has the receipt since its day; what is asked for is another in its place."""
    of_receipt(house, FIRST_DAY)
    act = last(house, HandlingKind.RECEIVE)
    house.clock.go_to(LATE, 9)
    house.ledger.handling.correct(act.id, replace(act, note="箱に入っていた"), REASON)
    now = last(house, HandlingKind.RECEIVE)
    assert now.id != act.id
    found = calendar(house.ledger, house.story.contract.id)
    assert [one.code for one in found if one.code in ("K-24", "K-25")] == ["K-24"]
    assert any("差替え" in one.what for one in found)
    assert "EQ-RECEIPT" not in {name for one in evidence(house.ledger, contract(house))
                                for name, rows in one.evidence if rows}  # fmt: skip
    assert told(house) == {}


@pytest.mark.parametrize(
    "again", ["the same", "a day later", "a day earlier", "another thing", "never told"]
)
def test_what_is_voided_and_entered_again_as_it_was_is_not_late_by_that(
    tmp_path: Path, again: str
) -> None:
    """K-24: its paper was in time; any other day, or thing, is measured by the paper of its own."""
    with furnished(tmp_path, accounts=True, things=2, wait=30) as house:
        house.clock.go_to(FIRST_DAY + timedelta(days=2), 10)
        one, other = (stored.record for stored in house.ledger.registers.all(Item)[:2])
        gone = give_back(house, one, house.clock())
        if again != "never told":
            hand_in(house, "D-17", house.ledger.today(), subject_ids=(gone.id,))
            hand_in(house, "D-16", house.ledger.today(), subject_ids=(gone.id,))
        at = house.clock()
        house.clock.go_to(house.ledger.today() + timedelta(days=20), 10)
        assert (told(house) == {}) and state(house, "SK-14.2") != "broken"
        house.ledger.handling.void(gone.id, "相手の名を誤ったため")
        days = {"a day later": 1, "a day earlier": -1}.get(again, 0)
        item = other if again == "another thing" else one
        new = give_back(house, item, at + timedelta(days=days))
        overdue = [
            due for due in calendar(house.ledger, house.story.contract.id)
            if due.code == "K-24" and due.id == new.id
        ]  # fmt: skip
        assert bool(overdue) is (again != "the same")
        for kind in ("D-17", "D-16"):
            hand_in(house, kind, house.ledger.today(), subject_ids=(new.id,))
        late = [one for some in told(house).values() for one in some if new.caption() in one]
        assert bool(late) is (again != "the same")


def give_back(house: House, item: Item, at: datetime) -> HandlingEvent:
    house.ledger.handling.record(
        HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.RETURN, occurred_at=at,
            purpose="返還", actor_person_id=house.story.people["worker"], means=Means.DIRECT,
            place_from_id=item.home_place_id, counterpart_name="見本　三郎",
            lines=(HandlingLine(item_id=item.id),),
        )
    )  # fmt: skip
    return last(house, HandlingKind.RETURN)


def test_without_a_paper_the_corrected_act_waits_for_its_own(house: House) -> None:
    act = last(house, HandlingKind.RECEIVE)
    house.clock.go_to(LATE, 9)
    house.ledger.handling.correct(act.id, replace(act, note="箱に入っていた"), REASON)
    found = calendar(house.ledger, house.story.contract.id)
    assert [one.about for one in found if one.code == "K-25"] == [
        last(house, HandlingKind.RECEIVE).caption()
    ]


# --- a period, a loss ----------------------------------------------------------------------------


def test_the_report_of_a_period_that_came_late_says_so(house: House) -> None:
    """K-14."""
    revise(house, replace(contract(house), periodic_report_cycle=ReportCycle.MONTHLY), "定めたため")
    days = house.ledger.profile(house.story.contract.id).params.timing.report_days_after_period
    over = date(2026, 10, 31)
    hand_in(house, "D-19", over + timedelta(days=days), effective_on=over)
    assert told(house) == {}
    november = date(2026, 11, 30)
    hand_in(house, "D-19", november + timedelta(days=days + 1), effective_on=november)
    found = told(house)
    assert found
    for sentences in found.values():
        assert len(sentences) == 1
        assert "R8.11.1～R8.11.30" in sentences[0]


def test_a_report_that_was_replaced_later_is_still_of_its_period(house: House) -> None:
    revise(house, replace(contract(house), periodic_report_cycle=ReportCycle.MONTHLY), "定めたため")
    first = hand_in(house, "D-19", date(2026, 11, 5))
    hand_in(house, "D-19", date(2026, 12, 4), supersedes_id=first.id)
    assert told(house) == {}
    due = [one.about for one in calendar(house.ledger, house.story.contract.id)]
    assert any("令和8年11月1日～" in about for about in due), "of November there is none"
    assert not any("令和8年10月1日～" in about for about in due)


def lose(house: House) -> HandlingEvent:
    item = house.ledger.registers.all(Item)[0].record
    house.ledger.handling.record(
        HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.LOSS, purpose="見当たらない",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_from_id=item.home_place_id, lines=(HandlingLine(item_id=item.id),),
        )
    )  # fmt: skip
    return last(house, HandlingKind.LOSS)


@pytest.mark.parametrize("way", ["named later", "near miss", "call", "in time"])
def test_the_word_of_a_loss_is_not_in_time_by_what_is_entered_after_the_limit(
    tmp_path: Path, way: str
) -> None:
    """SK-17.2, CB-13.1: an older word is not made one about the loss, nor entered, without a trace."""
    profile, clause = ("chiba", "CB-13.1") if way == "call" else ("shiki", "SK-17.2")
    with furnished(tmp_path, profile=profile, accounts=True, things=3, wait=30) as house:
        house.clock.wait(60)
        act, registers = lose(house), house.ledger.registers
        at = act.occurred_at
        assert at is not None
        happened = Incident(
            contract_id=house.story.contract.id, certainty=Certainty.OCCURRED,
            natures=(IncidentNature.MISDELIVERY,), known_at=at, situation="別の封筒の誤送付。",
            status=IncidentStatus.DETECTED,
        )  # fmt: skip
        named = (act.lines[0].item_id,)
        if way == "named later":
            happened = told_of(house, happened, at)
        if way == "in time":
            told_of(house, replace(happened, item_ids=named), at)
        house.clock.go_to(house.ledger.today() + timedelta(days=20), 10)
        if way == "named later":
            registers.revise(replace(happened, item_ids=named), "対象が分かったため")
        if way == "near miss":
            near = replace(
                happened,
                certainty=Certainty.NEAR_MISS,
                conclusion="棚の奥にあると思われ、事故に当たらないため",
            )
            told_of(house, replace(near, item_ids=named), at)
        if way == "call":
            registers.create(
                ClientCommunication(
                    contract_id=house.story.contract.id, direction=Direction.OUT, at=at,
                    kind=CommunicationKind.FIRST_INCIDENT_CALL, means=CommunicationMeans.TELEPHONE,
                    from_name="髙橋", to_name="見本", summary="別の件を伝えた",
                )
            )  # fmt: skip
        words = [one for one in told(house).get(clause, []) if act.caption() in one]
        assert bool(words) is (way != "in time")
        assert all("行ったものとして" in one and "登録しています" in one for one in words)


def told_of(house: House, incident: Incident, at: datetime) -> Incident:
    """Enter an incident and a report of it in writing."""
    made = house.ledger.registers.create(incident).ids[0]
    house.ledger.registers.create(
        IncidentReport(
            incident_id=made, kind=IncidentReportKind.FIRST, reported_at=at,
            means=CommunicationMeans.WRITTEN, recipient="健康づくり課　見本",
            reported_by=house.story.people["supervisor"],
        )
    )  # fmt: skip
    return house.ledger.registers.need(Incident, made).record


@pytest.mark.parametrize("days", [0, 21])
def test_the_word_of_a_loss_that_came_late_says_so_also_when_it_is_found(
    house: House, days: int
) -> None:
    """K-19, SK-17.2: 直ちに."""
    house.clock.wait(60)
    act = lose(house)
    hand_in(house, "D-20", FIRST_DAY + timedelta(days=days))
    house.clock.wait(60)
    house.ledger.handling.record(
        replace(
            act, id="", event_no=None, kind=HandlingKind.RECOVER, occurred_at=house.clock(),
            place_to_id=act.place_from_id, place_from_id="", purpose="見つかった", status=None,
            timing=None, confirmed_by="", confirmed_at=None, quantity=None,
        )
    )  # fmt: skip
    found = told(house)
    assert ("SK-17.2" in found) is bool(days)
    for sentences in found.values():
        assert [act.caption() in one for one in sentences] == [True]
