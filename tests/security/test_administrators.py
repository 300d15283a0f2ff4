"""Who manages accounts when no administrator can sign in, and what that must not open (A-37, A-06).

A responsible person stands in where nobody else could shut out who left. What must stay shut: making
an administrator of oneself unseen, by a wrong password typed five times, by a day of leaving that is
none, by a first password that nobody else agreed to; and a worker manages nobody at all.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.access_review import OWN, month_lines, remarks
from models.codes import AccountStatus, Role, SystemEventKind
from models.commands import Change
from models.errors import (
    AzukariError,
    LockedOut,
    NeedsAnswer,
    NotPermitted,
    Refused,
    WrongPassword,
)
from models.exposure import shut
from models.issued import RULE
from models.managing import Deed, Managed
from models.records import Incident, Person, RuleOverride, SystemEvent, UserAccount
from models.rules.answers import EVERY, Answers, SignIn
from models.seconding import asked_of
from models.store import quiet
from storage.throttle import FREE_ATTEMPTS
from tests.house import House, cheap_office, furnished
from ui.sample import cast
from ui.sample.story import Story

BOSS, WORKER, OFFICER, ADMINISTRATOR = cast.USERS
FIRST = "静かな港に灯る三つの明かり"
NEW = "遠い山から届く七通の手紙"
WHY = "本人が忘れたと申し出たため"
ALONE = Answers({RULE: WHY})
LATER = Answers({RULE: WHY}, later=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        yield made


def account(house: House, login: str) -> UserAccount:
    return house.ledger.registers.all(UserAccount, login_name=login)[0].record


def reissue(house: House, login: str, answers: Answers | None = None) -> Change:
    people = house.ledger.people
    return people.reissue_password(account(house, login).id, FIRST, WHY, answers=answers)


def disable(house: House, login: str, answers: Answers | None = None) -> Change:
    people = house.ledger.people
    return people.disable_account(account(house, login).id, WHY, answers=answers)


def add(house: House, role: Role, answers: Answers | None = None) -> Change:
    person = house.story.people["worker3"]
    return house.ledger.people.add_account(
        person, login="sakiyama", role=role, password=FIRST, answers=answers
    )


def leave(house: House, key: str = "administrator") -> None:
    """Enter a last day, and go to the day behind it."""
    day = house.ledger.today()
    person = house.ledger.registers.need(Person, house.story.people[key]).record
    said = Answers({EVERY: "退職の届出は後日に提出するため"}, later=True)
    house.ledger.registers.revise(replace(person, left_on=day), "退職のため", answers=said)
    house.clock.go_to(day + timedelta(days=1), 9)


def second(house: House) -> SignIn:
    return SignIn(house.story.people[WORKER.person], WORKER.login, WORKER.password)


def managed(house: House) -> list[SystemEvent]:
    kind = SystemEventKind.ACCOUNTS_MANAGED
    return [one.record for one in house.ledger.registers.all(SystemEvent, kind=kind)]


def exceptions(house: House) -> list[RuleOverride]:
    return [one.record for one in house.ledger.registers.all(RuleOverride, rule_id=RULE)]


def waiting(house: House) -> list[RuleOverride]:
    return [one.record for one in house.ledger.rules.waiting() if one.record.rule_id == RULE]


def problems(house: House) -> list[str]:
    return [one.message for one in house.ledger.safe.verify(full=True, progress=quiet).problems]


# --- where an administrator can sign in ------------------------------------------------------------


def test_a_responsible_person_manages_nobody_while_an_administrator_can_sign_in(
    house: House,
) -> None:
    for act in (
        lambda: reissue(house, WORKER.login),
        lambda: disable(house, WORKER.login),
        lambda: disable(house, ADMINISTRATOR.login, LATER),
        lambda: add(house, Role.WORKER),
        lambda: add(house, Role.ADMINISTRATOR, LATER),
    ):
        with pytest.raises(NotPermitted, match="システム管理者だけ"):
            act()
    assert not managed(house)


def test_five_wrong_passwords_make_no_room(house: House) -> None:
    """Anybody could type them."""
    house.ledger.close()
    folder = house.folder / "ledger"
    for _ in range(FREE_ATTEMPTS):
        with suppress(WrongPassword):
            house.office.unlock(folder, ADMINISTRATOR.login, "違うパスワードをわざと入れる")
    with pytest.raises(LockedOut):
        house.office.unlock(folder, ADMINISTRATOR.login, ADMINISTRATOR.password)
    house.ledger = house.office.unlock(folder, BOSS.login, BOSS.password)
    with pytest.raises(NotPermitted, match="システム管理者だけ"):
        reissue(house, WORKER.login)


def test_a_worker_and_an_officer_manage_nobody(house: House) -> None:
    leave(house)
    for user in (WORKER, OFFICER):
        house.sign_in(user.login)
        mine = house.ledger.user.id
        for act in (
            lambda: reissue(house, ADMINISTRATOR.login, LATER),
            lambda: disable(house, ADMINISTRATOR.login, LATER),
            lambda: add(house, Role.ADMINISTRATOR, LATER),
            lambda mine=mine: shut(house.ledger, mine, WHY),
            lambda: shut(house.ledger, account(house, BOSS.login).id, WHY),
        ):
            with pytest.raises(NotPermitted):
                act()


# --- a lost password -------------------------------------------------------------------------------


def test_a_lost_password_of_the_administrator_takes_a_second_person_at_once(house: House) -> None:
    before = account(house, ADMINISTRATOR.login)
    for answers in (None, ALONE, LATER):  # what gives a way in waits for somebody
        with pytest.raises(NeedsAnswer) as asked:
            reissue(house, ADMINISTRATOR.login, answers)
        assert asked_of(asked.value).question is not None
    assert account(house, ADMINISTRATOR.login) == before and not managed(house)
    rules = house.ledger.rules
    with pytest.raises(WrongPassword):
        rules.entering(
            lambda a: reissue(house, ADMINISTRATOR.login, a), ALONE,
            replace(second(house), password="違うパスワードをわざと入れる"),
        )  # fmt: skip
    assert account(house, ADMINISTRATOR.login) == before and not managed(house)

    rules.entering(lambda a: reissue(house, ADMINISTRATOR.login, a), ALONE, second(house))

    [event], [override] = managed(house), exceptions(house)
    assert ADMINISTRATOR.login in event.detail and "パスワードの再発行" in event.detail
    assert event.acknowledged_by == house.story.people[BOSS.person]
    assert override.approved_by == house.story.people[WORKER.person] and override.proof
    assert not problems(house)
    house.ledger.close()
    folder = house.folder / "ledger"
    with pytest.raises(WrongPassword):
        house.office.unlock(folder, ADMINISTRATOR.login, ADMINISTRATOR.password)
    house.ledger = house.office.unlock(folder, ADMINISTRATOR.login, FIRST)
    house.ledger.people.change_password(FIRST, NEW)
    house.ledger.people.disable_account(account(house, WORKER.login).id, "退職のため")


def test_two_administrators_who_forgot_take_a_second_person_each(house: House) -> None:
    """Nobody can tell who has forgotten what; where nobody else is there, another one must do it."""
    house.sign_in(ADMINISTRATOR.login)
    person = house.story.people["worker3"]
    house.ledger.people.add_account(
        person, login="sakiyama", role=Role.ADMINISTRATOR, password=NEW, chosen_by_self=True
    )
    house.sign_in(BOSS.login)
    for login in (ADMINISTRATOR.login, "sakiyama"):
        for answers in (None, ALONE, LATER):
            with pytest.raises(NeedsAnswer):
                reissue(house, login, answers)
    rules = house.ledger.rules
    rules.entering(lambda a: reissue(house, ADMINISTRATOR.login, a), ALONE, second(house))
    [override] = exceptions(house)
    assert override.approved_by and not problems(house)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "sakiyama", NEW)
    disable(house, WORKER.login)
    house.sign_in(BOSS.login)
    with pytest.raises(NotPermitted, match="システム管理者だけ"):
        reissue(house, ADMINISTRATOR.login, LATER)


def test_an_administrator_with_a_first_password_is_not_there_yet(house: House) -> None:
    """Somebody else knows it, and he may be away for weeks."""
    rules = house.ledger.rules
    rules.entering(lambda a: reissue(house, ADMINISTRATOR.login, a), ALONE, second(house))
    reissue(house, OFFICER.login)
    assert [one.value for one in managed(house)] == [ADMINISTRATOR.login, OFFICER.login]
    house.ledger.close()
    folder = house.folder / "ledger"
    house.ledger = house.office.unlock(folder, ADMINISTRATOR.login, FIRST)
    house.ledger.people.change_password(FIRST, NEW)
    house.sign_in(BOSS.login)
    with pytest.raises(NotPermitted, match="システム管理者だけ"):
        reissue(house, OFFICER.login)


def test_what_the_second_person_signed_fits_no_other_deed(house: House) -> None:
    """The signature stands over the login, so that it cannot be taken for another account."""
    rules = house.ledger.rules

    def other(answers: Answers) -> Change:
        if not answers.approval:
            return reissue(house, ADMINISTRATOR.login, answers)
        deed = Deed(Managed.REISSUE, Role.ADMINISTRATOR, "someone", WHY)
        return house.ledger.commit(house.ledger.people.managing.beside(deed, answers))

    with pytest.raises(Refused, match="署名が、記録しようとしている内容と合いません"):
        rules.entering(other, ALONE, second(house))


# --- who cannot sign in ----------------------------------------------------------------------------


def test_who_left_is_shut_out_and_the_work_goes_on(house: House) -> None:
    leave(house)
    with pytest.raises(AzukariError):
        house.office.unlock(house.folder / "ledger", ADMINISTRATOR.login, ADMINISTRATOR.password)
    reissue(house, OFFICER.login)
    assert [one.value for one in managed(house)] == [OFFICER.login]
    disable(house, ADMINISTRATOR.login, LATER)
    assert account(house, ADMINISTRATOR.login).status is AccountStatus.DISABLED
    house.sign_in(WORKER.login)
    house.ledger.rules.approve([one.id for one in waiting(house)])
    house.sign_in(BOSS.login)
    add(house, Role.ADMINISTRATOR)  # as in a ledger that never had one
    assert [one.value for one in managed(house)] == [OFFICER.login, ADMINISTRATOR.login]
    assert not problems(house)


def test_a_day_of_leaving_makes_nobody_administrator_alone(house: House) -> None:
    """A responsible person enters that day himself."""
    leave(house)
    for act in (
        lambda: reissue(house, ADMINISTRATOR.login, LATER),
        lambda: add(house, Role.ADMINISTRATOR, LATER),
    ):
        with pytest.raises(NeedsAnswer):
            act()
    disable(house, ADMINISTRATOR.login, LATER)
    [override] = waiting(house)
    assert override.requested_by == house.story.people[BOSS.person]
    assert house.ledger.rules.why_not_approve(override)  # not one's own
    house.sign_in(WORKER.login)
    house.ledger.rules.approve([override.id])
    assert not waiting(house) and not problems(house)


def test_an_account_past_its_last_day_counts_no_more(house: House) -> None:
    house.sign_in(ADMINISTRATOR.login)
    until = house.ledger.today() + timedelta(days=7)
    house.ledger.people.add_account(
        house.story.people["worker3"], login="sakiyama", role=Role.ADMINISTRATOR, password=FIRST,
        valid_until=until, chosen_by_self=True,
    )  # fmt: skip
    disable_self = account(house, ADMINISTRATOR.login).id
    house.sign_in(BOSS.login)
    leave(house)
    with pytest.raises(NotPermitted, match="システム管理者だけ"):
        reissue(house, WORKER.login)
    house.clock.go_to(until + timedelta(days=1), 9)
    disable(house, "sakiyama", LATER)
    house.ledger.people.disable_account(disable_self, WHY, answers=LATER)
    reissue(house, WORKER.login)


def test_on_another_pc_the_responsible_person_lets_everybody_in_again(
    house: House, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    file = house.ledger.safe.backup(usb, quiet).file
    house.ledger.close()
    other = cheap_office(tmp_path / "pc", house.clock, 5, rules=True)
    new = tmp_path / "new"
    other.restore_with_sheet(file, new, house.sheet, BOSS.login, NEW, quiet)
    house.ledger = other.unlock(new, BOSS.login, NEW)
    house.story = Story(house.ledger, house.clock, seed=4)
    for login in (WORKER.login, OFFICER.login):
        reissue(house, login)
    with pytest.raises(NeedsAnswer) as asked:
        reissue(house, ADMINISTRATOR.login)
    assert asked_of(asked.value).alone  # whom the others have not let in yet agrees to nothing
    reissue(house, ADMINISTRATOR.login, ALONE)
    assert [one.value for one in managed(house)] == [
        WORKER.login, OFFICER.login, ADMINISTRATOR.login,
    ]  # fmt: skip
    [override] = exceptions(house)
    assert override.confirm_later and not override.approved_by
    reissue(house, OFFICER.login)  # the administrator has not come in yet
    assert not problems(house)
    house.ledger.close()
    house.ledger = other.unlock(new, ADMINISTRATOR.login, FIRST)
    house.ledger.people.change_password(FIRST, "白い小道を歩く二匹の子馬")
    house.ledger.close()
    house.ledger = other.unlock(new, WORKER.login, FIRST)
    house.ledger.people.change_password(FIRST, "青い坂道の先にある三つの灯台")
    house.ledger.rules.approve([override.id])  # nobody but who came with the sheet could let him in
    house.ledger.close()
    house.ledger = other.unlock(new, BOSS.login, NEW)
    with pytest.raises(NotPermitted):  # he is in again
        reissue(house, WORKER.login)


# --- at once ---------------------------------------------------------------------------------------


def test_a_known_password_is_shut_at_once_and_by_name(house: House) -> None:
    shut(house.ledger, account(house, WORKER.login).id, "机のメモを来客に見られた")
    with pytest.raises(NeedsAnswer) as asked:
        shut(house.ledger, account(house, ADMINISTRATOR.login).id, "メモを見られた")
    assert asked_of(asked.value).may_wait
    assert not house.ledger.registers.all(Incident)[1:]  # nothing is entered by half
    shut(
        house.ledger, account(house, ADMINISTRATOR.login).id, "メモを見られた",
        answers=Answers({RULE: "机のメモを来客に見られたため"}, later=True),
    )  # fmt: skip
    assert [one.value for one in managed(house)] == [WORKER.login, ADMINISTRATOR.login]
    [override] = waiting(house)
    assert ADMINISTRATOR.login in override.message
    for user in (WORKER, ADMINISTRATOR):
        with pytest.raises(WrongPassword):
            house.ledger.safe.sign_as(user.login, user.password, lambda _: b"")
    assert not problems(house)


def test_the_month_tells_what_was_done_in_the_place_of_an_administrator(house: House) -> None:
    shut(house.ledger, account(house, WORKER.login).id, "机のメモを来客に見られた")
    month = house.ledger.today().replace(day=1)
    house.sign_in(ADMINISTRATOR.login)
    boss = account(house, BOSS.login).id
    told = [
        one.words
        for one in remarks(house.ledger, month, month_lines(house.ledger, month))
        if one.kind == OWN and one.user == boss
    ]
    assert any(WORKER.login in words and "机のメモ" in words for words in told)


def test_what_an_administrator_does_is_no_act_in_his_place(house: House) -> None:
    house.sign_in(ADMINISTRATOR.login)
    reissue(house, WORKER.login)
    disable(house, OFFICER.login)
    assert not managed(house) and not exceptions(house)
