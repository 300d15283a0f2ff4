"""Who gave a person the present way in, and whether it may be the asker who uses it (A-37, R-36).

Whoever issues a first password knows it, and may sign in with it before its person does. So nobody is
a second person to an exception whose keys the asker has issued since, nor whose keys came by an act
on accounts that nobody else has agreed to. Neither does it make room that the asker alone has lately
said of others that they left, stopped their use, or gave them new keys, himself or through somebody
whom he alone let in. The recovery sheet is the way
out: it is sealed away from the one who asks, and each use of it is entered.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from models import namesakes
from models.chain import Command, local_time, read_content
from models.codes import AccountStatus, Role, SystemEventKind
from models.records import (
    LedgerOrigin,
    Person,
    Record,
    RuleOverride,
    Stored,
    SystemEvent,
    UserAccount,
)
from models.store import Op, Query, Store, Where
from models.versions import Version, version_at, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

RULE = "A-37"
"""Under which an act on the account of an administrator or responsible person waits for a second."""
AGREEING = frozenset({Role.WORKER, Role.SUPERVISOR})
"""Who may agree to what another asks (obligations.md 8.4.1)."""
LATELY = timedelta(days=14)
"""How long somebody is shut out before his silence counts: he would have asked for his way in."""
GIVEN = (
    "パスワードを、この確認を求めた方か、その方だけで利用者にした方が後から発行しているため、二人目に"
    "なれません（発行した方も、そのパスワードを知っているためです）。前から自分のパスワードを使っている、ほかの方が確認します。"
    "いなければ、責任者が回復シートで入り直してから、パスワードを発行し直してください。"
)


class Standing(Enum):
    """Whose way in it is, as far as the ledger can tell."""

    OWN = 1
    NEW = 2  # somebody who had none when it was asked, let in by the asker
    TAKEN = 3  # the asker may hold it


@dataclass(frozen=True)
class Issue:
    """The entry by which an account got keys.

    Attributes:
        first, last: entries of that command.
        author: id of the account, or name of the sheet, that entered it.
        at: when, by the clock of its PC.
    """

    first: int
    last: int
    author: str
    at: datetime


@dataclass(frozen=True)
class Waited:
    """An exception about accounts that waited for somebody, or waits.

    Attributes:
        asked: the entry by which it came.
        until: the entry by which somebody agreed; None as long as it waits.
    """

    asked: int
    until: int | None

    def waited(self, since: int, seq: int) -> bool:
        """Tell whether it was asked before one entry, and waited at another."""
        return self.asked < since and (self.until is None or seq < self.until)


def sheet_uses(store: Store) -> list[tuple[int, datetime]]:
    """Return the entries of commands that recovery sheets signed, and when."""
    return [
        (entry.seq, local_time(command.recorded_at, command.offset))
        for origin in store.find(LedgerOrigin, Query(LedgerOrigin.type))
        for command, entry in store.history(LedgerOrigin.type, origin.record.id)
        if store.get(UserAccount, command.author) is None
    ]


def waits(store: Store) -> list[Waited]:
    """Return which exceptions about accounts waited, and until when; at once is not waiting."""
    asked = store.find(RuleOverride, Query(RuleOverride.type, (Where("rule_id", Op.EQ, RULE),)))
    said = (versions(store, RuleOverride, one.record.id) for one in asked)
    return [
        Waited(found[0].seq, next((v.seq for v in found if not v.record.confirm_later), None))
        for found in said
        if found and found[0].record.confirm_later
    ]


class Issues:
    """What the log tells of the keys of all accounts, at one head of the ledger."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._known: dict[str, list[Issue]] = {}

    # --- the present way in ----------------------------------------------------------------------
    def standing(
        self, account: UserAccount, askers: set[str], since: int | None, *, accounts: bool = False
    ) -> Standing:
        """Tell whether an account may agree to what a person asked.

        Args:
            askers: ids of the persons who are about it.
            since: first entry of the command that asked; None for what is asked now.
            accounts: it is about an account, which an invented administrator would serve.
        """
        if since is None and not self._waiting:
            return Standing.OWN
        found = self._of(account.id)
        stands = self._given(found[-1], account.id, askers, since) if found else Standing.OWN
        if accounts and stands is Standing.OWN and self._by_another_hand(account.id, askers, since):
            stands = Standing.NEW
        if stands is not Standing.NEW or since is None:
            return stands
        known = any(one.first < since for one in self._of_person(account.person_id))
        return Standing.TAKEN if known else Standing.NEW

    def _given(
        self, issue: Issue, account_id: str, askers: set[str], since: int | None
    ) -> Standing:
        """Tell whether keys came from one of the askers, or from somebody whose own keys did.

        Returns:
            `TAKEN` where one of them came by what nobody has agreed to.
        """
        stored = self._ledger.store.get(UserAccount, issue.author)
        if stored is None or self._let_in_again(issue, account_id, since):
            return Standing.OWN
        giver = stored.record
        if self._waits(issue):
            return self._of_newcomer(issue, account_id, giver, askers)
        if namesakes.same_or_alike(self._ledger.store, giver.person_id, askers):
            lately = since is not None and issue.first >= since
            return Standing.NEW if lately else Standing.OWN
        theirs = [one for one in self._of(giver.id) if one.first < issue.first]
        return self._given(theirs[-1], giver.id, askers, since) if theirs else Standing.OWN

    def _by_another_hand(self, account_id: str, askers: set[str], since: int | None) -> bool:
        """Tell whether keys came, since something was asked, from whom an asker alone let in."""
        given = [one for one in self._of(account_id) if one.author != account_id]
        return any(
            since is not None
            and issue.first >= since
            and self._is_for(issue, askers)
            and not self._let_in_again(issue, account_id, since)
            for issue in given[-1:]
        )

    def _is_for(self, issue: Issue, askers: set[str]) -> bool:
        """Tell whether an asker entered it, or somebody whom an asker alone let in lately then.

        That one may be invented: nobody agreed to it, and nobody had the time to miss anything.
        """
        if self._is_of(issue.author, askers):
            return True
        given = (one for one in self._of(issue.author) if one.author != issue.author)
        for keys in [one for one in given if one.first < issue.first][-1:]:
            late = issue.at - keys.at < LATELY and keys.first not in self._agreed
            if late and not self._let_in_again(keys, issue.author, None):
                return self._is_for(keys, askers)
        return False

    def _of_newcomer(
        self, issue: Issue, account_id: str, giver: UserAccount, askers: set[str]
    ) -> Standing:
        """Tell what keys are worth whose issue waits: somebody new, let in by the asker, or taken."""
        whose = next((one for one in self._accounts if one.id == account_id), None)
        if whose is None or whose.app_role is Role.ADMINISTRATOR:
            return Standing.TAKEN
        known = any(one.first < issue.first for one in self._of_person(whose.person_id))
        let_in = namesakes.same_or_alike(self._ledger.store, giver.person_id, askers)
        return Standing.NEW if let_in and not known else Standing.TAKEN

    def _let_in_again(self, issue: Issue, account_id: str, since: int | None) -> bool:
        """Tell whether the sheet stands between: used since it was asked, or to move to another PC.

        Who came in with it while something waited may let others in as long as that waits: their keys
        count for what the issue itself brought up, too.
        """
        used = self._came_in(issue)
        if used is not None:
            if since is not None and since < used:
                return True
            if any(one.waited(used, issue.first - 1) for one in self._exceptions):
                return True
        before = [one.last for one in self._of(account_id) if one.last < issue.first]
        return bool(before) and self._cut_off(before[-1], issue.first)

    def _came_in(self, issue: Issue) -> int | None:
        """Return the use of the sheet by which the issuer had the keys of that time, if it was one."""
        theirs = [one for one in self._of(issue.author) if one.first < issue.first][-1:]
        uses = (u for u in self._sheet_uses for one in theirs if one.first <= u <= one.last)
        return max(uses, default=None)

    def _cut_off(self, key: int, until: int) -> bool:
        """Tell whether keys ended with their PC: the ledger was opened on another with the sheet."""
        uses = [used for used in self._sheet_uses if key < used < until]
        return any(used < moved < until for used in uses for moved in self._moves)

    def _waits(self, issue: Issue) -> bool:
        return any(issue.first <= one.meta.created_seq <= issue.last for one in self._waiting)

    # --- who was there ---------------------------------------------------------------------------
    def stood(self, since: int, others: set[str]) -> bool:
        """Tell whether somebody else could have agreed when something was asked.

        Nobody counts any more once the sheet was used behind it.

        Args:
            others: ids of the persons who could not, because they asked or are concerned.
        """
        if any(used > since for used in self._sheet_uses):
            return False
        return any(self._could(one, since, others) for one in self._accounts)

    def _could(self, account: UserAccount, since: int, others: set[str]) -> bool:
        store = self._ledger.store
        then = version_at(versions(store, UserAccount, account.id), since - 1)
        if then is None or then.record.status is not AccountStatus.ACTIVE:
            return False
        keys = [one.last for one in self._of(account.id) if one.last < since]
        return (
            then.record.app_role in AGREEING
            and bool(keys)
            and not self._cut_off(keys[-1], since)
            and not namesakes.same_or_alike(store, account.person_id, others)
        )

    def gone_lately(self, account: UserAccount, askers: set[str]) -> date | None:
        """Tell whether somebody is away by a last day (退職日) that an asker alone has said lately.

        Returns:
            From which day on the last day counts; None where it counts, or where there is none.
        """
        said = versions(self._ledger.store, Person, account.person_id)
        day = said[-1].record.left_on if said else None
        if day is None or day >= self._ledger.today():
            return None
        first = len(said)
        while first and said[first - 1].record.left_on == day:
            first -= 1
        brought = said[first]
        since = max(brought.day, day + timedelta(days=1))
        looked_at = any(used > brought.seq for used in self._sheet_uses)
        if looked_at or not self._is_of(brought.author, askers):
            return None
        return since + LATELY if self._ledger.today() < since + LATELY else None

    def alike_lately(self, account: UserAccount, askers: set[str]) -> date | None:
        """Tell whether somebody shows the name of an asker only by what lately became of a name.

        Returns:
            From which day on he counts as the same person; None where he does, or is another one.
        """
        store, then = self._ledger.store, self._ledger.now() - LATELY
        mine = versions(store, Person, account.person_id)
        changed = [
            max(one[-1].day for one in (mine, theirs))
            for asker in askers - {account.person_id}
            if (theirs := versions(store, Person, asker))
            and namesakes.alike(mine[-1].record, theirs[-1].record)
            and not namesakes.alike(_called(mine, then), _called(theirs, then))
        ]
        return max(changed) + LATELY if changed else None

    def _is_of(self, author: str, people: set[str]) -> bool:
        """Tell whether a command is of an account of one of these persons."""
        stored = self._ledger.store.get(UserAccount, author)
        store = self._ledger.store
        return stored is not None and bool(
            namesakes.same_or_alike(store, stored.record.person_id, people)
        )

    def cut_off(self, account: UserAccount) -> bool:
        """Tell whether an account opens nothing here since the ledger moved to another PC."""
        found = self._of(account.id)
        return bool(found) and self._cut_off(found[-1].last, self._ledger.store.head().seq + 1)

    # --- acts on accounts that take two ------------------------------------------------------------
    @property
    def unagreed(self) -> bool:
        """Whether an act on accounts waits for somebody who agrees to it."""
        return bool(self._waiting)

    @property
    def askers(self) -> set[str]:
        """Return the persons who asked for what waits."""
        return {one.record.requested_by for one in self._waiting}

    def concerned(self, override: RuleOverride) -> set[str]:
        """Return whose account it is that an exception is about."""
        if override.rule_id != RULE:
            return set()
        event = self._ledger.store.get(SystemEvent, override.record_ref)
        login = event.record.value if event is not None else ""
        return {one.person_id for one in self._accounts if one.login_name == login}

    def asked_since(self, asker: str, *, absent: bool) -> int | None:
        """Return the entry from which on somebody may have gone about it, None where nothing was.

        What somebody else has agreed to is settled.

        Args:
            asker: id of the person: what he did lately to accounts of others belongs to it.
            absent: no administrator can sign in, so that acts in his place belong to it.
        """
        begun = set(self._taken_lately(asker))
        if absent:
            kind, seen = SystemEventKind.ACCOUNTS_MANAGED, self._administrator_seen()
            begun |= {
                self.command_of(one.record).first
                for one in self._ledger.registers.all(SystemEvent, kind=kind)
                if one.meta.created_seq > seen
            }
        begun -= self._agreed
        begun |= {self.command_of(one.record).first for one in self._waiting}
        return min(begun, default=None)

    def _taken_lately(self, asker: str) -> Iterator[int]:
        """Yield the commands by which the asker lately stopped others, or gave them new keys."""
        began: datetime = self._ledger.now() - LATELY
        for one in self._accounts:
            before: object = None
            for command, entry in self._ledger.store.history(UserAccount.type, one.id):
                fields = read_content(entry.content)[0] if entry.content else {}
                stands = fields.get("public_key"), fields.get("status")
                act = _issue(command)
                if before not in (None, stands) and act.at > began:
                    own = act.author == one.id and one.person_id != asker
                    if not own and self._is_for(act, {asker}):
                        yield act.first
                before = stands

    def let_in_lately(self, asker: str) -> set[str]:
        """Return the accounts that a person alone lately added where somebody else could be asked."""
        began: datetime = self._ledger.now() - LATELY
        found = set()
        for one in self._accounts:
            let_in = self.command_of(one)
            if let_in.at > began and self._is_for(let_in, {asker}):
                alone = let_in.first not in self._agreed
                if alone and self.stood(let_in.first, {asker, one.person_id}):
                    found.add(one.id)
        return found

    def in_first_days(self, asker: str) -> bool:
        """Tell whether nobody who may agree was ever let in but lately, and by one person."""
        began: datetime = self._ledger.now() - LATELY
        others = (one for one in self._accounts if one.person_id != asker)
        let_in = [self.command_of(one) for one in others if one.app_role in AGREEING]
        return all(one.at > began and self._is_of(one.author, {asker}) for one in let_in)

    def command_of(self, record: Record) -> Issue:
        """Return the command that created a record."""
        command, _ = self._ledger.store.history(record.type, record.id)[0]
        return _issue(command)

    def _administrator_seen(self) -> int:
        """Return the last entry about an account that an administrator made."""
        theirs = {one.id for one in self._accounts if one.app_role is Role.ADMINISTRATOR}
        store = self._ledger.store
        return max(
            (
                entry.seq
                for one in self._accounts
                for command, entry in store.history(UserAccount.type, one.id)
                if command.author in theirs
            ),
            default=0,
        )

    # --- what the log says -----------------------------------------------------------------------
    def _of(self, account_id: str) -> list[Issue]:
        """Return what gave an account other keys, oldest first."""
        if account_id not in self._known:
            self._known[account_id] = list(self._read(account_id))
        return self._known[account_id]

    def _read(self, account_id: str) -> Iterator[Issue]:
        key: object = None
        for command, entry in self._ledger.store.history(UserAccount.type, account_id):
            said = read_content(entry.content)[0].get("public_key") if entry.content else key
            if said != key:
                yield _issue(command)
            key = said

    def _of_person(self, person_id: str) -> Iterable[Issue]:
        mine = (one.id for one in self._accounts if one.person_id == person_id)
        return (issue for account_id in mine for issue in self._of(account_id))

    @cached_property
    def _accounts(self) -> list[UserAccount]:
        return self._ledger.people.accounts()

    @cached_property
    def _waiting(self) -> list[Stored[RuleOverride]]:
        return self._ledger.registers.all(RuleOverride, rule_id=RULE, confirm_later=True)

    @cached_property
    def _agreed(self) -> set[int]:
        """Return the commands to which somebody else has agreed, at once or later."""
        overrides = self._ledger.registers.all(RuleOverride, rule_id=RULE)
        return {self.command_of(one.record).first for one in overrides if one.record.approved_by}

    @cached_property
    def _sheet_uses(self) -> list[int]:
        return [seq for seq, _ in sheet_uses(self._ledger.store)]

    @cached_property
    def _exceptions(self) -> list[Waited]:
        return waits(self._ledger.store)

    @cached_property
    def _moves(self) -> list[int]:
        kind = SystemEventKind.TERMINAL_CHANGED
        found = self._ledger.registers.all(SystemEvent, kind=kind)
        return [one.meta.created_seq for one in found]


def _called(said: Sequence[Version[Person]], then: datetime) -> Person:
    """Return a person as named at a moment, or when first entered."""
    return next((one.record for one in reversed(said) if one.at <= then), said[0].record)


def _issue(command: Command) -> Issue:
    at = local_time(command.recorded_at, command.offset)
    return Issue(command.first_seq, command.last_seq, command.author, at)
