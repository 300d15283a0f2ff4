"""Access rights: the responsible person proposes, the administrator grants, against an assignment.

At a site without an administrator the responsible person does both (obligations.md 8.4.1, A-04).
What takes access away at once is the end of an assignment or of an account (R-35, A-05).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.chain import Intent
from models.codes import AccountStatus, Role
from models.commands import Change, revising, voiding
from models.errors import NotPermitted, Refused
from models.records import AccessRight, Contract, Person, UserAccount
from models.rules.answers import Answers

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_HIS_CLIENT = (
    "検査者が見られるのは、所属する委託者の契約だけです。"
    "検査者の所属と、契約の委託者を確かめてください。"
)
NOT_TO_ANOTHER = (
    "付与したアクセス資格の利用者は、書き換えられません。"
    "この資格を抹消し、別の利用者の資格を新しく登録してください。"
)
GRANTED, ENDED, DECLINED = "提案の承認", "抹消の提案の承認", "提案を認めない"


class Rights:
    """Who may see and do what on which contract."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    # --- who -------------------------------------------------------------------------------------
    def only_proposes(self) -> bool:
        """Tell whether the signed-in user may only propose: somebody else is administrator."""
        accounts = self._ledger.registers.all(UserAccount, app_role=Role.ADMINISTRATOR)
        others = any(one.record.status is AccountStatus.ACTIVE for one in accounts)
        return others and self._ledger.role is not Role.ADMINISTRATOR

    def require_decider(self) -> None:
        """Refuse unless the signed-in user grants and revokes.

        Raises:
            NotPermitted
        """
        self._ledger.require("rights")
        if self.only_proposes():
            raise NotPermitted(act="アクセス資格の付与・抹消", who=Role.ADMINISTRATOR.label)

    # --- entering --------------------------------------------------------------------------------
    def stamp(self, right: AccessRight) -> dict[str, Any]:
        """Return what a new right bears as its author may enter it: granted, or only proposed."""
        if right.granted_at is not None or right.proposed_at is not None:
            return {}
        me, now = self._ledger.user.person_id, self._ledger.now()
        if self.only_proposes():
            return {"proposed_by": me, "proposed_at": now}
        return {"granted_by": me, "granted_at": now}

    def ending(self, right: AccessRight) -> dict[str, Any]:
        """Return what makes an end a proposal, where the author may only propose it."""
        if right.revoked_at is None or right.granted_at is None or not self.only_proposes():
            return {}
        me, now = self._ledger.user.person_id, self._ledger.now()
        return {"revoked_at": None, "ending_proposed_by": me, "ending_proposed_at": now}

    def granting(self, right: AccessRight, before: AccessRight) -> dict[str, Any]:
        """Return what a granted right bears that is set anew: who grants it now."""
        anew = (right.level, right.assignment_id) != (before.level, before.assignment_id)
        if not anew or before.granted_at is None or self.only_proposes():
            return {}
        return {"granted_by": self._ledger.user.person_id, "granted_at": self._ledger.now()}

    def require_possible(self, right: AccessRight, before: AccessRight | None) -> None:
        """Refuse a right that this user may not grant, or that its holder cannot have.

        Raises:
            NotPermitted, Refused
        """
        known = before and _decided(before)
        new_proposal = right.granted_at is None and (before is None or before.granted_at is None)
        if _decided(right) != known and not (new_proposal and right.revoked_at is None):
            self.require_decider()
        if before and before.granted_at is not None and right.user_id != before.user_id:
            raise Refused(reason=NOT_TO_ANOTHER)
        self._require_own_client(right)

    def _require_own_client(self, right: AccessRight) -> None:
        """An inspector sees the contracts of his own municipality only (OC-Xp.2)."""
        store = self._ledger.opened.store  # an administrator sees no client's people
        account = store.get(UserAccount, right.user_id)
        if account is None or account.record.app_role is not Role.INSPECTOR:
            return
        person = store.get(Person, account.record.person_id)
        self.require_client(person.record.organization_id if person else "", right.contract_id)

    def require_client(self, organization_id: str, contract_id: str) -> None:
        """Refuse an inspector of another organization than a contract's client.

        Raises:
            Refused
        """
        contract = self._ledger.opened.store.get(Contract, contract_id)
        if contract is None or contract.record.client_org_id != organization_id:
            raise Refused(reason=NOT_HIS_CLIENT)

    # --- verbs -----------------------------------------------------------------------------------
    def propose(
        self, right: AccessRight, *, answers: Answers | None = None, command_id: str = ""
    ) -> Change:
        """Propose a right; who decides himself grants it.

        Raises:
            InvalidField, NeedsAnswer, NotPermitted, Refused
        """
        fresh = replace(right, granted_by="", granted_at=None)
        return self._ledger.registers.create(fresh, answers=answers, command_id=command_id)

    def end(self, right_id: str, reason: str) -> Change:
        """End a right, or propose that it ends.

        Raises:
            NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        ledger.require("rights")
        right = ledger.registers.need(AccessRight, right_id).record
        if right.revoked_at is not None or right.granted_at is None:
            raise Refused(reason="このアクセス資格は、いま有効ではありません。")
        text = ledger.registers.reason(reason)
        ended = replace(right, revoked_at=ledger.now(), revoke_reason=text)
        return ledger.registers.revise(ended, text)

    def proposals(self) -> list[AccessRight]:
        """Return what waits for the administrator, in entry order."""
        found = self._ledger.registers.all(AccessRight)
        return [one.record for one in found if one.record.is_proposal()]

    def decide(self, right_ids: Sequence[str], *, agreed: bool, reason: str = "") -> Change:
        """Grant or end what was proposed, or leave everything as it was.

        Raises:
            NeedsAnswer: no assignment stands behind a right (R-35).
            NotFound, NotPermitted, Refused
        """
        ledger = self._ledger
        self.require_decider()
        intents = []
        for right_id in right_ids:
            stored = ledger.registers.need(AccessRight, right_id)
            right = stored.record
            if stored.meta.voided or not right.is_proposal():
                raise Refused(reason="この提案は、すでに決まっています。")
            intents.append(self._granted(right) if agreed else self._declined(right, reason))
        return ledger.commit(intents)

    def _granted(self, right: AccessRight) -> Intent:
        ledger = self._ledger
        now = ledger.now()
        if right.granted_at is not None:
            return revising(replace(right, revoked_at=now), ENDED)
        granted = replace(right, granted_by=ledger.user.person_id, granted_at=now)
        self._require_own_client(granted)
        findings = ledger.rules.about_record(granted)
        if any(one.rule_id == "R-35" for one in findings):
            raise Refused(reason="\n".join(one.message for one in findings))
        return revising(granted, GRANTED)

    def _declined(self, right: AccessRight, reason: str) -> Intent:
        text = f"{DECLINED}：{self._ledger.registers.reason(reason)}"
        if right.granted_at is None:
            return voiding(right, text)
        return revising(
            replace(right, ending_proposed_by="", ending_proposed_at=None, revoke_reason=""), text
        )


def _decided(right: AccessRight) -> tuple[Any, ...]:
    """Return what makes a right: to change any of it is to grant or to end it."""
    return (
        right.user_id, right.assignment_id, right.level,
        right.granted_at, right.granted_by, right.revoked_at,
    )  # fmt: skip
