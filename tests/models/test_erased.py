"""Which entries an erasure names: asked for one entry and for a stretch of them."""

from hypothesis import given
from hypothesis import strategies as st

from models.erased import Erasures, read_numbers, write_numbers


@given(st.sets(st.integers(1, 60)), st.integers(1, 70), st.integers(0, 30))
def test_a_stretch_is_asked_as_each_of_its_entries(erased: set[int], first: int, more: int) -> None:
    spans = read_numbers(write_numbers(sorted(erased))) if erased else []
    erasures = Erasures(tuple((start, end, 99) for start, end in spans))
    asked = range(first, first + more + 1)
    among = erasures.among(first, first + more)
    assert among == [seq for seq in asked if erasures.under(seq)] == sorted(erased & set(asked))
