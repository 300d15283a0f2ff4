"""Helper processes of a verification: whatever is raised in one shows in the process that asked."""

import errno
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from models.errors import InputOutput
from storage.database import Database
from storage.helpers import Found, Helpers
from tests.house import furnished


@dataclass(frozen=True)
class Mistaken:
    """A job with a bug."""

    def run(self, database: Database) -> list[Found]:
        raise LookupError("no such thing", 7)


@dataclass(frozen=True)
class Unclosed:
    """A job after which the file fails, so that no finding tells it."""

    def run(self, database: Database) -> list[Found]:
        def fails() -> None:
            raise InputOutput(file="ledger.db", reason="EIO")

        database.close = fails  # type: ignore[method-assign]
        return []


@contextmanager
def helper(folder: Path) -> Iterator[Helpers]:
    with furnished(folder) as house:
        safe: Any = house.ledger.safe
        with Helpers(folder / "ledger" / "ledger.db", safe.vault.database_key, 1) as made:
            yield made


def test_a_bug_in_a_helper_shows_as_it_is(tmp_path: Path) -> None:
    with helper(tmp_path) as helpers, pytest.raises(LookupError) as caught:
        list(helpers.results(iter([Mistaken()]), lambda: None))
    assert caught.value.args == ("no such thing", 7)


def test_an_error_of_ours_keeps_its_facts_on_the_way(tmp_path: Path) -> None:
    with helper(tmp_path) as helpers, pytest.raises(InputOutput) as caught:
        list(helpers.results(iter([Unclosed()]), lambda: None))
    assert caught.value.facts == {"file": "ledger.db", "reason": "EIO"}


def test_none_stays_behind_when_one_more_cannot_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SpawnProcess._Popen
    begun: list[BaseProcess] = []

    def one_only(made: BaseProcess) -> Any:
        if begun:
            raise BlockingIOError(errno.EAGAIN, "no process left")
        begun.append(made)
        return begin(made)

    monkeypatch.setattr(SpawnProcess, "_Popen", staticmethod(one_only))
    with (
        pytest.raises(InputOutput, match="EAGAIN"),
        Helpers(tmp_path / "ledger.db", bytes(32), 2),
    ):
        pass
    assert begun and multiprocessing.active_children() == []
