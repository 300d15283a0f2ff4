"""Things that several consents name are shared out among them; each counts under one alone."""

from decimal import Decimal as D

from models.rules.shared_out import MOST, share_out


def test_each_finds_one_with_room() -> None:
    assert share_out([{"a": D(50), "b": D(50)}, {"a": D(50)}], {"a": D(50), "b": D(50)}) == [
        "b",
        "a",
    ]
    assert share_out([{"a": D(3)}, {"a": D(4)}], {"a": D(7)}) == ["a", "a"]
    assert share_out([{"a": D(3)}, {"a": D(4)}], {"a": None}) == ["a", "a"]


def test_where_one_finds_none_nobody_does() -> None:
    assert share_out([{"a": D(50)}, {"a": D(1)}], {"a": D(50)}) is None
    assert share_out([{}], {}) is None
    assert share_out([], {}) == []


def test_too_many_are_not_looked_through() -> None:
    assert share_out([{"a": D(0)}] * (MOST + 1), {"a": None}) is None
