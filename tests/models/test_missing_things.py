"""What is missing is told until it is found, or until somebody else saw what was done about it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.calendar import calendar, state
from models.codes import (
    AuthorizationSubject,
    Certainty,
    CommunicationKind,
    CommunicationMeans,
    Direction,
    FindingSource,
    FindingStatus,
    IncidentNature,
    IncidentReportKind,
    IncidentStatus,
    Means,
    Severity,
    SubmissionMeans,
)
from models.codes import HandlingKind as K
from models.evidence import ClauseState, evidence
from models.officer import officer_questions
from models.records import (
    ClientCommunication,
    Finding,
    HandlingEvent,
    HandlingLine,
    Incident,
    IncidentReport,
    Item,
    Submission,
)
from tests import proof
from tests.house import House, furnished

WAIT = timedelta(hours=2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, things=3, wait=30) as made:
        yield made


def enter(house: House, kind: K, item: Item, **fields: object) -> str:
    at = house.clock()
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=kind, occurred_at=at, purpose="試験のため",
        actor_person_id=house.story.people["worker"],
        lines=(HandlingLine(item_id=item.id),),
    ).with_changes(**fields)  # fmt: skip
    return house.ledger.handling.record(event).ids[-1]


def take_out(house: House, item: Item) -> None:
    enter(
        house, K.TAKE_OUT, item, destination_text="見本市役所",
        expected_return_at=house.clock() + WAIT, place_from_id=item.home_place_id,
        authorization_id=house.story._consent_id(AuthorizationSubject.TAKE_OUT),
    )  # fmt: skip


def lost(house: House, *, outside: bool = True) -> Item:
    item = house.story._stock[0]
    if outside:
        take_out(house, item)
    house.clock.wait(30)
    enter(house, K.LOSS, item)
    return item


def clause(house: House, key: str) -> ClauseState:
    return next(one for one in evidence(house.ledger, house.story.contract) if one.key == key)


def said(house: House, key: str) -> list[str]:
    return proof.sentences(house, clause=key)


def dates(house: House) -> dict[str, str]:
    now: datetime = house.ledger.now()
    return {
        f"{one.code} {one.what}": state(one, now)
        for one in calendar(house.ledger)
        if one.type == Item.type and one.code in ("K-13", "K-19")
    }


def test_what_got_lost_outside_waits_in_every_clause_it_concerns(house: House) -> None:
    item = lost(house)
    house.clock.wait(180)
    assert {key: clause(house, key).state for key in ("SK-11.2", "SK-14.1", "SK-17.2")} == {
        "SK-11.2": "action", "SK-14.1": "action", "SK-17.2": "action",
    }  # fmt: skip
    assert said(house, "SK-11.2") == [
        f"「{item.caption()}」が持帰予定を過ぎて戻っていません（所在不明）。"
    ]
    [sentence] = said(house, "SK-17.2")
    assert "第3号" in sentence and "書面の報告が記録されていません" in sentence


def test_what_got_lost_before_it_was_due_is_told_at_once(house: House) -> None:
    lost(house)
    assert clause(house, "SK-11.2").state == "action"


def test_what_got_lost_at_home_is_told_where_it_concerns(house: House) -> None:
    lost(house, outside=False)
    assert clause(house, "SK-11.2").state == "done"
    assert clause(house, "SK-17.2").state == clause(house, "SK-14.1").state == "action"


def test_nothing_lost_leaves_the_clause_of_accidents_unjudged(house: House) -> None:
    assert clause(house, "SK-17.2").state == "unknown"
    assert clause(house, "SK-17.2").unjudged == ("EQ-INC",)


def test_the_calendar_keeps_the_return_and_asks_for_the_report(house: House) -> None:
    lost(house)
    house.clock.wait(180)
    assert dates(house) == {
        "K-13 持帰り（所在不明）": "overdue",
        "K-19 所在不明の書面の報告（直ちに）": "today",
    }


def test_a_report_takes_the_date_away_and_not_the_loss(house: House) -> None:
    lost(house)
    paper = Submission(
        contract_id=house.story.contract.id, doc_kind="D-20", title="漏えい等報告書",
        doc_no="第1号", revision=1, submitted_on=house.ledger.today(), means=SubmissionMeans.HAND,
    )  # fmt: skip
    house.ledger.paper.note(paper)
    assert not any(key.startswith("K-19") for key in dates(house))
    assert clause(house, "SK-17.2").state == "action"
    assert "に報告しました" in said(house, "SK-17.2")[0]


def test_a_call_is_no_written_report(house: House) -> None:
    lost(house)
    house.ledger.registers.create(
        ClientCommunication(
            contract_id=house.story.contract.id, direction=Direction.OUT,
            kind=CommunicationKind.FIRST_INCIDENT_CALL, at=house.clock(),
            means=CommunicationMeans.TELEPHONE, from_name="髙橋", to_name="見本", summary="紛失の連絡",
        )
    )  # fmt: skip
    assert any(key.startswith("K-19") for key in dates(house))


def report(house: House) -> None:
    paper = Submission(
        contract_id=house.story.contract.id, doc_kind="D-20", title="漏えい等報告書",
        doc_no="第1号", revision=1, submitted_on=house.ledger.today(), means=SubmissionMeans.HAND,
    )  # fmt: skip
    house.ledger.paper.note(paper)


def owed(house: House) -> list[str]:
    return [one.about for one in calendar(house.ledger) if one.code == "K-19"]


def test_what_is_found_is_still_to_be_reported(house: House) -> None:
    """R-29: nobody says alone that it was no accident."""
    item = lost(house)
    enter(house, K.RECOVER, item, place_to_id=item.home_place_id)
    assert clause(house, "SK-17.2").state == "due"
    assert owed(house) == ["第3号 所在不明（発見済み）"]
    house.clock.wait(24 * 60)
    assert clause(house, "SK-17.2").state == "action"
    [sentence] = said(house, "SK-17.2")
    assert "見つかりましたが、甲への書面の報告が記録されていません" in sentence
    report(house)
    assert clause(house, "SK-17.2").state == "unknown"
    assert owed(house) == []


def test_that_it_was_no_accident_another_person_confirms(house: House) -> None:
    item = lost(house)
    enter(house, K.RECOVER, item, place_to_id=item.home_place_id)
    verify(house, "第3号", "棚の中にあり、誰の目にも触れていない")
    assert clause(house, "SK-17.2").state == "unknown"
    assert owed(house) == []


def test_an_earlier_loss_of_what_is_missing_again_is_not_called_found(house: House) -> None:
    item = lost(house)
    enter(house, K.RECOVER, item, place_to_id=item.home_place_id)
    house.clock.wait(30)
    enter(house, K.LOSS, item)
    assert not any("見つかりましたが" in one for one in said(house, "SK-17.2"))
    report(house)
    assert owed(house) == []


def test_a_loss_that_was_taken_back_is_told_until_somebody_else_looked(house: House) -> None:
    lost(house, outside=False)
    [loss] = house.ledger.registers.all(HandlingEvent, kind=K.LOSS)
    house.ledger.handling.void(loss.record.id, "誤記のため")
    assert clause(house, "SK-17.2").state == "action"
    assert "第2号 所在不明」の記録が" in said(house, "SK-17.2")[0]
    verify(house, "第2号", "誤記だったことを確かめた")
    assert clause(house, "SK-17.2").state == "unknown"


def test_a_loss_that_was_corrected_is_told_once(house: House) -> None:
    item = lost(house, outside=False)
    [loss] = house.ledger.registers.all(HandlingEvent, kind=K.LOSS)
    house.ledger.handling.correct(
        loss.record.id, replace(loss.record, purpose="保管庫の点検"), "目的の誤り"
    )
    [sentence] = said(house, "SK-17.2")
    assert item.caption() in sentence and "取り消されました" not in sentence


def corrected(house: House, **more: object) -> None:
    """Correct the only loss in force."""
    [loss] = house.ledger.registers.all(HandlingEvent, kind=K.LOSS)
    new = loss.record.with_changes(**more)
    house.ledger.handling.correct(loss.record.id, new, "記入の誤り")


def of_line(item: Item, quantity: int | None) -> tuple[HandlingLine, ...]:
    return (
        HandlingLine(item_id=item.id, quantity=None if quantity is None else Decimal(quantity)),
    )


def test_a_loss_is_not_made_smaller_alone(house: House) -> None:
    item = next(one for one in house.story._stock if one.unit == "枚" and one.quantity > 3)  # type: ignore[operator]
    enter(house, K.LOSS, item, lines=of_line(item, 2))
    corrected(house, lines=of_line(item, 3))
    assert not any("減らして" in one for one in said(house, "SK-17.2"))
    corrected(house, lines=of_line(item, 1))
    [smaller] = [one for one in said(house, "SK-17.2") if "減らして" in one]
    assert "「第3号 所在不明」" in smaller  # two were corrected to three, three to one
    verify(house, "第3号", "数え直した")
    assert not any("減らして" in one for one in said(house, "SK-17.2"))


def test_the_lost_part_of_what_was_returned_keeps_its_number(house: House) -> None:
    item = next(one for one in house.story._stock if one.unit == "枚" and one.quantity > 3)  # type: ignore[operator]
    assert item.quantity is not None
    enter(house, K.LOSS, item, lines=of_line(item, 2))
    rest = int(item.quantity) - 2
    enter(
        house,
        K.RETURN,
        item,
        lines=of_line(item, rest),
        counterpart_name="見本",
        means=Means.DIRECT,
    )
    assert any(
        f"「{item.caption()}」のうち2枚が所在不明です" in one for one in said(house, "SK-17.2")
    )
    assert any(
        f"「{item.caption()}」のうち2枚が所在不明で" in one for one in said(house, "SK-14.1")
    )


def test_a_loss_is_not_moved_to_another_thing_alone(house: House) -> None:
    first, second, *_ = house.story._stock
    enter(house, K.LOSS, first)
    corrected(house, lines=of_line(second, None))
    assert any("減らして" in one for one in said(house, "SK-17.2"))


def test_what_somebody_else_verified_is_settled(house: House) -> None:
    lost(house)
    verify(house, "第3号", "受渡し中の紛失")
    assert clause(house, "SK-17.2").state == "due"
    assert not any(key.startswith("K-19") for key in dates(house))


@pytest.mark.parametrize(
    "written",
    ["3", "第３号", "No.3", "第 3 号", " №３ ", "第3号、第1号", "記録番号：3", "第03号　所在不明"],
)
def test_the_number_of_the_act_is_read_however_it_is_written(house: House, written: str) -> None:
    lost(house)
    assert verify(house, written, "受渡し中の紛失") == ()
    assert clause(house, "SK-17.2").state == "due"


@pytest.mark.parametrize(
    "written", ["第999号", "０", "33", "令和8年度 第3号", "8.12.3", "3枚", "先週の紛失"]
)
def test_what_names_no_act_of_the_contract_is_told_and_settles_nothing(
    house: House, written: str
) -> None:
    lost(house)
    [said] = verify(house, written, "受渡し中の紛失")
    assert written.strip() in said and "記録番号" in said
    assert clause(house, "SK-17.2").state == "action"


def test_a_finding_by_the_id_of_an_act_or_about_something_else_is_not_asked(house: House) -> None:
    lost(house)
    [act] = [one for one in house.ledger.registers.all(HandlingEvent) if one.record.kind is K.LOSS]
    assert verify(house, act.record.id, "受渡し中の紛失") == ()
    assert clause(house, "SK-17.2").state == "due"
    other = Finding(
        contract_id=house.story.contract.id, source=FindingSource.INSPECTION, source_id="点検表3",
        description="掲示がない", severity=Severity.MINOR, due_on=house.ledger.today(),
        owner_person_id=house.story.people["worker"], status=FindingStatus.OPEN,
    )  # fmt: skip
    assert house.ledger.rules.about_record(other) == []


def verify(house: House, number: str, description: str) -> tuple[str, ...]:
    """Enter a finding about an act, mend it, and let somebody else verify that; return what was said."""
    finding = Finding(
        contract_id=house.story.contract.id, source=FindingSource.EVENT, source_id=number,
        description=description, severity=Severity.SERIOUS, due_on=house.ledger.today(),
        owner_person_id=house.story.people["worker"], status=FindingStatus.OPEN,
    )  # fmt: skip
    said = tuple(one.message for one in house.ledger.rules.about_record(finding))
    id_ = house.ledger.registers.create(finding).ids[-1]
    registers = house.sign_in("yoshino").registers
    before = registers.need(Finding, id_).record
    done = replace(
        before, action="届出と再発防止",
        completed_on=house.ledger.today(), status=FindingStatus.DONE,
    )  # fmt: skip
    assert house.ledger.rules.about_record(done, before) == [], "what was said is not said again"
    registers.revise(done, "是正の記録")
    house.sign_in("takahashi").corrections.verify([id_])
    return said


def test_the_officer_is_not_told_that_everything_is_back(house: House) -> None:
    lost(house, outside=False)
    asked = {one.question: one for one in officer_questions(house.ledger, house.story.contract)}
    [out] = [one for question, one in asked.items() if "許可" in question]
    assert out.state == "action" and "所在不明1件" in out.sentence
    assert "戻っていないものはありません" not in out.sentence


def test_a_copy_that_is_missing_is_not_at_hand(house: House) -> None:
    house.story.copy(house.story._stock[0])
    copy = house.ledger.registers.need(Item, house.story._copies[-1].id).record
    enter(house, K.LOSS, replace(copy))
    asked = officer_questions(house.ledger, house.story.contract)
    [left] = [one for one in asked if "消去" in one.question]
    assert left.state == "action"
    assert "所在不明1件" in left.sentence and "手元に残る" not in left.sentence
    assert [row.sentence for row in left.rows] == [f"写し「{copy.caption()}」が所在不明です。"]


def test_where_no_clause_speaks_of_accidents_it_is_told_beside_the_text(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="online-connection", things=1, wait=30) as made:
        item = lost(made, outside=False)
        beside = evidence(made.ledger, made.story.contract)[-1]
        assert beside.key == "BESIDE" and beside.state == "action"
        told = [row.sentence for _, rows in beside.evidence for row in rows]
        assert any(item.caption() in one and "所在不明" in one for one in told)


def test_a_loss_may_be_an_accident_and_its_report_is_that_of_the_loss(tmp_path: Path) -> None:
    """R-29: it is proposed, and one report ends what both ask for."""
    with furnished(tmp_path, rules=True, things=3, wait=30) as house:
        item, registers = house.story._stock[0], house.ledger.registers
        event = HandlingEvent(
            contract_id=house.story.contract.id, kind=K.LOSS, occurred_at=house.clock(),
            purpose="試験のため", actor_person_id=house.story.people["worker"],
            lines=(HandlingLine(item_id=item.id),),
        )  # fmt: skip
        assert any("「事故・違反」に" in one for one in house.ledger.handling.record(event).notices)
        known = Incident(
            contract_id=house.story.contract.id, certainty=Certainty.OCCURRED,
            natures=(IncidentNature.MISSING,), known_at=house.clock(), situation="棚にない。",
            item_ids=(house.story._stock[1].id,), status=IncidentStatus.DETECTED,
        )  # fmt: skip
        other = registers.create(known).ids[0]
        unsaid = registers.create(replace(known, item_ids=())).ids[0]
        mine = registers.create(replace(known, item_ids=(item.id,))).ids[0]
        for incident, left in ((other, True), (unsaid, True), (mine, False)):
            told = IncidentReport(
                incident_id=incident, kind=IncidentReportKind.FIRST, reported_at=house.clock(),
                means=CommunicationMeans.WRITTEN, recipient="健康づくり課　見本",
                reported_by=house.story.people["supervisor"],
            )  # fmt: skip
            registers.create(told)
            words = [one for one in said(house, "SK-17.2") if item.caption() in one]
            assert any("報告が記録されていません" in one for one in words) is left
            assert ("K-19 所在不明の書面の報告（直ちに）" in dates(house)) is left
