"""The office: how a ledger comes to be open, for the window, the console and the driver alike."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import NamedTuple

from models.access import Act
from models.backups import keep_restore, record_restore, record_restore_test
from models.capacity import room_notice
from models.chain import Head
from models.clockwatch import ClockWatch, Steady
from models.codes import Role
from models.denied import Denied
from models.errors import AzukariError, Damaged, SheetUncertain, SheetUsed
from models.gate import Gate, Opened, Restored
from models.last_days import told_at_sign_in
from models.ledger import Clock, Ledger, Random
from models.mending import note_rebuild
from models.opening import Opening, open_books
from models.passwords import check_own
from models.profiles import Profile
from models.records import BackupRun, Person
from models.recovering import HandOut, Shown, enter_recovery
from models.registers import Registers
from models.settling import require_believed_sheet, require_signer, settle
from models.store import Progress, quiet
from models.terminals import notice_programs, notice_terminal

SHOWN = Shown()
SHEET_USED = "回復シートの使用"
ONE_FILE = (
    "2つの鍵ファイル（keys.a、keys.b）が、1つのファイルになっていました（ディスクの空きを増やすプログラムなどが、"
    "同じ内容のファイルをまとめたためです）。別々のファイルに戻しました。台帳のフォルダーを、そのような"
    "プログラムの対象から外してください。"
)
FROZEN = (
    "書込みのできない場所の台帳なので、ロックを取らずに、あるがままに読みました。"
    "利用の記録は残らず、更新ジャーナルは見ていません。"
)


class RestoredWithSheet(NamedTuple):
    """A ledger that a recovery sheet brought back on any PC.

    Attributes:
        restored: where it comes from and what was left out; its head is before any new entry.
        head: of the ledger as it stands now, with the entries of who was let in and of the restore.
        sheet: text of the sheet that replaces the used one.
    """

    restored: Restored
    head: Head
    sheet: str


@dataclass(frozen=True)
class Office:
    """What `main.py` hands over: the gate, the words and rules, clock, randomness, program name."""

    gate: Gate
    profiles: Mapping[str, Profile]
    clock: Clock
    random: Random
    program: str
    profile_folder: str = ""  # where a site lays profiles of its own
    own_profiles: tuple[str, ...] = ()  # codes of the profiles that come with the program
    rules: bool = True  # ask the rules of the contracts (models/ruling.py)
    steady: Steady | None = None  # the clock that nobody can set (models/clockwatch.py)
    denied: Sequence[Denied] = ()  # programs that must not be on the PC (models/denied.py)
    _watches: dict[str, ClockWatch] = field(default_factory=dict, init=False, repr=False)
    """By ledger: a clock that was set while nobody was signed in was set in this run as well."""

    def create(self, folder: PurePath, opening: Opening, password: str) -> tuple[Ledger, str]:
        """Make a new ledger with its first responsible person.

        Returns:
            The open ledger and the text of the recovery sheet, which is shown once.

        Raises:
            AzukariError: nothing of use is left behind then.
        """
        check_own(password, opening.own_words())
        user_id = self.random(16).hex()
        opened, sheet = self.gate.create(
            folder, user_id=user_id, login=opening.login, role=Role.SUPERVISOR, password=password
        )
        ledger = self._ledger(opened)
        try:
            open_books(
                ledger,
                opening,
                user_id=user_id,
                key=opened.signer.public_key,
                program=self.program,
                sheet=opened.safe.sheet_key(),
            )
            ledger.access.signed_in()
            notice_terminal(ledger)
        except BaseException:
            self.gate.discard(opened)  # a ledger without its first command is no ledger
            raise
        return ledger, sheet

    def unlock(
        self,
        folder: PurePath,
        login: str,
        password: str,
        *,
        rolled_back: str = "",
        looking: bool = False,
        rebuild: bool = False,
        progress: Progress = quiet,
    ) -> Ledger:
        """Open a ledger as one of its users.

        What died half-way the last time is finished first; `Ledger.notices` tells of it.

        Args:
            rolled_back: reason of a responsible person who goes on with a ledger that shows less
                than this PC or the journal remembers; it is entered, and printed on the next paper.
            looking: somebody only looks: nothing is entered but what finishes an act that died
                half-way. The ledger may then lie where nothing can be written: it stays as it is,
                and `Ledger.notices` tells of it.
            rebuild: make what follows from the log anew first, because it is damaged.
            progress: of what lasts (see `Gate.unlock`).

        Raises:
            TablesDamaged: `rebuild` mends it.
            Cancelled: by `progress`; nothing was changed.
            RolledBack: the ledger was set back, and no reason is given.
            NotPermitted, AccountUnfinished: the account is not valid today; nothing is shown then,
                and nothing is signed in its name.
            AzukariError: wrong password, damaged files, in use.
        """
        if rolled_back:
            Registers.reason(rolled_back)
        opened = self.gate.unlock(
            folder, login, password, accept=bool(rolled_back), looking=looking, rebuild=rebuild,
            progress=progress,
        )  # fmt: skip
        try:
            return self._enter(
                opened, rolled_back, looking=looking, rebuilt=rebuild, progress=progress
            )
        except Damaged as error:
            try:
                raise opened.safe.told_of(error, progress) from error
            finally:
                opened.store.close()

    def _enter(
        self,
        opened: Opened,
        rolled_back: str,
        *,
        looking: bool,
        rebuilt: bool,
        progress: Progress,
    ) -> Ledger:
        """Sit down at an opened ledger: finish what is unfinished, notice what is to be noticed."""
        ledger = self._ledger(opened)
        try:
            if rolled_back:
                ledger.journal.answer(rolled_back, ledger.user.person_id)
            if opened.frozen:
                ledger.notices.append(FROZEN)
                require_signer(ledger)
            else:
                settle(ledger, progress)
            ledger.access.signed_in()
            if rebuilt:
                note_rebuild(ledger)
            ledger.journal.greet()
            if ledger.safe.copies_were_one:
                ledger.notices.append(ONE_FILE)
            ledger.notices += told_at_sign_in(ledger)
            if notice := room_notice(ledger):
                ledger.notices.append(notice)
            if not looking:
                notice_terminal(ledger)
                notice_programs(ledger)
        except Damaged:
            raise  # nothing more can be written
        except Exception:
            ledger.close()  # whatever the reason, an open ledger without a user must not stay
            raise
        return ledger

    def recover(
        self,
        folder: PurePath,
        sheet: str,
        login: str,
        password: str,
        person: Person | None = None,
        hand_out: HandOut = SHOWN,
    ) -> tuple[Ledger, str]:
        """Open a ledger with its recovery sheet and let a responsible person in.

        Args:
            login: of a supervisor who lost the password, or of `person`.
            person: somebody new who takes over; an organization "" or "-" means the contractor.
            hand_out: keeps the next sheet before anything is changed.

        Returns:
            The open ledger and the text of the sheet that replaces the used one.

        Raises:
            SheetUsed: the person is let in and the next sheet is in force; what came after failed.
            SheetUncertain: one of the two sheets is in force.
            AzukariError: nothing of use was changed; the same sheet works again.
        """
        opened, fresh = self._let_in(folder, sheet, login, password, person, hand_out)
        ledger = self._ledger(opened)
        try:
            self._arrive(ledger)
        except AzukariError as error:
            with suppress(AzukariError):
                ledger.close()
            raise SheetUsed(reason=str(error)) from error
        return ledger, fresh

    def _let_in(
        self,
        folder: PurePath,
        sheet: str,
        login: str,
        password: str,
        person: Person | None,
        hand_out: HandOut,
    ) -> tuple[Opened, str]:
        """Let a responsible person in; the next sheet is kept first, the header is written last."""
        recovery = self.gate.open_with_sheet(folder, sheet)
        opening = self._ledger(recovery.opened)
        unchanged = True
        try:
            require_believed_sheet(opening)
            opening.journal.answer(SHEET_USED)
            fresh = enter_recovery(opening, recovery, login, password, person, hand_out)
            opening.access.flush()
            unchanged = False
            return recovery.finish(), fresh
        except BaseException as error:
            known = isinstance(error, AzukariError) and not isinstance(error, SheetUncertain)
            if unchanged or known:
                hand_out.take_back()
            recovery.close()
            raise

    def _arrive(self, ledger: Ledger) -> None:
        """Do what a sign-in does, for somebody whom a sheet let in."""
        ledger.journal.answer(SHEET_USED, ledger.user.person_id)
        settle(ledger)
        ledger.access.signed_in()
        ledger.journal.greet()
        notice_terminal(ledger)
        notice_programs(ledger)

    def restore(
        self,
        backup: PurePath,
        folder: PurePath,
        login: str,
        password: str,
        progress: Progress,
        journal: PurePath | None = None,
        *,
        up_to_damage: bool = False,
    ) -> Restored:
        """Restore a backup on this PC; the next command there enters first that it was restored.

        Args:
            journal: folder of the update journal, to come to the last acknowledged entry.
            up_to_damage: be content with the entries before damage of the journal; what is lost is
                entered, and printed on the next paper.

        Returns:
            What was reached.

        Raises:
            JournalDamaged: the journal does not lead to its end; `up_to_damage` restores what is
                before.
            AzukariError: the folder does not exist then.
        """
        started = self.clock()
        done: list[Restored] = []

        def enter(restored: Restored) -> None:
            assert restored.opened is not None
            ledger = self._ledger(restored.opened)
            require_signer(ledger)
            ledger.require("restore")
            ledger.outside.require(folder)
            keep_restore(ledger, restored, started)
            ledger.access.handed_out(Act.RESTORE, BackupRun.type)
            done.append(replace(restored, opened=None))

        self.gate.restore(
            backup, folder, login=login, password=password, progress=progress, journal=journal,
            settle=enter, up_to_damage=up_to_damage,
        )  # fmt: skip
        return done[0]

    def restore_test(
        self,
        ledger: Ledger,
        backup: PurePath,
        scratch: PurePath,
        password: str,
        progress: Progress,
        journal: PurePath | None = None,
    ) -> Restored:
        """Restore a backup for trial, verify it, remove it again, and enter the result.

        Args:
            ledger: the open ledger of the backup; its user restores.
            scratch: a folder with room; what is restored there is removed in any case.

        Returns:
            What was reached.

        Raises:
            UnregisteredMedium, NetworkPlace: of `scratch`; nothing was tried.
            AzukariError: what failed; it is entered as well.
        """
        ledger.require("restore")
        ledger.outside.require(scratch)

        def restore() -> Restored:
            return self.gate.restore_for_trial(
                backup, scratch, login=ledger.user.login_name, password=password,
                progress=progress, journal=journal, vault_id=ledger.store.vault_id,
            )  # fmt: skip

        return record_restore_test(ledger, backup, restore, with_journal=journal is not None)

    def restore_with_sheet(
        self,
        backup: PurePath,
        folder: PurePath,
        sheet: str,
        login: str,
        password: str,
        progress: Progress,
        person: Person | None = None,
        journal: PurePath | None = None,
        hand_out: HandOut = SHOWN,
        *,
        up_to_damage: bool = False,
    ) -> RestoredWithSheet:
        """Restore a backup on any PC with the recovery sheet of its time, and let somebody in.

        Args:
            journal, up_to_damage: as in `restore`.
            hand_out: keeps the next sheet before it comes into force.

        Raises:
            AzukariError: the folder does not exist then.
        """
        done: list[RestoredWithSheet] = []
        started = self.clock()

        def settle_in(place: PurePath, restored: Restored) -> None:
            opened, fresh = self._let_in(place, sheet, login, password, person, hand_out)
            ledger = self._ledger(opened)
            try:
                ledger.outside.require(folder)
                self._arrive(ledger)
                record_restore(ledger, restored, started)
                ledger.access.note(Act.RESTORE, BackupRun.type)
                done.append(RestoredWithSheet(restored, ledger.store.head(), fresh))
            finally:
                ledger.close()

        try:
            self.gate.restore_with_sheet(
                backup, folder, sheet=sheet, settle=settle_in, progress=progress, journal=journal,
                up_to_damage=up_to_damage,
            )  # fmt: skip
        except BaseException:
            hand_out.take_back()  # what that sheet would open is not there
            raise
        return done[0]

    def sheet_is_right(self, ledger: Ledger, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""
        return self.gate.sheet_is_right(ledger.opened, typed)

    def _ledger(self, opened: Opened) -> Ledger:
        watch = self._watches.setdefault(opened.store.vault_id, ClockWatch(self.steady))
        return Ledger(
            opened, self.profiles, self.clock, self.random, rules=self.rules, watch=watch,
            denied=self.denied,
        )  # fmt: skip
