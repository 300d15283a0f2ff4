"""A card on 今日 that leads to the first receipt, one step after the other."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from models.records import BY_TYPE, Contract, HandlingEvent
from ui import layout, permitted
from ui.first_steps import Beginning, Step
from ui.page import Desk


class BeginningCard(QFrame):
    """Says what comes first; hidden when the contract has begun.

    Args:
        receive: records the first receipt.
    """

    def __init__(
        self, desk: Desk, receive: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._desk = desk
        self._receive = receive
        self._next: Step | None = None
        self.head = layout.heading("")
        self.head.setWordWrap(True)
        self.button = layout.button("", self._go, primary=True)
        self.why_not = layout.note("")
        self.lines: list[QLabel] = []
        self._cells: list[QLabel] = []
        self._list = QGridLayout()
        self._list.setHorizontalSpacing(10)
        self._list.setVerticalSpacing(4)
        self._list.setColumnStretch(2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 10)
        column.addWidget(self.head)
        column.addLayout(self._list)
        column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.why_not)
        self.hide()

    def text(self) -> str:
        """Return all that it says."""
        return "\n".join((self.head.text(), *(line.text() for line in self.lines)))

    def show_no_contract(self) -> None:
        """Lead to the first contract."""
        self.head.setText(
            self.tr(
                "はじめに、「契約・組織」で契約を登録してください。"
                "次に従事者と場所を登録すると、媒体・資料を受け取る準備が整います。"
            )
        )
        self._show_lines(())
        self._next = Step("", False, Contract.type, self.tr("「契約・組織」を開く"))
        self._offer("")

    def show_beginning(self, beginning: Beginning | None, why_not_act: str) -> None:
        """Show the steps, or nothing when the contract has begun.

        Args:
            why_not_act: why the signed-in user may enter no act.
        """
        self.setVisible(beginning is not None)
        if beginning is None:
            return
        self.head.setText(
            self.tr("最初の受領までにすること　{0}").format(layout.breakable(beginning.contract))
        )
        self._show_lines(beginning.steps)
        self._next = beginning.next
        acts = self._next.type == HandlingEvent.type
        cls = BY_TYPE[self._next.type]
        self._offer(why_not_act if acts else permitted.why_not_write(self._desk.ledger, cls))

    def _offer(self, why_not: str) -> None:
        assert self._next is not None
        self.button.setText(self._next.open)
        self.button.setEnabled(not why_not)
        layout.say(self.why_not, why_not)
        self.show()

    def _show_lines(self, steps: Sequence[Step]) -> None:
        for old in self._cells:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells, self.lines = [], []
        first = next((one for one in steps if not one.done), None)
        for row, one in enumerate(steps):
            mark = self.tr("✓ 済") if one.done else self.tr("▶ 次") if one is first else ""
            kind = "good" if one.done else "care" if one is first else "muted"
            self.lines.append(self._add_line(row, mark, one.words, kind))

    def _add_line(self, row: int, mark: str, words: str, kind: str) -> QLabel:
        for column, text in enumerate((str(row + 1), mark, words)):
            cell = QLabel()
            cell.setWordWrap(text == words)
            layout.say(cell, text, kind)
            self._list.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
            self._cells.append(cell)
        return cell

    def _go(self) -> None:
        if self._next is None:
            return
        if self._next.type == HandlingEvent.type:
            self._receive()
        else:
            self._desk.go(self._next.type, "")
