"""Dates about how the program itself runs: looks, trials and backups that come round (K-16 … K-28).

Each has its cycle. Where the text says only 「定期的に」, somebody fixes it on the clause; until then
that is what is due.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from models.access_months import after as next_month
from models.access_months import named, settled, unseen
from models.agreed import terms
from models.at_closing import at_closing
from models.backups import WHOLE_LEDGER
from models.calendar_frame import ACCESS, Due, Item, due, later, latest, unset
from models.changed_terms import CYCLES, cycle_item
from models.codes import BackupKind, BackupResult, ContractStatus, SystemEventKind
from models.evidence_rows import NOTE, Row
from models.inquiry import Inquiry
from models.profile_reader import Cycle
from models.profiles import Clause
from models.records import BackupRun, Record, SystemEvent, UserAccount
from models.wareki import format_short
from models.workdays import after

LATE_QUERY = "EQ-LATELOOK"
LATE_LOOKS = "期限の後に行った「{cycle}」があります：{months}"
LATE_LOOK = "{month}（期限{day}、確認{on}）"
SHOWN = 6  # months
LastDay = Callable[[Inquiry], date | None]


def _entered(kind: SystemEventKind) -> LastDay:
    """Return a question for the last day on which somebody entered that he had looked."""

    def last(asked: Inquiry) -> date | None:
        found = (one for one in asked.everywhere(SystemEvent) if one.kind is kind)
        return latest((one.occurred_at.date() for one in found if one.occurred_at), asked.today)

    return last


def _went_well(kind: BackupKind, file_name: str = "") -> LastDay:
    """Return a question for the last day on which a backup, check or trial went well."""

    def last(asked: Inquiry) -> date | None:
        good = (
            one
            for one in asked.everywhere(BackupRun)
            if (one.kind, one.result) == (kind, BackupResult.OK)
            and file_name in ("", one.file_name)
        )
        return latest((one.finished_at.date() for one in good if one.finished_at), asked.today)

    return last


@dataclass(frozen=True)
class Round:
    """One thing that comes round.

    Attributes:
        cycle: its name in `cycles` of a profile.
        proof: the evidence query that looks at the same thing; without a clause that names it, the
            contract does not ask.
        shown: type of the records that are kept on the page where it is done.
        usual: stands until another cycle is agreed; None where the parties have to fix one.
    """

    code: str
    cycle: str
    proof: str
    last: LastDay
    shown: type[Record]
    usual: Cycle | None = None

    def __call__(self, asked: Inquiry) -> Iterator[Due]:
        """Tell when it is due again."""
        if not asked.asks(self.proof):
            return
        cycle = terms(asked).cycle(self.cycle) or self.usual
        begun = self.last(asked) or asked.contract.work_start_on or asked.today
        if cycle is None:
            yield unset(asked, self.code, cycle_item(self.cycle), self.proof)
            return
        day = after(begun, 1) if cycle == DAILY else later(begun, cycle)
        yield due(asked, self.code, CYCLES[self.cycle], "", day, self.shown(), proof=self.proof)


DAILY = Cycle(days=1)  # of working days: nobody is there to look on the others
_checked = _entered(SystemEventKind.CONDITION_CHECKED)
k16_malware = Round("K-16", "malware_update", "EQ-MALWARE", _checked, SystemEvent)
k18_passwords = Round(
    "K-18", "password_review", "EQ-PASSWORD",
    _entered(SystemEventKind.PASSWORDS_REVIEWED), UserAccount,
)  # fmt: skip
k26_backup = Round("K-26", "backup", "EQ-BACKUP", _went_well(BackupKind.FULL), BackupRun, DAILY)
k27_restore = Round(
    "K-27", "restore_test", "EQ-RESTORE", _went_well(BackupKind.RESTORE_TEST), BackupRun
)
k28_capacity = Round("K-28", "capacity_review", "EQ-CAPACITY", _checked, SystemEvent)
k28_integrity = Round(
    "K-28", "integrity_check", "EQ-INTEGRITY",
    _went_well(BackupKind.VERIFY, WHOLE_LEDGER), BackupRun,
)  # fmt: skip
k31_terminals = Round("K-31", "terminal_inventory", "EQ-TERMINAL", _checked, SystemEvent)
_access_log = Round(
    "K-17", "access_log_analysis", "EQ-AUDIT",
    _entered(SystemEventKind.ACCESS_REVIEWED), SystemEvent, Cycle(months=1),
)  # fmt: skip


def k17_access_log(asked: Inquiry) -> Iterator[Due]:
    """Tell of each month of the access log that nobody looked through, and of the running one.

    Where less than a month is agreed, the next look comes as well when that time has passed.
    """
    if not asked.asks(_access_log.proof):
        return
    cycle = terms(asked).cycle(_access_log.cycle) or Cycle(months=1)
    if not cycle.months:
        this = asked.today.replace(day=1).isoformat()
        yield from (replace(one, type=ACCESS, id=this) for one in _access_log(asked))
    written = asked.ledger.safe.access.stretches()  # what still waits is of the running month
    missing = unseen(written, _reviews(asked), asked.today)
    for month in (*missing, asked.today.replace(day=1)):
        if next_month(month) > _begun(asked):
            one = due(
                asked, _access_log.code, CYCLES[_access_log.cycle], named(month),
                _limit(month, cycle), asked.contract, proof=_access_log.proof,
            )  # fmt: skip
            yield replace(one, type=ACCESS, id=month.isoformat())


def eq_late_looks(asked: Inquiry) -> Iterator[Row]:
    """List the months of the access log that were looked through late; to be read: they were."""
    clauses = asked.applied(asked.asking(_access_log.proof))
    if not clauses:
        return
    agreed = terms(asked)
    last = (at_closing(asked) or asked).today
    late = [
        LATE_LOOK.format(month=named(month), day=format_short(limit), on=format_short(on))
        for month, on in sorted(settled(_reviews(asked)).items())
        if next_month(month) > _begun(asked)
        and (limit := agreed.last_of_cycle(_access_log.cycle, partial(_limit, month)))
        < min(on, last)
    ]
    if late:
        more = f"など{len(late)}か月" if len(late) > SHOWN else ""
        said = LATE_LOOKS.format(cycle=CYCLES[_access_log.cycle], months="、".join(late[-SHOWN:]))
        yield Row(SystemEvent.type, "", f"{said}{more}。", NOTE, clauses)


def _reviews(asked: Inquiry) -> list[SystemEvent]:
    every = asked.everywhere(SystemEvent)
    return [one for one in every if one.kind is SystemEventKind.ACCESS_REVIEWED]


def _begun(asked: Inquiry) -> date:
    return asked.contract.work_start_on or asked.contract.starts_on or date.min


def _limit(month: date, cycle: Cycle | None) -> date:
    return later(next_month(month), cycle or Cycle(months=1)) - timedelta(days=1)


ROUNDS = (
    k16_malware, k18_passwords, k26_backup, k27_restore, k28_capacity, k28_integrity,
    k31_terminals,
)  # fmt: skip
ITEMS: tuple[tuple[str, Item], ...] = (
    *((one.code, one) for one in ROUNDS), (_access_log.code, k17_access_log),
)  # fmt: skip


def to_be_fixed(asked: Inquiry) -> dict[str, str]:
    """Return the cycles that the parties have to fix, as keys of `CYCLES`, by the query that asks."""
    cycles = {one.proof: one.cycle for one in ROUNDS if one.usual is None}
    if "training" in asked.profile.params.cycles.fixed:
        cycles["EQ-TRAIN"] = "training"
    return cycles


def unfixed(asked: Inquiry, clause: Clause) -> list[str]:
    """Return the cycles, as keys of `CYCLES`, that a clause needs and nobody has fixed.

    Under a closed contract none is needed any more.
    """
    if asked.contract.status is ContractStatus.CLOSED:
        return []
    cycles, agreed = to_be_fixed(asked), terms(asked)
    wanted = (cycles[query] for query in clause.evidence if query in cycles)
    return [name for name in wanted if agreed.cycle(name) is None]
