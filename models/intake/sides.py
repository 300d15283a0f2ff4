"""What a row of a handling log says of the other side of an act, and of how things were protected.

Own exports name the other side in three columns (相手方, 相手方の氏名, 相手方の職名); a log kept by hand
has one, and whoever stands in it may be an office or a person. Words that the ledger does not know
never refuse a row: they stay in its note.
"""

from typing import Any

from models.codes import EncryptionMeasure, HandlingKind
from models.errors import InvalidField
from models.fields import NOT_RECORDED
from models.intake.cells import Cells
from models.intake.finding import Finder
from models.intake.wording import chosen
from models.records import HandlingEvent

_DONE = "暗号化済"  # as old logs say it
_TO_EXPLAIN = frozenset({EncryptionMeasure.EQUIVALENT, EncryptionMeasure.NOT_APPLIED})
_FIELDS = HandlingEvent.fields()


def counterpart(cells: Cells, finder: Finder) -> dict[str, Any]:
    """Return who was on the other side."""
    told: dict[str, Any] = {
        name: cells.one_line(name)
        for name in ("counterpart_name", "counterpart_title")
        if cells.text(name)
    }
    if words := cells.one_line("counterpart_org"):
        told |= _office(cells, finder, words, named="counterpart_name" in told)
    return told


def _office(cells: Cells, finder: Finder, words: str, *, named: bool) -> dict[str, Any]:
    """Return the organization of these words, or the person if nobody else is named."""
    office = finder.organization(words)
    if office is not None:
        return {"counterpart_org_id": office.id}
    if not named:
        return {"counterpart_name": words}
    cells.remark(f"相手方は「{words}」。")
    cells.notices.append(f"相手方「{words}」という組織は台帳にありません。備考に残しました。")
    return {}


def measures(cells: Cells, kind: HandlingKind) -> dict[str, Any]:
    """Return how things were protected on their way."""
    told: dict[str, Any] = {}
    encryption = _in_words(cells, "encryption")
    if encryption is not None:
        told["encryption"] = encryption
    if detail := cells.one_line("encryption_detail"):
        told["encryption_detail"] = detail
    elif encryption in _TO_EXPLAIN:
        told["encryption_detail"] = NOT_RECORDED
    if found := _in_words(cells, "misdelivery_measures"):
        told["misdelivery_measures"] = found
    if kind is HandlingKind.TAKE_OUT and encryption is EncryptionMeasure.APPLIED:
        told |= _renewed(cells)
    return told


def _in_words(cells: Cells, name: str) -> Any:
    """Return what a cell says in the ledger's words; other words go to the note."""
    text = cells.one_line(name)
    if not text:
        return None
    if name == "encryption" and text == _DONE:
        return EncryptionMeasure.APPLIED
    try:
        return chosen(_FIELDS[name], text)
    except InvalidField:
        cells.remark(f"{_FIELDS[name].label}の欄は「{text}」。")
        return None


def _renewed(cells: Cells) -> dict[str, Any]:
    """Return whether the password was renewed; other words may be one, and are kept nowhere."""
    text = cells.one_line("password_renewed")
    if not text:
        return {}
    label = _FIELDS["password_renewed"].label
    try:
        return {"password_renewed": _FIELDS["password_renewed"].parse(text)}
    except InvalidField:
        cells.notices.append(f"「{label}」の欄は読めないため、取り込みません。")
        return {}
