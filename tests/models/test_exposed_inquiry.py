"""The inquiry that older versions entered after 「知られた・紛失」 is not dropped in silence (A-06)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import DueStatus
from models.errors import NeedsAnswer, Refused, RuleRefused
from models.exposed_inquiry import TITLE
from models.records import DueItem, RuleOverride
from models.rules.answers import EVERY, Answers
from models.store import quiet
from tests.house import House, furnished

WHY = "机のメモを来客に見られた"
LATER = Answers({EVERY: "調べるのに時間が要るため、期限を延ばす"}, later=True)
RESULT = "来客は社員の家族で、ほかに知った人はいない。委託者に電話で報告した。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        made.ledger.registers.create(
            DueItem(
                contract_id=made.story.contract.id, title=TITLE, due_on=made.ledger.today(),
                owner_person_id=made.story.people["supervisor"], note=f"yoshino：{WHY}",
                status=DueStatus.OPEN,
            )
        )  # fmt: skip
        yield made


def inquiry(house: House) -> DueItem:
    [stored] = house.ledger.registers.all(DueItem, title=TITLE)
    return stored.record


@pytest.mark.parametrize("change", ["later", "waived", "renamed"])
def test_who_puts_it_off_says_why_to_somebody_else(house: House, change: str) -> None:
    one, registers = inquiry(house), house.ledger.registers
    assert one.due_on is not None
    changed = {
        "later": replace(one, due_on=one.due_on + timedelta(days=300)),
        "waived": replace(one, status=DueStatus.WAIVED, waived_reason="要らないと考えたため"),
        "renamed": replace(one, title="机の片付け"),
    }[change]
    with pytest.raises(NeedsAnswer, match="台帳が登録した予定です") as asked:
        registers.revise(changed, "都合により")
    assert asked.value.facts["needs_approval"]
    registers.revise(changed, "都合により", answers=LATER)
    [override] = house.ledger.registers.all(RuleOverride)
    assert override.record.confirm_later and override.record.record_ref == one.id
    assert not house.ledger.safe.verify(full=True, progress=quiet).problems
    again = replace(changed, title=TITLE, due_on=one.due_on + timedelta(days=900))
    with pytest.raises(NeedsAnswer):
        registers.revise(again, "都合により")


def test_it_is_not_voided(house: House) -> None:
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(DueItem, inquiry(house).id, "誤って入力したため")


@pytest.mark.parametrize("note", ["{0}", "{0}\n済", ""])
def test_who_calls_it_done_says_what_was_decided(house: House, note: str) -> None:
    one, registers = inquiry(house), house.ledger.registers
    done = replace(one, status=DueStatus.SATISFIED, satisfied_on=house.ledger.today())
    with pytest.raises(RuleRefused, match="委託者に報告したか"):
        registers.revise(replace(done, note=note.format(one.note)), "済ませた")
    registers.revise(replace(done, note=f"{one.note}\n{RESULT}"), "済ませた")
    assert RESULT in inquiry(house).note


def test_any_other_date_is_as_free_as_before(house: House) -> None:
    one, registers = inquiry(house), house.ledger.registers
    made = registers.create(replace(one, id="", title="机の片付け")).ids[0]
    mine = registers.need(DueItem, made).record
    assert mine.due_on is not None
    registers.revise(replace(mine, due_on=mine.due_on + timedelta(days=300)), "都合により")
    registers.void(DueItem, made, "誤って入力したため")
    sooner = replace(one, due_on=house.ledger.today() - timedelta(days=1))
    registers.revise(sooner, "早めるため")
