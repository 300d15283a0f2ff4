"""What several contracts share ends with the content of the last of them (A-39)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import AttachmentKind, ContractStatus
from models.errors import NotFound
from models.records import Attachment, Contract, TrainingSession
from models.store import Query, quiet
from tests.ending import REASON, ended, erase, hand_in, other, revise, worker
from tests.house import House

TYPE = TrainingSession.label
EVERY = Query(TrainingSession.type, voided=None)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        yield made


def sessions(house: House) -> list[TrainingSession]:
    return [one.record for one in house.ledger.store.find(TrainingSession, EVERY, limit=100)]


def planned(house: House, contract: Contract) -> dict[str, int]:
    return dict(house.ledger.ending.plan(contract.id).records)


def shared(house: House) -> TrainingSession:
    """Let one session teach for the contract that goes on as well."""
    first = sessions(house)[0]
    both = replace(first, contract_ids=(*first.contract_ids, other(house).id))
    return revise(house, both, "二つの契約のための研修")


def close_other(house: House) -> Contract:
    hand_in(house, "D-19", "定期報告書", of=other(house))
    over = replace(
        other(house), status=ContractStatus.CLOSED,
        retain_ledger_until=house.ledger.today() - timedelta(days=1),
    )  # fmt: skip
    return revise(house, over, "契約の終結")


def test_a_session_of_an_erased_contract_alone_is_erased_with_it(house: House) -> None:
    assert planned(house, house.story.contract)[TYPE] == len(sessions(house)) > 0
    erase(house)
    assert sessions(house) == []
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_a_session_stays_until_the_last_of_its_contracts_is_erased(house: House) -> None:
    both = shared(house)
    assert TYPE not in planned(house, house.story.contract)
    erase(house)
    assert [one.id for one in sessions(house)] == [both.id]
    over = close_other(house)
    assert planned(house, over)[TYPE] == 1
    house.ledger.ending.erase(
        over.id, contract_no=over.contract_no, reason=REASON, second=worker(house)
    )
    assert sessions(house) == []
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_a_session_that_was_voided_goes_as_well(house: House) -> None:
    for one in sessions(house):
        house.ledger.registers.void(TrainingSession, one.id, "二重に入力したため")
    assert planned(house, house.story.contract)[TYPE] > 0
    erase(house)
    assert sessions(house) == []


def test_the_material_that_only_such_a_session_used_goes_with_it(house: House) -> None:
    ledger = house.ledger
    [file] = ledger.files.attach(
        b"slides", name="slides.pdf", mime="application/pdf", kind=AttachmentKind.SCAN
    ).ids
    first = sessions(house)[0]
    revise(house, replace(first, material_file=file), "資料の登録")
    erase(house)
    with pytest.raises(NotFound):
        ledger.registers.need(Attachment, file)
