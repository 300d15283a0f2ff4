"""システムの状態: what is well, what needs care and what to do, and that somebody looked."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from models.blocking import Answer
from models.condition import WORDS, Condition, State, record_check
from ui import layout, permitted
from ui.condition_facts import read_conditions
from ui.editor_base import row_of
from ui.page import Desk
from ui.state_table import Line, StateTable

MARKS = {State.GOOD: "done", State.CARE: "action", State.BAD: "broken", State.UNKNOWN: "unknown"}


class ConditionPart(QWidget):
    """One line for each thing that is watched."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.conditions: Sequence[Condition] = ()
        self._build()

    def refresh(self) -> None:
        """Look at everything again."""
        ledger = self.desk.ledger
        self.desk.operations.ask(lambda: read_conditions(ledger), self.show_conditions, parent=self)

    def has_draft(self) -> bool:
        return bool(self.finding.text().strip())

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self.table.show_lines(
            [
                Line((one.topic, WORDS[one.state], one.sentence, one.to_do), MARKS[one.state])
                for one in conditions
            ]
        )
        layout.say(self.summary, *_summary(conditions))
        self.unblock.setVisible(bool(self.desk.ledger.blocking.found))

    def resolve(self) -> None:
        """Ask what became of the program that blocks the terminal, and enter it."""
        desk = self.desk
        title = self.tr("使ってはならないプログラムの解決")
        question = "\n".join([*desk.ledger.blocking.found, self.tr("どうしましたか。")])
        answers = {one.label: one for one in Answer}
        chosen = desk.asker.choice(self, title, question, list(answers))
        if chosen not in answers:
            return
        reason = desk.asker.line(self, title, self.tr("確かめたことと理由（記帳されます）"))
        if reason is not None:
            desk.operations.run(
                lambda: desk.ledger.blocking.resolve(answers[chosen], reason),
                done=lambda _: self.refresh(), parent=self,
            )  # fmt: skip

    def record(self) -> None:
        """Enter how everything stands, with what the person who looks says to it."""
        ledger, shown, finding = self.desk.ledger, self.conditions, self.finding.text()

        def done(_: object) -> None:
            self.finding.clear()
            layout.say(self.summary, self.tr("点検の結果を記帳しました。"), "good")

        self.desk.operations.run(
            lambda: record_check(ledger, shown, finding), done=done, parent=self
        )

    def _build(self) -> None:
        heads = (self.tr("項目"), self.tr("状態"), self.tr("今の様子"), self.tr("すること"))
        self.table = StateTable(self.tr("システムの状態"), heads, wide=(2, 3), told=1, most_lines=4)
        self.summary = layout.note("")
        self.finding = QLineEdit()
        self.finding.setPlaceholderText(
            self.tr("所見（例　対策ソフトの定義は本日の日付。異常なし）")
        )
        self.finding.setAccessibleName(self.tr("所見"))
        self.button = layout.button(self.tr("点検の結果を記帳"), self.record, primary=True)
        why_not = permitted.why_not(self.desk.ledger, "condition")
        for widget in (self.finding, self.button):
            widget.setEnabled(not why_not)
            widget.setToolTip(why_not)
        again = layout.button(self.tr("もう一度調べる"), self.refresh)
        foot = row_of()
        self.unblock = layout.button(self.tr("解決の記帳…"), self.resolve)
        may_not = permitted.why_not(self.desk.ledger, "unblock")
        self.unblock.setEnabled(not may_not)
        self.unblock.setToolTip(may_not)
        self.unblock.hide()
        foot.addWidget(self.unblock)
        foot.addWidget(self.finding, 1)
        foot.addWidget(self.button)
        foot.addWidget(again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        column.addLayout(foot)


def _summary(conditions: Sequence[Condition]) -> tuple[str, str]:
    bad = sum(one.state is State.BAD for one in conditions)
    care = sum(one.state in (State.CARE, State.UNKNOWN) for one in conditions)
    if bad:
        return f"すぐに対処することが{bad}件、注意・確認することが{care}件あります。", "problem"
    if care:
        return f"注意・確認することが{care}件あります。", "care"
    return "すべて良好です。", "good"
