"""What is left of an erased contract: only an erasure says so, and nobody rewrites what it left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.backup_care import standing
from models.backup_disposal import dispose
from models.backups import record_backup
from models.calendar import calendar
from models.codes import FindingSource, FindingStatus, Severity
from models.commands import revising
from models.errors import Refused
from models.evidence import evidence
from models.officer import officer_questions
from models.records import Contract, Finding
from models.store import quiet
from tests.ending import ended, erase
from tests.house import House

OVER = "台帳の保存期限"
LEFT = "消去した内容を含むバックアップが1件残っています"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        (tmp_path / "stick").mkdir()
        record_backup(made.ledger, tmp_path / "stick", quiet)
        yield made


def contract_of(house: House) -> Contract:
    return house.ledger.registers.need(Contract, house.story.contract.id).record


def said(house: House) -> str:
    """Return what evidence and calendar say of the end of the content."""
    states = evidence(house.ledger, contract_of(house))
    rows = {row.sentence for one in states for _query, rows in one.evidence for row in rows}
    dates = {one.what for one in calendar(house.ledger) if one.code == "K-38"}
    return "\n".join(sorted(rows | dates))


def planted(house: House, day: date | None) -> None:
    """Enter a day as an older version let people do, past the verbs of today."""
    house.ledger.commit(
        [revising(contract_of(house).with_changes(content_erased_on=day), "以前の版の訂正")]
    )


@pytest.mark.parametrize("days", [0, -400])
def test_the_day_of_erasure_cannot_be_typed(house: House, days: int) -> None:
    registers, contract = house.ledger.registers, contract_of(house)
    typed = contract.with_changes(content_erased_on=house.ledger.today() + timedelta(days))
    with pytest.raises(Refused, match="「内容を消去した日」は、入力できません"):
        registers.revise(typed, "内容を消去したことにする訂正")
    fresh = typed.with_changes(id="", contract_no="2026-003")
    with pytest.raises(Refused, match="入力できません"):
        registers.create(fresh)
    assert contract_of(house).content_erased_on is None


def test_a_day_without_an_erasure_proves_nothing(house: House) -> None:
    before = said(house)
    assert OVER in before and "バックアップ1件を廃棄" in before
    planted(house, house.ledger.today())
    assert said(house) == before
    taken_away = contract_of(house).with_changes(content_erased_on=None)
    house.ledger.registers.revise(taken_away, "消去していないため")
    assert contract_of(house).content_erased_on is None


@pytest.mark.parametrize("day", [None, date(2020, 4, 1)])
def test_what_was_erased_stays_erased_whatever_the_field_says(
    house: House, day: date | None
) -> None:
    erase(house)
    after = said(house)
    assert LEFT in after and OVER not in after
    planted(house, day)
    assert said(house) == after


@pytest.mark.parametrize(
    "changes",
    [
        {"content_erased_on": None},
        {"content_erased_on": date(2020, 4, 1)},
        {"title": "元の題名"},
        {"contract_no": "2026-009"},
        {"ends_on": date(2031, 3, 31)},
        {"retain_ledger_until": None},
    ],
)
def test_what_is_left_of_an_erased_contract_cannot_be_rewritten(
    house: House, changes: dict[str, object]
) -> None:
    change = erase(house)
    stub = contract_of(house)
    with pytest.raises(Refused, match=f"記帳番号{change.head.seq}）に消去されました"):
        house.ledger.registers.revise(stub.with_changes(**changes), "もとに戻す訂正です")
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(Contract, stub.id, "もとに戻す取消です")
    assert contract_of(house) == stub


def states(house: House) -> dict[str, str]:
    return {one.key: one.state for one in evidence(house.ledger, contract_of(house))}


def test_a_clause_whose_proof_was_erased_is_neither_kept_nor_open(house: House) -> None:
    before = states(house)
    assert {"done", "action", "unknown"} <= set(before.values())
    erase(house)
    assert "broken" not in states(house).values()  # the copies have until the end of the day
    house.clock.wait(24 * 60)
    after = states(house)
    assert set(after.values()) == {"erased", "not_applicable", "broken"}
    broken = {key for key, state in after.items() if state == "broken"}
    assert broken == {"SK-11.0", "SK-14.1"}  # a backup still holds what was erased
    same = [key for key, state in before.items() if state == "not_applicable"]
    assert all(after[key] == "not_applicable" for key in same)
    (run,) = standing(house.ledger)
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / "stick", quiet)
    dispose(house.ledger, [run.id], "古いバックアップのため")
    assert set(states(house).values()) == {"erased", "not_applicable"}


def test_what_came_after_the_erasure_is_judged(house: House) -> None:
    erase(house)
    finding = Finding(
        contract_id=house.story.contract.id, source=FindingSource.INSPECTION,
        description="消去後の照会", severity=Severity.MINOR, status=FindingStatus.OPEN,
        due_on=house.ledger.today() - timedelta(1), owner_person_id=house.story.people["worker"],
    )  # fmt: skip
    house.ledger.registers.create(finding)
    rows = said(house)
    assert "消去後の照会" in rows and "備わっていません" not in rows
    assert "action" in states(house).values()


def test_the_questions_of_an_officer_are_not_answered_from_what_is_gone(house: House) -> None:
    change = erase(house)
    answers = officer_questions(house.ledger, contract_of(house))
    assert [one.state for one in answers] == ["erased"] * 4
    words = f"令和8年10月1日（記帳番号{change.head.seq}）に消去されました"
    assert all(words in one.sentence and not one.rows for one in answers)


def test_another_contract_is_corrected_as_before(house: House) -> None:
    erase(house)
    other = house.ledger.registers.one(Contract, contract_no="2026-002")
    assert other is not None
    house.ledger.registers.revise(replace(other.record, title="直した題名"), "題名の訂正のため")
    assert house.ledger.registers.need(Contract, other.record.id).record.title == "直した題名"


def test_what_is_kept_too_long_is_told_without_any_backup_as_well(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        lines = said(house).split("\n")
        words = [one for one in lines if OVER in one and "理由：" not in one]
        assert words == [
            "台帳の保存期限の確認",
            "台帳の保存期限（R8.9.30）を過ぎています。契約の内容を消去してください。",
        ]
        until = contract_of(house).with_changes(retain_ledger_until=house.ledger.today())
        house.ledger.registers.revise(until, "委託者と決め直したため")
        assert "を過ぎています" not in said(house)
        house.clock.wait(24 * 60)
        assert "を過ぎています" in said(house)
        erase(house)
        assert OVER not in said(house)
