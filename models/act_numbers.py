"""The numbers of acts: each is given once, and none is left out."""

from collections import Counter
from collections.abc import Iterator

from models.evidence_rows import Row, row
from models.inquiry import Inquiry
from models.store import Op, Query, Where


def misnumbered(asked: Inquiry) -> Iterator[Row]:
    """Find numbers of acts that nobody carries, and those that several do.

    A voided event keeps its number, so a number that nobody carries was never given. No command
    gives a number twice: whoever wrote that past them is found by the verification.
    """
    every = Query("handling_event", (Where("contract_id", Op.EQ, asked.contract.id),), voided=None)
    last = asked.last_event_no()
    if asked.total(every) == last:
        return
    carried = asked.listed(every, ("event_no",), _number)
    times = Counter(carried.values())
    lost = [number for number in range(1, last + 1) if number not in times]
    if lost:
        words = f"記録番号に{len(lost):,}件の抜けがあります（第{lost[0]}号など）。"
        yield row(asked.contract, words, "broken")
    for id_, number in carried.items():
        if times[number] > 1:
            words = (
                f"記録番号「第{number}号」の記録が{times[number]}件あります。"
                "台帳の検証で確かめてください。"
            )
            yield Row("handling_event", id_, words, "broken")


def _number(_asked: Inquiry, _id: str, number: int) -> int:
    return number
