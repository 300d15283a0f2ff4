"""Who manages accounts: an administrator, and a responsible person where none can sign in (A-37).

An administrator who has left, whose last day is over, or who has no own password on this PC keeps
nobody from shutting out who left. One who is only slowed down after wrong passwords does count:
anybody could bring that about. What a responsible person does while an administrator is registered,
or was taken out and nobody else has agreed to it yet, is entered as such; what touches an
administrator's own account, and what lets a responsible person in, takes a second person, so that
nobody makes himself administrator, or two persons, unseen: the first administrator, too, but in the
first days of an office. Who lets others in while it is only by his
own word that no administrator is there is not kept from it, but it waits for somebody who agrees.
A password that others know, or a lost card, waits for nobody (A-06), and gives nobody a way in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from models import namesakes
from models.chain import Head, Intent
from models.codes import AccountStatus, EventLevel, Role, RuleMode, SystemEventKind
from models.commands import creating
from models.errors import MustChangePassword, NeedsAnswer, NotPermitted, Refused
from models.issued import GIVEN, LATELY, RULE
from models.journal import News
from models.records import RuleOverride, SystemEvent, UserAccount
from models.records.governance import REASON_LENGTH
from models.rules.answers import NO_ANSWERS, Answers, Approval
from models.rules.engine import Finding
from models.rules.proof import Question
from models.seconding import Asked, may_second
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_HIMSELF = "自分自身を利用停止にはできません。別の責任者に依頼してください。"
INSTEAD = "「{login}」（{role}）の{act}を、システム管理者に代わって責任者が行いました。"
AGREED = "「{login}」（{role}）の{act}を、ほかの方の確認を受けて責任者が行いました。"
BY_ONE = (
    "「{login}」（{role}）の{act}を、確認できる方がいないため、ほかの方の確認に代わって、責任者が理由を付けて"
    "行いました。"
)
TWO = "「{login}」（{role}）の{act}を責任者が行うには、ほかの方の確認が要ります。"
ALONE = (
    "「{login}」（{role}）の{act}を責任者が行うには、理由が要ります。いまは確認できる方が"
    "いないため、ほかの方の確認は、自分のパスワードで入れるようになった方から後で受けます。"
)
UNSURE = (
    "「{login}」（{role}）の{act}を、サインインできるシステム管理者がいないことを責任者だけが登録した"
    "後に行いました。ほかの方が確認します。"
)
WAITS = (
    "ほかの方の確認を受けるまで「確認待ちの例外」に残り、確定する書類と個人情報管理台帳に「注意」として印字されます。"
    "できるだけ早く、確認を受けてください。確認できる方がいないときは、責任者が回復シートで入り直すと、次に確定する書類に"
    "そのことと並べて印字し、それより後の書類には出ません。"
)
NOBODY_NOW = "{words}いま確認できる方がいません。"
KNOWN = "登録されている方は、" + GIVEN
GONE = (
    "{names}さんの退職日か氏名は、確認を求める方だけが登録したもので、{days}日たっていません。{day}まで待つか、"
    "責任者が回復シートで入り直してください。誤りなら、「人」を訂正してください。"
)
STOOD = (
    "確認できた方の利用を、確認を求める方が止めているためです。責任者が回復シートで入り直してください。"
    "確認待ちの例外がほかになければ、止めてから{days}日たつと、理由を付けて行えます。"
)
ADDED = "サインインできるシステム管理者がいないための、利用者の追加"
ANOTHER = "{role}の利用者の追加"


class Managed(Enum):
    """What is done to an account."""

    ADD = "利用者の追加"
    REISSUE = "パスワードの再発行"
    DISABLE = "利用停止"
    SHUT = "パスワード・カードの使用停止（知られた・紛失）"


AT_ONCE = frozenset({Managed.DISABLE, Managed.SHUT})
"""What takes a way in away: the second person may also agree later."""
WAYS_IN = frozenset({Managed.ADD, Managed.REISSUE})


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


@dataclass(frozen=True)
class _Draft:
    """For what a record was drawn up that a second person is about to sign."""

    deed: Deed
    head: Head
    alone: bool
    day: date


class Managing:
    """Tells who may do what to accounts, and what is entered beside it."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._drafted: tuple[_Draft, SystemEvent] | None = None

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
        ledger, issues = self._ledger, self._ledger.rules.issues
        if ledger.role is not Role.SUPERVISOR:
            return []
        if deed.role is Role.SUPERVISOR:
            instead, two = False, deed.act in WAYS_IN
        else:
            instead = bool(self.administrators()) or issues.unagreed
            two = deed.role is Role.ADMINISTRATOR and (instead or self._somebody_else())
        if not (instead or two):
            return []
        ledger.prepare()  # what is signed stands right behind the last entry
        answers = answers or NO_ANSWERS
        people = self._seconds(deed.account) if two else set()
        event = self._event(deed, answers, instead=instead, alone=two and not people)
        made: list[RuleOverride] = []
        if two:
            made = [self._agreed(deed, event, answers, people)]
        elif self._unsure(deed):
            made = [self._override(deed, event, event.reason, UNSURE)]
        return [creating(event), *map(creating, made)]

    def _unsure(self, deed: Deed) -> bool:
        """Tell whether a way in is given, and it is the asker's word alone that nobody else gives it."""
        issues = self._ledger.rules.issues
        if deed.act not in WAYS_IN or (deed.account is not None and issues.cut_off(deed.account)):
            return False
        asker = {self._ledger.user.person_id}
        return issues.unagreed or any(
            issues.gone_lately(one, asker) for one in self.administrators()
        )

    def _somebody_else(self) -> bool:
        """Tell whether anybody could be asked about the first administrator, or only lately cannot.

        In the first days of an office one person lets everybody in.
        """
        if self._ledger.rules.issues.in_first_days(self._ledger.user.person_id):
            return False
        return bool(self._seconds(None) or self._somebody_could(None))

    def _event(self, deed: Deed, answers: Answers, *, instead: bool, alone: bool) -> SystemEvent:
        """Return the same record until something else is entered: the second person signs it.

        Args:
            instead: it is done in the place of an administrator.
            alone: nobody can agree to what takes two, so that the next paper tells of it.
        """
        draft = _Draft(deed, self._ledger.store.head(), alone, self._ledger.today())
        if self._drafted is not None and self._drafted[0] == draft:
            return self._drafted[1]
        words, usual = INSTEAD, ADDED
        if not instead:
            words, usual = BY_ONE if alone else AGREED, _filled(ANOTHER, deed)
        level = EventLevel.WARN if alone and deed.act in WAYS_IN else EventLevel.INFO
        told = _filled(words, deed)
        news = News(SystemEventKind.ACCOUNTS_MANAGED, level, told, deed.login)
        reason = self._ledger.registers.reason(deed.reason or answers.reason(RULE) or usual)
        event = self._ledger.journal.event(news, reason)
        self._drafted = (draft, event)
        return event

    def _agreed(
        self, deed: Deed, event: SystemEvent, answers: Answers, people: set[str]
    ) -> RuleOverride:
        question = self._asked(deed, event, answers, people)
        if question is not None and answers.approval:
            self._ledger.rules.prove(question, answers.approval, answers)
        return self._override(deed, event, answers.reason(RULE), TWO, answers.approval)

    def _override(
        self, deed: Deed, event: SystemEvent, reason: str, words: str,
        approval: Approval | None = None,
    ) -> RuleOverride:  # fmt: skip
        override = RuleOverride(
            id=self._ledger.new_id(),
            rule_id=RULE,
            mode=RuleMode.BLOCK_PLAN,
            record_type=event.type,
            record_ref=event.id,
            message=_filled(words, deed),
            reason=reason[:1000],
            requested_by=self._ledger.user.person_id,
            approved_by=approval.person_id if approval else "",
            approved_at=approval.at if approval else None,
            proof=approval.proof if approval else "",
            at=self._ledger.now(),
            confirm_later=None if approval else True,
        )
        self._ledger.registers.validate(override)
        return override

    def _asked(
        self, deed: Deed, event: SystemEvent, answers: Answers, people: set[str]
    ) -> Question | None:
        """Ask for what is missing; return what the second person signs, None where there is none."""
        question = self._ledger.rules.question([event], [RULE], people) if people else None
        may_wait = deed.act in AT_ONCE
        if question is None and not may_wait and (why := self._somebody_could(deed.account)):
            raise Refused(reason=NOBODY_NOW.format(words=_filled(TWO, deed)) + why)
        silent = len(answers.reason(RULE)) < REASON_LENGTH
        waits = answers.later and may_wait
        if not silent and (question is None or answers.approval or waits):
            return question
        words = _filled(ALONE if question is None else TWO, deed)
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
        among = self._here() - rules.issues.let_in_lately(self._ledger.user.person_id)
        return rules.seconds(
            actors, among=among, since=since, newcomers=newcomers,
            askers=rules.issues.askers, accounts=True,
        )  # fmt: skip

    def _somebody_could(self, account: UserAccount | None) -> str:
        """Return why it is only lately that nobody can agree: the asker must not bring that about."""
        since, actors = self._since(), self._concerned(account)
        if self._ledger.rules.anybody_else(actors, among=self._here()):
            return KNOWN
        if gone := self._gone_lately(actors):
            names = "」「".join(one.login_name for one in gone)
            return GONE.format(
                names=f"「{names}」", days=LATELY.days, day=format_short(max(gone.values()))
            )
        if since is not None and self._stood(since, actors):
            return STOOD.format(days=LATELY.days)
        return ""

    def _gone_lately(self, actors: set[str]) -> dict[UserAccount, date]:
        """Return who could agree but for a last day, or a name, that the asker has lately said."""
        ledger, own = self._ledger, self._with_own_password()
        issues, asker = ledger.rules.issues, {ledger.user.person_id, *actors}
        days = {}
        for one in ledger.people.accounts():
            there = one.id in own and may_second(one) and not issues.cut_off(one)
            if there and one.person_id not in asker:
                same = namesakes.same_or_alike(ledger.store, one.person_id, asker)
                said = issues.alike_lately if same else issues.gone_lately
                days[one] = said(one, asker)
        return {one: day for one, day in days.items() if day is not None}

    def _concerned(self, account: UserAccount | None) -> set[str]:
        """Return who cannot agree: whose account it is, and who asks for what nobody agreed to yet."""
        mine = {account.person_id} if account is not None else set()
        return mine | self._ledger.rules.issues.askers

    def _here(self) -> set[str]:
        own, accounts = self._with_own_password(), self._ledger.people.accounts()
        return {one.id for one in accounts if one.id in own and self.can_sign_in(one)}

    def _since(self) -> int | None:
        """Return since when the asker goes about an administrator's account, None if only now."""
        absent, asker = not self.anybody_in_charge(), self._ledger.user.person_id
        return self._ledger.rules.issues.asked_since(asker, absent=absent)

    def _stood(self, since: int, actors: set[str]) -> bool:
        asker = self._ledger.user.person_id
        return self._ledger.rules.issues.stood(since, {asker, *actors})


def told_of(beside: Sequence[Intent]) -> tuple[str, ...]:
    """Return what is said to whoever did what waits for somebody else."""
    waits = any(isinstance(i.record, RuleOverride) and i.record.confirm_later for i in beside)
    return (WAITS,) if waits else ()


def _filled(words: str, deed: Deed) -> str:
    role = deed.role.label if deed.role else ""
    return words.format(login=deed.login, role=role, act=deed.act.value)
