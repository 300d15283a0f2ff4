"""What an officer confirmed is confirmed no more when it says other things."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    FindingSource,
    FindingStatus,
    Role,
    Severity,
)
from models.evidence import evidence
from models.ledger import Ledger
from models.records import ClientCommunication, Finding, Record
from models.witness import Unconfirmed
from tests import proof
from tests.house import House, furnished
from ui.sample import cast

R = TypeVar("R", bound=Record)
LOGIN = {user.role: user.login for user in cast.USERS}
OFFICER = "見本　花子"
REASON = "書き間違えたため"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=2) as made:
        yield made


def instruction(house: House) -> ClientCommunication:
    """Record what the officer said, and let him confirm it."""
    made = ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN,
        kind=CommunicationKind.INSTRUCTION, at=house.clock(), means=CommunicationMeans.VISIT,
        from_name=OFFICER, to_name="山田", summary="返却は窓口へ",
    )  # fmt: skip
    return entered(house, made)


def finding(house: House) -> Finding:
    made = Finding(
        contract_id=house.story.contract.id, source=FindingSource.INSPECTION,
        description="鍵が開いていた", severity=Severity.SERIOUS,
        due_on=house.clock().date() + timedelta(days=7), status=FindingStatus.OPEN,
        owner_person_id=house.story.people["worker"],
    )  # fmt: skip
    return entered(house, made)


def entered(house: House, record: R) -> R:
    made = replace(record, id=house.ledger.registers.create(record).ids[-1])
    confirm(house)
    return made


def officer(house: House) -> list[Unconfirmed]:
    witness = house.sign_in(LOGIN[Role.INSPECTOR]).witness
    return witness.waiting(house.story.contract.id)


def confirm(house: House) -> None:
    ledger = house.sign_in(LOGIN[Role.INSPECTOR])
    contract_id = house.story.contract.id
    waiting = [one.record.id for one in ledger.witness.waiting(contract_id)]
    ledger.witness.confirm(contract_id, waiting)
    boss(house)


def boss(house: House) -> Ledger:
    house.ledger = house.sign_in(LOGIN[Role.SUPERVISOR])
    return house.ledger


def rows(house: House) -> list[str]:
    boss(house)
    return [sentence for sentence in proof.sentences(house) if "検査者の" in sentence]


@pytest.mark.parametrize(
    ("make", "changes"),
    [(instruction, {"summary": "廃棄してよい"}), (finding, {"severity": Severity.MINOR})],
)
def test_changed_words_are_told_asked_again_and_confirmed_anew(house, make, changes) -> None:  # type: ignore[no-untyped-def]
    made = make(house)
    assert not officer(house) and not rows(house)
    [notice] = boss(house).registers.revise(replace(made, **changes), REASON).notices
    assert OFFICER in notice and "前の内容" in notice
    [row] = rows(house)
    assert "変えられています" in row and REASON in row
    [again] = officer(house)
    assert again.record.id == made.id
    assert again.before and again.before.split("\n")[1] not in ("廃棄してよい", "")
    confirm(house)
    assert not officer(house) and not rows(house)


def test_what_was_taken_back_waits_for_his_word_that_he_knows(house: House) -> None:
    made = instruction(house)
    [notice] = boss(house).registers.void(ClientCommunication, made.id, REASON).notices
    assert "取り消した" in notice
    [row] = rows(house)
    assert "取り消されています" in row
    [again] = officer(house)
    assert REASON in again.statement and "返却は窓口へ" in again.before
    confirm(house)
    assert not officer(house) and not rows(house)


def test_what_the_contractor_does_about_it_is_no_change_of_his_words(house: House) -> None:
    made = instruction(house)
    done = replace(
        made,
        status=CommunicationStatus.CLOSED,
        response_note="窓口へ返しました",
        responded_at=house.clock(),
    )
    assert not boss(house).registers.revise(done, REASON).notices
    assert not rows(house) and not officer(house)


def test_an_answer_is_known_without_reading_everything_again(house: House) -> None:
    """The evidence keeps its answers: this one has to follow what it looked at."""
    made = instruction(house)
    ledger = boss(house)
    assert not told(ledger, house)
    ledger.registers.revise(replace(made, summary="廃棄してよい"), REASON)
    assert told(ledger, house)
    ledger.registers.revise(replace(made, summary=made.summary), REASON)
    assert not told(ledger, house)


def told(ledger: Ledger, house: House) -> list[str]:
    states = evidence(ledger, house.story.contract)
    found = (row.sentence for one in states for _, rows in one.evidence for row in rows)
    return [one for one in found if "検査者の" in one]
