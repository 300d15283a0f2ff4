"""Backup media: known by their mark; once one is registered, no other is written to."""

from dataclasses import replace
from shutil import copyfile, rmtree

import pytest

from models.backup_care import ending, find, standing
from models.backup_disposal import dispose
from models.backup_media import (
    Destruction,
    end_medium,
    leave_use,
    loose,
    medium_for,
    register_medium,
)
from models.backup_strays import DISPOSED, LACKING, PARTIAL, UNKNOWN, strays
from models.backups import record_backup
from models.codes import BackupKind, BackupResult, MediumState, SanitizationMethod
from models.errors import (
    BackupIncomplete,
    Damaged,
    InsideLedger,
    MediumMissing,
    NotPermitted,
    Refused,
)
from models.records import BackupMedium, BackupRun, Person
from models.safe import Presence
from models.store import quiet
from storage.media import NAME, read_mark
from tests.house import House
from tests.reports.test_planned_ends import planned


@pytest.fixture
def house(house_and_sticks: House) -> House:
    return house_and_sticks


def register(house: House, name: str = "stick", number: str = "B-01") -> None:
    register_medium(house.ledger, house.folder / name, medium_no=number, name="金庫のUSB")


def test_a_backup_says_on_which_medium_it_is(house: House) -> None:
    register(house)
    record_backup(house.ledger, house.folder / "stick", quiet)
    run = house.ledger.registers.all(BackupRun)[0].record
    medium = house.ledger.registers.all(BackupMedium)[0].record
    assert run.medium_id == medium.id and medium.mark == read_mark(house.folder / "stick")


def test_another_stick_is_noticed_and_nothing_is_written(house: House) -> None:
    register(house)
    with pytest.raises(Refused, match="登録したバックアップの媒体ではありません"):
        record_backup(house.ledger, house.folder / "other", quiet)
    assert list((house.folder / "other").iterdir()) == []
    failed = house.ledger.registers.all(BackupRun, kind=BackupKind.FULL)
    assert [one.record.result for one in failed] == [BackupResult.FAILED]


def test_without_a_registered_medium_any_folder_serves(house: House) -> None:
    assert medium_for(house.ledger, house.folder / "other") is None
    assert record_backup(house.ledger, house.folder / "other", quiet).size > 0
    run = house.ledger.registers.all(BackupRun)[-1].record
    assert "登録した媒体ではありません" in run.detail and run.result is BackupResult.OK
    assert loose(house.ledger) == house.folder / "other"  # open until it is registered
    with pytest.raises(Refused, match="まだ登録されていません"):
        record_backup(house.ledger, house.folder / "other", quiet, registered=True)
    register(house, "other")
    assert loose(house.ledger) is None
    (house.folder / "other").rename(house.folder / "away")
    assert loose(house.ledger) == house.folder / "other"
    (house.folder / "away").rename(house.folder / "other")
    record_backup(house.ledger, house.folder / "other", quiet, registered=True)
    (house.folder / "other").rename(house.folder / "away")
    assert loose(house.ledger) is None  # it lies on the medium, wherever that is


def test_the_medium_is_known_wherever_it_is_put(house: House) -> None:
    register(house)
    (house.folder / "stick").rename(house.folder / "drive")
    medium = medium_for(house.ledger, house.folder / "drive")
    assert medium is not None and medium.medium_no == "B-01"


def test_a_medium_and_a_number_are_registered_once(house: House) -> None:
    register(house)
    with pytest.raises(Refused, match="B-01 金庫のUSB"):
        register(house, number="B-02")
    with pytest.raises(Refused, match="同じ媒体番号"):
        register(house, "other")
    with pytest.raises(Refused, match="媒体番号"):
        register(house, "other", "")
    assert not (house.folder / "other" / NAME).exists()


def test_a_strange_mark_is_not_believed(house: House) -> None:
    (house.folder / "other" / NAME).write_text('{"azukari":"backup-medium","id":"x","v":1}')
    with pytest.raises(Damaged, match="消してから"):
        register(house, "other")
    with pytest.raises(MediumMissing):
        register(house, "nowhere")
    with pytest.raises(InsideLedger):
        register(house, "ledger")


def test_a_worker_registers_no_medium(house: House) -> None:
    house.sign_in("yoshino")
    with pytest.raises(NotPermitted, match="責任者"):
        register(house)


# --- the end of a medium -------------------------------------------------------------------------

REASON = "古くなったため"


def medium(house: House, number: str = "B-01") -> BackupMedium:
    stored = house.ledger.registers.one(BackupMedium, medium_no=number)
    assert stored is not None
    return stored.record


def back_up(house: House, name: str = "stick") -> BackupRun:
    house.clock.wait(1)
    record_backup(house.ledger, house.folder / name, quiet)
    return standing(house.ledger)[-1]


def destruction(house: House) -> Destruction:
    me = house.ledger.user.person_id
    other = next(one for one in house.ledger.registers.all(Person) if one.record.id != me)
    return Destruction(SanitizationMethod.PHYSICAL, other.record.id, me, "破砕機")


@pytest.fixture
def two_media(house: House) -> House:
    """A stick with two backups that leaves use, and another with the newest one."""
    register(house)
    register(house, "other", "B-02")
    back_up(house)
    back_up(house)
    leave_use(house.ledger, medium(house).id, REASON)
    back_up(house, "other")
    return house


def test_no_backup_goes_to_a_medium_that_leaves_use(two_media: House) -> None:
    assert medium(two_media).state is MediumState.LEAVING
    with pytest.raises(Refused, match="使用を終える"):
        record_backup(two_media.ledger, two_media.folder / "stick", quiet)
    with pytest.raises(Refused, match="手続中"):
        leave_use(two_media.ledger, medium(two_media).id, REASON)


def test_what_lies_on_it_is_proposed_for_disposal(two_media: House) -> None:
    found = ending(two_media.ledger)
    assert [one.run.medium_id for one in found] == [medium(two_media).id] * 2
    assert all("B-01" in one.reasons[0] for one in found)
    names = "」「".join(one.run.file_name for one in found)
    with pytest.raises(Refused, match=f"2件（「{names}」）が残っています"):
        end_medium(two_media.ledger, medium(two_media).id, REASON)
    dispose(two_media.ledger, [one.run.id for one in found], REASON)
    end_medium(two_media.ledger, medium(two_media).id, REASON)
    ended = medium(two_media)
    assert ended.state is MediumState.ENDED and ended.ended_on == two_media.ledger.today()
    with pytest.raises(Refused, match="B-01 金庫のUSB"):
        register(two_media, number="B-03")  # its mark tells that it was one


def test_a_medium_does_not_end_while_a_file_lies_on_it_that_no_entry_knows(
    two_media: House,
) -> None:
    ledger, stick = two_media.ledger, two_media.folder / "stick"
    dispose(ledger, [one.run.id for one in ending(ledger)], REASON)
    two_media.clock.wait(1)
    made = ledger.safe.backup(stick, quiet)  # killed before it was entered
    with pytest.raises(Refused, match=f"接続されていて.*1件（「{made.file.name}」）が残って"):
        end_medium(ledger, medium(two_media).id, REASON)
    (stick / made.file.name).rename(stick / f"{made.file.name}.part")  # or while it was written
    with pytest.raises(Refused, match=r"azb\.part"):
        end_medium(ledger, medium(two_media).id, REASON)
    (stick / f"{made.file.name}.part").unlink()
    (stick / "旅費.azb").touch()  # nothing of ours
    end_medium(ledger, medium(two_media).id, REASON)
    assert medium(two_media).state is MediumState.ENDED


def test_a_medium_that_lies_there_with_its_backups_was_not_destroyed(two_media: House) -> None:
    ledger, stick = two_media.ledger, two_media.folder / "stick"
    with pytest.raises(Refused, match=r"2件.*残っています.*処分した後で"):
        end_medium(ledger, medium(two_media).id, REASON, destruction(two_media))
    assert medium(two_media).state is MediumState.LEAVING and len(standing(ledger)) == 3
    stick.rename(two_media.folder / "drawer")
    (two_media.folder / "other").rename(stick)  # another stick in its slot is nothing to it
    end_medium(ledger, medium(two_media).id, REASON, destruction(two_media))
    assert medium(two_media).state is MediumState.ENDED


def test_a_file_that_no_entry_counts_is_told_with_what_to_do(two_media: House) -> None:
    ledger, stick = two_media.ledger, two_media.folder / "stick"
    first, second, newest = standing(ledger)
    assert strays(ledger) == []
    copyfile(two_media.folder / "other" / newest.file_name, stick / newest.file_name)
    copyfile(stick / first.file_name, two_media.folder / "first")
    dispose(ledger, [first.id], REASON)
    (two_media.folder / "first").rename(stick / first.file_name)  # brought back by a copy
    (stick / f"{second.file_name}.part").touch()
    assert [(one.file, one.words) for one in strays(ledger)] == [
        (stick / first.file_name, DISPOSED),
        (stick / f"{second.file_name}.part", PARTIAL),
        (stick / newest.file_name, UNKNOWN),
    ]
    stick.rename(two_media.folder / "drawer")
    assert strays(ledger) == []


def test_a_backup_without_lost_files_is_asked_for_before_one_that_lacks_them_goes(
    house: House,
) -> None:
    register(house)
    kept = house.ledger.safe.backup(house.folder / "stick", quiet)
    (house.folder / "stick" / kept.file.name).unlink()
    attachments = house.folder / "ledger" / "attachments"
    next(attachments.iterdir()).unlink()
    with pytest.raises(BackupIncomplete):
        record_backup(house.ledger, house.folder / "stick", quiet)
    (one,) = strays(house.ledger)
    assert one.words == LACKING


def test_a_backup_from_before_the_registration_of_its_medium_is_counted(house: House) -> None:
    back_up(house)
    register(house)
    assert strays(house.ledger) == []


def test_a_destroyed_medium_takes_its_backups_with_it(two_media: House) -> None:
    rmtree(two_media.folder / "stick")
    end_medium(two_media.ledger, medium(two_media).id, REASON, destruction(two_media))
    assert [run.medium_id for run in standing(two_media.ledger)] == [medium(two_media, "B-02").id]
    gone = two_media.ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)
    assert len(gone) == 2 and all("物理的破壊" in one.record.detail for one in gone)
    assert medium(two_media).end_method is SanitizationMethod.PHYSICAL


def test_who_destroyed_it_does_not_vouch_for_it(two_media: House) -> None:
    me = two_media.ledger.user.person_id
    true = destruction(two_media)
    for alone in (
        replace(true, performed_by=me),
        replace(true, performed_by=me, verified_by=true.performed_by),
        replace(true, verified_by=true.performed_by),
        replace(true, performed_by=""),
    ):
        with pytest.raises(Refused, match="記帳する人が、処分を確かめた人"):
            end_medium(two_media.ledger, medium(two_media).id, REASON, alone)
    assert medium(two_media).state is MediumState.LEAVING


def test_a_medium_whose_end_is_only_planned_has_not_ended(two_media: House) -> None:
    two_media.clock.go_to(two_media.ledger.today(), 9)
    two_media.story.receive(4)
    thing = planned(two_media, rows=True).lines[0].item_id
    with pytest.raises(Refused, match="取扱記録に記帳されていません"):
        end_medium(two_media.ledger, medium(two_media).id, REASON, item_id=thing)


def test_the_ordinary_act_ends_a_medium_that_is_an_item(two_media: House) -> None:
    story = two_media.story
    two_media.clock.go_to(two_media.ledger.today(), 9)
    story.receive(8)
    story.copy(next(one for one in story._stock if one.electronic))
    thing = story._copies[-1]
    item = thing.id
    with pytest.raises(Refused, match="取扱記録に記帳されていません"):
        end_medium(two_media.ledger, medium(two_media).id, REASON, item_id=item)
    story.destroy(thing)
    with pytest.raises(Refused, match="接続されていて"):
        end_medium(two_media.ledger, medium(two_media).id, REASON, item_id=item)
    rmtree(two_media.folder / "stick")
    end_medium(two_media.ledger, medium(two_media).id, REASON, item_id=item)
    ended = medium(two_media)
    assert ended.state is MediumState.ENDED and ended.end_method and ended.item_id == item
    assert ended.end_performed_by != ended.end_verified_by


def test_a_medium_with_the_newest_backup_cannot_end(house: House) -> None:
    register(house)
    back_up(house)
    leave_use(house.ledger, medium(house).id, REASON)
    with pytest.raises(Refused, match="いちばん新しい"):
        end_medium(house.ledger, medium(house).id, REASON, destruction(house))
    assert medium(house).state is MediumState.LEAVING and len(standing(house.ledger)) == 1


def test_a_medium_in_use_does_not_end(house: House) -> None:
    register(house)
    with pytest.raises(Refused, match="使用中"):
        end_medium(house.ledger, medium(house).id, REASON)
    with pytest.raises(NotPermitted):
        leave_use(house.sign_in("yoshino"), medium(house).id, REASON)


def test_a_backup_is_found_wherever_its_medium_was_put(two_media: House) -> None:
    old = standing(two_media.ledger)[0]
    assert find(two_media.ledger, old).presence is Presence.THERE
    (two_media.folder / "stick").rename(two_media.folder / "drawer")
    assert find(two_media.ledger, old).presence is Presence.AWAY
    with pytest.raises(Refused, match="接続されていません"):
        dispose(two_media.ledger, [old.id], REASON)
    (two_media.folder / "other").rename(two_media.folder / "stick")  # another stick in its slot
    assert find(two_media.ledger, old).presence is Presence.AWAY
    (two_media.folder / "stick").rename(two_media.folder / "other")
    (two_media.folder / "drawer").rename(two_media.folder / "stick")
    (two_media.folder / "stick" / old.file_name).unlink()
    assert find(two_media.ledger, old).presence is Presence.GONE
    dispose(two_media.ledger, [old.id], REASON)
    gone = two_media.ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)[0].record
    assert "ないことを確かめました" in gone.detail
