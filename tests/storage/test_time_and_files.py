"""Times that run back, and files that stand in the place of others, show in a verification."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.chain import Intent
from models.clockwatch import BACK
from models.codes import AttachmentKind, Role, SystemEventKind
from models.commands import creating, revising
from models.records import Attachment, HandlingEvent, Person, Submission, SystemEvent
from reports.seal import make_seal_certificate, seal_record
from storage.file_check import FACTS
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.sample import cast

LOGIN = {user.role: user.login for user in cast.USERS}
MINUTES = int(BACK.total_seconds() // 60)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.clock.wait(60 * 24 * 20)  # the accounts of the house begin with its first day
        made.story.receive(1)
        yield made


def problems(house: House) -> list[tuple[str, str]]:
    found = house.ledger.safe.verify(full=True, progress=lambda _done, _total: None)
    return [(one.code, one.where) for one in found.problems]


def slip_in(house: House, *intents: Intent) -> int:
    """Enter something past the program, properly signed; return its number."""
    command, _ = house.ledger._append(intents, house.ledger.new_command_id())
    return command.first_seq


def somebody(house: House) -> Person:
    person = house.ledger.registers.all(Person)[0].record
    return replace(person, id=house.ledger.new_id(), name="見本　次郎")


# --- time -----------------------------------------------------------------------------------------


def test_a_time_before_the_last_entry_shows(house: House) -> None:
    house.clock.wait(-60 * 24 * 14)
    seq = slip_in(house, creating(somebody(house)))
    house.clock.wait(60 * 24 * 14)
    house.ledger.registers.create(replace(somebody(house), id=""))
    assert problems(house) == [("TIME", f"記帳番号{seq}")]


def test_the_drift_of_a_clock_is_no_problem(house: House) -> None:
    house.clock.wait(-MINUTES)
    slip_in(house, creating(somebody(house)))
    assert not problems(house)


def test_a_clock_that_went_back_was_entered_by_the_program(house: House) -> None:
    house.clock.wait(-60 * 24 * 14)
    house.ledger.registers.create(replace(somebody(house), id=""))
    house.ledger.registers.create(replace(somebody(house), id="", name="見本　三郎"))
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert kinds[-1] is SystemEventKind.CLOCK_BACK and not problems(house)


def test_small_steps_back_make_no_large_one(house: House) -> None:
    """Neither past the program nor with it."""
    for _ in range(3):
        house.clock.wait(-MINUTES)
        seq = slip_in(house, creating(somebody(house)))
    assert problems(house)[-1] == ("TIME", f"記帳番号{seq}")


def test_the_program_tells_small_steps_back(house: House) -> None:
    for _ in range(3):
        house.clock.wait(-MINUTES)
        house.ledger.registers.create(replace(somebody(house), id="", name=f"見本{_}"))
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert SystemEventKind.CLOCK_BACK in kinds and not problems(house)


def test_an_own_account_hides_no_time_behind_it(house: House) -> None:
    house.clock.wait(-60 * 24 * 14)
    account = house.ledger.user
    slip_in(house, revising(replace(account, reminded_on=house.clock().date()), "覚え"))
    seq = slip_in(house, creating(somebody(house)))
    assert problems(house) == [("TIME", f"記帳番号{seq}")]


def test_a_clock_that_was_ahead_for_one_entry_accuses_nobody(house: House) -> None:
    house.clock.wait(60 * 24 * 300)
    slip_in(house, creating(somebody(house)))
    house.clock.wait(-60 * 24 * 300)
    for name in ("見本　三郎", "見本　四郎"):
        house.clock.wait(60)
        house.ledger.registers.create(replace(somebody(house), id="", name=name))
    assert not problems(house)
    house.clock.wait(-60)
    seq = slip_in(house, creating(somebody(house)))
    assert problems(house) == [("TIME", f"記帳番号{seq}")]


def test_another_event_of_the_system_excuses_nothing(house: House) -> None:
    event = house.ledger.registers.all(SystemEvent)
    house.clock.wait(-60 * 24)
    said = SystemEvent(
        id=house.ledger.new_id(), kind=SystemEventKind.CLOCK_JUMP, occurred_at=house.clock(),
        level=event[0].record.level if event else None,
    )  # fmt: skip
    seq = slip_in(house, creating(said), creating(somebody(house)))
    assert problems(house) == [("TIME", f"記帳番号{seq}")]


def test_an_officer_who_may_not_enter_it_changes_his_password(house: House) -> None:
    house.clock.wait(-60 * 24)
    ledger = house.sign_in(LOGIN[Role.INSPECTOR])
    user = next(one for one in cast.USERS if one.role is Role.INSPECTOR)
    ledger.people.change_password(user.password, "緑の山の寺で九つの鐘が鳴る")
    house.ledger = house.sign_in(LOGIN[Role.SUPERVISOR])
    house.ledger.registers.create(replace(somebody(house), id=""))
    kinds = [one.record.kind for one in house.ledger.registers.all(SystemEvent)]
    assert SystemEventKind.CLOCK_BACK in kinds and not problems(house)


# --- files ----------------------------------------------------------------------------------------


def attached(house: House, data: bytes, name: str) -> Attachment:
    change = house.ledger.files.attach(
        data, name=name, mime="text/plain", kind=AttachmentKind.OTHER,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    return house.ledger.registers.need(Attachment, change.ids[-1]).record


def test_a_file_in_the_place_of_another_shows(house: House) -> None:
    scan, other = attached(house, b"one", "scan.txt"), attached(house, b"two", "two.txt")
    slip_in(house, revising(replace(scan, name="写し.txt"), "名前の誤り"))
    assert not problems(house)
    facts = {name: getattr(other, name) for name in FACTS}
    seq = slip_in(house, revising(replace(scan, **facts), "差し替え"))
    assert problems(house) == [("FILE", f"記帳番号{seq}")]


def test_a_paper_with_the_file_of_another_shows(house: House) -> None:
    ledger = house.ledger
    identity = make_seal_certificate("株式会社みほん", ledger.now(), os.urandom)
    ledger.paper.adopt_seal(*seal_record(identity))
    act = ledger.registers.all(HandlingEvent)[-1].record
    made = issue(ledger, IssueRequest("D-14", house.story.contract.id, (act.id,)))
    paper = ledger.registers.need(Submission, made.ids[-1])
    assert not problems(house)
    other = attached(house, b"other", "other.pdf")
    slip_in(house, revising(replace(paper.record, file_id=other.id), "差し替え"))
    rewritten = ("REWRITTEN", f"記帳番号{ledger.store.head().seq}")  # a sealed paper stays as it is
    assert problems(house) == [("FILE", f"記帳番号{paper.meta.created_seq}"), rewritten]
