"""What a finding (指摘) is called, and which acts it is about, by the number that people write into it (R-29).

A finding that somebody else verified ends what waits for it: a loss, a shortage, an act that was taken
back. Whoever writes 「４」, 「No.4」 or 「第 4 号」 means 第4号; what names no act of the contract is told
when it is entered, for nothing would end by it.
"""

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from models.codes import FindingSource
from models.records import Finding, HandlingEvent

if TYPE_CHECKING:
    from models.ledger import Ledger

# 令和8年度 第4号 is the number of a paper.
NAMED: Final = re.compile(r"(?<!年度)第(\d{1,9})号")
SHOWN: Final = 60  # characters
ALONE: Final = re.compile(r"(?:第|no[.:]?|#|記録番号:?)?(\d{1,9})号?", re.IGNORECASE)
UNKNOWN = (
    "「きっかけの記録」の「{0}」は、この契約の取扱記録の番号ではありません。このままでは、どの取扱記録の"
    "是正にもなりません。記録番号（例：第55号）を確かめてください。"
)


def acts_named(source: str) -> frozenset[str]:
    """Return how the acts are named that a finding names: 第4号, or the id of one."""
    return frozenset({source.strip(), *(f"第{number}号" for number in numbers_in(source))})


def numbers_in(source: str) -> tuple[int, ...]:
    """Return the numbers of acts that a finding names, in any width and with blanks."""
    text = "".join(unicodedata.normalize("NFKC", source).split())
    alone = ALONE.fullmatch(text)
    return tuple(map(int, NAMED.findall(text) or ([alone[1]] if alone else ())))


def called(one: Finding) -> str:
    """Return what a sentence calls a finding: its first line, cut off for all to see."""
    line = one.description.split("\n")[0]
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def told_of_unknown(ledger: "Ledger", finding: Finding, before: Finding | None) -> str:
    """Return what is said to a finding about an act that the contract does not have, "" otherwise.

    Args:
        before: the version in force, when it is revised; what it names is not asked again.
    """
    source, contract = finding.source_id.strip(), finding.contract_id
    if finding.source is not FindingSource.EVENT or not source or not contract:
        return ""
    if before is not None and _about(before) == _about(finding):
        return ""
    stored = ledger.store.get(HandlingEvent, source)
    if stored is not None and stored.record.contract_id == contract:
        return ""
    numbers, beyond = numbers_in(source), ledger.store.next_event_no(contract)
    known = numbers and all(0 < number < beyond for number in numbers)
    return "" if known else UNKNOWN.format(source)


def _about(finding: Finding) -> tuple[object, ...]:
    return finding.contract_id, finding.source, finding.source_id.strip()
