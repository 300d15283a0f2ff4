"""Places, information and the things that carry it."""

from models.codes.base import Code


class PlaceKind(Code):
    WORK = "work", "作業場所"
    STORAGE = "storage", "保管場所"
    SERVER_ROOM = "server_room", "機器の設置室・区域"
    BUSINESS_OFFICE = "business_office", "事業所"
    CLIENT_PREMISES = "client_premises", "委託者の庁舎・事務所内"
    OTHER = "other", "その他"


class PlaceUse(Code):
    WORK = "work", "作業"
    STORAGE = "storage", "保管"
    SERVER_ROOM = "server_room", "機器設置"


class StorageEquipment(Code):
    SAFE = "safe", "金庫"
    CABINET = "cabinet", "保管庫"
    LOCKED_ROOM = "locked_room", "保管室"
    LOCKED_DRAWER = "locked_drawer", "施錠引出し等"
    NONE = "none", "なし"


class PlaceStatus(Code):
    PLANNED = "planned", "予定"
    NOTIFIED = "notified", "届出済"
    APPROVED = "approved", "承諾済"
    ACTIVE = "active", "使用中"
    ENDED = "ended", "終了"


class InfoClass(Code):
    PERSONAL = "personal", "個人情報"
    SPECIFIC_PERSONAL = "specific_personal", "特定個人情報"
    CONFIDENTIAL = "confidential", "機密情報"
    BOTH = "both", "機密情報・個人情報"


class Acquisition(Code):
    PROVIDED = "provided", "提供・貸与"
    COLLECTED = "collected", "収集・取得"
    CREATED = "created", "作成・加工"


class Party(Code):
    CLIENT = "client", "委託者"
    CONTRACTOR = "contractor", "受託者"


class Level(Code):
    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class SecrecyLevel(Code):
    A = "A", "A（最も厳重）"
    B = "B", "B"
    C = "C", "C"


class ExclusionGround(Code):
    ALREADY_PUBLIC = "already_public", "既に公知・既保有"
    LATER_PUBLIC = "later_public", "提供後に公知"
    THIRD_PARTY = "third_party", "第三者から適法に入手"
    INDEPENDENT = "independent", "独自に開発"
    NO_DUTY_DISCLOSED = "no_duty_disclosed", "義務を課さず提供"


class AssetFieldKind(Code):
    NAME = "name", "氏名"
    BIRTH_DATE = "birth_date", "生年月日"
    ADDRESS = "address", "住所"
    SEX = "sex", "性別"
    PHONE = "phone", "電話番号"
    EMAIL = "email", "電子メールアドレス"
    CARD_NO = "card_no", "カード番号等"
    MYNUMBER = "mynumber", "個人番号"
    OTHER = "other", "その他"


class ItemClass(Code):
    PAPER = "paper", "紙資料"
    MEDIUM = "medium", "電子媒体"
    EQUIPMENT = "equipment", "パソコン等"
    DATA = "data", "電子データ"


CARRIERS = frozenset({ItemClass.MEDIUM, ItemClass.EQUIPMENT})
"""What information is on, and which may stay when it is erased."""


class MediaType(Code):
    DOCUMENT = "document", "文書"
    LEDGER_BOOK = "ledger_book", "簿冊"
    MICROFILM = "microfilm", "マイクロフィルム"
    USB_MEMORY = "usb_memory", "USBメモリ"
    SD_CARD = "sd_card", "SDカード"
    EXTERNAL_HDD = "external_hdd", "外付けHDD"
    EXTERNAL_SSD = "external_ssd", "外付けSSD"
    INTERNAL_HDD = "internal_hdd", "内蔵HDD"
    INTERNAL_SSD = "internal_ssd", "内蔵SSD"
    OPTICAL_DISC = "optical_disc", "光ディスク"
    MAGNETIC_TAPE = "magnetic_tape", "磁気テープ"
    DESKTOP_PC = "desktop_pc", "デスクトップPC"
    NOTEBOOK_PC = "notebook_pc", "ノートPC"
    TABLET = "tablet", "タブレット"
    SMARTPHONE = "smartphone", "スマートフォン"
    SERVER = "server", "サーバ"
    NAS = "nas", "NAS"
    PRINTER_MFP = "printer_mfp", "複合機・プリンタ"
    DATA_FILE = "data_file", "データファイル"
    DATABASE = "database", "データベース"
    BACKUP_SET = "backup_set", "バックアップ一式"
    OTHER = "other", "その他"


class ItemOrigin(Code):
    LENT = "lent", "貸与"
    PROVIDED = "provided", "提供"
    COLLECTED = "collected", "収集"
    CREATED = "created", "作成・加工"
    COPIED = "copied", "複写・複製"
    BACKUP = "backup", "バックアップ"
    CONTRACTOR_EQUIPMENT = "contractor_equipment", "受託者の機器・空媒体"


class Ownership(Code):
    CLIENT = "client", "委託者"
    CONTRACTOR = "contractor", "受託者"
    LEASED = "leased", "リース"
    PRIVATE = "private", "私物"


class Encrypted(Code):
    YES = "yes", "暗号化"
    EQUIVALENT = "equivalent", "同等以上の措置"
    NO = "no", "未実施"
    NOT_APPLICABLE = "not_applicable", "対象外"


class EndRule(Code):
    RETURN = "return", "返還"
    HAND_OVER = "hand_over", "引渡し"
    ERASE_OR_DISPOSE = "erase_or_dispose", "消去・廃棄"
    AS_INSTRUCTED = "as_instructed", "指示による"


class ItemState(Code):
    REGISTERED = "registered", "登録"
    STORED = "stored", "保管中"
    IN_USE = "in_use", "使用中"
    TAKEN_OUT = "taken_out", "持出中"
    IN_TRANSIT = "in_transit", "運搬中"
    HANDED_OVER = "handed_over", "引渡済"
    RETURNED = "returned", "返還済"
    ERASED = "erased", "消去済"
    DISPOSED = "disposed", "廃棄済"
    MISSING = "missing", "所在不明"
    PART_OUT = "part_out", "一部持出中"
    PART_MISSING = "part_missing", "一部所在不明"
    EMPTIED = "emptied", "消去済・現物あり"


PART_STATES = frozenset({ItemState.PART_MISSING, ItemState.PART_OUT})
MISSING_STATES = frozenset({ItemState.MISSING, ItemState.PART_MISSING})
"""All or some of what is left is missing; `Item.quantity_missing` says how much."""
OUT_STATES = frozenset({ItemState.TAKEN_OUT, ItemState.IN_TRANSIT, ItemState.PART_OUT})
"""All or some of what is left is outside; what is missing in part may be outside in part, too:
`Item.quantity_out` says how much."""
MAYBE_OUT_STATES = OUT_STATES | {ItemState.PART_MISSING}

TERMINAL_STATES = frozenset(
    {ItemState.HANDED_OVER, ItemState.RETURNED, ItemState.ERASED, ItemState.DISPOSED}
)
CONTENT_GONE_STATES = TERMINAL_STATES | {ItemState.EMPTIED}
"""Nothing of the information is left in it, even if the carrier still has to go back."""
