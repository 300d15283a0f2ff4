"""The one way to the ledger: order, errors as sentences, progress, nothing after a lock."""

import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from models.chain import EMPTY
from models.commands import Change
from models.errors import Cancelled, NotFound, Refused
from models.store import Progress
from tests.ui.shell import Answers, settle
from ui.operations import Operations
from ui.progress import ProgressDialog


def change(command_id: str = "c1", *notices: str) -> Change:
    return Change(command_id, EMPTY, frozenset({"item"}), ("id",), notices)


def test_a_command_announces_its_change_before_it_is_done(
    qtbot: QtBot, operations: Operations
) -> None:
    seen: list[str] = []
    operations.changed.connect(lambda made: seen.append(f"changed {made.command_id}"))
    operations.run(change, done=lambda made: seen.append(f"done {made.ids[0]}"))
    settle(qtbot, operations)
    assert seen == ["changed c1", "done id"]


def test_work_that_asks_a_widget_is_noticed_by_every_test_of_the_window(
    qtbot: QtBot, operations: Operations, careless: list[str]
) -> None:
    line = QLineEdit("𠮷野")
    qtbot.addWidget(line)
    answered: list[str] = []
    operations.ask(lambda: line.text(), answered.append)
    settle(qtbot, operations)
    [noticed] = careless
    assert answered == ["𠮷野"] and "text" in noticed and "test_operations.py" in noticed
    careless.clear()


def test_what_work_holds_falls_in_the_windows_thread_at_once(
    qtbot: QtBot, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    fell: list[str] = []

    class Held(QObject):
        def __del__(self) -> None:
            fell.append(threading.current_thread().name)

    def slow(letter: Callable[[], None]) -> None:
        post(letter)
        time.sleep(0.05)  # the window answers before the worker has let go

    def ask(held: QObject) -> None:
        operations.ask(lambda: id(held), lambda _: None)

    post = operations._post
    monkeypatch.setattr(operations, "_post", slow)
    for number in range(3):
        ask(Held())
        settle(qtbot, operations)
        assert fell == ["MainThread"] * (number + 1), "at once, not when something else is asked"


def test_commands_keep_their_order_and_one_thread(qtbot: QtBot, operations: Operations) -> None:
    threads: set[str] = set()
    order: list[int] = []

    def work(number: int) -> int:
        threads.add(threading.current_thread().name)
        return number

    for number in range(20):
        operations.ask(lambda number=number: work(number), order.append)  # type: ignore[misc]
    settle(qtbot, operations)
    assert order == list(range(20))
    assert len(threads) == 1 and "MainThread" not in threads


def test_an_error_of_the_world_becomes_its_sentence(
    qtbot: QtBot, operations: Operations, answers: Answers
) -> None:
    def refuse() -> Change:
        raise Refused(reason="台帳は締め切られています。")

    failed: list[object] = []
    operations.failed.connect(failed.append)
    operations.run(refuse, done=lambda _: pytest.fail("must not be done"))
    settle(qtbot, operations)
    assert answers.asked == ["台帳は締め切られています。"]
    assert isinstance(failed[0], Refused)


def test_a_caller_may_show_the_error_itself(
    qtbot: QtBot, operations: Operations, answers: Answers
) -> None:
    shown: list[str] = []

    def miss() -> int:
        raise NotFound(what="媒体 A-1")

    operations.ask(miss, lambda _: None, failed=lambda error: shown.append(str(error)))
    settle(qtbot, operations)
    assert shown == ["媒体 A-1は台帳にありません。番号を確かめてください。"]
    assert answers.asked == []


def test_a_bug_reaches_the_last_hook(qtbot: QtBot, operations: Operations) -> None:
    def broken() -> int:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        operations.ask(broken, lambda _: None)
        settle(qtbot, operations)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_notices_of_a_command_go_with_its_change_and_stop_nobody(
    qtbot: QtBot, operations: Operations, answers: Answers
) -> None:
    seen: list[tuple[str, ...]] = []
    operations.changed.connect(lambda made: seen.append(made.notices))
    operations.run(lambda: change("c2", "承諾の期限が近づいています。"))
    settle(qtbot, operations)
    assert seen == [("承諾の期限が近づいています。",)]
    assert answers.asked == []


def test_nobody_is_called_back_after_forgetting(qtbot: QtBot, operations: Operations) -> None:
    seen: list[object] = []
    gate = threading.Event()
    operations.ask(lambda: gate.wait(5), seen.append)
    operations.forget()
    gate.set()
    settle(qtbot, operations)
    assert seen == []


def test_a_closed_asker_is_not_called_but_the_change_is_announced(
    qtbot: QtBot, operations: Operations
) -> None:
    parent, seen = QWidget(), []
    gate = threading.Event()

    def work() -> Change:
        gate.wait(5)
        return change()

    operations.changed.connect(lambda _: seen.append("changed"))
    operations.run(work, done=lambda _: seen.append("done"), parent=parent)
    delete(parent)
    gate.set()
    settle(qtbot, operations)
    assert seen == ["changed"]


def test_long_work_can_be_stopped(qtbot: QtBot, operations: Operations, answers: Answers) -> None:
    begun = threading.Event()

    def work(progress: Progress) -> int:
        begun.set()
        for step in range(1_000):
            progress(step, 1_000)
            threading.Event().wait(0.005)
        return 1

    failed: list[object] = []
    operations.failed.connect(failed.append)
    operations.long("検証", work, lambda _: pytest.fail("was not stopped"))
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ProgressDialog))
    assert begun.wait(5)
    dialog.reject()
    assert dialog.isVisible()  # it stays until the work has really ended
    settle(qtbot, operations)
    assert isinstance(failed[0], Cancelled)
    assert not isValid(dialog) or not dialog.isVisible()
    assert answers.asked == []


def test_a_second_enter_does_not_stop_what_the_first_began(qtbot: QtBot) -> None:
    dialog = ProgressDialog("バックアップ")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    dialog.report(1, 2)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    with pytest.raises(Cancelled):
        dialog.report(2, 2)


def test_the_busy_cursor_comes_only_when_waiting_lasts(
    qtbot: QtBot, operations: Operations
) -> None:
    gate = threading.Event()
    operations.ask(lambda: gate.wait(5), lambda _: None)
    assert QApplication.overrideCursor() is None
    qtbot.waitUntil(lambda: QApplication.overrideCursor() is not None, timeout=2_000)
    gate.set()
    settle(qtbot, operations)
    assert QApplication.overrideCursor() is None


@pytest.mark.usefixtures("by_itself")
def test_python_looks_for_garbage_in_the_windows_thread_alone(
    qtbot: QtBot, operations: Operations, collected_beside: list[str]
) -> None:
    class Ring(QTimer):
        def __init__(self) -> None:
            super().__init__()
            self.me = self

    lost = weakref.ref(Ring())
    assert lost() is not None  # it holds itself; only the search for garbage finds it
    kept: list[object] = []
    operations.ask(lambda: [[] for _ in range(200_000)], kept.extend)
    settle(qtbot, operations)
    assert kept and not collected_beside and lost() is not None
    qtbot.waitUntil(lambda: lost() is None, timeout=2_000)


def test_garbage_that_is_looked_for_beside_the_window_is_noticed_by_every_test_of_the_window(
    qtbot: QtBot, operations: Operations, collected_beside: list[str]
) -> None:
    gc.collect()  # what the worker finds must not be a widget
    operations.ask(lambda: gc.collect(0), lambda _: None)
    settle(qtbot, operations)
    assert collected_beside == ["ledger_0"]
    collected_beside.clear()


@pytest.mark.usefixtures("by_itself")
def test_python_looks_by_itself_again_when_the_last_work_beside_a_window_is_closed(
    qtbot: QtBot, operations: Operations
) -> None:
    other = Operations(Answers())
    other.ask(lambda: 1, lambda _: None)
    settle(qtbot, other)
    operations.ask(lambda: 1, lambda _: None)
    settle(qtbot, operations)
    other.close()
    other.close()  # once is enough
    assert not gc.isenabled()
    operations.close()
    assert gc.isenabled()


def test_closing_does_what_must_be_done_and_drops_the_rest(qapp: QApplication) -> None:
    closed = Operations(Answers())
    gate, done = threading.Event(), list[str]()
    closed.ask(lambda: gate.wait(5), lambda _: None)
    closed.ask(lambda: done.append("may"), lambda _: None)
    closed.ask(lambda: done.append("must"), lambda _: None, must=True)
    threading.Timer(0.1, gate.set).start()
    closed.close()
    assert done == ["must"]


def test_what_is_asked_after_closing_is_dropped(qapp: QApplication) -> None:
    closed = Operations(Answers())
    closed.close()
    seen: list[int] = []
    closed.ask(lambda: 1, seen.append)
    qapp.processEvents()
    assert seen == [] and not closed.busy
