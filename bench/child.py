"""One measurement in a process of its own: `python -m bench.child NAME FOLDER ENTRIES`."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from bench.figure import Figure


def run(name: str, folder: Path, entries: int) -> list[Figure]:
    """Measure one thing; what is not wanted is not even imported."""
    if name == "build":
        from bench.stage import build

        folder.mkdir(parents=True)
        build(folder, entries)
        return []
    if name == "refresh":
        from bench.stage import refresh

        refresh(folder)
        return []
    if name == "sign":
        from bench.by_hand import sign_each

        sign_each(folder)
        return []
    if name in ("certificate", "register"):
        from bench import papers

        return [papers.certificate, papers.register][name == "register"]()
    if name == "start":
        from bench.windows import starting

        return starting()
    return _on_ledger(name)(folder)


def _on_ledger(name: str) -> Callable[[Path], list[Figure]]:
    if name == "window":
        from bench.windows import showing

        return showing
    if name in ("rotate", "restore", "erase"):
        from bench import lasting

        ways = {"rotate": lasting.rotating, "restore": lasting.restoring}
        return ways.get(name, lasting.erasing)
    from bench import asking, entering, evidencing

    return {
        "open": asking.opening,
        "page": asking.listing,
        "search": asking.searching,
        "verify": asking.verifying,
        "backup": asking.backing_up,
        "entry": entering.entry,
        "evidence": evidencing.evidencing,
        "import": entering.importing,
        "rebuild": entering.rebuilding,
    }[name]


def main() -> None:
    name, folder, entries = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    figures = run(name, folder, entries)
    print(json.dumps([asdict(one) for one in figures]))


if __name__ == "__main__":
    main()
