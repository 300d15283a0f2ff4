"""点検: the condition of the system, and the record of how it was used."""

from datetime import date
from typing import ClassVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from models.calendar_frame import ACCESS
from ui import icons, permitted
from ui.access_part import AccessPart
from ui.condition_part import ConditionPart
from ui.layout import title
from ui.page import Desk, Page


class OversightPage(Page):
    """Two parts behind tabs; what is not shown is not read."""

    types: ClassVar[frozenset[str]] = frozenset({"backup_run", "system_event", "user_account"})
    help_key: ClassVar[str] = "oversight"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.condition = ConditionPart(desk)
        self.access = AccessPart(desk)
        self.access.opened.connect(desk.go)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.condition, self.tr("システムの状態"))
        self.tabs.addTab(self.access, self.tr("利用の記録"))
        self.tabs.currentChanged.connect(lambda _place: self.refresh())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(title(self.tr("点検")))
        column.addWidget(self.tabs, 1)

    def refresh(self) -> None:
        self.access.contract_id = self.contract_id
        part = self.tabs.currentWidget()
        assert isinstance(part, ConditionPart | AccessPart)
        part.refresh()

    def show_record(self, type_: str, record_id: str) -> None:
        """Show the condition of the system, or a month of the access log."""
        if type_ == ACCESS:
            self._show(self.access)
            self.access.show_month(date.fromisoformat(record_id))
        else:
            self._show(self.condition)

    def has_draft(self) -> bool:
        return self.condition.has_draft() or self.access.has_draft()

    def verbs(self) -> list[QAction]:
        made = []
        for word, name, part, needed in (
            (self.tr("システムの状態"), "verify", self.condition, ""),
            (self.tr("利用の記録"), "view", self.access, "access_log"),
        ):
            action = QAction(icons.icon(name), word, self)
            action.triggered.connect(lambda _checked=False, part=part: self._show(part))
            if needed:
                permitted.offer(action, permitted.why_not(self.desk.ledger, needed))
            made.append(action)
        return made

    def _show(self, part: QWidget) -> None:
        self.tabs.setCurrentWidget(part)
