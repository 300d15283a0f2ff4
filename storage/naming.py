"""What records are called: now, and as they stood when an act was entered.

An act points to people, places and things; its row says no name. What they were called then follows
from their versions in the log, so no table has to keep it: a record that was never revised costs
nothing, and what the versions of the others say is remembered.
"""

import json
from collections.abc import Collection, Mapping, Sequence

from models.former_names import Called
from models.records import Item
from storage import log, rows
from storage.database import Database
from storage.schema import table

KEPT = 2000  # revised records whose names are remembered
_AMONG = "IN (SELECT value FROM json_each(?))"
# CROSS keeps the lines of a page in front.
_RENAMED = (
    "SELECT DISTINCT l._number FROM v_handling_event_lines l CROSS JOIN v_item v"
    f" ON v.id = l.item_id WHERE l._number {_AMONG} AND l._position < {rows.CAPTIONS_SHOWN}"
    " AND v.row_version > 1 AND v.seq > l._number"
)
_LINES = (
    "SELECT _number, item_id FROM v_handling_event_lines"
    f" WHERE _number {_AMONG} ORDER BY _number, _position"
)

Names = Sequence[tuple[int, str]]


class Naming:
    """Names of records, by type and id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names: dict[tuple[str, int], Names] = {}  # by id and latest version

    def called_now(self, type_: str, ids: Collection[str]) -> dict[str, Called]:
        """Return what records are called; what they were called is left out."""
        if not ids:
            return {}
        sql = f"SELECT id, caption FROM {table(type_).name} WHERE id {_AMONG}"
        found = self._database.all(sql, (json.dumps(sorted(ids)),))
        return {id_: Called(caption) for id_, caption in found}

    def called(self, type_: str, ids: Collection[str]) -> dict[str, Called]:
        """Return what records are and were called."""
        if not ids:
            return {}
        with self._database.lock:
            found = self._database.all(
                f"SELECT id, caption, seq, row_version FROM {table(type_).name} WHERE id {_AMONG}",
                (json.dumps(sorted(ids)),),
            )
            revised = {id_: seq for id_, _, seq, version in found if version > 1}
            names = self._of_revised(type_, revised)
        return {id_: Called(caption, names.get(id_, ())) for id_, caption, *_ in found}

    def lines_texts(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return, of acts whose things were revised since, what their lists of things say."""
        renamed = [n for (n,) in self._database.all(_RENAMED, (json.dumps(list(numbers)),))]
        if not renamed:
            return {}
        lines: dict[int, list[str]] = {}
        for number, item_id in self._database.all(_LINES, (json.dumps(renamed),)):
            lines.setdefault(number, []).append(item_id)
        shown = {id_ for ids in lines.values() for id_ in ids[: rows.CAPTIONS_SHOWN]}
        called = self.called(Item.type, shown)
        return {
            number: rows.lines_text(
                [called[id_].at(number) if id_ in called else id_ for id_ in ids]
            )
            for number, ids in lines.items()
        }

    def forget(self) -> None:
        """Let go of all names: what they stood in may have been erased."""
        self._names.clear()

    def _of_revised(self, type_: str, latest: Mapping[str, int]) -> dict[str, Names]:
        missing = [id_ for id_, seq in latest.items() if (id_, seq) not in self._names]
        if len(self._names) > KEPT:
            self._names.clear()
            missing = list(latest)
        for id_, names in self._read(type_, missing).items():
            self._names[id_, latest[id_]] = names
        return {id_: self._names[id_, seq] for id_, seq in latest.items()}

    def _read(self, type_: str, ids: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
        """Read every version of records; one whose content was erased told no name."""
        given = json.dumps(ids)
        found: dict[str, list[tuple[int, str]]] = {id_: [] for id_ in ids}
        for seq, id_, payload, body in self._database.all(
            "SELECT e.seq, e.record_id, e.payload, c.body FROM entry e JOIN content c"
            " ON c.seq = e.seq WHERE e.action <> 'void' AND e.seq IN"
            f" (SELECT number FROM {table(type_).name} WHERE id {_AMONG}"
            f" UNION SELECT seq FROM v_later WHERE record_id {_AMONG}) ORDER BY e.seq",
            (given, given),
        ):
            caption = log.read_record(type_, id_, payload, body).caption()
            if not found[id_] or found[id_][-1][1] != caption:
                found[id_].append((seq, caption))
        return found
