"""Find what refers to files that were kept without a contract (`models.file_uses`).

Registers that grow with the work are asked by their columns alone, and nothing is asked where no
such file is: a ledger whose files all have their contract answers at once.
"""

import json
from collections.abc import Iterator, Mapping

from models.chain import Action
from models.codes import AttachmentKind
from models.file_uses import FileUse
from models.kinds import Children, MultiRef, Ref
from models.records import ALL, Attachment, HandlingEvent, Item, Record, Submission
from models.records.base import Declared
from storage import log
from storage.database import Database, Row
from storage.schema import ViewTable, table

# What their files are does not change by a correction: the row says it without the log.
BY_COLUMN = (HandlingEvent, Item, Submission)
SOURCE_FIELD = "source_file_id"  # only sources of imports stand there

_AMONG = "IN (SELECT value FROM json_each(?))"
_VERSIONS = (
    "SELECT e.type, e.record_id, e.payload, c.body, e.seq = v.seq AND v.voided_at IS NULL"
    " FROM (SELECT id, number AS seq FROM {view} UNION"
    " SELECT v.id, l.seq FROM {view} v JOIN v_later l ON l.record_id = v.id) s"
    " JOIN {view} v ON v.id = s.id JOIN entry e ON e.seq = s.seq JOIN content c ON c.seq = s.seq"
    f" WHERE e.action <> '{Action.VOID.value}'"
)
_WITH_ROWS = (
    "SELECT e.type, e.record_id, e.payload, c.body, v.voided_at IS NULL FROM {view} v"
    " JOIN entry e ON e.seq = v.seq JOIN content c ON c.seq = v.seq"
    " WHERE v.number IN (SELECT _number FROM {child})"
)


def uses_of_strays(database: Database) -> list[FileUse]:
    """Return every reference to a file that was kept without a contract."""
    with database.lock:
        found = database.all("SELECT id, kind FROM v_attachment WHERE contract_id IS NULL")
        strays: dict[str, str] = {file: kind for file, kind in found}
        if not strays:
            return []
        return [use for cls in ALL if _may_refer(cls) for use in _uses(database, cls, strays)]


def _may_refer(cls: type[Declared]) -> bool:
    return any(
        _may_refer(f.kind.child)
        if isinstance(f.kind, Children)
        else isinstance(f.kind, Ref | MultiRef) and f.kind.type == Attachment.type
        for f in cls.own_fields()
    )


def _uses(database: Database, cls: type[Record], strays: Mapping[str, str]) -> Iterator[FileUse]:
    view = table(cls.type)
    if cls not in BY_COLUMN:
        yield from _read(database.all(_VERSIONS.format(view=view.name)), strays)
        return
    yield from _by_column(database, view, strays)
    for child in view.children:
        if isinstance(child.field.kind, Children) and _may_refer(child.field.kind.child):
            sql = _WITH_ROWS.format(view=view.name, child=child.name)
            yield from _read(database.all(sql), strays)


def _by_column(database: Database, view: ViewTable, strays: Mapping[str, str]) -> Iterator[FileUse]:
    sources = [one for one, kind in strays.items() if kind == AttachmentKind.SOURCE.value]
    for f in view.scalars:
        if not isinstance(f.kind, Ref) or f.kind.type != Attachment.type:
            continue
        sought = sources if f.name == SOURCE_FIELD else list(strays)
        if sought:
            sql = f"SELECT {f.name}, contract_id, voided_at IS NULL FROM {view.name}"
            for file, contract, stands in database.all(
                f"{sql} WHERE {f.name} {_AMONG}", (json.dumps(sought),)
            ):
                yield FileUse(file, contract or "", bool(stands))


def _read(rows: list[Row], strays: Mapping[str, str]) -> Iterator[FileUse]:
    for type_, record_id, payload, body, stands in rows:
        record = log.read_record(type_, record_id, payload, body)
        for _, of, file in record.references():
            if of == Attachment.type and file in strays:
                yield FileUse(file, record.contract(), bool(stands), record_id)
