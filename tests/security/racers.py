"""Programs that start on one ledger at the same moment; run as a process of its own.

    python -m tests.security.racers HOME RACES [careless]

Prints a line of JSON per race: what each starter was told, "" for the one that came in. The one
that came in is killed, so that every race begins behind a lock that nobody gave back.
"""

import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from models.errors import AzukariError, InUse
from storage import lock
from tests.house import FIRST_DAY, cheap_office
from ui.sample import cast
from ui.sample.clock import StoryClock

STARTERS = 3
BOSS = cast.USERS[0]


def main() -> None:
    home, races = Path(sys.argv[1]), int(sys.argv[2])
    if "careless" in sys.argv:
        lock._try_lock = lambda descriptor: True
    for number in range(races):
        print(json.dumps(race(home, number)), flush=True)


def race(home: Path, number: int) -> list[str]:
    """Let the starters run at once and return what each was told."""
    start_read, start_write = os.pipe()
    starters = [_fork(home, number, start_read) for _ in range(STARTERS)]
    os.close(start_read)
    os.write(start_write, b"!" * STARTERS)
    os.close(start_write)
    told = []
    for _, answer in starters:
        told.append(os.read(answer, 4096).decode())
    for child, answer in starters:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(answer)
    return [one.removeprefix("in") for one in told]


def _fork(home: Path, number: int, start: int) -> tuple[int, int]:
    answer_read, answer_write = os.pipe()
    child = os.fork()
    if child:
        os.close(answer_write)
        return child, answer_read
    said = b"a bug"
    try:
        os.read(start, 1)
        clock = StoryClock(FIRST_DAY + timedelta(days=2 + number))
        ledger = cheap_office(home, clock).unlock(home / "ledger", BOSS.login, BOSS.password)
        said = b"in"
        assert ledger.store.head().seq
    except InUse as error:
        said = str(error).encode()
    except AzukariError as error:
        said = f"another error: {error!r}".encode()
    finally:
        os.write(answer_write, said)
        signal.pause()  # holds what it has until it is killed
    os._exit(0)


if __name__ == "__main__":
    main()
