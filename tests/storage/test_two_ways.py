"""An older copy is worked with by mistake, then the true ledger comes back: the journal has both ways."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.backups import record_backup, restored_words
from models.codes import SystemEventKind
from models.condition import PARTED, judge
from models.errors import Foreign, RolledBack
from models.journal import JournalState
from models.machine_facts import read_facts
from storage.journal_connecting import Connecting
from tests.house import House
from tests.storage.test_journal_keeper import (
    BOSS,
    REASON,
    backed_up,
    enter,
    events,
    plug,
    pull,
    quiet,
    sound,
    state,
    usb,
)
from tests.storage.test_journal_restore import house

__all__ = ["house"]


def put_back(house: House, kept: Path, why: str) -> None:
    """Put another state of the ledger in its place, and answer for it."""
    place = house.folder / "ledger"
    house.ledger.close()
    shutil.rmtree(place)
    shutil.copytree(kept, place)
    with pytest.raises(RolledBack):
        house.office.unlock(place, BOSS.login, BOSS.password)
    house.ledger = house.office.unlock(place, BOSS.login, BOSS.password, rolled_back=why)


def nothing(house: House) -> None:
    """Do nothing more in the copy."""


def two_ways(
    house: House,
    backup: Callable[[House], Path],
    in_the_copy: Callable[[House], None] = nothing,
) -> Path:
    """Make a backup, go on, work with an older copy by mistake, and go back to the true ledger."""
    enter(house.ledger, "写しより前")
    kept = backup(house)
    place = house.folder / "ledger"
    house.ledger.close()
    shutil.copytree(place, house.folder / "older")
    house.ledger = house.office.unlock(place, BOSS.login, BOSS.password)
    for number in range(6):
        enter(house.ledger, f"本物{number}")
    house.ledger.close()
    shutil.copytree(place, house.folder / "true")
    put_back(house, house.folder / "older", REASON)
    enter(house.ledger, "写し")
    in_the_copy(house)
    put_back(house, house.folder / "true", "本物の台帳が見つかったため、これで続けます")
    enter(house.ledger, "その後")
    return kept


def told_backup(house: House) -> Path:
    """Make a backup as the page does, with its entry."""
    (house.folder / "backup").mkdir()
    return Path(record_backup(house.ledger, house.folder / "backup", quiet).file)


@pytest.mark.parametrize("backup", [backed_up, told_backup])
def test_who_goes_back_to_the_true_ledger_loses_nothing(
    house: House, backup: Callable[[House], Path]
) -> None:
    """What two ways left in the journal leads from the backup to the last entry of the one."""
    kept = two_ways(house, backup)
    head = house.ledger.store.head()
    assert state(house.ledger) is JournalState.OK and sound(house.ledger)
    new = house.folder / "new"
    reached = house.office.restore(kept, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert reached.head == head and reached.gap is None


def test_a_journal_that_two_ways_left_apart_is_mended_by_starting_it_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Former versions went on behind the last entry alone; what is told then can be followed."""
    with monkeypatch.context() as patch:
        patch.setattr(Connecting, "_counts_from", lambda self, before: before)
        kept = two_ways(house, told_backup)
    assert not sound(house.ledger)
    house.ledger.journal.start(usb(house))
    enter(house.ledger)
    head = house.ledger.store.head()
    assert sound(house.ledger)
    new = house.folder / "new"
    reached = house.office.restore(kept, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert reached.head == head and reached.gap is None


def renew_key(house: House) -> None:
    house.ledger.people.renew_key("写しで鍵を替えてしまった", quiet)


def told_state(house: House) -> str:
    """Return what the condition says of the backups."""
    facts = read_facts(house.ledger, backup_days=30, denied=(), version="1")
    return next(one.sentence for one in judge(facts) if one.topic == "バックアップ")


def test_a_copy_that_renewed_its_key_is_left_aside_and_told(house: House) -> None:
    """The way under the later key is followed from an older backup, and that is said everywhere."""
    kept = two_ways(house, told_backup, in_the_copy=renew_key)
    ledger = house.ledger
    assert state(ledger) is JournalState.OK and sound(ledger)
    assert SystemEventKind.JOURNAL_BEHIND in events(ledger)
    assert told_state(house) == PARTED
    head = ledger.store.head()
    old, new = house.folder / "old", house.folder / "new"
    restored = house.office.restore(kept, old, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert restored.head.seq < head.seq == restored.aside
    assert f"記帳番号{head.seq:,}までの別の続き" in restored_words(restored)
    (house.folder / "backup2").mkdir()
    later = Path(record_backup(ledger, house.folder / "backup2", quiet).file)
    assert told_state(house) != PARTED
    enter(ledger)
    head = ledger.store.head()
    restored = house.office.restore(
        later, new, BOSS.login, BOSS.password, quiet, journal=usb(house)
    )
    assert (restored.head, restored.aside) == (head, 0) and sound(ledger)
    ledger.people.renew_key("定めた時期の更新のため", quiet)  # its number is that of the copy's key
    enter(ledger)
    assert sound(ledger)
    for path in sorted(usb(house).glob("*.azj"))[-1:]:  # an own file is not taken for the copy's
        raw = bytearray(path.read_bytes())
        raw[40] ^= 1
        path.write_bytes(raw)
    assert not sound(ledger)


def renew_twice(house: House) -> None:
    renew_key(house)
    enter(house.ledger, "写しで鍵を替えた後")
    house.clock.wait(5)
    renew_key(house)


def test_a_copy_may_renew_its_key_more_than_once(house: House) -> None:
    two_ways(house, told_backup, in_the_copy=renew_twice)
    assert state(house.ledger) is JournalState.OK and sound(house.ledger)
    assert told_state(house) == PARTED
    (house.folder / "backup2").mkdir()
    later = Path(record_backup(house.ledger, house.folder / "backup2", quiet).file)
    enter(house.ledger)
    new, head = house.folder / "new", house.ledger.store.head()
    reached = house.office.restore(later, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert reached.head == head and sound(house.ledger)


def second_backup(house: House) -> None:
    (house.folder / "backup1").mkdir()
    record_backup(house.ledger, house.folder / "backup1", quiet)


@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.parametrize("between", [nothing, second_backup])
def test_a_copy_that_is_put_back_again_tells_again_of_the_way_under_the_later_key(
    house: House, between: Callable[[House], object], again: int
) -> None:
    """The true ledger renewed its key; the entry that told so went with the first way of the copy."""
    told_backup(house)
    place = house.folder / "ledger"
    house.ledger.close()
    shutil.copytree(place, house.folder / "older")
    house.ledger = house.office.unlock(place, BOSS.login, BOSS.password)
    enter(house.ledger, "本物")
    renew_key(house)
    put_back(house, house.folder / "older", REASON)
    between(house)
    for number in range(again):
        enter(house.ledger, f"写し{number}")
        put_back(house, house.folder / "older", REASON)
    enter(house.ledger, "その後")
    assert state(house.ledger) is JournalState.OK and sound(house.ledger)
    assert told_state(house) == PARTED
    (house.folder / "backup2").mkdir()
    later = Path(record_backup(house.ledger, house.folder / "backup2", quiet).file)
    assert told_state(house) != PARTED
    enter(house.ledger)
    new, head = house.folder / "new", house.ledger.store.head()
    reached = house.office.restore(later, new, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert (reached.head, reached.gap, reached.aside) == (head, None, 0) and sound(house.ledger)


def copied(house: House) -> Path:
    """Keep a copy of the ledger, and let the ledger renew its key."""
    place, older = house.folder / "ledger", house.folder / "older"
    house.ledger.close()
    shutil.copytree(place, older)
    house.ledger = house.office.unlock(place, BOSS.login, BOSS.password)
    enter(house.ledger, "本物")
    renew_key(house)
    return older


def test_a_way_that_a_former_version_did_not_tell_of_is_told_when_the_ledger_opens(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was set back since: the journal ends with the ledger's own last entry."""
    kept = told_backup(house)
    older = copied(house)
    put_back(house, older, REASON)
    for number in range(6):
        enter(house.ledger, f"写し{number}")
    with monkeypatch.context() as patch:
        patch.setattr(Connecting, "_way_unsaid", lambda self, now: None)
        put_back(house, older, REASON)
        assert told_state(house) != PARTED
    place = house.folder / "ledger"
    house.ledger.close()
    with pytest.raises(RolledBack):
        house.office.unlock(place, BOSS.login, BOSS.password)
    house.ledger = house.office.unlock(place, BOSS.login, BOSS.password, rolled_back=REASON)
    assert told_state(house) == PARTED and sound(house.ledger)
    assert SystemEventKind.JOURNAL_BEHIND in events(house.ledger)
    old, head = house.folder / "old", house.ledger.store.head()
    restored = house.office.restore(kept, old, BOSS.login, BOSS.password, quiet, journal=usb(house))
    assert restored.head != head and restored.aside == head.seq


def test_a_folder_with_an_untold_way_under_a_later_key_is_not_begun_in(house: House) -> None:
    """The medium was away when the copy came again; its last entry is accounted for by the PC."""
    older = copied(house)
    put_back(house, older, REASON)
    pull(house)
    put_back(house, older, REASON)
    house.ledger.journal.stop(REASON)
    plug(house)
    with pytest.raises(Foreign, match="空のフォルダー"):
        house.ledger.journal.start(usb(house))
    house.ledger.journal.start(house.folder / "usb3")
    assert state(house.ledger) is JournalState.OK and sound(house.ledger)
