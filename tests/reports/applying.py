"""What the tests of collected papers share: an office, its papers as text, and applications."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.codes import AuthorizationSubject as S
from models.codes import (
    BasisType,
    Decision,
    EmploymentType,
    SubmissionMeans,
)
from models.codes import HandlingKind as K
from models.records import (
    Assignment,
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    Person,
    Submission,
)
from tests.house import House, furnished
from tests.reports.papers import flat
from ui.issue import IssueRequest, issue, preview
from ui.seal_part import make_seal

DAY = date(2026, 10, 1)
BASIS = {S.INDIRECT_HANDOVER: BasisType.APPROVAL}


def apply_for(house: House, subject: S, **changes: Any) -> str:
    """Enter an application that waits for the client's answer, and return its id."""
    story = house.story
    item = story._stock[0]
    values: dict[str, Any] = {
        "contract_id": story.contract.id,
        "basis_type": BASIS.get(subject, BasisType.CONSENT),
        "subject": subject,
        "requested_on": DAY,
        "reason": "市役所での内容確認のため",
        "scope_text": "受け取った媒体一点",
        "quantity_limit": Decimal(1),
        "unit": "部",
        "method": "複合機",
        "destination_text": "見本市役所２階",
        "relay": "みほんセキュリティ便株式会社",
        "legal_basis": "契約書第９条",
        "disposal_planned_on": date(2026, 12, 25),
        "required_measures": "二名で宛先を確かめる。",
        "valid_from": DAY,
        "decision": Decision.PENDING,
        "targets": (
            AuthorizationTarget(item_id=item.id),
            AuthorizationTarget(person_id=story.people["worker3"]),
            AuthorizationTarget(place_id=story.places[2].id),
        ),
    }
    change = house.ledger.registers.create(Authorization(**(values | changes)))
    return change.ids[-1]


@contextmanager
def office(folder: Path, profile: str = "shiki", days: int = 0) -> Iterator[House]:
    with furnished(folder, profile=profile, days=days) as house:
        if not days:
            house.story.receive(2)
        make_seal(house.ledger)
        yield house


@contextmanager
def working_day(folder: Path, profile: str) -> Iterator[House]:
    """Open an office with rules and a seal, half an hour after four things came in at nine."""
    with furnished(folder, profile=profile, rules=True) as made:
        make_seal(made.ledger)
        made.clock.go_to(made.ledger.today(), 9)
        made.story.receive(4)
        made.clock.wait(30)
        yield made


def wish(house: House, kind: str, *ids: str, **options: object) -> IssueRequest:
    return IssueRequest(kind, house.story.contract.id, ids, options=options)


def text_of(house: House, kind: str, *ids: str, **options: object) -> str:
    return flat(preview(house.ledger, wish(house, kind, *ids, **options)))


def sealed(house: House, kind: str, *ids: str, **options: object) -> Submission:
    change = issue(house.ledger, wish(house, kind, *ids, **options))
    return house.ledger.registers.need(Submission, change.ids[-1]).record


def handed_in(house: House, kind: str, *ids: str) -> Submission:
    paper = sealed(house, kind, *ids)
    house.ledger.paper.submit(paper.id, on=house.ledger.today(), means=SubmissionMeans.HAND)
    return paper


def assignment_of(house: House, who: str) -> Assignment:
    found = house.ledger.registers.all(Assignment, person_id=house.story.people[who])
    return found[0].record


def events(house: House, *kinds: K) -> list[str]:
    found = house.ledger.registers.all(HandlingEvent)
    return [one.record.id for one in found if one.record.kind in kinds]


def add_workers(house: House, count: int, name: str = "") -> None:
    base = assignment_of(house, "worker")
    firm = house.story.contract.contractor_org_id
    for number in range(count):
        person = Person(
            name=name or f"従事　{number:02d}号", organization_id=firm,
            employment_type=EmploymentType.REGULAR,
        )  # fmt: skip
        who = house.ledger.registers.create(person).ids[-1]
        house.ledger.registers.create(replace(base, id="", person_id=who))
