"""What is lost for good: the client's word gives it up, not a find that never was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    AuthorizationSubject,
    BasisType,
    ContractStatus,
    Decision,
    DecisionForm,
    HandlingKind,
    SubmissionMeans,
)
from models.evidence_rows import Row
from models.records import Authorization, Contract, HandlingEvent, HandlingLine, Item, Submission
from models.records.handling import AuthorizationTarget
from tests import proof
from tests.house import House, stocked

LOST = "所在不明の媒体・資料が{}件あります"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with six things, of which two are lost."""
    with stocked(tmp_path) as made:
        for item in made.story._stock[:2]:
            made.ledger.handling.record(
                HandlingEvent(
                    contract_id=made.story.contract.id, kind=HandlingKind.LOSS,
                    occurred_at=made.clock(), purpose="棚卸し", lines=(HandlingLine(item_id=item.id),),
                    actor_person_id=made.story.people["worker"],
                )
            )  # fmt: skip
        yield made


def closing(house: House) -> str:
    """Return what is said to who wants to close the contract."""
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    closed = replace(contract, status=ContractStatus.CLOSED)
    found = house.ledger.rules.about_record(closed, contract)
    return "\n".join(one.message for one in found if one.rule_id == "R-24")


def told(house: House, *items: Item, **more: object) -> None:
    """Enter what the client said about the end of things."""
    today = house.ledger.today()
    said = Authorization(
        contract_id=house.story.contract.id, basis_type=BasisType.INSTRUCTION,
        subject=AuthorizationSubject.END_EXCEPTION, reason="捜索を尽くしたが見つからないため",
        scope_text="所在不明のまま業務を終える", valid_from=today, decided_on=today,
        decision=Decision.GRANTED, decided_by_title="課長", decided_by_name="見本 太郎",
        decision_form=DecisionForm.WRITTEN,
        targets=tuple(AuthorizationTarget(item_id=item.id) for item in items),
    ).with_changes(**more)  # fmt: skip
    house.ledger.registers.create(said)


def test_what_is_lost_is_told_apart_from_what_can_be_ended(house: House) -> None:
    said = closing(house)
    assert "終わっていない媒体・資料が4件あります" in said and LOST.format(2) in said
    assert "「終了時の別の指示」" in said


def test_the_clients_word_gives_up_what_it_names(house: House) -> None:
    first, second, kept, *_ = house.story._stock
    told(house, first, kept)
    said = closing(house)
    assert LOST.format(1) in said and second.caption() in said
    assert "終わっていない媒体・資料が4件あります" in said  # what is there is not given up
    told(house, second)
    assert "所在不明の媒体・資料" not in closing(house)


def test_the_evidence_says_that_the_client_gave_it_up(house: House) -> None:
    lost = house.story._stock[0]
    assert "所在不明です" in said_of(house, lost) and severities(house, lost) == {"action"}
    told(house, lost)
    assert "書面の報告が記録されていません" in said_of(house, lost)  # its word is no report of ours
    assert severities(house, lost) == {"action"}
    report(house)
    assert "このまま終えます" in said_of(house, lost) and severities(house, lost) == {"due"}
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    house.clock.go_to(contract.ends_on + timedelta(days=1), 9)  # type: ignore[operator]
    assert "所在不明のまま終えるよう指示がありました" in said_of(house, lost)
    assert severities(house, lost) == {"due"}


def test_the_calendar_waits_no_more_for_what_was_given_up(house: House) -> None:
    def dates() -> int:
        found = calendar(house.ledger)
        return sum(one.id == lost.id for one in found if one.code in ("K-13", "K-23"))

    lost = replace(house.story._stock[0], return_due_on=house.ledger.today())
    house.ledger.registers.revise(lost, "返還期限の登録")
    assert dates() == 1
    told(house, lost)
    assert dates() == 0


def report(house: House) -> None:
    """Note the report of the loss that was handed in."""
    house.ledger.paper.note(
        Submission(
            contract_id=house.story.contract.id, doc_kind="D-20", title="漏えい等報告書",
            doc_no="第1号", revision=1, submitted_on=house.ledger.today(),
            means=SubmissionMeans.HAND,
        )
    )  # fmt: skip


def rows(house: House, item: Item) -> list[Row]:
    return [row for row in proof.rows(house) if row.id == item.id]


def said_of(house: House, item: Item) -> str:
    return "\n".join(row.sentence for row in rows(house, item))


def severities(house: House, item: Item) -> set[str]:
    return {row.severity for row in rows(house, item)}


def test_a_refusal_and_a_word_that_is_not_valid_yet_give_nothing_up(house: House) -> None:
    first, second, *_ = house.story._stock
    told(house, first, decision=Decision.REFUSED)
    told(house, second, valid_from=house.ledger.today() + timedelta(days=1))
    assert LOST.format(2) in closing(house)


def test_the_content_of_a_contract_waits_for_what_is_lost(house: House) -> None:
    assert LOST.format(2) in obstacles(house)
    told(house, *house.story._stock[:2])
    assert "所在不明の" not in obstacles(house)


def obstacles(house: House) -> str:
    return "\n".join(house.ledger.ending.plan(house.story.contract.id).obstacles)
