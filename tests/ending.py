"""A contract that is over, in a furnished house beside one that goes on; for tests of erasing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from models.codes import (
    AttachmentKind,
    ContractStatus,
    EndRule,
    HandlingStatus,
    ItemClass,
    ItemOrigin,
    MediaType,
    Ownership,
    SubmissionMeans,
)
from models.commands import Change
from models.records import AccessRight, Contract, HandlingEvent, Item, Record, Submission
from models.rules.answers import SignIn
from storage.database import PAGE_SIZE
from storage.ledger_store import LedgerStore
from storage.safe import LedgerSafe
from tests.house import House, furnished
from ui.sample import cast

CANARY = "鷺沼第三資料庫㍿廃川届"
PICTURE = "鷺沼の写真".encode() * 400
REASON = "保存期限が過ぎたため"
R = TypeVar("R", bound=Record)
_TAIL = 80  # bytes of a page that hold nonce and MAC


@contextmanager
def ended(
    folder: Path, *, items: int = 2, journal: bool = False, profile: str = "shiki",
    paper: str = "D-17",
) -> Iterator[House]:  # fmt: skip
    """Open a house whose first contract can be erased; a second one goes on.

    Args:
        paper: which document tells the client of the returns, "" for none.
    """
    with furnished(folder, profile=profile, accounts=True) as house:
        ledger, story = house.ledger, house.story
        if journal:
            ledger.journal.start(folder / "journal")
        house.clock.go_to(ledger.today(), 9)
        story.receive(items)
        for item in list(story._stock):
            revise(house, replace(_item(house, item), name=CANARY), "名称の訂正")
            story.use(item)
            story.give_back(item)
        ledger.files.attach(
            PICTURE, name=f"{CANARY}.jpg", mime="image/jpeg", kind=AttachmentKind.PHOTO,
            contract_id=story.contract.id,
        )  # fmt: skip
        if paper:
            hand_in(house, paper)
        look_after(house)
        ledger = house.sign_in("watanabe")  # rights are the administrator's to end
        for right in ledger.registers.all(AccessRight):
            gone = replace(right.record, revoked_at=ledger.now(), revoke_reason="契約の終了")
            revise(house, gone, "契約の終了")
        ledger = house.sign_in("takahashi")
        ledger.registers.create(_second(house))
        index(house)
        close(house)
        yield house


def _second(house: House) -> Contract:
    return replace(house.story.contract, id="", contract_no="2026-002", title="別の業務")


def other(house: House) -> Contract:
    stored = house.ledger.registers.one(Contract, contract_no="2026-002")
    assert stored is not None
    return stored.record


def other_item(house: House) -> Item:
    """Enter an item of the contract that goes on."""
    item = Item(
        contract_id=other(house).id, item_no="Z-0001", name="別の業務の帳票",
        item_class=ItemClass.PAPER, media_type=MediaType.DOCUMENT, quantity=Decimal(1), unit="冊",
        origin=ItemOrigin.LENT, ownership=Ownership.CLIENT,
        home_place_id=house.story.places[2].id, end_rule=EndRule.RETURN,
    )  # fmt: skip
    change = house.ledger.registers.create(item)
    return house.ledger.registers.need(Item, change.ids[0]).record


def look_after(house: House) -> None:
    """Confirm what was done, and hand in the report of the last period where the text wants one."""
    ledger = house.ledger
    waiting = ledger.registers.all(HandlingEvent, status=HandlingStatus.DONE)
    ledger.handling.confirm([one.record.id for one in waiting])
    hand_in(house, "D-19", "定期報告書")


def hand_in(
    house: House, kind: str = "D-17", title: str = "返還・消去・廃棄報告書",
    of: Contract | None = None,
) -> None:  # fmt: skip
    """Note a paper of a contract as handed in, today."""
    ledger = house.ledger
    ledger.paper.note(
        Submission(
            contract_id=(of or house.story.contract).id,
            doc_kind=kind,
            title=title,
            doc_no="第1号" if kind != "D-19" else "報第1号",
            revision=1,
            effective_on=ledger.today() if kind == "D-19" else None,
            submitted_on=ledger.today(),
            means=SubmissionMeans.HAND,
        )
    )


def close(house: House, **changes: object) -> Contract:
    """Close the contract, with a retention date that has passed."""
    ledger = house.ledger
    contract = ledger.registers.need(Contract, house.story.contract.id).record
    values: dict[str, object] = {
        "status": ContractStatus.CLOSED,
        "retain_ledger_until": ledger.today() - timedelta(days=1),
        **changes,
    }
    return revise(house, contract.with_changes(**values), "契約の終結")


def revise(house: House, record: R, reason: str) -> R:
    house.ledger.registers.revise(record, reason)
    return record


def worker(house: House) -> SignIn:
    user = next(one for one in cast.USERS if one.person == "worker")
    return SignIn(house.story.people["worker"], user.login, user.password)


def erase(house: House) -> Change:
    contract = house.story.contract
    return house.ledger.ending.erase(
        contract.id, contract_no=contract.contract_no, reason=REASON, second=worker(house)
    )


def index(house: House) -> None:
    while house.ledger.store.index_search(1000):
        pass


def store_of(house: House) -> LedgerStore:
    assert isinstance(house.ledger.opened.store, LedgerStore)
    return house.ledger.opened.store


def plain_pages(house: House) -> bytes:
    """Return every page of the database in clear, used or free."""
    safe = house.ledger.safe
    assert isinstance(safe, LedgerSafe)
    raw = (house.folder / "ledger" / "ledger.db").read_bytes()
    pages = []
    for start in range(0, len(raw), PAGE_SIZE):
        page = raw[start : start + PAGE_SIZE]
        begin = 16 if start == 0 else 0
        nonce = page[PAGE_SIZE - _TAIL : PAGE_SIZE - _TAIL + 16]
        cipher = Cipher(algorithms.AES(safe.vault.database_key), modes.CBC(nonce)).decryptor()
        pages.append(cipher.update(page[begin : PAGE_SIZE - _TAIL]))
    return b"".join(pages)


def _item(house: House, item: Item) -> Item:
    return house.ledger.registers.need(Item, item.id).record
