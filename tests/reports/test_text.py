"""Japanese lines: nothing lost, nothing wider than the sheet, nothing ends or begins where it may not."""

import functools
import itertools
import operator
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.blocks import body
from reports.fonts import MINCHO, register_fonts
from reports.text import Style, Text, break_lines, widths
from tests.reports.papers import flat, sheet

SIZE = 10.0
CLOSING = "、。，．」』）】〕！？ー々ぁっゃゅょァッャュョ,.)]}"
OPENING = "「『（【〔《([{"
ALPHABET = "漢字仮名かなカナ　 12AZaz-_./\n" + CLOSING + OPENING

texts = st.text(alphabet=ALPHABET, max_size=120)
columns = st.integers(min_value=2, max_value=20).map(lambda characters: characters * SIZE)


def lines_of(text: str, width: float) -> list[str]:
    register_fonts()
    return break_lines(text, MINCHO, SIZE, width)


def may_part(before: str, after: str) -> bool:
    """Say, from the rule alone, whether a line may end between two characters."""
    word = re.compile(r"[A-Za-z0-9_./-]")
    whole = bool(word.match(before) and word.match(after))
    return after not in CLOSING and before not in OPENING and not whole


@settings(max_examples=150, deadline=None)
@given(texts, columns)
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: float) -> None:
    lines = [lines_of(part, width) for part in text.split("\n")]
    assert "\n".join("".join(part) for part in lines) == text
    assert functools.reduce(operator.iadd, lines, []) == lines_of(text, width)
    measure = widths(MINCHO, SIZE)
    assert all(sum(map(measure, line)) <= width + 0.01 for part in lines for line in part)


@settings(max_examples=150, deadline=None)
@given(texts, columns)
def test_a_line_ends_only_where_it_may_unless_it_holds_no_such_place(
    text: str, width: float
) -> None:
    for part in text.split("\n"):
        lines = lines_of(part, width)
        for line, following in itertools.pairwise(lines):
            pairs = list(zip(line, line[1:] + following[0], strict=True))
            if any(may_part(before, after) for before, after in pairs):
                assert may_part(line[-1], following[0]), (line, following)


def test_closing_punctuation_takes_the_character_before_along() -> None:
    assert lines_of("健康診査結果。次", 60) == ["健康診査結", "果。次"]


def test_an_opening_bracket_goes_down_to_what_it_opens() -> None:
    assert lines_of("健康診査結「果」", 60) == ["健康診査結", "「果」"]


def test_words_and_numbers_stay_whole() -> None:
    assert lines_of("機器番号はSN-12345678です", 80) == ["機器番号は", "SN-12345678です"]


def test_a_word_longer_than_the_line_is_cut_where_the_line_is_full() -> None:
    lines = lines_of("A" * 100, 80)
    assert "".join(lines) == "A" * 100
    assert len(lines) > 1
    assert len(set(map(len, lines[:-1]))) == 1


def test_wide_spaces_are_kept_on_the_line_and_in_the_file() -> None:
    text = "　見本　　太郎"
    assert lines_of(text, 200) == [text]
    assert text in flat(sheet(text))


def test_empty_lines_stay() -> None:
    assert lines_of("一\n\n二\n", 100) == ["一", "", "二", ""]
    assert lines_of("", 100) == [""]


@pytest.mark.parametrize(
    "text", ['<img src="file:x">', "<b>太字</b>", "<para>", "&amp; &#20320; <a href='x'>", "%s {0}"]
)
def test_markup_is_printed_as_it_was_typed(text: str) -> None:
    assert text in flat(sheet(text))


def test_ten_thousand_characters_split_over_pages_without_loss() -> None:
    text = ("個人情報の取扱い、記録「台帳」（第1号）。" * 500)[:10_000]
    started = time.perf_counter()
    rest = body(text, "備考")
    drawn: list[str] = []
    heights = []
    while isinstance(rest, Text):
        parts = rest.split(480, 700)
        fitted = parts[0]
        assert isinstance(fitted, Text)
        heights.append(fitted.wrap(480, 700)[1])
        drawn += fitted._lines
        following = parts[1] if len(parts) == 2 else None
        assert following is None or isinstance(following, Text)
        if following is None:
            break
        rest = following
    assert "".join(drawn) == text
    assert len(heights) > 3
    assert max(heights) <= 700
    assert time.perf_counter() - started < 2


def test_a_text_that_has_no_room_for_a_line_asks_for_the_next_page() -> None:
    register_fonts()
    text = Text("一行", Style(MINCHO, 10, 17))
    assert text.split(100, 10) == []
    assert text.split(100, 17) == [text]
