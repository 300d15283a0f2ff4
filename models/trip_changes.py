"""Take-outs that were corrected or voided after what they took out was due back (R-10, R-39).

A day that is put off in time is everyday work; one that has passed is not: with it the thing that is
overdue would be so no more. So a correction takes a reason and somebody else, and a void waits until
somebody else verified a finding about it, as that of a loss does. What was entered wrongly may be put
right alone on the day of its entry.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from models.codes import MISSING_STATES, OUT_STATES, HandlingKind, Timing
from models.contract_changes import told
from models.corrected import chain, entered_before, in_place
from models.evidence_rows import Row
from models.from_to import field_from_to
from models.inquiry import Inquiry
from models.missing_things import as_much, verified
from models.records import HandlingEvent
from models.rules.case import Case
from models.store import Op, Store, Where
from models.wareki import format_short_moment

if TYPE_CHECKING:
    from models.ledger import Ledger

ASKED = (
    "持帰予定を過ぎて戻っていない「{act}」の、{change}変えます。予定が延びた事情か、誤りの訂正であることを"
    "理由に残してください。変える前からの遅れは、別の人が確認するまで残ります。"
)
FEWER = "持ち出した媒体・資料か数量を少なく"
TOLD = "持帰予定を過ぎた「{act}」について、{told}"
VOIDED = (
    "持帰予定を過ぎた「{act}」を取り消しました。誤記だったことを「指摘・是正」に登録し、別の人の確認を"
    "受けてください。それまで「条項と証拠」に残ります。"
)
TAKEN_BACK = (
    "「{act}」は、持帰予定（{due}）を過ぎた{at}に取り消されました。戻っているかを確かめ、誤記だったことを"
    "「指摘・是正」（きっかけの記録は取り消した番号）に登録し、別の人が確かめてください。"
)


def _lessened(old: HandlingEvent, new: HandlingEvent) -> str:
    """Say how an act that corrects a take-out asks for less to come back, or later, "" when not."""
    due, back = old.expected_return_at, new.expected_return_at
    if due is None or old.timing is not Timing.ACTUAL:
        return ""
    if back is None or back > due or new.timing is not Timing.ACTUAL:
        field = HandlingEvent.fields()["expected_return_at"]
        later = format_short_moment(back) if back else ""
        return field_from_to(field, format_short_moment(due), later)
    return "" if as_much(old, new) else FEWER


# --- at the counter ------------------------------------------------------------------------------


def why_put_off(ledger: "Ledger", case: Case) -> str:
    """Return what has to be explained when an overdue take-out is corrected, "" when nothing has."""
    new = case.event
    if new is None or not new.corrects_event_id:
        return ""
    stored = ledger.store.get(HandlingEvent, new.corrects_event_id)
    stood = _stood_before(ledger, new.corrects_event_id, case.now)
    if stored is None or stood is None or not _is_overdue(ledger.store, stood, case.now):
        return ""
    change = _lessened(stored.record, new) and _lessened(stood, new)
    return ASKED.format(act=stored.record.caption(), change=change) if change else ""


def _stood_before(ledger: "Ledger", act_id: str, now: datetime) -> HandlingEvent | None:
    """Return an act, or what it corrects, that was entered on an earlier day; None for none."""
    return entered_before(chain(ledger.store, act_id), now)


def _is_overdue(store: Store, act: HandlingEvent, now: datetime) -> bool:
    """Tell whether something that an act took out is outside past its time."""
    if act.expected_return_at is None or act.expected_return_at >= now:
        return False
    found = (store.status(line.item_id) for line in act.lines)
    return any(
        one.state in OUT_STATES | MISSING_STATES and one.due_back_at and one.due_back_at < now
        for one in found
        if one is not None
    )


def told_of_void(ledger: "Ledger", act: HandlingEvent) -> tuple[str, ...]:
    """Return what is said to whoever voids a take-out of something that is overdue."""
    if not ledger.rules.on or not _is_overdue(ledger.store, act, ledger.now()):
        return ()
    stood = _stood_before(ledger, act.id, ledger.now())
    return () if stood is None else (VOIDED.format(act=act.caption()),)


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell how overdue take-outs were corrected so that less, or later, was to come back."""
    gone = _gone_overdue(asked)
    after = in_place(asked) if gone else {}
    for id_, (caption, _, at) in gone.items():
        stood = entered_before(asked.chain(id_), at)
        if stood is None or id_ not in after:
            continue
        old, new = (asked.versions(HandlingEvent, one)[0] for one in (id_, after[id_]))
        change = _lessened(stood, new.record) and _lessened(old.record, new.record)
        if change:
            words = TOLD.format(act=caption, told=told(asked, new, [change]))
            yield Row(HandlingEvent.type, after[id_], words, "due")


def taken_back(asked: Inquiry) -> Iterator[Row]:
    """Find overdue take-outs that were voided, until somebody else verified a finding about it."""
    gone = _gone_overdue(asked)
    if not gone:
        return
    after, done = in_place(asked), verified(asked)
    for id_, (caption, due, at) in gone.items():
        number, _, _ = caption.partition(" ")
        if id_ in after or {id_, number, caption} & done:
            continue
        if entered_before(asked.chain(id_), at) is not None:
            when = {"due": format_short_moment(due), "at": format_short_moment(at)}
            yield Row(HandlingEvent.type, id_, TAKEN_BACK.format(act=caption, **when))


def _gone_overdue(asked: Inquiry) -> Mapping[str, tuple[str, datetime, datetime]]:
    """Return by id the take-outs that were taken back after their time, with that and the void's."""
    query = asked.acts(Where("kind", Op.EQ, HandlingKind.TAKE_OUT), voided=True)
    return asked.listed(query, ("caption", "expected_return_at", "voided_at"), _overdue)


def _overdue(
    asked: Inquiry, _id: str, caption: str, due: datetime | None, at: datetime
) -> tuple[str, datetime, datetime] | None:
    return (caption, due, at.astimezone(asked.zone)) if due is not None and due < at else None
