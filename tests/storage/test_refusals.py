"""Refused passwords wait for the next sign-in, per ledger, and never in the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.refusals import FILE_NAME, MOST, Refusals

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
MINE, OTHER = b"a" * 16, b"b" * 16


def test_each_ledger_has_its_own(tmp_path: Path) -> None:
    kept = Refusals(tmp_path)
    kept.add(MINE, b"t" * 16, NOW)
    kept.add(OTHER, b"u" * 16, NOW)
    assert list(Refusals(tmp_path).waiting(MINE)) == [(NOW, b"t" * 16)]


def test_what_comes_while_lines_are_written_is_kept(tmp_path: Path) -> None:
    kept = Refusals(tmp_path)
    kept.add(MINE, b"t" * 16, NOW)
    told = len(kept.waiting(MINE))
    kept.add(MINE, b"u" * 16, NOW + timedelta(minutes=1))
    kept.forget(MINE, told)
    assert [tag for _, tag in kept.waiting(MINE)] == [b"u" * 16]


def test_the_oldest_go_first(tmp_path: Path) -> None:
    kept = Refusals(tmp_path)
    pairs = [[(NOW + timedelta(seconds=n)).isoformat(), "00" * 16] for n in range(MOST)]
    kept._save({MINE.hex(): pairs})
    kept.add(MINE, b"t" * 16, NOW + timedelta(days=1))
    found = kept.waiting(MINE)
    assert len(found) == MOST and found[-1][1] == b"t" * 16 and found[0][0] > NOW


def test_a_broken_file_is_no_file(tmp_path: Path) -> None:
    for text in ("[]", "{", '{"x": [["not a time", "zz"]]}', '{"x": 3}'):
        (tmp_path / FILE_NAME).write_text(text)
        assert list(Refusals(tmp_path).waiting(MINE)) == []
