"""When Python looks for garbage: never through everything while a window waits."""

import gc
from collections.abc import Iterator

import pytest

from models import collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)


def test_a_long_work_without_a_window_is_not_disturbed() -> None:
    with collector.at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_beside_a_window_what_is_new_is_looked_through_as_it_comes() -> None:
    collector.spare_the_window()
    assert gc.get_threshold()[2] == collector.NEVER
    with collector.at_rest():
        assert gc.isenabled()  # else all of it would be looked through at the end, at once
    with collector.among_the_new():
        pass
    assert gc.get_threshold()[2] == collector.NEVER


def test_everything_is_looked_through_when_it_was_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: looked.append(1))
    collector.sweep()
    assert not looked
    collector.spare_the_window()
    collector.sweep()
    assert looked == [1]
