"""Who may do what, as an account and in a contract."""

from models.codes.base import Code


class Role(Code):
    """Roles of the application (obligations.md 8.4.1); enforced in the ledger."""

    WORKER = "worker", "従事者"
    SUPERVISOR = "supervisor", "責任者"
    ADMINISTRATOR = "administrator", "システム管理者"
    INSPECTOR = "inspector", "検査者（閲覧専用）"


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


class AccountStatus(Code):
    ACTIVE = "active", "利用中"
    DISABLED = "disabled", "利用停止"


class AccessLevel(Code):
    READ = "read", "閲覧"
    RECORD = "record", "記録"
    APPROVE = "approve", "確認・確定"
    MANAGE = "manage", "管理"
