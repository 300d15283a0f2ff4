"""預り台帳 Azukari: the custody ledger for information entrusted by a municipality.

The only file that knows every room; it puts the office together and hands it to a face.
"""

import multiprocessing
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window stands before the office is imported
    from models.office import Office


def build_office() -> "Office":
    """Put gate, profiles, clock and randomness together."""
    import os
    from datetime import datetime

    from models.office import Office
    from models.profile_shelf import ProfileShelf
    from resources import VERSION, profile_texts
    from storage.gate import LedgerGate

    return Office(
        gate=LedgerGate(random=os.urandom),
        profiles=ProfileShelf(profile_texts()),
        clock=lambda: datetime.now().astimezone(),
        random=os.urandom,
        program=f"Azukari {VERSION}",
    )


def main(argv: list[str]) -> int:
    """Open the window, or do what the command line asks."""
    multiprocessing.freeze_support()  # the frozen program starts itself again as a child
    if argv == ["--read-table-in-child"]:  # reports.tables.child.CHILD_FLAG
        from reports.tables.child import run_child

        return run_child()
    if argv:
        from ui.console.program import run

        return run(argv, build_office)
    from ui.application import run_window

    return run_window(build_office)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
