"""Join papers to the receipt of an inspection (検査の控え), over papers that are not at hand.

A sealed paper says which receipt of its contract was the last, and the head that the ledger has at that
count now. The same head binds the paper to the receipt whatever lies between; a ledger that was set back
before it cannot know of it. What it says is what the sealing program found in the ledger: the ledger
itself is compared at the next inspection.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.profile_forms import RECEIPT

if TYPE_CHECKING:
    from reports.series import Remembered

Dispute = tuple["Remembered", str, "Remembered"]
"""A paper, a code of `reports.series`, and the paper at hand that it does not fit."""


def disputed(papers: Sequence["Remembered"]) -> Iterator[Dispute]:
    """Find papers of one book that say of the last receipt what is not so.

    Args:
        papers: in the order of their counts.
    """
    numbered: dict[str, list[Remembered]] = {}
    counted: dict[int, list[Remembered]] = {}
    receipts: dict[str, list[Remembered]] = {}
    for one in papers:
        numbered.setdefault(one.number, []).append(one)
        counted.setdefault(one.seq, []).append(one)
        if one.kind == RECEIPT:
            receipts.setdefault(one.contract, []).append(one)
    for one in papers:
        if one.former_number is None:
            continue
        seq = one.former_seq or 0
        named = numbered.get(one.former_number, []) if one.former_number else []
        for other in (*named, *(counted.get(seq, ()) if seq else ())):
            if other is not one and (other.seq, other.head) != (seq, one.former_head):
                yield one, "OTHER_FORMER", other
        of_contract = receipts.get(one.contract, [])
        before = bisect_left(of_contract, one.seq, key=lambda receipt: receipt.seq)
        if before and of_contract[before - 1].seq > seq:
            yield one, "NO_FORMER", of_contract[before - 1]


def joined(receipt: "Remembered", papers: Sequence["Remembered"]) -> set[str]:
    """Return the hashes of the papers whose own words lead back to a receipt, step by step.

    A step goes to the paper before, by the hash of its file, or to the last receipt, by its head.
    """
    reached = {receipt.sha256: receipt}
    named = {receipt.number: receipt}
    for one in sorted(papers, key=lambda paper: paper.seq):
        if one.book != receipt.book or one.seq <= receipt.seq:
            continue
        former = named.get(one.former_number or "")
        told = former is not None and (former.seq, former.head) == (one.former_seq, one.former_head)
        if told or one.previous_sha256 in reached:
            reached[one.sha256] = one
            named.setdefault(one.number, one)
    return set(reached) - {receipt.sha256}
