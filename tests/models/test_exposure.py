"""A password is known or a card lost: one act shuts what they open (A-06)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import CredentialKind, IncidentStatus, InvalidReason, SystemEventKind
from models.errors import AzukariError, Cancelled, NotPermitted, Refused, WrongPassword
from models.exposure import NOT_RENEWED, cards_of, shut
from models.records import Credential, DueItem, Incident, IncidentLog, SystemEvent, UserAccount
from tests.house import House, furnished
from ui.sample import cast

NEW = "静かな港に灯る三つの明かり"
WHY = "机のメモを来客に見られた"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        made.sign_in("watanabe")
        yield made


def card(house: House, number: str) -> str:
    made = Credential(
        kind=CredentialKind.KEY, number=number, holder_person_id=house.story.people["worker"],
        issued_on=house.ledger.today(), issued_by=house.story.people["administrator"],
    )  # fmt: skip
    return house.ledger.registers.create(made).ids[-1]


def yoshino(house: House) -> UserAccount:
    return house.ledger.registers.all(UserAccount, login_name="yoshino")[0].record


def test_old_password_and_old_key_file_open_nothing_and_the_card_is_dead(house: House) -> None:
    lost, kept = card(house, "K-1"), card(house, "K-2")
    folder = house.folder / "ledger"
    old_keys = {name: (folder / name).read_bytes() for name in ("keys.a", "keys.b")}
    account = yoshino(house)
    assert [one.number for one in cards_of(house.ledger, account.person_id)] == [
        "ID-002",
        "K-1",
        "K-2",
    ]

    change = shut(house.ledger, account.id, WHY, cards=[lost])

    assert "バックアップ" in change.notices[0]
    assert "いまはだれにも開けません" in change.notices[1] and "戻さないよう" in change.notices[2]
    after = yoshino(house)
    assert after.must_change and after.public_key != account.public_key
    gone = house.ledger.registers.need(Credential, lost).record
    assert gone.invalid_reason is InvalidReason.LOST and gone.invalidated_at is not None
    assert house.ledger.registers.need(Credential, kept).record.invalidated_at is None
    [draft] = house.ledger.registers.all(Incident)
    assert draft.record.status is IncidentStatus.DETECTED and WHY in draft.record.situation
    assert "K-1" in draft.record.immediate_measures and draft.record.known_at is not None
    assert not house.ledger.registers.all(DueItem)
    assert house.ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok

    house.ledger.close()
    worker = cast.USERS[1]
    with pytest.raises(WrongPassword):
        house.office.unlock(folder, worker.login, worker.password)
    new_keys = {name: (folder / name).read_bytes() for name in old_keys}
    for name, data in old_keys.items():
        (folder / name).write_bytes(data)
    with pytest.raises(AzukariError):
        house.office.unlock(folder, worker.login, worker.password)
    for name, data in new_keys.items():
        (folder / name).write_bytes(data)
    with pytest.raises(WrongPassword):
        house.office.unlock(folder, worker.login, NEW)
    house.sign_in("watanabe")
    house.ledger.people.reissue_password(account.id, NEW, "知られたため停止した後の再発行")
    house.ledger.close()
    house.ledger = house.office.unlock(folder, worker.login, NEW)


def test_the_own_password_goes_the_same_way(house: House) -> None:
    me = house.ledger.user
    mine = next(user.password for user in cast.USERS if user.login == me.login_name)
    with pytest.raises(WrongPassword):
        shut(house.ledger, me.id, WHY, old_password="ちがう言葉-三つの窓と青", new_password=NEW)
    shut(house.ledger, me.id, WHY, old_password=mine, new_password=NEW)
    assert house.ledger.registers.all(Incident)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", me.login_name, NEW)


def test_a_stopped_renewal_keeps_everything_else_and_says_so(house: House) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled()

    change = shut(house.ledger, yoshino(house).id, WHY, progress=stop)
    assert change.notices[0] == NOT_RENEWED
    assert yoshino(house).must_change
    assert not house.ledger.registers.all(SystemEvent, kind=SystemEventKind.KEY_RENEWED)
    assert house.ledger.registers.all(Incident)


def test_a_worker_shuts_nobody_out(house: House) -> None:
    account = yoshino(house)
    house.sign_in("yoshino")
    with pytest.raises(NotPermitted):
        shut(house.ledger, account.id, WHY, old_password=cast.USERS[1].password, new_password=NEW)
    assert not house.ledger.registers.all(Incident)


def test_a_card_that_is_entered_as_lost_opens_the_draft_of_an_incident(house: House) -> None:
    """Most who hold one have no account that could be shut."""
    house.sign_in("takahashi")
    registers, contract = house.ledger.registers, house.story.contract.id
    for its in (contract, ""):
        new = Credential(
            kind=CredentialKind.KEY, number=f"K-{its[:1]}7", contract_id=its,
            holder_person_id=house.story.people["worker3"], issued_on=house.ledger.today(),
            issued_by=house.story.people["supervisor"],
        )  # fmt: skip
        one = registers.need(Credential, registers.create(new).ids[-1]).record
        now = house.ledger.now()
        lost = one.with_changes(
            reported_at=now, invalidated_at=now, invalid_reason=InvalidReason.LOST
        )
        registers.revise(lost, "落としたため")
        [draft] = registers.all(Incident, contract_id=its)
        assert one.number in draft.record.situation and draft.record.is_open
        registers.revise(lost.with_changes(invalid_reason=InvalidReason.LEAKED), "訂正のため")
        for reason in (InvalidReason.REPLACED, InvalidReason.LOST):
            registers.revise(lost.with_changes(invalid_reason=reason), "訂正のため")
        assert len(registers.all(Incident, contract_id=its)) == 1, "it is the same matter"
        with pytest.raises(Refused):
            house.clock.wait(24 * 60)
            registers.void(Incident, draft.record.id, "誤って入力したため")


def test_a_card_that_ends_otherwise_opens_none(house: House) -> None:
    one = house.ledger.registers.need(Credential, card(house, "K-8")).record
    ended = one.with_changes(
        invalidated_at=house.ledger.now(), invalid_reason=InvalidReason.REPLACED
    )
    house.ledger.registers.revise(ended, "更新したため")
    assert house.ledger.registers.all(Incident) == []


def test_the_same_matter_is_one_incident_however_often_it_is_entered(house: House) -> None:
    house.sign_in("takahashi")
    registers, account, now = house.ledger.registers, yoshino(house), house.ledger.now()
    lost = registers.need(Credential, card(house, "K-3")).record.with_changes(
        contract_id=house.story.contract.id, reported_at=now, invalidated_at=now,
        invalid_reason=InvalidReason.LOST,
    )  # fmt: skip
    registers.revise(lost, WHY)
    [of_card] = [one.record for one in registers.all(Incident)]
    registers.revise(replace(of_card, situation="電車に鍵を忘れた。"), "分かったことを書くため")
    shut(house.ledger, account.id, WHY)
    [step] = registers.all(IncidentLog)
    assert step.record.incident_id == of_card.id and len(registers.all(Incident)) == 1
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    for _ in range(2):
        shut(house.ledger, account.id, WHY)
    assert len(registers.all(Incident)) == 2, "another matter, once"
