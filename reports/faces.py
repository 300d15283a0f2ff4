"""Read a TrueType file fast, with its variation sequences, so that reportlab embeds a part of it.

reportlab reads every table into Python objects one number at a time (0.3 s and 46 MB for IPAmj
Mincho) and skips cmap format 14, where the shapes of 異体字 are. Here the file stays mapped, whole
tables are unpacked at once, and a character is looked up only when somebody writes it.
"""

import mmap
import struct
import sys
from array import array
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import TypeFace
from reportlab.pdfbase.ttfonts import TTFError, TTFontFace, TTFontFile

from models.errors import FontMissing

_SPACE = 0x20
_NO_BREAK_SPACE = 0xA0


class Face(TTFontFace):
    """One font file: which characters and variation sequences it draws, and how wide.

    Raises:
        FontMissing: The file is not there or is not a TrueType font that may be embedded.
    """

    def __init__(self, path: Path) -> None:
        self.filename = path.name
        try:
            with path.open("rb") as file:
                self._ttf_data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            TypeFace.__init__(self, None)
            TTFontFile.__init__(self, path.name, charInfo=0)
            self._read_characters()
            self._read_metrics()
        except (OSError, ValueError, KeyError, struct.error, TTFError) as exc:
            raise FontMissing(file=path.name) from exc

    def getCharWidth(self, code: int) -> float:
        """Return the advance of a character in thousandths of the size."""
        return self._width_of(self.charToGlyph.get(code, 0))

    def get_table(self, tag: str) -> "bytes | _Window":
        """Return a table; the outlines stay in the mapped file (40 MB are not copied)."""
        offset, length = self.get_table_pos(tag)
        if tag == "glyf":
            return _Window(self._ttf_data, offset)
        return self._ttf_data[offset : offset + length]

    def draws(self, code: int) -> bool:
        """Say whether the font has a glyph for the character."""
        return code in self.charToGlyph

    def variant(self, base: int, selector: int) -> int | None:
        """Return the glyph of base + variation selector, None if the font has no such pair."""
        default, special = self._variations.get(selector, ((), {}))
        if base in special:
            return special[base]
        if any(first <= base <= last for first, last in default):
            return self.charToGlyph.get(base)
        return None

    def add(self, code: int, glyph: int) -> None:
        """Give a private code point the glyph of a variation sequence."""
        self.charToGlyph[code] = glyph

    def _width_of(self, glyph: int) -> float:
        return float(self.hmetrics[glyph][0] * 1000 / self.unitsPerEm)

    def _read_characters(self) -> None:
        start, _length = self.get_table_pos("cmap")
        count = struct.unpack_from(">H", self._ttf_data, start + 2)[0]
        tables = {
            (platform, encoding): start + offset
            for platform, encoding, offset in struct.iter_unpack(
                ">HHL", self._ttf_data[start + 4 : start + 4 + 8 * count]
            )
        }
        self.charToGlyph = self._read_format_12(tables[3, 10])
        if _SPACE in self.charToGlyph:
            self.charToGlyph[_NO_BREAK_SPACE] = self.charToGlyph[_SPACE]
        self._variations = self._read_format_14(tables[0, 5]) if (0, 5) in tables else {}

    def _read_format_12(self, position: int) -> dict[int, int]:
        """Read the table of all planes: runs of characters with consecutive glyphs."""
        kind, count = struct.unpack_from(">H10xL", self._ttf_data, position)
        if kind != 12:
            raise TTFError(f"cmap format {kind} where 12 was expected")
        groups = self._ttf_data[position + 16 : position + 16 + 12 * count]
        glyphs: dict[int, int] = {}
        for first, last, glyph in struct.iter_unpack(">LLL", groups):
            glyphs.update(
                zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)
            )
        return glyphs

    def _read_format_14(self, position: int) -> dict[int, "_Variations"]:
        """Read the variation sequences: selector → (runs drawn as usual, special glyphs)."""
        count = struct.unpack_from(">L", self._ttf_data, position + 6)[0]
        found = {}
        for n in range(count):
            record = self._ttf_data[position + 10 + 11 * n : position + 21 + 11 * n]
            selector = int.from_bytes(record[:3])
            default, special = struct.unpack(">LL", record[3:])
            found[selector] = (
                self._read_default(position + default) if default else (),
                self._read_special(position + special) if special else {},
            )
        return found

    def _read_default(self, position: int) -> tuple[tuple[int, int], ...]:
        count = struct.unpack_from(">L", self._ttf_data, position)[0]
        rows = struct.iter_unpack(">HBB", self._ttf_data[position + 4 : position + 4 + 4 * count])
        starts = (((high << 8) | low, more) for high, low, more in rows)
        return tuple((first, first + more) for first, more in starts)

    def _read_special(self, position: int) -> dict[int, int]:
        count = struct.unpack_from(">L", self._ttf_data, position)[0]
        rows = struct.iter_unpack(">HBH", self._ttf_data[position + 4 : position + 4 + 5 * count])
        return {(high << 8) | low: glyph for high, low, glyph in rows}

    def _read_metrics(self) -> None:
        """Read advances and outline positions the way `makeSubset` wants to find them."""
        full = self.get_ushort(self.get_table_pos("hhea")[0] + 34)
        data = self._ttf_data
        start, length = self.get_table_pos("hmtx")
        self.hmetrics = list(struct.iter_unpack(">HH", data[start : start + 4 * full]))
        last = self.hmetrics[-1][0]
        tail = struct.iter_unpack(">H", data[start + 4 * full : start + length])
        self.hmetrics += [(last, bearing) for (bearing,) in tail]
        self.unitsPerEm = self.get_ushort(self.get_table_pos("head")[0] + 18)
        self.defaultWidth = self._width_of(0)
        self.charWidths: dict[int, float] = {}
        self.glyphPos = self._read_positions()

    def _read_positions(self) -> "array[int]":
        start, length = self.get_table_pos("loca")
        wide = self.get_ushort(self.get_table_pos("head")[0] + 50) == 1
        positions = array("I" if wide else "H", self._ttf_data[start : start + length])
        if sys.byteorder == "little":
            positions.byteswap()
        return positions if wide else array("I", (2 * half for half in positions))


_Variations = tuple[tuple[tuple[int, int], ...], dict[int, int]]


class _Window:
    """A table seen through the mapped file: slices are read, the whole never is."""

    def __init__(self, data: mmap.mmap, offset: int) -> None:
        self._data = data
        self._offset = offset

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._offset + part.start : self._offset + part.stop]
