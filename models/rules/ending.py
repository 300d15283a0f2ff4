"""Rules about ending: method, basis, certificates, unneeded things, closing."""

from collections.abc import Iterator

from models.codes import (
    CARRIERS,
    CONTENT_GONE_STATES,
    AssignmentRole,
    AuthorizationSubject,
    ContractStatus,
    EndRule,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
    Role,
    SanitizationAct,
    SanitizationMethod,
    Timing,
    VerificationResult,
)
from models.given_up import in_the_way
from models.paper import Request
from models.paper_about import end_papers
from models.paper_told import Told
from models.profiles import Profile
from models.records import (
    Assignment,
    Authorization,
    Contract,
    HandlingEvent,
    Item,
    Organization,
    Person,
    Sanitization,
    UserAccount,
)
from models.rules.books import Books
from models.rules.case import Case, Say, covers_things
from models.rules.named import lacking
from models.rules.standing import is_submitted
from models.sanitizing import called, unlike_the_act

K, S, M, T = HandlingKind, AuthorizationSubject, SanitizationMethod, MediaType
FLASH = frozenset({T.USB_MEMORY, T.SD_CARD, T.EXTERNAL_SSD, T.INTERNAL_SSD, T.TABLET, T.SMARTPHONE})
OPTICAL = frozenset({T.OPTICAL_DISC})
SOFT = frozenset({M.OVERWRITE, M.DEVICE_COMMAND, M.CRYPTO_ERASE})
BREAKING = frozenset({M.PHYSICAL, M.SHRED, M.INCINERATE, M.DISSOLVE, M.DEGAUSS})
FOR_PAPER = frozenset({M.SHRED, M.INCINERATE, M.DISSOLVE})
END_OF = {
    K.RETURN: (EndRule.RETURN, EndRule.HAND_OVER),
    K.HAND_OVER: (EndRule.RETURN, EndRule.HAND_OVER),
    K.ERASE: (EndRule.ERASE_OR_DISPOSE,),
    K.DISPOSE: (EndRule.ERASE_OR_DISPOSE,),
}
AT_THE_END = ("EQ-END",)
"""Proves the clauses that say how custody ends."""
DESTROYING = (K.ERASE, K.DISPOSE)
GOING_BACK = frozenset({EndRule.RETURN, EndRule.HAND_OVER})
ENDINGS = (S.DISPOSITION_METHOD, S.END_EXCEPTION)
ELSEWHERE = (S.END_EXCEPTION, S.INDIRECT_HANDOVER)  # by which the client lets others receive it
TO_OTHERS = {K.RETURN: ELSEWHERE, K.HAND_OVER: (*ELSEWHERE, S.SUBCONTRACT)}
MANAGERS = frozenset({AssignmentRole.INFO_MANAGER, AssignmentRole.WORK_SUPERVISOR})
CERTIFICATES = ("D-17", "D-18")


def r20_method_fits_the_medium(case: Case) -> Iterator[str]:
    """What is erased or disposed of cannot be read again, by a method that fits the medium."""
    event = case.event_of(K.ERASE, K.DISPOSE)
    if event is None:
        return
    for row in event.sanitization:
        item = case.items.get(row.item_id)
        if item is None or row.method is None:
            continue
        if case.fact:
            yield from _still_readable(event, row, item)
        misfit = _misfit(case, item, row)
        if misfit:
            yield f"「{item.caption()}」の方法「{row.method.label}」は使えません。{misfit}"
        elif item.media_type in FLASH and row.method is M.OVERWRITE:
            yield Say(
                f"「{item.caption()}」のような半導体の媒体では、上書きだけでは消し残ることが"
                "あります。装置の消去コマンドか物理的な破壊を選んでください。",
                key="flash_overwrite",
            )


def _still_readable(event: HandlingEvent, row: Sanitization, item: Item) -> Iterator[str]:
    """Find that nobody made sure, or that it was tried and failed: what failed did not end."""
    name = item.caption()
    if row.verification_result is VerificationResult.FAIL and _ended_since(event, item):
        yield (
            f"「{name}」は、検証が不合格でした。その後に終わっていますが、不合格だったことの是正を"
            "別の人が確認するまで残ります。"
        )
    elif row.verification_result is VerificationResult.FAIL:
        yield (
            f"「{name}」は、検証が不合格です。終わったことにならず、預かっているものとして"
            "残ります。やり直して検証し、もう一度記録してください。"
        )
    elif not row.irrecoverable_confirmed:
        yield (
            f"「{name}」は、復元・判読できないことが確かめられていません。"
            "確かめてから記録してください。"
        )
    elif row.verification_result is VerificationResult.UNKNOWN:
        yield (
            f"「{name}」は、検証結果が「{row.verification_result.label}」です。"
            "検証し、その結果を記録してください。"
        )


def _ended_since(event: HandlingEvent, item: Item) -> bool:
    last, at = item.last_event_at, event.occurred_at
    return item.state in CONTENT_GONE_STATES and bool(last and at and last > at)


def _misfit(case: Case, item: Item, row: Sanitization) -> str:
    """Return why a method cannot serve for an item, "" when it can."""
    method, dispose = row.method, row.act is SanitizationAct.DISPOSE
    if item.item_class is ItemClass.PAPER:
        if method in FOR_PAPER or (method is M.MASK and not dispose):
            return ""
        return f"紙の{case.word('dispose')}は、裁断・溶解・焼却のいずれかで行ってください。"
    if method is M.DEGAUSS and (item.media_type in FLASH or item.media_type in OPTICAL):
        return "この媒体は磁気では消えません。物理的な破壊を選んでください。"
    if dispose and item.item_class is not ItemClass.DATA:
        if method in BREAKING:
            return ""
        return (
            f"電子媒体の{case.word('dispose')}は、物理的な破壊か同等の方法で行ってください。"
            "消去だけで手放すことはできません。"
        )
    if method in SOFT or method in BREAKING:
        return ""
    return f"電子データの{case.word('erase')}は、消去ソフトか装置の消去コマンドで行ってください。"


def r21_ending_follows_the_word(case: Case) -> Iterator[str]:
    """How custody ends is the client's word, the manager's order, or the clause's own rule."""
    event = case.event_of(*END_OF)
    if event is None:
        return
    yield from _not_to_the_client(case, event)
    end = case.params.end
    told = case.basis(ENDINGS, standing=True)
    if end.basis != "clause":
        verb = "指定" if end.basis == "client_designation" else "指示"
        if event.kind is not K.HAND_OVER and told is None:
            assert event.kind is not None
            need = (
                f"「{event.kind.label}」の方法について、{case.word('client_party')}の{verb}が"
                "記録されていません。"
            )
            remedy = f"{verb}を「承諾・指示」に登録してください。"
            yield Say(lacking(case, need, remedy), proofs=AT_THE_END)
        else:
            yield from _against_its_own(case, event)
        return
    ordered = event.kind in DESTROYING and _ordered(case, event)
    asks_order = case.params.unneeded.regime == "manager_order"
    deed = case.fact and event.kind in DESTROYING and event.sanitization
    if deed and asks_order and not ordered:
        yield Say(
            f"{case.word('responsible_person')}の指示が記録されていません。"
            "「指示した責任者」を選んでください。",
            proofs=("EQ-UNNEEDED",),
        )
    planned = not case.fact and told is not None  # who orders it is asked when it is done
    orderly = asks_order and (ordered or planned) and not _is_over(case)
    yield from _against_clause(case, event, allowed=told is not None or ordered, orderly=orderly)
    if not orderly:
        yield from _against_its_own(case, event)


def _not_to_the_client(case: Case, event: HandlingEvent) -> Iterator[str]:
    """Find a return to somebody else: custody would be over, and the client would have nothing."""
    client, other = case.contract.client_org_id, event.counterpart_org_id
    if event.kind not in TO_OTHERS or other in ("", client) or case.basis(TO_OTHERS[event.kind]):
        return
    firm, town = (case.books.find(Organization, one) for one in (other, client))
    need = (
        f"「{event.kind.label}」の相手方「{firm.name if firm else ''}」は、"
        f"{case.word('client_party')}（{town.name if town else ''}）ではありません。"
    )
    remedy = (
        f"{case.word('client_party')}に渡してください。別の指示があるときは、それを「承諾・指示」に"
        "登録し、この記録の根拠に選んでください。"
    )
    yield Say(lacking(case, need, remedy), proofs=AT_THE_END)


def never_reached_the_client(books: Books, contract: Contract) -> Iterator[HandlingEvent]:
    """Yield what ended elsewhere without the client's word for it: to the client it has not ended."""
    for event in books.handed_to_others(contract):
        basis = books.find(Authorization, event.authorization_id)
        day = event.occurred_at.date() if event.occurred_at else None
        if (
            basis is None
            or basis.subject not in ELSEWHERE
            or not (day and books.as_of(basis, day).covers(day))
        ):
            yield event


def _ordered(case: Case, event: HandlingEvent) -> bool:
    rows = event.sanitization
    orders = [case.books.find(Assignment, row.ordered_by_assignment_id) for row in rows]
    return bool(rows) and all(
        one is not None and one.role in MANAGERS and case.works(one) for one in orders
    )


def _is_over(case: Case) -> bool:
    """Tell whether the work was over: what was unneeded before goes back from then on (FK-13)."""
    contract = case.contract
    end = contract.completed_on or contract.terminated_on or contract.ends_on
    return end is not None and end < case.day


def _against_clause(
    case: Case, event: HandlingEvent, *, allowed: bool, orderly: bool
) -> Iterator[str]:
    """Find what ends otherwise than the clause has it.

    Args:
        allowed: somebody said how things end; that lets nothing be destroyed that is to go back.
        orderly: the manager orders what is destroyed while the work goes on (FK-9).
    """
    assert event.kind is not None
    for item in case.handled:
        rule = _of_clause(case, item)
        if not rule or item.origin is ItemOrigin.CONTRACTOR_EQUIPMENT or item.unneeded_on:
            continue
        goes_back = item.end_rule in GOING_BACK and EndRule.read(rule) in GOING_BACK
        if goes_back and _destroys(event, item):
            if orderly or _let_go(case, item):
                continue
        elif allowed:
            continue
        if EndRule.read(rule) not in END_OF[event.kind]:
            yield Say(
                f"「{item.caption()}」（{item.origin.label if item.origin else ''}）の終わり方は、"
                f"定めでは「{EndRule.read(rule).label}」です。「{event.kind.label}」とするには、"
                f"{case.word('client_party')}の指示を、対象行為「{S.END_EXCEPTION.label}」で"
                "「承諾・指示」に登録してください。",
                proofs=AT_THE_END,
            )


def _against_its_own(case: Case, event: HandlingEvent) -> Iterator[str]:
    """Find what is destroyed although the ledger itself says that it goes back (EQ-END).

    How things are destroyed may be designated for the whole contract; that says of none that it is.
    """
    clause_ends = case.params.end.basis == "clause"
    for item in case.handled:
        foreseen = item.origin is ItemOrigin.CONTRACTOR_EQUIPMENT or (
            clause_ends and (item.unneeded_on or _of_clause(case, item) in GOING_BACK)
        )
        if foreseen or item.end_rule not in GOING_BACK or not _destroys(event, item):
            continue
        if not _let_go(case, item):
            assert event.kind is not None and item.end_rule is not None
            yield Say(
                f"「{item.caption()}」の「終了時の扱い」は「{item.end_rule.label}」です。"
                f"「{event.kind.label}」とする{case.word('client_party')}の指示を、対象行為"
                f"「{S.END_EXCEPTION.label}」で「承諾・指示」に登録してください。「終了時の扱い」が"
                "誤っているときは、媒体・資料を訂正してください。",
                doubtful=True,
                proofs=AT_THE_END,
            )


def _of_clause(case: Case, item: Item) -> str:
    return case.params.end.end_rule.get(str(item.origin or ""), "")


def _destroys(event: HandlingEvent, item: Item) -> bool:
    """Tell whether nothing is left that could go back: a carrier does, and data leaves its original."""
    if event.kind not in DESTROYING or item.item_class is ItemClass.DATA:
        return False
    carrier = item.item_class in CARRIERS and item.ownership is Ownership.CLIENT
    return not (carrier and event.kind is K.ERASE)


def _let_go(case: Case, item: Item) -> bool:
    """Tell whether the client said that this thing need not come back."""
    books, contract = case.books, case.contract.id
    said = (one for subject in ENDINGS for one in books.authorizations(contract, subject))
    for found in (*case.named, *said):
        one = books.as_of(found, case.day)
        names = any(target.item_id or target.asset_id for target in one.targets)
        fits = one.subject is S.END_EXCEPTION or (one.subject is S.DISPOSITION_METHOD and names)
        if fits and one.covers(case.day) and covers_things(one, [item]):
            return True
    return False


def r23_certificate_is_complete(case: Case) -> Iterator[str]:
    """A report or certificate of ending has every field of its clause, and every check passed.

    A report of what is planned says so; nothing of it was done that could have been checked.
    """
    request = case.record
    if not isinstance(request, Request) or request.doc_kind not in CERTIFICATES:
        return
    for event_id in request.subject_ids:
        event = case.books.find(HandlingEvent, event_id)
        if event is None or event.timing is Timing.PLANNED:
            continue
        if event.kind in (K.ERASE, K.DISPOSE) and not event.sanitization:
            yield f"{event.caption()}は、まだ実施が記録されていません。実施を記録してください。"
        lines = {line.item_id: line for line in event.lines}
        items = case.books.items(row.item_id for row in event.sanitization)
        for row in event.sanitization:
            name = called(row, items)
            yield from _incomplete(event, row, name)
            if (line := lines.get(row.item_id)) is not None:
                for wrong in unlike_the_act(event, line, row, name):
                    yield f"{event.caption()}：{wrong}取扱記録を訂正してから発行してください。"


def _incomplete(event: HandlingEvent, row: Sanitization, name: str) -> Iterator[str]:
    gaps = [
        label
        for label, value in (
            ("情報項目", row.info_items),
            ("媒体名", row.media_name),
            ("数量", row.quantity),
            ("方法", row.method),
            ("責任者", row.responsible_person_id),
            ("年月日", row.performed_at),
            ("使用ソフト", row.tool_name or row.method not in SOFT),
        )
        if not value
    ]
    if gaps:
        yield f"{event.caption()}「{name}」に「{'」「'.join(gaps)}」がありません。"
    if row.verification_result is VerificationResult.FAIL:
        yield (
            f"{event.caption()}「{name}」は、検証が不合格です。やり直して検証し、合格した"
            "ことを新しい取扱いとして記録し（媒体・資料は残っています）、その記録で発行してください。"
        )
    elif not row.is_passed or not row.irrecoverable_confirmed:
        yield (
            f"{event.caption()}「{name}」の検証が合格していません。検証し、その結果に"
            "取扱記録を「訂正」してから発行してください。"
        )


def r24_contract_closes_empty(case: Case) -> Iterator[str]:
    """A contract is closed when nothing is left: items, copies, papers, rights, cards."""
    contract, old = case.record, case.before
    if not isinstance(contract, Contract) or contract.status is not ContractStatus.CLOSED:
        return
    if isinstance(old, Contract) and old.status is ContractStatus.CLOSED:
        return
    yield from in_the_way(case.books, contract.id, case.today)
    for event in never_reached_the_client(case.books, contract):
        yield (
            f"{event.caption()}の相手方は{case.word('client_party')}ではありません。"
            f"{case.word('client_party')}に渡し、記録を訂正してください。"
        )
    for missing in missing_end_papers(case.books, case.profile, contract.id):
        yield f"{missing}提出してから契約を閉じてください。"
    if names := _still_let_in(case.books, contract.id):
        yield (
            f"抹消していないアクセス資格があります（{'、'.join(names)}さん）。抹消してください。"
        )


def _still_let_in(books: Books, contract_id: str) -> list[str]:
    """Return who still has a right; an inspecting officer reads as long as the ledger is kept."""
    found: set[str] = set()
    for right in books.rights(contract_id):
        account = books.find(UserAccount, right.user_id)
        if right.revoked_at is None and account and account.app_role is not Role.INSPECTOR:
            person = books.find(Person, account.person_id)
            found.add(person.name if person else account.login_name)
    return sorted(found)


def missing_end_papers(books: Books, profile: Profile, contract_id: str) -> Iterator[str]:
    """Say which papers the text asks for how things ended, and of which acts none was handed in."""
    for papers, kinds in end_papers(profile.params.end).items():
        known = (one for paper in papers for one in books.submissions(contract_id, paper))
        told = Told(filter(is_submitted, known))
        acts = books.acts_of(contract_id, kinds)
        left = [caption for id_, caption, day in acts if not told.about((id_,), day)]
        if left:
            titles = "・".join(map(profile.document_title, papers))
            which = f"{left[0]}など{len(left):,}件" if len(left) > 1 else left[0]
            yield f"「{titles}」がまだ提出されていません（{which}について）。"


def r25_unneeded_is_not_used_again(case: Case) -> Iterator[str]:
    """What was found unneeded goes its way to the end and is not used again."""
    event = case.event_of(K.USE, K.COPY, K.CREATE, K.TAKE_OUT, K.TRANSMIT, K.PROVIDE)
    if event is None:
        return
    for item in case.handled:
        if item.unneeded_on and item.unneeded_on <= case.day:
            yield (
                f"「{item.caption()}」は、不要と判断されています。"
                "使わずに、返還・消去・廃棄の手続をしてください。"
            )
