"""That nobody was designated on some days of the work stays to be read when somebody is again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AssignmentRole as R
from models.codes import AssignmentStatus as S
from models.codes import ContractStatus, PlaceStatus
from models.evidence import evidence
from models.nobody_then import QUERY, Gap, vacant
from models.records import Assignment, Contract, ContractPlace
from models.wareki import format_short
from tests import proof
from tests.house import House, under_texts

DAY = timedelta(days=1)
FIRST = date(2026, 10, 1)
STAFF = {"shiki": 2, "confidentiality-model": 1}
PLACES = {"shiki": 2, "confidentiality-model": 1, "fukuoka": 1}
OFFICES = {"fukuoka": ("保護管理責任者等", "FK-2.1"), "chiba": ("個人情報管理責任者", "CB-3.2")}
"""Clauses that name the role, or the places, by the text."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[str], House]]:
    with under_texts(tmp_path) as make:
        yield make


def told(house: House) -> dict[str, int]:
    """Return what is told of days without anybody, with the number of its clauses."""
    found: dict[str, int] = {}
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    for clause in evidence(house.ledger, contract):
        for _, rows in clause.evidence:
            for row in rows:
                if "台帳には" in row.sentence and "の指定がありません" in row.sentence:
                    assert row.severity == "note"
                    found[row.sentence] = found.get(row.sentence, 0) + 1
    return found


def of_role(house: House, *roles: R) -> list[Assignment]:
    return [x.record for x in house.ledger.registers.all(Assignment) if x.record.role in roles]


def end_all(house: House, *roles: R) -> date:
    """End the designations of some roles with today; return the day after."""
    today = house.ledger.today()
    for one in of_role(house, *roles):
        ended = replace(one, status=S.ENDED, ends_on=today, end_reason="異動")
        house.ledger.registers.revise(ended, "異動のため")
    return today + DAY


def plan(house: House, like: Assignment, day: date) -> str:
    new = replace(like, id="", status=S.PLANNED, starts_on=day, notice_submission_id="",
                  ends_on=None, end_reason="")  # fmt: skip
    return house.ledger.registers.create(new).ids[-1]


@pytest.mark.parametrize("text", ["shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo"])
def test_nothing_is_told_where_somebody_always_was(made: Callable[[str], House], text: str) -> None:
    house = made(text)
    assert told(house) == {}
    house.clock.go_to(house.ledger.today() + 40 * DAY, 9)
    assert told(house) == {}


@pytest.mark.parametrize("text", STAFF)
def test_days_without_anybody_in_a_role_stay_to_be_read(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    word = house.ledger.profile(house.story.contract.id).own_word("responsible_person")
    before = of_role(house, R.WORK_SUPERVISOR)[0]
    free = end_all(house, R.WORK_SUPERVISOR)
    house.clock.go_to(free + 3 * DAY, 9)
    assert told(house) == {}, "it is asked for"
    starts = free + 5 * DAY
    plan(house, before, starts)
    since, until = format_short(free), format_short(starts)
    said = (
        f"{since}から、台帳には{word or '作業責任者'}の指定がありません（次の指定は{until}から）。"
    )
    assert told(house) == {said: STAFF[text]}
    house.clock.go_to(starts + DAY, 9)
    last = format_short(starts - DAY)
    over = {
        f"{since}から{last}まで、台帳には{word or '作業責任者'}の指定がありません。": STAFF[text]
    }
    assert told(house) == over
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    closed = contract.with_changes(status=ContractStatus.CLOSED, completed_on=house.ledger.today())
    house.ledger.registers.revise(closed, "業務の完了のため")
    house.clock.go_to(starts + 40 * DAY, 9)
    assert told(house) == over, "what was true stays so, and nobody is missed after the end"


@pytest.mark.parametrize("text", PLACES)
def test_days_without_any_place_stay_to_be_read(made: Callable[[str], House], text: str) -> None:
    house = made(text)
    registers, today = house.ledger.registers, house.ledger.today()
    places = [one.record for one in registers.all(ContractPlace)]
    for one in places:
        registers.revise(replace(one, status=PlaceStatus.ENDED, use_to=today), "移転のため")
    house.clock.go_to(today + 2 * DAY, 9)
    for one in places:
        new = replace(one, id="", status=PlaceStatus.PLANNED, use_from=today + 2 * DAY,
                      notice_submission_id="", authorization_id="")  # fmt: skip
        registers.create(new)
    [(said, clauses)] = told(house).items()
    assert said.startswith(f"{format_short(today + DAY)}、台帳には") and "場所" in said
    assert clauses == PLACES[text]


@pytest.mark.parametrize("text", OFFICES)
def test_days_without_the_manager_whom_the_text_names(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    registers = house.ledger.registers
    who, key = OFFICES[text]
    before = of_role(house, R.INFO_MANAGER)[0]
    free = end_all(house, R.INFO_MANAGER)
    house.clock.go_to(free + DAY, 9)
    assert told(house) == {}, "it is asked for"
    [row] = [one for one in proof.rows(house, clause=key) if "一人も指定" in one.sentence]
    assert (row.severity, row.type, row.id) == ("action", Assignment.type, "")
    [due] = [one for one in calendar(house.ledger) if one.what == f"{who}の指定"]
    assert (due.due_on, due.type, due.id) == (free - DAY, Assignment.type, "")
    again = replace(before, id="", starts_on=free + DAY, notice_submission_id="")
    registers.create(again)
    days = f"{format_short(free)}、台帳には{who}の指定がありません。"
    assert told(house) == {days: 1}
    assert [one.id for one in proof.rows(house, clause=key) if one.sentence == days] == [""]
    assert not [one for one in calendar(house.ledger) if one.what == f"{who}の指定"]


@pytest.mark.parametrize("text", ["chiba", "yachiyo"])
def test_days_without_the_managers_that_the_online_standard_names(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    start = house.ledger.today()
    assert house.story.contract.work_start_on == start
    house.clock.go_to(start + 5 * DAY, 9)
    for one in of_role(house, R.SYSTEM_MANAGER):
        house.ledger.registers.void(Assignment, one.id, "登録を誤ったため")
    assert told(house) == {}, "they are asked for"
    worker = of_role(house, R.WORKER)[0]
    days = f"{format_short(start)}から{format_short(start + 4 * DAY)}まで、"
    for role in (R.SYSTEM_MANAGER, R.CREDENTIAL_CUSTODIAN):
        new = replace(worker, id="", role=role, starts_on=house.ledger.today(), status=S.ACTIVE,
                      notice_submission_id="")  # fmt: skip
        house.ledger.registers.create(new)
        said = f"{days}台帳には{role.label}の指定がありません。"
        assert told(house)[said] == 1
    assert len(told(house)) == 2


def test_the_days_between(made: Callable[[str], House]) -> None:
    d = [FIRST + n * DAY for n in range(20)]
    assert [*vacant(d[0], d[9], [(d[0], date.max)])] == []
    assert [*vacant(d[0], d[9], [])] == [Gap(d[0], d[9], None)]
    assert [*vacant(d[0], d[9], [(d[12], date.max)])] == [Gap(d[0], d[9], d[12])]
    stood = [(d[5], d[7]), (d[2], d[3]), (d[3], d[3])]
    assert [*vacant(d[0], d[9], stood)] == [
        Gap(d[0], d[1], d[2]), Gap(d[4], d[4], d[5]), Gap(d[8], d[9], None),
    ]  # fmt: skip
    assert [*vacant(d[0], d[1], [(d[0], d[1]), (d[5], d[6])])] == []


def test_one_person_in_two_roles_is_two_rows_that_say_which(made: Callable[[str], House]) -> None:
    house = made("shiki")
    day = house.ledger.today() + 10 * DAY
    supervisor, worker = of_role(house, R.WORK_SUPERVISOR)[0], of_role(house, R.WORKER)[0]
    asked = house.ledger.inquiries.of(house.story.contract.id)
    alone = replace(worker, person_id=house.story.people["worker2"])
    for one in of_role(house, R.WORKER, R.WORK_SUPERVISOR):
        if one.person_id == alone.person_id:
            ended = replace(one, status=S.CANCELLED)
            house.ledger.registers.revise(ended, "取りやめのため")
    plan(house, alone, day)
    name = asked.name(alone.person_id)
    assert [one.about for one in calendar(house.ledger) if "届出書」の提出" in one.what] == [name]
    plan(house, replace(supervisor, person_id=alone.person_id), day)
    about = {one.about for one in calendar(house.ledger) if "届出書」の提出" in one.what}
    assert about == {f"作業従事者の{name}", f"作業責任者の{name}"}


@pytest.mark.parametrize("text", OFFICES)
def test_a_designation_that_is_entered_for_days_before_says_so(
    made: Callable[[str], House], text: str
) -> None:
    house = made(text)
    registers, (who, key) = house.ledger.registers, OFFICES[text]
    before = of_role(house, R.INFO_MANAGER)[0]
    free = end_all(house, R.INFO_MANAGER)
    house.story.receive(1)
    house.clock.go_to(free + 5 * DAY, 9)
    again = replace(before, id="", starts_on=free + 5 * DAY, notice_submission_id="")
    made_id = registers.create(again).ids[0]
    assert later(house) == {}
    first, last = format_short(free), format_short(free + 4 * DAY)
    house.clock.go_to(free + 7 * DAY, 9)
    registers.revise(replace(again, id=made_id, starts_on=free), "入力を誤ったため")
    said = f"{first}から{last}までの{who}の指定は、その後に台帳に登録されました。"
    assert told(house) == {} and list(later(house)) == [said]
    assert later(house)[said] == [key]


def test_what_is_entered_before_anything_was_handled_is_not_late(
    made: Callable[[str], House],
) -> None:
    house = made("fukuoka")
    registers, today = house.ledger.registers, house.ledger.today()
    other = replace(house.story.contract, id="", contract_no="2026-900", work_start_on=today)
    id_ = registers.create(other).ids[-1]
    house.clock.go_to(today + 5 * DAY, 9)
    like = of_role(house, R.INFO_MANAGER)[0]
    new = replace(like, id="", contract_id=id_, starts_on=today, notice_submission_id="")
    registers.create(new)
    rows = proof.rows_of(evidence(house.ledger, registers.need(Contract, id_).record), QUERY)
    assert not [one.sentence for one in rows if "保護管理責任者等" in one.sentence]


def later(house: House) -> dict[str, list[str]]:
    """Return what is told of days that were entered afterwards, with its clauses."""
    found: dict[str, list[str]] = {}
    for key, said in proof.by_clause(house, QUERY).items():
        for one in said:
            if "その後に台帳に登録" in one:
                found.setdefault(one.partition("前もって")[0], []).append(key)
    return found
