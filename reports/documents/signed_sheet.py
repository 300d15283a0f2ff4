"""Sheets that a person signs: one page for each, with the text in force and room for a pen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from reportlab.platypus import Flowable, PageBreak

from reports.blocks import RIGHT, TITLE, body, facts, gap
from reports.documents.base import blank
from reports.documents.form import Form

DATE_LINE = "令和　　　年　　　月　　　日"
PEN_LINE = "＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿"


@dataclass(frozen=True)
class Signatory:
    """Who shall sign; the name is printed small so that the right sheet reaches the right hand."""

    name: str
    affiliation: str
    role: str


@dataclass(frozen=True)
class SignedSheet(Form):
    """One page per person: title, facts, text, date and signature by hand."""

    addressee: str = ""
    text: str = ""
    text_version: str = ""
    lines: tuple[Signatory, ...] = ()

    text_key: ClassVar[str] = "text"

    def missing(self) -> Iterator[str]:
        yield from blank(
            ("業務名", self.head.work_title),
            ("受託者の名称", self.head.sender_name),
            (self.label(self.text_key), self.text),
            ("署名する人", self.lines),
        )

    def page_facts(self) -> Sequence[tuple[str, object]]:
        """Return what stands in the ruled form above the text."""
        return (
            (self.head.work_word, self.head.work_title),
            ("契約番号", self.head.contract_no),
            ("根拠条項", self.head.clause_basis),
            ("文面の版", self.text_version),
        )

    def promise(self) -> str:
        """Return the sentence above the signature."""
        return ""

    def story(self) -> list[Flowable]:
        story: list[Flowable] = []
        for one in self.lines:
            if story:
                story.append(PageBreak())
            story += self._page(one)
        return story

    def _page(self, one: Signatory) -> list[Flowable]:
        return [
            body(DATE_LINE, "日付", RIGHT),
            gap(3),
            body(f"{self.addressee}　様", "あて名"),
            body(self.head.title, "表題", TITLE),
            facts(list(self.page_facts())),
            gap(4),
            *(body(part, self.label(self.text_key)) for part in self.text.split("\n")),
            gap(4),
            *([body(f"　{self.promise()}", "誓約")] if self.promise() else []),
            gap(10),
            body(f"所属　{one.affiliation or self.head.sender_name}", "所属", RIGHT),
            gap(4),
            body(f"氏名（自署）　{PEN_LINE}", "氏名", RIGHT),
            body(f"（{one.role}　{one.name}）", "氏名", RIGHT),
        ]
