"""Every core of the machine at the same trials: processes that each have a ledger to harm.

A trial is a function at the top of a module; it gets its `Hand`, the number of its share, how many
shares there are, and what else it was given.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tests.faults import stage
from tests.faults.power import State, power_cuts
from tests.faults.recording import Run, Watcher
from tests.security.harm import SEED

# Beside other workers of pytest the cores are taken, and each hand makes all states of a power cut.
COUNT = 1 if "PYTEST_XDIST_WORKER" in os.environ else min(os.cpu_count() or 1, 4)


@dataclass
class Hand:
    """What one process works with."""

    start: Path
    folder: Path
    watcher: Watcher

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, act: str, **faults: int) -> Run:
        """Let an act happen on a fresh copy of the ledger."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.start, self.home)
        return self.watcher.run(self.home, act, self.folder, **faults)

    def die(
        self, act: str, whole: Run, places: Sequence[int], require: Callable[[Run], object]
    ) -> int:
        """Kill an act at each of these calls; return how many that were.

        Args:
            whole: the act as it is when nobody kills it.
            require: asks for what must hold after each death.

        Raises:
            Broken: names the call and the kept folder.
        """
        for at in places:
            run = self.run(act, kill_at=at)
            with self.keeping(f"{act}, killed at call {at} of {whole.touching}"):
                assert run.code == -9, "did not die"
                require(run)
        return len(places)

    def lose_power(
        self, share: int, of: int, run: Run, draws: int, every: int,
        require: Callable[[Path, bytes], object], most: int = 0,
    ) -> int:  # fmt: skip
        """Check states that a power cut may leave of a recording, no two alike.

        Args:
            require: asks for what must hold in the home that came back, by what was said before.
            most: how many all shares check together, spread over all states; 0 for every one.

        Returns:
            how many of this share were checked.

        Raises:
            Broken: names the state and the kept folder.
        """

        def states() -> Iterator[tuple[int, State]]:
            return enumerate(power_cuts(self.start, run.calls, draws=draws, every=every, seed=SEED))

        places: dict[int, int] = {}  # of each state the first time
        for place, state in states():
            places.setdefault(state.mark(), place)
        mine = 0
        chosen = set(thinned(list(places.values()), most)[share::of])
        for place, state in states():
            if place not in chosen:
                continue
            state.lay(self.home)
            with self.keeping(
                f"seed {SEED}, after call {state.after}, {state.how}, {state.said!r}"
            ):
                require(self.home, state.said)
            mine += 1
        return mine

    @contextmanager
    def keeping(self, where: str) -> Iterator[None]:
        """Keep a copy of the folder in which a promise is broken, and say where.

        Raises:
            Broken: names the trial and the kept folder.
        """
        try:
            yield
        except Exception as error:
            kept = Path(tempfile.mkdtemp(prefix="azukari-broken-")) / "home"
            shutil.copytree(self.home, kept)
            raise stage.Broken(f"{where}: {error!r}; kept in {kept}") from error


def spread(whole: Run, deaths: int) -> list[int]:
    """Return so many calls of an act, spread over all of them."""
    return sorted({1 + number * whole.touching // (deaths + 1) for number in range(1, deaths + 1)})


def thinned(cases: Sequence[int], most: int) -> Sequence[int]:
    """Return so many of the cases, spread over all of them; 0 means every one."""
    if not 0 < most < len(cases):
        return cases
    return [cases[number * len(cases) // most] for number in range(most)]


_mine: Hand


def _grow_up(start: Path, memory: Path, library: Path) -> None:
    global _mine  # the one thing that a process has for all its trials
    folder = Path(tempfile.mkdtemp(prefix="hand-", dir=memory))
    _mine = Hand(start, folder, Watcher(library))


def _do(trial: Callable[..., int], share: int, given: tuple[object, ...]) -> int:
    return trial(_mine, share, COUNT, *given)


class Hands:
    """The processes, as many as there are cores."""

    def __init__(self, start: Path, memory: Path, library: Path) -> None:
        self._pool = ProcessPoolExecutor(
            COUNT, get_context("spawn"), initializer=_grow_up, initargs=(start, memory, library)
        )

    def share(self, trial: Callable[..., int], *given: object) -> int:
        """Let every process do its share of a trial; return how many cases they had together.

        Raises:
            Broken: what each of them found.
        """
        waiting = [self._pool.submit(_do, trial, n, given) for n in range(COUNT)]
        found = [str(error) for one in waiting if (error := one.exception()) is not None]
        if found:
            raise stage.Broken("\n".join(found))
        return sum(one.result() for one in waiting)

    def close(self) -> None:
        self._pool.shutdown()
