"""Numbers, yes and no as people write them; formulas that no spreadsheet shall calculate."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import values
from models.errors import InvalidField
from models.values import Quantity


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("1", "1", None),
        ("１", "1", None),
        ("1枚", "1", "枚"),
        ("２５０　本", "250", "本"),
        ("1,200枚", "1200", "枚"),
        ("１，２３４.５枚", "1234.5", "枚"),
        ("1.50", "1.50", None),
        ("3ﾌｧｲﾙ", "3", "ファイル"),
        ("16gb", "16", "GB"),
        ("+5", "5", None),
        (" 155 ", "155", None),
    ],
)
def test_numbers_are_read_with_their_unit(typed: str, number: str, unit: str | None) -> None:
    assert values.parse_decimal(typed) == Quantity(Decimal(number), unit)


@pytest.mark.parametrize("typed", ["-5", "−５", "△5", "▲5", "－5"])
def test_negative_numbers_pass_only_where_allowed(typed: str) -> None:
    assert values.parse_decimal(typed, allow_negative=True).number == -5
    with pytest.raises(InvalidField, match="0以上"):
        values.parse_decimal(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "空です"),
        ("約250枚", "読めません"),
        ("1,23", "桁区切り"),
        ("1,2345", "桁区切り"),
        ("250枚程度", "単位"),
        ("1E3", "読めません"),
        ("1枚2冊", "読めません"),
        ("٣", "読めません"),
        ("NaN", "読めません"),
        ("9" * 19, "読めません"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str, said: str) -> None:
    with pytest.raises(InvalidField, match=said):
        values.parse_decimal(typed)


@given(st.decimals(min_value=0, max_value=10**15, places=3, allow_nan=False))
def test_a_printed_number_is_read_back(number: Decimal) -> None:
    assert values.parse_decimal(f"{number:,f}件") == Quantity(number, "件")


@pytest.mark.parametrize("typed", ["はい", "有", "○", "〇", "済", "ＴＲＵＥ", "1", "１", " あり "])
def test_yes_in_all_its_forms(typed: str) -> None:
    assert values.parse_bool(typed) is True


@pytest.mark.parametrize("typed", ["いいえ", "無", "×", "未", "false", "0", "なし", "Ｎｏ"])
def test_no_in_all_its_forms(typed: str) -> None:
    assert values.parse_bool(typed) is False


@pytest.mark.parametrize("typed", ["", "-", "多分", "2", "要確認"])
def test_neither_yes_nor_no_is_refused(typed: str) -> None:
    with pytest.raises(InvalidField, match="はい"):
        values.parse_bool(typed)


@pytest.mark.parametrize(
    "text",
    [
        *("=SUM(A1:A3)", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "−1"),
        *("  =1", "　＝1", "\u200b=1", "'=1", "''=1"),
    ],
)
def test_formulas_are_disarmed_and_come_back(text: str) -> None:
    assert values.escape_formula(text) == f"'{text}"
    assert values.unescape_formula(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "要確認", "1+1", "'要確認'", "a=b", "SK-0001", "ー"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert values.escape_formula(text) == text
    assert values.unescape_formula(text) == text


@given(st.text(alphabet="'=+-@＝＠ \t\r\n　aあ\u200b", max_size=8))
def test_escaping_loses_nothing(text: str) -> None:
    escaped = values.escape_formula(text)
    assert values.unescape_formula(escaped) == text
    assert escaped.strip()[:1] not in tuple("=+-@＝＋－＠")
