"""回復シートの作り直し: the new sheet is on paper and typed back before the old one is worth nothing."""

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from models.errors import AzukariError, NotEnteredYet
from models.safe import NewSheet
from ui.asking import dialog_buttons
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, form, heading, note, say, scrolling
from ui.page import Desk
from ui.recover import WRONG_SHEET
from ui.sheet_panel import SheetPanel
from ui.sheet_words import REPLACED

ADVICE = (
    "回復シートをなくしたとき、人に見られたとき、控えていないときに作り直します。下の新しいシートを印刷"
    "するか書き写し、その紙を見ながら入力してください。「替える」を押すまでは、前の回復シートが有効です。"
)


class NewSheetDialog(QDialog):
    """Shows a drawn sheet; it comes into force once it was typed back and a reason given."""

    def __init__(
        self, desk: Desk, sheet: NewSheet, organization: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self._sheet = sheet
        today = desk.ledger.today()
        self.setWindowTitle(self.tr("回復シートの作り直し"))
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        EnterMovesOn(self.reason)
        self.panel = SheetPanel(desk.operations, lambda: (organization, today))
        self.panel.show_sheet(sheet.text)
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("替える"))
        rows = form()
        add_row(rows, self.tr("理由"), self.reason)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(note(self.tr(ADVICE)))
        column.addLayout(rows)
        column.addWidget(self.panel)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(heading(self.windowTitle()))
        outer.addWidget(scrolling(whole), 1)
        outer.addWidget(self.message)
        outer.addWidget(self.buttons)
        align(self)
        fit(self, 820, 560)

    def _problem(self) -> str:
        if not self.reason.text().strip():
            return self.tr("「理由」を入力してください。")
        return "" if self._sheet.is_right(self.panel.typed.toPlainText()) else self.tr(WRONG_SHEET)

    def _done(self, _text: str) -> None:
        self.panel.forget()
        super().accept()
        self.desk.asker.tell(None, self.tr(REPLACED))

    def _failed(self, error: AzukariError) -> None:
        if isinstance(error, NotEnteredYet):  # the sheet is in force
            self.panel.forget()
            super().accept()
            self.desk.asker.tell(None, str(error))
            return
        self.buttons.setEnabled(True)
        say(self.message, str(error), "problem")

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Put the sheet in force."""
        problem = self._problem()
        say(self.message, problem, "problem")
        if problem:
            return
        self.buttons.setEnabled(False)
        people, sheet, reason = self.desk.ledger.people, self._sheet, self.reason.text().strip()
        self.desk.operations.ask(
            lambda: people.replace_sheet(reason, sheet),
            self._done,
            failed=self._failed,
            parent=self,
        )

    def reject(self) -> None:
        """Leave; the sheet that was shown opens nothing."""
        if self.buttons.isEnabled():
            self.panel.forget()
            super().reject()
