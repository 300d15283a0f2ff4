"""The closed lists a profile file may choose from: words for time, duties, rules, evidence, papers.

Everything here is the same for every municipality. What differs stands in `resources/profiles/`.
"""

from collections.abc import Mapping

from models.codes import (
    AssignmentRole,
    BasisType,
    CommunicationKind,
    EndRule,
    HandlingKind,
    ItemOrigin,
    PlaceUse,
)

BASES = tuple(code.value for code in BasisType)
ROLES = tuple(code.value for code in AssignmentRole)
ROLE_CONCEPTS: Mapping[AssignmentRole, str] = {
    AssignmentRole.INFO_MANAGER: "overall_manager",
    AssignmentRole.WORK_SUPERVISOR: "responsible_person",
    AssignmentRole.WORKER: "worker",
    AssignmentRole.HANDOVER_OFFICER: "handover_officer",
}
"""Roles for which a text may have a word of its own."""
ORIGINS = tuple(code.value for code in ItemOrigin)
END_RULES = tuple(code.value for code in EndRule)
PLACE_USES = tuple(code.value for code in PlaceUse)
ACTS = tuple(code.value for code in HandlingKind)

TOPICS = (
    "compliance",
    "secrecy",
    "after_leaving",
    "penalties",
    "civil_liability",
    "incident_response",
    "system_security",
    "specific_pi",
    "ordinance_duty",
)
CHECKS = (
    "media_storage",
    "data_accuracy",
    "stocktake",
    "pc_software",
    "private_items",
    "place_security",
    "access_log_analysis",
    "access_right_review",
    "password_review",
    "credential_inventory",
    "terminal_inventory",
    "malware_update",
    "capacity_review",
    "restore_test",
    "structure_review",
    "compliance_self_check",
    "subcontractor_supervision",
)
CYCLES = (*CHECKS, "training", "periodic_report", "backup", "integrity_check")
GOVERNANCE = (
    "management_structure",
    "emergency_plan",
    "reporting_procedure",
    "transport_procedure",
    "handling_rules",
    "credential_issue_procedure",
    "credential_loss_procedure",
    "access_policy",
    "password_policy",
    "backup_policy",
    "memorandum",
    "pledge_text",
    "penalty_text",
    "dispatch_terms",
    "subcontract_terms",
    "applicable_rules",
    "checklist_template",
)
COVERS = (
    "purpose_limit",
    "staff_duty",
    "disposal",
    "accuracy_safety",
    "structure",
    "outsourcing",
    "contact",
    "evidence",
    "containment",
    "recovery",
    "recurrence",
    "other",
)
NATURES = ("leak", "loss", "damage", "alteration")
INCIDENT_FIELDS = (
    "info_content",
    "record_count",
    "quantity_text",
    "occurred_place",
    "situation",
    "course",
    "damage",
    "commander",
    "breached_clause",
)
ENDING_DOCUMENTS = ("D-16", "D-17", "D-18")
SUBCONTRACT_POINTS = (
    "org",
    "reason",
    "work_scope",
    "information_handled",
    "protection_measures",
    "supervision_method",
)
SUBCONTRACT_CHECKS = ("flow_down", "supervision_clause", "no_further_clause")

UNSET = "未設定"
"""Written in a profile where the text only says 「定期的に」: somebody must fix the cycle."""

TRIGGERS: Mapping[str, str] = {
    "START": "業務の着手前",
    "PRE": "事前",
    "IMM": "直ちに",
    "PROMPT": "速やかに",
    "PER": "定期的",
    "END": "業務終了時",
    "REQ": "求めがあったとき",
    "EACH": "その都度",
    "CONT": "常時",
}

DUTIES: Mapping[str, str] = {
    "keep": "常に守る",
    "record": "その都度記録する",
    "notify": "書面で届け出る・報告する",
    "consent": "事前に承諾等を得る",
    "prepare": "体制・規程・計画を整える",
    "train": "教育・周知・誓約",
    "check": "点検・監督する",
    "respond": "求めに応じる",
    "incident": "事故等に対応する",
    "end": "返還・消去・廃棄する",
    "program": "プログラムの機能で満たす",
    "contractual_only": "契約上の定めのみ（記録なし）",
}

MODES: Mapping[str, str] = {
    "block_always": "予定も実績も受け付けない",
    "block_plan": "予定は受け付けず、実績は逸脱として残す",
    "warn": "理由を入力すれば進める",
    "notice": "知らせるだけ",
    "off": "判定しない",
}

RULES: Mapping[str, str] = {
    "R-01": "取扱者の資格（指定・誓約・研修・周知）",
    "R-02": "従事者の事前届出",
    "R-03": "場所の事前届出・承諾",
    "R-04": "定めた場所での取扱い",
    "R-05": "複写・複製の承諾",
    "R-06": "複写物の親子と数量",
    "R-07": "送信・外部送付の承諾と複数人確認",
    "R-08": "持出しの根拠",
    "R-09": "持ち出す電子データの暗号化",
    "R-10": "持帰り予定と完了",
    "R-11": "運搬の体制と記録",
    "R-12": "授受を行う者",
    "R-13": "直接でない授受の承認",
    "R-14": "受渡しの指定と預り証",
    "R-15": "目的外利用・第三者提供",
    "R-16": "収集できる範囲",
    "R-17": "保管場所の施錠・入退室管理",
    "R-18": "私物の排除",
    "R-19": "パソコンのソフトウェア点検",
    "R-20": "消去・廃棄の方法",
    "R-21": "終了時の処分の根拠",
    "R-22": "立会いの確認",
    "R-23": "報告書・証明書の必須欄",
    "R-24": "契約を閉じる条件",
    "R-25": "不要となった情報の処分",
    "R-26": "再委託の承認・承諾",
    "R-27": "再委託契約の確認",
    "R-28": "派遣契約等の確認",
    "R-29": "事故の疑いの提案",
    "R-30": "再委託先の事故の報告先",
    "R-31": "個人情報保護委員会への報告",
    "R-32": "求めへの回答期限",
    "R-33": "記録の訂正は取消しと再登録",
    "R-34": "状態の移り方",
    "R-35": "資格と権限の連動",
    "R-36": "実施者と確認者を分ける",
    "R-37": "発行した書類の固定",
    "R-38": "契約をまたがない",
    "R-39": "条項の適用の変更",
    "R-40": "本人通知・公表の順序",
    "R-41": "機密情報からの除外",
    "R-42": "身分証明書",
    "R-43": "庁舎内の作業時間",
    "R-44": "特定個人情報の取扱者",
    "R-45": "契約後も続く義務",
    "R-46": "定期点検の遅れ",
    "R-47": "「事前」の日付",
    "R-48": "住民の情報の書き込み",
}

EVIDENCE: Mapping[str, str] = {
    "EQ-STAFF": "従事者の届出の漏れ・遅れ",
    "EQ-SUPERVISE": "責任者が確認していない取扱い",
    "EQ-CLEAR": "資格のない者の取扱い",
    "EQ-PLEDGE": "誓約書の漏れ・未提出",
    "EQ-TRAIN": "研修の漏れ",
    "EQ-TRAINPLAN": "計画のない研修",
    "EQ-NOTICE": "周知の漏れ",
    "EQ-PLACE": "届出・承諾のない場所",
    "EQ-PLACEUSE": "定めた場所の外での取扱い",
    "EQ-IDCARD": "身分証明書のない従事者",
    "EQ-HOURS": "定めた時間の外の作業",
    "EQ-ASSET": "情報の区分・目的の記入漏れ",
    "EQ-ITEMLIST": "一覧にない個人情報の項目",
    "EQ-LEDGER": "台帳の記録の欠け",
    "EQ-STORE": "施錠・入退室管理のない保管",
    "EQ-COPY": "承諾のない複写・複製",
    "EQ-COPYNEED": "目的のない複写・複製",
    "EQ-SEND": "承諾・確認のない送信・送付",
    "EQ-TAKEOUT": "根拠のない持出し",
    "EQ-OPENOUT": "戻っていない持出し",
    "EQ-ENC": "暗号化されていない持出し・運搬",
    "EQ-TRANSPORT": "運搬の記録の欠け",
    "EQ-PRIVATE": "私物の使用",
    "EQ-PC": "点検していないパソコンの使用",
    "EQ-PURPOSE": "根拠のない目的外利用・提供",
    "EQ-RECEIPT": "受渡しの指定・預り証の漏れ",
    "EQ-HANDOVER": "定めた者でない者の授受",
    "EQ-INDIRECT": "承認のない間接の授受",
    "EQ-CHECK": "遅れている定期点検",
    "EQ-UNNEEDED": "不要のまま残る情報",
    "EQ-METHOD": "方法の合わない消去・廃棄",
    "EQ-WITNESS": "立会いの求めへの未対応",
    "EQ-END": "終わっても残る情報",
    "EQ-ENDDOC": "終わりの書類の漏れ",
    "EQ-CERT": "廃棄・消去の証明書の漏れ",
    "EQ-SUB": "承認・承諾のない再委託",
    "EQ-SUBSUP": "監督していない再委託先",
    "EQ-LABOUR": "契約書を確かめていない労働者",
    "EQ-INC": "事故の報告の漏れ・遅れ",
    "EQ-INCSUB": "再委託先の事故の報告の漏れ",
    "EQ-INCNOTICE": "指示・協議のない通知・公表",
    "EQ-PPC": "個人情報保護委員会への報告の要否",
    "EQ-CLAIM": "申立ての報告の漏れ",
    "EQ-REQ": "求めへの未回答",
    "EQ-REPORT": "定期報告の漏れ",
    "EQ-DUE": "期限を過ぎた書類",
    "EQ-FINDING": "直っていない指摘",
    "EQ-GOV": "備えていない規程・体制・計画",
    "EQ-ROLES": "決めていない管理者",
    "EQ-ACCESS": "根拠のないアクセス権",
    "EQ-AUDIT": "利用記録の切れ目・分析の漏れ",
    "EQ-PASSWORD": "見直していないパスワード",
    "EQ-TERMINAL": "登録のない端末",
    "EQ-TWOFACTOR": "IDカード等のない利用者",
    "EQ-MALWARE": "古いままのウイルス対策",
    "EQ-BACKUP": "取れていないバックアップ",
    "EQ-RESTORE": "していない復旧試験",
    "EQ-INTEGRITY": "整合性の異常",
    "EQ-CAPACITY": "容量の警告",
    "EQ-CLAUSE": "理由のない条項の除外",
    "EQ-OVERRIDE": "例外と逸脱の一覧",
}
"""Evidence query → what it finds. Beside them stands EQ-DOC(D-nn) for every document."""

REQUIREMENTS: frozenset[str] = frozenset(f"A-{number:02}" for number in range(1, 44))
"""Properties of the program itself, proved by its tests and not by rows of the ledger."""

_RECORD_TYPE_NAMES = """
    organization contract contract_clause_setting person assignment assignment_asset credential
    pledge training_plan training_session training_attendance place contract_place
    information_asset asset_field item item_content authorization authorization_target
    handling_event handling_event_item transport_detail sanitization inspection
    inspection_result finding incident incident_log incident_report claim subcontract
    client_communication submission governance_document attachment due_item rule_override
    user_account access_right audit_log terminal backup_run journal_segment system_event
"""
RECORD_TYPES: frozenset[str] = frozenset(_RECORD_TYPE_NAMES.split())

REQUESTS: frozenset[str] = frozenset(kind.value for kind in CommunicationKind)
"""What the client asks for, as its communications have it."""

NEUTRAL_TERMS: Mapping[str, str] = {
    "profile_title": "特記事項",
    "client": "委託者",
    "client_party": "委託者",
    "contractor": "受託者",
    "contractor_party": "受託者",
    "entrusted_work": "委託業務",
    "protected_information": "個人情報",
    "overall_manager": "管理責任者",
    "responsible_person": "責任者",
    "worker": "従事者",
    "non_regular_worker": "派遣労働者等",
    "handover_officer": "受渡担当者",
    "handover": "受渡し",
    "receipt_document": "受領書",
    "work_place": "作業場所",
    "storage_place": "保管場所",
    "media": "媒体・資料",
    "computers": "パソコン等",
    "provision": "提供",
    "collect": "取得",
    "use": "使用",
    "other_purpose": "目的外利用",
    "third_party": "第三者提供",
    "copy": "複写・複製",
    "send": "送信・送付",
    "take_out": "持出し",
    "transport": "運搬",
    "encryption": "暗号化等",
    "return": "返還",
    "erase": "消去",
    "dispose": "廃棄",
    "end_proof": "報告書",
    "attendance": "立会い",
    "copy_consent": "承諾",
    "take_out_consent": "承諾",
    "subcontract_consent": "承諾",
    "staff_notice": "届出",
    "place_notice": "届出",
    "training": "教育・研修",
    "pledge": "誓約書",
    "identity_document": "身分証明書",
    "subcontract": "再委託",
    "subcontractor": "再委託先",
    "harm": "漏えい等",
    "incident": "事故等",
    "suspected": "おそれ",
    "first_report": "直ちに",
    "handling_report": "取扱状況報告",
    "inspection": "検査",
    "ledger": "台帳",
    "structure": "管理体制",
    "checklist": "確認表",
    "emergency_plan": "緊急時対応計画",
    "private_things": "私物",
    "end_point": "契約終了時",
    "client_roles": "所管課長",
    "online_words": "アクセス資格の管理者・発行手続・抹消・無効化",
}
"""Concept → the word of the product, used where the municipality's text has no word of its own."""

CONCEPTS: tuple[str, ...] = tuple(NEUTRAL_TERMS)

NO_OWN_WORD: frozenset[str] = frozenset(("—", "―", "ー", "－", "-"))
"""A dash in a profile file: the text has no word, take the neutral one."""

RULE_PARAMS: Mapping[str, Mapping[str, str]] = {
    "R-02": {"roles": "roles", "other_roles": "mode"},
    "R-05": {
        "lent": "mode",
        "provided": "mode",
        "collected": "mode",
        "created": "mode",
        "copied": "mode",
    },
    "R-07": {"acts": "acts", "other_acts": "mode"},
    "R-08": {"incident_draft": "flag"},
    "R-09": {"acts": "acts", "other_acts": "mode", "password": "mode"},
    "R-12": {"first_receipt": "mode"},
    "R-15": {"other_purpose": "mode", "third_party": "mode"},
    "R-17": {"named_equipment": "flag"},
    "R-18": {"incident_draft": "flag"},
    "R-20": {"flash_overwrite": "mode"},
    "R-30": {"at_close": "flag"},
    "R-36": {"acts": "acts", "other_acts": "mode"},
}
"""Rule → its own parameters and their kind; a rule that is not listed here has none."""
