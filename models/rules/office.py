"""Rules about the office itself: private things, terminals, settings, dates, free texts."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

from models.codes import AssignmentStatus, Code, HandlingKind, ItemClass, Ownership, PlaceStatus
from models.kinds import Children, LongText, Text
from models.personal_data import looks_like_personal_data
from models.records import (
    Assignment,
    ContractClauseSetting,
    ContractPlace,
    HandlingEvent,
    Item,
    RuleOverride,
    Submission,
)
from models.records.base import Declared, Record
from models.rules.case import Case
from models.rules.moving import instructed_too_late

K = HandlingKind
BACKDATING = timedelta(days=1)  # a submission noted later than this wants its receipt
BEGUN = (AssignmentStatus.ACTIVE, PlaceStatus.ACTIVE)
TOLD_PEOPLE = (AssignmentStatus.NOTIFIED,)
TOLD_PLACES = (PlaceStatus.NOTIFIED, PlaceStatus.APPROVED)
FREE_NAMES = frozenset(
    {
        "purpose", "destination_text", "note", "condition_note", "deviation_reason", "title",
        "name",
        "encryption_detail", "method_detail", "place_text", "info_items", "media_name", "duties",
        "scope_text", "authority_scope", "end_reason", "termination_reason", "instructions",
        "route", "container", "fields_text", "subject_category", "collection_method", "reason",
        "theft_prevention", "separation_measures", "original_place", "breach_impact",
        "counterpart_name", "counterpart_title", "indirect_handover_text", "data_backed_up",
    }
)  # fmt: skip
"""One-line fields in which people write freely; numbers, codes and addresses are not among them."""


def r18_nothing_private(case: Case) -> Iterator[str]:
    """Private computers, phones and media are neither registered nor used."""
    record = case.record
    items = [record] if isinstance(record, Item) else list(case.handled) if case.event_of() else []
    for item in items:
        if item.ownership is Ownership.PRIVATE:
            yield (
                f"「{item.caption()}」は私物です。{case.word('private_things')}は使えません。"
                "会社の機器・媒体に替えてください。"
            )


def r19_terminal_is_checked(case: Case) -> Iterator[str]:
    """A computer is used only after it was checked and registered as a terminal."""
    event = case.event_of(K.USE)
    if event is None:
        return
    for item in case.handled:
        if item.item_class is not ItemClass.EQUIPMENT or item.terminal_registered:
            continue
        if not _was_terminal(case, item, event):
            yield (
                f"「{item.caption()}」は、ソフトウェアの点検を終えた使用端末として"
                "登録されていません。点検し、「使用端末としての登録」を「有」にしてください。"
            )


def _was_terminal(case: Case, item: Item, event: HandlingEvent) -> bool:
    """Tell whether a computer was a terminal when it was used, or when that was entered.

    That it is a terminal no more says nothing against what was done on it before.
    """
    past = case.books.entered(item)
    happened = [one for one in past if event.occurred_at and one.at <= event.occurred_at]
    known = [one for one in past if case.entry is not None and one.seq <= case.entry]
    return any(some and some[-1].record.terminal_registered for some in (happened, known))


def r39_clause_is_changed_with_basis(case: Case) -> Iterator[str]:
    """A compulsory clause is dropped only where the contract itself says so."""
    setting = case.record
    if not isinstance(setting, ContractClauseSetting):
        return
    clause = case.profile.clauses.get(setting.clause_key)
    if clause is None:
        title = case.word("profile_title")
        yield f"条項「{setting.clause_key}」は、この契約の{title}にありません。"
    elif clause.mandatory and not setting.basis_file and not setting.enabled:
        yield (
            f"{clause.article}（{clause.heading}）は必ず適用する条項です。外すには、"
            "契約書の定めの写しを「根拠」に付けてください。"
        )


def r47_beforehand_means_before(case: Case) -> Iterator[str]:
    """「事前」 is a day before; the same day, or a date noted long after, wants an explanation."""
    record, event = case.record, case.event_of()
    if event is not None:
        for one in case.named:
            if one.decided_on is not None and one.decided_on == case.day:
                yield (
                    f"根拠とした「{one.caption()}」の決定日が、取扱いと同じ日です。"
                    "取扱いより前だったことを理由に残してください。"
                )
        yield from instructed_too_late(case)
    elif isinstance(record, Submission):
        yield from _late_note(case, record)
    elif isinstance(record, Assignment) and _counts(case, record.status, TOLD_PEOPLE):
        yield from _same_day(case, record, record.starts_on, record.notice_submission_id)
    elif isinstance(record, ContractPlace) and _counts(case, record.status, TOLD_PLACES):
        yield from _same_day(case, record, record.use_from, record.notice_submission_id)


def _counts(case: Case, status: Code | None, told: tuple[Code, ...]) -> bool:
    """Tell whether a state counts; what was only told is asked when it is entered, not afterwards."""
    return status in BEGUN or (bool(case.asker) and status in told)


def _late_note(case: Case, paper: Submission) -> Iterator[str]:
    day = paper.submitted_on
    old = case.before
    if day is None or (isinstance(old, Submission) and old.submitted_on == day):
        return
    if case.today - day > BACKDATING and not paper.receipt_file:
        yield (
            f"「{paper.title}」の提出日が、記録する日より前です。"
            "受領印のある控えを付けるか、理由を残してください。"
        )


def _same_day(case: Case, record: Record, start: object, notice_id: str) -> Iterator[str]:
    notice = case.books.find(Submission, notice_id)
    if notice and notice.submitted_on and notice.submitted_on == start and case.before is None:
        yield (
            f"「{notice.title}」の提出日が、始める日と同じ日です。"
            "始める前に提出したことを理由に残してください。"
        )


def r48_no_residents_data(case: Case) -> Iterator[str]:
    """Free texts hold no resident's numbers, addresses or dates of birth."""
    record = case.record
    if not isinstance(record, Record) or isinstance(record, RuleOverride) or case.confirming:
        return
    old = case.before
    for label, text in _texts(record, old):
        found = looks_like_personal_data(text)
        if found:
            yield (
                f"「{label}」に{'、'.join(found)}が含まれています。台帳に住民の情報は"
                "書けません。消すか、そうでないことを理由に残してください。"
            )


def _texts(record: Declared, old: Declared | None = None) -> Iterator[tuple[str, str]]:
    """Yield label and text of every free text of a record and its rows that is new."""
    cls: Any = type(record)
    for name, label in _free_fields(cls):
        text = getattr(record, name)
        if text and (old is None or getattr(old, name) != text):
            yield label, text
    for name in _child_fields(cls):
        rows = getattr(record, name)
        if rows and (old is None or getattr(old, name) != rows):
            for row in rows:
                yield from _texts(row)


@cache
def _free_fields(cls: Any) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f.name, f.label)
        for f in cls.own_fields()
        if isinstance(f.kind, LongText) or (isinstance(f.kind, Text) and f.name in FREE_NAMES)
    )


@cache
def _child_fields(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in cls.own_fields() if isinstance(f.kind, Children))
