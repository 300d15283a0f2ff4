"""Whether a test has put something in the place of what the program has."""

import pytest

_watched: list[tuple[pytest.MonkeyPatch, int]] = []


def watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count from here on what a test puts in place; what every test has done by then is no matter."""
    _watched[:] = [(monkeypatch, _count(monkeypatch))]


def forget() -> None:
    _watched.clear()


def is_anything() -> bool:
    return any(_count(patched) != before for patched, before in _watched)


def _count(patched: pytest.MonkeyPatch) -> int:
    return len(patched._setattr) + len(patched._setitem)
