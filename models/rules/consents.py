"""Rules about consents: copying, sending, handing over, other purposes, collecting."""

from collections.abc import Iterator, Sequence

from models.codes import (
    CONTENT_GONE_STATES,
    Acquisition,
    AuthorizationSubject,
    BasisType,
    HandlingKind,
    Means,
)
from models.records import HandlingEvent, InformationAsset
from models.rules.case import Case, Say, labels
from models.rules.checking import LEAVING, leaving
from models.rules.copied import copied_with, is_entered
from models.rules.named import lacking

K, S = HandlingKind, AuthorizationSubject
CARRIAGE = "transport_detail"  # the 運搬記録 among the records that a clause asks for
BASIS = "R-05"  # asks for a consent that allows the copy, and says all that does not fit
TWO_PERSONS = "R-36"  # the rule of the clause that asks for a second pair of eyes
INDIRECT = frozenset({Means.SECURITY_COURIER, Means.REGISTERED_MAIL, Means.ELECTRONIC, Means.OTHER})
BY_A_FIRM = frozenset({Means.SECURITY_COURIER, Means.REGISTERED_MAIL})
NAME_IT = "「承諾・指示」に登録し、この記録の根拠に選んでください。"
PASSING = (K.RECEIVE, K.RETURN, K.HAND_OVER)


def r05_copy_needs_basis(case: Case) -> Iterator[str]:
    """A copy needs the client's word, granted for what is copied and valid that day."""
    event = case.event_of(K.COPY)
    if event is None:
        return
    regime = case.params.copy
    if not regime.basis:
        yield from _idle_copies(case)
        return
    if case.basis((S.COPY,), regime.basis):
        return
    consent = case.word("copy_consent")
    remedy = f"{consent}を「承諾・指示」に登録し、この記録の根拠に選んでください。"
    for origin in dict.fromkeys(item.origin for item in case.handled):
        things = "".join(f"「{one.caption()}」" for one in case.handled if one.origin is origin)
        need = f"{things}の{case.word('copy')}には、前もって{consent}が要ります。"
        yield Say(lacking(case, need, remedy, (S.COPY,), regime.basis), key=str(origin or ""))


def _idle_copies(case: Case) -> Iterator[str]:
    """Where necessity is enough, tell of a copy that already lies there (EQ-COPYNEED)."""
    for item in case.handled:
        alive = [c for c in case.books.children_of(item.id) if c.state not in CONTENT_GONE_STATES]
        if alive:
            yield (
                f"「{item.caption()}」には、まだ手元に{case.word('copy')}物があります"
                f"（{alive[0].item_no}）。必要な範囲か確かめてください。"
            )


def r06_copies_are_counted(case: Case) -> Iterator[str]:
    """Each copy is an item with a parent, and no more are made than were allowed."""
    event = case.event_of(K.COPY)
    if event is None:
        return
    if any(not line.resulting_item_id for line in event.lines):
        yield (
            f"できた{case.word('copy')}物が、管理番号を持つ媒体・資料として登録されていません。"
            "一つずつ登録してください。"
        )
    given = next((one for one in case.named if one.subject is S.COPY), None)
    if given is None or given.quantity_limit is None:
        return
    copied = copied_with(case.books, given, event, case.items)
    which = f"{event.caption()}：" if is_entered(case.books, given, event) else ""
    if copied.unlike:
        yield Say(
            f"{which}承諾の数量の単位「{given.unit}」と{case.word('copy')}物の単位"
            f"「{'、'.join(sorted(copied.unlike))}」が違うので、承諾された範囲か確かめられません。"
            f"「承諾・指示」の数量と単位を、{case.word('copy')}物と同じ単位か、"
            "写しの数（部）で登録してください。",
            within=BASIS,
        )
    elif copied.mine and copied.total > given.quantity_limit:
        limit, reached = (
            f"{number.normalize():,f}{given.unit}"
            for number in (given.quantity_limit, copied.total)
        )
        yield Say(
            f"{which}承諾された部数（{limit}）を超えます（これまでと合わせて{reached}）。"
            "部数を減らすか、改めて承諾を得てください。",
            within=BASIS,
        )


def r07_sending_needs_basis_and_two_persons(case: Case) -> Iterator[str]:
    """Sending out needs consent; it and other acts after consent need a second pair of eyes."""
    event = case.event_of()
    if event is None or event.kind is None:
        return
    regime = case.params.send
    if _sends(case, event):
        yield from _basis_of_sending(case, event.kind, regime.basis)
    acts = regime.double_checked_acts or (K.TRANSMIT, K.DISPATCH)
    if event.kind in acts and "software" not in event.misdelivery_measures:
        yield from _second_pair_of_eyes(case, event, bool(regime.double_checked_acts))


def _basis_of_sending(case: Case, kind: HandlingKind, bases: Sequence[str]) -> Iterator[str]:
    """Ask for the client's word where the text does; where it is silent, only tell."""
    subject = S.TRANSMIT if kind is K.TRANSMIT else S.DISPATCH
    subjects = (subject, S.OTHER_RISKY_ACT)
    if case.basis(subjects, bases):
        return
    if not bases and case.only_told("R-07"):
        words = (
            f"外部への{case.word('send')}です。特記事項に定めはありません。"
            f"{case.word('client_party')}が知っているか、宛先と方法を確かめてください。"
        )
    else:
        need = f"外部への{case.word('send')}には、前もって{labels(bases)}が要ります。"
        words = lacking(case, need, NAME_IT, subjects, bases)
    yield Say(words, act=str(subject), verb=labels(bases))


def _second_pair_of_eyes(case: Case, event: HandlingEvent, compulsory: bool) -> Iterator[str]:
    """Where the text demands the check, the checker signs; elsewhere a name is enough."""
    assert event.kind is not None
    if compulsory and event.kind in LEAVING and not case.fact:
        return  # whoever checks it signs when it is done
    if compulsory and leaving([event]):
        if not event.checker_proof:
            yield Say(
                f"「{event.kind.label}」は、複数人または専用のソフトウェアで確かめます。"
                "記録するときに、確認者がサインインし、宛先・数量・管理番号を入力します。",
                also=TWO_PERSONS,
                checker=True,
            )
    elif not event.checker_person_id and not compulsory and case.only_told("R-07"):
        yield (
            f"「{event.kind.label}」を、ほかの人や専用のソフトウェアで確かめた記録がありません。"
            "確かめたときは「確認者」を選んでください。"
        )
    elif not event.checker_person_id:
        yield Say(
            f"「{event.kind.label}」は、複数人または専用のソフトウェアで確かめます。"
            "「確認者」を選んでください。",
            also=TWO_PERSONS,
        )


def _sends(case: Case, event: HandlingEvent) -> bool:
    """Tell whether it leaves the hands of the own staff (obligations.md 8.5, 5)."""
    if event.kind in (K.TRANSMIT, K.DISPATCH):
        return True
    by_carrier = any(row.carrier_org_id for row in event.transport) or event.means in BY_A_FIRM
    own = any(row.carrier_org_id == case.contract.contractor_org_id for row in event.transport)
    moved = event.kind in (K.TAKE_OUT, K.TRANSPORT)
    return bool(case.params.send.basis) and moved and by_carrier and not own


def r13_indirect_handover_is_approved(case: Case) -> Iterator[str]:
    """What does not pass from hand to hand passes by a method that the client approved."""
    event = case.event_of(K.RETURN, K.HAND_OVER)
    bases = case.params.handover.indirect_basis
    if event is None or event.means not in INDIRECT:
        return
    if not bases and case.params.handover.designation:
        return  # R-14 says by which means (SK-13.2)
    if case.basis((S.INDIRECT_HANDOVER,), bases, standing=True):
        return
    assert event.means is not None
    if not bases and case.only_told("R-13"):
        yield (
            f"直接でない{case.word('handover')}（{event.means.label}）です。特記事項に定めは"
            f"ありません。{case.word('client_party')}が方法を知っているか確かめてください。"
        )
    else:
        need = (
            f"直接でない{case.word('handover')}（{event.means.label}）には、方法の"
            f"{labels(bases or ('approval',))}が前もって要ります。"
        )
        yield lacking(case, need, "「承諾・指示」に登録してください。")


def r14_handover_as_designated(case: Case) -> Iterator[str]:
    """Media pass as the client designated, or else by a secure courier with its number."""
    event = case.event_of(*PASSING)
    if event is None or event.means is None:
        return
    regime, word = case.params.handover, case.word("handover")
    if not regime.designation:
        if not (event.place_from_id or event.place_to_id or event.destination_text):
            yield f"{word}の場所が記録されていません。「場所」か「行先」を入力してください。"
        return
    if event.means is Means.DIRECT:
        if not case.basis((S.HANDOVER_DESIGNATION,), standing=True):
            need = (
                f"{word}の手段・日時・場所について、{case.word('client_party')}の指定が"
                "記録されていません。"
            )
            said = lacking(case, need, "指定を「承諾・指示」に登録してください。")
            yield Say(said, verb=BasisType.DESIGNATION.label)
    elif event.means not in (Means.SECURITY_COURIER, Means.REGISTERED_MAIL):
        yield Say(
            f"直接{word}ができないときは、セキュリティ便などの安全な手段を使います。"
            "手段を改めてください。",
            of=CARRIAGE,
        )
    elif case.fact and not any(row.tracking_no for row in event.transport):
        yield Say(
            f"{event.means.label}の追跡番号が記録されていません。「運搬記録」に入力してください。",
            of=CARRIAGE,
        )


def r15_purpose_is_kept(case: Case) -> Iterator[str]:
    """Another purpose and third parties: only as the text allows, if it allows it at all."""
    event = case.event_of(K.PROVIDE, K.USE)
    if event is None:
        return
    regime = case.params.purpose
    other = _other_purpose(case, event)
    if event.kind is K.USE and not other:
        return
    if other and not regime.other_purpose_basis:
        yield Say(
            f"この契約では、{case.word('client_party')}の承諾があっても"
            f"{case.word('other_purpose')}はできません。必要なら契約の変更を協議してください。"
            "すでに起きたことは、事故等として記録してください。",
            key="other_purpose",
        )
        return
    subject = S.OTHER_PURPOSE if other else S.THIRD_PARTY
    bases = regime.other_purpose_basis if other else regime.third_party_basis
    if not case.basis((subject,), bases):
        word = case.word("other_purpose" if other else "third_party")
        need = f"{word}には、前もって{case.word('client_party')}の{labels(bases)}が要ります。"
        said = lacking(case, need, NAME_IT, (subject,), bases)
        yield Say(said, key="other_purpose" if other else "third_party")


def _other_purpose(case: Case, event: HandlingEvent) -> bool:
    """Own use beyond the purpose: so the consent says, or nobody outside receives anything."""
    if any(one.subject is S.OTHER_PURPOSE for one in case.named):
        return True
    return event.kind is K.PROVIDE and event.counterpart_org_id == case.contract.contractor_org_id


def r16_collect_within_limits(case: Case) -> Iterator[str]:
    """Only what was designated, listed or is needed is collected."""
    record = case.record
    if isinstance(record, InformationAsset):
        yield from _asset_within_limits(case, record)
    event = case.event_of(K.COLLECT)
    if event is None:
        return
    word = case.word("collect")
    for item in case.handled:
        assets = [asset for c in item.contents if (asset := case.asset(c.asset_id))]
        if not assets:
            yield (
                f"「{item.caption()}」に何の情報を{word}したかが登録されていません。"
                "「収録情報」を入力してください。"
            )
        for asset in assets:
            if asset.acquisition is not Acquisition.COLLECTED:
                yield (
                    f"「{asset.name}」は、{word}する情報として登録されていません。"
                    "「個人情報（情報資産）」の取得の区分を確かめてください。"
                )
            yield from _asset_within_limits(case, asset)


def _asset_within_limits(case: Case, asset: InformationAsset) -> Iterator[str]:
    limit = case.params.collection.limit
    if limit == "listed_items":
        extra = [f.name for f in asset.asset_fields if f.in_contract_list is False]
        if extra:
            yield (
                f"「{asset.name}」の項目のうち、契約の一覧にないものがあります"
                f"（{'、'.join(extra)}）。一覧の項目だけを扱ってください。"
            )
        return
    if asset.acquisition is not Acquisition.COLLECTED:
        return
    if limit == "designated" and not asset.designated_by_client:
        yield (
            f"「{asset.name}」は、{case.word('client_party')}が指定した情報ではありません。"
            "指定を受けてから取得してください。"
        )
    elif not asset.collection_method:
        yield (
            f"「{asset.name}」の取得の方法が記録されていません。"
            "適法で公正な方法か確かめてください。"
        )
