"""Whole journeys in plain words, from an empty disk to the papers in the client's hands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import HandlingKind, ItemState, Role
from models.errors import MustChangePassword, NotPermitted, Refused, WrongPassword
from models.records import HandlingEvent, HandlingLine, Person
from models.wareki import JAPAN
from reports.verify import verify_document
from tests.e2e.steps import (
    ADMINISTRATOR,
    BOSS,
    OFFICER,
    WORKER,
    Day,
    account_of,
    backs_up,
    brings_back,
    client_checks,
    copies,
    corrects,
    events_of,
    gives_back,
    left_of,
    makes_the_seal,
    receives,
    restores,
    seals,
    sits_down,
    state_of,
    takes_out,
    uses,
    verifies,
)
from tests.house import FIRST_DAY, furnished
from ui.sample import cast

NEW = "遠い山から届く七通の手紙"
FIRST = "静かな港に灯る三つの明かり"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with furnished(tmp_path) as house:
        yield Day(house)


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Day]:
    with furnished(tmp_path, accounts=True) as house:
        yield Day(house)


def test_the_first_day(day: Day, tmp_path: Path) -> None:
    fingerprint = makes_the_seal(day)
    originals = receives(day, 3)
    first, second, third = originals
    uses(day, first, day.house.clock())
    copy = copies(day, first)
    out = takes_out(day, second)
    assert state_of(day, second) is ItemState.TAKEN_OUT
    brings_back(day, second, out)
    assert state_of(day, second) is ItemState.STORED
    destroyed = day.story.destroy(copy).ids[-1]
    assert state_of(day, copy) is ItemState.DISPOSED
    returned = gives_back(day, third)
    assert state_of(day, third) is ItemState.RETURNED
    certificate = seals(day, "D-18", destroyed)
    receipt = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    assert client_checks(day, certificate, fingerprint)
    assert client_checks(day, receipt, fingerprint)
    assert receipt.previous_sha256 == certificate.pdf_sha256
    assert (certificate.serial, receipt.serial) == (1, 2)
    assert returned in {one.record.id for one in events_of(day, HandlingKind.RETURN)}
    saved = backs_up(day, tmp_path / "stick")
    back = restores(day, saved["file"], tmp_path / "another")
    assert (back["seq"], back["head"]) == (saved["seq"], saved["head"])
    there = verifies(day, tmp_path / "another")
    assert (there["seq"], there["head"]) == (saved["seq"], saved["head"])
    # The backup itself is an entry, so the ledger at home is one ahead of its backup.
    assert verifies(day)["seq"] == saved["seq"] + 1


def test_a_changed_paper_is_found_by_the_client(day: Day) -> None:
    fingerprint = makes_the_seal(day)
    receives(day, 1)
    receipt = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    raw = bytearray(day.papers[receipt.doc_no])
    raw[len(raw) // 3] ^= 1
    assert not verify_document(bytes(raw), fingerprint=fingerprint).ok
    assert client_checks(day, receipt, fingerprint)
    assert not verify_document(day.papers[receipt.doc_no], fingerprint="ab" * 32).ok


def test_a_correction_shows_both_and_keeps_custody_right(day: Day) -> None:
    bundle = next(item for item in receives(day, 6) if (item.quantity or 0) > 10)
    wrong = gives_back(day, bundle)
    assert state_of(day, bundle) is ItemState.RETURNED
    right = corrects(
        day, wrong, "一部だけ返却したため",
        lines=(_with_quantity(day, wrong, Decimal(4)),),
    )  # fmt: skip
    assert bundle.quantity is not None
    assert state_of(day, bundle) is ItemState.STORED
    assert left_of(day, bundle) == bundle.quantity - 4
    old = day.ledger.registers.need(HandlingEvent, wrong)
    new = day.ledger.registers.need(HandlingEvent, right)
    assert old.meta.voided and old.meta.void_reason == "一部だけ返却したため"
    assert new.record.corrects_event_id == wrong
    assert new.record.event_no != old.record.event_no
    with pytest.raises(Refused, match="つじつま"):
        day.ledger.handling.void(events_of(day, HandlingKind.RECEIVE)[0].record.id, "誤りのため")
    assert len(day.ledger.registers.history("handling_event", wrong)) == 2
    verifies(day)


def _with_quantity(day: Day, event_id: str, quantity: Decimal) -> HandlingLine:
    line = day.ledger.registers.need(HandlingEvent, event_id).record.lines[0]
    return replace(line, quantity=quantity)


def test_a_late_entry_stands_where_it_happened_and_says_when_it_was_entered(day: Day) -> None:
    item = receives(day, 1)[0]
    noon = datetime.combine(FIRST_DAY, time(12), JAPAN)
    day.house.clock.go_to(FIRST_DAY + timedelta(days=3), 9)
    gives_back(day, item)
    late = uses(day, item, noon).ids[-1]
    kinds = [one.record.kind for one in day.ledger.handling.timeline(item.id)]
    assert kinds == [HandlingKind.RECEIVE, HandlingKind.USE, HandlingKind.RETURN]
    stored = day.ledger.registers.need(HandlingEvent, late)
    assert day.ledger.handling.entered_late(stored)
    assert stored.record.occurred_at == noon
    assert stored.meta.created_at > noon + timedelta(days=2)
    day.house.clock.go_to(FIRST_DAY + timedelta(days=3), 11)
    with pytest.raises(Refused, match="返還済"):
        uses(day, item, datetime.combine(FIRST_DAY + timedelta(days=3), time(10), JAPAN))
    verifies(day)


def test_a_worker_who_lost_the_password(staffed: Day) -> None:
    day = staffed
    sits_down(day, ADMINISTRATOR)
    day.ledger.people.reissue_password(
        account_of(day, WORKER.login).id, FIRST, "パスワードを忘れたため"
    )
    with pytest.raises(WrongPassword):
        day.ledger.close()
        day.house.office.unlock(day.house.folder / "ledger", WORKER.login, WORKER.password)
    sits_down(day, WORKER, FIRST)
    with pytest.raises(MustChangePassword):
        receives(day, 1)
    day.story._stock.clear()
    day.ledger.people.change_password(FIRST, NEW)
    item = receives(day, 1)[0]
    assert state_of(day, item) is ItemState.STORED
    sits_down(day, WORKER, NEW)
    verifies(day)


def test_the_responsible_person_is_lost_and_the_sheet_lets_an_heir_in(staffed: Day) -> None:
    day = staffed
    receives(day, 1)
    day.ledger.close()
    heir = Person(
        name="佐々木　葵", name_kana="ササキ　アオイ", organization_id="-",
        employment_type=cast.PEOPLE["worker"][3],
    )  # fmt: skip
    ledger, fresh = day.house.office.recover(
        day.house.folder / "ledger", day.house.sheet, "sasaki", NEW, heir
    )
    day.house.ledger = day.story.ledger = ledger
    day.house.sheet = fresh
    assert ledger.role is Role.SUPERVISOR
    assert ledger.safe.verify(full=True, progress=lambda done, total: None).ok
    history = ledger.registers.history("user_account", ledger.user.id)
    assert history[0][0].author.startswith("recovery-")
    day.ledger.people.disable_account(account_of(day, BOSS.login).id, "急な入院による交代")
    day.ledger.close()
    with pytest.raises(WrongPassword):
        day.house.office.unlock(day.house.folder / "ledger", BOSS.login, BOSS.password)
    day.house.ledger = day.house.office.unlock(day.house.folder / "ledger", "sasaki", NEW)
    assert day.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_what_a_worker_may_not_do(staffed: Day) -> None:
    day = staffed
    makes_the_seal(day)
    item = receives(day, 1)[0]
    sits_down(day, WORKER)
    uses(day, item, day.house.clock())
    with pytest.raises(NotPermitted, match="責任者"):
        uses(day, item, day.house.clock(), by="worker2")
    with pytest.raises(NotPermitted, match="責任者"):
        seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    with pytest.raises(NotPermitted, match="責任者"):
        day.ledger.handling.confirm([events_of(day, HandlingKind.USE)[0].record.id])
    with pytest.raises(NotPermitted):
        day.ledger.people.add_account(
            day.story.people["worker2"], login="tsuji", role=Role.WORKER, password=FIRST
        )
    with pytest.raises(NotPermitted):
        day.ledger.people.replace_sheet("自分の手元に置きたいため")
    sits_down(day, BOSS)
    done = events_of(day, HandlingKind.USE)[0]
    day.ledger.handling.confirm([done.record.id])
    sits_down(day, WORKER)
    with pytest.raises(NotPermitted, match="責任者"):
        day.ledger.handling.void(done.record.id, "間違えたため")
    sits_down(day, BOSS)
    verifies(day)


def test_an_officers_visit(staffed: Day) -> None:
    day = staffed
    fingerprint = makes_the_seal(day)
    item = receives(day, 2)[0]
    paper = seals(day, "D-14", events_of(day, HandlingKind.RECEIVE)[0].record.id)
    head = day.ledger.store.head()
    sits_down(day, OFFICER)
    assert day.ledger.safe.verify(full=True, progress=lambda done, total: None).ok
    assert [one.record.kind for one in day.ledger.handling.timeline(item.id)] == [
        HandlingKind.RECEIVE
    ]
    assert [one.doc_no for one in day.ledger.paper.sealed()] == [paper.doc_no]
    assert day.ledger.paper.file(paper.id) == day.papers[paper.doc_no]
    assert client_checks(day, paper, fingerprint)
    for forbidden in (
        lambda: uses(day, item, day.house.clock()),
        lambda: day.ledger.require("backup"),
        lambda: day.ledger.handling.void(events_of(day, HandlingKind.RECEIVE)[0].record.id, "試す"),
    ):
        with pytest.raises(NotPermitted):
            forbidden()
    assert day.ledger.store.head() == head
    sits_down(day, BOSS)
    assert day.ledger.store.head() == head
