"""Slow down guessing at the door: five wrong passwords shut a login name out for a while (A-01).

The count stands in the user's application folder, because the ledger is closed when it is needed.
Whoever may delete that file may also copy the ledger; the true barrier is the key derivation.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from models.errors import AzukariError, LockedOut, WrongPassword
from storage.files import UNREADABLE, make_private_folder, read_whole, replace_durable
from storage.refusals import Refusals
from storage.trust import login_tag

FILE_NAME = "attempts.json"
FREE_ATTEMPTS = 5
FIRST_LOCK = timedelta(minutes=5)
LONGEST_LOCK = timedelta(hours=4)
_LIMIT = 256 * 1024  # bytes
_MOST_NAMES = 500


class Throttle:
    """Counts failures per ledger and login name."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self.refusals = Refusals(folder)

    @contextmanager
    def counted(self, vault_id: bytes, login: str, now: datetime) -> Iterator[None]:
        """Slow down guessing: refuse a name that is shut out, count what fails.

        Raises:
            LockedOut
        """
        self.require_open(vault_id, login, now)
        try:
            yield
        except WrongPassword:
            self.failed(vault_id, login, now)
            raise
        self.succeeded(vault_id, login)

    def require_open(self, vault_id: bytes, login: str, now: datetime) -> None:
        """Refuse while the login name is shut out.

        Raises:
            LockedOut: says until when.
        """
        count, last = self._load().get(_name(vault_id, login), (0, ""))
        if count < FREE_ATTEMPTS:
            return
        until = datetime.fromisoformat(last) + _length(count)
        # A clock that was set back must not keep somebody out for days.
        if now < until <= now + LONGEST_LOCK:
            raise LockedOut(until=f"{until.astimezone(now.tzinfo):%H時%M分}")

    def failed(self, vault_id: bytes, login: str, now: datetime) -> None:
        """Count a wrong password."""
        attempts = self._load()
        name = _name(vault_id, login)
        count, _ = attempts.pop(name, (0, ""))
        attempts[name] = (count + 1, now.isoformat())
        self._save(attempts)
        self.refusals.add(vault_id, login_tag(vault_id, login), now)

    def succeeded(self, vault_id: bytes, login: str) -> None:
        """Forget the failures of a login name."""
        attempts = self._load()
        if attempts.pop(_name(vault_id, login), None) is not None:
            self._save(attempts)

    def _load(self) -> dict[str, tuple[int, str]]:
        try:
            found = json.loads(read_whole(self._path, limit=_LIMIT))
            attempts = {str(name): (int(count), str(last)) for name, (count, last) in found.items()}
            for _, last in attempts.values():
                _check_moment(last)
            return attempts
        except UNREADABLE:
            return {}  # no count, or one that somebody broke: start again at nothing

    def _save(self, attempts: dict[str, tuple[int, str]]) -> None:
        newest = dict(list(attempts.items())[-_MOST_NAMES:])
        try:
            make_private_folder(self._path.parent)
            replace_durable(self._path, json.dumps(newest).encode())
        except AzukariError:
            pass  # a full disk must not keep the right person out


def _length(count: int) -> timedelta:
    doubled = FIRST_LOCK * (1 << min(count - FREE_ATTEMPTS, 16))
    return min(doubled, LONGEST_LOCK)


def _name(vault_id: bytes, login: str) -> str:
    # As the header finds its slots: another case or width of the same name is no new name.
    return login_tag(vault_id, login).hex()


def _check_moment(text: str) -> None:
    """Refuse a time that cannot be reckoned with later.

    Raises:
        ValueError, OverflowError
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment + LONGEST_LOCK < moment:
        raise ValueError("without an offset")
