"""A consent that was entered after the act it is said to allow is told beside the act."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.codes import AttachmentKind, AuthorizationSubject, Decision
from models.codes import HandlingKind as K
from models.evidence import ClauseState, evidence
from models.late_basis import QUERY, late_marks
from models.records import Authorization, AuthorizationTarget, HandlingEvent, HandlingLine
from tests import proof
from tests.house import House, furnished

MARK = "根拠は事後登録"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2) as found:
        yield found


def consent(house: House) -> Authorization:
    """Return the word of the client that lets things be taken out."""
    found = house.ledger.registers.all(Authorization)
    taking = AuthorizationSubject.TAKE_OUT
    return next(one.record for one in found if one.record.subject is taking)


def register(house: House, **changes: object) -> str:
    """Register another consent now; the days in it are those of the first one."""
    made = replace(consent(house), id="", decision_doc_no="見健第199号", **changes)  # type: ignore[arg-type]
    return house.ledger.registers.create(made).ids[-1]


def take_out(house: House, at: datetime, authorization_id: str) -> HandlingEvent:
    item = house.story._stock[0]
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.TAKE_OUT, occurred_at=at,
        actor_person_id=house.story.people["worker"], purpose="市役所での内容確認",
        place_from_id=item.home_place_id, destination_text="見本市役所",
        expected_return_at=at + timedelta(hours=2), authorization_id=authorization_id,
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip
    change = house.ledger.handling.record(event)
    return house.ledger.registers.need(HandlingEvent, change.ids[-1]).record


def marks(house: House, event: HandlingEvent) -> list[str]:
    return late_marks(house.ledger.rules.books, event)


def told(house: House) -> dict[str, list[str]]:
    """Return what the evidence tells of consents, by clause."""
    found = evidence(house.ledger, house.story.contract)
    return {one.key: _sentences(one) for one in found if _sentences(one)}


def _sentences(one: ClauseState) -> list[str]:
    return [row.sentence for row in proof.rows_of([one], QUERY)]


def test_a_consent_that_was_there_before_the_act_is_not_told(house: House) -> None:
    event = take_out(house, house.clock(), consent(house).id)
    assert marks(house, event) == [] and told(house) == {}


def test_a_consent_that_was_entered_after_the_act_is_told(house: House) -> None:
    at = house.clock()
    house.clock.wait(90)
    event = take_out(house, at, register(house))
    day = f"R8.{house.clock().month}.{house.clock().day}"
    assert marks(house, event) == [f"{MARK}（{day}）"]
    [sentence] = told(house)["SK-11.2"]
    assert f"第{event.event_no}号" in sentence and "見健第199号" in sentence
    assert "取扱いの後" in sentence and "写しの添付はありません" in sentence


def test_it_breaks_no_clause(house: House) -> None:
    def states() -> dict[str, str]:
        return {one.key: one.state for one in evidence(house.ledger, house.story.contract)}

    at = house.clock()
    house.clock.wait(90)
    event = take_out(house, at, consent(house).id)
    before = states()
    house.ledger.handling.void(event.id, "根拠の選び違い")
    take_out(house, at, register(house))
    assert "SK-11.2" in told(house) and states() == before


def test_a_minute_is_no_afterwards(house: House) -> None:
    chosen = register(house)
    at = house.clock().replace(second=0, microsecond=0)
    assert marks(house, take_out(house, at, chosen)) == []


def test_what_became_a_consent_afterwards_was_none_before(house: House) -> None:
    asked = register(
        house, decision=Decision.PENDING, decided_on=None, decided_by_name="", decision_form=None
    )
    pending = house.ledger.registers.need(Authorization, asked).record
    house.clock.wait(60)
    at = house.clock()
    house.clock.wait(60)
    given = consent(house)
    house.ledger.registers.revise(
        replace(
            pending, decision=Decision.GRANTED, decided_on=given.decided_on,
            decided_by_name=given.decided_by_name, decision_form=given.decision_form,
        ),
        "結果の記入",
    )  # fmt: skip
    assert marks(house, take_out(house, at, asked))[0].startswith(MARK)


def test_a_later_correction_of_a_consent_is_not_its_registration(house: House) -> None:
    at = house.clock()
    house.clock.wait(90)
    given = consent(house)
    house.ledger.registers.revise(replace(given, conditions="往復とも二名"), "条件の補記")
    assert marks(house, take_out(house, at, given.id)) == []


def test_a_thing_that_was_added_to_a_consent_afterwards_is_told(house: House) -> None:
    first, second = house.story._stock[:2]
    named = register(house, targets=(AuthorizationTarget(item_id=second.id),))
    house.clock.wait(60)
    at = house.clock()
    house.clock.wait(60)
    stored = house.ledger.registers.need(Authorization, named).record
    targets = (*stored.targets, AuthorizationTarget(item_id=first.id))
    house.ledger.registers.revise(replace(stored, targets=targets), "対象の追加")
    assert marks(house, take_out(house, at, named))[0].startswith(MARK)


def test_a_copy_of_the_paper_is_named(house: House) -> None:
    at = house.clock()
    house.clock.wait(90)
    file = house.ledger.files.attach(
        b"%PDF-1.7", name="承諾書.pdf", mime="application/pdf",
        kind=AttachmentKind.SCAN, contract_id=house.story.contract.id,
    ).ids[-1]  # fmt: skip
    take_out(house, at, register(house, decision_file=file))
    assert "添付の決定文書の写し" in told(house)["SK-11.2"][0]


def test_one_more_act_is_told_without_asking_everything_again(house: House) -> None:
    at = house.clock()
    house.clock.wait(90)
    late = register(house)
    assert told(house) == {}
    event = take_out(house, at, late)
    assert len(told(house)["SK-11.2"]) == 1
    house.ledger.handling.void(event.id, "二重に記録したため")
    assert told(house) == {}
