"""Copies are counted up to each act: what was within the number when it was made stays so (R-06)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import (
    AuthorizationSubject,
    FindingSource,
    FindingStatus,
    ItemOrigin,
    RuleMode,
    Severity,
)
from models.codes import HandlingKind as K
from models.commands import creating, revising
from models.errors import NeedsAnswer
from models.records import Authorization, Finding, HandlingEvent, Item, RuleOverride
from tests import proof
from tests.house import House, furnished

TOO_MANY = "第{0}号 複写・複製：承諾された部数（10枚）を超えます（これまでと合わせて{1}枚）。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="chiba") as made:
        made.story.receive(1)
        consent(made)
        made.clock.wait(30)
        yield made


def consent(house: House, limit: int = 10) -> Authorization:
    given = house.story._consent(AuthorizationSubject.COPY)
    changed = replace(given, quantity_limit=Decimal(limit), unit="枚", decision_doc_no="第9号")
    house.ledger.registers.revise(changed, "部数の確認")
    return changed


def copied(house: House, pieces: int, *, earlier: int = 0, given: str = "") -> HandlingEvent:
    """Make a copy of so many pieces, and return the act."""
    house.clock.wait(10)
    item = house.ledger.registers.need(Item, house.story._stock[0].id).record
    number = len(house.ledger.registers.all(Item))
    child = replace(
        item, id=house.ledger.new_id(), item_no=f"C-{number}", name="写し", unit="枚",
        quantity=Decimal(pieces), state=None, current_place_id="", holder_person_id="",
        quantity_left=None, due_back_at=None, last_event_at=None,
    )  # fmt: skip
    event = house.story._event(
        K.COPY, "照合のため", actor="worker2", checker="supervisor",
        authorization_id=given or house.story._consent(AuthorizationSubject.COPY).id,
        place_from_id=house.story.places[1].id,
    )  # fmt: skip
    assert event.occurred_at is not None
    event = replace(event, occurred_at=event.occurred_at - timedelta(minutes=earlier))
    made = house.ledger.handling.copy(event, item.id, [child])
    return next(
        house.ledger.registers.need(HandlingEvent, id_).record
        for id_ in made.ids
        if house.ledger.store.get(HandlingEvent, id_) is not None
    )


def corrected(house: House, act: HandlingEvent, **changes: object) -> HandlingEvent:
    house.clock.wait(1)
    made = house.ledger.handling.correct(act.id, replace(act, **changes), "書き間違いのため")  # type: ignore[arg-type]
    return house.ledger.registers.need(HandlingEvent, made.ids[-1]).record


def told(house: House) -> list[str]:
    """Return what is told of the numbers, up to the remedy."""
    rows = house.ledger.inquiries.of(house.story.contract.id).breaches.of_rule("R-06")
    return [row.sentence.partition("部数を減らすか")[0] for row in rows]


def test_one_copy_too_many_leaves_those_before_it_as_they_were(house: House) -> None:
    copied(house, 6)
    copied(house, 4)
    assert told(house) == []
    over = copied(house, 1)
    assert told(house) == [TOO_MANY.format(over.event_no, 11)]
    more = copied(house, 2)
    assert told(house) == [
        TOO_MANY.format(over.event_no, 11), TOO_MANY.format(more.event_no, 13)
    ]  # fmt: skip


def test_what_is_entered_later_with_an_earlier_time_is_what_is_too_many(house: House) -> None:
    copied(house, 6)
    copied(house, 4)
    late = copied(house, 1, earlier=25)
    assert told(house) == [TOO_MANY.format(late.event_no, 11)]


def test_a_correction_keeps_its_place(house: House) -> None:
    first = copied(house, 6)
    copied(house, 4)
    over = copied(house, 1)
    again = corrected(house, first, purpose="二名での照合のため")
    corrected(house, again, purpose="照合入力のため")
    assert told(house) == [TOO_MANY.format(over.event_no, 11)]
    third = corrected(house, over, purpose="二名での照合のため")
    assert told(house) == [TOO_MANY.format(third.event_no, 11)]


def test_a_correction_to_more_is_what_is_too_many(house: House) -> None:
    first = copied(house, 6)
    copied(house, 4)
    [line] = first.lines
    child = house.ledger.registers.need(Item, line.resulting_item_id).record
    house.ledger.registers.revise(replace(child, quantity=Decimal(7)), "数え間違いのため")
    assert told(house) == [TOO_MANY.format(first.event_no, 11)]
    right = corrected(house, first, lines=(replace(line, quantity=Decimal(7)),))
    assert told(house) == [TOO_MANY.format(right.event_no, 11)]


def test_a_correction_to_another_consent_counts_from_then(house: House) -> None:
    other = replace(
        house.story._consent(AuthorizationSubject.COPY), id="", quantity_limit=None,
        decision_doc_no="第10号",
    )  # fmt: skip
    beside = house.ledger.registers.create(other).ids[-1]
    first = copied(house, 6, given=beside)
    copied(house, 6)
    consent_id = house.story._consent(AuthorizationSubject.COPY).id
    right = corrected(house, first, authorization_id=consent_id)
    assert told(house) == [TOO_MANY.format(right.event_no, 12)]


def test_who_corrects_is_asked_only_about_what_the_correction_makes_too_many(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, profile="chiba", rules=True) as house:
        house.story.receive(1)
        consent(house)
        first = copied(house, 6)
        copied(house, 4)
        consent(house, 8)  # the client meant fewer
        corrected(house, first, purpose="二名での照合のため")
        with pytest.raises(NeedsAnswer, match="合わせて11枚"):
            copied(house, 1)


def test_a_number_that_turns_out_to_be_less_is_told(house: House) -> None:
    copied(house, 6)
    second = copied(house, 4)
    given = house.ledger.registers.need(
        Authorization, house.story._consent(AuthorizationSubject.COPY).id
    ).record
    change = house.ledger.registers.revise(replace(given, quantity_limit=Decimal(8)), "数の訂正")
    [said] = [one for one in change.notices if "認められていないことになります" in one]
    assert f"取扱い1件（第{second.event_no}号" in said


def unfit_and_too_few(house: House) -> None:
    """Let the consent end before the copies are made, and allow fewer."""
    house.story.receive(1)
    house.clock.wait(30)
    given = consent(house)
    ended = house.ledger.today() - timedelta(days=1)
    changed = replace(given, valid_until=ended, quantity_limit=Decimal(3), unit="枚")
    house.ledger.registers.revise(changed, "期間と部数の確認")


@pytest.mark.parametrize("text", ["chiba", "fukuoka", "confidentiality-model", "yachiyo"])
def test_an_unfit_consent_that_is_exceeded_as_well_is_one_question(
    tmp_path: Path, text: str
) -> None:
    with furnished(tmp_path, profile=text, rules=True) as house:
        unfit_and_too_few(house)
        with pytest.raises(NeedsAnswer) as asked:
            copied(house, 5)
        [question] = asked.value.facts["findings"]
        assert question.rule_id == "R-05"
        assert "期限切れ／部数の上限3枚に対し、これまでと合わせて5枚" in question.message
        house.ledger.rules.on = False
        copied(house, 5)
        asking = house.ledger.inquiries.of(house.story.contract.id)
        assert told(house) == []
        assert ["部数の上限" in row.sentence for row in asking.breaches.of_rule("R-05")] == [True]


def test_an_exception_of_the_number_beside_that_of_the_consent_is_not_told_twice(
    tmp_path: Path,
) -> None:
    """Before one question named both, two exceptions with one finding were entered."""
    with furnished(tmp_path, profile="chiba", rules=True) as house:
        unfit_and_too_few(house)
        house.ledger.rules.on = False
        act = copied(house, 5)
        registers, contract = house.ledger.registers, house.story.contract.id
        found = Finding(
            contract_id=contract, source=FindingSource.EVENT, source_id=act.id,
            description="承諾の期間と部数", severity=Severity.SERIOUS, due_on=house.ledger.today(),
            owner_person_id=house.story.people["supervisor"], status=FindingStatus.OPEN,
        )  # fmt: skip
        finding = registers.create(found).ids[-1]
        made = [
            RuleOverride(
                id=house.ledger.new_id(), contract_id=contract, rule_id=rule,
                mode=RuleMode.BLOCK_PLAN, record_type=act.type, record_ref=act.id,
                message="承諾された部数（3枚）を超えます", reason="急ぎの照合のために写したため",
                requested_by=house.story.people["supervisor"], at=house.ledger.now(),
                finding_id=finding,
            )
            for rule in ("R-05", "R-06")
        ]  # fmt: skip
        house.ledger.commit([creating(one) for one in made])
        asked = house.ledger.inquiries.of(contract).breaches
        assert len(asked.of_rule("R-05")) == 1 and told(house) == []


def test_a_number_of_copies_is_not_raised_in_small_steps_by_one_person(tmp_path: Path) -> None:
    """R-39; each step leaves less too many, and the last one nothing."""
    with furnished(tmp_path, profile="chiba", rules=True) as house:
        house.story.receive(1)
        given = consent(house)
        copied(house, 10)
        house.clock.wait(24 * 60)
        given = consent(house, 7)  # the client meant fewer
        house.clock.wait(24 * 60)
        more = replace(given, quantity_limit=Decimal(8))
        found = house.ledger.registers.examine(more)
        assert [one.needs_approval for one in found if one.rule_id == "R-39"] == [True]
        with pytest.raises(NeedsAnswer):
            house.ledger.registers.revise(more, "部数の訂正のため")


# --- what the office made itself: the consent is asked for more mildly than the number -------------


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    """A thing that the contractor made, a consent that has ended, and a number that is too small."""
    with furnished(tmp_path, profile="chiba", rules=True) as made:
        unfit_and_too_few(made)
        made.ledger.rules.on = False
        item = made.ledger.registers.need(Item, made.story._stock[0].id).record
        made.ledger.registers.revise(replace(item, origin=ItemOrigin.CREATED), "由来の訂正")
        made.ledger.rules.on = True
        yield made


def rows_of_copies(house: House) -> list[tuple[str, str]]:
    found = proof.graded(house, clause="CB-7.1")
    return [one for one in found if "部数の上限" in one[1] or "承諾された部数" in one[1]]


def test_a_number_that_is_asked_for_more_strictly_than_the_consent_is_one_question(
    own: House,
) -> None:
    with pytest.raises(NeedsAnswer) as asked:
        copied(own, 5)
    [question] = asked.value.facts["findings"]
    assert (question.rule_id, question.needs_approval) == ("R-06", True)
    assert "期限切れ／部数の上限3枚に対し、これまでと合わせて5枚" in question.message
    own.ledger.rules.on = False
    act = copied(own, 5)
    own.ledger.rules.on = True
    [said] = own.ledger.rules.about_event(act)[:1]
    assert said.rule_id == "R-06"
    assert [severity for severity, _ in rows_of_copies(own)] == ["broken"]


def test_a_consent_that_is_only_unfit_is_asked_for_as_mildly_as_before(own: House) -> None:
    with pytest.raises(NeedsAnswer) as asked:
        copied(own, 2)
    [question] = asked.value.facts["findings"]
    assert (question.rule_id, question.needs_approval) == ("R-05", False)


def test_two_exceptions_of_before_wait_as_one_until_somebody_else_looked(own: House) -> None:
    """Before one question named both, a mild exception and a breach were entered."""
    own.ledger.rules.on = False
    act = copied(own, 5)
    registers, contract = own.ledger.registers, own.story.contract.id
    found = Finding(
        contract_id=contract, source=FindingSource.EVENT, source_id=act.id, severity=Severity.SERIOUS,
        description="承諾の部数", due_on=own.ledger.today(), status=FindingStatus.OPEN,
        owner_person_id=own.story.people["worker"],
    )  # fmt: skip
    finding = registers.create(found).ids[-1]
    for rule, mode in (("R-05", RuleMode.WARN), ("R-06", RuleMode.BLOCK_PLAN)):
        override = RuleOverride(
            id=own.ledger.new_id(), contract_id=contract, rule_id=rule, mode=mode,
            record_type=act.type, record_ref=act.id, message="承諾された部数（3枚）を超えます",
            reason="急ぎの照合のために写したため", requested_by=own.story.people["supervisor"],
            at=own.ledger.now(), finding_id=finding if mode is RuleMode.BLOCK_PLAN else "",
        )  # fmt: skip
        own.ledger.commit([creating(override)])
    assert [severity for severity, _ in rows_of_copies(own)] == ["broken"]
    done = registers.need(Finding, finding).record.with_changes(
        status=FindingStatus.VERIFIED, action="承諾を得た", completed_on=own.ledger.today(),
        verified_by=own.story.people["supervisor"], verified_on=own.ledger.today(),
    )  # fmt: skip
    own.ledger.commit([revising(done, "是正の確認")])
    assert [one for one in rows_of_copies(own) if one[0] != "note"] == []
