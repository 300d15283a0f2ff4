"""A contract that is changed after acts and papers were entered under it (R-39).

Who swaps the text, the client or the period judges everything that was entered before under other
terms. It may be right, so it is not refused; it is an exception that somebody else confirms, and
the evidence tells of it and of the breaches that the new text does not ask for. Another number or
title judges nothing anew; papers say what the contract was called before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from models.codes import Timing
from models.inquiry import CHANGED, Inquiry, Row, first_use, row
from models.profiles import Clause, Due, Profile
from models.records import Contract, HandlingEvent, Organization, Record, UserAccount
from models.store import Op, Query, Where
from models.text import search_key
from models.versions import Version, versions
from models.wareki import JAPAN, format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

RULE = CHANGED
Name = Callable[[str], str]
DAY = timedelta(days=1)
ASKED = (
    "取扱いや書類を記録した後に、{0}変えます。契約の変更か誤りの訂正であることを理由に残して"
    "ください。変える前からの逸脱は、別の人が確認するまで残ります。"
)
TOLD = "{day}に、{who}が、{changes}変えました。理由：{reason}"
RENAMED = "契約番号・業務名は、{day}に「{before}」から変わりました（理由：{reason}）。"
BESIDE = Clause(
    key="BESIDE", article="（契約）", heading="契約の変更と、特記事項が問わない逸脱",
    summary="取扱いや書類を記録した後に変えた契約の定めと、今の特記事項の条項に当たらない逸脱は、"
    "別の人が確認する。",
    duty="record", triggers=(), consent="", mandatory=True, support=False, only_with=(), due=Due(),
    records=(), documents=(), rules=(RULE,), evidence=("EQ-OVERRIDE",), requirements=(),
)  # fmt: skip
"""Stands after the clauses of the text where there is something to tell."""


# --- at the counter ------------------------------------------------------------------------------


def asked_of(ledger: "Ledger", before: Record | None, after: Contract) -> str:
    """Return what has to be explained when a contract is revised, "" when nothing has."""
    if not isinstance(before, Contract) or first_use(ledger.store, after.id) is None:
        return ""
    changes = [*_swapped(_names(ledger.profiles, ledger.registers.caption), before, after)]
    if _narrowed(before, after) and _left_outside(ledger, before, after):
        changes.append(_period(before, after))
    return ASKED.format("、".join(changes)) if changes else ""


def _swapped(name: Name, before: Contract, after: Contract) -> Iterator[str]:
    for word, field in (("適用する特記事項", "profile_code"), ("委託者", "client_org_id")):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"「{word}」を「{name(old)}」から「{name(new)}」に"


def _names(profiles: Mapping[str, Profile], caption: Callable[[str, str], str]) -> Name:
    """Return what tells the title of a text by its code, and the name of a client by its id."""

    def name(value: str) -> str:
        profile = profiles.get(value)
        return profile.title if profile else caption(Organization.type, value) or value

    return name


def _narrowed(before: Contract, after: Contract) -> bool:
    """Tell whether a day of the former period is no longer in it; an extension is everyday."""
    if None in (before.starts_on, before.ends_on, after.starts_on, after.ends_on):
        return False
    assert before.starts_on and before.ends_on and after.starts_on and after.ends_on
    return before.starts_on < after.starts_on or after.ends_on < before.ends_on


def _period(before: Contract, after: Contract) -> str:
    old, new = (
        "～".join(format_short(day) for day in (one.starts_on, one.ends_on) if day)
        for one in (before, after)
    )
    return f"契約の期間を「{old}」から「{new}」に"


def _left_outside(ledger: "Ledger", before: Contract, after: Contract) -> bool:
    """Tell whether an act happened in the former period and not in the new one."""
    assert before.starts_on and before.ends_on and after.starts_on and after.ends_on
    lost = ((before.starts_on, after.starts_on), (after.ends_on + DAY, before.ends_on + DAY))
    mine = (Where("contract_id", Op.EQ, after.id), Where("timing", Op.EQ, Timing.ACTUAL))
    for first, end in lost:
        since, until = (datetime.combine(day, time.min, JAPAN) for day in (first, end))
        then = (Where("occurred_at", Op.GE, since), Where("occurred_at", Op.LT, until))
        if ledger.store.count(Query(HandlingEvent.type, (*mine, *then))):
            return True
    return False


# --- on paper ------------------------------------------------------------------------------------


def former_names(ledger: "Ledger", contract_id: str) -> tuple[str, ...]:
    """Say since when a contract, under which acts or papers stand, has another number or title."""
    lines = []
    for before, after in _since_first_use(ledger, contract_id):
        former = before.record.caption()
        if search_key(former) != search_key(after.record.caption()):
            day = format_short(after.day)
            lines.append(RENAMED.format(day=day, before=former, reason=after.reason))
    return tuple(lines)


def _since_first_use(
    ledger: "Ledger", contract_id: str
) -> Iterator[tuple[Version[Contract], Version[Contract]]]:
    """Yield each version of a contract that was entered under acts or papers, after its former."""
    stored = ledger.store.get(Contract, contract_id)
    revised = stored is not None and stored.meta.row_version > 1
    first = first_use(ledger.store, contract_id) if revised else None
    if first is not None:
        yield from _since(versions(ledger.store, Contract, contract_id), first)


def _since(
    entered: Iterable[Version[Contract]], first: int | None
) -> Iterator[tuple[Version[Contract], Version[Contract]]]:
    standing = (one for one in entered if not one.voided)
    yield from (pair for pair in pairwise(standing) if first is not None and first < pair[1].seq)


# --- in the evidence -----------------------------------------------------------------------------


def changed(asked: Inquiry) -> Iterator[Row]:
    """Tell when and from what the contract was changed after acts or papers were entered.

    Only a change of the contract may change that: what is entered first comes after all the rest.
    """
    entered = asked.versions(Contract, asked.contract.id)
    name = _names(asked.profiles, asked.caption)
    for before, after in _since(entered, asked.first_use() if len(entered) > 1 else None):
        changes = _changes(name, before.record, after.record)
        if changes:
            yield row(asked.contract, _told(asked, after, changes), "due")


def _changes(name: Name, before: Contract, after: Contract) -> list[str]:
    changes = [*_swapped(name, before, after)]
    return [*changes, _period(before, after)] if _narrowed(before, after) else changes


def _told(asked: Inquiry, version: Version[Contract], changes: Sequence[str]) -> str:
    account = asked.books.find(UserAccount, version.author)
    who = asked.name(account.person_id) if account else "前の利用者"
    day = format_short(version.day)
    return TOLD.format(day=day, who=who, changes="、".join(changes), reason=version.reason)
