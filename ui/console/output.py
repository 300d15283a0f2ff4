"""How the console speaks: a result for programs as JSON, for people as plain Japanese lines."""

import errno
import json
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from models.errors import AzukariError, PaperNotWritten
from models.text import visible
from models.verification import Verification
from reports.tables.replacing import replacing

Issue = Callable[[], tuple[str | None, bytes]]
Result = Mapping[str, Any]

NOTHING_MORE: Result = {}
STATES = {True: "問題ありません", False: "問題があります"}


class Speaker:
    """Writes results to stdout and everything else to stderr.

    What a terminal would obey is made visible: lines quote files of strangers.

    Args:
        as_json: results are one JSON object; messages stay on stderr.
    """

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool) -> None:
        self._out = out
        self._err = err
        self._as_json = as_json
        self._last = -1
        self.answered = False

    def result(self, result: Result, lines: list[str]) -> None:
        """Write the answer: `result` for programs, `lines` for people."""
        self.answered = True
        if self._as_json:
            json.dump(result, self._out, ensure_ascii=False, indent=2)
            self._out.write("\n")
        else:
            self._out.write(visible("\n".join(lines)) + "\n")
        self._out.flush()

    def failure(self, code: str, message: str, more: Result = NOTHING_MORE) -> None:
        """Tell programs that it failed; an answer that stands there, or was to, is not followed."""
        if not self._as_json or self.answered:
            return
        try:
            self.result({"ok": False, "error": code, "message": message, **more}, [])
        except BrokenPipeError:
            raise
        except OSError:
            pass  # the message and the exit code still tell it

    def message(self, text: str) -> None:
        self._err.write(visible(text) + "\n")
        self._err.flush()

    def progress(self, done: int, total: int) -> None:
        """Show progress in tenths, only to a person at a terminal."""
        if not self._err.isatty() or total <= 0:
            return
        tenth = done * 10 // total
        if tenth != self._last:
            self._last = tenth
            self._err.write(f"\r{tenth * 10:3d} %" + ("\n" if tenth == 10 else ""))
            self._err.flush()


def problems_of(found: Verification) -> list[Result]:
    """Return what a verification found, as programs are told it."""
    return [
        {
            "code": one.code,
            "where": one.where,
            "message": one.message,
            "remedy": one.remedy.value,
        }
        for one in found.problems
    ]


def speak_utf8(stream: TextIO, errors: str = "backslashreplace") -> None:
    """Read or write UTF-8 whatever the code page of the machine is (Windows pipes are CP932)."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors=errors)


def machine_refused(error: OSError, unnamed: str = "使おうとしたファイル") -> str:
    """Say what the system refused; a name that it cannot take, for example."""
    where = f"「{visible(str(error.filename)[:80])}」" if error.filename else unnamed
    reason = errno.errorcode.get(error.errno or 0, "不明な原因")
    return f"{where}を使えません（{reason}）。名前の長さ、場所、空き容量を確かめてください。"


def write_paper(out: Path, issue: Issue) -> None:
    """Issue a paper into a file; the place is tried before anything is sealed.

    Args:
        issue: returns the number of a sealed paper, or None for a working print, and the bytes.

    Raises:
        PaperNotWritten: sealed and kept by the ledger, but not in the file.
        AzukariError: nothing was sealed.
    """
    number: str | None = None
    try:
        with replacing(out) as place:
            number, data = issue()
            place.write_bytes(data)
    except AzukariError as error:
        if number is None:
            raise
        raise PaperNotWritten(number=number, file=out.name) from error
