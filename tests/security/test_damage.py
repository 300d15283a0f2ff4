"""Damage and cut files (A4, A5): reported with an error of ours, never a crash, never accepted."""

import gc
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from models.backups import record_backup
from models.codes import AttachmentKind, HandlingKind
from models.records import HandlingEvent
from models.store import quiet
from reports.seal import make_seal_certificate, seal_record
from reports.verify import verify_document
from storage.attachments import FOLDER_NAME, Attachments
from storage.backup import verify_backup
from storage.backup_format import read_preamble
from storage.backup_opening import with_vault
from storage.device import DeviceStore
from storage.journal import list_files
from storage.journal_file import JournalFile
from storage.ledgers import ATTACHMENT_KEY, open_store
from storage.unlocked import Vault
from storage.vault import unlock_vault
from storage.verify import verify
from tests.house import FIRST_DAY, cheap_office, furnished
from tests.security.harm import SEED, Judge, cuts, flips, random_flips, taken
from tests.storage.vaults import seeded
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0]


@dataclass
class Site:
    """A closed ledger with journal, backup, attachment and a sealed paper; its keys stay open."""

    home: Path
    vault: Vault
    backup: Path
    journal: Path
    paper: bytes
    fingerprint: str
    broken: Path


@pytest.fixture(scope="module", autouse=True)
def small_heap() -> Iterator[None]:
    """A ledger that had trouble collects garbage at its end: spare it what other tests left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from _site(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("damage") / "bad")


def _site(home: Path, broken: Path) -> Iterator[Site]:
    with furnished(home) as house:
        ledger = house.ledger
        house.story.receive(1)
        ledger.files.attach(b"scan" * 500, name="a.pdf", mime="application/pdf",
                            kind=AttachmentKind.OTHER)  # fmt: skip
        identity = make_seal_certificate("見本事務", ledger.now(), seeded("seal"))
        ledger.paper.adopt_seal(*seal_record(identity))
        ledger.journal.start(home / "usb")  # so late, because it is read at every byte and length
        event = ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record
        change = issue(ledger, IssueRequest("D-14", event.contract_id, (event.id,)))
        paper = ledger.paper.file(change.ids[-1])
        (home / "stick").mkdir()
        backup = record_backup(ledger, home / "stick", quiet).file
    keys = DeviceStore(home / "device").load()
    vault = unlock_vault(
        home / "ledger", login=BOSS.login, password=BOSS.password, device=keys,
        allow_test_profile=True,
    )  # fmt: skip
    journal = list_files(home / "usb", vault.vault_id)[-1]
    yield Site(home, vault, Path(backup), journal, paper, identity.fingerprint, broken)


# --- the database ---------------------------------------------------------------------------------


class Database:
    """Reads a copy of ledger.db as an opening with a full verification does.

    Args:
        careless: the planted bug: a program that opens and looks at nothing.
    """

    def __init__(self, site: Site, *, careless: bool = False) -> None:
        self.place = site.home / "harmed.db"
        self.files = site.home / "ledger" / FOLDER_NAME
        self.key, self.vault_id = site.vault.database_key, site.vault.vault_id.hex()
        self.careless = careless

    def __call__(self, content: bytes) -> bool:
        self.place.write_bytes(content)
        store = open_store(self.place, self.key, self.vault_id)
        try:
            if self.careless:
                return True
            if (key := store.secret(ATTACHMENT_KEY)) is not None:
                store.attachments = Attachments(self.files, key)
            return not verify(store, full=True, progress=quiet)
        finally:
            store.close()


def ledger_db(site: Site) -> bytes:
    return (site.home / "ledger" / "ledger.db").read_bytes()


def test_a_damaged_byte_of_the_ledger_is_never_accepted(site: Site) -> None:
    raw = ledger_db(site)
    assert Database(site)(raw), "the whole file is sound"
    assert taken(random_flips(raw, 2000), Database(site), site.broken) == []


def test_a_program_that_only_opens_would_accept_damage(site: Site) -> None:
    """The planted bug: it shows that the damage reaches what only a verification reads."""
    careless = Database(site, careless=True)
    assert len(taken(random_flips(ledger_db(site), 60), careless, site.broken)) > 30


def test_a_ledger_cut_at_any_page_is_never_accepted(site: Site) -> None:
    raw = ledger_db(site)
    dice = random.Random(SEED)
    lengths = [*range(0, len(raw), 4096 * 8), *(dice.randrange(len(raw)) for _ in range(60))]
    assert taken(cuts(raw, lengths), Database(site), site.broken) == []


# --- a damaged file anywhere, through the front door --------------------------------------------


def test_one_damaged_byte_anywhere_in_the_folder_is_told_at_the_door(site: Site) -> None:
    """Sign in and verify: refused, reported, or mended from the twin (the key header)."""
    ledger, good = site.home / "ledger", site.home / "good"
    shutil.copytree(ledger, good)
    shutil.copy(site.home / "device" / "heads.json", site.home / "heads")
    named = [one for one in sorted(good.rglob("*")) if one.is_file() and one.name != "lock"]
    files = [one for one in named if one.stat().st_size]  # not the journal of SQLite at rest
    dice = random.Random(SEED)
    clock = StoryClock(FIRST_DAY + timedelta(days=30))

    def judge(content: bytes) -> bool:
        (ledger / name).write_bytes(content)
        try:
            opened = cheap_office(site.home, clock).unlock(ledger, BOSS.login, BOSS.password)
            try:
                report = opened.safe.verify(full=True, progress=quiet)
            finally:
                opened.close()
            return report.ok and (ledger / name).read_bytes() != (good / name).read_bytes()
        finally:
            shutil.rmtree(ledger)
            shutil.copytree(good, ledger)
            shutil.copy(site.home / "heads", site.home / "device" / "heads.json")

    assert {one.name for one in files} >= {"ledger.db", "keys.a", "keys.b"} and len(files) > 4
    try:
        for file in files:
            name, raw = file.relative_to(good), file.read_bytes()
            copies = [*random_flips(raw, 4, dice.randrange(2**32)), *cuts(raw, [len(raw) // 2])]
            assert taken(copies, judge, site.broken) == [], name
    finally:
        shutil.rmtree(good)


# --- the journal ----------------------------------------------------------------------------------


class JournalReader:
    """Reads a copy of a journal file; sound is what reaches the last entry and says nothing."""

    def __init__(self, site: Site) -> None:
        self.place = site.home / "harmed.azj"
        self.site = site
        whole = JournalFile(site.journal, site.vault).scan()
        self.last = whole.head, whole.lines

    def __call__(self, content: bytes) -> bool:
        self.place.write_bytes(content)
        scan = JournalFile(self.place, self.site.vault).scan()
        return not scan.torn and (scan.head, scan.lines) == self.last


def test_every_damaged_byte_of_the_journal_is_noticed(site: Site) -> None:
    raw = site.journal.read_bytes()
    reader = JournalReader(site)
    assert reader(raw)
    assert taken(flips(raw, range(len(raw))), reader, site.broken) == []


@pytest.mark.soak
def test_both_patterns_at_every_byte_of_the_journal_are_noticed(site: Site) -> None:
    raw = site.journal.read_bytes()
    copies = flips(raw, range(len(raw)), (0x01, 0x80))
    assert taken(copies, JournalReader(site), site.broken) == []


def test_a_journal_cut_anywhere_never_reaches_its_last_entry(site: Site) -> None:
    raw = site.journal.read_bytes()
    assert taken(cuts(raw, range(len(raw))), JournalReader(site), site.broken) == []


def test_a_journal_reader_that_forgives_a_torn_end_would_be_found(site: Site) -> None:
    """The planted bug: what is torn counts as the end."""

    def forgiving(content: bytes) -> bool:
        reader.place.write_bytes(content)
        JournalFile(reader.place, site.vault).scan()
        return True

    reader = JournalReader(site)
    raw = site.journal.read_bytes()
    assert taken(cuts(raw, range(len(raw) - 20, len(raw))), forgiving, site.broken)


# --- the backup -----------------------------------------------------------------------------------


class BackupReader:
    """Reads a copy of a backup to its last byte."""

    def __init__(self, site: Site) -> None:
        self.place = site.home / "harmed.azb"
        self.opener = with_vault(site.vault)

    def __call__(self, content: bytes) -> bool:
        self.place.write_bytes(content)
        return verify_backup(self.place, self.opener, allow_test_profile=True).size > 0


def test_a_damaged_byte_of_a_backup_is_never_accepted(site: Site) -> None:
    raw = site.backup.read_bytes()
    assert BackupReader(site)(raw)
    assert taken(random_flips(raw, 2000), BackupReader(site), site.broken) == []


def test_a_backup_cut_anywhere_is_never_accepted(site: Site) -> None:
    raw = site.backup.read_bytes()
    dice = random.Random(SEED)
    start = 14 + int.from_bytes(raw[10:14], "big") + 32
    lengths = [*range(start), *(dice.randrange(start, len(raw)) for _ in range(150))]
    assert taken(cuts(raw, lengths), BackupReader(site), site.broken) == []


def test_a_backup_that_only_opens_its_manifest_would_accept_damage(site: Site) -> None:
    """The planted bug: a check that believes the manifest."""

    def believing(content: bytes) -> bool:
        return read_preamble(BytesIO(content), "manifest").manifest.seq > 0

    raw = site.backup.read_bytes()
    assert taken(random_flips(raw, 50), believing, site.broken)


# --- the sealed paper -----------------------------------------------------------------------------


def paper_reader(site: Site) -> Judge:
    return lambda content: verify_document(content, fingerprint=site.fingerprint).ok


def test_a_damaged_byte_of_a_sealed_paper_is_never_accepted(site: Site) -> None:
    step = 60
    assert paper_reader(site)(site.paper)
    positions = range(SEED % step, len(site.paper), step)
    assert taken(flips(site.paper, positions), paper_reader(site), site.broken) == []


def test_a_sealed_paper_cut_anywhere_is_never_accepted(site: Site) -> None:
    lengths = range(0, len(site.paper), 16)
    assert taken(cuts(site.paper, lengths), paper_reader(site), site.broken) == []


@pytest.mark.soak
def test_every_third_byte_of_a_sealed_paper_counts(site: Site) -> None:
    raw = site.paper
    assert taken(flips(raw, range(0, len(raw), 3)), paper_reader(site), site.broken) == []


def test_a_verifier_that_only_reads_the_claims_would_accept_damage(site: Site) -> None:
    """The planted bug: the claims are printed well, and nothing else is compared."""

    def believing(content: bytes) -> bool:
        return verify_document(content).claims is not None

    middle = range(len(site.paper) // 3, len(site.paper) // 2, 997)
    assert taken(flips(site.paper, middle), believing, site.broken)
