"""The second person's signature: what it holds together, and what a full verification finds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.chain import Action, Intent
from models.codes import HandlingKind, Role
from models.commands import Change, creating
from models.errors import LockedOut, MustChangePassword, Refused, WrongPassword
from models.records import HandlingEvent, HandlingLine, RuleOverride, UserAccount
from models.rules.answers import Answers, Approval, SignIn
from tests.house import House, furnished
from ui.sample import cast

REASON = "担当者が急病で、代わりの人が入力したため"
WORKER = next(user for user in cast.USERS if user.person == "worker")
INITIAL = "静かな港に灯る三つの明かり"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=1) as made:
        yield made


def breach(house: House) -> HandlingEvent:
    """Return a use by somebody who is not assigned to the contract."""
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=house.clock(), ended_at=house.clock(),
        actor_person_id=house.story.people["officer"], place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=house.story._stock[0].id),),
    )  # fmt: skip


def second(house: House, **changes: str) -> SignIn:
    return replace(
        SignIn(house.story.people["worker"], WORKER.login, WORKER.password),
        **changes,
    )


def enter(house: House, who: SignIn, event: HandlingEvent | None = None) -> Change:
    event, handling = event or breach(house), house.ledger.handling
    return house.ledger.rules.entering(
        lambda answers: handling.record(event, answers=answers), Answers({"R-01": REASON}), who
    )


def override(house: House) -> RuleOverride:
    return house.ledger.registers.all(RuleOverride)[-1].record


def problems(house: House) -> list[str]:
    found = house.ledger.safe.verify(full=True, progress=lambda _done, _total: None)
    return [f"{one.code} {one.message}" for one in found.problems]


def test_an_agreed_breach_verifies(house: House) -> None:
    enter(house, second(house))
    assert override(house).proof.startswith("1:") and not override(house).confirm_later
    assert problems(house) == []


def test_a_confirmation_and_a_correction_leave_the_signature_true(house: House) -> None:
    entered = enter(house, second(house)).ids[-1]
    house.ledger.handling.confirm([entered])
    handling, event = house.ledger.handling, breach(house)
    house.ledger.rules.entering(
        lambda answers: handling.correct(entered, event, "人を取り違えたため", answers=answers),
        Answers({"R-01": REASON}),
        second(house),
    )
    assert len(house.ledger.registers.all(RuleOverride)) == 2
    assert problems(house) == []


def test_a_signature_fits_one_place_of_the_ledger_only(house: House) -> None:
    event = breach(house)
    enter(house, second(house), event)
    kept = override(house)
    again = Answers({"R-01": REASON}, Approval(kept.approved_by, kept.proof, kept.approved_at))
    with pytest.raises(Refused, match="もう一度、確認を受けて"):
        house.ledger.handling.record(event, answers=again)


def test_what_changes_after_the_agreement_is_not_agreed_to(house: House) -> None:
    handling, given = house.ledger.handling, []

    def other_purpose(answers: Answers) -> Change:
        given.append(answers)
        purpose = "入力" if len(given) == 1 else "別の目的"
        return handling.record(replace(breach(house), purpose=purpose), answers=answers)

    with pytest.raises(Refused, match="合いません"):
        house.ledger.rules.entering(other_purpose, Answers({"R-01": REASON}), second(house))
    assert not house.ledger.registers.all(RuleOverride)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "あとから書き換えたもっともらしい理由"}, "合いません"),
        ({"proof": "1:nobody:00"}, "認めた人のものではありません"),
        ({"proof": "なし"}, "読めません"),
    ],
)
def test_a_forged_exception_is_found(house: House, change: dict[str, str], sentence: str) -> None:
    """Whoever has a key of his own still cannot write another person's agreement."""
    enter(house, second(house))
    forged = override(house).with_changes(id=house.ledger.new_id(), **change)
    house.ledger.commit([creating(forged)])
    [found] = problems(house)
    assert found.startswith("APPROVAL") and sentence in found


def test_a_later_agreement_is_the_command_of_that_person(house: House) -> None:
    house.ledger.handling.record(breach(house), answers=Answers({"R-01": REASON}, later=True))
    waiting = override(house)
    house.sign_in(WORKER.login)
    house.ledger.rules.approve([waiting.id])
    assert problems(house) == []


def test_a_later_agreement_in_another_name_is_found(house: House) -> None:
    house.ledger.handling.record(breach(house), answers=Answers({"R-01": REASON}, later=True))
    forged = override(house).with_changes(
        approved_by=house.story.people["worker"], approved_at=house.clock(), confirm_later=False
    )
    house.ledger.commit([Intent(Action.REVISE, forged, "二人目による確認")])
    assert ["自分でサインインして" in one for one in problems(house)] == [True]


def test_an_exception_that_is_changed_after_the_agreement_is_found(house: House) -> None:
    enter(house, second(house))
    changed = override(house).with_changes(reason="あとから書き換えたもっともらしい理由")
    house.ledger.commit([Intent(Action.REVISE, changed, "理由の訂正")])
    [found] = problems(house)
    assert found.startswith("APPROVAL") and "あとから変わっています" in found


def test_nobody_agrees_in_the_name_of_the_person_that_an_account_becomes(house: House) -> None:
    """Whose account it was is asked of the log as it stood, not of the tables as they are."""
    enter(house, second(house))
    account = house.ledger.registers.one(UserAccount, login_name=WORKER.login)
    assert account is not None
    other = account.record.with_changes(person_id=house.story.people["worker2"])
    house.ledger.commit([Intent(Action.REVISE, other, "人の訂正")])
    [moved] = problems(house)
    assert moved.startswith("REWRITTEN")  # no command does that; the agreement stands all the same
    house.sign_in(WORKER.login)
    mine = other.with_changes(person_id=house.story.people["supervisor"])
    house.ledger.commit([Intent(Action.REVISE, mine, "人の訂正")])
    [found] = [one for one in problems(house) if not one.startswith("REWRITTEN")]
    assert found.startswith("AUTHOR") and "権限のない利用者" in found


def test_wrong_passwords_of_the_second_person_count_like_any(house: House) -> None:
    before = house.ledger.store.head()
    for _ in range(5):
        with pytest.raises(WrongPassword):
            enter(house, second(house, password="ちがうパスワード"))
    with pytest.raises(LockedOut):
        enter(house, second(house))
    with pytest.raises(LockedOut):
        house.sign_in(WORKER.login)
    house.ledger = house.office.unlock(
        house.folder / "ledger", cast.USERS[0].login, cast.USERS[0].password
    )
    assert house.ledger.store.head() == before


def test_an_unknown_login_is_a_wrong_password(house: House) -> None:
    with pytest.raises(WrongPassword):
        enter(house, second(house, login="dareka"))


def test_a_first_password_proves_nobody(house: House) -> None:
    person = house.story.people["worker2"]
    house.sign_in("watanabe").people.add_account(
        person, login="tsuji", role=Role.WORKER, password=INITIAL
    )
    house.sign_in(cast.USERS[0].login)
    with pytest.raises(MustChangePassword):
        enter(house, SignIn(person, "tsuji", INITIAL))


def test_a_password_shows_in_no_representation() -> None:
    assert "himitsu" not in repr(SignIn("p", "login", "himitsu"))
