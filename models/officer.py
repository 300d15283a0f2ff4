"""The four things an officer asks first about a contract, answered from the ledger.

Every answer says how it stands in the words of the evidence (果たした, 要対応, 違反 …) and names
the records behind it. What the ledger cannot know is said to be so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.after_erasure import erased_words, erasures_of
from models.calendar_frame import working
from models.codes import (
    CONTENT_GONE_STATES,
    MISSING_STATES,
    TERMINAL_STATES,
    AuthorizationSubject,
    EmploymentType,
    HandlingKind,
)
from models.evidence_dates import ALL_QUERIES
from models.evidence_rows import WORST, Row
from models.given_up import has_no_origin
from models.inquiry import Inquiry
from models.missing_things import eq_missing, how_much
from models.records import Authorization, Contract, Person
from models.still_readable import FAILED
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

STAFF_QUERIES = ("EQ-STAFF", "EQ-CLEAR", "EQ-PLEDGE", "EQ-TRAIN", "EQ-NOTICE")
NO_PAPER = "{0}は、書面によるものではありません。書面を受け、書面化した日を登録してください。"
TAKE_OUT_QUERIES = ("EQ-TAKEOUT", "EQ-OPENOUT")
ALWAYS = frozenset({"EQ-OPENOUT"})  # what did not come back matters whatever a text says
ERASING = (HandlingKind.ERASE, HandlingKind.DISPOSE)
MOST = 1000


@dataclass(frozen=True)
class Answered:
    """One question with its answer.

    Attributes:
        state: a key of `models.evidence.STATES`.
        rows: what has to be put right; empty when nothing has.
        type, id: a record to begin with.
    """

    question: str
    state: str
    sentence: str
    contract_id: str
    rows: tuple[Row, ...] = ()
    type: str = "contract"
    id: str = ""


def officer_questions(ledger: "Ledger", contract: Contract) -> list[Answered]:
    """Answer the four questions for a contract.

    Raises:
        NotPermitted: the role may not look at evidence.
    """
    ledger.require("evidence")
    asked = ledger.inquiries.of(contract.id)
    answers = [question(asked) for question in (_subcontract, _take_out, _erased, _staffed)]
    if words := erased_words(erasures_of(ledger.registers, contract.id)):
        return [_answer(asked, one.question, "erased", words.rstrip("。")) for one in answers]
    return answers


def _subcontract(asked: Inquiry) -> Answered:
    """承諾を得た再委託か: the ledger knows consents and people of others, not the sub-contract."""
    word = asked.profile.term("subcontract_consent")
    question = f"{word}を得た{asked.profile.term('subcontract')}か"
    people = [
        one
        for one in working(asked)
        if (person := asked.books.find(Person, one.person_id)) is not None
        and person.employment_type is EmploymentType.SUBCONTRACTOR_STAFF
    ]
    given = [
        one
        for one in asked.all(Authorization)
        if one.subject is AuthorizationSubject.SUBCONTRACT and one.covers(asked.today)
    ]
    regime = asked.profile.params.subcontract
    demanded, in_writing = bool(regime.basis), regime.decision_in_writing
    unwritten = [one for one in given if in_writing and not one.is_in_writing]
    given = [one for one in given if one not in unwritten]
    if unwritten and not given:
        rows = tuple(Row(one.type, one.id, NO_PAPER.format(one.caption())) for one in unwritten)
        sentence = f"書面によらない承諾{len(unwritten)}件。書面によるものが要ります"
        return _answer(asked, question, "action", sentence, rows)
    if people and demanded and not given:
        rows = tuple(
            Row(
                one.type,
                one.id,
                f"{asked.name(one.person_id)}は再委託先の人です。{word}の記録がありません。",
            )
            for one in people
        )
        return _answer(
            asked, question, "action", f"{word}の記録がない再委託先の人{len(people)}名", rows
        )
    if given:
        state = "done" if demanded else "not_applicable"
        first = given[0]
        sentence = f"有効な{word}{len(given)}件（{first.caption()}）"
        return Answered(question, state, sentence, asked.contract.id, (), first.type, first.id)
    if not demanded:
        return _answer(asked, question, "not_applicable", "この特記事項に再委託の定めはありません")
    sentence = f"{word}も再委託先の人も登録がありません。再委託の有無は、責任者に確かめてください"
    return _answer(asked, question, "unknown", sentence)


def _take_out(asked: Inquiry) -> Answered:
    """持出しの個別許可があるか."""
    word = asked.profile.term("take_out")
    question = f"{word}の個別の許可があるか"
    lost = tuple(eq_missing(asked))
    gone = {one.id for one in lost}
    rows_of_trips = _rows(asked, TAKE_OUT_QUERIES)
    found = tuple(one for one in rows_of_trips if one.id not in gone and one.severity != "due")
    rows = (*lost, *found)
    made = asked.at_most(_acts(asked, HandlingKind.TAKE_OUT), MOST)
    if rows:
        parts = (("許可や持帰りを確かめるもの", found), ("所在不明", lost))
        told = "、".join(f"{what}{len(some)}件" for what, some in parts if some)
        sentence = f"{word}{_count(made)}。{told}"
    elif asked.profile.params.take_out.information == "none":
        sentence = f"{word}{_count(made)}。この特記事項に許可の定めはありません"
    else:
        sentence = f"{word}{_count(made)}。許可のないもの、戻っていないものはありません"
    return _answer(asked, question, _state(rows), sentence, rows)


def _erased(asked: Inquiry) -> Answered:
    """使用後に消去したか: copies and what is no longer needed; after the end, everything."""
    question = f"使用後に{asked.profile.term('erase')}・{asked.profile.term('dispose')}したか"
    rows = tuple(_left_over(asked))
    tried = _acts(asked, *ERASING)
    failed = replace(tried, where=(*tried.where, FAILED))
    done = asked.at_most(tried, MOST) - asked.at_most(failed, MOST)
    ended = f"{asked.profile.term('erase')}・{asked.profile.term('dispose')}{_count(done)}"
    state = _state(rows)
    if rows:
        lost = sum(asked.items[one.id].state in MISSING_STATES for one in rows)
        parts = (("手元に残るもの", len(rows) - lost), ("所在不明", lost))
        told = "".join(f"、{what}{count}件" for what, count in parts if count)
        return _answer(asked, question, state, f"{ended}{told}", rows)
    return _answer(asked, question, state, f"{ended}。残っている写し・不要な情報はありません")


def _left_over(asked: Inquiry) -> Iterator[Row]:
    limit = asked.profile.params.unneeded.limit_days
    for item in asked.items.values():
        if item.state in TERMINAL_STATES or (item.state in CONTENT_GONE_STATES and not asked.ended):
            continue
        if has_no_origin(item):
            continue
        if item.state in MISSING_STATES and (item.unneeded_on or item.parent_item_id):
            what = "写し" if item.parent_item_id else ""
            words = f"{what}「{item.caption()}」{how_much(item)}が所在不明です。"
            yield Row(item.type, item.id, words, "broken" if asked.must_be_over else "action")
            continue
        late = item.unneeded_on is not None and (asked.today - item.unneeded_on).days > limit
        if asked.ended:
            words = f"「{item.caption()}」が業務の終了後も残っています。"
            yield Row(item.type, item.id, words, "broken" if asked.must_be_over else "due")
        elif item.unneeded_on is not None:
            severity = "action" if late else "due"
            yield Row(item.type, item.id, f"「{item.caption()}」は不要となっています。", severity)
        elif item.parent_item_id:
            yield Row(item.type, item.id, f"写し「{item.caption()}」がまだ手元にあります。", "due")


def _staffed(asked: Inquiry) -> Answered:
    """従事者が配置されているか: there are people, cleared as the text demands."""
    question = f"{asked.profile.term('worker')}が配置されているか"
    people = {one.person_id for one in asked.active}
    rows = _rows(asked, STAFF_QUERIES)
    if not people and not asked.ended:
        contract = asked.contract
        rows = (Row(contract.type, contract.id, "今日従事している人がいません。"), *rows)
    sentence = f"従事中{len(people)}名"
    sentence += (
        f"、届出・誓約・研修等を確かめる人や記録{len(rows)}件" if rows else "。漏れはありません"
    )
    return _answer(asked, question, _state(rows), sentence, rows)


def _rows(asked: Inquiry, names: tuple[str, ...]) -> tuple[Row, ...]:
    """Return what the queries of the contract's own text find."""
    wanted = {one for clause in asked.clauses for one in clause.evidence}
    return tuple(
        row
        for name, query in ALL_QUERIES
        if name in names and (name in wanted or name in ALWAYS)
        for row in asked.answer(name, query).rows
    )


def _acts(asked: Inquiry, *kinds: HandlingKind) -> Query:
    return asked.acts(Where("kind", Op.IN, kinds))


def _state(rows: tuple[Row, ...]) -> str:
    return max((row.severity for row in rows), key=WORST.index, default="done")


def _count(number: int) -> str:
    return f"{number:,}件" + ("以上" if number == MOST else "")


def _answer(
    asked: Inquiry, question: str, state: str, sentence: str, rows: tuple[Row, ...] = ()
) -> Answered:
    worst = max(rows, key=lambda row: WORST.index(row.severity), default=None)
    type_, id_ = (worst.type, worst.id) if worst else ("contract", asked.contract.id)
    return Answered(question, state, sentence, asked.contract.id, rows, type_, id_)
