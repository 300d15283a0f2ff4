"""The 運搬記録 of what did not pass from hand to hand: whose number, which firm, in what (SK-13.2)."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from models.codes import HandlingKind, Means, OrganizationKind
from models.ledger import Ledger
from models.records import HandlingEvent, Organization, TransportDetail
from models.records.handling import CARRIED_MEANS
from ui.editor_base import FormDesk
from ui.handling.panel import FieldsPanel, Line

SENT = (
    Line("tracking_no"),
    Line("carrier_org_id"),
    Line("container"),
    Line("persons", hint="分かるときだけ入力します"),
)
ARRIVED = (Line("received_by", "受け取った人"), Line("received_at", "受取の日時"))


class DeliveryBox(QGroupBox):
    """Asks how something was carried, while the means of passing it on is none by hand.

    Args:
        kind: the act; of what leaves, who received it can be said as well.
        start: the event with which the dialog begins.
    """

    edited = Signal()

    def __init__(
        self, kind: HandlingKind, start: HandlingEvent, desk: FormDesk, parent: QWidget
    ) -> None:
        super().__init__(TransportDetail.label, parent)
        self._start = start
        self._usual = only_carrier(desk.ledger)
        lines = SENT if kind is HandlingKind.RECEIVE else (*SENT, *ARRIVED)
        self.panel = FieldsPanel(TransportDetail, lines, desk, self)
        self.panel.edited.connect(lambda _name: self.edited.emit())
        QVBoxLayout(self).addWidget(self.panel)
        self._base = start.transport[0] if start.transport else TransportDetail()
        self.panel.set_values({name: getattr(self._base, name) for name in self.panel.rows})
        self.hide()

    def said(self, means: Means | None) -> tuple[TransportDetail, ...]:
        """Return what is said of the way by this means: nothing where nobody carried anything."""
        if means not in CARRIED_MEANS:
            same = means is self._start.means  # entered by another program: not ours to drop
            return self._start.transport if same else ()
        detail = replace(self._base, **self.panel.values())
        return () if detail == TransportDetail() else (detail,)

    def update_shown(self, event: HandlingEvent) -> None:
        """Stand there while it is carried, and say what is wrong."""
        carried = event.means in CARRIED_MEANS
        by_courier = event.means is Means.SECURITY_COURIER
        usual = self._usual if by_courier and not self._start.transport else ""
        self.panel.suggest("carrier_org_id", self._base.carrier_org_id or usual)
        self.setVisible(carried)
        [detail] = self.said(event.means) or (None,)
        self.panel.update_shown(event if detail is None else detail)  # nothing said, nothing asked

    def problems(self, event: HandlingEvent) -> list[str]:
        """Return what keeps the act from being entered, as sentences; every field counts as seen."""
        if event.means not in CARRIED_MEANS or not event.transport:
            return []
        [detail] = event.transport
        self.panel.touch_all()
        self.panel.update_shown(detail)
        found = [s for one in self.panel.problems(detail).values() for s in one]
        return found + [self.panel.reword(s) for s in detail.inconsistencies()]


def only_carrier(ledger: Ledger) -> str:
    """Return the id of the one carrier that is registered, "" without one or with several."""
    firms = (stored.record for stored in ledger.registers.all(Organization))
    found = [one.id for one in firms if OrganizationKind.CARRIER in one.kinds]
    return found[0] if len(found) == 1 else ""
