"""The short way from a record to its bytes writes what `rfc8785` writes, for every record type."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import kinds
from models.canonical import Series, fields_text
from models.chain import Action, Intent, content_bytes, read_content
from models.kinds_of_time import Day, Moment
from models.records import ALL
from models.records.base import Declared, Record

TEXTS = st.text(max_size=12) | st.sampled_from(
    ['"', "\\", "\x00\x1f\x7f", "𠮷野", "\u2028", "{%s}"]
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(minutes=-210))])
PLAIN: dict[type[kinds.Kind], st.SearchStrategy[Any]] = {
    kinds.Integer: st.integers(-(2**53) + 1, 2**53 - 1),
    kinds.DecimalNumber: st.decimals(Decimal(0), Decimal(10**9), places=3),
    kinds.Boolean: st.booleans(),
    Day: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    Moment: st.datetimes(datetime(1900, 1, 1), timezones=ZONES),
    kinds.Frozen: st.dictionaries(st.text(max_size=3), TEXTS | st.floats(0, 1), max_size=2),
    kinds.TextList: st.lists(TEXTS, max_size=2).map(tuple),
    kinds.MultiRef: st.lists(TEXTS, max_size=2).map(tuple),
}


def values(kind: kinds.Kind) -> st.SearchStrategy[Any]:
    """Return values of a kind, the empty one included."""
    some = PLAIN.get(type(kind), TEXTS)
    if isinstance(kind, kinds.Choice):
        some = st.sampled_from(list(kind.codes))
    elif isinstance(kind, kinds.MultiChoice):
        some = st.lists(st.sampled_from(list(kind.codes)), max_size=2).map(tuple)
    elif isinstance(kind, kinds.Children):
        some = st.lists(records(kind.child), max_size=2).map(tuple)
    return st.just(kind.empty) | some


def records(cls: type[Declared]) -> st.SearchStrategy[Any]:
    return st.builds(cls, **{f.name: values(f.kind) for f in cls.own_fields()})


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.type)
@settings(max_examples=8)
@given(data=st.data(), reason=TEXTS)
def test_the_content_of_a_record_is_rfc8785(cls: type[Record], data: Any, reason: str) -> None:
    record = data.draw(records(cls))
    wanted = {"fields": record.to_json()} | ({"reason": reason} if reason else {})
    content = content_bytes(Intent(Action.REVISE, record, reason))
    assert content == rfc8785.dumps(wanted)
    assert read_content(content) == (record.to_json(), reason)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.type)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])  # three large records
@given(data=st.data())
def test_records_written_one_behind_the_other_are_the_same_bytes(
    cls: type[Record], data: Any
) -> None:
    """A row takes over what the row before it said, field by field, and nothing else."""
    first, other = data.draw(records(cls)), data.draw(records(cls))
    names = [f.name for f in cls.own_fields()]
    some = data.draw(st.lists(st.sampled_from(names), unique=True))
    mixed = first.with_changes(**{name: getattr(other, name) for name in some})
    series = Series()
    for record in (first, mixed, other, first, first, cls(), mixed):
        assert series.fields_text(record) == fields_text(record)


@given(reason=TEXTS)
def test_a_void_holds_its_reason_alone(reason: str) -> None:
    content = content_bytes(Intent(Action.VOID, ALL[0](), reason))
    assert content == rfc8785.dumps({"reason": reason} if reason else {})
