"""Headings of other offices find their fields; no field gets two columns."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.intake.columns import LOG, fields_of
from models.records import ALL, Record
from reports.tables.mapping import propose_mapping
from reports.tables.read import read_table

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
HANDLING = {
    "occurred_on": ["取扱日"],
    "occurred_at": ["時刻"],
    "kind": ["取扱いの種類"],
    "item_no": ["管理番号"],
    "actor": ["取扱者"],
    "checker": ["確認者"],
    "purpose": ["目的"],
    "authorization": ["承諾番号"],
    "quantity": ["数量"],
    "note": ["備考"],
}


def test_the_sample_log_maps_by_itself() -> None:
    columns = read_table((SAMPLES / "handling_log_cp932.csv").read_bytes()).columns
    assert propose_mapping(columns, HANDLING) == {
        "日付": "occurred_on",
        "時刻": "occurred_at",
        "区分": "kind",
        "管理番号": "item_no",
        "数量": "quantity",
        "作業者": "actor",
        "確認者": "checker",
        "目的・行先": "purpose",
        "承諾番号": "authorization",
        "備考": "note",
    }


def test_the_sample_register_maps_by_itself() -> None:
    columns = read_table((SAMPLES / "media_register.xlsx").read_bytes()).columns
    fields = {
        "item_no": ["管理番号"],
        "media_type": ["媒体・機器の種類"],
        "name": ["名称"],
        "quantity": ["数量"],
        "received_on": ["受領日"],
        "home_place": ["定位置"],
        "origin": ["由来"],
        "remarks": ["備考"],
    }
    assert propose_mapping(columns, fields) == {
        "管理番号": "item_no",
        "媒体の種類": "media_type",
        "名称・内容": "name",
        "数量": "quantity",
        "受領/受領日": "received_on",
        "保管場所": "home_place",
        "原本／複製": "origin",
        "備考": "remarks",
    }


def test_words_of_other_offices_are_known() -> None:
    columns = ["No.", "年月日", "媒体番号", "処理区分", "担当者", "枚　数", "摘要"]
    assert propose_mapping(columns, HANDLING) == {
        "年月日": "occurred_on",
        "媒体番号": "item_no",
        "処理区分": "kind",
        "担当者": "actor",
        "枚　数": "quantity",
        "摘要": "note",
    }


def test_a_number_column_serves_if_nothing_better_is_there() -> None:
    assert propose_mapping(["Ｎｏ．", "日付"], HANDLING)["Ｎｏ．"] == "item_no"


@pytest.mark.parametrize("second", ["数量（2）", "数　量", "数量(返却)", "枚数", "点数"])
def test_a_second_column_of_one_meaning_is_not_guessed_onto_another_field(second: str) -> None:
    for columns in (["数量", second], ["備考", "数量", "単価", second]):
        assert second not in propose_mapping(columns, LOG)


def test_a_doubled_place_is_not_taken_for_the_way_from_one_to_the_other() -> None:
    assert propose_mapping(["場所", "場所（2）"], LOG) == {"場所": "place_from"}
    way = {"場所(元)": "place_from", "場所（先）": "place_to"}
    assert propose_mapping([*way], LOG) == way


@pytest.mark.parametrize("cls", [cls for cls in ALL if fields_of(cls)])
def test_a_table_with_our_own_headings_maps_wholly(cls: type[Record]) -> None:
    fields = fields_of(cls)
    headings = {words[0]: name for name, words in fields.items()}
    assert propose_mapping([*headings], fields) == headings


def test_what_fits_nothing_stays_out() -> None:
    assert propose_mapping(["天気", "気温"], HANDLING) == {}


@given(st.lists(st.sampled_from(["日付", "年月日", "取扱日", "備考", "備考欄", "数", "番号", "x"])))
def test_no_field_is_given_twice(columns: list[str]) -> None:
    mapping = propose_mapping(columns, HANDLING)
    assert len(set(mapping.values())) == len(mapping)
    assert set(mapping) <= set(columns)
