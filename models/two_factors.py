"""Whether the users of a contract have a second means beside the password, where its text wants one.

The program itself asks for the password and for the key of the registered PC, which is the same for
everybody who works at it. Whose card is whose it cannot see: that is shown by the register of cards.
"""

from collections.abc import Iterator

from models.codes import CredentialKind, Role
from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.records import AccessRight, Person, UserAccount

QUERY = "EQ-TWOFACTOR"
MEANS = (CredentialKind.ACCESS_CARD, CredentialKind.AUTH_DEVICE)
LACKING = (
    "「{login}」（{name}）に、有効なIDカード・認証用媒体が登録されていません。"
    "このプログラムのサインインが求めるのはパスワードと登録したPCの鍵なので、本人のカード等は"
    "PCのサインインなどで求め、「身分証明書・IDカード・鍵」に登録してください。"
)


def eq_two_factors(asked: Inquiry) -> Iterator[Row]:
    """Find users of the contractor without a card or the like of their own (OC-Y.T1.①)."""
    if not asked.profile.params.access.second_factor:
        return
    for account in users(asked):
        held = asked.books.credentials(account.person_id)
        if not any(
            one.kind in MEANS
            and one.contract_id in ("", asked.contract.id)
            and asked.lasts(one.invalidated_at)
            and one.valid_on(asked.working_day)
            for one in held
        ):
            name = asked.name(account.person_id)
            yield row(account, LACKING.format(login=account.login_name, name=name))


def users(asked: Inquiry) -> Iterator[UserAccount]:
    """Yield the accounts of the contractor's people that open the contract today.

    A responsible person without a right on any contract opens all of them.
    """
    granted = [
        one
        for one in asked.everywhere(AccessRight)
        if one.granted_at is not None and asked.lasts(one.revoked_at)
    ]
    here = {one.user_id for one in granted if one.contract_id == asked.contract.id}
    limited = {one.user_id for one in granted}
    for account in asked.everywhere(UserAccount):
        person = asked.books.find(Person, account.person_id)
        ours = person is None or person.organization_id == asked.contract.contractor_org_id
        every = account.app_role is Role.SUPERVISOR and account.id not in limited
        if ours and account.usable_on(asked.working_day) and (every or account.id in here):
            yield account
