"""Nobody gets a way in without a procedure, an issuer and a receipt (OC-C.2x.b.b, OC-Y.2x.イ.イ; A-07).

The issuer is who enters the account. The receipt is the first own password: its entry is signed with
keys that nobody else can open any more.
"""

from typing import TYPE_CHECKING

from models.codes import ContractStatus, GovernanceKind, GovernanceStatus
from models.errors import Refused
from models.records import Contract, GovernanceDocument

if TYPE_CHECKING:
    from models.ledger import Ledger

KIND = GovernanceKind.CREDENTIAL_ISSUE_PROCEDURE


def issue_procedure(ledger: "Ledger") -> str:
    """Return the issuing procedure in force, "" where there is none and no contract demands one.

    Raises:
        Refused: a contract demands it.
    """
    found = [
        stored.record
        for stored in ledger.registers.all(
            GovernanceDocument, kind=KIND, status=GovernanceStatus.IN_FORCE
        )
    ]
    today = ledger.today()
    in_force = [one for one in found if one.effective_from and one.effective_from <= today]
    if in_force:
        return max(in_force, key=lambda one: (one.effective_from, one.id)).id
    demanding = [one.caption() for one in _demanding(ledger)]
    if demanding:
        raise Refused(
            reason=f"「{demanding[0]}」は、利用者名やIDカードの発行手続を定めることを求めています。"
            f"「台帳一覧」の「{GovernanceDocument.label}」に「{KIND.label}」を登録してから、"
            "発行してください。"
        )
    return ""


def _demanding(ledger: "Ledger") -> list[Contract]:
    contracts = [stored.record for stored in ledger.contracts()]
    return [
        one
        for one in contracts
        if one.status is not ContractStatus.CLOSED
        and (profile := ledger.profiles.get(one.profile_code)) is not None
        and KIND.value in profile.params.governance.demanded
    ]
