"""Rows made straight from the content of an event are those that its record gives."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models import custody
from models.codes import HandlingKind
from models.kinds import Json
from models.kinds_of_time import Moment
from models.records.handling import HandlingEvent
from storage import log, rows, steps, written
from storage.rows import Insertion, New
from tests.storage.test_rows import AT, AUTHOR, columns, filled

OLDER = Path(__file__).parents[1] / "data" / "entries" / "handling_event-1.json"
EVENT = replace(filled(HandlingEvent), id="r1", event_no=12, contract_id="c1")
FIELDS: dict[str, Any] = dict(EVENT.to_json())


def made(content: Mapping[str, Json], payload: int = HandlingEvent.payload) -> New | None:
    return written.new_event("r1", content, payload, 7, AT, AUTHOR)


def told(new: New | None) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Return what enters the row of an event, and what enters those below it, in order."""
    assert new is not None and new.row is not None
    return columns(new.row), [(rows.table_of(one[0]), _below(one)) for one in new.children]


def _below(insertion: Insertion) -> dict[str, Any]:
    return {name: value for name, value in columns(insertion).items() if name != "_position"}


@pytest.mark.parametrize("kind", HandlingKind)
@pytest.mark.parametrize("every", [1, 2, 3, 5])
def test_content_gives_the_rows_of_its_record(kind: HandlingKind, every: int) -> None:
    event = filled(HandlingEvent, every)
    event = replace(event, id="r1", kind=kind, event_no=12, contract_id="c1")
    new = made(event.to_json())
    assert told(new) == told(rows.new(event, 7, AT, AUTHOR))
    assert new is not None and (new.number, new.at, new.author) == (7, AT, AUTHOR)
    assert new.row is not None and new.row[1][rows.LINES_TEXT] is None
    assert new.row[0] == rows.new(event, 7, AT, AUTHOR, tuple(event.to_json())).row[0]  # type: ignore[index]


def test_older_content_gives_the_rows_of_what_it_means_today() -> None:
    content = json.loads(OLDER.read_text("utf-8"))["fields"]
    body = json.dumps({"fields": content}).encode()
    record = log.read_record(HandlingEvent.type, "r1", 1, body)
    assert told(made(content, 1)) == told(rows.new(record, 7, AT, AUTHOR))


@pytest.mark.parametrize(
    "unusual",
    [
        {"kind": "vanish"}, {"occurred_at": "noon"}, {"whatever": "1"},
        {"lines": [{"item_id": "i1", "whatever": "1"}]}, {"lines": ["i1"]}, {"lines": 1},
        {"lines": [{"item_id": "i1", "quantity": "many"}]},
    ],
)  # fmt: skip
def test_what_is_unusual_is_left_to_the_record(unusual: dict[str, Any]) -> None:
    assert made(FIELDS) is not None
    assert made({**FIELDS, **unusual}) is None


def test_an_event_without_a_number_is_left_to_the_record() -> None:
    assert made({name: one for name, one in FIELDS.items() if name != "event_no"}) is None


def test_content_of_a_newer_program_is_left_to_the_record() -> None:
    assert made(FIELDS, HandlingEvent.payload) is not None
    assert made(FIELDS, HandlingEvent.payload + 1) is None


@pytest.mark.parametrize("day", ["2026-11-21T", "2024-02-29T", "2026-12-31T", "2027-01-01T"])
@pytest.mark.parametrize("clock", ["00:00:00", "08:59:59", "09:00:00", "23:59:59", "10:30:07.250"])
@pytest.mark.parametrize("offset", ["+09:00", "+00:00", "-03:00", "+05:30", "-09:45", ""])
def test_a_moment_gives_the_column_of_its_kind(day: str, clock: str, offset: str) -> None:
    fast, kind = written._reader(Moment()), Moment()
    for _ in range(2):  # the second time it is remembered
        assert fast(day + clock + offset) == kind.to_column(kind.from_json(day + clock + offset))


@pytest.mark.parametrize(
    "wrong", ["2026-11-21T10:60:00+09:00", "2026-11-21T10:00:60+09:00", "2026-11-21T24:00:00+09:00",
              "2026-11-31T10:00:00+09:00", "2026-11-21T10:00:0a+09:00", "2026-11-21T10:00:00+09:0a"],
)  # fmt: skip
def test_a_wrong_moment_is_left_to_the_record(wrong: str) -> None:
    assert made({**FIELDS, "occurred_at": "2026-11-21T10:00:00+09:00"}) is not None
    assert made({**FIELDS, "occurred_at": wrong}) is None


@pytest.mark.parametrize("every", [1, 2, 3])
def test_what_custody_asks_stands_in_the_rows(every: int) -> None:
    event = filled(HandlingEvent, every)
    event = replace(
        event, id="r1", event_no=12, kind=HandlingKind.USE, lines=EVENT.lines,
        transport=EVENT.transport, sanitization=EVENT.sanitization,
    )  # fmt: skip
    new = made(event.to_json())
    assert new is not None and new.row is not None
    asked = steps.happened(new.row, new.children)
    _say_the_same(asked, event, custody.STEP)
    for name, names in (
        ("lines", custody.STEP_LINE),
        ("transport", custody.STEP_TRANSPORT),
        ("sanitization", custody.STEP_CHECK),
    ):
        for one, other in zip(getattr(asked, name), getattr(event, name), strict=True):
            _say_the_same(one, other, names)


def _say_the_same(one: Any, other: Any, names: tuple[str, ...]) -> None:
    assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
