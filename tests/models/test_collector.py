"""When Python looks for garbage: beside a window, only in the thread of the window."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from models import collector


class Thing:
    """Something that holds itself, and is found by the collector alone."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def beside_a_window() -> Iterator[None]:
    collector.leave_it_to_the_window()
    yield
    collector.take_it_back()


@pytest.mark.usefixtures("by_itself")
def test_a_long_work_without_a_window_is_not_disturbed() -> None:
    with collector.at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.usefixtures("beside_a_window")
def test_beside_a_window_no_other_thread_looks_for_garbage() -> None:
    lost = weakref.ref(Thing())
    kept: list[object] = []

    def work() -> None:
        with collector.at_rest():
            pass  # its end must not begin it again
        for _ in range(20):
            kept.append([[] for _ in range(10_000)])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert lost() is not None
    collector.tick()
    assert lost() is None


@pytest.mark.usefixtures("by_itself")
def test_without_a_window_python_looks_by_itself() -> None:
    lost = weakref.ref(Thing())
    kept = [[] for _ in range(100_000)]  # type: ignore[var-annotated]
    assert lost() is None and kept


@pytest.mark.usefixtures("beside_a_window")
def test_a_tick_looks_at_what_is_new_and_a_sweep_at_everything() -> None:
    old = Thing()
    gc.collect()  # it is among the old ones now
    lost = weakref.ref(old)
    del old
    new = [[] for _ in range(2 * collector.ENOUGH)]  # type: ignore[var-annotated]
    collector.tick()
    assert lost() is not None and new
    collector.sweep()
    assert lost() is None


@pytest.mark.usefixtures("by_itself")
def test_there_is_nothing_to_catch_up_without_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(gc, "collect", lambda *generation: looked.append(generation))
    collector.sweep()
    collector.tick()
    assert not looked
