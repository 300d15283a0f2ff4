"""A contract on whose papers there is something to say: applications with everything they ask."""

from datetime import date
from decimal import Decimal
from typing import Any

from models.codes import AuthorizationSubject as S
from models.codes import BasisType, Decision
from models.records import Authorization, AuthorizationTarget
from tests.house import House

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
