"""The recovery sheet, as people type it."""

import pytest

from models.errors import InvalidField
from storage.recovery import RecoverySheet
from tests.storage.vaults import seeded

SHEET = RecoverySheet(bytes(range(32)))


def test_the_sheet_is_four_lines_of_four_groups() -> None:
    # Frozen: sheets printed by any version have to be readable by all later ones.
    assert SHEET.lines == (
        "AAAQ EAYE AUDA PVFQ",
        "BAEQ UCYM BUHA 6TMT",
        "CAIR EEYU CULB O6XK",
        "DAMR UGY4 DUPB 6MRO",
    )


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    "typed",
    [
        SHEET.text,
        SHEET.text.lower(),
        SHEET.text.replace(" ", "").replace("\n", ""),
        SHEET.text.replace(" ", "-"),
        SHEET.text.replace(" ", "　").replace("\n", "、"),
        _full_width(SHEET.text),
        _full_width(SHEET.text.lower()).replace(" ", "ー"),
        SHEET.text.replace("O", "0").replace("I", "1").replace("B", "8"),
    ],
)
def test_typing_is_forgiven(typed: str) -> None:
    assert RecoverySheet.parse(typed) == SHEET


def test_every_wrong_character_is_found_with_its_line() -> None:
    text = SHEET.text.replace(" ", "").replace("\n", "")
    for position, char in enumerate(text):
        wrong = "A" if char != "A" else "C"
        with pytest.raises(InvalidField) as refused:
            RecoverySheet.parse(text[:position] + wrong + text[position + 1 :])
        assert f"{position // 16 + 1}行目" in str(refused.value)


def test_swapped_lines_are_found() -> None:
    one, two, three, four = SHEET.lines
    with pytest.raises(InvalidField, match="1行目"):
        RecoverySheet.parse("\n".join((two, one, three, four)))


@pytest.mark.parametrize("typed", ["", "AAAA", SHEET.text + " AAAA", SHEET.text[:-2] + "9"])
def test_wrong_length_or_letters_are_refused(typed: str) -> None:
    with pytest.raises(InvalidField):
        RecoverySheet.parse(typed)


def test_each_ledger_has_its_own_recovery_keys() -> None:
    assert SHEET.keys(b"a" * 16) != SHEET.keys(b"b" * 16)


def test_a_sheet_shows_itself_only_as_text() -> None:
    sheet = RecoverySheet.create(seeded("sheet"))
    assert sheet.secret.hex() not in repr(sheet)
    assert repr(sheet) == "RecoverySheet()"
