"""Whose contract it is, and how the work is bound."""

from models.codes.base import Code


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
