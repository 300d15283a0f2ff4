"""What the papers that ask for a consent share: applied matter, reason, span, and the answer box."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from reportlab.platypus import Flowable

from reports.documents.base import NO_LINES
from reports.documents.form import Form
from reports.page import consent_box

NO_TARGET: Final = "対象（承諾・指示の「対象」に、媒体・資料か個人情報を登録してください）"


@dataclass(frozen=True)
class AppliedItem:
    """One medium that the application is about."""

    item_no: str
    medium: str
    content: str
    quantity: str

    @property
    def information(self) -> str:
        return self.content


@dataclass(frozen=True)
class ConsentRequest(Form):
    """An application; `act` and `consent` are the text's own words (複写・複製, 承諾)."""

    act: str = ""
    consent: str = "承諾"
    scope: str = ""
    purpose: str = ""
    quantity: str = ""
    period: str = ""
    lines: tuple[AppliedItem, ...] = ()

    own_labels: ClassVar[Mapping[str, str]] = {"scope": "申請の範囲", "item_no": "管理番号"}
    columns: ClassVar[Mapping[str, float]] = {"item_no": 26, "medium": 65, "content": 70}

    def missing(self) -> Iterator[str]:
        for lacking in super().missing():
            yield NO_TARGET if lacking == NO_LINES else lacking

    @property
    def awaits_answer(self) -> bool:
        return True

    def sentence(self) -> str:
        return f"次のとおり{self.act}を行いたいので、{self.consent}を申請します。"

    def answer(self) -> list[Flowable]:
        return consent_box(self.consent)

    def table(self) -> tuple[list[Flowable], list[Flowable]]:
        """Leave the list out when the application names no single medium."""
        return super().table() if self.lines else ([], [])
