"""A register that the clause wants filled proves nothing while it is empty."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models import nobody_named
from models.calendar import calendar
from models.calendar_frame import Due
from models.codes import AssignmentRole, AssignmentStatus, ContractStatus, PlaceStatus
from models.evidence import evidence
from models.records import Assignment, Contract, ContractClauseSetting, ContractPlace
from models.workdays import day_before
from tests.house import House, under_texts

TEXTS = {"shiki": 2, "confidentiality-model": 2, "fukuoka": 2, "chiba": 3, "yachiyo": 2}
"""How many rows an empty contract has: people and places, a manager, the managers of the online standard."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    with under_texts(tmp_path) as make:
        yield make


def second(house: House, **changes: object) -> Contract:
    """Enter another contract, under which nothing stands yet."""
    first = house.story.contract
    other = replace(first, id="", contract_no="2026-900").with_changes(**changes)
    made = house.ledger.registers.create(other).ids[-1]
    return house.ledger.registers.need(Contract, made).record


def told(house: House, contract: Contract) -> dict[str, str]:
    """Return the sentences about empty registers, with the state of a clause of each."""
    return {
        row.sentence: clause.state
        for clause in evidence(house.ledger, contract)
        for _, rows in clause.evidence
        for row in rows
        if "も指定されていません。" in row.sentence
    }


@pytest.mark.parametrize("text", TEXTS)
def test_an_empty_contract_that_began_has_fulfilled_none_of_it(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    first = told(house, house.story.contract)
    assert all("電子計算機処理" in said or "パスワード" in said for said in first)
    found = told(house, second(house, work_start_on=house.ledger.today()))
    assert len(found) == TEXTS[text]
    assert all(state in ("action", "broken") for state in found.values())


def test_before_the_work_it_is_not_late_and_afterwards_not_asked(
    made: Callable[[str], House],
) -> None:
    house = made("shiki")
    ahead = house.ledger.today() + timedelta(days=10)
    contract = second(house, work_start_on=ahead, status=ContractStatus.PREPARING)
    rows = [
        row
        for clause in evidence(house.ledger, contract)
        for _, found in clause.evidence
        for row in found
        if "も指定されていません。" in row.sentence
    ]
    assert rows and {row.severity for row in rows} == {"due"}
    over = replace(contract, status=ContractStatus.WINDING_UP)
    house.ledger.registers.revise(over, "業務がなくなりました")
    assert told(house, over) == {}


def designate(house: House, contract: Contract, role: AssignmentRole) -> str:
    """Plan for a contract who works in a role under the first one."""
    registers = house.ledger.registers
    [one, *_] = [x.record for x in registers.all(Assignment) if x.record.role is role]
    planned = replace(
        one, id="", contract_id=contract.id, status=AssignmentStatus.PLANNED, notice_submission_id="",
        starts_on=contract.work_start_on,
    )  # fmt: skip
    return registers.create(planned).ids[-1]


def set_place(house: House, contract: Contract) -> str:
    registers = house.ledger.registers
    place = registers.all(ContractPlace)[0].record
    planned = replace(
        place, id="", contract_id=contract.id, status=PlaceStatus.PLANNED, notice_submission_id="",
        authorization_id="", use_from=contract.work_start_on,
    )  # fmt: skip
    return registers.create(planned).ids[-1]


def dates(house: House, contract: Contract) -> list[str]:
    """Return what the calendar says of empty registers."""
    return [one.what for one in asked_for(house, contract)]


def asked_for(house: House, contract: Contract) -> list[Due]:
    found = calendar(house.ledger, contract.id)
    return [one for one in found if "の指定と「" in one.what or one.what.endswith("の指定")]


def test_who_is_named_by_the_notice_and_one_place_end_it(made: Callable[[str], House]) -> None:
    house = made("shiki")
    contract = second(house, work_start_on=house.ledger.today())
    designate(house, contract, AssignmentRole.WORK_SUPERVISOR)
    people, place = sorted(told(house, contract))
    assert "作業従事者が" in people and "作業責任者" not in people and "場所" in place
    designate(house, contract, AssignmentRole.WORKER)
    assert [*told(house, contract)] == [place]
    set_place(house, contract)
    assert told(house, contract) == {}
    assert dates(house, contract) == []


@pytest.mark.parametrize("text", [one for one, rows in TEXTS.items() if rows])
def test_the_calendar_asks_what_the_clauses_ask_on_every_day(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    start = house.ledger.today() + timedelta(days=10)
    contract = second(house, work_start_on=start, status=ContractStatus.PREPARING)
    assert len(dates(house, contract)) == TEXTS[text]
    house.clock.go_to(start, 9)
    assert len(dates(house, contract)) == TEXTS[text]
    found = asked_for(house, contract)
    assert all(one.due_on == day_before(start) and one.clause for one in found)
    lacking = {"K-02": Assignment.type, "K-04": ContractPlace.type}  # where somebody is entered
    assert all((one.type, one.id) == (lacking[one.code], "") for one in found)


def test_what_is_cancelled_or_over_designates_nobody(made: Callable[[str], House]) -> None:
    house = made("shiki")
    registers = house.ledger.registers
    contract = second(house, work_start_on=house.ledger.today() + timedelta(days=3))
    people = [designate(house, contract, role) for role in nobody_named.NAMED]
    place = set_place(house, contract)
    assert told(house, contract) == {} and dates(house, contract) == []
    for one in people:
        cancelled = replace(
            registers.need(Assignment, one).record, status=AssignmentStatus.CANCELLED
        )
        registers.revise(cancelled, "やめたため")
    over = registers.need(ContractPlace, place).record
    registers.revise(
        replace(over, status=PlaceStatus.ENDED, use_to=over.use_from), "やめたため"
    )  # fmt: skip
    house.clock.go_to(contract.work_start_on, 9)
    assert len(told(house, contract)) == len(dates(house, contract)) == 2


@pytest.mark.parametrize("text", ["shiki", "confidentiality-model"])
def test_who_is_lost_after_the_first_notice_is_a_change_of_it(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    registers, contract = house.ledger.registers, house.story.contract
    form = registers.need_profile(text).document("D-03")
    today = house.ledger.today()
    supervisor = AssignmentRole.WORK_SUPERVISOR
    for one in [x.record for x in registers.all(Assignment) if x.record.role is supervisor]:
        over = replace(one, status=AssignmentStatus.ENDED, ends_on=today, end_reason="退職")
        registers.revise(over, "退職のため")
    house.clock.wait(24 * 60)
    [what] = dates(house, contract)
    assert f"「{form.title_of_change}」" in what and form.title_of_change != form.title


def test_another_role_is_not_whom_the_notice_names(made: Callable[[str], House]) -> None:
    house = made("shiki")
    contract = second(house, work_start_on=house.ledger.today())
    one = designate(house, contract, AssignmentRole.WORKER)
    registers = house.ledger.registers
    found = registers.need(Assignment, one).record
    registers.revise(replace(found, role=AssignmentRole.SYSTEM_MANAGER), "役割の入力誤り")
    assert any("作業責任者・作業従事者が" in words for words in told(house, contract))


def test_on_the_last_day_nobody_is_asked_for_any_more(made: Callable[[str], House]) -> None:
    house = made("shiki")
    today = house.ledger.today()
    contract = second(house, work_start_on=today, ends_on=today)
    assert told(house, contract) == {} and dates(house, contract) == []


@pytest.mark.parametrize("text", TEXTS)
def test_closing_an_empty_contract_fulfils_none_of_it(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    day = house.ledger.today()
    empty = second(house, work_start_on=day)
    over = {"status": ContractStatus.CLOSED, "completed_on": day}
    house.ledger.registers.revise(empty.with_changes(**over), "業務の完了のため")
    assert list(told(house, empty).values()) == ["left"] * TEXTS[text]
    first = house.ledger.registers.need(Contract, house.story.contract.id).record
    house.ledger.registers.revise(first.with_changes(**over), "業務の完了のため")
    assert all("電子計算機処理" in said or "パスワード" in said for said in told(house, first))


OFFICES = {
    "fukuoka": {"保護管理責任者等": {"FK-2.1"}},
    "chiba": {
        "個人情報管理責任者": {"CB-3.2"},
        "電子計算機処理の管理責任者": {"OC-C.2m.a"},
        "パスワード・IDカード等の管理者": {"OC-C.2x.b.a"},
    },
    "yachiyo": {
        "電子計算機処理の管理責任者": {"OC-Y.2m.ア"},
        "パスワード・IDカード等の管理者": {"OC-Y.2x.イ.ア"},
    },
}


@pytest.mark.parametrize("text", OFFICES)
def test_each_office_is_asked_for_under_its_clause_and_leads_to_its_register(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    contract = second(house, work_start_on=house.ledger.today())
    found: dict[str, set[str]] = {}
    for clause in evidence(house.ledger, contract):
        for row in (row for _, rows in clause.evidence for row in rows):
            who, named, _ = row.sentence.partition("が、一人も指定されていません。")
            if named:
                found.setdefault(who, set()).add(clause.key)
                assert (row.type, row.id) == (Assignment.type, "")
    assert found == OFFICES[text]


def test_an_organisation_holds_an_office(made: Callable[[str], House]) -> None:
    house = made("fukuoka")
    contract = second(house, work_start_on=house.ledger.today())
    assert any("保護管理責任者等" in said for said in told(house, contract))
    unit = Assignment(
        contract_id=contract.id, unit_name="情報管理室", role=AssignmentRole.INFO_MANAGER,
        starts_on=contract.work_start_on, status=AssignmentStatus.ACTIVE, duties="管理",
        authority_scope="個人情報の管理全般",
    )  # fmt: skip
    house.ledger.registers.create(unit)
    assert not any("保護管理責任者等" in said for said in told(house, contract))
    assert not any("保護管理責任者等" in what for what in dates(house, contract))


def test_what_the_contract_switches_off_asks_for_nobody(made: Callable[[str], House]) -> None:
    house = made("chiba")
    contract = second(house, work_start_on=house.ledger.today())
    assert any("個人情報管理責任者" in what for what in dates(house, contract))
    off = ContractClauseSetting(
        contract_id=contract.id, clause_key="CB-3.2", enabled=False, reason="発注者と合意したため。",
        agreed_on=house.ledger.today(),
    )  # fmt: skip
    house.ledger.registers.create(off)
    assert not any("個人情報管理責任者" in what for what in dates(house, contract))
    assert not any("個人情報管理責任者" in said for said in told(house, contract))
