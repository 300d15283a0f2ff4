"""Parse hostile files in a process of their own, which has little memory, little time, no secrets.

The child gets the file over its standard input and answers JSON on its standard output (never a
pickle: what comes back was made from a stranger's file). Its command line holds no data, its
environment is made from a short list, it cannot write files and cannot use more memory or time
than `Limits` allows. On Windows, which has no resource limits of this kind, the time limit and the
checks before parsing remain.

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
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

from models.errors import ImportRefused
from reports.tables.table import Limits, refuse

CHILD_FLAG: Final = "--read-table-in-child"
_KEPT_ENVIRONMENT: Final = ("SYSTEMROOT", "WINDIR", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
_LENGTH: Final = struct.Struct(">I")

Answer = dict[str, Any]
Parser = Callable[[bytes, Answer], Answer]


def parse_in_child(
    parser: str, data: bytes, options: Answer, *, limits: Limits, name: str
) -> Answer:
    """Run one of `parsers()` on the bytes of a file in a child process.

    Args:
        parser: Key of `parsers()`.
        data: The whole file.
        options: What the parser is told; must fit into JSON.
        limits: Memory and time of the child.
        name: File name for messages; the child never learns it.

    Raises:
        ImportRefused: The parser refuses the file, takes too much memory or time, or breaks.
    """
    header = json.dumps({"parser": parser, "options": options, **_bounds(limits)}).encode()
    try:
        done = subprocess.run(
            _command(),
            input=_LENGTH.pack(len(header)) + header + data,
            capture_output=True,
            cwd=Path(__file__).resolve().parents[2],
            env=_environment(),
            timeout=limits.seconds,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as exc:
        raise refuse(name, _TOO_LONG + _ADVICE[parser]) from exc
    if done.returncode:
        raise refuse(name, _TOO_MUCH + _ADVICE[parser])
    try:
        answer: Answer = json.loads(done.stdout)
    except ValueError as exc:  # whatever a stranger's file made of the child, it is no bug here
        raise refuse(name, _UNCLEAR) from exc
    if "refused" in answer:
        raise refuse(name, str(answer["refused"]))
    return answer


_TOO_LONG: Final = "読み取りに時間がかかりすぎるため、中止しました。"
_TOO_MUCH: Final = "読み取りに必要なメモリーが多すぎるため、中止しました。"
_UNCLEAR: Final = "読み取りの途中で止まりました。元のソフトで開き、保存し直してください。"
_ADVICE: Final = {
    "xlsx": "必要な表だけにして、行を減らして保存し直してください。",
    "picture": "画像を縮小して保存し直してください。",
}


def _bounds(limits: Limits) -> Answer:
    return {"memory_bytes": limits.memory_bytes, "seconds": limits.seconds}


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


def parsers() -> dict[str, Parser]:
    """Return everything a child may be asked to run; only the child imports it."""
    from reports import pictures
    from reports.tables import xlsx_grid

    return {"picture": pictures.redraw, "xlsx": xlsx_grid.parse_sheet}


def run_child() -> int:
    """Do one request from standard input; return the exit code of the process."""
    with os.fdopen(0, "rb", closefd=False) as request, os.fdopen(1, "wb", closefd=False) as reply:
        (length,) = _LENGTH.unpack(request.read(_LENGTH.size))
        header: Answer = json.loads(request.read(length))
        limit_resources(header["memory_bytes"], header["seconds"])
        with redirect_stdout(None):  # openpyxl prints about some damage, into our answer
            answer = _answer(header, request.read())
        reply.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return 0


def _answer(header: Answer, data: bytes) -> Answer:
    try:
        return parsers()[header["parser"]](data, header["options"])
    except ImportRefused as refusal:
        return {"refused": refusal.facts["reason"]}
    except MemoryError:
        return {"refused": _TOO_MUCH + _ADVICE[header["parser"]]}


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
