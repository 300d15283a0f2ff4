"""A dialog proposes the consent that is meant for the act and its things, and no other."""

from decimal import Decimal
from typing import Any

import pytest

from models.codes import (
    AuthorizationSubject,
    BasisType,
    Decision,
    DecisionForm,
    ItemClass,
    MediaType,
)
from models.records import Authorization, AuthorizationTarget, Item
from tests.ui.daily import K, Site
from ui.handling.dialog import HandlingDialog
from ui.handling.opening import handling_dialog

S = AuthorizationSubject


@pytest.fixture
def bare(site: Site) -> Site:
    """A site without any consent that is in force."""
    for one in site.ledger.registers.all(Authorization):
        gone = one.record.with_changes(decision=Decision.REVOKED)
        site.ledger.registers.revise(gone, "委託者が取り消したため")
    return site


def given(site: Site, subject: S, *items: Item, basis: BasisType = BasisType.CONSENT) -> str:
    today = site.ledger.today()
    consent = Authorization(
        contract_id=site.contract_id, basis_type=basis, subject=subject, requested_on=today,
        reason="業務に必要なため", scope_text="範囲", valid_from=today, decision=Decision.GRANTED,
        decided_on=today, decided_by_title="課長", decided_by_name="見本　次郎",
        decision_form=DecisionForm.WRITTEN, decision_doc_no=f"健第{subject.value}号",
        targets=tuple(AuthorizationTarget(item_id=item.id) for item in items),
    )  # fmt: skip
    return site.ledger.registers.create(consent).ids[0]


def opened(site: Site, kind: K, *items: Item) -> HandlingDialog:
    dialog = handling_dialog(site.desk, site.contract_id, kind, [item.id for item in items])
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def proposed(site: Site, kind: K, *items: Item) -> str:
    dialog = opened(site, kind, *items)
    basis = dialog.draft().authorization_id
    dialog.done(0)
    return basis


def test_a_consent_to_places_is_offered_for_a_take_out_and_never_proposed(bare: Site) -> None:
    given(bare, S.OFFSITE_WORK)
    assert proposed(bare, K.TAKE_OUT, bare.items[0]) == ""
    meant = given(bare, S.TAKE_OUT)
    assert proposed(bare, K.TAKE_OUT, bare.items[0]) == meant


def test_a_consent_that_names_things_is_proposed_for_these_alone(bare: Site) -> None:
    one, other = bare.items[:2]
    basis = given(bare, S.TAKE_OUT, one)
    assert proposed(bare, K.TAKE_OUT) == ""
    assert proposed(bare, K.TAKE_OUT, other) == ""
    assert proposed(bare, K.TAKE_OUT, one) == basis
    dialog = opened(bare, K.TAKE_OUT)
    dialog.take(one.item_no)
    bare.settle()
    assert dialog.draft().authorization_id == basis
    dialog.take(other.item_no)
    bare.settle()
    assert dialog.draft().authorization_id == ""


def test_how_certain_things_may_end_is_not_proposed_for_others(bare: Site) -> None:
    one, other = bare.items[:2]
    basis = given(bare, S.END_EXCEPTION, one, basis=BasisType.INSTRUCTION)
    assert proposed(bare, K.RETURN, other) == ""
    assert proposed(bare, K.RETURN, one) == basis


def test_a_consent_to_take_equipment_out_is_proposed_for_equipment_alone(bare: Site) -> None:
    basis = given(bare, S.EQUIPMENT_TAKE_OUT)
    values: dict[str, Any] = {
        "item_class": ItemClass.EQUIPMENT, "media_type": MediaType.NOTEBOOK_PC, "unit": "台",
        "quantity": Decimal(1), "maker": "みほん電機", "model": "AZ", "serial_no": "S-1",
    }  # fmt: skip
    machine = bare.items[0].with_changes(id="", item_no="PC-001", **values)
    [id_] = bare.ledger.registers.create(machine).ids
    machine = bare.ledger.registers.need(Item, id_).record
    assert proposed(bare, K.TAKE_OUT, bare.items[0]) == ""
    assert proposed(bare, K.TAKE_OUT, machine) == basis
