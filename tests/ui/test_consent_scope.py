"""The dialog helps to stay within the consent that is chosen, and asks when somebody does not."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from models.codes import AuthorizationSubject as S
from models.codes import BasisType, Decision, DecisionForm
from models.records import Authorization, AuthorizationTarget, HandlingEvent, Item
from tests.ui.daily import K, Site
from ui.handling.dialog import HandlingDialog
from ui.handling.item_lines import AMOUNT
from ui.handling.opening import handling_dialog


def given(site: Site, **changes: Any) -> str:
    day = site.ledger.today() - timedelta(days=1)
    known: dict[str, Any] = {"quantity_limit": Decimal(10), "unit": "枚", "scope_text": "一部"}
    consent = Authorization(
        contract_id=site.contract_id, basis_type=BasisType.CONSENT, subject=S.TAKE_OUT,
        requested_on=day, reason="照合のため", valid_from=day, decision=Decision.GRANTED,
        decided_on=day, decided_by_title="課長", decided_by_name="見本　次郎",
        decision_form=DecisionForm.WRITTEN, decision_doc_no="第9号", **{**known, **changes},
    )  # fmt: skip
    return site.ledger.registers.create(consent).ids[0]


def sheets(site: Site) -> Item:
    return next(one for one in site.items if one.unit == "枚")


def opened(site: Site, item: Item) -> HandlingDialog:
    dialog = handling_dialog(site.desk, site.contract_id, K.TAKE_OUT, [item.id])
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def choose(site: Site, dialog: HandlingDialog, basis: str) -> None:
    """Choose a consent as the clerk does."""
    box = dialog.panel.rows["authorization_id"].editor.focus_target()
    box.setCurrentIndex(box.findData(basis))  # type: ignore[attr-defined]
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined]
    site.settle()


def test_the_chosen_consent_proposes_who_where_and_how_much(site: Site) -> None:
    item, who = sheets(site), site.story.people["worker3"]
    basis = given(
        site, destination_text="見本市役所２階", targets=(AuthorizationTarget(person_id=who),)
    )
    dialog = opened(site, item)
    choose(site, dialog, basis)
    draft = dialog.draft()
    assert (draft.actor_person_id, draft.destination_text) == (who, "見本市役所２階")
    assert draft.lines[0].quantity == 10
    echo = dialog.panel.rows["authorization_id"].echo.text()
    assert "上限10枚のうち残り10枚" in echo and "﨑山　健" in echo and "見本市役所２階" in echo
    choose(site, dialog, "")
    draft = dialog.draft()
    assert draft.actor_person_id == site.ledger.user.person_id
    assert draft.lines[0].quantity == item.quantity and draft.destination_text != "見本市役所２階"


def test_what_the_clerk_typed_stays_and_is_asked_about(site: Site) -> None:
    item = sheets(site)
    basis = given(site)
    dialog = opened(site, item)
    cell = dialog.items.table.item(0, AMOUNT)
    assert cell is not None
    cell.setText("40")
    choose(site, dialog, basis)
    assert dialog.draft().lines[0].quantity == 40
    found = site.ledger.handling.examine(dialog.draft())
    assert any("数量の上限10枚に対し40枚" in one.message for one in found)


def test_less_is_free_while_something_is_outside(site: Site) -> None:
    item, basis = sheets(site), given(site)
    dialog = opened(site, item)
    choose(site, dialog, basis)
    cell = dialog.items.table.item(0, AMOUNT)
    assert cell is not None
    cell.setText("6")
    dialog.panel.set_values(
        {"destination_text": "見本市役所", "purpose": "照合", "checker_person_id": ""}
    )
    event: HandlingEvent = dialog.draft()
    dialog.done(0)
    site.ledger.handling.record(event)
    site.clock.wait(30)
    again = opened(site, item)
    choose(site, again, basis)
    assert again.draft().lines[0].quantity == 4
    assert "残り4枚" in again.panel.rows["authorization_id"].echo.text()
