"""The settings that belong to a ledger: read with their defaults, changed only by those who may."""

from datetime import time
from pathlib import Path

from models import backup_rule, capacity, permissions
from models.backup_rule import KeepRule, change_keep_rule
from models.capacity import change_quota
from models.codes import SealKind
from models.former_passwords import change_former_passwords
from models.ledger import Ledger
from models.office_hours import change_office_hours, read_hours
from models.support import change_support

IDLE_MINUTES = "idle_minutes"
BACKUP_FOLDER = "backup_folder"
BACKUP_DAYS = "backup_days"
BACKUP_AT = "backup_at"
BACKUP_AT_EXIT = "backup_at_exit"
BACKUP_KEEP = backup_rule.SETTING
OFFICE_HOURS = "office_hours"  # kept as an entry, for it decides what stands out
FORMER_PASSWORDS = "former_passwords"  # likewise: it says how strict the office was, and when
ATTACHMENT_QUOTA = capacity.SETTING
SUPPORT = "support"  # likewise: whom to call was true on its day
SEAL_KIND = "seal_kind"
SCAN_PREFIX = "scan_prefix"
SCAN_GAP = "scan_gap_ms"

DEFAULT_IDLE = 5
SHORTEST_IDLE, LONGEST_IDLE = 1, 60
DEFAULT_BACKUP_DAYS = 7
DEFAULT_GAP = 35


def idle_minutes(ledger: Ledger) -> int:
    """Return after how many idle minutes the window locks."""
    minutes = _number(ledger, IDLE_MINUTES, DEFAULT_IDLE)
    return min(max(minutes, SHORTEST_IDLE), LONGEST_IDLE)


def backup_folder(ledger: Ledger) -> Path | None:
    folder = ledger.store.setting(BACKUP_FOLDER)
    return Path(folder) if folder else None


def backup_days(ledger: Ledger) -> int:
    """Return after how many days a missing backup is warned of."""
    return max(1, _number(ledger, BACKUP_DAYS, DEFAULT_BACKUP_DAYS))


def backup_at(ledger: Ledger) -> time | None:
    """Return at which time of the day a backup is made, None for never."""
    try:
        return time.fromisoformat(ledger.store.setting(BACKUP_AT))
    except ValueError:
        return None


def backup_at_exit(ledger: Ledger) -> bool:
    """Tell whether a backup is made when the program is closed."""
    return ledger.store.setting(BACKUP_AT_EXIT) == "1"


def seal_kind(ledger: Ledger) -> SealKind:
    """Return which seal block new papers get."""
    code = ledger.store.setting(SEAL_KIND)
    return SealKind.read(code) if code in {kind.value for kind in SealKind} else SealKind.SEAL


def scan_prefix(ledger: Ledger) -> str:
    return ledger.store.setting(SCAN_PREFIX)[:1]


def scan_gap(ledger: Ledger) -> int:
    """Return the longest pause between two keys of a barcode reader, in milliseconds."""
    return min(max(_number(ledger, SCAN_GAP, DEFAULT_GAP), 10), 200)


def may_change(ledger: Ledger) -> bool:
    """Tell whether the signed-in user may change settings."""
    return ledger.role in permissions.ACTS["settings"][1]


def change_setting(ledger: Ledger, name: str, value: str) -> None:
    """Keep a setting.

    Raises:
        NotPermitted: only responsible persons and administrators change settings.
    """
    if name == BACKUP_KEEP:
        change_keep_rule(ledger, KeepRule(*map(int, value.split())))
        return
    if name == OFFICE_HOURS:
        change_office_hours(ledger, read_hours(value))
        return
    if name == ATTACHMENT_QUOTA:
        change_quota(ledger, int(value))
        return
    if name == FORMER_PASSWORDS:
        change_former_passwords(ledger, int(value))
        return
    if name == SUPPORT:
        change_support(ledger, value)
        return
    ledger.require("settings")
    ledger.store.set_setting(name, value)


def _number(ledger: Ledger, name: str, default: int) -> int:
    value = ledger.store.setting(name)
    return int(value) if value.isdecimal() else default
