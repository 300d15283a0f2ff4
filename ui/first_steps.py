"""What comes before the first receipt, step by step; runs beside the window, so nothing here knows Qt.

Whoever receives before somebody is designated, has signed and was taught, or before the client said how
things are handed over, breaks the text on the first day (R-01, R-02, R-03, R-14). The steps ask what the
calendar and the evidence ask, so that all always say the same; the last of them asks the rules what they
would say of the receipt itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product

from models.calendar_designated import PEOPLE, PLACES, Designated
from models.calendar_frame import TO_LINK, Due, waits_for_link, working
from models.calendar_paper import CONSENT_TO_ENTER, k01_papers_at_the_start, k04_place_notice
from models.calendar_people import (
    k02_staff_notice,
    k07_pledge,
    k08_first_training,
    k33_labour_terms,
)
from models.codes import (
    AssignmentRole,
    AuthorizationSubject,
    ContractStatus,
    HandlingKind,
    Means,
    PlaceStatus,
    RuleMode,
    Timing,
)
from models.deadlines import demanded
from models.designations_undone import idle
from models.governed import PLANS, RULES, eq_gov, lacking_plan
from models.inquiry import Inquiry
from models.ledger import Ledger
from models.nobody_named import offices, vacant, words_for
from models.records import (
    Assignment,
    Authorization,
    Contract,
    ContractPlace,
    GovernanceDocument,
    HandlingEvent,
    InformationAsset,
    Item,
    Organization,
    Person,
    Pledge,
    Record,
    Submission,
    TrainingPlan,
    TrainingSession,
)
from models.rules.engine import Finding, examine
from models.rules.places import CONSENTED, lacks_consent, place_counts, unlinked_consent
from models.rules.told_late import link_of, unlinked_notice
from models.store import Op, Query, Where
from models.wareki import JAPAN, format_short
from ui.handling.words import kind_word
from ui.words import named_in, register_word

PLAN = "D-05"
HANDED_OVER = "R-14"
OF_PLACES = ("R-03", "R-04", "R-17")
SHOWN = 5  # of what is lacking, named one by one
OVER = (ContractStatus.CLOSED, ContractStatus.TERMINATED, ContractStatus.WINDING_UP)


@dataclass(frozen=True)
class Step:
    """One thing to do.

    Attributes:
        type: the record type whose page leads on; that of acts is the receipt itself.
        open: what the button that leads there says.
    """

    words: str
    done: bool
    type: str
    open: str


@dataclass(frozen=True)
class Beginning:
    """What is to be done for a contract under which nothing was received yet."""

    contract: str
    steps: tuple[Step, ...]

    @property
    def next(self) -> Step:
        """The first step that is not done; the receipt is the last one."""
        return next(one for one in self.steps if not one.done)


def read_beginning(ledger: Ledger, contract_id: str) -> Beginning | None:
    """Return the steps of a contract, of the first one for all ("") while none of them has begun."""
    found = [stored.record for stored in ledger.contracts()]
    mine = [one for one in found if contract_id in ("", one.id) and one.status not in OVER]
    if not mine or any(_has_begun(ledger, one) for one in mine):
        return None
    asked = ledger.inquiries.of(mine[0].id)
    return Beginning(mine[0].caption(), tuple(_steps(asked)))


def _has_begun(ledger: Ledger, contract: Contract) -> bool:
    mine = (Where("contract_id", Op.EQ, contract.id),)
    return any(ledger.store.numbers(Query(cls.type, mine), 1) for cls in (Item, HandlingEvent))


def _steps(asked: Inquiry) -> Iterator[Step]:
    first = list(_before(asked))
    yield from first
    if all(one.done for one in first):
        yield from _left(asked)
    yield _receipt(asked)


def _before(asked: Inquiry) -> Iterator[Step]:
    yield _designation(asked)
    yield from _pledges(asked)
    yield from _training_plan(asked)
    yield from _training(asked)
    yield from _labour_terms(asked)
    yield from _staff_notice(asked)
    yield from _started(asked)
    yield from _places(asked)
    yield from _papers(asked)
    yield from _rules(asked)
    yield from _handover(asked)
    yield _asset(asked)


def _receipt(asked: Inquiry) -> Step:
    receive = kind_word(HandlingKind.RECEIVE, asked.profile)
    return Step(
        f"媒体・資料が届いたら、F2で{receive}を記録する", False, HandlingEvent.type,
        f"{receive}を記録する（F2）",
    )  # fmt: skip


# --- people ------------------------------------------------------------------------------------


def _designation(asked: Inquiry) -> Step:
    people, mine = working(asked), register_word(Assignment, asked.profile)
    words = f"取り扱う人を「{register_word(Person, asked.profile)}」と「{mine}」に登録する"
    officers = map(AssignmentRole.read, asked.profile.params.handover.officer_roles)
    wanted = dict.fromkeys([role for one in offices(asked) for role in one.roles] + [*officers])
    begins, lacking = _first_day(asked), words_for(asked, vacant(asked, wanted))
    if not people:
        others = "" if lacking.endswith("等") else "など"
        roles = f"役割は{lacking}{others}。" if lacking else ""
        words += f"（{roles}従事を始める前は、状態を「予定」にします）"
    elif lacking:
        words += f"（まだいない役割：{lacking}）"
    elif begins is not None and begins > asked.today:
        words += f"（従事の開始は{format_short(begins)}から）"
    return _opening(words, bool(people) and not lacking, Assignment.type, mine)


def _started(asked: Inquiry) -> Iterator[Step]:
    """Yield that a designation is to be said to have begun, where no notice does that."""
    begins, mine = _first_day(asked), register_word(Assignment, asked.profile)
    if begins is None or begins > asked.today or asked.active or any(k02_staff_notice(asked)):
        return
    if any(_to_link(asked, PEOPLE, ())):
        return
    words = f"従事を始める人の「{mine}」の状態を「従事中」に訂正する"
    yield _opening(words, False, Assignment.type, mine)


def _first_day(asked: Inquiry) -> date | None:
    return min((one.starts_on for one in working(asked) if one.starts_on), default=None)


def _pledges(asked: Inquiry) -> Iterator[Step]:
    if not asked.profile.params.pledge.required:
        return
    mine, due = register_word(Pledge, asked.profile), list(k07_pledge(asked))
    handing_in = asked.profile.params.pledge.submission == "always"
    words = (
        f"{mine}に署名を受けて登録し、提出する" if handing_in else f"{mine}に署名を受けて登録する"
    )
    yield _for_each(asked, words, due, Pledge.type, mine)


def _training_plan(asked: Inquiry) -> Iterator[Step]:
    """Yield the plan by which people are taught, and of which the client gets the paper (CB-3.2)."""
    mine = register_word(TrainingPlan, asked.profile)
    if asked.applied(asked.asking(PLANS)):
        lacking = lacking_plan(asked) is not None
        words = f"「{mine}」に、今日と業務の期間を含む計画を登録する（研修の記録では、その計画を選びます）"
        yield _opening(words, not lacking, TrainingPlan.type, mine)
    elif demanded(asked, PLAN):
        words = f"「{mine}」に、「{asked.profile.document_title(PLAN)}」に載せる計画を登録する"
        yield _opening(words, bool(asked.all(TrainingPlan)), TrainingPlan.type, mine)


def _training(asked: Inquiry) -> Iterator[Step]:
    regime = asked.profile.params.training
    if not (regime.topics or regime.awareness_topics):
        return
    mine, due = register_word(TrainingSession, asked.profile), list(k08_first_training(asked))
    words = f"「{mine}」を行い、受けた人とともに登録する"
    if due:
        words += f"：{'、'.join(dict.fromkeys(one.what for one in due))}"
    yield _for_each(asked, words, due, TrainingSession.type, mine)


def _labour_terms(asked: Inquiry) -> Iterator[Step]:
    if due := list(k33_labour_terms(asked)):
        mine = register_word(Assignment, asked.profile)
        words = f"労働契約書等に守るべき事項の明記があるかを確かめ、「{mine}」に確認日を登録する"
        yield _for_each(asked, words, due, Assignment.type, mine)


def _staff_notice(asked: Inquiry) -> Iterator[Step]:
    title, due = asked.profile.document_title("D-03"), list(k02_staff_notice(asked))
    if due or asked.profile.params.staff_notice.regime in ("notify", "report"):
        words = f"「{title}」を作成し、従事を始める日までに提出して、「提出を記録」する"
        untold = [one for one in due if waits_for_link(asked, one) is None]
        yield _for_each(asked, words, untold, Submission.type, "書類")
    yield from _linking(asked, PEOPLE, due, "人")


def _linking(asked: Inquiry, kind: Designated, due: list[Due], unit: str) -> Iterator[Step]:
    """Yield that a notice which came too late is linked by hand to whom or what it told of."""
    if not (waiting := list(_to_link(asked, kind, due))):
        return
    mine, field = register_word(kind.cls, asked.profile), link_of(kind.cls())
    papers = dict.fromkeys(f"「{paper.title}」（{paper.doc_no}）" for paper, _ in waiting)
    words = f"提出した{'、'.join(papers)}を、「{mine}」の「{field}」に結び付ける"
    if any(idle for _, idle in waiting):
        words += f"（状態も「{kind.at_work.label}」に訂正する）"
    yield _opening(f"{words}（あと{len(waiting)}{unit}）", False, kind.cls.type, mine)


def _to_link(
    asked: Inquiry, kind: Designated, due: Iterable[Due]
) -> Iterator[tuple[Submission, bool]]:
    """Yield the notices that are to be linked, each with whether what it told of does not count yet."""
    for one in due:
        if (paper := waits_for_link(asked, one)) is not None:
            yield paper, False
    for _, found in idle(asked, kind.cls):
        designation = asked.books.find(kind.cls, found.id)
        if designation and (paper := unlinked_notice(asked.case(designation), designation)):
            yield paper, True


def _for_each(asked: Inquiry, words: str, due: list[Due], type_: str, page: str) -> Step:
    """Return a step that is done when nobody lacks it any more, and somebody is there."""
    people = len({one.person_id for one in due})
    words += f"（あと{people}人）" if people else ""
    return _opening(words, bool(working(asked)) and not due, type_, page)


# --- places, papers, information ---------------------------------------------------------------


def _places(asked: Inquiry) -> Iterator[Step]:
    mine = register_word(ContractPlace, asked.profile)
    used = [one for one in asked.all(ContractPlace) if one.status is not PlaceStatus.ENDED]
    lacking = list(k04_place_notice(asked))
    begun = [one for one in used if one.use_from is not None and one.use_from <= asked.today]
    counted = any(place_counts(asked.case(one), one) for one in begun)
    links = list(_linking(asked, PLACES, lacking, "か所"))
    waits = bool(begun) and not lacking and not counted and not links
    words = f"作業する場所と保管する場所を登録し、「{mine}」で、この契約で使う場所に指定する"
    if waits:
        words = f"使い始めた場所の「{mine}」の状態を「使用中」に訂正する"
    yield _opening(words, bool(used) and not waits, ContractPlace.type, mine)
    if lacking or not asked.profile.params.place_notice.onsite_by_default:
        yield from _cleared(asked, bool(used), lacking)
    yield from links


def _cleared(asked: Inquiry, used: bool, due: list[Due]) -> Iterator[Step]:
    """Yield what makes a place one of the contract's.

    Args:
        due: what the calendar asks for, once for each place.
    """
    regime = asked.profile.params.place_notice.regime
    mine = register_word(ContractPlace, asked.profile)
    title, party = asked.profile.document_title("D-04"), asked.profile.term("client_party")
    if regime in ("notify", "notify_and_consent"):
        words = f"「{title}」を作成し、使い始める日までに提出して、「提出を記録」する"
        untold = [one for one in due if not one.what.endswith((CONSENT_TO_ENTER, TO_LINK))]
        yield _of_places(words, used, len(untold), Submission.type, "書類")
    if regime in CONSENTED:
        rooms = [one for d in due if (one := asked.books.find(ContractPlace, d.id)) is not None]
        wanted = [one for one in rooms if lacks_consent(asked.case(one), one)]
        given = [paper for one in wanted if (paper := unlinked_consent(asked.case(one), one))]
        words = f"場所の使用に{party}の承諾を得て登録し、「{mine}」に結び付ける"
        yield _of_places(words, used, len(wanted) - len(given), Authorization.type, "承諾・指示")
        if given:
            consents = "、".join(dict.fromkeys(f"「{one.caption()}」" for one in given))
            field = ContractPlace.fields()["authorization_id"].label
            words = f"登録した承諾{consents}を、「{mine}」の「{field}」に結び付ける"
            yield _of_places(words, used, len(given), ContractPlace.type, mine)


def _of_places(words: str, used: bool, lacking: int, type_: str, page: str) -> Step:
    words += f"（あと{lacking}か所）" if lacking else ""
    return _opening(words, used and not lacking, type_, page)


def _papers(asked: Inquiry) -> Iterator[Step]:
    if due := list(k01_papers_at_the_start(asked)):
        what = due[0].what + (f"など{len(due)}件" if len(due) > 1 else "")
        words = f"業務に着手する前に求められているもの（{what}）を済ませる"
        asks = due[0].type == Organization.type  # whether a paper is owed at all
        yield _opening(
            words, False, Organization.type if asks else Submission.type,
            register_word(Organization, asked.profile) if asks else "書類",
        )  # fmt: skip


def _rules(asked: Inquiry) -> Iterator[Step]:
    """Yield the rules, structure and plans that the text wants to be there."""
    if not asked.asks(RULES):
        return
    mine = register_word(GovernanceDocument, asked.profile)
    rows = [one for one in eq_gov(asked) if not one.clauses or asked.applied(one.clauses)]
    what = list(dict.fromkeys(named_in(one.sentence)[0] for one in rows))
    shown = "、".join(what[:SHOWN]) + (f"など{len(what)}件" if len(what) > SHOWN else "")
    words = f"求められている規程・体制・計画を「{mine}」に登録する" + (
        f"（{shown}）" if what else ""
    )
    yield _opening(words, not what, GovernanceDocument.type, mine)


def _asset(asked: Inquiry) -> Step:
    mine = register_word(InformationAsset, asked.profile)
    words = f"預かる情報を「{mine}」に登録する"
    done = bool(asked.all(InformationAsset))
    return _opening(words, done, InformationAsset.type, mine)


def _opening(words: str, done: bool, type_: str, page: str) -> Step:
    return Step(words, done, type_, f"「{page}」を開く")


# --- the receipt itself --------------------------------------------------------------------------


def _handover(asked: Inquiry) -> Iterator[Step]:
    """Yield that the client says how things are handed over, where the text asks for that (R-14)."""
    if not asked.profile.params.handover.designation:
        return
    mine = register_word(Authorization, asked.profile)
    given = not any(one.rule_id == HANDED_OVER for one in _objections(asked, "", ""))
    words = (
        f"{asked.profile.term('handover')}の手段・日時・場所について{asked.profile.term('client_party')}の"
        f"指定を受け、「{mine}」に登録する（対象は「{AuthorizationSubject.HANDOVER_DESIGNATION.label}」）"
    )
    yield _opening(words, given, Authorization.type, mine)


def _left(asked: Inquiry) -> Iterator[Step]:
    """Yield what the rules would still say of a receipt today, whoever of the work receives, wherever."""
    begins = _first_day(asked)
    if begins is not None and begins > asked.today:
        return
    people = dict.fromkeys(one.person_id for one in working(asked))
    places = dict.fromkeys(one.place_id for one in asked.all(ContractPlace))
    least: list[Finding] = []
    for who, where in product(people, places):
        said = _objections(asked, who, where)
        if not said:
            return
        least = min((least or said, said), key=len)
    if least:
        receive = kind_word(HandlingKind.RECEIVE, asked.profile)
        words = f"いま{receive}を記録すると、規則に反する：{least[0].message}"
        cls: type[Record] = ContractPlace if least[0].rule_id in OF_PLACES else Assignment
        yield _opening(words, False, cls.type, register_word(cls, asked.profile))


def _objections(asked: Inquiry, person_id: str, place_id: str) -> list[Finding]:
    """Return what asks for a reason, or refuses, when something is received on the first day."""
    day = max(filter(None, (asked.today, asked.contract.work_start_on, _first_day(asked))))
    event = HandlingEvent(
        contract_id=asked.contract.id, kind=HandlingKind.RECEIVE, means=Means.DIRECT,
        timing=Timing.ACTUAL, occurred_at=datetime.combine(day, time(12), JAPAN),
        actor_person_id=person_id, place_to_id=place_id,
    )  # fmt: skip
    return [one for one in examine(asked.case(event)) if one.mode != RuleMode.NOTICE]
