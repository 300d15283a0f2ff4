"""Corrections: what was put right is settled by another person's own sign-in (CBY-2.2.1).

Whoever put it right says so; a responsible person who neither has it in charge nor put it right
looks at it and confirms. Nobody enters that confirmation by a name: the command is signed by the
one who confirms, as that of a handling record is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from models import namesakes
from models.chain import Intent, read_content
from models.codes import FindingSource, FindingStatus, Severity
from models.commands import Change, revising
from models.errors import AzukariError, Refused
from models.kinds import Json
from models.records import Finding, RuleOverride, UserAccount
from models.versions import versions

if TYPE_CHECKING:
    from models.ledger import Ledger

VERIFIED = "是正の確認"
OWN_VERB = (
    "「確認済」の状態と、「確認した人」「確認日」は、入力できません。是正した人とは別の責任者が、"
    "自分でサインインし、台帳一覧の「指摘・是正」で「是正を確認」を行うと入ります。"
)
SETTLED = (
    "確認済みの指摘・是正は、そのままでは訂正できません。状態を「対応中」などに戻して訂正し、"
    "もう一度確認を受けてください。"
)
NOT_DONE = (
    "「{0}」は、まだ是正済ではありません。「是正措置」と「是正日」を入力し、"
    "状態を「是正済」にしてから確認してください。"
)
IN_CHARGE = (
    "「{0}」は、自分が担当の指摘です。ほかの責任者に確認を依頼してください。"
    "ほかに責任者がいないときは、是正する従事者を「担当」にし、その人に是正を記録してもらってください。"
)
PUT_RIGHT = (
    "「{0}」の是正は、自分で記録したものです。ほかの責任者に確認を依頼してください。"
    "ほかに責任者がいないときは、状態を「対応中」に戻し、担当の従事者に是正を記録してもらってください。"
)
FIXED = (
    "逸脱や例外とともに登録された指摘の「内容」「重さ」「きっかけ」「条項」は、訂正できません。"
    "分かったことは「是正措置」に書いてください。"
)
OWN_TERM = (
    "「{0}」は、自分が記録した逸脱か、自分が担当の（担当だった）指摘なので、自分では期限を延ばせません。"
    "重さを下げることもできません。ほかの責任者に依頼してください。"
    "ほかに責任者がいないときは、遅れる事情を「是正措置」に書いてください。"
)
OWN_VOID = (
    "「{0}」は検査者の指摘で、自分が担当の（担当だった）ものなので、自分では取り消せません。"
    "ほかの責任者に依頼してください。ほかに責任者がいないときは、事情を「是正措置」に書いてください。"
)
NO_CLAUSE = "「{0}」は、この契約の特記事項の条項の番号ではありません。"
NAMED_SO = "その条項の番号は「{0}」です。"
FROM_LIST = "「条項」は一覧から選んでください。"
FOUND = ("contract_id", "source", "source_id", "clause_key", "description", "severity")
"""What was found: a deviation's owner must not make it smaller."""
BY_HAND = ("status", "action", "completed_on")
"""What says that it was put right, and is not the officer's word about what he found."""
CONFIRMATION = ("verified_by", "verified_on")


class Corrections:
    """Verbs on what was found and put right."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def why_not(self, finding: Finding) -> str:
        """Return why the signed-in user cannot confirm that it was put right, "" when he can."""
        try:
            self._require_other_person(finding)
        except AzukariError as error:
            return str(error)
        return ""

    def verify(self, finding_ids: Sequence[str], *, command_id: str = "") -> Change:
        """Confirm, as the signed-in responsible person, that these were put right.

        Raises:
            NotFound, NotPermitted
            Refused: not put right yet, in the user's own charge, or put right by the user.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        intents: list[Intent] = []
        for one in dict.fromkeys(finding_ids):
            finding = ledger.registers.in_force(Finding, one).record
            self._require_other_person(finding)
            verified = replace(
                finding,
                status=FindingStatus.VERIFIED,
                verified_by=ledger.user.person_id,
                verified_on=ledger.today(),
            )
            ledger.registers.validate(verified)
            intents.append(revising(verified, VERIFIED))
        if not intents:
            raise Refused(reason="確認する指摘・是正が選ばれていません。一覧から選んでください。")
        return ledger.commit(intents, command_id=command_id)

    def require_possible(self, finding: Finding, before: Finding | None) -> None:
        """Refuse a finding that says by hand what only a sign-in says.

        Args:
            before: the version in force; None for a new one. What it says stays valid.

        Raises:
            NotPermitted: the officer's word, and the user is not the one who records it.
            Refused
        """
        if finding.status is FindingStatus.VERIFIED:
            same = before is not None and before.status is FindingStatus.VERIFIED
            raise Refused(reason=SETTLED if same else OWN_VERB)
        if any(getattr(finding, name) for name in CONFIRMATION):
            raise Refused(reason=OWN_VERB)
        self._require_known_clause(finding, before)
        told = any(one.source is FindingSource.INSPECTION for one in (finding, before) if one)
        if told and not (before and _only_put_right(finding, before)):
            self._ledger.require("officer_record")
        if before is not None:
            self._require_as_found(finding, before)

    def _require_known_clause(self, finding: Finding, before: Finding | None) -> None:
        """Refuse a clause that the contract's text has not: it would be followed under none."""
        key = finding.clause_key
        if not key or not finding.contract_id or (before is not None and before.clause_key == key):
            return
        profile = self._ledger.profile(finding.contract_id)
        known = profile.clauses_for(profile.code)
        if not any(one.key == key for one in known):
            meant = next((one.key for one in known if one.article == key), "")
            way = NAMED_SO.format(meant) if meant else FROM_LIST
            raise Refused(reason=NO_CLAUSE.format(key) + way)

    def require_may_go(self, finding: Finding) -> None:
        """Refuse to void what an officer found to whom it concerns.

        Raises:
            Refused
        """
        if self._is_officers(finding.id) and self._is_concerned(finding, ()):
            raise Refused(reason=OWN_VOID.format(finding.caption()))

    def was_in_charge(self, finding: Finding) -> bool:
        """Tell whether the user recorded the breach, or ever had it in charge to put it right."""
        breaches = self._ledger.registers.all(RuleOverride, finding_id=finding.id)
        return self._is_concerned(finding, [one.record for one in breaches])

    def _require_as_found(self, finding: Finding, before: Finding) -> None:
        """Refuse to make a breach smaller, and to whom it concerns also to put it off."""
        breaches = [
            one.record for one in self._ledger.registers.all(RuleOverride, finding_id=before.id)
        ]
        if breaches and any(getattr(finding, name) != getattr(before, name) for name in FOUND):
            raise Refused(reason=FIXED)
        less = _is_put_off(finding, before) or _is_less(finding, before)
        if not less or not (breaches or self._is_officers(before.id)):
            return
        if self._is_concerned(before, breaches):
            raise Refused(reason=OWN_TERM.format(finding.caption()))

    def _is_officers(self, finding_id: str) -> bool:
        """Tell whether it was ever said to be an officer's finding."""
        entered = versions(self._ledger.store, Finding, finding_id)
        return any(one.record.source is FindingSource.INSPECTION for one in entered)

    def _is_concerned(self, finding: Finding, breaches: Iterable[RuleOverride]) -> bool:
        """Tell whether the user recorded the breach, or was ever in charge of putting it right.

        Whoever was in charge once is concerned for ever: it would be handed away for a moment.
        """
        store = self._ledger.store
        people = {one.record.owner_person_id for one in versions(store, Finding, finding.id)}
        people |= {finding.owner_person_id, *(breach.requested_by for breach in breaches)}
        return bool(namesakes.same_or_alike(store, self._ledger.user.person_id, people - {""}))

    # --- who -------------------------------------------------------------------------------------
    def _require_other_person(self, finding: Finding) -> None:
        self._ledger.require("verify_finding")
        me = self._ledger.user.person_id
        if finding.status is not FindingStatus.DONE:
            raise Refused(reason=NOT_DONE.format(finding.caption()))
        if finding.owner_person_id == me:
            raise Refused(reason=IN_CHARGE.format(finding.caption()))
        who = self._who_put_right(finding.id)
        if me in who:
            raise Refused(reason=PUT_RIGHT.format(finding.caption()))
        namesakes.require_another(self._ledger.store, me, {finding.owner_person_id, *who})

    def _who_put_right(self, finding_id: str) -> set[str]:
        """Return the persons who entered that it was put right, since it was last open."""
        store, authors = self._ledger.store, set[str]()
        before: Mapping[str, Json] = {}
        for command, entry in store.history(Finding.type, finding_id):
            if entry.content is None:
                continue
            said, _ = read_content(entry.content)
            if said.get("status") in (FindingStatus.OPEN, FindingStatus.IN_PROGRESS):
                authors.clear()
            elif any(said.get(name) != before.get(name) for name in BY_HAND):
                authors.add(command.author)
            before = said
        accounts = (store.get(UserAccount, author) for author in authors)
        return {account.record.person_id for account in accounts if account is not None}


def _is_put_off(finding: Finding, before: Finding) -> bool:
    if before.due_on is None:
        return False
    return finding.due_on is None or finding.due_on > before.due_on


def _is_less(finding: Finding, before: Finding) -> bool:
    milder = before.severity is Severity.SERIOUS and finding.severity is not Severity.SERIOUS
    officers = before.source is FindingSource.INSPECTION
    return milder or (officers and finding.source is not FindingSource.INSPECTION)


def _only_put_right(finding: Finding, before: Finding) -> bool:
    """Tell whether a correction leaves what was found as it is."""
    said = {name: getattr(before, name) for name in (*BY_HAND, *CONFIRMATION)}
    return replace(finding, **said) == before
