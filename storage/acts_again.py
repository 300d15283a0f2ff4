"""Find acts that were written again, taken back or entered as no command does it (R-33).

A saved act is confirmed, and a plan is carried out; nothing else makes a later version of either. A
worker enters and takes back only what he did himself. These are as many as the confirmations of a
ledger, so each is compared with the version before it in one question.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.chain import read_content
from models.codes import HandlingStatus, Role, Timing
from models.kinds import Json
from models.lifts import lift
from models.records import HandlingEvent
from models.written_again import CARRIED_OUT, CONFIRMED
from storage import log
from storage.authors import Authors
from storage.database import Database
from storage.listing import border
from storage.schema import table

AMOUNT = frozenset({"quantity"})

ACT = "一度記録した取扱記録が、確認のほかに書き換えられています。元の内容は、履歴で確かめられます。"
PLAN = "取扱いの予定が、実施のほかに書き換えられています。元の内容は、履歴で確かめられます。"
OF_ANOTHER = "取扱記録を、取扱者でも責任者でもない利用者が記帳しています。"
OF_ANOTHER_BACK = "取扱記録を、取扱者でも責任者でもない利用者が取り消しています。"
SAME_NUMBER = "同じ記録番号の取扱記録が二つ以上あります（記帳番号{0}）。"

_REVISED = (
    "SELECT e.seq, e.payload, c.body, p.payload, b.body FROM entry e"
    " JOIN content c ON c.seq = e.seq"
    " JOIN v_handling_event v ON v.id = e.record_id"
    " JOIN entry p ON p.seq = coalesce("
    "(SELECT max(seq) FROM v_later WHERE record_id = e.record_id AND seq < e.seq), v.number)"
    " JOIN content b ON b.seq = p.seq"
    " WHERE e.seq BETWEEN ?1 AND ?2 AND e.type = ?3 AND e.action = 'revise' ORDER BY e.seq"
)
_ENTERED_FOR_OTHERS = (
    "SELECT h.number FROM v_handling_event h JOIN json_each(?1) p ON p.key = h.created_by"
    f" WHERE h.timing = '{Timing.ACTUAL.value}' AND h.number > ?2"
    " AND h.actor_person_id IS NOT p.value ORDER BY 1"
)
_TAKEN_BACK_FOR_OTHERS = (
    "SELECT max(l.seq) FROM v_handling_event h JOIN json_each(?1) p ON p.key = h.voided_by"
    " JOIN v_later l ON l.record_id = h.id WHERE h.actor_person_id IS NOT p.value"
    " GROUP BY h.number HAVING max(l.seq) > ?2 ORDER BY 1"
)
# The first half comes in the order of its index and the second is short, so nothing is put in order
# that is as long as the log: SQLite would do it in memory.
_NUMBERED = "SELECT contract_id, event_no, number FROM {0} WHERE contract_id IS NOT NULL"
_IN_ORDER = (
    f"{_NUMBERED.format(table(HandlingEvent.type).list_name)} UNION ALL"
    f" {_NUMBERED.format(table(HandlingEvent.type).name)} AND number > ? ORDER BY 1, 2, 3"
)
Found = Iterator[tuple[int, str]]
Fields = dict[str, Json]


def act_problems(database: Database, authors: Authors, strict_from: int | None) -> Found:
    """Yield (entry, sentence) for acts; the tables must agree with the log.

    Args:
        strict_from: the entry behind which roles are held; None in a ledger made before.
    """
    yield from _rewritten(database)
    if strict_from is not None:
        mine = json.dumps(_own_acts_only(authors))
        for sql, sentence in (
            (_ENTERED_FOR_OTHERS, OF_ANOTHER), (_TAKEN_BACK_FOR_OTHERS, OF_ANOTHER_BACK),
        ):  # fmt: skip
            yield from ((seq, sentence) for (seq,) in database.all(sql, (mine, strict_from)))
        yield from sorted(_given_twice(database, strict_from))


def _given_twice(database: Database, strict_from: int) -> Found:
    listed = border(database, table(HandlingEvent.type))
    for _, same in groupby(database.stream(_IN_ORDER, (listed,)), key=itemgetter(0, 1)):
        seqs = [number for _, _, number in same]
        if len(seqs) > 1 and seqs[-1] > strict_from:
            yield seqs[-1], SAME_NUMBER.format("・".join(map(str, seqs)))


def _rewritten(database: Database) -> Found:
    last = log.head(database).seq
    for first in range(1, last + 1, log.CHUNK):
        wanted = (first, min(first + log.CHUNK - 1, last), HandlingEvent.type)
        for seq, payload, body, payload_before, body_before in database.all(_REVISED, wanted):
            if sentence := _amiss(_said(payload_before, body_before), _said(payload, body)):
                yield seq, sentence


def _own_acts_only(authors: Authors) -> dict[str, str]:
    """Return whose acts an account enters, "" for nobody's; a responsible person enters all."""
    found = {}
    for account, states in authors.states.items():
        roles = {one.role for one in states}
        if Role.SUPERVISOR not in roles:
            found[account] = states[-1].person if roles == {Role.WORKER} else ""
    return found


def _said(payload: int, body: bytes) -> Fields:
    fields, _reason = read_content(body)
    return dict(lift(HandlingEvent.type, fields, payload, HandlingEvent.payload))


def _amiss(before: Fields, after: Fields) -> str:
    """Return what is wrong with a later version of an act, "" for nothing."""
    if before.get("timing") == Timing.PLANNED:
        return "" if _is_carried_out(before, after) else PLAN
    confirmed = after.get("status") == HandlingStatus.CONFIRMED
    return "" if confirmed and _without(before, CONFIRMED) == _without(after, CONFIRMED) else ACT


def _is_carried_out(before: Fields, after: Fields) -> bool:
    """Tell whether a plan differs by what became of it: less of it, and the act that did it."""
    if _without(before, CARRIED_OUT) != _without(after, CARRIED_OUT):
        return False
    rest = all(_is_part(before.get(name), after.get(name)) for name in ("lines", "sanitization"))
    return rest and after.get("status") in (HandlingStatus.PLANNED, HandlingStatus.DONE)


def _is_part(before: Any, after: Any) -> bool:
    """Tell whether rows are among those before, but for how much each is about."""
    known = [_without(row, AMOUNT) for row in before or ()]
    return all(_without(row, AMOUNT) in known for row in after or ())


def _without(fields: Fields, names: frozenset[str]) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
