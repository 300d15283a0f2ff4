"""Measure the program against floors of this machine: `python -m bench`.

Every measurement runs in a process of its own and prints its lines as soon as it ends. All data is
synthetic; the folders are removed afterwards. Linux only: memory is read from the kernel.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.figure import Figure

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_LEDGER = ("start", "certificate", "register")
ON_LEDGER = (
    "open", "page", "search", "window", "verify", "backup", "entry", "import", "rebuild",
)  # fmt: skip
Answer = dict[str, Any]
HEAD = ("measured", "entries", "ours", "floor", "ratio", "target", "", "peak MB")


def main() -> int:
    chosen = _arguments()
    names = [chosen.only] if chosen.only else [*WITHOUT_LEDGER, *ON_LEDGER]
    print(f"| {' | '.join(HEAD)} |\n|---|--:|--:|--:|--:|--:|---|--:|", flush=True)
    missed = 0
    for name in WITHOUT_LEDGER:
        if name in names:
            missed += _measure(name, Path("."), 0)
    if any(name in ON_LEDGER for name in names):
        for entries in chosen.entries:
            missed += _on_ledger(names, entries)
    print(f"\n未 {missed}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--entries", default=[10_000, 100_000], metavar="N[,N]",
        type=lambda text: [int(one) for one in text.split(",")],
    )  # fmt: skip
    parser.add_argument("--only", choices=[*WITHOUT_LEDGER, *ON_LEDGER])
    return parser.parse_args()


def _on_ledger(names: list[str], entries: int) -> int:
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as made:
        folder = Path(made)
        _child("build", folder, entries)
        free = shutil.disk_usage(folder).free
        if free < 3 * sum(one.stat().st_size for one in (folder / "ledger").iterdir()):
            raise SystemExit("not enough room on the disk for a backup and its copy")
        return sum(_measure(name, folder, entries) for name in names if name in ON_LEDGER)


def _measure(name: str, folder: Path, entries: int) -> int:
    """Measure, print, and return how many targets were missed."""
    answer = _child(name, folder, entries)
    figures = [Figure(**one) for one in answer["figures"]]
    for figure in figures:
        print(_line(figure, entries, answer["peak"]), flush=True)
    return sum(figure.met is False for figure in figures)


def _child(name: str, folder: Path, entries: int) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "bench.child", name, str(folder), str(entries)],
        cwd=ROOT, stdout=subprocess.PIPE, check=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    answer: Answer = json.loads(done.stdout)
    return answer


def _line(figure: Figure, entries: int, peak: float) -> str:
    mark = {True: "届", False: "未", None: ""}[figure.met]
    floor = "–" if figure.floor is None else _number(figure.floor, figure.unit)
    ratio = "–" if figure.ratio is None else f"{figure.ratio:.2f} ×"
    cells = (
        figure.name, f"{entries:,}" if entries else "–", _number(figure.ours, figure.unit), floor,
        ratio, figure.target, mark, f"{peak:.0f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 3 if value < 1 else 2
    return f"{value:,.{digits}f} {unit}"


if __name__ == "__main__":
    sys.exit(main())
