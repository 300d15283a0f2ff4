"""A query may find every act of years: of each it keeps a number, and says the same as in a short list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import inquiry
from models.evidence import ClauseState, evidence
from models.evidence_rows import LongList, Row, about
from tests.house import House, furnished
from tests.ui.console.desk import Console
from ui.evidence_facts import Overview, read_detail, read_overview

QUERY = "EQ-SUPERVISE"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, days=4) as made:
        made.clock.wait(20 * 24 * 60)
        yield made


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every list of acts is taken for a long one, and is read by threes."""
    monkeypatch.setattr(inquiry, "FEW", 0)
    monkeypatch.setattr("models.evidence_rows.PART", 3)
    return monkeypatch


def states(house: House) -> list[ClauseState]:
    house.ledger.inquiries._known.clear()
    return evidence(house.ledger, house.story.contract)


def unconfirmed(house: House) -> LongList:
    lists = [
        rows
        for one in evidence(house.ledger, house.story.contract)
        for name, rows in one.evidence
        if name == QUERY
    ]
    assert lists and isinstance(lists[0], LongList)
    return lists[0]


def told(found: list[ClauseState]) -> list[tuple[str, str, list[tuple[str, set[Row]]]]]:
    return [(one.key, one.state, [(n, set(rows)) for n, rows in one.evidence]) for one in found]


def test_a_long_list_says_what_a_short_one_says(house: House, long: pytest.MonkeyPatch) -> None:
    found = told(states(house))
    assert len(unconfirmed(house)) > 6
    long.undo()
    assert told(states(house)) == found


def test_rows_of_a_long_list_have_their_places(house: House, long: pytest.MonkeyPatch) -> None:
    rows = unconfirmed(house)
    every = list(rows)
    assert [rows[place] for place in range(len(rows))] == every
    assert rows[2:5] == every[2:5] and rows[-1] == every[-1]
    assert about(rows, {every[4].id, "unknown"}) == [every[4]] == about(every, {every[4].id})
    with pytest.raises(IndexError):
        rows[len(rows)]


def test_a_long_list_follows_what_is_entered(house: House, long: pytest.MonkeyPatch) -> None:
    before = unconfirmed(house)
    _, second, *_, last = [row.id for row in before]
    kept = list(before)
    house.ledger.handling.confirm([second])
    after = unconfirmed(house)
    assert [row.id for row in after] == [row.id for row in kept if row.id != second]
    assert list(before) == kept  # what was told before stays as it was
    house.ledger.handling.void(last, "誤記のため")
    assert last not in [row.id for row in unconfirmed(house)]
    house.story.receive(1)
    house.clock.wait(20 * 24 * 60)
    new = [row.id for row in unconfirmed(house)]
    left = [row.id for row in kept if row.id not in (second, last)]
    assert new[: len(left)] == left and len(new) > len(left)
    assert told(states(house)) == told(evidence(house.ledger, house.story.contract))


def detail(house: House, overview: Overview) -> tuple[int, int, set[Row]]:
    one = next(one for one in overview.clauses if QUERY in dict(one.state.evidence))
    found = read_detail(house.ledger, one, overview.profile)
    return found.count, len(found.against), set(found.against)


def test_a_clause_shows_the_first_of_a_long_list_and_counts_all(
    house: House, long: pytest.MonkeyPatch
) -> None:
    overview = read_overview(house.ledger, house.story.contract.id)
    count, shown, rows = detail(house, overview)
    assert count == shown == len(unconfirmed(house))
    long.setattr("ui.evidence_facts.SHOWN", 4)
    assert detail(house, overview) == (count, 4, set(list(unconfirmed(house))[:4]) & rows)


def test_the_console_reads_a_long_list_while_the_ledger_is_open(
    house: House, long: pytest.MonkeyPatch
) -> None:
    expected = [row.sentence for row in unconfirmed(house)]
    said = Console(house)("evidence", house.folder / "ledger", "--contract", "2026-001")
    found = [
        row["sentence"]
        for clause in said.answer["clauses"]
        for one in clause["evidence"]
        if one["query"] == QUERY
        for row in one["rows"]
    ]
    assert found[: len(expected)] == expected
