"""Dates about what is in custody and what the client waits for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from models.agreed import terms
from models.backup_evidence import basis_limit, left_after_erasure
from models.calendar_frame import Due, Item, cited, due
from models.codes import (
    CONTENT_GONE_STATES,
    TERMINAL_STATES,
    CommunicationKind,
    FindingStatus,
    ItemState,
)
from models.counts_undone import undone
from models.days_back import how_many, outings
from models.found_about import called
from models.given_up import has_no_origin
from models.inquiry import Inquiry
from models.leavers import held_after_the_end
from models.loss_reports import reported_on
from models.missing_things import (
    let_go,
    missing,
    report_limit,
    report_word,
    untold,
)
from models.outstaying import WAITED_FOR, carried_on, needed, waiting
from models.records import (
    Assignment,
    Authorization,
    BackupRun,
    ClientCommunication,
    ContentErasure,
    HandlingEvent,
    Organization,
)
from models.records import Finding as FindingRecord
from models.records import Item as ItemRecord
from models.records.governance import WITH_A_DAY
from models.requests import asked_by, limit_of, promptly
from models.short_counts import short_counts
from models.store import Op, Where
from models.supervising import (
    RESPONSIBLE,
    SINCE,
    WAITING,
    confirmed_by_others,
    corrections,
    waiting_since,
)
from models.under_way import k13_arrival
from models.wareki import format_short
from models.workdays import after

MANY = 1000  # acts that wait for the responsible person, before they are no longer counted


def k12_consent_ends(asked: Inquiry) -> Iterator[Due]:
    """K-12: a consent is renewed before it ends; after that only while something hangs on it.

    One that lasts as long as the work is not, when all things found their end and nothing hangs on it.
    """
    ending = [
        (one, one.valid_until)
        for one in asked.all(Authorization)
        if one.valid_until is not None and one.covers(one.valid_until)
    ]
    over = any(day < asked.today for _, day in ending)
    missed = waiting(asked) if over else frozenset()
    going_on, end = carried_on(asked), asked.ends_on
    if end is not None and _all_ended(asked):
        hanging = needed(asked)
        going_on |= {one.id for one, day in ending if day >= end and one.id not in hanging}
    for one, day in ending:
        if one.id in missed or (day >= asked.today and one.id not in going_on):
            yield due(asked, "K-12", "期限までに改めて得る", one.caption(), day, one)


def _all_ended(asked: Inquiry) -> bool:
    """Tell whether there were things, and each of them found its end."""
    states = [item.state for item in asked.items.values()]
    return bool(states) and all(state in TERMINAL_STATES for state in states)


def k13_back(asked: Inquiry) -> Iterator[Due]:
    """K-13: what is out comes back, also when it is missing and was not given up."""
    gone = let_go(asked)
    for item in asked.items.values():
        if item.state not in WAITED_FOR or item.id in gone:
            continue
        lost = item.state is ItemState.MISSING
        for one in outings(asked, item):
            yield due(
                asked, "K-13", "持帰り（所在不明）" if lost else "持帰り",
                f"{item.caption()}{how_many(item, one)}", one.due_at.date(), item,
                proof="EQ-OPENOUT", person_id=one.holder_id, due_at=one.due_at,
            )  # fmt: skip


def k32_comes_back(asked: Inquiry) -> Iterator[Due]:
    """K-32: whoever works here no more gives back at once what is still in hand."""
    for one in held_after_the_end(asked):
        person = one.item.holder_person_id
        about = f"{one.item.caption()}（{asked.name(person)}）"
        yield due(
            asked, "K-32", "従事を終えた人からの回収", about, one.since, one.item,
            proof="EQ-OPENOUT", person_id=person,
        )  # fmt: skip


def k15_counts(asked: Inquiry) -> Iterator[Due]:
    """K-15: what a stocktake did not find is counted again at once, as its number is put right."""
    for one in short_counts(asked):
        about = f"{one.item.caption()}（現品確認（{format_short(one.day)}）で{one.amount}不足）"
        what = "数の違いの確認" if one.is_over else "数え直し"
        yield due(asked, "K-15", what, about, one.day, one.item, proof="EQ-LEDGER")
    for gone in undone(asked):
        what, day = "数の違いの確認", gone.at.date()
        yield due(asked, "K-15", what, gone.about, day, gone.act, proof="EQ-LEDGER")


def k19_report(asked: Inquiry) -> Iterator[Due]:
    """K-19: the client is told of what is missing, 直ちに or 速やかに as the text says."""
    at_once = asked.profile.params.incident.first_report == "IMM"
    what = f"所在不明の{report_word(asked)}（{'直ちに' if at_once else '速やかに'}）"
    for loss in missing(asked):
        if (
            loss.at is None
            or loss.settled
            or reported_on(asked, loss.at, {loss.item.id}) is not None
        ):
            continue
        day = report_limit(asked, loss.at)
        yield due(asked, "K-19", what, loss.item.caption(), day, loss.item, proof="EQ-INC")
    for act in untold(asked):
        about, record = f"{act.caption}（発見済み）", HandlingEvent(id=act.id)
        yield due(asked, "K-19", what, about, report_limit(asked, act.at), record, proof="EQ-INC")


def k20_request(asked: Inquiry) -> Iterator[Due]:
    """K-20, K-21, K-34: the client gets an answer, is received, may attend."""
    workdays = promptly(asked)
    for one in asked.all(ClientCommunication):
        moment = limit_of(one, workdays) if one.is_waiting else None
        if moment is None:
            continue
        witness = one.kind is CommunicationKind.WITNESS_REQUEST
        code = "K-34" if witness else "K-21" if one.kind in WITH_A_DAY else "K-20"
        answer = "回答" if one.is_request else "指示等への対応"
        what = "立会い" if witness else "検査等への対応" if code == "K-21" else answer
        about = f"{one.caption()}：{one.summary.splitlines()[0] if one.summary else ''}"
        waits = due(asked, code, what, about, moment.date(), one, due_at=moment)
        yield replace(waits, clause=cited(asked_by(asked, one)))


def k21_findings(asked: Inquiry) -> Iterator[Due]:
    """K-21: what is to be put right is, by its date, and somebody else has looked."""
    for one in asked.all(FindingRecord):
        if what := to_put_right(one):
            yield due(
                asked, "K-21", what, called(one), one.due_on, one,
                proof="EQ-FINDING", person_id=one.owner_person_id,
            )  # fmt: skip


def to_put_right(one: FindingRecord) -> str:
    """Return what is to be done about a finding, "" once somebody else has verified it."""
    if one.status is FindingStatus.VERIFIED:
        return ""
    return "是正の確認" if one.status is FindingStatus.DONE else "是正"


def k22_unneeded(asked: Inquiry) -> Iterator[Due]:
    """K-22: what is no longer needed finds its end during the work."""
    regime = asked.profile.params.unneeded
    for item in asked.items.values():
        if regime.regime == "none" or not item.unneeded_on or item.state in CONTENT_GONE_STATES:
            continue
        day = item.unneeded_on + timedelta(days=regime.limit_days)
        yield due(
            asked, "K-22", "不要となった情報の消去・廃棄", item.caption(), day, item,
            proof="EQ-UNNEEDED",
        )  # fmt: skip


def k23_end(asked: Inquiry) -> Iterator[Due]:
    """K-23: at the end nothing is left here; some things go back before."""
    gone, items = let_go(asked), asked.items.values()
    standing = [item for item in items if item.state not in TERMINAL_STATES]
    left = [item for item in standing if item.id not in gone and not has_no_origin(item)]
    if left and (day := asked.end_limit) is not None:
        about = f"残っている媒体・資料{len(left)}件"
        yield due(
            asked, "K-23", "返還・引渡し・消去・廃棄", about, day, ItemRecord(), proof="EQ-END"
        )
    elif asked.ends_on is not None and not asked.ended:
        yield due(asked, "K-23", "契約の終了", "", asked.ends_on, asked.contract)
    for item in left:
        if item.return_due_on is not None:
            yield due(
                asked, "K-23", f"{asked.profile.term('return')}の期限", item.caption(), item.return_due_on,
                item, proof="EQ-END",
            )  # fmt: skip


def k35_certificate(asked: Inquiry) -> Iterator[Due]:
    """K-35: a certificate of the contractor is renewed before it expires."""
    company = asked.books.find(Organization, asked.contract.contractor_org_id)
    for one in company.certifications if company else ():
        if company is not None and one.expires_on is not None:
            yield due(asked, "K-35", "更新", one.kind, one.expires_on, company)


def k37_confirmation(asked: Inquiry) -> Iterator[Due]:
    """K-37: what others did is confirmed by who is responsible for it; all of it is one date."""
    days = terms(asked).days("confirmation_business_days")
    asked.note(HandlingEvent.type)
    now = {one.person_id for one in asked.active if one.role in RESPONSIBLE}
    ever = {one.person_id for one in asked.all(Assignment) if one.role in RESPONSIBLE}
    others = (Where("actor_person_id", Op.NE, person) for person in sorted(ever))
    query = asked.acts(WAITING, *others)
    again = {id_: one.since for id_, one in confirmed_by_others(asked).items()}
    former = {**_of_former(asked, ever - now), **again}
    since = {**former, **{id_: one.since for id_, one in corrections(asked).items()}}
    if oldest := asked.first(query):
        since[oldest] = _since(asked, oldest)
    first = min(since, key=since.__getitem__, default="")
    act = asked.books.find(HandlingEvent, first) if first else None
    if act is not None:
        waiting = min(asked.at_most(query, MANY) + len(former), MANY)
        count = f"{waiting:,}件" + ("以上" if waiting == MANY else "")
        yield due(
            asked, "K-37", "責任者の確認", f"確認を待つ取扱記録{count}",
            after(since[first].date(), days), act, proof="EQ-SUPERVISE",
        )  # fmt: skip


def _since(asked: Inquiry, act_id: str) -> datetime:
    one = next(asked.chain(act_id))
    act, entered = one.record, one.meta.created_at
    return waiting_since(asked, act.occurred_at or entered, entered, act.corrects_event_id)


def _of_former(asked: Inquiry, people: set[str]) -> Mapping[str, datetime]:
    """Return since when those acts wait that somebody did who was responsible at another time."""
    if not people:
        return {}
    theirs = asked.acts(WAITING, Where("actor_person_id", Op.IN, tuple(sorted(people))))
    return asked.listed(theirs, ("actor_person_id", *SINCE), _unsupervised)


def _unsupervised(
    asked: Inquiry, _id: str, actor: str, occurred_at: datetime, created_at: datetime, corrects: str
) -> datetime | None:
    """Return since when an act of somebody waits who was not responsible himself on that day (R-36)."""
    if asked.roles(actor, occurred_at.date()) & RESPONSIBLE:
        return None
    return waiting_since(asked, occurred_at, created_at, corrects)


def k38_retention(asked: Inquiry) -> Iterator[Due]:
    """K-38: how long a closed contract is kept is decided in time; then no copy of it is left."""
    day = asked.contract.retain_ledger_until
    if day is not None and asked.ended and not asked.all(ContentErasure):
        yield due(asked, "K-38", "台帳の保存期限の確認", "", day, asked.contract)
    if (limit := basis_limit(asked)) is not None:
        what = "台帳の保存期限を委託者と決める"
        yield due(asked, "K-38", what, "", limit, asked.contract, proof="EQ-END")
    left = left_after_erasure(asked)
    if left is not None and str(left):
        what = "消去した内容を含む写しの廃棄"
        yield due(asked, "K-38", what, str(left), left.until, BackupRun(), proof="EQ-END")


ITEMS: tuple[tuple[str, Item], ...] = (
    ("K-12", k12_consent_ends),
    ("K-13", k13_back),
    ("K-13", k13_arrival),
    ("K-15", k15_counts),
    ("K-19", k19_report),
    ("K-20", k20_request),
    ("K-21", k21_findings),
    ("K-22", k22_unneeded),
    ("K-23", k23_end),
    ("K-32", k32_comes_back),
    ("K-35", k35_certificate),
    ("K-37", k37_confirmation),
    ("K-38", k38_retention),
)
