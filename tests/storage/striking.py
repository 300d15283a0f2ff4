"""Strike single pages of a real ledger, for tests of what damage does."""

from pathlib import Path

from models.ledger import Ledger
from models.store import quiet
from storage.database import PAGE_SIZE, Database
from storage.ledger_store import LedgerStore
from storage.pages import PageFile, Walk
from storage.safe import LedgerSafe


def parts_of(ledger: Ledger) -> tuple[LedgerStore, LedgerSafe]:
    """Return store and safe as what they are."""
    store, safe = ledger.opened.store, ledger.opened.safe
    assert isinstance(store, LedgerStore) and isinstance(safe, LedgerSafe)
    return store, safe


def owners(ledger: Ledger) -> dict[str, list[int]]:
    """Return the pages of every tree, so that a test knows where to strike."""
    store, safe = parts_of(ledger)
    return owners_in(store.database, safe.vault.database_key)


def owners_in(database: Database, key: bytes) -> dict[str, list[int]]:
    file = PageFile(database.reader(), key)
    walk = Walk(file, frozenset(range(1, file.count + 1)), quiet)
    known = database.all("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0")
    for name, root in [("catalogue", 1), *known]:
        walk.tree(name, root, overflow=True)
    walk.free("free")
    assert not walk.left and not walk.broken
    found: dict[str, list[int]] = {}
    for number, name in sorted(walk.owners.items()):
        found.setdefault(name, []).append(number)
    return found


def strike(file: Path, number: int) -> None:
    """Turn one bit in the middle of a page."""
    raw = bytearray(file.read_bytes())
    raw[(number - 1) * PAGE_SIZE + PAGE_SIZE // 2] ^= 1
    file.write_bytes(raw)
