"""The settings of a ledger as they are read: what this program never writes there is passed over.

Settings are no evidence, and whoever holds the data key writes there what he likes. Nobody may be
kept out by that, and nothing may be taken for something else: a value that does not fit its name is
as if it were not there, told at the sign-in, and named by the verification.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from models.notes import GENERATION, NOTES
from models.text import problems_in_text
from storage.database import Database

MOST: Final = 1 << 20  # characters of any setting
_LONGEST_PATH: Final = 4096
_TERMINAL: Final = 400

Fits = Callable[[str], bool]


def _like(pattern: str) -> Fits:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def _is_path(value: str) -> bool:
    return len(value) <= _LONGEST_PATH and not re.search("[\0-\x1f]", value)


def _is_line(value: str) -> bool:
    return not any(problems_in_text(value, max_length=_TERMINAL, multiline=False))


_NUMBER: Final = _like("[0-9]{0,15}")
_FITTING: Final[Mapping[str, Fits]] = {
    "attachment_quota": _NUMBER,
    "backup_at": _like("[0-9:.]{0,15}"),
    "backup_at_exit": _like("[01]?"),
    "backup_days": _NUMBER,
    "backup_folder": _is_path,
    "backup_keep": _like("([0-9]{1,9} [0-9]{1,9} [0-9]{1,9})?"),
    GENERATION: _NUMBER,
    "idle_minutes": _NUMBER,
    "journal_folder": _is_path,
    "journal_suspended": _like("1?"),
    "key_renewing": _NUMBER,
    "scan_gap_ms": _NUMBER,
    "scan_prefix": lambda value: len(value) <= MOST,
    "seal_kind": _like("[a-z_]{0,40}"),
    "terminal": _is_line,
} | {name: lambda value: len(value) <= MOST for name in NOTES}  # they are asked when they are read
"""By name what may stand there; other names are those of a later version and read by nobody."""
ALWAYS: Final = frozenset({GENERATION})
"""What is there before the first entry: without it an older key header would pass for the present."""


def read(database: Database, name: str) -> str:
    """Return a setting, "" for one that is not there or that nobody of us wrote."""
    value = _text(database, name)
    return value if value is not None and _FITTING.get(name, _any)(value) else ""


def unfit(database: Database) -> list[str]:
    """Return the names of the settings that are passed over, or that somebody took away."""
    return [
        name
        for name, fits in _FITTING.items()
        if (value := _text(database, name)) is None or not fits(value) or _is_gone(database, name)
    ]


def _is_gone(database: Database, name: str) -> bool:
    """Tell whether a setting is missing that every ledger has from its first entry on."""
    if name not in ALWAYS or _text(database, name):
        return False
    return database.one("SELECT 1 FROM entry LIMIT 1") is not None


def _text(database: Database, name: str) -> str | None:
    """Return the value as text, None where it is none; a value of another type is read as text."""
    found = database.one("SELECT CAST(value AS BLOB) FROM setting WHERE name = ?", (name,))
    if found is None or found[0] is None:
        return ""
    try:
        return bytes(found[0]).decode()
    except UnicodeDecodeError:
        return None


def _any(value: str) -> bool:
    return len(value) <= MOST
