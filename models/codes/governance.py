"""How the work is governed, what the client asked, and what is still due."""

from models.codes.base import Code


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
