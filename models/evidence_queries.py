"""The evidence queries: each returns the rows that violate; none means proved.

Queries over handling repeat what the rules say at the counter (`of_rules`); the others look at
what must exist or be finished.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from models import nobody_named, places_given_up, unfit_basis
from models.act_numbers import misnumbered
from models.after_closing import of_the_work
from models.amounts import WITHOUT_ORIGIN
from models.backup_evidence import copies_left
from models.codes import (
    CONTENT_GONE_STATES,
    MISSING_STATES,
    OUT_STATES,
    TERMINAL_STATES,
    HandlingKind,
    ItemState,
)
from models.days_back import Outing, outings
from models.designated_hours import unread
from models.evidence_rows import Row, row
from models.found_faults import eq_finding
from models.given_up import has_no_origin
from models.governed import PLANS, RULES, eq_gov, eq_trainplan
from models.inquiry import Inquiry, Question
from models.inside import eq_inside
from models.item_list import eq_itemlist
from models.leavers import eq_leavers
from models.left_without import unsubmitted
from models.missing_things import how_much, let_go
from models.outstaying import outstaying
from models.papered_acts import eq_cert, eq_enddoc, eq_receipt_paper
from models.records import (
    HandlingEvent,
    InformationAsset,
    Item,
    Pledge,
    RuleOverride,
)
from models.requests import eq_req
from models.rules.ending import never_reached_the_client
from models.rules.people import informed, missing_topics
from models.rules.pledged import IN_FORCE, replaces_handed_in
from models.short_counts import eq_short
from models.store import Op, Where
from models.supervising import eq_supervise
from models.trip_changes import taken_back
from models.under_way import eq_arrival
from models.wareki import format_short, format_short_moment
from models.whereabouts import FOLLOWED, PLACES, places_before

NOWHERE = "{}に場所が記録されていません。"


def of_rules(*rule_ids: str) -> Question:
    def query(asked: Inquiry) -> Iterator[Row]:
        for rule_id in rule_ids:
            yield from _of_rule(asked, rule_id)

    return query


def _of_rule(asked: Inquiry, rule_id: str) -> list[Row]:
    """Return what a rule finds; what an act is told for beside it is not told again as unseen."""
    told = unfit_basis.acts_told(asked) if rule_id in unfit_basis.ASKING else frozenset()
    return asked.breaches.of_rule(rule_id, told)


def eq_pledge(asked: Inquiry) -> Iterator[Row]:
    """Find people whose role asks for a pledge and who have none, or whose pledge lies here."""
    regime, word = asked.profile.params.pledge, asked.profile.term("pledge")
    pledges = asked.all(Pledge)
    for one in asked.active:
        if one.role not in regime.roles:
            continue
        mine = [p for p in pledges if p.person_id == one.person_id]
        standing = [p for p in mine if p.status in IN_FORCE]
        if not standing:
            yield row(
                one, f"{asked.name(one.person_id)}の{asked.profile.term('pledge')}がありません。"
            )
        elif regime.submission == "always" and not any(p.submitted_on for p in standing):
            new = "新しい" if replaces_handed_in(standing[0], mine) else ""
            words = f"{asked.name(one.person_id)}の{new}{word}をまだ提出していません。"
            yield row(standing[0], words)
    for one, pledge in unsubmitted(asked):
        words = f"従事を終えた{asked.name(one.person_id)}の{word}をまだ提出していません。"
        yield row(pledge, words)


def eq_train(asked: Inquiry) -> Iterator[Row]:
    """Find active people who have not heard every compulsory topic."""
    yield from _untaught(asked, awareness=False)


def eq_notice(asked: Inquiry) -> Iterator[Row]:
    """Find active people who were not made aware in one session of what the text names."""
    yield from _untaught(asked, awareness=True)


def _untaught(asked: Inquiry, *, awareness: bool) -> Iterator[Row]:
    for one in asked.active:
        case = asked.case(one)
        if awareness and not informed(case, one.person_id):
            yield row(one, f"{asked.name(one.person_id)}に周知した記録がありません。")
        missing = [] if awareness else missing_topics(case, one.person_id)
        if missing:
            yield row(
                one, f"{asked.name(one.person_id)}が「{'、'.join(missing)}」を受けていません。"
            )


def eq_openout(asked: Inquiry) -> Iterator[Row]:
    """Find what is out past the time at which it was to come back, or got lost before that."""
    now, gone = asked.now, let_go(asked)
    for item in asked.items.values():
        if item.state in OUT_STATES | MISSING_STATES and item.id not in gone:
            for one in outings(asked, item):
                yield _told_out(item, one, now)
    yield from eq_unasked_out(asked)


def _told_out(item: Item, one: Outing, now: datetime) -> Row:
    part = "" if one.pieces is None else f"のうち{item.amount(one.pieces)}"
    if one.due_at < now:
        return row(
            item, f"「{item.caption()}」{part}が持帰予定を過ぎて戻っていません{_lost(item)}。"
        )
    if item.state is ItemState.MISSING:
        return row(item, f"「{item.caption()}」{how_much(item)}は、持ち出したまま所在不明です。")
    when = format_short_moment(one.due_at)
    return row(item, f"「{item.caption()}」{part}を持ち出しています（{when}まで）。", "due")


def eq_unasked_out(asked: Inquiry) -> Iterator[Row]:
    """Find what is told of things outside whatever a text says of taking them out."""
    yield from eq_leavers(asked)
    yield from outstaying(asked)
    yield from taken_back(asked)


def _lost(item: Item) -> str:
    return f"（{item.state.label}）" if item.state in MISSING_STATES and item.state else ""


def eq_end(asked: Inquiry) -> Iterator[Row]:
    """Find what has not found its end in time (K-23); before, tell what will have to."""
    standing = [item for item in asked.items.values() if item.state not in TERMINAL_STATES]
    left = [item for item in standing if not has_no_origin(item)]
    gone = let_go(asked)
    if asked.ended:
        for item in standing:
            if has_no_origin(item):
                yield row(item, _unfounded(item))
        for item in left:
            if item.id in gone:
                words = f"「{item.caption()}」は、所在不明のまま終えるよう指示がありました。"
                yield row(item, words, "due")
            else:
                yield _still_here(asked, item)
    elif left:
        words = f"預かっている媒体・資料{len(left):,}件を、業務の完了後に終わらせます。"
        yield row(asked.contract, words, "due")
        for item in left:
            if item.id not in gone:
                yield from _before_its_end(asked, item)
    for event in never_reached_the_client(asked.books, asked.contract):
        party = asked.profile.term("client_party")
        words = f"{event.caption()}の相手方は{party}ではないため、終わったことになりません。"
        yield row(event, words, "broken")
    yield from copies_left(asked)


def _still_here(asked: Inquiry, item: Item) -> Row:
    """Tell of a thing that is here after the work; nothing is late until the day of K-23 is over."""
    what = f"「{item.caption()}」{how_much(item)}"
    if asked.must_be_over or asked.end_limit is None:
        return row(item, f"{what}が残っています{_lost(item)}。", "broken")
    words = f"{what}が残っています。{format_short(asked.end_limit)}までに終わらせてください。"
    return next(_before_its_end(asked, item), row(item, words, "due"))


def _before_its_end(asked: Inquiry, item: Item) -> Iterator[Row]:
    """Tell what stands in the way of an end that is still to come."""
    what = f"「{item.caption()}」{how_much(item)}"
    if item.state in MISSING_STATES:
        yield row(item, f"{what}が所在不明で、終わらせることができません。")
    elif item.return_due_on and item.return_due_on < asked.today:
        limit = f"{asked.profile.term('return')}の期限（{format_short(item.return_due_on)}）"
        yield row(item, f"{what}の{limit}を過ぎています。")


def eq_unneeded(asked: Inquiry) -> Iterator[Row]:
    """Find unneeded things that still lie there after the days the text's profile allows."""
    limit, today = asked.profile.params.unneeded.limit_days, asked.today
    for item in asked.items.values():
        if item.unneeded_on and item.state not in CONTENT_GONE_STATES:
            over = (today - item.unneeded_on).days > limit
            yield row(item, f"「{item.caption()}」は不要です。終わらせてください。",
                       "action" if over else "due")  # fmt: skip
    yield from asked.breaches.of_rule("R-25")


def eq_method(asked: Inquiry) -> Iterator[Row]:
    """Find methods that do not fit (R-20).

    Whose word an end follows (R-21) is told under the clauses that name that rule; a text may have none.
    """
    yield from of_rules("R-20")(asked)
    if not any("R-21" in one.rules for one in asked.clauses):
        yield from of_rules("R-21")(asked)


def eq_override(asked: Inquiry) -> Iterator[Row]:
    """List every exception; the list is for reading and proves nothing against the clause."""
    for one in asked.all(RuleOverride):
        if one.id:
            yield row(one, f"{one.rule_id}：{one.reason}", "due")


def eq_asset(asked: Inquiry) -> Iterator[Row]:
    """Find information without purpose, class, or the factors of its secrecy (FK-N3)."""
    by_level = asked.profile.params.encryption.storage == "by_secrecy_level"
    for one in asked.all(InformationAsset):
        gaps = [
            label
            for label, value in (
                ("利用目的", one.purpose),
                ("情報の区分", one.info_class),
                ("識別の容易性", one.identifiability or not by_level),
                ("漏えい等の性質・程度", one.breach_impact or not by_level),
                ("秘匿性の区分", one.secrecy_level or not by_level),
            )
            if not value
        ]
        if gaps:
            yield row(one, f"「{one.name}」に「{'」「'.join(gaps)}」がありません。")
    yield from asked.breaches.of_rule("R-16")


def eq_copyneed(asked: Inquiry) -> Iterator[Row]:
    """List originals that have more than one living copy, for review of the need."""
    copies: dict[str, list[Item]] = {}
    for item in asked.items.values():
        made = item.state not in CONTENT_GONE_STATES and not has_no_origin(item)
        if item.parent_item_id and made:
            copies.setdefault(item.parent_item_id, []).append(item)
    for mine in copies.values():
        if len(mine) > 1:
            yield row(mine[1], f"同じ原本の写しが{len(mine)}件あります。必要か確かめてください。")


def eq_ledger(asked: Inquiry) -> Sequence[Row]:
    """Find things without an origin or apart from their holder, acts without a place, lost numbers."""
    acts = asked.acts(*(Where(name, Op.EMPTY, True) for name in PLACES))
    others = chain(_without_origin(asked), misnumbered(asked), eq_things(asked))
    fields = ("id", "kind", "source_file_id")
    return asked.picked(acts, fields, _nowhere, NOWHERE, others)


def eq_things(asked: Inquiry) -> Iterator[Row]:
    """Find what is told of things whatever a text says of its ledger."""
    yield from eq_inside(asked)
    yield from eq_short(asked)


def _nowhere(asked: Inquiry, id_: str, kind: HandlingKind, source: str) -> bool:
    """Tell whether nothing says where an act was; the act before it may.

    Rows of an old register are not followed: there may be a hundred thousand.
    """
    if kind not in FOLLOWED or source:
        return True
    act = asked.books.find(HandlingEvent, id_)
    return act is None or not any(places_before(act, asked.books))


def _without_origin(asked: Inquiry) -> Iterator[Row]:
    for item in asked.items.values():
        if has_no_origin(item):
            yield row(item, _unfounded(item))


def _unfounded(item: Item) -> str:
    return f"「{item.caption()}」の受領や作成が記録されていません。{WITHOUT_ORIGIN}"


def eq_receipt(asked: Inquiry) -> Iterator[Row]:
    """Find receipts without designation or number, and direct ones without the 預り証 of that day."""
    yield from _of_rule(asked, "R-14")
    yield from eq_receipt_paper(asked)


def eq_transport(asked: Inquiry) -> Iterator[Row]:
    """Find transports that say too little, or that did not arrive."""
    yield from of_rules(*RULED["EQ-TRANSPORT"])(asked)
    yield from eq_arrival(asked)


def eq_hours(asked: Inquiry) -> Iterator[Row]:
    """Ask for hours that can be compared, and find work outside of those."""
    yield from of_the_work(_unread_hours)(asked)
    yield from of_rules(*RULED["EQ-HOURS"])(asked)


def _unread_hours(asked: Inquiry) -> Iterator[Row]:
    if sentence := unread(asked.contract):
        yield row(asked.contract, sentence)


def eq_placeuse(asked: Inquiry) -> Iterator[Row]:
    """Find acts at places that were none of the contract's, and what lies where its use is over."""
    yield from of_rules(*RULED["EQ-PLACEUSE"])(asked)
    yield from places_given_up.eq_left_behind(asked)


RULED: Mapping[str, tuple[str, ...]] = {
    "EQ-STAFF": ("R-02",),
    "EQ-CLEAR": ("R-01",),
    "EQ-PLACE": ("R-03",),
    "EQ-PLACEUSE": ("R-04",),
    "EQ-IDCARD": ("R-42",),
    "EQ-HOURS": ("R-43",),
    "EQ-ITEMLIST": ("R-16",),
    "EQ-STORE": ("R-17",),
    "EQ-COPY": ("R-05", "R-06"),
    "EQ-SEND": ("R-07",),
    "EQ-TAKEOUT": ("R-08",),
    "EQ-ENC": ("R-09",),
    "EQ-TRANSPORT": ("R-11",),
    "EQ-PRIVATE": ("R-18",),
    "EQ-PURPOSE": ("R-15",),
    "EQ-HANDOVER": ("R-12",),
    "EQ-INDIRECT": ("R-13",),
    "EQ-METHOD": ("R-20",),
    "EQ-WITNESS": ("R-22",),
    "EQ-LABOUR": ("R-28",),
    "EQ-ACCESS": ("R-35",),
    "EQ-CLAUSE": ("R-39",),
    "EQ-ASSET": ("R-16",),
    "EQ-UNNEEDED": ("R-25",),
    "EQ-RECEIPT": ("R-14",),
}
"""Which rules a query repeats, wholly or beside what it finds itself."""

QUERIES: tuple[tuple[str, Question], ...] = (
    ("EQ-SUPERVISE", eq_supervise),
    ("EQ-CLEAR", of_rules(*RULED["EQ-CLEAR"])),
    ("EQ-PLEDGE", of_the_work(eq_pledge)),
    (PLANS, of_the_work(eq_trainplan)),
    ("EQ-NOTICE", of_the_work(eq_notice)),
    (places_given_up.QUERY, eq_placeuse),
    ("EQ-IDCARD", of_rules(*RULED["EQ-IDCARD"])),
    ("EQ-HOURS", eq_hours),
    ("EQ-ASSET", eq_asset),
    ("EQ-LEDGER", eq_ledger),
    ("EQ-ITEMLIST", eq_itemlist),
    ("EQ-STORE", of_rules(*RULED["EQ-STORE"])),
    ("EQ-COPY", of_rules(*RULED["EQ-COPY"])),
    ("EQ-COPYNEED", eq_copyneed),
    ("EQ-SEND", of_rules(*RULED["EQ-SEND"])),
    ("EQ-TAKEOUT", of_rules(*RULED["EQ-TAKEOUT"])),
    ("EQ-OPENOUT", eq_openout),
    ("EQ-ENC", of_rules(*RULED["EQ-ENC"])),
    ("EQ-TRANSPORT", eq_transport),
    ("EQ-PRIVATE", of_rules(*RULED["EQ-PRIVATE"])),
    ("EQ-PURPOSE", of_rules(*RULED["EQ-PURPOSE"])),
    ("EQ-RECEIPT", eq_receipt),
    ("EQ-HANDOVER", of_rules(*RULED["EQ-HANDOVER"])),
    ("EQ-INDIRECT", of_rules(*RULED["EQ-INDIRECT"])),
    ("EQ-UNNEEDED", eq_unneeded),
    ("EQ-METHOD", eq_method),
    ("EQ-WITNESS", of_rules(*RULED["EQ-WITNESS"])),
    ("EQ-END", eq_end),
    ("EQ-ENDDOC", eq_enddoc),
    ("EQ-CERT", eq_cert),
    ("EQ-REQ", eq_req),
    ("EQ-FINDING", eq_finding),
    (RULES, of_the_work(eq_gov)),
    (nobody_named.ROLES, of_the_work(nobody_named.nobody(nobody_named.ROLES))),
    ("EQ-ACCESS", of_rules(*RULED["EQ-ACCESS"])),
    ("EQ-CLAUSE", of_rules(*RULED["EQ-CLAUSE"])),
    ("EQ-OVERRIDE", eq_override),
)

LISTINGS = frozenset({"EQ-OVERRIDE", "EQ-COPYNEED"})
"""Queries whose rows are to be read, and prove nothing against the clause."""
