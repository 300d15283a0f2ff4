"""Measure the program against floors of this machine: `python -m bench`.

Every measurement runs in a process of its own and prints its lines as soon as it ends. All data is
synthetic. The ledgers are made once and kept under build/bench; what is measured is a fresh copy,
so that the file cache is warm. What fails is said in its line, and the rest is measured all the same.
Linux only: memory is read from the kernel.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figure import Figure
from bench.memory import Watch
from storage import log, schema

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "bench"
WITHOUT_LEDGER = ("start", "certificate", "register")
ON_LEDGER = (
    "open", "page", "search", "window", "verify", "backup", "entry", "evidence", "import",
    "rebuild", "rotate", "restore", "erase",  # nothing is left to measure once it is erased
)  # fmt: skip
BY_HAND = ("verify", "backup")  # also measured where every entry has a signature of its own
HEAD = ("measured", "entries", "ours", "floor", "ratio", "target", "", "peak MB")


class Failed(Exception):
    """A measurement that ended without a figure."""


def main() -> int:
    chosen = _arguments()
    names = chosen.only or [*WITHOUT_LEDGER, *ON_LEDGER]
    print(f"| {' | '.join(HEAD)} |\n|---|--:|--:|--:|--:|--:|---|--:|", flush=True)
    missed = 0
    for name in WITHOUT_LEDGER:
        if name in names:
            missed += _measure(name, Path("."), 0)
    if any(name in ON_LEDGER for name in names):
        for entries in chosen.entries:
            try:
                missed += _on_ledger(names, entries)
            except Failed as error:  # the ledger could not be made or does not fit on the disk
                missed += _told(str(error), entries)
    print(f"\n未 {missed}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--entries", default=[10_000, 100_000], metavar="N[,N]",
        type=lambda text: [int(one) for one in text.split(",")],
    )  # fmt: skip
    parser.add_argument("--only", nargs="+", choices=[*WITHOUT_LEDGER, *ON_LEDGER])
    return parser.parse_args()


def _on_ledger(names: list[str], entries: int) -> int:
    filled, by_hand = _kept(entries)
    missed = 0
    with _copied(filled) as folder:
        missed += sum(_measure(name, folder, entries) for name in ON_LEDGER if name in names)
    if any(name in BY_HAND for name in names):
        with _copied(by_hand) as folder:
            missed += sum(_measure(name, folder, entries) for name in BY_HAND if name in names)
    return missed


def _kept(entries: int) -> list[Path]:
    """Return the two ledgers of this size: made now, or derived again for another schema."""
    made = KEPT / str(entries)
    kept = [made / "filled", made / "by-hand"]
    stamp, now = made / "schema", f"{log.FORMAT} {schema.VERSION}"
    if not made.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as name:
            unfinished = Path(name) / "made"
            _child("build", unfinished / "filled", entries)
            shutil.copytree(unfinished / "filled", unfinished / "by-hand")
            _child("sign", unfinished / "by-hand", entries)
            (unfinished / "schema").write_text(now)
            unfinished.rename(made)
    if not stamp.exists() or stamp.read_text() != now:
        stamp.unlink(missing_ok=True)  # whatever happens now, they are not taken for new ones
        for ledger in kept:
            _child("refresh", ledger, entries)
        stamp.write_text(now)
    return kept


@contextmanager
def _copied(ledger: Path) -> Iterator[Path]:
    size = sum(one.stat().st_size for one in ledger.rglob("*") if one.is_file())
    if shutil.disk_usage(KEPT).free < 4 * size:
        raise Failed("not enough room on the disk for a ledger, a backup and its copy")
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        folder = Path(name) / "copy"
        shutil.copytree(ledger, folder)
        yield folder


def _measure(name: str, folder: Path, entries: int) -> int:
    """Measure, print, and return how many targets were missed."""
    try:
        figures, peak = _child(name, folder, entries)
    except Failed as error:
        return _told(str(error), entries)
    for figure in figures:
        print(_line(figure, entries, peak), flush=True)
    return sum(figure.met is False for figure in figures)


def _child(name: str, folder: Path, entries: int) -> tuple[list[Figure], float]:
    command = [sys.executable, "-m", "bench.child", name, str(folder), str(entries)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment) as process,
        Watch(process) as watch,
    ):
        answer, _ = process.communicate()
    if process.returncode:
        raise Failed(f"{name}: failed ({process.returncode})")
    return [Figure(**one) for one in json.loads(answer)], watch.peak


def _told(what: str, entries: int) -> int:
    """Print what could not be measured; it counts as missed."""
    cells = (what, f"{entries:,}" if entries else "–", "–", "–", "–", "–", "未", "–")
    print(f"| {' | '.join(cells)} |", flush=True)
    return 1


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
