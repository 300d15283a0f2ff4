"""What every collector works with: the ledger, one contract, its words and what was wished for.

A paper is of today and names people, places and things as they are called today; what it tells of
an act it tells under the names of that day (`Case.then`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from models import amounts, custody
from models.after_erasure import erased_words, erasures_of
from models.codes import AssignmentRole, HandlingKind, SealKind, Timing
from models.contract_changes import former_names
from models.errors import Refused
from models.former_names import told
from models.inspection_receipt import former
from models.item_status import Status
from models.ledger import Ledger
from models.paper import Numbering
from models.paper_about import OF_PLANS
from models.party_names import former_seal
from models.profile_vocabulary import ROLE_CONCEPTS
from models.profiles import DocumentForm, Profile
from models.records import (
    Assignment,
    Authorization,
    Contract,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    Organization,
    Person,
    Place,
    Record,
    Submission,
)
from models.versions import version_at, versions
from reports.documents.form import Wording
from reports.page import Anchor, FormerReceipt, Letterhead

R = TypeVar("R", bound=Record)


class Wish(Protocol):
    """What shall be printed (ui.issue.IssueRequest)."""

    @property
    def doc_kind(self) -> str: ...
    @property
    def contract_id(self) -> str: ...
    @property
    def ids(self) -> tuple[str, ...]: ...
    @property
    def seal_kind(self) -> SealKind: ...
    @property
    def options(self) -> Mapping[str, Any]: ...
    @property
    def replaces(self) -> str | None: ...


@dataclass(frozen=True)
class Case:
    """The ledger, the contract and its words, at the moment of printing."""

    ledger: Ledger
    wish: Wish
    numbers: Numbering
    contract: Contract
    profile: Profile

    def then(self, record: Record) -> "Then":
        """Return how an act named people, places and things when it was entered."""
        stored = self.ledger.registers.need(type(record), record.id)
        return Then(self, stored.meta.created_seq)

    def person(self, person_id: str) -> str:
        return self._field(Person, person_id, "name")

    def place(self, place_id: str) -> str:
        return self._field(Place, place_id, "name")

    def organization(self, organization_id: str) -> str:
        return self._field(Organization, organization_id, "name")

    def item(self, item_id: str) -> Item:
        return self.ledger.registers.need(Item, item_id).record

    def amount(self, event: HandlingEvent, line: HandlingLine, item: Item) -> Decimal | None:
        """Return how much an act ended; a line without a quantity speaks of all that was left."""
        if line.quantity is not None:
            return line.quantity
        status = self._status(item, event, after=False)
        if status is None:
            return item.quantity
        return status.left or item.quantity  # of a carrier that was erased before

    def part(self, event: HandlingEvent, amount: Decimal | None, item: Item) -> str:
        """Say that an act ended only a part of an item: （100枚の一部。所在不明2枚）."""
        whole = item.quantity
        if amount is None or whole is None or amount >= whole:
            return ""
        status = self._status(item, event, after=True)
        missing = status.missing if status is not None else None
        lost = f"。所在不明{item.amount(missing)}" if missing else ""
        return f"（{item.amount(whole)}の一部{lost}）"

    def _status(self, item: Item, event: HandlingEvent, *, after: bool) -> Status | None:
        """Return the status of an item before or after an act that stands, None for another."""
        status = custody.begin(item)
        for one in self.ledger.store.happened(item.id):
            before, status = status, amounts.after_standing(item, status, one)
            if one.id == event.id:
                return status if after else before
        return None

    def basis(self, authorization_id: str) -> str:
        if not authorization_id:
            return ""
        stored = self.ledger.store.get(Authorization, authorization_id)
        return stored.record.caption() if stored else ""

    def info_items(self, item: Item) -> str:
        parts = []
        for content in item.contents:
            asset = self.ledger.store.get(InformationAsset, content.asset_id)
            parts.append(content.fields_text or (asset.record.name if asset else ""))
        return "、".join(dict.fromkeys(part for part in parts if part))

    @property
    def form(self) -> DocumentForm:
        return self.profile.document(self.wish.doc_kind)

    @property
    def until(self) -> int | None:
        """Return the entry of the sealed paper that is looked at again, None for a new paper."""
        seq = self.wish.options.get("until")
        return int(seq) if seq is not None else None

    @property
    def tells_firms(self) -> bool:
        """Tell whether people are named with their firm; sealed papers of before have none."""
        return bool(self.wish.options.get("firms", True))

    @property
    def tells_findings(self) -> bool:
        """Tell whether a report of an incident says what was found out; those of before do not."""
        return bool(self.wish.options.get("found_out", True))

    @property
    def day(self) -> date:
        return self.numbers.issued_at.date()

    def all(self, cls: type[R], **equal: Any) -> list[R]:
        """Return the unvoided records of this contract, in entry order."""
        found = self.ledger.registers.all(cls, contract_id=self.contract.id, **equal)
        return [stored.record for stored in found]

    def chosen(self, cls: type[R]) -> list[R]:
        """Return the records that were asked for, in the order of asking.

        Raises:
            Refused: one that was voided or belongs to another contract.
        """
        found = []
        for record_id in self.wish.ids:
            stored = self.ledger.registers.need(cls, record_id)
            if stored.meta.voided:
                raise Refused(
                    reason=f"{stored.record.caption()}は取り消されているため、書類に載せられません。"
                )
            if self.contract.id not in (stored.record.contract(), *_contracts(stored.record)):
                raise Refused(reason=f"{stored.record.caption()}は、別の契約の記録です。")
            found.append(stored.record)
        return found

    def events(self) -> list[HandlingEvent]:
        """Return the events that were asked for, in the order in which they happened.

        Raises:
            Refused: none, or one that was voided, is only planned, or belongs to another contract.
        """
        if not self.wish.ids:
            raise Refused(reason="書類に載せる取扱記録を選んでください。")
        found = sorted(self.chosen(HandlingEvent), key=_moment)
        plans = [event for event in found if event.timing is Timing.PLANNED]
        if plans and (self.wish.doc_kind not in OF_PLANS or len(plans) < len(found)):
            raise Refused(
                reason=f"{plans[0].caption()}は予定です。"
                "実績を記録してから、その記録を書類に載せてください。"
            )
        return found

    def role(self, role: AssignmentRole | None) -> str:
        """Return a role in the contract's word (作業責任者, 業務責任者, …)."""
        if role is None:
            return ""
        concept = ROLE_CONCEPTS.get(role)
        return self.profile.term(concept) if concept else role.label

    def act(self, kind: HandlingKind | None) -> str:
        """Return the contract's word for a kind of handling, or the neutral one."""
        return (self.profile.own_word(kind.value) or kind.label) if kind else ""

    def wording(self) -> Wording:
        profile = self.profile
        return Wording(
            labels=tuple(self.form.required.items()),
            client=profile.term("client_party"),
            contractor=profile.term("contractor_party"),
            firms=self.tells_firms,
        )

    def letterhead(self, title: str = "") -> Letterhead:
        """Return the letterhead; a notice of changes bears its own title."""
        ledger, contract = self.ledger, self.contract
        contractor = ledger.registers.need(Organization, contract.contractor_org_id).record
        client = ledger.registers.need(Organization, contract.client_org_id).record
        clauses = "、".join(self.profile.cite(key) for key in self.form.clauses)
        if self.wish.options.get("change"):
            title = self.form.change_title
        old = self._replaced()
        return Letterhead(
            kind=self.wish.doc_kind,
            title=title or self.form.title,
            doc_no=self.numbers.doc_no,
            issued_on=self.numbers.issued_at.date(),
            addressee=contract.client_title or client.name,
            sender_address=contractor.address,
            sender_name=contractor.name,
            signer_title=contractor.representative_title,
            signer_name=contractor.representative_name,
            contract_no=contract.contract_no,
            work_title=contract.title,
            clause_basis=f"{self.profile.title} {clauses}" if clauses else self.profile.title,
            seal_kind=self.wish.seal_kind,
            seal_image=self._seal_image(),
            replaces_no=old.doc_no if old else "",
            replaces_on=old.submitted_on if old else None,
        )

    def anchor(self) -> Anchor:
        numbers = self.numbers
        return Anchor(
            ledger_id=numbers.vault_id,
            seq=numbers.head.seq,
            head=numbers.head.hex,
            since_last=numbers.since_last,
            issued_at=numbers.issued_at,
            previous_doc_no=numbers.previous_doc_no,
            previous_sha256=numbers.previous_sha256,
            seal_fingerprint=numbers.seal_fingerprint,
            warnings=numbers.warnings,
            formerly=(
                *former_names(self.ledger, self.contract.id),
                *(former_seal(self.ledger, self.contract) if self.form.sealed else ()),
            ),
            erased=erased_words(erasures_of(self.ledger.registers, self.contract.id)),
            former=self._former_receipt() if self.form.sealed else None,
        )

    @property
    def was_erased(self) -> bool:
        """Tell whether what the ledger knew of the contract is gone, its earlier papers too."""
        return bool(erasures_of(self.ledger.registers, self.contract.id))

    def _former_receipt(self) -> FormerReceipt | None:
        before = former(self.ledger, self.contract.id)
        if before is not None:
            return FormerReceipt(before.number, before.seq, before.head)
        return None if self.was_erased else FormerReceipt()

    def _replaced(self) -> Submission | None:
        """Return the paper whose place this one takes, None for none."""
        if not self.wish.replaces:
            return None
        return self.ledger.registers.need(Submission, self.wish.replaces).record

    def _seal_image(self) -> bytes:
        if self.wish.seal_kind is not SealKind.IMAGE:
            return b""
        image = self.ledger.store.secret("seal-image")
        if image is None:
            raise Refused(
                reason="印影の画像が登録されていません。「設定・利用者」で登録してください。"
            )
        return image

    def _field(self, cls: Any, record_id: str, name: str) -> str:
        stored = self.ledger.store.get(cls, record_id) if record_id else None
        return str(getattr(stored.record, name)) if stored else ""


@dataclass(frozen=True)
class Then:
    """The names of an act: as they stood after its entry, with the present one beside another."""

    case: Case
    seq: int

    def person(self, person_id: str) -> str:
        return self._name(Person, person_id)

    def place(self, place_id: str) -> str:
        return self._name(Place, place_id)

    def organization(self, organization_id: str) -> str:
        return self._name(Organization, organization_id)

    def assignment(self, assignment_id: str) -> str:
        """Return who is named by an assignment: a person or a unit."""
        stored = self.case.ledger.store.get(Assignment, assignment_id) if assignment_id else None
        if stored is None:
            return ""
        return self.person(stored.record.person_id) or stored.record.unit_name

    def item(self, item_id: str) -> Item:
        """Return a thing as it is known today, under the number and the name of the act."""
        stored = self.case.ledger.registers.need(Item, item_id)
        item = stored.record
        if stored.meta.row_version == 1:
            return item
        found = version_at(versions(self.case.ledger.store, Item, item_id), self.seq)
        if found is None:
            return item
        return replace(
            item,
            item_no=told(found.record.item_no, item.item_no),
            name=told(found.record.name, item.name),
        )

    def _name(self, cls: type[Record], record_id: str) -> str:
        return self.case.ledger.registers.caption(cls.type, record_id, self.seq)


def words(*parts: str) -> str:
    """Join what is there with a wide space."""
    return "　".join(part for part in parts if part)


def _contracts(record: Record) -> tuple[str, ...]:
    """Return the contracts of a record that may serve several (a training session)."""
    return tuple(getattr(record, "contract_ids", ()))


def _moment(event: HandlingEvent) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at
