"""A stage for the rules: one furnished contract, and acts that are judged without being entered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.codes import (
    BasisType,
    Decision,
    DecisionForm,
    Encrypted,
    EndRule,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
    SanitizationAct,
    SanitizationCategory,
    SanitizationMethod,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.paper import Request
from models.records import (
    Assignment,
    Authorization,
    HandlingEvent,
    HandlingLine,
    Item,
    ItemContent,
    Person,
    Place,
    Record,
    Sanitization,
    TransportDetail,
)
from models.rules.case import Case
from models.rules.engine import Finding, examine
from tests.house import House, furnished

PROFILES = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")


@dataclass(frozen=True)
class Act:
    """What is judged, with records that lie beside it and the items it speaks of."""

    record: Record | Request
    beside: tuple[Record, ...] = ()
    items: tuple[Item, ...] = ()
    before: Record | None = None


@contextmanager
def every_stage(folder_of: Callable[[str], Path]) -> Iterator[dict[str, "Stage"]]:
    """Furnish a contract under each text; the rules are on.

    Args:
        folder_of: makes a folder for a profile's code.
    """
    with ExitStack() as opened:
        yield {
            code: Stage(
                opened.enter_context(furnished(folder_of(code), profile=code, rules=True)), code
            )
            for code in PROFILES
        }


class Stage:
    """Makes acts on a furnished contract."""

    def __init__(self, house: House, profile: str) -> None:
        self.house = house
        self.code = profile
        self.ledger = house.ledger
        self.story = house.story
        self.contract = house.story.contract
        self._ids = 0

    # --- judging ---------------------------------------------------------------------------------
    def findings(self, act: Act) -> list[Finding]:
        """Return what the rules say."""
        rules = self.ledger.rules
        case = Case(
            record=act.record,
            contract=self.contract,
            profile=self.ledger.profiles[self.code],
            books=rules.books.beside([*act.beside, *self._subject(act)]),
            now=self.ledger.now(),
            items={item.id: item for item in act.items},
            before=act.before,
            asker=self.people["supervisor"],
        )
        return examine(case)

    def modes(self, act: Act, rule_id: str) -> set[str]:
        return {f.mode for f in self.findings(act) if f.rule_id == rule_id}

    def _subject(self, act: Act) -> Sequence[Record]:
        return [act.record] if isinstance(act.record, Record) else []

    # --- things ----------------------------------------------------------------------------------
    @property
    def people(self) -> Mapping[str, str]:
        return self.story.people

    @property
    def now(self) -> datetime:
        return self.ledger.now()

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:032x}"

    def item(self, **changes: Any) -> Item:
        """Return a stack of lent papers; `usb` and `pc` are its electronic sisters."""
        paper = Item(
            id=self.new_id(),
            contract_id=self.contract.id,
            item_no=f"T-{self._ids}",
            item_class=ItemClass.PAPER,
            media_type=MediaType.DOCUMENT,
            name="結果票",
            quantity=Decimal(1),
            unit="冊",
            origin=ItemOrigin.LENT,
            ownership=Ownership.CLIENT,
            home_place_id=self.story.places[2].id,
            end_rule=EndRule.RETURN,
            contents=(ItemContent(asset_id=self.story.asset.id, fields_text="氏名"),),
        )
        return replace(paper, **changes)

    def usb(self, **changes: Any) -> Item:
        usb = self.item(
            item_class=ItemClass.MEDIUM, media_type=MediaType.USB_MEMORY, encrypted=Encrypted.YES
        )
        return replace(usb, **changes)

    def pc(self, **changes: Any) -> Item:
        pc = self.item(
            item_class=ItemClass.EQUIPMENT, media_type=MediaType.NOTEBOOK_PC,
            origin=ItemOrigin.CONTRACTOR_EQUIPMENT, ownership=Ownership.CONTRACTOR,
            terminal_registered=True, contents=(),
        )  # fmt: skip
        return replace(pc, **changes)

    def consent(self, subject: str) -> str:
        """Return the id of what the client allowed in the story, "" when it did not."""
        return next((one.id for one in self.story.consents if one.subject == subject), "")

    def authorization(self, subject: Any, basis: BasisType, **changes: Any) -> Authorization:
        made = Authorization(
            id=self.new_id(),
            contract_id=self.contract.id,
            basis_type=basis,
            subject=subject,
            requested_on=self.now.date() - timedelta(days=9),
            reason="必要なため",
            scope_text="見本",
            valid_from=self.now.date() - timedelta(days=8),
            decision=Decision.GRANTED,
            decided_on=self.now.date() - timedelta(days=8),
            decided_by_title="課長",
            decided_by_name="見本　次郎",
            decision_form=DecisionForm.WRITTEN,
        )
        return replace(made, **changes)

    def place(self, **changes: Any) -> Place:
        made = Place(
            id=self.new_id(), name="別の部屋", address="見本市", floor_room="1階",
            kinds=(), lockable=True, entry_control=True,
        )  # fmt: skip
        return replace(made, **changes)

    def person(self, **changes: Any) -> Person:
        made = Person(
            id=self.new_id(), organization_id=self.contract.contractor_org_id, name="見本　三郎"
        )
        return replace(made, **changes)

    def assignment(self, person_id: str, role: Any, **changes: Any) -> Assignment:
        first = self.story.assignments[1]
        return replace(first, id=self.new_id(), person_id=person_id, role=role, **changes)

    # --- acts ------------------------------------------------------------------------------------
    def event(
        self, kind: HandlingKind, *items: Item, actor: str = "worker", beside: Any = (),
        **fields: Any,
    ) -> Act:  # fmt: skip
        """Return an act that keeps the rules as far as its fields are not changed."""
        items = items or (self.item(),)
        event = HandlingEvent(
            id=self.new_id(),
            contract_id=self.contract.id,
            event_no=900 + self._ids,
            kind=kind,
            timing=fields.pop("timing", Timing.ACTUAL),
            purpose="入力のため",
            occurred_at=fields.pop("occurred_at", self.now),
            actor_person_id=self.people.get(actor, actor),
            lines=fields.pop(
                "lines", tuple(HandlingLine(item_id=one.id, quantity=one.quantity) for one in items)
            ),
            **fields,
        )
        return Act(event, tuple(beside), tuple(items))

    def sanitizing(self, item: Item, **changes: Any) -> Sanitization:
        row = Sanitization(
            item_id=item.id,
            act=SanitizationAct.DISPOSE,
            info_items="氏名",
            media_name=item.name,
            quantity=Decimal(1),
            unit=item.unit,
            electronic=item.electronic,
            category=SanitizationCategory.DESTROY if item.electronic else None,
            method=SanitizationMethod.PHYSICAL if item.electronic else SanitizationMethod.SHRED,
            irrecoverable_confirmed=True,
            verification_method=VerificationMethod.VISUAL,
            verification_result=VerificationResult.PASS,
            performed_at=self.now,
            performed_by=self.people["worker"],
            performed_org_id=self.contract.contractor_org_id,
            place_text="入力室",
            responsible_person_id=self.people["supervisor"],
            ordered_by_assignment_id=self.story.assignments[0].id,
            client_method_authorization_id=self.consent("disposition_method"),
            verified_by=self.people["supervisor"],
            witness_requested=False,
        )
        return replace(row, **changes)

    def disposal(self, item: Item | None = None, beside: Any = (), **changes: Any) -> Act:
        item = item or self.item(origin=ItemOrigin.COPIED, end_rule=EndRule.ERASE_OR_DISPOSE)
        kind = changes.pop("kind", HandlingKind.DISPOSE)
        event = {
            key: changes.pop(key) for key in ("checker_person_id", "occurred_at") if key in changes
        }
        event.setdefault("checker_person_id", self.people["supervisor"])
        row = self.sanitizing(item, **changes)
        return self.event(kind, item, sanitization=(row,), beside=beside, **event)

    def carried(self, item: Item | None = None, **changes: Any) -> Act:
        """Return a transport by the own staff with everything that is asked."""
        fields: dict[str, Any] = {
            key: changes.pop(key)
            for key in ("encryption", "authorization_id", "checker_person_id")
            if key in changes
        }
        now = self.now  # every look at the clock moves it on
        detail = TransportDetail(
            persons=("﨑山　健",), container="施錠ケース", departed_at=now,
            arrived_at=now, received_by="髙橋　恵子", do_not_leave_instructed=True,
            instructed_by=self.people["supervisor"], instructed_at=now,
        )  # fmt: skip
        return self.event(
            HandlingKind.TRANSPORT, item or self.item(), transport=(replace(detail, **changes),),
            place_from_id=self.story.places[1].id, place_to_id=self.story.places[2].id, **fields,
        )  # fmt: skip
