"""Collect the lists: what was confirmed, which equipment there is, which fields are handled."""

from datetime import date

from models.codes import AssetFieldKind, GovernanceKind, HandlingKind, ItemClass, Timing
from models.errors import Refused
from models.records import HandlingEvent, InformationAsset, Item
from models.records.things import AssetField
from models.store import Op, Query, Where
from reports.collecting.case import Case, words
from reports.collecting.people import in_force
from reports.documents.d01_checklist import CheckedPoint, Checklist
from reports.documents.d29_equipment import EquipmentLine, EquipmentList
from reports.documents.d31_fields import FieldLine, FieldList

MACHINES = (ItemClass.EQUIPMENT, ItemClass.MEDIUM)
WITH_DIGITS = (AssetFieldKind.CARD_NO, AssetFieldKind.MYNUMBER, AssetFieldKind.PHONE)
MOST = 100_000
SEPARATORS = ("｜", "|", "\t")


def checklist(case: Case) -> Checklist:
    """Collect the filled-in list in force: a line of its text is 確認事項｜回答｜備考.

    Raises:
        Refused: no list is in force for the contract.
    """
    found = in_force(case, GovernanceKind.CHECKLIST_TEMPLATE)
    if found is None or not found.contract_id:
        raise Refused(
            reason=f"この契約の{case.profile.term('checklist')}が登録されていません。"
            "「規程・体制・計画・手順・文面」に種類「点検表ひな形」で登録し、"
            "本文に一行ずつ「確認事項｜回答｜備考」を入力してください。"
        )
    return Checklist(
        case.letterhead(), case.anchor(), wording=case.wording(),
        checked_on=found.approved_on, checked_by=case.person(found.approved_by),
        version=found.version,
        lines=tuple(_point(line) for line in found.text.split("\n") if line.strip()),
    )  # fmt: skip


def _point(line: str) -> CheckedPoint:
    for separator in SEPARATORS:
        line = line.replace(separator, SEPARATORS[0])
    parts = [part.strip() for part in line.split(SEPARATORS[0])]
    question, answer, note = (*parts, "", "")[:3]
    return CheckedPoint(question, answer, note or "－")


def equipment(case: Case) -> EquipmentList:
    """Collect computers and media of the contract, and shared computers that serve it."""
    checked = _stocktakes(case)
    found = [one for one in case.all(Item) if one.item_class in MACHINES]
    shared = case.ledger.store.find(
        Item, Query(Item.type, (Where("contract_id", Op.EMPTY, True),)), limit=MOST
    )
    found += [stored.record for stored in shared if stored.record.item_class in MACHINES]
    return EquipmentList(
        case.letterhead(), case.anchor(), wording=case.wording(), as_of=case.day,
        lines=tuple(
            EquipmentLine(
                item_no=one.item_no,
                medium=words(one.media_type.label if one.media_type else "", one.name),
                model=words(one.maker, one.model),
                user=case.person(one.holder_person_id) or "－",
                home_place=case.place(one.home_place_id),
                encryption=one.encrypted.label if one.encrypted else "",
                inspected_on=checked.get(one.id),
                state=one.state.label if one.state else "登録",
            )
            for one in found
        ),
    )  # fmt: skip


def _stocktakes(case: Case) -> dict[str, date]:
    """Return the day on which each item was last seen in its place."""
    where = (
        Where("contract_id", Op.EQ, case.contract.id),
        Where("kind", Op.EQ, HandlingKind.STOCKTAKE),
        Where("timing", Op.EQ, Timing.ACTUAL),
    )
    query = Query(HandlingEvent.type, where, order=(("occurred_at", False),))
    found: dict[str, date] = {}
    for stored in case.ledger.store.find(HandlingEvent, query, limit=MOST):
        event = stored.record
        if event.occurred_at:
            found |= {row.item_id: event.occurred_at.date() for row in event.lines}
    return found


def fields(case: Case) -> FieldList:
    lines = tuple(
        FieldLine(asset.name, row.name, _digits(row), "有" if row.in_contract_list else "無")
        for asset in case.all(InformationAsset)
        for row in asset.asset_fields
    )
    return FieldList(case.letterhead(), case.anchor(), wording=case.wording(), lines=lines)


def _digits(row: AssetField) -> str:
    if row.digits is not None:
        return f"{row.digits}桁"
    return "" if row.kind in WITH_DIGITS else "－"
