"""The first hour: from nothing to an open ledger with its first contract.

The ledger is made when the recovery sheet is to be shown, because the sheet belongs to it. Until
the last step nothing is acknowledged: going back and changing anything throws that ledger away and
makes another (with another sheet), and cancelling leaves no folder behind.
"""

import shutil
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.errors import AzukariError, NetworkPlace, UnregisteredMedium
from models.ledger import Ledger
from models.office import Office
from models.records import Contract, Organization
from ui import ledger_settings as settings
from ui.fitting import fit
from ui.layout import button, note, say
from ui.operations import Operations
from ui.wizard_steps import (
    BackupStep,
    ContractStep,
    DoneStep,
    FolderStep,
    OrganizationStep,
    PasswordStep,
    PersonStep,
    SheetStep,
    Step,
    opening,
    scrolled,
    values,
)

WRONG_SHEET = "回復シートの文字が違います。用紙と見比べて、行ごとに確かめてください。"
NO_JOURNAL = "更新ジャーナルは、まだ始めていません。{0}"
NEW_SHEET = "入力を変えたため、回復シートも新しくなりました。前に印刷した用紙は捨ててください。"


class Wizard(QDialog):
    """Leads through the steps.

    Attributes:
        finished_with: emitted with the open `Ledger` and its folder.
    """

    finished_with = Signal(object, object)

    def __init__(
        self, office: Office, operations: Operations, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._operations = operations
        self._ledger: Ledger | None = None
        self._made_from: tuple[object, ...] = ()
        self._skipped = False
        self.setWindowTitle(self.tr("新しい台帳"))
        fit(self, 860, 660)
        self._make_steps()
        self._build()
        self._show(0)

    # --- building ----------------------------------------
    def _make_steps(self) -> None:
        asker = self._operations.asker
        self.place = FolderStep(asker)
        self.organization = OrganizationStep()
        self.person = PersonStep()
        self.password = PasswordStep(self._operations)
        self.sheet = SheetStep(
            self._operations,
            lambda: (self.organization.name.text(), self._office.clock().date()),
        )
        self.contract = ContractStep(self._office.profiles, lambda: self._office.clock().date())
        self.backup = BackupStep(asker)
        self.done_step = DoneStep()
        self.steps: tuple[Step, ...] = (
            self.place, self.organization, self.person, self.password, self.sheet,
            self.contract, self.backup, self.done_step,
        )  # fmt: skip

    def _build(self) -> None:
        self._stack = QStackedWidget()
        self._marks: list[QLabel] = []
        side = QFrame()
        side.setObjectName("navigation")
        side.setFixedWidth(210)
        list_ = QVBoxLayout(side)
        list_.setContentsMargins(16, 20, 8, 12)
        list_.setSpacing(10)
        for number, step in enumerate(self.steps, 1):
            mark = QLabel(f"{number}　{step.word}")
            self._marks.append(mark)
            list_.addWidget(mark)
            self._stack.addWidget(scrolled(step))
        list_.addStretch()
        self.message = note("")
        self.back = button(self.tr("戻る"), self.go_back)
        self.skip = button(self.tr("あとで登録する"), self._skip)
        self.next = button(self.tr("次へ"), self.go_on, primary=True)
        self.next.setDefault(False)
        row = QHBoxLayout()
        row.addStretch()
        for made in (self.skip, self.back, self.next, button(self.tr("やめる"), self.reject)):
            row.addWidget(made)
        right = QVBoxLayout()
        right.setContentsMargins(20, 16, 20, 14)
        right.addWidget(self._stack, 1)
        right.addWidget(self.message)
        right.addLayout(row)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(side)
        outer.addLayout(right, 1)

    # --- going on and back ----------------------------------------
    def number(self) -> int:
        return self._stack.currentIndex()

    def go_on(self) -> None:
        """Check the step and go to the next one."""
        step = self.steps[self.number()]
        problem = step.problem()
        say(self.message, problem, "problem")
        if problem:
            return
        if step is self.password:
            self._make_ledger()
        elif step is self.sheet:
            self._check_sheet()
        elif step is self.done_step:
            self._finish()
        else:
            self._show(self.number() + 1)

    def go_back(self) -> None:
        say(self.message, "")
        self._show(max(0, self.number() - 1))

    def _skip(self) -> None:
        """Leave the first contract for later."""
        self._skipped = True
        say(self.message, "")
        self._show(self.number() + 1)

    def _show(self, number: int) -> None:
        step = self.steps[number]
        if step is self.contract:
            self._skipped = False
        self._stack.setCurrentIndex(number)
        for place, mark in enumerate(self._marks):
            font = mark.font()
            font.setBold(place == number)
            mark.setFont(font)
            done = "✓" if place < number else str(place + 1)
            mark.setText(f"{done}　{self.steps[place].word}")
        self.back.setEnabled(number > 0)
        self.skip.setVisible(step is self.contract)
        last = step is self.done_step
        self.next.setText(self.tr("台帳を開く") if last else self.tr("次へ"))
        if step is self.password:
            self.password.own = (self.organization.name.text(), self.person.name.text())
        step.entered()

    # --- the ledger ----------------------------------------
    def _entered_so_far(self) -> tuple[object, ...]:
        steps = (self.place, self.organization, self.person, self.password)
        return tuple(values(step) for step in steps)

    def _make_ledger(self) -> None:
        """Make the ledger, unless one was made from exactly these entries."""
        now = self._entered_so_far()
        if self._ledger is not None and now == self._made_from:
            self._show(self.number() + 1)
            return
        again = self._ledger is not None
        self._throw_away()
        folder = self.place.folder()
        books = opening(self.organization, self.person, self.password)
        password = self.password.password.first.text()
        self._wait(True)
        self._operations.ask(
            lambda: self._office.create(folder, books, password),
            lambda made: self._made(made, now, again),
            failed=self._failed,
            parent=self,
        )

    def _made(self, made: tuple[Ledger, str], now: tuple[object, ...], again: bool) -> None:
        self._wait(False)
        self._ledger, text = made
        self._made_from = now
        self.place.made = self.place.folder()
        self.sheet.panel.show_sheet(text)
        self._show(self.number() + 1)
        say(self.message, NEW_SHEET if again else "", "care")

    def _check_sheet(self) -> None:
        ledger, typed = self._ledger, self.sheet.typed.toPlainText()
        assert ledger is not None

        def checked(right: bool) -> None:
            say(self.message, "" if right else WRONG_SHEET, "problem")
            if right:
                self._show(self.number() + 1)

        self._operations.ask(
            lambda: self._office.sheet_is_right(ledger, typed), checked, parent=self
        )

    def _finish(self) -> None:
        """Write contract and settings, forget the secrets, hand the open ledger over."""
        ledger = self._ledger
        assert ledger is not None
        folder, journal = self.backup.folder.text().strip(), self.backup.journal.text().strip()
        typed: tuple[Organization, Contract] | None = None
        if not self._skipped:
            try:
                typed = self.contract.records(ledger.new_id(), "-")
            except AzukariError as error:
                self._failed(error)
                return

        def work() -> None:
            if folder:
                settings.change_setting(ledger, settings.BACKUP_FOLDER, folder)
            if journal and ledger.journal.status().folder is None:
                _start_journal(ledger, Path(journal))
            if typed is not None:
                client, contract = typed
                contractor = ledger.registers.all(Organization)[0].record
                ours = contract.with_changes(contractor_org_id=contractor.id)
                ledger.registers.create_all((client, ours))

        self._wait(True)
        self._operations.ask(work, self._handed_over, failed=self._failed, parent=self)

    def _handed_over(self, _: None) -> None:
        ledger, self._ledger = self._ledger, None
        self.password.password.clear()
        self.sheet.panel.forget()
        self.finished_with.emit(ledger, self.place.folder())
        self.accept()

    def _throw_away(self) -> None:
        """Close a ledger that nobody was told of and remove its folder."""
        ledger, self._ledger = self._ledger, None
        if ledger is None:
            return
        unwanted: Ledger = ledger
        folder = self.place.made
        self.place.made = None

        def work() -> None:
            unwanted.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

        self._operations.ask(work, lambda _: None)

    def _failed(self, error: AzukariError) -> None:
        self._wait(False)
        say(self.message, str(error), "problem")

    def _wait(self, waiting: bool) -> None:
        self.next.setEnabled(not waiting)
        self.back.setEnabled(not waiting)
        say(self.message, self.tr("お待ちください…") if waiting else "")

    # --- Qt ----------------------------------------
    def reject(self) -> None:
        """Stop; what was made so far is removed, after asking."""
        if self._ledger is not None and not self._operations.asker.confirm(
            self,
            self.tr("作りかけの台帳を消して、やめますか。"),
            yes=self.tr("消してやめる"),
            no=self.tr("続ける"),
        ):
            return
        self._throw_away()
        self.password.password.clear()
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button in focus, else goes on when no field has taken it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            pressed = self.focusWidget()
            if isinstance(pressed, QPushButton):
                pressed.click()
            elif self.next.isEnabled():
                self.go_on()
        else:
            super().keyPressEvent(event)


def _start_journal(ledger: Ledger, folder: Path) -> None:
    """Start the journal; on a medium that nobody registered yet it waits, and that is said."""
    try:
        ledger.journal.start(folder)
    except (UnregisteredMedium, NetworkPlace) as error:
        ledger.notices.append(NO_JOURNAL.format(error))
