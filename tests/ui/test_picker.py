"""The reference picker is used with the keyboard alone, and a barcode is taken at once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models import codes as c
from models.ledger import Ledger
from models.records import Contract, Item, Person, Place
from tests.ui.conftest import add_contract
from tests.ui.fingers import press, type_in
from ui.picker import SECOND_ROLE, RefPicker

AddPerson = Callable[..., Person]


@pytest.fixture
def show(ledger: Ledger, qtbot: QtBot) -> Callable[..., RefPicker]:
    """Show a picker with a line below it, the keyboard in the picker."""
    kept = []  # Qt forgets a window that nobody holds

    def make(type_: str, **facts: Any) -> RefPicker:
        window = QWidget()
        kept.append(window)
        layout = QVBoxLayout(window)
        picker = RefPicker(ledger, type_, **facts)
        picker.setObjectName("picker")
        after = QLineEdit()
        after.setObjectName("after")
        layout.addWidget(picker)
        layout.addWidget(after)
        layout.addStretch(1)
        window.resize(600, 400)
        qtbot.addWidget(window)
        window.show()
        picker.line.setFocus()
        qtbot.waitUntil(picker.line.hasFocus)
        return picker

    return make


def candidates(picker: RefPicker) -> list[str]:
    popup = picker._popup
    if popup is None or not popup.isVisible():
        return []
    return [popup.item(row).text() for row in range(popup.count())]


def test_candidates_appear_while_typing_kana(
    show: Callable[..., RefPicker], add_person: AddPerson, qtbot: QtBot
) -> None:
    add_person("𠮷野 辻󠄂子", "ヨシノ ツジコ", department="業務部")
    add_person("渡邉 健", "ワタナベ ケン")
    picker = show("person")
    type_in(picker.line, "よしの")
    qtbot.waitUntil(lambda: candidates(picker) == ["𠮷野 辻󠄂子"])
    assert picker._popup is not None
    second = picker._popup.item(0).data(SECOND_ROLE)
    assert second == "ヨシノ ツジコ・業務部"


def test_a_place_is_told_by_its_address_and_not_by_a_bare_yes(
    show: Callable[..., RefPicker], ledger: Ledger, qtbot: QtBot
) -> None:
    place = Place(
        name="入力室", address="見本市みほん一丁目1番1号", floor_room="3階302室",
        kinds=(c.PlaceKind.WORK,), lockable=True, entry_control=True,
    )  # fmt: skip
    ledger.registers.create(place)
    picker = show("place")
    type_in(picker.line, "入力室")
    qtbot.waitUntil(lambda: bool(candidates(picker)))
    assert picker._popup is not None
    second = picker._popup.item(0).data(SECOND_ROLE)
    assert second == "作業場所・見本市みほん一丁目1番1号・3階302室"


def test_a_name_is_picked_with_the_keyboard_alone(
    show: Callable[..., RefPicker], add_person: AddPerson, qtbot: QtBot
) -> None:
    add_person("佐藤 一郎", "サトウ イチロウ")
    second = add_person("佐藤 花子", "サトウ ハナコ")
    picker = show("person")
    type_in(picker.line, "佐藤")
    qtbot.waitUntil(lambda: len(candidates(picker)) == 2)
    qtbot.wait(80)  # the Enter that ended the conversion is long past
    press(picker.line, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert picker.id() == second.id
    assert picker.line.text() == "佐藤 花子"
    assert not picker.line.hasFocus()


def test_down_shows_everybody_in_the_order_of_kana(
    show: Callable[..., RefPicker], add_person: AddPerson
) -> None:
    add_person("渡邉 健", "ワタナベ ケン")
    add_person("青木 空", "アオキ ソラ")
    picker = show("person")
    press(picker.line, Qt.Key.Key_Down)
    assert candidates(picker) == ["青木 空", "山田 花子", "渡邉 健"]


def test_escape_closes_the_candidates_and_keeps_the_typing(
    show: Callable[..., RefPicker], qtbot: QtBot
) -> None:
    picker = show("person")
    type_in(picker.line, "山")
    qtbot.waitUntil(lambda: candidates(picker) == ["山田 花子"])
    press(picker.line, Qt.Key.Key_Escape)
    assert candidates(picker) == []
    assert "が選ばれていません" in picker.typing_problem()


def test_nothing_found_is_said_in_words(show: Callable[..., RefPicker], qtbot: QtBot) -> None:
    picker = show("person")
    type_in(picker.line, "zzz")
    qtbot.waitUntil(picker.second.isVisible)
    assert picker.second.text() == "当てはまる人がありません。"


def test_typing_over_a_choice_takes_it_back(
    show: Callable[..., RefPicker], add_person: AddPerson, qtbot: QtBot
) -> None:
    person = add_person("佐藤 一郎")
    picker = show("person")
    picker.set_id(person.id)
    with qtbot.waitSignal(picker.picked) as told:
        press(picker.line, Qt.Key.Key_End, Qt.Key.Key_Backspace)
    assert told.args == [""]
    assert picker.id() == ""


@pytest.fixture
def item(ledger: Ledger, contract: Contract) -> Item:
    return add_item(ledger, contract, "M-0001")


def add_item(ledger: Ledger, contract: Contract, number: str) -> Item:
    place = Place(
        name="作業室", address="架空市1-2", floor_room="2階", kinds=(c.PlaceKind.WORK,),
        lockable=True, entry_control=True,
    )  # fmt: skip
    place_id = ledger.registers.create(place).ids[0]
    item = Item(
        contract_id=contract.id, item_no=number, name="申請書の束", item_class=c.ItemClass.PAPER,
        media_type=c.MediaType.DOCUMENT, quantity=Decimal(1), unit="冊", origin=c.ItemOrigin.LENT,
        ownership=c.Ownership.CLIENT, home_place_id=place_id, end_rule=c.EndRule.RETURN,
    )  # fmt: skip
    return ledger.registers.need(Item, ledger.registers.create(item).ids[0]).record


@pytest.mark.parametrize("code", ["M-0001", "Ｍ－０００１", "m-0001"])
def test_a_barcode_reader_picks_and_moves_on(
    show: Callable[..., RefPicker], item: Item, code: str, qtbot: QtBot
) -> None:
    picker = show("item")
    type_in(picker.line, code)
    if not code.isascii():
        qtbot.waitUntil(lambda: picker.id() == item.id)
        return
    press(picker.line, Qt.Key.Key_Return)
    assert picker.id() == item.id
    assert picker.line.text() == "M-0001 申請書の束"
    assert not picker.line.hasFocus()


@pytest.mark.parametrize("kept", ["Ａ－００１", "Ａ-００１", "Ａ－001", "a‐001", "A - 001"])
def test_a_number_is_found_however_the_old_register_wrote_it(
    show: Callable[..., RefPicker], ledger: Ledger, contract: Contract, kept: str
) -> None:
    thing = add_item(ledger, contract, kept)
    picker = show("item")
    for code in (kept, "A-001", "a-001", "Ａ－００１"):
        found = picker.candidates.exact(code, contract.id)
        assert found is not None and found.id == thing.id, code
    assert picker.candidates.exact("A-0011", contract.id) is None
    assert picker.candidates.exact("A", contract.id) is None


def test_the_beginning_of_a_longer_number_is_not_taken_for_it(
    show: Callable[..., RefPicker], ledger: Ledger, contract: Contract, item: Item, qtbot: QtBot
) -> None:
    add_item(ledger, contract, "M-00012")
    picker = show("item")
    type_in(picker.line, "M-0001")
    qtbot.waitUntil(lambda: len(candidates(picker)) == 2)
    assert picker.id() == ""


def test_things_of_another_contract_are_not_offered(
    show: Callable[..., RefPicker], ledger: Ledger, item: Item
) -> None:
    other = add_contract(ledger, "R8-002")
    mine = add_item(ledger, other, "M-0002")
    picker = show("item", contract=lambda: other.id)
    press(picker.line, Qt.Key.Key_Down)
    assert candidates(picker) == [mine.caption()]
    assert picker.candidates.exact("M-0001", other.id) is None
