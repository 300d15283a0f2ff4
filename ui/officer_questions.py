"""The card of 今日 with the four things an officer asks first, for the chosen contract or all."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from models.evidence import STATES
from models.evidence_rows import WORST
from models.ledger import Ledger
from models.officer import Answered, officer_questions
from ui import layout, permitted
from ui.page import Desk
from ui.state_table import Line, StateTable

ROWS = 8  # before the card scrolls


class OfficerQuestions(QFrame):
    """Questions, states and sentences; Enter opens the record to begin with."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._desk = desk
        self.table = StateTable(
            self.tr("検査でまず聞かれること"),
            [self.tr(word) for word in ("問い", "状態", "内容", "契約")],
            wide=(2,), told=1, caps={0: 20},
        )  # fmt: skip
        self.table.opened.connect(desk.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(layout.heading(self.tr("検査でまず聞かれること")))
        column.addWidget(self.table)

    def refresh(self, contract_id: str) -> None:
        """Read the answers again; who may not look at evidence does not see the card."""
        ledger = self._desk.ledger
        if permitted.why_not(ledger, "evidence"):
            self.hide()
            return
        self._desk.operations.ask(
            lambda: read_answers(ledger, contract_id), self.show_answers, parent=self
        )

    def show_answers(self, found: list[tuple[str, Answered]]) -> None:
        """Show the answers, each with the number of its contract."""
        self.setVisible(bool(found))
        self.table.setColumnHidden(3, len({number for number, _ in found}) < 2)
        self.table.show_lines(
            [
                Line(
                    (one.question, STATES[one.state], one.sentence, number),
                    one.state, one.type, one.id, one.sentence,
                )
                for number, one in found
            ]
        )  # fmt: skip
        line = self.table.verticalHeader().defaultSectionSize()
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + min(len(found), ROWS) * line + 4)


def read_answers(ledger: Ledger, contract_id: str) -> list[tuple[str, Answered]]:
    """Read the answers of one contract, or of all (""), the worst contract first."""
    found = []
    for stored in ledger.contracts():
        if contract_id in ("", stored.record.id):
            answers = officer_questions(ledger, stored.record)
            worst = max((WORST.index(a.state) for a in answers if a.state in WORST), default=-1)
            found.append((worst, stored.record.contract_no, answers))
    found.sort(key=lambda one: -one[0])
    return [(number, one) for _, number, answers in found for one in answers]
