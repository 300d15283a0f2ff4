"""A part of a thing is missing or outside, the rest lies here: nothing of it is forgotten."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models import custody
from models.calendar import calendar
from models.codes import EncryptionMeasure, HandlingKind, ItemState, Timing
from models.errors import InvalidField, Refused
from models.evidence import evidence
from models.records import HandlingEvent, TransportDetail
from tests.house import furnished
from tests.sheets import Sheets

K, S = HandlingKind, ItemState


@pytest.fixture
def sheets(tmp_path: Path) -> Iterator[Sheets]:
    with furnished(tmp_path, things=6, wait=60) as house:
        yield Sheets(house)


def test_what_is_missing_does_not_take_the_rest_along(sheets: Sheets) -> None:
    whole = sheets.all
    sheets.do(K.LOSS, 5)
    assert sheets.parts() == (S.PART_MISSING, whole, whole - 5, 0, 5)
    sheets.do(K.USE, int(whole) - 5)
    assert (sheets.status.state, sheets.status.found) == (S.PART_MISSING, S.IN_USE)
    sheets.do(K.USE, int(whole) - 5, related_event_id=sheets.status.using)
    assert not sheets.do(K.STOCKTAKE, int(whole) - 5).notices
    told = sheets.do(K.RECOVER, 3).notices
    assert any("2枚は、まだ所在不明" in one for one in told)
    assert sheets.parts() == (S.PART_MISSING, whole, whole - 2, 0, 2)
    with pytest.raises(Refused, match=r"所在不明2枚.*3枚の「発見・回収」は"):
        sheets.do(K.RECOVER, 3)
    with pytest.raises(Refused, match="所在不明2枚"):
        sheets.do(K.RETURN, int(whole))
    sheets.do(K.RETURN, int(whole) - 2)
    assert sheets.parts() == (S.MISSING, 2, 0, 0, 2)
    sheets.do(K.RECOVER)
    sheets.do(K.RETURN)
    assert sheets.status.state is S.RETURNED


@pytest.mark.parametrize(("kind", "quantity", "words"), [
    (K.LOSS, 0, "0より大きい"), (K.LOSS, 99999, "所在不明」は記録できません"),
    (K.TAKE_OUT, 0, "0より大きい"),
])  # fmt: skip
def test_a_loss_of_nothing_or_of_more_than_there_is_is_refused(
    sheets: Sheets, kind: HandlingKind, quantity: int, words: str
) -> None:
    before = sheets.house.ledger.store.head()
    with pytest.raises(Refused, match=words):
        sheets.do(kind, quantity)
    assert sheets.house.ledger.store.head() == before


def test_what_went_out_comes_back_as_far_as_it_does(sheets: Sheets) -> None:
    whole = sheets.all
    sheets.do(K.TAKE_OUT, 4)
    assert sheets.parts() == (S.PART_OUT, whole, whole - 4, 4, 0)
    due = sheets.status.due_back_at
    assert due is not None
    assert not sheets.do(K.RETURN, int(whole) - 4).notices  # more than were outside
    assert sheets.parts() == (S.TAKEN_OUT, 4, 0, 4, 0)
    told = sheets.do(K.BRING_BACK, 2).notices
    assert any("2枚は、まだ持出中" in one for one in told)
    assert (sheets.parts(), sheets.status.due_back_at) == ((S.PART_OUT, 4, 2, 2, 0), due)
    with pytest.raises(Refused, match=r"持出中2枚.*4枚の「持帰り」"):
        sheets.do(K.BRING_BACK, 4)
    sheets.do(K.BRING_BACK)
    assert (sheets.parts(), sheets.status.due_back_at) == ((S.STORED, 4, 4, 0, 0), None)
    with pytest.raises(Refused, match="保管中"):
        sheets.do(K.BRING_BACK)


def test_an_end_without_a_number_takes_what_lies_here_and_says_so(sheets: Sheets) -> None:
    whole = sheets.all
    sheets.do(K.LOSS, 5)
    change = sheets.do(K.RETURN)
    rest = f"{whole - 5:f}枚"
    assert any(f"（手元{rest}・所在不明5枚）のうち、{rest}として記録" in n for n in change.notices)
    stored = sheets.house.ledger.store.get(HandlingEvent, change.ids[-1])
    assert stored is not None and stored.record.lines[0].quantity == whole - 5
    assert sheets.parts() == (S.MISSING, 5, 0, 0, 5)


def test_what_is_outside_is_lost_or_given_back_from_there_when_the_act_says_so(
    sheets: Sheets,
) -> None:
    whole = sheets.all
    took = sheets.do(K.TAKE_OUT, 6).ids[-1]
    told = sheets.do(K.LOSS, 1).notices
    assert any("手元にあったもの" in one for one in told)
    assert sheets.parts() == (S.PART_MISSING, whole, whole - 7, 6, 1)
    sheets.do(K.LOSS, 2, related_event_id=took)
    assert sheets.parts() == (S.PART_MISSING, whole, whole - 7, 4, 3)
    sheets.do(K.RETURN, 3, related_event_id=took)
    assert sheets.parts() == (S.PART_MISSING, whole - 3, whole - 7, 1, 3)
    told = sheets.do(K.RECOVER, 3).notices
    assert any("持出中に戻りました" in one for one in told)
    assert sheets.parts() == (S.PART_OUT, whole - 3, whole - 6, 3, 0)


def test_a_transport_of_a_part_arrives_with_what_it_carried(sheets: Sheets) -> None:
    whole = sheets.all
    left = sheets.do(K.TRANSPORT, 4, transport=(_carried(sheets),), **_transport()).ids[-1]
    assert sheets.parts() == (S.PART_OUT, whole, whole - 4, 4, 0)
    arriving = (_carried(sheets, arrived=True),)
    sheets.do(K.TRANSPORT, 3, transport=arriving, related_event_id=left, **_transport())
    assert sheets.parts() == (S.PART_OUT, whole, whole - 1, 1, 0)
    with pytest.raises(Refused, match="持出中1枚"):
        sheets.do(K.TRANSPORT, 3, transport=arriving, related_event_id=left, **_transport())


def _transport() -> dict[str, Any]:
    return {"encryption": EncryptionMeasure.NOT_APPLICABLE, "destination_text": "見本市役所"}


def _carried(sheets: Sheets, *, arrived: bool = False) -> TransportDetail:
    now = sheets.house.clock()
    return TransportDetail(
        persons=("太郎",), container="鍵付きの鞄", departed_at=now - timedelta(minutes=1),
        arrived_at=now if arrived else None, received_by="次郎" if arrived else "",
    )  # fmt: skip


def test_a_loss_told_later_does_not_contradict_a_return_that_stands(sheets: Sheets) -> None:
    early = sheets.house.clock()
    sheets.house.clock.wait(5)
    sheets.do(K.RETURN, int(sheets.all) - 3)
    with pytest.raises(Refused, match="つじつまが合わなくなります"):
        sheets.do(K.LOSS, 5, occurred_at=early)
    sheets.do(K.LOSS, 3, occurred_at=early)
    assert sheets.parts() == (S.MISSING, 3, 0, 0, 3)


def test_a_find_cannot_be_taken_back_once_what_was_found_is_returned(sheets: Sheets) -> None:
    sheets.do(K.LOSS, 5)
    found = sheets.do(K.RECOVER, 5).ids[-1]
    sheets.do(K.RETURN, int(sheets.all))
    with pytest.raises(Refused, match="取り消すと、後の記録とつじつまが合いません"):
        sheets.house.ledger.handling.void(found, "発見していなかったため")
    with pytest.raises(Refused, match="つじつまが合わなくなります"):
        sheets.house.ledger.handling.correct(
            found, sheets.act(K.RECOVER, 4, occurred_at=sheets.house.clock()), "四枚だったため"
        )


def test_what_was_found_in_part_gives_no_leave_for_the_rest(sheets: Sheets) -> None:
    sheets.do(K.LOSS)
    sheets.do(K.RECOVER, 3)
    sheets.do(K.RETURN, 3)
    for kind in (K.USE, K.STOCKTAKE, K.RETURN, K.TAKE_OUT):
        with pytest.raises(Refused, match="所在不明"):
            sheets.do(kind)


def test_a_return_of_more_than_was_counted_is_told(sheets: Sheets) -> None:
    sheets.do(K.STOCKTAKE, int(sheets.all) - 5)
    assert not any("現品確認" in n for n in sheets.do(K.RETURN, 2).notices)
    told = sheets.do(K.RETURN).notices
    assert any(f"最後の現品確認では、{sheets.all - 7:f}枚でした" in one for one in told)


def test_a_count_of_all_or_a_loss_settles_the_doubt(sheets: Sheets) -> None:
    sheets.do(K.STOCKTAKE, int(sheets.all) - 5)
    sheets.do(K.STOCKTAKE, int(sheets.all))
    assert sheets.status.counted is None
    sheets.do(K.STOCKTAKE, int(sheets.all) - 5)
    sheets.do(K.LOSS, 5)
    assert not any("現品確認" in n for n in sheets.do(K.RETURN, int(sheets.all) - 5).notices)


def test_what_was_entered_by_an_earlier_version_still_follows(sheets: Sheets) -> None:
    """Then a loss of five took all away, and finding three of them brought all back."""
    item, store = sheets.item, sheets.house.ledger.store
    past = list(store.happened(item.id))
    at = sheets.house.clock()

    def then(
        kind: HandlingKind, quantity: int | None, minutes: int, **fields: Any
    ) -> HandlingEvent:
        when = at + timedelta(minutes=minutes)
        return sheets.act(kind, quantity, occurred_at=when, timing=Timing.ACTUAL, id=f"e{minutes}",
                          **fields)  # fmt: skip

    lost = [then(K.LOSS, 5, 1), then(K.RECOVER, 3, 2), then(K.RETURN, None, 3)]
    assert custody.replay(item, [*past, *lost]).state is S.RETURNED
    all_lost = [then(K.LOSS, None, 1), then(K.RECOVER, 3, 2), then(K.RETURN, 3, 3),
                then(K.STOCKTAKE, None, 4), then(K.DISPOSE, None, 5)]  # fmt: skip
    assert custody.replay(item, [*past, *all_lost]).state is S.DISPOSED
    nothing = [then(K.LOSS, 0, 1), then(K.RECOVER, None, 2)]
    assert custody.replay(item, [*past, *nothing]).state is S.STORED
    out = [then(K.TAKE_OUT, 4, 1), then(K.USE, 99, 2), then(K.RETURN, 4, 3, related_event_id="e1"),
           then(K.BRING_BACK, None, 4)]  # fmt: skip
    assert custody.replay(item, [*past, *out]).state is S.STORED


def test_a_use_does_not_end_tomorrow(sheets: Sheets) -> None:
    now = sheets.house.clock()
    with pytest.raises(InvalidField, match="終了日時"):
        sheets.do(K.USE, ended_at=now + timedelta(days=30))
    sheets.do(K.USE, occurred_at=now, ended_at=now)


def test_what_is_in_use_until_noon_does_not_leave_before_without_a_word(sheets: Sheets) -> None:
    start = sheets.house.clock()
    sheets.house.clock.wait(180)
    used = sheets.do(K.USE, occurred_at=start, ended_at=start + timedelta(hours=3))
    assert not used.notices
    between = start + timedelta(hours=1)
    told = sheets.do(K.USE, occurred_at=between, ended_at=between).notices
    assert any("終わった日時" in one for one in told)
    told = sheets.do(K.TAKE_OUT, 4, occurred_at=start + timedelta(hours=2)).notices
    assert any("終わった日時" in one for one in told)
    told = sheets.do(K.STOCKTAKE, occurred_at=start + timedelta(hours=2, minutes=1)).notices
    assert not any("終わった日時" in one for one in told)


def test_two_people_may_use_different_sheets_of_one_stack(sheets: Sheets) -> None:
    start, half = sheets.house.clock(), int(sheets.all) // 2
    sheets.house.clock.wait(180)
    sheets.do(K.USE, half, occurred_at=start, ended_at=start + timedelta(hours=3))
    between = start + timedelta(hours=1)
    assert not sheets.do(K.USE, half, occurred_at=between, ended_at=between).notices
    assert sheets.do(K.USE, half + 2, occurred_at=between, ended_at=between).notices


def test_what_is_outside_of_a_thing_is_due_and_late_alone(sheets: Sheets) -> None:
    ledger, contract = sheets.house.ledger, sheets.house.story.contract

    def told() -> tuple[list[str], list[str]]:
        dates = [one.about for one in calendar(ledger, contract.id) if one.code == "K-13"]
        rows = [
            row.sentence
            for clause in evidence(ledger, contract)
            for query, found in clause.evidence
            if query == "EQ-OPENOUT"
            for row in found
            if row.severity != "due"  # until its hour
        ]
        return dates, rows

    sheets.do(K.TAKE_OUT, 4)
    sheets.do(K.LOSS, 2)
    caption = sheets.item.caption()
    dates, rows = told()
    assert dates == [f"{caption}（所在不明2枚・持出中4枚）"]
    assert not any(caption in row for row in rows)
    sheets.house.clock.wait(400)
    assert any(f"「{caption}」のうち4枚が持帰予定を過ぎて" in row for row in told()[1])
    sheets.do(K.BRING_BACK, 4)
    assert told()[0] == []
