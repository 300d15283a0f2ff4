"""D-37 検査の控え: what an inspecting officer takes away, to be compared at the next inspection."""

from dataclasses import dataclass, replace
from typing import Final, Self

from reportlab.platypus import Flowable

from models.codes import SealKind
from models.text import hex_groups
from reports.blocks import NOTE, body, facts, gap, shown
from reports.documents.base import Document
from reports.documents.samples import sample_anchor, sample_head
from reports.page import anchoring, opening

SENTENCE: Final = (
    "　検査のときの台帳の様子を、次のとおり控えます。この控えは、次の検査のときに、それまでの記録が"
    "書き換えられたり、台帳が前の状態に戻されたりしていないことを確かめるためのものです。"
)
NO_FORMER: Final = "なし（台帳が知る、この契約の最初の控えです。前の控えが手元にあれば、台帳が前の状態に戻されています。）"
NO_PAPER: Final = "なし（この控えが、台帳の最初の書類です。）"
USE: Final = (
    "この控えの使い方（検査した方へ）",
    "１　このPDFを、受け取った書類とは別に、市町村で保管してください。紙だけのときは、記帳番号と先頭値を使います。",
    "２　市町村のPCでは、検証プログラムに「--since この控え.pdf」を付けて、その後に受け取った書類を確かめてください"
    "（書類といっしょに重ねて放してもかまいません）。結果に、台帳がこの控えから続いているかどうかが出ます。",
    "３　次の検査では、受託者のPCの「条項と証拠」の「検査の控え」で、この控えを選んでください。同じ記帳番号の先頭値が"
    "違うとき、件数が少ないときは、記録が書き換えられたか、台帳が前の状態に戻されています。受託者に理由を尋ねてください。",
    "４　次の検査でも、控えを受け取ってください。確かめられるのは、最後の控えまでです。",
)


@dataclass(frozen=True)
class YearEnd:
    """The last paper of a fiscal year."""

    year: str
    number: str
    sha256: str

    @property
    def words(self) -> str:
        return f"{self.number}　照合値\n{hex_groups(self.sha256)}"


@dataclass(frozen=True)
class InspectionReceipt(Document):
    """検査の控え; everything in it is of the moment at which it was sealed.

    On one sheet, so no box for a stamp: the seal is in the file, and the officer signs nothing here.
    `former` tells of the receipt before, with the head that the ledger has today at its count.
    """

    officers: tuple[str, ...] = ()
    attendants: tuple[str, ...] = ()
    inspected_at: str = ""
    last_papers: tuple[YearEnd, ...] = ()
    former: str = ""
    users: str = ""
    terminals: str = ""
    backup: str = ""
    journal: str = ""

    def story(self) -> list[Flowable]:
        head, anchor = self.head, self.anchor
        papers = "\n".join(one.words for one in self.last_papers) or NO_PAPER
        seal = hex_groups(anchor.seal_fingerprint) if anchor.seal_fingerprint else ""
        rows = [
            (
                f"{head.work_word}・契約番号",
                f"{shown(head.work_title)}（{shown(head.contract_no)}）",
            ),
            ("検査の日時", self.inspected_at),
            ("検査した方", "\n".join(self.officers)),
            ("立ち会った受託者", "\n".join(self.attendants)),
            ("記帳の件数（記帳番号）", f"{anchor.seq:,}件"),
            ("そのときの先頭値", hex_groups(anchor.head)),
            ("年度ごとの最後の書類", papers),
            ("前回の控え", self.former or NO_FORMER),
            ("証印の指紋", seal),
            ("利用者・使用端末", f"利用者 {self.users}\n使用端末 {self.terminals}"),
            ("バックアップ", self.backup),
            ("更新ジャーナル", self.journal),
        ]
        return [
            *opening(replace(head, seal_kind=SealKind.NONE)),
            body(SENTENCE, "本文"),
            gap(2),
            facts(rows),
            gap(1),
            *(body(line, "控えの使い方", NOTE) for line in USE),
            anchoring(head, anchor),
        ]

    @classmethod
    def sample(cls) -> Self:
        return cls(
            sample_head("D-37", "検査の控え", ""),
            sample_anchor(),
            officers=("見本市 情報政策課 主査　辻󠄂　花子", "見本市 監査委員事務局　𠮷野　翔太"),
            attendants=("個人情報保護責任者　髙橋　恵子",),
            inspected_at="令和8年11月21日 10:30",
            last_papers=(
                YearEnd("令和8年度", "令和8年度 第11号", "fedcba9876543210" * 4),
                YearEnd("令和7年度", "令和7年度 第240号", "0123456789abcdef" * 4),
            ),
            former="令和7年度 第198号（記帳番号1,001）　今の台帳の、そのときの先頭値（台帳の中の控えと同じ）\n"
            + hex_groups("89abcdef01234567" * 4),
            users="5名（従事者2名、責任者1名、システム管理者1名、検査者1名）",
            terminals="1台",
            backup="R8.11.20 17:30に作成し、読み直して確かめました（記帳番号1,230まで）。",
            journal="更新ジャーナルに書いています（記帳番号1,234まで）。",
        )  # fmt: skip
