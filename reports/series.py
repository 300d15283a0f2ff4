"""Judge sealed documents as a series: what a single paper cannot show (security: two books, cuts).

A municipality holds the papers that were handed to it, not those of other clients, so a number that
is missing is told and not condemned. What can only come from a second book, a replaced paper or a
ledger that was set back is condemned: one number on two papers, a previous paper with another hash,
another head at one count, a count that runs backwards, another ledger or seal.

Anybody can make a ledger and papers of their own that bear the numbers of others. Papers are
therefore sorted by ledger and seal first, and each book is judged by itself: what a stranger's
paper says never condemns a genuine one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from models.errors import NewerFormat, UnfitFile
from models.text import is_whole
from reports.joining import disputed
from reports.verify import Verdict

VERSION: Final = 2  # 1 says neither kind, contract nor former receipt
_APART: Final = timedelta(days=1)
_NUMBER: Final = re.compile(r"(.+年度) 第([0-9]{1,9})号")
_Numbered = dict[tuple[str, str], list["Remembered"]]

_SENTENCES: Final = {
    "SAME_NUMBER": "同じ番号で、内容の違う書類が二つあります（{other}）。",
    "FOLLOWING": "次の書類「{other}」に書かれた照合値と違います。差し替えられています。",
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
    "OTHER_FORMER": "前回の検査の控えとして書かれた番号・記帳番号・先頭値が、手元の「{other}」と違います。"
    "記録が書き換えられたか、台帳が前の状態に戻されたおそれがあります。",
    "NO_FORMER": "この書類を作った台帳は、この契約の検査の控え「{other}」が前に発行されたことを知りません。"
    "台帳が前の状態に戻されたおそれがあります（ほかの契約の番号を付け替えたときも、こうなります）。",
    "FEWER_LATER": "控えの「{other}」より後の日に作られたのに、台帳の件数がそれより少なくなっています。"
    "台帳が前の状態に戻されたおそれがあります（PCの時計が大きくずれていたときも、こうなります）。",
}
_UNSURE: Final = {
    "OTHER_LEDGER": "別々の台帳から作られた書類が、同じ数だけあります。"
    "どれが受託者のものかを、届け出られた指紋で確かめてください。",
    "OTHER_SEAL": "証印の違う書類が、同じ数だけあります。"
    "どれが受託者のものかを、届け出られた指紋で確かめてください。",
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
    kind: str = ""
    contract: str = ""
    former_number: str | None = None
    former_seq: int | None = None
    former_head: str | None = None

    @property
    def book(self) -> tuple[str, str]:
        """Whose it is, as far as papers alone can tell: the ledger that it names, and its seal."""
        return self.ledger, self.seal

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
            kind=claims.kind,
            contract=claims.contract,
            former_number=claims.former_number,
            former_seq=claims.former_seq,
            former_head=claims.former_head,
        )


@dataclass(frozen=True)
class Flaw:
    """One thing that does not fit: the paper it shows at, a stable code, a sentence."""

    number: str
    code: str
    message: str
    sha256: str


STRANGE: Final = frozenset({"OTHER_LEDGER", "OTHER_SEAL"})
"""Codes that say whose a paper is; all others compare papers of one ledger."""


@dataclass(frozen=True)
class Book:
    """The papers of one ledger under one seal, in the order in which the ledger stood.

    `usual` tells that it is the one of the last verification, or else of most papers; `kept` counts
    what that verification remembered of it.
    """

    papers: tuple[Remembered, ...]
    missing: tuple[str, ...]
    usual: bool
    kept: int

    @property
    def followed(self) -> int:
        """How many papers lie beside the one before them, or are the first."""
        hashes = {one.sha256 for one in self.papers}
        first = sum(1 for one in self.papers if not one.previous_number)
        return first + sum(1 for one in self.papers if one.previous_sha256 in hashes)

    @property
    def ledger(self) -> str:
        return self.papers[0].ledger

    @property
    def seal(self) -> str:
        return self.papers[0].seal


@dataclass(frozen=True)
class Series:
    """The judgement: what is wrong, and the papers book by book, the usual one first."""

    flaws: tuple[Flaw, ...]
    books: tuple[Book, ...]

    @property
    def remembered(self) -> tuple[Remembered, ...]:
        """All papers, for the next verification."""
        return tuple(one for book in self.books for one in book.papers)

    @property
    def asked(self) -> tuple[Book, ...]:
        """The usual book; all of them where nobody can tell which it is."""
        return tuple(book for book in self.books if book.usual) or self.books

    @property
    def missing(self) -> tuple[str, ...]:
        """Numbers that are not at hand; a stranger's papers ask for nothing."""
        return tuple(dict.fromkeys(number for book in self.asked for number in book.missing))

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(_MISSING.format(number=number) for number in self.missing)


def judge(papers: Sequence[Remembered], before: Sequence[Remembered] = ()) -> Series:
    """Judge papers together with those of an earlier verification.

    Args:
        papers: sound papers of today; the same file twice counts once.
        before: what the last verification remembered.
    """
    everything = _once([*before, *papers])
    ledger = _most([one.ledger for one in before or everything])
    seal = _most([one.seal for one in before or everything if one.ledger == ledger])
    usual = (ledger, seal)
    mine = [one for one in before if one.book == usual]
    known = {one.sha256 for one in mine}
    shelf: dict[tuple[str, str], list[Remembered]] = {}
    for one in sorted(everything, key=lambda one: one.book != usual):
        shelf.setdefault(one.book, []).append(one)
    numbered = _numbered(everything)
    flaws = [*_replaced(papers, mine), *_fewer_later(papers, mine)]
    for key, of_book in shelf.items():
        flaws += _one_book(of_book, known)
        flaws += _links_elsewhere(of_book, numbered) if key != usual else ()
    flaws += _strangers(everything, ledger, seal)
    kept = Counter(one.book for one in before)
    books = [
        Book(
            tuple(of_book), tuple(dict.fromkeys(_missing(of_book, numbered))), key == usual,
            kept[key],
        )
        for key, of_book in shelf.items()
    ]  # fmt: skip
    return Series(tuple(dict.fromkeys(flaws)), tuple(books))


def _once(papers: Sequence[Remembered]) -> list[Remembered]:
    """Return each paper once, in the order in which the ledger stood when they were sealed."""
    return sorted(set(papers), key=lambda one: (one.ledger, one.seq, one.issued_at, one.number))


def _most(values: Sequence[str]) -> str | None:
    """Return the value that occurs most often, None when two do."""
    counted = Counter(values).most_common(2)
    if len(counted) == 2 and counted[0][1] == counted[1][1]:
        return None
    return counted[0][0] if counted else None


def _numbered(papers: Sequence[Remembered]) -> _Numbered:
    """Return the papers of each ledger by their number."""
    found: _Numbered = {}
    for one in papers:
        found.setdefault((one.ledger, one.number), []).append(one)
    return found


def _replaced(papers: Sequence[Remembered], before: Sequence[Remembered]) -> Iterator[Flaw]:
    """Find papers whose number stood on another paper at the last verification."""
    then = _numbered(before)
    for new in papers:
        for old in then.get((new.ledger, new.number), ()):
            if new.sha256 != old.sha256:
                yield _flaw(new, "REPLACED", old)


def _fewer_later(papers: Sequence[Remembered], before: Sequence[Remembered]) -> Iterator[Flaw]:
    """Find papers of a later year and day than all that was kept, and of a smaller ledger.

    Across years the numbers say no order (`_set_back`). Here one paper is known of old, so the day says
    one, a day or more apart: less than that a clock may have been put right between the two.
    """
    furthest = max(before, key=lambda one: one.seq, default=None)
    since = _moment(furthest) if furthest else None
    if furthest is None or since is None:
        return
    years = {one.sha256: year for year, _, one in _in_years([*papers, furthest])}
    for one in papers:
        at = _moment(one)
        later = at is not None and at - since > _APART and one.book == furthest.book
        if later and one.seq < furthest.seq and years.get(one.sha256) != years.get(furthest.sha256):
            yield _flaw(one, "FEWER_LATER", furthest)


def _moment(one: Remembered) -> datetime | None:
    """Read when a paper was sealed, None where what it says is no moment."""
    try:
        at = datetime.fromisoformat(one.issued_at)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _one_book(papers: Sequence[Remembered], known: set[str]) -> Iterator[Flaw]:
    """Compare the papers of one book, given in the order of their counts.

    Args:
        known: hashes of papers that the last verification saw: beside them the others are wrong.
    """
    numbered = _numbered(papers)
    for same in numbered.values():
        if len(same) > 1:
            yield from _twins(same, known)
    for one in papers:
        found = numbered.get((one.ledger, one.previous_number or ""), [])
        yield from _link(one, found, known)
    yield from _set_back(papers)
    for one, code, other in disputed(papers):
        at, beside = (other, one) if _vouched(one, other, known) else (one, other)
        yield _flaw(at, code, beside)
    for one, two in pairwise(papers):
        if one.seq == two.seq and one.head != two.head:
            at, other = (one, two) if _vouched(two, one, known) else (two, one)
            yield _flaw(at, "OTHER_HEAD", other)


def _set_back(papers: Sequence[Remembered]) -> Iterator[Flaw]:
    """Find papers whose ledger had already come further when an earlier number was given.

    A ledger gives the numbers of a fiscal year once and in order, and each paper is an entry of its
    own: so this shows whatever lies between the two and is not at hand. Across years the names of
    the years say no order; there the link to the paper before has to tell.
    """
    furthest: dict[str, Remembered] = {}
    for year, _, one in sorted(_in_years(papers), key=lambda told: told[:2]):
        before = furthest.setdefault(year, one)
        if before.number != one.number and before.seq >= one.seq:
            yield _flaw(one, "BACKWARDS", before)
        if one.seq > before.seq:
            furthest[year] = one


def _in_years(papers: Sequence[Remembered]) -> Iterator[tuple[str, int, Remembered]]:
    for one in papers:
        if found := _NUMBER.fullmatch(one.number):
            yield found[1], int(found[2]), one


def _twins(same: Sequence[Remembered], known: set[str]) -> Iterator[Flaw]:
    """Name the papers that bear one number; the one that is known of old stands."""
    trusted = next((one for one in same if one.sha256 in known), None)
    for one in same:
        if one is not trusted:
            yield _flaw(one, "SAME_NUMBER", trusted or same[0 if one is not same[0] else 1])


def _vouched(one: Remembered, other: Remembered, known: set[str]) -> bool:
    """Tell whether only one of two was seen by the last verification."""
    return one.sha256 in known and other.sha256 not in known


def _link(one: Remembered, found: Sequence[Remembered], known: set[str]) -> Iterator[Flaw]:
    """Compare a paper with those at hand that bear the number of the one before it."""
    fits = [two for two in found if two.sha256 == one.previous_sha256]
    for previous in fits or found[:1]:
        if not fits and _vouched(one, previous, known):
            yield _flaw(previous, "FOLLOWING", one)
        elif not fits:
            yield _flaw(one, "PREVIOUS", previous)
        if previous.seq >= one.seq:
            yield _flaw(one, "BACKWARDS", previous)


def _links_elsewhere(papers: Sequence[Remembered], numbered: _Numbered) -> Iterator[Flaw]:
    """Find papers under an unusual seal that name another predecessor than their ledger has."""
    own = {one.number for one in papers}
    for one in papers:
        if one.previous_number and one.previous_number not in own:
            yield from _link(one, numbered.get((one.ledger, one.previous_number), []), set())


def _missing(papers: Sequence[Remembered], numbered: _Numbered) -> Iterator[str]:
    """Yield the numbers before these that are not at hand, under whatever seal of their ledger."""
    own = {one.number for one in papers}
    for one in papers:
        number = one.previous_number
        if number and number not in own:
            found = numbered.get((one.ledger, number), ())
            if not any(two.sha256 == one.previous_sha256 for two in found):
                yield number


def _strangers(
    papers: Sequence[Remembered], ledger: str | None, seal: str | None
) -> Iterator[Flaw]:
    """Name the papers of another ledger or seal than the usual; all where nobody can tell which."""
    if ledger is None:
        yield from (_unsure(one, "OTHER_LEDGER") for one in papers)
        return
    for one in papers:
        if one.ledger != ledger:
            yield _flaw(one, "OTHER_LEDGER", one)
        elif seal is None:
            yield _unsure(one, "OTHER_SEAL")
        if seal is not None and one.seal != seal:
            yield _flaw(one, "OTHER_SEAL", one)


def _flaw(at: Remembered, code: str, other: Remembered) -> Flaw:
    return Flaw(at.number, code, _SENTENCES[code].format(other=other.number), at.sha256)


def _unsure(at: Remembered, code: str) -> Flaw:
    return Flaw(at.number, code, _UNSURE[code], at.sha256)


# --- what is kept until the next verification ---------------------------------------------------


def to_keep(series: Series, checked_at: str) -> dict[str, Any]:
    """Return the content of the file that the next verification compares with (検証の控え)."""
    papers = [asdict(one) for one in series.remembered]
    return {"azukari_verification": VERSION, "checked_at": checked_at, "papers": papers}


def from_kept(content: object, file: str) -> list[Remembered]:
    """Read what an earlier verification kept.

    Raises:
        UnfitFile: not such a file.
        NewerFormat: of a later version.
    """
    unfit = UnfitFile(file=file, reason="検証の控えのファイルではありません。")
    if not isinstance(content, Mapping):
        raise unfit
    version = content.get("azukari_verification")
    if isinstance(version, int) and version > VERSION:
        raise NewerFormat(file=file, found=version, known=VERSION)
    papers = content.get("papers")
    if version not in (1, VERSION) or not isinstance(papers, list):
        raise unfit
    try:
        found = [Remembered(**one) for one in papers]
    except TypeError as error:
        raise unfit from error
    if not all(map(_readable, found)):
        raise unfit
    return found


def _readable(one: Remembered) -> bool:
    """Tell whether everything in a kept line is of its type, and may be compared and printed."""
    may_lack = (one.previous_number, one.previous_sha256, one.former_number, one.former_head)
    texts = (
        one.number, one.sha256, one.ledger, one.seal, one.head, one.issued_at, one.kind, one.contract
    )  # fmt: skip
    said = (*texts, *(text for text in may_lack if text is not None))
    return all(
        type(count) is int and count >= 0  # `True` is an instance of it
        for count in (one.seq, one.former_seq or 0)
    ) and all(isinstance(text, str) and is_whole(text) for text in said)
