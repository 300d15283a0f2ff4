"""The quick look at a value never passes what the long look would refuse."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import kinds
from models.codes import HandlingKind, StorageEquipment
from models.kinds_of_time import Day, Moment
from models.marks import packed
from models.records import HandlingLine

KINDS = [
    kinds.Text(5), kinds.LongText(9), kinds.Integer(1, 99), kinds.DecimalNumber(),
    kinds.DecimalNumber(Decimal(1), Decimal(9)), kinds.Boolean(), Day(), Moment(),
    kinds.Choice(HandlingKind), kinds.Ref("item"), kinds.Children(HandlingLine),
]  # fmt: skip
LINES = st.builds(
    HandlingLine,
    item_id=st.sampled_from(["", "a" * 32, "a" * 65]),
    quantity=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.text(max_size=12), st.integers(-2, 120),
    st.decimals(allow_nan=True, allow_infinity=True), st.decimals(0, 10, places=4),
    st.dates(), st.datetimes(timezones=st.just(UTC)), st.datetimes(),
    st.sampled_from(list(HandlingKind)), st.lists(LINES, max_size=3).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=repr)
@given(value=VALUES)
def test_what_passes_at_one_look_has_no_problems(kind: kinds.Kind, value: Any) -> None:
    if isinstance(kind, kinds.Children) != isinstance(value, tuple):
        return
    if kind.fine(value):
        assert not kind.is_empty(value)
        assert list(kind.problems(value)) == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (kinds.Integer(1, 9), 9, 10),
        (kinds.Integer(1, 9), 1, True),
        (kinds.DecimalNumber(), Decimal("0.125"), Decimal("0.1255")),
        (kinds.DecimalNumber(Decimal(1)), Decimal(1), Decimal("0.999")),
        (Day(), date(2199, 12, 31), date(2200, 1, 1)),
        (Day(), date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)),
    ],
)
def test_one_look_tells_good_from_bad(kind: kinds.Kind, good: Any, bad: Any) -> None:
    assert kind.fine(good)
    assert not kind.fine(bad) and list(kind.problems(bad))


@pytest.mark.parametrize("data", [["safe"], None, True, 5])
def test_what_is_no_word_is_refused_without_the_words_of_the_program(data: Any) -> None:
    with pytest.raises(ValueError, match="は、言葉一つで指定"):
        kinds.Choice(StorageEquipment).from_json(data)
    with pytest.raises(ValueError, match="知らない値があります（金庫）"):
        kinds.Choice(StorageEquipment).from_json("金庫")


@pytest.mark.parametrize("data", ["safe", {"safe": 1}, [["safe"]], [{}], [5], [None]])
@pytest.mark.parametrize("kind", [kinds.TextList(), kinds.MultiRef("place")])
def test_what_is_no_list_of_words_is_refused(kind: kinds.Kind, data: Any) -> None:
    with pytest.raises(ValueError, match="は、言葉を並べて"):
        kind.from_json(data)


@pytest.mark.parametrize("data", [["5"], [5], {}, "五つ"])
def test_what_is_no_number_is_refused_in_words(data: Any) -> None:
    with pytest.raises(ValueError, match="は数で入力してください"):
        kinds.DecimalNumber().from_json(data)


def test_a_row_with_a_problem_is_looked_at_closely() -> None:
    kind = kinds.Children(HandlingLine)
    assert kind.fine((HandlingLine(item_id="a" * 32),))
    assert not kind.fine((HandlingLine(item_id="a" * 32), HandlingLine()))


@pytest.mark.parametrize("data", [True, False, 12.5, ["1"], {"n": 1}])
def test_only_a_number_or_its_text_is_a_decimal_number(data: object) -> None:
    with pytest.raises(ValueError, match="は数で入力してください"):
        kinds.DecimalNumber().from_json(data)  # type: ignore[arg-type]


def test_there_is_one_zero() -> None:
    kind = kinds.DecimalNumber()
    assert list(kind.problems(kind.from_json("-0"))) == ["は数で入力してください。"]
    assert not kind.fine(Decimal("-0.000"))
    typed = kind.parse("-0")
    assert typed is not None and kind.to_json(typed) == "0" and kind.fine(typed)
    assert kind.from_json("-0") == 0  # what was entered before stays readable


def test_marks_are_read_by_their_number_alone() -> None:
    kind = kinds.OwnMarks(100)
    assert kind.format(packed({"clause 1": "a", "clause 2": "b"})) == "（2項目の照合値）"
    assert kind.format("") == "" and kind.format("{") == "（0項目の照合値）"
    assert not kind.editable


@pytest.mark.parametrize("offset", ["+09:00:30", "-00:00:01", "+09:00:00.5"])
def test_the_offset_of_a_moment_has_no_seconds(offset: str) -> None:
    told = Moment().from_json(f"2026-11-21T10:30:00{offset}")
    assert not Moment().fine(told)
    assert list(Moment().problems(told)) == ["の時差は、時と分（例 +09:00）で入力してください。"]
    assert Moment().fine(Moment().from_json("2026-11-21T10:30:00-03:30"))
