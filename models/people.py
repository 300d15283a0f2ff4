"""People who may sign in: accounts, passwords, the end of a right to work."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from models.both_or_neither import both_or_neither, entered_later, why
from models.chain import Intent
from models.codes import AccessLevel, AccountStatus, EventLevel, Role, SystemEventKind
from models.commands import Change, creating, revising
from models.errors import (
    AzukariError,
    Cancelled,
    KeyNotRenewed,
    Refused,
    WeakPassword,
)
from models.former_passwords import former_passwords
from models.issuing import issue_procedure
from models.managing import Deed, Managed, Managing, told_of
from models.passwords import check_own, tidy
from models.records import (
    AccessRight,
    Assignment,
    Contract,
    Organization,
    Person,
    Record,
    SystemEvent,
    UserAccount,
)
from models.rules.answers import Answers
from models.rules.books import Books
from models.rules.standing import counts
from models.safe import NewSheet
from models.scope import rights_of
from models.settling import believing, settle_sheet
from models.store import Progress, quiet

if TYPE_CHECKING:
    from models.ledger import Ledger

DISABLED = "{0}は、すでに利用停止です。"
NO_REISSUE = "{0}は利用停止のため、再発行できません。"
BACK_UP_NOW = (
    "暗号鍵を更新しました。続けて新しいバックアップを作成してください。"
    "これより前のバックアップは、今もこれまでのパスワードで開くため、不要になったら廃棄します。"
)
KEY_LATER = (
    "利用停止は済みました。もう台帳を開けません。暗号鍵の更新は中止したため、"
    "責任者かシステム管理者が次に台帳を開いたときに続けます。"
)


class People:
    """Verbs on accounts; the keys themselves are made by the safe."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self.managing = Managing(ledger)

    def add_account(
        self,
        person_id: str,
        *,
        login: str,
        role: Role,
        password: str,
        valid_until: date | None = None,
        chosen_by_self: bool = False,
        contracts: Mapping[str, AccessLevel] | None = None,
        answers: Answers | None = None,
        command_id: str = "",
    ) -> Change:
        """Give a person a way in: keys in the header, then the account in the ledger.

        Args:
            chosen_by_self: the person sat at the keyboard and chose the password; otherwise it is
                a first one, and nothing can be entered before the person changed it.
            contracts: rights by contract; a worker also gets those contracts to which the person
                is assigned (A-04).
            answers: who agreed to it, where a responsible person makes an administrator.

        Raises:
            NeedsAnswer, NotPermitted, Refused, WeakPassword
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        self.managing.require(Managed.ADD, role)
        ledger.registers.need(Person, person_id)
        self._require_free(person_id, login)
        check_own(password, self.own_words(person_id, login))
        procedure = issue_procedure(ledger)
        account = UserAccount(
            id=ledger.new_id(),
            person_id=person_id,
            login_name=login,
            app_role=role,
            public_key="0" * 64,
            password_changed_on=ledger.today(),
            must_change=not chosen_by_self,
            valid_from=ledger.today(),
            valid_until=valid_until,
            status=AccountStatus.ACTIVE,
            issued_by=ledger.user.person_id,
            issue_procedure_id=procedure,
            received_on=ledger.today() if chosen_by_self else None,
        )
        ledger.registers.validate(account)
        rights = self._rights(account, contracts)
        beside = self.managing.beside(Deed(Managed.ADD, role, login), answers)
        command_id = command_id or ledger.new_command_id()
        with both_or_neither(ledger, command_id):
            key = ledger.safe.add_user(
                account.id, login, role, password, initial=not chosen_by_self
            )
            account = replace(account, public_key=key.hex())
            intents = [creating(account), *map(creating, rights), *beside]
            return ledger.commit(intents, command_id=command_id, notices=told_of(beside))

    def own_words(self, person_id: str, login: str) -> tuple[str, ...]:
        """Return what a password of this person must not contain (A-08)."""
        ledger = self._ledger
        stored = ledger.store.get(Person, person_id)
        names = (stored.record.name, stored.record.name_kana) if stored else ()
        firms = [one.record.name for one in ledger.registers.all(Organization)]
        numbers = (one.record.contract_no for one in ledger.contracts())
        return tuple(word for word in (login, *names, *firms, *numbers) if word)

    def change_password(
        self,
        old: str,
        new: str,
        *,
        reminded: bool = False,
        exposed: bool = False,
        beside: Sequence[Intent] = (),
        progress: Progress = quiet,
    ) -> Change:
        """Change the signed-in user's own password; the last ones do not come again (A-08).

        Args:
            reminded: the user acknowledged that it is told to nobody and written down nowhere.
            exposed: the present one is known to others, and never to be taken again.
            beside: what is entered in the same command.
            progress: of the look through the former passwords.

        Raises:
            Cancelled: by `progress`; the password is as it was.
            WeakPassword, WrongPassword
            KeysUncertain: the new password may be in force, and its entry is missing.
            AzukariError: it is not entered, and the password is as it was.
        """
        ledger = self._ledger
        account = ledger.user
        if tidy(new) == tidy(old):
            raise WeakPassword(reason="今と同じパスワードです。別のものにしてください。")
        check_own(new, self.own_words(account.person_id, account.login_name))
        former = former_passwords(ledger)
        changed = replace(
            account,
            password_changed_on=ledger.today(),
            password_review_due_on=None,
            must_change=False,
            received_on=ledger.today() if account.must_change else account.received_on,
            reminded_on=ledger.today() if reminded else account.reminded_on,
        )
        intents = [revising(changed, "本人によるパスワードの変更"), *beside]
        command_id = ledger.new_command_id()
        with both_or_neither(ledger, command_id):
            ledger.safe.change_password(old, new, former=former, exposed=exposed, progress=progress)
            return ledger.commit(intents, command_id=command_id)

    def disable_account(
        self,
        account_id: str,
        reason: str,
        progress: Progress = quiet,
        *,
        answers: Answers | None = None,
        command_id: str = "",
    ) -> Change:
        """Take a user's way in away; what he entered stays signed by him.

        Args:
            progress: of the new data key. Who stops that does not let the user in again: the key
                is renewed when somebody who may opens the ledger the next time.
            answers: who agreed to it, where a responsible person shuts an administrator out.

        Raises:
            NeedsAnswer, NotFound, NotPermitted, Refused
            KeyNotRenewed: the account is disabled; whoever may and opens the ledger goes on.
            NotEnteredYet: the new data key is in force as well.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        stored = ledger.registers.need(UserAccount, account_id)
        account = stored.record
        self.managing.require(Managed.DISABLE, account.app_role, account)
        if account.status is AccountStatus.DISABLED:
            raise Refused(reason=DISABLED.format(account.login_name))
        disabled = replace(
            account,
            status=AccountStatus.DISABLED,
            disabled_on=ledger.today(),
            disabled_reason=ledger.registers.reason(reason),
        )
        intents = [revising(disabled, reason), *self._without_rights(account, reason)]
        deed = Deed(Managed.DISABLE, account.app_role, account.login_name, reason, account)
        intents += self.managing.beside(deed, answers)
        change = ledger.commit(intents, command_id=command_id)
        try:
            ledger.safe.remove_user(account.id, progress)
        except Cancelled:
            return replace(change, notices=(KEY_LATER,))
        except AzukariError as error:
            done = f"{account.login_name}の利用停止"
            raise KeyNotRenewed(done=done, reason=why(error)) from error
        renewal = self.note_renewal(f"{account.login_name}の利用停止", reason)
        return replace(
            change, head=renewal.head, types=change.types | renewal.types, notices=(BACK_UP_NOW,)
        )

    # --- rights on contracts -----------------------------------------------------------------------
    def rights_with(
        self, records: Sequence[Record], before: Mapping[str, Record] | None = None
    ) -> list[AccessRight]:
        """Return the rights that come with assignments of people who may sign in (A-04).

        Args:
            records: what is about to be entered in one command.
            before: the versions in force of what is revised; what counted before brings no right.
        """
        books, before = self._ledger.rules.books, before or {}
        beside, made = books.beside(records), []
        for one in records:
            if not isinstance(one, Assignment):
                continue
            old = before.get(one.id)
            for account in self._workers(one.person_id):
                begins = not (isinstance(old, Assignment) and self._counts(old, books))
                known = one.contract_id in rights_of(self._ledger.store, account.id)
                if begins and not known and self._counts(one, beside):
                    made.append(self._right(account, one.contract_id, AccessLevel.RECORD, one.id))
        return made

    def _counts(self, one: Assignment, books: Books) -> bool:
        return counts(one, books, self._ledger.profile(one.contract_id))

    def _workers(self, person_id: str) -> list[UserAccount]:
        return [
            account
            for account in self.accounts()
            if (account.person_id, account.app_role) == (person_id, Role.WORKER)
            and account.status is AccountStatus.ACTIVE
        ]

    def _rights(
        self, account: UserAccount, contracts: Mapping[str, AccessLevel] | None
    ) -> list[AccessRight]:
        assigned = {
            one.record.contract_id: one.record.id
            for one in self._ledger.registers.all(Assignment, person_id=account.person_id)
            if self._counts(one.record, self._ledger.rules.books)
        }
        if contracts is None:
            contracts = {}
        if account.app_role is Role.WORKER:
            contracts = {**dict.fromkeys(assigned, AccessLevel.RECORD), **contracts}
        return [
            self._right(account, contract_id, level, assigned.get(contract_id, ""))
            for contract_id, level in contracts.items()
        ]

    def _right(
        self, account: UserAccount, contract_id: str, level: AccessLevel, assignment_id: str
    ) -> AccessRight:
        ledger = self._ledger
        ledger.registers.need(Contract, contract_id)
        right = AccessRight(
            id=ledger.new_id(),
            user_id=account.id,
            contract_id=contract_id,
            level=level,
            assignment_id=assignment_id,
        )
        right = replace(right, **ledger.rights.stamp(right))
        ledger.registers.validate(right)
        if account.app_role is Role.INSPECTOR:
            person = ledger.registers.need(Person, account.person_id).record
            ledger.rights.require_client(person.organization_id, contract_id)
        return right

    def _without_rights(self, account: UserAccount, reason: str) -> Iterator[Intent]:
        for stored in self._ledger.registers.all(AccessRight, user_id=account.id):
            if stored.record.revoked_at is None:
                ended = replace(stored.record, revoked_at=self._ledger.now(), revoke_reason=reason)
                yield revising(ended, reason)

    # --- the data key ------------------------------------------------------------------------------
    def renew_key(self, reason: str, progress: Progress = quiet, *, command_id: str = "") -> Change:
        """Give the ledger a new data key, for instance when a password may be known to others.

        Raises:
            Cancelled: by `progress`; the ledger has the key that it had.
            InvalidField, NotPermitted, JournalMissing
            NotEnteredYet: the ledger has a new data key.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        ledger.require("accounts")
        ledger.registers.reason(reason)
        ledger.safe.renew_key(progress)
        change = self.note_renewal("責任者等の指示", reason, command_id=command_id)
        return replace(change, notices=(BACK_UP_NOW,))

    def note_renewal(self, occasion: str, reason: str, *, command_id: str = "") -> Change:
        """Enter that the ledger has a new data key.

        Raises:
            NotEnteredYet: the next who may does it at the sign-in.
        """
        ledger = self._ledger
        event = SystemEvent(
            id=ledger.new_id(),
            occurred_at=ledger.now(),
            kind=SystemEventKind.KEY_RENEWED,
            level=EventLevel.INFO,
            detail=f"暗号鍵を更新しました（{occasion}）。",
            value=str(ledger.safe.key_number),
            reason=ledger.registers.reason(reason),
            acknowledged_by=ledger.user.person_id,
        )
        ledger.registers.validate(event)
        with entered_later("暗号鍵を更新しました"):
            change = ledger.commit([creating(event)], command_id=command_id)
        with suppress(AzukariError):  # its number tells that it is entered
            ledger.safe.renewal_entered()
        return change

    def reissue_password(
        self,
        account_id: str,
        password: str,
        reason: str,
        *,
        answers: Answers | None = None,
    ) -> Change:
        """Give a user who lost his password a new key set and a first password.

        Args:
            answers: who agreed to it, where it is an administrator's and a responsible person does it.

        Raises:
            NeedsAnswer, NotFound, NotPermitted, Refused, WeakPassword
            KeysUncertain: the first password may be in force, and its entry is missing.
        """
        ledger = self._ledger
        account, role = self._in_use(Managed.REISSUE, account_id, NO_REISSUE)
        check_own(password, self.own_words(account.person_id, account.login_name))
        procedure = issue_procedure(ledger)
        text, command_id = ledger.registers.reason(reason), ledger.new_command_id()
        deed = Deed(Managed.REISSUE, role, account.login_name, text, account)
        beside = self.managing.beside(deed, answers)
        renewed = replace(
            account,
            password_changed_on=ledger.today(),
            must_change=True,
            issued_by=ledger.user.person_id,
            issue_procedure_id=procedure,
            received_on=None,
        )
        with both_or_neither(ledger, command_id):
            key = ledger.safe.reissue(account.id, account.login_name, role, password)
            return self._with_new_keys(
                replace(renewed, public_key=key.hex()), beside, text, command_id
            )

    def withhold_password(
        self,
        account_id: str,
        reason: str,
        beside: Sequence[Intent] = (),
        *,
        answers: Answers | None = None,
    ) -> Change:
        """Take the password of another person's account out of force, and issue none (A-06).

        Who shuts what others know learns no way in by it: a first password is a reissue of its own.

        Args:
            beside: what is entered in the same command.
            answers: who agreed, or that somebody will, where it is an administrator's account.

        Raises:
            NeedsAnswer, NotFound, NotPermitted, Refused
            KeysUncertain: the password may be out of force, and its entry is missing.
        """
        ledger = self._ledger
        account, role = self._in_use(Managed.SHUT, account_id, DISABLED)
        text, command_id = ledger.registers.reason(reason), ledger.new_command_id()
        deed = Deed(Managed.SHUT, role, account.login_name, text, account)
        beside = [*beside, *self.managing.beside(deed, answers)]
        shut = replace(
            account,
            password_changed_on=ledger.today(),
            must_change=True,
            issued_by="",
            issue_procedure_id="",
            received_on=None,
        )
        with both_or_neither(ledger, command_id):
            key = ledger.safe.withhold(account.id)
            return self._with_new_keys(
                replace(shut, public_key=key.hex()), beside, text, command_id
            )

    def _in_use(self, managed: Managed, account_id: str, words: str) -> tuple[UserAccount, Role]:
        """Return an account that is not disabled, and its role, for an act that is allowed on it.

        Args:
            words: what is said of a disabled one, with its name to be filled in.

        Raises:
            NotFound, NotPermitted, Refused
        """
        account = self._ledger.registers.need(UserAccount, account_id).record
        self.managing.require(managed, account.app_role, account)
        if account.status is not AccountStatus.ACTIVE or account.app_role is None:
            raise Refused(reason=words.format(account.login_name))
        return account, account.app_role

    def _with_new_keys(
        self, account: UserAccount, beside: Sequence[Intent], reason: str, command_id: str
    ) -> Change:
        intents, told = [revising(account, reason), *beside], told_of(beside)
        change = self._ledger.commit(intents, command_id=command_id, notices=told)
        with suppress(AzukariError):  # what is left of it opens to nobody
            self._ledger.safe.forget_former(account.id)
        return change

    def draw_sheet(self) -> NewSheet:
        """Return a recovery sheet that opens nothing yet, so that it can be written down first.

        Raises:
            NotPermitted
        """
        self._ledger.require("recovery_sheet")
        return self._ledger.safe.new_sheet()

    def replace_sheet(self, reason: str, sheet: NewSheet | None = None) -> str:
        """Put a new recovery sheet in force; the old one opens nothing when this returns.

        The ledger learns of the new sheet before the key header does, and forgets the old one
        after it, so that one of the two is valid at every moment.

        Args:
            sheet: that was drawn and is on paper by now.

        Returns:
            The text of the new sheet.

        Raises:
            InvalidField, NotPermitted
            SheetUncertain: one of the two sheets is in force.
            NotEnteredYet: the new one is, and the ledger still lists the old one.
        """
        ledger = self._ledger
        text = ledger.registers.reason(reason)
        sheet = sheet or self.draw_sheet()
        ledger.require("recovery_sheet")
        ledger.commit([believing(ledger, sheet.key, text)])
        sheet.put_in_force()
        with entered_later("新しい回復シートだけが有効になりました。前のシートでは開けません"):
            settle_sheet(ledger)
        return sheet.text

    def accounts(self) -> list[UserAccount]:
        return [stored.record for stored in self._ledger.registers.all(UserAccount)]

    def _require_free(self, person_id: str, login: str) -> None:
        for account in self.accounts():
            if account.login_name == login:
                raise Refused(
                    reason=f"利用者名「{login}」は、すでに使われています。別の名前にしてください。"
                )
            if account.person_id == person_id and account.status is AccountStatus.ACTIVE:
                raise Refused(
                    reason="この人には、すでに利用者名があります。一人に一つだけ登録できます。"
                )
