"""Collect the notice of work and storage places, or the application for them."""

from collections.abc import Mapping
from datetime import date

from models.codes import PlaceKind, PlaceStatus
from models.errors import Refused
from models.records import ContractPlace, Place, Record
from models.versions import version_at, versions
from reports.collecting.case import Case
from reports.collecting.changes import Watched, added_because, changes, ends_before
from reports.documents.change_notice import ChangeNotice
from reports.documents.d04_place_notice import PlaceLine, PlaceNotice

NOTIFY = "届け出"


def place_notice(case: Case) -> PlaceNotice | ChangeNotice:
    """Collect the places of the contract, or what changed about them.

    Raises:
        Refused: no place is laid down.
    """
    if case.wish.options.get("change"):
        previous, lines = changes(case, _watched(case))
        return ChangeNotice(
            case.letterhead(), case.anchor(), wording=case.wording(),
            about="業務を行う場所", verb=NOTIFY, previous=previous,
            added_because=added_because(case), lines=tuple(line for line, _ in lines),
        )  # fmt: skip
    found = case.chosen(ContractPlace) if case.wish.ids else _in_use(case)
    if not found:
        raise Refused(
            reason=f"この契約には、{case.form.title}に載せる{case.profile.term('work_place')}が"
            "ありません。「場所」と「契約別の場所」を登録してから作成してください。"
        )
    regime = case.profile.params.place_notice.regime
    return PlaceNotice(
        case.letterhead(), case.anchor(), wording=case.wording(),
        verb="" if regime == "consent" else NOTIFY,
        consent="承諾" if "consent" in regime else "",
        lines=tuple(_line(case, one) for one in found),
    )  # fmt: skip


def _in_use(case: Case) -> list[ContractPlace]:
    """Return the places of the contract; where work on the client's premises is the rule, they
    need no notice (CB-9.1)."""
    found = [one for one in case.all(ContractPlace) if one.status is not PlaceStatus.ENDED]
    if not case.profile.params.place_notice.onsite_by_default:
        return found
    return [one for one in found if not _on_premises(case, one)]


def _on_premises(case: Case, one: ContractPlace) -> bool:
    place = case.ledger.registers.need(Place, one.place_id).record
    return PlaceKind.CLIENT_PREMISES in place.kinds


def _line(case: Case, one: ContractPlace) -> PlaceLine:
    place = case.ledger.registers.need(Place, one.place_id).record
    last = ends_before(case, one.use_to)
    return PlaceLine(use_from=one.use_from, use_to=last, **_told(one, place))


def _told(one: ContractPlace, place: Place) -> dict[str, str]:
    return {
        "place": place.name,
        "address": place.address,
        "floor_room": place.floor_room,
        "place_use": "・".join(use.label for use in one.use_as),
        "access_control": _guard(place),
        "storage_equipment": place.storage_equipment.label if place.storage_equipment else "なし",
        "protection_measures": place.protection_measures,
    }


def _guard(place: Place) -> str:
    if place.lockable is None or place.entry_control is None:
        return ""
    return f"施錠 {_yes_no(place.lockable)}、入退室管理 {_yes_no(place.entry_control)}"


def _yes_no(value: bool) -> str:
    return "有" if value else "無"


def _watched(case: Case) -> Watched[ContractPlace]:
    """Say what of a place the client is told."""
    label = case.wording().label

    def facts(record: ContractPlace, seq: int) -> Mapping[str, object]:
        place = _place_at(case, record.place_id, seq)
        told = {label(key): value for key, value in _told(record, place).items()}
        return {**told, label("use_from"): record.use_from}

    def ending(record: ContractPlace, _seq: int) -> tuple[date, str] | None:
        return (record.use_to, "") if record.use_to else None

    def name(record: ContractPlace) -> str:
        return case.place(record.place_id)

    def begins(record: ContractPlace) -> date | None:
        return record.use_from

    def reportable(record: ContractPlace) -> bool:
        return record.status is not PlaceStatus.ENDED

    def refers(record: ContractPlace) -> tuple[type[Record], str]:
        return Place, record.place_id

    return Watched(ContractPlace, name, refers, facts, begins, ending, reportable)


def _place_at(case: Case, place_id: str, seq: int) -> Place:
    history = versions(case.ledger.store, Place, place_id)
    return (version_at(history, seq) or history[0]).record
