"""Files come from and go to registered media only, as far as the PC tells media apart (A-32)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

import pytest

from models.access import Act, Line, Question
from models.access_review import MEDIUM, month_lines, remarks
from models.backup_media import leave_use, register_medium
from models.codes import Ownership
from models.errors import UnregisteredMedium
from models.records import BackupMedium, Item, Person
from storage.safe import LedgerSafe
from tests.house import House, furnished
from ui.exporting import export_register
from ui.intake import take_in
from ui.sample import cast

INSPECTOR = next(user for user in cast.USERS if user.role.value == "inspector")


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the PC takes for a USB stick."""
    root = tmp_path / "stick"
    root.mkdir()

    def removable_root(safe: LedgerSafe, path: PurePath) -> PurePath | None:
        return root if root == path or root in path.parents else None

    monkeypatch.setattr(LedgerSafe, "removable_root", removable_root)
    return root


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
