"""What shall end is planned and announced to the client before it is done, under every text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import ItemState, Timing, VerificationResult
from models.errors import Refused
from models.records import HandlingEvent, Item, Submission
from tests.house import House
from tests.models.rules.stage import PROFILES
from tests.reports.applying import sealed, text_of, working_day


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def planned(house: House, *, rows: bool) -> HandlingEvent:
    """Plan the disposal of a copy, as the window does, or as a program that knows no way yet."""
    copy, model = _destroyed_copy(house)
    day = house.clock() + timedelta(days=5)
    [row] = model.sanitization
    row = replace(
        row, item_id=copy.id, media_name=copy.name, unit=copy.unit, quantity=copy.quantity,
        electronic=copy.electronic, performed_at=day, irrecoverable_confirmed=False,
        verification_result=VerificationResult.UNKNOWN, witness_requested=None,
    )  # fmt: skip
    line = replace(model.lines[0], item_id=copy.id, quantity=copy.quantity)
    plan = replace(
        model, id="", event_no=None, timing=Timing.PLANNED, status=None, occurred_at=day,
        lines=(line,), sanitization=(row,) if rows else (), checker_person_id="",
        checker_proof="", checked_at=None, checked_facts="",
        deviation=None, deviation_reason="",
    )  # fmt: skip
    change = house.ledger.handling.record(plan)
    return house.ledger.registers.need(HandlingEvent, change.ids[-1]).record


def _destroyed_copy(house: House) -> tuple[Item, HandlingEvent]:
    """Make two copies and destroy one, so that the plan says what such an act says."""
    story = house.story
    stack = next(one for one in story._stock if not one.electronic)
    story.copy(stack)
    story.destroy(story._copies[-1])
    story.copy(stack)
    done = house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record
    return story._copies[-1], done


def test_a_planned_disposal_is_entered_and_its_report_is_sealed(house: House) -> None:
    plan = planned(house, rows=True)
    paper: Submission = sealed(house, "D-17", plan.id)
    text = text_of(house, "D-17", plan.id)
    assert paper.subject_ids == (plan.id,) and "予定" in text and "行う予定です" in text
    item = house.ledger.registers.need(Item, plan.lines[0].item_id).record
    assert item.state is ItemState.STORED


def test_a_report_of_a_plan_that_knows_no_way_yet_asks_for_the_way(house: House) -> None:
    plan = planned(house, rows=False)
    with pytest.raises(Refused, match=r"次の項目が記録されていないため.*方法（1行目）") as found:
        sealed(house, "D-17", plan.id)
    assert "実施" not in str(found.value)


def test_a_certificate_of_a_plan_is_still_refused(house: House) -> None:
    plan = planned(house, rows=True)
    with pytest.raises(Refused, match="は予定です"):
        sealed(house, "D-18", plan.id)
