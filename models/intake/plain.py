"""Read any register by the declaration of its record: every cell through its Kind.

References are written as the captions or numbers by which people know the record; a record may
refer to another one of the same file that stands above it or below it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.days_ahead import ahead_of
from models.errors import Refused
from models.fields import Field
from models.intake.cells import Cells, Reader
from models.intake.parts import Findings, Options, Sheet
from models.intake.wording import Wording, split
from models.kinds import DecimalNumber, MultiRef, Ref
from models.records import BY_TYPE, Record
from models.store import Progress
from models.text import search_key
from models.values import parse_decimal, unit_problem

if TYPE_CHECKING:
    from models.ledger import Ledger

STEP = 500


class Captions:
    """Finds records by what people call them; each register is read once."""

    def __init__(self, ledger: "Ledger", options: Options) -> None:
        self._ledger = ledger
        self._known: dict[str, dict[str, list[Record]]] = {}
        self._answers: Mapping[str, Mapping[str, str]] = {
            "person": {search_key(k): v for k, v in options.persons.items()},
            "place": {search_key(k): v for k, v in options.places.items()},
        }

    def add(self, record: Record) -> None:
        """Let later rows refer to a record of this file."""
        self._index(record, self._of(record.type))

    def find(self, type_: str, text: str, contract_id: str) -> list[Record]:
        """Return the records that these words may mean, those of the contract first and alone."""
        key = search_key(text)
        known = self._of(type_)
        if (answer := self._answers.get(type_, {}).get(key)) is not None:
            return [one for found in known.values() for one in found if one.id == answer][:1]
        found = list({one.id: one for one in known.get(key, [])}.values())
        mine = [one for one in found if type_ == "contract" or one.contract() in ("", contract_id)]
        return mine if contract_id else found

    def _of(self, type_: str) -> dict[str, list[Record]]:
        if type_ not in self._known:
            index: dict[str, list[Record]] = {}
            for stored in self._ledger.registers.all(BY_TYPE[type_]):
                self._index(stored.record, index)
            self._known[type_] = index
        return self._known[type_]

    def _index(self, record: Record, index: dict[str, list[Record]]) -> None:
        names = {record.caption(), record.id}
        if record.search:  # the first searched field is the number or the name of a record
            first = getattr(record, record.search[0])
            names.add(first if isinstance(first, str) else "")
        for key in {search_key(name) for name in names} - {""}:
            index.setdefault(key, []).append(record)


class PlainReader:
    """Reads a register of one record type."""

    def __init__(
        self, ledger: "Ledger", cls: type[Record], contract_id: str, options: Options,
        findings: Findings,
    ) -> None:  # fmt: skip
        self._ledger = ledger
        self._ids = ledger.new_ids()
        self._cls = cls
        self._contract_id = contract_id
        self._captions = Captions(ledger, options)
        self._found = findings
        self._wording = Wording(options, findings)

    def read(
        self, sheet: Sheet, mapping: Mapping[str, str], progress: Progress
    ) -> list[tuple[int, Record]]:
        """Return the records that can stand; the others are refused with their reasons."""
        reader = Reader(sheet.columns, mapping, sheet.escaped)
        rows = [reader.cells(line, row) for line, row in sheet.rows]
        made = []
        for cells in rows:
            record = self._draft(cells)
            made.append((cells, record))
            if not cells.problems:
                self._captions.add(record)
        read: list[tuple[int, Record]] = []
        seen: dict[str, int] = {}
        for number, (cells, draft) in enumerate(made):
            if number % STEP == 0:
                progress(number, len(made))
            record = self.referring(cells, draft, mapping)
            cells.problems.extend(record.problems())
            cells.problems.extend(ahead_of(self._ledger, record))
            self._require_signed(cells, record)
            self._require_new(cells, record, seen)
            if cells.problems:
                self._found.refuse(cells.line, " ".join(dict.fromkeys(cells.problems)))
            else:
                read.append((cells.line, record))
        return read

    def _draft(self, cells: Cells) -> Record:
        """Make the record without what it refers to."""
        values: dict[str, Any] = {"id": next(self._ids)}
        for f in self._cls.own_fields():
            text = cells.text(f.name)
            if text and not isinstance(f.kind, Ref | MultiRef):
                value = self._wording.parsed(cells, f)
                if value is not None:
                    values[f.name] = value
        if self._contract_id and "contract_id" in self._cls.fields():
            values["contract_id"] = self._contract_id
        return _with_unit(cells, self._cls(**values))

    def referring(self, cells: Cells, record: Record, mapping: Mapping[str, str]) -> Record:
        """Return the record with what its cells refer to."""
        found: dict[str, Any] = {}
        for name in mapping.values():
            f = self._cls.fields().get(name)
            text = cells.text(name)
            if f is None or not text:
                continue
            if isinstance(f.kind, MultiRef):
                ids = [self._target(cells, f, f.kind.type, part) for part in split(text)]
                found[name] = tuple(id_ for id_ in ids if id_)
            elif isinstance(f.kind, Ref):
                found[name] = self._target(cells, f, f.kind.type, text)
        if self._contract_id and found.get("contract_id", "") not in ("", self._contract_id):
            cells.problems.append("「契約」が、取込みに選んだ契約と違います。")
        if self._contract_id:
            found.pop("contract_id", None)
        return record.with_changes(**found) if found else record

    def _target(self, cells: Cells, f: Field, type_: str, text: str) -> str:
        contract_id = self._contract_id if type_ != "contract" else ""
        found = self._captions.find(type_, text, contract_id)
        if len(found) == 1:
            return found[0].id
        if type_ == "contract" and self._contract_id and not found:
            return ""  # a number of another office; the chosen contract counts
        why = "は台帳にありません" if not found else f"に当たる記録が{len(found)}件あります"
        cells.problems.append(
            f"「{f.label}」の「{text}」{why}。先に登録するか、書き方を確かめてください。"
        )
        if type_ in ("person", "place"):
            self._found.ask(f"{type_}s", text, cells.line, f"「{text}」は、台帳のどれですか。")
        return ""

    def _require_signed(self, cells: Cells, record: Record) -> None:
        """Refuse a row that names who confirmed or granted: only a sign-in says so."""
        try:
            self._ledger.registers.require_signed(record)
        except Refused as error:
            cells.problems.append(str(error))

    def _require_new(self, cells: Cells, record: Record, seen: dict[str, int]) -> None:
        """Refuse what the file or the ledger has already, told by number or name."""
        name = record.search[0] if record.search else ""
        value = getattr(record, name, "") if name else ""
        if not isinstance(value, str) or not value:
            return
        label = record.fields()[name].label
        key = search_key(value)
        if key in seen:
            cells.problems.append(
                f"「{label}」の「{value}」は{seen[key]}行目と同じです（{cells.line}行目）。"
            )
        seen.setdefault(key, cells.line)
        known = self._captions.find(record.type, value, record.contract())
        if any(one.id != record.id and self._stands(one) for one in known) and key != "":
            cells.problems.append(f"「{label}」の「{value}」は、すでに台帳にあります。")

    def _stands(self, record: Record) -> bool:
        return self._ledger.store.get(type(record), record.id) is not None


def _with_unit(cells: Cells, record: Record) -> Record:
    """Keep the unit that is written behind a number; another one than that beside it is refused."""
    own = record.fields()
    unit = getattr(record, "unit", None)
    for f in own.values():
        text = cells.text(f.name)
        if unit is None or not isinstance(f.kind, DecimalNumber) or not unit_problem(text, unit):
            continue
        if unit:
            cells.problems.append(f"「{f.label}」{unit_problem(text, unit)}")
        else:
            record = record.with_changes(unit=parse_decimal(text).unit)
    return record
