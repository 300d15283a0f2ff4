"""The log, portion by portion, as the tables want it: new records with their rows made.

To read entries and to make their rows takes most of a rebuild and needs nothing but the log, so two
processes can do it beside the one that writes (`read_beside`). They open the database read-only,
without taking locks, and may: the tables of the log are not written meanwhile, and each of them
begins its one read transaction, which keeps what it knows of the file, before the writer begins.
"""

import marshal
import pickle
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from models import collector
from models.chain import Action, Command, read_content
from models.errors import InputOutput
from models.records import HandlingEvent, Item, Record
from storage import log, rows, steps, written
from storage.database import Database, open_snapshot
from storage.helpers import Raised, process, raised, stand_back
from storage.rows import New

READERS = 2
NICE = 5  # behind the window, but not behind whatever else this PC does: the writer waits for them
SIZE = log.CHUNK  # entries of a portion; not more than the log gives at once


class Later(NamedTuple):
    """An entry about a record that was there, or one whose content is gone."""

    seq: int
    command: Command
    action: Action
    record: Record
    content: bytes | None
    gone: bool


Portion = Sequence[New | Later]


def read_here(database: Database, last: int, first: int = 1) -> Iterator[Portion]:
    """Yield all entries from one to another, in order."""
    for portion in _read(database, last, first):
        yield [_with_event(one) for one in portion]


def _read(database: Database, last: int, first: int) -> Iterator[Portion]:
    """Yield the same without the events that the rows speak of."""
    for chunk in log.told(database, first, last):
        yield [_prepared(command, told) for command, told in chunk]


def _prepared(command: Command, told: log.Told) -> New | Later:
    """Read an entry; of a void its id is enough."""
    seq, type_, id_, action, payload, content = told
    if type_ == HandlingEvent.type and action is Action.CREATE and content is not None:
        at, author = rows.entered_at(command), command.author
        made = written.new_event(id_, read_content(content)[0], payload, seq, at, author)
        if made is not None:
            return made
    body = None if action is Action.VOID else content
    record, names = log.read_filled(type_, id_, payload, body)
    gone = log.is_gone(type_, content)
    if gone or action is not Action.CREATE:
        return Later(seq, command, action, record, content, gone)
    return rows.new(record, seq, rows.entered_at(command), command.author, names)


def _with_event(one: New | Later) -> New | Later:
    """Add what custody asks of an event."""
    if isinstance(one, Later) or one.row is None or rows.table_of(one.row[0]) != steps.EVENTS:
        return one
    return one._replace(record=steps.happened(one.row, one.children))


# --- beside ---------------------------------------------------------------------------------------


@contextmanager
def read_beside(path: Path, key: bytes, last: int) -> Iterator[Iterator[Portion]]:
    """Give what `read_here` yields, read by processes; leaving the block ends them.

    They have opened the database when the block begins; only then it may be written.

    Raises:
        AzukariError: of the reading, while the portions are taken.
        InputOutput: a process ended by itself.
    """
    with ExitStack() as stack:
        readers = [
            stack.enter_context(process(_serve, path, key, number, SIZE, last))
            for number in range(READERS)
        ]
        for reader in readers:
            _take(reader, path)
        yield _alternately(readers, path, last)


def _alternately(readers: Sequence[Connection], path: Path, last: int) -> Iterator[Portion]:
    for number in range(-(-last // SIZE)):
        yield _unpacked(_take(readers[number % len(readers)], path))


def _take(reader: Connection, path: Path) -> Any:
    try:
        answer = reader.recv()
    except (EOFError, OSError) as exc:
        raise InputOutput(file=str(path), reason="一覧を作る補助プログラムの終了") from exc
    if isinstance(answer, Raised):
        raise answer.again()
    return answer


def _serve(
    connection: Connection, path: Path, key: bytes, number: int, size: int, last: int
) -> None:
    """Send every second portion, in order."""
    stand_back(NICE)
    try:
        database = open_snapshot(path, key)
        database.all("BEGIN")
        database.all("SELECT 1 FROM sqlite_schema")  # begins to read, and goes on until the end
        connection.send(None)
        with collector.at_rest():
            for first in range(1 + number * size, last + 1, READERS * size):
                for portion in _read(database, min(first + size - 1, last), first):
                    connection.send(_packed(portion))
    except BrokenPipeError:
        pass  # the other side has stopped
    except Exception as error:
        connection.send(raised(error))


# --- on the way -----------------------------------------------------------------------------------


def _packed(portion: Portion) -> bytes:
    """Write a portion down for the process that asked.

    Rows are plain values, and most of a portion is rows: `marshal` takes a tenth of the time in
    which records are pickled. Of an event nothing else is needed.
    """
    return marshal.dumps(
        [
            pickle.dumps(one) if isinstance(one, Later) or isinstance(one.record, Item)
            else (one.number, one.at, one.author, one.row, one.children)
            for one in portion
        ]
    )  # fmt: skip


def _unpacked(packed: bytes) -> Portion:
    return [_with_event(_made(one)) for one in marshal.loads(packed)]


def _made(packed: Any) -> New | Later:
    if isinstance(packed, bytes):
        made: New | Later = pickle.loads(packed)
        return made
    number, at, author, row, children = packed
    return New(number, at, author, None, None, row, children)
