"""What the ledger is told when a recovery sheet is used: who is let in anew, and which sheet now.

The command is signed with the key of the sheet, because nobody else is there. The ledger believes
it, because a responsible person entered that key before (`LedgerOrigin.recovery_keys`).
"""

from dataclasses import replace
from typing import Protocol

from models.chain import Intent
from models.codes import AccountStatus, OrganizationKind, Role
from models.commands import creating, revising
from models.errors import HasLeft, NotFound, Refused
from models.gate import Recovery
from models.last_days import shut_out_of
from models.ledger import Ledger
from models.passwords import tidy
from models.records import Organization, Person, UserAccount
from models.settling import believing
from models.wareki import format_wareki

REASON = "回復シートの使用"


class HandOut(Protocol):
    """Takes the text of a new sheet before anything is changed, because it is told only once."""

    def keep(self, text: str) -> None:
        """Keep the text durably.

        Raises:
            AzukariError: it cannot be kept; the used sheet stays in force then.
        """

    def take_back(self) -> None:
        """Drop the text again: that sheet never came into force. Nothing is raised."""


class Shown:
    """For a window, which shows the sheet once it is in force."""

    def keep(self, text: str) -> None:
        """Wait until it is shown."""

    def take_back(self) -> None:
        """Show nothing."""


def enter_recovery(
    desk: Ledger,
    recovery: Recovery,
    login: str,
    password: str,
    person: Person | None,
    hand_out: HandOut,
) -> str:
    """Enter that a responsible person is let in with a recovery sheet; return the next sheet's text.

    Args:
        desk: the ledger as the sheet opened it.
        person: somebody new who takes over; without it the login must be a known supervisor's.
        hand_out: keeps that text before the ledger or the key header know of it.

    Raises:
        Refused: the login is nobody's or not a supervisor's.
        HasLeft: another responsible person is still there.
        WeakPassword
    """
    account = _account(desk, login)
    intents: list[Intent] = []
    if account is None:
        newcomer = _newcomer(desk, login, person)
        intents.append(creating(newcomer))
        account = _new_account(desk, login, newcomer.id)
    elif account.app_role is not Role.SUPERVISOR:
        raise Refused(
            reason="回復シートで入り直せるのは責任者だけです。"
            f"{login}のパスワードは、システム管理者（いなければ責任者）がサインインして再発行してください。"
        )
    elif day := shut_out_of(desk.store, account, desk.today()):
        raise HasLeft(today=format_wareki(desk.today()), day=format_wareki(day))
    back = recovery.prepare(account.id, account.login_name, password)
    known = desk.store.get(UserAccount, account.id) is not None
    account = replace(
        account,
        public_key=back.key.hex(),
        password_changed_on=desk.today(),
        must_change=False,
        valid_until=None,
    )
    for intent in intents:
        desk.registers.validate(intent.record)
    desk.registers.validate(account)
    intents.append(revising(account, REASON) if known else creating(account, REASON))
    intents.append(believing(desk, back.sheet, REASON))
    hand_out.keep(back.text)
    desk.commit(intents)
    return back.text


def _account(desk: Ledger, login: str) -> UserAccount | None:
    wanted = tidy(login).casefold()
    active = [a for a in desk.people.accounts() if a.status is AccountStatus.ACTIVE]
    return next((a for a in active if tidy(a.login_name).casefold() == wanted), None)


def _newcomer(desk: Ledger, login: str, person: Person | None) -> Person:
    if person is None:
        known = [
            a.login_name
            for a in desk.people.accounts()
            if a.app_role is Role.SUPERVISOR and a.status is AccountStatus.ACTIVE
        ]
        raise Refused(
            reason=f"「{login}」という利用者名はありません。"
            f"登録されている責任者の利用者名（{'、'.join(known)}）を指定するか、"
            "引き継ぐ人の氏名を合わせて指定してください。"
        )
    if person.organization_id.strip("-"):
        return desk.registers.prepared(person)
    contractor = next(
        (
            stored.record.id
            for stored in desk.registers.all(Organization)
            if OrganizationKind.CONTRACTOR in stored.record.kinds
        ),
        "",
    )
    if not contractor:
        raise NotFound(what="受託者の組織")
    return desk.registers.prepared(replace(person, organization_id=contractor))


def _new_account(desk: Ledger, login: str, person_id: str) -> UserAccount:
    return UserAccount(
        id=desk.new_id(),
        person_id=person_id,
        login_name=login,
        app_role=Role.SUPERVISOR,
        public_key="0" * 64,
        valid_from=desk.today(),
        status=AccountStatus.ACTIVE,
    )
