"""What people do in the office, one small function per step: a journey reads like a story."""

import json
import os
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.codes import HandlingKind, ItemState, Means
from models.commands import Change
from models.ledger import Ledger
from models.records import HandlingEvent, HandlingLine, Item, Stored, Submission, UserAccount
from reports.seal import make_seal_certificate, seal_record
from reports.verify import verify_document
from tests.house import House
from tests.ui.console.desk import Console
from ui.issue import IssueRequest, issue
from ui.sample import cast

BOSS, WORKER, OFFICER, ADMINISTRATOR = cast.USERS


@dataclass
class Day:
    """A day at the office: who sits at the counter, what was received, what was printed."""

    house: House
    papers: dict[str, bytes] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger:
        return self.house.ledger

    @property
    def story(self) -> Any:
        return self.house.story


# --- at the door ------------------------------------------------------------------------------


def sits_down(day: Day, user: cast.User, password: str = "") -> None:
    """Let somebody else sign in."""
    day.ledger.close()
    day.house.ledger = day.house.office.unlock(
        day.house.folder / "ledger", user.login, password or user.password
    )
    day.story.ledger = day.house.ledger


def account_of(day: Day, login: str) -> UserAccount:
    stored = day.ledger.registers.one(UserAccount, login_name=login)
    assert stored is not None, login
    return stored.record


# --- with the media -----------------------------------------------------------------------------


def receives(day: Day, count: int) -> list[Item]:
    """Take media over from the client's officer."""
    before = len(day.story._stock)
    day.story.receive(count)
    received: list[Item] = day.story._stock[before:]
    return received


def copies(day: Day, original: Item) -> Item:
    """Make one working copy within the consent."""
    day.story.copy(original)
    copy: Item = day.story._copies[-1]
    return copy


def takes_out(day: Day, item: Item, hours: int = 3) -> str:
    """Take an item to the town hall; returns the event."""
    event = HandlingEvent(
        contract_id=day.story.contract.id,
        kind=HandlingKind.TAKE_OUT,
        purpose="市役所での内容確認",
        occurred_at=day.house.clock(),
        actor_person_id=day.story.people["worker3"],
        checker_person_id=day.story.people["supervisor"],
        authorization_id=day.story.consents[1].id,
        place_from_id=day.story.places[2].id,
        destination_text="見本市役所　健康づくり課",
        expected_return_at=day.house.clock() + timedelta(hours=hours),
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
        **_encryption(item),
    )
    return day.ledger.handling.record(event).ids[-1]


def brings_back(day: Day, item: Item, taken_out: str, at: datetime | None = None) -> str:
    """Bring an item back; returns the event."""
    event = HandlingEvent(
        contract_id=day.story.contract.id,
        kind=HandlingKind.BRING_BACK,
        purpose="確認を終えたため",
        occurred_at=at or day.house.clock(),
        actor_person_id=day.story.people["worker3"],
        place_to_id=day.story.places[2].id,
        related_event_id=taken_out,
        lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
    )
    return day.ledger.handling.record(event).ids[-1]


def uses(day: Day, item: Item, at: datetime, by: str = "worker") -> Change:
    """Use an item for twenty minutes, and enter it when they are over."""
    day.house.clock.wait(20)
    return day.ledger.handling.record(
        HandlingEvent(
            contract_id=day.story.contract.id,
            kind=HandlingKind.USE,
            purpose="健診結果の入力",
            occurred_at=at,
            ended_at=at + timedelta(minutes=20),
            actor_person_id=day.story.people[by],
            place_from_id=day.story.places[1].id,
            lines=(HandlingLine(item_id=item.id, quantity=item.quantity),),
        )
    )


def gives_back(day: Day, item: Item, quantity: Decimal | None = None) -> str:
    """Return an original, or a part of it, to the client's officer; returns the event."""
    event = HandlingEvent(
        contract_id=day.story.contract.id,
        kind=HandlingKind.RETURN,
        purpose="入力が終わったため",
        occurred_at=day.house.clock(),
        actor_person_id=day.story.people["supervisor"],
        checker_person_id=day.story.people["worker"],
        means=Means.DIRECT,
        counterpart_org_id=day.story.contract.client_org_id,
        counterpart_title="主査",
        counterpart_name="見本　花子",
        place_from_id=day.story.places[2].id,
        lines=(HandlingLine(item_id=item.id, quantity=quantity or item.quantity),),
    )
    return day.ledger.handling.record(event).ids[-1]


def state_of(day: Day, item: Item) -> ItemState:
    status = day.ledger.handling.status(item.id)
    assert status is not None
    return status.state


def left_of(day: Day, item: Item) -> Decimal:
    status = day.ledger.handling.status(item.id)
    assert status is not None
    return status.left


def events_of(day: Day, kind: HandlingKind) -> list[Stored[HandlingEvent]]:
    return day.ledger.registers.all(HandlingEvent, kind=kind)


def corrects(day: Day, event_id: str, reason: str, **changes: Any) -> str:
    """Replace a wrong event by a right one; returns the new event."""
    wrong = day.ledger.registers.need(HandlingEvent, event_id).record
    right = replace(wrong, **changes)
    return day.ledger.handling.correct(event_id, right, reason).ids[-1]


# --- with paper ---------------------------------------------------------------------------------


def makes_the_seal(day: Day) -> str:
    """Make the seal of the office; returns its fingerprint, which the client is told."""
    identity = make_seal_certificate(cast.CONTRACTOR.name, day.ledger.now(), os.urandom)
    day.ledger.paper.adopt_seal(*seal_record(identity))
    return day.ledger.paper.seal_secret()[0].fingerprint


def seals(day: Day, kind: str, *events: str) -> Submission:
    """Seal a paper about some events."""
    change = issue(day.ledger, IssueRequest(kind, day.story.contract.id, events))
    paper = day.ledger.registers.need(Submission, change.ids[-1]).record
    day.papers[paper.doc_no] = day.ledger.paper.file(paper.id)
    return paper


def client_checks(day: Day, paper: Submission, fingerprint: str) -> bool:
    """Let the client check the paper with nothing but the file and the fingerprint."""
    verdict = verify_document(day.papers[paper.doc_no], fingerprint=fingerprint)
    assert verdict.number == paper.doc_no
    return verdict.ok


# --- at the end of the day ------------------------------------------------------------------------


def console(day: Day) -> Console:
    return Console(day.house)


def backs_up(day: Day, stick: Path) -> dict[str, Any]:
    stick.mkdir(exist_ok=True)
    said = console(day)("backup", day.house.folder / "ledger", stick)
    assert said.code == 0, said.err
    return said.answer


def restores(day: Day, backup: str, place: Path) -> dict[str, Any]:
    said = console(day)("restore", backup, place)
    assert said.code == 0, said.err
    return said.answer


def verifies(day: Day, place: Path | None = None) -> dict[str, Any]:
    said = console(day)("verify", place or day.house.folder / "ledger", "--full")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    assert found["ok"] and found["problems"] == []
    return found


def _encryption(item: Item) -> dict[str, Any]:
    from models.codes import EncryptionMeasure as Measure

    return {"encryption": Measure.APPLIED if item.electronic else Measure.NOT_APPLICABLE}
