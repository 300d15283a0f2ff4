"""A recovery sheet on the screen: read it, print it, save it, and type it back once."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from models.errors import AzukariError
from ui.layout import button, note
from ui.operations import Operations
from ui.recovery_sheet import print_sheet, save_sheet
from ui.sheet_edit import SheetEdit
from ui.theme import SHEET_FAMILY, load_sheet_font

PDF = "PDF (*.pdf)"


class SheetPanel(QWidget):
    """Shows a sheet until it was typed back.

    Args:
        facts: returns the organisation's name and the day for the printed sheet.
    """

    def __init__(
        self,
        operations: Operations,
        facts: Callable[[], tuple[str, date]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        load_sheet_font()
        self._operations = operations
        self._facts = facts
        self.text = QLabel("")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAccessibleName(self.tr("回復シートの文字"))
        self.text.setStyleSheet(
            f"font-family: '{SHEET_FAMILY}'; font-size: 15pt; background: white;"
            "border: 1px solid #c3cad2; padding: 10px;"
        )
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.typed = SheetEdit()
        self.typed.setAccessibleName(self.tr("回復シートの書き写し"))
        acts = QHBoxLayout()
        acts.addWidget(button(self.tr("印刷する"), self._print))
        acts.addWidget(button(self.tr("PDFに保存する"), self._save))
        acts.addStretch()
        advice = self.tr(
            "印刷した用紙（または書き写した紙）を見ながら、4行とも入力してください。"
            "空白は入れなくてもかまいません。"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        column.addLayout(acts)
        column.addWidget(note(advice))
        column.addWidget(self.typed)

    def show_sheet(self, text: str) -> None:
        """Show another sheet."""
        self.text.setText(text)
        self.typed.clear()

    def forget(self) -> None:
        """Take the sheet off the screen and out of the fields."""
        self.show_sheet("")

    def _print(self) -> None:
        try:
            print_sheet(self.text.text(), *self._facts(), self)
        except AzukariError as error:
            self._operations.tell(error, self)

    def _save(self) -> None:
        file = self._operations.asker.save_file(
            self, self.tr("回復シートの保存先（USBメモリーなど）"), PDF, self.tr("回復シート.pdf")
        )
        if file is None:
            return
        try:
            save_sheet(file, self.text.text(), *self._facts())
        except AzukariError as error:
            self._operations.tell(error, self)
