"""The safe on disk: keys, backups and verification of one open ledger (`models.safe.Safe`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from models import permissions
from models.chain import EMPTY, Head
from models.codes import Role
from models.errors import (
    AzukariError,
    Cancelled,
    Damaged,
    DiskFull,
    HasLeft,
    InsideLedger,
    JournalMissing,
    MediumMissing,
    MustChangePassword,
    NotPermitted,
    RolledBack,
)
from models.last_days import shut_out_of
from models.notes import GENERATION, Note
from models.passwords import USUAL_FORMER, PasswordPolicy
from models.records import UserAccount
from models.safe import (
    BackupFile,
    FormerKeys,
    NewSheet,
    OutsidePlace,
    Parting,
    Presence,
    SheetKey,
    WayIn,
)
from models.settling import require_believed
from models.store import Progress, quiet, tell
from models.verification import Problem, Verification
from models.wareki import format_wareki
from storage import backup as containers
from storage import backup_files, checkpoint, damage, mending, notes, rotation, settings
from storage import verify as checks
from storage.access import AccessTable
from storage.attachments import FOLDER_NAME, lost_files
from storage.backup_opening import with_vault
from storage.checkpoint import Me
from storage.erasing import read_erasures
from storage.exposed import ExposedPasswords, reissued
from storage.files import reading
from storage.former import FormerPasswords, forget_former
from storage.head_check import last_backup_problems
from storage.journal_compare import on_one_disk
from storage.journal_keeper import Keeper
from storage.known_schema import CODE as SCHEMA
from storage.ledger_store import LedgerStore
from storage.ledgers import SnapshotFile, check_snapshot, snapshot_reader
from storage.machine import PC
from storage.media import presence, read_mark, write_mark
from storage.removable import outside_place, top_folders
from storage.seal_check import seal_problems
from storage.throttle import Throttle
from storage.unlocked import Vault
from storage.waiting_keys import DrawnSheet, PresentKeys

Clock = Callable[[], datetime]

FINISHING = "前回途中で止まった暗号鍵の更新（利用停止などに伴うもの）を完了しています。"
NO_ROOM = (
    "途中で止まった暗号鍵の更新は、ディスクの空きが足りないため、まだ続けられません。"
    "データベースと同じ大きさの空きを作り、台帳を開き直してください。"
)
NO_JOURNAL = (
    "途中で止まった暗号鍵の更新は、更新ジャーナルを使えないため、まだ続けられません。"
    "媒体をつなぐか、責任者が「ジャーナルなしで続ける」で理由を記帳してから、台帳を開き直してください。"
)
NONE_ERASED: Mapping[int, int] = {}
_RESTORE_EARLIER = "以前のバックアップから復元してください。"
_WAYS = {damage.CODE: "", SCHEMA: damage.REBUILD}  # the sentence of a damaged page says its own
RENEWING = (
    "key_renewing"  # name of the setting: number of a data key whose renewal is not entered yet
)


class LedgerSafe:
    """Keys and files of an open ledger."""

    journal: Keeper  # given by the gate once the store is open
    access: AccessTable
    machine: PC

    def __init__(
        self,
        vault: Vault,
        store: LedgerStore,
        clock: Clock,
        policy: PasswordPolicy,
        throttle: Throttle,
    ) -> None:
        self.vault = vault
        self.throttle = throttle
        self.made_folder = False  # the folder came into being with this ledger
        self.renewal_waits = ""
        self._unfit = settings.unfit(store.database)
        self._store = store
        self._clock = clock
        self._policy = policy

    @property
    def unfit_settings(self) -> list[str]:
        return self._unfit

    def drop_setting(self, name: str) -> None:
        self._unfit = [one for one in self._unfit if one != name]
        if name != GENERATION:  # it was remembered anew
            self._store.set_setting(name, "")

    def keep_note(self, name: str, body: Any) -> None:
        notes.keep(self._store, self._me(), name, body)

    def note(self, name: str) -> Note | None:
        return notes.read(self._store, name)

    def ways_in(self) -> list[WayIn]:
        return [
            WayIn(
                member.user_id, member.role, member.public_key, member.initial_password,
                here=member.can_sign_in,
            )
            for member in self.vault.members
            if member.state == "active"
        ]  # fmt: skip

    def present_keys(self) -> FormerKeys:
        return PresentKeys(self)

    def sheet_key(self) -> SheetKey:
        record = next(one for one in self.vault.header.recovery if one.active)
        return SheetKey(record.user_id, record.signing)

    def new_sheet(self) -> NewSheet:
        return DrawnSheet(self)

    def add_user(
        self, user_id: str, login: str, role: Role, password: str, *, initial: bool = True
    ) -> bytes:
        self._policy.check(password, (login,))
        member = self.vault.add_user(user_id, login, role.value, password, initial=initial)
        self.remember_header()
        return member.public_key

    def reissue(self, user_id: str, login: str, role: Role, password: str) -> bytes:
        self._policy.check(password, (login,))

        def issue() -> bytes:
            member = self.vault.reissue(user_id, login, password, role=role.value)
            self.remember_header()
            return member.public_key

        return reissued(self._exposed(user_id), password, issue)

    def withhold(self, user_id: str) -> bytes:
        book = self._exposed(user_id)
        book.add()
        member = self.vault.withhold(user_id)
        self.remember_header()
        book.renew()
        return member.public_key

    def _exposed(self, user_id: str) -> ExposedPasswords:
        return ExposedPasswords(self._store, self.vault, user_id)

    def forget_former(self, user_id: str) -> None:
        forget_former(self._store, user_id)

    def take_back(self, user_id: str) -> None:
        self.vault.remove_slot(user_id)
        self.remember_header()

    def remove_user(self, user_id: str, progress: Progress = quiet) -> None:
        self._rotate(progress, user_id)

    def renew_key(self, progress: Progress = quiet) -> None:
        self._rotate(progress)

    def _rotate(self, progress: Progress, *without: str) -> None:
        # Without its medium the journal could not go on under the new key.
        self.journal.require()
        database, renew = self._store.database, self.journal.roll
        number = self.vault.header.epochs[-1].number + (not self.vault.rotating)
        self._store.set_setting(RENEWING, str(number))  # whatever dies, it is entered once
        try:
            rotation.rotate(self.vault, database, renew, without, progress=progress)
        except Cancelled:
            self.remember_header()
            raise
        self.remember_header()

    def finish_renewal(self, progress: Progress = quiet) -> None:
        """Finish a rotation that died half-way, if the signed-in person may.

        Whoever stops it, or has no room or no journal for it, comes in all the same; the next one
        finishes it.
        """
        if self.vault.rotating and self.vault.may_rotate:
            tell(progress, FINISHING)
            try:
                self._rotate(progress)
            except Cancelled:
                pass
            except (DiskFull, JournalMissing) as error:
                missing = isinstance(error, JournalMissing)
                self.renewal_waits = NO_JOURNAL if missing else NO_ROOM

    @property
    def key_number(self) -> int:
        return self.vault.header.epoch

    @property
    def copies_were_one(self) -> bool:
        return self.vault.parted

    @property
    def key_was_renewed(self) -> bool:
        if self.vault.rotating or self.key_number == 1:
            return False
        return self._store.setting(RENEWING) == str(self.key_number)

    def renewal_entered(self) -> None:
        self._store.set_setting(RENEWING, "")

    def change_password(
        self, old: str, new: str, *, former: int = USUAL_FORMER, exposed: bool = False,
        progress: Progress = quiet,
    ) -> None:  # fmt: skip
        self._policy.check(new)
        history = FormerPasswords(self._store, self.vault)
        book = self._exposed(self.vault.user_id)

        def before() -> None:
            # Only who has proved the present password learns whether another was once his.
            history.refuse(new, former, progress)
            book.refuse(new, progress)
            history.keep(old, former)
            book.renew()  # who came to manage accounts since may open it
            if exposed:
                book.add()

        self.vault.change_password(old, new, before=before)
        self.remember_header()

    def sign_as(
        self, login: str, password: str, statement: Callable[[str], bytes]
    ) -> tuple[str, bytes]:
        with self.throttle.counted(self.vault.vault_id, login, self._clock()):
            return self.vault.sign_as(login, password, statement)

    def remember_header(self) -> None:
        """Keep the generation of the key header inside the database (see `require_header`)."""
        if not self._store.reader:
            self._store.set_setting(GENERATION, str(self.vault.generation))

    def require_header(self) -> None:
        """Refuse a key header that is older than the database remembers.

        Somebody who was shut out may hold an old copy of both header files; it must not let him
        in again. A newer header than remembered is what a power cut leaves between the two.

        Raises:
            RolledBack
        """
        remembered = int(self._store.setting(GENERATION) or 0)
        if self.vault.generation < remembered:
            raise RolledBack(
                reason="鍵ファイル（keys.a、keys.b）が、台帳の覚えている世代より古いものです。"
            )
        if self.vault.generation > remembered:
            self.remember_header()

    def require_answer(self) -> None:
        """Refuse to take an answer for a ledger that was set back from whom it cannot be entered.

        What is noticed is gone once somebody has accepted it, so the sign-in must not fail later.

        Raises:
            HasLeft, NotPermitted, AccountUnfinished, MustChangePassword
        """
        stored = self._store.get(UserAccount, self.vault.user_id)
        account = stored.record if stored and not stored.meta.voided else None
        if account is None or not account.usable_on(self._clock().date()):
            raise NotPermitted(act="台帳の利用", who=permissions.IN_USE)
        today = self._clock().date()
        if day := shut_out_of(self._store, account, today):
            raise HasLeft(today=format_wareki(today), day=format_wareki(day))
        ways = {one.user_id: one for one in self.ways_in()}
        require_believed(account, ways.get(account.id))
        if self.vault.must_change_password:
            raise MustChangePassword()

    def backup(self, folder: PurePath, progress: Progress) -> BackupFile:
        """Write a backup into a folder and verify it by reading it again.

        Raises:
            InsideLedger: a backup beside its ledger would be lost with it.
        """
        self._require_outside(folder)
        with snapshot_reader(self._store) as snapshot:
            now = self._clock()
            facts = containers.LedgerFacts(
                snapshot.head.seq, snapshot.head.hash, self._store.counts()
            )
            made = containers.write_backup(
                self._free_name(Path(folder).absolute(), now),
                vault=self.vault,
                facts=facts,
                database=cast(BinaryIO, SnapshotFile(snapshot)),
                database_size=snapshot.size,
                now=now,
                progress=progress,
                check_source=self._check_source,
            )
            lost = self.lost_attachments()
        checkpoint.remember(self._store, self._me(), snapshot.head)
        return replace(_described(made), missing=lost)

    def lost_attachments(self) -> int:
        return len(lost_files(self._store.database, self.vault.folder / FOLDER_NAME))

    def _require_outside(self, folder: PurePath) -> None:
        mine, target = self.vault.folder.resolve(), Path(folder).resolve()
        if target == mine or mine in target.parents:
            raise InsideLedger(file=str(folder))

    def _free_name(self, folder: Path, now: datetime) -> Path:
        """Name a backup after ledger and time; a second one in the same second gets a number."""
        if not folder.is_dir():
            raise MediumMissing(file=str(folder))
        stem = f"{backup_files.begins(self.vault.vault_id)}{now:%Y%m%d-%H%M%S}"
        names = (
            f"{stem}{mark}{backup_files.SUFFIX}" for mark in ("", *(f"-{n}" for n in range(2, 100)))
        )
        with reading(folder):
            return next(path for name in names if not (path := folder / name).exists())

    def check_backup(self, file: PurePath, progress: Progress) -> BackupFile:
        made = containers.verify_backup(
            Path(file),
            with_vault(self.vault),
            vault_id=self.vault.vault_id,
            allow_test_profile=self.vault.profile == "test",
            progress=progress,
            check_database=self._check_snapshot,
        )
        return _described(made)

    def top_folders(self, root: PurePath) -> Sequence[PurePath]:
        return top_folders(Path(root))

    def outside_place(self, path: PurePath) -> OutsidePlace | None:
        return outside_place(Path(path))

    def on_ledgers_disk(self, folder: PurePath) -> bool:
        return on_one_disk(self.vault.folder, Path(folder))

    def medium_mark(self, folder: PurePath) -> str:
        return read_mark(Path(folder))

    def mark_medium(self, folder: PurePath, mark: str) -> None:
        self._require_outside(folder)
        write_mark(Path(folder), mark)

    def backup_presence(
        self, file: PurePath, mark: str, backup_id: str = "", size: int | None = None
    ) -> Presence:
        found = presence(Path(file), mark)
        if found is Presence.THERE and not backup_files.looks_so(Path(file), backup_id, size):
            return Presence.OTHER
        return found

    def backup_names(self, folder: PurePath) -> list[str]:
        return backup_files.names_in(Path(folder), self.vault.vault_id)

    def parting(self) -> Parting | None:
        return self.journal.parting()

    def require_unchanged(
        self, file: PurePath, backup_id: str, size: int, sha256: str, progress: Progress
    ) -> None:
        backup_files.require_unchanged(
            Path(file), backup_id, size=size, sha256=sha256, progress=progress
        )

    def remove_backup(self, file: PurePath, backup_id: str) -> None:
        backup_files.remove(Path(file), backup_id)

    def verify(self, *, full: bool, progress: Progress) -> Verification:
        problems = self._check_database(full, progress)
        if any(one.code == damage.CODE for one in problems):  # nothing else can be believed
            self._begin_anew()
            if full and damage.follow_from_the_log(problems):
                problems += self._attachment_problems(progress)
            return self._found(self._head_if_readable(), problems)
        problems += self.journal.check(full=full, progress=progress)
        problems += last_backup_problems(self._store)
        problems += seal_problems(self._store)
        problems += notes.setting_problems(self._store)
        erased = read_erasures(self._store.database, whole=full).counts()
        return self._found(self._store.head(), problems, erased)

    def _found(
        self, head: Head, problems: Sequence[Problem], erased: Mapping[int, int] = NONE_ERASED
    ) -> Verification:
        return Verification(head, damage.with_remedies(problems), erased)

    def _attachment_problems(self, progress: Progress) -> list[Problem]:
        """Check the attachments beside damaged tables: making those anew brings none of them back."""
        try:
            return checks.attachment_problems(
                self._store.database, self._store.attachments, progress
            )
        except Damaged:
            self._begin_anew()
            return [Problem(damage.ATTACHMENT, FOLDER_NAME, damage.UNSEEN)]

    def _check_database(self, full: bool, progress: Progress) -> list[Problem]:
        """Check pages, log and tables; where damage ends the check, say what is damaged."""
        key = self.vault.database_key
        try:
            return checks.verify(self._store, full=full, progress=progress, key=key, me=self._me())
        except Damaged:
            found = damage.found_in(self._store.database, key, progress)
            return [Problem(*one) for one in found or damage.unfound(self._store.database.path)]

    def _begin_anew(self) -> None:
        """Open the database again: a connection that met a damaged page reads no other any more."""
        database = self._store.database
        if not database.frozen:
            with database.lock:
                database.let_go()
                database.take_back((self.vault.database_key,))
                if self._store.reader:
                    self._store.read_only(self._store.reader)

    def _head_if_readable(self) -> Head:
        try:
            return self._store.head()
        except Damaged:
            return EMPTY

    def rebuild(self, progress: Progress) -> Head:
        try:
            return mending.rebuild(self._store, self.vault.database_key, progress)
        except Damaged as error:
            raise self.told_of(error, progress) from error

    def told_of(self, error: Damaged, progress: Progress = quiet) -> AzukariError:
        return damage.told_of(self._store.database, self.vault.database_key, error, progress)

    def _me(self) -> Me:
        return Me(self.vault.user_id, self.vault.signer())

    def _check_source(self, progress: Progress) -> None:
        """Check the database while the caller keeps everybody from writing to it."""
        database, key = self._store.database, self.vault.database_key
        found = checks.verify_log(
            database, self._store.vault_id, progress=progress, key=key, me=self._me()
        )
        if found:
            raise Damaged(
                file=str(database.path),
                what_now=f"{found[0].message}バックアップは作成していません。"
                + _WAYS.get(found[0].code, _RESTORE_EARLIER),
            )

    def _check_snapshot(self, path: Path) -> None:
        check_snapshot(path, self.vault.database_key)


def _described(made: containers.VerifiedBackup) -> BackupFile:
    manifest = made.manifest
    return BackupFile(
        file=made.file,
        backup_id=manifest.backup_id.hex(),
        vault_id=manifest.vault_id.hex(),
        head=Head(manifest.seq, manifest.head),
        size=made.size,
        sha256=made.sha256,
        created_at=datetime.fromisoformat(manifest.created),
    )
