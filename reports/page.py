"""The sheet: A4 geometry, letterhead, footer and the anchor to the ledger, once for all papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import BinaryIO, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, Image, KeepTogether, PageTemplate
from reportlab.platypus.doctemplate import LayoutError

from models import wareki
from models.codes import SealKind
from models.errors import Refused
from models.paper_replacing import words_of
from models.text import hex_groups
from reports.blocks import (
    BODY,
    CELL,
    CENTER,
    FULL_WIDTH,
    HEAD,
    INK,
    RIGHT,
    SMALL,
    THIN,
    TITLE,
    UNDER_NUMBER,
    Qr,
    SealBox,
    body,
    gap,
    shown,
    side_by_side,
    unlined,
)
from reports.claims import Claims, claim_time
from reports.fonts import GOTHIC, ink
from reports.pdfa import Metadata, PaperCanvas

MARGIN: Final = 20 * mm
FOOT: Final = 12 * mm
NOTE_LINE: Final = 2.8 * mm
SEAL_IMAGE: Final = 20 * mm

HONEST_STATEMENT: Final = (
    "この書面の証印は、このファイルが上記の台帳から出力され、その後変わっていないことを示します。"
    "個人の電子署名や認定された時刻証明ではなく、時刻は作成したPCの時計によります。"
    "台帳は、お渡しした書面に記された先頭値までの記録について、後からの変更を示すことができます。"
    "記録されなかった事実を知ることはできません。"
    "証印の指紋が、あらかじめお知らせした値と同じであることを確かめてください。"
)


@dataclass(frozen=True)
class Letterhead:
    """Who writes to whom, about what. All words are those of the contract's profile.

    `clause_basis` is the citation that is printed at the head; `seal_image` a PNG or JPEG;
    `replaces_no` and `replaces_on` the number of the paper whose place this one takes, and the day on
    which that was handed in.
    """

    kind: str
    title: str
    doc_no: str
    issued_on: date
    addressee: str
    sender_address: str
    sender_name: str
    signer_title: str
    signer_name: str
    contract_no: str
    work_title: str
    clause_basis: str
    work_word: str = "業務名"
    seal_kind: SealKind = SealKind.SEAL
    seal_image: bytes = b""
    replaces_no: str = ""
    replaces_on: date | None = None


@dataclass(frozen=True)
class FormerReceipt:
    """The receipt of the inspection before and the head at its count as it is now; "" for none."""

    number: str = ""
    seq: int = 0
    head: str = ""


@dataclass(frozen=True)
class Anchor:
    """Where in the ledger this paper hangs; what a later inspection compares.

    `warnings` is what befell the ledger, `formerly` what the contract was called before, `erased`
    that its content is gone and since when, `former` the last receipt of an inspection before, None
    where nobody can tell.
    """

    ledger_id: str
    seq: int
    head: str
    since_last: int
    issued_at: datetime
    previous_doc_no: str = ""
    previous_sha256: str = ""
    seal_fingerprint: str = ""
    warnings: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    erased: str = ""
    former: FormerReceipt | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what has to be known of the contract before the paper is read."""
        return (*self.formerly, self.erased) if self.erased else self.formerly


def claims_of(letterhead: Letterhead, anchor: Anchor) -> Claims:
    """Return the machine-readable claims of a paper."""
    former = anchor.former
    named = former is not None and former.number != ""
    return Claims(
        kind=letterhead.kind,
        number=letterhead.doc_no,
        contract=letterhead.contract_no,
        ledger=anchor.ledger_id,
        seq=anchor.seq,
        head=anchor.head,
        issued_at=claim_time(anchor.issued_at),
        previous_number=anchor.previous_doc_no or None,
        previous_sha256=anchor.previous_sha256 or None,
        seal=anchor.seal_fingerprint or None,
        replaces=letterhead.replaces_no or None,
        former_number=former.number if former else None,
        former_head=former.head if former and named else None,
        former_seq=former.seq if former and named else None,
    )


def opening(head: Letterhead) -> list[Flowable]:
    """Return number, date, addressee, sender with its seal, and title.

    A working print has no number and goes to nobody: it begins with its title and its day.
    """
    if not head.doc_no:
        return [body(head.title, "表題", TITLE), body(_made_on(head), "日付", RIGHT), gap(2)]
    number = [
        body(head.doc_no, "文書番号", RIGHT),
        body(wareki.format_wareki(head.issued_on), "日付", RIGHT),
        *_replacing(head),
    ]
    sender = [
        body(shown(head.sender_address), "所在地"),
        body(shown(head.sender_name), "名称"),
        *_signer(head),
    ]
    return [
        *number,
        gap(2),
        body(f"{shown(head.addressee)}　様", "あて名"),
        gap(2),
        side_by_side([], sender, 85 * mm),
        body(head.title, "表題", TITLE),
    ]


def _replacing(head: Letterhead) -> list[Flowable]:
    """Say beside its number which paper this one takes the place of, so that none counts twice."""
    if not head.replaces_no:
        return []
    return [body(words_of(head.replaces_no, head.replaces_on), "差し替える書類", UNDER_NUMBER)]


def _made_on(head: Letterhead) -> str:
    return f"{wareki.format_wareki(head.issued_on)}　{shown(head.sender_name)}"


def _signer(head: Letterhead) -> list[Flowable]:
    name = f"{head.signer_title}　{head.signer_name}".strip("　")
    line = body(shown(name), "名義")
    if head.seal_kind is SealKind.SEAL:
        return [_beside(line, SealBox())]
    if head.seal_kind is SealKind.IMAGE and head.seal_image:
        return [_beside(line, _image(head.seal_image))]
    if head.seal_kind is SealKind.SIGN:
        return [line, gap(6), body("署名　＿＿＿＿＿＿＿＿＿＿＿＿＿＿", "署名")]
    return [line]


def _beside(line: Flowable, seal: Flowable) -> Flowable:
    return unlined([line, seal], [63 * mm, 22 * mm], "MIDDLE")


def _image(data: bytes) -> Flowable:
    try:
        width, height = ImageReader(BytesIO(data)).getSize()
    except OSError as error:
        raise Refused(
            reason="印影の画像を読めません。PNGかJPEGの画像を登録し直してください。"
        ) from error
    scale = SEAL_IMAGE / max(width, height)
    return Image(BytesIO(data), width=width * scale, height=height * scale)


def subject(head: Letterhead, sentence: str) -> list[Flowable]:
    """Return the sentence under the title, with work, contract and clause."""
    return [
        body(sentence, "本文"),
        gap(2),
        *_labelled(
            (head.work_word, head.work_title),
            ("契約番号", head.contract_no),
            ("根拠条項", head.clause_basis),
        ),
        gap(2),
        body("記", "記", CENTER),
        gap(2),
    ]


def _labelled(*rows: tuple[str, str]) -> list[Flowable]:
    """Set label and text in two columns, so that a long text goes on under its own beginning."""
    width = (max(len(label) for label, _text in rows) + 2) * BODY.size  # an em before and behind
    return [
        side_by_side([body(f"　{label}", label)], [body(shown(text), label)], width)
        for label, text in rows
    ]


def end() -> Flowable:
    return body("以上", "以上", RIGHT)


def anchoring(head: Letterhead, anchor: Anchor) -> Flowable:
    """Return the block by which the paper hangs on the ledger: QR, head, previous paper, seal."""
    return KeepTogether([gap(2), *anchor_block(head, anchor)])


def anchor_block(head: Letterhead, anchor: Anchor) -> list[Flowable]:
    """Return that block in parts, for a paper that keeps it together with something else."""
    claims = claims_of(head, anchor).to_json()
    lines = [
        f"台帳 {anchor.ledger_id}　記帳番号 {anchor.seq:,}　先頭値 {hex_groups(anchor.head)}",
        f"直前の書面 {anchor.previous_doc_no or 'なし（最初の書面）'}"
        + (f"　照合値 {hex_groups(anchor.previous_sha256)}" if anchor.previous_sha256 else ""),
        _between(anchor),
        f"証印の指紋 {hex_groups(anchor.seal_fingerprint) if anchor.seal_fingerprint else 'なし（控え）'}",
        *(f"注意：{warning}" for warning in (*anchor.notes, *anchor.warnings)),
        HONEST_STATEMENT,
    ]
    text = [body(line, "台帳との照合", SMALL) for line in lines]
    return [gap(3), side_by_side([Qr(claims)], text, 30 * mm)]


def _between(anchor: Anchor) -> str:
    """Say what was entered between the previous paper's own entries and this paper.

    Both ends are printed as numbers of entries: the first here, the last as 記帳番号 above.
    """
    if not anchor.previous_doc_no:
        return f"台帳の最初からの記帳 {anchor.since_last:,}件"
    own = anchor.seq - anchor.since_last
    return f"直前の書面は記帳番号 {own:,} まで　その後この書面までの記帳 {anchor.since_last:,}件"


def consent_box(consent: str) -> list[Flowable]:
    """Return the box that the client fills in and sends back.

    Args:
        consent: the text's own verb: 承諾, 同意, 承認.
    """
    answers = f"□ {consent}する　　　□ 条件を付けて{consent}する　　　□ {consent}しない"
    return _filled_by_hand(
        "回答欄（この欄に記入し、1部を返送してください。）",
        (
            ("回答", answers, 0),
            ("条件・理由", "", 3),
            ("回答日・番号", "令和　　　年　　　月　　　日　　　　　　　第　　　　　　号", 0),
            ("職・氏名", "（署名又は記名押印）", 4),
        ),
    )


def receipt_box() -> list[Flowable]:
    """Return the box in which the client receipts what was handed over."""
    return _filled_by_hand(
        "受領欄",
        (
            ("受領", "上記のとおり受領しました。", 0),
            ("受領日", "令和　　　年　　　月　　　日", 2),
            ("職・氏名", "（署名又は記名押印）", 8),
        ),
    )


def signature_table(people: Sequence[str]) -> list[Flowable]:
    """Return a box with a day, an hour and a signature for each person."""
    line = "令和　　年　　月　　日　　　時　　分　　　署名"
    return _filled_by_hand("確認欄", tuple((one, line, 5) for one in people))


def _filled_by_hand(title: str, rows: Sequence[tuple[str, str, float]]) -> list[Flowable]:
    """Set a ruled box with room for a pen: (label, print, millimetres of room above it)."""
    from reportlab.platypus import Table, TableStyle

    cells: list[list[object]] = [[body(title, title, HEAD), ""]]
    for label, text, room in rows:
        cells.append([body(label, label, HEAD), [gap(room), body(text, label, CELL)]])
    table = Table(cells, colWidths=[32 * mm, FULL_WIDTH - 32 * mm])
    table.setStyle(
        TableStyle(
            [
                ("SPAN", (0, 0), (-1, 0)),
                ("GRID", (0, 0), (-1, -1), THIN, INK),
                ("BOX", (0, 0), (-1, -1), 1, INK),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return [gap(2), table]


def build(
    story: Sequence[Flowable], head: Letterhead, anchor: Anchor, file: BinaryIO, room: int
) -> None:
    """Lay the story out on A4 pages and write the file.

    Args:
        room: bytes to keep free for the signature, 0 for a print that is not sealed.

    Raises:
        Refused: one piece is larger than a page.
    """
    metadata = Metadata(
        title=f"{head.title} {head.doc_no}".strip(),
        author=head.sender_name,
        issued_at=anchor.issued_at,
        claims=claims_of(head, anchor).to_json(),
    )
    canvas = PaperCanvas(file, metadata, A4, room)
    template = _Template(head, anchor)
    try:
        template.build(list(story), canvasmaker=lambda *args, **named: canvas)
    except LayoutError as error:
        raise Refused(
            reason="一つの項目が1ページに収まりません。長い文を分けるか、短くしてください。"
        ) from error
    canvas.finish(GOTHIC, 8)


class _Template(BaseDocTemplate):
    """One frame a page, with the footer of the house."""

    def __init__(self, head: Letterhead, anchor: Anchor) -> None:
        super().__init__(
            BytesIO(), pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN,
            bottomMargin=MARGIN, allowSplitting=1,
        )  # fmt: skip
        self._doSave = 0  # `build` finishes the canvas, because only then the pages are counted
        self._note = _foot_note(head, anchor)
        frame = Frame(
            MARGIN, MARGIN, A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN, leftPadding=0,
            rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        self.addPageTemplates([PageTemplate("sheet", [frame], onPage=self._foot)])

    def _foot(self, canvas: PaperCanvas, template: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(GOTHIC, 8)
        left = f"{canvas.getPageNumber()} / "
        width = canvas.stringWidth(left, GOTHIC, 8)
        start = A4[0] / 2 - width
        canvas.drawString(start, FOOT, left)
        canvas.draw_total_pages(start + width, FOOT)
        canvas.setFont(GOTHIC, 6)
        for number, line in enumerate(reversed(self._note)):
            canvas.drawRightString(A4[0] - MARGIN, FOOT + number * NOTE_LINE, line)
        canvas.restoreState()


def _foot_note(head: Letterhead, anchor: Anchor) -> tuple[str, ...]:
    """Return the lines that stand right in the foot; a long title has one above the others.

    Each sheet of a paper names it: a loose second sheet may hold the box that the client fills in.
    """
    ends = f"台帳先頭値 {anchor.head[:16]}"
    note = _inked(head.doc_no, head.title, ends)
    if stringWidth(note, GOTHIC, 6) < A4[0] / 2 - MARGIN - 10 * mm:
        return (note,)
    return _inked(head.title), _inked(head.doc_no, ends)


def _inked(*parts: str) -> str:
    return ink("　".join(part for part in parts if part), "文書番号")
