"""Places and things: where work is done, what information was entrusted, in which media it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from models.codes import (
    Acquisition,
    AssetFieldKind,
    Encrypted,
    EndRule,
    ExclusionGround,
    InfoClass,
    ItemClass,
    ItemOrigin,
    ItemState,
    Level,
    MediaType,
    Ownership,
    Party,
    PlaceKind,
    PlaceStatus,
    PlaceUse,
    SecrecyLevel,
    StorageEquipment,
)
from models.fields import field
from models.kinds import (
    Boolean,
    Children,
    Choice,
    DecimalNumber,
    File,
    Integer,
    LongText,
    MultiChoice,
    Ref,
    Text,
)
from models.kinds_of_time import Day, Moment
from models.records.base import Child, Record
from models.values import halves_a_piece


@dataclass(frozen=True, kw_only=True)
class Place(Record):
    """A room or area where entrusted information may be worked on or kept."""

    type: ClassVar[str] = "place"
    label: ClassVar[str] = "場所"
    concept: ClassVar[str] = "work_place"
    columns: ClassVar[tuple[str, ...]] = (
        "name",
        "kinds",
        "address",
        "floor_room",
        "lockable",
        "entry_control",
    )
    search: ClassVar[tuple[str, ...]] = ("name", "address", "floor_room")

    name: str = field(Text(), "名称", required=True)
    address: str = field(Text(), "所在地", required=True)
    floor_room: str = field(Text(), "階・室", required=True)
    kinds: tuple[PlaceKind, ...] = field(MultiChoice(PlaceKind), "区分", required=True)
    parent_place_id: str = field(Ref("place"), "上位の場所")
    lockable: bool | None = field(Boolean("有", "無"), "施錠", required=True)
    entry_control: bool | None = field(Boolean("有", "無"), "入退室管理", required=True)
    storage_equipment: StorageEquipment | None = field(Choice(StorageEquipment), "保管設備")
    separation_measures: str = field(Text(), "委託者の事務室・機器との区別")
    protection_measures: str = field(LongText(), "適正管理の措置")

    def caption(self) -> str:
        return self.name

    def required(self) -> frozenset[str]:
        needed = set()
        if PlaceKind.STORAGE in self.kinds:
            needed.add("storage_equipment")
        if PlaceKind.CLIENT_PREMISES in self.kinds:
            needed.add("separation_measures")
        return frozenset(needed)


@dataclass(frozen=True, kw_only=True)
class ContractPlace(Record):
    """A place designated for one contract and one span of time (SK-5, CM-5.3, FK-3, CB-9)."""

    type: ClassVar[str] = "contract_place"
    label: ClassVar[str] = "契約別の場所"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "place_id",
        "use_as",
        "use_from",
        "use_to",
        "status",
    )

    contract_id: str = field(Ref("contract"), "契約", required=True)
    place_id: str = field(Ref("place"), "場所", required=True)
    use_as: tuple[PlaceUse, ...] = field(MultiChoice(PlaceUse), "使い方", required=True)
    use_from: date | None = field(Day(), "使用開始日", required=True)
    use_to: date | None = field(Day(), "使用終了日")
    notice_submission_id: str = field(Ref("submission", ("D-04",)), "届出書")
    authorization_id: str = field(Ref("authorization"), "承諾")
    status: PlaceStatus | None = field(Choice(PlaceStatus), "状態", required=True)

    def caption(self) -> str:
        return "・".join(use.label for use in self.use_as)

    def inconsistencies(self) -> Iterator[str]:
        if self.use_from and self.use_to and self.use_to < self.use_from:
            yield "「使用終了日」が「使用開始日」より前になっています。"

    def within(self, day: date) -> bool:
        """Tell whether a day is among its days; `models.rules.places` tells whether it counts."""
        return (
            self.use_from is not None
            and self.use_from <= day
            and (self.use_to is None or day <= self.use_to)
        )


@dataclass(frozen=True, kw_only=True)
class AssetField(Child):
    """One kind of data that the entrusted information holds; the kind, never the data."""

    label: ClassVar[str] = "個人情報の項目"
    name: str = field(Text(100), "項目名", required=True)
    kind: AssetFieldKind | None = field(Choice(AssetFieldKind), "種類", required=True)
    digits: int | None = field(Integer(1, 100), "桁数")
    in_contract_list: bool | None = field(Boolean("有", "無"), "契約の一覧への記載", required=True)


@dataclass(frozen=True, kw_only=True)
class InformationAsset(Record):
    """A body of information entrusted under a contract (個人情報・情報資産)."""

    type: ClassVar[str] = "information_asset"
    label: ClassVar[str] = "個人情報（情報資産）"
    concept: ClassVar[str] = "protected_information"
    columns: ClassVar[tuple[str, ...]] = (
        "contract_id",
        "name",
        "info_class",
        "purpose",
        "acquisition",
        "subject_count",
        "secrecy_level",
    )
    search: ClassVar[tuple[str, ...]] = ("name", "purpose", "subject_category")

    contract_id: str = field(Ref("contract"), "契約", required=True)
    name: str = field(Text(), "名称", required=True)
    info_class: InfoClass | None = field(Choice(InfoClass), "情報の区分", required=True)
    subject_category: str = field(Text(), "本人の類型")
    subject_count: int | None = field(Integer(), "本人の数")
    purpose: str = field(Text(), "利用目的", required=True)
    acquisition: Acquisition | None = field(Choice(Acquisition), "取得の区分", required=True)
    designated_by_client: bool | None = field(Boolean("有", "無"), "委託者の指定")
    collection_method: str = field(Text(), "取得の方法")
    ownership: Party | None = field(Choice(Party), "帰属")
    identifiability: Level | None = field(Choice(Level), "特定の個人の識別の容易性")
    contains_sensitive: bool | None = field(
        Boolean("有", "無"), "要配慮個人情報の有無", required=True
    )
    contains_ordinance_sensitive: bool | None = field(
        Boolean("有", "無"), "条例要配慮個人情報の有無"
    )
    contains_specific_pi: bool | None = field(
        Boolean("有", "無"), "特定個人情報の有無", required=True
    )
    property_damage_risk: bool | None = field(Boolean("有", "無"), "財産的被害のおそれ")
    breach_impact: str = field(Text(), "漏えい等の性質・程度")
    secrecy_level: SecrecyLevel | None = field(Choice(SecrecyLevel), "秘匿性の区分")
    mynumber_use_system: bool | None = field(
        Boolean("該当", "非該当"), "マイナンバー利用事務系の住民情報"
    )
    marked_secret: bool | None = field(Boolean("有", "無"), "秘密である旨の表示")
    marking_text: str = field(Text(), "表示の文言")
    exclusion_ground: ExclusionGround | None = field(
        Choice(ExclusionGround), "機密情報の対象外事由"
    )
    exclusion_evidence: str = field(File(), "対象外の根拠資料")
    asset_fields: tuple[AssetField, ...] = field(Children(AssetField), "個人情報の項目")

    def caption(self) -> str:
        return self.name

    def required(self) -> frozenset[str]:
        needed = set()
        if self.acquisition is Acquisition.COLLECTED:
            needed |= {"designated_by_client", "collection_method"}
        if self.info_class in (InfoClass.CONFIDENTIAL, InfoClass.BOTH):
            needed |= {"marked_secret", "marking_text"}
        if self.exclusion_ground:
            needed.add("exclusion_evidence")
        return frozenset(needed)

    def inconsistencies(self) -> Iterator[str]:
        personal = self.info_class is not InfoClass.CONFIDENTIAL
        if self.exclusion_ground and self.info_class and personal:
            yield "個人情報を含む情報には「機密情報の対象外事由」を付けられません。"


ELECTRONIC = frozenset({ItemClass.MEDIUM, ItemClass.EQUIPMENT, ItemClass.DATA})

END_RULE_BY_ORIGIN = {
    ItemOrigin.LENT: EndRule.RETURN,
    ItemOrigin.PROVIDED: EndRule.RETURN,
    ItemOrigin.COLLECTED: EndRule.HAND_OVER,
    ItemOrigin.CREATED: EndRule.HAND_OVER,
    ItemOrigin.COPIED: EndRule.ERASE_OR_DISPOSE,
    ItemOrigin.BACKUP: EndRule.ERASE_OR_DISPOSE,
    ItemOrigin.CONTRACTOR_EQUIPMENT: EndRule.ERASE_OR_DISPOSE,
}


@dataclass(frozen=True, kw_only=True)
class ItemContent(Child):
    """What an item holds."""

    label: ClassVar[str] = "収録情報"
    asset_id: str = field(Ref("information_asset"), "個人情報", required=True)
    fields_text: str = field(Text(), "情報項目", required=True)
    subject_count: int | None = field(Integer(), "本人の数")


@dataclass(frozen=True, kw_only=True)
class Item(Record):
    """A thing under custody: paper, medium, PC or file; copies are children of their original.

    `state`, `current_place_id`, `holder_person_id`, `quantity_left` and the other derived fields
    follow from the handling events (models/custody.py) and are never typed.
    """

    type: ClassVar[str] = "item"
    label: ClassVar[str] = "媒体・資料"
    concept: ClassVar[str] = "media"
    columns: ClassVar[tuple[str, ...]] = (
        "item_no",
        "name",
        "item_class",
        "media_type",
        "quantity_left",
        "unit",
        "state",
        "current_place_id",
        "holder_person_id",
        "return_due_on",
        "contract_id",
    )
    search: ClassVar[tuple[str, ...]] = (
        "item_no",
        "name",
        "maker",
        "model",
        "serial_no",
        "property_no",
    )
    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        ("媒体・資料", ("contract_id", "item_no", "item_class", "media_type", "name", "quantity",
                     "unit", "record_count", "contents")),
        ("由来と終わり", ("origin", "parent_item_id", "copy_authorization_id", "container_item_id",
                     "ownership", "retain_until", "return_due_on", "end_rule")),
        ("機器", ("maker", "model", "serial_no", "property_no", "theft_prevention",
                "terminal_registered")),
        ("保護と場所", ("encrypted", "encryption_method", "home_place_id")),
    )  # fmt: skip

    contract_id: str = field(Ref("contract"), "契約")
    item_no: str = field(Text(60), "管理番号", required=True)
    item_class: ItemClass | None = field(Choice(ItemClass), "種別", required=True)
    media_type: MediaType | None = field(Choice(MediaType), "媒体・機器の種類", required=True)
    name: str = field(Text(), "名称", required=True)
    maker: str = field(Text(), "メーカー")
    model: str = field(Text(), "型番")
    serial_no: str = field(Text(100), "製造番号")
    property_no: str = field(Text(100), "備品番号")
    quantity: Decimal | None = field(DecimalNumber(), "数量", required=True)
    unit: str = field(Text(20), "単位", required=True, hint="枚・冊・件・本・台・ファイル")
    record_count: int | None = field(Integer(), "件数")
    origin: ItemOrigin | None = field(Choice(ItemOrigin), "由来", required=True)
    parent_item_id: str = field(Ref("item"), "複製元")
    copy_authorization_id: str = field(Ref("authorization"), "複製の承諾")
    container_item_id: str = field(Ref("item"), "格納先")
    ownership: Ownership | None = field(Choice(Ownership), "所有", required=True)
    encrypted: Encrypted | None = field(Choice(Encrypted), "暗号化")
    encryption_method: str = field(Text(), "暗号化の方式")
    home_place_id: str = field(Ref("place"), "定位置", required=True)
    theft_prevention: str = field(Text(), "盗難防止措置")
    terminal_registered: bool | None = field(Boolean("有", "無"), "使用端末としての登録")
    retain_until: date | None = field(Day(), "保存期限")
    return_due_on: date | None = field(Day(), "返還期限")
    unneeded_on: date | None = field(Day(), "不要となった日")
    unneeded_decided_by: str = field(Ref("person"), "不要の判断者")
    end_rule: EndRule | None = field(Choice(EndRule), "終了時の扱い", required=True)
    source_file_id: str = field(File(), "取込元ファイル")
    contents: tuple[ItemContent, ...] = field(Children(ItemContent), "収録情報")

    state: ItemState | None = field(Choice(ItemState), "状態", derived=True)
    current_place_id: str = field(Ref("place"), "現在地", derived=True)
    holder_person_id: str = field(Ref("person"), "所持者", derived=True)
    quantity_left: Decimal | None = field(DecimalNumber(), "残数", derived=True)
    quantity_out: Decimal | None = field(DecimalNumber(), "うち持出中", derived=True)
    quantity_missing: Decimal | None = field(DecimalNumber(), "うち所在不明", derived=True)
    quantity_short: Decimal | None = field(DecimalNumber(), "現品確認の不足", derived=True)
    due_back_at: datetime | None = field(Moment(), "持帰予定", derived=True)
    last_event_at: datetime | None = field(Moment(), "最終取扱日時", derived=True)

    def caption(self) -> str:
        return f"{self.item_no} {self.name}"

    def apart(self) -> str:
        """Say how many pieces are elsewhere than the rest: 所在不明2枚・持出中4枚."""
        parts = (("所在不明", self.quantity_missing), ("持出中", self.quantity_out))
        return "・".join(f"{word}{self.amount(n)}" for word, n in parts if n)

    def amount(self, number: Decimal) -> str:
        """Return a number of pieces in words: 1,200枚."""
        return f"{number.normalize():,f}{self.unit}"

    @property
    def electronic(self) -> bool:
        return self.item_class in ELECTRONIC

    def required(self) -> frozenset[str]:
        needed = set()
        if self.item_class in (ItemClass.MEDIUM, ItemClass.DATA):
            needed.add("encrypted")
        if self.item_class is ItemClass.EQUIPMENT:
            needed |= {"maker", "model", "serial_no"}
        if self.source_file_id:
            needed.clear()  # an older register may not say; it lies beside the item
        if self.origin is ItemOrigin.COPIED:
            needed.add("parent_item_id")
        if self.origin is not ItemOrigin.CONTRACTOR_EQUIPMENT:
            needed.add("contract_id")
        if self.encrypted is Encrypted.EQUIVALENT:
            needed.add("encryption_method")
        return frozenset(needed)

    def irrelevant(self) -> frozenset[str]:
        hidden = set()
        if self.item_class is ItemClass.PAPER:
            hidden |= {"encrypted", "encryption_method", "maker", "model", "serial_no"}
        if self.item_class is not ItemClass.EQUIPMENT:
            hidden |= {"theft_prevention", "terminal_registered"}
        if self.origin is not ItemOrigin.COPIED:
            hidden |= {"parent_item_id", "copy_authorization_id"}
        return frozenset(hidden)

    def inconsistencies(self) -> Iterator[str]:
        if self.parent_item_id and self.parent_item_id == self.id:
            yield "「複製元」に自分自身は指定できません。"
        if self.container_item_id and self.container_item_id == self.id:
            yield "「格納先」に自分自身は指定できません。"
        if self.quantity is not None and self.quantity <= 0:
            yield "「数量」は0より大きい数で入力してください。"
        if halves_a_piece(self.quantity, self.unit):
            yield f"「数量」は、単位が「{self.unit}」のとき、整数で入力してください。"
        if self.origin is not ItemOrigin.COPIED and self.parent_item_id:
            yield "「複製元」は、由来が「複写・複製」のときだけ指定できます。"
