"""The ink: every name is drawn and extracted as it was typed, everything else is refused."""

import importlib.resources
from pathlib import Path

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

import resources
from models.errors import FontMissing, UnprintableCharacter
from reports.faces import Face
from reports.fonts import BOLD, GOTHIC, MINCHO, check_printable, ink, register_fonts, unfolded
from tests.reports.papers import flat, sheet, tool

FONTS = Path(str(importlib.resources.files(resources) / "fonts"))
NAMES = "𠮷野 髙橋 山﨑 渡邉"
TSUJI = "辻\U000e0102"

INVISIBLE = {
    "bidi override": "\u202e",
    "bidi isolate": "\u2066",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "word joiner": "\u2060",
    "hangul filler": "\u3164",
    "combining grapheme joiner": "\u034f",
    "null": "\0",
    "tab": "\t",
    "bare carriage return": "\r",
    "delete": "\x7f",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "lone surrogate": "\ud800",
    "unassigned": "\u0378",
    "noncharacter": "\uffff",
    "private use": "\ue000",
    "private use of the folding": "\U000f0000",
}


@pytest.mark.parametrize("font", [MINCHO, GOTHIC, BOLD])
def test_names_are_extracted_as_they_were_typed(font: str) -> None:
    text = f"{NAMES} {TSUJI}美咲"
    assert text in flat(sheet(text, font))


def test_pdftotext_extracts_the_names_too(tmp_path: Path) -> None:
    text = f"{NAMES} {TSUJI}美咲"
    said = tool("pdftotext", tmp_path, sheet(text), "-enc", "UTF-8", "FILE", "-")
    assert text in said


@pytest.mark.parametrize("font", [MINCHO, GOTHIC, BOLD])
def test_a_variation_is_as_wide_as_one_character_and_looks_different(font: str) -> None:
    register_fonts()
    assert stringWidth(ink(TSUJI, "氏名"), font, 10) == stringWidth("辻", font, 10) == 10
    assert len(ink(TSUJI, "氏名")) == 1
    face = Face(FONTS / "ipamjm.ttf")
    assert face.variant(ord("辻"), 0xE0102) not in (None, face.charToGlyph[ord("辻")])


def test_folding_is_undone_without_loss() -> None:
    text = f"{TSUJI}か\u3099A"
    assert unfolded(ink(text, "氏名")) == text


def test_a_decomposed_letter_is_drawn_as_the_composed_one_and_extracted_as_typed() -> None:
    assert "か\u3099くふ" in flat(sheet("か\u3099くふ"))


def test_a_variation_that_no_font_knows_is_refused_and_not_drawn_as_its_base() -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        ink("辻\U000e01ef", "氏名")
    assert "U+8FBB+U+E01EF" in str(refused.value)


def test_a_character_without_glyph_is_refused_with_field_and_code() -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        check_printable("山田😀太郎", "氏名")
    assert refused.value.code == "UNPRINTABLE_CHARACTER"
    assert refused.value.facts["where"] == "氏名"
    assert "U+1F600" in str(refused.value)


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_what_nobody_sees_is_refused_wherever_it_stands(character: str) -> None:
    for text in (character, f"山{character}田", f"{character}山田", f"a{character}"):
        with pytest.raises(UnprintableCharacter) as refused:
            ink(text, "氏名")
        assert f"U+{ord(character):04X}" in str(refused.value)


def test_all_refused_characters_are_named_once_in_their_order() -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        ink("\u202e😀\u202e", "氏名")
    characters = str(refused.value.facts["characters"])
    assert characters.split("、") == ["U+202E 見えない制御文字", "😀 U+1F600"]


def test_line_ends_of_windows_become_line_feeds() -> None:
    assert ink("一行目\r\n二行目\n三行目", "備考") == "一行目\n二行目\n三行目"


def test_every_character_of_the_mincho_can_be_drawn_in_every_paper_font() -> None:
    mincho, behind = Face(FONTS / "BIZUDMincho-Regular.ttf"), Face(FONTS / "ipamjm.ttf")
    for file in ("BIZUDGothic-Regular.ttf", "BIZUDGothic-Bold.ttf"):
        gothic = Face(FONTS / file)
        lost = [c for c in mincho.charToGlyph if not gothic.draws(c) and not behind.draws(c)]
        assert lost == []
        assert len(gothic.charToGlyph) > 6000


@pytest.mark.parametrize("content", [b"", b"\0" * 500, b"%PDF-1.7\n"])
def test_a_damaged_font_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)
    with pytest.raises(FontMissing) as missing:
        Face(tmp_path / "broken.ttf")
    assert "broken.ttf" in str(missing.value)
    with pytest.raises(FontMissing):
        Face(tmp_path / "absent.ttf")
