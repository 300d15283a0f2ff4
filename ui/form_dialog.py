"""The dialog around a record's form: save, keep what was typed, ask before it is lost."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from models.commands import Change
from models.errors import AzukariError
from models.profiles import Profile
from models.records import Record, Stored
from models.registers import MINIMUM_REASON
from ui.answering import Work, enter
from ui.asking import may_drop
from ui.fitting import fit
from ui.form import RecordForm
from ui.keys import EnterMovesOn
from ui.layout import scrolling
from ui.page import Desk
from ui.rule_panel import RulePanel
from ui.words import register_word


class FormDialog(QDialog):
    """Enters a new record or a new version of one.

    Args:
        stored: the record to revise, as the user saw it; None for a new one.
        start: what the fields of a new record show at first.
        profile: whose words are shown; None for those of the record's contract.
    """

    saved = Signal(str)  # id of the record

    def __init__(
        self,
        desk: Desk,
        cls: type[Record],
        *,
        stored: Stored[Record] | None = None,
        start: Record | None = None,
        profile: Profile | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self.stored = stored
        record = stored.record if stored is not None else start
        if stored is not None:
            desk.ledger.access.viewed(stored.record)
        self.form = RecordForm(desk, cls, record, profile)
        self.reason = QLineEdit(self)
        self.reason.setVisible(stored is not None)
        word = register_word(cls, self.form.profile())
        act = self.tr("訂正") if stored is not None else self.tr("新規登録")
        self.setWindowTitle(f"{word}の{act}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self.form.edited.connect(self._edited)
        self._ask_rules()
        self.form.focus_first()

    def save(self) -> None:
        """Enter the record, once for whoever holds the keys down; what was typed stays when that fails."""
        if not self.save_button.isEnabled():
            return  # being saved
        if self.form.show_all_problems():
            self.form.focus_first_problem()
            self._show_focus()
            self._say(self.tr("入力を確かめてください。⚠の付いた項目に理由を示しています。"))
            return
        if self.stored is not None and not self._is_reason_given():
            return
        self._busy(True)
        enter(self.desk, self._work(), done=self._done, failed=self._failed, parent=self)

    def is_dirty(self) -> bool:
        """Tell whether closing now would lose something."""
        return self.form.is_dirty() or bool(self.reason.text().strip())

    def _work(self) -> Work:
        registers = self.desk.ledger.registers
        record = self.form.record()
        if self.stored is None:
            return lambda answers: registers.create(record, answers=answers)
        version = self.stored.meta.row_version
        reason = self.reason.text()
        return lambda answers: registers.revise(
            record, reason, row_version=version, answers=answers
        )

    def _is_reason_given(self) -> bool:
        if not self.form.is_dirty():
            self._say(self.tr("変更がありません。直す項目を入力してください。"))
            return False
        if len(self.reason.text().strip()) < MINIMUM_REASON:
            self._say(
                self.tr("「訂正の理由」を{count}文字以上で入力してください。").format(
                    count=MINIMUM_REASON
                )
            )
            self.reason.setFocus()
            return False
        return True

    def _done(self, change: Change) -> None:
        self.saved.emit(change.ids[0])  # what the rules put beside it comes after
        self.accept()

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        self.save_button.setFocus()  # the fields lost it while they were closed
        self._say(str(error))

    def _show_focus(self) -> None:
        widget = self.form.focusWidget()
        if widget is not None:
            self.area.ensureWidgetVisible(widget, 0, 120)

    def _say(self, sentence: str) -> None:
        self.message.setText(f"⚠ {sentence}")
        self.message.show()

    def _edited(self) -> None:
        self.message.hide()
        self._ask_rules()

    def _ask_rules(self) -> None:
        record, rules = self.form.record(), self.desk.ledger.rules
        before = self.stored.record if self.stored is not None else None
        self.rules.consider(lambda: rules.about_record(record, before))

    def _busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.save_button.setEnabled(not busy)
        self.reason.setEnabled(not busy)
        self.message.hide()

    # --- building ----------------------------------------------------------------------------
    def _build(self) -> None:
        area = scrolling(self.form, sideways=True)  # else a narrow screen cuts the fields
        self.area = area
        self.message = QLabel(self)
        self.message.setProperty("kind", "problem")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        self.rules = RulePanel(self.desk, self)
        column.addWidget(self.rules)
        self.form.missing.setProperty("kind", "care")
        column.addWidget(self.form.missing)
        if self.stored is not None:
            column.addLayout(self._reason_row())
        column.addWidget(self.message)
        column.addWidget(self._buttons())
        hint = self.form.sizeHint()
        fit(self, max(760, hint.width() + 60), min(860, hint.height() + 150))

    def _reason_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        label = QLabel(self.tr("訂正の理由　＊必須"), self)
        label.setBuddy(self.reason)
        self.reason.setAccessibleName(self.tr("訂正の理由"))
        self.reason.setPlaceholderText(self.tr("例 契約変更により終了日を改めるため"))
        EnterMovesOn(self.reason)
        row.addWidget(label)
        row.addWidget(self.reason, 1)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        word = self.tr("訂正する") if self.stored is not None else self.tr("登録する")
        self.save_button = buttons.addButton(word, QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.setToolTip(self.tr("Ctrl+S でも登録できます"))
        buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save)
        return buttons

    # --- Qt ----------------------------------------------------------------------------------
    def reject(self) -> None:
        if self._may_close():
            super().reject()

    def _may_close(self) -> bool:
        if not self.save_button.isEnabled():
            return False  # being saved
        return not self.is_dirty() or may_drop(self.desk.asker, self)
