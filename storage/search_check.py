"""Whether the search index holds every record up to where it says that it has come, with its words.

What it does not hold nobody finds by words, and nobody misses it. Every check asks whether each record
is in it at all. The index keeps no texts, but it tells where a whole text stands, word by word in its
order, and of how many words each record is: a short log is compared whole, of each stretch of a long
one some entries in a row are drawn by lot, so that nobody knows which, and the check of a million
entries does not end a quarter later for what a rebuild makes anew in any case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import SystemRandom

from models import text as texts
from models.records.handling import HandlingEvent
from storage.database import Database
from storage.helpers import Found
from storage.naming import Naming
from storage.schema import TABLES, ViewTable
from storage.search import Search, scope_of

CODE = "VIEW"
WHOLE = 100_000  # entries of a log of which all words are compared
DRAWN = 1_000  # entries in a row of each stretch of a longer one
MOST = 1_000  # texts that are asked for at once
PHRASE = 100  # words that are asked for as one
_UNINDEXED = (
    "SELECT number FROM {0} v WHERE number <= ? AND number NOT IN (SELECT number FROM v_reindex)"
    " AND NOT EXISTS (SELECT 1 FROM search_docsize WHERE id = v.number) LIMIT 1"
)
_STANDS = "number BETWEEN ? AND ? AND number NOT IN (SELECT number FROM v_reindex)"
_SAYS = "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
_SIZES = "SELECT id, sz FROM search_docsize WHERE id BETWEEN ? AND ?"

Document = tuple[str, str]  # scope and words


def gaps(database: Database) -> Iterator[Found]:
    """Yield what shows that records are missing in the index."""
    reached = _reached(database)
    if reached is None:
        yield CODE, "v_watermark", "検索の索引がどこまで進んだかの印が、記帳と合いません。"
        return
    for view in TABLES.values():
        number = database.value(_UNINDEXED.format(view.name), (reached,))
        if number is not None:
            sentence = f"検索の索引に、記帳番号{number}の{view.record.label}がありません。"
            yield CODE, f"記帳番号{number}", f"{sentence}「一覧を作り直す」で直ります。"


def _reached(database: Database) -> int | None:
    """Return up to where the index says that it has come, None where that cannot be."""
    reached = database.all("SELECT seq FROM v_watermark")
    last = database.value("SELECT max(seq) FROM entry") or 0
    if len(reached) != 1 or not isinstance(reached[0][0], int) or not 0 <= reached[0][0] <= last:
        return None
    return int(reached[0][0])


def drawn(first: int, last: int, entries: int) -> "Words":
    """Return the check of a stretch, or of a part of it that nobody knows before.

    Args:
        entries: of the whole log.
    """
    if entries > WHOLE and last - first >= DRAWN:
        first += SystemRandom().randrange(last - first + 2 - DRAWN)
        last = first + DRAWN - 1
    return Words(first, last)


@dataclass(frozen=True)
class Words:
    """Entries `first` to `last`: each record is found by its words, and by no others."""

    first: int
    last: int

    def run(self, database: Database) -> list[Found]:
        last = min(self.last, _reached(database) or 0)
        told = dict(_documents(database, self.first, last))
        labels = {number: label for number, (label, _) in told.items()}
        documents = {number: document for number, (_, document) in told.items()}
        odd = _other_sizes(database, self.first, last, documents)
        odd |= _not_found(database, self.first, last, documents)
        return [
            (CODE, f"記帳番号{one}", f"検索の索引で、記帳番号{one}の{labels[one]}の言葉が内容と違います。"
             "「一覧を作り直す」で直ります。")
            for one in sorted(odd)[:1]
        ]  # fmt: skip


def _documents(
    database: Database, first: int, last: int
) -> Iterator[tuple[int, tuple[str, Document]]]:
    """Yield what the index must hold of each record: its number, what it is, scope and words."""
    words = texts.Indexing()
    search = Search(database, Naming(database))
    for view in TABLES.values():
        label = view.record.label
        for number, contract, said in _texts(database, search, view, first, last):
            scope = scope_of(view.record.type, contract)
            yield number, (label, (scope, words.of(said)))


def _texts(
    database: Database, search: Search, view: ViewTable, first: int, last: int
) -> Iterator[tuple[int, str, list[str]]]:
    """Yield numbers and contracts of records with the texts by which they are found."""
    names = view.record.search
    if set(names) & set(view.eclipsed):  # a column says something else
        numbers = [
            n
            for (n,) in database.all(
                f"SELECT number FROM {view.name} WHERE {_STANDS}", (first, last)
            )
        ]
        for number, record in search.records(view.record.type, numbers):
            yield number, record.contract(), list(record.search_texts())
        return
    columns = ", ".join(["number", "contract_id", *names])
    found = database.all(f"SELECT {columns} FROM {view.name} WHERE {_STANDS}", (first, last))
    listed = names.index("lines_text") if view.record is HandlingEvent else None
    told: Mapping[int, str] = {}
    if listed is not None:
        told = search.naming.lines_texts([row[0] for row in found])
    for number, contract, *said in found:
        if listed is not None:
            said[listed] = told.get(number, said[listed])
        yield number, contract or "", [one for one in said if one]


def _other_sizes(
    database: Database, first: int, last: int, documents: Mapping[int, Document]
) -> set[int]:
    """Return the records of which the index has more or fewer words; one that is missing is a gap."""
    sizes: dict[int, bytes] = dict(database.all(_SIZES, (first, last)))
    return {
        number
        for number, document in documents.items()
        if number in sizes and sizes[number] != b"".join(map(_varint, map(_count, document)))
    }


def _not_found(
    database: Database, first: int, last: int, documents: Mapping[int, Document]
) -> set[int]:
    """Return the records that are not found by their whole text, among as many as are asked for."""
    alike: dict[Document, set[int]] = {}
    for number, document in documents.items():
        alike.setdefault(document, set()).add(number)
    asked = list(alike)
    if len(asked) > MOST:
        asked = SystemRandom().sample(asked, MOST)
    odd: set[int] = set()
    for document in asked:
        question = (_expression(document), first, last)
        odd |= alike[document] - {number for (number,) in database.all(_SAYS, question)}
    return odd


def _expression(document: Document) -> str:
    scope, words = document
    every = words.split(" ") if words else []
    parts = [every[place : place + PHRASE] for place in range(0, len(every), PHRASE)]
    asked = [f'scope : "{scope}"', *(f'text : "{" ".join(part)}"' for part in parts)]
    return " AND ".join(asked)


def _count(text: str) -> int:
    return len(text.split(" ")) if text else 0


def _varint(number: int) -> bytes:
    """Return how SQLite writes a small number."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
