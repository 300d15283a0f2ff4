"""Names that only a sign-in gives: whoever enters them in another's name is found."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from models import chain
from models.chain import Intent
from models.codes import (
    AccessLevel,
    Certainty,
    FindingStatus,
    HandlingStatus,
    IncidentNature,
    IncidentStatus,
    OfficerAct,
    Role,
)
from models.commands import creating, revising, voiding
from models.records import (
    AccessRight,
    Contract,
    Finding,
    HandlingEvent,
    Incident,
    LedgerOrigin,
    OfficerConfirmation,
    Record,
    RuleOverride,
    SystemEvent,
)
from models.records.handling import NAMED_ONLY
from models.rules.answers import Answers
from models.store import Query
from tests.house import House, furnished
from tests.storage.test_approvals import WORKER, breach, enter, second
from ui.sample import cast

R = TypeVar("R", bound=Record)
OFFICER = next(user for user in cast.USERS if user.role is Role.INSPECTOR)
NOT_OWN = "本人の記帳ではありません"
NO_ROLE = "権限のない利用者"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=2) as made:
        yield made


@pytest.fixture
def worker(house: House) -> House:
    """A house in which the worker is signed in, and enters what he likes."""
    enter(house, second(house))
    house.sign_in(WORKER.login)
    return house


def boss(house: House) -> str:
    return house.story.people["supervisor"]


def problems(house: House) -> list[str]:
    found = house.ledger.safe.verify(full=True, progress=lambda _done, _total: None)
    return [f"{one.code} {one.where} {one.message}" for one in found.problems]


def one(house: House, found: list[str]) -> str:
    """Return the only problem; it names the last entry."""
    [problem] = found
    assert problem.startswith(f"APPROVAL 記帳番号{house.ledger.store.head().seq} ")
    return problem


def newest(house: House, cls: type[R]) -> R:
    return house.ledger.registers.all(cls)[-1].record


def confirmed(house: House, person: str) -> HandlingEvent:
    return newest(house, HandlingEvent).with_changes(
        status=HandlingStatus.CONFIRMED, confirmed_by=person, confirmed_at=house.clock()
    )


def put_right(house: House, **changes: object) -> Finding:
    """Let the worker put the breach right, and return the finding."""
    done = newest(house, Finding).with_changes(
        status=FindingStatus.DONE, owner_person_id=house.story.people["worker"],
        action="手順を直した", completed_on=house.clock().date(),
    )  # fmt: skip
    plant(house, revising(done, "是正"))
    return done.with_changes(
        status=FindingStatus.VERIFIED, verified_on=house.clock().date(), **changes
    )


def plant(house: House, *intents: Intent) -> None:
    """Enter something as a changed program would: with the own key, asking nobody."""
    scoped, house.ledger.store = house.ledger.store, house.ledger.opened.store
    house.ledger.commit(intents)
    house.ledger.store = scoped


# --- what is honest -------------------------------------------------------------------------------


def test_who_confirms_by_signing_in_is_not_accused(worker: House) -> None:
    put_right(worker)
    worker.sign_in(cast.USERS[0].login)
    worker.ledger.corrections.verify([newest(worker, Finding).id])
    worker.ledger.handling.confirm([newest(worker, HandlingEvent).id])
    assert problems(worker) == []


def test_a_month_of_honest_work_says_nothing(tmp_path: Path) -> None:
    with furnished(tmp_path, rules=True, accounts=True, days=5, planted=True) as house:
        assert problems(house) == []


# --- what is not ----------------------------------------------------------------------------------


def test_a_confirmation_in_the_name_of_the_responsible_person_is_found(worker: House) -> None:
    plant(worker, revising(confirmed(worker, boss(worker)), "責任者の確認"))
    assert NOT_OWN in one(worker, problems(worker))


def test_a_worker_does_not_confirm_in_his_own_name_either(worker: House) -> None:
    mine = confirmed(worker, worker.story.people["worker"])
    plant(worker, revising(mine, "責任者の確認"))
    assert NO_ROLE in one(worker, problems(worker))


def test_a_state_without_a_name_is_found(worker: House) -> None:
    state = newest(worker, HandlingEvent).with_changes(status=HandlingStatus.CONFIRMED)
    plant(worker, revising(state, "責任者の確認"))
    assert NOT_OWN in one(worker, problems(worker))


def test_an_act_that_comes_with_its_confirmation_is_found(worker: House) -> None:
    made = replace(
        confirmed(worker, boss(worker)), id=worker.ledger.new_id(), event_no=99,
        actor_person_id=worker.story.people["worker"],
    )  # fmt: skip
    plant(worker, creating(made))
    assert NOT_OWN in one(worker, problems(worker))


def test_a_confirmed_act_that_is_written_again_is_found(worker: House) -> None:
    worker.sign_in(cast.USERS[0].login)
    worker.ledger.handling.confirm([newest(worker, HandlingEvent).id])
    worker.sign_in(WORKER.login)
    changed = newest(worker, HandlingEvent).with_changes(note="あとから書き換えた文")
    plant(worker, revising(changed, "訂正"))
    [name, rewritten] = problems(worker)
    assert NOT_OWN in one(worker, [name]) and rewritten.startswith("REWRITTEN ")


def test_a_breach_that_is_cleared_in_another_name_is_found(worker: House) -> None:
    plant(worker, revising(put_right(worker, verified_by=boss(worker)), "是正の確認"))
    assert NOT_OWN in one(worker, problems(worker))


def test_who_put_it_right_does_not_clear_it(house: House) -> None:
    enter(house, second(house))
    mine = put_right(house, verified_by=boss(house))
    plant(house, revising(mine, "是正の確認"))
    assert "自分で是正を確認" in one(house, problems(house))


def test_a_right_in_the_name_of_the_administrator_is_found(worker: House) -> None:
    right = AccessRight(
        id=worker.ledger.new_id(), user_id=worker.ledger.user.id,
        contract_id=worker.story.contract.id, level=AccessLevel.RECORD,
        granted_by=worker.story.people["administrator"], granted_at=worker.clock(),
    )  # fmt: skip
    plant(worker, creating(right))
    assert NO_ROLE in one(worker, problems(worker))


def test_a_right_that_is_moved_by_nobody_who_may_is_found(worker: House) -> None:
    known = worker.ledger.opened.store.find(AccessRight, Query(AccessRight.type))[0].record
    plant(worker, revising(replace(known, user_id=worker.ledger.user.id), "訂正"))
    assert NO_ROLE in one(worker, problems(worker))


def test_a_contract_that_a_worker_writes_is_found(worker: House) -> None:
    contract = newest(worker, Contract)
    plant(worker, revising(replace(contract, title="別の件名"), "訂正"))
    assert NO_ROLE in one(worker, problems(worker))
    plant(worker, voiding(contract, "取消"))
    assert len(problems(worker)) == 2


def test_what_somebody_answered_is_entered_by_himself(worker: House) -> None:
    worker.sign_in(cast.USERS[0].login)
    worker.ledger.people.note_renewal("責任者等の指示", "点検のため")
    assert problems(worker) == []
    worker.sign_in(WORKER.login)
    again = replace(newest(worker, SystemEvent), id=worker.ledger.new_id())
    plant(worker, creating(again))
    assert NOT_OWN in one(worker, problems(worker))


def test_nobody_but_an_inspector_confirms_as_one(house: House) -> None:
    event = newest(house, HandlingEvent)
    said = OfficerConfirmation(
        id=house.ledger.new_id(), contract_id=event.contract_id, act=OfficerAct.WITNESS,
        record_type=event.type, record_ref=event.id, statement="立ち会いました。",
        person_id=boss(house), confirmed_at=house.clock(),
    )  # fmt: skip
    plant(house, creating(said))
    assert NO_ROLE in one(house, problems(house))


def test_an_exception_is_asked_for_by_who_enters_it(worker: House) -> None:
    agreed = newest(worker, RuleOverride)
    other = agreed.with_changes(
        id=worker.ledger.new_id(), approved_by="", approved_at=None, proof="", confirm_later=True
    )
    assert other.requested_by == boss(worker)
    plant(worker, creating(other))
    assert NOT_OWN in one(worker, problems(worker))


# --- what is not taken back --------------------------------------------------------------------------


def test_a_breach_that_is_taken_out_is_found(worker: House) -> None:
    plant(worker, voiding(newest(worker, RuleOverride), "取消"))
    assert "取り消せない例外・逸脱の記録" in one(worker, problems(worker))


def test_an_exception_that_waits_no_more_without_an_agreement_is_found(house: House) -> None:
    later = Answers({"R-01": "担当者が急病で、代わりの人が入力したため"}, later=True)
    house.ledger.handling.record(breach(house), answers=later)
    waiting = newest(house, RuleOverride)
    plant(house, revising(waiting.with_changes(confirm_later=False), "訂正"))
    assert "認めるほかに変わらない例外" in one(house, problems(house))


def test_what_an_officer_confirmed_is_not_written_again(house: House) -> None:
    event = newest(house, HandlingEvent)
    said = OfficerConfirmation(
        id=house.ledger.new_id(), contract_id=event.contract_id, act=OfficerAct.WITNESS,
        record_type=event.type, record_ref=event.id, statement="立ち会いました。",
        person_id=house.story.people["officer"], confirmed_at=house.clock(),
    )  # fmt: skip
    house.sign_in(OFFICER.login)
    plant(house, creating(said))
    house.sign_in(cast.USERS[0].login)
    assert problems(house) == []
    plant(house, revising(said.with_changes(statement="立ち会っていません。"), "訂正"))
    assert "書き換えられない検査者の確認" in one(house, problems(house))


def test_a_worker_takes_back_neither_a_finding_nor_a_confirmed_act(worker: House) -> None:
    worker.sign_in(cast.USERS[0].login)
    worker.ledger.handling.confirm([newest(worker, HandlingEvent).id])
    worker.sign_in(WORKER.login)
    for cls in (Finding, HandlingEvent):
        plant(worker, voiding(newest(worker, cls), "取消"))
    approval = [found for found in problems(worker) if found.startswith("APPROVAL ")]
    assert [("権限のない利用者が取り消し" in found) for found in approval] == [True, True]


def misdelivery(house: House) -> Incident:
    return Incident(
        contract_id=house.story.contract.id, certainty=Certainty.OCCURRED,
        natures=(IncidentNature.MISDELIVERY,), known_at=house.clock(),
        situation="別の宛先に送った。", status=IncidentStatus.DETECTED,
    )  # fmt: skip


def test_a_worker_tells_of_an_incident_and_leads_none(worker: House) -> None:
    told = misdelivery(worker)
    slip = worker.ledger.registers.create(told).ids[0]
    worker.ledger.registers.void(Incident, slip, "二重に登録したため")
    worker.ledger.registers.create(told)
    assert problems(worker) == []
    worker.sign_in(cast.USERS[0].login)
    worker.ledger.registers.create(told)
    worker.sign_in(WORKER.login)
    plant(worker, voiding(newest(worker, Incident), "取消"))
    assert "権限のない利用者が取り消し" in one(worker, problems(worker))


def test_a_worker_does_not_write_an_incident_again(worker: House) -> None:
    worker.ledger.registers.create(misdelivery(worker))
    plant(worker, revising(newest(worker, Incident).with_changes(situation="何もない。"), "訂正"))
    assert "権限のない利用者が書き換え" in one(worker, problems(worker))


# --- ledgers of earlier versions ------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A ledger that was made when names were still typed by hand."""
    monkeypatch.setattr(LedgerOrigin, "payload", 1)
    with furnished(tmp_path, rules=True, accounts=True, things=2) as made:
        enter(made, second(made))
        made.sign_in(WORKER.login)
        monkeypatch.undo()
        yield made


def test_what_was_typed_by_hand_then_accuses_nobody(old: House) -> None:
    made = replace(confirmed(old, boss(old)), id=old.ledger.new_id(), event_no=99)
    plant(old, creating(made))
    plant(old, revising(put_right(old, verified_by=boss(old)), "是正の確認"))
    assert problems(old) == []


def test_a_later_confirmation_was_the_persons_own_even_then(old: House) -> None:
    plant(old, revising(confirmed(old, boss(old)), "責任者の確認"))
    assert NOT_OWN in one(old, problems(old))


def test_a_new_sheet_makes_an_old_ledger_as_strict_as_a_new_one(old: House) -> None:
    old.sign_in(cast.USERS[0].login)
    origin = newest(old, LedgerOrigin)  # a new sheet revises it
    plant(old, revising(origin, "回復シートの作り直し"))
    old.sign_in(WORKER.login)
    plant(old, revising(put_right(old, verified_by=boss(old)), "是正の確認"))
    assert NOT_OWN in one(old, problems(old))


def test_a_checker_who_is_only_named_counts_in_old_ledgers_alone(
    worker: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = newest(worker, HandlingEvent)
    named = replace(
        made, id=worker.ledger.new_id(), event_no=99, checker_person_id=boss(worker),
        checker_proof=NAMED_ONLY, status=HandlingStatus.DONE, confirmed_by="", confirmed_at=None,
        actor_person_id=worker.story.people["worker"],
    )  # fmt: skip
    monkeypatch.setattr(HandlingEvent, "payload", 1)
    plant(worker, creating(named))
    monkeypatch.undo()
    assert [found.partition(" ")[0] for found in problems(worker)] == ["CHECK"]


def test_the_spelling_of_a_name_hides_nothing(
    worker: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON knows more than one spelling of a key; the program reads them all."""
    spelled = chain.content_bytes

    def otherwise(intent: Intent, *rest: object) -> bytes:
        return spelled(intent).replace(b'"confirmed_by":"', b'"confirmed\\u005fby" : "')

    monkeypatch.setattr(chain, "content_bytes", otherwise)
    plant(worker, revising(confirmed(worker, boss(worker)), "責任者の確認"))
    monkeypatch.undo()
    assert newest(worker, HandlingEvent).confirmed_by == boss(worker)
    assert NOT_OWN in one(worker, problems(worker))
