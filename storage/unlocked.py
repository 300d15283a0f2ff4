"""The keys of a ledger in the hands of one signed-in person.

`Vault` hands out derived keys and signatures, and rewrites both copies of the key header before a
change is acknowledged. It is made by `storage/vault.py` only.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from models.codes import Role
from models.errors import (
    AzukariError,
    Conflict,
    Locked,
    MustChangePassword,
    NotFound,
    NotPermitted,
    Refused,
    SheetUncertain,
    WrongPassword,
)
from models.passwords import check_floor
from storage.derived import derive_key, encode
from storage.files import read_whole
from storage.header import (
    MOST_ACTIVE,
    MOST_BYTES,
    RECOVERY_ROLE,
    Header,
    HeaderFile,
    HeaderUser,
    Slot,
)
from storage.header_edits import (
    Secrets,
    describe_user,
    free_tag,
    make_slot,
    open_keys,
    open_slot_keys,
    recovery_record,
    retire,
    with_first_epoch,
    with_last_epoch,
    with_next_epoch,
    with_recovery,
    with_user,
)
from storage.header_files import COPIES, read_pair, write_pair
from storage.kdf import KEY_BYTES
from storage.keyset import KeySet, Wrap, unwrap_key
from storage.members import Member, Signer
from storage.recovery import RecoverySheet
from storage.trust import login_tag, may_add, sign_header, sign_user


class Vault:
    """An unlocked key header. Everything that changes it is durable when the method returns."""

    def __init__(self, folder: Path, file: HeaderFile, user: HeaderUser, opened: Secrets) -> None:
        self.folder = folder
        self.user_id = user.user_id
        self.role = user.role
        self.repaired: tuple[str, ...] = ()
        self.parted = False  # both copies had been names of one file
        # The data key that the database is under; storage/rotation.py knows when it is another.
        self.epoch = file.header.epoch
        # Called when both copies hold another header; whoever keeps a third one follows.
        self.header_changed: Callable[[Vault], None] = lambda vault: None
        self._file = file
        self._opened: Secrets | None = opened

    def __repr__(self) -> str:
        return f"Vault({self.folder.name!r}, {self.user_id!r}, {self.role!r})"

    # --- what the header says -----------------------------------------------------------------

    @property
    def header(self) -> Header:
        return self._file.header

    @property
    def header_bytes(self) -> bytes:
        """The whole header file, for the copy in a backup."""
        return self._file.raw

    @property
    def file(self) -> HeaderFile:
        return self._file

    @property
    def header_hash(self) -> bytes:
        """What the database remembers of the header beside `generation`."""
        return self._file.hash

    @property
    def vault_id(self) -> bytes:
        return self.header.vault_id

    @property
    def generation(self) -> int:
        return self.header.generation

    @property
    def first_responsible_key(self) -> bytes:
        """The Ed25519 key that ledger entry 1 pins; every signature of the header leads to it."""
        return self.header.first_key

    @property
    def profile(self) -> str:
        return self.header.profile

    @property
    def must_change_password(self) -> bool:
        """Whether the password was chosen by the one who issued it."""
        slot = self.header.slot_of(self.user_id)
        return slot is not None and slot.initial

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._member(user) for user in self.header.users)

    def _member(self, user: HeaderUser) -> Member:
        slot = self.header.slot_of(user.user_id) if user.active else None
        return Member(
            user_id=user.user_id,
            role=user.role,
            state=user.state,
            public_key=user.signing,
            can_sign_in=slot is not None,
            initial_password=slot is not None and slot.initial,
        )

    # --- keys ---------------------------------------------------------------------------------

    @property
    def database_key(self) -> bytes:
        """The raw 32-byte key of SQLCipher, derived from the data key that it is under."""
        return self.derive("database", epoch=self.epoch)

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes:
        """Derive the 32-byte key of one purpose ("journal", "seal" …).

        Args:
            epoch: another data key than the current one, while a rotation is unfinished.

        Raises:
            Locked: the vault was closed.
        """
        number = self.header.epoch if epoch is None else epoch
        return derive_key(self._secrets.data_keys[number], self.vault_id, purpose)

    @property
    def epochs(self) -> frozenset[int]:
        """Return the numbers of the data keys that are known."""
        return frozenset(self._secrets.data_keys)

    def signer(self) -> Signer:
        """Sign as the signed-in person.

        Raises:
            Locked: the vault was closed.
        """
        keys = self._secrets.keys
        return Signer(keys.public_signing, keys)

    def unwrap(self, wrap: Wrap, context: bytes) -> bytes:
        """Open a key that was wrapped to the signed-in person.

        Raises:
            CannotOpen: it was wrapped to somebody else or changed.
        """
        return unwrap_key(wrap, self._secrets.keys, context)

    def random(self, length: int) -> bytes:
        return self._secrets.random(length)

    def close(self) -> None:
        """Forget the keys; Python cannot wipe them, so the unlocked time is kept short."""
        self._opened = None

    @property
    def _secrets(self) -> Secrets:
        if self._opened is None:
            raise Locked
        return self._opened

    # --- people -------------------------------------------------------------------------------

    def check_password(self, password: str) -> None:
        """Confirm the signed-in person, for instance before a seal.

        Raises:
            WrongPassword: it is not his password.
        """
        slot = self.header.slot_of(self.user_id)
        open_keys(self.header, slot, password, self._secrets.device)

    def opens(self, slot: Slot, role: str, password: str) -> bool:
        """Tell whether a password opens a slot that is out of force, on this PC."""
        try:
            open_slot_keys(slot, role, self.vault_id, password, self._secrets.device)
        except WrongPassword:
            return False
        return True

    def sign_as(
        self, login: str, password: str, statement: Callable[[str], bytes]
    ) -> tuple[str, bytes]:
        """Open another person's keys for one signature and forget them.

        Args:
            statement: returns what is signed, given the id of that person's account.

        Raises:
            WrongPassword: unknown login or wrong password, after the same derivation.
            MustChangePassword: somebody else chose the password, so it proves nobody.
        """
        slot = self.header.slot_by_tag(login_tag(self.vault_id, login))
        keys = open_keys(self.header, slot, password, self._secrets.device)
        user = self.header.active_user(slot.user_id) if slot else None
        if slot is None or user is None or user.signing != keys.public_signing:
            raise WrongPassword
        if slot.initial:
            raise MustChangePassword
        return user.user_id, keys.sign(statement(user.user_id))

    def change_password(
        self, old: str, new: str, *, before: Callable[[], None] = lambda: None
    ) -> None:
        """Replace the own slot; the old password opens neither copy when this returns.

        The data key stays: copies and backups of that time still open with the old password.

        Args:
            before: called once the old password is proved; what it raises leaves the slot alone.

        Raises:
            WrongPassword: `old` is wrong.
            WeakPassword: `new` is shorter than any policy allows.
        """
        self.check_password(old)
        check_floor(new)
        before()
        slot = self.header.slot_of(self.user_id)
        if slot is None:
            raise NotFound(what="利用者")
        fresh = self._new_slot(self._me(), slot.tag, new, self._secrets.keys, initial=False)
        self.commit(self.header.with_slot(fresh))

    def add_user(
        self, user_id: str, login: str, role: str, password: str, *, initial: bool = True
    ) -> Member:
        """Let another person in; the password is an initial one, to be changed at first use.

        Raises:
            NotPermitted: the signed-in role may not add this role.
            Refused: the login is taken, or there are too many people.
            WeakPassword: the password is shorter than any policy allows.
        """
        if self.header.active_user(user_id) is not None:
            raise Refused(reason="この利用者は登録済みです。")
        if sum(user.active for user in self.header.users) >= MOST_ACTIVE:
            raise Refused(reason=f"利用者は{MOST_ACTIVE}人まで登録できます。")
        return self._issue(self.header, user_id, login, role, password, initial)

    def reissue(
        self,
        user_id: str,
        login: str,
        password: str,
        *,
        role: str | None = None,
        initial: bool = True,
    ) -> Member:
        """Give a person new keys and a new initial password; reveals nothing of the old ones.

        Also the way to change a role (it is part of what the slot is bound to) and to let people
        in again after the ledger moved to another PC.

        Raises:
            NotFound: there is no such active person.
            NotPermitted: the signed-in role may not vouch for that role.
        """
        user = self._other(user_id)
        self._permit(user.role)
        header = retire(self.header, user_id, "replaced")
        return self._issue(header, user_id, login, role or user.role, password, initial)

    def withhold(self, user_id: str) -> Member:
        """Give a person new keys that nobody can open, himself included, until the next reissue.

        A new data key is wrapped to these, so what opened the old ones opens nothing later.

        Raises:
            NotFound, NotPermitted, Refused: as `reissue`.
        """
        user = self._other(user_id)
        self._permit(user.role)
        secrets = self._secrets
        keys = KeySet.create(secrets.random)  # forgotten when this returns
        fresh = sign_user(self.vault_id, describe_user(user_id, user.role, keys), secrets.keys)
        header = with_user(retire(self.header, user_id, "replaced"), fresh, secrets)
        self.commit(header, responsible=True)
        return self._member(fresh)

    def remove_slot(self, user_id: str) -> None:
        """Shut a person out: slot and wraps leave both copies, the keys stay as revoked.

        He knew the data key while he could sign in; only a rotation ends that.

        Raises:
            Refused: it is the signed-in person himself.
        """
        user = self._other(user_id)
        self._permit(user.role)
        self.commit(retire(self.header, user_id, "revoked"), responsible=True)

    def replace_recovery_sheet(self, sheet: RecoverySheet | None = None) -> RecoverySheet:
        """Put a new sheet in force; the old one opens nothing when this returns."""
        self._permit(RECOVERY_ROLE)
        secrets = self._secrets
        sheet = sheet or RecoverySheet.create(secrets.random)
        self.commit_sheet(with_recovery(self.header, sheet, secrets.keys, secrets))
        return sheet

    def commit_sheet(self, header: Header) -> None:
        """Commit a header with another recovery sheet, of which only one is in force.

        Raises:
            SheetUncertain: a copy may hold the new sheet, and the disk failed.
            AzukariError: nothing was written.
        """
        before = self.header_bytes
        try:
            self.commit(header, responsible=True)
        except BaseException as error:
            if any(_read_if_there(self.folder / name) != before for name in COPIES):
                reason = str(error) if isinstance(error, AzukariError) else ""
                raise SheetUncertain(file=str(self.folder), reason=reason) from error
            raise

    # --- a new data key (storage/rotation.py keeps the order) -----------------------------------

    @property
    def rotating(self) -> bool:
        """Whether a new data key is announced and not yet in force."""
        return len(self.header.epochs) > 1

    @property
    def may_rotate(self) -> bool:
        """Whoever may let people in may also shut them out."""
        return may_add(self.role, Role.WORKER)

    def announce_epoch(self, without: Sequence[str] = ()) -> int:
        """Announce a new data key to all who stay; the others are shut out in the same write.

        Returns:
            The number of the new epoch.

        Raises:
            NotPermitted: only those who may let these people in.
            Refused: it would shut out the signed-in person.
        """
        self._permit(Role.WORKER)
        header = self.header
        for user_id in without:
            self._permit(self._other(user_id).role)
            header = retire(header, user_id, "revoked")
        secrets = self._secrets
        data_key = secrets.random(KEY_BYTES)
        header = with_next_epoch(header, data_key, secrets)
        self.commit(header, responsible=True)
        number = header.epochs[-1].number
        self._opened = replace(secrets, data_keys={**secrets.data_keys, number: data_key})
        return number

    def adopt_epoch(self) -> None:
        """Put the announced data key in force and forget the old one."""
        self._keep_one(with_last_epoch(self.header))

    def withdraw_epoch(self) -> None:
        """Take the announced data key back; the database must be under the old one."""
        self._keep_one(with_first_epoch(self.header))

    def _keep_one(self, header: Header) -> None:
        self.commit(header, responsible=True)
        number = header.epoch
        secrets = self._secrets
        self._opened = replace(secrets, data_keys={number: secrets.data_keys[number]})
        self.epoch = number

    # --- the sheet ------------------------------------------------------------------------------

    def check_sheet(self, typed: str) -> None:
        """Prove that a printed sheet works by typing it back.

        Raises:
            InvalidField: a typing error, with its line.
            WrongRecoverySheet: it is the sheet of another ledger, or an old one.
        """
        recovery_record(self.header, RecoverySheet.parse(typed).keys(self.vault_id))

    def _issue(
        self, header: Header, user_id: str, login: str, role: str, password: str, initial: bool
    ) -> Member:
        self._permit(role)
        check_floor(password)
        tag = free_tag(header, login)
        secrets = self._secrets
        keys = KeySet.create(secrets.random)
        user = sign_user(self.vault_id, describe_user(user_id, role, keys), secrets.keys)
        header = with_user(header, user, secrets)
        slot = self._new_slot(user, tag, password, keys, initial=initial)
        self.commit(header.with_slot(slot), responsible=True)
        return self._member(user)

    def _new_slot(
        self, user: HeaderUser, tag: bytes, password: str, keys: KeySet, *, initial: bool
    ) -> Slot:
        return make_slot(self.header, user, tag, password, keys, self._secrets, initial=initial)

    def _me(self) -> HeaderUser:
        user = self.header.active_user(self.user_id)
        if user is None:
            raise NotFound(what="利用者")
        return user

    def _other(self, user_id: str) -> HeaderUser:
        if user_id == self.user_id:
            raise Refused(reason="自分自身には行えません。ほかの責任者に依頼してください。")
        user = self.header.active_user(user_id)
        if user is None:
            raise NotFound(what="利用者")
        return user

    def _permit(self, role: str) -> None:
        if not may_add(self.role, role):
            who = "責任者" if role in (Role.SUPERVISOR, RECOVERY_ROLE) else "責任者とシステム管理者"
            raise NotPermitted(act="利用者と鍵の管理", who=who)

    def commit(self, header: Header, *, responsible: bool = False) -> None:
        """Make the next generation durable in both copies, then believe in it."""
        secrets = self._secrets
        header = replace(header, generation=self.generation + 1, prev_header_hash=self.header_hash)
        if responsible:
            header = sign_header(header, secrets.keys)
        file = encode(header, secrets)
        write_pair(self.folder, file.raw, instead_of=self._file.raw)
        self._file = file
        self.header_changed(self)

    def stands_at(self, file: HeaderFile) -> bool:
        """Tell whether both copies hold this header."""
        return all(_read_if_there(self.folder / name) == file.raw for name in COPIES)

    def go_back(self, file: HeaderFile) -> None:
        """Put the content of an earlier header in force again, as a new generation.

        What responsible persons signed of it holds as it did then.

        Args:
            file: the header from which the one in force was made, or one that was written by half.

        Raises:
            Conflict: another program wrote a header meanwhile.
            AzukariError: it is not certain which one is in force.
        """
        last = read_pair(self.folder).best
        if last.raw != file.raw and last.header.prev_header_hash != file.hash:
            raise Conflict(what="鍵ファイル")
        generation = last.header.generation + 1
        header = replace(file.header, generation=generation, prev_header_hash=last.hash)
        fresh = encode(header, self._secrets)
        write_pair(self.folder, fresh.raw, instead_of=last.raw)
        self._file = fresh
        self.header_changed(self)


def _read_if_there(path: Path) -> bytes:
    with suppress(AzukariError):
        return read_whole(path, limit=MOST_BYTES)
    return b""
