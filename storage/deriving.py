"""Derive every table from the log: for another version of them, after an erasure, in a new file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from models import collector
from models.store import Progress
from storage import log, schema
from storage.database import Database
from storage.dropping import drop_views
from storage.listing import fill_all
from storage.portions import Portion, read_beside, read_here
from storage.rows import New
from storage.views import Views

DROPPING = 4  # times as long as to drop the tables takes it to derive them
INDEXING_KIB = 229_376  # every index reads the same table; the readers have ended by then
MANY = 20_000  # entries; fewer take no longer than starting a process


def rebuild(database: Database, progress: Progress, key: bytes = b"") -> None:
    """Derive every table from the log; the caller holds the lock.

    In two transactions: pages that were free when a transaction began are not copied into its
    rollback journal when they are used again, and that copy would be as large as all the tables.
    Between the two the tables are of no version, so whoever opens the ledger next derives them.

    Zeroing the pages of dropped tables would double the work and protect nothing: the log with the
    same words stays. Therefore `secure_delete` rests meanwhile.

    Args:
        key: of the database; with it a long log is read by processes beside this one.

    Raises:
        NewerFormat: a newer program has made entries; nothing was changed.
        Cancelled: by `progress`.
    """
    log.require_known_types(database)  # before the tables of a newer program are dropped
    last = log.head(database).seq
    dropping = last // DROPPING
    database.all("PRAGMA secure_delete = OFF")
    try:
        with database.transaction():
            drop_views(database, _share(progress, 0, dropping, last))
            database.all("PRAGMA user_version = 0")
        filling = _share(progress, dropping, last, last)
        # The log must have its readers before the file is written.
        with collector.at_rest(), reading(database, last, key) as told, database.transaction():
            fill(database, told, last, filling)
    finally:
        database.all("PRAGMA secure_delete = ON")


def derive(database: Database, progress: Progress) -> None:
    """Drop and derive every table, inside the caller's transaction."""
    last = log.head(database).seq
    dropping = last // DROPPING
    drop_views(database, _share(progress, 0, dropping, last))
    fill(database, read_here(database, last), last, _share(progress, dropping, last, last))


def _share(progress: Progress, before: int, own: int, last: int) -> Progress:
    """Return the progress of one of two parts, in entries of the whole."""
    total = last // DROPPING + last
    return lambda done, count: progress(before + own * done // max(count, 1), total)


@contextmanager
def reading(database: Database, last: int, key: bytes) -> Iterator[Iterator[Portion]]:
    """Give the log of a database, read beside this process if it is long and there is a key."""
    if key and last > MANY:
        with read_beside(database.path, key, last) as portions:
            yield portions
    else:
        yield read_here(database, last)


def fill(database: Database, portions: Iterable[Portion], last: int, progress: Progress) -> None:
    """Make the tables and fill them from a log, inside the caller's transaction."""
    schema.create_views(database, indexes=False)
    views = Views(database, tolerant=True)
    done = 0
    progress(done, last)
    for portion in portions:
        _apply(views, portion)
        done += len(portion)
        progress(done, last)
    with database.roomy(INDEXING_KIB):
        fill_all(database)
        schema.create_indexes(database)
    views.settle()
    progress(last, last)


def _apply(views: Views, portion: Portion) -> None:
    views.expect(one.record for one in portion if one.record is not None)
    for one in portion:
        if isinstance(one, New):
            views.enter(one)
        elif one.gone:
            views.skip(one.seq, one.action, one.record)
        else:
            views.change(one.command, one.seq, one.action, one.record, one.content)
    views.flush()
