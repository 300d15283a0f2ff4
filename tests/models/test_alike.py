"""What a record shares with one that is fine needs no second look: the problems are the same."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import Encrypted, ItemClass, ItemOrigin
from models.intake.register import ALONE
from models.records import Item, ItemContent
from tests.factory import contract, item, municipality, organization, place

CONTRACT = contract(municipality(), organization())
FINE = item(CONTRACT, place())
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.just("f" * 32),
    "item_no": st.sampled_from(["", "M-1", "M-1\x07", "長" * 300]),
    "name": st.sampled_from(["", "健診結果票", "a\nb"]),
    "quantity": st.sampled_from([None, Decimal(0), Decimal(3), Decimal("0.0001")]),
    "unit": st.sampled_from(["", "枚"]),
    "item_class": st.sampled_from([None, *ItemClass]),
    "origin": st.sampled_from([None, *ItemOrigin]),
    "contract_id": st.sampled_from(["", CONTRACT.id]),
    "encrypted": st.sampled_from([None, *Encrypted]),
    "maker": st.sampled_from(["", "みほん電機"]),
    "parent_item_id": st.sampled_from(["", "p" * 32, "p" * 65]),
    "return_due_on": st.sampled_from([None, date(2026, 11, 21), date(1600, 1, 1)]),
    "contents": st.sampled_from([(), (ItemContent(),), FINE.contents]),
}


@pytest.fixture(autouse=True)
def _the_first_is_fine() -> None:
    assert not list(FINE.problems())


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_beside_a_fine_record_the_same_problems_are_found(changes: dict[str, Any]) -> None:
    changed: Item = FINE.with_changes(**changes)
    assert list(changed.problems(FINE)) == list(changed.problems())


@given(st.fixed_dictionaries({}, optional=CHANGES), st.fixed_dictionaries({}, optional=CHANGES))
def test_it_does_not_matter_which_fine_record(one: dict[str, Any], other: dict[str, Any]) -> None:
    known: Item = FINE.with_changes(**one)
    if list(known.problems()):
        return
    changed: Item = known.with_changes(**other)
    assert list(changed.problems(known)) == list(changed.problems())


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_records_that_refer_alike_name_the_same_references(changes: dict[str, Any]) -> None:
    other = FINE.with_changes(**changes)
    alike = other.refers_alike(FINE)
    assert not alike or list(other.references()) == list(FINE.references())
    referring = {"contract_id", "parent_item_id", "contents"}
    assert alike or referring & changes.keys()


@given(st.fixed_dictionaries({}, optional=CHANGES))
def test_what_a_row_of_a_register_adds_alone_changes_nothing_else(changes: dict[str, Any]) -> None:
    one = FINE.with_changes(**{n: v for n, v in changes.items() if n not in ALONE})
    other = one.with_changes(id="e" * 32, **dict.fromkeys(ALONE, "別の語"))
    assert list(other.problems()) == list(one.problems())
