"""Sentences that say what is so and then ask for something: what is left when nobody can be asked.

All sentences of the program put the fact first and the request after it, each ended by 「。」.
"""

from typing import Final

ASKING: Final = ("ください", "登録します")
OPEN, SHUT, STOP = "「『（", "」』）", "。"


def without_request(text: str) -> str:
    """Return a text without the sentences at its end that ask for something; a lone one stays."""
    parts = _sentences(text)
    while len(parts) > 1 and parts[-1].rstrip(STOP).endswith(ASKING):
        parts.pop()
    return "".join(parts)


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text; what stands in brackets, as people typed it, is not parted."""
    parts, begun, depth = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in OPEN) - (sign in SHUT)
        if sign == STOP and depth == 0:
            parts.append(text[begun : place + 1])
            begun = place + 1
    return [*parts, text[begun:]] if begun < len(text) else parts
