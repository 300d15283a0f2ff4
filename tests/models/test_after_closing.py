"""A closed contract: its clauses ask for what the calendar asks for, and keep what was left undone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.backups import record_backup
from models.calendar import calendar
from models.codes import (
    AssignmentStatus,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    ContractStatus,
    Direction,
    GovernanceStatus,
    TerminalState,
    Urgency,
)
from models.evidence import evidence
from models.evidence_rows import ASKING
from models.records import (
    Assignment,
    ChangedTerm,
    ClientCommunication,
    Contract,
    ContractClauseSetting,
    Credential,
    GovernanceDocument,
    HandlingEvent,
    Terminal,
)
from models.rules.answers import Answers
from models.store import quiet
from tests.designating import designate_offices
from tests.ending import revise
from tests.house import House, furnished
from tests.proof import graded, rows, rows_of, sentences
from ui.record_pages import fresh

NOBODY = "が、一人も指定されていません。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba") as made:
        yield made


def end_staff(house: House) -> None:
    day = house.ledger.today() - timedelta(days=1)
    for one in house.ledger.registers.all(Assignment):
        if one.record.status is not AssignmentStatus.ENDED:
            over = one.record.with_changes(
                ends_on=day, end_reason="業務の完了", status=AssignmentStatus.ENDED
            )
            revise(house, over, "業務が終わったため")
    for card in house.ledger.registers.all(Credential):
        revise(house, card.record.with_changes(returned_on=day), "返却を受けたため")


def back_up(house: House, name: str) -> None:
    house.clock.wait(1)
    folder = house.folder / name
    folder.mkdir()
    record_backup(house.ledger, folder, quiet)


def close(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    over = replace(
        contract, status=ContractStatus.CLOSED, completed_on=house.ledger.today() - timedelta(1),
        retain_ledger_until=house.ledger.today() + timedelta(days=1800),
    )  # fmt: skip
    revise(house, over, "業務の完了")


def close_regularly(house: House) -> None:
    house.clock.wait(3 * 24 * 60)
    end_staff(house)
    close(house)


def told_of(house: House, words: str) -> list[tuple[str, str]]:
    return [one for one in graded(house) if words in one[1]]


def test_managers_who_worked_to_the_end_are_missed_no_more_after_the_closing(house: House) -> None:
    designate_offices(house)
    assert told_of(house, NOBODY) == []
    house.clock.wait(3 * 24 * 60)
    end_staff(house)
    assert {severity for severity, _ in told_of(house, NOBODY)} == {"action"}
    close(house)
    assert told_of(house, NOBODY) == []


def test_a_manager_who_never_was_stays_told_and_nobody_is_asked(house: House) -> None:
    missing = {said for _, said in told_of(house, NOBODY)}
    assert missing
    close_regularly(house)
    assert {severity for severity, _ in told_of(house, NOBODY)} == {"left"}
    for _, said in told_of(house, NOBODY):
        assert any(before.startswith(said.partition("：")[2]) for before in missing)
    states = {one.state for one in evidence(house.ledger, house.story.contract)}
    assert "left" in states


def test_a_closed_contract_asks_in_its_clauses_for_nothing_that_the_calendar_leaves_out(
    house: House,
) -> None:
    assert [one for one in rows(house) if one.severity in ASKING]
    close_regularly(house)
    house.clock.wait(120 * 24 * 60)
    assert [one.sentence for one in rows(house) if one.severity in ASKING] == []
    assert {one.code for one in calendar(house.ledger, house.story.contract.id)} == {"K-38"}


def test_what_time_brings_after_the_closing_is_told_under_no_clause(house: House) -> None:
    back_up(house, "first")
    close_regularly(house)
    then = sorted(graded(house))
    assert [said for _, said in then if "バックアップが期限まで" in said]  # three days without one
    house.clock.wait(120 * 24 * 60)
    assert sorted(graded(house)) == then
    back_up(house, "later")
    assert sorted(graded(house)) == then


def test_a_backup_in_time_was_in_time_for_ever(house: House) -> None:
    house.clock.wait(3 * 24 * 60)
    end_staff(house)
    back_up(house, "last")
    close(house)
    house.clock.wait(120 * 24 * 60)
    assert told_of(house, "バックアップが") == []


def test_terminals_and_rules_of_later_days_say_nothing_of_a_closed_contract(house: House) -> None:
    terminal = replace(
        fresh(house.ledger, Terminal, ""), terminal_no="T-01", name="入力用PC",
        place_id=house.story.places[1].id, theft_prevention="ワイヤーロック",
    )  # fmt: skip
    house.ledger.registers.create(terminal)
    close_regularly(house)
    then = sorted(graded(house))
    assert not [said for _, said in then if "使用端末の台数" in said]
    house.clock.wait(24 * 60)
    for one in house.ledger.registers.all(Terminal):
        over = one.record.with_changes(state=TerminalState.RETIRED, retired_on=house.ledger.today())
        revise(house, over, "PCの入替え")
    for rule in house.ledger.registers.all(GovernanceDocument):
        revise(house, rule.record.with_changes(status=GovernanceStatus.SUPERSEDED), "改定のため")
    assert house.ledger.registers.all(GovernanceDocument)
    assert sorted(graded(house)) == then


def test_cycles_that_nobody_fixed_are_told_as_left_without_a_way_to_enter_them(
    house: House,
) -> None:
    assert told_of(house, "周期を決めること")
    close_regularly(house)
    left = told_of(house, "周期を決めること")
    assert left and {severity for severity, _ in left} == {"left"}
    assert not [said for _, said in left if "登録します" in said]


def test_a_contract_that_is_opened_again_asks_again(house: House) -> None:
    close_regularly(house)
    assert not [one for one in rows(house) if one.severity == "action"]
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    again = contract.with_changes(status=ContractStatus.WINDING_UP)
    answers = Answers(reasons={"R-39": "誤って終結にしたため"}, later=True)
    house.ledger.registers.revise(again, "誤って終結にしたため", answers=answers)
    assert [one for one in rows(house) if one.severity == "action"]
    assert not [one for one in rows(house) if one.severity == "left"]


def test_what_was_closed_over_is_asked_for_in_clause_and_calendar(house: House) -> None:
    house.story.receive(1)
    item = house.story._stock[0]
    close_regularly(house)
    house.clock.wait(14 * 24 * 60)
    codes = {one.code for one in calendar(house.ledger, house.story.contract.id)}
    assert "K-23" in codes and "K-37" in codes
    assert [one for one in rows(house, "EQ-END") if one.id == item.id]
    waiting = house.ledger.registers.all(HandlingEvent)
    assert waiting and any(waiting[0].record.caption() in one for one in sentences(house))


def test_who_closes_a_contract_is_told_before_what_stays_undone(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", rules=True) as house:
        contract = house.ledger.registers.need(Contract, house.story.contract.id).record
        closed = contract.with_changes(status=ContractStatus.CLOSED)
        [told] = [
            one for one in house.ledger.registers.examine(closed) if "終結時未了" in one.message
        ]
        assert not told.needs_reason
        assert "の提出" in told.message and "周期を決める" in told.message
        assert "周期を決めることが済んでいません" not in told.message, "it is named once"
        before = told_of(house, "使用端末の台数、設置場所、盗難防止措置が登録されていません")
        assert before and "使用端末の台数、設置場所" in told.message, "no date asks for it"
        again = contract.with_changes(status=ContractStatus.WINDING_UP)
        assert not [one for one in house.ledger.registers.examine(again) if one.rule_id == "R-39"]


def test_a_request_of_the_client_that_waits_is_asked_for_by_the_calendar_as_well(
    house: House,
) -> None:
    asked = ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN,
        kind=CommunicationKind.WITNESS_REQUEST, at=house.ledger.now(), means=CommunicationMeans.EMAIL,
        from_name="見本　花子", to_name="髙橋　恵子", summary="廃棄への立会い", urgency=Urgency.PROMPT,
        status=CommunicationStatus.OPEN,
    )  # fmt: skip
    house.ledger.registers.create(asked)
    close_regularly(house)
    house.clock.wait(20 * 24 * 60)
    codes = {one.code for one in calendar(house.ledger, house.story.contract.id)}
    assert codes == {"K-34", "K-38"}
    assert [one for one in rows(house) if one.severity == "action" and "立会い" in one.sentence]


@pytest.mark.parametrize("text", ["shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo"])
def test_what_was_left_undone_asks_nobody_to_do_it(tmp_path: Path, text: str) -> None:
    with furnished(tmp_path, profile=text) as house:
        first, day = house.story.contract, house.ledger.today()
        empty = replace(first, id="", contract_no="2026-900", work_start_on=day)
        id_ = house.ledger.registers.create(empty).ids[-1]
        house.clock.wait(3 * 24 * 60)
        for one in (first.id, id_):
            found = house.ledger.registers.need(Contract, one).record
            over = {"status": ContractStatus.CLOSED, "completed_on": house.ledger.today()}
            house.ledger.registers.revise(found.with_changes(**over), "業務の完了")
            states = evidence(house.ledger, house.ledger.registers.need(Contract, one).record)
            left = [row.sentence for row in rows_of(states) if row.severity == "left"]
            assert left and all(said.startswith("終結のとき（") for said in left)
            asking = [said for said in left if "ください" in said or "登録します" in said]
            assert asking == [] and not any("今日" in said for said in left)


@pytest.mark.parametrize("late", [True, False])
def test_a_cycle_that_is_fixed_after_the_closing_stays_to_be_read(house: House, late: bool) -> None:
    undecided, word = (
        "研修等・了知・周知の周期を決める",
        "「定期の研修の周期」の「12か月」は、契約の終結",
    )
    assert {severity for severity, _ in told_of(house, undecided)} == {"action"}
    setting = ContractClauseSetting(
        contract_id=house.story.contract.id, clause_key="CB-3.2", enabled=True,
        params=(ChangedTerm(key="定期の研修の周期", value="12か月"),),
        reason="委託者と協議して決めたため", agreed_on=house.ledger.today(),
    )  # fmt: skip
    if not late:
        house.ledger.registers.create(setting)
    close_regularly(house)
    if late:
        assert {severity for severity, _ in told_of(house, undecided)} == {"left"}
        house.clock.wait(24 * 60)
        house.ledger.registers.create(setting)
    assert told_of(house, undecided) == []
    assert {severity for severity, _ in told_of(house, word)} == ({"note"} if late else set())
