"""A process that dies leaves nothing of its memory on a disk (A9)."""

import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resources.dumps import _keep_none_on_windows
from storage.database import Database
from storage.helpers import Found, Helpers
from tests.house import furnished

ROOT = Path(__file__).resolve().parent.parent.parent
PR_GET_DUMPABLE = 3
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
CRASH = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
os.chdir(sys.argv[2])
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
secret = "KirinCanary".encode() * 1000
{start}
os.abort()
"""
RUN = """
import runpy
sys.argv[1:] = ["--help"]
try:
    runpy.run_module("{door}", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
"""


def crash(folder: Path, start: str) -> bool:
    """Let a process die in a folder; return whether its memory was kept."""
    folder.mkdir()
    words = [sys.executable, "-c", CRASH.format(start=start), str(ROOT), str(folder)]
    nobody = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        sys.executable, words, os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, nobody, one) for one in (1, 2)],
    )  # fmt: skip
    os.close(nobody)
    status = os.waitpid(process, 0)[1]
    assert os.WTERMSIG(status) == signal.SIGABRT
    return os.WCOREDUMP(status) or bool(list(folder.iterdir()))


@LINUX
@pytest.mark.parametrize("door", ["main", "ui.console.verifier"])
def test_a_program_that_dies_leaves_no_dump(tmp_path: Path, door: str) -> None:
    assert not crash(tmp_path / "ours", RUN.format(door=door))


@LINUX
def test_a_program_without_care_leaves_one(tmp_path: Path) -> None:
    """The planted control; a machine that keeps no dump at all shows nothing either way."""
    if not crash(tmp_path / "careless", ""):
        pytest.skip("this machine keeps no dumps")


def dumpable() -> tuple[int, tuple[int, int]]:
    import resource

    return ctypes.CDLL(None).prctl(PR_GET_DUMPABLE), resource.getrlimit(resource.RLIMIT_CORE)


@dataclass(frozen=True)
class Ask:
    """A job that only tells how a helper stands to dumps."""

    def run(self, database: Database) -> list[Found]:
        return [("", "", repr(dumpable()))]


@LINUX
def test_a_helper_that_is_given_a_key_leaves_no_dump(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        safe: Any = house.ledger.safe
        key, path = safe.vault.database_key, tmp_path / "ledger" / "ledger.db"
        with Helpers(path, key, 1) as helpers:
            [(_, [(_, _, told)])] = helpers.results(iter([Ask()]), lambda: None)
    assert told == repr((0, (0, 0)))


def test_windows_is_asked_to_report_nothing() -> None:
    """With a kernel that notes what it is asked: other error modes stay as they are."""
    asked: list[tuple[str, int]] = []

    class Kernel:
        def GetErrorMode(self) -> int:
            return 0x8001

        def SetErrorMode(self, mode: int) -> None:
            asked.append(("mode", mode))

        def WerSetFlags(self, flags: int) -> None:
            asked.append(("report", flags))

    _keep_none_on_windows(Kernel())
    assert asked == [("mode", 0x8003), ("report", 1)]
