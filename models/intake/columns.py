"""Which fields a foreign register may fill, and by which words its headings name them."""

from collections.abc import Mapping, Sequence

from models.errors import Usage
from models.fields import Field
from models.kinds import Children, Frozen
from models.records import HandlingEvent, Item, Record

IGNORED = "-"  # maps a column to nothing

# Fields of a handling log, with the words of its headings; the thesaurus of the reader adds more.
LOG: Mapping[str, tuple[str, ...]] = {
    "occurred_at": ("日時", "取扱日時"),
    "occurred_on": ("日付", "取扱日", "年月日"),
    "occurred_time": ("時刻", "開始時刻", "時間"),
    "ended_at": ("終了日時", "終了時刻"),
    "kind": ("区分", "取扱いの種類", "処理区分"),
    "item_no": ("管理番号", "媒体番号", "媒体・資料"),
    "content": ("内容", "名称", "媒体名"),
    "quantity": ("数量",),
    "unit": ("単位",),
    "resulting_item": ("できた複製・作成物", "複製の管理番号"),
    "timing": ("予定・実績",),
    "event_no": ("記録番号",),
    "related_event": ("対応する記録",),
    "actor": ("作業者", "取扱者", "担当者"),
    "checker": ("確認者",),
    "purpose": ("目的", "目的・行先"),
    "destination_text": ("行先", "持出先"),
    "counterpart_org": ("相手方",),
    "counterpart_name": ("相手方の氏名", "相手", "渡した人", "受渡者", "引渡者"),
    "counterpart_title": ("相手方の職名",),
    "means": ("手段", "運ぶ手段"),
    "carrier_org": ("運送事業者",),
    "carriers": ("運搬担当者",),
    "vehicle": ("車両",),
    "route": ("経路",),
    "container": ("容器・施錠",),
    "departed_at": ("出発日時",),
    "arrived_at": ("到着日時",),
    "tracking_no": ("追跡番号",),
    "do_not_leave": ("資料から離れないことの指示",),
    "instructions": ("その他の指示",),
    "instructed_by": ("指示者",),
    "instructed_at": ("指示日時",),
    "taken_by": ("受取人",),
    "taken_at": ("受取日時",),
    "expected_return_at": ("持帰予定",),
    "encryption": ("暗号化等の措置",),
    "encryption_detail": ("措置の内容",),
    "password_renewed": ("暗号化のパスワード",),
    "misdelivery_measures": ("誤送付等の防止措置",),
    "authorization": ("承諾番号", "根拠となる承諾等"),
    "place_from": ("場所（元）",),
    "place_to": ("場所（先）",),
    "record_count": ("件数",),
    "deviation_reason": ("逸脱の理由",),
    "note": ("備考",),
}
LOG_ALIASES: Mapping[str, str] = {
    "date": "occurred_on", "time": "occurred_time", "item": "item_no", "item_id": "item_no",
    "lines": "item_no", "resulting_item_id": "resulting_item",
    "related_event_id": "related_event", "actor_person_id": "actor", "checker_person_id": "checker",
    "authorization_id": "authorization", "place_from_id": "place_from",
    "place_to_id": "place_to", "destination": "destination_text",
    "counterpart_org_id": "counterpart_org", "carrier_org_id": "carrier_org",
    "persons": "carriers", "do_not_leave_instructed": "do_not_leave", "received_by": "taken_by",
    "received_at": "taken_at",
}  # fmt: skip
# What our own list of acts tells and no import takes: the contract is chosen, the proofs belong to
# the entries of the other ledger, and what a deviation is here the rules of this ledger say.
STAYS_BEHIND = frozenset(
    {"contract_id", "lines_text", "status", "checker_proof", "checked_at", "checked_facts",
     "confirmed_by", "confirmed_at", "deviation", "corrects_event_id", "source_file_id"}
)  # fmt: skip

# What a media register says beside the fields of an item.
REGISTER: Mapping[str, tuple[str, ...]] = {
    "received_on": ("受領日", "受領年月日", "受入日"),
    "received_from": ("渡した人", "引渡者", "相手方"),
    "received_means": ("受領の手段",),
    "received_carrier": ("受領の運送事業者",),
    "received_by_whom": ("受領の運搬担当者",),
    "received_container": ("受領の容器・施錠",),
    "received_tracking": ("受領の追跡番号",),
    "ended_on": ("返却・廃棄/年月日", "返却日", "返却・廃棄日", "廃棄日"),
    "end_method": ("返却・廃棄/方法", "返却・廃棄方法", "処分方法", "方法"),
    "end_witness": ("返却・廃棄/立会者", "立会者"),
    "original": ("原本／複製", "原本・複製"),
    "note": ("備考",),
}
ITEM_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "名称・内容"),
    "media_type": ("媒体・機器の種類", "媒体の種類", "媒体種別"),
    "item_class": ("種別",),
    "home_place_id": ("定位置", "保管場所"),
    "quantity": ("数量",),
}
# Headings of our own exports that follow from events and are therefore never taken in.
DERIVED_ONLY = "台帳が取扱記録から導く項目のため、取り込みません。"


def fields_of(cls: type[Record]) -> dict[str, tuple[str, ...]]:
    """Return the fields that a foreign table may fill, each with the words of headings."""
    if cls is HandlingEvent:
        return dict(LOG)
    words: dict[str, tuple[str, ...]] = {f.name: (f.label,) for f in typed_fields(cls)}
    if cls is Item:
        words.pop("contract_id")
        words = {name: ITEM_WORDS.get(name, labels) for name, labels in words.items()}
        return {**words, **REGISTER, "contract_id": ("契約",)}
    return words


def typed_fields(cls: type[Record]) -> list[Field]:
    """Return the fields of a record that one cell can hold."""
    return [
        f
        for f in cls.own_fields()
        if not isinstance(f.kind, Children | Frozen) and f.name != "source_file_id"
    ]


def label_of(cls: type[Record], name: str) -> str:
    """Return what people call a field of an import."""
    f = cls.fields().get(name)
    if cls is not HandlingEvent and f is not None:
        return f.label
    return fields_of(cls)[name][0]


def settle_mapping(
    cls: type[Record],
    columns: Sequence[str],
    proposed: Mapping[str, str],
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """Return column → field: what was chosen, and the proposal for the rest.

    Raises:
        Usage: a column or a field that does not exist, or a field that is given twice.
    """
    known = fields_of(cls)
    settled: dict[str, str] = {}
    for column, name in chosen.items():
        field = LOG_ALIASES.get(name, name) if cls is HandlingEvent else name
        if column not in columns:
            raise Usage(
                reason=f"列「{column}」は表にありません。表の列は {'、'.join(columns)} です。"
            )
        if field != IGNORED and field not in known:
            raise Usage(reason=f"項目「{name}」はありません。使えるのは {'、'.join(known)} です。")
        if field != IGNORED and field in settled.values():
            raise Usage(reason=f"項目「{name}」に、二つの列が指定されています。")
        settled[column] = field
    for column, name in proposed.items():
        if column not in settled and name not in settled.values():
            settled[column] = name
    return {c: settled[c] for c in columns if settled.get(c, IGNORED) != IGNORED}
