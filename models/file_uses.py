"""Files that were kept without a contract, and what refers to them all the same (R-38, A-39).

Today a record of a contract refers to files of that contract only. Older entries may refer to a
file of no contract, and entries never migrate: such a file belongs to every contract whose records
refer to it. What nobody refers to, or what a record of the whole office refers to, is everybody's.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileUse:
    """A record, or a former version of one, that refers to a file kept without a contract.

    `contract_id` is "" for a record of the whole office or of several contracts; `standing` is
    False for a voided record and for a former version.
    """

    file_id: str
    contract_id: str
    standing: bool
    record_id: str = ""


def hidden_files(uses: Iterable[FileUse], contracts: Collection[str]) -> frozenset[str]:
    """Return the files that belong to other contracts alone than these."""
    owned: set[str] = set()
    shown: set[str] = set()
    for use in uses:
        everybodys = use.standing and not use.contract_id
        if everybodys or use.contract_id in contracts:
            shown.add(use.file_id)
        elif use.contract_id:
            owned.add(use.file_id)
    return frozenset(owned - shown)


def ending_files(
    uses: Iterable[FileUse], contract_id: str, ending: Collection[str] = ()
) -> frozenset[str]:
    """Return the files that end with a contract: nothing else that stands refers to them.

    Args:
        ending: records of several contracts that end with this one.
    """
    mine: set[str] = set()
    kept: set[str] = set()
    for use in uses:
        if use.contract_id == contract_id or use.record_id in ending:
            mine.add(use.file_id)
        elif use.standing:
            kept.add(use.file_id)
    return frozenset(mine - kept)
