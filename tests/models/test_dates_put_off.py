"""What was missed is put off or dropped by nobody alone (R-39)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import DueStatus, FindingSource, FindingStatus, Severity
from models.errors import NeedsAnswer, Refused
from models.records import DueItem, Finding, RuleOverride
from models.rules.answers import EVERY, Answers
from tests.house import House, furnished

DAY = timedelta(days=1)
LATER = Answers(reasons={EVERY: "委託者の回答を待っているため"}, later=True)


@pytest.fixture(params=["", "own"])
def contract(request: pytest.FixtureRequest, house: House) -> str:
    """Return the contract to which a date belongs, "" for none."""
    return house.story.contract.id if request.param else ""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        yield made


def enter(house: House, contract: str, **fields: object) -> DueItem:
    one = DueItem(
        id=house.ledger.new_id(), contract_id=contract, title="鍵の点検",
        due_on=house.ledger.today() + 2 * DAY, owner_person_id=house.story.people["worker"],
        status=DueStatus.OPEN,
    ).with_changes(**fields)  # fmt: skip
    house.ledger.registers.create(one)
    return one


def test_a_date_that_was_missed_is_not_put_off_alone(house: House, contract: str) -> None:
    one, registers = enter(house, contract), house.ledger.registers
    one = one.with_changes(due_on=house.ledger.today() + 3 * DAY)
    registers.revise(one, "都合により")  # it lies ahead
    house.clock.go_to(house.ledger.today() + 4 * DAY, 9)
    far = one.with_changes(due_on=house.ledger.today() + 365 * DAY)
    with pytest.raises(NeedsAnswer, match="を過ぎています"):
        registers.revise(far, "延ばすため")
    waived = one.with_changes(status=DueStatus.WAIVED, waived_reason="要らないため")
    with pytest.raises(NeedsAnswer, match="免除にするときは"):
        registers.revise(waived, "要らないため")
    with pytest.raises(Refused, match="取り消せません"):
        registers.void(DueItem, one.id, "誤って入力したため")
    registers.revise(far, "延ばすため", answers=LATER)
    [kept] = registers.all(RuleOverride, rule_id="R-39", record_ref=one.id)
    assert kept.record.confirm_later and kept.record.contract_id == contract
    registers.revise(far.with_changes(due_on=one.due_on), "元に戻すため")
    done = one.with_changes(status=DueStatus.SATISFIED, satisfied_on=house.ledger.today())
    registers.revise(done, "点検した")


def test_a_slip_of_today_is_put_right_alone(house: House, contract: str) -> None:
    one = enter(house, contract, due_on=house.ledger.today() - DAY)
    house.ledger.registers.revise(
        one.with_changes(due_on=house.ledger.today() + DAY), "日付の誤りを直すため"
    )
    house.ledger.registers.void(DueItem, one.id, "二重に入力したため")
    assert one.id not in {stored.record.id for stored in house.ledger.registers.all(DueItem)}
    assert house.ledger.registers.all(RuleOverride, rule_id="R-39", record_ref=one.id) == []


def test_a_finding_that_is_overdue_is_not_put_off_alone(house: House, contract: str) -> None:
    one = Finding(
        id=house.ledger.new_id(), contract_id=contract, source=FindingSource.ANALYSIS,
        description="夜の利用の確認", severity=Severity.MINOR, due_on=house.ledger.today() + DAY,
        owner_person_id=house.story.people["supervisor"], status=FindingStatus.OPEN,
    )  # fmt: skip
    house.ledger.registers.create(one)
    house.clock.go_to(house.ledger.today() + 3 * DAY, 9)
    far = one.with_changes(due_on=house.ledger.today() + 365 * DAY)
    with pytest.raises(NeedsAnswer, match="「是正の期限」を"):
        house.ledger.registers.revise(far, "延ばすため")
    begun = one.with_changes(status=FindingStatus.IN_PROGRESS)
    house.ledger.registers.revise(begun, "始めたため")
