"""Let SQLite tell which rows of the handling log agree with their entries, at one look each.

To read an entry in Python and make its row from it takes most of the time of a full check, and
nearly all entries are handlings of one item that nobody changed since. For these one statement goes
the other way: it writes the canonical content that a row and its line would have, and compares it
with the content in the log, byte for byte. A column of another type than declared, or not in the
one form that we fill in, writes what no content holds, so that no second row can pass for the same.

It is a sieve and no judge: whatever is not plainly alike, right or wrong, is left to be
compared by `storage/compare.py`: rare kinds of fields, several items, other time zones, older
payloads that mean something else.
"""

from collections.abc import Mapping
from functools import cache

from models.codes import HandlingKind
from models.kinds import Boolean, Choice, DecimalNumber, Integer, Kind, Ref, Text
from models.kinds_of_time import Moment
from models.records.handling import HandlingEvent
from storage import schema
from storage.database import Database

TYPE = HandlingEvent.type
# The order of the joins is ours (CROSS): each row is found by its number, one after the other.
# Content of payload 1 means today what it meant, unless it names a checker (models/lifts.py).
_PAYLOAD = f"(t.payload = {HandlingEvent.payload} OR t.payload = 1 AND v.checker_person_id IS NULL)"
_TOLD = (
    "SELECT e.seq, e.record_id, e.payload, m.author, m.recorded_at || printf('%+d', m.\"offset\")"
    " AS entered, CAST(c.body AS TEXT) AS body FROM command m"
    " CROSS JOIN entry e ON e.seq BETWEEN max(m.first_seq, ?1) AND min(m.last_seq, ?2)"
    " CROSS JOIN content c ON c.seq = e.seq"
    " WHERE m.first_seq BETWEEN (SELECT max(first_seq) FROM command WHERE first_seq <= ?1) AND ?2"
    f" AND +e.type = '{TYPE}' AND +e.action = 'create'"  # plus: no index is made for it
)
_UNCHANGED = (
    "v.id = t.record_id AND v.seq = t.seq AND v.created_at = t.entered AND v.created_by = t.author"
    " AND v.revised_at = t.entered AND v.revised_by = t.author AND v.row_version = 1"
    " AND v.voided_at IS NULL AND v.voided_by IS NULL AND v.void_reason IS NULL"
)


def alike(database: Database, first: int, last: int) -> set[int]:
    """Return the events between two entries whose rows are what the entry that made them says.

    Whether later entries changed them is for the caller to know.
    """
    return {seq for (seq,) in database.all(_statement(), (first, last))}


@cache
def _statement() -> str:
    view = schema.table(TYPE)
    lines = next(one for one in view.children if one.field.name == "lines")
    others = [one for one in view.children if one is not lines]
    if [f.name for f in view.scalars if f.derived] != ["lines_text"] or view.hidden:
        raise LookupError("a derived column that the sieve does not compare")
    fields = {f.name: _written(f.kind, f"v.{f.name}") for f in view.scalars if not f.derived}
    fields["contract_id"] = _written(Ref("contract"), "v.contract_id")
    mute = [name for name, written in fields.items() if not written]
    line = _object({name: _written(kind, f"l.{name}") for name, kind in lines.columns})
    fields["lines"] = f"'[' || {line} || ']'"
    same = [
        _UNCHANGED,
        _PAYLOAD,
        f"t.body = concat('{{\"fields\":', {_object(fields)}, '}}')",
        *(f"v.{name} IS NULL" for name in mute),
        f"NOT EXISTS (SELECT 1 FROM {lines.name} WHERE _number = t.seq AND _position <> 0)",
        *(f"NOT EXISTS (SELECT 1 FROM {one.name} WHERE _number = t.seq)" for one in others),
        f"v.caption = '第' || v.event_no || '号 ' || {_label()}",
        "v.lines_text = (SELECT caption FROM v_item WHERE id = l.item_id)",
    ]
    return (
        f"SELECT t.seq FROM ({_TOLD}) t CROSS JOIN {view.name} v ON v.number = t.seq"
        f" CROSS JOIN {lines.name} l ON l._number = t.seq AND l._position = 0"
        f" WHERE {' AND '.join(same)}"
    )


def _object(written: Mapping[str, str]) -> str:
    """Return what writes a JSON object; a NULL leaves its key out."""
    members = ", ".join(
        f"',\"{name}\":' || {value}" for name, value in sorted(written.items()) if value
    )
    return f"concat('{{', substr(concat({members}), 2), '}}')"


def _written(kind: Kind, column: str) -> str:
    """Return what writes a column as JSON, and what is no JSON if the column is not as we fill it.

    "" for kinds that are left to Python.
    """
    if isinstance(kind, Choice):
        codes = ", ".join(f"'{code.value}'" for code in kind.codes)
        return _if(column, f"{column} IN ({codes})", f"'\"' || {column} || '\"'")
    if isinstance(kind, Text | Ref):
        return _if(column, f"typeof({column}) = 'text'", f"json_quote({column})")
    if isinstance(kind, Moment):
        return _moment(column)
    if isinstance(kind, Integer):
        return _if(column, f"typeof({column}) = 'integer'", column)
    if isinstance(kind, Boolean):
        return _if(column, f"{column} IN (0, 1)", f"iif({column}, 'true', 'false')")
    if isinstance(kind, DecimalNumber):  # whole ones; others are left to Python
        whole = f"typeof({column}) = 'integer' AND {column} % 1000 = 0"
        return _if(column, whole, f"'\"' || ({column} / 1000) || '\"'")
    return ""


def _moment(column: str) -> str:
    """Write a moment as it is written in Japan, to the second or the millisecond."""
    form = "'%Y-%m-%dT%H:%M:%S'"
    instant, rest = f"substr({column}, 1, 19)", f"substr({column}, 20)"
    return _if(
        column,
        f"typeof({column}) = 'text' AND octet_length({column}) = 28 AND {rest} GLOB '.[0-9][0-9][0-9]Z+540'"
        f" AND {instant} = strftime({form}, {instant})",
        f"'\"' || strftime({form}, {instant}, '+9 hours')"
        f" || iif({rest} = '.000Z+540', '', substr({column}, 20, 4)) || '+09:00\"'",
    )


def _if(column: str, good: str, written: str) -> str:
    return f"CASE WHEN {column} IS NULL THEN NULL WHEN {good} THEN {written} ELSE '?' END"


def _label() -> str:
    cases = " ".join(f"WHEN '{kind.value}' THEN '{kind.label}'" for kind in HandlingKind)
    return f"CASE v.kind {cases} END"
