"""Spot residents' data in free text: the ledger must not become a second leak (R-48, A-36).

Nothing found here is refused. The person who typed it is warned and decides; that is why a missed
number is worse than a false alarm, and why the warnings never repeat what was typed.
"""

import re
import unicodedata
from typing import Final

MY_NUMBER: Final = "個人番号（マイナンバー）と思われる12桁の番号"
CREDIT_CARD: Final = "クレジットカード番号と思われる16桁の番号"
CARD: Final = "カード番号（WAON番号等）と思われる16桁の番号"
TELEPHONE: Final = "電話番号と思われる番号"
E_MAIL: Final = "メールアドレスと思われる文字列"
BIRTH_DATE: Final = "生年月日と思われる日付"

_FEWEST_DIGITS: Final = 2  # of the shortest thing looked for, a birth date such as 昭和元年1月1日
_DIGIT: Final = re.compile(r"\d")
_DIGIT_RUN: Final = re.compile(r"(?<![\d])\d(?:[ -]?\d){9,18}(?![\d])")
_TELEPHONE: Final = re.compile(
    r"(?<![\dA-Za-z-])(?:\+81[ -]?\d|0\d)\d{0,3}(?:[-() ]{1,2}\d{1,4}){2}(?![\d-])"
    r"|(?<![\dA-Za-z-])0\d{9,10}(?![\d-])"
)
_E_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MONTH_DAY = r"\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}(?!\d)日?"
_ERA = r"(?:明治|大正|昭和|平成|令和|[明大昭平令MTSHR])"
_DAY = rf"(?:\d{{4}}|{_ERA}\s*(?:元|\d{{1,2}})){_MONTH_DAY}"
_OLD_YEAR = r"(?:(?:18\d\d|19[0-7]\d|198[0-8])|(?:明治|大正|昭和|[明大昭MTS])\s*(?:元|\d{1,2}))"
_BIRTH: Final = re.compile(
    rf"(?:生年月日|誕生日|生まれ|出生)\D{{0,8}}{_DAY}"
    rf"|{_DAY}[\s)]*(?:生(?![産成])|うまれ|誕生)"
    rf"|(?<![\dA-Za-z]){_OLD_YEAR}{_MONTH_DAY}"
)
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))


def looks_like_personal_data(text: str) -> list[str]:
    """Return what the text seems to hold, as words for a warning; empty if nothing stands out.

    Full width, blanks and dashes between the digits are forgiven.
    """
    plain = unicodedata.normalize("NFKC", text)
    if "@" not in plain and len(_DIGIT.findall(plain)) < _FEWEST_DIGITS:
        return []
    plain = plain.translate(_DASHES)
    found = list(dict.fromkeys(_numbers(plain)))
    for pattern, what in ((_TELEPHONE, TELEPHONE), (_E_MAIL, E_MAIL), (_BIRTH, BIRTH_DATE)):
        if pattern.search(plain):
            found.append(what)
    return found


def _numbers(plain: str) -> list[str]:
    found = []
    for match in _DIGIT_RUN.finditer(plain):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 12 and is_my_number(digits):
            found.append(MY_NUMBER)
        elif len(digits) == 16:
            found.append(CREDIT_CARD if _passes_luhn(digits) else CARD)
    return found


def is_my_number(digits: str) -> bool:
    """Tell whether twelve digits carry the check digit of a 個人番号.

    The formula is 平成26年総務省令第85号 第5条.
    """
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:11]), start=1)
    )
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


def _passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits, start=1))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
