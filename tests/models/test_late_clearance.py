"""A pledge, training or check that was entered after the acts it had to precede is told so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import AttachmentKind, EmploymentType, SubmissionMeans
from models.codes import HandlingKind as K
from models.evidence import ClauseState, evidence
from models.late_clearance import QUERY
from models.records import (
    Assignment,
    HandlingEvent,
    HandlingLine,
    Person,
    Pledge,
    Submission,
    TrainingSession,
)
from models.records.clearance import Attendance
from tests import proof
from tests.house import House, furnished
from tests.models.rules.stage import PROFILES


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=2) as found:
        yield found


def told(house: House) -> dict[str, list[str]]:
    """Return what the evidence tells of late clearances, by clause."""
    found = evidence(house.ledger, house.story.contract)
    return {one.key: _sentences(one) for one in found if _sentences(one)}


def _sentences(one: ClauseState) -> list[str]:
    return [row.sentence for row in proof.rows_of([one], QUERY)]


def states(house: House) -> dict[str, str]:
    return {one.key: one.state for one in evidence(house.ledger, house.story.contract)}


def newcomer(house: House, employment: EmploymentType = EmploymentType.REGULAR) -> str:
    """Let somebody begin today, of whom nothing but the notice is there, and return who."""
    registers, today = house.ledger.registers, house.ledger.today()
    notice = Submission(
        contract_id=house.story.contract.id, doc_kind="D-03", title="変更届", doc_no="第77号",
        submitted_on=today, means=SubmissionMeans.HAND, received_by="見本　花子",
    )  # fmt: skip
    paper = house.ledger.paper.note(notice).ids[-1]
    person = Person(
        name="応援　一郎", organization_id=house.story.contract.contractor_org_id,
        employment_type=employment,
    )  # fmt: skip
    who = registers.create(person).ids[-1]
    base = registers.all(Assignment, person_id=house.story.people["worker"])[0].record
    begun = replace(
        base, id="", person_id=who, starts_on=today, notice_submission_id=paper,
        labour_terms_confirmed=None, labour_terms_checked_on=None,
    )  # fmt: skip
    registers.create(begun)
    return who


def sign(house: House, who: str, day: date) -> str:
    base = house.ledger.registers.all(Pledge)[0].record
    made = replace(base, id="", person_id=who, signed_on=day, submitted_on=day, submission_id="")
    return house.ledger.registers.create(made).ids[-1]


def teach(house: House, who: str, day: date, **changes: Any) -> str:
    """Enter that somebody heard all that was ever taught here."""
    held = [one.record for one in house.ledger.registers.all(TrainingSession)]
    topics = tuple(dict.fromkeys(topic for one in held for topic in one.topics))
    seat = replace(held[0].attendance[0], person_id=who, attended_on=day)
    made = replace(held[0], id="", held_on=day, topics=topics, attendance=(seat,), **changes)
    return house.ledger.registers.create(made).ids[-1]


def use(house: House, who: str, at: datetime) -> HandlingEvent:
    change = house.ledger.handling.record(used(house, who, at))
    return house.ledger.registers.need(HandlingEvent, change.ids[-1]).record


def used(house: House, who: str, at: datetime) -> HandlingEvent:
    item = house.story._stock[0]
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, occurred_at=at, actor_person_id=who,
        purpose="入力のため", place_from_id=item.home_place_id, ended_at=at,
        lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_there_before_the_acts_is_not_told(tmp_path: Path, profile: str) -> None:
    with furnished(tmp_path, days=2, profile=profile) as house:
        assert told(house) == {}


def test_a_pledge_and_a_training_that_came_after_the_acts_are_told(house: House) -> None:
    who, day, at = newcomer(house), house.ledger.today(), house.clock()
    house.clock.wait(9 * 24 * 60)
    sign(house, who, day)
    teach(house, who, day)
    assert told(house) == {}  # nobody has handled anything
    before = states(house)
    first, second = use(house, who, at), use(house, who, at + timedelta(hours=1))
    late = told(house)
    [pledge], [training] = late["SK-7.2"], late["SK-6.1"]
    for sentence in (pledge, training):
        assert "取扱い2件" in sentence and f"第{first.event_no}号" in sentence
        assert "の後（R8.10.1" in sentence and "台帳に登録されました" in sentence
    assert "誓約書" in pledge and "原本" in pledge and "R8.10.2" in pledge
    assert states(house) == before and set(late) == {"SK-7.2", "SK-6.1"}
    house.ledger.handling.void(second.id, "二重に記録したため")
    assert f"取扱い（第{first.event_no}号" in told(house)["SK-7.2"][0]
    house.ledger.handling.void(first.id, "二重に記録したため")
    assert told(house) == {}


def test_acts_after_the_entry_are_not_told(house: House) -> None:
    who, day = newcomer(house), house.ledger.today()
    house.clock.wait(9 * 24 * 60)
    sign(house, who, day)
    teach(house, who, day)
    use(house, who, house.clock())
    assert told(house) == {}


def test_a_second_pledge_or_a_correction_makes_no_earlier_one_late(house: House) -> None:
    who, day = newcomer(house), house.ledger.today()
    teach(house, who, day)
    first = sign(house, who, day)
    use(house, who, house.clock() + timedelta(minutes=1))
    house.clock.wait(9 * 24 * 60)
    sign(house, who, day)
    teach(house, who, day)
    stored = house.ledger.registers.need(Pledge, first).record
    house.ledger.registers.revise(replace(stored, original_place="書庫"), "保管場所の記入")
    assert told(house) == {}


def test_who_was_added_to_a_session_afterwards_is_told(house: House) -> None:
    who, day, at = newcomer(house), house.ledger.today(), house.clock()
    sign(house, who, day)
    session = teach(house, house.story.people["worker"], day)
    use(house, who, at + timedelta(minutes=1))
    house.clock.wait(60)
    stored = house.ledger.registers.need(TrainingSession, session).record
    seat: Attendance = replace(stored.attendance[0], person_id=who)
    more = replace(stored, attendance=(*stored.attendance, seat))
    house.ledger.registers.revise(more, "受講者の記入漏れ")
    assert list(told(house)) == ["SK-6.1"]


def test_a_check_of_labour_terms_that_was_entered_afterwards_is_told(house: House) -> None:
    who = newcomer(house, employment=EmploymentType.PART_TIME)
    day, at = house.ledger.today(), house.clock()
    sign(house, who, day)
    teach(house, who, day)
    use(house, who, at + timedelta(minutes=1))
    house.clock.wait(60)
    stored = house.ledger.registers.all(Assignment, person_id=who)[0].record
    checked = replace(stored, labour_terms_confirmed=True, labour_terms_checked_on=day)
    house.ledger.registers.revise(checked, "確認日の記入")
    late = told(house)
    assert late and all("契約書の確認" in one for found in late.values() for one in found)


@pytest.mark.parametrize("profile", ["chiba", "yachiyo"])
def test_who_was_made_aware_afterwards_is_told_where_the_text_asks(
    tmp_path: Path, profile: str
) -> None:
    with furnished(tmp_path, days=2, profile=profile) as house:
        who, day, at = newcomer(house), house.ledger.today(), house.clock()
        use(house, who, at + timedelta(minutes=1))
        house.clock.wait(60)
        teach(house, who, day)
        asked = house.ledger.inquiries.of(house.story.contract.id)
        theirs = {one.key for one in asked.clauses if "EQ-NOTICE" in one.evidence}
        late = told(house)
        assert theirs and theirs <= set(late)
        assert all(sentence for found in late.values() for sentence in found)


def test_an_older_register_knew_no_entries(house: House) -> None:
    who, day, at = newcomer(house), house.ledger.today(), house.clock()
    file = house.ledger.files.attach(
        b"a", name="旧台帳.csv", mime="text/csv", kind=AttachmentKind.SOURCE,
        contract_id=house.story.contract.id,
    ).ids[-1]  # fmt: skip
    house.clock.wait(60)
    old = used(house, who, at + timedelta(minutes=1)).with_changes(source_file_id=file)
    house.ledger.handling.record_all([old], historic=True)
    sign(house, who, day)
    teach(house, who, day)
    assert told(house) == {}
