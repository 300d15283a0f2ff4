"""Collect the papers that ask for a consent, from the application that the ledger holds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from models import wareki
from models.codes import AuthorizationSubject, BasisType, Encrypted, GovernanceKind
from models.errors import Refused
from models.paper_about import AUTHORIZATIONS
from models.profile_params import Params
from models.records import Authorization, InformationAsset, Item
from models.records.things import AssetField
from models.rules.used_up import limits_outside
from models.text import search_key
from reports.blocks import shown
from reports.collecting.case import Case, words
from reports.collecting.people import in_force
from reports.documents.consent_request import AppliedItem
from reports.documents.d11_copy_request import CopyRequest
from reports.documents.d12_take_out_request import TakeOutRequest
from reports.documents.d13_provision_request import ProvisionRequest
from reports.documents.d15_handover_request import HandoverRequest

S = AuthorizationSubject
APPLIED_FOR = (BasisType.CONSENT, BasisType.AGREEMENT, BasisType.APPROVAL)
ON_PAPER = "紙のため暗号化の対象外"
AT_A_TIME = "同時に外に置く数量の上限"
ACT_WORDS = {
    S.COPY: "copy",
    S.TRANSMIT: "send",
    S.DISPATCH: "send",
    S.TAKE_OUT: "take_out",
    S.EQUIPMENT_TAKE_OUT: "take_out",
    S.OTHER_PURPOSE: "other_purpose",
    S.THIRD_PARTY: "third_party",
    S.INDIRECT_HANDOVER: "handover",
}


def copy_request(case: Case) -> CopyRequest:
    one = _application(case)
    return CopyRequest(
        case.letterhead(), case.anchor(), wording=case.wording(),
        act=_act(case, one), consent=_consent(case, one), scope=one.scope_text, purpose=one.reason,
        period=_period(one), quantity=_limit(one), method=one.method,
        kept_at=_places(case, one), disposal_planned_on=one.disposal_planned_on,
        misdelivery_measures=one.required_measures, lines=_lines(case, one),
    )  # fmt: skip


def take_out_request(case: Case) -> TakeOutRequest:
    one = _application(case)
    lines = _lines(case, one)
    arrangement = in_force(case, GovernanceKind.TRANSPORT_PROCEDURE)
    head = case.letterhead(case.form.change_title if one.subject is S.EQUIPMENT_TAKE_OUT else "")
    return TakeOutRequest(
        head, case.anchor(), wording=case.wording(),
        act=_act(case, one), consent=_consent(case, one), scope=_scope(one), purpose=one.reason,
        quantity=_limit(one), period=_period(one),
        destination=one.destination_text or _places(case, one),
        carrier="、".join(
            case.person(t.person_id) for t in one.targets if t.person_id
        ),
        encryption="、".join(_protected(case, one)),
        transport_arrangement=words(
            f"「{arrangement.caption()}」による。" if arrangement else "", one.required_measures
        ),
        lines=lines,
    )  # fmt: skip


def provision_request(case: Case) -> ProvisionRequest:
    one = _application(case)
    return ProvisionRequest(
        case.letterhead(), case.anchor(), wording=case.wording(),
        act=_act(case, one), consent=_consent(case, one), scope=one.scope_text, purpose=one.reason,
        period=_period(one), quantity=_limit(one), recipient=one.destination_text,
        basis=one.legal_basis, method=one.method, safeguards=one.required_measures,
        lines=_lines(case, one),
    )  # fmt: skip


def handover_request(case: Case) -> HandoverRequest:
    one = _application(case)
    return HandoverRequest(
        case.letterhead(), case.anchor(), wording=case.wording(),
        act=_act(case, one), consent=_consent(case, one), scope=_scope(one), purpose=one.reason,
        period=_period(one), quantity=_limit(one), route=one.destination_text, relay=one.relay,
        method=one.method, safeguards=one.required_measures, lines=_lines(case, one),
    )  # fmt: skip


def _application(case: Case) -> Authorization:
    """Return the one application that the paper is about.

    Raises:
        Refused: none or several, or one about another act.
    """
    found = case.chosen(Authorization)
    if len(found) != 1:
        raise Refused(
            reason=f"{case.form.title}は、申請一件について作ります。"
            "「承諾・指示」に申請を登録し、一つ選んでください。"
        )
    if found[0].subject not in AUTHORIZATIONS[case.wish.doc_kind]:
        raise Refused(
            reason=f"{found[0].caption()}は、{case.form.title}で申請する行為ではありません。"
        )
    return found[0]


def _act(case: Case, one: Authorization) -> str:
    assert one.subject is not None
    concept = ACT_WORDS.get(one.subject)
    return case.profile.term(concept) if concept else one.subject.label


def _consent(case: Case, one: Authorization) -> str:
    """Return what the text asks for here (承諾, 同意, 承認), else what was applied for."""
    for basis in _bases(case.profile.params, one.subject):
        if basis in APPLIED_FOR:
            return BasisType.read(basis).label
    return one.basis_type.label if one.basis_type else BasisType.CONSENT.label


def _bases(params: Params, subject: AuthorizationSubject | None) -> tuple[str, ...]:
    """Return what an act may rest on under the text, in its order."""
    if subject is S.COPY:
        return params.copy.basis
    if subject in (S.TRANSMIT, S.DISPATCH, S.OTHER_RISKY_ACT):
        return params.send.basis
    if subject is S.TAKE_OUT:
        return (params.take_out.information,)
    if subject is S.EQUIPMENT_TAKE_OUT:
        return (params.take_out.equipment,)
    if subject is S.INDIRECT_HANDOVER:
        return params.handover.indirect_basis
    other = subject is S.OTHER_PURPOSE
    return params.purpose.other_purpose_basis if other else params.purpose.third_party_basis


def _period(one: Authorization) -> str:
    if one.valid_from is None:
        return ""
    until = wareki.format_wareki(one.valid_until) + "まで" if one.valid_until else ""
    return f"{wareki.format_wareki(one.valid_from)}から{until}"


def _limit(one: Authorization) -> str:
    return f"{shown(one.quantity_limit)}{one.unit}" if one.quantity_limit is not None else ""


def _places(case: Case, one: Authorization) -> str:
    return "、".join(case.place(t.place_id) for t in one.targets if t.place_id)


def _scope(one: Authorization) -> str:
    """Say what is applied for and how much of it: the list names the things as a whole."""
    limit, scope = _limit(one), one.scope_text
    if not limit:
        return scope
    named = "" if re.search(rf"(?<!\d){re.escape(search_key(limit))}", search_key(scope)) else limit
    more = "、".join(part for part in (named, AT_A_TIME if limits_outside(one) else "") if part)
    return f"{scope}（{more}）" if more else scope


def _lines(case: Case, one: Authorization) -> tuple[AppliedItem, ...]:
    lines = []
    part = _part(one, _items(case, one))
    for target in one.targets:
        if target.item_id:
            line = applied(case, case.item(target.item_id))
            lines.append(replace(line, quantity=line.quantity + part))
        elif target.asset_id:
            asset = case.ledger.registers.need(InformationAsset, target.asset_id).record
            content = "、".join(_names(asset.asset_fields)) or asset.name
            count = f"{asset.subject_count:,}人分" if asset.subject_count is not None else ""
            lines.append(AppliedItem("－", asset.name, content, _limit(one) or count))
    return tuple(lines)


def _items(case: Case, one: Authorization) -> list[Item]:
    return [case.item(target.item_id) for target in one.targets if target.item_id]


def _part(one: Authorization, items: list[Item]) -> str:
    """Say behind the number of each thing that only a part of it is applied for, "" for all."""
    limit, total = (
        one.quantity_limit,
        sum((item.quantity or Decimal(0) for item in items), Decimal(0)),
    )
    if limit is None or limit >= total or any(item.unit != one.unit for item in items):
        return ""
    return f"のうち{_limit(one)}" if len(items) == 1 else "の一部"


def applied(case: Case, item: Item, quantity: Decimal | None = None) -> AppliedItem:
    """Return an item as an application or an order lists it.

    Args:
        quantity: how many pieces of it are meant; None: all.
    """
    number = item.quantity if quantity is None else quantity
    amount = f"{shown(number)}{item.unit}" if number is not None else ""
    return AppliedItem(item.item_no, item.name, case.info_items(item), amount)


def _names(rows: tuple[AssetField, ...]) -> Iterator[str]:
    yield from (row.name for row in rows)


def _protected(case: Case, one: Authorization) -> Iterator[str]:
    """Say of each applied medium how it is protected."""
    for target in one.targets:
        if not target.item_id:
            continue
        item = case.item(target.item_id)
        if item.encrypted is not None and item.encrypted is not Encrypted.NOT_APPLICABLE:
            yield f"{item.item_no} {item.encrypted.label} {item.encryption_method}".strip()
        elif not item.electronic:
            yield f"{item.item_no} {ON_PAPER}"
