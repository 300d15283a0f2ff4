"""Write PDF/A-2u with reportlab: profile, metadata, language, version, one revision, seal room.

reportlab has no option for it. What ISO 19005-2 asks beyond embedded fonts and Unicode values
(`reports/fonts.py`) is here: an sRGB output intent, XMP that agrees with the document information,
an end-of-line before every `endstream`, a file identifier. The signature dictionary is written in
the first and only revision, so nothing is ever appended and the XMP that was signed is this one.
"""

import importlib.resources
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

import resources
from reports.claims import NAMESPACE
from reports.fonts import MINCHO, register_fonts

PRODUCER: Final = "預り台帳 Azukari"
SEAL_FIELD: Final = "AzukariSeal"

_TOTAL_FORM: Final = "total-pages"
_END: Final = b"endstream\nendobj\n"


@dataclass(frozen=True)
class Metadata:
    """What the file says about itself, in the document information and in the XMP alike."""

    title: str
    author: str
    issued_at: datetime
    claims: str


class PaperCanvas(Canvas):
    """A reportlab canvas whose file is PDF/A-2u and repeatable byte for byte.

    Args:
        file: Where the bytes go.
        metadata: Title, author, time and the machine-readable claims.
        page_size: Points; a landscape page is allowed.
        room: Bytes to keep free for a signature, 0 for an unsigned file.
    """

    _code: list[str]  # of reportlab's canvas: the drawing of the page at hand

    def __init__(
        self,
        file: BinaryIO,
        metadata: Metadata,
        page_size: tuple[float, float],
        room: int = 0,
    ) -> None:
        register_fonts()
        super().__init__(
            file,
            pagesize=page_size,
            pageCompression=1,
            invariant=1,
            pdfVersion=(1, 7),
            initialFontName=MINCHO,
            lang="ja-JP",
        )
        self._doc = _Document(metadata)
        self._metadata = metadata
        self._room = room
        if room:
            self._add_seal_field()

    def draw_total_pages(self, x: float, y: float) -> None:
        """Draw the number of pages, known only at the end, with its left edge at (x, y)."""
        self.saveState()
        self.translate(x, y)
        self.doForm(_TOTAL_FORM)
        self.restoreState()

    def finish(self, font: str, size: float) -> None:
        """Define the number of pages and write the file."""
        pages = self.getPageNumber() - (0 if self._code else 1)
        if self._code:
            self.showPage()
        text = str(pages)
        self.beginForm(_TOTAL_FORM, 0, -size, self.stringWidth(text, font, size), size)
        self.setFont(font, size)
        self.drawString(0, 0, text)
        self.endForm()
        self._code = []
        self.save()

    def _add_seal_field(self) -> None:
        signature = self._doc.Reference(_Signature(self._metadata, self._room), "seal")
        widget = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Annot"),
                "Subtype": pdfdoc.PDFName("Widget"),
                "FT": pdfdoc.PDFName("Sig"),
                "T": pdfdoc.PDFString(SEAL_FIELD),
                "Rect": pdfdoc.PDFArray([0, 0, 0, 0]),
                "F": 132,  # print, locked
                "P": pdfdoc.PDFObjectReference("Page1"),
                "V": signature,
            }
        )
        self._addAnnotation(widget, "seal-field")
        field = self._doc.refAnnotation("seal-field")
        catalog = self._doc.Catalog
        catalog.AcroForm = pdfdoc.PDFDictionary({"Fields": pdfdoc.PDFArray([field]), "SigFlags": 3})
        catalog.extra["Perms"] = pdfdoc.PDFDictionary({"DocMDP": signature})


class _Document(pdfdoc.PDFDocument):
    """reportlab's document with our catalog, information, page streams and file layout."""

    def __init__(self, metadata: Metadata) -> None:
        super().__init__(compression=1, invariant=1, pdfVersion=(1, 7), lang="ja-JP")
        self.info = _Information(metadata)
        catalog = _Catalog()
        catalog.Pages, catalog.Outlines, catalog.Lang = (
            self.Pages,
            self.Outlines,
            pdfdoc.PDFString("ja-JP"),
        )
        self.Catalog = self._catalog = catalog
        catalog.Metadata = _metadata_stream(metadata)
        catalog.extra["OutputIntents"] = pdfdoc.PDFArray([self._output_intent()])
        self.updateSignature(metadata.claims)
        self.updateSignature(metadata.title)

    def addPage(self, page: pdfdoc.PDFPage) -> None:
        """Compress the page at once: a register of a thousand pages must not wait in memory."""
        self.updateSignature(page.stream)
        page.Contents = _flate(page.stream.encode("latin-1"))
        page.stream = None
        super().addPage(page)

    def format(self) -> bytes:
        """Write header, objects, one cross-reference table and trailer."""
        self.encrypt.prepare(self)
        self.Reference(self.Catalog)
        self.Reference(self.info)
        parts = [b"%PDF-1.7\n%\xe9\xa0\x90\xe3\x82\x8a\n"]
        offsets: list[int] = []
        position = len(parts[0])
        number = 1
        while number in self.numberToId:  # formatting an object may add more
            data = self._format_object(self.numberToId[number])
            offsets.append(position)
            parts.append(data)
            position += len(data)
            number += 1
        parts.append(self._format_trailer(offsets, position))
        return b"".join(parts)

    def _format_object(self, identifier: str) -> bytes:
        found = pdfdoc.PDFIndirectObject(identifier, self.idToObject[identifier])
        data = bytes(found.format(self))
        if data.endswith(_END):
            return data[: -len(_END)] + b"\n" + _END
        return data

    def _format_trailer(self, offsets: list[int], position: int) -> bytes:
        size = len(offsets) + 1
        root = self.Reference(self.Catalog).format(self).decode()
        info = self.Reference(self.info).format(self).decode()
        digest = self.signature.hexdigest()
        table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
        return (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {size} /Root {root} /Info {info} /ID [<{digest}> <{digest}>] >>\n"
            f"startxref\n{position}\n%%EOF\n"
        ).encode("ascii")

    def _output_intent(self) -> pdfdoc.PDFDictionary:
        profile = _flate(_srgb())
        profile.dictionary["N"] = 3
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("OutputIntent"),
                "S": pdfdoc.PDFName("GTS_PDFA1"),
                "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
                "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
                "DestOutputProfile": self.Reference(profile),
            }
        )


class _Catalog(pdfdoc.PDFCatalog):
    """The catalog with the entries that reportlab does not know."""

    def __init__(self) -> None:
        self.extra: dict[str, object] = {}

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        data = bytes(super().format(document))
        more: bytes = pdfdoc.PDFDictionary(self.extra).format(document)
        return data.rstrip()[:-2] + more.strip()[2:]


class _Information(pdfdoc.PDFInfo):
    """The document information: nothing that the XMP does not say too."""

    def __init__(self, metadata: Metadata) -> None:
        super().__init__()
        self.title, self.author = metadata.title, metadata.author
        self._metadata = metadata

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        day = pdf_date(self._metadata.issued_at)
        entries = {
            "Title": pdfdoc.PDFString(self._metadata.title),
            "Author": pdfdoc.PDFString(self._metadata.author),
            "Creator": pdfdoc.PDFString(PRODUCER),
            "Producer": pdfdoc.PDFString(PRODUCER),
            "CreationDate": pdfdoc.PDFString(day),
            "ModDate": pdfdoc.PDFString(day),
        }
        return bytes(pdfdoc.PDFDictionary(entries).format(document))


class _Signature(pdfdoc.PDFObject):
    """The signature dictionary with its holes: certification, no changes allowed (DocMDP P 1)."""

    __RefOnly__ = 1

    def __init__(self, metadata: Metadata, room: int) -> None:
        self._metadata = metadata
        self._room = room

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        name = pdfdoc.PDFString(self._metadata.author).format(document)
        moment = pdf_date(self._metadata.issued_at).encode("ascii")
        return b"".join(
            (
                b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached",
                b" /Name " + name + b" /M (" + moment + b")",
                b" /Reference [<< /Type /SigRef /TransformMethod /DocMDP",
                b" /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>]",
                b" /ByteRange " + BYTE_RANGE_HOLE,
                b" /Contents <" + b"0" * (2 * self._room) + b"> >>\n",
            )
        )


BYTE_RANGE_HOLE: Final = b"[0 0000000000 0000000000 0000000000]"


def pdf_date(moment: datetime) -> str:
    """Print a time with its offset as PDF does: D:20261121103000+09'00'."""
    offset = moment.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"D:{moment:%Y%m%d%H%M%S}{sign}{hours:02d}'{minutes:02d}'"


def _flate(content: bytes) -> pdfdoc.PDFStream:
    stream = pdfdoc.PDFStream(content=zlib.compress(content))
    stream.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
    return stream


@cache
def _srgb() -> bytes:
    return (importlib.resources.files(resources) / "srgb.icc").read_bytes()


def _metadata_stream(metadata: Metadata) -> pdfdoc.PDFStream:
    stream = pdfdoc.PDFStream(content=xmp_packet(metadata).encode("utf-8"))
    stream.dictionary["Type"] = pdfdoc.PDFName("Metadata")
    stream.dictionary["Subtype"] = pdfdoc.PDFName("XML")
    stream.filters = []
    return stream


def xmp_packet(metadata: Metadata) -> str:
    """Write the XMP packet; the claims stand in a property of our own, described as PDF/A asks."""
    moment = metadata.issued_at.replace(microsecond=0).isoformat()
    return _XMP.format(
        title=escape(metadata.title),
        author=escape(metadata.author),
        producer=escape(PRODUCER),
        moment=moment,
        namespace=NAMESPACE,
        claims=escape(metadata.claims),
    )


_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:azukari="{namespace}">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<azukari:claims>{claims}</azukari:claims>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Azukari sealed document</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>azukari</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>claims</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>What the document claims, as RFC 8785 JSON</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
