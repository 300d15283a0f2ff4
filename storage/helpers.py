"""Two helper processes that read one database file side by side and report what they find.

Ed25519 and the building of rows hold Python's lock, so threads gain nothing (measured). A helper
opens the file itself, read-only and without taking locks, under the raw key that comes to it through
the pipe of its start: never in its arguments or its environment. It returns plain findings.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from models.errors import AzukariError, InputOutput
from resources import dumps
from storage.database import Database, open_snapshot
from storage.files import reading

Found = tuple[str, str, str]  # code, where, message
NICE = 19  # behind everything that somebody waits for
BEAT = 0.1  # seconds until the caller is asked again whether to go on


class Job(Protocol):
    """A part of a check that needs nothing but the database; must be picklable."""

    def run(self, database: Database) -> list[Found]: ...


def run_here(job: Job, database: Database) -> list[Found]:
    """Do a job; what the database refuses to give is a finding like any other."""
    try:
        return job.run(database)
    except AzukariError as error:
        return [("PAGES", database.path.name, str(error))]


class Helpers:
    """Processes that take one job after the other; leaving the block ends them at once."""

    def __init__(self, path: Path, key: bytes, number: int) -> None:
        self._path, self._key, self._number = path, key, number
        self._running = ExitStack()
        self._idle: list[Connection] = []
        self._busy: dict[Connection, Job] = {}

    def __enter__(self) -> "Helpers":
        with ExitStack() as begun:  # they end if one more cannot be started
            for _ in range(self._number):
                mine = begun.enter_context(process(_serve, self._path, self._key))
                self._idle.append(mine)
            self._running = begun.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def results(
        self, jobs: Iterator[Job], beat: Callable[[], None]
    ) -> Iterator[tuple[Job, list[Found]]]:
        """Yield every job with its findings, in the order in which they end.

        Args:
            beat: called again and again while the helpers work; may raise `Cancelled`.

        Raises:
            InputOutput: a helper ended by itself.
        """
        job = next(jobs, None)
        while job is not None or self._busy:
            while job is not None and self._idle:
                self._give(job)
                job = next(jobs, None)
            for connection in wait(list(self._busy), BEAT):
                assert isinstance(connection, Connection)
                yield self._take(connection)
            beat()

    def _give(self, job: Job) -> None:
        connection = self._idle.pop()
        self._busy[connection] = job
        try:
            connection.send(job)
        except OSError as exc:
            raise self._ended() from exc

    def _take(self, connection: Connection) -> tuple[Job, list[Found]]:
        try:
            answer: Any = connection.recv()
        except (EOFError, OSError) as exc:
            raise self._ended() from exc
        job = self._busy.pop(connection)
        self._idle.append(connection)
        if isinstance(answer, Raised):
            raise answer.again()
        return job, answer

    def _ended(self) -> InputOutput:
        return InputOutput(file=str(self._path), reason="検証の補助プログラムの終了")


@contextmanager
def process(target: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Call `target(its end of a pipe, *arguments)` in another process; leaving the block ends it.

    Target and arguments must be picklable; they reach it through the pipe of its start, never
    through its arguments or its environment.

    Raises:
        InputOutput: it could not be started.
    """
    running, mine = _spawn(target, *arguments)
    try:
        yield mine
    finally:
        running.terminate()
        running.join()  # only now nobody holds a file any more
        mine.close()


def _spawn(target: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    # "spawn": a fork of a process with a window and threads may hang.
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    started = context.Process(target=target, args=(theirs, *arguments), daemon=True)
    with reading(Path(sys.executable)):  # no memory or no process left
        started.start()
    theirs.close()
    return started, mine


class Raised(NamedTuple):
    """An error in such a process, on its way to the one that asked.

    Attributes:
        kind: its class if it is one of ours; these are made again from their facts.
        told: the facts; a bug as it is: it must show in the process that asked.
    """

    kind: type[AzukariError] | None
    told: Any

    def again(self) -> Exception:
        made: Exception = self.kind(**self.told) if self.kind else self.told
        return made


def raised(error: Exception) -> Raised:
    if isinstance(error, AzukariError):
        return Raised(type(error), error.facts)
    return Raised(None, error)


def stand_back(nice: int = NICE) -> None:
    """Leave Ctrl+C to the process that asked, and the processor to its window when it is short.

    Its keys stay out of dumps, like those of the process that asked.

    Args:
        nice: how far behind others; less where the one that asked can do nothing meanwhile.
    """
    dumps.keep_none()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):  # Windows prefers the window in front by itself
        os.nice(nice)


def _serve(connection: Connection, path: Path, key: bytes) -> None:
    """Do jobs until the other side is gone."""
    stand_back()
    with suppress(EOFError, OSError):
        while True:
            job: Job = connection.recv()
            try:
                # Opened for every job: what an earlier one has cached may have been rewritten.
                answer: list[Found] | Raised = _fresh(job, path, key)
            except Exception as error:
                answer = raised(error)
            connection.send(answer)


def _fresh(job: Job, path: Path, key: bytes) -> list[Found]:
    try:
        database = open_snapshot(path, key)
    except AzukariError as error:
        return [("PAGES", path.name, str(error))]
    try:
        return run_here(job, database)
    finally:
        database.close()
