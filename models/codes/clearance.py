"""What people must have before they handle anything."""

from models.codes.base import Code


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
