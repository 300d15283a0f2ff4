"""What a ledger knows of a sealed file that somebody brings: ours, another of that number, erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.codes import SubmissionStatus
from models.inspection_receipt import CODES as OF_HISTORY
from models.inspection_receipt import SEALED, Stood, against
from models.paper_replacing import replaced_by
from models.records import ContentErasure, SealKey, Submission
from models.store import Op, Query, Where
from models.wareki import format_short

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_IN_LEDGER, DIFFERS = "NOT_IN_LEDGER", "DIFFERS_FROM_LEDGER"
CODES = NOT_IN_LEDGER, DIFFERS, *OF_HISTORY
OTHER_SEAL = "この台帳の証印ではありません。"
NOT_HERE = "この台帳が確定した書類の中に、同じファイルはありません。"
OTHER_FILE = "台帳に記帳された同じ番号の書類と、内容が違います。"
UNSEEN = "この台帳が確定した書類です（サインインしている方には見えない契約のもので、差替えや取下げは分かりません）。"
UNSEEN_CONTRACT = "見えない契約"
SUPERSEDED = "この書類は、「{0}」に差し替えられています（差替え済）。"
WITHDRAWN = "この書類は、取り下げられています（取消）。"
ERASED_LAST = "契約{0}の内容は{1}に消去しました。この書類の照合値は、消去の記帳に残っています。"
ERASED = (
    "証印はこの台帳のものです。内容を消去した契約（{0}）の書類なら、記帳は残っていないため、"
    "台帳とは比べられません。"
)


@dataclass(frozen=True)
class Compared:
    """What the ledger says of a file.

    Attributes:
        problems: codes with sentences.
        notes: sentences that are no fault of the file.
    """

    problems: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def compare(
    ledger: "Ledger", number: str, sha256: str, fingerprint: str, stood: Stood | None = None
) -> Compared:
    """Compare a sealed file with the papers of the ledger, and the head that it bears with the log.

    Args:
        number: that the paper bears.
        sha256: of the whole file, hexadecimal.
        fingerprint: of the certificate in its seal, hexadecimal.
        stood: how the ledger stood, as a sound paper says; None asks for the file alone.
    """
    as_paper = _as_paper(ledger, number, sha256, fingerprint)
    if stood is None:
        return as_paper
    return Compared((*against(ledger, stood), *as_paper.problems), as_paper.notes)


def _as_paper(ledger: "Ledger", number: str, sha256: str, fingerprint: str) -> Compared:
    """Look for the file among those that the ledger sealed.

    That it is one of them is said to whoever brings it, of contracts that are not to be seen, too: to deny
    a genuine paper would accuse the ledger.
    """
    papers = ledger.paper.sealed()
    mine = next((paper for paper in papers if paper.pdf_sha256 == sha256), None)
    if mine is not None:
        return Compared(notes=tuple(_standing(ledger, mine)))
    if _has(ledger, "pdf_sha256", sha256):
        return Compared(notes=(UNSEEN,))
    seals = {stored.record.fingerprint for stored in ledger.registers.all(SealKey)}
    if fingerprint and fingerprint not in seals:
        return Compared(problems=((NOT_IN_LEDGER, OTHER_SEAL),))
    erasures = [stored.record for stored in ledger.registers.all(ContentErasure)]
    for one in erasures:
        if one.last_sha256 == sha256 and one.erased_at is not None:
            day = format_short(one.erased_at.date())
            return Compared(notes=(ERASED_LAST.format(one.called, day),))
    if number and _has(ledger, "doc_no", number):
        return Compared(problems=((DIFFERS, OTHER_FILE),))
    if fingerprint and _erased(ledger):
        return Compared(notes=(ERASED.format(_contracts(erasures) or UNSEEN_CONTRACT),))
    return Compared(problems=((NOT_IN_LEDGER, NOT_HERE),))


def _has(ledger: "Ledger", field: str, value: str) -> bool:
    """Tell whether the ledger sealed such a paper, whoever may see it."""
    where = (SEALED, Where(field, Op.EQ, value))
    query = Query(Submission.type, where, voided=None)
    return any(ledger.opened.store.find(Submission, query, limit=1))


def _erased(ledger: "Ledger") -> bool:
    query = Query(ContentErasure.type, voided=None)
    return any(ledger.opened.store.find(ContentErasure, query, limit=1))


def _standing(ledger: "Ledger", paper: Submission) -> Iterator[str]:
    """Yield what the ledger says of a paper that holds no more."""
    if paper.status is SubmissionStatus.SUPERSEDED:
        later = replaced_by(ledger, paper)
        yield SUPERSEDED.format(later.doc_no if later else "")
    if paper.status is SubmissionStatus.CANCELLED:
        yield WITHDRAWN


def _contracts(erasures: Sequence[ContentErasure]) -> str:
    return "、".join(dict.fromkeys(one.called for one in erasures))
