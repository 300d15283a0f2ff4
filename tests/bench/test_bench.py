"""The bench measures what it says: both shapes of a ledger are whole, memory counts helpers."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.by_hand import sign_each
from bench.figure import quiet
from bench.memory import Watch
from bench.stage import build, unlock

ENTRIES = 1300


def test_a_ledger_signed_by_hand_is_whole(tmp_path: Path) -> None:
    build(tmp_path, ENTRIES)
    filled = unlock(tmp_path)
    contents = [entry.content for entry in filled.store.entries()]
    commands = sum(1 for _ in filled.store.commands())
    filled.close()
    sign_each(tmp_path)
    ledger = unlock(tmp_path)
    assert [entry.content for entry in ledger.store.entries()] == contents
    assert sum(1 for _ in ledger.store.commands()) > commands + 900
    assert ledger.safe.verify(full=True, progress=quiet).problems == ()
    ledger.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_memory_of_helpers_is_counted() -> None:
    child = "import time; held = bytearray(60_000_000); time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", parent]) as process, Watch(process) as watch:
        process.wait()
    assert 60 < watch.peak < 150
