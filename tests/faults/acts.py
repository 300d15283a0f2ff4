"""What a watched program does, and what it says on descriptor 1 when each act is done.

What was said is promised: it must survive everything.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from models import mending
from models.backup_care import standing
from models.backup_disposal import dispose
from models.backups import record_backup
from models.codes import AttachmentKind, EmploymentType, HandlingKind, Role
from models.errors import JournalMissing
from models.journal_care import end_journal_files
from models.ledger import Ledger
from models.office import Office
from models.records import HandlingEvent, Person, UserAccount
from models.store import Op, Query, Where, quiet
from storage import database, files, journal
from tests.house import FIRST_DAY, cheap_office
from ui.console.sheets import SheetFile
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0]
WORKER = cast.USERS[1]
ADMINISTRATOR = next(user for user in cast.USERS if user.role is Role.ADMINISTRATOR)
NEW_PASSWORD = "まったくあたらしいことば七つ"
TIMES = 2  # each act is done so often: the second time finds other files than the first


def say(ledger: Ledger, word: str) -> None:
    """Promise: everything up to this entry is safe."""
    os.write(1, f"{ledger.store.head().seq} {word}\n".encode())


def somebody(ledger: Ledger, number: int) -> Person:
    return Person(
        organization_id=ledger.registers.all(Person)[0].record.organization_id,
        name=f"見本　{number}郎", employment_type=EmploymentType.REGULAR,
    )  # fmt: skip


def add(ledger: Ledger, home: Path, number: int) -> str:
    change = ledger.registers.create(somebody(ledger, number))
    return f"add {change.ids[0]}"


def attach(ledger: Ledger, home: Path, number: int) -> str:
    change = ledger.files.attach(
        bytes([number]) * 3000, name=f"{number}.pdf", mime="application/pdf",
        kind=AttachmentKind.OTHER,
    )  # fmt: skip
    return f"attach {change.ids[-1]}"


def seal(ledger: Ledger, home: Path, number: int) -> str:
    query = Query("handling_event", (Where("kind", Op.EQ, HandlingKind.RECEIVE),))
    event = ledger.store.find(HandlingEvent, query)[0].record
    change = issue(ledger, IssueRequest("D-14", event.contract_id, (event.id,)))
    return f"seal {change.ids[-1]}"


def backup(ledger: Ledger, home: Path, number: int) -> str:
    made = record_backup(ledger, home / "backup", quiet)
    return f"backup {made.file.name}"


def password(ledger: Ledger, home: Path, number: int) -> str:
    old = BOSS.password if number == 0 else f"{NEW_PASSWORD}{number - 1}"
    ledger.people.change_password(old, f"{NEW_PASSWORD}{number}")
    return f"password {NEW_PASSWORD}{number}"


def let_in(ledger: Ledger, home: Path, number: int) -> str:
    """Let a new worker in and shut the one before out."""
    accounts = [one.record for one in ledger.registers.all(UserAccount)]
    for account in accounts:
        if account.login_name == f"new-{number - 1}":
            ledger.people.disable_account(account.id, "担当替えのため")
    name = somebody(ledger, number).name  # an administrator registers nobody
    person = next(one.record for one in ledger.registers.all(Person) if one.record.name == name)
    ledger.people.add_account(
        person.id, login=f"new-{number}", role=WORKER.role, password=NEW_PASSWORD,
        valid_until=ledger.today() + timedelta(days=30), chosen_by_self=True,
    )  # fmt: skip
    return f"let_in new-{number}"


def renew_key(ledger: Ledger, home: Path, number: int) -> str:
    ledger.people.renew_key("試験のための更新")
    return "renew_key"


def catch_up(ledger: Ledger, home: Path, number: int) -> str:
    """Work on without the medium of the journal, and put it back."""
    move(home / "journal", home / "pulled")
    try:
        add(ledger, home, number)
    except JournalMissing:
        ledger.journal.suspend("媒体の点検のため")
    word = add(ledger, home, number)
    say(ledger, word)
    move(home / "pulled", home / "journal")
    return add(ledger, home, number + TIMES)


def restore(ledger: Ledger, home: Path, number: int) -> str:
    """Lose the folder of the ledger; come back by the backup, and by the journal to the last entry.

    The first time makes the backup that the others use too.
    """
    backups = sorted((home / "backup").glob("*.azb"))
    file = backups[0] if backups else Path(record_backup(ledger, home / "backup", quiet).file)
    say(ledger, add(ledger, home, number))
    ledger.close()
    move(home / "ledger", home / f"lost-{number}")
    come_back(home, file, office_of(home, seed=number))
    return "restore"


def end_journal(ledger: Ledger, home: Path, number: int) -> str:
    """Fill a few small files of the journal, and end those that two backups hold."""
    journal.FILE_LIMIT = 2000
    if number == 0:
        say(ledger, backup(ledger, home, number))
    for person in range(3):
        say(ledger, add(ledger, home, 10 * number + person))
    say(ledger, backup(ledger, home, number))
    end_journal_files(ledger, home / "backup", "二つのバックアップが引き継ぐため", quiet)
    return "end_journal"


def new_key(ledger: Ledger, home: Path, number: int) -> str:
    """Renew the data key behind a backup, the only one there ever is, and enter something."""
    if number == 0:
        say(ledger, backup(ledger, home, number))
    say(ledger, add(ledger, home, 2 * number))
    say(ledger, renew_key(ledger, home, number))
    return add(ledger, home, 2 * number + 1)


def end_backup(ledger: Ledger, home: Path, number: int) -> str:
    """Dispose of the backup before the newest one."""
    while len(standing(ledger)) < 2:
        backup(ledger, home, number)
        say(ledger, "made")
    old = standing(ledger)[-2]
    dispose(ledger, [old.id], "新しいバックアップがあるため")
    return f"end_backup {old.file_name}"


def recover(ledger: Ledger, home: Path, number: int) -> str:
    """Come in with the recovery sheet, as the console does; the next one goes into a file."""
    ledger.close()
    sheet = (home / f"sheet-{number}").read_text()
    with SheetFile(home / f"sheet-{number + 1}") as file:
        opened, _ = office_of(home, seed=50 + number).recover(
            home / "ledger", sheet, BOSS.login, f"{NEW_PASSWORD}{number}", hand_out=file
        )
        opened.close()
    return f"recover {number + 1}"


def rebuild(ledger: Ledger, home: Path, number: int) -> str:
    """Make the database anew out of its log, and enter something into the new one."""
    say(ledger, add(ledger, home, 2 * number))
    head = mending.rebuild(ledger, quiet).head
    say(ledger, f"rebuilt {head.seq}")
    return add(ledger, home, 2 * number + 1)


def come_back(home: Path, file: Path, office: Office) -> None:
    """Restore to the last acknowledged entry and go on in the same journal."""
    place = home / "ledger"
    office.restore(file, place, BOSS.login, BOSS.password, quiet, journal=home / "journal")
    ledger = office.unlock(place, BOSS.login, BOSS.password)
    ledger.journal.start(home / "journal")
    ledger.close()


def move(old: Path, new: Path) -> None:
    """Carry a folder away as a hand does: when that is done, it is done for good."""
    with files.writing(new):
        old.rename(new)
        files.sync_folder(old.parent)


ACTS: dict[str, Callable[[Ledger, Path, int], str]] = {
    "add": add, "attach": attach, "seal": seal, "backup": backup, "restore": restore,
    "password": password, "let_in": let_in, "renew_key": renew_key, "catch_up": catch_up,
}  # fmt: skip
UPKEEP = {
    "end_journal": end_journal, "end_backup": end_backup, "recover": recover, "rebuild": rebuild,
    "new_key": new_key,
}  # fmt: skip


def act(home: Path, name: str) -> None:
    """Open the ledger below `home` and do one of `ACTS` or `UPKEEP` a few times."""
    bug, _, name = name.rpartition(" ")
    if bug == "careless":
        forget_to_sync()
    user = ADMINISTRATOR if name == "let_in" else BOSS
    office = office_of(home, seed=99)
    ledger = office.unlock(home / "ledger", user.login, user.password)
    say(ledger, "open")
    for number in range(TIMES):
        if bug == "hasty":  # the planted bug: a promise before the act
            os.write(1, f"{ledger.store.head().seq + 1} soon\n".encode())
        word = {**ACTS, **UPKEEP}[name](ledger, home, number)
        if name in ("restore", "recover"):
            new = user.password if name == "restore" else f"{NEW_PASSWORD}{number}"
            ledger = office.unlock(home / "ledger", user.login, new)
        say(ledger, word)
    ledger.close()


def office_of(home: Path, seed: int) -> Office:
    return cheap_office(home, StoryClock(FIRST_DAY + timedelta(days=30)), seed=seed)


def forget_to_sync() -> None:
    """The planted bug: a program that acknowledges before anything is on the disk."""

    def careless(descriptor: int) -> None:
        """Do not wait for the disk."""

    pragmas = [p for p in database._PRAGMAS if p[0] != "synchronous"]
    database._PRAGMAS = (*pragmas, ("synchronous", "OFF", 0))
    os.fsync = os.fdatasync = careless  # type: ignore[assignment]
