"""A process of its own for a stranger's bytes: little memory, little time, no secrets.

It stands here because `reports` reads tables and pictures and `storage` backups and key headers, and
neither room knows the other. So it knows no format and has no words for the user.

The child gets the bytes over its standard input and answers JSON on its standard output (never a
pickle: what comes back was made from a stranger's file), piece by piece, so that a long answer is
never one text. Its command line holds no data, its environment is made from a short list, it cannot
write files and cannot use more memory or time than `Bounds` allows, nor answer more than we want to
hold. The time is watched from outside as well.

In a frozen program there is no Python interpreter to start: the program starts itself with the flag
of the child, and `main.py` runs it before it imports anything of the window. `multiprocessing` is
not used here: it would hand our whole environment and command line on, and its answers are pickles.
"""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, Final

from resources import dumps, limits

BEAT: Final = 0.1  # seconds until the caller is asked again whether to go on
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", "WINDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
_LENGTH: Final = struct.Struct(">I")

Answer = dict[str, Any]


class Stopped(Exception):
    """The child gave no whole answer; each kind of it is a class of its own."""


class TookTooLong(Stopped):
    """The time was over."""


class SaidTooMuch(Stopped):
    """The answer was longer than its bound."""


class SaidNonsense(Stopped):
    """A piece of the answer is no JSON object."""


class BrokeOff(Stopped):
    """The child could not start, or died before it was done."""


@dataclass(frozen=True)
class Bounds:
    """What a child may use, and how much it may answer."""

    memory_bytes: int
    seconds: int
    answer_bytes: int


@dataclass(frozen=True)
class Child:
    """A module that calls `serve` when it is run, and the flag for it in the frozen program."""

    module: str
    flag: str
    environment: Mapping[str, str] = field(default_factory=dict)


def ask(
    child: Child,
    request: Answer,
    data: Sequence[bytes],
    bounds: Bounds,
    beat: Callable[[], None] = lambda: None,
) -> Generator[Answer, None, None]:
    """Let a child work on bytes; yield what it answers.

    Args:
        request: What the child is told beside the bytes; must fit into JSON.
        beat: Called again and again while the child works; may raise to stop it.

    Raises:
        Stopped: There is no answer, or no more of it.
    """
    header = json.dumps({"request": request, "bounds": asdict(bounds)}).encode()
    talk = _Talk(child, [_LENGTH.pack(len(header)) + header, *data], bounds.answer_bytes)
    try:
        for frame in _in_time(talk, bounds.seconds, beat):
            yield _read(frame)
    finally:
        talk.end()
    if talk.flooded:
        raise SaidTooMuch
    if not talk.complete:
        raise BrokeOff


def _in_time(talk: "_Talk", seconds: int, beat: Callable[[], None]) -> Iterator[bytes]:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            frame = talk.frames.get(timeout=min(BEAT, left))
        except Empty:
            beat()
            continue
        if not frame:
            return
        yield frame
    raise TookTooLong


def _read(frame: bytes) -> Answer:
    try:
        answer = json.loads(frame.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as exc:  # whatever the file made of the child: no bug here
        raise SaidNonsense from exc
    if not isinstance(answer, dict):
        raise SaidNonsense
    return answer


class _Talk:
    """A child with its request, and the threads that tell it and take in what it answers.

    There are two, because a child need not listen before it talks.

    Attributes:
        frames: pieces of the answer as they come; an empty one is the last.
        complete: the child said that this was all.
        flooded: it wanted to say more than it may.
    """

    def __init__(self, child: Child, request: Sequence[bytes], most: int) -> None:
        self.frames: SimpleQueue[bytes] = SimpleQueue()
        self.complete = self.flooded = False
        self._process = _start(child)
        told = ((self._say, request), (self._listen, most))
        self._threads = [Thread(target=work, args=(one,), daemon=True) for work, one in told]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop the child, whatever it does, and let everything go."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(OSError):  # what a dead child did not take in
                stream.close()

    def _say(self, request: Sequence[bytes]) -> None:
        stream = self._process.stdin
        assert stream is not None
        with suppress(OSError):  # a child that died at once; its answer is missing
            for part in request:
                stream.write(part)
            stream.close()

    def _listen(self, most: int) -> None:
        with suppress(OSError):
            for frame in self._frames(most):
                self.frames.put(frame)
        self.frames.put(b"")

    def _frames(self, most: int) -> Iterator[bytes]:
        stream = self._process.stdout
        assert stream is not None
        while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
            (length,) = _LENGTH.unpack(head)
            most -= length
            self.complete, self.flooded = length == 0, most < 0
            if self.complete or self.flooded or len(frame := stream.read(length)) < length:
                return
            yield frame


def _start(child: Child) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command(child),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[1],
            env=environment(child),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as exc:  # no memory or no process left
        raise BrokeOff from exc


def command(child: Child) -> list[str]:
    """Return how a child is started; the same for every file."""
    if getattr(sys, "frozen", False):
        return [sys.executable, child.flag]
    return [sys.executable, "-m", child.module]


def environment(child: Child) -> dict[str, str]:
    """Keep what a process needs to start, and nothing else of ours."""
    kept = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **child.environment}


# --- inside the child -------------------------------------------------------------------------


def serve(work: Callable[[Answer, BinaryIO], Iterable[Answer]]) -> int:
    """Do one request from standard input; return the exit code of the process.

    Args:
        work: Gets the request and the bytes, after all limits are in force; yields the answer.
    """
    dumps.keep_none()
    with os.fdopen(0, "rb", closefd=False) as data, os.fdopen(1, "wb", closefd=False) as reply:
        (length,) = _LENGTH.unpack(data.read(_LENGTH.size))
        header: Answer = json.loads(data.read(length))
        bounds = Bounds(**header["bounds"])
        limits.limit_process(bounds.memory_bytes, bounds.seconds)
        for answer in work(header["request"], data):
            frame = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
            packed = frame.encode("utf-8", "surrogatepass")
            reply.write(_LENGTH.pack(len(packed)) + packed)
        reply.write(_LENGTH.pack(0))
    return 0
