"""事故・違反: what went wrong or may have, what is to be done next, how it went on, who was told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from models.calendar import state
from models.codes import CommunicationMeans, IncidentLogKind, IncidentReportKind
from models.incident_duties import next_due
from models.incidents import REPORT, reports_of
from models.kinds_of_time import Moment
from models.ledger import Ledger
from models.records import Incident, IncidentLog, IncidentReport, Person, Record
from models.wareki import format_wareki
from ui import layout, permitted
from ui.form_dialog import FormDialog
from ui.layout import plain
from ui.page import Desk
from ui.page_parts import make_verb
from ui.paper_dialog import PaperDialog
from ui.record_pages import RegisterPage, shown_types
from ui.register_widths import ColumnMemory
from ui.state_table import Line, StateTable

CHOOSE = "「事故・違反」の一覧から行を選んでください。"
NO_CONTRACT = "契約が入力されていません。どの契約のことか、訂正で「契約」を選んでください。"
NEXT = "次にすること：{what}　期限：{day}{late}"
ENDED = "終結しています（{day}）。"
OVERDUE = "（過ぎています）"
STORY = 150  # pixels of the story before it is dragged larger


class IncidentsPage(RegisterPage):
    """The incidents, their steps and reports; below them the story of the marked one."""

    registers = (Incident, IncidentLog, IncidentReport)
    title = "事故・違反"
    types: ClassVar[frozenset[str]] = shown_types(*registers)
    help_key = "incidents"

    def __init__(
        self, desk: Desk, parent: QWidget | None = None, *, memory: ColumnMemory | None = None
    ) -> None:
        super().__init__(desk, parent, memory=memory)
        self.next = plain()
        self.next.setWordWrap(True)
        self.story = StateTable(
            self.tr("経過と報告"),
            (self.tr("日時"), self.tr("種類"), self.tr("内容"), self.tr("人")),
            wide=(2,), most_lines=3,
        )  # fmt: skip
        self.story.opened.connect(self.show_record)
        for tab in self.tabs:
            tab.marked.connect(self._tell)
        self._lay_out()
        self._tell()

    def refresh(self) -> None:
        super().refresh()
        self._tell()

    def show_contract(self, contract_id: str) -> None:
        super().show_contract(contract_id)
        self._tell()

    def verbs(self) -> list[QAction]:
        new, open_, revise, void = super().verbs()[:4]
        return [new, self._log, self._report, self._paper, open_, revise, void]

    def marked(self) -> Incident | None:
        """Return the incident that is marked, or whose step is; None without one."""
        record_id, registers = self.tab.view.marked_id(), self.desk.ledger.registers
        if not record_id:
            return None
        record: Record = registers.need(self.tab.cls, record_id).record
        if isinstance(record, (IncidentLog, IncidentReport)):
            return registers.need(Incident, record.incident_id).record
        return record if isinstance(record, Incident) else None

    # --- verbs -------------------------------------------------------------------------------
    def write_step(self) -> None:
        """Write down how the marked incident went on."""
        one = self.marked()
        if one is not None:
            step = IncidentLog(
                contract_id=one.contract_id, incident_id=one.id, at=_now(self.desk.ledger),
                kind=IncidentLogKind.MEASURE, by_person_id=self.desk.ledger.user.person_id,
            )  # fmt: skip
            self._enter(IncidentLog, step)

    def note_report(self) -> None:
        """Note that somebody was told of the marked incident."""
        one = self.marked()
        if one is not None:
            told = any(report.tells_client for report in reports_of(self.desk.ledger, one.id))
            first = IncidentReport(
                contract_id=one.contract_id, incident_id=one.id,
                reported_at=_now(self.desk.ledger), kind=IncidentReportKind.FIRST,
                means=CommunicationMeans.TELEPHONE, reported_by=self.desk.ledger.user.person_id,
            )  # fmt: skip
            later = replace(
                first, kind=IncidentReportKind.FOLLOW_UP, means=CommunicationMeans.WRITTEN
            )
            self._enter(IncidentReport, later if told else first)

    def make_paper(self) -> None:
        """Make the report in writing (D-20)."""
        one = self.marked()
        if one is not None:
            about = (one.id,)  # with several, another one would easily be reported instead
            PaperDialog(self.desk, one.contract_id, self, kind=REPORT, about=about).open()

    def _enter(self, cls: type[Record], start: Record) -> None:
        dialog = FormDialog(self.desk, cls, start=start, parent=self)
        self.tab.keep(dialog)

    def _make_verbs(self) -> list[QAction]:
        self._log = make_verb(self, self.tr("経過を書く"), self.write_step)
        self._report = make_verb(self, self.tr("報告を記録"), self.note_report)
        self._paper = make_verb(self, self.tr("報告書を作る"), self.make_paper)
        return [*super()._make_verbs(), self._log, self._report, self._paper]

    def _enable(self) -> None:
        super()._enable()
        one, ledger = self.marked(), self.desk.ledger
        nothing = "" if one is not None else self.tr(CHOOSE)
        unbound = self.tr(NO_CONTRACT) if one is not None and not one.contract_id else ""
        permitted.offer(self._log, permitted.why_not_write(ledger, IncidentLog) or nothing)
        permitted.offer(self._report, permitted.why_not_write(ledger, IncidentReport) or nothing)
        permitted.offer(self._paper, permitted.why_not(ledger, "seal") or nothing or unbound)

    # --- the story ---------------------------------------------------------------------------
    def _turned(self, number: int) -> None:
        super()._turned(number)
        self._tell()

    def _tell(self) -> None:
        """Say what is to be done about the marked incident, and what was."""
        one = self.marked()
        self._below.setVisible(one is not None)  # an empty list needs the room on a small screen
        if one is None:
            return
        if not self._parts.sizes()[1]:  # what was hidden comes back with no height
            self._parts.setSizes([max(self._parts.height() - STORY, STORY), STORY])
        words, late = next_words(self.desk.ledger, one)
        layout.say(self.next, f"{one.caption()}　{words}", "problem" if late else "muted")
        self.story.show_lines(list(story_of(self.desk.ledger, one)))

    def _lay_out(self) -> None:
        """Put the story under the registers; it can be dragged larger."""
        self._below = QWidget()
        column = QVBoxLayout(self._below)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.next)
        column.addWidget(self.story, 1)
        whole = self.layout()
        assert isinstance(whole, QVBoxLayout)
        first = whole.takeAt(0)
        whole.insertLayout(0, self._top(first.widget() if first is not None else None))
        whole.removeWidget(self.book)
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._parts.addWidget(self.book)
        self._parts.addWidget(self._below)
        self._parts.setStretchFactor(0, 1)
        self._parts.setChildrenCollapsible(False)
        whole.addWidget(self._parts, 1)

    def _top(self, heading: QWidget | None) -> QHBoxLayout:
        """Put what is not done daily beside the title: below, a small screen has one row of verbs."""
        row = QHBoxLayout()
        if heading is not None:
            row.addWidget(heading)
        row.addStretch(1)
        for verb in self._verbs[4:7]:
            button = QToolButton()
            button.setDefaultAction(verb)
            row.addWidget(button)
        return row


def next_words(ledger: Ledger, one: Incident) -> tuple[str, bool]:
    """Say what is to be done next about an incident and until when; and whether that is over."""
    found = next_due(ledger, one)
    if found is None or found.due_on is None:
        day = format_wareki(one.closed_on) if one.closed_on else ""
        return ENDED.format(day=day), False
    late = state(found, ledger.now()) == "overdue"
    day = format_wareki(found.due_on)
    return NEXT.format(what=found.what, day=day, late=OVERDUE if late else ""), late


def story_of(ledger: Ledger, one: Incident) -> Iterator[Line]:
    """Yield what happened about an incident and who was told, the earliest first."""
    found: list[tuple[datetime, Line]] = []
    for step in (stored.record for stored in ledger.registers.all(IncidentLog, incident_id=one.id)):
        assert step.at is not None and step.kind is not None
        found.append((step.at, _line(ledger, step, step.at, step.kind.label, step.text)))
    for told in reports_of(ledger, one.id):
        assert told.reported_at is not None and told.kind is not None and told.means is not None
        what = f"{told.recipient}（{told.means.label}）{told.text}"
        found.append(
            (told.reported_at, _line(ledger, told, told.reported_at, told.kind.label, what))
        )
    yield from (line for _, line in sorted(found, key=lambda pair: pair[0]))


def _line(
    ledger: Ledger, step: IncidentLog | IncidentReport, at: datetime, kind: str, what: str
) -> Line:
    person = step.by_person_id if isinstance(step, IncidentLog) else step.reported_by
    name = ledger.registers.caption(Person.type, person)
    return Line((Moment().format(at), kind, what, name), type=step.type, id=step.id)


def _now(ledger: Ledger) -> datetime:
    return ledger.now().replace(second=0, microsecond=0)
