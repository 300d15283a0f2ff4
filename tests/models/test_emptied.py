"""What was erased has nothing left to encrypt, and what went back is not asked back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import Encrypted, HandlingKind, ItemState, Ownership
from models.records import HandlingEvent, Item
from tests.house import House, furnished
from tests.models.test_carriers import do, state, stick

K = HandlingKind


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        yield made


@pytest.fixture
def confidential(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="confidentiality-model") as made:
        yield made


def asked_of(house: House) -> list[HandlingKind | None]:
    """Return the kinds of the acts that R-09 names, whether judged act by act or all at once."""
    asked = house.ledger.inquiries.of(house.story.contract.id)
    kept = sorted(row.id for row in asked.breaches.of_rule("R-09"))
    asked.verdicts.forget()
    assert sorted(row.id for row in asked.breaches.of_rule("R-09")) == kept
    acts = (house.ledger.registers.need(HandlingEvent, id_).record for id_ in kept)
    return [act.kind for act in sorted(acts, key=lambda act: act.event_no or 0)]


def bare(house: House, ownership: Ownership) -> Item:
    """Register a stick that holds bare data."""
    item = stick(house, ownership)
    house.ledger.registers.revise(replace(item, encrypted=Encrypted.NO), "確かめたため")
    return item


def test_a_stick_without_its_data_leaves_as_it_is(house: House) -> None:
    item = stick(house, Ownership.CLIENT)
    do(house, K.TAKE_OUT, item)
    do(house, K.BRING_BACK, item)
    assert asked_of(house) == [K.TAKE_OUT]
    do(house, K.ERASE, item)
    do(house, K.TAKE_OUT, item)
    assert asked_of(house) == [K.TAKE_OUT]  # the first: there was data on it then
    do(house, K.RETURN, item)
    assert asked_of(house) == [K.TAKE_OUT]


def test_what_was_erased_in_between_is_known_late_and_forgotten_when_void(house: House) -> None:
    item = stick(house, Ownership.CLIENT)
    house.clock.wait(30)
    do(house, K.TAKE_OUT, item)
    assert asked_of(house) == [K.TAKE_OUT]
    late = do(house, K.ERASE, item, occurred_at=house.clock() - timedelta(minutes=20))
    assert asked_of(house) == []
    house.ledger.handling.void(late.ids[0], "別の媒体の記録だったため")
    assert asked_of(house) == [K.TAKE_OUT]


@pytest.mark.parametrize("ownership", [Ownership.CLIENT, Ownership.CONTRACTOR])
def test_what_is_put_away_without_its_data_is_not_asked(
    confidential: House, ownership: Ownership
) -> None:
    item = bare(confidential, ownership)
    do(confidential, K.STORE, item)
    assert asked_of(confidential)[-1] is K.STORE
    before = asked_of(confidential)
    do(confidential, K.ERASE, item)
    do(confidential, K.STORE, item)
    assert asked_of(confidential) == before


def test_what_is_returned_already_is_not_asked_back(house: House) -> None:
    item = stick(house, Ownership.CLIENT)
    house.clock.wait(30)
    do(house, K.RETURN, item)
    late = do(house, K.ERASE, item, occurred_at=house.clock() - timedelta(minutes=20))
    assert state(house, item) is ItemState.RETURNED
    assert not any("現物は委託者のもの" in one for one in late.notices)
    erased = house.ledger.registers.need(HandlingEvent, late.ids[0]).record
    again = house.ledger.handling.correct(
        erased.id, replace(erased, purpose="引渡しの準備"), "追記のため"
    )
    assert not any("現物は委託者のもの" in one for one in again.notices)
