"""Clocks that are wrong, leap or end (A11): entries stay in order, and what is odd is an entry."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import pytest

from models.clockwatch import ClockWatch
from models.codes import SystemEventKind
from models.records import Place, SystemEvent
from models.store import quiet
from models.wareki import JAPAN
from tests.house import House, furnished
from tests.storage.test_journal_keeper import enter
from ui.sample import cast

BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        made.ledger.journal.start(tmp_path / "usb")
        yield made


def at(*parts: int, zone: timezone = JAPAN) -> datetime:  # type: ignore[assignment]
    return datetime(*parts, tzinfo=zone)  # type: ignore[arg-type,misc]


def set_clock(house: House, moment: datetime) -> None:
    house.clock._now = moment


STORY = [  # what the clock shows at each entry, and whether it goes back
    (at(2026, 12, 31, 23, 59, 59), False),
    (at(2027, 1, 1, 0, 0, 0), False),  # the year ends
    (at(2027, 1, 1, 0, 0, 0), False),  # the same moment once more
    (at(2026, 12, 31, 12, 0, 0), True),  # half a day back
    (at(2027, 1, 2, 9, 0, 0), False),
    (at(2027, 1, 2, 1, 0, 0, zone=UTC), False),  # another time zone, an hour later
    (at(2027, 1, 1, 19, 30, 0, zone=timezone(-timedelta(hours=5))), True),  # and earlier in truth
    (at(2028, 2, 29, 23, 59, 59), False),  # a leap day, and a year forward
    (at(2028, 3, 1, 0, 0, 1), False),
    (at(2038, 1, 19, 3, 14, 7, zone=UTC), False),  # the end of 32 bits
    (at(2038, 1, 19, 3, 14, 9, zone=UTC), False),
    (at(1970, 1, 1, 0, 0, 1, zone=UTC), True),  # a dead battery
    (at(2039, 6, 1, 9, 0, 0), False),
]


def told_back(house: House) -> int:
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    return kinds.count(SystemEventKind.CLOCK_BACK)


def test_entries_stay_in_order_under_every_clock(house: House) -> None:
    house.ledger.may_work = lambda account: True  # type: ignore[method-assign]  # not the matter here
    assert len(STORY) >= 12, "as many cases as are promised"
    names, expected = [], 0
    for number, (moment, back) in enumerate(STORY):
        set_clock(house, moment)
        before = house.ledger.store.head().seq
        seq = enter(house.ledger, f"倉庫{number}")
        expected += back
        assert seq == before + 1 + back, (moment, back)
        assert told_back(house) == expected, moment
        names.append(f"倉庫{number}")
    entered = [one.record.name for one in house.ledger.registers.all(Place)]
    assert [one for one in entered if one.startswith("倉庫")] == names
    times = [command.recorded_at for command in house.ledger.store.commands()]
    assert times[-1].year == 2039 and any(b < a for a, b in pairwise(times))
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_a_reopened_ledger_remembers_the_time_of_its_last_entry(house: House) -> None:
    set_clock(house, at(2026, 12, 1, 12))
    enter(house.ledger)
    house.ledger.close()
    set_clock(house, at(2026, 12, 1, 11))
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert told_back(house) == 1 and any("前を指して" in one for one in house.ledger.notices)


def test_a_clock_held_still_is_entered_across_sign_ins(house: House) -> None:
    """Put back a minute before each sign-in, which nobody would notice of one."""
    steady = [0.0]
    house.ledger.close()
    house.office = replace(house.office, steady=lambda: steady[0])
    noon = at(2026, 12, 1, 12)
    for minute in range(8):
        steady[0] = 60.0 * minute
        set_clock(house, noon)
        house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
        house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert kinds.count(SystemEventKind.CLOCK_JUMP) == 1
    assert any("時計" in line for line in house.ledger.paper.numbering().warnings)


def test_a_watch_that_never_looks_back_would_be_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: the story above would not be told."""
    monkeypatch.setattr(ClockWatch, "look", lambda *given: None)
    with pytest.raises(AssertionError):
        test_entries_stay_in_order_under_every_clock(house)
