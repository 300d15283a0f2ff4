"""What leaves the ledger folder, in a stranger's hands: backups, the journal, sealed papers."""

import hashlib
import random
import shutil
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from models.chain import EMPTY
from models.errors import AzukariError
from reports.verify import verify_document
from storage import journal_format, wire
from storage.backup import verify_backup
from storage.backup_opening import with_sheet
from storage.journal_file import JournalFile
from tests.house import cheap_office
from tests.stranger.hands import Insider, flip
from tests.stranger.looking import (
    all_of,
    insider,
    key_of,
    last_journal,
    said,
)
from tests.stranger.reader import backup, journal, paper
from tests.stranger.reader.plain import Findings, Wrong, canonical, number
from tests.stranger.reader.reading import Key, read
from tests.stranger.stage import BOSS, Stage
from ui.sample.clock import StoryClock


class JournalKeys:
    """What the program asks of an open ledger to read its journal, from the stranger's keys."""

    def __init__(self, me: Insider) -> None:
        self.vault_id = me.header.vault_id
        self.epoch = int(me.header.json["epochs"][0]["e"])
        self._me = me

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes:
        assert epoch in (None, self.epoch)
        return self._me.derive(purpose)

    def random(self, length: int) -> bytes:
        return bytes(range(length))


# --- journal --------------------------------------------------------------------------------------


def test_both_read_the_journal_alike(stage: Stage) -> None:
    found = all_of(stage).journal
    assert found is not None
    (file,) = found.files
    scan = JournalFile(file.path, JournalKeys(insider(stage))).scan()
    assert scan.head.hash == file.commands[-1].head and not scan.torn
    assert (scan.lines.seq, scan.lines.hex) == (
        max(file.lines),
        file.lines[max(file.lines)]["hash"],
    )


def test_a_torn_end_is_no_damage_and_says_what_is_missing(stage: Stage) -> None:
    path = last_journal(stage)
    path.write_bytes(path.read_bytes()[:-10])
    found = all_of(stage)
    assert found.journal is not None and found.journal.files[0].torn > 0
    assert JournalFile(path, JournalKeys(insider(stage))).scan().torn
    flip(path, len(path.read_bytes()) - 60)
    assert "damaged" not in said(stage)


def test_a_journal_of_the_first_version_is_read(stage: Stage) -> None:
    keys, path = JournalKeys(insider(stage)), last_journal(stage)
    file = JournalFile(path, keys)
    header = replace(file.header, version=1, lines=EMPTY)
    key = journal_format.file_key(keys, header)
    raw = journal_format.write_header(header, key)
    for place in file.scan().places:
        logged = file.read(place).logged
        if logged is not None:
            command, entries = logged
            raw += journal_format.write_frame(
                header.digest, key, first=command.first_seq, last=command.last_seq,
                previous=entries[0].previous, nonce=keys.random(12), plain=wire.dump(*logged),
            )  # fmt: skip
    path.write_bytes(raw)
    found = all_of(stage)
    assert found.findings.said == [] and found.journal is not None
    (first,) = found.journal.files
    assert (first.version, first.lines) == (1, {}) and first.commands[-1].last == stage.seq


def test_frames_in_another_order_are_found(stage: Stage) -> None:
    path, keys = last_journal(stage), JournalKeys(insider(stage))
    places = JournalFile(path, keys).scan().places
    bounds = [*(place.offset for place in places), path.stat().st_size]
    raw = path.read_bytes()
    frames = [raw[start:end] for start, end in pairwise(bounds)]
    one, other = [n for n, place in enumerate(places) if not place.prefix.of_lines][:2]
    frames[one], frames[other] = frames[other], frames[one]
    path.write_bytes(raw[: bounds[0]] + b"".join(frames))
    assert "do not follow" in said(stage)
    with pytest.raises(AzukariError):
        JournalFile(path, keys).scan()


def test_random_changes_of_a_journal_are_judged_alike(stage: Stage) -> None:
    path, keys, dice = last_journal(stage), JournalKeys(insider(stage)), random.Random(7)
    raw, known = path.read_bytes(), {keys.epoch: keys.derive("journal")}
    verdicts = set()
    for _ in range(40):
        changed = bytearray(raw[: dice.choice([len(raw), dice.randrange(len(raw))])])
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        path.write_bytes(changed)
        try:
            theirs = "torn" if JournalFile(path, keys).scan().torn else "whole"
        except AzukariError:
            theirs = "bad"
        findings = Findings()
        files = journal.read(stage.journal, keys.vault_id, known, findings).files
        ours = "bad" if findings.said else "torn" if files[-1].torn else "whole"
        assert ours == theirs
        verdicts.add(ours)
    assert verdicts >= {"bad", "torn"}


# --- backup ---------------------------------------------------------------------------------------


def program_opens(stage: Stage) -> bool:
    try:
        verify_backup(stage.container, with_sheet(stage.sheet), allow_test_profile=True)
    except AzukariError:
        return False
    return True


def test_both_open_the_backup(stage: Stage) -> None:
    assert program_opens(stage)
    container = backup.read(stage.container)
    content = backup.unlock(container, Key(sheet=stage.sheet).of_backup(container))
    files = {one.name: one.read_bytes() for one in (stage.ledger / "attachments").iterdir()}
    assert content.attachments and content.attachments.items() <= files.items()


@pytest.mark.parametrize("place", [20, 1200, -40_000, -5])
def test_a_changed_bit_of_a_backup_is_found(stage: Stage, place: int) -> None:
    flip(stage.container, place)
    assert "backup" in said(stage)
    assert not program_opens(stage)


def test_a_backup_that_was_cut_off_is_found(stage: Stage) -> None:
    raw = stage.container.read_bytes()
    for end in (len(raw) - 1, len(raw) - 16 - (len(raw) % 7), 14):
        stage.container.write_bytes(raw[:end])
        assert said(stage) and not program_opens(stage)


def test_a_manifest_that_says_something_else_opens_nothing(stage: Stage) -> None:
    raw = stage.container.read_bytes()
    container = backup.read(stage.container)
    length = number(raw, 10, 4)
    other = canonical(container.manifest | {"seq": container.manifest["seq"] + 1})
    start = raw[:10] + len(other).to_bytes(4, "big") + other
    stage.container.write_bytes(start + hashlib.sha256(start).digest() + raw[46 + length :])
    assert "record 0 does not open" in said(stage) and not program_opens(stage)


# --- papers ---------------------------------------------------------------------------------------


def test_both_believe_the_papers(stage: Stage) -> None:
    first, second = (paper.read(path.read_bytes()) for path in stage.papers)
    assert second.claims["previous_sha256"] == first.sha256
    for path in stage.papers:
        verdict = verify_document(path.read_bytes(), fingerprint=stage.fingerprint)
        assert verdict.problems == ()


def _unsealed(raw: bytes) -> dict[str, bytes]:
    claims = raw.index(b"claims>")
    room = raw.index(b"/Contents <") + 11
    return {
        "content": raw.replace(b"/MediaBox", b"/MediaBix", 1),
        "claims": raw[: claims + 60] + bytes([raw[claims + 60] ^ 1]) + raw[claims + 61 :],
        "behind": raw + b"\n",
        "update": raw + raw[raw.rindex(b"xref") :],
        "container": raw[: room + 900] + b"0" * 8 + raw[room + 908 :],
        "room": raw[: raw.index(b">", room) - 2] + b"01" + raw[raw.index(b">", room) :],
        "cut": raw[:-1],
    }


@pytest.mark.parametrize(
    "name", ["content", "claims", "behind", "update", "container", "room", "cut"]
)
def test_a_changed_paper_is_found(stage: Stage, name: str) -> None:
    changed = _unsealed(stage.papers[0].read_bytes())[name]
    assert changed != stage.papers[0].read_bytes()
    with pytest.raises(Wrong):
        paper.read(changed)
    assert verify_document(changed, fingerprint=stage.fingerprint).problems


def test_random_bits_of_a_paper_are_judged_alike(stage: Stage) -> None:
    raw, dice = stage.papers[1].read_bytes(), random.Random(7)
    room = raw.index(b"/Contents <")
    for _ in range(30):
        changed = bytearray(raw)
        place = dice.choice([dice.randrange(len(raw)), room + dice.randrange(3000)])
        changed[place] ^= 1 << dice.randrange(8)
        with pytest.raises(Wrong):
            paper.read(bytes(changed))
        assert verify_document(bytes(changed), fingerprint=stage.fingerprint).problems


def test_an_exchanged_paper_is_found_beside_the_next_one(stage: Stage) -> None:
    first, second = (paper.read(path.read_bytes()) for path in stage.papers)
    walk = all_of(stage).walk
    paper.chain([second, first], walk.hashes, walk.vault)
    with pytest.raises(Wrong, match="another paper before it"):
        paper.chain([replace(first, sha256="0" * 64), second], walk.hashes, walk.vault)
    with pytest.raises(Wrong, match="does not have its head"):
        paper.chain([first, second], walk.hashes[:-30], walk.vault)


# --- the sheet ------------------------------------------------------------------------------------


def test_a_ledger_that_a_sheet_opened_is_read(stage: Stage, tmp_path: Path) -> None:
    """The author of one command is the sheet; who comes in then is believed because of it."""
    office = cheap_office(stage.home, StoryClock(date(2026, 10, 2)))
    shutil.rmtree(stage.journal)
    ledger, fresh = office.recover(
        stage.ledger, stage.sheet, BOSS.login, "新しい朝の9つの約束-点検"
    )
    ledger.close()
    found = read(stage.ledger, Key(sheet=fresh))
    assert found.findings.said == [] and "recovery-1" in found.walk.authors
    assert found.walk.authors[-1] == insider_name(stage)
    with pytest.raises(Wrong):
        read(stage.ledger, Key(sheet=stage.sheet))


def insider_name(stage: Stage) -> str:
    key = Key(BOSS.login, "新しい朝の9つの約束-点検", key_of(stage).device)
    return Insider(stage.home, key).keys.user_id
