"""One figure of the table: ours, the floor beside it, the target, and whether it is met."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured figure.

    Attributes:
        floor: the least that any program would need for the same; None where nothing compares.
        unit: of ours and floor; "/s" means that more is better.
        limit: target of the design; of ours, or of the ratio when `by_ratio`.
    """

    name: str
    ours: float
    floor: float | None
    unit: str
    limit: float | None = None
    by_ratio: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times the floor we cost; above 1 is worse whatever the unit."""
        if not self.floor or not self.ours:
            return None
        return self.floor / self.ours if self.unit.endswith("/s") else self.ours / self.floor

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        if self.by_ratio:
            return self.ratio is not None and self.ratio <= self.limit
        return self.ours >= self.limit if self.unit.endswith("/s") else self.ours <= self.limit

    @property
    def target(self) -> str:
        if self.limit is None:
            return "–"
        if self.by_ratio:
            return f"≤ {self.limit:g} ×"
        return f"{'≥' if self.unit.endswith('/s') else '≤'} {self.limit:,g} {self.unit}"


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """Return the median seconds of an act."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def processor() -> float:
    """Return the seconds that this process and its ended children had a processor."""
    return sum(os.times()[:4])


def quiet(done: int, total: int) -> None:
    """Show no progress."""
