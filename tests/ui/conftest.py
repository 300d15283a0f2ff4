"""Ledgers, and the questions of the screens, for tests of the window."""

import importlib.resources
from collections.abc import Callable

import pytest

import resources
from models.codes import (
    ContractStatus,
    EmploymentType,
    OnsiteRule,
    OrganizationKind,
)
from models.ledger import Ledger
from models.profiles import Profile, parse_profile
from models.records import Contract, Organization, Person
from tests.ui.memory_store import NOW, make_ledger


@pytest.fixture(scope="session")
def profiles() -> dict[str, Profile]:
    folder = importlib.resources.files(resources) / "profiles"
    found = {}
    for name in ("shiki", "confidentiality-model"):
        profile = parse_profile((folder / f"{name}.toml").read_text("utf-8"), name)
        found[profile.code] = profile
    return found


@pytest.fixture
def ledger(profiles: dict[str, Profile]) -> Ledger:
    """A ledger with a contractor and its responsible person."""
    return make_ledger(profiles)


@pytest.fixture
def contract(ledger: Ledger) -> Contract:
    """A contract with 志木市 in that ledger."""
    return add_contract(ledger)


@pytest.fixture
def add_person(ledger: Ledger) -> Callable[..., Person]:
    """Enter a person and return the record."""

    def add(name: str, kana: str = "", **more: object) -> Person:
        organization = ledger.registers.all(Organization)[0].record
        person = Person(
            organization_id=organization.id,
            name=name,
            name_kana=kana,
            employment_type=EmploymentType.REGULAR,
        ).with_changes(**more)
        change = ledger.registers.create(person)
        return ledger.registers.need(Person, change.ids[0]).record

    return add


def add_contract(ledger: Ledger, number: str = "R8-001", profile: str = "shiki") -> Contract:
    contractor = ledger.registers.all(Organization)[0].record
    client = Organization(kinds=(OrganizationKind.CLIENT,), name="志木市")
    client_id = ledger.registers.create(client).ids[0]
    bound = ledger.profiles[profile]
    today = NOW.date()
    contract = Contract(
        contract_no=number,
        title="住民情報入力業務",
        client_org_id=client_id,
        contractor_org_id=contractor.id,
        profile_code=profile,
        profile_version=bound.version,
        profile_sha256=bound.sha256,
        signed_on=today.replace(month=4, day=1),
        starts_on=today.replace(month=4, day=1),
        ends_on=today.replace(year=2027, month=3, day=31),
        work_start_on=today.replace(month=4, day=1),
        purpose="住民情報の入力",
        handles_specific_pi=False,
        handles_confidential_info=False,
        onsite_rule=OnsiteRule.ANY,
        status=ContractStatus.ACTIVE,
    )
    contract_id = ledger.registers.create(contract).ids[0]
    return ledger.registers.need(Contract, contract_id).record
