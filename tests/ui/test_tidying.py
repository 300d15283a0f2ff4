"""Idle time brings the search index and the list tables up to date, and then stops."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.errors import DiskFull
from tests.house import furnished
from ui import tidying
from ui.operations import Operations
from ui.tidying import Tidying


class Store:
    """Counts how often it is asked; has work for some pieces."""

    def __init__(self, pieces: int, error: Exception | None = None) -> None:
        self.asked = 0
        self.budgets: list[int] = []
        self._pieces = pieces
        self._error = error

    def index_search(self, budget_ms: int) -> bool:
        self.asked += 1
        self.budgets.append(budget_ms)
        if self._error is not None:
            raise self._error
        return self.asked < self._pieces


@pytest.fixture
def operations(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operations]:
    monkeypatch.setattr(tidying, "PAUSE_MS", 1)
    monkeypatch.setattr(tidying, "BETWEEN_MS", 1)
    made = Operations()
    yield made
    made.close()


def tidy(store: Store, operations: Operations, qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    access = SimpleNamespace(waits=False)
    Tidying(cast(Any, SimpleNamespace(store=store, access=access)), operations, page)
    return page


def test_it_goes_on_until_nothing_is_left(operations: Operations, qtbot: QtBot) -> None:
    store = Store(pieces=4)
    _page = tidy(store, operations, qtbot)  # whose end would end it
    qtbot.waitUntil(lambda: store.asked == 4)
    qtbot.wait(50)
    assert store.asked == 4


def test_a_command_wakes_it_again(operations: Operations, qtbot: QtBot) -> None:
    store = Store(pieces=1)
    _page = tidy(store, operations, qtbot)  # whose end would end it
    qtbot.waitUntil(lambda: store.asked == 1)
    operations.changed.emit(None)
    qtbot.waitUntil(lambda: store.asked == 2)


def test_pieces_are_larger_while_nobody_works(operations: Operations, qtbot: QtBot) -> None:
    store, page = Store(pieces=4), QWidget()
    qtbot.addWidget(page)
    ledger = SimpleNamespace(store=store, access=SimpleNamespace(waits=False))
    since = iter([0.0, tidying.QUIET_S - 1.0, float(tidying.QUIET_S), 0.0])
    Tidying(cast(Any, ledger), operations, page, lambda: next(since))
    qtbot.waitUntil(lambda: store.asked == 4)
    small, large = tidying.PIECE_MS, tidying.LARGE_MS
    assert store.budgets == [small, small, large, small] and small <= 20 < large


def test_an_error_is_left_to_the_next_command(operations: Operations, qtbot: QtBot) -> None:
    store = Store(pieces=9, error=DiskFull(file="台帳"))
    _page = tidy(store, operations, qtbot)  # whose end would end it
    qtbot.waitUntil(lambda: store.asked == 1)
    qtbot.wait(50)
    assert store.asked == 1 and not operations.busy


def test_a_closed_page_ends_it(operations: Operations, qtbot: QtBot) -> None:
    store = Store(pieces=1000)
    page = tidy(store, operations, qtbot)
    qtbot.waitUntil(lambda: store.asked > 2)
    page.deleteLater()
    qtbot.wait(30)
    before = store.asked
    qtbot.wait(50)
    assert store.asked == before


def test_a_real_ledger_is_found_indexed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tidying, "PAUSE_MS", 1)
    monkeypatch.setattr(tidying, "BETWEEN_MS", 1)
    operations = Operations()
    page = QWidget()
    qtbot.addWidget(page)
    with furnished(tmp_path) as house:
        waiting = "SELECT count(*) FROM entry WHERE seq > (SELECT seq FROM v_watermark)"
        database = cast(Any, house.ledger.store).database
        assert database.value(waiting) > 0
        Tidying(house.ledger, operations, page)
        qtbot.waitUntil(lambda: database.value(waiting) == 0)
        operations.close()
