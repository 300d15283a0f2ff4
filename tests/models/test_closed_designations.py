"""Designating people and places under a closed contract: a reason, unless it serves what is left to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import (
    AccessLevel,
    AssignmentRole,
    AssignmentStatus,
    ContractStatus,
    CredentialKind,
    PlaceStatus,
)
from models.errors import NeedsAnswer
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    ContractPlace,
    Credential,
    Record,
    RuleOverride,
    UserAccount,
)
from models.rules.answers import Answers
from tests.ending import revise
from tests.house import House, furnished
from ui.sample import cast

WHY = Answers(reasons={"R-39": "残った記録の点検を手伝うため"})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="yachiyo", rules=True) as made:
        yield made


def close(house: House) -> date:
    """Close the contract and let a month pass; return the day of the closing."""
    ledger = house.ledger
    contract = ledger.registers.need(Contract, house.story.contract.id).record
    over = replace(
        contract, status=ContractStatus.CLOSED, completed_on=ledger.today(),
        retain_ledger_until=ledger.today() + timedelta(days=1800),
    )  # fmt: skip
    reasons = {"R-24": "資格の抹消は本日中に行うため"}
    ledger.registers.revise(over, "業務の完了", answers=Answers(reasons=reasons, later=True))
    closed = ledger.today()
    house.clock.wait(30 * 24 * 60)
    return closed


def designation(house: House, role: AssignmentRole, **changes: object) -> Assignment:
    return Assignment(
        contract_id=house.story.contract.id, person_id=house.story.people["administrator"],
        role=role, duties="点検", starts_on=house.ledger.today(),
        status=AssignmentStatus.ACTIVE, handles_specific_pi=False,
    ).with_changes(**changes)  # fmt: skip


def stored(house: House, record: Record) -> Record | None:
    found = house.ledger.store.get(type(record), record.id) if record.id else None
    return found.record if found else None


def asked(house: House, record: Record, before: Record | None = None) -> list[str]:
    return [
        one.message
        for one in house.ledger.rules.about_record(record, before or stored(house, record))
        if one.rule_id == "R-39" and one.needs_reason
    ]


def test_who_is_designated_to_handle_under_a_closed_contract_is_asked_about(house: House) -> None:
    one = designation(house, AssignmentRole.WORKER)
    assert asked(house, one) == []
    closed = close(house)
    with pytest.raises(NeedsAnswer, match="終結した契約では新しい取扱いはできない"):
        house.ledger.registers.create(one)
    change = house.ledger.registers.create(one, answers=WHY)
    (kept,) = (
        stored.record
        for stored in house.ledger.registers.all(RuleOverride)
        if stored.record.record_ref == change.ids[0]
    )
    assert "R8.10.1" in kept.message and closed == date(2026, 10, 1)
    assert not kept.finding_id  # a reason, no breach


def test_somebody_responsible_is_needed_still_and_only_told(house: House) -> None:
    close(house)
    change = house.ledger.registers.create(designation(house, AssignmentRole.WORK_SUPERVISOR))
    assert [one for one in change.notices if "終結の後に残ること" in one]


def test_days_before_the_closing_are_entered_late_as_always(house: House) -> None:
    closed = close(house)
    late = designation(
        house, AssignmentRole.WORKER, starts_on=closed - timedelta(days=5), ends_on=closed,
        end_reason="業務の完了",
    )  # fmt: skip
    assert asked(house, late) == []
    assert asked(house, late.with_changes(ends_on=closed + timedelta(days=1)))


def test_ending_what_stood_is_not_asked_about_and_prolonging_it_is(house: House) -> None:
    close(house)
    one = next(
        stored.record
        for stored in house.ledger.registers.all(Assignment)
        if stored.record.role is AssignmentRole.WORKER
    )
    ended = one.with_changes(
        ends_on=house.ledger.today(), end_reason="異動", status=AssignmentStatus.ENDED
    )
    revise(house, ended, "異動したため")
    again = ended.with_changes(ends_on=None, end_reason="", status=AssignmentStatus.ACTIVE)
    assert asked(house, again)


def test_a_place_is_asked_about_as_well(house: House) -> None:
    close(house)
    stood = house.ledger.registers.all(ContractPlace)[0].record
    new = replace(stood, id="", use_from=house.ledger.today(), status=PlaceStatus.ACTIVE)
    assert ["場所を指定する理由" in one for one in asked(house, new)] == [True]
    assert asked(house, stood) == []


# --- what is given out ---------------------------------------------------------------------------


def card(house: House, who: str = "administrator", **changes: object) -> Credential:
    return Credential(
        contract_id=house.story.contract.id, kind=CredentialKind.KEY, number="K-900",
        holder_person_id=house.story.people[who], issued_on=house.ledger.today(),
        issued_by=house.story.people["supervisor"],
    ).with_changes(**changes)  # fmt: skip


def add_account(house: House, login: str) -> None:
    """Let somebody open the ledger, without any contract."""
    user = next(one for one in cast.USERS if one.login == login)
    house.ledger.people.add_account(
        house.story.people[user.person], login=login, role=user.role, password=user.password,
        valid_until=house.ledger.today() + timedelta(days=400), chosen_by_self=True, contracts={},
    )  # fmt: skip


def right(house: House, login: str, role: AssignmentRole | None = None) -> AccessRight:
    registers = house.ledger.registers
    if not registers.all(UserAccount, login_name=login):
        add_account(house, login)
    [account] = registers.all(UserAccount, login_name=login)
    basis = [x.record.id for x in registers.all(Assignment) if x.record.role is role]
    return AccessRight(
        user_id=account.record.id, contract_id=house.story.contract.id, level=AccessLevel.RECORD,
        assignment_id=basis[0] if basis else "",
    )  # fmt: skip


def told(house: House, record: Record) -> list[str]:
    found = house.ledger.registers.examine(record)
    return [one.message for one in found if "終結の後に残ること" in one.message]


def test_a_card_or_a_right_under_a_closed_contract_is_asked_about(house: House) -> None:
    assert asked(house, card(house)) == []
    close(house)
    key, access = card(house), right(house, "yoshino", AssignmentRole.WORKER)
    [said] = asked(house, key)
    assert "終結した契約では新しい取扱いはできない" in said and "K-900」を渡す理由" in said
    [said] = asked(house, access)
    assert "アクセス資格を付与する理由" in said
    with pytest.raises(NeedsAnswer):
        house.ledger.registers.create(key)
    ids = house.ledger.registers.create(key, answers=WHY).ids
    [kept] = [
        x.record for x in house.ledger.registers.all(RuleOverride) if x.record.record_ref in ids
    ]
    assert kept.reason == WHY.reasons["R-39"] and not kept.finding_id
    one = house.ledger.registers.need(Credential, kept.record_ref).record
    assert (
        asked(house, one.with_changes(expires_on=house.ledger.today() + timedelta(days=9)), one)
        == []
    )
    back = one.with_changes(returned_on=house.ledger.today())
    assert asked(house, back, one) == []
    other = one.with_changes(holder_person_id=house.story.people["worker"])
    assert asked(house, other, one) and asked(house, one, back)


def test_a_card_that_was_given_out_before_is_entered_late_as_always(house: House) -> None:
    closed = close(house)
    assert asked(house, card(house, issued_on=closed)) == []
    after = card(house, issued_on=closed + timedelta(days=1))
    assert asked(house, after)
    assert asked(house, after.with_changes(returned_on=house.ledger.today())) == []
    assert asked(house, card(house, contract_id="")) == []


def test_who_is_responsible_gets_them_still_and_an_inspector_may_look(house: House) -> None:
    close(house)
    house.ledger.registers.create(designation(house, AssignmentRole.WORK_SUPERVISOR))
    key = card(house)
    access = right(house, "takahashi", AssignmentRole.WORK_SUPERVISOR)
    for one in (key, access):
        assert asked(house, one) == [] and len(told(house, one)) == 1
    looking = right(house, "kensa").with_changes(level=AccessLevel.READ)
    assert asked(house, looking) == [] and told(house, looking) == []
