"""Judge sealed documents as a series: what a single paper cannot show (security: two books, cuts).

A municipality holds the papers that were handed to it, not those of other clients, so a number that
is missing is told and not condemned. What can only come from a second book, a replaced paper or a
ledger that was set back is condemned: one number on two papers, a previous paper with another hash,
another head at one count, a count that runs backwards, another ledger or seal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from models.errors import Foreign, NewerFormat
from reports.verify import Verdict

VERSION: Final = 1

_SENTENCES: Final = {
    "SAME_NUMBER": "同じ番号で、内容の違う書類が二つあります（{other}）。",
    "PREVIOUS": "一つ前の書類「{other}」の照合値が、手元の書類と違います。"
    "どちらかが差し替えられています。",
    "BACKWARDS": "番号が先の書類「{other}」より、台帳の件数が少なくなっています。"
    "台帳が前の状態に戻されたおそれがあります。",
    "OTHER_HEAD": "書類「{other}」と台帳の件数が同じなのに、先頭値が違います。"
    "台帳が二つあるおそれがあります。",
    "OTHER_LEDGER": "ほかの書類と別の台帳から作られています。"
    "PCや台帳を替えた届けがあるか確かめてください。",
    "OTHER_SEAL": "ほかの書類と証印が違います。証印を替えた届けがあるか確かめてください。",
    "REPLACED": "前回の検証のときと、内容が違います。",
}
_MISSING: Final = (
    "書類「{number}」は手元にありません。ほかの委託者あてでなければ、受託者に尋ねてください。"
)


@dataclass(frozen=True)
class Remembered:
    """What a verification leaves behind of one paper, for the next one."""

    number: str
    sha256: str
    ledger: str
    seal: str
    seq: int
    head: str
    issued_at: str
    previous_number: str | None = None
    previous_sha256: str | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> "Remembered | None":
        """Return what to remember of a sound paper."""
        claims = verdict.claims
        if not verdict.ok or claims is None:
            return None
        return cls(
            number=claims.number,
            sha256=verdict.sha256,
            ledger=claims.ledger,
            seal=verdict.certificate_fingerprint or "",
            seq=claims.seq,
            head=claims.head,
            issued_at=claims.issued_at,
            previous_number=claims.previous_number,
            previous_sha256=claims.previous_sha256,
        )


@dataclass(frozen=True)
class Flaw:
    """One thing that does not fit: the paper it shows at, a stable code, a sentence."""

    number: str
    code: str
    message: str


@dataclass(frozen=True)
class Series:
    """The judgement: what is wrong, which numbers are not at hand, and what to remember."""

    flaws: tuple[Flaw, ...]
    missing: tuple[str, ...]
    remembered: tuple[Remembered, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(_MISSING.format(number=number) for number in self.missing)


def judge(papers: Sequence[Remembered], before: Sequence[Remembered] = ()) -> Series:
    """Judge papers together with those of an earlier verification.

    Args:
        papers: sound papers of today; the same file twice counts once.
        before: what the last verification remembered.
    """
    flaws = [
        Flaw(new.number, "REPLACED", _SENTENCES["REPLACED"])
        for old in before
        for new in papers
        if (new.number, new.ledger) == (old.number, old.ledger) and new.sha256 != old.sha256
    ]
    everything = _once([*before, *papers])
    for ledger in dict.fromkeys(one.ledger for one in everything):
        flaws += _one_ledger([one for one in everything if one.ledger == ledger])
    flaws += _strangers(everything)
    at_hand = {one.number for one in everything}
    missing = dict.fromkeys(
        one.previous_number
        for one in everything
        if one.previous_number and one.previous_number not in at_hand
    )
    return Series(tuple(dict.fromkeys(flaws)), tuple(missing), tuple(everything))


def _once(papers: Sequence[Remembered]) -> list[Remembered]:
    """Return each paper once, in the order in which the ledger stood when they were sealed."""
    return sorted(set(papers), key=lambda one: (one.ledger, one.seq, one.issued_at, one.number))


def _one_ledger(papers: Sequence[Remembered]) -> list[Flaw]:
    """Compare the papers of one ledger, given in the order of their counts."""
    flaws = []
    first: dict[str, Remembered] = {}
    for one in papers:
        same = first.setdefault(one.number, one)
        if same.sha256 != one.sha256:
            flaws += [_flaw(one, "SAME_NUMBER", same), _flaw(same, "SAME_NUMBER", one)]
    for one in papers:
        previous = first.get(one.previous_number or "")
        if previous is None:
            continue
        if previous.sha256 != one.previous_sha256:
            flaws.append(_flaw(one, "PREVIOUS", previous))
        if previous.seq >= one.seq:
            flaws.append(_flaw(one, "BACKWARDS", previous))
    flaws += [
        _flaw(two, "OTHER_HEAD", one)
        for one, two in pairwise(papers)
        if one.seq == two.seq and one.head != two.head
    ]
    return flaws


def _strangers(papers: Sequence[Remembered]) -> list[Flaw]:
    """Name the papers that come from another ledger or seal than most of them do."""
    flaws = []
    for code, name in (("OTHER_LEDGER", "ledger"), ("OTHER_SEAL", "seal")):
        values = [getattr(one, name) for one in papers]
        usual = max(values, key=values.count, default="")
        flaws += [
            Flaw(one.number, code, _SENTENCES[code])
            for one in papers
            if getattr(one, name) != usual
        ]
    return flaws


def _flaw(at: Remembered, code: str, other: Remembered) -> Flaw:
    return Flaw(at.number, code, _SENTENCES[code].format(other=other.number))


# --- what is kept until the next verification ---------------------------------------------------


def to_keep(series: Series, checked_at: str) -> dict[str, Any]:
    """Return the content of the file that the next verification compares with (検証の控え)."""
    papers = [asdict(one) for one in series.remembered]
    return {"azukari_verification": VERSION, "checked_at": checked_at, "papers": papers}


def from_kept(content: object, file: str) -> list[Remembered]:
    """Read what an earlier verification kept.

    Raises:
        Foreign: not such a file.
        NewerFormat: of a later version.
    """
    foreign = Foreign(file=file, reason="検証の控えのファイルではありません。")
    if not isinstance(content, Mapping):
        raise foreign
    version = content.get("azukari_verification")
    if isinstance(version, int) and version > VERSION:
        raise NewerFormat(file=file, found=version, known=VERSION)
    papers = content.get("papers")
    if version != VERSION or not isinstance(papers, list):
        raise foreign
    try:
        found = [Remembered(**one) for one in papers]
    except TypeError as error:
        raise foreign from error
    if not all(isinstance(one.seq, int) and isinstance(one.number, str) for one in found):
        raise foreign
    return found
