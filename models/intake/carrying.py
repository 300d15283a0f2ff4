"""What a file says of how things came and went: the means, who carried them, in what, under which number.

A log tells it of the acts by which things leave, come or move; a register of media of the receipt
alone. Words that the ledger does not know never refuse a row: they stay in its note. Who carried
what nobody named stays 記録なし, as 預り証 and 運搬記録 print it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.codes import HandlingKind
from models.errors import InvalidField, Refused, Unclear
from models.fields import NOT_RECORDED
from models.intake.cells import Cells
from models.intake.finding import Finder
from models.intake.wording import Wording, split
from models.records import HandlingEvent, TransportDetail
from models.records.handling import WITH_COUNTERPART

K = HandlingKind
_FIELDS = TransportDetail.fields()
_MEANS = HandlingEvent.fields()["means"]
OWN_HANDS = frozenset({K.TAKE_OUT, K.TRANSPORT})
"""What whoever does it carries, where nobody else is named."""
CARRIED = WITH_COUNTERPART | OWN_HANDS
COLUMNS: Mapping[str, str] = {
    "carrier_org": "carrier_org_id", "carriers": "persons", "vehicle": "vehicle",
    "route": "route", "container": "container", "departed_at": "departed_at",
    "arrived_at": "arrived_at", "tracking_no": "tracking_no",
    "do_not_leave": "do_not_leave_instructed", "instructions": "instructions",
    "instructed_by": "instructed_by", "instructed_at": "instructed_at",
    "taken_by": "received_by", "taken_at": "received_at",
}  # fmt: skip
"""Columns of a log, and the fields of the transport that they fill."""
RECEIPT: Mapping[str, str] = {
    "received_means": "means", "received_carrier": "carrier_org", "received_by_whom": "carriers",
    "received_container": "container", "received_tracking": "tracking_no",
}  # fmt: skip
"""Columns of a register of media, and those of a log that say the same of a receipt."""
_TEXTS = ("vehicle", "route", "container", "tracking_no", "instructions", "taken_by")
_TIMES = ("departed_at", "arrived_at", "instructed_at", "taken_at")


def label(column: str) -> str:
    """Return what people call a column of a log about transport."""
    return _FIELDS[COLUMNS[column]].label


def carried(
    cells: Cells, kind: HandlingKind, finder: Finder, wording: Wording, moment: Callable[[str], Any],
    *, actor: str, arrived_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the means and the transport of an act, as far as a row tells them.

    Args:
        moment: reads a day with its time.
        actor: the name of whoever did it.
        arrived_at: when a transport ended that the file tells in two rows.
    """
    if kind not in CARRIED:
        _keep_in_note(cells)
        return {}
    told: dict[str, Any] = {}
    if kind is K.TRANSPORT:
        if words := cells.one_line("means"):
            cells.remark(f"{_MEANS.label}の欄は「{words}」。")
    elif cells.text("means"):
        told["means"] = wording.parsed(cells, _MEANS)
    values = _values(cells, finder, moment)
    if not values and kind is not K.TRANSPORT:
        return told
    if arrived_at is not None:
        values.setdefault("arrived_at", arrived_at)
    by_firm = values.get("carrier_org_id") or values.get("tracking_no")
    if not values.get("persons") and (kind is K.TRANSPORT or not by_firm):
        values["persons"] = (actor if kind in OWN_HANDS else NOT_RECORDED,)
    detail = TransportDetail(**values)
    cells.problems.extend(detail.problems())
    return told | {"transport": (detail,)}


def receipt(cells: Cells, finder: Finder, wording: Wording) -> dict[str, Any]:
    """Return the same of the receipt that a register of media tells; it tells no times of it.

    Raises:
        Refused: a word of the row is unclear.
    """
    texts = {ours: cells.text(name) for name, ours in RECEIPT.items() if cells.text(name)}
    told = carried(cells.renamed(texts), K.RECEIVE, finder, wording, str, actor="") if texts else {}
    if cells.problems:
        raise Refused(reason=" ".join(cells.problems))
    return told


def _values(cells: Cells, finder: Finder, moment: Callable[[str], Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in _TEXTS:
        if text := cells.one_line(name):
            values[COLUMNS[name]] = text
    for name in _TIMES:
        if cells.text(name):
            values[COLUMNS[name]] = cells.value(name, moment)
    if persons := split(cells.one_line("carriers")):
        values["persons"] = tuple(persons)
    values |= _carrier(cells, finder) | _instructed(cells, finder)
    return {name: value for name, value in values.items() if value is not None}


def _carrier(cells: Cells, finder: Finder) -> dict[str, Any]:
    words = cells.one_line("carrier_org")
    if not words:
        return {}
    firm = finder.organization(words)
    if firm is not None:
        return {"carrier_org_id": firm.id}
    cells.notices.append(
        f"運送事業者「{words}」という組織は台帳にありません。備考と「運搬担当者」に残しました。"
    )
    cells.remark(f"運送事業者は「{words}」。")
    return {} if cells.one_line("carriers") else {"persons": (words,)}


def _instructed(cells: Cells, finder: Finder) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if words := cells.one_line("do_not_leave"):
        try:
            told["do_not_leave_instructed"] = _FIELDS["do_not_leave_instructed"].parse(words)
        except InvalidField:
            cells.remark(f"{label('do_not_leave')}の欄は「{words}」。")
    if words := cells.one_line("instructed_by"):
        try:
            told["instructed_by"] = finder.person(words, label("instructed_by")).id
        except Unclear:
            cells.remark(f"{label('instructed_by')}は「{words}」。")
    return told


def _keep_in_note(cells: Cells) -> None:
    """Keep what stands in a row whose act carries nothing."""
    for name in COLUMNS:
        if text := cells.one_line(name):
            cells.remark(f"{label(name)}の欄は「{text}」。")
