"""By his own word alone nobody becomes administrator, or two responsible persons (A-37, R-39).

Who may enter a last day, add a responsible person, and give first passwords could bring it about that
nobody is left to ask. What he says alone makes no room for two weeks; what he did alone is told on
papers. A small office in which somebody really left must go on all the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.codes import Role, SystemEventKind
from models.commands import Change
from models.errors import NeedsAnswer, Refused
from models.issued import LATELY
from models.records import Person, RuleOverride, SystemEvent
from models.rights_alone import MOST_PRINTED
from models.rules.answers import EVERY, Answers
from models.seconding import asked_of
from tests.house import House, furnished
from tests.security.test_taken_over import (
    ADMINISTRATOR,
    ALONE,
    BOSS,
    DUMMY,
    FIRST,
    GIVEN,
    LATER,
    OTHERS,
    TAKEN,
    WORKER,
    add,
    add_responsible,
    at_once,
    breach,
    come_in,
    disable,
    no_problems,
    reissue,
    shut_out,
    take_over,
    waiting,
    why_not,
)

SAID = Answers({EVERY: "退職の届出は後日に提出するため"}, later=True)
NOBODY = "いま確認できる方がいません"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True, things=1, wait=60) as made:
        yield made


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[House]:
    """Nobody but the responsible person."""
    with furnished(tmp_path, rules=True) as made:
        yield made


def gone(house: House, key: str, day: date | None, answers: Answers = SAID) -> Change:
    """Enter a last day, or take it back."""
    person = house.ledger.registers.need(Person, house.story.people[key]).record
    return house.ledger.registers.revise(
        replace(person, left_on=day), "届出のため", answers=answers
    )


def yesterday(house: House) -> date:
    return house.ledger.today() - timedelta(days=1)


def new_one(house: House, answers: Answers | None = ALONE) -> Change:
    return add(house, "worker3", "sakiyama", Role.ADMINISTRATOR, answers)


def printed(house: House) -> tuple[str, ...]:
    """Return what the next paper tells of the ledger."""
    return house.ledger.paper.numbering().warnings


# --- a last day that is none -----------------------------------------------------------------------


def test_last_days_that_one_says_alone_make_no_room(house: House) -> None:
    for key in ("worker", "administrator"):
        gone(house, key, yesterday(house))
    for refused in ("R8.10.15まで待つ", "回復シート", "誤りなら"):
        with pytest.raises(Refused, match=f"{NOBODY}.*{refused}"):
            new_one(house)
    for key in ("worker", "administrator"):  # nothing was done meanwhile: a slip goes back freely
        gone(house, key, None, Answers())
    assert not waiting(house, "R-39") and not printed(house)


def test_after_two_weeks_nobody_missed_them(house: House) -> None:
    """Both have really left: with a reason it is done, and every paper tells until somebody agrees."""
    for key in ("worker", "administrator"):
        gone(house, key, yesterday(house))
    house.clock.go_to(house.ledger.today() + LATELY - timedelta(days=1), 9)
    with pytest.raises(Refused, match=NOBODY):
        new_one(house)
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    new_one(house)
    [line] = printed(house)
    assert "「sakiyama」（システム管理者）の利用者の追加" in line and "まだ確認していません" in line
    assert no_problems(house)


def test_a_day_that_was_to_come_counts_from_when_it_shut_somebody_out(house: House) -> None:
    last = house.ledger.today() + LATELY
    for key in ("worker", "administrator"):
        gone(house, key, last)
    house.clock.go_to(last + timedelta(days=1), 9)
    with pytest.raises(Refused, match=NOBODY):
        new_one(house)


def test_the_sheet_goes_before_the_two_weeks(house: House) -> None:
    for key in ("worker", "administrator"):
        gone(house, key, yesterday(house))
    by_sheet(house)
    new_one(house)
    assert len(printed(house)) == 1 and no_problems(house)


def test_whom_he_stopped_lately_he_has_put_out_of_the_way(house: House) -> None:
    """The administrator is away for a minute, the worker for good; then somebody takes it back."""
    gone(house, "administrator", yesterday(house))
    disable(house, WORKER.login)
    gone(house, "administrator", None)
    house.sign_in(ADMINISTRATOR.login)
    add(house, "worker2", "tsuji", Role.WORKER)
    house.sign_in(BOSS.login)
    gone(house, "administrator", yesterday(house))
    with pytest.raises(Refused, match=f"{NOBODY}.*回復シート"):
        new_one(house)


def test_nor_does_a_name_that_he_gave_the_worker(house: House) -> None:
    """Persons of one name do not agree to each other's acts: so he would have nobody to ask."""
    ledger, people = house.ledger, house.story.people
    mine = ledger.registers.need(Person, people["supervisor"]).record
    worker = ledger.registers.need(Person, people["worker"]).record
    renamed = replace(worker, name=mine.name, name_kana=mine.name_kana)
    ledger.registers.revise(renamed, "届出のため", answers=SAID)
    gone(house, "administrator", yesterday(house))
    with pytest.raises(Refused, match=NOBODY):
        new_one(house)


# --- keys that were given meanwhile ----------------------------------------------------------------


def test_a_worker_who_was_let_in_meanwhile_agrees_to_nothing_afterwards(house: House) -> None:
    gone(house, "administrator", yesterday(house))
    reissue(house, WORKER.login)
    take_over(house, WORKER.login)
    with pytest.raises(NeedsAnswer, match="責任者だけで行った利用者の管理（「yoshino」）"):
        gone(house, "administrator", None, Answers())
    gone(house, "administrator", None)
    house.sign_in(ADMINISTRATOR.login)  # who works on, and does not know
    add(house, "worker2", "tsuji", Role.WORKER)
    house.sign_in(BOSS.login)
    shut_out(house, ADMINISTRATOR.login, LATER)
    house.clock.go_to(house.ledger.today() + 2 * LATELY, 9)
    with pytest.raises(Refused, match=NOBODY):
        at_once(house, lambda a: new_one(house, a), WORKER.login, TAKEN)
    later = breach(house)
    assert house.story.people["worker"] not in house.ledger.rules.seconds(set())
    come_in(house, WORKER.login, TAKEN)
    assert all(GIVEN in why_not(house, one) for one in (later, *waiting(house)))


def test_whose_keys_another_has_agreed_to_agrees(house: House) -> None:
    """The administrator has really left, and a worker forgot the password at that time."""
    house.sign_in(ADMINISTRATOR.login)
    add(house, "worker2", "tsuji", Role.WORKER)
    come_in(house, "tsuji", FIRST).people.change_password(FIRST, OTHERS)
    house.sign_in(BOSS.login)
    gone(house, "administrator", yesterday(house))
    assert "確認待ちの例外" in reissue(house, WORKER.login).notices[0]
    take_over(house, WORKER.login)
    [line] = printed(house)
    assert "「yoshino」（従事者）のパスワードの再発行" in line
    [override] = waiting(house)
    come_in(house, WORKER.login, TAKEN)
    assert GIVEN in why_not(house, override)
    come_in(house, "tsuji", OTHERS).rules.approve([override.id])
    house.sign_in(BOSS.login)
    assert not printed(house)
    house.clock.go_to(house.ledger.today() + LATELY, 9)
    at_once(house, lambda a: new_one(house, a), WORKER.login, TAKEN)
    assert no_problems(house)


def test_an_administrator_who_left_long_ago_leaves_no_question(house: House) -> None:
    gone(house, "administrator", yesterday(house))
    house.clock.go_to(house.ledger.today() + LATELY, 9)
    reissue(house, WORKER.login)
    add(house, "worker2", "tsuji", Role.WORKER)
    assert not waiting(house) and not printed(house)


# --- behind the recovery sheet ---------------------------------------------------------------------


def by_sheet(house: House, login: str = BOSS.login) -> None:
    """Come in with the recovery sheet, which is another one from then on."""
    house.ledger.close()
    folder = house.folder / "ledger"
    house.ledger, house.sheet = house.office.recover(folder, house.sheet, login, OTHERS)
    house.story.ledger = house.ledger


def test_who_is_let_in_behind_the_sheet_agrees_to_all_of_it(house: House) -> None:
    """The only administrator died, and the only worker forgot the password in these days."""
    gone(house, "administrator", yesterday(house))
    reissue(house, WORKER.login)
    by_sheet(house)
    reissue(house, WORKER.login)
    come_in(house, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    first, second = waiting(house)
    house.ledger.rules.approve([first.id])
    house.ledger.rules.approve([second.id])  # which gave the keys that agree to it
    assert not waiting(house)
    [line] = printed(house)
    assert "待つ例外がある間に、責任者が回復シートで入り直しました" in line
    come_in(house, BOSS.login, OTHERS)
    at_once(house, lambda a: new_one(house, a), WORKER.login, TAKEN)
    at_once(house, lambda a: disable(house, ADMINISTRATOR.login, a), WORKER.login, TAKEN)
    assert not waiting(house) and no_problems(house)


def test_a_use_of_the_sheet_before_anything_waited_bears_no_later_keys(house: House) -> None:
    by_sheet(house)
    gone(house, "administrator", yesterday(house))
    reissue(house, WORKER.login)
    come_in(house, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    [override] = waiting(house)
    assert GIVEN in why_not(house, override) and len(printed(house)) == 1


def test_nor_does_anothers_use_of_it(house: House) -> None:
    """Who asked goes on giving keys after another responsible person came in with the sheet."""
    add_responsible(house, "worker3", "sakiyama")
    gone(house, "administrator", yesterday(house))
    reissue(house, WORKER.login)
    by_sheet(house, "sakiyama")
    come_in(house, BOSS.login, BOSS.password)
    reissue(house, WORKER.login)
    come_in(house, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    assert all(GIVEN in why_not(house, one) for one in waiting(house))
    come_in(house, "sakiyama", OTHERS).rules.approve([one.id for one in waiting(house)])


# --- responsible persons ---------------------------------------------------------------------------


def test_an_invented_responsible_person_takes_somebody_who_agrees(house: House) -> None:
    def invented(answers: Answers | None) -> Change:
        return add(house, "worker3", "sakiyama", Role.SUPERVISOR, answers)

    shut_out(house, ADMINISTRATOR.login, LATER)
    for answers in (None, ALONE, LATER):
        with pytest.raises(NeedsAnswer, match="「sakiyama」（責任者）の利用者の追加") as asked:
            invented(answers)
        assert asked_of(asked.value).question is not None
    reissue(house, WORKER.login)
    take_over(house, WORKER.login)
    with pytest.raises(Refused, match=NOBODY):
        at_once(house, invented, WORKER.login, TAKEN)


def test_nor_is_another_ones_password_taken_over(house: House) -> None:
    add_responsible(house, "worker3", "sakiyama")
    for answers in (None, ALONE, LATER):
        with pytest.raises(NeedsAnswer, match="「sakiyama」（責任者）のパスワードの再発行"):
            reissue(house, "sakiyama", answers)
    at_once(house, lambda a: reissue(house, "sakiyama", a), WORKER.login, WORKER.password)
    assert not printed(house) and no_problems(house)


def test_who_is_alone_lets_another_in_with_a_reason_and_papers_tell(alone: House) -> None:
    with pytest.raises(NeedsAnswer) as asked:
        add(alone, "worker3", "sakiyama", Role.SUPERVISOR)
    assert asked_of(asked.value).alone
    [told] = add(alone, "worker3", "sakiyama", Role.SUPERVISOR, ALONE).notices
    assert "注意" in told and "できるだけ早く" in told
    [line] = printed(alone)
    assert "確認に代わって" in line and "まだ確認していません" in line
    [override] = waiting(alone)
    come_in(alone, "sakiyama", FIRST).people.change_password(FIRST, TAKEN)
    assert why_not(alone, override) == ""  # an office of two goes on
    alone.ledger.rules.approve([override.id])
    [line] = printed(alone)  # the client learns of it once
    assert "後から、ほかの方が確認しました" in line
    assert no_problems(alone)


def test_on_the_first_day_of_an_office_everybody_is_let_in(alone: House) -> None:
    """Nobody has an own password yet; who has one first agrees."""
    add(alone, "administrator", ADMINISTRATOR.login, Role.ADMINISTRATOR)
    add(alone, "worker", WORKER.login, Role.WORKER)
    add(alone, "worker3", "sakiyama", Role.SUPERVISOR, ALONE)
    [override] = waiting(alone)
    come_in(alone, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    alone.ledger.rules.approve([override.id])
    assert not waiting(alone) and no_problems(alone)


def test_who_has_just_taken_over_the_only_worker_is_alone_with_nobody(alone: House) -> None:
    """A ledger without an administrator: he gives the worker a new password, and asks the worker."""
    add(alone, "worker", WORKER.login, Role.WORKER)
    take_over(alone, WORKER.login)
    alone.clock.go_to(alone.ledger.today() + LATELY, 9)
    reissue(alone, WORKER.login)
    take_over(alone, WORKER.login)

    def invented(answers: Answers | None) -> Change:
        return add(alone, "worker3", "sakiyama", Role.SUPERVISOR, answers)

    with pytest.raises(Refused, match=NOBODY):
        at_once(alone, invented, WORKER.login, TAKEN)
    alone.clock.go_to(alone.ledger.today() + LATELY, 10)  # the worker has used it since
    at_once(alone, invented, WORKER.login, TAKEN)
    assert not printed(alone) and no_problems(alone)


def test_a_worker_of_the_same_minute_agrees_to_nobody_where_another_was_there(alone: House) -> None:
    """Invented, or let in while the only other one has left by the asker's word alone."""
    add(alone, "worker", WORKER.login, Role.WORKER)
    take_over(alone, WORKER.login)
    alone.clock.go_to(alone.ledger.today() + LATELY, 9)
    add(alone, "worker2", "tsuji", Role.WORKER)
    come_in(alone, "tsuji", FIRST).people.change_password(FIRST, OTHERS)
    alone.sign_in(BOSS.login)

    def invented(answers: Answers | None) -> Change:
        return add(alone, "worker3", "sakiyama", Role.SUPERVISOR, answers)

    with pytest.raises(Refused, match="別の、利用中の方"):
        at_once(alone, invented, "tsuji", OTHERS)
    gone(alone, "worker", yesterday(alone))
    with pytest.raises(Refused, match=NOBODY):
        at_once(alone, invented, "tsuji", OTHERS)
    alone.clock.go_to(alone.ledger.today() + LATELY, 10)  # it is no minute any more
    at_once(alone, invented, "tsuji", OTHERS)
    assert not printed(alone) and no_problems(alone)


# --- the first administrator -----------------------------------------------------------------------


def test_the_first_administrator_takes_somebody_who_is_there(alone: House) -> None:
    """A ledger that had none: he invents one, and whom that one lets in would agree to anything."""
    add(alone, "worker", WORKER.login, Role.WORKER)
    take_over(alone, WORKER.login)
    alone.clock.go_to(alone.ledger.today() + LATELY, 9)
    for answers in (None, ALONE, LATER):
        with pytest.raises(
            NeedsAnswer, match="「sakiyama」（システム管理者）の利用者の追加"
        ) as asked:
            new_one(alone, answers)
        assert asked_of(asked.value).question is not None
    gone(alone, "worker", yesterday(alone))
    with pytest.raises(Refused, match=f"{NOBODY}.*退職日"):
        new_one(alone)
    gone(alone, "worker", None, Answers())
    at_once(alone, lambda a: new_one(alone, a), WORKER.login, TAKEN)
    [event] = alone.ledger.registers.all(SystemEvent, kind=SystemEventKind.ACCOUNTS_MANAGED)
    assert event.record.detail.endswith("ほかの方の確認を受けて責任者が行いました。")
    assert not waiting(alone) and not printed(alone) and no_problems(alone)


@pytest.mark.parametrize("act", [reissue, disable])
def test_whom_he_alone_let_in_acts_for_him(alone: House, act: Callable[..., Change]) -> None:
    """In the first days nobody is asked about an administrator: his acts are the asker's then."""
    add(alone, "worker", WORKER.login, Role.WORKER)
    take_over(alone, WORKER.login)
    assert not new_one(alone, None).notices
    come_in(alone, "sakiyama", FIRST).people.change_password(FIRST, DUMMY)
    act(alone, WORKER.login)
    if act is disable:
        add(alone, "worker2", "tsuji", Role.WORKER)
    login = "tsuji" if act is disable else WORKER.login
    come_in(alone, login, FIRST).people.change_password(FIRST, OTHERS)
    alone.sign_in(BOSS.login)

    def invented(answers: Answers | None) -> Change:
        return add(alone, "administrator", "watanabe", Role.SUPERVISOR, answers)

    with pytest.raises(Refused, match=NOBODY):
        at_once(alone, invented, login, OTHERS)
    alone.clock.go_to(alone.ledger.today() + LATELY, 10)
    at_once(alone, invented, login, OTHERS)


# --- on papers -------------------------------------------------------------------------------------


def test_papers_tell_few_and_count_the_others(alone: House) -> None:
    for number, key in enumerate(("worker", "worker2", "worker3", "administrator", "assistant")):
        if key in alone.story.people:
            add(alone, key, f"user-{number}", Role.SUPERVISOR, ALONE)
    made = len(alone.ledger.registers.all(RuleOverride))
    assert made > MOST_PRINTED
    *lines, more = printed(alone)
    assert len(lines) == MOST_PRINTED and more.endswith(f"ほか{made - MOST_PRINTED}件")
