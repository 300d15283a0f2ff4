"""Nouns of acts become verbs as people write them."""

from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from reports.verbs import either, stem
from tests.house import furnished
from tests.reports.applying import office, text_of
from tests.sheets import Sheets


@pytest.mark.parametrize(
    ("noun", "verb"),
    [
        ("返還", "返還し"), ("引渡し", "引き渡し"), ("届出", "届け出"), ("届け出", "届け出"),
        ("報告", "報告し"), ("提出", "提出し"), ("通知", "通知し"),
    ],
)  # fmt: skip
def test_a_noun_becomes_its_verb(noun: str, verb: str) -> None:
    assert stem(noun) == verb


def test_several_acts_are_joined_once_each() -> None:
    assert either(["返還", "引渡し", "返還"]) == "返還し、又は引き渡し"


def test_a_note_of_return_and_delivery_says_both(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba", things=6, wait=60) as house:
        sheets = Sheets(house)
        back, given = (sheets.do(kind, 3).ids[-1] for kind in (K.RETURN, K.HAND_OVER))
        assert "次のとおり引き渡しました。" in text_of(house, "D-16", given)
        assert "次のとおり返還し、又は引き渡しました。" in text_of(house, "D-16", back, given)


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        ("yachiyo", "次のとおり届け出ます。"), ("fukuoka", "次のとおり届け出ます。"),
        ("shiki", "次のとおり届け出ます。"), ("chiba", "次のとおり通知します。"),
    ],
)  # fmt: skip
def test_a_staff_notice_says_what_it_does(tmp_path: Path, profile: str, sentence: str) -> None:
    with office(tmp_path, profile) as house:
        assert sentence in text_of(house, "D-03")
