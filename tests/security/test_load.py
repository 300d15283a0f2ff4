"""The load that is promised (A12): a hundred thousand entries, measured as `make bench` measures.

Absolute limits, far above what a quiet machine needs; the ratios that we want are in the README.
"""

import sys
from pathlib import Path

import pytest

from bench.__main__ import _child
from bench.figure import Figure

ENTRIES = 100_000
MEMORY = 600  # MiB
MOST = {  # what is measured, and the most of each of its figures
    "open": {"s": 5}, "page": {"ms": 300}, "search": {"ms": 300}, "entry": {"ms": 150},
    "backup": {"s": 15}, "rotate": {"s": 15},
}  # fmt: skip

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from the kernel"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("load") / "filled"
    _child("build", made, ENTRIES)
    return made


def beyond(figures: list[Figure], limits: dict[str, float]) -> list[str]:
    """Return the figures that are above the limit of their unit."""
    return [f"{one.name}: {one.ours:.3f} {one.unit}" for one in figures
            if one.unit in limits and one.ours > limits[one.unit]]  # fmt: skip


@pytest.mark.parametrize("name", MOST)
def test_a_hundred_thousand_entries_are_no_burden(folder: Path, name: str) -> None:
    figures, peak = _child(name, folder, ENTRIES)
    print(*[f"{one.name}: {one.ours:.3f} {one.unit}" for one in figures], f"peak {peak:.0f} MiB")
    assert {one.unit for one in figures} & MOST[name].keys(), "measured in the unit of the limit"
    assert beyond(figures, MOST[name]) == []
    assert peak <= MEMORY


def test_a_figure_above_its_limit_would_be_found() -> None:
    assert beyond([Figure("slow", 301, None, "ms", None)], MOST["page"]) == ["slow: 301.000 ms"]
