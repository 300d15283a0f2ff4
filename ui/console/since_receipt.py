"""What the verifier says of the papers that came after the receipt of an inspection (検査の控え)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reports.joining import joined
from reports.series import STRANGE, Remembered, Series

MOST_NAMES = 10  # of papers in one line
JOINED = (
    "この控えより後の書類{0}通は、台帳がこの控えから続いていることを示しています（書類に書かれた控えの"
    "先頭値か、前の書類の照合値が、手元のものと同じです）。{1}控えと食い違いません。"
)
SOME = "この控えより後の書類{0}通のうち{1}通は、控えから続いていることを確かめました。"
GAP = (
    "確かめていないもの　{0}。控えとの間の書類が手元にないので、控えから続いているかどうかは分かりません。"
    "受託者のPCの「検査の控え」で台帳と比べるか、新しい控えを受け取ってください。"
)
WRONG = (
    "食い違いがあります。上の×の行と「通して見たこと」を見てください。"
    "台帳が前の状態に戻されたか、書類か台帳が替わったおそれがあります。"
)
STRANGERS = (
    "別の台帳の書類があります（上の×の行）。台帳を替えた届けがなければ、受託者に尋ねてください。"
)
NEW_SEAL = (
    "証印の違う書類は、この控えとは比べていません。証印を替えた届けがあれば、届け出られた新しい指紋を --fingerprint、"
    "この控えを --since で指定して、新しい証印の書類を確かめてください。届けがなければ、受託者に尋ねてください。"
)
UNFIT = (
    "ほかに×か－の書類が{0}通あり、この控えとは比べていません。理由は、その書類の行を見てください。"
)
SEAL = (
    "この控えの証印は、届け出られた指紋と違います。この控えの後に証印を替えた届けがあれば、台帳の続きとして、"
    "次のとおりです。届けがなければ、別の者が作った控えのおそれがあります。"
)
ALONE = (
    "この控えより後の書類で比べられるものが手元にないため、比べていません。受託者のPCの「検査の控え」で台帳と比べるか、"
    "新しい控えを受け取ってください。"
)
ASKED = (
    "{0}は、前回の検査の控えを「{1}」としています。「{1}」も受け取っていれば、いっしょに確かめてください。"
    "受け取っていなければ、受託者に尋ねて、そのPDFを受け取ってください。"
)
NOT_JOINED = "検査の控えから続いていることは、確かめていない書類があります。「検査の控えとの照合」を見てください。"
UNKNOWN = (
    "手元にない検査の控えのことが書かれた書類があります。「検査の控えとの照合」を見てください。"
)


@dataclass(frozen=True)
class Followed:
    """A receipt and what was verified beside it.

    Wrong is what papers of its own book say against it, or papers of another ledger or seal; a file that
    is unfit for a reason of its own was not compared.

    `hashes` are those of the files of today, `unfit` counts those that are not sound by themselves.
    """

    receipt: Remembered
    series: Series
    hashes: set[str]
    unfit: int
    fingerprint: str | None

    @property
    def renewed(self) -> bool:
        """Tell whether the seal that was notified is another than that of the receipt."""
        return self.fingerprint not in (None, self.receipt.seal)

    @property
    def _book(self) -> tuple[str, str]:
        """Return the book in which the receipt was judged: that of the notified seal, if any."""
        return self.receipt.ledger, self.fingerprint or self.receipt.seal

    @cached_property
    def later(self) -> list[Remembered]:
        """Return the papers of today that its ledger sealed after it."""
        seq = self.receipt.seq
        found = [one for one in self.series.remembered if one.book == self._book and one.seq > seq]
        return [one for one in found if one.sha256 in self.hashes]

    @cached_property
    def apart(self) -> list[str]:
        """Return the numbers of those that nothing leads back to it."""
        receipt = replace(self.receipt, seal=self._book[1])
        reached = joined(receipt, self.series.remembered)
        return [one.number for one in self.later if one.sha256 not in reached]

    @cached_property
    def asked(self) -> dict[str, list[str]]:
        """Return receipts of its contract that came after it and are not at hand: number → who names it.

        A ledger that was set back before a receipt gives the number of that to something else. One more
        receipt that stays in the drawer would then stand between the two for ever, if nobody asked for it.
        """
        at_hand = {one.number for one in self.series.remembered if one.book == self._book}
        found: dict[str, list[str]] = {}
        for one in self.later:
            former = one.former_number
            if former and former not in at_hand and one.contract == self.receipt.contract:
                found.setdefault(former, []).append(one.number)
        return found

    def told(self) -> Iterator[str]:
        """Yield the lines of the page."""
        receipt, flaws = self.receipt, self.series.flaws
        yield (
            f"　・「{receipt.number}」（{receipt.issued_at[:10]}、記帳{receipt.seq:,}件、"
            f"証印 {receipt.seal[:8]}…）"
        )
        mine = {one.sha256 for one in self.series.remembered if one.book == self._book}
        wrong = any(one.sha256 in mine and one.code not in STRANGE for one in flaws)
        codes = {one.code for one in flaws} & STRANGE
        lines = [
            *([SEAL] if self.renewed else []),
            *([WRONG] if wrong else []),
            *([STRANGERS] if "OTHER_LEDGER" in codes else []),
            *([NEW_SEAL] if "OTHER_SEAL" in codes else []),
            *(self._going_on() if not (wrong or codes) else []),
            *(ASKED.format(_quoted(numbers), one) for one, numbers in self.asked.items()),
            *([UNFIT.format(self.unfit)] if self.unfit else []),
        ]
        yield from (f"　　{line}" for line in lines)

    def _going_on(self) -> Iterator[str]:
        count = len(self.later)
        if not self.later:
            yield ALONE
        elif not self.apart:
            yield JOINED.format(count, "" if self.renewed else "証印も同じで、")
        else:
            if len(self.apart) < count:
                yield SOME.format(count, count - len(self.apart))
            named = {number for numbers in self.asked.values() for number in numbers}
            if others := [number for number in self.apart if number not in named]:
                yield GAP.format(_names(others))

    def as_json(self) -> dict[str, object]:
        apart = set(self.apart)
        return {
            "number": self.receipt.number,
            "seq": self.receipt.seq,
            "joined": [one.number for one in self.later if one.number not in apart],
            "not_joined": self.apart,
            "asked": [
                {"former": former, "numbers": numbers} for former, numbers in self.asked.items()
            ],
        }


def _quoted(numbers: Sequence[str]) -> str:
    more = len(numbers) - MOST_NAMES
    return "".join(f"「{one}」" for one in numbers[:MOST_NAMES]) + (
        f"ほか{more:,}通" if more > 0 else ""
    )


def _names(numbers: Sequence[str]) -> str:
    more = len(numbers) - MOST_NAMES
    return "、".join(numbers[:MOST_NAMES]) + (f"、ほか{more:,}通" if more > 0 else "")
