"""How the system itself is kept: backups, media, terminals, events."""

from models.codes.base import Code


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
    MEMORY_LOST = "memory_lost", "PCの記憶の喪失"
    KEY_RENEWED = "key_renewed", "暗号鍵の更新"
    CLOCK_BACK = "clock_back", "時計の戻り"
    CLOCK_JUMP = "clock_jump", "時計の飛び"
    ACCESS_REVIEWED = "access_reviewed", "利用の記録の確認"
    CONDITION_CHECKED = "condition_checked", "システムの状態の点検"
    PASSWORDS_REVIEWED = "passwords_reviewed", "パスワードと資格の見直し"
    TERMINAL_CHANGED = "terminal_changed", "使用端末の変更"
    HOURS_CHANGED = "hours_changed", "利用する時間帯の変更"
    SUPPORT_CHANGED = "support_changed", "困ったときの連絡先の変更"
    PASSWORD_RULE_CHANGED = "password_rule_changed", "パスワードの決まりの変更"
    PROGRAM_FOUND = "program_found", "使ってはならないプログラムの検出"
    PROGRAM_CLEARED = "program_cleared", "使ってはならないプログラムの解決"
    ACCOUNTS_MANAGED = "accounts_managed", "責任者による利用者の管理"
    SETTING_UNKNOWN = "setting_unknown", "設定の異常"


class EventLevel(Code):
    INFO = "info", "通知"
    WARN = "warn", "注意"
    ALERT = "alert", "警告"
