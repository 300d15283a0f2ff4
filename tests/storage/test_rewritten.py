"""What no command writes again: whoever signs it past the commands is found, and nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models.chain import Intent
from models.codes import (
    FindingSource,
    FindingStatus,
    HandlingKind,
    HandlingStatus,
    Role,
    Severity,
    Timing,
)
from models.commands import creating, revising, voiding
from models.corrections import FOUND
from models.evidence import evidence
from models.records import (
    BY_TYPE,
    Authorization,
    Finding,
    HandlingEvent,
    HandlingLine,
    InformationAsset,
    Item,
    LedgerOrigin,
    Place,
    UserAccount,
)
from models.records.base import Record
from storage.rewritten import FOUND as JUDGED
from tests.house import House, furnished
from tests.storage.test_approvals import WORKER, enter, second
from tests.storage.test_own_names import newest, plant, problems
from ui.sample import cast

BOSS = cast.USERS[0].login
PROFILES = ("shiki", "confidentiality-model", "fukuoka", "chiba", "yachiyo")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with a breach of the responsible person, agreed to by the worker."""
    with furnished(tmp_path, rules=True, accounts=True, things=2) as made:
        enter(made, second(made))
        yield made


@pytest.fixture
def worker(house: House) -> House:
    house.sign_in(WORKER.login)
    return house


def found(house: House, *intents: Intent) -> str:
    """Enter something past the commands, and return what the verification says of it."""
    plant(house, *intents)
    [problem] = problems(house)
    code, where, sentence = problem.split(" ", 2)
    assert (code, where) == ("REWRITTEN", f"記帳番号{house.ledger.store.head().seq}")
    return sentence


def confirm(house: House) -> HandlingEvent:
    house.ledger.handling.confirm([newest(house, HandlingEvent).id])
    return newest(house, HandlingEvent)


def account(house: House, login: str) -> UserAccount:
    return next(one for one in house.ledger.people.accounts() if one.login_name == login)


# --- what is honest -------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_days_of_honest_work_say_nothing(tmp_path: Path, profile: str) -> None:
    with furnished(
        tmp_path, profile=profile, rules=True, accounts=True, days=5, planted=True
    ) as house:
        assert problems(house) == []


def test_a_plan_is_carried_out_in_parts_and_opened_again(house: House) -> None:
    items = [house.ledger.registers.need(Item, one.id).record for one in house.story._stock[:2]]
    ahead = house.clock() + timedelta(days=1)
    plan = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.STOCKTAKE, timing=Timing.PLANNED,
        occurred_at=ahead, actor_person_id=house.story.people["supervisor"], purpose="棚卸",
        place_from_id=house.story.places[1].id,
        lines=tuple(HandlingLine(item_id=one.id, quantity=one.quantity) for one in items),
    )  # fmt: skip
    handling = house.ledger.handling
    planned = house.ledger.registers.need(HandlingEvent, handling.record(plan).ids[-1]).record
    house.clock.go_to(ahead.date(), 12)
    part = replace(
        plan, timing=Timing.ACTUAL, occurred_at=house.clock(), lines=plan.lines[:1],
    )  # fmt: skip
    handling.record_all([part], plan_id=planned.id)
    done = [one.record for one in house.ledger.registers.all(HandlingEvent, kind=plan.kind)]
    act = next(one for one in done if one.timing is Timing.ACTUAL)
    handling.correct(act.id, replace(act, purpose="月末の棚卸"), "目的を書き違えたため")
    again = [one.record for one in house.ledger.registers.all(HandlingEvent, kind=plan.kind)]
    handling.void(next(one for one in again if one.timing is Timing.ACTUAL).id, "誤って入れたため")
    assert problems(house) == []


def test_accounts_that_are_issued_again_and_stopped_say_nothing(house: House) -> None:
    keeper = next(user for user in cast.USERS if user.role is Role.ADMINISTRATOR)
    people = house.sign_in(keeper.login).people
    theirs = account(house, WORKER.login).id
    people.reissue_password(theirs, "霧の深い朝に渡る三羽の白鳥", "忘れたため")
    people.change_password(keeper.password, "夏の終わりに遠くで鳴る七つの鐘", reminded=True)
    people.disable_account(theirs, "異動のため")
    house.ledger.close()
    house.sign_in(BOSS)
    assert problems(house) == []


def test_a_breach_that_is_put_right_says_nothing(worker: House) -> None:
    breach = newest(worker, Finding)
    done = breach.with_changes(
        status=FindingStatus.DONE, action="手順を直した", completed_on=worker.clock().date(),
        due_on=breach.due_on - timedelta(days=1) if breach.due_on else None,
    )  # fmt: skip
    worker.ledger.registers.revise(done, "是正を終えた")
    assert problems(worker) == []


def test_a_thing_that_was_entered_twice_goes(house: House) -> None:
    item = newest(house, Item)
    twice = replace(item, id="", item_no="誤り-1")
    made = house.ledger.registers.create(twice).ids[-1]
    house.ledger.registers.void(Item, made, "二重に登録したため")
    assert problems(house) == []


# --- acts -----------------------------------------------------------------------------------------


def test_a_confirmed_act_that_its_confirmer_changes_is_found(house: House) -> None:
    act = confirm(house)
    assert act.occurred_at is not None
    changed = act.with_changes(occurred_at=act.occurred_at + timedelta(seconds=7))
    assert "取扱記録が、確認のほかに" in found(house, revising(changed, "責任者の確認"))


def test_an_act_that_is_changed_with_its_confirmation_is_found(house: House) -> None:
    me = house.story.people["supervisor"]
    both = newest(house, HandlingEvent).with_changes(
        status=HandlingStatus.CONFIRMED, confirmed_by=me, confirmed_at=house.clock(), purpose="別",
    )  # fmt: skip
    assert "取扱記録が、確認のほかに" in found(house, revising(both, "責任者の確認"))


def test_an_act_that_nobody_confirmed_is_not_rewritten_either(worker: House) -> None:
    act = newest(worker, HandlingEvent)
    assert act.occurred_at is not None and act.status is HandlingStatus.DONE
    earlier = act.with_changes(
        occurred_at=act.occurred_at + timedelta(seconds=7), purpose="別の目的"
    )
    assert "取扱記録が、確認のほかに" in found(worker, revising(earlier, "x"))


def test_a_change_is_compared_with_the_version_before_it(house: House) -> None:
    """A second confirmation of what was changed meanwhile accuses the change alone."""
    act = confirm(house)
    plant(house, revising(act.with_changes(note="あとから"), "責任者の確認"))
    [only] = problems(house)
    plant(house, revising(newest(house, HandlingEvent), "責任者の確認"))
    assert problems(house) == [only]


@pytest.mark.parametrize(
    "changes", [{"purpose": "別の目的"}, {"status": HandlingStatus.CONFIRMED}, {"lines": ()}]
)
def test_a_plan_changes_only_by_what_becomes_of_it(
    house: House, changes: dict[str, object]
) -> None:
    act = newest(house, HandlingEvent)
    ahead = house.clock() + timedelta(days=1)
    plan = replace(
        act, id="", event_no=None, kind=HandlingKind.STOCKTAKE, timing=Timing.PLANNED,
        occurred_at=ahead, status=None, deviation=None, deviation_reason="", ended_at=None,
        actor_person_id=house.story.people["supervisor"],
    )  # fmt: skip
    made = house.ledger.handling.record(plan).ids[-1]
    planned = house.ledger.registers.need(HandlingEvent, made).record
    other = HandlingLine(item_id=house.story._stock[1].id, quantity=Decimal(1))
    if "lines" in changes:
        changes = {"lines": (other,)}
    assert planned.lines[0].item_id != other.item_id
    plant(house, revising(planned.with_changes(**changes), "実施"))
    assert any("予定が、実施のほかに" in one for one in problems(house))


def test_a_worker_enters_and_takes_back_only_his_own_acts(worker: House) -> None:
    theirs = newest(worker, HandlingEvent)
    assert theirs.actor_person_id != worker.story.people["worker"]
    assert "が取り消しています" in found(worker, voiding(theirs, "取消"))
    another = replace(theirs, id=worker.ledger.new_id(), event_no=(theirs.event_no or 0) + 1)
    plant(worker, creating(another))
    head = worker.ledger.store.head().seq
    entered = f"REWRITTEN 記帳番号{head} "
    assert [one for one in problems(worker) if one.startswith(entered) and "が記帳して" in one]


def test_a_worker_enters_and_takes_back_acts_of_his_own(worker: House) -> None:
    mine = replace(
        newest(worker, HandlingEvent), id="", event_no=None, status=None, deviation=None,
        deviation_reason="", occurred_at=worker.clock(), ended_at=None,
        actor_person_id=worker.story.people["worker"], kind=HandlingKind.STOCKTAKE,
    )  # fmt: skip
    made = worker.ledger.handling.record(mine).ids[-1]
    worker.ledger.handling.correct(made, replace(mine, purpose="月末"), "目的を書き違えたため")
    worker.ledger.handling.void(newest(worker, HandlingEvent).id, "数えていなかったため")
    assert problems(worker) == []


@pytest.mark.parametrize("listed", [0, 1, 2])
def test_a_number_is_not_given_twice(house: House, listed: int) -> None:
    """Whether neither of the two, one or both have their place in the narrow table."""
    act = newest(house, HandlingEvent)
    if listed == 1:
        _list_all(house)
    plant(house, creating(replace(act, id=house.ledger.new_id())))
    if listed == 2:
        _list_all(house)
    assert any("同じ記録番号" in one for one in problems(house))
    states = evidence(house.ledger, house.story.contract)
    rows = [row for one in states for _query, rows in one.evidence for row in rows]
    assert any("の記録が2件あります。台帳の検証で" in row.sentence for row in rows)


def _list_all(house: House) -> None:
    while house.ledger.store.index_search(1000):
        pass


# --- registers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [Item, InformationAsset])
def test_a_worker_corrects_no_register(worker: House, cls: type[Record]) -> None:
    known = newest(worker, cls)
    plant(worker, revising(replace(known, name="別の名"), "訂正"))
    assert f"{cls.label}を、権限のない利用者" in problems(worker)[0]


@pytest.mark.parametrize("cls", [Item, InformationAsset, Authorization])
def test_what_others_build_on_is_not_taken_out_of_force(house: House, cls: type[Record]) -> None:
    act = newest(house, HandlingEvent)
    item = house.ledger.registers.need(Item, act.lines[0].item_id).record
    consent = house.ledger.registers.all(Authorization)[0].record
    used = {
        Item: item.id, InformationAsset: item.contents[0].asset_id,
        Authorization: _basis(house) or consent.id,
    }[cls]  # fmt: skip
    known = house.ledger.opened.store.get(BY_TYPE[cls.type], used)
    assert known is not None
    assert f"使われている{cls.label}" in found(house, voiding(known.record, "取消"))


def test_who_sees_one_contract_may_void_what_he_cannot_know_to_be_used(house: House) -> None:
    """A place belongs to no contract; of contracts that somebody does not see nobody told him."""
    plant(house, voiding(house.ledger.registers.all(Place)[0].record, "二重に登録したため"))
    assert problems(house) == []


def _basis(house: House) -> str:
    acts = (one.record for one in house.ledger.registers.all(HandlingEvent))
    return next((one.authorization_id for one in acts if one.authorization_id), "")


# --- accounts ----------------------------------------------------------------------------------------


def test_nobody_lengthens_the_own_way_in(worker: House) -> None:
    mine = account(worker, WORKER.login)
    longer = mine.with_changes(valid_until=date(2099, 1, 1))
    assert "利用できる期間" in found(worker, revising(longer, "x"))


def test_nobody_says_of_himself_who_let_him_in(worker: House) -> None:
    mine = account(worker, WORKER.login)
    other = mine.with_changes(received_on=worker.clock().date(), disabled_reason="なし")
    assert "本人によって" in found(worker, revising(other, "x"))


def test_a_login_is_nobody_elses_either(house: House) -> None:
    theirs = account(house, WORKER.login)
    assert "利用者の登録の、変えられない" in found(
        house, revising(theirs.with_changes(login_name="another"), "x")
    )


# --- findings ----------------------------------------------------------------------------------------


def test_a_breach_is_not_made_smaller(worker: House) -> None:
    breach = newest(worker, Finding)
    milder = breach.with_changes(description="軽微なこと")
    assert "逸脱とともに登録された指摘" in found(worker, revising(milder, "x"))


def test_who_recorded_a_breach_does_not_put_it_off(house: House) -> None:
    later = newest(house, Finding).with_changes(due_on=date(2030, 1, 1))
    assert "期限を延ばすか" in found(house, revising(later, "x"))


def test_who_does_not_answer_for_it_may_put_it_off(worker: House) -> None:
    """The agreement was somebody else's, and so is the date: a command takes it as well."""
    later = newest(worker, Finding).with_changes(due_on=date(2030, 1, 1))
    worker.ledger.registers.revise(later, "部品の手配に時間がかかるため")
    assert problems(worker) == []


def officers(house: House, **changes: object) -> Finding:
    return Finding(
        id=house.ledger.new_id(), contract_id=house.story.contract.id,
        source=FindingSource.INSPECTION, description="施錠の記録が足りない",
        severity=Severity.SERIOUS, due_on=house.clock().date() + timedelta(days=9),
        owner_person_id=house.story.people["worker"], status=FindingStatus.OPEN,
    ).with_changes(**changes)  # fmt: skip


def test_a_worker_writes_no_word_of_an_officer(worker: House) -> None:
    assert "検査者の指摘" in found(worker, creating(officers(worker)))


def test_what_an_officer_found_stays_what_it_is(house: House) -> None:
    said = officers(house, owner_person_id=house.story.people["supervisor"])
    house.ledger.registers.create(said)
    kept = newest(house, Finding)
    handed = kept.with_changes(owner_person_id=house.story.people["worker"])
    house.ledger.registers.revise(handed, "担当を替えたため")
    assert problems(house) == []
    later = newest(house, Finding).with_changes(due_on=date(2030, 1, 1))
    assert "期限を延ばすか" in found(house, revising(later, "x"))
    plant(house, voiding(later, "取消"))
    assert len(problems(house)) == 2
    assert frozenset(FOUND) == JUDGED


def test_who_owns_a_finding_may_say_that_it_was_an_officers_and_when(house: House) -> None:
    """What an officer found is protected from when it is said to be his, as the command does it."""
    own = house.story.people["supervisor"]
    house.ledger.registers.create(
        officers(house, source=FindingSource.ANALYSIS, owner_person_id=own)
    )
    kept = newest(house, Finding)
    later = kept.with_changes(source=FindingSource.INSPECTION, due_on=date(2030, 1, 1))
    house.ledger.registers.revise(later, "検査者の指摘だったため")
    assert problems(house) == []


def test_what_is_no_officers_word_any_more_is_anybodys_to_put_right(worker: House) -> None:
    house = worker
    house.sign_in(BOSS)
    house.ledger.registers.create(officers(house))
    kept = newest(house, Finding)
    mistaken = kept.with_changes(source=FindingSource.ANALYSIS)
    house.ledger.registers.revise(mistaken, "検査者の指摘ではなかったため")
    house.sign_in(WORKER.login)
    worded = newest(house, Finding).with_changes(description="施錠の記録の書き方を確かめる")
    house.ledger.registers.revise(worded, "書き方を直したため")
    assert problems(house) == []


# --- ledgers of earlier versions ---------------------------------------------------------------------


def test_only_acts_accuse_in_a_ledger_made_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LedgerOrigin, "payload", 1)
    with furnished(tmp_path, rules=True, accounts=True, things=1) as house:
        enter(house, second(house))
        monkeypatch.undo()
        later = newest(house, Finding).with_changes(due_on=date(2030, 1, 1), description="別")
        plant(house, revising(later, "x"))
        house.sign_in(WORKER.login)
        plant(house, revising(newest(house, Item).with_changes(name="別の名"), "訂正"))
        assert problems(house) == []
        act = newest(house, HandlingEvent).with_changes(purpose="別の目的")
        assert "確認のほかに" in found(house, revising(act, "x"))
