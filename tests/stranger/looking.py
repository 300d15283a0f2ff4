"""What the stranger finds in a ledger that was played, and what the program says of the same."""

from datetime import date
from pathlib import Path

from models.errors import AzukariError
from tests.house import cheap_office
from tests.stranger.hands import Insider
from tests.stranger.reader.plain import Wrong
from tests.stranger.reader.reading import Found, Key, read
from tests.stranger.stage import ADMINISTRATOR, BOSS, NEW_PASSWORD, WORKER, Stage
from ui.sample.clock import StoryClock

PASSWORDS = {WORKER.login: NEW_PASSWORD}


def key_of(stage: Stage, login: str = BOSS.login) -> Key:
    known = {user.login: user.password for user in (BOSS, WORKER, ADMINISTRATOR)} | PASSWORDS
    return Key(login, known[login], stage.device)


def insider(stage: Stage, login: str = BOSS.login) -> Insider:
    return Insider(stage.home, key_of(stage, login))


def all_of(stage: Stage, key: Key | None = None) -> Found:
    return read(
        stage.ledger, key or key_of(stage),
        container=stage.container, journal_folder=stage.journal, papers=stage.papers,
    )  # fmt: skip


def said(stage: Stage) -> str:
    """Return everything that the stranger finds wrong."""
    try:
        return "\n".join(all_of(stage).findings.said)
    except Wrong as error:
        return str(error)


def program(stage: Stage) -> list[str]:
    """Return the codes of what the program finds wrong, or the error at its door."""
    office = cheap_office(stage.home, StoryClock(date(2026, 10, 2)))
    try:
        ledger = office.unlock(stage.ledger, BOSS.login, BOSS.password)
    except AzukariError as error:
        return [type(error).__name__]
    try:
        found = ledger.safe.verify(full=True, progress=lambda _done, _total: None)
        return [one.code for one in found.problems]
    finally:
        ledger.close()


def last_journal(stage: Stage) -> Path:
    return max(stage.journal.glob("*.azj"))
