"""Make verbs of the nouns by which texts name an act: 引渡し becomes 引き渡しました."""

from collections.abc import Iterable

_STEMS = {
    "届出": "届け出",
    "引渡し": "引き渡し",
    "受渡し": "受け渡し",
    "持出し": "持ち出し",
    "持帰り": "持ち帰り",
}


def stem(noun: str) -> str:
    """Return what stands before ます: 届け出, 引き渡し, 返還し, 報告し."""
    return _STEMS.get(noun) or (noun if noun.endswith("け出") else f"{noun}し")


def either(nouns: Iterable[str]) -> str:
    """Join several acts of which each may have been done: 返還し、又は引き渡し."""
    return "、又は".join(map(stem, dict.fromkeys(nouns)))
