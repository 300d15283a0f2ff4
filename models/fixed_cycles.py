"""Which cycles of a contract stood already, so that a longer one asks for less (R-39).

What a profile suggests is no term of the text: a cycle that nobody fixed is free to be fixed for
the first time, and a slip to be put right on that day. From the next day on it stands, also after
it was left out again. A cycle that the program asks for until another is agreed stands only while
something is overdue by it: that is not put off by one person alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from models import calendar_backups, calendar_running
from models.calendar_frame import Item
from models.inquiry import Inquiry
from models.profile_reader import Cycle
from models.records import ContractClauseSetting
from models.softening import cycles_of, length
from models.store import Op, Query, Where
from models.versions import Version

Entered = Sequence[Version[ContractClauseSetting]]
USUAL: Mapping[str, tuple[Cycle, Item]] = MappingProxyType({
    "cycles.backup": (calendar_running.DAILY, calendar_running.k26_backup),
    "cycles.media_storage": (calendar_backups.USUAL, calendar_backups.k15_backups),
    "cycles.access_log_analysis": (Cycle(months=1), calendar_running.k17_access_log),
})  # fmt: skip
"""What stands until another cycle is agreed, with what is asked for by it."""


@dataclass(frozen=True)
class _Fixed:
    day: date
    key: str
    value: str


def every(contract_id: str) -> Query:
    """Return the question for all settings of a contract, the voided ones too."""
    mine = Where("contract_id", Op.EQ, contract_id)
    return Query(ContractClauseSetting.type, (mine,), voided=None)


def settings_of(asked: Inquiry) -> Iterable[str]:
    """Return the ids of all settings of the contract that is asked about, the voided ones too."""
    return asked.listed(every(asked.contract.id), ("clause_key",), _its_id)


def _its_id(_asked: Inquiry, id_: str, _clause_key: str) -> str:
    return id_


def stood(settings: Iterable[Entered], in_force: Mapping[str, str], today: date) -> dict[str, str]:
    """Return the cycles, by key, that stood at the end of an earlier day.

    Args:
        settings: the versions of each setting of a contract, the voided ones too.
        in_force: the cycles as they are now. One that was left out is known as it was last, and one
            that was made shorter today may go back to that.
    """
    known = {one.key: one.value for one in _fixed(settings) if one.day < today}
    now = {key: in_force.get(key) or value for key, value in known.items()}
    return {key: max(now[key], value, key=length) for key, value in known.items()}


def shortest(settings: Iterable[Entered]) -> dict[str, str]:
    """Return the shortest that each cycle ever was at the end of a day, by key."""
    ends = {(one.key, one.day): one.value for one in _fixed(settings)}
    found: dict[str, str] = {}
    for (key, _), value in ends.items():
        found[key] = min(found.get(key, value), value, key=length)
    return found


def overdue(asked: Inquiry, keys: Iterable[str]) -> dict[str, str]:
    """Return the usual cycles, of those in question, by which something is overdue."""
    return {
        key: USUAL[key][0].text
        for key in keys
        if key in USUAL
        and any(one.due_on is not None and one.due_on < asked.today for one in USUAL[key][1](asked))
    }


def _fixed(settings: Iterable[Entered]) -> Iterator[_Fixed]:
    """Yield every entry that fixed a cycle, in the order of the ledger."""
    entered = (one for versions in settings for one in versions if not one.voided)
    for version in sorted(entered, key=lambda one: one.seq):
        for key, value in cycles_of(version.record).items():
            yield _Fixed(version.day, key, value)
