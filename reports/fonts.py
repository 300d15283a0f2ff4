"""The ink: fonts that draw and extract every name as it is written, or say which character not.

A paper font is BIZ UD Mincho or Gothic with IPAmj Mincho behind it; a character that the first
cannot draw comes from the second, inside one reportlab font, so that no document has to know.
A base with its variation selector (異体字, 辻 + U+E0102), or with a combining mark that has a
composed form, is folded to one private code point: it is measured, broken and drawn as one
character, and ToUnicode gives the original pair back.
"""

import importlib.resources
import itertools
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTEncoding, TTFont

import resources
from models.errors import UnprintableCharacter
from reports.faces import Face

MINCHO = "paper-mincho"
GOTHIC = "paper-gothic"
BOLD = "paper-gothic-bold"

_FILES = {
    MINCHO: "BIZUDMincho-Regular.ttf",
    GOTHIC: "BIZUDGothic-Regular.ttf",
    BOLD: "BIZUDGothic-Bold.ttf",
}
_FALLBACK_FILE = "ipamjm.ttf"
_FALLBACK_SUBSETS = 0x10000
"""Subset numbers from here on belong to the font behind."""

_PRIVATE = range(0xF0000, 0xFFFFE)
_CODES_PER_BLOCK = 100
"""A bfchar block holds at most 100 lines (Adobe Technical Note #5014)."""

_REFUSED = {
    "Cc": "制御文字",
    "Cf": "見えない制御文字",
    "Cs": "壊れた文字",
    "Co": "外字（私用領域の文字）",
    "Cn": "未定義の文字",
    "Zl": "行区切りの制御文字",
    "Zp": "段落区切りの制御文字",
}


# --- what can be printed ----------------------------------------------------------------------


def ink(text: str, where: str) -> str:
    """Return the text as the paper fonts draw it: pairs folded, everything else as typed.

    Args:
        text: What a person typed; line feeds are allowed.
        where: Label of the field, for the message.

    Raises:
        UnprintableCharacter: A character has no glyph, or would change what the reader sees.
    """
    if text.isascii() and text.isprintable():
        return text
    clusters = list(_clusters(text.replace("\r\n", "\n")))
    refused = [problem for cluster in clusters if (problem := _problem(cluster))]
    if refused:
        raise UnprintableCharacter(characters="、".join(dict.fromkeys(refused)), where=where)
    return "".join(_folded(cluster) if len(cluster) > 1 else cluster for cluster in clusters)


def check_printable(text: str, where: str) -> None:
    """Refuse a text that the paper cannot carry, before anything is drawn.

    Raises:
        UnprintableCharacter: As `ink`.
    """
    ink(text, where)


def _clusters(text: str) -> Iterator[str]:
    """Split into characters, a base together with its selector or combining mark."""
    current = ""
    for character in text:
        if current and current != "\n" and _belongs_to_base(character):
            current += character
            continue
        if current:
            yield current
        current = character
    if current:
        yield current


@cache
def _belongs_to_base(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


@cache
def _problem(cluster: str) -> str | None:
    """Say what is wrong with one character, None if the paper can carry it."""
    if cluster == "\n":
        return None
    codes = "+".join(f"U+{ord(character):04X}" for character in cluster)
    if kind := _REFUSED.get(unicodedata.category(cluster[0])):
        return f"{codes} {kind}"
    if len(cluster) == 1:
        drawn = not _belongs_to_base(cluster) and _face_for(ord(cluster)) is not None
    else:
        drawn = _pair_glyph(cluster) is not None
    return None if drawn else f"{cluster} {codes}"


def _face_for(code: int) -> Face | None:
    return next((face for face in _faces() if face.draws(code)), None)


def _faces() -> Iterator[Face]:
    """Yield the faces in the order of preference; the large one is opened only when asked for."""
    yield _face(_FILES[MINCHO])
    yield _face(_FALLBACK_FILE)


@cache
def _face(file: str) -> Face:
    path = importlib.resources.files(resources) / "fonts" / file
    return Face(Path(str(path)))


def _pair_glyph(cluster: str) -> tuple[Face, int] | None:
    for face in _faces():
        glyph = _glyph_in(face, cluster)
        if glyph is not None:
            return face, glyph
    return None


def _glyph_in(face: Face, cluster: str) -> int | None:
    if len(cluster) == 2 and _is_selector(cluster[1]):
        return face.variant(ord(cluster[0]), ord(cluster[1]))
    composed = unicodedata.normalize("NFC", cluster)
    return face.charToGlyph.get(ord(composed)) if len(composed) == 1 else None


def _is_selector(character: str) -> bool:
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


# --- folding ----------------------------------------------------------------------------------
# reportlab knows fonts by name in a table of the process; the private code points of the folded
# pairs belong to those fonts and live as long. Their numbers never reach the file.

_folds: dict[str, str] = {}
_unfolds: dict[int, str] = {}


def _folded(cluster: str) -> str:
    """Return the private character of a pair, and teach the faces to draw it."""
    if cluster not in _folds:
        code = _PRIVATE[len(_folds)]
        faces = [_face(file) for file in _FILES.values()]
        if any(_glyph_in(face, cluster) is None for face in faces):
            faces.append(_face(_FALLBACK_FILE))
        for face in faces:
            glyph = _glyph_in(face, cluster)
            if glyph is not None:
                face.add(code, glyph)
        _unfolds[code] = cluster
        _folds[cluster] = chr(code)
    return _folds[cluster]


def unfolded(text: str) -> str:
    """Return the text as it was before `ink`."""
    return "".join(_unfolds.get(ord(character), character) for character in text)


# --- the reportlab font -----------------------------------------------------------------------


class PaperFont(TTFont):
    """A subsetting TrueType font with another one behind it and a ToUnicode for every plane."""

    def __init__(self, name: str, file: str, behind: "Callable[[], PaperFont] | None") -> None:
        # Not TTFont.__init__: it would read the whole file again, its own slow way.
        self.fontName = name
        self.face = _face(file)
        self.encoding = TTEncoding()
        self.state: WeakKeyDictionary[object, object] = WeakKeyDictionary()
        self.shapable = False
        self._asciiReadable = 0
        self._behind = behind
        self._widths = _Widths(self)

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:
        """Measure in points."""
        return 0.001 * size * sum(map(self._widths.__getitem__, text))

    def splitString(
        self, text: str, doc: pdfdoc.PDFDocument, encoding: str = "utf-8"
    ) -> list[tuple[int, bytes]]:
        """Encode a text as (subset, bytes), characters of the font behind in its own subsets."""
        if self._draws_all(text):
            return list(super().splitString(text, doc, encoding))
        parts: list[tuple[int, bytes]] = []
        for own, run in itertools.groupby(text, self._draws):
            piece = "".join(run)
            if own or self._behind is None:
                parts += super().splitString(piece, doc, encoding)
            else:
                behind = self._behind().splitString(piece, doc, encoding)
                parts += [(subset + _FALLBACK_SUBSETS, codes) for subset, codes in behind]
        return parts

    def getSubsetInternalName(self, subset: int, doc: pdfdoc.PDFDocument) -> str:
        """Return the resource name of a subset, asking the font behind for its own."""
        if self._behind is not None and subset >= _FALLBACK_SUBSETS:
            return self._behind().getSubsetInternalName(subset - _FALLBACK_SUBSETS, doc)
        return str(super().getSubsetInternalName(subset, doc))

    def addObjects(self, doc: pdfdoc.PDFDocument) -> None:
        """Write the subsets; as reportlab does it, with our ToUnicode."""
        state = self._assignState(doc)
        state.frozen = 1
        for number, subset in enumerate(state.subsets):
            internal = self.getSubsetInternalName(number, doc)[1:]
            base = (SUBSETN(number) + b"+" + self.face.name).decode("ascii")
            font = pdfdoc.PDFTrueTypeFont()
            font.Name = internal
            font.BaseFont = base
            font.FirstChar = 0
            font.LastChar = len(subset) - 1
            font.Widths = pdfdoc.PDFArray([self.face.getCharWidth(code) for code in subset])
            font.ToUnicode = doc.Reference(_to_unicode_stream(doc, base, subset), f"unicode:{base}")
            font.FontDescriptor = self.face.addSubsetObjects(doc, base, subset)
            doc.Reference(font, internal)
            doc.idToObject["BasicFonts"].dict[internal] = font
        del self.state[doc]

    def _draws(self, character: str) -> bool:
        return ord(character) in self.face.charToGlyph

    def _draws_all(self, text: str) -> bool:
        return all(map(self.face.charToGlyph.__contains__, map(ord, text)))


class _Widths(dict[str, float]):
    """Widths of characters in thousandths, looked up once each."""

    def __init__(self, font: PaperFont) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, character: str) -> float:
        font = self._font
        if font._behind is not None and not font._draws(character):
            width = font._behind()._widths[character]
        else:
            width = font.face.getCharWidth(ord(character))
        self[character] = width
        return width


def _to_unicode_stream(
    doc: pdfdoc.PDFDocument, name: str, subset: Iterable[int]
) -> pdfdoc.PDFStream:
    stream = pdfdoc.PDFStream()
    stream.content = to_unicode(name, subset)
    if doc.compression:
        stream.filters = [pdfdoc.PDFZCompress]
    return stream


def to_unicode(name: str, subset: Iterable[int]) -> str:
    """Write the CMap that extraction uses, UTF-16BE, a pair for a folded character.

    Code 0 (.notdef) is never drawn and stays out: PDF/A-2u forbids U+0000 as a value.
    """
    lines = [f"<{n:02X}> <{_utf16(code)}>" for n, code in enumerate(subset) if code]
    starts = range(0, len(lines), _CODES_PER_BLOCK)
    chunks = [lines[start : start + _CODES_PER_BLOCK] for start in starts]
    blocks = ["\n".join([f"{len(c)} beginbfchar", *c, "endbfchar"]) for c in chunks]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


def _utf16(code: int) -> str:
    return _unfolds.get(code, chr(code)).encode("utf-16-be").hex().upper()


@cache
def register_fonts() -> None:
    """Make the paper fonts known to reportlab under `MINCHO`, `GOTHIC` and `BOLD`.

    Raises:
        FontMissing: A file is missing or damaged.
    """
    for name, file in _FILES.items():
        pdfmetrics.registerFont(PaperFont(name, file, _font_behind))


@cache
def _font_behind() -> PaperFont:
    return PaperFont("paper-behind", _FALLBACK_FILE, None)
