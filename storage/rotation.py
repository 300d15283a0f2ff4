"""Give a ledger a new data key, in an order that a power cut may interrupt anywhere.

1. Both header copies announce the next epoch, wrapped for everybody who stays; who is shut out is
   gone from them already.
2. The database is encrypted under the key of the next epoch, in one transaction of SQLCipher.
   Until it is through, the work can be stopped; afterwards it goes on to the end.
3. `renew` lays down whatever else lives under the data key (the journal), while both are known.
4. Both header copies know the next epoch alone.

Whoever opens the ledger in between finds the database under one of two known keys. The first
responsible person who does finishes what was begun. Who stops it takes the announcement back,
unless somebody was shut out by it: a step back would let him in again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from models.errors import Cancelled, Damaged
from models.store import Progress
from storage.database import Database, open_database
from storage.rekeying import rekey, require_room
from storage.unlocked import Vault

Renew = Callable[[], None]
"""Called when `vault.epoch` is the new one and the old data key is still known."""


def rotate(
    vault: Vault,
    database: Database,
    renew: Renew,
    without: Sequence[str] = (),
    *,
    progress: Progress = lambda done, total: None,
) -> None:
    """Give the ledger a new data key; durable in all its files when it returns.

    A rotation that stands unfinished is finished first; whom it did not shut out needs another.

    Args:
        without: user ids that are shut out by the same write that announces the new key.

    Raises:
        NotPermitted: only a responsible person may.
        Cancelled: by `progress`; the data key is the old one. If somebody was shut out, the new one
            stays announced, and the rotation is finished at the next start.
        DiskFull: nothing was changed; or, if somebody was shut out, it is finished at a later start.
        InputOutput: it is finished at the next start.
    """
    if vault.rotating:
        finish(vault, database, renew, progress=progress)
        without = [one for one in without if vault.header.active_user(one) is not None]
        if not without:
            return
    if not without:  # who is shut out is so at once, whatever the new key needs
        require_room(database.path)
    vault.announce_epoch(without)
    try:
        finish(vault, database, renew, progress=progress)
    except Cancelled:
        if not without:
            vault.withdraw_epoch()
        raise


def finish(
    vault: Vault,
    database: Database,
    renew: Renew,
    *,
    progress: Progress = lambda done, total: None,
) -> None:
    """Finish a rotation from wherever it stands; `database` is open under `epoch`.

    Raises:
        Cancelled: by `progress`, while the database is under the old key.
    """
    number = vault.header.epochs[-1].number
    if vault.epoch != number:
        keys = vault.database_key, vault.derive("database", epoch=number)
        rekey(database, *keys, progress)
        vault.epoch = number
    renew()
    vault.adopt_epoch()


def find_epoch(vault: Vault, path: Path) -> None:
    """Find out under which of two announced keys the database is; without a rotation there is one.

    Raises:
        Damaged: under neither.
    """
    if not vault.rotating:
        return
    for epoch in reversed(vault.header.epochs):
        try:
            open_database(path, vault.derive("database", epoch=epoch.number)).close()
        except Damaged:
            continue
        vault.epoch = epoch.number
        return
