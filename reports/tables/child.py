"""Tables and pictures in a confined child (`resources/confined.py`): what it is asked, and our words.

In a frozen program `main.py` calls `run_child` when the program was started with `CHILD_FLAG`.
"""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, redirect_stdout
from typing import BinaryIO, Final

from models.errors import ImportRefused
from reports.tables.table import Limits, refuse
from resources import confined
from resources.confined import Answer, Bounds, Child

CHILD_FLAG: Final = "--read-table-in-child"
# lxml stays off, so that defusedxml guards all parsing.
CHILD: Final = Child(
    "reports.tables.child", CHILD_FLAG, {"OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "True"}
)

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
    request = {"parser": parser, "options": options}
    bounds = Bounds(limits.memory_bytes, limits.seconds, limits.answer_bytes)
    try:
        with closing(confined.ask(CHILD, request, [data], bounds, beat)) as answers:
            for answer in answers:
                if "refused" in answer:
                    raise refuse(name, str(answer["refused"]))
                yield answer
    except confined.SaidNonsense as exc:
        raise refuse(name, UNCLEAR) from exc
    except confined.Stopped as exc:
        raise refuse(name, _STOPPED[type(exc)] + _ADVICE[parser]) from exc


_TOO_MUCH: Final = "読み取りに必要なメモリーが多すぎるため、中止しました。"
_STOPPED: Final[dict[type[confined.Stopped], str]] = {
    confined.TookTooLong: "読み取りに時間がかかりすぎるため、中止しました。",
    confined.SaidTooMuch: "読み取った内容が多すぎるため、中止しました。",
    confined.BrokeOff: (
        "読み取りが途中で止まりました。ファイルが壊れているか、メモリーが足りません。"
    ),
}
UNCLEAR: Final = "読み取りの結果が正しくありません。元のソフトで開き、保存し直してください。"
_ADVICE: Final = {
    "table": "必要な表だけにして、行を減らして保存し直してください。",
    "picture": "画像を縮小して保存し直してください。",
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
    return confined.serve(_answers)


def _answers(request: Answer, data: BinaryIO) -> Iterator[Answer]:
    try:
        with redirect_stdout(None):  # openpyxl prints about some damage, into our answer
            parser = parsers()[request["parser"]]()
            yield from parser(data.read(), request["options"])
    except ImportRefused as refusal:
        yield {"refused": refusal.facts["reason"]}
    except MemoryError:
        yield {"refused": _TOO_MUCH + _ADVICE[request["parser"]]}


if __name__ == "__main__":
    sys.exit(run_child())
