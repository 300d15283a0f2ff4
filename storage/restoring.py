"""From a backup to the last acknowledged entry: what happens inside a folder that has no name yet.

The database of the backup is taken on by the commands of the journal, one after another, each onto
the head it was written on. Nothing is believed on the way: the whole result is verified at the
end, page by page, hash by hash and signature by signature, before the folder gets its name.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from models.chain import Head
from models.errors import AzukariError, JournalDamaged, StrangeSchema, VerificationFailed
from models.gate import JournalGap
from models.store import Progress
from storage import access
from storage.access_check import chain_problems
from storage.attachments import FOLDER_NAME, lost_files
from storage.authors import read_authors
from storage.backup_format import Manifest
from storage.journal import attachment_names, copy_attachment
from storage.journal_evidence import detach
from storage.journal_way import Way
from storage.later_keys import (
    ABSENT,
    NONE,
    STALE,
    UNREACHED,
    BothKeys,
    Later,
    put_in_force,
    signer_is_believed,
)
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, check_snapshot, open_store
from storage.mending import rebuild_file
from storage.safe import RENEWING
from storage.unlocked import Vault

TOGETHER = 500  # commands of the journal that are replayed in one transaction
_DIFFERS = "復元した台帳が、バックアップの目録と一致しません。"


@dataclass(frozen=True)
class Reached:
    """How far a restore came.

    Args:
        torn: the journal ends with a frame that is not whole.
        missing: files that records speak of and that neither the backup nor the journal holds.
        log_behind: the access log could not be brought to the end of the journal.
        gap: damage of the journal at which the restore ends.
        passed: damaged places of the journal that no entry was lost by.
        later: the key header is the one beside the journal, no longer that of the backup.
        keys: why it is not, in a sentence; "" where there was none, or it came from an older copy.
    """

    head: Head
    torn: bool
    missing: int
    log_behind: bool = False
    gap: JournalGap | None = None
    passed: tuple[str, ...] = ()
    later: bool = False
    keys: str = ""
    aside: int = 0


def complete(
    place: Path, vault: Vault, manifest: Manifest, journal: Path | None, progress: Progress,
    *, up_to_damage: bool = False, later: Later = NONE,
) -> Reached:  # fmt: skip
    """Bring an extracted backup up to the end of the journal and verify all of it.

    Args:
        up_to_damage: damage behind the backup ends the restore instead of stopping it.
        later: keys that came after the backup; they are put in force where the journal ends
            under one of them.

    Raises:
        VerificationFailed: it is not what the manifest says, or the journal is not its sequel.
        JournalDamaged: it is its sequel, but not to the end.
        Damaged, Foreign, NewerFormat, MediumMissing: of the journal.
    """
    path = place / DATABASE_NAME
    store = _open(path, vault, progress)
    try:
        base, way, log_behind = store.head(), None, False
        if (base.seq, base.hash) != (manifest.seq, manifest.head):
            raise VerificationFailed(reason=_DIFFERS)
        if journal is not None:
            way = _way(journal, vault, later, base)
            if way.gap is not None and not up_to_damage:
                raise _stops(way.gap, later)
            _follow(store, place, way, journal, progress)
            log_behind = not _follow_lines(store, way)
        detach(store)
        reached = store.head()
        lost = _fetch_lost(store, place, journal)
        later = _usable(later, way, store)
        if later.vault is not None and later.vault.header.epoch != vault.epoch:
            store.set_setting(RENEWING, str(later.vault.header.epoch))
    finally:
        store.close()
    key = vault.database_key
    if later.vault is not None:
        put_in_force(vault, later.vault, path, progress)
        key = later.vault.database_key
    if check_snapshot(path, key, progress) != reached:
        raise VerificationFailed(reason=_DIFFERS)
    if way is None:
        return Reached(reached, False, lost)
    torn = way.torn and way.gap is None
    return Reached(
        reached, torn, lost, log_behind, way.gap, way.passed, later.vault is not None,
        _beside_a_gap(way.gap, later), way.aside,
    )  # fmt: skip


def _usable(later: Later, way: Way | None, store: LedgerStore) -> Later:
    """Return the later keys if the restored ledger is to have them.

    A journal that ends under an earlier key is the way of an older copy of the ledger, or is read
    only up to there; and the entries must know who signed the header.
    """
    if later.vault is None or way is None or way.epoch not in later.vault.epochs:
        return replace(later, vault=None)
    if not signer_is_believed(later.vault, store):
        return Later(problem=UNREACHED)
    return later


def _open(path: Path, vault: Vault, progress: Progress) -> LedgerStore:
    """Open the database of a backup; only its log comes along if more stands in it than ours."""
    key, vault_id = vault.database_key, vault.vault_id.hex()
    try:
        return open_store(path, key, vault_id, progress)
    except StrangeSchema:
        rebuild_file(path, key, progress)
        return open_store(path, key, vault_id, progress)


def _way(journal: Path, vault: Vault, later: Later, base: Head) -> Way:
    """Read the journal with all keys there are; why some were not there may be why it fails."""
    try:
        return Way(journal, BothKeys(vault, later.vault) if later.vault else vault, base)
    except VerificationFailed as error:
        if not later.problem:
            raise
        raise VerificationFailed(reason=f"{error.facts['reason']}{later.problem}") from error


def _beside_a_gap(gap: JournalGap | None, later: Later) -> str:
    """Say what is the matter with the keys beside a journal that does not lead to its end."""
    if gap is None or not gap.rekeyed:
        return later.problem
    return STALE if later.vault is not None else later.problem or ABSENT


def _stops(gap: JournalGap, later: Later) -> JournalDamaged:
    return JournalDamaged(
        file=gap.where, why=gap.why, reached=f"{gap.first - 1:,}", lost=gap.words,
        keys=_beside_a_gap(gap, later),
    )  # fmt: skip


def _fetch_lost(store: LedgerStore, place: Path, journal: Path | None) -> int:
    """Take files that the backup lacks from beside the journal; return how many stay lost."""
    if journal is not None:
        for name in lost_files(store.database, place / FOLDER_NAME):
            with suppress(AzukariError):
                copy_attachment(name, journal / FOLDER_NAME, place / FOLDER_NAME)
    return len(lost_files(store.database, place / FOLDER_NAME))


def _follow(store: LedgerStore, place: Path, way: Way, journal: Path, progress: Progress) -> None:
    """Replay the journal; the folder has no name yet, so that not every command must be durable."""
    commands = way.commands(progress)
    for first in commands:
        with store.database.together():
            for command, entries in chain((first,), islice(commands, TOGETHER - 1)):
                store.replay(command, entries)
                for name in attachment_names(entries):
                    copy_attachment(name, journal / FOLDER_NAME, place / FOLDER_NAME)


class _LogDiffers(Exception):
    """The lines of the journal and those of the backup are no one log."""


def _follow_lines(store: LedgerStore, way: Way) -> bool:
    """Bring the access log to the end of the journal; tell whether that was possible.

    A log that does not verify then keeps nobody from the ledger: it stays as the backup has it.
    """
    database = store.database
    batch, end = way.lines(access.head(database))
    try:
        with database.transaction():
            if batch is not None:
                access.write(database, batch.lines, batch.seals)
                if chain_problems(store, read_authors(database)):
                    raise _LogDiffers
    except _LogDiffers:
        return False
    return end.seq <= access.head(database).seq
