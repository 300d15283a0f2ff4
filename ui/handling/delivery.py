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
ORDERED = (
    Line("do_not_leave_instructed", "資料から離れないことの指示", wide=True),
    Line("instructed_by", "指示した人"),
    Line("instructed_at", "指示した日時"),
)


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
        self._desk = desk
        lines: tuple[Line, ...] = SENT if kind is HandlingKind.RECEIVE else (*SENT, *ARRIVED)
        if kind is HandlingKind.TAKE_OUT:
            lines = (*SENT, *ORDERED)
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
        if carried and "instructed_by" in self.panel.rows:
            self._show_order()
        [detail] = self.said(event.means) or (None,)
        self.panel.update_shown(event if detail is None else detail)  # nothing said, nothing asked

    def _show_order(self) -> None:
        """Ask for the order not to leave it where the text demands one (CB-10.1)."""
        profile = self._desk.profile()
        asked = profile is not None and profile.params.transport.never_leave_instruction
        said = any(getattr(self._base, line.name) for line in ORDERED)
        shown = [name for name in self.panel.rows if name not in {one.name for one in ORDERED}]
        self.panel.arrange([*shown, *(one.name for one in ORDERED if asked or said)])

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
