"""The copy of the key header beside the journal, read by docs/format.md alone."""

import random
from pathlib import Path

import pytest

from models.backups import record_backup
from models.store import quiet
from tests.house import furnished
from tests.storage.test_journal_keeper import enter
from tests.stranger.hands import flip
from tests.stranger.looking import all_of, key_of, program, said
from tests.stranger.reader import backup, journal, keycopy
from tests.stranger.reader.header import check_mac, check_signatures
from tests.stranger.reader.plain import Findings, Wrong
from tests.stranger.reader.reading import Key
from tests.stranger.reader.unlock import data_keys, derived
from tests.stranger.stage import BOSS, WORKER, Stage


def copy_file(stage: Stage) -> Path:
    (path,) = stage.journal.glob("*.azk")
    return path


def test_the_stranger_opens_the_copy_that_the_program_laid(stage: Stage) -> None:
    found = all_of(stage)
    assert found.findings.said == [] and found.copied
    by_sheet = all_of(stage, Key(sheet=stage.sheet))
    assert by_sheet.findings.said == [] and by_sheet.copied


def test_a_worker_knows_the_copy_and_does_not_open_it(stage: Stage) -> None:
    found = all_of(stage, key_of(stage, WORKER.login))
    assert not found.copied
    assert all("key copy" not in one for one in found.findings.said)


def test_every_changed_byte_is_noticed_and_mended(stage: Stage) -> None:
    sound = copy_file(stage).read_bytes()
    for place in random.Random(7).sample(range(len(sound)), 40):
        copy_file(stage).write_bytes(sound)
        flip(copy_file(stage), place)
        assert said(stage), place
    bad = copy_file(stage).read_bytes()
    assert program(stage) == []  # opening lays it anew
    assert copy_file(stage).read_bytes() != bad and said(stage) == ""


def test_a_backup_of_before_and_the_copy_read_all_of_the_journal(tmp_path: Path) -> None:
    """What a second implementation of the restore needs stands in the document."""
    with furnished(tmp_path) as house:
        house.ledger.journal.start(tmp_path / "journal")
        (tmp_path / "backup").mkdir()
        file = Path(record_backup(house.ledger, tmp_path / "backup", quiet).file)
        for name in ("一", "二"):
            enter(house.ledger, name)
            house.ledger.people.renew_key("点検のため")
        enter(house.ledger, "三")
        head = house.ledger.store.head()
    container, key = backup.read(file), Key(BOSS.login, BOSS.password, tmp_path / "device")
    mine = key.of_backup(container)
    content = backup.unlock(container, mine)
    copy = keycopy.read(tmp_path / "journal", container.vault_id)
    header = keycopy.unlock(copy, mine)
    keys = data_keys(header, mine)
    check_mac(header, derived(keys[3], header.vault_id, "header"))
    check_signatures(header)
    assert keycopy.is_of(copy, header, keys) and header.generation > content.header.generation
    known = data_keys(content.header, mine) | keys
    assert sorted(known) == [1, 3]  # nobody has the key between
    own = {epoch: derived(one, header.vault_id, "journal") for epoch, one in known.items()}
    findings = Findings()
    read = journal.read(tmp_path / "journal", header.vault_id, own, findings)
    assert findings.said == [] and read.head == head.hash and len(read.closed) == 1
    base = int(container.manifest["seq"])
    seen = {one.first: one for one in read.commands if one.last > base}
    assert max(one.last for one in seen.values()) == head.seq
    here = base
    while here < head.seq:  # one leads to the next, from the backup on
        here = seen[here + 1].last


def test_neither_takes_the_copy_of_another_ledger(stage: Stage, tmp_path: Path) -> None:
    with furnished(tmp_path / "other") as house:
        house.ledger.journal.start(tmp_path / "journal")
    (other,) = (tmp_path / "journal").glob("*.azk")
    copy_file(stage).write_bytes(other.read_bytes())
    assert "of another ledger" in said(stage)
    with pytest.raises(Wrong):
        keycopy.read(tmp_path / "journal", bytes(16))
    assert program(stage) == [] and said(stage) == ""
