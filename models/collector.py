"""Python's search for garbage, and when it had better rest."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = 1 << 30


@contextmanager
def at_rest() -> Iterator[None]:
    """Let Python not look for garbage while a register or a whole log is worked through.

    Rows become objects that stay until the end or fall at once; none of them hold each other, and
    looking through them again and again takes a tenth to a sixth of the time.
    """
    if _spares():
        yield  # what would pile up here would be looked through at once, while the window waits
        return
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spare_the_window() -> None:
    """Look only among what is new from now on; `sweep` looks through everything, at its time."""
    new, newer, _ = gc.get_threshold()
    gc.set_threshold(new, newer, NEVER)


def sweep() -> None:
    """Look through everything, where that was put off: it stops every thread for a moment."""
    if _spares():
        gc.collect()


def _spares() -> bool:
    return gc.get_threshold()[2] == NEVER


@contextmanager
def among_the_new() -> Iterator[None]:
    """Let Python look for garbage only among what is new, while a window must go on answering.

    A look through everything stops every thread, for a second when a question has read a million
    rows. What is new is always little.
    """
    new, newer, all_ = gc.get_threshold()
    gc.set_threshold(new, newer, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(new, newer, all_)
