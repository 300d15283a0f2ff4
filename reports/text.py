"""Japanese lines: break text where Japanese typography allows it, and set it as a flowable.

Not reportlab's Paragraph: that one parses markup (a user's `<img>` would be opened), folds wide
spaces and lets an opening bracket end a line. Here a text is a text (JIS X 4051 禁則, 追い出し).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from reportlab.lib.colors import black
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.platypus import Flowable

NEVER_FIRST: Final = frozenset(
    "、。，．・：；？！゛゜´｀ー―‐／＼～｜…‥’”）〕］｝〉》」』】°′″℃％‰"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ,.:;?!)]}%"
)
NEVER_LAST: Final = frozenset("‘“（〔［｛〈《「『【￥＄￡([{$#@")


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set; lengths in points. `align` is left, right or center."""

    font: str
    size: float
    leading: float
    align: str = "left"
    before: float = 0
    after: float = 0


@cache
def widths(font: str, size: float) -> Callable[[str], float]:
    """Return a function that measures one character in points."""
    known: dict[str, float] = {}
    measure = getFont(font).stringWidth

    def width(character: str) -> float:
        found = known.get(character)
        if found is None:
            found = known[character] = measure(character, size)
        return found

    return width


def break_lines(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines that are not wider than `width` points."""
    measure = widths(font, size)
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _break_part(part, measure, width) if part else [""]
    return lines


def _break_part(text: str, measure: Callable[[str], float], width: float) -> list[str]:
    lines = []
    start = 0
    used = 0.0
    position = 0
    while position < len(text):
        used += measure(text[position])
        if used > width + 0.01 and position > start:
            cut = _allowed_cut(text, start, position)
            lines.append(text[start:cut])
            start = position = cut
            used = 0.0
            continue
        position += 1
    lines.append(text[start:])
    return lines


def _allowed_cut(text: str, start: int, position: int) -> int:
    """Return the last place at or before `position` where a line may end."""
    cut = position
    while cut > start + 1 and not _may_cut(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > start + 1 or _may_cut(text[start], text[start + 1]) else position


def _may_cut(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST:
        return False
    return not (_in_word(before) and _in_word(after))


def _in_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "-_./")


class Text(Flowable):
    """A text in one style; splits between lines at the end of a page."""

    def __init__(self, text: str, style: Style, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self.text = text
        self.style = style
        self._lines = list(lines)
        self._fixed = bool(lines)

    def getSpaceBefore(self) -> float:
        return self.style.before

    def getSpaceAfter(self) -> float:
        return self.style.after

    def minWidth(self) -> float:
        return self.style.size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the size that the text needs in this width."""
        if not self._fixed:
            self._lines = break_lines(self.text, self.style.font, self.style.size, width)
        self.width = width
        self.height = len(self._lines) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Return what fits and what goes on, or nothing when not one line fits."""
        self.wrap(width, height)
        fitting = int(height / self.style.leading)
        if fitting < 1 or fitting >= len(self._lines):
            return [] if fitting < 1 else [self]
        return [
            Text("", self.style, self._lines[:fitting]),
            Text("", self.style, self._lines[fitting:]),
        ]

    def draw(self) -> None:
        style = self.style
        canvas = self.canv
        canvas.setFillColor(black)
        canvas.setFont(style.font, style.size)
        baseline = self.height - style.size - (style.leading - style.size) / 2 + style.size * 0.12
        for line in self._lines:
            if style.align == "right":
                canvas.drawRightString(self.width, baseline, line)
            elif style.align == "center":
                canvas.drawCentredString(self.width / 2, baseline, line)
            else:
                canvas.drawString(0, baseline, line)
            baseline -= style.leading
