"""確認待ちの例外: what waits for a second person, as a card on 今日 and a dialog to agree to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from models.commands import Change
from models.errors import AzukariError
from models.ledger import Ledger
from models.records import Person, RuleOverride
from ui import layout
from ui.editor_texts import in_words
from ui.findings import OWN_RULE, sentence_label
from ui.fitting import fit
from ui.page import Desk


@dataclass(frozen=True)
class Waiting:
    """One exception that waits, as it is shown; `why_not` when the user cannot agree to it."""

    id: str
    record: str
    override: RuleOverride
    asker: str
    when: str
    why_not: str


def read_waiting(ledger: Ledger, contract_id: str) -> list[Waiting]:
    """Return what waits, oldest first; runs beside the window."""
    found = []
    for stored in ledger.rules.waiting(contract_id):
        one = stored.record
        asker = ledger.store.get(Person, one.requested_by)
        at = one.at or stored.meta.created_at
        found.append(
            Waiting(
                id=one.id,
                record=ledger.registers.caption(one.record_type, one.record_ref),
                override=one,
                asker=asker.record.name if asker else "",
                when=in_words(at),
                why_not=ledger.rules.why_not_approve(one),
            )
        )
    return found


class WaitingCard(QFrame):
    """Says how many exceptions wait; hidden while none does."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.found: list[Waiting] = []
        self.sentence = layout.note("")
        self.button = layout.button(self.tr("内容を見て確認…"), self.open)
        layout.reminder(self, self.sentence, self.button)

    def refresh(self, contract_id: str) -> None:
        """Read again what waits, of one contract or of all ("")."""
        ledger = self.desk.ledger
        self.desk.operations.ask(
            lambda: read_waiting(ledger, contract_id), self.show_waiting, parent=self
        )

    def show_waiting(self, found: list[Waiting]) -> None:
        """Show how many there are, and how many are for the signed-in user."""
        self.found = found
        mine = sum(not one.why_not for one in found)
        whose = (
            self.tr("このうち{0}件を、あなたが確認できます。").format(mine)
            if mine
            else self.tr("ほかの方がサインインして確認します。")
        )
        words = self.tr("確認待ちの例外　{0}件。").format(len(found)) + whose
        layout.say(self.sentence, f"⚠ {words}", "care")
        self.setVisible(bool(found))

    def open(self) -> None:
        """Show them all."""
        dialog = WaitingDialog(self.desk, self.found, self)
        dialog.open()


class WaitingDialog(QDialog):
    """Shows what happened, which clause, the reason given; the user agrees to what is ticked."""

    def __init__(self, desk: Desk, found: Sequence[Waiting], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("確認待ちの例外"))
        self.desk = desk
        self.ticks: dict[str, QCheckBox] = {}
        self._build(found)
        fit(self, 760, self.inner.sizeHint().height() + 210)

    def approve(self) -> None:
        """Agree to what is ticked, in the name of the signed-in user."""
        chosen = [one for one, tick in self.ticks.items() if tick.isChecked()]
        if not chosen:
            layout.say(
                self.message, self.tr("認める例外に印を付けてください（スペースキー）。"), "problem"
            )
            return
        self.agree.setEnabled(False)
        rules = self.desk.ledger.rules
        self.desk.operations.run(
            lambda: rules.approve(chosen), done=self._done, failed=self._failed, parent=self
        )

    # --- building ----------------------------------------------------------------------------
    def _build(self, found: Sequence[Waiting]) -> None:
        self.inner = QWidget()
        rows = QVBoxLayout(self.inner)
        rows.setContentsMargins(2, 2, 10, 2)
        rows.setSpacing(10)
        for one in found:
            rows.addWidget(self._row(one))
        rows.addStretch(1)
        area = layout.scrolling(self.inner, self.windowTitle())
        self.message = layout.note("")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(layout.title(self.windowTitle()))
        column.addWidget(
            layout.note(
                self.tr(
                    "内容と理由を読み、認めるものに印を付けてください。確認した方の名前と日時が"
                    "署名とともに残ります。認められないときは、取扱記録の訂正を求めるか、"
                    "指摘・是正に残してください。"
                )
            )
        )
        column.addWidget(area, 1)
        column.addWidget(self.message)
        column.addLayout(self._buttons())

    def _row(self, one: Waiting) -> QFrame:
        tick = QCheckBox(f"{one.record}　{one.override.rule_id}")
        tick.setEnabled(not one.why_not)
        frame, column = layout.card(tick)
        if not one.why_not:
            self.ticks[one.id] = tick
        column.addWidget(sentence_label(one.override.message))
        basis = one.override.clauses or OWN_RULE
        column.addWidget(layout.note(self.tr("根拠：{0}").format(basis)))
        reason = self.tr("理由：{0}").format(one.override.reason)
        column.addWidget(sentence_label(reason))
        column.addWidget(layout.note(self.tr("求めた人：{0}　{1}").format(one.asker, one.when)))
        if one.why_not:
            column.addWidget(layout.note(one.why_not))
        return frame

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.agree = layout.button(self.tr("印を付けた例外を認める"), self.approve, primary=True)
        self.agree.setEnabled(bool(self.ticks))
        row.addWidget(self.agree)
        row.addWidget(layout.button(self.tr("閉じる"), self.reject))
        return row

    # --- acting ------------------------------------------------------------------------------
    def _done(self, _change: Change) -> None:
        self.accept()

    def _failed(self, error: AzukariError) -> None:
        self.agree.setEnabled(True)
        layout.say(self.message, f"⚠ {error}", "problem")
