"""Files come from and go to registered media only, as far as the PC tells media apart (A-32)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import pytest

from models.access import Act, Line, Question
from models.access_review import MEDIUM, month_lines, remarks
from models.backup_media import leave_use, register_medium
from models.backups import record_backup
from models.codes import BackupResult, Ownership
from models.errors import NetworkPlace, Refused, UnregisteredMedium
from models.journal import JournalState
from models.purposes import SCHEDULED
from models.records import BackupMedium, BackupRun, Item, Person, Place, Submission
from models.safe import OutsidePlace
from models.store import quiet
from storage.safe import LedgerSafe
from tests.house import House, furnished
from tests.ui.console.desk import Console
from ui.console.driver import Driver
from ui.exporting import export_register
from ui.intake import take_in
from ui.sample import cast
from ui.seal_part import import_seal, make_seal

BOSS = cast.USERS[0]
INSPECTOR = next(user for user in cast.USERS if user.role.value == "inspector")


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the PC takes for a USB stick."""
    root = tmp_path / "stick"
    root.mkdir()

    share = tmp_path / "share"
    share.mkdir()

    def outside_place(safe: LedgerSafe, path: PurePath) -> OutsidePlace | None:
        for one in (root, share):
            if one == path or one in path.parents:
                return OutsidePlace(one, network=one == share)
        return None

    monkeypatch.setattr(LedgerSafe, "outside_place", outside_place)
    return root


@pytest.fixture
def share(stick: Path) -> Path:
    """A folder that the PC takes for one of a network."""
    return stick.with_name("share")


@pytest.fixture
def house(tmp_path: Path, stick: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, days=1) as made:
        yield made


def refused(house: House) -> list[Line]:
    return house.ledger.access.lines(Question(acts=frozenset({Act.MEDIUM_REFUSED})))


def test_an_export_to_an_unknown_stick_is_refused_and_logged(house: House, stick: Path) -> None:
    out = stick / "people.csv"
    with pytest.raises(UnregisteredMedium, match="stick"):
        export_register(house.ledger, Person, out, purpose="控え一式")
    assert not out.exists()
    [line] = refused(house)
    assert line.detail.endswith("stick") and line.user == house.ledger.user.id
    acts = house.ledger.access.lines(Question(acts=frozenset({Act.EXPORT})))
    assert not acts  # it did not leave
    month = house.ledger.today().replace(day=1)
    told = remarks(house.ledger, month, month_lines(house.ledger, month))
    assert next(one.words for one in told if one.kind == MEDIUM).startswith("1回")


def test_an_officer_is_held_to_it_too(house: House, stick: Path) -> None:
    house.sign_in(INSPECTOR.login)
    with pytest.raises(UnregisteredMedium):
        export_register(house.ledger, Item, stick / "items.csv", purpose="検査の控え")
    house.sign_in(cast.USERS[0].login)
    assert len(refused(house)) == 1


def test_a_registered_stick_takes_exports_also_in_its_folders(house: House, stick: Path) -> None:
    register_medium(house.ledger, stick, medium_no="U-01", name="受渡し用USB")
    (stick / "月報").mkdir()
    for out in (stick / "people.csv", stick / "月報" / "people.csv"):
        assert export_register(house.ledger, Person, out, purpose="委託者への提出")["rows"]
    assert not refused(house)


def test_the_folder_of_a_medium_may_bear_the_mark(house: House, stick: Path) -> None:
    (stick / "azukari").mkdir()
    register_medium(house.ledger, stick / "azukari", medium_no="U-01", name="受渡し用USB")
    inside = stick / "azukari" / "people.csv"
    assert export_register(house.ledger, Person, inside, purpose="委託者への提出")["rows"]
    with pytest.raises(UnregisteredMedium):
        export_register(house.ledger, Person, stick / "x.csv", purpose="委託者への提出")


def test_a_medium_that_leaves_use_is_refused(house: House, stick: Path) -> None:
    ledger = house.ledger
    register_medium(ledger, stick, medium_no="U-01", name="受渡し用USB")
    ledger.outside.require(stick / "x.csv")
    medium = ledger.registers.all(BackupMedium)[0].record
    leave_use(ledger, medium.id, "古くなったため交換する")
    with pytest.raises(UnregisteredMedium):
        ledger.outside.require(stick / "x.csv")


def test_somebodys_own_stick_stays_private_when_it_is_registered(house: House, stick: Path) -> None:
    registers = house.ledger.registers
    known = registers.all(Item)[0].record
    private = replace(known, id="", item_no="P-01", ownership=Ownership.PRIVATE)
    item_id = registers.create(private).ids[0]
    register_medium(house.ledger, stick, medium_no="U-01", name="私物のUSB", item_id=item_id)
    with pytest.raises(UnregisteredMedium):
        house.ledger.outside.require(stick / "x.csv")


def test_a_list_is_not_taken_in_from_an_unknown_stick(house: House, stick: Path) -> None:
    file = stick / "people.csv"
    file.write_text("氏名\n山田\n", "utf-8-sig")
    before = house.ledger.store.head()
    with pytest.raises(UnregisteredMedium):
        take_in(house.ledger, file, Person)
    assert house.ledger.store.head() == before and refused(house)


def test_the_disks_of_the_pc_need_no_registration(house: House, tmp_path: Path) -> None:
    assert export_register(house.ledger, Person, tmp_path / "x.csv", purpose="控え一式")["rows"]
    assert not refused(house)


# --- backups ----------------------------------------------------------------------------------------


def test_the_first_backup_too_goes_to_a_registered_stick_only(house: House, stick: Path) -> None:
    ledger = house.ledger
    with pytest.raises(UnregisteredMedium):
        record_backup(ledger, stick, quiet)
    assert not list(stick.iterdir()) and refused(house)
    [missed] = [one.record for one in ledger.registers.all(BackupRun)]
    assert missed.result is BackupResult.FAILED and "登録していない" in missed.detail
    register_medium(ledger, stick, medium_no="U-01", name="金庫のUSB")
    assert record_backup(ledger, stick, quiet).file.parent == stick


# --- folders of a network ---------------------------------------------------------------------------


def test_a_network_folder_is_called_what_it_is(house: House, share: Path) -> None:
    with pytest.raises(NetworkPlace, match="送信") as caught:
        export_register(house.ledger, Person, share / "people.csv", purpose="控え一式")
    assert "登録していない外部媒体" not in str(caught.value)
    with pytest.raises(NetworkPlace):
        record_backup(house.ledger, share, quiet)
    (share / "people.csv").write_text("氏名\n山田\n", "utf-8-sig")
    with pytest.raises(NetworkPlace):
        take_in(house.ledger, share / "people.csv", Person)
    assert [line.detail for line in refused(house)] == [str(share)[-60:]] * 3
    assert [one.name for one in share.iterdir()] == ["people.csv"]


def test_a_network_folder_is_registered_with_the_place_where_its_machine_stands(
    house: House, share: Path
) -> None:
    ledger = house.ledger
    with pytest.raises(Refused, match="装置を置いている作業場所"):
        register_medium(ledger, share, medium_no="N-01", name="事務室のNAS")
    assert not list(share.iterdir()), "an unregistered place bears no mark"
    place = ledger.registers.all(Place)[0].record
    register_medium(ledger, share, medium_no="N-01", name="事務室のNAS", place_id=place.id)
    assert export_register(ledger, Person, share / "x.csv", purpose="控え一式")["rows"]
    assert record_backup(ledger, share, quiet).size
    assert ledger.registers.all(BackupMedium)[0].record.place_id == place.id
    leave_use(ledger, ledger.registers.all(BackupMedium)[0].record.id, "装置を廃止するため")
    with pytest.raises(NetworkPlace):
        ledger.outside.require(share / "y.csv")


# --- every other way ----------------------------------------------------------------------------------


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def driver(house: House) -> Iterator[Ask]:
    """Ask the driver, as the responsible person of a ledger with a seal."""
    make_seal(house.ledger)
    house.ledger.close()
    driver = Driver(house.folder / "ledger", house.office)

    def ask(verb: str, **keys: Any) -> dict[str, Any]:
        return driver.answer(json.dumps({"do": verb, **keys}))

    assert ask("unlock", user=BOSS.login, password=BOSS.password)["ok"]
    yield ask
    ask("lock")


def test_a_sealed_paper_goes_into_a_file_like_a_printed_one(
    house: House, driver: Ask, stick: Path, tmp_path: Path
) -> None:
    notice = {"document": "D-03", "contract": "2026-001", "ids": []}
    before = driver("query", record="submission")["count"]
    refused_answer = driver("seal", **notice, out=str(stick / "notice.pdf"))
    assert refused_answer["error"] == "UNREGISTERED_MEDIUM"
    unsaid = driver("seal", **notice, out=str(tmp_path / "a.pdf"), purpose="x")
    assert unsaid["error"] == "INVALID_FIELD"
    done = [
        driver("seal", **notice, out=str(tmp_path / "a.pdf")),
        driver("seal", **notice, out=str(tmp_path / "b.pdf"), purpose="契約課へ持参"),
        driver("seal", **notice),
    ]
    assert all(one["ok"] for one in done), done
    assert not list(stick.iterdir())
    driver("lock")
    ledger = house.sign_in(BOSS.login)
    papers = ledger.registers.all(Submission)
    assert len(papers) == before + len(done), "what was refused is not sealed either"
    [second, first] = ledger.access.lines(Question(acts=frozenset({Act.PRINT})))
    assert (first.purpose, second.purpose) == (SCHEDULED, "契約課へ持参")
    assert second.target == papers[-2].record.id and second.detail == "D-03" and second.pages
    assert len(refused(house)) == 1


def test_no_journal_starts_on_an_unknown_stick_or_share(
    house: House, driver: Ask, stick: Path, share: Path
) -> None:
    assert driver("journal", start=str(stick / "journal"))["error"] == "UNREGISTERED_MEDIUM"
    assert driver("journal", start=str(share))["error"] == "NETWORK_PLACE"
    driver("lock")
    ledger = house.sign_in(BOSS.login)
    assert not list(stick.iterdir()) and not list(share.iterdir())
    assert ledger.journal.status().state is JournalState.NONE and len(refused(house)) == 2
    register_medium(ledger, stick, medium_no="U-01", name="ジャーナル用")
    ledger.journal.start(stick / "journal")
    assert ledger.journal.status().state is JournalState.OK


def test_a_list_for_the_console_comes_from_a_known_medium(house: House, stick: Path) -> None:
    file = stick / "people.csv"
    file.write_text("氏名\n山田\n", "utf-8-sig")
    console = Console(house)
    said = console("import", console.ledger, file, "--record", "person", "--dry-run")
    assert said.code == 1 and "登録していない" in said.err


def test_a_certificate_comes_from_a_known_medium(house: House, stick: Path) -> None:
    file = stick / "seal.p12"
    file.write_bytes(b"0")
    with pytest.raises(UnregisteredMedium):
        import_seal(house.ledger, file, "a")
    assert len(refused(house)) == 1


def test_nothing_is_restored_onto_an_unknown_stick(
    house: House, stick: Path, tmp_path: Path
) -> None:
    office, ledger = house.office, house.ledger
    file = record_backup(ledger, tmp_path, quiet).file
    with pytest.raises(UnregisteredMedium):
        office.restore_test(ledger, file, stick, BOSS.password, quiet)
    assert len(refused(house)) == 1
    with pytest.raises(UnregisteredMedium):
        office.restore(file, stick / "new", BOSS.login, BOSS.password, quiet)
    sheet, fresh = house.sheet, "遠い山から届く七通の手紙"
    with pytest.raises(UnregisteredMedium):
        office.restore_with_sheet(file, stick / "new", sheet, BOSS.login, fresh, quiet)
    assert not list(stick.iterdir())
    register_medium(ledger, stick, medium_no="U-01", name="予備のディスク")
    later = record_backup(ledger, stick, quiet)
    tried = office.restore_test(ledger, later.file, stick, BOSS.password, quiet)
    assert tried.head == later.head
    restored = office.restore(later.file, stick / "new", BOSS.login, BOSS.password, quiet)
    assert restored.head == later.head and (stick / "new" / "ledger.db").exists()
