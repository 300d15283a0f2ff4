"""Small builders of valid records with synthetic names, and an office that writes them.

    office = Office.open(tmp_path)                 # a real encrypted ledger folder
    item = office.create(item(office.contract, office.room))
    office.create(event(office, HandlingKind.RECEIVE, item))

Ids, salts, times and keys come from counters and seeds: the same test writes the same bytes.
"""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models import codes as c
from models.chain import SALT_SIZE, Command, Intent, write_command
from models.commands import creating, revising, voiding
from models.records import (
    Attachment,
    Contract,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    LedgerOrigin,
    Organization,
    Person,
    Place,
    Record,
    Submission,
    UserAccount,
)
from models.store import Store, Write
from models.wareki import JAPAN
from storage.database import create_database
from storage.ledger_store import LedgerStore
from storage.ledgers import DATABASE_NAME, new_store

R = TypeVar("R", bound=Record)
START = datetime(2026, 11, 2, 9, 0, tzinfo=JAPAN)
KEY = bytes(range(32))
VAULT_ID = "00112233445566778899aabbccddeeff"

FAMILY = ("佐藤", "髙橋", "渡邉", "𠮷野", "山﨑", "齋藤", "小林", "中村")
GIVEN = ("一郎", "花子", "健太", "美咲", "翔", "陽菜", "大輔", "さくら")
KANA = ("サトウ", "タカハシ", "ワタナベ", "ヨシノ", "ヤマザキ", "サイトウ", "コバヤシ", "ナカムラ")


class SeedSigner:
    """An Ed25519 key made from a word, so that signatures repeat."""

    def __init__(self, seed: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class Ids:
    """Ids that sort by time, as the ledger makes them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self) -> str:
        number = next(self._numbers)
        tail = hashlib.sha256(str(number).encode()).hexdigest()[:20]
        return f"{0x19A_0000_0000 + number:012x}{tail}"


new_id = Ids()


def organization(name: str = "株式会社みどり情報", **changes: Any) -> Organization:
    kinds = (c.OrganizationKind.CONTRACTOR,)
    made = Organization(
        id=new_id(), kinds=kinds, name=name, name_kana="ミドリジョウホウ",
        representative_title="代表取締役", representative_name="緑川 一",
        address="架空市青葉町1-2-3",
    )  # fmt: skip
    return replace(made, **changes)


def municipality(name: str = "架空市", **changes: Any) -> Organization:
    return organization(name, kinds=(c.OrganizationKind.CLIENT,), name_kana="カクウシ", **changes)


def person(company: Organization, number: int = 0, **changes: Any) -> Person:
    family, given = FAMILY[number % len(FAMILY)], GIVEN[number // len(FAMILY) % len(GIVEN)]
    made = Person(
        id=new_id(), organization_id=company.id, name=f"{family} {given}",
        name_kana=KANA[number % len(KANA)], employment_type=c.EmploymentType.REGULAR,
        employee_no=f"E{number:04d}",
    )  # fmt: skip
    return replace(made, **changes)


def account(who: Person, signer: SeedSigner, login: str, **changes: Any) -> UserAccount:
    made = UserAccount(
        id=new_id(), person_id=who.id, login_name=login, app_role=c.Role.SUPERVISOR,
        public_key=signer.public_key.hex(), status=c.AccountStatus.ACTIVE,
    )  # fmt: skip
    return replace(made, **changes)


def contract(
    client: Organization, company: Organization, number: int = 1, **changes: Any
) -> Contract:
    made = Contract(
        id=new_id(), contract_no=f"R8-{number:03d}", title=f"住民情報入力業務その{number}",
        client_org_id=client.id, contractor_org_id=company.id, client_title="市長",
        profile_code="model", profile_version="1", signed_on=date(2026, 4, 1),
        starts_on=date(2026, 4, 1), ends_on=date(2027, 3, 31), work_start_on=date(2026, 4, 10),
        purpose="申請書の入力", handles_specific_pi=False, handles_confidential_info=False,
        onsite_rule=c.OnsiteRule.ANY, status=c.ContractStatus.ACTIVE,
    )  # fmt: skip
    return replace(made, **changes)


def place(name: str = "第1作業室", **changes: Any) -> Place:
    made = Place(
        id=new_id(), name=name, address="架空市青葉町1-2-3", floor_room="3階",
        kinds=(c.PlaceKind.WORK, c.PlaceKind.STORAGE), lockable=True, entry_control=True,
        storage_equipment=c.StorageEquipment.CABINET,
    )  # fmt: skip
    return replace(made, **changes)


def asset(of: Contract, name: str = "児童手当受給者一覧", **changes: Any) -> InformationAsset:
    made = InformationAsset(
        id=new_id(), contract_id=of.id, name=name, info_class=c.InfoClass.PERSONAL,
        purpose="入力", acquisition=c.Acquisition.PROVIDED, contains_sensitive=False,
        contains_specific_pi=False,
    )  # fmt: skip
    return replace(made, **changes)


def item(of: Contract, home: Place, number: int = 1, **changes: Any) -> Item:
    made = Item(
        id=new_id(), contract_id=of.id, item_no=f"M-{number:04d}", name=f"申請書の束 {number}",
        item_class=c.ItemClass.PAPER, media_type=c.MediaType.DOCUMENT, quantity=Decimal(10),
        unit="冊", origin=c.ItemOrigin.LENT, ownership=c.Ownership.CLIENT, home_place_id=home.id,
        end_rule=c.EndRule.RETURN, return_due_on=date(2027, 3, 31),
    )  # fmt: skip
    return replace(made, **changes)


def event(
    of: Contract, actor: Person, kind: c.HandlingKind, things: Sequence[Item], number: int,
    at: datetime, **changes: Any,
) -> HandlingEvent:  # fmt: skip
    made = HandlingEvent(
        id=new_id(), contract_id=of.id, event_no=number, kind=kind, timing=c.Timing.ACTUAL,
        occurred_at=at, actor_person_id=actor.id, purpose="入力作業のため",
        status=c.HandlingStatus.DONE, counterpart_name="係長", means=c.Means.DIRECT,
        lines=tuple(HandlingLine(item_id=one.id) for one in things),
    )  # fmt: skip
    return replace(made, **changes)


def attachment(of: Contract, blob: str, **changes: Any) -> Attachment:
    made = Attachment(
        id=new_id(), contract_id=of.id, name="写真.jpg", mime="image/jpeg", size=6,
        sha256=hashlib.sha256("写真".encode()).hexdigest(), blob=blob,
        kind=c.AttachmentKind.PHOTO,
    )  # fmt: skip
    return replace(made, **changes)


def submission(of: Contract, number: int = 1, **changes: Any) -> Submission:
    made = Submission(
        id=new_id(), contract_id=of.id, doc_kind="D-18", title="預り証",
        doc_no=f"令和8年度 第{number}号", revision=1, status=c.SubmissionStatus.DRAFT,
        content={"条": ["一", "二"]},
    )  # fmt: skip
    return replace(made, **changes)


@dataclass
class Office:
    """A store with a first contract, and a pen that writes commands onto it."""

    store: Store
    signer: SeedSigner = field(default_factory=lambda: SeedSigner("責任者"))
    now: datetime = START
    vault_id: str = VAULT_ID

    def __post_init__(self) -> None:
        self._commands = itertools.count(self.store.head().seq + 1)
        if self.store.head().seq == 0:
            self.begin()

    @classmethod
    def open(cls, folder: Path) -> "Office":
        """Make an encrypted database in `folder` without key files, and begin the ledger."""
        return cls(new_ledger(folder))

    def begin(self) -> None:
        """Write the first command: origin, parties, the responsible person and one contract."""
        self.company, self.client = organization(), municipality()
        self.actor = person(self.company, 3)
        self.account = account(self.actor, self.signer, "sekinin")
        self.author = self.account.id
        self.contract = contract(self.client, self.company)
        self.room = place()
        origin = LedgerOrigin(
            id=new_id(), vault_id=self.vault_id, first_key=self.signer.public_key.hex(),
            program="test",
        )  # fmt: skip
        first: list[Record] = [
            origin, self.company, self.client, self.actor, self.account, self.contract, self.room,
        ]  # fmt: skip
        self.write([creating(one) for one in first])

    def draft(
        self, intents: Sequence[Intent], *, author: str = "", signer: SeedSigner | None = None
    ) -> tuple[Command, list[Write]]:
        """Hash and sign a command without appending it."""
        number = next(self._commands)
        self.now += timedelta(seconds=1)
        command, entries = write_command(
            vault_id=self.vault_id,
            command_id=hashlib.sha256(f"command {number}".encode()).hexdigest()[:32],
            author=author or self.author,
            recorded_at=self.now,
            offset=540,
            head=self.store.head(),
            intents=intents,
            salts=hashlib.shake_256(str(number).encode()).digest(SALT_SIZE * len(intents)),
            signer=signer or self.signer,
        )
        return command, [Write(e, i.record) for e, i in zip(entries, intents, strict=True)]

    def write(self, intents: Sequence[Intent], **by: Any) -> Command:
        command, writes = self.draft(intents, **by)
        self.store.append(command, writes)
        return command

    def create(self, record: R) -> R:
        self.write([creating(record)])
        return record

    def revise(self, record: R, reason: str = "誤記の訂正", **changes: Any) -> R:
        revised = replace(record, **changes)
        self.write([revising(revised, reason)])
        return revised

    def void(self, record: Record, reason: str = "誤り") -> None:
        self.write([voiding(record, reason)])

    def item(self, number: int = 1, **changes: Any) -> Item:
        return self.create(item(self.contract, self.room, number, **changes))

    def handle(
        self, kind: c.HandlingKind, *things: Item, hours: float = 0, **changes: Any
    ) -> HandlingEvent:
        """Record an event that happened `hours` after the start."""
        number = self.store.next_event_no(self.contract.id)
        at = START + timedelta(hours=hours)
        return self.create(event(self.contract, self.actor, kind, things, number, at, **changes))


def new_ledger(folder: Path) -> LedgerStore:
    """Make an empty store under a fixed key, without the key files of a ledger folder."""
    database = create_database(folder / DATABASE_NAME, KEY)
    return new_store(database, VAULT_ID)
