"""D-18 廃棄・消去証明書: the six facts of CM-7.5, and the NIST SP 800-88 facts as an annex.

The sentence that the disposal is complete is printed only when every line was confirmed, its
verification, by somebody who is named, passed (records.md 8.3), and the method fitted the medium;
otherwise the paper states what was done, no more. A method, or an end, that the text or the client
wanted otherwise is said in front and with its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from reportlab.platypus import Flowable, PageBreak

from reports.blocks import body, facts, gap
from reports.documents.base import Document, listed, missing_in_lines
from reports.documents.samples import sample_anchor, sample_head
from reports.page import anchoring, end, opening, subject

COMPLETE = (
    "　次のとおり廃棄又は消去を行い、すべての対象について、復元又は判読できないことを確認し、"
    "検証に合格したことを証明します。"
)
DONE = (
    "　次のとおり廃棄又は消去を行ったことを証明します。"
    "検証の結果は、対象ごとに別添「実施内容の詳細」に記載したとおりです。"
)
BREACHED = "方法等について、逸脱又は例外として記録したものがあります（番号{0}。別添のとおり）。"


@dataclass(frozen=True)
class DisposalLine:
    """One disposal. The first six are what the clause demands; the rest is the annex.

    `carrier` names what a file lay on; maker, model and numbers are then those of the carrier.
    `breach` says what a rule had against the method or the end, `unfit` that the method was a breach.
    """

    info_items: str
    media_name: str
    quantity: Decimal | None
    unit: str
    method: str
    responsible: str
    performed_at: datetime | None
    act: str = ""
    item_no: str = ""
    media_type: str = ""
    maker: str = ""
    model: str = ""
    serial_no: str = ""
    property_no: str = ""
    electronic: bool | None = None
    category: str = ""
    method_detail: str = ""
    tool: str = ""
    passes: int | None = None
    irrecoverable_confirmed: bool | None = None
    verification_method: str = ""
    verification_result: str = ""
    verified: bool = False
    performed_by: str = ""
    performed_org: str = ""
    place: str = ""
    verified_by: str = ""
    witness: str = ""
    photos: str = ""
    vendor_certificate: str = ""
    pre_classification: str = ""
    post_classification: str = ""
    backed_up: str = ""
    destination: str = ""
    carrier: str = ""
    breach: str = ""
    unfit: bool | None = None

    @property
    def complete(self) -> bool:
        made_sure = self.irrecoverable_confirmed and self.verified and self.verified_by
        return bool(made_sure) and not self.unfit


@dataclass(frozen=True)
class Certificate(Document):
    """廃棄・消去証明書."""

    lines: tuple[DisposalLine, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether the certificate may say that the disposal is complete."""
        return bool(self.lines) and all(line.complete for line in self.lines)

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        yield from missing_in_lines(
            self.lines,
            (
                ("info_items", "情報項目"),
                ("media_name", "媒体名"),
                ("quantity", "数量"),
                ("method", "方法"),
                ("responsible", "責任者"),
                ("performed_at", "年月日"),
            ),
        )

    def story(self) -> list[Flowable]:
        here, attached = listed(
            ("番号", "情報項目", "媒体名", "数量", "方法", "責任者", "年月日"),
            [
                (
                    number, x.info_items, x.media_name,
                    f"{x.quantity.normalize():,f}{x.unit}" if x.quantity is not None else None,
                    f"{x.act}：{x.method}" if x.act else x.method,
                    x.responsible,
                    x.performed_at.date() if x.performed_at else None,
                )
                for number, x in enumerate(self.lines, 1)
            ],
            (9, 31, 36, 13, 30, 21, 31),
            numbers=frozenset({0, 3}),
        )  # fmt: skip
        return [
            *opening(self.head),
            *subject(self.head, self._statement()),
            *here,
            gap(2),
            end(),
            anchoring(self.head, self.anchor),
            *attached,
            *self._annex(),
        ]

    def _statement(self) -> str:
        said = COMPLETE if self.complete else DONE
        breached = [str(number) for number, x in enumerate(self.lines, 1) if x.breach]
        return said + (BREACHED.format("、".join(breached)) if breached else "")

    def _annex(self) -> list[Flowable]:
        story: list[Flowable] = [
            PageBreak(),
            body("別添　実施内容の詳細", "別添"),
            body("（NIST SP 800-88 の証明項目に沿って記載）", "別添"),
        ]
        for number, line in enumerate(self.lines, 1):
            story += [gap(4), body(f"番号 {number}", "番号"), facts(_details(line))]
        return story

    @classmethod
    def sample(cls) -> Self:
        anchor = sample_anchor()
        lines = (
            DisposalLine(
                "氏名、生年月日、健診結果", "M-0002-C1 健診データ（入力作業用の写し）", Decimal(1),
                "本", "物理的破壊（破砕・穿孔等）", "業務部長　髙橋　恵子", anchor.issued_at,
                act="廃棄", item_no="M-0002-C1", media_type="USBメモリ", maker="みほん電機",
                model="MU-64", serial_no="SN12345678", electronic=True, category="破壊",
                method_detail="破砕機で粉砕", irrecoverable_confirmed=True,
                verification_method="目視", verification_result="合格", verified=True,
                performed_by="𠮷野　翔太", performed_org="株式会社みほん情報処理",
                place="みほん入力センター3階", verified_by="髙橋　恵子", witness="求めなし",
            ),
        )  # fmt: skip
        head = sample_head("D-18", "廃棄・消去証明書", "第7条第5項")
        return cls(head, anchor, lines)


def _details(line: DisposalLine) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [
        ("管理番号・媒体の種類", "　".join(p for p in (line.item_no, line.media_type) if p)),
        ("実施日時・場所", _joined(line.performed_at, line.place)),
        ("実施者", "　".join(p for p in (line.performed_org, line.performed_by) if p)),
        ("方法の詳細", line.method_detail),
        *([("方法等の逸脱・例外", line.breach)] if line.breach else []),
        ("復元・判読できないことの確認", _confirmed(line.irrecoverable_confirmed)),
        ("検証方法・結果", "　".join(p for p in (line.verification_method, line.verification_result) if p)),
        ("検証者", line.verified_by),
        ("立会い", line.witness),
        ("写真", line.photos),
        ("業者の証明書", line.vendor_certificate),
    ]  # fmt: skip
    if line.electronic:
        rows[1:1] = [
            *([("格納先", line.carrier)] if line.carrier else []),
            ("メーカー・型番", "　".join(p for p in (line.maker, line.model) if p)),
            ("製造番号", line.serial_no),
            ("備品番号", line.property_no),
            ("抹消の水準", line.category),
            ("使用ソフト・装置（版）", line.tool),
            ("回数", line.passes),
        ]
        rows += [
            ("抹消前後の区分", "　→　".join(
                p for p in (line.pre_classification, line.post_classification) if p)),
            ("バックアップの有無と場所", line.backed_up),
            ("抹消後の行先", line.destination),
        ]  # fmt: skip
    return rows


def _joined(moment: datetime | None, place: str) -> str:
    from reports.blocks import shown

    return "　".join(part for part in (shown(moment) if moment else "", place) if part)


def _confirmed(value: bool | None) -> str:
    return "" if value is None else ("確認した" if value else "確認していない")
