"""What is certified is what was done: the rows of an erasure or disposal say what its act says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from models.codes import HandlingKind as K
from models.codes import ItemOrigin, SanitizationAct, SanitizationCategory
from models.errors import Refused, RuleRefused
from models.records import HandlingEvent, Item
from tests.house import House, furnished, instruct_end
from tests.reports.applying import events, sealed, text_of
from ui.issue import changed_since
from ui.seal_part import make_seal


class Disposing:
    """Disposes of a few sheets of a stack, as another program would enter it."""

    def __init__(self, house: House) -> None:
        self.house, self.ledger, self.story = house, house.ledger, house.story
        self.story.receive(4)
        stacks = [one for one in self.story._stock if one.unit == "枚"]
        self.item: Item = stacks[0]
        self.story.copy(stacks[1])
        self.story.destroy(self.story._copies[-1])
        self.model = self._stored(self.ledger.handling.timeline(self._destroyed())[-1].record.id)

    def _destroyed(self) -> str:
        [id_] = events(self.house, K.DISPOSE)
        return self._stored(id_).lines[0].item_id

    def _stored(self, id_: str) -> HandlingEvent:
        return self.ledger.registers.need(HandlingEvent, id_).record

    def event(self, sheets: int | None = 1, /, **row: Any) -> HandlingEvent:
        """Return an act whose row is changed."""
        now, item = self.house.clock(), self.item
        amount = None if sheets is None else Decimal(sheets)
        [line], [said] = self.model.lines, self.model.sanitization
        values: dict[str, Any] = {
            "item_id": item.id, "media_name": item.caption(), "quantity": amount, "unit": item.unit,
            "performed_at": now, "electronic": item.electronic, "category": None,
        }  # fmt: skip
        changed = replace(said, **(values | row))
        return replace(
            self.model, id="", event_no=None, checker_proof="", occurred_at=now,
            lines=(replace(line, item_id=item.id, quantity=amount),), sanitization=(changed,),
        )  # fmt: skip

    def enter(self, event: HandlingEvent) -> str:
        return self.ledger.handling.record(event).ids[-1]

    def enter_as_before(self, event: HandlingEvent) -> str:
        """Enter it as a program did that did not compare."""
        with mock.patch("models.sanitizing.require_agreement"):
            return self.enter(event)


@contextmanager
def disposing(folder: Path, *, rules: bool = False) -> Iterator[Disposing]:
    with furnished(folder, rules=rules) as house:
        make_seal(house.ledger)
        instruct_end(house)
        yield Disposing(house)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Disposing]:
    with disposing(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"quantity": Decimal(70)}, "実施の数量（70）が、取扱いの数量（1）と違います"),
        ({"unit": "箱"}, "単位「箱」が、台帳の単位「枚」と違います"),
        (
            {"media_name": "M-9999 すべての原本と写し"},
            "媒体名「M-9999 すべての原本と写し」が、対象",
        ),
        ({"electronic": True}, "「電磁的記録」が、台帳の種別（文書）と合いません"),
        ({"act": SanitizationAct.ERASE}, "取扱いの種類「廃棄」と違います"),
    ],
)
def test_a_row_that_contradicts_its_act_is_refused(
    office: Disposing, row: dict[str, Any], words: str
) -> None:
    head = office.ledger.store.head()
    if row.get("electronic"):
        row |= {
            "category": SanitizationCategory.DESTROY,
            "verified_by": office.story.people["supervisor"],
        }
    with pytest.raises(Refused) as caught:
        office.enter(office.event(**row))
    assert words in str(caught.value) and office.ledger.store.head() == head
    assert office.enter(office.event())  # the same act with a fitting row


def test_more_than_the_item_has_is_refused_when_the_line_names_no_quantity(
    office: Disposing,
) -> None:
    with pytest.raises(Refused, match="台帳の数量より多く"):
        office.enter(office.event(None, quantity=Decimal(9999)))


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "取扱いの日時と別の日"), (-400, "取扱いの日時と別の日"), (1, "先の時刻")],
)
def test_the_time_of_a_row_is_that_of_its_act(office: Disposing, days: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        office.enter(office.event(performed_at=office.house.clock() + timedelta(days=days)))


def test_nothing_is_disposed_of_before_it_was_received(office: Disposing) -> None:
    early = office.house.clock() - timedelta(hours=1)
    with pytest.raises(Refused, match="受領より前"):
        office.enter(office.event(performed_at=early))


def test_what_took_days_has_an_end(office: Disposing) -> None:
    begun = office.house.clock()
    office.house.clock.wait(60 * 24 * 2)
    event = replace(office.event(), occurred_at=begun, ended_at=office.house.clock())
    assert office.enter(event)


def test_each_thing_has_one_row(office: Disposing) -> None:
    event = office.event()
    [row], [line] = event.sanitization, event.lines
    stranger = office.story._stock[-1]
    with pytest.raises(Refused, match="二度記録"):
        office.enter(replace(event, sanitization=(row, row)))
    with pytest.raises(Refused, match="取扱いの媒体・資料に含まれていません"):
        office.enter(replace(event, sanitization=(row, replace(row, item_id=stranger.id))))
    other = replace(line, item_id=stranger.id)
    with pytest.raises(Refused, match="の実施が記録されていません"):
        office.enter(replace(event, lines=(line, other)))


def test_certificate_and_report_say_the_same_and_name_a_part(office: Disposing) -> None:
    id_ = office.enter(office.event(1))
    part = f"（{office.item.quantity:f}枚の一部）"
    for paper in ("D-18", "D-17"):
        text = text_of(office.house, paper, id_)
        assert part in text and "1枚" in text, paper
        assert office.item.name in text, paper


def test_a_line_without_a_quantity_is_all_that_was_left(office: Disposing) -> None:
    assert office.item.quantity is not None
    left = office.item.quantity - 1
    office.enter(office.event(1))
    id_ = office.enter(office.event(None, quantity=left))
    for paper in ("D-18", "D-17"):
        assert f"{left:f}枚" in text_of(office.house, paper, id_), paper


def test_a_certificate_of_an_older_entry_prints_what_the_act_says(office: Disposing) -> None:
    wrong = office.event(1, quantity=Decimal(70), unit="箱", media_name="M-9999 すべての原本")
    text = text_of(office.house, "D-18", office.enter_as_before(wrong))
    assert "70枚" not in text and "箱" not in text and "M-9999" not in text
    assert office.item.item_no in text and "1枚" in text


def test_a_contradictory_older_entry_is_not_certified(tmp_path: Path) -> None:
    with disposing(tmp_path, rules=True) as office:
        id_ = office.enter_as_before(office.event(1, quantity=Decimal(70)))
        with pytest.raises(RuleRefused, match="取扱いの数量（1）と違います。取扱記録を訂正"):
            sealed(office.house, "D-18", id_)
        office.ledger.handling.correct(id_, office.event(1), "数量の誤り")
        assert sealed(office.house, "D-18", events(office.house, K.DISPOSE)[-1]).serial


def test_the_certificate_of_a_file_names_what_it_lay_on(office: Disposing) -> None:
    registers, story = office.ledger.registers, office.story
    story.receive(6)
    data = next(one for one in story._stock if one.electronic)
    story.copy(data)
    copy = registers.need(Item, story._copies[-1].id).record
    pc = replace(
        copy, id="", item_no="PC-1", name="辻󠄂の作業用ノートPC", maker="みほん電機", model="NX-𠮷",
        serial_no="PC0001", property_no="備-12", state=None, contents=(), parent_item_id="",
        origin=ItemOrigin.CONTRACTOR_EQUIPMENT, copy_authorization_id="",
    )  # fmt: skip
    pc_id = registers.create(pc).ids[-1]
    nameless = {"maker": "", "model": "", "serial_no": "", "property_no": ""}
    registers.revise(replace(copy, container_item_id=pc_id, **nameless), "格納先の登録")
    story.destroy(story._copies[-1])
    act = events(office.house, K.DISPOSE)[-1]
    text = text_of(office.house, "D-18", act)
    assert "格納先 PC-1 辻󠄂の作業用ノートPC" in text
    assert "メーカー・型番 みほん電機　NX-𠮷" in text and "製造番号 PC0001" in text
    paper = sealed(office.house, "D-18", act)
    assert changed_since(office.ledger, paper) == []
    [line] = paper.content["lines"]
    earlier = {k: v for k, v in line.items() if k not in {"carrier", *nameless}}
    before = replace(paper, content={**paper.content, "lines": [earlier]})
    assert changed_since(office.ledger, before) == [], "as it was sealed by an earlier version"
