"""The real `main.main` with cheap keys: what the driver tests start as a process of its own.

Run as `python -m tests.ui.console.cheap_main HOME driver LEDGER`; HOME holds the device secret.
"""

import sys
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from time import time as now

import main
from models.office import Office
from models.wareki import JAPAN
from storage.gate import LedgerGate
from storage.kdf import TEST
from tests.house import FIRST_DAY

_real_office = main.build_office


def on_the_second_day() -> datetime:
    """Tell a moving time of the day after the story began, so that no account ever expires."""
    return datetime.combine(FIRST_DAY, time(9), JAPAN) + timedelta(days=1, seconds=now() % 36_000)


def cheap(home: Path) -> Office:
    """Return the program's office behind a gate whose passwords cost nothing."""
    gate = LedgerGate(
        kdf=TEST, allow_test_profile=True, device_folder=home / "device", clock=on_the_second_day
    )
    return replace(_real_office(), gate=gate, clock=on_the_second_day)


if __name__ == "__main__":
    main.build_office = lambda: cheap(Path(sys.argv[1]))
    sys.exit(main.main(sys.argv[2:]))
