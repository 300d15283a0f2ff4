"""Backups that nobody has to think of: every day at a time, and when the program is closed (A-22)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from models import permissions
from models.errors import AzukariError, Cancelled

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.records import BackupRun
    from ui.operations import Operations

LOOK_MS = 60_000
DOING = "自動バックアップをしています（{0}％）。そのまま作業を続けられます。"
DONE = "自動バックアップを作成し、読み直して確かめました。"
FAILED = (
    "自動バックアップができませんでした。{0}\n"
    "媒体を確かめて、「バックアップ」の「今すぐバックアップ」を押してください。"
)
LEAVE = "終了時のバックアップができませんでした。{0}\nバックアップせずに終了しますか。"


def missed(last: "BackupRun | None", now: datetime, at: time | None) -> bool:
    """Tell whether the last backup is older than the last time at which one should be made."""
    if at is None:
        return False
    planned = datetime.combine(now.date(), at, now.tzinfo)
    if now < planned:
        planned -= timedelta(days=1)
    made = last.finished_at if last is not None else None
    return made is None or made < planned or made > now  # made while the clock ran ahead


def may_back_up(ledger: "Ledger") -> bool:
    return ledger.role in permissions.ACTS["backup"][1]


class BackupClock(QObject):
    """Makes the daily backup of an open ledger, beside the user's work, once for each time.

    Attributes:
        said: emitted with a sentence for the status line.
    """

    said = Signal(str)
    _read = Signal(int, int)

    def __init__(self, ledger: "Ledger", operations: "Operations", page: QWidget) -> None:
        super().__init__(page)
        self._ledger = ledger
        self._operations = operations
        self._page = page
        self._tried: date | None = None
        self._stopped = False
        self._read.connect(self._tell)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Make the backup if it is time; while a work goes on, at the next look."""
        if not self._operations.busy:
            self._operations.ask(
                self._work, self._done, failed=self._failed, parent=self._page, quiet=True
            )

    def stop(self) -> None:
        """Let a backup that is going on end without one: the window closes and would wait."""
        self._timer.stop()
        self._stopped = True

    def _report(self, done: int, total: int) -> None:
        if self._stopped:
            raise Cancelled
        self._read.emit(done, total)

    def _work(self) -> bool:
        from models.backup_care import last_good
        from models.backups import record_backup
        from ui.ledger_settings import backup_at, backup_folder

        ledger = self._ledger
        now, at, folder = ledger.now(), backup_at(ledger), backup_folder(ledger)
        today_over = at is not None and now >= datetime.combine(now.date(), at, now.tzinfo)
        if folder is None or not today_over or self._tried == now.date():
            return False
        if not may_back_up(ledger) or not missed(last_good(ledger), now, at):
            return False
        self._tried = now.date()  # what fails once is left to people, and not entered every minute
        record_backup(ledger, folder, self._report, registered=True)
        return True

    def _tell(self, done: int, total: int) -> None:
        self.said.emit(DOING.format(100 * done // max(total, 1)))

    def _done(self, made: bool) -> None:
        if made:
            self.said.emit(DONE)

    def _failed(self, error: AzukariError) -> None:
        self.said.emit("")
        self._operations.asker.warn(self._page, FAILED.format(error))


def back_up_and_leave(
    ledger: "Ledger", operations: "Operations", window: QWidget, leave: Callable[[bool], None]
) -> None:
    """Make the backup of the end of the day, then call `leave`; False when the user stays.

    Nothing is made when the last backup holds every entry but its own.
    """
    from models.backup_care import last_good
    from models.backups import record_backup
    from ui.ledger_settings import backup_folder

    def work(report: Callable[[int, int], None]) -> None:
        folder, last = backup_folder(ledger), last_good(ledger)
        known = (last.to_event_seq or 0) + 1 if last else 0
        if folder is not None and may_back_up(ledger) and ledger.store.head().seq > known:
            record_backup(ledger, folder, report, registered=True)

    def failed(error: AzukariError) -> None:
        asker = operations.asker
        leave(asker.confirm(window, LEAVE.format(error), yes="終了する", no="戻る"))

    operations.long("終了時のバックアップ", work, lambda _: leave(True), window, failed=failed)
