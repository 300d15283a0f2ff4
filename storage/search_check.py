"""Whether the search index holds every record up to where it says that it has come.

What it does not hold nobody finds by words, and nobody misses it. That each record is in it is
compared; with which words it is, only a rebuild makes sure (the table keeps no texts).
"""

from collections.abc import Iterator

from storage.database import Database
from storage.helpers import Found
from storage.schema import TABLES

CODE = "VIEW"
_UNINDEXED = (
    "SELECT number FROM {0} v WHERE number <= ? AND number NOT IN (SELECT number FROM v_reindex)"
    " AND NOT EXISTS (SELECT 1 FROM search_docsize WHERE id = v.number) LIMIT 1"
)


def gaps(database: Database) -> Iterator[Found]:
    """Yield what shows that records are missing in the index."""
    reached = database.all("SELECT seq FROM v_watermark")
    last = database.value("SELECT max(seq) FROM entry") or 0
    if len(reached) != 1 or not isinstance(reached[0][0], int) or not 0 <= reached[0][0] <= last:
        yield CODE, "v_watermark", "検索の索引がどこまで進んだかの印が、記帳と合いません。"
        return
    for view in TABLES.values():
        number = database.value(_UNINDEXED.format(view.name), reached[0])
        if number is not None:
            sentence = f"検索の索引に、記帳番号{number}の{view.record.label}がありません。"
            yield CODE, f"記帳番号{number}", f"{sentence}「一覧を作り直す」で直ります。"
