"""What is allowed and what is done with an item, up to its end."""

from models.codes.base import Code


class BasisType(Code):
    CONSENT = "consent", "承諾"
    AGREEMENT = "agreement", "同意"
    APPROVAL = "approval", "承認"
    INSTRUCTION = "instruction", "指示"
    DESIGNATION = "designation", "指定"


class AuthorizationSubject(Code):
    COPY = "copy", "複写・複製"
    TAKE_OUT = "take_out", "持出し"
    EQUIPMENT_TAKE_OUT = "equipment_take_out", "パソコン等の持出し"
    TRANSMIT = "transmit", "送信"
    DISPATCH = "dispatch", "外部送付"
    OTHER_RISKY_ACT = "other_risky_act", "その他管理に支障を及ぼすおそれのある行為"
    PLACE = "place", "作業・保管場所"
    OFFSITE_WORK = "offsite_work", "庁舎外作業"
    SUBCONTRACT = "subcontract", "再委託"
    OTHER_PURPOSE = "other_purpose", "目的外利用"
    THIRD_PARTY = "third_party", "第三者提供"
    HANDOVER_DESIGNATION = "handover_designation", "受渡しの手段・日時・場所の指定"
    INDIRECT_HANDOVER = "indirect_handover", "直接でない授受の方法"
    DISPOSITION_METHOD = "disposition_method", "返還・消去・廃棄の方法"
    END_EXCEPTION = "end_exception", "終了時の別の指示"
    WORKING_HOURS = "working_hours", "実施時間"
    OTHER = "other", "その他"


class Decision(Code):
    DRAFT = "draft", "申請前"
    PENDING = "pending", "申請中"
    GRANTED = "granted", "承諾"
    CONDITIONAL = "conditional", "条件付承諾"
    REFUSED = "refused", "不承諾"
    WITHDRAWN = "withdrawn", "取下げ"
    REVOKED = "revoked", "取消"
    EXPIRED = "expired", "失効"


class DecisionForm(Code):
    WRITTEN = "written", "書面"
    EMAIL = "email", "電子メール"
    ORAL = "oral", "口頭"


class HandlingKind(Code):
    RECEIVE = "receive", "受領"
    HAND_OVER = "hand_over", "引渡し・授受"
    COLLECT = "collect", "収集・取得"
    CREATE = "create", "作成・加工"
    USE = "use", "使用"
    COPY = "copy", "複写・複製"
    STORE = "store", "保管・移動"
    TAKE_OUT = "take_out", "持出し"
    BRING_BACK = "bring_back", "持帰り"
    TRANSPORT = "transport", "運搬・移送"
    TRANSMIT = "transmit", "送信"
    DISPATCH = "dispatch", "外部送付"
    PROVIDE = "provide", "目的外利用・第三者提供"
    RETURN = "return", "返還"
    ERASE = "erase", "消去"
    DISPOSE = "dispose", "廃棄"
    STOCKTAKE = "stocktake", "現品確認"
    LOSS = "loss", "所在不明"
    RECOVER = "recover", "発見・回収"


class Timing(Code):
    PLANNED = "planned", "予定"
    ACTUAL = "actual", "実績"


class HandlingStatus(Code):
    DRAFT = "draft", "下書"
    PLANNED = "planned", "予定"
    DONE = "done", "実施済"
    CONFIRMED = "confirmed", "確認済"


class Means(Code):
    DIRECT = "direct", "直接手渡し"
    SECURITY_COURIER = "security_courier", "セキュリティ便"
    REGISTERED_MAIL = "registered_mail", "書留等"
    OWN_VEHICLE = "own_vehicle", "自社便"
    ELECTRONIC = "electronic", "電子的手段"
    OTHER = "other", "その他"


class EncryptionMeasure(Code):
    APPLIED = "applied", "暗号化"
    EQUIVALENT = "equivalent", "同等以上の措置"
    NOT_APPLIED = "not_applied", "未実施"
    NOT_APPLICABLE = "not_applicable", "対象外"


class MisdeliveryMeasure(Code):
    TWO_PERSON = "two_person", "複数人確認"
    SOFTWARE = "software", "専用ソフト"
    OTHER = "other", "その他"


class SanitizationAct(Code):
    ERASE = "erase", "消去"
    DISPOSE = "dispose", "廃棄"


class SanitizationCategory(Code):
    """NIST SP 800-88 Rev. 2 categories."""

    CLEAR = "clear", "クリア"
    PURGE = "purge", "パージ"
    DESTROY = "destroy", "破壊"


class SanitizationMethod(Code):
    OVERWRITE = "overwrite", "データ消去ソフト（上書き）"
    DEVICE_COMMAND = "device_command", "装置の消去コマンド"
    CRYPTO_ERASE = "crypto_erase", "暗号化消去"
    DEGAUSS = "degauss", "磁気的破壊"
    PHYSICAL = "physical", "物理的破壊（破砕・穿孔等）"
    SHRED = "shred", "裁断"
    INCINERATE = "incinerate", "焼却"
    DISSOLVE = "dissolve", "溶解"
    MASK = "mask", "判読不能化"
    OTHER = "other", "その他"


class VerificationMethod(Code):
    FULL = "full", "全数"
    SAMPLING = "sampling", "抽出"
    VISUAL = "visual", "目視"
    VENDOR_REPORT = "vendor_report", "業者報告"
    NONE = "none", "なし"


class VerificationResult(Code):
    PASS = "pass", "合格"
    FAIL = "fail", "不合格"
    UNKNOWN = "unknown", "不明"


class PostDestination(Code):
    INTERNAL_REUSE = "internal_reuse", "社内で再利用"
    EXTERNAL_REUSE = "external_reuse", "社外で再利用"
    RECYCLING = "recycling", "リサイクル"
    MANUFACTURER = "manufacturer", "製造元・貸主へ返却"
    OTHER = "other", "その他"
