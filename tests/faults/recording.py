"""Run a program on a disk that is watched or that fails (`recorder.c`), and read what it did."""

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("recorder.c")
HEAD = struct.Struct("<cHQI")


@dataclass(frozen=True, slots=True)
class Call:
    """One call that touched the disk, or a mark: something that the program said."""

    op: str
    path: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Run:
    """How a watched program ended, what it said and what it did to the disk."""

    code: int
    out: bytes
    err: bytes
    calls: tuple[Call, ...]

    @property
    def touching(self) -> int:
        """Count the calls that can fail."""
        return sum(call.op != "A" for call in self.calls)


def build_recorder(folder: Path) -> Path:
    """Compile the recorder; a machine without a compiler skips the tests that need it."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    library = folder / "recorder.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror",
         "-o", library, SOURCE, "-ldl"],
        check=True,
    )  # fmt: skip
    return library


class Watcher:
    """Runs acts, each in a child of its own of one process that has imported everything."""

    def __init__(self, library: Path) -> None:
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            env=os.environ | {"LD_PRELOAD": str(library), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, home: Path, act: str, work: Path, **faults: int) -> Run:
        """Let one act happen on the watched folder `home`.

        Args:
            work: where log and output are put.
            faults: fail_at, fail_errno, fail_sticky, kill_at; see `recorder.c`.
        """
        log = work / "calls"
        log.unlink(missing_ok=True)
        named = {f"AZK_{name.upper()}": str(value) for name, value in faults.items()}
        wish = {
            "home": str(home),
            "act": act,
            "out": str(work / "out"),
            "err": str(work / "err"),
            "environment": {"AZK_ROOT": str(home), "AZK_LOG": str(log), **named},
        }
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps(wish) + "\n")
        self._nursery.stdin.flush()
        code = int(self._nursery.stdout.readline())
        out, err = (work / "out").read_bytes(), (work / "err").read_bytes()
        return Run(code, out, err, tuple(read_log(log)))

    def close(self) -> None:
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._nursery.stdin.close()
        self._nursery.wait(timeout=30)
        self._nursery.stdout.close()


def read_log(log: Path) -> Iterator[Call]:
    """Yield the calls of a log; a torn last record (the program was killed) is left out."""
    raw = log.read_bytes() if log.exists() else b""
    at = 0
    while at + HEAD.size <= len(raw):
        op, path, offset, length = HEAD.unpack_from(raw, at)
        at += HEAD.size
        if at + path + length > len(raw):
            return
        name = raw[at : at + path].decode("utf-8", "surrogateescape")
        yield Call(op.decode(), name, offset, raw[at + path : at + path + length])
        at += path + length
