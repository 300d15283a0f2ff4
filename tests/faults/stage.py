"""The ledger that the faults happen to, and what must hold of it whatever happened."""

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from models.backup_care import standing
from models.errors import AzukariError, WrongPassword
from models.ledger import Ledger
from models.records import Attachment, Person, Submission
from reports.seal import make_seal_certificate, seal_record
from tests.faults.acts import BOSS, NEW_PASSWORD, TIMES, come_back, somebody
from tests.faults.recording import Run
from tests.house import FIRST_DAY, cheap_office, furnished
from ui.sample.clock import StoryClock, StoryRandom

LATER = FIRST_DAY + timedelta(days=60)


class Broken(AssertionError):
    """A promise that does not hold."""


def build(home: Path) -> None:
    """Make a small ledger with a receipt to seal, its device secret and a place for backups."""
    with furnished(home, accounts=True) as house:
        house.ledger.journal.start(home / "journal")
        house.story.receive(1)
        for number in range(TIMES):
            house.ledger.registers.create(somebody(house.ledger, number))  # who will be let in
        identity = make_seal_certificate("見本事務", house.ledger.now(), StoryRandom(5))
        house.ledger.paper.adopt_seal(*seal_record(identity))
    (home / "backup").mkdir()
    (home / "sheet-0").write_text(house.sheet)


def require_promises(home: Path, said: bytes) -> None:
    """Open the ledger as it stands and compare it with what had been promised.

    Raises:
        Broken: says which promise.
    """
    lines = said.decode().splitlines()
    _put_back(home)
    ledger = _unlock(home, lines)
    try:
        promised = max((int(line.split()[0]) for line in lines), default=0)
        if ledger.store.head().seq < promised:
            raise Broken(f"head {ledger.store.head().seq}, promised {promised}")
        found = ledger.safe.verify(full=False, progress=lambda done, total: None)
        if not found.ok:
            raise Broken(str(found.problems))
        for line in lines:
            _, word, *what = line.split()
            if word in KEPT:
                KEPT[word](ledger, home, *what)
        if ledger.journal.status().folder is None:
            ledger.journal.start(home / "journal")  # a restored ledger was cut off before
        if ledger.journal.status().seq != ledger.store.head().seq:
            raise Broken(f"journal at {ledger.journal.status().seq}")
        _require_files(ledger)
        _require_backups(ledger, home)
    finally:
        ledger.close()


def remove_kept(message: str) -> None:
    """Look whether the folders that a message names were kept, and remove them.

    Raises:
        Broken: one was not kept.
    """
    for name in re.findall(r"kept in (\S+)", message):
        if not (Path(name) / "ledger").exists():
            raise Broken(f"no ledger in {name}")
        shutil.rmtree(Path(name).parent)


def _put_back(home: Path) -> None:
    """Do what the office does next: plug the medium in, or restore the ledger that is gone."""
    if (home / "pulled").exists() and not (home / "journal").exists():
        (home / "pulled").rename(home / "journal")
    if not (home / "ledger").exists():
        file = next((home / "backup").glob("*.azb"))
        come_back(home, file, cheap_office(home, StoryClock(LATER), seed=8))


def _unlock(home: Path, lines: Sequence[str]) -> Ledger:
    """Open with the newest password that was promised, or the one that was on its way."""
    changed = [line.split()[2] for line in lines if line.split()[1] == "password"]
    newest = changed[-1] if changed else BOSS.password
    number = len(changed)
    office = cheap_office(home, StoryClock(LATER), seed=7)
    try:
        return office.unlock(home / "ledger", BOSS.login, newest)
    except WrongPassword:
        return office.unlock(home / "ledger", BOSS.login, f"{NEW_PASSWORD}{number}")


def _kept_record(ledger: Ledger, home: Path, record_id: str) -> None:
    if ledger.store.get(Person, record_id) is None:
        raise Broken(f"person {record_id}")


def _kept_file(ledger: Ledger, home: Path, attachment_id: str) -> None:
    if len(ledger.files.read(attachment_id)) != 3000:
        raise Broken(f"attachment {attachment_id}")


def _kept_paper(ledger: Ledger, home: Path, paper_id: str) -> None:
    if not ledger.paper.file(paper_id).startswith(b"%PDF"):
        raise Broken(f"paper {paper_id}")


def _kept_backup(ledger: Ledger, home: Path, name: str) -> None:
    _require_sound(ledger, home / "backup" / name)


_SOUND: set[bytes] = set()  # digests of backups that were read to their end: they recur in states


def _require_sound(ledger: Ledger, file: Path) -> None:
    digest = hashlib.sha256(file.read_bytes()).digest()
    if digest not in _SOUND:
        ledger.safe.check_backup(file, lambda done, total: None)
        _SOUND.add(digest)


KEPT: dict[str, Callable[..., None]] = {
    "add": _kept_record, "attach": _kept_file, "seal": _kept_paper, "backup": _kept_backup,
}  # fmt: skip


def _require_files(ledger: Ledger) -> None:
    """Read every file that a record speaks of; sealed numbers have no gap."""
    for stored in ledger.registers.all(Attachment):
        ledger.files.read(stored.record.id)
    serials = sorted(one.record.serial or 0 for one in ledger.registers.all(Submission))
    if [n for n in serials if n] != list(range(1, len([n for n in serials if n]) + 1)):
        raise Broken(f"serials {serials}")


def _require_backups(ledger: Ledger, home: Path) -> None:
    """A file that is called a backup is one; a backup that stands in the ledger is there."""
    for file in (home / "backup").glob("*.azb"):
        _require_sound(ledger, file)
    for run in standing(ledger):
        if not (home / "backup" / run.file_name).exists():
            raise Broken(f"backup {run.file_name}")


def honest(run: Run) -> None:
    """A run that met a failing disk ends with one of our errors, never with a bug."""
    text = run.err.decode()
    last = text.strip().splitlines()[-1] if text.strip() else ""
    known = {cls.__name__ for cls in _all_errors(AzukariError)}
    name = re.split(r"[:(]", last, maxsplit=1)[0].rsplit(".", 1)[-1]
    if run.code != 0 and name not in known:
        raise Broken(f"ended with {last!r}\n{text[-1500:]}")


def _all_errors(cls: type[AzukariError]) -> list[type[AzukariError]]:
    return [cls, *(one for sub in cls.__subclasses__() for one in _all_errors(sub))]
