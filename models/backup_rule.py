"""Which backups a site keeps: the last of so many days, weeks and months, for each medium."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.errors import Refused
from models.records import BackupRun

if TYPE_CHECKING:
    from models.ledger import Ledger

SETTING = "backup_keep"  # "days weeks months"
MOST = 120


@dataclass(frozen=True, slots=True)
class KeepRule:
    """Of how many days, weeks and months the last backup is kept."""

    days: int = 7
    weeks: int = 5
    months: int = 12

    def __str__(self) -> str:
        return f"{self.days}日分、{self.weeks}週分、{self.months}か月分"

    @property
    def setting(self) -> str:
        """How the setting is written."""
        return f"{self.days} {self.weeks} {self.months}"


def keep_rule(ledger: "Ledger") -> KeepRule:
    """Return the rule of this ledger; what nobody set, or cannot be read, is the usual one."""
    numbers = [int(one) for one in ledger.store.setting(SETTING).split() if one.isdecimal()]
    fits = len(numbers) == 3 and numbers[0] >= 1 and max(numbers) <= MOST
    return KeepRule(*numbers) if fits else KeepRule()


def change_keep_rule(ledger: "Ledger", rule: KeepRule) -> None:
    """Keep another rule.

    Raises:
        NotPermitted, Refused
    """
    ledger.require("settings")
    numbers = (rule.days, rule.weeks, rule.months)
    if rule.days < 1 or min(numbers) < 0 or max(numbers) > MOST:
        raise Refused(reason=f"残す数は、1日分以上、{MOST}までにしてください。")
    ledger.store.set_setting(SETTING, rule.setting)


def kept_by(runs: Sequence[BackupRun], rule: KeepRule) -> Mapping[str, tuple[str, ...]]:
    """Return the backups that the rule keeps, by id, and which part of it does.

    Each place is thinned for itself: a copy on another medium replaces none.

    Args:
        runs: oldest first.
    """
    kept: dict[str, tuple[str, ...]] = {}
    for place in sorted({place_of(run) for run in runs}):
        mine = [run for run in runs if place_of(run) == place]
        for most, period, word in (
            (rule.days, _day, "日"), (rule.weeks, _week, "週"), (rule.months, _month, "月"),
        ):  # fmt: skip
            for id_ in _last_of(mine, most, period):
                kept[id_] = (*kept.get(id_, ()), word)
    return kept


def place_of(run: BackupRun) -> str:
    """Return where a backup lies: its registered medium, else its folder."""
    return run.medium_id or run.folder


def _last_of(runs: Sequence[BackupRun], most: int, period: Callable[[date], Hashable]) -> set[str]:
    last: dict[Hashable, str] = {}
    for run in reversed(runs):
        if run.finished_at is not None and len(last) < most:
            last.setdefault(period(run.finished_at.date()), run.id)
    return set(last.values())


def _day(day: date) -> Hashable:
    return day


def _week(day: date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: date) -> Hashable:
    return day.year, day.month
