"""What checking a ledger finds, and what mends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from models.chain import Head


class Remedy(Enum):
    """What mends a thing that a verification found; the value is what programs are told."""

    REBUILD = "rebuild"  # `Safe.rebuild` makes it anew out of the log
    BRING_BACK = "bring_back"  # a sealed file has to be copied back from a restored backup
    RESTORE = "restore"  # the whole ledger, from a backup and the journal
    AS_TOLD = "as_told"  # beside the ledger: a medium, a journal, a backup; the message says what
    REPORT = "report"  # nothing is broken, something is not true: somebody has to look


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a verification found. `where` names entry, page, file or record."""

    code: str
    where: str
    message: str
    remedy: Remedy = Remedy.REPORT


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of checking a ledger; `erased` counts entries by the one that erased them."""

    head: Head
    problems: Sequence[Problem]
    erased: Mapping[int, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def remedies(self) -> frozenset[Remedy]:
        """All that is needed before a verification finds nothing any more."""
        return frozenset(one.remedy for one in self.problems)

    @property
    def can_rebuild(self) -> bool:
        """Whether there are problems, and `Safe.rebuild` mends them all."""
        return self.remedies == {Remedy.REBUILD}
