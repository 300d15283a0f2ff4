"""What went wrong, and how far it was looked into (SK-17, CM-16, FK-14, CB-13, YC-8)."""

from models.codes.base import Code


class Certainty(Code):
    OCCURRED = "occurred", "発生"
    SUSPECTED = "suspected", "おそれ"
    NEAR_MISS = "near_miss", "ヒヤリハット（報告対象外）"


class IncidentNature(Code):
    LEAK = "leak", "漏えい"
    LOSS = "loss", "滅失"
    DAMAGE = "damage", "き損"
    ALTERATION = "alteration", "改ざん"
    MISSING = "missing", "紛失・所在不明"
    THEFT = "theft", "盗難"
    MISDELIVERY = "misdelivery", "誤送付・誤交付・誤送信・誤廃棄・誤掲載"
    UNAUTHORIZED_ACCESS = "unauthorized_access", "不正アクセス"
    VIOLATION = "violation", "特記事項違反"
    CREDENTIAL = "credential", "パスワード・IDカード事故"
    OTHER = "other", "その他"


class IncidentParty(Code):
    CONTRACTOR = "contractor", "受託者"
    NON_REGULAR = "non_regular", "派遣労働者等"
    SUBCONTRACTOR = "subcontractor", "再委託先"
    OTHER = "other", "その他"


class IncidentStatus(Code):
    """How far it is, in order: an incident only goes forward."""

    DETECTED = "detected", "認知"
    FIRST_REPORTED = "first_reported", "第一報済"
    INVESTIGATING = "investigating", "調査中"
    REPORTED = "reported", "書面報告済"
    MEASURES = "measures", "措置中"
    CLOSED = "closed", "終結"


class IncidentLogKind(Code):
    DISCOVERY = "discovery", "発見"
    INTERNAL_REPORT = "internal_report", "内部連絡"
    FIRST_REPORT = "first_report", "第一報"
    MEASURE = "measure", "応急措置"
    EVIDENCE = "evidence", "証拠保全"
    INSTRUCTION = "instruction", "委託者の指示"
    INVESTIGATION = "investigation", "調査"
    PERSON_NOTICE = "person_notice", "本人通知"
    PUBLICATION = "publication", "公表"
    PPC = "ppc", "委員会報告"
    PREVENTION = "prevention", "再発防止"
    NOTE = "note", "その他"


class IncidentReportKind(Code):
    FIRST = "first", "第一報"
    WRITTEN = "written", "書面報告"
    FOLLOW_UP = "follow_up", "続報"
    FINAL = "final", "最終報告"
    SUBCONTRACTOR = "subcontractor", "再委託先からの報告"
    PPC_PRELIMINARY = "ppc_preliminary", "委員会への速報"
    PPC_FINAL = "ppc_final", "委員会への確報"
