"""Numbers, yes and no as people write them, and text that no spreadsheet may take for a formula."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from models.errors import InvalidField

# --- numbers ----------------------------------------------------------------------------------

UNITS: Final[tuple[str, ...]] = (
    *("枚", "冊", "件", "本", "台", "部", "箱", "個", "巻", "通", "点", "式", "組", "束", "袋"),
    *("包", "綴", "人", "名", "回", "頁", "ページ", "ファイル", "フォルダ", "フォルダー"),
    *("セット", "ケース", "レコード", "バイト", "KB", "MB", "GB", "TB", "円", "%"),
    *("年", "月", "か月", "日", "時間", "分", "秒"),
)

PIECES: Final = frozenset(
    {"枚", "冊", "件", "本", "台", "部", "個", "巻", "通", "点", "袋", "束", "箱", "人", "名"}
    | {"ファイル", "フォルダ", "フォルダー"}
)
"""Units of things that cannot be halved."""

_NUMBER: Final = re.compile(
    r"(?P<sign>[-+△▲−]?)\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,18})(?P<fraction>\.\d{1,12})?"
    r"\s*(?P<unit>\D*)",
    re.ASCII,
)


@dataclass(frozen=True)
class Quantity:
    """A number and the unit that was typed behind it, None if there was none."""

    number: Decimal
    unit: str | None


def parse_decimal(text: str, *, field: str = "数量", allow_negative: bool = False) -> Quantity:
    """Read 1,234 or １，２３４.５枚; minus may also be △ or ▲ as bookkeepers write it.

    The thousands separators must stand where they belong: 1,23 may be a mistyped 1.23 or 123.

    Raises:
        InvalidField: Not a number, an unknown unit, or a negative number where none makes sense.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _NUMBER.fullmatch(plain)
    if match is None:
        raise InvalidField(field=field, problem=_why_no_number(plain))
    number = Decimal(match["whole"].replace(",", "") + (match["fraction"] or ""))
    if match["sign"] not in ("", "+") and number:  # less than nothing is not written as -0
        number = -number
    if number < 0 and not allow_negative:
        raise InvalidField(field=field, problem="は0以上の数で入力してください。")
    return Quantity(number, _known_unit(match["unit"].strip(), field))


def same_unit(one: str, other: str) -> bool:
    """Tell whether two units are one, however wide or large their letters are."""
    return _plain_unit(one) == _plain_unit(other)


def _plain_unit(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).strip().casefold()


def unit_problem(text: str, unit: str) -> str:
    """Say, as a sentence completing 「label」…, that a number is not one of the unit beside it.

    Args:
        text: as typed, 1,000枚; what is no number or bears no unit has no problem here.
        unit: what stands in the field of its own, "" for nothing.
    """
    try:
        typed = parse_decimal(text).unit
    except InvalidField:
        return ""
    if typed is None or same_unit(typed, unit):
        return ""
    if not unit:
        return f"の「{text.strip()}」の単位を、「単位」に入力してください。"
    return f"の「{text.strip()}」は、単位の「{unit}」と違います。どれだけか確かめてください。"


def halves_a_piece(number: Decimal | None, unit: str) -> bool:
    """Tell whether a quantity is a part of something that is only there as a whole."""
    return number is not None and unit in PIECES and number != number.to_integral_value()


def _why_no_number(plain: str) -> str:
    if not plain:
        return "が空です。数字を入力してください（例：1,200、1200枚）。"
    if re.match(r"\d+(,\d+)+", plain):
        return (
            "の桁区切り（,）の位置が正しくありません。"
            "3桁ごとに区切るか、区切らずに入力してください。"
        )
    return "は数として読めません。数字を入力してください（例：1,200、1200枚）。"


def _known_unit(unit: str, field: str) -> str | None:
    if not unit:
        return None
    known = next((known for known in UNITS if known.upper() == unit.upper()), None)
    if known is None:
        problem = (
            "の数字の後ろが単位として読めません。"
            "数字だけか、枚・冊・件・本・台などを付けて入力してください。"
        )
        raise InvalidField(field=field, problem=problem)
    return known


# --- yes and no -------------------------------------------------------------------------------

_YES_WORDS: Final = """
はい 有 有り あり 有る ある ○ 〇 ◯ ● ◎ ✓ ✔ ☑ レ 済 済み 完了 実施 実施済 実施済み 可 該当 要 真
true t yes y on 1
"""
_NO_WORDS: Final = """
いいえ 無 無し なし 無い ない × ✕ ✖ ✗ x 未 未済 未了 未実施 不可 非該当 不要 偽
false f no n off 0
"""
_YES: Final = frozenset(_YES_WORDS.split())
_NO: Final = frozenset(_NO_WORDS.split())


def parse_bool(text: str, *, field: str = "有無") -> bool:
    """Read はい/いいえ, 有/無, ○/×, 済/未, true/false, 1/0 and their kin, in every width.

    Raises:
        InvalidField: Neither yes nor no; an empty cell is neither.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if plain in _YES or plain in _NO:
        return plain in _YES
    problem = "は「はい」か「いいえ」で入力してください（○・×、有・無、済・未も使えます）。"
    raise InvalidField(field=field, problem=problem)


# --- formulas ---------------------------------------------------------------------------------

_FORMULA: Final = re.compile(
    r"'*(?:[\t\r\n]|[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠−﹣﹢﹦﹫])"
)
"""What a spreadsheet may calculate: the list of OWASP, its full-width forms, and − which CP932
turns into －. Leading apostrophes are counted in, or the escape could not be undone."""


def escape_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet might take for a formula.

    `unescape_formula` gives the same text back. (security.md 5.6.3)
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Undo `escape_formula`; for files that this program wrote, others may mean the apostrophe."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
