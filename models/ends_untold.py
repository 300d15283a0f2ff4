"""An end that came untold, and is taken back or put off afterwards (R-02, R-03, R-39).

With its day gone the breach would be so, too, as if nobody had ever left. So it takes a reason and
somebody else, and stays to be read beside the clauses. What was told and is taken back is a change
of its own (`models.rules.last_told`); a day that lies ahead is moved freely, and a slip of the same
day put right. Who leaves the firm ends his designations: they are judged with him.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models.breaches import CHANGED
from models.codes import AssignmentStatus, ContractStatus, PlaceStatus, RuleMode
from models.contract_changes import told
from models.contract_dues import stood_before
from models.errors import Refused
from models.evidence_rows import Row
from models.from_to import field_from_to
from models.inquiry import Inquiry
from models.records import Assignment, Contract, ContractPlace, Person, Record
from models.rules.books import Books
from models.rules.case import Case
from models.rules.engine import Finding, judged
from models.rules.last_told import (
    NOT_YET,
    called,
    end_of,
    is_past,
    last_day,
    untold_giving_up,
    untold_leaving,
    untold_staying,
)
from models.rules.places import is_concerned
from models.rules.told_days import Designation, last_of
from models.store import Op, Query, Where
from models.versions import Version, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

ENDED = (AssignmentStatus.ENDED, PlaceStatus.ENDED)
FIELDS: dict[type[Record], tuple[str, ...]] = {
    Assignment: ("ends_on", "status"),
    ContractPlace: ("use_to", "status"),
    Person: ("left_on",),
}
"""By these something ends."""
WIPED = (
    "前もって届け出なかった{what}が、なかったことになります（{change}）。引き続き{goes_on}いる事情か、誤りの訂正で"
    "あることを理由に残してください。{anew}届け出なかったことは、別の人が確認するまで残ります。"
)
ANEW = {
    Person: "再び入社したときは、退職日を消さず、新しい「人」として登録します。",
    Assignment: "いったん終えて再び従事するときは、新しい「従事者等の指定」を登録します。",
    ContractPlace: "いったん終えて再び使うときは、新しい「契約別の場所」を登録します。",
}
KEPT = (
    "{what}について、前もって届け出たことが記録されていないため、取り消せません。誤って登録したときは、"
    "日付か状態を訂正してください（理由と、別の人の確認が要ります）。"
)


# --- at the counter ------------------------------------------------------------------------------


def wiped(ledger: "Ledger", before: Record | None, after: Designation, books: Books) -> str:
    """Return what has to be explained when a designation ends no more that ended untold, "" if not.

    Args:
        books: with what the same command enters.
    """
    if not isinstance(before, (Assignment, ContractPlace)) or not _broken(ledger, before):
        return ""
    stood = _stood(ledger, after)
    if stood is None or not _broken(ledger, stood) or _said(ledger, after, books):
        return ""
    return _explained(ledger.rules.case_of(before), before, before, after)


def said_to_person(
    ledger: "Ledger", after: Person, before: Record | None, books: Books
) -> Iterator[Finding]:
    """Yield what is said to another last day of somebody, under each contract.

    Args:
        books: with the person as he is about to be entered.
    """
    if not isinstance(before, Person) or before.left_on == after.left_on:
        return
    stood = _stood(ledger, after)
    known = ledger.rules.books
    for one in (stored.record for stored in ledger.registers.all(Assignment, person_id=after.id)):
        contract = ledger.registers.need(Contract, one.contract_id).record
        if contract.status is ContractStatus.CLOSED or last_day(one, known) == last_day(one, books):
            continue
        if found := _said(ledger, one, books):
            yield _under(contract, replace(found, record=after.id, record_type=Person.type))
        elif stood is not None and all(
            _said(ledger, one, then, staying=False) for then in (known, known.beside([stood]))
        ):
            said = _explained(ledger.rules.case_of(one, known), one, before, after)
            asked = Finding(CHANGED, RuleMode.BLOCK_PLAN, said, (), (), after.id, Person.type, True)
            yield _under(contract, asked)


def _under(contract: Contract, found: Finding) -> Finding:
    """Return what is found of somebody's leaving, which is a fact whenever he was to begin."""
    return replace(found, contract_id=contract.id, fact=True)


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void what ended untold on an earlier day.

    Raises:
        Refused
    """
    if not isinstance(record, (Assignment, ContractPlace)) or not ledger.rules.on:
        return
    stood = _stood(ledger, record)
    if stood is not None and _broken(ledger, record) and _broken(ledger, stood):
        what = end_of(ledger.rules.case_of(record), record)
        raise Refused(reason=KEPT.format(what=what))


def _stood(ledger: "Ledger", record: Any) -> Any:
    """Return what a record said at the end of an earlier day, None where it is new."""
    found = stood_before(versions(ledger.store, type(record), record.id), ledger.today())
    return found[-1] if found else None


def _broken(ledger: "Ledger", one: Designation) -> bool:
    """Tell whether the end of a designation came untold."""
    books = ledger.rules.books.beside([one])
    return _said(ledger, one, books, staying=False) is not None


def _said(
    ledger: "Ledger", one: Designation, books: Books, *, staying: bool = True
) -> Finding | None:
    """Return what the text has against the end of a designation, None where nothing to explain.

    Args:
        staying: also who was told to leave and did not.
    """
    case = ledger.rules.case_of(one, books)
    if isinstance(one, Assignment):
        rule, said = "R-02", untold_leaving(case, one)
    else:
        rule, said = "R-03", untold_giving_up(case, one) if is_concerned(case, one) else ""
    said = said or (untold_staying(case, one) if staying else "")
    found = judged(case, rule, said) if said else None
    return found if found is not None and found.mode != RuleMode.NOTICE else None


def _explained(case: Case, one: Designation, before: Record, after: Record) -> str:
    goes_on = "使って" if isinstance(one, ContractPlace) else "従事して"
    change = "、".join(_changes(before, after)) or "訂正"
    return WIPED.format(
        what=end_of(case, one), change=change, goes_on=goes_on, anew=ANEW[type(after)]
    )


def _changes(before: Record, after: Record) -> Iterator[str]:
    for f in (type(after).fields()[name] for name in FIELDS[type(after)]):
        old, new = (getattr(one, f.name) for one in (before, after))
        if old != new:
            was, now = (f.kind.format(value) if value else "" for value in (old, new))
            yield field_from_to(f, was, now)


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell which ends were taken back, or put off, after they had come; in every text."""
    revised = Where("row_version", Op.GT, 1)
    mine = Where("contract_id", Op.EQ, asked.contract.id)
    for query, judge in (
        (Query(Assignment.type, (mine, revised)), _assignment),
        (Query(ContractPlace.type, (mine, revised)), _place),
        (Query(Person.type, (revised,)), _person),
    ):
        for rows in asked.listed(query, (), judge).values():
            yield from rows


def _assignment(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    return _rows(asked, Assignment, id_)


def _place(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    return _rows(asked, ContractPlace, id_)


def _person(asked: Inquiry, id_: str) -> tuple[Row, ...] | None:
    works = any(one.person_id == id_ for one in asked.all(Assignment))
    return _rows(asked, Person, id_) if works else None


def _rows(asked: Inquiry, cls: type[Record], id_: str) -> tuple[Row, ...] | None:
    entered = asked.revisions(cls, id_)
    found = []
    for number, (before, after) in enumerate(pairwise(entered), 1):
        stood = stood_before(entered[:number], after.day)
        if stood and _is_taken_back(asked, [stood[-1], before.record], after):
            changes = [*_changes(before.record, after.record)]
            changes[0] = f"{_whose(asked, after.record)}の{changes[0]}"
            found.append(Row(cls.type, id_, told(asked, after, changes), "due"))
    return tuple(found) or None


def _is_taken_back(asked: Inquiry, former: list[Record], after: Version[Any]) -> bool:
    """Tell whether each of the former versions had ended by the day of one that had not, or later."""
    for old in former:
        came, now = _came(old, after.day), _came(after.record, after.day)
        if came is None or is_past(asked.contract, came) or (now is not None and now <= came):
            return False
    return any(_changes(former[-1], after.record))


def _came(one: Record, day: date) -> date | None:
    """Return the end of a designation or of a person that had come by a day."""
    if isinstance(one, Person):
        return one.left_on if one.left_on is not None and one.left_on < day else None
    assert isinstance(one, (Assignment, ContractPlace))
    last, ended = last_of(one), one.status in ENDED
    if one.status in NOT_YET or last is None:
        return day if ended else None
    return last if last < day or (ended and last == day) else None


def _whose(asked: Inquiry, one: Record) -> str:
    if isinstance(one, (Assignment, ContractPlace)):
        return called(asked.case(one), one)
    return f"{one.caption()}さん"
