"""The counter of the office: every screen, console verb and driver request asks the ledger.

A verb checks who asks and what the contract allows, writes one command (one transaction, one
signature) and returns a `Change`. The small modules beside it hold the verbs of one subject each:
`ledger.registers`, `ledger.handling`, `ledger.people`, `ledger.paper`, `ledger.files`, `ledger.ending`; the rules
of the contracts are asked through `ledger.rules`.

Clock and randomness come in through the constructor, so that tests fix them.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from models import last_days, permissions
from models.access import AccessLog, Act, Question
from models.backups import kept_restore
from models.blocking import Blocking
from models.chain import SALT_SIZE, Command, Head, Intent, write_command
from models.clockwatch import ClockWatch, latest_entry
from models.codes import AccountStatus, Role
from models.commands import Change, creating
from models.corrections import Corrections
from models.denied import Denied
from models.erasure import Ending
from models.errors import (
    HasLeft,
    JournalFailed,
    JournalMissing,
    Locked,
    MustChangePassword,
    NotPermitted,
    OutsideItsDays,
    Refused,
)
from models.files import Files
from models.gate import Opened
from models.handling import Handling
from models.inquiries import Inquiries
from models.journal import JournalDesk, News
from models.notes import RESTORED
from models.outside import Outside
from models.paper import Paper
from models.people import People
from models.profiles import Profile
from models.records import Contract, Person, Record, Stored, SystemEvent, UserAccount
from models.registers import Registers
from models.rights import Rights
from models.ruling import Rules
from models.safe import Safe
from models.scope import scoped
from models.store import Progress, Store, Write, quiet
from models.text_seen import TextSeen
from models.verification import Verification
from models.wareki import format_wareki
from models.witness import Witness

IDS_AT_ONCE = 500
Clock = Callable[[], datetime]
Random = Callable[[int], bytes]


class Ledger:
    """An open ledger with a signed-in user.

    Args:
        opened: store, safe, user and signer from the gate.
        profiles: rule profiles by code.
        clock: returns the present time with its offset.
        random: returns n random bytes.
        rules: ask the rules of the contracts before anything is written.
        watch: looks at the clock for as long as the program runs.
    """

    def __init__(
        self,
        opened: Opened,
        profiles: Mapping[str, Profile],
        clock: Clock,
        random: Random,
        *,
        rules: bool,
        watch: ClockWatch,
        denied: Sequence[Denied] = (),
    ) -> None:
        self.opened = opened
        self.store: Store = scoped(opened.store, opened.user_id, clock().date())
        self.safe: Safe = opened.safe
        self.profiles = profiles
        self.clock = clock
        self.random = random
        self._signer = opened.signer
        self._user_id = opened.user_id
        self._lock = threading.RLock()
        self.access = AccessLog(self, opened.signer, opened.user_id)
        self._listeners: list[Callable[[Change], None]] = []
        self._must_change: bool | None = None
        self.notices: list[str] = []  # what the user should know at once after signing in
        self.rules = Rules(self, on=rules)
        self.registers = Registers(self)
        self.handling = Handling(self)
        self.corrections = Corrections(self)
        self.text_seen = TextSeen(self)
        self.people = People(self)
        self.rights = Rights(self)
        self.witness = Witness(self)
        self.paper = Paper(self)
        self.files = Files(self)
        self.blocking = Blocking(self, denied)
        self.outside = Outside(self)
        self.ending = Ending(self)
        self.journal = JournalDesk(self)
        self._watch = watch
        self._last_at: datetime | None = None
        self._restore_entered = False
        self.verified: Verification | None = None  # the last one of this session
        self.inquiries = Inquiries(self)

    # --- who is here ---------------------------------------------------------------------------
    @property
    def user(self) -> UserAccount:
        """The signed-in user's account as the ledger holds it now.

        Raises:
            NotPermitted: the account is missing or disabled, or today is none of its days.
        """
        stored = self.store.get(UserAccount, self._user_id)
        account = stored.record if stored and not stored.meta.voided else None
        if account is None or not self.may_work(account):
            raise self._shut_out(account)
        return account

    def _shut_out(self, account: UserAccount | None) -> NotPermitted:
        if account is None or account.status is not AccountStatus.ACTIVE:
            return NotPermitted(act="台帳の利用", who=permissions.IN_USE)
        if account.usable_on(self.today()) and (day := self._shut_out_since(account)):
            return HasLeft(today=format_wareki(self.today()), day=format_wareki(day))
        # A clock that is wrong after a dead battery shuts everybody out: the words must tell.
        return OutsideItsDays(today=format_wareki(self.today()), days=account.days)

    def may_work(self, account: UserAccount) -> bool:
        """Tell whether an account is in use, today is among its days, and its person is still here."""
        return account.usable_on(self.today()) and self._shut_out_since(account) is None

    def _shut_out_since(self, account: UserAccount) -> date | None:
        find = partial(self.rules.books.find, Person)
        return last_days.shut_out(find, self.people.accounts, account, self.today())

    @property
    def role(self) -> Role:
        role = self.user.app_role
        assert role is not None
        return role

    def require(self, act: str) -> None:
        """Refuse unless the signed-in user's role may do the act.

        Raises:
            MustChangePassword: the password is still the first one.
            NotPermitted: naming the roles that may.
        """
        permissions.require(self.role, act)
        if self._first_password():
            raise MustChangePassword()

    def require_seeing(self) -> None:
        """Refuse to show anything to whom the window shows nothing either, whatever the role.

        Raises:
            MustChangePassword: the password is still the first one; somebody else knows it.
            NotPermitted: the account is disabled or past its last day.
        """
        if self.user.must_change:
            raise MustChangePassword()

    def _first_password(self) -> bool:
        """Tell whether the user still has the password that somebody else chose.

        Nobody but the user can change that while the ledger is open, so it is asked once.
        """
        if self._must_change is None:
            stored = self.store.get(UserAccount, self._user_id)
            self._must_change = bool(stored and stored.record.must_change)
        return self._must_change

    def _require_own_password(self, intents: Sequence[Intent]) -> None:
        if not self._first_password():
            return
        mine = [i.record for i in intents if i.record.id == self._user_id]
        if not (len(mine) == len(intents) == 1 and isinstance(mine[0], UserAccount)):
            raise MustChangePassword()

    # --- time and numbers ------------------------------------------------------------------------
    def now(self) -> datetime:
        """Return the present time, to the millisecond, with the offset of the clock on the wall."""
        moment = self.clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def today(self) -> date:
        return self.clock().date()

    def new_id(self) -> str:
        """Return a new id: 12 hex digits of milliseconds, 20 of randomness; ids sort by time."""
        milliseconds = int(self.clock().timestamp() * 1000)
        return f"{milliseconds:012x}{self.random(10).hex()}"

    def new_ids(self) -> Iterator[str]:
        """Yield ids without end, hundreds of one look at the clock, for rows by the thousand."""
        while True:
            milliseconds = int(self.clock().timestamp() * 1000)
            drawn = self.random(10 * IDS_AT_ONCE).hex()
            for start in range(0, len(drawn), 20):
                yield f"{milliseconds:012x}{drawn[start : start + 20]}"

    # --- contracts and their words ----------------------------------------------------------------
    def profile(self, contract_id: str) -> Profile:
        """Return the rule profile that a contract is bound to.

        Raises:
            NotFound: no such contract or profile.
        """
        contract = self.registers.need(Contract, contract_id).record
        return self.registers.need_profile(contract.profile_code)

    def known_profile(self, contract_id: str) -> Profile | None:
        """Return the rule profile of a contract for its words, None where there is none."""
        stored = self.store.get(Contract, contract_id) if contract_id else None
        return self.profiles.get(stored.record.profile_code) if stored else None

    def contracts(self) -> list[Stored[Contract]]:
        return self.registers.all(Contract)

    # --- writing ----------------------------------------------------------------------------------
    def commit(
        self,
        intents: Sequence[Intent],
        *,
        command_id: str = "",
        notices: Sequence[str] = (),
        also: frozenset[str] = frozenset(),
        progress: Progress = quiet,
    ) -> Change:
        """Write one command durably.

        Args:
            command_id: a caller's own id (32 hex digits); sent again it is answered, not repeated.
            also: types of which records vanish although no entry of the command is one of them.
            progress: of an erasure; `Cancelled` inside it keeps everything from being written.

        Raises:
            Refused: there is nothing to enter.
            Locked: the ledger was closed meanwhile.
            MustChangePassword: the password is still the first one.
            JournalFailed: it is written, but not where the journal was promised.
            AzukariError: whatever else the store reports; nothing is written then.
        """
        if not intents:
            raise Refused(reason="記帳するものが選ばれていません。")
        with self._lock:
            if self._closed:
                raise Locked()
            self._require_own_password(intents)
            self.blocking.check(intents)
            self.prepare()
            command_id = command_id or self.new_command_id()
            command, failed = self._append(intents, command_id, progress)
            if self._must_change:
                self._must_change = None
        change = Change(
            command_id=command.id,
            head=Head(command.last_seq, command.head),
            types=also.union(intent.record.type for intent in intents),
            ids=tuple(intent.record.id for intent in intents),
            notices=tuple(notices),
        )
        self.access.entered(intents)
        for listener in self._listeners:
            listener(change)
        if failed is not None:
            raise failed
        return change

    def _append(
        self, intents: Sequence[Intent], command_id: str, progress: Progress = quiet
    ) -> tuple[Command, JournalFailed | None]:
        """Sign and write one command.

        Returns:
            The command, and what kept it from the journal: it is entered then, not acknowledged.
        """
        now = self.now()
        offset = int((now.utcoffset() or timedelta()).total_seconds() // 60)
        command, entries = write_command(
            vault_id=self.store.vault_id,
            command_id=command_id,
            author=self._user_id,
            recorded_at=now,
            offset=offset,
            head=self.store.head(),
            intents=intents,
            salts=self.random(SALT_SIZE * len(intents)),
            signer=self._signer,
        )
        writes = [
            Write(entry, intent.record) for entry, intent in zip(entries, intents, strict=True)
        ]
        failed = None
        try:
            self.store.append(command, writes, progress)
        except JournalFailed as error:
            failed = error
        self._last_at = max(now, self._last_at or now)
        return command, failed

    def prepare(self) -> None:
        """Enter what goes before the next command: what was noticed, and a restore not told of yet."""
        with self._lock:
            self.watch()
            self._enter_restore()

    def _enter_restore(self) -> None:
        kept = None if self._restore_entered else kept_restore(self)
        if kept is not None:
            run, command_id = kept
            if self.store.command(command_id) is None and not self._enter([run], command_id):
                return
            self.store.set_setting(RESTORED, "")
        self._restore_entered = True

    def _enter(
        self, records: Sequence[Record], command_id: str, then: Callable[[], object] = bool
    ) -> bool:
        """Enter something beside what the user does; tell whether the user may enter anything.

        Args:
            then: is called when it is entered, wherever else it could not be written.
        """
        try:
            _, failed = self._append([creating(record) for record in records], command_id)
        except NotPermitted:
            return False  # an inspecting officer enters nothing but the own password
        then()
        if failed is not None:
            raise JournalMissing(**failed.facts)  # what the user wanted is not entered
        return True

    def watch(self, *, enter: bool = True) -> None:
        """Enter what was noticed; asked at the sign-in and before each command.

        That the clock went back or jumped, and what the store found when it compared the ledger with
        what remembers it: one command, because nothing may be entered before either.

        Args:
            enter: somebody who only looks leaves a line of the access log instead.
        """
        if self._last_at is None:
            self._last_at = self._last_recorded()
        now = self.now()
        clock = self._watch.look(now, self._last_at)
        news, records = self.journal.noticed()
        if clock is not None:
            self._say(clock.detail)
            records.append(self.journal.event(clock))
        if not records:
            return
        then = partial(self._told, news, now if clock else None)
        if (enter and self._enter(records, self.new_command_id(), then)) or clock is None:
            return
        self.access.note(Act.CLOCK, detail=clock.value)
        self._told((), now)

    def _told(self, news: Sequence[News], clock: datetime | None) -> None:
        """Let go of what was entered or noted; a clock was odd at that moment."""
        if clock is not None:
            self._watch.told(clock)
            self._last_at = clock
        if news:
            for one in news:
                self._say(one.detail)
            self.journal.told(news)
            change = Change("", self.store.head(), frozenset({SystemEvent.type}), ())
            for listener in self._listeners:
                listener(change)

    def _say(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)

    def _last_recorded(self) -> datetime | None:
        """Return the latest time of the last entries and lines, or when the last session began.

        Who only looks enters nothing, and may put the clock right again before he leaves.
        """
        last = latest_entry(self.store)
        asked = (Question(limit=1), Question(acts=frozenset({Act.SIGN_IN}), limit=1))
        times = [line.at for one in asked for line in self.safe.access.lines(one)]
        return max([*times, last] if last else times, default=None)

    def new_command_id(self) -> str:
        """Return a new id of a command: ids that sort by time stand side by side on the disk."""
        return self.new_id()

    def answered(self, command_id: str) -> Change | None:
        """Return what a durable command did, or None when it is new (design.md §4, driver)."""
        command = self.store.command(command_id) if command_id else None
        if command is None:
            return None
        try:
            self.safe.journal.require()
        except JournalMissing as error:
            # It is entered, but not yet in every place that was promised.
            raise JournalFailed(**error.facts) from error
        entries = list(self.store.entries(command.first_seq, command.last_seq))
        return Change(
            command_id=command.id,
            head=Head(command.last_seq, command.head),
            types=frozenset(entry.type for entry in entries),
            ids=tuple(entry.record_id for entry in entries),
            repeated=True,
        )

    def on_change(self, listener: Callable[[Change], None]) -> None:
        """Call a listener after every durable command."""
        self._listeners.append(listener)

    # --- the door ---------------------------------------------------------------------------------
    _closed = False

    def close(self, why: str = "") -> None:
        """Close the store; every later command is refused.

        Args:
            why: what locked it, for the access log.

        Raises:
            DiskFull, NotWritable, InputOutput: the end of the access log was not written.
        """
        with self._lock:
            self._closed = True
            try:
                self.access.close(why)
            finally:
                self.store.close()
