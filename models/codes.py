"""Codes of the field's fixed vocabularies, each with its neutral Japanese label.

The code is what is hashed and stored for ever; the label may be replaced by the words of a
contract's profile when it is shown (`models/profiles.py`, concept keys).
"""

from enum import Enum
from typing import Self


class Code(str, Enum):
    """A stored code with the label that people read: `STORED = "stored", "保管中"`."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def read(cls, code: str) -> Self:
        """Return the member with this stored code.

        Raises:
            KeyError: unknown code.
        """
        member = cls._value2member_map_[code]
        assert isinstance(member, cls)
        return member


class Role(Code):
    """Roles of the application (obligations.md 8.4.1); enforced in the ledger."""

    WORKER = "worker", "従事者"
    SUPERVISOR = "supervisor", "責任者"
    ADMINISTRATOR = "administrator", "システム管理者"
    INSPECTOR = "inspector", "検査者（閲覧専用）"


class OrganizationKind(Code):
    CLIENT = "client", "委託者"
    CONTRACTOR = "contractor", "受託者"
    SUBCONTRACTOR = "subcontractor", "再委託先"
    LOWER_SUBCONTRACTOR = "lower_subcontractor", "再々委託先以下"
    DISPATCH_AGENCY = "dispatch_agency", "派遣元"
    CARRIER = "carrier", "運送事業者"
    SANITIZATION_VENDOR = "sanitization_vendor", "消去・廃棄事業者"
    HANDOVER_INTERMEDIARY = "handover_intermediary", "授受の中継者"
    AUTHORITY = "authority", "関係機関"


class OnsiteRule(Code):
    ONSITE_PRINCIPLE = "onsite_principle", "庁舎内が原則"
    ANY = "any", "届出・承諾した場所"
    NONE = "none", "定めなし"


class ReportCycle(Code):
    MONTHLY = "monthly", "毎月"
    QUARTERLY = "quarterly", "四半期ごと"
    HALF_YEARLY = "half_yearly", "半年ごと"
    YEARLY = "yearly", "毎年"
    CUSTOM = "custom", "個別に定める"
    NONE = "none", "定めなし"


class ContractStatus(Code):
    PREPARING = "preparing", "着手前"
    ACTIVE = "active", "履行中"
    WINDING_UP = "winding_up", "終了処理中"
    CLOSED = "closed", "終結"
    TERMINATED = "terminated", "解除（終了処理中）"


class EmploymentType(Code):
    REGULAR = "regular", "正社員"
    CONTRACT_EMPLOYEE = "contract_employee", "契約社員"
    PART_TIME = "part_time", "パート・アルバイト"
    DISPATCHED = "dispatched", "派遣労働者"
    SUBCONTRACTOR_STAFF = "subcontractor_staff", "再委託先従業者"
    CLIENT_OFFICER = "client_officer", "委託者の職員"
    OTHER = "other", "その他"


class AssignmentRole(Code):
    INFO_MANAGER = "info_manager", "管理責任者"
    WORK_SUPERVISOR = "work_supervisor", "作業責任者"
    WORKER = "worker", "作業従事者"
    HANDOVER_OFFICER = "handover_officer", "情報授受担当者"
    TRAINING_MANAGER = "training_manager", "教育研修担当"
    SYSTEM_MANAGER = "system_manager", "電子計算機処理の管理責任者"
    CREDENTIAL_CUSTODIAN = "credential_custodian", "パスワード・IDカード等の管理者"
    INCIDENT_CONTACT = "incident_contact", "緊急連絡責任者"
    CHECKER = "checker", "点検者"


class AssignmentStatus(Code):
    PLANNED = "planned", "予定"
    NOTIFIED = "notified", "届出済"
    ACTIVE = "active", "従事中"
    ENDED = "ended", "終了"
    CANCELLED = "cancelled", "取消"


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


TERMINAL_STATES = frozenset(
    {ItemState.HANDED_OVER, ItemState.RETURNED, ItemState.ERASED, ItemState.DISPOSED}
)


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


class SealKind(Code):
    SEAL = "seal", "記名押印"
    IMAGE = "image", "印影"
    SIGN = "sign", "署名"
    NONE = "none", "押印省略"


class SubmissionStatus(Code):
    DRAFT = "draft", "作成中"
    SEALED = "sealed", "確定"
    SUBMITTED = "submitted", "提出済"
    ACCEPTED = "accepted", "受理"
    RETURNED = "returned", "差戻し"
    SUPERSEDED = "superseded", "差替え済"
    CANCELLED = "cancelled", "取消"


class SubmissionMeans(Code):
    HAND = "hand", "持参"
    MAIL = "mail", "郵送"
    EMAIL = "email", "電子メール"
    OTHER = "other", "その他"


class AttachmentKind(Code):
    SCAN = "scan", "写し"
    PHOTO = "photo", "写真"
    CERTIFICATE = "certificate", "証明書"
    LOG = "log", "記録"
    SOURCE = "source", "取込元ファイル"
    OTHER = "other", "その他"


class AccountStatus(Code):
    ACTIVE = "active", "利用中"
    DISABLED = "disabled", "利用停止"


class BackupKind(Code):
    FULL = "full", "バックアップ"
    VERIFY = "verify", "検証"
    RESTORE = "restore", "復元"
    RESTORE_TEST = "restore_test", "復旧試験"
    DISPOSED = "disposed", "バックアップの廃棄"


class BackupResult(Code):
    OK = "ok", "成功"
    FAILED = "failed", "失敗"


class MediumState(Code):
    IN_USE = "in_use", "使用中"
    LEAVING = "leaving", "使用終了の手続中"
    ENDED = "ended", "使用終了"


class TerminalState(Code):
    IN_USE = "in_use", "使用中"
    SUSPENDED = "suspended", "休止"
    RETIRED = "retired", "使用終了"


class SystemEventKind(Code):
    JOURNAL_STARTED = "journal_started", "更新ジャーナルの開始"
    JOURNAL_STOPPED = "journal_stopped", "更新ジャーナルの終了"
    JOURNAL_SUSPENDED = "journal_suspended", "更新ジャーナルなしの運用"
    JOURNAL_RESUMED = "journal_resumed", "更新ジャーナルの再開"
    JOURNAL_ENDED = "journal_ended", "更新ジャーナルの古いファイルの消去"
    JOURNAL_BEHIND = "journal_behind", "更新ジャーナルの欠け"
    ROLLED_BACK = "rolled_back", "以前の状態での使用"
    KEY_RENEWED = "key_renewed", "暗号鍵の更新"
    CLOCK_BACK = "clock_back", "時計の戻り"
    CLOCK_JUMP = "clock_jump", "時計の飛び"
    ACCESS_REVIEWED = "access_reviewed", "利用の記録の確認"
    CONDITION_CHECKED = "condition_checked", "システムの状態の点検"
    PASSWORDS_REVIEWED = "passwords_reviewed", "パスワードと資格の見直し"
    TERMINAL_CHANGED = "terminal_changed", "使用端末の変更"
    HOURS_CHANGED = "hours_changed", "利用する時間帯の変更"
    PASSWORD_RULE_CHANGED = "password_rule_changed", "パスワードの決まりの変更"
    PROGRAM_FOUND = "program_found", "使ってはならないプログラムの検出"
    PROGRAM_CLEARED = "program_cleared", "使ってはならないプログラムの解決"


class EventLevel(Code):
    INFO = "info", "通知"
    WARN = "warn", "注意"
    ALERT = "alert", "警告"


# --- what people must have before they handle anything -------------------------------------------


class CredentialKind(Code):
    EMPLOYEE_ID = "employee_id", "身分証明書"
    ACCESS_CARD = "access_card", "IDカード"
    ENTRY_CARD = "entry_card", "入退室カード"
    KEY = "key", "鍵"
    AUTH_DEVICE = "auth_device", "認証用媒体"
    OTHER = "other", "その他"


class InvalidReason(Code):
    QUALIFICATION_LOST = "qualification_lost", "資格喪失"
    LOST = "lost", "紛失"
    LEAKED = "leaked", "知られた"
    REPLACED = "replaced", "更新"
    EXPIRED = "expired", "期限切れ"


class PledgeStatus(Code):
    NOT_COLLECTED = "not_collected", "未徴取"
    SIGNED = "signed", "徴取済"
    SUBMITTED = "submitted", "提出済"
    SUPERSEDED = "superseded", "差替え"


class TrainingKind(Code):
    INITIAL = "initial", "着手時"
    PERIODIC = "periodic", "定期"
    CHANGE = "change", "変更時"
    AD_HOC = "ad_hoc", "随時"
    AWARENESS = "awareness", "周知・了知"


class TrainingMethod(Code):
    CLASSROOM = "classroom", "集合"
    ELEARNING = "elearning", "eラーニング"
    DOCUMENT = "document", "資料配布"
    BRIEFING = "briefing", "朝礼等"


class TrainingTopic(Code):
    COMPLIANCE = "compliance", "遵守すべき事項"
    SECRECY = "secrecy", "秘密の保持"
    AFTER_LEAVING = "after_leaving", "退職後の義務"
    PENALTIES = "penalties", "罰則の内容"
    CIVIL_LIABILITY = "civil_liability", "民事上の責任"
    INCIDENT_RESPONSE = "incident_response", "事故発生時（おそれを含む）の対応"
    SYSTEM_SECURITY = "system_security", "情報システムの管理・運用・セキュリティ"
    SPECIFIC_PI = "specific_pi", "特定個人情報"
    ORDINANCE_DUTY = "ordinance_duty", "条例上の義務の内容"
    OTHER = "other", "その他"


class Understanding(Code):
    SIGNED = "signed", "受講確認署名"
    TEST_PASSED = "test_passed", "テスト合格"
    NONE = "none", "なし"


# --- how the work is governed, and what the client asked ------------------------------------------


class GovernanceKind(Code):
    MANAGEMENT_STRUCTURE = "management_structure", "管理体制・責任体制"
    EMERGENCY_PLAN = "emergency_plan", "緊急時対応計画"
    REPORTING_PROCEDURE = "reporting_procedure", "報告手順"
    TRANSPORT_PROCEDURE = "transport_procedure", "移送体制"
    HANDLING_RULES = "handling_rules", "個人情報取扱規程・手順"
    CREDENTIAL_ISSUE_PROCEDURE = "credential_issue_procedure", "IDカード等発行手続"
    CREDENTIAL_LOSS_PROCEDURE = "credential_loss_procedure", "紛失・漏えい時の無効化手順"
    ACCESS_POLICY = "access_policy", "アクセス資格基準"
    PASSWORD_POLICY = "password_policy", "パスワード基準"
    BACKUP_POLICY = "backup_policy", "バックアップ基準"
    MEMORANDUM = "memorandum", "覚書"
    PLEDGE_TEXT = "pledge_text", "誓約書文面"
    PENALTY_TEXT = "penalty_text", "罰則・義務の周知文"
    DISPATCH_TERMS = "dispatch_terms", "派遣契約等の遵守条項"
    SUBCONTRACT_TERMS = "subcontract_terms", "再委託契約の遵守条項"
    APPLICABLE_RULES = "applicable_rules", "遵守すべき法令等一覧"
    CHECKLIST_TEMPLATE = "checklist_template", "点検表ひな形"


class GovernanceCover(Code):
    PURPOSE_LIMIT = "purpose_limit", "目的外利用等の禁止"
    STAFF_DUTY = "staff_duty", "従事者の責務"
    DISPOSAL = "disposal", "確実な廃棄"
    ACCURACY_SAFETY = "accuracy_safety", "正確性・安全性"
    STRUCTURE = "structure", "責任体制"
    OUTSOURCING = "outsourcing", "委託の措置"
    CONTACT = "contact", "連絡"
    EVIDENCE = "evidence", "証拠保全"
    CONTAINMENT = "containment", "被害拡大の防止"
    RECOVERY = "recovery", "復旧"
    RECURRENCE = "recurrence", "再発防止"
    OTHER = "other", "その他"


class GovernanceStatus(Code):
    DRAFT = "draft", "作成中"
    IN_FORCE = "in_force", "有効"
    SUPERSEDED = "superseded", "差替え済"


class Direction(Code):
    IN = "in", "委託者から"
    OUT = "out", "委託者へ"


class CommunicationKind(Code):
    REPORT_REQUEST = "report_request", "報告の求め"
    DOCUMENT_REQUEST = "document_request", "資料提出の求め"
    SUPERVISION_REPORT_REQUEST = "supervision_report_request", "再委託管理状況の求め"
    STAFF_LIST_REQUEST = "staff_list_request", "従事者の通知の求め"
    PLEDGE_REQUEST = "pledge_request", "誓約書提出の求め"
    INSPECTION_NOTICE = "inspection_notice", "監査・検査・調査の通知"
    WITNESS_REQUEST = "witness_request", "立会いの求め"
    INSTRUCTION = "instruction", "指示"
    DESIGNATION = "designation", "指定"
    PPC_REPORT_REQUEST = "ppc_report_request", "委員会報告の求め"
    PUBLICATION_NOTICE = "publication_notice", "公表"
    OPINION_HEARING = "opinion_hearing", "意見聴取"
    CONSULTATION = "consultation", "協議"
    CLAIM_COOPERATION = "claim_cooperation", "申立てへの協力"
    FIRST_INCIDENT_CALL = "first_incident_call", "事故の電話連絡"
    OTHER = "other", "その他"


class CommunicationMeans(Code):
    VISIT = "visit", "面談・来訪"
    TELEPHONE = "telephone", "電話"
    WRITTEN = "written", "書面"
    EMAIL = "email", "電子メール"
    OTHER = "other", "その他"


class Urgency(Code):
    IMMEDIATE = "immediate", "直ちに"
    PROMPT = "prompt", "速やかに"
    DATED = "dated", "期限指定"
    NONE = "none", "なし"


class CommunicationStatus(Code):
    OPEN = "open", "未回答"
    ANSWERED = "answered", "回答済"
    CLOSED = "closed", "終了"


class FindingSource(Code):
    INSPECTION = "inspection", "点検・検査"
    EVENT = "event", "取扱記録"
    OVERRIDE = "override", "例外の記録"
    INCIDENT = "incident", "事故等"
    ANALYSIS = "analysis", "記録の分析"


class OfficerAct(Code):
    WITNESS = "witness", "立会い"
    INSTRUCTION = "instruction", "指示"
    FINDING = "finding", "指摘"


class DueStatus(Code):
    OPEN = "open", "未了"
    SATISFIED = "satisfied", "済"
    WAIVED = "waived", "免除"


class Severity(Code):
    SERIOUS = "serious", "重大"
    MINOR = "minor", "軽微"


class FindingStatus(Code):
    OPEN = "open", "未対応"
    IN_PROGRESS = "in_progress", "対応中"
    DONE = "done", "是正済"
    VERIFIED = "verified", "確認済"


class RuleMode(Code):
    BLOCK_ALWAYS = "block_always", "認めない"
    BLOCK_PLAN = "block_plan", "逸脱として残す"
    WARN = "warn", "理由を残す"
    NOTICE = "notice", "知らせる"


class AccessLevel(Code):
    READ = "read", "閲覧"
    RECORD = "record", "記録"
    APPROVE = "approve", "確認・確定"
    MANAGE = "manage", "管理"
