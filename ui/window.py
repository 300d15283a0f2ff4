"""The main window: a closed door or an open ledger, and the way between the two.

Locking closes the ledger. What was typed but not entered is lost then, because it may not stay in
memory behind a closed door; therefore the user is asked before he locks himself, and the idle lock
warns for a minute before it closes. After an idle lock the door says when a draft was lost. Work
that is going on beside the window (a backup) is finished before the store is closed.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from models import collector
from ui import layout
from ui.elided import ElidedLabel
from ui.fitting import fit
from ui.operations import Operations
from ui.preferences import Preferences
from ui.unlock import UnlockView

if TYPE_CHECKING:  # what an open ledger needs is imported when one is opened
    from PySide6.QtGui import QCloseEvent

    from models.ledger import Ledger
    from models.office import Office
    from ui.backup_clock import BackupClock
    from ui.barcode import BarcodeWedge
    from ui.clipboard import ClipboardGuard
    from ui.idle import IdleWatch
    from ui.session_lock import SessionLock
    from ui.status import Facts
    from ui.ways_in import WaysIn
    from ui.workbench import Place, Workbench

TITLE = "預り台帳"
AFTER_LOCK_MS = 500  # nobody waits then, and the pages are gone
WIDEST_FACT = 18  # full-width characters of a text of the status line
SMALLEST = QSize(900, 440)  # Full HD at 200 % leaves 960 by 480 beside task bar and title
USUAL = QSize(1280, 720)
IDLE_WORDS = "操作がないまま時間がたったため、ロックしました。"
SESSION_WORDS = "PCの画面がロックされたため、台帳もロックしました。"
ENDED_WORDS = "この利用者の利用期限が過ぎたため、ロックしました。"
WHY = {IDLE_WORDS: "idle", SESSION_WORDS: "session", ENDED_WORDS: "ended"}  # for the access log
DRAFT_WORDS = "入力途中だった内容は記録していません。もう一度入力してください。"
DRAFT_QUESTION = "入力途中の内容があります。ロックすると失われます。ロックしますか。"


class MainWindow(QMainWindow):
    """Holds the door (`unlock`) or the open ledger (`bench`).

    Args:
        office: returns the office; the first call may take a while.
        places: returns the pages of an open ledger.
        idle: the idle watch; made with the first ledger if left out (tests bring their clock).
    """

    def __init__(
        self,
        office: "Callable[[], Office]",
        operations: Operations,
        preferences: Preferences,
        places: "Callable[[], Sequence[Place]]",
        idle: "IdleWatch | None" = None,
    ) -> None:
        super().__init__()
        self._office = office
        self._operations = operations
        self._preferences = preferences
        self._places = places
        self.bench: Workbench | None = None
        self._login = ""
        self._backs_up_at_exit = False
        self._clock: BackupClock | None = None
        self._idle = idle
        self._build()
        self._listen()

    # --- made when wanted: the door itself must stand there at once ----------------------------
    @cached_property
    def _facts(self) -> list[QLabel]:
        labels = [ElidedLabel() if number == 2 else QLabel() for number in range(4)]
        for number, label in enumerate(labels):
            label.setContentsMargins(8, 2, 12, 2)
            self.statusBar().addWidget(label, 1 if number == 1 else 0)
        return labels

    @cached_property
    def ways(self) -> "WaysIn":
        """The ways in beside the password."""
        from ui.ways_in import WaysIn

        made = WaysIn(self._office, self._operations, self)
        made.opened.connect(self._made_ledger)
        made.found.connect(self._found_ledger)
        made.refused.connect(self.unlock.refuse)
        return made

    @cached_property
    def idle(self) -> "IdleWatch":
        from ui.idle import IdleWatch

        made = self._idle or IdleWatch(_application())
        made.expired.connect(lambda: self.lock(IDLE_WORDS))
        made.warned.connect(self._warn)
        made.returned.connect(self.statusBar().clearMessage)
        return made

    @cached_property
    def wedge(self) -> "BarcodeWedge":
        from ui.barcode import BarcodeWedge

        made = BarcodeWedge(_application(), parent=self)
        made.scanned.connect(self._scanned)
        return made

    @cached_property
    def session(self) -> "SessionLock":
        from ui.session_lock import SessionLock

        made = SessionLock(self)
        made.locked.connect(lambda: self.lock(SESSION_WORDS))
        return made

    @cached_property
    def clipboard(self) -> "ClipboardGuard":
        from ui.clipboard import ClipboardGuard

        return ClipboardGuard(_application())

    # --- opening and locking ----------------------------------------
    def open_ledger(self, ledger: "Ledger", folder: Path) -> None:
        """Show an open ledger; a password that has to be looked at comes first."""
        from ui.account_watch import AccountWatch
        from ui.backup_clock import BackupClock
        from ui.must_change import must_answer
        from ui.tidying import Tidying
        from ui.workbench import Workbench

        login = ledger.user.login_name
        question = must_answer(ledger, self._operations, self)
        if question is not None and not question.exec():
            self._close_store(ledger)
            self.unlock.greet(login=login)
            return
        self._login = login
        self._operations.watch(ledger)
        self.bench = Workbench(
            ledger, folder, self._operations, self._places(), likes=self._preferences
        )
        self.bench.lock_wanted.connect(self.ask_lock)
        self.bench.change_user_wanted.connect(self.change_user)
        self.bench.help_wanted.connect(self.show_help)
        self.bench.facts_read.connect(self._show_facts)
        self.bench.settings_kept.connect(self.apply_settings)
        Tidying(ledger, self._operations, self.bench, self.idle.seconds)
        AccountWatch(ledger, self._operations, self.bench).ended.connect(
            lambda: self.lock(ENDED_WORDS)
        )
        self._clock = BackupClock(ledger, self._operations, self.bench)
        self._clock.said.connect(self.statusBar().showMessage)
        self._stack.addWidget(self.bench)
        self._stack.setCurrentWidget(self.bench)
        self.setWindowTitle(f"{folder.name} － {TITLE}")
        self.statusBar().show()
        self.apply_settings()
        self.clipboard.start()
        if self.session.watch(int(self.winId())):
            _application().installNativeEventFilter(self.session.filter)
        if ledger.notices:
            self._operations.asker.tell(self, "\n".join(ledger.notices))

    def apply_settings(self) -> None:
        """Take idle minutes and scan settings from the open ledger."""
        from ui import ledger_settings as settings

        if self.bench is None:
            return
        ledger = self.bench.ledger
        self.idle.start(settings.idle_minutes(ledger) * 60)
        self._backs_up_at_exit = settings.backup_at_exit(ledger)
        self.wedge.prefix = settings.scan_prefix(ledger)
        self.wedge.set_gap(settings.scan_gap(ledger))

    def ask_lock(self) -> None:
        """Lock because the user wants to; a draft is asked about."""
        if self._may_lose_draft():
            self.lock()

    def change_user(self) -> None:
        """Lock and let another person sign in at once."""
        if self._may_lose_draft():
            self.lock(login="")

    def lock(self, reason: str = "", *, login: str | None = None) -> None:
        """Close the ledger and clear the screen, without asking.

        Args:
            reason: the sentence that the door shows.
            login: whose name stands at the door; the last user's if left out.
        """
        bench, self.bench = self.bench, None
        if bench is None:
            return
        lost = bench.has_draft() or _dirty_dialogs()
        self._clock = None  # a backup that is going on ends behind the lock
        self.idle.stop()
        self.clipboard.stop()
        self._operations.forget()
        self._close_dialogs()
        self._stack.setCurrentWidget(self.unlock)
        self._stack.removeWidget(bench)
        bench.hide()
        bench.deleteLater()
        self._close_store(bench.ledger, WHY.get(reason, ""))
        self.setWindowTitle(TITLE)
        self.statusBar().clearMessage()
        self.statusBar().hide()
        words = [reason, DRAFT_WORDS if lost and reason else ""]
        self.unlock.show_recent()
        self.unlock.choose_folder(bench.folder)
        self.unlock.greet("".join(words), login=self._login if login is None else login)
        QTimer.singleShot(AFTER_LOCK_MS, self, collector.sweep)

    def show_help(self, key: str) -> None:
        from ui.help import HelpDialog

        HelpDialog(key, self).exec()

    # --- building ----------------------------------------
    def _build(self) -> None:
        self.setWindowTitle(TITLE)
        self.setMinimumSize(SMALLEST)
        fit(self, USUAL.width(), USUAL.height())
        geometry = self._preferences.geometry()
        if geometry:
            self.restoreGeometry(QByteArray(geometry))
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)  # first: whoever moves in is dressed once
        self.unlock = UnlockView(self._office, self._operations, self._preferences)
        self._stack.addWidget(self.unlock)

    def _listen(self) -> None:
        self.unlock.unlocked.connect(self.open_ledger)
        self.unlock.wizard_wanted.connect(lambda: self.ways.new_ledger())
        self.unlock.sample_wanted.connect(lambda: self.ways.make_sample())
        self.unlock.restore_wanted.connect(lambda: self.ways.restore())
        self.unlock.recovery_wanted.connect(lambda folder: self.ways.recover(folder))

    # --- what happens ----------------------------------------
    def _may_lose_draft(self) -> bool:
        if self.bench is None or not self.bench.has_draft():
            return True
        return self._operations.asker.confirm(
            self, DRAFT_QUESTION, yes=self.tr("ロックする"), no=self.tr("入力に戻る")
        )

    def _made_ledger(self, ledger: "Ledger", folder: Path) -> None:
        self._preferences.remember(folder)
        self.open_ledger(ledger, folder)

    def _found_ledger(self, folder: Path) -> None:
        self._preferences.remember(folder)
        self.unlock.show_recent()
        self.unlock.choose_folder(folder)
        self.unlock.greet()

    def _warn(self, seconds: int) -> None:
        self.statusBar().showMessage(
            self.tr(
                "あと{0}秒でロックします。続けるには、キーを押すかマウスを動かしてください。"
            ).format(seconds)
        )

    def _scanned(self, code: str) -> None:
        # A scan while a dialog is open belongs to the dialog, not to the page behind it.
        if self.bench is not None and QApplication.activeModalWidget() is None:
            self.bench.scanned(code)

    def _show_facts(self, facts: "Facts") -> None:
        for label, text in zip(self._facts, facts.texts(), strict=True):
            label.setText(layout.shortened(text, label, WIDEST_FACT))
            label.setToolTip(text)
        self._facts[2].setText(("！ " if facts.care else "") + facts.backup)
        self._facts[2].updateGeometry()

    def _close_dialogs(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is self or not widget.isVisible():
                continue
            if isinstance(widget, QDialog):
                widget.done(0)  # not reject(): a progress dialog would stop the work instead
            elif isinstance(widget, QWidget):
                widget.close()

    def _close_store(self, ledger: "Ledger", why: str = "") -> None:
        """Close the store in the worker, behind the work that is going on."""
        self._operations.ask(lambda: ledger.close(why), lambda _: None, must=True)

    def _back_up_at_exit(self, ledger: "Ledger") -> None:
        from ui.backup_clock import back_up_and_leave

        def leave(sure: bool) -> None:
            if sure:
                self._backs_up_at_exit = False
                self.close()

        back_up_and_leave(ledger, self._operations, self, leave)

    # --- Qt ----------------------------------------
    def closeEvent(self, event: "QCloseEvent") -> None:
        if not self._may_lose_draft():
            event.ignore()
            return
        if self.bench is not None and self._backs_up_at_exit:
            event.ignore()  # it comes again when the backup is there
            self._back_up_at_exit(self.bench.ledger)
            return
        self._preferences.keep_geometry(bytes(self.saveGeometry().data()))
        if self._clock is not None:
            self._clock.stop()
        self.lock()
        self._operations.close()
        for name in ("wedge", "idle"):
            if name in vars(self):  # made when first asked for
                _application().removeEventFilter(getattr(self, name))
        event.accept()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _dirty_dialogs() -> bool:
    """Tell whether a form with something typed stands open."""
    return any(
        widget.isVisible() and getattr(widget, "is_dirty", bool)()
        for widget in QApplication.topLevelWidgets()
    )
