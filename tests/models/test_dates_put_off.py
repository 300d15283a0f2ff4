"""What was missed is put off or dropped by nobody alone (R-39)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import DueStatus, FindingSource, FindingStatus, Severity
from models.errors import NeedsAnswer, Refused
from models.records import DueItem, Finding, RuleOverride
from models.rules.answers import EVERY, Answers
from models.wareki import format_short
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


def test_what_was_missed_is_not_dropped_in_two_steps(house: House, contract: str) -> None:
    one, registers = enter(house, contract), house.ledger.registers
    house.clock.go_to(house.ledger.today() + 4 * DAY, 9)
    done = one.with_changes(status=DueStatus.SATISFIED, satisfied_on=house.ledger.today())
    registers.revise(done, "済んだため")
    far = one.with_changes(due_on=house.ledger.today() + 365 * DAY)
    for again in range(2):  # on that day, and when it stood as done overnight
        with pytest.raises(NeedsAnswer, match=f"{format_short(one.due_on)}）を過ぎています"):
            registers.revise(far, "まだだったため")
        with pytest.raises(NeedsAnswer, match="免除にするときは"):
            waived = one.with_changes(status=DueStatus.WAIVED, waived_reason="要らないため")
            registers.revise(waived, "要らないため")
        with pytest.raises(Refused, match="取り消せません"):
            registers.void(DueItem, one.id, "誤って入力したため")
        registers.revise(done.with_changes(due_on=far.due_on), "期限の訂正のため")
        with pytest.raises(NeedsAnswer, match="を過ぎています"):
            registers.revise(far, "まだだったため")
        registers.revise(done, "元に戻すため")
        if not again:
            house.clock.go_to(house.ledger.today() + DAY, 9)
    registers.revise(one, "まだだったため")  # with the day that it had


def test_what_was_done_in_time_may_come_round_again(house: House, contract: str) -> None:
    one, registers = enter(house, contract), house.ledger.registers
    house.clock.go_to(house.ledger.today() + DAY, 9)
    done = one.with_changes(status=DueStatus.SATISFIED, satisfied_on=house.ledger.today())
    registers.revise(done, "済んだため")
    house.clock.go_to(house.ledger.today() + 10 * DAY, 9)
    registers.revise(one.with_changes(due_on=house.ledger.today() + 30 * DAY), "次の月の分")


def test_a_missed_finding_is_not_dropped_by_who_had_it_in_charge(house: House) -> None:
    registers, made, me = house.ledger.registers, [], house.story.people["supervisor"]
    for owner in (me, house.story.people["worker"]):
        one = Finding(
            id=house.ledger.new_id(), contract_id=house.story.contract.id,
            source=FindingSource.ANALYSIS, description="夜の利用の確認", severity=Severity.MINOR,
            due_on=house.ledger.today() + DAY, owner_person_id=owner, status=FindingStatus.OPEN,
        )  # fmt: skip
        registers.create(one)
        made.append(one)
    house.clock.go_to(house.ledger.today() + 3 * DAY, 9)
    mine, theirs = made
    done = mine.with_changes(
        status=FindingStatus.DONE, action="記録を見た", completed_on=house.ledger.today()
    )
    registers.revise(done, "是正したため")
    with pytest.raises(NeedsAnswer, match="「是正の期限」を"):
        far = mine.with_changes(due_on=house.ledger.today() + 365 * DAY)
        registers.revise(far, "まだだったため")
    given = done.with_changes(owner_person_id=house.story.people["worker"])
    registers.revise(given, "担当を替えるため")
    with pytest.raises(Refused, match="担当だった"):
        registers.void(Finding, mine.id, "誤って入力したため")
    registers.void(Finding, theirs.id, "二重に入力したため")
