"""What the rules say to a draft, live: the user learns of a rule while planning, not after saving.

The rules are asked in the worker, a moment after the last key; an answer that came too late for
what stands in the form now is not shown.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from models.errors import AzukariError
from models.rules.engine import Finding
from ui import layout
from ui.findings import group_widgets, grouped
from ui.fitting import ROOM
from ui.page import Desk

PAUSE_MS = 350  # after the last key
SHARE = 0.3  # of the dialog's height; more findings scroll, the fields come first
LEAST = 64  # pixels

Examine = Callable[[], Sequence[Finding]]


class RulePanel(QFrame):
    """Shows findings about a draft; hidden while there are none."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.findings: tuple[Finding, ...] = ()
        self._examine: Examine | None = None
        self._asked = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.setProperty("kind", "card")
        self._build()
        self.hide()

    def consider(self, examine: Examine) -> None:
        """Ask about the draft as it stands now, as soon as nobody types.

        Args:
            examine: asks the rules; called in the worker, so it must not look at widgets.
        """
        if self.desk.ledger.rules.on:
            self._examine = examine
            self._pause.start()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show findings instead of those before."""
        if tuple(findings) == self.findings:
            return
        self.findings = tuple(findings)
        while (entry := self._column.takeAt(0)) is not None:
            if (old := entry.widget()) is not None:
                old.hide()
                old.deleteLater()
        for mark, found in grouped(findings):
            for widget in group_widgets(mark, found):
                self._column.addWidget(widget)
        appears = bool(findings) and self.isHidden()
        self.setVisible(bool(findings))
        self._fit()
        if appears:
            self._make_room()

    def _ask(self) -> None:
        examine = self._examine
        if examine is None:
            return
        self._asked += 1
        number = self._asked

        def show(findings: Sequence[Finding]) -> None:
            if number == self._asked:
                self.show_findings(findings)

        self.desk.operations.ask(examine, show, failed=_ignore, parent=self, quiet=True)

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        self._content = QWidget()
        self._content.setObjectName("findings")
        self._content.setStyleSheet("QWidget#findings { background: transparent; }")
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(4)
        self.area = layout.scrolling(self._content, self.tr("規則の確認"))
        self.area.setStyleSheet("QScrollArea { background: transparent; }")
        self.area.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.addWidget(self.area)

    def _fit(self) -> None:
        """Take as much height as the sentences need in this width, up to the limit."""
        needed = self._column.heightForWidth(self.area.viewport().width())
        most = max(LEAST, int(self.window().height() * SHARE))
        self.area.setFixedHeight(min(max(needed, 0) + 2, most))

    def _make_room(self) -> None:
        """Let the dialog grow by the panel, so that its fields keep their place."""
        window = self.window()
        room = int(window.screen().availableGeometry().height() * ROOM)
        wanted = min(window.height() + self.sizeHint().height(), room)
        if not window.isMaximized():
            window.resize(window.width(), max(window.height(), wanted))

    # --- Qt ----------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False


def _ignore(_error: AzukariError) -> None:
    """Leave the panel as it is; the same error is told when the draft is saved."""
