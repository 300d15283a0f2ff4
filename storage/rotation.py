"""Give a ledger a new data key, in an order that a power cut may interrupt anywhere.

1. Both header copies announce the next epoch, wrapped for everybody who stays; who is shut out is
   gone from them already.
2. The database is encrypted under the key of the next epoch, in one transaction of SQLCipher.
3. `renew` lays down whatever else lives under the data key (the journal), while both are known.
4. Both header copies know the next epoch alone.

Whoever opens the ledger in between finds the database under one of two known keys. The first
responsible person who does finishes what was begun; there is no way back, because a step back
would let somebody in again who was shut out.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from models.errors import Damaged
from storage.database import Database, open_database
from storage.unlocked import Vault

Renew = Callable[[], None]
"""Called when `vault.epoch` is the new one and the old data key is still known."""


def rotate(vault: Vault, database: Database, renew: Renew, without: Sequence[str] = ()) -> None:
    """Give the ledger a new data key; durable in all its files when it returns.

    Args:
        without: user ids that are shut out by the same write that announces the new key.

    Raises:
        NotPermitted: only a responsible person may.
        DiskFull, InputOutput: it is finished at the next start; the ledger stays usable.
    """
    if not vault.rotating:
        vault.announce_epoch(without)
    finish(vault, database, renew)


def finish(vault: Vault, database: Database, renew: Renew) -> None:
    """Finish a rotation from wherever it stands; `database` is open under `epoch`."""
    number = vault.header.epochs[-1].number
    if vault.epoch != number:
        database.rekey(vault.derive("database", epoch=number))
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
