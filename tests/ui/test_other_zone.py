"""A ledger tells the same times wherever the PC stands: what was entered, by the clock it was."""

import csv
import json
import time as system_time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import pytest

import main
from models.codes import HandlingKind as K
from models.journal import JournalState, JournalStatus
from models.kinds_of_time import Moment
from models.records import HandlingEvent
from models.wareki import JAPAN, format_clock, format_moment, parse_datetime
from reports.blocks import shown
from storage.gate import LedgerGate
from tests.house import House
from tests.reports.applying import office, text_of
from ui.console.journal import described
from ui.custody_story import read_story
from ui.editor_texts import in_words
from ui.exporting import export_register
from ui.history import HistoryReader
from ui.journal_part import _where
from ui.today_facts import read_today

ZONES = ("Asia/Tokyo", "America/New_York")
ABROAD = timezone(timedelta(hours=-5))


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the PC stand somewhere."""
    monkeypatch.setenv("TZ", request.param)
    system_time.tzset()
    yield request.param
    monkeypatch.undo()
    system_time.tzset()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office with two uses, the second entered by a clock five hours behind UTC."""
    with office(tmp_path) as house:
        for item in house.story._stock[:2]:
            house.story.use(item)
        last = _uses(house)[-1]
        assert last.occurred_at is not None
        house.ledger.handling.void(last.id, "別の時計で入力し直すため")
        there = last.occurred_at.astimezone(ABROAD)
        house.ledger.handling.record(replace(last, id="", event_no=None, occurred_at=there))
        yield house


def _uses(house: House) -> list[HandlingEvent]:
    found = house.ledger.registers.all(HandlingEvent, kind=K.USE)
    return [one.record for one in found]


def test_the_clock_of_the_program_is_japans(zone: str) -> None:
    for clock in (main.build_office().clock, LedgerGate()._clock):
        now = clock()
        assert now.utcoffset() == timedelta(hours=9)
        assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_away_from_japan_says_its_offset() -> None:
    moment = datetime(2026, 11, 20, 22, 30, tzinfo=ABROAD)
    assert format_clock(moment) == "22:30（UTC-05:00）"
    assert format_clock(moment.astimezone(UTC)) == "03:30（UTC+00:00）"
    assert format_clock(moment.astimezone(timezone(timedelta(hours=5, minutes=45)))) == (
        "09:15（UTC+05:45）"
    )
    assert format_clock(moment.astimezone(JAPAN)) == "12:30"


def test_what_is_shown_can_be_entered_again() -> None:
    moment = datetime(2026, 11, 20, 22, 30, tzinfo=ABROAD)
    assert parse_datetime(format_moment(moment)) == moment
    read = Moment().parse(Moment().format(moment))
    assert read is not None and read.utcoffset() == moment.utcoffset()
    assert in_words(moment) == "令和8年11月20日（金） 22:30（UTC-05:00）"


def test_lists_papers_and_files_say_what_was_entered(
    zone: str, house: House, tmp_path: Path
) -> None:
    first, last = (one.occurred_at for one in _uses(house))
    assert first is not None and last is not None
    assert last.utcoffset() == timedelta(hours=-5)
    for line in _everything(house, tmp_path):
        assert f"{first:%H:%M}" in line, line
        assert f"{last:%H:%M}（UTC-05:00）" in line or Moment().to_json(last) in line, line


def _everything(house: House, tmp_path: Path) -> Iterator[str]:
    """Yield one text for each place that tells the times of the two uses."""
    ledger, contract = house.ledger, house.story.contract.id
    uses = _uses(house)
    yield " ".join(row.texts[0] for row in read_today(ledger, contract).events)
    stories = [read_story(ledger, one.lines[0].item_id) for one in uses]
    yield " ".join(station.text() for story in stories for station in story.stations)
    reader = HistoryReader(ledger)
    yield " ".join(str(reader.read(HandlingEvent.type, one.id)) for one in uses)
    yield text_of(house, "D-28")
    for suffix in ("csv", "xlsx", "json"):
        out = tmp_path / f"out.{suffix}"
        export_register(ledger, HandlingEvent, out, purpose="時刻を確かめるため")
        yield _file(out)


def test_a_paper_says_the_offset_in_its_own_words() -> None:
    moment = datetime(2026, 11, 20, 22, 30, tzinfo=ABROAD)
    assert shown(moment) == "令和8年11月20日 22時30分（UTC-05:00）"
    assert shown(moment.astimezone(JAPAN)) == "令和8年11月21日 12時30分"


def _file(out: Path) -> str:
    if out.suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as stream:
            return " ".join(" ".join(row) for row in csv.reader(stream)).replace("\n", " ")
    if out.suffix == ".json":
        return json.dumps(json.loads(out.read_text("utf-8")), ensure_ascii=False)
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    return " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_machine_times_are_japans_in_window_and_console(zone: str, tmp_path: Path) -> None:
    written = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    status = JournalStatus(JournalState.OK, tmp_path, 7, written)
    assert "R8.11.21 07:30" in _where(status)
    assert described(status)["written_at"] == "2026-11-21T07:30:00+09:00"
