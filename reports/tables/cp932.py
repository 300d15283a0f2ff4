"""Fit text into CP932 (Shift JIS of Windows) without losing more than must be lost.

CP932 and Unicode disagree about a handful of signs: the wave dash that a Mac types (〜 U+301C) is
the same byte pair as the one of Windows (～ U+FF5E), but Python encodes only the latter. Such signs
are exchanged, and nothing is lost. What CP932 truly lacks (𠮷, 辻󠄂 with its selector) becomes 〓
and is reported.
"""

import re
import unicodedata
from typing import Final

GETA: Final = "〓"

_TWINS: Final = str.maketrans(
    {
        "〜": "～",
        "−": "－",
        "‖": "∥",
        "—": "―",
        "–": "‐",
        "‑": "‐",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
        "¦": "￤",
        "¥": "￥",
        "‾": "￣",
        "·": "・",
        "⋯": "…",
        "\u00a0": " ",
    }
)
_MARKED_KANA: Final = re.compile("[\u3041-\u30ff][\u3099\u309a]")


def fit_cp932(text: str) -> tuple[str, list[str]]:
    """Return text that encodes to CP932 without an error, and the characters that were lost."""
    if _fits(text):
        return text, []
    fitted = _MARKED_KANA.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
    fitted = fitted.translate(_TWINS)
    if _fits(fitted):
        return fitted, []
    lost = [character for character in fitted if not _fits(character)]
    return "".join(map(_carried, fitted)), lost


def _carried(character: str) -> str:
    """Return the character or 〓; a variation selector vanishes, for its base stays readable."""
    if _fits(character):
        return character
    selects = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return "" if selects else GETA


def _fits(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
