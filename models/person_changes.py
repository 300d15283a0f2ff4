"""How somebody is employed, or when his labour contract was looked at, is registered otherwise (R-28).

An act is judged by how the person was registered then (`models.rules.labour`). The ledger cannot tell
who is employed otherwise now from what was wrong in the register, so what was changed, by whom and why
stands in the evidence beside the text. Whoever enters it is told where the contract is to be looked at.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import contract_changes
from models.codes import ContractStatus
from models.evidence_rows import Row
from models.from_to import field_from_to
from models.inquiry import Inquiry
from models.records import Assignment, Contract, Person, Record
from models.rules.labour import needs_labour_terms
from models.rules.told_days import OVER
from models.store import Op, Query, Where
from models.versions import Version
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

RULE = "R-28"
TOLD = (
    "契約{contract}では、{name}さん（{employment}）の契約書に守るべき事項が明記されていることを、取り扱う前に確かめます。"
    "契約書を確かめ、「従事者等の指定」に「明記の確認日」を登録してください。これまでの取扱いは、変える前の雇用形態で判定します。"
)
AGAIN = (
    "前の「明記の確認日」（{day}）は、これまでの取扱いの証拠として残ります。その日に確かめていなかったときは、「契約書への遵守事項の明記」を"
    "いったん「していない」に訂正してから、正しい確認日を登録してください。"
)


# --- at the counter ------------------------------------------------------------------------------


def told_of_labour(ledger: "Ledger", after: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever registers an employment, or the check of a contract, otherwise."""
    if not ledger.rules.on:
        return ()
    if isinstance(after, Person) and isinstance(before, Person):
        return _told_of_employment(ledger, after, before)
    if not isinstance(after, Assignment) or not isinstance(before, Assignment):
        return ()
    checked = before.labour_terms_checked_on
    asks = ledger.profile(after.contract_id).params.non_regular_workers.scope != "none"
    if checked is None or not asks or not _checked_later(before, after):
        return ()
    return (AGAIN.format(day=format_short(checked)),)


def _told_of_employment(ledger: "Ledger", after: Person, before: Person) -> tuple[str, ...]:
    asked_for: dict[str, str] = {}
    for stored in ledger.registers.all(Assignment, person_id=after.id):
        one = stored.record
        contract = ledger.registers.need(Contract, one.contract_id).record
        if one.status in OVER or contract.status is ContractStatus.CLOSED:
            continue
        params = ledger.profile(contract.id).params
        if needs_labour_terms(params, after) and not needs_labour_terms(params, before):
            assert after.employment_type is not None
            asked_for[contract.id] = TOLD.format(
                contract=contract.contract_no, name=after.name,
                employment=after.employment_type.label,
            )  # fmt: skip
    return tuple(asked_for.values())


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell of whom acts under the contract are judged by an earlier employment, or an earlier check."""
    revised = Where("row_version", Op.GT, 1)
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    for query, judge in (
        (Query(Person.type, (revised,)), _employment),
        (Query(Assignment.type, (revised, mine)), _check),
    ):
        for rows in asked.listed(query, (), judge).values():
            yield from rows


def _employment(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    params = asked.profile.params

    def judged_otherwise(before: Person, after: Person) -> bool:
        return needs_labour_terms(params, before) is not needs_labour_terms(params, after)

    return _told(asked, Person, id_, "employment_type", judged_otherwise)


def _check(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    return _told(asked, Assignment, id_, "labour_terms_checked_on", _checked_later)


def _checked_later(before: Assignment, after: Assignment) -> bool:
    """Tell whether a check was put off in the register: the former stays the proof of older acts."""
    then, now = before.labour_terms_checked_on, after.labour_terms_checked_on
    both = before.labour_terms_confirmed and after.labour_terms_confirmed
    return bool(both) and then is not None and now is not None and then < now


def _told(
    asked: Inquiry, cls: type[Record], id_: str, name: str, matters: Callable[[Any, Any], bool]
) -> tuple[Row, ...] | None:
    """Tell what became of a field after the person had acted under the contract."""
    if asked.profile.params.non_regular_workers.scope == "none":
        return None
    entered = [one for one in asked.versions(cls, id_) if not one.voided]
    changes = [pair for pair in pairwise(entered) if matters(pair[0].record, pair[1].record)]
    last = entered[-1].record if changes else None
    who = last.person_id if isinstance(last, Assignment) else id_
    first = asked.first_named(who, ("actor_person_id",)) if changes else None
    found = [
        Row(
            cls.type,
            id_,
            contract_changes.told(asked, after, [_said(asked, who, name, both)]),
            "due",
        )
        for both in changes
        for after in both[1:]
        if first is not None and first < after.seq
    ]
    return tuple(found) or None


def _said(asked: Inquiry, who: str, name: str, both: Sequence[Version[Any]]) -> str:
    field = type(both[0].record).fields()[name]
    old, new = (getattr(one.record, name) for one in both)
    was, now = (one.label if name == "employment_type" else format_short(one) for one in (old, new))
    return f"{asked.name(who)}の{field_from_to(field, was, now)}"
