"""Seconding: the other person who agrees to a breach, at once at the same desk or later (R-36).

At once, the second person signs in beside the first, and the own key signs what is entered
(models/rules/proof.py). Later, that person opens the ledger and agrees to what waits; the
signature of that command is the proof then.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from models import namesakes, permissions
from models.chain import Head, Intent, read_content
from models.codes import AccountStatus, Role
from models.commands import Change, revising
from models.errors import (
    Conflict,
    FactsDiffer,
    NeedsAnswer,
    NotPermitted,
    Refused,
    VerificationFailed,
)
from models.issued import GIVEN, RULE, Issues, Standing
from models.records import HandlingEvent, Record, RuleOverride, Stored, UserAccount
from models.records.governance import REASON_LENGTH
from models.rules.answers import Answers, Approval, Check, SignIn
from models.rules.books import Books
from models.rules.case import Case
from models.rules.checking import RULE as CHECK
from models.rules.checking import (
    CheckAsked,
    CheckIn,
    check_entered,
    facts_of,
    is_signed,
    leaving,
    question_about,
    signed_subject,
)
from models.rules.engine import Finding
from models.rules.proof import Question, read_proof, subject_of, write_proof

if TYPE_CHECKING:
    from models.ledger import Ledger

SECOND = frozenset({Role.WORKER, Role.SUPERVISOR})
"""Who may be the second person (obligations.md 8.4.1)."""
FOR_THE_RESPONSIBLE = "この例外は、責任者が確認します。"
OWN = (
    "自分が求めた例外や、自分の取扱いの例外は、自分では認められません。ほかの方に依頼してください。"
)
NO_CHECKER = (
    "本人確認ができる確認者がいません。取扱者でも記録する人でもない、"
    "従事者か責任者の利用者が要ります。"
)
NOTHING_LEAVES = "確認者の本人確認は、送信・外部送付・消去・廃棄の実績を記録するときに行います。"


@dataclass(frozen=True)
class Asked:
    """What a `NeedsAnswer` asks for.

    Args:
        findings: what needs a reason, and every breach.
        question: what a second person would agree to; None when there is no breach, or nobody.
        may_wait: that person may also agree later.
        typed: reasons that stand in the record already, by rule.
        check: what a checker would sign; None when nothing leaves, or nobody could check.
    """

    findings: tuple[Finding, ...]
    question: Question | None
    may_wait: bool
    typed: Mapping[str, str]
    check: CheckAsked | None = None

    @property
    def alone(self) -> bool:
        """Tell whether a breach waits because nobody else could agree (a site of one)."""
        return self.question is None and any(f.needs_approval for f in self.findings)

    def without_check(self) -> "Asked":
        """Return what is left to ask when the checker signs."""
        if self.check is None:
            return self
        left = tuple(f for f in self.findings if not f.needs_checker)
        breach = any(f.needs_approval for f in left)
        return replace(self, findings=left, question=self.question if breach else None)


def asked_of(error: NeedsAnswer) -> Asked:
    """Return what an error of the rules asks for."""
    asked = error.facts["asked"]
    assert isinstance(asked, Asked)
    return asked


class SecondPerson:
    """What the rules know about the second person; `Rules` adds the rest."""

    books: Books
    _ledger: "Ledger"
    _issues: tuple[Head, Issues] | None = None

    @cached_property
    def _asker(self) -> str:
        return self._ledger.user.person_id

    # --- who -------------------------------------------------------------------------------------
    def seconds(
        self,
        actors: set[str],
        asker: str = "",
        *,
        among: Collection[str] | None = None,
        since: int | None = None,
        newcomers: bool = True,
        askers: Collection[str] = (),
        accounts: bool = False,
    ) -> set[str]:
        """Return who could agree to an exception; nobody at a site of one (obligations 8.4.1).

        Exceptions are for the responsible persons to approve. Where the only one asks, or did it
        himself, a worker is the second person, so that there is one.

        Args:
            asker: who asked; the signed-in user if left out.
            among: ids of the accounts that are asked; all if left out.
            since: first entry of the command that asked, if it was asked before.
            newcomers: whom the asker let in since may agree, where nobody else could.
            askers: who else is about it, and may have let somebody in for it.
            accounts: it is about an account (A-37).
        """
        able = [one for one in self._others(actors, asker) if among is None or one.id in among]
        about = {asker or self._asker, *askers}
        stand = {one.id: self.issues.standing(one, about, since, accounts=accounts) for one in able}
        able = _trusted(able, stand, newcomers=newcomers)
        responsible = {one.person_id for one in able if one.app_role is Role.SUPERVISOR}
        return responsible or {one.person_id for one in able}

    def anybody_else(self, actors: set[str], *, among: Collection[str]) -> bool:
        """Tell whether somebody else is there, whoever issued the password."""
        return any(one.id in among for one in self._others(actors))

    @property
    def issues(self) -> Issues:
        """Who gave whom the present keys, as of the present head of the ledger."""
        head = self._ledger.store.head()
        if self._issues is None or self._issues[0] != head:
            self._issues = head, Issues(self._ledger)
        return self._issues[1]

    def _others(self, actors: set[str], asker: str = "") -> list[UserAccount]:
        """Return the accounts of everybody who may be a second person to an act."""
        own = {asker or self._asker, *actors}
        return [
            one
            for one in self.books.accounts()
            if may_second(one)
            and self._ledger.may_work(one)
            and not namesakes.same_or_alike(self._ledger.store, one.person_id, own)
        ]

    def question(
        self, records: Sequence[Record], rules: Sequence[str], people: set[str]
    ) -> Question:
        """Return what a second person is asked to sign about records that are to be entered next."""
        store = self._ledger.store
        return Question(
            vault_id=store.vault_id,
            head=store.head(),
            asker=self._asker,
            subject=subject_of((one.type, one.to_json()) for one in records),
            rules=tuple(sorted(set(rules))),
            people=frozenset(people),
        )

    # --- at once ---------------------------------------------------------------------------------
    def entering(
        self,
        work: Callable[[Answers], Change],
        answers: Answers,
        second: SignIn | None = None,
        check: CheckIn | None = None,
    ) -> Change:
        """Carry out a command with answers; checker and second person sign where it is needed.

        Args:
            work: one command of the ledger, carried out at most once.
            second: who signs in beside the user and agrees to a breach.
            check: who signs in and enters the key facts of what leaves.

        Raises:
            NeedsAnswer: a reason is missing, or a person and nobody signed in.
            FactsDiffer: the checker entered something else.
            WrongPassword, LockedOut, MustChangePassword: a sign-in failed.
            Refused: that person may not agree to this.
        """
        answers = replace(answers, wants_check=answers.wants_check or check is not None)
        while True:
            try:
                return work(answers)
            except NeedsAnswer as asked:
                what = asked_of(asked)
                answers = replace(answers, reasons={**what.typed, **answers.reasons})
                if what.check is not None and check is not None and not answers.check:
                    answers = replace(answers, check=self.checked(what.check, check))
                elif second is not None and self._may_be_agreed(what, answers):
                    assert what.question is not None
                    answers = replace(answers, approval=self.agree(what.question, answers, second))
                else:
                    raise

    def _may_be_agreed(self, what: Asked, answers: Answers) -> bool:
        silent = any(len(answers.reason(f.rule_id)) < REASON_LENGTH for f in what.findings)
        return what.question is not None and not answers.approval and not silent

    def check_of(self, cases: Sequence[Case], answers: Answers) -> CheckAsked | None:
        """Return what a checker of these acts would sign; None when nothing leaves or nobody can.

        Raises:
            Refused: a check is wanted and cannot be.
        """
        events = leaving(case.event for case in cases if case.event)
        people = {one.person_id for one in self._others({e.actor_person_id for e in events})}
        if not events or not people:
            if answers.wants_check:
                raise Refused(reason=NO_CHECKER if events else NOTHING_LEAVES)
            return None
        store = self._ledger.store
        contents = (event.to_json() for event in events)
        question = question_about(store.vault_id, store.head(), self._asker, contents)
        named = next((e.checker_person_id for e in events if e.checker_person_id in people), "")
        facts = facts_of(events, cases[0].items)
        return CheckAsked(replace(question, people=frozenset(people)), facts, named)

    def checked(self, asked: CheckAsked, check: CheckIn) -> Check:
        """Hold a checker's facts against the act and let the checker sign it.

        Raises:
            FactsDiffer: naming what differs; nobody was asked to sign.
            WrongPassword, LockedOut, MustChangePassword: the sign-in failed.
        """
        if differing := asked.facts.differing(check.facts):
            raise FactsDiffer(which="」「".join(differing))
        text = asked.facts.text
        signed = self.agree(asked.question, Answers({CHECK: text}), check.sign_in)
        return Check(signed.person_id, signed.proof, signed.at, text)

    def agree(self, asked: Question, answers: Answers, second: SignIn) -> Approval:
        """Let a second person sign what is asked.

        Raises:
            WrongPassword, LockedOut, MustChangePassword: the sign-in failed.
            Refused: it is another person than the one who was chosen.
        """
        ledger = self._ledger
        now = ledger.now()
        reasons = reasons_for(asked.rules, answers)
        account_id, signature = ledger.safe.sign_as(
            second.login,
            second.password,
            lambda account_id: asked.statement(account_id, now, reasons),
        )
        account = ledger.registers.need(UserAccount, account_id).record
        if account.person_id != second.person_id:
            raise Refused(reason="入力された利用者名は、選んだ方のものではありません。")
        if account.app_role not in SECOND:
            raise NotPermitted(act="二人目の確認", who=permissions.roles_text(SECOND))
        return Approval(account.person_id, write_proof(account_id, signature), now)

    def prove(self, asked: Question, approval: Approval, answers: Answers) -> None:
        """Check that the second person may agree, and has signed exactly this.

        Raises:
            Refused
        """
        if approval.person_id not in asked.people:
            namesakes.require_another(self._ledger.store, approval.person_id, {asked.asker})
            raise Refused(
                reason="確認する人には、求めた人・取扱者とは別の、利用中の方を選んでください。"
                "氏名・フリガナが同じ人は、別の人と確かめられないため選べません。"
            )
        try:
            account_id, _ = read_proof(approval.proof)
            stored = self._ledger.store.get(UserAccount, account_id)
            if stored is None or stored.record.person_id != approval.person_id:
                raise VerificationFailed(reason="確認した人の署名ではありません。")
            if not may_second(stored.record) or approval.at is None:
                raise VerificationFailed(reason="確認した人は、いま利用できません。")
            key = bytes.fromhex(stored.record.public_key)
            asked.check(approval.proof, approval.at, reasons_for(asked.rules, answers), key)
        except VerificationFailed as error:
            raise Refused(
                reason="確認した方の署名が、記録しようとしている内容と合いません。"
                "もう一度、確認を受けてください。"
            ) from error

    def check_holds(self, event: HandlingEvent) -> bool:
        """Tell whether the checker's own signature stands under an act, as it was entered."""
        store = self._ledger.store
        entries = store.history(event.type, event.id) if is_signed(event.checker_proof) else []
        if not entries:
            return False
        command, created = entries[0]
        try:
            account, _ = read_proof(event.checker_proof)
            key = self._key_before(account, command.first_seq, event.checker_person_id)
            author = store.get(UserAccount, command.author)
            asker = author.record.person_id if author else ""
            entered = list(store.entries(command.first_seq, command.last_seq))
            check_entered(store.vault_id, asker, entered, event, key)
        except VerificationFailed:
            return False
        fields = read_content(created.content)[0] if created.content is not None else {}
        return signed_subject(fields) == signed_subject(event.to_json())

    def _key_before(self, account: str, seq: int, person_id: str) -> bytes:
        """Return the public key of a person's account as it stood before an entry."""
        said = [
            read_content(entry.content)[0]
            for _, entry in self._ledger.store.history(UserAccount.type, account)
            if entry.seq < seq and entry.content is not None
        ]
        if not said or said[-1].get("person_id") != person_id:
            raise VerificationFailed(reason="確認者の署名ではありません。")
        return bytes.fromhex(str(said[-1].get("public_key", "")))

    # --- later -----------------------------------------------------------------------------------
    def waiting(self, contract_id: str = "") -> list[Stored[RuleOverride]]:
        """Return the exceptions that wait for a second person, oldest first.

        Args:
            contract_id: leaves out those of other contracts; what is of none waits beside each.
        """
        found = self._ledger.registers.all(RuleOverride, confirm_later=True)
        shown = {"", contract_id}
        return [one for one in found if not contract_id or one.record.contract_id in shown]

    def why_not_approve(self, override: RuleOverride) -> str:
        """Return why the signed-in user cannot agree to an exception, "" when it is possible."""
        account = self._ledger.user
        if account.app_role not in SECOND:
            return str(NotPermitted(act="例外の確認", who=permissions.roles_text(SECOND)))
        event = None
        if override.record_type == HandlingEvent.type:
            event = self.books.find(HandlingEvent, override.record_ref)
        actors = {event.actor_person_id} if event else set()
        own = {override.requested_by, *actors}
        if account.person_id in own:
            return OWN
        try:
            namesakes.require_another(self._ledger.store, account.person_id, own)
        except Refused as error:
            return str(error)
        since, newcomers = self._asked_at(override, actors)
        about_accounts = override.rule_id == RULE
        askers = self.issues.askers if about_accounts else set()

        def able(but: set[str]) -> set[str]:
            return self.seconds(
                actors | but, override.requested_by, since=since, newcomers=newcomers,
                askers=askers, accounts=about_accounts,
            )  # fmt: skip

        # Whom it let in agrees to it only where nobody else is there.
        if account.person_id in (able(self.issues.concerned(override)) or able(set())):
            return ""
        about = {override.requested_by, *askers}
        mine = self.issues.standing(account, about, since, accounts=about_accounts)
        return FOR_THE_RESPONSIBLE if mine is Standing.OWN else GIVEN

    def _asked_at(self, override: RuleOverride, actors: set[str]) -> tuple[int, bool]:
        """Return since when it is asked, and whether whom the asker let in since may agree."""
        since = self.issues.command_of(override).first
        if override.rule_id != RULE:
            return since, True
        absent = not self._ledger.people.managing.anybody_in_charge()
        begun = self.issues.asked_since(override.requested_by, absent=absent)
        since = min(since, since if begun is None else begun)
        return since, not self.issues.stood(since, {override.requested_by, *actors})

    def approve(self, override_ids: Sequence[str], *, command_id: str = "") -> Change:
        """Agree, as the signed-in user, to exceptions that waited for a second person.

        Raises:
            Conflict, NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        account = ledger.user
        if account.app_role not in SECOND:
            raise NotPermitted(act="例外の確認", who=permissions.roles_text(SECOND))
        intents: list[Intent] = []
        for one in override_ids:
            stored = ledger.registers.need(RuleOverride, one)
            if stored.meta.voided or stored.record.approved_by:
                raise Conflict(what=stored.record.caption())
            if why_not := self.why_not_approve(stored.record):
                if account.app_role is Role.WORKER and why_not != GIVEN:
                    raise NotPermitted(act="例外の確認", who=Role.SUPERVISOR.label)
                raise Refused(reason=why_not)
            agreed = replace(
                stored.record,
                approved_by=account.person_id,
                approved_at=ledger.now(),
                confirm_later=False,
            )
            intents.append(revising(agreed, "二人目による確認"))
        return ledger.commit(intents, command_id=command_id)


def reasons_for(rules: Sequence[str], answers: Answers) -> Mapping[str, str]:
    """Return the reasons of these rules as they are entered."""
    return {rule: answers.reason(rule)[:1000] for rule in rules}


def _trusted(
    able: Sequence[UserAccount], stand: Mapping[str, Standing], *, newcomers: bool
) -> list[UserAccount]:
    """Leave out those in whose name the asker may sign: he issued their keys."""
    own = [one for one in able if stand[one.id] is Standing.OWN]
    new = [one for one in able if stand[one.id] is Standing.NEW]
    return own or (new if newcomers else [])


def may_second(account: UserAccount) -> bool:
    return account.status is AccountStatus.ACTIVE and account.app_role in SECOND
