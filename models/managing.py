"""Who manages accounts: an administrator, and a responsible person where none can sign in (A-37).

An administrator who has left, whose last day is over, or who has no own password on this PC keeps
nobody from shutting out who left. One who is only slowed down after wrong passwords does count:
anybody could bring that about. What a responsible person does while an administrator is registered,
or was taken out and nobody else has agreed to it yet, is entered as such; what touches an
administrator's own account takes a second person, so that nobody makes himself administrator unseen.
A password that others know, or a lost card, waits for nobody (A-06), and gives nobody a way in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from models.chain import Head, Intent
from models.codes import AccountStatus, EventLevel, Role, RuleMode, SystemEventKind
from models.commands import creating
from models.errors import MustChangePassword, NeedsAnswer, NotPermitted, Refused
from models.issued import GIVEN, RULE
from models.journal import News
from models.records import RuleOverride, SystemEvent, UserAccount
from models.records.governance import REASON_LENGTH
from models.rules.answers import NO_ANSWERS, Answers
from models.rules.engine import Finding
from models.rules.proof import Question
from models.seconding import Asked

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_HIMSELF = "自分自身を利用停止にはできません。別の責任者に依頼してください。"
INSTEAD = "「{login}」（{role}）の{act}を、システム管理者に代わって責任者が行いました。"
TWO = "「{login}」（システム管理者）の{act}を責任者が行うには、ほかの方の確認が要ります。"
ALONE = (
    "「{login}」（システム管理者）の{act}を責任者が行うには、理由が要ります。いまは確認できる方が"
    "いないため、ほかの方の確認は、自分のパスワードで入れるようになった方から後で受けます。"
)
NOBODY_NOW = "{words}いま確認できる方がいません。登録されている方は、" + GIVEN
ADDED = "サインインできるシステム管理者がいないための、利用者の追加"


class Managed(Enum):
    """What is done to an account."""

    ADD = "利用者の追加"
    REISSUE = "パスワードの再発行"
    DISABLE = "利用停止"
    SHUT = "パスワード・カードの使用停止（知られた・紛失）"


AT_ONCE = frozenset({Managed.DISABLE, Managed.SHUT})
"""What takes a way in away: the second person may also agree later."""


@dataclass(frozen=True)
class Deed:
    """What is about to be done to whose account.

    Args:
        account: None for one that is new.
        reason: as typed, "" where none is asked for.
    """

    act: Managed
    role: Role | None
    login: str
    reason: str = ""
    account: UserAccount | None = None


class Managing:
    """Tells who may do what to accounts, and what is entered beside it."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._drafted: tuple[Deed, Head, SystemEvent] | None = None

    # --- who -------------------------------------------------------------------------------------
    def administrators(self) -> list[UserAccount]:
        """Return the accounts of administrators that were not disabled."""
        return [
            one
            for one in self._ledger.people.accounts()
            if one.app_role is Role.ADMINISTRATOR and one.status is AccountStatus.ACTIVE
        ]

    def can_sign_in(self, account: UserAccount) -> bool:
        """Tell whether a person gets in on this PC today, if he knows his password."""
        way = next((w for w in self._ledger.safe.ways_in() if w.user_id == account.id), None)
        known = (account.public_key, account.app_role)
        fits = way is not None and way.here and (way.public_key.hex(), way.role) == known
        return fits and self._ledger.may_work(account)

    def require(self, act: Managed, role: Role | None, account: UserAccount | None = None) -> None:
        """Refuse what the signed-in user may not do to an account.

        Responsible persons are let in and out by their like alone: the key header holds it too, so
        that an administrator of the computer cannot make himself responsible. Because nobody
        disables himself, one responsible person always stays.

        Args:
            role: of the account that is to be changed or added.

        Raises:
            MustChangePassword, NotPermitted, Refused
        """
        ledger = self._ledger
        ledger.require("accounts")
        if role is Role.SUPERVISOR and ledger.role is not Role.SUPERVISOR:
            raise NotPermitted(act="責任者の登録・利用停止", who=Role.SUPERVISOR.label)
        if act is Managed.DISABLE and account is not None and account.id == ledger.user.id:
            raise Refused(reason=NOT_HIMSELF)
        if Role.SUPERVISOR is role or ledger.role is Role.ADMINISTRATOR or act is Managed.SHUT:
            return
        lost = account if act is Managed.REISSUE and role is Role.ADMINISTRATOR else None
        if not self.anybody_in_charge(but=lost):
            return
        if lost is None or not self._seconds(lost):  # the others may have forgotten theirs as well
            raise NotPermitted(act="利用者の管理", who=Role.ADMINISTRATOR.label)

    def why_not(self, act: Managed, role: Role | None, account: UserAccount | None = None) -> str:
        """Return why the signed-in user may not do it, "" when he may."""
        try:
            self.require(act, role, account)
        except (MustChangePassword, NotPermitted, Refused) as error:
            return str(error)
        return ""

    def anybody_in_charge(self, *, but: UserAccount | None = None) -> bool:
        """Tell whether an administrator can do it, who has a password that nobody else chose.

        Args:
            but: an account that does not count: nobody gives himself a lost password back.
        """
        own = self._with_own_password()
        return any(
            one.id in own and self.can_sign_in(one)
            for one in self.administrators()
            if but is None or one.id != but.id
        )

    def _with_own_password(self) -> set[str]:
        return {way.user_id for way in self._ledger.safe.ways_in() if not way.initial}

    # --- what is entered beside it ---------------------------------------------------------------
    def beside(self, deed: Deed, answers: Answers | None) -> list[Intent]:
        """Return what is entered in the same command where a responsible person stands in.

        Raises:
            NeedsAnswer: a reason or a second person is missing; nothing was changed.
            Refused: the second person has not signed this.
        """
        ledger = self._ledger
        ours = ledger.role is Role.SUPERVISOR and deed.role is not Role.SUPERVISOR
        issues = ledger.rules.issues
        if not ours or not (self.administrators() or issues.unagreed):
            return []
        ledger.prepare()  # what is signed stands right behind the last entry
        answers = answers or NO_ANSWERS
        event = self._event(deed, answers)
        agreed = self._agreed(deed, event, answers) if deed.role is Role.ADMINISTRATOR else []
        return [creating(event), *map(creating, agreed)]

    def _event(self, deed: Deed, answers: Answers) -> SystemEvent:
        """Return the same record until something else is entered: the second person signs it."""
        head = self._ledger.store.head()
        if self._drafted is not None and self._drafted[:2] == (deed, head):
            return self._drafted[2]
        role = deed.role.label if deed.role else ""
        words = INSTEAD.format(login=deed.login, role=role, act=deed.act.value)
        news = News(SystemEventKind.ACCOUNTS_MANAGED, EventLevel.INFO, words, deed.login)
        reason = self._ledger.registers.reason(deed.reason or answers.reason(RULE) or ADDED)
        event = self._ledger.journal.event(news, reason)
        self._drafted = (deed, head, event)
        return event

    def _agreed(self, deed: Deed, event: SystemEvent, answers: Answers) -> Sequence[RuleOverride]:
        question = self._asked(deed, event, answers)
        if question is not None and answers.approval:
            self._ledger.rules.prove(question, answers.approval, answers)
        approval, now = answers.approval, self._ledger.now()
        override = RuleOverride(
            id=self._ledger.new_id(),
            rule_id=RULE,
            mode=RuleMode.BLOCK_PLAN,
            record_type=event.type,
            record_ref=event.id,
            message=_words(deed, alone=False),
            reason=answers.reason(RULE)[:1000],
            requested_by=self._ledger.user.person_id,
            approved_by=approval.person_id,
            approved_at=approval.at,
            proof=approval.proof,
            at=now,
            confirm_later=None if approval else True,
        )
        self._ledger.registers.validate(override)
        return [override]

    def _asked(self, deed: Deed, event: SystemEvent, answers: Answers) -> Question | None:
        """Ask for what is missing; return what the second person signs, None where there is none."""
        people = self._seconds(deed.account)
        question = self._ledger.rules.question([event], [RULE], people) if people else None
        may_wait = deed.act in AT_ONCE
        if question is None and not may_wait and self._somebody_could(deed.account):
            raise Refused(reason=NOBODY_NOW.format(words=_words(deed, alone=False)))
        silent = len(answers.reason(RULE)) < REASON_LENGTH
        waits = answers.later and may_wait
        if not silent and (question is None or answers.approval or waits):
            return question
        words = _words(deed, alone=question is None)
        finding = Finding(
            RULE, str(RuleMode.BLOCK_PLAN), words, (), (), event.id, event.type, fact=True
        )
        typed = {RULE: text} if (text := answers.reason(RULE) or deed.reason) else {}
        raise NeedsAnswer(
            message=finding.message,
            findings=(finding,),
            needs_approval=question is not None and not waits,
            asked=Asked((finding,), question, may_wait, typed),
        )

    # --- the second person -----------------------------------------------------------------------
    def _seconds(self, account: UserAccount | None) -> set[str]:
        """Return who could agree here and now: after a restore on another PC nobody else gets in."""
        since, actors = self._since(), self._concerned(account)
        newcomers = since is None or not self._stood(since, actors)
        rules = self._ledger.rules
        return rules.seconds(
            actors, among=self._here(), since=since, newcomers=newcomers,
            askers=rules.issues.askers,
        )  # fmt: skip

    def _somebody_could(self, account: UserAccount | None) -> bool:
        """Tell whether it is only lately that nobody can agree: the asker must not bring that about."""
        since, actors = self._since(), self._concerned(account)
        if self._ledger.rules.anybody_else(actors, among=self._here()):
            return True
        return since is not None and self._stood(since, actors)

    def _concerned(self, account: UserAccount | None) -> set[str]:
        """Return who cannot agree: whose account it is, and who asks for what nobody agreed to yet."""
        mine = {account.person_id} if account is not None else set()
        return mine | self._ledger.rules.issues.askers

    def _here(self) -> set[str]:
        own, accounts = self._with_own_password(), self._ledger.people.accounts()
        return {one.id for one in accounts if one.id in own and self.can_sign_in(one)}

    def _since(self) -> int | None:
        """Return since when the asker goes about an administrator's account, None if only now."""
        absent = not self.anybody_in_charge()
        return self._ledger.rules.issues.asked_since(absent=absent)

    def _stood(self, since: int, actors: set[str]) -> bool:
        asker = self._ledger.user.person_id
        return self._ledger.rules.issues.stood(since, {asker, *actors})


def _words(deed: Deed, *, alone: bool) -> str:
    return (ALONE if alone else TWO).format(act=deed.act.value, login=deed.login)
