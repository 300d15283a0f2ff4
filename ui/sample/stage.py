"""The stage of a sample contract: its parties, people, places and consents, and what comes in."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from models.codes import (
    AttachmentKind,
    AuthorizationSubject,
    Encrypted,
    EndRule,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
)
from models.ledger import Ledger
from models.profiles import Profile
from models.records import (
    Authorization,
    HandlingEvent,
    Item,
    ItemContent,
)
from ui.sample import cast
from ui.sample.clearance import Clearance
from ui.sample.clock import StoryClock


class Stage:
    """One sample contract on an open ledger, as its first morning sets it up."""

    def __init__(self, ledger: Ledger, clock: StoryClock, seed: int) -> None:
        self.ledger = ledger
        self.clock = clock
        self._random = random.Random(seed)
        self._serial = 0

    def set_up(self, profile: Profile, number: str, contractor_id: str, supervisor_id: str) -> None:
        """Enter the client, the contract, people, places and what was agreed."""
        ledger = self.ledger
        new_id = ledger.new_id
        client = replace(cast.CLIENT, id=new_id())
        self.carrier = replace(cast.CARRIER, id=new_id())
        start = ledger.today()
        self.contract = cast.contract(profile, number, client.id, contractor_id, start, new_id())
        others = [key for key in cast.PEOPLE if key != "supervisor"]
        people = [
            cast.person(key, client.id if key == "officer" else contractor_id, new_id())
            for key in others
        ]
        self.people = {"supervisor": supervisor_id} | {
            key: one.id for key, one in zip(others, people, strict=True)
        }
        self.places = cast.places([new_id(), new_id(), new_id()])
        self.asset = cast.asset(self.contract, new_id())
        self.consents = cast.consents(self.contract, profile, new_id, self.places[1:])
        ledger.registers.create_all(
            [client, self.carrier, self.contract, *people, *self.places, self.asset,
             *self.consents]
        )  # fmt: skip
        self._clear(Clearance(self.contract, profile, self.people, new_id))

    def _clear(self, clearance: Clearance) -> None:
        """Enter notices, texts, pledges, training and cards, then people and places."""
        registers = self.ledger.registers
        staff, place = (self._notice(clearance, kind) for kind in ("D-03", "D-04"))
        submits = clearance.profile.params.pledge.submission == "always"
        pledges = self._notice(clearance, "D-08") if submits else ""
        registers.create_all(
            [*clearance.documents(), *clearance.pledges(pledges), *clearance.training(),
             *clearance.cards()]
        )  # fmt: skip
        assignments = clearance.assignments(staff)
        self.assignments = assignments
        registers.create_all([*assignments, *clearance.places(self.places, place, self.consents)])

    def _notice(self, clearance: Clearance, kind: str) -> str:
        """Enter a notice that went out before, with the client's stamp on the copy."""
        if not clearance.profile.document(kind).offered:
            return ""
        receipt = self.ledger.files.attach(
            f"{kind} 受領印のある控え（見本）".encode(),
            name=f"{kind}_控え.txt",
            mime="text/plain",
            kind=AttachmentKind.SCAN,
            contract_id=self.contract.id,
        )
        change = self.ledger.paper.note(clearance.notice(kind, receipt.ids[0]))
        return change.ids[-1]

    # --- for every act ---------------------------------------------------------------------------
    def _new_item(self) -> Item:
        self._serial += 1
        paper = self._random.random() < 0.6
        return Item(
            id=self.ledger.new_id(),
            contract_id=self.contract.id,
            item_no=f"M-{self._serial:04d}",
            item_class=ItemClass.PAPER if paper else ItemClass.MEDIUM,
            media_type=MediaType.DOCUMENT if paper else MediaType.USB_MEMORY,
            name="健康診査結果票" if paper else "健診データ受渡し用USBメモリ",
            maker="" if paper else "みほん電機",
            model="" if paper else "MU-64",
            serial_no="" if paper else f"SN{self._random.randint(10**7, 10**8 - 1)}",
            quantity=Decimal(self._random.randint(20, 120)) if paper else Decimal(1),
            unit="枚" if paper else "本",
            origin=ItemOrigin.LENT,
            ownership=Ownership.CLIENT,
            encrypted=None if paper else Encrypted.YES,
            encryption_method="" if paper else "AES-256（媒体の機能）",
            home_place_id=self.places[2].id,
            return_due_on=self.ledger.today() + timedelta(days=60),
            end_rule=EndRule.RETURN,
            contents=(ItemContent(asset_id=self.asset.id, fields_text="氏名、生年月日、健診結果"),),
        )

    def _event(
        self, kind: HandlingKind, purpose: str, *, actor: str, checker: str = "",
        occurred_at: datetime | None = None, **fields: object,
    ) -> HandlingEvent:  # fmt: skip
        return HandlingEvent(
            contract_id=self.contract.id,
            kind=kind,
            purpose=purpose,
            occurred_at=occurred_at or self.clock(),
            actor_person_id=self.people[actor],
            checker_person_id=self.people[checker] if checker else "",
            **fields,  # type: ignore[arg-type]  # names come from this file only
        )

    def _consent(self, subject: AuthorizationSubject) -> Authorization:
        return next(one for one in self.consents if one.subject is subject)

    def _consent_id(self, subject: AuthorizationSubject) -> str:
        return next((one.id for one in self.consents if one.subject is subject), "")
