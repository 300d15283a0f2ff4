"""The end of a contract's content: after its retention date, with a second person (A-39).

What goes is decided here, `storage/erasing.py` lets it go in the transaction that enters the act.
What lies outside the ledger (backups, the update journal) is named, and people dispose of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from models import namesakes
from models.backup_care import standing
from models.calendar import calendar
from models.calendar_frame import Due
from models.chain import Intent
from models.codes import (
    TERMINAL_STATES,
    ContractStatus,
    DueStatus,
    FindingStatus,
    ItemState,
)
from models.commands import Change, creating, revising
from models.erased import (
    RULE,
    Holdings,
    question_of,
    write_fiscal_numbers,
    write_numbers,
)
from models.errors import Conflict, Refused
from models.exposed_inquiry import TITLE as INQUIRY
from models.exposed_inquiry import is_inquiry
from models.given_up import in_the_way
from models.records import (
    BY_TYPE,
    BackupRun,
    ClientCommunication,
    ContentErasure,
    Contract,
    DueItem,
    Finding,
    Submission,
)
from models.rules.answers import Answers, SignIn
from models.store import Op, Progress, Query, Where, quiet
from models.versions import version_at, versions

if TYPE_CHECKING:
    from models.ledger import Ledger

TITLE = "（内容を消去した契約）"
NOTHING = "（消去済み）"
STANDING = tuple(sorted(set(ItemState) - TERMINAL_STATES))


NAMED = frozenset({"K-13", "K-20", "K-21", "K-23", "K-25", "K-34", "K-38"})
"""Dates that are told otherwise: what is still here or outside, what the client asked and got, what was
found, the retention itself."""
END_PAPERS = "K-24"
SHOWN = 3  # of the same kind that are named one by one
UNDONE = "{0}が済んでいません。{1}済ませて記録してください。"
NOBODY = "できる方がいないときは、責任者の利用者をもう一人登録し、その方が行います。"
SURVIVES = "契約が終わった後も残る義務です。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What erasing the content of a contract would do.

    `obstacles` are whole sentences; nothing can be erased while there is one. `records` are labels
    with counts. `seconds` are the person ids of those who may agree.
    """

    contract: Contract
    obstacles: tuple[str, ...]
    records: tuple[tuple[str, int], ...]
    entries: int
    files: int
    seconds: frozenset[str]
    outside: "Outside"


@dataclass(frozen=True, slots=True)
class Outside:
    """Where erased content still is: outside the ledger, for people to dispose of."""

    backups: tuple[BackupRun, ...]
    journal: tuple[PurePath, ...]


class Ending:
    """Verbs on a contract that is over."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def plan(self, contract_id: str) -> Plan:
        """Return what would go and what is in the way; nothing is changed.

        Raises:
            NotFound, NotPermitted
        """
        ledger = self._ledger
        ledger.require("erase")
        contract = ledger.registers.need(Contract, contract_id).record
        held = ledger.store.holdings(contract_id)
        seconds = frozenset(ledger.rules.seconds(set()))
        return Plan(
            contract=contract,
            obstacles=tuple(self._obstacles(contract, held, seconds)),
            records=tuple((BY_TYPE[type_].label, n) for type_, n in _vanishing(held).items()),
            entries=len(held.numbers),
            files=len(held.blobs),
            seconds=seconds,
            outside=self.outside(held.numbers[0], ledger.store.head().seq + 1)
            if held.numbers
            else Outside((), ()),
        )

    def erase(
        self,
        contract_id: str,
        *,
        contract_no: str,
        reason: str,
        second: SignIn,
        command_id: str = "",
        progress: Progress = quiet,
    ) -> Change:
        """Erase content and salts of all entries of a contract; the chain verifies as before.

        Args:
            contract_no: as the user typed it, so that nobody erases the wrong contract.
            second: who signs in beside the user and agrees.

        Raises:
            Cancelled: by `progress`; nothing was erased.
            Conflict: something was entered meanwhile.
            InvalidField, NotFound, NotPermitted, Refused: nothing was erased.
            WrongPassword, LockedOut, MustChangePassword: of the second person.
        """
        ledger = self._ledger
        if (answered := ledger.answered(command_id)) is not None:
            return answered
        plan = self.plan(contract_id)
        if plan.obstacles:
            raise Refused(reason="\n".join(plan.obstacles))
        if contract_no.strip() != plan.contract.contract_no:
            raise Refused(reason="入力された契約番号が、消去する契約のものと違います。")
        if second.person_id not in plan.seconds:
            namesakes.require_another(ledger.store, second.person_id, {ledger.user.person_id})
            raise Refused(reason="確認する人には、自分とは別の、利用中の方を選んでください。")
        text = ledger.registers.reason(reason)
        ledger.prepare()
        held = ledger.store.holdings(contract_id)
        erasure = self._agreed(self._erasure(plan.contract, held, text), second, plan.seconds)
        stub = _stub(replace(plan.contract, content_erased_on=ledger.today()))
        intents: list[Intent] = [revising(stub, "契約終了後の内容の消去"), creating(erasure)]
        for intent in intents:
            ledger.registers.validate(intent.record)
        gone = frozenset(held.records)
        change = ledger.commit(intents, command_id=command_id, also=gone, progress=progress)
        ledger.safe.journal.leave_erased()
        return change

    def outside(self, first: int, before: int) -> Outside:
        """Return backups and journal files that hold entries from `first` on, as before an erasure.

        Copies of erased files that still lie beside the journal are among them.

        Args:
            before: number of the erasing entry.
        """
        ledger = self._ledger
        runs = standing(ledger)
        backups = tuple(run for run in runs if first <= (run.to_event_seq or 0) < before)
        journal = ledger.safe.journal.upkeep
        left = (*journal.files_before(before), *journal.copies_of_erased())
        return Outside(backups, left)

    # --- what is in the way ----------------------------------------------------------------------
    def _obstacles(
        self, contract: Contract, held: Holdings, seconds: frozenset[str]
    ) -> Sequence[str]:
        found = [*self._unfinished(contract), *self._unretained(contract)]
        if not _vanishing(held):
            found.append("この契約には、消去する内容がありません。")
        if not seconds:
            found.append("確認できる二人目の利用者がいません。利用者を登録してください。")
        return found

    def _unfinished(self, contract: Contract) -> Sequence[str]:
        ledger, found = self._ledger, []
        if contract.status is not ContractStatus.CLOSED:
            found.append("契約が終結していません。契約の状態を「終結」にしてからにしてください。")
        mine = Where("contract_id", Op.EQ, contract.id)
        if ledger.store.count(Query("item", (mine, Where("state", Op.IN, STANDING)))):
            found += in_the_way(ledger.rules.books, contract.id, ledger.today())
        waits = ledger.rules.waiting(contract.id)
        if any(one.record.contract_id for one in waits):  # what is of none is in nobody's way
            found.append(f"確認待ちの例外があります。二人目の確認を済ませてください。{NOBODY}")
        return [*found, *self._surviving(contract)]

    def _surviving(self, contract: Contract) -> Iterator[str]:
        """Name duties that the end of a contract does not end: an erasure must not, either."""
        ledger, registers = self._ledger, self._ledger.registers
        asked = registers.all(ClientCommunication, contract_id=contract.id)
        waiting = [one.record.caption() for one in asked if one.record.is_waiting]
        if waiting:
            yield (
                f"終わっていない委託者の求め・通知が{len(waiting)}件あります"
                f"（{'、'.join(dict.fromkeys(waiting))}）。回答・対応を済ませて記録してください。"
            )
        said = registers.all(Finding, contract_id=contract.id)
        left = sum(one.record.status is not FindingStatus.VERIFIED for one in said)
        if left:
            yield (
                f"終わっていない指摘・是正が{left}件あります。是正を済ませ、"
                f"別の責任者の確認を受けてください。{NOBODY}"
            )
        dates = registers.all(DueItem, contract_id=contract.id, status=DueStatus.OPEN)
        if any(is_inquiry(ledger, one.record) for one in dates):
            yield UNDONE.format(INQUIRY, "")
        over = contract.status is ContractStatus.CLOSED
        yield from _undone(self._due(contract), SURVIVES if over else "")

    def _due(self, contract: Contract) -> list[Due]:
        """Return what is due although the contract is closed, less what is named otherwise.

        Of one that is still to be closed that are the papers about its end.
        """
        found = [one for one in calendar(self._ledger, contract.id) if one.contract_id]
        if contract.status is not ContractStatus.CLOSED:
            return [one for one in found if one.code == END_PAPERS]
        return [one for one in found if one.code and one.code not in NAMED]

    def _unretained(self, contract: Contract) -> Sequence[str]:
        until = contract.retain_ledger_until
        if until is None:
            return [
                "契約に「台帳の保存期限」が入力されていません。委託者と決めて入力してください。"
            ]
        if until >= self._ledger.today():
            return ["台帳の保存期限が、まだ過ぎていません。"]
        return []

    # --- the entry -------------------------------------------------------------------------------
    def _erasure(self, contract: Contract, held: Holdings, reason: str) -> ContentErasure:
        ledger = self._ledger
        erasure = ContentErasure(
            id=ledger.new_id(),
            contract_id=contract.id,
            contract_no=contract.contract_no,
            former_numbers=self._former_numbers(contract),
            erased_at=ledger.now(),
            entries=len(held.numbers),
            numbers=write_numbers(held.numbers),
            files=len(held.blobs),
            blobs=held.blobs,
            reason=reason,
            requested_by=ledger.user.person_id,
            fiscal_numbers=write_fiscal_numbers(self._fiscal_numbers(contract)),
        )
        last, seq = ledger.paper.last_sealed()
        if last is None or last.contract_id != contract.id:
            return erasure
        return replace(
            erasure,
            last_paper_seq=seq,
            last_serial=last.serial,
            last_fiscal_year=last.fiscal_year,
            last_fiscal_no=last.fiscal_no,
            last_doc_no=last.doc_no,
            last_sha256=last.pdf_sha256,
        )

    def _former_numbers(self, contract: Contract) -> tuple[str, ...]:
        """Return the other numbers that the contract had since its first paper."""
        papers = self._ledger.registers.all(Submission, contract_id=contract.id)
        if not papers:
            return ()
        entered = versions(self._ledger.store, Contract, contract.id)
        begun = version_at(entered, min(one.meta.created_seq for one in papers))
        since = [one for one in entered if begun is None or one.seq >= begun.seq]
        numbers = dict.fromkeys(one.record.contract_no for one in since)
        return tuple(one for one in numbers if one != contract.contract_no)

    def _fiscal_numbers(self, contract: Contract) -> dict[int, int]:
        """Return the highest number of each fiscal year: without its paper it must not come again."""
        highest: dict[int, int] = {}
        for paper in self._ledger.paper.sealed(contract.id):
            year = paper.fiscal_year or 0
            highest[year] = max(highest.get(year, 0), paper.fiscal_no or 0)
        return highest

    def _agreed(
        self, erasure: ContentErasure, second: SignIn, seconds: frozenset[str]
    ) -> ContentErasure:
        """Let the second person sign the erasure at the place where it will stand."""
        ledger = self._ledger
        head = ledger.store.head()
        question = question_of(erasure, ledger.store.vault_id, head, seconds)
        answers = Answers(reasons={RULE: erasure.reason})
        approval = ledger.rules.agree(question, answers, second)
        ledger.rules.prove(question, approval, answers)
        if ledger.store.head() != head:
            raise Conflict(what="台帳")
        return replace(
            erasure,
            approved_by=approval.person_id,
            approved_at=approval.at,
            proof=approval.proof,
        )


def _vanishing(held: Holdings) -> dict[str, int]:
    return {type_: n for type_, n in held.records.items() if type_ != Contract.type}


def _stub(contract: Contract) -> Contract:
    """Return what is left of a contract: its number, parties, days, and that it was erased."""
    kept = (
        "id", "contract_no", "client_org_id", "contractor_org_id", "profile_code",
        "profile_version", "profile_sha256", "signed_on", "starts_on", "ends_on", "work_start_on",
        "completed_on", "handles_specific_pi", "handles_confidential_info", "onsite_rule",
        "status", "retain_ledger_until", "content_erased_on",
    )  # fmt: skip
    values = {name: getattr(contract, name) for name in kept}
    return Contract(**values, title=TITLE, purpose=NOTHING)


def _undone(found: Iterable[Due], why: str) -> Iterator[str]:
    """Say what is not done yet, once for all that it is to be done about."""
    about: dict[str, list[str]] = {}
    for one in found:
        about.setdefault(one.what, []).append(one.about)
    for what, ones in about.items():
        some = "、".join(filter(None, ones[:SHOWN]))
        more = f"など{len(ones):,}件" if len(ones) > SHOWN else ""
        yield UNDONE.format(f"{what}（{some}{more}）" if some else what, why)
