"""What was found is told under the clause that it names, until somebody else saw it put right."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import (
    ContractStatus,
    FindingSource,
    FindingStatus,
    HandlingKind,
    Severity,
)
from models.commands import creating, revising
from models.errors import Refused
from models.evidence import evidence
from models.records import Contract, Finding, HandlingEvent, HandlingLine, Item
from models.rules.answers import EVERY, Answers
from models.wareki import format_short
from tests import proof
from tests.house import House, furnished

PROFILES = {  # a clause that can be named, and whether the text has one that follows up findings
    "shiki": ("SK-11.1", True),
    "confidentiality-model": ("CM-5.5", False),
    "chiba": ("CB-8.1", False),
    "fukuoka": ("FK-5.1", True),
    "yachiyo": ("YC-4.1", False),
}
WEEK = timedelta(days=7)


@pytest.fixture(params=sorted(PROFILES))
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile=request.param) as made:
        yield made


def code(house: House) -> str:
    return house.story.contract.profile_code


def find(house: House, clause: str = "", **fields: object) -> Finding:
    ledger = house.ledger
    one = Finding(
        id=ledger.new_id(), contract_id=house.story.contract.id, source=FindingSource.INSPECTION,
        clause_key=clause, description="鍵の管理簿に空欄がある", severity=Severity.SERIOUS,
        due_on=ledger.today() + WEEK, owner_person_id=house.story.people["worker"],
        status=FindingStatus.OPEN,
    ).with_changes(**fields)  # fmt: skip
    ledger.commit([creating(one)])
    return one


def told(house: House, query: str) -> dict[str, str]:
    """Return the clauses under which a query speaks, with their state."""
    found = proof.states(house)
    return {key: found[key].state for key in proof.by_clause(house, query)}


def named(house: House) -> str:
    key = PROFILES[code(house)][0]
    known = {one.key for one in house.ledger.profile(house.story.contract.id).clauses.values()}
    assert key in known
    return key


def test_the_clause_that_a_finding_names_is_not_kept(house: House) -> None:
    key = named(house)
    one = find(house, key)
    assert told(house, "EQ-FOUND") == {key: "due"}
    house.clock.go_to(house.ledger.today() + WEEK + timedelta(days=1), 9)
    assert told(house, "EQ-FOUND") == {key: "action"}
    over = one.with_changes(
        status=FindingStatus.VERIFIED, action="記入した", completed_on=one.due_on,
        verified_by=house.story.people["supervisor"], verified_on=house.ledger.today(),
    )  # fmt: skip
    house.ledger.commit([revising(over, "是正の確認")])
    assert told(house, "EQ-FOUND") == {}


def test_one_that_names_no_clause_is_told_somewhere(house: House) -> None:
    find(house)
    followed = PROFILES[code(house)][1]
    assert bool(told(house, "EQ-FINDING")) is followed
    beside = [
        row.sentence
        for one in evidence(house.ledger, house.story.contract)
        if one.key == "BESIDE"
        for _, rows in one.evidence
        for row in rows
    ]
    assert any("鍵の管理簿" in one for one in beside) is not followed


def test_a_word_that_is_no_clause_of_the_text_hides_nothing(house: House) -> None:
    find(house, "第5条")
    assert (
        told(house, "EQ-FINDING")
        or told(house, "BESIDE")
        or any(
            "鍵の管理簿" in row.sentence
            for one in evidence(house.ledger, house.story.contract)
            for _, rows in one.evidence
            for row in rows
        )
    )


def test_what_was_put_right_late_says_so_for_good(house: House) -> None:
    key = named(house)
    one = find(house, key)
    late = one.with_changes(
        status=FindingStatus.VERIFIED, action="記入した", completed_on=one.due_on + WEEK,
        verified_by=house.story.people["supervisor"], verified_on=one.due_on + WEEK,
    )  # fmt: skip
    house.clock.go_to(one.due_on + 2 * WEEK, 9)
    house.ledger.commit([revising(late, "是正の確認")])
    assert key in told(house, "EQ-LATEFIX")


def test_the_finding_of_a_breach_is_told_with_the_breach_alone(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, things=1) as house:
        item = house.ledger.registers.all(Item)[0].record
        event = HandlingEvent(
            contract_id=item.contract_id, kind=HandlingKind.TAKE_OUT, purpose="打合せ",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_from_id=item.home_place_id, destination_text="見本市役所",
            expected_return_at=house.clock() + timedelta(hours=2),
            lines=(HandlingLine(item_id=item.id),),
        )  # fmt: skip
        answers = Answers({EVERY: "急ぎのため、後で承諾を得る"}, later=True)
        house.ledger.handling.record(event, answers=answers)
        [made] = house.ledger.registers.all(Finding)
        assert made.record.clause_key
        assert told(house, "EQ-FOUND") == {}
        found = {one.key: one.state for one in evidence(house.ledger, house.story.contract)}
        assert found[made.record.clause_key] == "broken"


def test_a_clause_that_the_text_has_not_is_refused(tmp_path: Path) -> None:
    """It would be followed under none."""
    with furnished(tmp_path, rules=True) as house:
        one = Finding(
            contract_id=house.story.contract.id, source=FindingSource.ANALYSIS,
            description="鍵の管理簿に空欄がある", severity=Severity.MINOR,
            due_on=house.ledger.today() + WEEK, owner_person_id=house.story.people["worker"],
            status=FindingStatus.OPEN,
        )  # fmt: skip
        create = house.ledger.registers.create
        with pytest.raises(Refused, match=r"その条項の番号は「SK-5\.2」です"):
            create(one.with_changes(clause_key="第5条第2項"))
        with pytest.raises(Refused, match="一覧から選んでください"):
            create(one.with_changes(clause_key="ZZ-9"))
        create(one.with_changes(clause_key="SK-5.2"))


def test_a_long_description_says_that_it_is_cut_off(house: House) -> None:
    find(house, named(house), description="鍵" * 80)
    said = [
        row.sentence
        for one in evidence(house.ledger, house.story.contract)
        for name, rows in one.evidence
        if name == "EQ-FOUND"
        for row in rows
    ]
    assert said
    assert all(f"{'鍵' * 59}…" in one for one in said)


# --- findings of no contract -------------------------------------------------------------------

OF_NONE = "どの契約のものでもない指摘（期限{day}）が終わっていません。"
"""A client reads the clauses: what was found stays with the contractor."""


def of_none_by(one: Finding) -> str:
    assert one.due_on is not None
    return OF_NONE.format(day=format_short(one.due_on))


def of_none(house: House) -> set[tuple[str, str]]:
    """Return what is told of findings of no contract, with its severity."""
    return {one for one in proof.graded(house) if "どの契約のものでもない指摘" in one[1]}


def put_right(house: House, one: Finding) -> None:
    today = house.ledger.today()
    over = one.with_changes(
        status=FindingStatus.VERIFIED, action="記入した", completed_on=today,
        verified_by=house.story.people["supervisor"], verified_on=today,
    )  # fmt: skip
    house.ledger.commit([revising(over, "是正の確認")])


def close(house: House) -> None:
    day = house.ledger.today()
    one = house.ledger.registers.need(Contract, house.story.contract.id).record
    over = one.with_changes(status=ContractStatus.CLOSED, completed_on=day)
    house.ledger.commit([revising(over, "業務の完了")])


def test_what_was_found_about_no_contract_is_told_under_each(house: House) -> None:
    one = find(house, contract_id="")
    said = of_none_by(one)
    followed = PROFILES[code(house)][1]
    found = [row for row in proof.rows(house) if row.sentence == said]
    assert {(row.severity, row.id) for row in found} == {("due", one.id)}
    assert {row.sentence for row in proof.rows(house, "EQ-FINDING")} == (
        {said} if followed else set()
    )
    assert followed or [row.sentence for row in proof.rows(house, clause="BESIDE")] == [said]
    house.clock.go_to(house.ledger.today() + WEEK + timedelta(days=1), 9)
    assert of_none(house) == {("action", said)}
    put_right(house, one)
    late = {one for one in of_none(house) if one[0] == "note"}
    assert of_none(house) == late and bool(late) is followed


def test_of_no_contract_it_is_told_under_the_clause_that_it_names(house: House) -> None:
    key = named(house)
    one = find(house, key, contract_id="")
    assert told(house, "EQ-FOUND") == {key: "due"}
    put_right(house, one)
    assert told(house, "EQ-FOUND") == {}


def test_a_closed_contract_keeps_what_was_open_then_until_it_is_put_right(house: House) -> None:
    one = find(house, contract_id="")
    house.clock.go_to(house.ledger.today() + WEEK + timedelta(days=1), 9)
    close(house)
    house.clock.wait(24 * 60)
    find(house, contract_id="", description="後からの指摘", due_on=house.ledger.today() - WEEK)
    [(severity, said)] = of_none(house)
    assert severity == "left" and said.endswith(of_none_by(one))
    put_right(house, one)
    assert {severity for severity, _ in of_none(house)} <= {"note"}
