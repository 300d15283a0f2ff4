"""The journal over several files, followed by a stranger (tests/stranger) from line to line."""

import re
from pathlib import Path

import pytest

from models.access import Act, Question
from storage import journal as journals
from storage.journal_format import _FIELDS, _LINE_FIELDS
from tests.house import furnished
from tests.storage.test_journal_keeper import enter, usb
from tests.stranger.reader import journal
from tests.stranger.reader.plain import Findings

DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"


def test_a_stranger_follows_the_journal_from_file_to_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FILE_LIMIT", 1500)
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        base = house.ledger.journal.status().seq - 1
        for number in range(5):
            enter(house.ledger, f"倉庫{number}")
            house.ledger.access.note(Act.VIEW, "item", "x")
            house.ledger.access.flush()
        house.ledger.access.handed_out(Act.EXPORT, "item", purpose="監査の準備")
        log = house.ledger.access.lines(Question(limit=1000))
        vault = house.ledger.safe.vault  # type: ignore[attr-defined]
        keys, vault_id = {vault.epoch: vault.derive("journal")}, vault.vault_id
        expected = {entry.seq: entry.hash for entry in house.ledger.store.entries()}
    findings = Findings()
    read = journal.read(usb(house), vault_id, keys, findings)
    assert findings.said == [] and len(read.files) > 1
    paths = [file.path.name for file in read.files]
    assert all(re.fullmatch(rf"azukari-{vault_id.hex()[:8]}-\d{{6}}\.azj", name) for name in paths)
    entries = [entry for command in read.commands for entry in command.entries]
    assert {entry.seq: entry.hash for entry in entries} == {
        seq: hash_ for seq, hash_ in expected.items() if seq > base
    }
    hashes = {number: line["hash"] for number, line in read.lines.items()}
    assert hashes.items() >= {(line.number, line.hash.hex()) for line in log}
    assert len(hashes) == len(log) + 1  # and the lock
    seals = [seal for file in read.files for seal in file.seals]
    assert seals[-1]["last"] == max(hashes)


def test_the_document_names_every_field_of_the_header() -> None:
    chapter = DOCUMENT.read_text("utf-8").split("## Journal")[1].split("## Small files")[0]
    assert all(f"`{name}`" in chapter for name in _FIELDS + _LINE_FIELDS)
