"""What is due and belongs to no contract stands on the calendar whichever contract is chosen."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    ContractStatus,
    CredentialKind,
    DueStatus,
    FindingSource,
    FindingStatus,
    GovernanceKind,
    GovernanceStatus,
    HandlingKind,
    ItemOrigin,
    Severity,
)
from models.exposure import shut
from models.records import (
    Assignment,
    Credential,
    DueItem,
    Finding,
    GovernanceDocument,
    HandlingEvent,
    HandlingLine,
    Incident,
    Item,
    Person,
    Record,
    UserAccount,
)
from tests.ending import ended
from tests.house import House, furnished

WHY = "机のメモを来客に見られた"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


def enter(house: House, record: Record) -> str:
    return house.ledger.registers.create(record).ids[-1]


def told(house: House, record_id: str, contract_id: str) -> list[tuple[str, date | None]]:
    found = calendar(house.ledger, contract_id)
    return [(one.code, one.due_on) for one in found if one.id == record_id]


def everywhere(house: House, record_id: str) -> list[tuple[str, date | None]]:
    """Return what both selections say of a record; they say the same."""
    mine = told(house, record_id, house.story.contract.id)
    assert told(house, record_id, "") == mine
    return mine


def test_an_entered_date_of_no_contract_stands_under_every_contract(house: House) -> None:
    day = house.ledger.today() + timedelta(days=3)
    worker = house.story.people["worker"]
    one = DueItem(title="会社の規程の見直し", due_on=day, owner_person_id=worker,
                  status=DueStatus.OPEN)  # fmt: skip
    made = enter(house, one)
    assert everywhere(house, made) == [("", day)]
    stored = house.ledger.registers.need(DueItem, made).record
    done = stored.with_changes(status=DueStatus.SATISFIED, satisfied_on=house.ledger.today())
    house.ledger.registers.revise(done, "見直しを終えたため")
    assert everywhere(house, made) == []


def test_a_date_of_another_contract_stays_there(house: House) -> None:
    mine = house.story.contract
    changes = dict(id="", contract_no="別-1", status=ContractStatus.PREPARING)
    other = enter(house, mine.with_changes(**changes))
    one = DueItem(title="打合せ", due_on=house.ledger.today(), contract_id=other,
                  owner_person_id=house.story.people["worker"], status=DueStatus.OPEN)  # fmt: skip
    made = enter(house, one)
    assert told(house, made, mine.id) == []
    assert told(house, made, other) == told(house, made, "") == [("", house.ledger.today())]


def test_a_finding_of_no_contract_waits_until_it_is_verified(house: House) -> None:
    day, owner = house.ledger.today() + timedelta(days=3), house.story.people["worker"]
    found = Finding(source=FindingSource.ANALYSIS, description="時間外の利用の理由が分からない",
                    severity=Severity.MINOR, due_on=day, owner_person_id=owner,
                    status=FindingStatus.OPEN)  # fmt: skip
    made = enter(house, found)
    assert everywhere(house, made) == [("K-21", day)]


def test_the_incident_of_an_exposed_password_is_due_in_an_office_with_one_contract(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path, profile="chiba", accounts=True) as house:
        house.sign_in("watanabe")
        shut(house.ledger, house.ledger.registers.one(UserAccount, login_name="yoshino").record.id,
             WHY)  # fmt: skip
        house.sign_in("takahashi")
        [draft] = house.ledger.registers.all(Incident)
        assert everywhere(house, draft.record.id) == [("K-19", house.ledger.today())]


def card(house: House, **changes: object) -> str:
    story = house.story
    made = Credential(
        kind=CredentialKind.KEY, number="K-1", holder_person_id=story.people["worker"],
        issued_on=house.ledger.today(), issued_by=story.people["supervisor"],
    ).with_changes(**changes)  # fmt: skip
    return enter(house, made)


def test_a_card_of_no_contract_is_renewed_and_comes_back(house: House) -> None:
    day = house.ledger.today() + timedelta(days=30)
    made = card(house, expires_on=day)
    assert everywhere(house, made) == [("K-30", day)]
    mine = house.ledger.registers.all(Assignment, person_id=house.story.people["worker"])
    assert mine
    over = house.ledger.today()
    for one in mine:
        house.ledger.registers.revise(
            one.record.with_changes(ends_on=over, end_reason="異動"), "業務が終わったため"
        )
    assert everywhere(house, made) == [("K-30", day)], "the last day is still to be worked"
    house.clock.go_to(over + timedelta(days=1), 9)
    assert ("K-32", over) in everywhere(house, made)
    back = house.ledger.registers.need(Credential, made).record
    house.ledger.registers.revise(back.with_changes(returned_on=house.ledger.today()), "返却のため")
    assert everywhere(house, made) == []


def test_an_identity_card_comes_back_from_who_leaves_the_firm_and_from_nobody_else(
    house: House,
) -> None:
    """It says of which firm somebody is, also between two contracts."""
    until, over = house.ledger.today() + timedelta(days=300), house.ledger.today()
    made = card(house, kind=CredentialKind.EMPLOYEE_ID, expires_on=until, shows_company_name=True)
    for one in house.ledger.registers.all(Assignment, person_id=house.story.people["worker"]):
        house.ledger.registers.revise(
            one.record.with_changes(ends_on=over, end_reason="完了"), "業務が終わったため"
        )
    house.clock.go_to(over + timedelta(days=1), 9)
    assert everywhere(house, made) == [("K-30", until)]
    person = house.ledger.registers.need(Person, house.story.people["worker"]).record
    house.ledger.registers.revise(person.with_changes(left_on=over), "退職のため")
    assert ("K-32", over) in everywhere(house, made)


def test_rules_of_the_office_are_told_once_and_with_their_clause(house: House) -> None:
    day = house.ledger.today() + timedelta(days=9)
    one = GovernanceDocument(
        kind=GovernanceKind.HANDLING_RULES, title="全社の規程", version="1", text="本文",
        approved_on=house.ledger.today(), approved_by=house.story.people["supervisor"],
        effective_from=house.ledger.today(), next_review_on=day, status=GovernanceStatus.IN_FORCE,
    )  # fmt: skip
    made = enter(house, one)
    assert everywhere(house, made) == [("K-29", day)]
    [due] = [one for one in calendar(house.ledger) if one.id == made]
    assert due.contract_id == house.story.contract.id


def test_a_thing_of_the_contractor_comes_back(tmp_path: Path) -> None:
    with furnished(tmp_path, things=1) as house:
        known = house.ledger.registers.all(Item)[0].record
        own = known.with_changes(
            id="", item_no="PC-90", contract_id="", origin=ItemOrigin.CONTRACTOR_EQUIPMENT
        )
        item, back = enter(house, own), house.clock() + timedelta(days=2)
        trip = HandlingEvent(
            contract_id=house.story.contract.id, kind=HandlingKind.TAKE_OUT, purpose="設定",
            occurred_at=house.clock(), actor_person_id=house.story.people["worker"],
            place_from_id=known.home_place_id, destination_text="見本市役所",
            expected_return_at=back, lines=(HandlingLine(item_id=item),),
        )  # fmt: skip
        laid = trip.with_changes(
            kind=HandlingKind.STORE, place_from_id="", place_to_id=known.home_place_id,
            destination_text="", expected_return_at=None,
        )  # fmt: skip
        house.ledger.handling.record(laid)
        house.clock.wait(1)
        house.ledger.handling.record(trip.with_changes(occurred_at=house.clock()))
        assert everywhere(house, item) == [("K-13", back.date())]


def test_what_belongs_to_no_contract_is_not_in_the_way_of_an_erasure(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        made = card(house, expires_on=house.ledger.today())
        assert everywhere(house, made) == [("K-30", house.ledger.today())]
        assert house.ledger.ending.plan(house.story.contract.id).obstacles == ()
