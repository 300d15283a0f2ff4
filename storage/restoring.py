"""From a backup to the last acknowledged entry: what happens inside a folder that has no name yet.

The database of the backup is taken on by the commands of the journal, one after another, each onto
the head it was written on. Nothing is believed on the way: the whole result is verified at the
end, page by page, hash by hash and signature by signature, before the folder gets its name.
"""

from contextlib import suppress
from dataclasses import dataclass
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
from storage.journal_keeper import detach
from storage.journal_way import Way
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, check_snapshot, open_store
from storage.mending import rebuild_file
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
    """

    head: Head
    torn: bool
    missing: int
    log_behind: bool = False
    gap: JournalGap | None = None
    passed: tuple[str, ...] = ()


def complete(
    place: Path, vault: Vault, manifest: Manifest, journal: Path | None, progress: Progress,
    *, up_to_damage: bool = False,
) -> Reached:  # fmt: skip
    """Bring an extracted backup up to the end of the journal and verify all of it.

    Args:
        up_to_damage: damage behind the backup ends the restore instead of stopping it.

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
            way = Way(journal, vault, base)
            if way.gap is not None and not up_to_damage:
                raise _stops(way.gap)
            _follow(store, place, way, journal, progress)
            log_behind = not _follow_lines(store, way)
        detach(store)
        reached = store.head()
        lost = _fetch_lost(store, place, journal)
    finally:
        store.close()
    if check_snapshot(path, vault.database_key, progress) != reached:
        raise VerificationFailed(reason=_DIFFERS)
    if way is None:
        return Reached(reached, False, lost)
    torn = way.torn and way.gap is None
    return Reached(reached, torn, lost, log_behind, way.gap, way.passed)


def _open(path: Path, vault: Vault, progress: Progress) -> LedgerStore:
    """Open the database of a backup; only its log comes along if more stands in it than ours."""
    key, vault_id = vault.database_key, vault.vault_id.hex()
    try:
        return open_store(path, key, vault_id, progress)
    except StrangeSchema:
        rebuild_file(path, key, progress)
        return open_store(path, key, vault_id, progress)


def _stops(gap: JournalGap) -> JournalDamaged:
    return JournalDamaged(
        file=gap.where, why=gap.why, reached=f"{gap.first - 1:,}", lost=gap.words,
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
