"""The people and places of the two sample registers, so that their rows find what they speak of."""

from pathlib import Path

from models.codes import EmploymentType, PlaceKind, StorageEquipment
from models.records import Person, Place
from tests.house import House

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
