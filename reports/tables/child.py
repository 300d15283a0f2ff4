"""Parse hostile files in a process of their own, which has little memory, little time, no secrets.

The child gets the file over its standard input and answers JSON on its standard output (never a
pickle: what comes back was made from a stranger's file), piece by piece, so that a long table is
never one text. Its command line holds no data, its environment is made from a short list, it cannot
write files and cannot use more memory or time than `Limits` allows, nor answer more than we want to
hold. On Windows, which has no resource limits of this kind, the time limit, the bound of the answer
and the checks before parsing remain.

In a frozen program there is no Python interpreter to start: the program starts itself with
`CHILD_FLAG`, and `main.py` calls `run_child` before it imports anything of the window.
`multiprocessing` is not used here: it would hand our whole environment and command line on, and
its answers are pickles.
"""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from models.errors import ImportRefused
from reports.tables.table import Limits, refuse

CHILD_FLAG: Final = "--read-table-in-child"
BEAT: Final = 0.1  # seconds until the caller is asked again whether to go on
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", "WINDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
_LENGTH: Final = struct.Struct(">I")

Answer = dict[str, Any]
Parser = Callable[[bytes, Answer], Iterable[Answer]]


def parse_in_child(
    parser: str,
    data: bytes,
    options: Answer,
    *,
    limits: Limits,
    name: str,
    beat: Callable[[], None] = lambda: None,
) -> Generator[Answer, None, None]:
    """Run one of `parsers()` on the bytes of a file in a child process; yield what it answers.

    Args:
        parser: Key of `parsers()`.
        data: The whole file.
        options: What the parser is told; must fit into JSON.
        limits: Memory, time and length of the answer.
        name: File name for messages; the child never learns it.
        beat: Called again and again while the child works; may raise `Cancelled`.

    Raises:
        ImportRefused: The parser refuses the file, takes too much memory or time, or breaks.
    """
    header = json.dumps({"parser": parser, "options": options, **_bounds(limits)}).encode()
    talk = _Talk([_LENGTH.pack(len(header)) + header, data], limits.answer_bytes)
    try:
        for frame in _in_time(talk, limits.seconds, beat):
            if frame is None:
                raise refuse(name, _TOO_LONG + _ADVICE[parser])
            answer = _read(frame, name)
            if "refused" in answer:
                raise refuse(name, str(answer["refused"]))
            yield answer
    finally:
        talk.end()
    if talk.flooded:
        raise refuse(name, _TOO_WORDY + _ADVICE[parser])
    if not talk.complete:
        raise refuse(name, _BROKE_OFF + _ADVICE[parser])


_TOO_LONG: Final = "読み取りに時間がかかりすぎるため、中止しました。"
_TOO_MUCH: Final = "読み取りに必要なメモリーが多すぎるため、中止しました。"
_TOO_WORDY: Final = "読み取った内容が多すぎるため、中止しました。"
_BROKE_OFF: Final = "読み取りが途中で止まりました。ファイルが壊れているか、メモリーが足りません。"
UNCLEAR: Final = "読み取りの結果が正しくありません。元のソフトで開き、保存し直してください。"
_ADVICE: Final = {
    "table": "必要な表だけにして、行を減らして保存し直してください。",
    "picture": "画像を縮小して保存し直してください。",
}


def _bounds(limits: Limits) -> Answer:
    return {"memory_bytes": limits.memory_bytes, "seconds": limits.seconds}


def _in_time(talk: "_Talk", seconds: int, beat: Callable[[], None]) -> Iterator[bytes | None]:
    """Yield the frames of an answer; None when the time is over."""
    until = time.monotonic() + seconds
    while True:
        left = until - time.monotonic()
        if left <= 0:
            yield None
        try:
            frame = talk.frames.get(timeout=min(BEAT, left))
        except Empty:
            beat()
            continue
        if not frame:
            return
        yield frame


def _read(frame: bytes, name: str) -> Answer:
    try:
        answer = json.loads(frame.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as exc:  # whatever the file made of the child: no bug here
        raise refuse(name, UNCLEAR) from exc
    if not isinstance(answer, dict):
        raise refuse(name, UNCLEAR)
    return answer


class _Talk:
    """A child with its request, and the threads that tell it and take in what it answers.

    There are two, because a child need not listen before it talks.

    Attributes:
        frames: pieces of the answer as they come; an empty one is the last.
        complete: the child said that this was all.
        flooded: it wanted to say more than it may.
    """

    def __init__(self, request: Sequence[bytes], most: int) -> None:
        self.frames: SimpleQueue[bytes] = SimpleQueue()
        self.complete = self.flooded = False
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[2],
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
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


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_FLAG]
    return [sys.executable, "-m", "reports.tables.child"]


def _environment() -> dict[str, str]:
    """Keep what a process needs to start; turn lxml off, so that defusedxml guards all parsing."""
    kept = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    return kept | {
        "OPENPYXL_LXML": "False",
        "OPENPYXL_DEFUSEDXML": "True",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


# --- inside the child -------------------------------------------------------------------------


def parsers() -> dict[str, Callable[[], Parser]]:
    """Return what a child may be asked to run, to be imported there and only when asked for."""
    return {"picture": _picture_parser, "table": _table_parser}


def _picture_parser() -> Parser:
    from reports import pictures

    return lambda data, options: [pictures.redraw(data, options)]


def _table_parser() -> Parser:
    from reports.tables import parse

    return parse.parse_table


def run_child() -> int:
    """Do one request from standard input; return the exit code of the process."""
    with os.fdopen(0, "rb", closefd=False) as request, os.fdopen(1, "wb", closefd=False) as reply:
        (length,) = _LENGTH.unpack(request.read(_LENGTH.size))
        header: Answer = json.loads(request.read(length))
        limit_resources(header["memory_bytes"], header["seconds"])
        for answer in _answers(header, request):
            frame = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
            packed = frame.encode("utf-8", "surrogatepass")
            reply.write(_LENGTH.pack(len(packed)) + packed)
        reply.write(_LENGTH.pack(0))
    return 0


def _answers(header: Answer, request: Any) -> Iterator[Answer]:
    try:
        with redirect_stdout(None):  # openpyxl prints about some damage, into our answer
            parser = parsers()[header["parser"]]()
            yield from parser(request.read(), header["options"])
    except ImportRefused as refusal:
        yield {"refused": refusal.facts["reason"]}
    except MemoryError:
        yield {"refused": _TOO_MUCH + _ADVICE[header["parser"]]}


def limit_resources(memory_bytes: int, seconds: int) -> None:
    """Bound memory, processor time, core dumps and written files where the system can."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for limit, value in wanted.items():
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    sys.exit(run_child())
