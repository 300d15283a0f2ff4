"""A ruled list leaves nothing out: what does not fit a cell goes on below, breaches come first."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.records import HandlingEvent, HandlingLine, Item
from reports.documents.samples import sample_anchor
from reports.fonts import register_fonts
from reports.list_print import NONE, ListPrint, ListRow
from reports.ruled import MOST_LINES, Column, Ruled, _fit
from tests.house import House
from tests.reports.applying import office, text_of
from tests.reports.papers import flat, pages

LONG = "通常どおりの手順で実施し、特に変わったことはありませんでした。"
REASON = "急いでいたため承諾を得ずに持ち出した"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with office(tmp_path) as made:
        made.story.receive(11)
        yield made


def register_of(house: House) -> str:
    """Return the text of D-28, remarks joined with what of them stands below their row."""
    return re.sub(r"…（\d+　備考の続き）", "", text_of(house, "D-28"))


def taken_out(house: House, *items: Item, days: int = 0, **fields: object) -> str:
    story, now = house.story, house.clock()
    event = HandlingEvent(
        contract_id=story.contract.id, kind=K.TAKE_OUT, purpose="市役所での内容確認",
        occurred_at=now - timedelta(days=days), actor_person_id=story.people["worker3"],
        place_from_id=story.places[2].id, destination_text="見本市役所",
        expected_return_at=now + timedelta(hours=2),
        lines=tuple(HandlingLine(item_id=one.id, quantity=one.quantity) for one in items),
    )  # fmt: skip
    return house.ledger.handling.record(replace(event, **fields)).ids[-1]  # type: ignore[arg-type]


def test_every_medium_of_an_act_is_named(house: House) -> None:
    items = house.story._stock[-11:]
    text = text_of(house, "D-28")
    assert all(item.item_no in text for item in items)
    assert "媒体・資料の続き" in text and "ほか" not in text


def test_a_breach_stands_before_the_note(house: House) -> None:
    item = house.story._stock[-1]
    taken_out(house, item, deviation=True, deviation_reason=REASON, note=LONG * 6)
    text = register_of(house)
    assert text.index("逸脱：") < text.index(LONG[:6])
    assert REASON in text and text.count(LONG) == 6  # to the end, below the row


def test_a_voided_breach_says_both_first(house: House) -> None:
    item = house.story._stock[-1]
    id_ = taken_out(house, item, deviation=True, deviation_reason=REASON, note=LONG)
    house.ledger.handling.void(id_, "行先の誤りのため")
    text = register_of(house)
    assert text.index("逸脱・取消") < text.index(f"逸脱：{REASON}") < text.index(LONG[:6])
    assert "取消：行先の誤りのため" in text


def test_a_late_entry_is_told_before_its_note(house: House) -> None:
    received = house.clock()
    house.clock.wait(60 * 24 * 3)
    use = HandlingEvent(
        contract_id=house.story.contract.id, kind=K.USE, purpose="入力", note=LONG * 3,
        occurred_at=received, ended_at=received, actor_person_id=house.story.people["worker"],
        place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=house.story._stock[-1].id),),
    )  # fmt: skip
    house.ledger.handling.record(use)
    text = register_of(house)
    assert text.index("後日入力（") < text.index(LONG[:6]) and text.count(LONG) == 3


def drawn(*rows: ListRow) -> bytes:
    anchor = sample_anchor()
    columns = (Column("番号", 10, True), Column("内容", 20), Column("備考", 20, struck=False))
    ruled = Ruled("一覧", ("条件　なし",), columns, NONE, anchor.issued_at, 1, "0" * 64)
    file = io.BytesIO()
    ListPrint(ruled, "みほん", lambda: rows).write(file, 0)
    return file.getvalue()


def test_a_long_cell_goes_on_over_as_many_pages_as_it_takes() -> None:
    words = "、".join(f"項目{number:05d}" for number in range(3_000))
    pdf = drawn(ListRow(("1", words, "短い")), ListRow(("2", "次の行", "")))
    text = flat(pdf)
    assert len(pages(pdf)) > 2 and "（1　内容の続き）" in text
    assert [f"項目{number:05d}" in text for number in (0, 500, 2_998, 2_999)] == [True] * 4
    assert text.index("項目02999") < text.index("次の行") and "以上　2件" in text


def test_no_page_has_a_head_and_no_row() -> None:
    """However many rows fill a page, what ends the list stands below the last one."""
    for count in range(30, 50):
        made = pages(drawn(*(row(n) for n in range(count))))
        assert f"以上　{count}件" in made[-1] and f"行{count - 1:03d}" in made[-1], count


def row(number: int) -> ListRow:
    return ListRow((str(number), f"行{number:03d}", "短い"))


@pytest.mark.parametrize(
    "text",
    [
        "同じ" * 60,
        "同じ行\n\n同じ行\n同じ行\n\n\n終わりの行",
        "a-b " * 40,
        "一\n二\n三\n四" + "五" * 30,
    ],
)
def test_a_cell_and_what_goes_on_below_are_the_whole_text(text: str) -> None:
    register_fonts()
    lines, rest = _fit(text, 80)
    assert len(lines) == MOST_LINES and lines[-1].endswith("…") and rest
    whole = "".join(lines)[:-1] + rest
    assert whole.replace("\n", "") == text.replace("\n", "")


def test_a_short_row_has_nothing_below_it() -> None:
    assert "続き" not in flat(drawn(ListRow(("1", "一\n二\n三\n四", "短い"))))
