"""What the client asked for or told to do by a day, and what became of that day (SK-15.3, CB-14.2).

An answer that came late is there all the same; the client may give more time or take a request back,
and an entry may be wrong. So none of it is called a breach of the text. But who answers enters all
this himself: under the clauses it stays to be read that an answer came late, and when, by whom and
why a request was put off, said otherwise or taken out of force. What is overdue already is not
voided, and put off only with a reason that somebody else confirms (R-39).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import contract_changes
from models.agreed import terms
from models.codes import CommunicationKind, CommunicationStatus, Urgency
from models.errors import Refused
from models.evidence_rows import NOTE, Row, row
from models.from_to import field_from_to, from_to
from models.inquiry import Inquiry
from models.profiles import Clause
from models.records import ClientCommunication, ContentErasure, Record
from models.store import Op, Query, Where
from models.versions import Version, versions
from models.wareki import format_short, format_short_moment
from models.workdays import after

if TYPE_CHECKING:
    from models.ledger import Ledger

QUERY = "EQ-ANSWER"
REQUEST = "EQ-REQ"
OWN = "EQ-ASKED"
ON_REQUEST = "REQ"  # trigger of a clause
MEANT: Mapping[CommunicationKind, str] = {
    CommunicationKind.WITNESS_REQUEST: "EQ-WITNESS",
    CommunicationKind.PLEDGE_REQUEST: "EQ-PLEDGE",
    CommunicationKind.PPC_REPORT_REQUEST: "EQ-PPC",
}
"""Which query looks at what the client asks for; where it serves a clause on request, it is told there."""
SAID = ("direction", "kind", "summary")
"""What the client said; the rest is what the contractor does about it, or the day."""
SHOWN = 40  # characters of what was asked
END_OF_DAY = time(23, 59)
OVERDUE = (
    "{one}は、期限（{limit}）を過ぎています。期限を遅くするか、待つもののない記録に変えるときは、"
    "委託者が延ばしたことや誤りの訂正であることを理由に残してください。別の人が確認するまで残ります。"
)
KEPT = (
    "{one}は、期限（{limit}）を過ぎているため、取り消せません。委託者が取り下げたときや、二重に登録して"
    "いたときは、訂正で状態を「{closed}」にし、「回答日時」と「回答・対応の内容」に、いつ、どうなったかを"
    "入力してください。"
)
NOT_ANSWERED = "{one}に回答していません。"
NOT_DONE = "{one}への対応が済んでいません。"
LATE = "{one}には、期限（{limit}）の後の{on}に{did}います{days}。"
VOIDED = "{one}は、{day}に{who}が取り消しました（{state}）。理由：{reason}"
STATES = {
    CommunicationStatus.OPEN: "回答・対応の前",
    CommunicationStatus.ANSWERED: "回答の後",
    CommunicationStatus.CLOSED: "終わった後",
}
CHANGED = "{one}について、{told}"
TERM = "「期限」"
PUT_OFF_TOLD = (
    "委託者の求め・指示の期限を遅くしました。委託者が延ばしたことの分かるもの（メールの写しなど）を"
    "「写し」に付けてください。変えたことと理由は「条項と証拠」に残ります。"
)
VOIDED_TOLD = (
    "委託者の求め・指示を取り消しました。委託者が取り下げたときは、取り下げの連絡を「委託者との連絡・"
    "求め・指示」に登録してください。取り消したことと理由は「条項と証拠」に残ります。"
)


def limit_of(one: ClientCommunication, workdays: int) -> datetime | None:
    """Return until when something is answered or done; without a date 直ちに is the same day.

    Args:
        workdays: how many of them 速やかに gives.
    """
    return _limit(one, lambda day: after(day, workdays))


def _limit(one: ClientCommunication, promptly: Callable[[date], date]) -> datetime | None:
    if one.due_at is not None or one.at is None:
        return one.due_at
    day = one.at.date()
    if one.urgency is not Urgency.IMMEDIATE:
        day = promptly(day)
    return datetime.combine(day, END_OF_DAY, one.at.tzinfo)


def _promptly_after(asked: Inquiry, day: date) -> date:
    return terms(asked).last_day("prompt_red_business_days", partial(after, day))


def promptly(asked: Inquiry) -> int:
    """Return how many working days 速やかに gives under a contract."""
    return terms(asked).days("prompt_red_business_days")


# --- in the evidence -----------------------------------------------------------------------------


def eq_req(asked: Inquiry) -> Iterator[Row]:
    """Find what the client asked for and waits for; after an erasure all of it is told here."""
    erased = bool(asked.all(ContentErasure))
    for one in _waiting(asked):
        clauses = _generally(asked, one) if erased else asked_by(asked, one)
        if erased or not clauses or not _apart(clauses):
            yield replace(_open(asked, one), clauses=_keys(clauses))


def eq_asked(asked: Inquiry) -> Iterator[Row]:
    """Find what he waits for where no clause about requests tells it: another one does, or none."""
    for one in _waiting(asked):
        if _apart(clauses := asked_by(asked, one)):
            yield replace(_open(asked, one), clauses=_keys(clauses))


def _waiting(asked: Inquiry) -> Iterator[ClientCommunication]:
    return (one for one in asked.all(ClientCommunication) if one.is_waiting)


def _open(asked: Inquiry, one: ClientCommunication) -> Row:
    limit = limit_of(one, promptly(asked))
    words = NOT_ANSWERED if one.is_request else NOT_DONE
    over = limit is None or limit < asked.now
    return row(one, words.format(one=one.caption()), "action" if over else "due")


def _apart(clauses: Iterable[Clause]) -> bool:
    """Tell whether the clauses by which the client asks are none about requests."""
    return not any(REQUEST in clause.evidence for clause in clauses)


def eq_answer(asked: Inquiry) -> Iterator[Row]:
    """List late answers, and requests that were changed or voided; to be read."""
    yield from late_answers(asked)
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    revised = Query(ClientCommunication.type, (mine, Where("row_version", Op.GT, 1)))
    voided = Query(ClientCommunication.type, (mine,), voided=True)
    for query in (revised, voided):
        for rows in asked.listed(query, (), _became).values():
            yield from rows


def late_answers(asked: Inquiry) -> Iterator[Row]:
    """List what was answered or done after its limit."""
    for one in asked.all(ClientCommunication):
        if one.is_awaited:
            yield from _late(asked, one)


def _late(asked: Inquiry, one: ClientCommunication) -> Iterator[Row]:
    limit, answered = _limit(one, partial(_promptly_after, asked)), one.responded_at
    if limit is None or answered is None or answered <= limit:
        return
    days = (answered.date() - limit.date()).days
    words = LATE.format(
        one=_named(one), limit=format_short_moment(limit), on=format_short_moment(answered),
        did="回答して" if one.is_request else "対応して", days=f"（{days:,}日の遅れ）" if days else "",
    )  # fmt: skip
    yield _note(asked, one, words)


def _became(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    """Tell what became of what the client was once said to wait for."""
    entered = asked.versions(ClientCommunication, id_)
    workdays = promptly(asked)
    found = []
    for before, now in pairwise(entered):
        if not before.record.is_awaited:
            continue
        words = _void(asked, now) if now.voided else _change(asked, before, now, workdays)
        if words:
            found.append(_note(asked, before.record, words))
    return tuple(found) or None


def _void(asked: Inquiry, now: Version[ClientCommunication]) -> str:
    one = now.record
    state = STATES.get(one.status, "状態なし") if one.status else "状態なし"
    day, who = format_short(now.day), contract_changes.author(asked, now)
    return VOIDED.format(one=_named(one), day=day, who=who, state=state, reason=now.reason)


def _change(
    asked: Inquiry,
    before: Version[ClientCommunication],
    now: Version[ClientCommunication],
    workdays: int,
) -> str:
    changes = [*_changes(before.record, now.record, workdays)]
    if not changes:
        return ""
    told = contract_changes.told(asked, now, changes)
    return CHANGED.format(one=_named(before.record), told=told)


def _changes(old: ClientCommunication, new: ClientCommunication, workdays: int) -> Iterator[str]:
    """Say what the client is said to have said otherwise, a later day, and another day of answering."""
    for name in SAID:
        yield from _changed(old, new, name)
    if _is_put_off(old, new, workdays):
        was, now = limit_of(old, workdays), limit_of(new, workdays)
        gone = new.due_at is None and old.due_at is not None
        day = "" if gone or now is None else format_short_moment(now)
        yield from_to(TERM, format_short_moment(was) if was else "", day)
    if old.responded_at is not None:
        yield from _changed(old, new, "responded_at")


def _changed(old: ClientCommunication, new: ClientCommunication, name: str) -> Iterator[str]:
    f = ClientCommunication.fields()[name]
    was, now = (_shown(f.kind, getattr(one, name)) for one in (old, new))
    if getattr(old, name) != getattr(new, name):
        yield field_from_to(f, was, now)


def _shown(kind: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    said = format_short_moment(value) if isinstance(value, datetime) else str(kind.format(value))
    return _short(said)


def _named(one: ClientCommunication) -> str:
    """Name a request so that it is told from others of its kind."""
    when = f"{format_short(one.at.date())}の" if one.at else ""
    return f"{when}{one.caption()}「{_short(one.summary)}」"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _note(asked: Inquiry, one: ClientCommunication, words: str) -> Row:
    return replace(row(one, words, NOTE), clauses=_keys(asked_by(asked, one)))


def asked_by(asked: Inquiry, one: ClientCommunication) -> list[Clause]:
    """Return the clauses by which the client asks for this kind, else those that name no kind.

    Who wishes to attend asks by the clause of attendance, not for a report.
    """
    query = MEANT.get(one.kind) if one.kind else None
    meant = [
        clause
        for clause in asked.clauses
        if query in clause.evidence and ON_REQUEST in clause.triggers
    ]
    return meant or _generally(asked, one)


def _generally(asked: Inquiry, one: ClientCommunication) -> list[Clause]:
    """Return the clauses about requests that name this kind, else those that name none."""
    every = [clause for clause in asked.clauses if REQUEST in clause.evidence]
    mine = [clause for clause in every if one.kind and one.kind.value in clause.requests]
    rest = [clause for clause in every if not clause.requests]
    return mine or rest or every


def _keys(clauses: Iterable[Clause]) -> tuple[str, ...]:
    return tuple(clause.key for clause in clauses)


# --- at the counter ------------------------------------------------------------------------------


def told_of_request(ledger: "Ledger", before: Record, after: Record | None) -> tuple[str, ...]:
    """Return what is said to whom puts off or takes back what the client waits for.

    Args:
        after: None for a void.
    """
    if not isinstance(before, ClientCommunication) or not before.is_awaited:
        return ()
    if after is None:
        return (VOIDED_TOLD,)
    assert isinstance(after, ClientCommunication)
    workdays = promptly(ledger.inquiries.of(before.contract_id))
    return (PUT_OFF_TOLD,) if _is_put_off(before, after, workdays) else ()


def asked_of(ledger: "Ledger", before: Record | None, after: ClientCommunication) -> str:
    """Return what has to be explained when something overdue is put off, "" where nothing has.

    That it is called answered meanwhile takes nothing back: it is opened again with the day it had.
    """
    limit = _passed(ledger, before) or _missed(ledger, before)
    if limit is None or not isinstance(before, ClientCommunication):
        return ""
    workdays = promptly(ledger.inquiries.of(before.contract_id))
    if after.is_awaited and not _is_put_off(before, after, workdays):
        return ""
    return OVERDUE.format(one=_named(before), limit=format_short_moment(limit))


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void what the client waits for and should have had.

    Raises:
        Refused
    """
    limit = _passed(ledger, record)
    if limit is not None and isinstance(record, ClientCommunication):
        closed, when = CommunicationStatus.CLOSED.label, format_short_moment(limit)
        raise Refused(reason=KEPT.format(one=_named(record), limit=when, closed=closed))


def _passed(ledger: "Ledger", record: Record | None) -> datetime | None:
    """Return until when something was to be answered that still waits, None when it may wait."""
    if not isinstance(record, ClientCommunication) or not record.is_waiting:
        return None
    limit = limit_of(record, promptly(ledger.inquiries.of(record.contract_id)))
    return limit if limit is not None and limit < ledger.now() else None


def _missed(ledger: "Ledger", record: Record | None) -> datetime | None:
    """Return the limit that passed while something waited that is called done now, None for none."""
    if not isinstance(record, ClientCommunication) or record.is_waiting:
        return None
    workdays = promptly(ledger.inquiries.of(record.contract_id))
    entered = [one for one in versions(ledger.store, type(record), record.id) if not one.voided]
    for one, then in reversed(list(pairwise(entered))):
        if one.record.is_waiting and one.day < then.day:
            limit = limit_of(one.record, workdays)
            return limit if limit is not None and limit.date() < then.day else None
    return None


def _is_put_off(old: ClientCommunication, new: ClientCommunication, workdays: int) -> bool:
    was, now = limit_of(old, workdays), limit_of(new, workdays)
    gone = old.due_at is not None and new.due_at is None
    return gone or (was is not None and (now is None or now > was))
