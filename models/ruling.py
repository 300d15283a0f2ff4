"""Ruling: the ledger asks the rules before it writes, and writes the exceptions beside the facts.

A plan that would be a breach is refused. A fact is kept as 逸脱 with its reason, a second person
and a finding to be put right, in the same command. A judgement of the office wants a reason. What
the text is silent about is only told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from models import asked_once, beside_text, last_days
from models.breaches import CHANGED
from models.chain import Intent
from models.codes import AssignmentStatus, ContractStatus, RuleMode
from models.commands import revising
from models.errors import NeedsAnswer, RuleRefused
from models.paper import Request
from models.profiles import Profile
from models.records import Assignment, Contract, HandlingEvent, Item, Person, Record
from models.records.governance import REASON_LENGTH
from models.ruled_beside import Beside
from models.rules.answers import NO_ANSWERS, Answers
from models.rules.books import Books
from models.rules.case import Case
from models.rules.checking import RULE as CHECK
from models.rules.checking import CheckAsked, bare, signed
from models.rules.engine import Finding, examine
from models.rules.standing import counts
from models.seconding import Asked, SecondPerson

if TYPE_CHECKING:
    from models.ledger import Ledger

ASK_CHECKER = "確認者が、宛先・数量・管理番号を入力して、本人のパスワードで確認してください。"
ONE_BY_ONE = "一覧の取込みでは登録できません。「条項と証拠」の「条項の適用」で登録してください。"


@dataclass(frozen=True)
class Ruling:
    """What the rules make of a command: events as they are entered, records beside, notices."""

    events: tuple[HandlingEvent, ...] = ()
    beside: tuple[Record, ...] = ()
    notices: tuple[str, ...] = ()


class Rules(SecondPerson):
    """Verbs that ask the rules; those of the second person stand in `models.seconding`.

    Args:
        on: False while an office works without rules; nothing is asked then.
    """

    def __init__(self, ledger: "Ledger", *, on: bool) -> None:
        self._ledger = ledger
        self.on = on
        self.books = Books(ledger.store)
        ledger.on_change(lambda change: self.books.forget(change.types))

    # --- asking ----------------------------------------------------------------------------------
    def about_event(self, event: HandlingEvent, new_items: Sequence[Item] = ()) -> list[Finding]:
        """Return what the rules say to an event, complete or not; nothing is written."""
        if event.kind is None or not event.contract_id:
            return []
        return [
            f for case in self._event_cases([event], new_items, ()) for f in self._said_to(case)
        ]

    def about_record(
        self, record: Record, before: Record | None = None, beside: Sequence[Record] = ()
    ) -> list[Finding]:
        """Return what the rules say to a record of a register, and what falls; nothing is written.

        Args:
            beside: records as they would be, too.
        """
        found = self._about(record, before, self.books.beside([record, *beside]))
        return [*found, *beside_text.foretold(self._ledger, record, before)]

    # --- ruling ----------------------------------------------------------------------------------
    def on_events(
        self,
        events: Sequence[HandlingEvent],
        new_items: Sequence[Item],
        others: Sequence[Record],
        answers: Answers | None,
        *,
        historic: bool = False,
    ) -> Ruling:
        """Judge events that are about to be entered.

        Raises:
            NeedsAnswer: a reason or a second person is missing.
            RuleRefused: a plan that would be a breach, or what can never be.
        """
        events = [bare(event) for event in events]
        if not self.on:
            return Ruling(tuple(events))
        cases = self._event_cases(events, new_items, others)
        check = None if historic else self.check_of(cases, answers or NO_ANSWERS)
        if check is not None and answers is not None and answers.check:
            self.prove(check.question, answers.check, Answers({CHECK: answers.check.facts}))
            events = [signed(event, answers.check) for event in events]
            cases = self._event_cases(events, new_items, others)
        found = [(case, self._said_to(case)) for case in cases]
        if historic:
            return self._historic(events, found, answers)
        answers = self._with_typed_reasons(found, answers)
        pairs = [(case.event, findings) for case, findings in found if case.event]
        actors = {event.actor_person_id for event, _ in pairs}
        self._require_answers(pairs, answers, actors, check=check)
        judged, beside = [], []
        for event, findings in pairs:
            marked, records = self._enter(event, event.contract_id, findings, answers)
            judged.append(marked)
            beside += records
        return Ruling(tuple(judged), tuple(beside), _notices(_flat(pairs)))

    def on_records(
        self,
        records: Sequence[Record],
        answers: Answers | None,
        *,
        before: Mapping[str, Record] | None = None,
        historic: bool = False,
    ) -> Ruling:
        """Judge records of registers that are about to be entered or revised.

        Raises:
            NeedsAnswer, RuleRefused
        """
        if not self.on:
            return Ruling()
        before = before or {}
        books = self.books.beside(records)
        found = [(one, self._about(one, before.get(one.id), books)) for one in records]
        if historic:
            self._require_possible(_flat(found))
            self._require_unchanged(_flat(found))
            beside = self._beside.summary(_flat(found), records, answers or NO_ANSWERS)
            return Ruling(beside=tuple(beside))
        answers = answers or NO_ANSWERS
        self._require_answers(found, answers, set())
        beside = []
        for record, findings in found:
            own = record.id if isinstance(record, Contract) else record.contract()
            for contract_id in dict.fromkeys(f.contract_id or own for f in findings):
                mine = [f for f in findings if (f.contract_id or own) == contract_id]
                beside += self._beside.exceptions(record, contract_id, mine, answers)
        return Ruling(beside=tuple(beside), notices=_notices(_flat(found)))

    def on_paper(self, request: Request) -> None:
        """Judge a paper before it is sealed (R-23).

        Raises:
            RuleRefused
        """
        if not self.on:
            return
        contract = self.books.find(Contract, request.contract_id)
        assert contract is not None
        self._require_possible(examine(self._case(request, contract, self.books)))

    def on_confirming(self, events: Sequence[HandlingEvent], answers: Answers | None) -> Ruling:
        """Judge a confirmation: nobody confirms what he did himself (R-36)."""
        if not self.on:
            return Ruling(tuple(events))
        answers, beside = answers or NO_ANSWERS, []
        found = []
        for event in events:
            case = self._case(event, self._contract_of(event), self.books)
            case.confirming = True
            findings = [f for f in examine(case) if f.rule_id == "R-36"]
            found.append((event, findings))
        self._require_answers(found, answers, set(), may_wait=False)
        for event, findings in found:
            beside += self._beside.exceptions(event, event.contract_id, findings, answers)
        return Ruling(tuple(events), tuple(beside), _notices(_flat(found)))

    def consequences(self, record: Record, before: Record | None = None) -> list[Intent]:
        """Return what must fall with an ended assignment or a last day: rights and cards (R-35)."""
        if isinstance(record, Person) and self.on:
            return list(last_days.falling(self._ledger, record, before))
        if not self.on or not isinstance(record, Assignment):
            return []
        if record.status is not AssignmentStatus.ENDED:
            return []
        now, reason = self._ledger.now(), "従事者等の指定の終了による抹消"
        profile = self._ledger.profile(record.contract_id)
        intents = [
            revising(replace(right, revoked_at=now, revoke_reason=reason), reason)
            for right in self.books.rights(record.contract_id)
            if right.assignment_id == record.id and right.revoked_at is None
        ]
        others = [
            one
            for one in self.books.assignments(record.contract_id, record.person_id)
            if one.id != record.id and counts(one, self.books, profile)
        ]
        cards = self.books.credentials(record.person_id) if not others else ()
        return intents + [
            revising(last_days.invalid(card, now), reason)
            for card in cards
            if card.contract_id == record.contract_id
            and card.invalidated_at is None
            and card.returned_on is None
        ]

    def case_of(self, record: Record, books: Books | None = None) -> Case:
        """Return a record of a contract as the rules would be asked about it, whoever asks.

        Args:
            books: with what is entered beside it; the ledger as it is if left out.
        """
        case = self._case(record, self._contract_of(record), books or self.books)
        case.asker = ""
        return case

    # --- cases -----------------------------------------------------------------------------------
    def _event_cases(
        self,
        events: Sequence[HandlingEvent],
        new_items: Sequence[Item],
        others: Sequence[Record],
    ) -> list[Case]:
        books = self.books.beside([*others, *new_items], events)
        items = {item.id: item for item in new_items}
        wanted = {line.item_id for event in events for line in event.lines}
        wanted |= {row.item_id for event in events for row in event.sanitization}
        items |= self.books.items(wanted - items.keys() - {""})
        cases = []
        now = self._ledger.now()
        for event in events:
            contract = books.find(Contract, event.contract_id)
            if contract is not None:
                case = self._case(event, contract, books, now)
                case.items = items
                cases.append(case)
        return cases

    def _case(
        self,
        record: Record | Request,
        contract: Contract,
        books: Books,
        now: datetime | None = None,
    ) -> Case:
        return Case(
            record=record,
            contract=contract,
            profile=self._profile(contract),
            books=books,
            now=now or self._ledger.now(),
            asker=self._asker,
        )

    def _profile(self, contract: Contract) -> Profile:
        return self._ledger.registers.need_profile(contract.profile_code)

    def _contract_of(self, record: Record) -> Contract:
        return self._ledger.registers.need(Contract, record.contract()).record

    def _said_to(self, case: Case) -> list[Finding]:
        return [*examine(case), *beside_text.said_to_act(self._ledger, case)]

    def _about(self, record: Record, before: Record | None, books: Books) -> list[Finding]:
        """Judge a record under its contract; what serves several contracts, under all of them."""
        if isinstance(record, Contract):
            contracts: Iterable[Contract] = [record]
        elif record.contract():
            one = books.find(Contract, record.contract())
            contracts = [one] if one else []
        else:
            contracts = [
                one for one in books.contracts() if one.status is not ContractStatus.CLOSED
            ]
        strictest: dict[tuple[str, str], Finding] = {}
        for contract in contracts:
            case = self._case(record, contract, books)
            case.before = before
            for finding in examine(case):
                key = (finding.rule_id, finding.message)
                known = strictest.get(key)
                if known is None or finding.strength > known.strength:
                    strictest[key] = finding
        found = asked_once.in_one(self._ledger, record, before, list(strictest.values()))
        said = list(beside_text.said_to_record(self._ledger, record, before, books))
        return beside_text.in_place_of_text(found, said)

    # --- answers ---------------------------------------------------------------------------------
    def _with_typed_reasons(
        self, found: Sequence[tuple[Case, list[Finding]]], answers: Answers | None
    ) -> Answers:
        """Take the reason that was typed into the event itself as the reason for its breach."""
        answers = answers or NO_ANSWERS
        reasons = dict(answers.reasons)
        for case, findings in found:
            typed = case.event.deviation_reason if case.event and case.event.deviation else ""
            for finding in findings:
                if typed and finding.needs_approval:
                    reasons.setdefault(finding.rule_id, typed)
        return replace(answers, reasons=reasons)

    def _require_possible(self, findings: Iterable[Finding]) -> None:
        refused = [f for f in findings if f.refuses]
        if refused:
            raise RuleRefused(reason=_listed(refused), findings=tuple(refused))

    def _require_unchanged(self, findings: Iterable[Finding]) -> None:
        """Refuse to take over from a list what softens the contract: somebody else confirms that."""
        changes = [f for f in findings if f.rule_id == CHANGED and f.needs_approval]
        if changes:
            words = f"{_listed(changes)}\n{ONE_BY_ONE}"
            raise RuleRefused(reason=words, findings=tuple(changes))

    def _require_answers(
        self,
        found: Sequence[tuple[Record, list[Finding]]],
        answers: Answers,
        actors: set[str],
        *,
        may_wait: bool = True,
        check: CheckAsked | None = None,
    ) -> None:
        """Ask for what is missing.

        Args:
            may_wait: a fact is entered at once even if nobody is there to agree; a confirmation
                is an act of the program and can wait for that person.
            check: what a checker would sign.
        """
        findings = _flat(found)
        self._require_possible(findings)
        if answers.check or not (answers.wants_check or any(_demands(f) for f in findings)):
            check = None
        silent = [
            f for f in findings if f.needs_reason and len(answers.reason(f.rule_id)) < REASON_LENGTH
        ]
        breaches = [f for f in findings if f.needs_approval]
        people = self.seconds(actors) if breaches else set()
        broken = [record for record, mine in found if any(f.needs_approval for f in mine)]
        question = self.question(broken, [f.rule_id for f in breaches], people) if people else None
        waits = answers.later and may_wait
        second = question is not None and not answers.approval and not waits
        unsigned = check is not None and answers.wants_check
        if silent or second or unsigned:
            words = f"理由を{REASON_LENGTH}文字以上で入力してください。" if silent else ""
            words += "ほかの方の確認を受けてください。" if second else ""
            words += ASK_CHECKER if check is not None else ""
            asked = tuple(dict.fromkeys([*silent, *breaches]))
            typed = {f.rule_id: answers.reason(f.rule_id) for f in asked}
            typed = {rule: reason for rule, reason in typed.items() if reason}
            raise NeedsAnswer(
                message=f"{_listed(silent or breaches)}\n{words}".strip(),
                findings=asked,
                needs_approval=second,
                asked=Asked(asked, question, may_wait, typed, check),
            )
        if question is not None and answers.approval:
            self.prove(question, answers.approval, answers)

    # --- what is entered beside ------------------------------------------------------------------
    @property
    def _beside(self) -> Beside:
        return Beside(self._ledger, self._asker)

    def _enter(
        self, event: HandlingEvent, contract_id: str, findings: list[Finding], answers: Answers
    ) -> tuple[HandlingEvent, list[Record]]:
        """Mark a breach on the event and return what is entered beside it."""
        breaches = [f for f in findings if f.needs_approval]
        if breaches:
            reasons = dict.fromkeys(answers.reason(f.rule_id) for f in breaches)
            event = replace(event, deviation=True, deviation_reason="／".join(reasons)[:1000])
        return event, self._beside.exceptions(event, contract_id, findings, answers)

    # --- history ---------------------------------------------------------------------------------
    def _historic(
        self,
        events: Sequence[HandlingEvent],
        found: Sequence[tuple[Case, list[Finding]]],
        answers: Answers | None,
    ) -> Ruling:
        """Take over old facts: one exception sums up what the rules would have asked.

        No event is called a breach: what proved that it was none may lie outside this ledger.
        """
        flat = [finding for _, findings in found for finding in findings]
        self._require_possible(flat)
        summary = self._beside.summary(flat, events, answers or NO_ANSWERS)
        return Ruling(tuple(events), tuple(summary))


def _flat(found: Iterable[tuple[Record, list[Finding]]]) -> list[Finding]:
    return [finding for _, findings in found for finding in findings]


def _demands(finding: Finding) -> bool:
    return finding.needs_checker and finding.needs_reason


def _listed(findings: Iterable[Finding]) -> str:
    return "\n".join(dict.fromkeys(f"・{finding.text}" for finding in findings))


def _notices(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.text for f in findings if f.mode == RuleMode.NOTICE))
