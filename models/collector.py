"""Python's search for garbage, and when it had better rest.

Python looks for garbage in whatever thread happens to make the next object. Beside a window that
is wrong twice: a widget that falls in the thread of the ledger takes the program with it (Qt
forgives nothing from another thread), and a look through all that a question has read stops the
window for a second. There the thread of the window alone looks, at its own times: `tick` among what
is new, `sweep` through everything.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

TICK_MS = 200
ENOUGH = 700  # new objects that are worth a look, as Python itself has it

_windows = 0  # beside which somebody works


@contextmanager
def at_rest() -> Iterator[None]:
    """Let Python not look for garbage while a register or a whole log is worked through.

    Rows become objects that stay until the end or fall at once; none of them hold each other, and
    looking through them again and again takes a tenth to a sixth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def leave_it_to_the_window() -> None:
    """Never look by itself from now on; the window's thread calls `tick` every `TICK_MS`."""
    global _windows
    _windows += 1
    gc.disable()


def take_it_back() -> None:
    """Look by itself again, once nobody works beside any window any more."""
    global _windows
    _windows -= 1
    if not _windows:
        gc.enable()


def tick() -> None:
    """Look among what came since the last time."""
    if _windows and gc.get_count()[0] > ENOUGH:
        gc.collect(1)  # what stays is old at once, so that the next look is as short


def sweep() -> None:
    """Look through everything, where that was put off: it stops every thread for a moment."""
    if _windows:
        gc.collect()
