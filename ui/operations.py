"""Every question and every command to the ledger goes through here, beside the window.

Work runs in one worker thread, so that commands stay in the order in which they were asked for.
Answers come back to the window's thread, and whatever the work holds falls there too: a widget that
is destroyed in another thread ends the program, at once or, with a damaged heap, much later. For
the same reason Python looks for garbage in the window's thread alone as long as there is a worker.
An `AzukariError` becomes its sentence in a dialog; everything else is a bug of ours and is raised
here again, where `sys.excepthook` catches it once.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from models import collector
from models.errors import AzukariError, Cancelled

if TYPE_CHECKING:  # the door stands before the office is there; importing that takes 0.2 s
    from concurrent.futures import Future, ThreadPoolExecutor

    from models.commands import Change
    from models.ledger import Ledger
    from models.store import Progress
    from ui.asking import Asker

T = TypeVar("T")
Failure = Callable[[AzukariError], None]
PATIENCE_MS = 100  # a shorter wait shows no busy cursor


@dataclass(eq=False)
class _Job:
    """Work that was asked for; the window's thread keeps it until the worker has let go of it."""

    work: Callable[[], Any]
    answer: Callable[[Any, Any], None]
    must: bool
    future: "Future[None] | None" = None


class Operations(QObject):
    """Runs work for the screens and tells them what changed.

    Attributes:
        changed: emitted with the `Change` of every command, before its `done`.
        failed: emitted with every `AzukariError`, also when the caller handles it.
    """

    changed = Signal(object)
    failed = Signal(object)
    _arrived = Signal()

    def __init__(self, asker: "Asker | None" = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        self._mail: deque[Callable[[], None]] = deque()  # both its ends are safe between threads
        self._jobs: dict[int, _Job] = {}
        self._numbers = count()
        self._waiting = 0
        self._announced = ""
        self._season = 0
        self._closed = False
        self._cursor_shown = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_cursor)
        self._looks = QTimer(self, interval=collector.TICK_MS)
        self._looks.timeout.connect(collector.tick)
        self._arrived.connect(self._open_mail, Qt.ConnectionType.QueuedConnection)

    @cached_property
    def asker(self) -> "Asker":
        """What asks the user; real dialogs unless another was given."""
        from ui.asking import DialogAsker

        return self._asker or DialogAsker()

    @cached_property
    def _worker(self) -> "ThreadPoolExecutor":
        from concurrent.futures import ThreadPoolExecutor

        collector.leave_it_to_the_window()
        self._looks.start()
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    # --- what screens call ----------------------------------------
    def run(
        self,
        work: "Callable[[], Change]",
        *,
        done: "Callable[[Change], None] | None" = None,
        failed: Failure | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Run a command, announce its change, then call `done`.

        Args:
            failed: called with the error instead of the dialog (`tell` shows it if wanted).
            parent: window of the dialogs; when it is gone meanwhile, nobody is called back.
        """

        def then(change: "Change") -> None:
            self._announce(change)
            if done and (parent is None or isValid(parent)):
                done(change)

        # A change is announced even if the dialog that asked for it was closed meanwhile.
        self._start(work, then, failed, parent, always=True)

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        *,
        failed: Failure | None = None,
        parent: QWidget | None = None,
        quiet: bool = False,
        must: bool = False,
    ) -> None:
        """Read something from the ledger and hand it to `then`.

        Args:
            quiet: nobody waits for it, so no busy cursor is shown.
            must: it is done even when the window closes before it has begun.
        """
        self._start(work, then, failed, parent, busy=not quiet, must=must)

    def long(
        self,
        title: str,
        work: "Callable[[Progress], T]",
        then: Callable[[T], None],
        parent: QWidget | None = None,
        *,
        failed: Failure | None = None,
        late: bool = False,
    ) -> None:
        """Do something that takes long, with a progress dialog and 中止.

        Stopping raises `Cancelled` inside the work; nothing is shown for it then.

        Args:
            late: it may also take no time: the dialog appears once the work reports.
        """
        from ui.progress import ProgressDialog

        dialog = ProgressDialog(title, parent)

        def finish(result: T) -> None:
            dialog.finish()
            then(result)

        def stop(error: AzukariError) -> None:
            dialog.finish()
            if failed:
                failed(error)
            elif not isinstance(error, Cancelled):
                self.tell(error, parent)

        if not late:
            dialog.open()
        self._start(lambda: work(dialog.report), finish, stop, dialog, busy=late)

    def tell(self, error: AzukariError, parent: QWidget | None = None) -> None:
        """Show the sentence of an error."""
        self.asker.warn(parent if parent is not None and isValid(parent) else None, str(error))

    # --- what the window calls ----------------------------------------
    def watch(self, ledger: "Ledger") -> None:
        """Announce every command of a ledger, also those inside long work."""

        def noticed(change: "Change") -> None:
            self._post(lambda: self._announce(change))

        ledger.on_change(noticed)

    def forget(self) -> None:
        """Call nobody back any more for work that was begun before now (the ledger is locked)."""
        self._season += 1

    @property
    def busy(self) -> bool:
        return self._waiting > 0

    def close(self) -> None:
        """Wait until begun work has ended; what has not begun and need not be is dropped."""
        if self._closed:
            return
        self._season += 1
        self._closed = True
        self._worker.shutdown(wait=True)
        self._looks.stop()
        collector.take_it_back()
        self._patience.stop()
        self._show_cursor(False)

    # --- the way there and back ----------------------------------------
    def _start(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Failure | None,
        parent: QWidget | None,
        *,
        always: bool = False,
        busy: bool = True,
        must: bool = False,
    ) -> None:
        if self._closed:  # a timer of a widget that is just going away
            return
        season = self._season
        self._waiting += 1
        if busy:
            self._patience.start()

        def answer(outcome: T | None, error: BaseException | None) -> None:
            self._settle()
            wanted = season == self._season and (parent is None or isValid(parent))
            if isinstance(error, AzukariError):
                if wanted:
                    self._fail(error, failed, parent)
            elif error is not None:
                raise error
            elif wanted or (always and season == self._season):
                then(cast(T, outcome))

        number = next(self._numbers)
        job = self._jobs[number] = _Job(work, answer, must)
        # By its number: the queue must not be the last to hold it.
        job.future = self._worker.submit(self._work, number)

    def _work(self, number: int) -> None:
        job = self._jobs[number]
        if self._closed and not job.must:
            return
        try:
            outcome = job.work()
        except BaseException as error:  # bugs too: they are raised again in the window's thread
            self._post(partial(self._answer, number, job, None, error))
        else:
            self._post(partial(self._answer, number, job, outcome, None))

    def _post(self, letter: Callable[[], None]) -> None:
        self._mail.append(letter)
        try:
            self._arrived.emit()
        except RuntimeError:
            pass  # the window was destroyed meanwhile; nobody is left to read the letter

    def _answer(self, number: int, job: _Job, outcome: Any, error: BaseException | None) -> None:
        """Answer in the window's thread, and let go there of what the work and its answer held.

        At once: a dialog that the answer has closed must not live on until something else is asked.
        """
        try:
            job.answer(outcome, error)
        finally:
            if job.future is not None:
                job.future.exception()  # waits: all that is left to the worker is to return
            self._jobs.pop(number, None)

    def _open_mail(self) -> None:
        self._mail.popleft()()

    def _fail(self, error: AzukariError, failed: Failure | None, parent: QWidget | None) -> None:
        self.failed.emit(error)
        if failed:
            failed(error)
        else:
            self.tell(error, parent)

    def _announce(self, change: "Change") -> None:
        if change.command_id != self._announced:
            self._announced = change.command_id
            self.changed.emit(change)

    def _settle(self) -> None:
        self._waiting -= 1
        if self._waiting == 0:
            self._patience.stop()
            self._show_cursor(False)

    def _show_cursor(self, shown: bool = True) -> None:
        if shown and not self._cursor_shown:
            QGuiApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
        elif self._cursor_shown and not shown:
            QGuiApplication.restoreOverrideCursor()
        self._cursor_shown = shown
