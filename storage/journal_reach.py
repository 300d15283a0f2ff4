"""From which backup on a journal leads through a new data key (docs/format.md, "Journal").

A backup has the data key of its time, and the copy of the key header beside the journal the one in
force; keys between the two are nobody's. So what was entered since the backups that count is written
under every new key once more: behind such a backup only these two keys are needed.
"""

from collections.abc import Collection
from pathlib import Path

from models.backup_care import sound_of, standing_of
from models.chain import EMPTY, Head
from models.records import BackupRun, LedgerOrigin, UserAccount
from models.store import Query
from models.versions import versions
from storage import access, log
from storage.backup_format import RECEIVER_ROLES
from storage.header import RECOVERY_ROLE, Header, HeaderUser
from storage.journal import Journal, header_of, list_files, look_over
from storage.journal_compare import Shown
from storage.journal_file import JournalFile
from storage.journal_format import FileHeader, Keys
from storage.ledger_store import LedgerStore
from storage.unlocked import Vault

RELIED_ON = 2  # the newest backup, and the one before it, should the newest fail
_PORTION = 500  # acts on backups that are looked at, the latest

_SESSION = "SELECT max(seq) FROM access_seal WHERE seq < ?"
_FIRST = "SELECT min(first) FROM access_seal WHERE seq = ?"
_LINE = "SELECT number, hash FROM access_line WHERE number = ?"


def relied_on(store: LedgerStore) -> Head | None:
    """Return where the older of the last two sound backups ends; None without any."""
    return next(iter(backup_ends(store)), None)


def backup_ends(store: LedgerStore) -> list[Head]:
    """Return where the last two sound backups end, the older one first."""
    latest = Query(BackupRun.type, order=(("number", True),))
    runs = [one.record for one in store.find(BackupRun, latest, limit=_PORTION)][::-1]
    last = sound_of(standing_of(runs), runs)[-RELIED_ON:]
    heads = [Head(run.to_event_seq or 0, bytes.fromhex(run.head)) for run in last]
    return [head for head in heads if log.contains(store.database, head)]


def somebody_opens_both(store: LedgerStore, header: Header, seq: int) -> bool:
    """Tell whether a backup that ends with an entry opens to anybody who opens this header's copy.

    A responsible person whose keys are the same as then, or the sheet of then.
    """
    return any(
        one.signing.hex() in _keys_at(store, one, seq)
        for one in header.receivers
        if one.role in RECEIVER_ROLES
    )


def _keys_at(store: LedgerStore, one: HeaderUser, seq: int) -> str:
    """Return what the ledger believed of somebody's key, or of the sheets, at an entry."""
    if one.role == RECOVERY_ROLE:
        (origin, *_) = store.find(LedgerOrigin, Query(LedgerOrigin.type), limit=1)
        sheets = versions(store, LedgerOrigin, origin.record.id)
        return " ".join([key for at in sheets if at.seq <= seq for key in at.record.recovery_keys])
    accounts = [at for at in versions(store, UserAccount, one.user_id) if at.seq <= seq]
    return accounts[-1].record.public_key if accounts else ""


def line_before(store: LedgerStore, seq: int) -> Head:
    """Return a line of the access log that stood when an entry was made.

    It is the last one before the session in which that entry, or the one before it, came.
    """
    database = store.database
    if not access.exists(database):
        return EMPTY
    session = database.value(_SESSION, (seq,))
    first = database.value(_FIRST, (session,)) if session is not None else None
    row = database.one(_LINE, (int(first) - 1,)) if first is not None else None
    return Head(int(row[0]), bytes(row[1])) if row is not None else EMPTY


def reaches(folder: Path, keys: Keys, seq: int) -> bool:
    """Tell whether the files under the present key begin at an entry or before it.

    Raises:
        MediumMissing, Foreign
    """
    paths = list_files(folder, keys.vault_id)
    look_over(paths)
    for path in reversed(paths):
        header = header_of(path)
        if header is None or header.epoch != keys.epoch:
            return False
        if header.base.seq <= seq:
            return True
    return False


def leads_to(folder: Path, keys: Keys, head: Head) -> bool:
    """Tell whether the files lead to a head, or went another way than the ledger that has it.

    Where several tell of an entry, the last one that begins before it counts.

    Raises:
        MediumMissing, Foreign, Damaged
    """
    for path in reversed(list_files(folder, keys.vault_id)):
        header = header_of(path)
        if header is None or header.epoch != keys.epoch:
            return False
        if header.base.seq <= head.seq:
            scan = JournalFile(path, keys).survey()
            met = {header.base.hash, scan.head.hash, *(at.prefix.previous for at in scan.places)}
            return head.hash in met
    return False


def still_opens(store: LedgerStore, header: Header) -> bool:
    """Tell whether somebody opens the newest backup and this header's copy, where there is a backup."""
    ends = backup_ends(store)
    return not ends or somebody_opens_both(store, header, ends[-1].seq)


def leads_on(store: LedgerStore, folder: Path, vault: Vault) -> bool:
    """Tell whether a journal leads from the older of the last two sound backups to the last entry.

    Somebody has to open both the newer one and the copy of the keys beside the journal.

    Raises:
        MediumMissing, Foreign
    """
    ends = backup_ends(store)
    return (
        bool(ends)
        and reaches(folder, vault, ends[0].seq)
        and somebody_opens_both(store, vault.header, ends[-1].seq)
    )


def write_again(journal: Journal, store: LedgerStore, shown: Shown, base: Head) -> None:
    """Write what came after a head in a new file under the present data key."""
    lines = line_before(store, base.seq)
    journal.catch_up(shown.behind(base, lines), base=base, lines=lines)


def goes_on_elsewhere(folder: Path, keys: Keys) -> bool:
    """Tell whether a file is under a later key than ours: this is an older copy of the ledger.

    Raises:
        MediumMissing, Foreign
    """
    return goes_on_behind(folder, keys, ()) is not None


def goes_on_behind(folder: Path, keys: Keys, told: Collection[str]) -> FileHeader | None:
    """Return the last file under a later key than ours, None if the ledger told of it.

    It may stand before files of ours: whoever puts the same copy in its place again finds those
    of the first time there, and tells nothing of it any more.

    Args:
        told: the last files of ways that it told of, by epoch and id; what stands before was told.

    Raises:
        MediumMissing, Foreign
    """
    paths = list_files(folder, keys.vault_id)
    look_over(paths)
    headers = [header for path in paths if (header := header_of(path)) is not None]
    known = max((one.number for one in headers if one.way in told), default=0)
    later = [one for one in headers if one.epoch > keys.epoch and one.number > known]
    return later[-1] if later else None
