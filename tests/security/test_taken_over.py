"""What takes a way in away gives none, and nobody agrees in the name of whom he let in (A-37, R-36).

A first password is known to whoever issues it. A responsible person who shuts an administrator out, or
gives a worker a new password, must neither come in under that name as administrator nor agree under
it to what he himself has asked. Another person who is really there, and the recovery sheet, must stay
ways.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import Role, SystemEventKind
from models.commands import Change
from models.errors import NeedsAnswer, NotPermitted, Refused, WrongPassword
from models.exposure import shut
from models.issued import LATELY, RULE
from models.ledger import Ledger
from models.records import Person, RuleOverride, SystemEvent, UserAccount
from models.rules.answers import EVERY, Answers, SignIn
from models.seconding import asked_of
from models.store import quiet
from tests.house import House, furnished
from tests.models.rules.test_answers import REASON, uncleared
from ui.sample import cast

BOSS, WORKER, _OFFICER, ADMINISTRATOR = cast.USERS
FIRST, TAKEN = "静かな港に灯る三つの明かり", "遠い山から届く七通の手紙"
DUMMY, OTHERS = "白い小道を歩く二匹の子馬", "古い時計台に住む五羽の鳩"
WHY = "机のメモを来客に見られたため"
ALONE = Answers({RULE: WHY})
LATER = Answers({RULE: WHY}, later=True)
GIVEN = "後から発行しているため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True, things=1, wait=60) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path) -> Iterator[House]:
    """One responsible person and one worker, whom nobody but that person could let in."""
    with furnished(tmp_path, rules=True, things=1, wait=60) as made:
        made.ledger.people.add_account(
            made.story.people["worker"], login=WORKER.login, role=Role.WORKER,
            password=WORKER.password, chosen_by_self=True,
        )  # fmt: skip
        yield made


def account(house: House, login: str) -> UserAccount:
    found = house.ledger.registers.one(UserAccount, login_name=login)
    assert found is not None
    return found.record


def reissue(house: House, login: str, answers: Answers | None = None) -> Change:
    people = house.ledger.people
    return people.reissue_password(account(house, login).id, FIRST, WHY, answers=answers)


def disable(house: House, login: str, answers: Answers | None = None) -> Change:
    people = house.ledger.people
    return people.disable_account(account(house, login).id, WHY, answers=answers)


def add(house: House, key: str, login: str, role: Role, answers: Answers | None = None) -> Change:
    return house.ledger.people.add_account(
        house.story.people[key], login=login, role=role, password=FIRST, answers=answers
    )


def shut_out(house: House, login: str, answers: Answers | None = None) -> Change:
    return shut(house.ledger, account(house, login).id, WHY, answers=answers)


def leave(house: House) -> None:
    """Enter a last day of the administrator, and go to the day behind it."""
    day = house.ledger.today()
    person = house.ledger.registers.need(Person, house.story.people["administrator"]).record
    said = Answers({EVERY: "退職の届出は後日に提出するため"}, later=True)
    house.ledger.registers.revise(replace(person, left_on=day), "退職のため", answers=said)
    house.clock.go_to(day + timedelta(days=1), 9)


def come_in(house: House, login: str, password: str) -> Ledger:
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", login, password)
    house.story.ledger = house.ledger
    return house.ledger


def take_over(house: House, login: str) -> None:
    """Come in with the first password that one has issued, and give it an own one."""
    come_in(house, login, FIRST).people.change_password(FIRST, TAKEN)
    house.sign_in(BOSS.login)


def waiting(house: House, rule: str = RULE) -> list[RuleOverride]:
    return [one.record for one in house.ledger.rules.waiting() if one.record.rule_id == rule]


def at_once(house: House, work: Callable[[Answers], Change], login: str, password: str) -> Change:
    second = SignIn(account(house, login).person_id, login, password)
    return house.ledger.rules.entering(work, ALONE, second)


def add_responsible(house: House, key: str, login: str) -> Change:
    """Let another responsible person in, to which the worker agrees."""
    return at_once(
        house, lambda a: add(house, key, login, Role.SUPERVISOR, a), WORKER.login, WORKER.password
    )


def breach(house: House) -> RuleOverride:
    """Enter what breaks a rule, and let somebody agree to it later."""
    event = uncleared(house)
    house.ledger.handling.record(event, answers=Answers({EVERY: REASON}, later=True))
    return waiting(house, "R-01")[-1]


def why_not(house: House, override: RuleOverride) -> str:
    return house.ledger.rules.why_not_approve(override)


def no_problems(house: House) -> bool:
    return not house.ledger.safe.verify(full=True, progress=quiet).problems


# --- what takes away gives nothing -----------------------------------------------------------------


def test_who_shuts_an_administrator_alone_comes_in_nowhere(house: House) -> None:
    shut_out(house, ADMINISTRATOR.login, LATER)
    after = account(house, ADMINISTRATOR.login)
    assert not after.issued_by and after.must_change
    way = next(one for one in house.ledger.safe.ways_in() if one.user_id == after.id)
    assert not way.here and way.public_key.hex() == after.public_key
    for answers in (None, ALONE, LATER):  # a new way in waits for somebody who is there
        with pytest.raises(NeedsAnswer) as asked:
            reissue(house, ADMINISTRATOR.login, answers)
        assert asked_of(asked.value).question is not None
    at_once(house, lambda a: reissue(house, ADMINISTRATOR.login, a), WORKER.login, WORKER.password)
    assert no_problems(house)
    come_in(house, ADMINISTRATOR.login, FIRST)


def test_who_shuts_a_worker_learns_no_password_of_his(house: House) -> None:
    shut_out(house, WORKER.login)
    with pytest.raises(WrongPassword):
        come_in(house, WORKER.login, WORKER.password)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    with pytest.raises(NotPermitted, match="システム管理者だけ"):
        reissue(house, WORKER.login)
    house.sign_in(ADMINISTRATOR.login)
    reissue(house, WORKER.login)


def test_the_worker_whom_he_let_in_meanwhile_agrees_to_nothing_of_it(house: House) -> None:
    """The administrator is shut alone, the worker gets a new password in his place, and agrees."""
    shut_out(house, ADMINISTRATOR.login, LATER)
    reissue(house, WORKER.login)
    take_over(house, WORKER.login)
    add(house, "worker3", "sakiyama", Role.WORKER)
    take_over(house, "sakiyama")
    override, *let_in = waiting(house)
    assert len(let_in) == 2  # what he gave them waits as well
    for login in (WORKER.login, "sakiyama"):
        for work in (
            lambda a: reissue(house, ADMINISTRATOR.login, a),
            lambda a: add(house, "worker2", "tsuji", Role.ADMINISTRATOR, a),
        ):
            with pytest.raises(Refused, match="いま確認できる方がいません"):
                at_once(house, work, login, TAKEN)
        come_in(house, login, TAKEN)
        assert GIVEN in why_not(house, override)
        for one in (override, *let_in):
            with pytest.raises(Refused, match=GIVEN):
                house.ledger.rules.approve([one.id])
        house.sign_in(BOSS.login)
    managed = house.ledger.registers.all(SystemEvent, kind=SystemEventKind.ACCOUNTS_MANAGED)
    assert [one.record.value for one in managed] == [ADMINISTRATOR.login, WORKER.login, "sakiyama"]


def test_the_sheet_is_the_way_out(house: House) -> None:
    """It is sealed away from who asks; what is issued behind its use is trusted."""
    shut_out(house, ADMINISTRATOR.login, LATER)
    reissue(house, WORKER.login)
    house.ledger.close()
    folder = house.folder / "ledger"
    house.ledger, _ = house.office.recover(folder, house.sheet, BOSS.login, OTHERS)
    reissue(house, WORKER.login)
    come_in(house, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    overrides = waiting(house)
    assert [why_not(house, one) for one in overrides] == [""] * 3
    house.ledger.rules.approve([one.id for one in overrides])
    come_in(house, BOSS.login, OTHERS)
    at_once(house, lambda a: reissue(house, ADMINISTRATOR.login, a), WORKER.login, TAKEN)
    assert no_problems(house)


# --- an administrator who was taken out ------------------------------------------------------------


def test_whom_one_alone_disabled_is_followed_by_no_administrator_of_his(house: House) -> None:
    leave(house)
    disable(house, ADMINISTRATOR.login, LATER)
    for answers in (None, ALONE, LATER):
        with pytest.raises(NeedsAnswer) as asked:
            add(house, "worker3", "sakiyama", Role.ADMINISTRATOR, answers)
        assert not asked_of(asked.value).may_wait
    at_once(
        house,
        lambda a: add(house, "worker3", "sakiyama", Role.ADMINISTRATOR, a),
        WORKER.login,
        WORKER.password,
    )
    managed = house.ledger.registers.all(SystemEvent, kind=SystemEventKind.ACCOUNTS_MANAGED)
    assert [one.record.value for one in managed] == [ADMINISTRATOR.login, "sakiyama"]
    assert no_problems(house)


@pytest.mark.parametrize("first", ["disabled", "reissued"])
def test_nor_where_the_worker_was_put_out_of_the_way_before(house: House, first: str) -> None:
    """A last day of the administrator is enough to manage workers: no exception waits yet."""
    leave(house)
    if first == "disabled":
        disable(house, WORKER.login)
    else:
        reissue(house, WORKER.login)
        take_over(house, WORKER.login)
    add(house, "worker3", "sakiyama", Role.WORKER)
    take_over(house, "sakiyama")
    with pytest.raises(Refused, match="いま確認できる方がいません"):
        add(house, "worker2", "tsuji", Role.ADMINISTRATOR, ALONE)
    disable(house, ADMINISTRATOR.login, ALONE)
    with pytest.raises(Refused, match="いま確認できる方がいません"):
        add(house, "worker2", "tsuji", Role.ADMINISTRATOR, ALONE)
    come_in(house, "sakiyama", TAKEN)
    assert all(GIVEN in why_not(house, one) for one in waiting(house))


def test_an_office_of_two_goes_on_without_its_administrator(house: House) -> None:
    """Nobody else was there to be asked: whoever is let in next may agree, and it is all entered."""
    house.clock.go_to(house.ledger.today() + LATELY, 9)  # who was let in alone is no invention
    house.sign_in(ADMINISTRATOR.login)
    disable(house, WORKER.login)
    house.sign_in(BOSS.login)
    leave(house)
    disable(house, ADMINISTRATOR.login, ALONE)
    add(house, "worker2", "tsuji", Role.ADMINISTRATOR, ALONE)
    assert len(waiting(house)) == 2
    add(house, "worker3", "sakiyama", Role.WORKER)
    assert len(waiting(house)) == 3
    overrides = [one.id for one in waiting(house)]
    come_in(house, "sakiyama", FIRST).people.change_password(FIRST, TAKEN)
    house.ledger.rules.approve(overrides)
    assert not waiting(house) and no_problems(house)


def test_keys_that_came_by_what_nobody_agreed_to_agree_to_nothing(house: House) -> None:
    """He makes himself administrator where nobody else is, and lets his second person in as such."""
    house.clock.go_to(house.ledger.today() + LATELY, 9)  # who was let in alone is no invention
    house.sign_in(ADMINISTRATOR.login)
    disable(house, WORKER.login)
    house.sign_in(BOSS.login)
    reissue(house, ADMINISTRATOR.login, ALONE)
    [override] = waiting(house)
    come_in(house, ADMINISTRATOR.login, FIRST).people.change_password(FIRST, DUMMY)
    add(house, "worker3", "sakiyama", Role.WORKER)
    come_in(house, "sakiyama", FIRST).people.change_password(FIRST, TAKEN)
    assert GIVEN in why_not(house, override)
    house.sign_in(BOSS.login)
    later = breach(house)
    assert house.ledger.rules.seconds(set()) == set()
    come_in(house, "sakiyama", TAKEN)
    assert GIVEN in why_not(house, later)


# --- any exception ---------------------------------------------------------------------------------


def test_whose_password_the_asker_issued_since_does_not_agree(small: House) -> None:
    override = breach(small)
    come_in(small, WORKER.login, WORKER.password)
    assert why_not(small, override) == ""
    small.sign_in(BOSS.login)
    reissue(small, WORKER.login)
    take_over(small, WORKER.login)
    assert small.ledger.rules.seconds(set()) == {small.story.people["worker"]}  # what is asked now
    come_in(small, WORKER.login, TAKEN)
    assert GIVEN in why_not(small, override)
    with pytest.raises(Refused, match=GIVEN):
        small.ledger.rules.approve([override.id])


def test_another_person_who_is_let_in_agrees_where_nobody_else_can(small: House) -> None:
    override = breach(small)
    add(small, "worker2", "tsuji", Role.WORKER)
    come_in(small, "tsuji", FIRST).people.change_password(FIRST, TAKEN)
    assert GIVEN in why_not(small, override)  # the worker who was there can
    small.sign_in(BOSS.login)
    reissue(small, WORKER.login)
    come_in(small, "tsuji", TAKEN)
    small.ledger.rules.approve([override.id])
    assert no_problems(small)


def test_the_same_person_under_a_new_account_does_not(small: House) -> None:
    override = breach(small)
    disable(small, WORKER.login)
    add(small, "worker", "yoshino2", Role.WORKER)
    come_in(small, "yoshino2", FIRST).people.change_password(FIRST, TAKEN)
    assert GIVEN in why_not(small, override)


def test_another_responsible_person_is_taken_over_no_more_than_a_worker(small: House) -> None:
    add_responsible(small, "worker2", "tsuji")
    come_in(small, "tsuji", FIRST).people.change_password(FIRST, OTHERS)
    small.sign_in(BOSS.login)
    override = breach(small)
    at_once(small, lambda a: reissue(small, "tsuji", a), WORKER.login, WORKER.password)
    take_over(small, "tsuji")
    come_in(small, "tsuji", TAKEN)
    assert GIVEN in why_not(small, override)
    come_in(small, WORKER.login, WORKER.password)
    assert why_not(small, override) == ""  # nobody else is left who could


def test_whom_another_let_in_again_agrees(house: House) -> None:
    override = breach(house)
    house.sign_in(ADMINISTRATOR.login)
    reissue(house, WORKER.login)
    come_in(house, WORKER.login, FIRST).people.change_password(FIRST, TAKEN)
    assert why_not(house, override) == ""
    house.ledger.rules.approve([override.id])
    assert no_problems(house)


def test_two_responsible_persons_do_not_trade_places(house: House) -> None:
    """Who shut the administrator alone lets another name in, which asks, and agrees to that."""
    shut_out(house, ADMINISTRATOR.login, LATER)
    add_responsible(house, "worker3", "sakiyama")
    come_in(house, "sakiyama", FIRST).people.change_password(FIRST, TAKEN)

    def new_one(answers: Answers) -> Change:
        return add(house, "worker2", "tsuji", Role.ADMINISTRATOR, answers)

    with pytest.raises(Refused, match="別の、利用中の方"):
        at_once(house, new_one, BOSS.login, BOSS.password)
    at_once(house, new_one, WORKER.login, WORKER.password)
    assert no_problems(house)
