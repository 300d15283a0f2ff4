"""Who has left (退職日): does not sign in, does not handle, has no right and no card any more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import AccessLevel, AssignmentStatus, CredentialKind
from models.codes import HandlingKind as K
from models.errors import HasLeft, NeedsAnswer, RuleRefused
from models.evidence import evidence
from models.records import (
    AccessRight,
    Assignment,
    Credential,
    HandlingEvent,
    HandlingLine,
    Person,
    UserAccount,
)
from models.rules.answers import EVERY, Answers
from reports.collect import collect
from tests import proof
from tests.house import House, furnished
from tests.proof import sentences
from tests.responsible import let_in_responsible
from ui.issue import IssueRequest
from ui.sample import cast
from ui.seal_part import make_seal

REASON = "退職の届けを受けたため"
LATER = Answers(reasons={EVERY: "異動の日が決まったため、あらかじめ入れる"}, later=True)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, days=2) as made:
        made.clock.wait(60)
        yield made


def leave(house: House, day: date, who: str = "worker") -> tuple[str, ...]:
    """Enter the last day of somebody; return what is said."""
    person = house.ledger.registers.need(Person, house.story.people[who]).record
    gone = replace(person, left_on=day)
    return house.ledger.registers.revise(gone, REASON, answers=LATER).notices


def use(house: House, actor: str = "worker") -> HandlingEvent:
    item = house.story._stock[0]
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, occurred_at=house.clock(),
        purpose="入力作業", actor_person_id=house.story.people[actor],
        place_from_id=item.home_place_id, lines=(HandlingLine(item_id=item.id),),
    )  # fmt: skip


def account(house: House, who: str = "worker") -> UserAccount:
    return house.ledger.registers.all(UserAccount, person_id=house.story.people[who])[0].record


def rights(house: House, who: str = "worker") -> list[AccessRight]:
    found = house.ledger.registers.all(AccessRight, user_id=account(house, who).id)
    return [one.record for one in found if one.record.revoked_at is None]


def yesterday(house: House) -> date:
    return house.ledger.today() - timedelta(days=1)


def test_who_has_left_does_not_sign_in(house: House) -> None:
    leave(house, house.ledger.today())
    house.sign_in("yoshino")  # the last day is one of his
    house.sign_in("takahashi")
    house.clock.wait(24 * 60)
    with pytest.raises(HasLeft) as told:
        house.sign_in("yoshino")
    assert "退職日" in str(told.value) and "責任者" in str(told.value)
    house.sign_in("takahashi")


def test_the_last_responsible_person_is_not_shut_out_of_the_ledger(house: House) -> None:
    """Nobody could correct a mistyped day then."""
    leave(house, house.ledger.today(), "supervisor")
    house.clock.wait(48 * 60)
    house.sign_in("takahashi")
    [said] = [one for one in house.ledger.notices if "退職日" in one]
    assert "ほかに" in said


def test_what_he_does_afterwards_is_asked_and_told(house: House) -> None:
    before = len([one for one in sentences(house) if "退職" in one])
    leave(house, yesterday(house))
    [asked] = [f for f in house.ledger.rules.about_event(use(house)) if f.rule_id == "R-01"]
    assert "退職" in asked.message
    with pytest.raises(NeedsAnswer):
        house.ledger.handling.record(use(house))
    assert before == 0


def test_acts_from_before_accuse_nobody(house: House) -> None:
    leave(house, yesterday(house))
    mine = house.ledger.registers.all(HandlingEvent, actor_person_id=house.story.people["worker"])
    earlier = [one for one in mine if one.record.occurred_at.date() <= yesterday(house)]
    assert earlier
    later = {one.record.id for one in mine} - {one.record.id for one in earlier}
    found = evidence(house.ledger, house.story.contract)
    told = {
        row.id
        for one in found
        for _, rows in one.evidence
        for row in rows
        if "退職" in row.sentence
    }
    assert told == later


def test_rights_and_cards_fall_with_the_day(house: House) -> None:
    """R-35: leaving revokes rights and cards in one transaction."""
    card = Credential(
        contract_id=house.story.contract.id, kind=CredentialKind.KEY, number="C-77",
        holder_person_id=house.story.people["worker"], issued_on=house.ledger.today(),
        issued_by=house.story.people["supervisor"],
    )  # fmt: skip
    number = house.ledger.registers.create(card).ids[-1]
    assert rights(house)
    said = leave(house, house.ledger.today())
    assert rights(house) == []
    assert house.ledger.registers.need(Credential, number).record.invalidated_at is not None
    assert any("yoshino" in one and "利用停止" in one for one in said)
    house.clock.wait(24 * 60)  # the key itself is to be collected all the same
    waiting = [one.about for one in calendar(house.ledger) if one.code == "K-32"]
    assert any("C-77" in one for one in waiting)


def test_a_day_that_is_still_to_come_takes_nothing_yet(house: House) -> None:
    said = leave(house, house.ledger.today() + timedelta(days=3))
    assert rights(house) and any("利用停止" in one for one in said)
    assert house.ledger.rules.about_event(use(house)) == []


@pytest.mark.parametrize("profile", ["chiba", "online-connection"])
def test_a_day_that_was_entered_ahead_breaks_no_clause(tmp_path: Path, profile: str) -> None:
    """Who is not let in any more reaches nothing; what is left is to end the designation."""
    with furnished(tmp_path, profile=profile, rules=True, accounts=True, days=2) as house:
        house.clock.wait(60)
        leave(house, house.ledger.today() + timedelta(days=1))
        assert access(house) == set()
        house.clock.wait(48 * 60)
        [(severity, said)] = access(house)
        assert severity == "action" and "退職" in said and "終了" in said
        [right] = rights(house)
        changed = replace(right, level=AccessLevel.READ)
        [found] = house.ledger.rules.about_record(changed, right)
        assert found.refuses  # nothing new is given on it
        basis = house.ledger.registers.need(Assignment, right.assignment_id).record
        ended = replace(
            basis, status=AssignmentStatus.ENDED, ends_on=house.ledger.today(), end_reason="退職"
        )
        house.ledger.registers.revise(ended, REASON)
        assert access(house) == set() and rights(house) == []


@pytest.mark.parametrize("profile", ["fukuoka", "chiba", "online-connection"])
def test_the_end_of_a_designation_takes_the_right_with_it_and_breaks_nothing(
    tmp_path: Path, profile: str
) -> None:
    """Entered ahead, with the state left as it is: nobody does anything wrong overnight (R-35)."""
    with furnished(tmp_path, profile=profile, rules=True, accounts=True, days=2) as house:
        house.clock.wait(60)
        [right] = rights(house)
        basis = house.ledger.registers.need(Assignment, right.assignment_id).record
        last = house.ledger.today() + timedelta(days=1)
        dated = replace(basis, ends_on=last, end_reason="異動")
        said = [f for f in house.ledger.registers.examine(dated) if f.rule_id == "R-35"]
        assert profile == "chiba" or ["翌日から" in f.message for f in said] == [True]
        assert not any(f.needs_reason for f in said)
        house.ledger.registers.revise(dated, "異動の予定のため")
        mine = house.ledger.registers.all(Assignment, person_id=basis.person_id)
        for other in (one.record for one in mine if one.record.id != basis.id):
            ended = replace(other, ends_on=last, end_reason="異動")
            house.ledger.registers.revise(ended, "異動の予定のため")
        house.clock.wait(24 * 60)
        assert access(house) == set()
        house.sign_in("yoshino")
        assert house.ledger.contracts()  # the last day is one of the work
        house.clock.wait(24 * 60)
        house.sign_in("takahashi")
        [(severity, told)] = access(house)
        assert severity == "action" and "この契約を開けません" in told and "「終了」" in told
        house.sign_in("yoshino")
        assert house.ledger.contracts() == []
        house.sign_in("takahashi")
        again = house.ledger.registers.need(Assignment, basis.id).record
        house.ledger.registers.revise(replace(again, ends_on=last + timedelta(days=9)), REASON)
        assert access(house) == set()
        house.sign_in("yoshino")
        assert house.ledger.contracts()


def test_who_goes_on_under_another_designation_is_let_in_all_the_same(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", rules=True, accounts=True, days=2) as house:
        house.clock.wait(60)
        [right] = rights(house)
        basis = house.ledger.registers.need(Assignment, right.assignment_id).record
        again = replace(basis, id="", starts_on=house.ledger.today(), duties="照合")
        house.ledger.registers.create(again)
        dated = replace(basis, ends_on=house.ledger.today(), end_reason="担当の変更")
        assert house.ledger.registers.examine(dated) == []  # nobody is shut out with it
        house.ledger.registers.revise(dated, "担当が変わるため")
        house.clock.wait(48 * 60)
        [(severity, told)] = access(house)
        assert severity == "action" and "続いている指定" in told
        house.sign_in("yoshino")
        assert house.ledger.contracts()


def test_a_responsible_person_sees_no_more_because_a_right_of_his_ended(house: House) -> None:
    mine = house.ledger.registers.all(Assignment, person_id=house.story.people["supervisor"])[
        0
    ].record
    right = AccessRight(
        user_id=account(house, "supervisor").id, contract_id=house.story.contract.id,
        level=AccessLevel.MANAGE, assignment_id=mine.id,
    )  # fmt: skip
    other = replace(house.story.contract, id="", contract_no="2026-900")
    house.ledger.registers.create(other)
    proposed = house.ledger.registers.create(right).ids[-1]
    house.sign_in("watanabe").rights.decide([proposed], agreed=True)
    house.sign_in("takahashi")
    assert len(house.ledger.contracts()) == 1
    now = house.ledger.registers.need(Assignment, mine.id).record
    dated = replace(now, ends_on=house.ledger.today(), end_reason="異動")
    house.ledger.registers.revise(dated, "異動のため", answers=LATER)
    house.clock.wait(48 * 60)
    house.sign_in("takahashi")
    assert len(house.ledger.contracts()) == 1


def access(house: House) -> set[tuple[str, str]]:
    return {one for one in proof.graded(house, "EQ-ACCESS") if one[0] != "due"}


def test_no_right_is_given_to_who_has_left(house: House) -> None:
    leave(house, yesterday(house))
    mine = house.ledger.registers.all(Assignment, person_id=house.story.people["worker"])[0].record
    right = AccessRight(
        user_id=account(house).id, contract_id=house.story.contract.id,
        level=AccessLevel.RECORD, assignment_id=mine.id,
    )  # fmt: skip
    with pytest.raises(RuleRefused):
        house.ledger.registers.create(right)


def test_he_is_no_second_person_and_asks_for_no_training(house: House) -> None:
    leave(house, yesterday(house), "worker")
    assert house.story.people["worker"] not in house.ledger.rules.seconds(set())
    working = house.ledger.inquiries.of(house.story.contract.id).active
    assert house.story.people["worker"] not in {one.person_id for one in working}


def test_papers_of_a_later_day_do_not_name_him(house: House) -> None:
    make_seal(house.ledger)
    leave(house, yesterday(house))
    for kind in ("D-02", "D-03"):
        request = IssueRequest(kind, house.story.contract.id)
        assert "𠮷野" not in str(preview_of(house, request))
    last = house.ledger.today()
    leave(house, last)  # the last day is one of his
    assert "𠮷野" in str(preview_of(house, IssueRequest("D-03", house.story.contract.id)))


def preview_of(house: House, request: IssueRequest) -> object:
    return collect(house.ledger, request, house.ledger.paper.numbering()).content()


def test_a_recovery_sheet_lets_nobody_in_who_has_left(house: House) -> None:
    """While another responsible person is there; who takes over is let in as somebody new."""
    password = "しずかな夜に灯台が二つ光る"
    let_in_responsible(house, house.story.people["worker2"], "deputy", password)
    leave(house, yesterday(house), "worker2")
    house.ledger.close()
    with pytest.raises(HasLeft):
        house.office.recover(house.folder / "ledger", house.sheet, "deputy", password)
    house.ledger = house.office.unlock(
        house.folder / "ledger", cast.USERS[0].login, cast.USERS[0].password
    )


# --- a day that was a mistake --------------------------------------------------------------------


def back(house: House, who: str = "worker", day: date | None = None) -> tuple[str, ...]:
    person = house.ledger.registers.need(Person, house.story.people[who]).record
    stays = replace(person, left_on=day)
    return house.ledger.registers.revise(stays, "日付の誤りのため", answers=LATER).notices


def key_card(house: House, contract: bool = True) -> str:
    card = Credential(
        contract_id=house.story.contract.id if contract else "", kind=CredentialKind.KEY,
        number="C-77", holder_person_id=house.story.people["worker"],
        issued_on=house.ledger.today(), issued_by=house.story.people["supervisor"],
    )  # fmt: skip
    return house.ledger.registers.create(card).ids[-1]


def to_stand_again(house: House) -> list[str]:
    """Return what waits of the right and of our card; the story gave another card as well."""
    found = [one for one in calendar(house.ledger) if "退職日の訂正" in one.what]
    return [one.what for one in found if "付与" in one.what or "C-7" in one.about]


def test_what_falls_with_a_day_is_said_before_it_is_entered(house: House) -> None:
    key_card(house)
    person = house.ledger.registers.need(Person, house.story.people["worker"]).record
    gone = replace(person, left_on=house.ledger.today())
    [said] = [f for f in house.ledger.registers.examine(gone) if f.rule_id == "R-35"]
    assert "C-77" in said.message and "アクセス資格" in said.message and not said.needs_reason
    assert len(rights(house)) == 1  # nothing was written
    ahead = replace(person, left_on=house.ledger.today() + timedelta(days=1))
    assert house.ledger.registers.examine(ahead) == []
    one = house.ledger.registers.all(Assignment, person_id=person.id)[0].record
    ended = replace(
        one, status=AssignmentStatus.ENDED, ends_on=house.ledger.today(), end_reason="異動"
    )
    assert any("すぐに無効" in f.message for f in house.ledger.registers.examine(ended))


@pytest.mark.parametrize("of_contract", [True, False])
def test_a_day_taken_back_names_what_is_to_be_given_anew_until_it_is(
    house: House, of_contract: bool
) -> None:
    card = key_card(house, of_contract)
    leave(house, house.ledger.today())
    assert to_stand_again(house) == []
    house.clock.wait(60)
    [said] = [one for one in back(house) if "元に戻りません" in one]
    assert "C-77" in said and "yoshino" in said
    house.clock.wait(48 * 60)
    assert len(to_stand_again(house)) == 2
    mine = house.ledger.registers.all(Assignment, person_id=house.story.people["worker"])[0].record
    right = AccessRight(
        user_id=account(house).id, contract_id=house.story.contract.id,
        level=AccessLevel.RECORD, assignment_id=mine.id,
    )  # fmt: skip
    proposed = house.ledger.registers.create(right).ids[-1]
    assert len(to_stand_again(house)) == 2  # the administrator grants it
    house.sign_in("watanabe").rights.decide([proposed], agreed=True)
    house.sign_in("takahashi")
    assert len(to_stand_again(house)) == 1
    old = house.ledger.registers.need(Credential, card).record
    anew = replace(
        old, id="", number="C-78", invalidated_at=None, invalid_reason=None,
        issued_on=house.ledger.today(),
    )  # fmt: skip
    house.ledger.registers.create(anew)
    assert to_stand_again(house) == []
    house.sign_in("yoshino")
    assert [one.record.id for one in house.ledger.contracts()] == [house.story.contract.id]


def test_what_is_not_needed_any_more_is_not_asked_for(house: House) -> None:
    card = key_card(house)
    leave(house, house.ledger.today())
    back(house, day=house.ledger.today() + timedelta(days=30))  # put off is taken back, too
    assert len(to_stand_again(house)) == 2
    old = house.ledger.registers.need(Credential, card).record
    house.ledger.registers.revise(replace(old, returned_on=house.ledger.today()), "返却のため")
    assert len(to_stand_again(house)) == 1
    mine = house.ledger.registers.all(Assignment, person_id=house.story.people["worker"])[0].record
    over = replace(
        mine, status=AssignmentStatus.ENDED, ends_on=house.ledger.today(), end_reason="配置換え"
    )  # fmt: skip
    house.ledger.registers.revise(over, "従事しないことになったため", answers=LATER)
    assert to_stand_again(house) == []
