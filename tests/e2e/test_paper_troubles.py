"""Sealing when the machine fails: no number is lost, and nothing is said that is not so."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.codes import HandlingKind
from models.errors import (
    DiskFull,
    FontMissing,
    MediumMissing,
    PaperNotWritten,
    UnprintableCharacter,
)
from tests.e2e.steps import Day, client_checks, console, events_of, makes_the_seal, receives, seals
from tests.house import furnished
from tests.ui.console.desk import nearly_full, small_disk
from ui.console.output import write_paper

ROOT = Path(__file__).parents[2]


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with furnished(tmp_path) as house:
        yield Day(house)


def received(day: Day) -> str:
    return events_of(day, HandlingKind.RECEIVE)[0].record.id


def test_a_missing_font_is_named_before_anything_is_sealed(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import fonts

    makes_the_seal(day)
    receives(day, 1)
    head = day.ledger.store.head()
    gone = dict.fromkeys(fonts._FILES, "none.ttf")
    monkeypatch.setattr(fonts, "_FILES", gone)
    fonts.register_fonts.cache_clear()
    try:
        with pytest.raises(FontMissing, match="書体ファイル") as caught:
            seals(day, "D-14", received(day))
    finally:
        monkeypatch.undo()
        fonts.register_fonts.cache_clear()
    assert caught.value.exit_code == 5
    assert day.ledger.store.head() == head
    assert seals(day, "D-14", received(day)).serial == 1


def test_a_full_disk_while_sealing_costs_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.capacity.STOP_FREE", 0)  # files are refused long before
    seen = set()
    with small_disk(tmp_path / "disk", 16_384) as disk, furnished(disk) as house:
        day = Day(house)
        fingerprint = makes_the_seal(day)
        receives(day, 1)
        for free in (0, 20_480, 65_536):
            head = day.ledger.store.head()
            with nearly_full(disk, free):
                try:
                    seals(day, "D-14", received(day))
                    seen.add("done")
                except DiskFull:
                    seen.add("full")
                    assert day.ledger.store.head() == head
        assert "full" in seen
        number = len(day.ledger.paper.sealed()) + 1
        paper = seals(day, "D-14", received(day))
        assert paper.serial == number and client_checks(day, paper, fingerprint)
        assert day.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_a_place_that_is_missing_is_found_before_anything_is_sealed(
    day: Day, tmp_path: Path
) -> None:
    makes_the_seal(day)
    receives(day, 1)
    event = received(day)
    number = day.story.contract.contract_no
    ledger = day.house.folder / "ledger"
    desk = console(day)
    words = ("print", ledger, "--document", "D-14", "--contract", number, "--id", event)
    before = desk("status", ledger).answer["head"]
    said = desk(*words, tmp_path / "nowhere" / "a.pdf")
    assert said.answer["error"] in ("MEDIUM_MISSING", "NOT_WRITABLE")
    assert desk("status", ledger).answer["head"] == before
    said = desk(*words, tmp_path / "a.pdf")
    assert said.code == 0 and said.answer["number"] and (tmp_path / "a.pdf").exists()
    checked = desk("verify-document", tmp_path / "a.pdf", "--ledger", ledger)
    assert checked.code == 0 and checked.answer["ok"], checked.out
    (tmp_path / "a.pdf").write_bytes((tmp_path / "a.pdf").read_bytes() + b"\n")
    checked = desk("verify-document", tmp_path / "a.pdf")
    assert checked.code == 1 and not checked.answer["ok"]


def test_a_paper_that_was_sealed_but_not_written_says_so(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        with pytest.raises(PaperNotWritten, match=r"第1号.*台帳に保管しました") as caught:
            write_paper(disk / "a.pdf", lambda: ("第1号", bytes(200_000)))
        assert caught.value.exit_code == 5 and not any(disk.iterdir())
        with pytest.raises(DiskFull):
            write_paper(disk / "a.pdf", lambda: (None, bytes(200_000)))
    with pytest.raises(MediumMissing):
        write_paper(tmp_path / "none" / "a.pdf", lambda: pytest.fail("sealed before it looked"))


def test_a_character_that_no_font_draws_is_named_before_sealing(day: Day) -> None:
    makes_the_seal(day)
    stored = day.ledger.registers.one(type(day.story.contract))
    assert stored is not None
    from dataclasses import replace

    day.ledger.registers.revise(
        replace(stored.record, title="業務\U00013000委託"), "件名の訂正のため"
    )
    receives(day, 1)
    head = day.ledger.store.head()
    with pytest.raises(UnprintableCharacter, match="13000"):
        seals(day, "D-14", received(day))
    assert day.ledger.store.head() == head
    assert day.ledger.paper.sealed() == []


# --- the program itself, as scheduled jobs call it ----------------------------------------------


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["status", "nowhere", "--user", "x", "--json"], 4, "LEDGER_MISSING"),
        (["no-such-verb", "--json"], 2, "USAGE"),
    ],
)
def test_the_real_program_ends_with_the_exit_code_of_the_contract(
    tmp_path: Path, argv: list[str], code: int, error: str
) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "main.py", *argv],
        cwd=tmp_path, capture_output=True, timeout=30,
        env={**os.environ, "AZUKARI_PASSWORD": "x", "AZUKARI_DEVICE_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["error"] == error
    assert b"Traceback" not in done.stderr


def test_a_reader_who_has_gone_gets_no_trace(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, ROOT / "main.py", "status", "nowhere", "--user", "x", "--json"],
            cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, timeout=30, check=False,
            env={**os.environ, "AZUKARI_PASSWORD": "x", "AZUKARI_DEVICE_DIR": str(tmp_path)},
        )  # fmt: skip
    finally:
        os.close(writer)
    assert done.returncode == 1 and b"Traceback" not in done.stderr


def test_a_release_refuses_a_ledger_with_cheap_keys(day: Day) -> None:
    day.ledger.close()
    done = subprocess.run(
        [sys.executable, ROOT / "main.py", "status", day.house.folder / "ledger", "--user",
         "takahashi", "--json"],
        capture_output=True, timeout=30,
        env={**os.environ, "AZUKARI_PASSWORD": "x",
             "AZUKARI_DEVICE_DIR": str(day.house.folder / "device")},
    )  # fmt: skip
    assert done.returncode == 4 and json.loads(done.stdout)["error"] == "FOREIGN"
    assert "試験用" in json.loads(done.stdout)["message"]
