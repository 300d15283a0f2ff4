"""What a handling dialog does with what was typed: enter it, say why not, and lose nothing."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent

from models.commands import Change
from models.errors import AzukariError
from models.records import HandlingEvent
from models.registers import MINIMUM_REASON
from models.rules.answers import Answers
from models.rules.checking import LEAVING
from ui import layout, permitted
from ui.answering import Work, enter
from ui.asking import may_drop
from ui.handling.frame import HandlingFrame, Mode
from ui.handling.words import PLANNABLE
from ui.keys import press_focused
from ui.page import Desk


class Entering(HandlingFrame):
    """Enters what is typed, once and whole; `ui/handling/dialog.py` says what that is."""

    saved = Signal(object)  # Change
    desk: Desk
    mode: Mode | None
    planning: bool  # while what is typed is being entered as a plan
    _saving: bool
    _time_typed: bool

    # --- what the dialog says ------------------------------------------------------------------
    work: Callable[[], Work]  # the command, which takes what people say to the rules
    problems: Callable[[], list[str]]  # what keeps the event from being entered, as sentences
    is_dirty: Callable[[], bool]  # whether closing now would lose something

    def focus_problem(self) -> None:
        """Put the keyboard where the first problem is."""

    def after(self, change: Change) -> None:
        """Do what belongs to the act right after it was entered (papers)."""

    # --- entering ------------------------------------------------------------------------------
    def save(self) -> None:
        """Enter the event; what was typed stays when that fails."""
        if self._saving:
            return
        if why_not := self._why_not():  # nothing else can be said before there is a contract
            self._say(why_not)
            self.focus_problem()
            return
        try:
            problems = self._checked()
        except AzukariError as error:
            self._say(str(error))
            return
        if problems:
            self._say("\n".join(problems[:4]))
            self.focus_problem()
            return
        if not self._reason_is_given():
            return
        self._busy(True)
        answers = Answers(wants_check=self.offers_check() and self.check_offer.isChecked())
        enter(
            self.desk, self.work(), answers=answers,
            done=self._done, failed=self._failed, parent=self,
        )  # fmt: skip

    def offers_check(self) -> bool:
        """Tell whether a checker may sign although the contract does not demand it (A-33)."""
        profile = self.profile()
        demanded = profile is not None and self.kind in profile.params.send.double_checked_acts
        return self.kind in LEAVING and not demanded and not self.planning

    def can_plan(self) -> bool:
        """Tell whether what is shown now can be entered before it happens."""
        starts = self.mode is None or self.mode.part in ("", "start")
        fresh = self.correcting is None and self.plan is None
        return fresh and starts and self.kind in PLANNABLE

    def save_plan(self) -> None:
        """Enter what is typed as a plan."""
        if not self.can_plan() or self._saving:
            return
        if not self._time_typed:
            self._say(self.tr("予定の日時（これから行う日時）を入力してください。"))
            self.panel.focus("occurred_at")
            return
        self.planning = True
        self.save()
        self.planning = self._saving  # what was not sent is a fact again

    def _checked(self) -> list[str]:
        """Show every problem, also of fields that nobody has been at, and return them."""
        self.panel.touch_all()
        if self._more is not None:
            self._more.touch_all()
        self.update_shown()
        return self.problems()

    def _why_not(self) -> str:
        why = permitted.why_not_write(self.ledger, HandlingEvent)
        if why or self.contract_id:
            return why
        return permitted.CHOOSE_CONTRACT if self.contracts.count() > 1 else permitted.NO_CONTRACT

    def _reason_is_given(self) -> bool:
        if self.correcting is None or len(self.reason.text().strip()) >= MINIMUM_REASON:
            return True
        self._say(
            self.tr("「訂正の理由」を{count}文字以上で入力してください。").format(
                count=MINIMUM_REASON
            )
        )
        self.reason.setFocus()
        return False

    def _done(self, change: Change) -> None:
        self.saved.emit(change)
        if not self.planning:
            self.after(change)
        self.accept()

    def _failed(self, error: AzukariError) -> None:
        self._busy(False)
        self.save_button.setFocus()  # the fields lost it while they were closed
        self.planning = False
        self._say(self.panel.reword(str(error)))

    def _busy(self, busy: bool) -> None:
        self._saving = busy
        self.content.setEnabled(not busy)
        self.save_button.setEnabled(not busy)

    def _say(self, sentences: str) -> None:
        lines = (line for line in sentences.split("\n") if line)
        text = "\n".join(line if line.startswith("・") else f"⚠ {line}" for line in lines)
        layout.say(self.message, text, "problem")

    # --- Qt ----------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A stray Enter must neither save nor close.
        if not press_focused(event, self.save_button, self.cancel_button):
            super().keyPressEvent(event)

    def reject(self) -> None:  # also called by QDialog.closeEvent
        if self._may_close():
            super().reject()

    def _may_close(self) -> bool:
        if self._saving:
            return False
        return not self.is_dirty() or may_drop(self.desk.asker, self)
