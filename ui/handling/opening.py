"""Opens the dialog that belongs to a kind, for a new act or for the correction of one."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from models.codes import HandlingKind as K
from models.records import HandlingEvent, Stored
from ui.handling.coming import ComingDialog, CopyDialog
from ui.handling.dialog import HandlingDialog
from ui.handling.moving import (
    BringBackDialog,
    GiveBackDialog,
    TakeOutDialog,
    TransportDialog,
    UseDialog,
)
from ui.handling.plain import PlainDialog
from ui.handling.sanitizing import SanitizeDialog
from ui.page import Desk

DIALOGS: Mapping[K, type[HandlingDialog]] = {
    K.RECEIVE: ComingDialog,
    K.CREATE: ComingDialog,
    K.COLLECT: ComingDialog,
    K.COPY: CopyDialog,
    K.USE: UseDialog,
    K.TAKE_OUT: TakeOutDialog,
    K.BRING_BACK: BringBackDialog,
    K.TRANSPORT: TransportDialog,
    K.RETURN: GiveBackDialog,
    K.HAND_OVER: GiveBackDialog,
    K.ERASE: SanitizeDialog,
    K.DISPOSE: SanitizeDialog,
}


def handling_dialog(
    desk: Desk,
    contract_id: str,
    kind: K,
    items: Sequence[str] = (),
    related: HandlingEvent | None = None,
    parent: QWidget | None = None,
) -> HandlingDialog:
    """Return the dialog of a kind; the caller opens it."""
    make = DIALOGS.get(kind, PlainDialog)
    return make(desk, contract_id, kind, items, related, parent=parent)


def correcting_dialog(
    desk: Desk, stored: Stored[HandlingEvent], parent: QWidget | None = None
) -> HandlingDialog:
    """Return the dialog that corrects an event, filled with what it says."""
    event = stored.record
    assert event.kind is not None
    make = DIALOGS.get(event.kind, PlainDialog)
    return make(desk, event.contract_id, event.kind, correcting=stored, parent=parent)


def carrying_out_dialog(
    desk: Desk, plan: Stored[HandlingEvent], parent: QWidget | None = None
) -> HandlingDialog:
    """Return the dialog that enters a plan as a fact, filled with what was planned."""
    event = plan.record
    assert event.kind is not None
    make = DIALOGS.get(event.kind, PlainDialog)
    return make(desk, event.contract_id, event.kind, plan=plan, parent=parent)
