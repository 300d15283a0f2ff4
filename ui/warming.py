"""Importing what the first sign-in needs, beside the user's typing.

PySide6 makes a type when its name is first asked for, and nothing guards that between threads: two
threads that import names of Qt at the same time end the program with a segmentation fault
(libshiboken 6.11; seen in one start out of thirty). So whatever knows Qt is imported in the
window's thread, one module a turn of its event loop; only the rest is left to the worker.
"""

import gc
import importlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from ui.operations import Operations

if TYPE_CHECKING:
    from models.office import Office

# The steps of at most 0.05 s: QtAwesome's first, which asks for every name that Qt has.
STEPS = (
    "qtpy.QtCore", "qtpy.QtGui", "qtpy.QtWidgets", "qtawesome", "ui.workbench", "ui.session_lock",
    "ui.idle", "ui.barcode", "ui.form", "ui.today", "ui.daily_log", "ui.items", "ui.record_pages",
    "ui.backup_page", "ui.calendar_page", "ui.evidence_page", "ui.oversight_page", "ui.papers",
    "ui.registers_page", "ui.settings_page",
)  # fmt: skip


def warm_up(operations: Operations, office: "Callable[[], Office]") -> None:
    """Put the office together in the worker, then import the pages here, bit by bit."""

    def work() -> None:
        office()
        import jpholiday  # noqa: F401
        import pypdfium2  # noqa: F401

        from models import (  # noqa: F401
            access_review,
            calendar,
            evidence,
            exposure,
            intake,
            journal_care,
            officer,
            password_review,
        )

    steps = deque(STEPS)
    operations.ask(work, lambda _: _next(steps), quiet=True)


def _next(steps: deque[str]) -> None:
    if steps:
        importlib.import_module(steps.popleft())
        QTimer.singleShot(0, lambda: _next(steps))
    else:
        gc.freeze()  # modules and classes stay: nobody need look through them for garbage again
