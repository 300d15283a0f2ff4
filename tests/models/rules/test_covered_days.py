"""Each day is under one consent or under none, whatever the order in which consents are known."""

from datetime import date, timedelta

import pytest

from models.records import Authorization
from models.rules.covered_days import Stretch, Term, stretches, without_a_gap

BEGINS = date(2026, 12, 1)


def day(number: int) -> date:
    return BEGINS + timedelta(days=number - 1)


def term(name: str, first: int, last: int, decided: int | None = None, **more: bool) -> Term:
    given = day(first if decided is None else decided)
    return Term(Authorization(id=name), day(first), day(last), given, **more)


def shown(found: list[Stretch]) -> list[tuple[int, int, str]]:
    return [
        ((one.first - BEGINS).days + 1, (one.last - BEGINS).days + 1,
         one.consent.id if one.consent else "")
        for one in found
    ]  # fmt: skip


def test_three_that_follow_one_another_leave_no_day_between_them() -> None:
    terms = [term("9", 2, 10, named=True), term("10", 9, 20), term("11", 21, 31)]
    found = stretches(terms, day(3), day(25))
    assert shown(found) == [(3, 10, "9"), (11, 20, "10"), (21, 25, "11")]
    assert shown(stretches(terms[::-1], day(3), day(25))) == shown(found)
    last = without_a_gap(found)
    assert last is not None and last.consent is not None and last.consent.id == "11"


def test_days_between_two_are_under_none() -> None:
    found = stretches([term("9", 2, 10, named=True), term("10", 14, 20)], day(3), day(22))
    assert shown(found) == [(3, 10, "9"), (11, 13, ""), (14, 20, "10"), (21, 22, "")]
    last = without_a_gap(found)
    assert last is not None and last.last == day(10)


def test_of_several_that_which_lasts_longest_carries_on() -> None:
    terms = [term("9", 1, 5, named=True), term("10", 4, 8), term("11", 6, 20)]
    assert shown(stretches(terms, day(1), day(20))) == [(1, 5, "9"), (6, 20, "11")]


def test_what_is_named_comes_first_also_when_another_lasts_longer() -> None:
    terms = [term("10", 1, 20), term("9", 1, 5, named=True)]
    assert shown(stretches(terms, day(1), day(9))) == [(1, 5, "9"), (6, 9, "10")]


def test_without_any_consent_all_days_are_under_none() -> None:
    assert shown(stretches([], day(1), day(4))) == [(1, 4, "")]
    assert without_a_gap(stretches([], day(1), day(4))) is None
    assert stretches([term("9", 1, 5)], day(4), day(3)) == []


def test_one_without_an_end_lasts() -> None:
    forever = Term(Authorization(id="9"), day(1), date.max, day(1))
    assert shown(stretches([forever], day(2), day(400))) == [(2, 400, "9")]
    assert stretches([forever], day(2), date.max)[-1].last == date.max


@pytest.mark.parametrize(("decided", "last"), [(2, ""), (6, "10")])
def test_after_one_was_taken_back_only_what_was_decided_since_carries_on(
    decided: int, last: str
) -> None:
    terms = [term("9", 1, 5, named=True, taken_back=True), term("10", 2, 20, decided)]
    assert shown(stretches(terms, day(1), day(9))) == [(1, 5, "9"), (6, 9, last)]


def test_one_that_ends_before_it_begins_covers_nothing() -> None:
    assert shown(stretches([term("9", 5, 4)], day(1), day(9))) == [(1, 9, "")]
