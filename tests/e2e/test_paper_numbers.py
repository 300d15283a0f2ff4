"""The numbers of papers when the clock of the PC wobbles over 1 April: each is given once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from models.codes import HandlingKind
from models.commands import creating
from models.errors import Refused
from models.records import ContentErasure, Submission
from models.store import quiet
from models.wareki import JAPAN
from storage.ledger_store import LedgerStore
from tests.e2e.steps import Day, events_of, makes_the_seal, receives, seals
from tests.ending import ended, erase, other, store_of
from tests.house import furnished

MARCH, APRIL = date(2027, 3, 31), date(2027, 4, 1)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with furnished(tmp_path) as house:
        day = Day(house)
        makes_the_seal(day)
        receives(day, 1)
        yield day


def set_clock(day: Day, to: date) -> None:
    """Let the clock jump, backwards too."""
    day.house.clock._now = datetime(to.year, to.month, to.day, 23, 59, tzinfo=JAPAN)


def number_on(day: Day, to: date) -> tuple[int | None, int | None]:
    set_clock(day, to)
    paper = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    return paper.fiscal_year, paper.fiscal_no


def test_no_number_comes_twice_when_the_clock_wobbles(day: Day) -> None:
    days = [MARCH, APRIL, MARCH, APRIL, MARCH, APRIL, MARCH]
    given = [number_on(day, one) for one in days]
    assert given == [
        (2026, 1), (2027, 1), (2026, 2), (2027, 2), (2026, 3), (2027, 3), (2026, 4),
    ]  # fmt: skip
    serials = [paper.serial for paper in day.ledger.paper.sealed()]
    assert serials == list(range(7, 0, -1))
    assert day.ledger.safe.verify(full=True, progress=quiet).ok


def again(day: Day) -> tuple[LedgerStore, Submission]:
    """Return a second paper with the number of the first, as an older program made it."""
    first = day.ledger.paper.sealed()[0]
    return store_of(day.house), replace(
        first, id=day.ledger.new_id(), serial=day.ledger.store.next_serial()
    )


def test_the_store_refuses_a_number_that_stands(day: Day) -> None:
    number_on(day, MARCH)
    store, twin = again(day)
    head = store.head()
    with pytest.raises(Refused, match="「令和8年度 第1号」の書類は、すでに確定"):
        day.ledger.commit([creating(twin)])
    assert store.head() == head


def test_a_number_that_was_given_twice_is_named_and_stays_readable(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    number_on(day, MARCH)
    store, twin = again(day)
    with monkeypatch.context() as older:
        older.setattr("storage.paper_numbers._STANDS", "SELECT 0 WHERE ? < 0 OR ? < 0")
        day.ledger.commit([creating(twin)])
    store.rebuild(quiet)
    found = day.ledger.safe.verify(full=True, progress=quiet).problems
    assert [one.code for one in found] == ["NUMBER"]
    assert "「令和8年度 第1号」の書類が二つ以上あります" in found[0].message
    assert len(day.ledger.paper.sealed()) == 2
    assert number_on(day, MARCH) == (2026, 2)


def test_the_numbers_of_an_erased_contract_are_not_given_again(tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        ledger = house.ledger
        year = ledger.paper.numbering().fiscal_year
        noted = ledger.registers.all(Submission)[0].record
        sealed = replace(
            noted,
            id=ledger.new_id(),
            serial=1,
            fiscal_year=year,
            fiscal_no=7,
            sealed_at=ledger.now(),
        )
        later = replace(
            sealed, id=ledger.new_id(), contract_id=other(house).id, serial=2,
            fiscal_year=year + 1, fiscal_no=1,
        )  # fmt: skip
        ledger.commit([creating(sealed), creating(later)])
        erase(house)
        assert ledger.registers.all(ContentErasure)[0].record.fiscal_numbers == (f"{year}:7",)
        assert ledger.paper.numbering().fiscal_no == 8  # the clock went back over 1 April
        assert ledger.safe.verify(full=True, progress=quiet).ok
