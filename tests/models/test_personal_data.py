"""Residents' data in free text is noticed, in every width and with every dash."""

import pytest

from models import personal_data
from models.personal_data import looks_like_personal_data


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("123456789018", [personal_data.MY_NUMBER]),
        ("番号は1234-5678-9018です", [personal_data.MY_NUMBER]),
        ("１２３４　５６７８　９０１８", [personal_data.MY_NUMBER]),
        ("4111 1111 1111 1111", [personal_data.CREDIT_CARD]),
        ("６９００－１２３４－５６７８－９０１２", [personal_data.CARD]),
        ("048-473-1111", [personal_data.TELEPHONE]),
        ("０４８（４７３）１１１１", [personal_data.TELEPHONE]),
        ("09012345678", [personal_data.TELEPHONE]),
        ("090ー1234ー5678", [personal_data.TELEPHONE]),
        ("+81-90-1234-5678", [personal_data.TELEPHONE]),
        ("taro@example.jp", [personal_data.E_MAIL]),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", [personal_data.E_MAIL]),
        ("生年月日：平成3年4月5日", [personal_data.BIRTH_DATE]),
        ("S45.3.2", [personal_data.BIRTH_DATE]),
        ("昭和４５年３月２日生", [personal_data.BIRTH_DATE]),
        ("1970/3/2", [personal_data.BIRTH_DATE]),
        ("2001年2月3日生まれ", [personal_data.BIRTH_DATE]),
        ("090-1234-5678 a@b.jp", [personal_data.TELEPHONE, personal_data.E_MAIL]),
    ],
)
def test_residents_data_is_noticed(typed: str, found: list[str]) -> None:
    assert looks_like_personal_data(typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        "123456789012",
        "SK-0093",
        "R7-003",
        "志健第12号",
        "令和7年4月3日 10:14 納品",
        "2025/04/03",
        "2025年4月3日生成したデータ",
        "1,200枚",
        "数量は概算,再確認",
        "製造番号 WX21A45C9921",
        "追跡番号 1234-5678-9012",
        "2名で確認",
        "",
    ],
)
def test_words_of_the_office_raise_no_alarm(typed: str) -> None:
    assert looks_like_personal_data(typed) == []


def test_only_the_right_check_digit_makes_a_my_number() -> None:
    valid = [d for d in range(10) if personal_data.is_my_number(f"12345678901{d}")]
    assert valid == [8]
