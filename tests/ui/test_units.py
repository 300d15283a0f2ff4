"""A unit that is typed or written behind a number is never exchanged for another one in silence."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTableWidgetItem

from models.intake.parts import Intake
from models.records import Authorization, HandlingEvent, Item
from models.values import unit_problem
from tests.house import House, furnished
from tests.intake_stage import set_stage, write
from tests.ui.daily import K, Site
from tests.ui.fingers import type_in
from ui.form import RecordForm
from ui.handling.coming import ComingDialog
from ui.handling.item_lines import AMOUNT
from ui.handling.opening import handling_dialog
from ui.intake import take_in

UNLIKE = "の「１０００枚」は、単位の「冊」と違います。どれだけか確かめてください。"


@pytest.mark.parametrize(
    ("typed", "unit", "problem"),
    [
        ("１０００枚", "冊", UNLIKE),
        ("10", "冊", ""),
        ("10冊", "冊", ""),
        ("3ﾌｧｲﾙ", "ファイル", ""),
        ("16gb", "ＧＢ", ""),
        ("10枚", "", "の「10枚」の単位を、「単位」に入力してください。"),
        ("十枚", "冊", ""),  # no number; that is said by what reads it
        ("", "冊", ""),
    ],
)
def test_a_unit_is_compared_with_the_one_beside_it(typed: str, unit: str, problem: str) -> None:
    assert unit_problem(typed, unit) == problem


# --- files ---


def take(house: House, folder: Path, cls: type, head: str, *rows: str) -> Intake:
    path = write(folder, "\n".join((head, *rows)))
    contract = house.story.contract.id
    return take_in(house.ledger, path, cls, contract_id=contract)


def test_a_register_that_counts_one_thing_in_two_units_is_asked_back(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        set_stage(house)
        intake = take(
            house, tmp_path, Item, "管理番号,媒体の種類,名称,数量,単位,保管場所",
            "A-1,文書,結果票,１０００枚,冊,耐火金庫",
            "A-2,文書,結果票,１０００枚,枚,耐火金庫",
            "A-3,文書,結果票,10,冊,耐火金庫",
        )  # fmt: skip
        assert intake.refused == ((2, f"「数量」{UNLIKE}"),) and intake.accepted == 2
        two = house.ledger.registers.one(Item, item_no="A-2")
        assert two is not None and (two.record.quantity, two.record.unit) == (Decimal(1000), "枚")


def test_a_log_that_names_two_units_tells_no_amount_of_either(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        set_stage(house)
        take(
            house, tmp_path, Item, "管理番号,媒体の種類,名称,数量,単位,受領日,渡した人,保管場所",
            "A-1,文書,申請書,10,冊,R7.4.1,見本様,耐火金庫",
        )  # fmt: skip
        intake = take(
            house, tmp_path, HandlingEvent, "日付,時刻,区分,管理番号,数量,単位,作業者,目的",
            "R7.4.5,10:00,使用,A-1,5冊,枚,田中　恵,入力",
            "R7.4.5,12:00,返還,A-1,5冊,枚,田中　恵,納品",
            "R7.4.5,13:00,使用,A-1,5冊,冊,田中　恵,入力",
        )  # fmt: skip
        assert [line for line, _ in intake.refused] == [3]
        assert "数量「5冊（単位の欄は枚）」の単位が、登録の「冊」と違います" in intake.refused[0][1]
        told, clear = intake.events
        assert "数量欄は「5冊（単位の欄は枚）」。" in told.note and told.lines[0].quantity is None
        assert "数量欄" not in clear.note and clear.lines[0].quantity == 5


def test_a_register_of_consents_keeps_the_unit_of_its_limit(tmp_path: Path) -> None:
    head = "区分,対象行為,結果,申請日,有効期間の始め,理由,承諾の範囲,数量の上限,単位"
    row = "承諾,複写・複製,申請中,R8.10.1,R8.10.1,市役所での確認,一点,{},{}"
    with furnished(tmp_path) as house:
        rows = (row.format("5枚", ""), row.format("5枚", "部"))
        intake = take(house, tmp_path, Authorization, head, *rows)
        assert (
            len(intake.refused) == 1
            and "「数量の上限」の「5枚」は、単位の「部」と" in (intake.refused[0][1])
        )
        limits = [one.record for one in house.ledger.registers.all(Authorization)]
        assert (Decimal(5), "枚") in [(one.quantity_limit, one.unit) for one in limits]


# --- the window ---


def test_a_typed_unit_unlike_that_of_the_form_is_told_beside_the_number(site: Site) -> None:
    item = replace(site.ledger.registers.need(Item, site.items[0].id).record, unit="冊")
    form = RecordForm(site.desk, Item, item)
    site.qtbot.addWidget(form)
    form.rows["quantity"].editor.set_value(None)
    type_in(form.rows["quantity"].editor.focus_target(), "１０００枚")
    assert form.problems() == {"quantity": [f"「数量」{UNLIKE}"]}
    form.rows["unit"].editor.set_value("")
    type_in(form.rows["unit"].editor.focus_target(), "枚")
    assert form.problems() == {}


def test_what_is_received_and_what_is_handled_compare_the_unit_too(site: Site) -> None:
    dialog = handling_dialog(site.desk, site.contract_id, K.RECEIVE)
    assert isinstance(dialog, ComingDialog)
    site.qtbot.addWidget(dialog)
    type_in(dialog.new.entry.rows["name"].editor.focus_target(), "調査票")
    dialog.new.entry.set_values({"unit": ""})
    type_in(dialog.new.entry.rows["unit"].editor.focus_target(), "冊")
    type_in(dialog.new.entry.rows["quantity"].editor.focus_target(), "１０００枚")
    assert not dialog.new.add() and UNLIKE in dialog.new.trouble.text()
    dialog = handling_dialog(site.desk, site.contract_id, K.STOCKTAKE, [site.items[0].id])
    site.qtbot.addWidget(dialog)
    dialog.items.table.setItem(0, AMOUNT, QTableWidgetItem("5冊"))
    assert dialog.items.cell_problems() == [
        "M-0001の「数量」の「5冊」は、単位の「枚」と違います。どれだけか確かめてください。"
    ]
