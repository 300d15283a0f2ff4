"""What changed since the client was last told: from the log, never typed (SK-4.2, SK-5.2, CM-9.1).

The client was told by the last notice that was handed in. What a notice said is what the ledger
held when it was entered; a notice from before the ledger said what the records that name it began
with. A notice about chosen records tells nothing about the others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from models import wareki
from models.calendar_designated import PEOPLE, PLACES
from models.calendar_paper import k04_place_notice
from models.calendar_people import k02_staff_notice
from models.codes import SubmissionStatus
from models.designations_undone import is_taken_back, tells_void, until_taken_back
from models.errors import Refused
from models.records import Assignment, ContractPlace, Record, Stored, Submission
from models.rules.last_told import is_past
from models.rules.replaced import last_of
from models.rules.told_days import END as ENDED
from models.rules.told_days import VOIDED, WITHDRAWN, ToldEnd, ended_on, ends_of, told_end
from models.rules.told_late import unlinked
from models.store import Op, Query, Where
from models.versions import Version, version_at, versions
from reports.blocks import shown
from reports.collecting.case import Case
from reports.documents.change_notice import ChangeLine

ADDED = "追加のため"
UPDATED, NOTHING = "記録の更新", "なし"
PLANNED = "当初からの予定のため"  # why something ends whose last day was entered with it
LONGEST_REASON = 200
WAITING = (k02_staff_notice, PEOPLE.idle, k04_place_notice, PLACES.idle)
HANDED_IN = (SubmissionStatus.SUBMITTED, SubmissionStatus.ACCEPTED)

R = TypeVar("R", bound=Record)
Facts = Mapping[str, object]
"""Reportable facts of a version by their printed label."""
Changed = tuple[tuple[ChangeLine, R], ...]
"""Lines of a notice, each with the record that it is about."""


@dataclass(frozen=True)
class Watched(Generic[R]):
    """How changes of one kind of record are told.

    `refers` names the person or place whose entries count too; `facts` says what the client is
    told of a record, and of what it refers to as of an entry; `ending` gives the day and the
    reason of an end as of an entry, or None; `begins` the day it begins; `beside` what else is
    named by it (a firm), whose entries count for the facts.
    """

    cls: type[R]
    name: Callable[[R], str]
    refers: Callable[[R], tuple[type[Record], str]]
    facts: Callable[[R, int], Facts]
    begins: Callable[[R], date | None]
    ending: Callable[[R, int], tuple[date, str] | None]
    reportable: Callable[[R], bool]
    beside: Callable[[R], Sequence[tuple[type[Record], str]]] = lambda _record: ()


def notices(case: Case) -> list[Stored[Submission]]:
    """Return the notices of this kind that were handed in before this one, newest first.

    What the notice itself takes the place of tells nothing more. A sealed one is looked at as it was:
    what was replaced since was there then.
    """
    known = case.ledger.registers.all(
        Submission, contract_id=case.contract.id, doc_kind=case.wish.doc_kind
    )
    papers = [stored.record for stored in known]
    found = [
        stored
        for stored in known
        if _still_tells(stored.record, papers, then=case.until is not None)
        and stored.record.id != case.wish.replaces
        and (case.until is None or stored.meta.created_seq < case.until)
    ]
    return sorted(found, key=lambda stored: stored.meta.created_seq, reverse=True)


def _still_tells(paper: Submission, papers: list[Submission], *, then: bool) -> bool:
    """Tell whether a notice counts; one that was replaced does where nobody knows by what words."""
    if paper.status is not SubmissionStatus.SUPERSEDED:
        return paper.status in HANDED_IN
    last = last_of(paper, papers)
    return then or (last.status in HANDED_IN and last.made_elsewhere is True)


def changes(case: Case, watched: Watched[R]) -> tuple[str, Changed[R]]:
    """Return (the last notice in words, what changed since).

    Raises:
        Refused: nothing was handed in yet, or nothing changed since.
    """
    told = notices(case)
    if not told:
        raise Refused(
            reason=f"この契約では、まだ「{case.form.title}」の提出が記録されていません。"
            "変更ではない様式を作るか、提出済みの書面を登録してください。"
        )
    last = told[0].record
    day = wareki.format_wareki(last.submitted_on) if last.submitted_on else "提出日の記録なし"
    previous = f"{last.doc_no}（{day}提出）"
    lines = tuple(
        (line, stored.record)
        for stored in _records(case, watched.cls)
        for line in _lines_of(case, watched, stored, told)
    )
    if not lines:
        raise Refused(
            reason=f"{previous}の後に、届け出る変更はありません。"
            f"{_unlinked(case, watched.cls)}"
            "登録を訂正したときは、その記録の「履歴」を確かめてください。"
        )
    return previous, lines


def _unlinked(case: Case, cls: type[R]) -> str:
    """Say what was told already, and of which the calendar waits for the link; "" without any."""
    asked = case.ledger.inquiries.of(case.contract.id)
    waiting = {one.id for item in WAITING for one in item(asked)}
    found = (stored.record for stored in _records(case, cls) if stored.record.id in waiting)
    return "".join(
        unlinked(asked.case(one), one)
        for one in found
        if isinstance(one, (Assignment, ContractPlace))
    )


def ends_before(case: Case, day: date | None) -> date | None:
    """Return the last day of a designation that the first notice tells, None where there is none.

    What ends with the contract is nothing to tell; earlier versions told of no end (`ends`).
    """
    told = case.wish.options.get("ends", True)
    return day if told and day is not None and not is_past(case.contract, day) else None


def added_because(case: Case) -> str:
    """Return the reason that the clerk gave for what is new; the log holds none of an entry.

    Raises:
        Refused: it is longer than a column of the notice.
    """
    said = str(case.wish.options.get("added_because") or "").strip()
    if len(said) > LONGEST_REASON:
        raise Refused(reason=f"「追加の理由」は、{LONGEST_REASON}文字までで入力してください。")
    return said


def _records(case: Case, cls: type[R]) -> list[Stored[R]]:
    """Return all records of the contract, voided ones too: a void is a change."""
    query = Query(cls.type, (Where("contract_id", Op.EQ, case.contract.id),), voided=None)
    wanted = set(case.wish.ids)
    found = case.ledger.store.find(cls, query, limit=100_000)
    return [stored for stored in found if not wanted or stored.record.id in wanted]


def _lines_of(
    case: Case, watched: Watched[R], stored: Stored[R], told: list[Stored[Submission]]
) -> Iterator[ChangeLine]:
    history = versions(case.ledger.store, watched.cls, stored.record.id)
    if case.until is not None:
        history = [one for one in history if one.seq < case.until]
    if not history:
        return
    now = history[-1]
    if is_taken_back(now):
        yield from _voided(case, watched, until_taken_back(history), told)
        return
    base, told_at = _told_version(history, told)
    name = watched.name(now.record)
    if base is None:
        if watched.reportable(now.record):
            yield from _added(case, watched, history)
        return
    before = watched.facts(base.record, told_at)
    yield from _ending(case, watched, history, before, told_at, told)
    latest = case.until or case.numbers.head.seq
    after_facts = watched.facts(now.record, latest)
    for label, new in after_facts.items():
        old = before.get(label)
        if old != new:
            day, reason = _since(case, watched, history, _says(watched, label, new))
            yield ChangeLine(name, label, shown(old), shown(new), day, reason or UPDATED)


def _added(case: Case, watched: Watched[R], history: list[Version[R]]) -> Iterator[ChangeLine]:
    """Yield that something is new and, where its last day is known already, that it ends then.

    Sealed ones of before did not say the end; they are looked at as they are.
    """
    now = history[-1]
    name, facts = watched.name(now.record), _text(watched.facts(now.record, now.seq))
    # What was corrected before the client heard of it is no reason why it is new.
    because = added_because(case) or ADDED
    yield ChangeLine(name, "追加", NOTHING, facts, watched.begins(now.record), because)
    end = watched.ending(now.record, case.until or case.numbers.head.seq)
    said = case.until is None or name in case.wish.options.get("ended", ())
    if end is not None and said and not is_past(case.contract, end[0]):
        day, reason = end
        because = reason or _why_it_ends(case, watched, history, day)
        yield ChangeLine(name, ENDED, NOTHING, ended_on(day), day, because)


def _voided(
    case: Case, watched: Watched[R], history: Sequence[Version[R]], told: list[Stored[Submission]]
) -> Iterator[ChangeLine]:
    """Yield that something was voided, or called off, of which the client knew, until a notice said so.

    Sealed ones of before say of what was voided again, and nothing of what was called off; they are
    looked at as they are.
    """
    void, entered = history[-1], list(history[:-1])
    name = watched.name(void.record)
    again = name in case.wish.options.get("voided", ())
    if case.until is not None and not void.voided and not again:
        return
    told_already = any(tells_void(one.record, one.meta.created_seq, void) for one in told)
    if not entered or (told_already and not again):
        return
    known = [one for one in told if one.meta.created_seq < void.seq]
    base, told_at = _told_version(entered, known)
    if base is not None:
        before = _text(watched.facts(base.record, told_at))
        yield ChangeLine(name, VOIDED, before, NOTHING, void.day, void.reason)


def _ending(
    case: Case,
    watched: Watched[R],
    history: list[Version[R]],
    before: Facts,
    told_at: int,
    told: list[Stored[Submission]],
) -> Iterator[ChangeLine]:
    """Yield that something ends, ends on another day than was told, or does not end after all."""
    now, base = history[-1], version_at(history, told_at) or history[0]
    known = _known_end(case, watched, now.record, told).day
    former = ended_on(known) if known else _text(before)
    name = watched.name(now.record)
    end = watched.ending(now.record, case.until or case.numbers.head.seq)
    if end is None:
        if (
            known is not None
            and watched.reportable(now.record)
            and not is_past(case.contract, known)
        ):
            day, reason = _taken_back(case, watched, history, known)
            stays = f"引き続き{'従事' if isinstance(now.record, Assignment) else '使用'}"
            yield ChangeLine(name, WITHDRAWN, former, stays, day, reason)
        return
    day, reason = end
    if (
        watched.ending(base.record, told_at) != end
        or (known is not None and known != day)
        or (known is None and _unsaid(case, watched, base.record, day, told))
    ):
        because = reason or _why_it_ends(case, watched, history, day)
        yield ChangeLine(name, ENDED, former, ended_on(day), day, because)


def _why_it_ends(case: Case, watched: Watched[R], history: list[Version[R]], day: date) -> str:
    """Return the reason that was given when the last day was entered, or when the state was."""

    def ends(one: Version[R], entry: int) -> bool:
        end = watched.ending(one.record, entry)
        return end is not None and end[0] == day

    def is_over(one: Version[R], _entry: int) -> bool:
        return not watched.reportable(one.record)

    given = (_since(case, watched, history, holds)[1] for holds in (ends, is_over))
    return next(filter(None, given), PLANNED)


def _unsaid(
    case: Case, watched: Watched[R], one: R, day: date, told: list[Stored[Submission]]
) -> bool:
    """Tell whether an end that was there from the start still has to be told: no first notice does."""
    last = told[0].record.submitted_on
    past = is_past(case.contract, day)
    return watched.reportable(one) and last is not None and day >= last and not past


def _known_end(case: Case, watched: Watched[R], one: R, told: list[Stored[Submission]]) -> ToldEnd:
    """Return the end that the client was told last by these notices."""
    assert isinstance(one, (Assignment, ContractPlace))
    books = case.ledger.rules.books
    cls, id_ = watched.refers(one)
    names = [watched.name(one), *(books.names(cls, id_) if id_ else ())]
    papers = [(stored.meta.created_seq, stored.record) for stored in reversed(told)]
    return told_end(papers, one, names, ends_of(one, books))


def _taken_back(
    case: Case, watched: Watched[R], history: list[Version[R]], known: date
) -> tuple[date, str]:
    """Return day and reason of the entry after which something ended no more on a day."""
    assert isinstance(history[-1].record, (Assignment, ContractPlace))
    cls, id_ = watched.refers(history[-1].record)
    referred = versions(case.ledger.store, cls, id_)
    seen = sorted((v.seq, v.day, v.reason) for known_of in (history, referred) for v in known_of)
    ends = ends_of(history[-1].record, case.ledger.rules.books)
    stood = max((seq for seq, _, _ in seen if known in ends.at(seq)), default=0)
    after = [(day, reason) for seq, day, reason in seen if seq > stood]
    day, reason = after[0] if after else (history[-1].day, history[-1].reason)
    return day, reason or "訂正のため"


def _told_version(
    history: list[Version[R]], told: list[Stored[Submission]]
) -> tuple[Version[R] | None, int]:
    """Return the version that the client was last told about, and the entry as of which it was."""
    for stored in told:
        paper = stored.record
        if paper.subject_ids and history[0].record.id not in paper.subject_ids:
            continue
        if (found := version_at(history, stored.meta.created_seq)) is not None:
            return found, stored.meta.created_seq
        named = [
            one for one in history
            if getattr(one.record, "notice_submission_id", "") == paper.id
        ]  # fmt: skip
        if named and paper.made_elsewhere:
            return named[0], named[0].seq
    return None, 0


def _since(
    case: Case,
    watched: Watched[R],
    history: list[Version[R]],
    holds: Callable[[Version[R], int], bool],
) -> tuple[date, str]:
    """Return day and reason of the entry since which something holds, no reason where it does not.

    It may be an entry about the person, the firm or the place that the record refers to. What the ledger
    enters itself afterwards, as the link to a notice, changes nothing that is told.
    """
    seen: list[tuple[int, date, str]] = [(one.seq, one.day, one.reason) for one in history]
    now = history[-1].record
    seen += [
        (one.seq, one.day, one.reason)
        for cls, id_ in (watched.refers(now), *watched.beside(now))
        for one in versions(case.ledger.store, cls, id_)
        if case.until is None or one.seq < case.until
    ]
    found = history[-1].day, ""
    for seq, day, reason in sorted(seen, reverse=True):
        stood = version_at(history, seq)
        if stood is None or not holds(stood, seq):
            break
        found = day, reason
    return found


def _says(watched: Watched[R], label: str, value: object) -> Callable[[Version[R], int], bool]:
    """Return whether the client is told a value of a version, as of an entry."""
    return lambda one, entry: watched.facts(one.record, entry).get(label) == value


def _text(facts: Facts) -> str:
    return "、".join(shown(value) for value in facts.values() if value not in (None, "", ()))
