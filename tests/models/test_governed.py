"""A document that is missing is told under the clause that asks for it, and under no other."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar, state
from models.calendar_frame import Due
from models.codes import ContractStatus, GovernanceCover, GovernanceKind, GovernanceStatus
from models.evidence import evidence
from models.evidence_rows import Row
from models.records import Contract, ContractClauseSetting, GovernanceDocument, TrainingPlan
from models.wareki import format_short
from models.workdays import day_before
from tests import proof
from tests.house import House, furnished

QUERY = "EQ-GOV"
ASKED = {
    "shiki": {
        "SK-3.1": "管理体制・責任体制",
        "SK-11.5": "移送体制",
        "SK-15.2": "報告手順",
        "SK-17.3": "緊急時対応計画",
    },
    "yachiyo": {"YC-7.1": "罰則・義務の周知文"},
}


def without_documents(house: House) -> None:
    for one in house.ledger.registers.all(GovernanceDocument):
        draft = one.record.with_changes(status=GovernanceStatus.DRAFT)
        house.ledger.registers.revise(draft, "まだ定めていません")


@pytest.mark.parametrize("text", ASKED)
def test_each_clause_asks_for_its_own_document(tmp_path: Path, text: str) -> None:
    with furnished(tmp_path, profile=text) as house:
        without_documents(house)
        told = proof.by_clause(house, QUERY)
        for clause, name in ASKED[text].items():
            assert told[clause] == [f"「{name}」が備わっていません。"]
            assert [key for key, said in told.items() if any(name in one for one in said)] == [
                clause
            ]


def test_what_a_plan_leaves_out_is_told_under_the_clause_of_plans(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        for one in house.ledger.registers.all(GovernanceDocument):
            if GovernanceCover.RECOVERY in one.record.covers:
                house.ledger.registers.revise(
                    one.record.with_changes(covers=(GovernanceCover.CONTACT,)), "見直したため"
                )
        told = proof.by_clause(house, QUERY)
        assert list(told) == ["SK-17.3"] and "復旧" in told["SK-17.3"][0]


# --- dates -------------------------------------------------------------------------------------

DATED = {
    "shiki": {
        "「管理体制・責任体制」の備え": "第3条",
        "「報告手順」の備え": "第15条第2項",
        "「緊急時対応計画」の備え": "第17条第3項",
        "「教育・研修実施計画」の登録": "第6条第2項",
    },
    "confidentiality-model": {},
    "fukuoka": {"「管理体制・責任体制」の備え": "第2第1項"},
    "chiba": {
        "「管理体制・責任体制」の備え": "",
        "「罰則・義務の周知文」の備え": "",
        "「個人情報取扱規程・手順」の備え": "表1 前文・表1 一般",
        "「アクセス資格基準」の備え": "表1 不当なアクセスの防止 a",
        "「IDカード等発行手続」の備え": "表1 不当なアクセスの防止 b(b)",
    },
    "yachiyo": {
        "「罰則・義務の周知文」の備え": "第7条",
        "「個人情報取扱規程・手順」の備え": "表1 前文・表1 一般",
        "「アクセス資格基準」の備え": "表1 不当なアクセスの防止 ア",
        "「IDカード等発行手続」の備え": "表1 不当なアクセスの防止 イ(イ)",
    },
}
"""What has a day before the work; what is wanted all the time, or at an act, has none."""


def coming(house: House) -> Contract:
    """Enter a contract of which the work begins in ten days and nothing is there yet."""
    start = house.ledger.today() + timedelta(days=10)
    first = house.story.contract
    new = replace(
        first, id="", contract_no="2026-900", work_start_on=start, status=ContractStatus.PREPARING
    )
    id_ = house.ledger.registers.create(new).ids[-1]
    return house.ledger.registers.need(Contract, id_).record


def dates(house: House, contract: Contract) -> list[Due]:
    return [one for one in calendar(house.ledger, contract.id) if one.code == "K-29"]


def told(house: House, contract: Contract) -> list[Row]:
    rows = proof.rows_of(evidence(house.ledger, contract))
    return [one for one in dict.fromkeys(rows) if one.type in REGISTERS and not one.id]


REGISTERS = (GovernanceDocument.type, TrainingPlan.type)


@pytest.mark.parametrize("text", DATED)
def test_what_is_wanted_before_the_work_has_its_day_on_the_calendar(
    tmp_path: Path, text: str
) -> None:
    with furnished(tmp_path, profile=text) as house:
        without_documents(house)
        contract = coming(house)
        assert contract.work_start_on is not None
        found = dates(house, contract)
        assert {one.due_on for one in found} <= {day_before(contract.work_start_on)}
        topics = [one for one in found if one.what.startswith("規程又は覚書での")]
        assert len(topics) == (text in ("chiba", "yachiyo")), "one for all that rules must cover"
        single = {one.what: one.clause for one in found if one not in topics}
        assert single == DATED[text]
        assert all(one.type in REGISTERS and not one.id for one in found)
        missing = {row.sentence: row.severity for row in told(house, contract)}
        assert missing, "the clauses ask for all of it, in the register"
        early = {said for said, severity in missing.items() if severity == "due"}
        assert bool(early) is bool(single)
        house.clock.go_to(contract.work_start_on, 9)
        assert {row.severity for row in told(house, contract)} == {"action"}
        late = [
            one
            for one in dates(house, contract)
            if one.what in single or one.what[:5] == "規程又は覚"
        ]
        assert {state(one, house.ledger.now()) for one in late} <= {"overdue"}
        assert len(late) == len(found)


def test_rules_that_are_given_up_were_there_until_then(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.clock.wait(30 * 24 * 60)
        without_documents(house)
        gone = house.ledger.today()
        house.clock.wait(24 * 60)
        days = {one.due_on for one in dates(house, house.story.contract) if "の備え" in one.what}
        assert days == {gone - timedelta(days=1)}


def test_another_plan_follows_before_the_first_is_over(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        registers = house.ledger.registers
        [one] = [stored.record for stored in registers.all(TrainingPlan)]
        last = house.ledger.today() + timedelta(days=20)
        registers.revise(replace(one, period_to=last), "期間を改めた")
        after = format_short(last + timedelta(days=1))
        [due] = [x for x in dates(house, house.story.contract) if "教育・研修" in x.what]
        assert (due.what, due.due_on) == (
            f"「教育・研修実施計画」（{after}を含む期間）の登録",
            last,
        )
        house.clock.go_to(last + timedelta(days=3), 9)
        [due] = [x for x in dates(house, house.story.contract) if "教育・研修" in x.what]
        assert (due.what, due.due_on) == ("「教育・研修実施計画」の登録", last)
        [row] = proof.rows(house, "EQ-TRAINPLAN")
        assert (row.severity, row.type, row.id) == ("action", TrainingPlan.type, "")
        end = house.story.contract.ends_on
        assert end is not None
        new = replace(one, id="", period_from=last, period_to=end)
        registers.create(new)
        assert not [x for x in dates(house, house.story.contract) if "教育・研修" in x.what]


def test_a_plan_that_begins_with_the_work_is_there_before_it(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        contract = coming(house)
        assert [x.what for x in dates(house, contract)][-1:] == ["「教育・研修実施計画」の登録"]
        [known] = [stored.record for stored in house.ledger.registers.all(TrainingPlan)]
        new = replace(
            known, id="", contract_id=contract.id, period_from=contract.work_start_on,
            period_to=contract.ends_on,
        )  # fmt: skip
        house.ledger.registers.create(new)
        assert not [x for x in dates(house, contract) if "教育・研修" in x.what]
        rows = proof.rows_of(evidence(house.ledger, contract), "EQ-TRAINPLAN")
        assert not [one for one in rows if one.type == TrainingPlan.type]


def test_a_clause_that_is_switched_off_gives_no_date(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        without_documents(house)
        assert any("報告手順" in one.what for one in dates(house, house.story.contract))
        off = ContractClauseSetting(
            contract_id=house.story.contract.id, clause_key="SK-15.2", enabled=False,
            reason="別に定めるため。", agreed_on=house.ledger.today(),
        )  # fmt: skip
        house.ledger.registers.create(off)
        assert not any("報告手順" in one.what for one in dates(house, house.story.contract))


# --- days without ------------------------------------------------------------------------------


def of_kind(house: House, kind: GovernanceKind) -> GovernanceDocument:
    [found] = [
        one.record for one in house.ledger.registers.all(GovernanceDocument)
        if one.record.kind is kind and one.record.status is GovernanceStatus.IN_FORCE
    ]  # fmt: skip
    return found


def without(house: House) -> dict[str, list[str]]:
    """Return what is told of days without rules, with the clauses under which it is."""
    found: dict[str, list[str]] = {}
    for clause, said in proof.by_clause(house, "EQ-THEN").items():
        for one in said:
            if "台帳には有効な" in one:
                found.setdefault(one, []).append(clause)
    return found


def asked_for(house: House) -> list[str]:
    found = proof.rows(house, QUERY)
    return [one.sentence for one in found] + [x.what for x in dates(house, house.story.contract)]


@pytest.mark.parametrize("text", ["shiki", "chiba"])
def test_days_without_rules_stay_to_be_read(tmp_path: Path, text: str) -> None:
    with furnished(tmp_path, profile=text) as house:
        kind = GovernanceKind.EMERGENCY_PLAN if text == "shiki" else GovernanceKind.HANDLING_RULES
        one, registers, today = of_kind(house, kind), house.ledger.registers, house.ledger.today()
        registers.revise(one.with_changes(status=GovernanceStatus.DRAFT), "まだ定めていません")
        house.clock.go_to(today + timedelta(days=11), 9)
        assert without(house) == {}, "it is asked for"
        again = one.with_changes(effective_from=house.ledger.today())
        registers.revise(again, "定めたため")
        days = f"{format_short(today)}から{format_short(today + timedelta(days=10))}まで"
        told = without(house)
        rules = f"{days}、台帳には有効な「{kind.label}」がありません。"
        if text == "shiki":
            assert told == {rules: ["SK-17.3"]}
        else:
            topics = next(one for one in told if one != rules)
            assert {rules, topics} == set(told), "one for all that rules must cover"
            assert topics.startswith(f"{days}、台帳には有効な規程又は覚書での「")
            assert set(told[rules]) == {"OC-0", "OC-C.1"} and len(told[topics]) > 2
        assert not any("備え" in one for one in asked_for(house))


@pytest.mark.parametrize("written", ["beside", "over"])
def test_the_old_rules_stay_in_force_until_the_next_begin(tmp_path: Path, written: str) -> None:
    with furnished(tmp_path) as house:
        one, registers = of_kind(house, GovernanceKind.EMERGENCY_PLAN), house.ledger.registers
        house.clock.wait(30 * 24 * 60)
        begins = house.ledger.today() + timedelta(days=12)
        after = one.with_changes(version="2", effective_from=begins)
        known = asked_for(house)
        if written == "over":
            registers.revise(after, "新しい版にするため")
        else:
            gone = one.with_changes(status=GovernanceStatus.SUPERSEDED)
            registers.revise(gone, "新しい版にするため")
            assert asked_for(house) != known, "nothing follows yet"
            registers.create(replace(after, id=""))
        for days in (0, 5, 12):
            house.clock.go_to(begins - timedelta(days=12 - days), 9)
            assert asked_for(house) == known and without(house) == {}


def test_what_follows_later_does_not_make_the_old_rules_stay(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        one, registers = of_kind(house, GovernanceKind.EMERGENCY_PLAN), house.ledger.registers
        house.clock.wait(30 * 24 * 60)
        gone, first = one.with_changes(status=GovernanceStatus.SUPERSEDED), house.ledger.today()
        registers.revise(gone, "古いため")
        house.clock.wait(3 * 24 * 60)
        begins = house.ledger.today() + timedelta(days=2)
        registers.create(replace(one, id="", version="2", effective_from=begins))
        assert any("緊急時対応計画" in said for said in asked_for(house))
        house.clock.go_to(begins, 9)
        [said] = without(house)
        last = format_short(begins - timedelta(days=1))
        assert said.startswith(f"{format_short(first)}から{last}まで、")


def test_days_without_a_plan_of_training_stay_to_be_read(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        registers, last = house.ledger.registers, house.ledger.today()
        [plan] = [stored.record for stored in registers.all(TrainingPlan)]
        registers.revise(replace(plan, period_to=last), "期間を改めた")
        house.clock.go_to(last + timedelta(days=5), 9)
        assert without(house) == {}
        registers.create(replace(plan, id="", period_from=house.ledger.today()))
        first, until = (
            format_short(last + timedelta(days=1)),
            format_short(last + timedelta(days=4)),
        )
        assert without(house) == {
            f"{first}から{until}まで、台帳には有効な「教育・研修実施計画」がありません。": [
                "SK-6.2"
            ]
        }


def test_rules_that_are_entered_for_days_before_say_so(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        one, registers, today = (
            of_kind(house, GovernanceKind.EMERGENCY_PLAN), house.ledger.registers,
            house.ledger.today(),
        )  # fmt: skip
        registers.void(GovernanceDocument, one.id, "誤って入力したため")
        house.story.receive(1)
        house.clock.go_to(today + timedelta(days=11), 9)
        registers.create(replace(one, id=""))
        days = f"{format_short(today)}から{format_short(today + timedelta(days=10))}まで"
        [told] = proof.by_clause(house, "EQ-THEN")["SK-17.3"]
        assert told.startswith(f"{days}の「緊急時対応計画」は、その後に台帳に登録されました。")
