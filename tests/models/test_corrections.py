"""What was put right is settled by another person's own sign-in, never by a name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.chain import Intent
from models.codes import FindingSource, FindingStatus, Severity
from models.commands import revising
from models.errors import NotPermitted, Refused
from models.records import Finding
from models.rules.answers import EVERY, Answers
from tests.house import House, furnished

WHY = "手元に資料がないため、後日あらためて確かめる"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def entered(
    house: House, owner: str = "worker", source: FindingSource = FindingSource.ANALYSIS
) -> Finding:
    """Enter a finding as the responsible person, and return it."""
    ledger = house.sign_in("takahashi")
    one = Finding(
        contract_id=house.story.contract.id, source=source, description="鍵の管理簿に空欄がある",
        severity=Severity.MINOR, due_on=ledger.today() + timedelta(days=7),
        owner_person_id=house.story.people[owner], status=FindingStatus.OPEN,
    )  # fmt: skip
    made = ledger.registers.create(one, answers=Answers({EVERY: WHY})).ids[0]
    return ledger.registers.need(Finding, made).record


def put_right(house: House, login: str, finding: Finding) -> Finding:
    ledger = house.sign_in(login)
    done = replace(
        finding, status=FindingStatus.DONE, action="毎日の記入を決めた", completed_on=ledger.today()
    )
    ledger.registers.revise(done, "是正したため")
    return done


def now(house: House, finding: Finding) -> Finding:
    return house.ledger.registers.need(Finding, finding.id).record


def test_another_responsible_person_confirms_what_was_put_right(house: House) -> None:
    done = put_right(house, "yoshino", entered(house))
    ledger = house.sign_in("takahashi")
    assert ledger.corrections.why_not(done) == ""
    ledger.corrections.verify([done.id])
    verified = now(house, done)
    assert (verified.status, verified.verified_by, verified.verified_on) == (
        FindingStatus.VERIFIED, ledger.user.person_id, ledger.today(),
    )  # fmt: skip
    assert ledger.registers.history(Finding.type, done.id)[-1][0].author == ledger.user.id


@pytest.mark.parametrize("login", ["yoshino", "takahashi"])
def test_nobody_enters_a_confirmation_by_a_name(house: House, login: str) -> None:
    done = put_right(house, "yoshino", entered(house))
    ledger = house.sign_in(login)
    other = house.story.people["supervisor"]
    named = replace(done, verified_by=other, verified_on=ledger.today())
    for one in (
        replace(named, status=FindingStatus.VERIFIED),
        replace(done, status=FindingStatus.VERIFIED),
        named,
        replace(done, verified_on=ledger.today()),
    ):
        with pytest.raises(Refused, match="「是正を確認」"):
            ledger.registers.revise(one, "是正が済んだため")
        with pytest.raises(Refused, match="「是正を確認」"):
            ledger.registers.create(replace(one, id=""))
    with pytest.raises(Refused, match="「是正を確認」"):
        ledger.registers.create_all([replace(done, id="", verified_by=other)], historic=True)
    assert now(house, done) == done


def test_a_worker_confirms_nothing(house: House) -> None:
    done = put_right(house, "takahashi", entered(house, "supervisor"))
    with pytest.raises(NotPermitted, match="責任者"):
        house.sign_in("yoshino").corrections.verify([done.id])


def test_who_has_it_in_charge_does_not_confirm_it(house: House) -> None:
    done = put_right(house, "yoshino", entered(house, "supervisor"))
    with pytest.raises(Refused, match="自分が担当"):
        house.sign_in("takahashi").corrections.verify([done.id])


def test_who_put_it_right_does_not_confirm_it(house: House) -> None:
    done = put_right(house, "takahashi", entered(house))
    with pytest.raises(Refused, match="自分で記録したもの"):
        house.ledger.corrections.verify([done.id])
    again = replace(done, status=FindingStatus.OPEN)
    house.sign_in("yoshino").registers.revise(again, "まだ空欄があるため")
    put_right(house, "yoshino", again)
    house.sign_in("takahashi").corrections.verify([done.id])
    assert now(house, done).status is FindingStatus.VERIFIED


def test_a_word_added_to_what_another_put_right_counts(house: House) -> None:
    done = put_right(house, "yoshino", entered(house))
    ledger = house.sign_in("takahashi")
    ledger.registers.revise(replace(done, action="鍵も取り替えた"), "書き足すため")
    assert "自分で記録したもの" in ledger.corrections.why_not(now(house, done))


def test_what_is_not_put_right_yet_is_not_confirmed(house: House) -> None:
    one = entered(house)
    with pytest.raises(Refused, match="まだ是正済ではありません"):
        house.ledger.corrections.verify([one.id])
    with pytest.raises(Refused, match="選ばれていません"):
        house.ledger.corrections.verify([])


def test_what_was_confirmed_is_opened_again_before_it_is_corrected(house: House) -> None:
    done = put_right(house, "yoshino", entered(house))
    house.sign_in("takahashi").corrections.verify([done.id])
    ledger = house.sign_in("yoshino")
    verified = now(house, done)
    with pytest.raises(Refused, match="対応中"):
        ledger.registers.revise(replace(verified, action="別の措置"), "措置の訂正のため")
    ledger.registers.revise(replace(done, status=FindingStatus.IN_PROGRESS), "措置の訂正のため")
    assert now(house, done).verified_by == ""


def test_an_older_confirmation_by_name_stays(house: House) -> None:
    done = put_right(house, "yoshino", entered(house))
    named = replace(
        done, status=FindingStatus.VERIFIED, verified_by=house.story.people["supervisor"],
        verified_on=house.ledger.today(),
    )  # fmt: skip
    intents: list[Intent] = [revising(named, "以前の版の記帳")]
    house.ledger.commit(intents)
    assert now(house, done) == named
    assert list(named.problems()) == []


def test_a_worker_puts_right_what_an_officer_found_and_changes_nothing_of_it(house: House) -> None:
    one = entered(house, source=FindingSource.INSPECTION)
    ledger = house.sign_in("yoshino")
    for changed in (
        replace(one, description="空欄はなかった"),
        replace(one, source=FindingSource.ANALYSIS),
        replace(one, due_on=one.due_on and one.due_on + timedelta(days=900)),
    ):
        with pytest.raises(NotPermitted, match="検査者の指摘"):
            ledger.registers.revise(changed, "内容の訂正のため")
    done = put_right(house, "yoshino", one)
    house.sign_in("takahashi").corrections.verify([done.id])
    assert now(house, done).status is FindingStatus.VERIFIED


def test_who_ever_was_in_charge_of_an_officers_finding_puts_nothing_off(house: House) -> None:
    one = entered(house, owner="supervisor", source=FindingSource.INSPECTION)
    one = replace(one, severity=Severity.SERIOUS)
    house.ledger.registers.revise(one, "重さの訂正のため")
    given = replace(one, owner_person_id=house.story.people["worker"])
    house.ledger.registers.revise(given, "担当を替えるため")
    assert one.due_on
    for changed in (
        replace(given, due_on=one.due_on + timedelta(days=1)),
        replace(one, due_on=one.due_on + timedelta(days=1)),
        replace(given, severity=Severity.MINOR),
    ):
        with pytest.raises(Refused, match="自分では期限を延ばせません"):
            house.ledger.registers.revise(changed, "内容の訂正のため")
    with pytest.raises(Refused, match="自分では期限を延ばせません"):
        other = replace(given, source=FindingSource.ANALYSIS)
        house.ledger.registers.revise(other, "きっかけの訂正のため")
    with pytest.raises(Refused, match="自分では取り消せません"):
        house.ledger.registers.void(Finding, one.id, "二重に登録したため")
    house.ledger.registers.revise(replace(given, due_on=house.ledger.today()), "早めるため")


def test_a_worker_takes_no_finding_back(house: House) -> None:
    one = entered(house)
    with pytest.raises(NotPermitted, match="指摘・是正の取消"):
        house.sign_in("yoshino").registers.void(Finding, one.id, "無かったことにするため")
    house.sign_in("takahashi").registers.void(Finding, one.id, "二重に登録したため")
    assert house.ledger.registers.need(Finding, one.id).meta.voided
