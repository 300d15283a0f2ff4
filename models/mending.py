"""Damage and its way out: what mends all that a verification found, and 「一覧を作り直す」.

Whatever follows from the log is made anew when it is damaged; no entry is lost by it. A sealed file
that is gone does not follow from the log: it has to be copied back from a backup.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.access import Act
from models.chain import Head
from models.errors import BRING_BACK
from models.store import Progress
from models.verification import Remedy

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.verification import Verification

WORD = "一覧の作り直し"
REBUILD = (
    "責任者かシステム管理者が、「バックアップ」の画面の「一覧を作り直す」を行ってください"
    "（コンソールでは rebuild）。記帳は一件も失われません。"
)
RESTORE = (
    "入力を止め、「バックアップ」の画面の「復元」で、最新のバックアップと更新ジャーナルから"
    "復元してください（コンソールでは restore）。"
)
REPORT = (
    "入力を止め、責任者に知らせてください。責任者は、台帳のフォルダーをそのまま残し、"
    "最新のバックアップと更新ジャーナルから新しいフォルダーに復元して、どちらが正しいかを確かめてください。"
)
AS_TOLD = "更新ジャーナルとバックアップについては、それぞれに書いてあるとおりにしてください。"
BESIDES = "一覧を作り直しても、添付資料のファイルは戻りません。"


def advice(found: "Verification") -> str:
    """Return what mends all that a verification found, in the order in which it is done."""
    remedies = found.remedies
    if Remedy.RESTORE in remedies:  # it brings tables and attachments back, too
        return RESTORE
    if Remedy.REPORT in remedies:
        return REPORT
    steps = REBUILD if Remedy.REBUILD in remedies else ""
    if Remedy.BRING_BACK in remedies:
        steps += f"{BESIDES if steps else ''}{BRING_BACK}"
    if Remedy.AS_TOLD in remedies:
        steps += AS_TOLD
    return steps


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A ledger that was made anew: its head, and how many of its attachments are lost."""

    head: Head
    lost: int

    @property
    def words(self) -> str:
        """What to tell when it is done."""
        said = (
            f"一覧と索引を、記帳から作り直しました。記帳番号{self.head.seq:,}まで、記帳はすべてそのままです。"
            "新しいバックアップを作成し、同じディスクで壊れることが続くなら、ディスクを交換してください。"
        )
        if not self.lost:
            return said
        return f"{said}添付資料のファイル{self.lost:,}件は、失われたままです。{BRING_BACK}"


def rebuild(ledger: "Ledger", progress: Progress) -> Rebuilt:
    """Make all lists, indexes and the search anew out of the log, and note it in the access log.

    The head stays the one that it was: nothing is entered.

    Raises:
        NotPermitted
        Damaged: the log itself is; nothing was changed.
        VerificationFailed, Cancelled, DiskFull, NotWritable, InputOutput: nothing was changed.
    """
    ledger.require("rebuild")
    ledger.safe.rebuild(progress)
    ledger.verified = None
    ledger.access.note(Act.VERIFY, detail=WORD)
    return rebuilt(ledger)


def rebuilt(ledger: "Ledger") -> Rebuilt:
    """Return what is to be told of a ledger that was just made anew."""
    return Rebuilt(ledger.store.head(), ledger.safe.lost_attachments())


def note_rebuild(ledger: "Ledger") -> None:
    """Note and tell that the ledger was made anew when it was opened."""
    ledger.access.note(Act.VERIFY, detail=WORD)
    ledger.notices.append(rebuilt(ledger).words)
