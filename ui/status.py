"""The line at the bottom: who, which ledger, the last backup, the number of the last entry."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models import wareki
from models.backup_care import AHEAD, last_good
from models.ledger import Ledger
from models.records import BackupRun, Person
from ui.backup_clock import missed
from ui.ledger_settings import backup_at, backup_days


@dataclass(frozen=True)
class Facts:
    """What the status line shows; `care` tells that backup or journal need somebody."""

    user: str
    role: str
    folder: str
    backup: str
    seq: int
    care: bool

    def texts(self) -> tuple[str, str, str, str]:
        """Return the four texts of the line."""
        return (
            f"{self.user}（{self.role}）",
            f"台帳 {self.folder}",
            self.backup,
            f"記帳番号 {self.seq:,}",
        )


def read_facts(ledger: Ledger, folder: Path) -> Facts:
    """Read the facts from the ledger."""
    account = ledger.user
    person = ledger.store.get(Person, account.person_id)
    journal = ledger.journal.tend()
    last = last_good(ledger)
    sentence, care = backup_age(last, ledger.now(), backup_days(ledger))
    at = backup_at(ledger)
    if at is not None and missed(last, ledger.now(), at):
        sentence, care = f"{at:%H:%M}の自動バックアップがまだです。{sentence}", True
    return Facts(
        user=person.record.name if person else account.login_name,
        role=ledger.role.label,
        folder=folder.name,
        backup=f"{journal.words}　{sentence}" if journal.care else sentence,
        seq=ledger.store.head().seq,
        care=care or journal.care,
    )


def backup_age(last: BackupRun | None, now: datetime, days: int) -> tuple[str, bool]:
    """Say in words how old the last backup is, and whether that needs care."""
    if last is None or last.finished_at is None:
        return "バックアップはまだありません", True
    if last.finished_at > now:
        return (
            f"最終バックアップ {AHEAD.format(wareki.format_short_moment(last.finished_at))}",
            True,
        )
    age = (now.date() - last.finished_at.astimezone(now.tzinfo).date()).days
    when = "今日" if age == 0 else "きのう" if age == 1 else f"{age}日前"
    shown = f"最終バックアップ {wareki.format_short_moment(last.finished_at)}（{when}）"
    return shown, age > days
