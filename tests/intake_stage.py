"""Registers of others: people and places that their rows speak of, and how tests take them in."""

from pathlib import Path

from models.codes import EmploymentType, PlaceKind, StorageEquipment
from models.intake.parts import Intake
from models.records import Item, Person, Place
from tests.house import House
from ui.intake import take_in

SAMPLES = Path(__file__).parent / "data" / "samples"
REGISTER = SAMPLES / "media_register.xlsx"
LOG = SAMPLES / "handling_log_cp932.csv"
# Written as the ledger may hold them: other kanji and other spaces than in the file.
NAMES = (
    "斎藤 恵", "田中 恵", "加藤 健太", "佐藤 誠", "渡辺 陽子", "中村 美咲", "伊藤 美咲",
    "鈴木 健太", "山本 恵", "﨑山 恵", "小林 一郎", "葛城 健太", "髙橋 翔", "吉田 健太",
)  # fmt: skip
PLACES = (
    "2階サーバ室ラック", "本社3階作業室Aキャビネット2", "本社3階作業室Aキャビネット1", "耐火金庫",
)  # fmt: skip


def set_stage(house: House) -> None:
    """Enter the people and places."""
    organization = house.story.contract.contractor_org_id
    people = [
        Person(organization_id=organization, name=name, employment_type=EmploymentType.REGULAR)
        for name in NAMES
    ]
    places = [
        Place(
            name=name,
            address="見本市",
            floor_room="3階",
            kinds=(PlaceKind.STORAGE,),
            lockable=True,
            entry_control=True,
            storage_equipment=StorageEquipment.CABINET,
        )
        for name in PLACES
    ]
    house.ledger.registers.create_all([*people, *places])


def write(folder: Path, text: str, name: str = "表.csv") -> Path:
    """Write a CSV as Excel in Japan does."""
    path = folder / name
    path.write_bytes(text.strip().replace("\n", "\r\n").encode("cp932"))
    return path


def take(house: House, path: Path, cls: type = Item, **more: object) -> Intake:
    return take_in(
        house.ledger,
        path,
        cls,
        contract_id=house.story.contract.id,
        **more,  # type: ignore[arg-type]
    )


def reason(intake: Intake, line: int) -> str:
    return dict(intake.refused)[line]


def notes(intake: Intake) -> str:
    return "\n".join(text for _, text in intake.notes)


def person(house: House, name: str) -> str:
    stored = house.ledger.registers.one(Person, name=name)
    assert stored is not None
    return stored.record.id


def item(house: House, number: str) -> Item:
    stored = house.ledger.registers.one(Item, item_no=number)
    assert stored is not None
    return stored.record


def items_csv(folder: Path, *rows: str) -> Path:
    head = (
        "管理番号,媒体の種類,名称,数量,受領日,渡した人,保管場所,返却・廃棄日,方法,原本／複製,備考"
    )
    return write(folder, "\n".join((head, *rows)), "媒体.csv")


def log_csv(folder: Path, *rows: str) -> Path:
    head = "日付,時刻,区分,管理番号,数量,作業者,確認者,目的・行先,承諾番号,備考"
    return write(folder, "\n".join((head, *rows)), "記録.csv")


def stock_up(house: House, tmp_path: Path) -> House:
    """Two media and a stack of forms lie in the safe since April."""
    path = items_csv(
        tmp_path,
        "SK-0001,ＵＳＢメモリ,健診データ,1本,R7.4.1,健康政策課　主査　見本様,耐火金庫,,,原本,",
        "SK-0002,CD-R,健診データ,1枚,R7.4.1,健康政策課　主査　見本様,耐火金庫,,,原本,",
        'SK-0003,申請書（紙）,申請書,"1,200枚",R7.4.1,健康政策課　主査　見本様,耐火金庫,,,原本,',
    )
    assert take(house, path).accepted == 3
    return house
