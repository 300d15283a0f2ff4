"""預り台帳 Azukari: the custody ledger for information entrusted by a municipality.

The only file that knows every room; it puts the office together and hands it to a face.
"""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window stands before the office is imported
    from collections.abc import Callable
    from pathlib import Path

    from models.office import Office


def build_office() -> "Office":
    """Put gate, profiles, clock and randomness together."""
    from datetime import datetime

    from models.denied import parse_denied
    from models.office import Office
    from models.profile_shelf import ProfileShelf
    from models.wareki import JAPAN
    from resources import VERSION, denied_programs, profile_texts
    from storage.gate import LedgerGate
    from storage.profile_folder import profile_folder, site_profiles

    own = profile_texts()
    return Office(
        gate=LedgerGate(random=os.urandom),
        profiles=ProfileShelf([*own, *site_profiles()]),
        profile_folder=str(profile_folder()),
        own_profiles=tuple(name.removesuffix(".toml") for name, _ in own),
        clock=lambda: datetime.now(JAPAN),
        random=os.urandom,
        steady=_steady_clock(),
        program=f"Azukari {VERSION}",
        denied=parse_denied(denied_programs()),
    )


def _steady_clock() -> "Callable[[], float] | None":
    """Return the clock that nobody can set and that goes on while the PC sleeps; None without one.

    One that stands meanwhile would tell every morning of a jump that was none.
    """
    import time

    since_boot = getattr(time, "CLOCK_BOOTTIME", None)
    if since_boot is not None:
        return lambda: time.clock_gettime(since_boot)
    # Windows counts sleep and hibernation in its monotonic clock, whichever of the two Python asks.
    return time.monotonic if os.name == "nt" else None


def main(argv: list[str]) -> int:
    """Open the window, or do what the command line asks."""
    from resources import dumps

    os.umask(0o077)  # whatever is written holds personal data: for its owner alone
    dumps.keep_none()
    if getattr(sys, "frozen", False):  # the frozen program starts itself again as a child
        from multiprocessing import freeze_support

        freeze_support()
    if argv == ["--read-table-in-child"]:  # reports.tables.child.CHILD_FLAG
        from reports.tables.child import run_child

        return run_child()
    if argv == ["--vet-in-child"]:  # storage.vetting.CHILD_FLAG
        from storage.vetting_child import run_child

        return run_child()
    if argv:
        from ui.console.program import run

        return run(argv, build_office)
    return open_window()()


def open_window(settings_folder: "Path | None" = None) -> "Callable[[], int]":
    """Show the window and return what runs it until it is closed."""
    from models import collector

    with collector.at_rest():  # all that the start makes stays
        from ui import application

        return application.open_window(build_office, settings_folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
