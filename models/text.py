"""Text as people write it: keys for search and order, and what must not stand in a field.

Content keeps every character exactly as typed. Only the keys made here are normalised, and they
are never shown, hashed or printed.

The search index is an FTS5 table over bigrams (design.md §5), because trigrams cannot find words of
two characters. The index gets `index_text(...)`, a query becomes `match_expression(...)`, and rows
that are not indexed yet are scanned with `matches(search_text(...), search_words(...))`, which has
the same meaning. Tokens are stretches of the key itself in UTF-8, 6 bytes for two kanji (hex would
need 8), and the table must be declared with `tokenize = 'ascii'` (`FTS5_TOKENIZER`): that tokenizer
takes every character beyond ASCII as part of a word and knows no Unicode table that could be older
than ours. ASCII signs, at which it would split, take their full-width form, which NFKC has removed
from every key.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from models import text_variants
from models.personal_data import looks_like_personal_data

__all__ = [
    "FTS5_TOKENIZER",
    "SEARCH_KEY_VERSION",
    "Indexing",
    "bigrams",
    "harmless",
    "index_text",
    "is_whole",
    "looks_like_personal_data",
    "match_expression",
    "matches",
    "problems_in_text",
    "search_key",
    "search_text",
    "search_words",
    "sort_key",
    "visible",
]

SEARCH_KEY_VERSION: Final = 1
"""Goes up whenever `search_key` or `bigrams` gives another answer; stored indexes are rebuilt."""

FTS5_TOKENIZER: Final = "ascii"


# --- search -----------------------------------------------------------------------------------


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


class _Folding(dict[int, str]):
    """Table for `str.translate` that decides once about each character it meets.

    Variants become the first of their group; spaces, controls and variation selectors vanish.
    """

    def __init__(self) -> None:
        for group in (*text_variants.KANJI, *text_variants.RADICALS):
            self.update(dict.fromkeys(map(ord, group[1:]), group[0]))
        self.update(dict.fromkeys(map(ord, text_variants.LINES), "-"))
        self.update({code: chr(code + 0x60) for code in range(0x3041, 0x3097)})  # hiragana
        self.update({0x309D: "ヽ", 0x309E: "ヾ"})

    def __missing__(self, code: int) -> str:
        self[code] = kept = "" if _is_unseen(chr(code)) else chr(code)
        return kept


_FOLDING: Final = _Folding()


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or _is_selector(character)


def search_key(text: str) -> str:
    """Return what a search compares: the text without everything a searcher would not type.

    Width, case, hiragana and katakana, old and new kanji, dashes and long-vowel marks become one;
    spaces, controls and variation selectors are gone. The key of a key is the key itself.
    """
    if text.isascii():
        return text.translate(_FOLDING).lower()  # numbers of things: nothing else applies to them
    key = text.translate(_FOLDING)
    while (folded := _fold(key)) != key:
        key = folded
    return key


def _fold(key: str) -> str:
    folded = unicodedata.normalize("NFKC", key).casefold()
    return unicodedata.normalize("NFKC", folded).translate(_FOLDING)


def search_text(texts: Iterable[str]) -> str:
    """Join the keys of several fields; a space, which no key contains, keeps them apart."""
    return " ".join(key for key in map(search_key, texts) if key)


def search_words(query: str) -> list[str]:
    """Return the keys of the words of a query; all of them must be found."""
    return [key for key in map(search_key, query.split()) if key]


def matches(searched: str, words: Iterable[str]) -> bool:
    """Tell whether `search_text` holds every one of `search_words`, as the index would."""
    return all(word in searched for word in words)


_TOKEN_SIGNS: Final = {
    code: chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()
}


def bigrams(key: str) -> Iterator[str]:
    """Yield one token per position of a field's key: a pair, and the last character alone.

    One character is then found as the prefix of a token, two as one token, more as a phrase; and
    no phrase runs over the end of a field.
    """
    signs = key.translate(_TOKEN_SIGNS)
    for position in range(len(signs)):
        yield signs[position : position + 2]


def index_text(texts: Iterable[str]) -> str:
    """Return what the FTS5 index is given for the fields of one record."""
    return Indexing().of(texts)


class Indexing:
    """Makes `index_text` of many records, among which the same words come again and again.

    It lives as long as one piece of the work: what is erased later must not stay in memory.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, texts: Iterable[str]) -> str:
        """Return what `index_text` returns."""
        return " ".join(filter(None, map(self._tokens, texts)))

    def _tokens(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = " ".join(bigrams(search_key(text)))
        return known


def match_expression(query: str) -> str:
    """Return the FTS5 MATCH expression for what a person typed; words are joined by AND.

    An empty string means that nothing searchable was typed: the caller shows everything.
    """
    return " AND ".join(map(_phrase, search_words(query)))


def _phrase(word: str) -> str:
    tokens = list(bigrams(word))
    if len(tokens) == 1:
        return f'"{tokens[0]}"*'
    return f'"{" ".join(tokens[:-1])}"'


# --- order of names ---------------------------------------------------------------------------

_SMALL_KANA: Final = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_VOWEL_ROWS: Final = {
    "ア": "アカサタナハマヤラワ",
    "イ": "イキシチニヒミリヰ",
    "ウ": "ウクスツヌフムユル",
    "エ": "エケセテネヘメレヱ",
    "オ": "オコソトノホモヨロヲ",
}
_VOWEL_OF: Final = {kana: vowel for vowel, row in _VOWEL_ROWS.items() for kana in row}
_MARKS: Final = {"\u3099": "1", "\u309a": "2"}


def sort_key(kana: str) -> str:
    """Return a key whose plain order is the order of the kana (五十音順, after JIS X 4061).

    First by the bare kana (small = large, ー = the vowel before it), then clear before 濁音 before
    半濁音. One space stays between family and given name and sorts first, so that ヤマ タロウ
    stands before ヤマダ アイ. Other letters keep their code order: digits, Latin, kana, kanji.
    """
    folded = unicodedata.normalize("NFKC", kana).casefold()
    folded = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in folded)
    bare: list[str] = []
    marks: list[str] = []
    for character in unicodedata.normalize("NFD", " ".join(folded.split())):
        if character in _MARKS and marks:
            marks[-1] = _MARKS[character]
            continue
        bare.append(_bare_kana(character, bare[-1] if bare else ""))
        marks.append("0")
    return f"{''.join(bare)}\x01{''.join(marks).rstrip('0')}"


def _bare_kana(character: str, before: str) -> str:
    if character == "ー":
        return _VOWEL_OF.get(before, character)
    return character.translate(_SMALL_KANA)


# --- what must not stand in a field -----------------------------------------------------------

_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LAYOUT: Final = frozenset("\n\t")
_HARMLESS: Final = re.compile(
    "[ -~¡-¬®-ȳ‐-‧‰-⁞₠-⟿⺀-⿟\u3000-〩〰-ㄯ㆐-ㇿ㐀-鿿！-ﾟ￠-￦\U00020000-\U0002fa1d]*"
)
"""What nearly every text is made of, in one look; the rest is examined one by one."""
_SENTENCES: Final = {
    "control": "に、文字として扱えない制御文字があります",
    "bidi": "に、文字の並び順を変えて別の文字に見せる制御文字があります",
    "invisible": "に、目に見えない文字があります",
    "selector": "に、前の文字と組にならない異体字の指定があります",
    "surrogate": "に、壊れた文字があります",
    "private": "に、このPCだけの外字があります。ほかのPCや印刷では別の字になります",
    "noncharacter": "に、文字として使えない符号があります",
}
_LISTED: Final = 5


def harmless(text: str) -> bool:
    """Tell at one look that a text of one line holds nothing that must not stand in a field."""
    return _HARMLESS.fullmatch(text) is not None


def problems_in_text(text: str, *, max_length: int, multiline: bool) -> Iterator[str]:
    """Yield sentences that complete 「label」…, one for each kind of trouble in `text`.

    Variation selectors that follow a character are welcome: names are written with them. They are
    not counted, since nobody sees them as characters.
    """
    if len(text) <= max_length and _HARMLESS.fullmatch(text):
        return
    length = sum(not _is_selector(character) for character in text)
    if length > max_length:
        yield f"が長すぎます。{max_length:,}文字以内で入力してください（現在{length:,}文字）。"
    if not multiline and "\n" in text:
        yield "は1行で入力してください（改行は使えません）。"
        text = text.replace("\n", " ")
    found: dict[str, list[tuple[int, str]]] = {}
    for position, trouble in _troubles(text, multiline):
        found.setdefault(trouble, []).append((position, text[position]))
    for trouble, places in found.items():
        yield _sentence(trouble, places)


def _sentence(trouble: str, places: list[tuple[int, str]]) -> str:
    codes = list(dict.fromkeys(_code(character) for _, character in places))
    listed = "、".join(codes[:_LISTED]) + ("など" if len(codes) > _LISTED else "")
    return (
        f"の{places[0][0] + 1}文字目{_SENTENCES[trouble]}（{listed}）。"
        "その文字を削除するか、入力し直してください。"
    )


def _troubles(text: str, multiline: bool) -> Iterator[tuple[int, str]]:
    before = ""
    for position, character in enumerate(text):
        allowed = multiline and character in _LAYOUT
        if not allowed and (trouble := _trouble(character, before)):
            yield position, trouble
        before = character


def _trouble(character: str, before: str) -> str:
    """Name what is wrong with a character, the empty string if nothing is."""
    if _is_selector(character):
        return "" if before and not _is_selector(before) and not _is_unseen(before) else "selector"
    return _trouble_alone(character)


@lru_cache(maxsize=65536)
def _trouble_alone(character: str) -> str:
    if character in _BIDI:
        return "bidi"
    if ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef":
        return "noncharacter"
    by_category = {"Cc": "control", "Cf": "invisible", "Cs": "surrogate", "Co": "private"}
    if character in _INVISIBLE:
        return "invisible"
    return by_category.get(unicodedata.category(character), "")


def _is_selector(character: str) -> bool:
    """Tell whether a character is one of the variation selectors 1 to 256."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def visible(text: str, *, multiline: bool = True) -> str:
    """Return the text with every dangerous character shown as ［U+202E］.

    Without `multiline` line ends are shown too, so that one text cannot pose as two lines of a log.
    """
    troubled = {position for position, _ in _troubles(text, multiline)}
    return "".join(
        f"［{_code(character)}］" if position in troubled else character
        for position, character in enumerate(text)
    )


def is_whole(text: str) -> bool:
    """Tell whether a text can be written to a file: JSON also brings halves of characters."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def hex_groups(digits: str) -> str:
    """Write a long hexadecimal number in groups of eight, for people to compare."""
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))
