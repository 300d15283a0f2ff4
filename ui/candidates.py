"""Finds records by number, name or kana, and says in two lines which record each one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.fields import NOT_RECORDED
from models.kinds import Boolean
from models.ledger import Ledger
from models.records import BY_TYPE, Attachment, Record
from models.same_numbers import MOST, has_rare_spellings, looks, plain
from models.store import ListRow, Op, Query, Where

LIMIT = 20  # more candidates than a person reads are no help

NUMBER_FIELDS: Mapping[str, str] = {  # what stands on the label, the card or the paper
    "item": "item_no",
    "contract": "contract_no",
    "person": "employee_no",
    "authorization": "decision_doc_no",
    "submission": "doc_no",
}

SECOND_LINES: Mapping[str, tuple[str, ...]] = {
    "person": ("name_kana", "department", "job_title", "left_on"),
    "item": ("state", "current_place_id", "quantity_left", "media_type"),
    "contract": ("client_org_id", "client_department", "status"),
    "organization": ("name_kana", "representative_name", "address"),
    "assignment": ("person_id", "unit_name", "starts_on", "status"),
    "contract_place": ("place_id", "use_from", "status"),
    "authorization": ("scope_text", "decision", "valid_from", "valid_until"),
}

ORDERS: Mapping[str, str] = {"person": "name_kana", "organization": "name_kana"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be meant: the caption, what tells it from its namesakes, its number."""

    id: str
    caption: str
    second: str = ""
    number: str = ""


class Candidates:
    """Looks up records of one type.

    Args:
        ledger: where they stand.
        type_: the record type.
    """

    def __init__(self, ledger: Ledger, type_: str) -> None:
        self._ledger = ledger
        self.type = type_
        self.cls: type[Record] = BY_TYPE[type_]

    def find(
        self, typed: str, contract_id: str = "", where: Sequence[Where] = ()
    ) -> list[Candidate]:
        """Return candidates for what was typed, an exact number first.

        Args:
            contract_id: only records of this contract, or of none (R-38); files of it alone.
            where: further conditions of the place that asks.
        """
        exact = self._numbered(typed, contract_id, where)
        limits = (*where, *self._own(contract_id))
        found = self._query(Query(
            self.type, limits, typed.strip(), self._order(), contracts=_only(contract_id)
        ))  # fmt: skip
        known = {candidate.id for candidate in exact}
        return [*exact, *(one for one in found if one.id not in known)]

    def exact(
        self, typed: str, contract_id: str = "", where: Sequence[Where] = ()
    ) -> Candidate | None:
        """Return the one record that carries the typed number, None when it is not plain."""
        number = typed.strip(" \t\r\n　")
        found = self._numbered(number, contract_id, where)
        if not found and self.type in NUMBER_FIELDS and has_rare_spellings(number):
            wide = Query(self.type, tuple(where), number, contracts=_only(contract_id))
            found = [one for one in self._query(wide, MOST) if plain(one.number) == plain(number)]
        found = [one for one in found if one.number == number] or found
        return found[0] if len(found) == 1 else None

    def one(self, record_id: str) -> Candidate | None:
        """Return a record by its id; a voided one says so."""
        found = self._query(Query(self.type, (Where("id", Op.EQ, record_id),), voided=None))
        return found[0] if found else None

    def _own(self, contract_id: str) -> Sequence[Where]:
        """Leave out files of no contract where one is meant: a record of it may not have them."""
        if self.type != Attachment.type or not contract_id:
            return ()
        return (Where("contract_id", Op.EQ, contract_id),)

    def _numbered(self, typed: str, contract_id: str, where: Sequence[Where]) -> list[Candidate]:
        name = NUMBER_FIELDS.get(self.type)
        number = typed.strip(" \t\r\n　")
        if not name or not number:
            return []
        condition = Where(name, Op.IN, tuple(looks(number)))
        return self._query(Query(self.type, (condition, *where), contracts=_only(contract_id)))

    def _query(self, query: Query, limit: int = LIMIT) -> list[Candidate]:
        registers = self._ledger.registers
        return [
            self._candidate(row)
            for row in registers.rows(self.type, registers.numbers(query, limit))
        ]

    def _order(self) -> tuple[tuple[str, bool], ...]:
        name = ORDERS.get(self.type) or NUMBER_FIELDS.get(self.type)
        return ((name, False),) if name else ()

    def _candidate(self, row: ListRow) -> Candidate:
        caption = caption_of(self.cls, row)
        number = NUMBER_FIELDS.get(self.type)
        second = self._second_line(row, caption)
        if row.meta.voided:
            second = "・".join(part for part in ("取消済み", second) if part)
        shown = str(row.values.get(number) or "") if number else ""
        return Candidate(row.id, caption or NOT_RECORDED, second, shown)

    def _second_line(self, row: ListRow, caption: str) -> str:
        names = SECOND_LINES.get(self.type) or self.cls.columns
        fields = self.cls.fields()  # 有 says nothing without the word before it
        told = (name for name in names if not isinstance(fields[name].kind, Boolean))
        texts = (cell_text(self.cls, row, name) for name in told)
        return "・".join([text for text in texts if text and text not in caption][:4])


def caption_of(cls: type[Record], row: ListRow) -> str:
    """Return the caption of a record from its row of a list."""
    fields = cls.fields()
    values = {name: value for name, value in row.values.items() if name in fields}
    return cls(id=row.id, **values).caption()


def cell_text(cls: type[Record], row: ListRow, name: str) -> str:
    """Return what a list shows of a field: the caption of a reference, or the value in words."""
    if name in row.captions:
        return row.captions[name]
    kind = cls.fields()[name].kind
    value = row.values.get(name, kind.empty)
    if hasattr(kind, "type"):
        return ""
    return "" if kind.is_empty(value) else cls.spoken(name, value, row.values.get)


def _only(contract_id: str) -> frozenset[str] | None:
    return frozenset({contract_id}) if contract_id else None
