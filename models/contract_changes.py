"""A contract that is changed after acts and papers were entered under it (R-39).

Who swaps the text, a party or the period judges everything that was entered before under other
terms; who keeps the ledger less long can erase it sooner. It may be right, so it is not refused; it
is an exception that somebody else confirms, and the evidence tells of it and of the breaches that
the new text does not ask for. To be extended before it ends is a contract's everyday life, and
another number or title judges nothing anew: the evidence tells of both, and papers say what the
contract was called before; of a closed contract there comes no paper any more, so it is asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from models import contract_dues
from models.breaches import CHANGED
from models.codes import ContractStatus, Timing
from models.evidence_rows import Row, row
from models.fields import Field
from models.first_entries import first_use
from models.from_to import field_from_to, from_to, shortened
from models.inquiry import Inquiry
from models.kinds import Ref
from models.party_names import former_parties
from models.profiles import Clause, Due, Profile
from models.records import Contract, HandlingEvent, Record, UserAccount
from models.store import Op, Query, Where
from models.text import search_key
from models.text_seen import MARK, changed_between, other_file
from models.versions import Version, versions
from models.wareki import JAPAN, format_short
from models.workdays import DAY

if TYPE_CHECKING:
    from models.ledger import Ledger

RULE = CHANGED
Name = Callable[[Field, Any], str]
JUDGING = (
    "profile_code", "client_org_id", "contractor_org_id", "purpose", "handles_specific_pi",
    "handles_confidential_info", "onsite_rule", "indirect_handover_designated",
)  # fmt: skip
"""What acts are judged by, beside the period."""
NAMING = ("contract_no", "title")
ASKED = (
    "取扱いや書類を記録した後に、{0}変えます。契約の変更か誤りの訂正であることを理由に残して"
    "ください。変える前からの逸脱は、別の人が確認するまで残ります。"
)
OVERDUE = (
    "期限を過ぎた後に、{0}変えます。契約の変更か誤りの訂正であることを理由に残してください。"
    "変える前からの遅れは、別の人が確認するまで残ります。"
)
TOO_SHORT = (
    "「台帳の保存期限」が、契約の終わる日（{0}）より前になっています。委託者と決めた、"
    "契約が終わった後の日を入力してください。"
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
    if not isinstance(before, Contract):
        return ""
    used = first_use(ledger.store, after.id) is not None
    changes = [*_judged_otherwise(ledger, before, after)] if used else []
    changes += contract_dues.put_off_late(ledger, before, after, used=used)
    words = ASKED if used else OVERDUE
    return words.format("、".join(changes)) if changes else ""


def _judged_otherwise(ledger: "Ledger", before: Contract, after: Contract) -> Iterator[str]:
    """Say by what everything that was entered before would be judged otherwise."""
    name = _names(ledger.profiles, ledger.registers.caption)
    yield from _swapped(name, JUDGING, before, after)
    today = ledger.today()
    entered = versions(ledger.store, Contract, after.id)
    stood = contract_dues.stood_before(entered, today)
    narrowed = _narrowed(before, after) and _left_outside(ledger, before, after)
    since_then = all(_extended_late(one, after, today) for one in (before, *stood[-1:]))
    if narrowed or since_then:
        yield _period(before, after)
    if before.retain_ledger_until != after.retain_ledger_until:
        yield from _kept_shorter([one.record for one in entered], after, today)
    yield from _opened_again(name, before, after, today, stood)


def _swapped(name: Name, names: Iterable[str], before: Contract, after: Contract) -> Iterator[str]:
    for f in (Contract.fields()[one] for one in names):
        old, new = getattr(before, f.name), getattr(after, f.name)
        if old != new:
            yield field_from_to(f, name(f, old), name(f, new))


def _names(profiles: Mapping[str, Profile], caption: Callable[[str, str], str]) -> Name:
    """Return what says a value in words: the title of a text, the name of a party."""

    def name(f: Field, value: Any) -> str:
        if isinstance(f.kind, Ref):
            return caption(f.kind.type, value) or value
        profile = profiles.get(value) if f.name == "profile_code" else None
        plain = "" if value is None else f.kind.format(value)
        return shortened(profile.called if profile else plain)

    return name


def _narrowed(before: Contract, after: Contract) -> bool:
    """Tell whether a day of the former period is no longer in it."""
    if None in (before.starts_on, before.ends_on, after.starts_on, after.ends_on):
        return False
    assert before.starts_on and before.ends_on and after.starts_on and after.ends_on
    return before.starts_on < after.starts_on or after.ends_on < before.ends_on


def _extended_late(before: Contract, after: Contract, day: date) -> bool:
    """Tell whether days that were outside by that day come into the period: breaches would go."""
    if None in (before.starts_on, before.ends_on, after.starts_on, after.ends_on):
        return False
    assert before.starts_on and before.ends_on and after.starts_on and after.ends_on
    earlier = after.starts_on < min(before.starts_on, day)
    return earlier or before.ends_on < min(day, after.ends_on)


def _opened_again(
    name: Name, before: Contract, after: Contract, day: date, stood: Sequence[Contract] = ()
) -> Iterator[str]:
    """Say what lets work go on that was over by that day, and what is over is called now.

    Args:
        stood: what earlier days entered; an end that was not among it is a slip of today.
    """
    if before.status is ContractStatus.CLOSED:
        yield from _swapped(name, ("status", *NAMING), before, after)
    for field in ("completed_on", "terminated_on"):
        new = getattr(after, field)
        known = [getattr(one, field) for one in (before, *stood[-1:])]
        if all(old is not None and old < day and (new is None or old < new) for old in known):
            yield from _swapped(name, (field,), before, after)


def _period(before: Contract, after: Contract) -> str:
    old, new = (
        "～".join(format_short(day) for day in (one.starts_on, one.ends_on) if day)
        for one in (before, after)
    )
    return from_to("契約の期間", old, new)


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


def never_kept(before: Record | None, after: Contract) -> str:
    """Return why a ledger cannot be kept only until a day, "" where it can."""
    end, until = _end(after), after.retain_ledger_until
    if end is None or until is None or until >= end:
        return ""
    if isinstance(before, Contract) and (_end(before), before.retain_ledger_until) == (end, until):
        return ""  # it was entered before this was asked
    return TOO_SHORT.format(format_short(end))


def _end(contract: Contract) -> date | None:
    return contract.completed_on or contract.terminated_on or contract.ends_on


def _kept_shorter(known: Iterable[Contract], after: Contract, today: date) -> Iterator[str]:
    """Say that the ledger is kept less long than was ever entered, or not until today.

    Args:
        known: the earlier versions; the longest of their days counts, so that nobody takes it out
            first and enters it anew.
    """
    days = [one.retain_ledger_until for one in known if one.retain_ledger_until is not None]
    until = after.retain_ledger_until
    if bool(days) if until is None else until < max((today, *days)):
        old = format_short(max(days)) if days else ""
        new = format_short(until) if until else ""
        yield field_from_to(Contract.fields()["retain_ledger_until"], old, new)


# --- on paper ------------------------------------------------------------------------------------


def former_names(ledger: "Ledger", contract_id: str) -> tuple[str, ...]:
    """Say since when a contract, under which acts or papers stand, or a party of it is called otherwise."""
    lines = []
    for before, after in _since_first_use(ledger, contract_id):
        former = before.record.caption()
        if search_key(former) != search_key(after.record.caption()):
            day = format_short(after.day)
            lines.append(RENAMED.format(day=day, before=former, reason=after.reason))
    stored = ledger.store.get(Contract, contract_id)
    parties = former_parties(ledger, stored.record) if stored is not None else ()
    return (*lines, *parties)


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
    first = asked.first_use() if len(entered) > 1 else None
    for before, after in pairwise(one for one in entered if not one.voided):
        used = first is not None and first < after.seq
        earlier = [one for one in entered if one.seq < after.seq]
        changes = _told_of(asked, earlier, before, after) if used else []
        changes += contract_dues.changed(asked.profile, earlier, after, used=used)
        if changes:
            yield row(asked.contract, told(asked, after, changes), "due")
    yield from _other_file(asked, entered)


def _told_of(
    asked: Inquiry,
    earlier: Sequence[Version[Contract]],
    before: Version[Contract],
    after: Version[Contract],
) -> list[str]:
    """Say in what a version differs from the one before it that acts or papers stood under."""
    name = _names(asked.profiles, asked.caption)
    changes = _changes(name, before.record, after.record)
    if before.record.retain_ledger_until != after.record.retain_ledger_until:
        changes += _kept_shorter((one.record for one in earlier), after.record, after.day)
    changes += _opened_again(name, before.record, after.record, after.day)
    changes += _rewritten(before.record, after.record, asked.profiles)
    return changes


def _other_file(asked: Inquiry, entered: Iterable[Version[Contract]]) -> Iterator[Row]:
    """Tell that the text's file is not the one that the contract was entered with."""
    mark, code = asked.contract.profile_sha256, asked.contract.profile_code
    codes = {one.record.profile_code for one in entered if one.record.profile_sha256 == mark}
    of_this = codes <= {code}  # else the text was swapped, and its mark forgotten
    if mark and of_this and (words := other_file(asked.contract, asked.profile)):
        yield row(asked.contract, words, "due")


def _rewritten(before: Contract, after: Contract, profiles: Mapping[str, Profile]) -> Iterator[str]:
    """Say that the file of the same text said something else when the contract was entered anew."""
    old, new = before.profile_sha256, after.profile_sha256
    if before.profile_code == after.profile_code and old and new and old != new:
        found = changed_between(before, after, profiles.get(after.profile_code))
        what = f"（変わったこと：{'、'.join(found)}）" if found else ""
        field = Contract.fields()["profile_sha256"]
        yield f"{field_from_to(field, old[:MARK], new[:MARK])}{what}"


def _changes(name: Name, before: Contract, after: Contract) -> list[str]:
    changes = [*_swapped(name, (*NAMING, *JUDGING), before, after)]
    same = (before.starts_on, before.ends_on) == (after.starts_on, after.ends_on)
    return changes if same else [*changes, _period(before, after)]


def told(asked: Inquiry, version: Version[Any], changes: Sequence[str]) -> str:
    """Say when, by whom and why a record was changed in something."""
    day, who = format_short(version.day), author(asked, version)
    return TOLD.format(day=day, who=who, changes="、".join(changes), reason=version.reason)


def author(asked: Inquiry, version: Version[Any]) -> str:
    """Name who made a version."""
    return user(asked, version.author)


def user(asked: Inquiry, account_id: str) -> str:
    """Name who used an account."""
    account = asked.books.find(UserAccount, account_id)
    return asked.name(account.person_id) if account else "前の利用者"
