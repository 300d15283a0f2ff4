"""Search keys, the order of names, and characters that must not stand in a field."""

import random
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import text, text_variants

JAPANESE = st.text(alphabet="髙高橋﨑崎𠮷吉ヤマダやまだｶﾞー-－〜 　aA1１\"'*()写", max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("﨑山", "崎山"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斎藤"),
        ("斉藤", "齊藤"),
        ("𠮷田", "吉田"),
        ("澤田", "沢田"),
        ("中嶋", "中島"),
        ("濵田", "浜田"),
        ("櫻井", "桜井"),
        ("國井", "国井"),
        ("廣瀨", "広瀬"),
        ("瀧本", "滝本"),
        ("龍二", "竜二"),
        ("惠子", "恵子"),
        ("眞一", "真一"),
        ("西條", "西条"),
        ("鐵男", "鉄男"),
        ("葛\U000e0100城", "葛城"),
        ("辻\U000e0101", "辻"),
        ("☎\ufe0e", "☎"),
        ("しゅれっだー", "ｼｭﾚｯﾀﾞｰ"),
        ("ガイド", "か\u3099いと\u3099"),
        ("ＳＫ－０００７", "sk-0007"),
        ("SK‐0007", "SK−0007"),
        ("データ", "デ-タ"),
        ("A〜B", "A～B"),
        ("髙橋　翔", "高橋翔"),
        ("⻑野", "長野"),
        ("㈱あ", "(株)ア"),
    ],
)
def test_what_a_searcher_takes_for_the_same_has_one_key(one: str, other: str) -> None:
    assert text.search_key(one) == text.search_key(other)


@pytest.mark.parametrize(("one", "other"), [("返却", "返還"), ("ハハ", "パパ"), ("島", "鳥")])
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert text.search_key(one) != text.search_key(other)


@given(st.one_of(st.text(), JAPANESE))
def test_the_key_of_a_key_is_itself(typed: str) -> None:
    key = text.search_key(typed)
    assert text.search_key(key) == key
    assert not any(character.isspace() for character in key)
    key.encode("utf-8")


@given(st.text(st.characters(max_codepoint=127)))
def test_the_short_way_to_the_key_of_a_number_finds_the_same(typed: str) -> None:
    assert text.search_key(f"{typed}亜") == f"{text.search_key(typed)}亜"


def test_every_character_of_unicode_has_a_stable_key() -> None:
    for code in (*range(0x32400), *range(0xE0000, 0xE0200)):  # beyond that nothing is assigned
        key = text.search_key(chr(code))
        assert text.search_key(key) == key, hex(code)


def test_no_character_stands_in_two_variant_groups() -> None:
    characters = "".join(text_variants.KANJI)
    assert len(set(characters)) == len(characters)
    assert unicodedata.normalize("NFKC", characters) == characters


def test_bigrams_give_one_token_for_each_position() -> None:
    assert list(text.bigrams("高橋翔")) == ["高橋", "橋翔", "翔"]
    assert list(text.bigrams("")) == []


def test_bigrams_never_split_or_quote_in_the_index() -> None:
    signs = "".join(chr(code) for code in range(0x21, 0x7F))
    for token in text.bigrams(text.search_key(signs)):
        assert all(character.isalnum() or character > "\x7f" for character in token)


def test_a_query_becomes_prefix_token_or_phrase() -> None:
    assert text.match_expression("髙") == '"高"*'
    assert text.match_expression("髙橋") == '"高橋"'
    assert text.match_expression("高橋翔　返却") == '"高橋 橋翔" AND "返却"'
    assert text.match_expression("　") == ""


FIELDS = [
    ["髙橋　翔", "健診結果入力票"],
    ["高", "橋本"],
    ["田中 恵", 'SK-0007 (写) "要確認" 100%*'],
    ["𠮷田健太", "ｼｭﾚｯﾀﾞｰ裁断"],
    ["葛\U000e0100城", "A"],
]


def index_of(records: list[list[str]]) -> sqlite3.Connection:
    index = sqlite3.connect(":memory:")
    index.execute(
        "CREATE VIRTUAL TABLE words USING fts5(keys, content='', columnsize=0,"
        f" tokenize='{text.FTS5_TOKENIZER}')"
    )
    for row, fields in enumerate(records):
        index.execute(
            "INSERT INTO words (rowid, keys) VALUES (?, ?)", (row, text.index_text(fields))
        )
    return index


def found_by_index(index: sqlite3.Connection, query: str) -> list[int]:
    rows = index.execute(
        "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid",
        (text.match_expression(query),),
    )
    return [row for (row,) in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("高", [0, 1]),
        ("橋", [0, 1]),
        ("翔", [0]),
        ("高橋", [0]),
        ("髙橋翔", [0]),
        ("高橋本", []),
        ("高橋 結果", [0]),
        ("ＳＫ－０００７", [2]),
        ("-", [2, 3]),
        ('"要', [2]),
        ("0%*", [2]),
        ("(写)", [2]),
        ("しゅれっだー", [3]),
        ("吉田", [3]),
        ("葛城", [4]),
        ("a", [4]),
        ("返", []),
    ],
)
def test_the_index_finds_one_two_and_more_characters(query: str, found: list[int]) -> None:
    assert found_by_index(index_of(FIELDS), query) == found


def test_scan_and_index_always_agree() -> None:
    letters = '髙高橋アあaB1-ー"*()+^: 𠮷'
    chance = random.Random(20261121)

    def word(longest: int) -> str:
        return "".join(chance.choices(letters, k=chance.randrange(longest)))

    records = [[word(9), word(9)] for _ in range(300)]
    index = index_of(records)
    scanned = [text.search_text(fields) for fields in records]
    for _ in range(600):
        words = text.search_words(query := word(5))
        if words:
            expected = [row for row, key in enumerate(scanned) if text.matches(key, words)]
            assert found_by_index(index, query) == expected, query


def test_names_stand_in_the_order_of_the_kana() -> None:
    ordered = [
        "アイ",
        "あいだ",
        "カトウ",
        "かどう",
        "ガトウ",
        "さーかす",
        "サイトウ",
        "ハハ",
        "ババ",
        "パパ",
        "ﾔﾏ ﾀﾛｳ",
        "ヤマダ　アイ",
        "ヤマダ イチロウ",
        "ワダ",
        "ン",
        "高橋",
    ]
    shuffled = ordered.copy()
    random.Random(7).shuffle(shuffled)
    assert shuffled != ordered
    assert sorted(shuffled, key=text.sort_key) == ordered


def problems(typed: str, *, max_length: int = 100, multiline: bool = False) -> list[str]:
    return list(text.problems_in_text(typed, max_length=max_length, multiline=multiline))


@pytest.mark.parametrize(
    "typed", ["髙橋　翔", "葛\U000e0100城", "辻\U000e0101", "☎\ufe0e", "𠮷野家", ""]
)
def test_names_as_they_are_written_are_fine(typed: str) -> None:
    assert problems(typed) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("山\x00田", "U+0000"),
        ("山\x1b[31m", "U+001B"),
        ("請求\u202e書", "並び順"),
        ("請求\u2066書", "U+2066"),
        ("山\u200b田", "目に見えない"),
        ("\ufeff山田", "U+FEFF"),
        ("山\u2028田", "U+2028"),
        ("山\u3164田", "U+3164"),
        ("\U000e0100山", "異体字"),
        ("山\U000e0100\U000e0101", "異体字"),
        ("山\ud842田", "壊れた"),
        ("山\ue000田", "外字"),
        ("山\uffff", "U+FFFF"),
        ("山\ufdd0", "U+FDD0"),
        ("山\t田", "U+0009"),
        ("山\n田", "1行で"),
    ],
)
def test_characters_that_deceive_are_named(typed: str, said: str) -> None:
    (sentence,) = problems(typed)
    assert said in sentence
    assert sentence.endswith("。")


def test_lines_are_for_several_lines_only() -> None:
    assert problems("一\n二\t三", multiline=True) == []
    assert "U+000D" in problems("一\r\n二", multiline=True)[0]


def test_length_counts_what_a_reader_sees() -> None:
    assert problems("葛\U000e0100" * 10, max_length=10) == []
    assert "10文字以内" in problems("あ" * 11, max_length=10)[0]
    assert "現在11文字" in problems("あ" * 11, max_length=10)[0]


def test_a_thousand_wrong_characters_make_one_sentence() -> None:
    (sentence,) = problems("\u200b" * 1000, max_length=2000)
    assert "1文字目" in sentence


def test_dangerous_characters_are_made_visible() -> None:
    assert text.visible("請求\u202e書") == "請求［U+202E］書"
    assert text.visible("一\n二") == "一\n二"
    assert text.visible("一\n二", multiline=False) == "一［U+000A］二"
    assert text.visible("葛\U000e0100城") == "葛\U000e0100城"


@given(st.text())
def test_what_was_made_visible_has_no_problem_left(typed: str) -> None:
    shown = text.visible(typed, multiline=False)
    assert problems(shown, max_length=100_000) == []


def test_the_quick_look_passes_nothing_that_the_close_look_refuses() -> None:
    for code in (*range(0x32400), *range(0xE0000, 0xE0200)):
        character = chr(code)
        if text._HARMLESS.fullmatch(character):
            assert not text._trouble_alone(character), hex(code)
            assert not text._is_selector(character), hex(code)
