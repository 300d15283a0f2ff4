"""A document that is missing is told under the clause that asks for it, and under no other."""

from pathlib import Path

import pytest

from models.codes import GovernanceCover, GovernanceStatus
from models.records import GovernanceDocument
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
