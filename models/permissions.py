"""Who may do what (obligations.md 8.4.1), decided once, below every screen and verb."""

from collections.abc import Mapping

from models.codes import Role
from models.errors import EnteredByProgram, NotPermitted
from models.records.base import Record

W, S, A, I = Role.WORKER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.INSPECTOR  # noqa: E741

REGISTER = frozenset({S})
EVERYBODY_WORKING = frozenset({W, S})
IN_USE = "利用できる期間内の利用者"

WRITE: Mapping[str, frozenset[Role]] = {
    "ledger_origin": frozenset(),  # written once, when the ledger is made
    "organization": REGISTER,
    "contract": REGISTER,
    "contract_clause_setting": REGISTER,
    "person": REGISTER,
    "assignment": REGISTER,
    "credential": REGISTER | {A},
    "pledge": REGISTER,
    "training_plan": REGISTER,
    "training_session": REGISTER,
    "access_right": frozenset({A, S}),  # models/rights.py: the supervisor only proposes
    "user_account": frozenset({A, S}),  # the supervisor only while there is no administrator
    "place": REGISTER,
    "contract_place": REGISTER,
    "information_asset": REGISTER,
    "item": REGISTER,
    "authorization": REGISTER,
    "handling_event": EVERYBODY_WORKING,
    "submission": REGISTER,
    "governance_document": REGISTER,
    "client_communication": REGISTER,
    "due_item": EVERYBODY_WORKING,
    "finding": EVERYBODY_WORKING,
    "rule_override": EVERYBODY_WORKING,  # only together with what it excuses
    "attachment": EVERYBODY_WORKING | {A},
    "seal_key": REGISTER,
    "backup_run": frozenset({W, S, A}),
    "system_event": frozenset(),  # entered by the program itself
    "content_erasure": REGISTER,
    "backup_medium": frozenset({S, A}),
    "terminal": frozenset({S, A}),
    "incident": EVERYBODY_WORKING,  # models/incidents.py: a worker tells, the responsible person leads
    "incident_log": EVERYBODY_WORKING,
    "incident_report": REGISTER,
    "officer_confirmation": frozenset({I}),  # the only thing that an inspector writes
}

ACTS: Mapping[str, tuple[str, frozenset[Role]]] = {
    "seal": ("書類の確定", REGISTER),
    "confirm": ("取扱記録の確認", REGISTER),
    "backup": ("バックアップの作成", frozenset({W, S, A})),
    "restore": ("バックアップからの復元", frozenset({S, A})),
    "rebuild": ("一覧の作り直し", frozenset({S, A})),
    "verify": ("台帳の検証", frozenset({S, A, I})),
    "export": ("一覧の書出し", frozenset({S, I})),
    "import": ("一覧の取込み", REGISTER),
    "rights": ("アクセス資格の付与・抹消", frozenset({A, S})),
    "accounts": ("利用者の管理", frozenset({A, S})),
    "recovery_sheet": ("回復シートの作り直し", REGISTER),
    "settings": ("設定の変更", frozenset({A, S})),
    "journal": ("更新ジャーナルの開始", frozenset({A, S})),
    "without_journal": ("更新ジャーナルなしの運用", REGISTER),
    "backup_media": ("バックアップの媒体の登録", frozenset({S, A})),
    "dispose_backup": ("バックアップの廃棄", frozenset({S, A})),
    "erase": ("契約の内容の消去", REGISTER),
    "access_log": ("利用の記録の閲覧", frozenset({S, A, I})),
    "condition": ("システムの状態の点検", frozenset({W, S, A})),
    "unblock": ("使ってはならないプログラムの解決", REGISTER),
    "access_review": ("利用の記録の確認", frozenset({S, A})),
    "evidence": ("条項と証拠の確認", frozenset({S, I})),
    "verify_finding": ("是正の確認", REGISTER),
    "void_finding": ("指摘・是正の取消", REGISTER),
    "lead_incident": ("事故・違反の訂正・取消", REGISTER),
    "accept_text": ("特記事項の変更の確認", REGISTER),
    "officer_record": ("検査者の指摘の記録", REGISTER),
    "officer_confirm": ("立会い・指示・指摘の確認", frozenset({I})),
}


def roles_text(roles: frozenset[Role]) -> str:
    return "・".join(role.label for role in Role if role in roles)


def require_write(role: Role, record: type[Record]) -> None:
    """Refuse unless the role may write records of this type.

    Raises:
        NotPermitted: naming the roles that may.
    """
    roles = WRITE[record.type]
    if not roles:
        raise EnteredByProgram(what=record.label)
    if role not in roles:
        raise NotPermitted(act=f"{record.label}の登録", who=roles_text(roles))


def may(role: Role, act: str) -> bool:
    """Tell whether the role may do the act (a key of `ACTS`)."""
    return role in ACTS[act][1]


def require(role: Role, act: str) -> None:
    """Refuse unless the role may do the act (a key of `ACTS`)."""
    label, roles = ACTS[act]
    if role not in roles:
        raise NotPermitted(act=label, who=roles_text(roles))
