"""A record of several contracts refers to what belongs to one of them (R-38)."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import InvalidField
from models.records import Contract, TrainingPlan, TrainingSession
from tests.house import furnished


def test_a_training_takes_the_plan_of_one_of_its_contracts(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        registers = house.ledger.registers
        first = registers.all(Contract)[0].record
        like = replace(first, id="", contract_no="2026-002", title="別の業務")
        other = registers.create(like).ids[-1]
        plan = registers.all(TrainingPlan)[0].record
        held = replace(registers.all(TrainingSession)[0].record, id="", plan_id=plan.id)
        assert plan.contract_id == first.id
        with pytest.raises(InvalidField, match=r"計画.*ほかの契約の記録"):
            registers.create(replace(held, contract_ids=(other,)))
        both = registers.create(replace(held, contract_ids=(first.id, other))).ids[-1]
        assert registers.need(TrainingSession, both).record.contracts() == {first.id, other}
