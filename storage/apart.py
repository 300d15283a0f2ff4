"""Do what streams gigabytes in a process of its own: beside a window it would take the interpreter.

A thread that seals record after record keeps the interpreter from the window for a third of a
second now and then (measured). What comes back is counted bytes and one answer.
"""

from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar, cast

from models.errors import InputOutput
from storage.backup_parts import Meter
from storage.helpers import BEAT, process, raised, stand_back

T = TypeVar("T")
LARGE = 64 << 20  # bytes; fewer take no longer than starting a process
_TOLD = 8 << 20  # bytes between two words about how far it is


def apart(work: Callable[..., T], *arguments: object, meter: Meter, file: Path) -> T:
    """Call `work(*arguments, meter)` in another process; work and arguments must be picklable.

    Args:
        meter: hears what is done; whatever it raises ends the process.
        file: what the process works on, for the sentence when it ends by itself.

    Raises:
        AzukariError: what the work raised.
        InputOutput: the process ended by itself.
    """
    with process(_serve, work, arguments) as connection:
        try:
            return cast(T, _answer(connection, meter))
        except (EOFError, OSError) as exc:
            raise InputOutput(file=str(file), reason="バックアップの補助プログラムの終了") from exc


def _answer(connection: Connection, meter: Meter) -> Any:
    while True:
        if not connection.poll(BEAT):
            meter.advance(0)
            continue
        kind, value = connection.recv()
        if kind == "on":
            meter.advance(value)
        elif kind == "done":
            return value
        else:
            raise value.again()


# --- in the process -------------------------------------------------------------------------------


class _Telling(Meter):
    """Tells the other side how far it is."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(None, 0)
        self._connection = connection

    def advance(self, amount: int) -> None:
        self._done += amount
        if self._done >= _TOLD:
            self.tell()

    def tell(self) -> None:
        self._connection.send(("on", self._done))
        self._done = 0


def _serve(connection: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    stand_back()
    meter = _Telling(connection)
    try:
        answer = work(*arguments, meter)
    except Exception as error:
        connection.send(("raised", raised(error)))
    else:
        meter.tell()
        connection.send(("done", answer))
