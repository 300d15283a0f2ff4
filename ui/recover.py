"""A forgotten password: the recovery sheet opens the ledger, and a new sheet takes its place."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.errors import AzukariError
from models.ledger import Ledger
from models.office import Office
from models.records import Organization
from ui.asking import dialog_buttons
from ui.fitting import fit
from ui.keys import EnterMovesOn
from ui.layout import add_row, align, form, heading, note, say, scrolling
from ui.new_password import NewPassword
from ui.operations import Operations
from ui.sheet_edit import SheetEdit
from ui.sheet_panel import SheetPanel
from ui.sheet_words import USED

WRONG_SHEET = "新しい回復シートの文字が違います。用紙と見比べて、行ごとに確かめてください。"


class RecoverDialog(QDialog):
    """First the old sheet and a new password, then the new sheet.

    Attributes:
        recovered: emitted with the open `Ledger` and its folder.
    """

    recovered = Signal(object, object)

    def __init__(
        self, office: Office, operations: Operations, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._operations = operations
        self._folder = folder
        self._ledger: Ledger | None = None
        self._organization = ""
        self.setWindowTitle(self.tr("回復シートで開く"))
        fit(self, 820, 620)
        self._build()

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.stack = QStackedWidget()
        self.stack.addWidget(scrolling(self._first()))
        self.panel = SheetPanel(
            self._operations, lambda: (self._organization, self._office.clock().date())
        )
        second = QWidget()
        column = QVBoxLayout(second)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(note(self.tr(USED)))
        column.addWidget(self.panel)
        column.addStretch()
        self.stack.addWidget(scrolling(second))
        self.message = note("")
        self.buttons = dialog_buttons(self, self.tr("次へ"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        self.heading = heading(f"{self._folder.name}　{self.windowTitle()}")
        outer.addWidget(self.heading)
        outer.addWidget(self.stack, 1)
        outer.addWidget(self.message)
        outer.addWidget(self.buttons)
        align(self)

    def _first(self) -> QWidget:
        first = QWidget()
        self.sheet = SheetEdit()
        self.login = QLineEdit()
        EnterMovesOn(self.login)
        self.password = NewPassword(
            self._operations, lambda: (self.login.text(),), self.tr("新しいパスワード")
        )
        rows = form()
        add_row(rows, self.tr("回復シートの文字"), self.sheet)
        add_row(rows, self.tr("責任者の利用者名"), self.login)
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        advice = self.tr(
            "封をした回復シートの4行を入力してください。責任者のパスワードを新しく決めます。"
            "従事者のパスワードは、回復シートではなく、システム管理者（いなければ責任者）が「設定・利用者」で再発行します。"
        )
        column.addWidget(note(advice))
        column.addLayout(rows)
        column.addWidget(self.password)
        column.addStretch()
        return first

    # --- what happens ----------------------------------------
    def _recover(self) -> None:
        problem = self.password.problem()
        if self.sheet.is_empty() or not self.login.text().strip():
            problem = self.tr("回復シートの文字と、責任者の利用者名を入力してください。")
        say(self.message, problem, "problem")
        if problem:
            return
        sheet, login = self.sheet.toPlainText(), self.login.text().strip()
        password = self.password.first.text()
        self.buttons.setEnabled(False)
        self._operations.ask(
            lambda: self._work(sheet, login, password),
            self.show_new_sheet,
            failed=self._failed,
            parent=self,
        )

    def _work(self, sheet: str, login: str, password: str) -> tuple[Ledger, str]:
        return self._office.recover(self._folder, sheet, login, password)

    def show_new_sheet(self, found: tuple[Ledger, str]) -> None:
        """Go on with an open ledger and the sheet that replaces the used one."""
        self._ledger, fresh = found
        contractor = self._ledger.registers.one(Organization)  # the first one keeps the ledger
        self._organization = contractor.record.name if contractor else ""
        self.heading.setText(f"{self._folder.name}　{self.tr('新しい回復シート')}")
        self.sheet.clear()
        self.password.clear()
        self.buttons.setEnabled(True)
        self.panel.show_sheet(fresh)
        self.stack.setCurrentIndex(1)
        self.panel.typed.setFocus()

    def _check_new_sheet(self) -> None:
        ledger, typed = self._ledger, self.panel.typed.toPlainText()
        assert ledger is not None

        def checked(right: bool) -> None:
            say(self.message, "" if right else WRONG_SHEET, "problem")
            if right:
                self._ledger = None
                self.panel.forget()
                super(RecoverDialog, self).accept()
                self.recovered.emit(ledger, self._folder)

        self._operations.ask(
            lambda: self._office.sheet_is_right(ledger, typed), checked, parent=self
        )

    def _failed(self, error: AzukariError) -> None:
        self.buttons.setEnabled(True)
        say(self.message, str(error), "problem")

    # --- Qt ----------------------------------------
    def accept(self) -> None:
        """Go on: recover, then check the new sheet."""
        if self._ledger is None:
            self._recover()
        else:
            self._check_new_sheet()

    def reject(self) -> None:
        """Leave; once the new sheet is shown it is the only one, so leaving it is asked about."""
        if self._ledger is not None:
            question = self.tr(
                "新しい回復シートを控えずに閉じると、次にパスワードを忘れたときに開けません。閉じますか。"
            )
            if not self._operations.asker.confirm(
                self, question, yes=self.tr("閉じる"), no=self.tr("控える")
            ):
                return
            ledger, self._ledger = self._ledger, None
            self._operations.ask(ledger.close, lambda _: None)
        self.panel.forget()
        super().reject()
