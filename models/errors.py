"""What can go wrong, as one small class per situation with the sentence that the user reads.

Two families: `AzukariError` is the world failing (wrong password, full disk, a rule that refuses);
everything else that is raised is a bug of ours and is caught once, by `sys.excepthook`.
Each class has a stable `code` (driver and JSON) and the `exit_code` of the console:
1 the answer is no, 2 usage, 3 not allowed in, 4 files damaged, foreign or rolled back,
5 the machine.
"""

import errno
from collections.abc import Mapping
from typing import ClassVar, Final

TOLD: Final = frozenset({"reason", "problem", "message", "what_now"})
"""Facts that are sentences of their own."""
UNNAMED: Final[Mapping[str, str]] = {
    "file": "指定の場所", "what": "この記録", "which": "項目", "where": "書類", "field": "入力欄",
    "login": "この利用者", "act": "指定の操作", "who": "権限のある人", "until": "しばらく後",
    "holder": "別のプログラム", "since": "不明な時刻", "places": "どこか", "problem": "を確かめて、入力し直してください。",
}  # fmt: skip
"""What is said for a fact that is not known."""
BRING_BACK: Final = (
    "以前のバックアップを新しいフォルダーに復元し、その中の attachments から同じ名前のファイルを、"
    "この台帳のフォルダーの attachments に写してください"
    "（更新ジャーナルの媒体の attachments にもあれば、そこからでも写せます）。"
)
"""What to do about a sealed file that is gone or damaged, while the rest of the ledger is whole."""
CAUSES: Final[Mapping[int, str]] = {
    errno.ENOENT: "見つかりません",
    errno.EACCES: "権限がありません",
    errno.EPERM: "権限がありません",
    errno.EROFS: "書込みのできない場所です",
    errno.EISDIR: "フォルダーです",
    errno.ENOTDIR: "途中の場所がフォルダーではありません",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ENOSPC: "空きがありません",
    errno.EIO: "媒体から読み書きできません",
    errno.EBUSY: "ほかのプログラムが使用中です",
}


def cause(error: OSError) -> str:
    """Return why the system refused, in Japanese; its own words are in another language."""
    number = error.errno or 0
    return CAUSES.get(number) or errno.errorcode.get(number, "不明な原因")


class AzukariError(Exception):
    """Something in the world went wrong; `str(error)` is the Japanese sentence for the user.

    Keyword arguments fill the placeholders of `sentence` and stay available in `facts`.
    They must never contain a password, a key or a resident's data.
    """

    code: ClassVar[str] = "ERROR"
    exit_code: ClassVar[int] = 1
    sentence: ClassVar[str] = (
        "処理できませんでした。もう一度お試しください。続くときは、責任者に連絡してください。"
    )
    unnamed: ClassVar[Mapping[str, str]] = {}  # what is said for a fact that is not known

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        shown = {name: self._shown(name, fact) for name, fact in facts.items()}
        super().__init__(self.sentence.format(**shown))

    def _shown(self, name: str, fact: object) -> object:
        """Return a fact as the sentence needs it: never None or nothing, and ended by a 。."""
        told = name in TOLD and f"（{{{name}}}）" not in self.sentence
        if fact is None or fact == "":
            fact = self.unnamed.get(name, UNNAMED.get(name, "" if told else "不明"))
        if told and isinstance(fact, str) and fact and not fact.endswith(("。", "？", "！", "\n")):
            return f"{fact}。"
        return fact


# --- the answer is no -------------------------------------------------------------------------


class InvalidField(AzukariError):
    """A value cannot be what the field needs. Facts: field (label), problem (sentence)."""

    code = "INVALID_FIELD"
    sentence = "「{field}」{problem}"


class Refused(AzukariError):
    """A rule of the contract or the state of the ledger refuses the act. Fact: reason."""

    code = "REFUSED"
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "この操作はできません。内容を確かめて、やり直してください。"
    }


class TerminalBlocked(Refused):
    """A program that must not be there blocks the terminal (SK-11.7, A-31). Fact: programs."""

    code = "TERMINAL_BLOCKED"
    sentence = (
        "この端末に、使ってはならないプログラム（{programs}）が見つかっています。"
        "責任者が「点検」の「システムの状態」（コンソールでは condition）で解決を記帳するまで、"
        "新しい取扱い、添付、書出しはできません。閲覧、印刷、バックアップ、検証はできます。"
    )


class UnregisteredMedium(Refused):
    """A removable medium is not registered (SK-11.9, CM-5.5, A-32). Fact: file."""

    code = "UNREGISTERED_MEDIUM"
    sentence = (
        "「{file}」は、登録していない外部媒体です。私物や未登録の媒体は使えません。"
        "「バックアップ」の画面の「バックアップの媒体」で登録した媒体を使ってください。"
    )


class NetworkPlace(Refused):
    """A network folder is not registered (A-32, FK-7.2). Fact: file."""

    code = "NETWORK_PLACE"
    sentence = (
        "「{file}」は、ネットワーク上の場所です。書き出すとこのPCの外への送信になるため、"
        "このままでは使えません。登録した媒体を使ってください。"
        "作業場所の中で受託者が管理する保存先なら、責任者かシステム管理者が「バックアップの媒体」で"
        "設置場所とともに登録すると使えます。"
        "ほかへ送るときは、必要な承諾を受け、取扱記録に「送信」として記帳してください。"
    )


class RuleRefused(Refused):
    """A rule of the contract refuses, and no reason helps. Facts: reason, findings."""

    code = "RULE_REFUSED"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "どの決まりかは、「条項と証拠」で確かめてください。"
    }
    sentence = (
        "契約の決まりにより、このままでは記録できません。"
        "次のことを直してから、もう一度記録してください。\n{reason}"
    )


class FactsDiffer(Refused):
    """The checker entered something else than what is about to be recorded. Fact: which."""

    code = "FACTS_DIFFER"
    sentence = (
        "確認者が入力した「{which}」が、記録しようとしている内容と違います。"
        "まだ記録していません。送付や廃棄を止めて、宛先と現物を確かめてください。"
    )


class NeedsAnswer(AzukariError):
    """A rule asks for a reason or a second person; send the act again with `Answers`.

    Facts: message, findings (of models.rules.engine), needs_approval, asked (of models.seconding).
    """

    code = "NEEDS_ANSWER"
    sentence = "{message}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "message": "契約の決まりにより、理由か確認が要ります。規則の確認の画面で答えてください。"
    }


class NotAnswered(AzukariError):
    """The user turned back from what the rules ask; nothing was entered."""

    code = "NOT_ANSWERED"
    sentence = "規則の確認をやめたので、まだ記録していません。入力した内容はそのまま残っています。"


class Conflict(AzukariError):
    """Somebody else revised the record since it was read. Fact: what."""

    code = "CONFLICT"
    sentence = "「{what}」は、開いている間に別の操作で更新されました。最新の内容を確認してからやり直してください。"


class NotFound(AzukariError):
    """Nothing in the ledger has this id or number. Fact: what."""

    code = "NOT_FOUND"
    sentence = "{what}は台帳にありません。番号を確かめてください。"


class VerificationFailed(AzukariError):
    """A check found something that does not agree. Fact: reason."""

    code = "VERIFICATION_FAILED"
    sentence = (
        "検証の結果、一致しない点がありました。{reason}"
        "台帳のフォルダーはそのまま残し、責任者に連絡してください。"
    )


class UnprintableCharacter(AzukariError):
    """A text holds a character that no font of the paper can draw. Facts: characters, where."""

    code = "UNPRINTABLE_CHARACTER"
    sentence = "「{where}」に印刷できない文字があります（{characters}）。別の表記に直してから、もう一度お試しください。"


class Unclear(AzukariError):
    """A word of a file fits nothing or several things; a person can say which. Fact: reason."""

    code = "UNCLEAR"
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "表の言葉が何を指すか分かりません。取込みの質問で選んでください。"
    }


class ImportRefused(AzukariError):
    """A file from outside cannot be read as a register. Facts: file, reason."""

    code = "IMPORT_REFUSED"
    sentence = "「{file}」を取り込めません。{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "ファイルを確かめて、もう一度お試しください。"
    }


class Cancelled(AzukariError):
    """The user stopped the work; nothing was changed."""

    code = "CANCELLED"
    sentence = "中止しました。何も変更していません。"


# --- usage ------------------------------------------------------------------------------------


class Usage(AzukariError):
    """The command or request is not well formed. Fact: reason."""

    code = "USAGE"
    exit_code = 2
    sentence = "{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {
        "reason": "指定に誤りがあります。--help で使い方を確かめてください。"
    }


class ProfileError(AzukariError):
    """A profile file (取扱規則) is not well formed. Facts: file, line, reason."""

    code = "PROFILE"
    exit_code = 2
    sentence = (
        "特記事項の設定ファイルに誤りがあります（{file}:{line}）。"
        "{reason}ファイルを直してから、もう一度読み込んでください。"
    )


# --- not allowed in ---------------------------------------------------------------------------


class WrongPassword(AzukariError):
    """Unknown user or wrong password: one answer for both, after the same time."""

    code = "WRONG_PASSWORD"
    exit_code = 3
    sentence = "利用者名またはパスワードが違います。大文字・小文字と入力モードを確かめて、もう一度入力してください。"


class WrongBackupPassword(WrongPassword):
    """A backup opens for responsible persons alone; a worker's login is not even named in it."""

    sentence = (
        "利用者名またはパスワードが違います。バックアップを開けるのは責任者だけです。"
        "責任者の利用者名で、バックアップを作ったときのパスワードを入力してください。"
        "分からないときは、回復シートで復元できます。"
    )


class LockedOut(AzukariError):
    """Too many failures. Fact: until (shown time)."""

    code = "LOCKED_OUT"
    exit_code = 3
    sentence = "続けて失敗したため、{until}まで利用できません。時間をおいてから、もう一度入力してください。"


class Locked(AzukariError):
    """The ledger is locked; somebody must sign in first."""

    code = "LOCKED"
    exit_code = 3
    sentence = "台帳はロックされています。利用者名とパスワードを入力してください。"


class NotPermitted(AzukariError):
    """The role of the signed-in user does not allow the act. Facts: act, who."""

    code = "NOT_PERMITTED"
    exit_code = 3
    sentence = "この操作（{act}）は、{who}だけが行えます。担当の方に依頼してください。"


class EnteredByProgram(NotPermitted):
    """Nobody enters records of this type by hand, whatever his role. Fact: what."""

    sentence = (
        "{what}は、預り台帳が自動で記帳します。どの区分の利用者も、登録・訂正・取消はできません。"
        "内容がおかしいときは、もとになった操作の記録を確かめてください。"
    )


class MustChangePassword(AzukariError):
    """The first password was chosen by somebody else; nothing is entered before it is changed."""

    code = "MUST_CHANGE_PASSWORD"
    exit_code = 3
    sentence = (
        "最初のパスワードのままでは使えません。"
        "先に、自分だけが知っているパスワードに変更してください。"
    )


class AccountUnfinished(AzukariError):
    """Keys and account of the user do not agree: an act died between the two. Fact: login."""

    code = "ACCOUNT_UNFINISHED"
    exit_code = 3
    sentence = (
        "{login}の鍵が、台帳の登録と一致しません。パスワードの再発行か回復が、途中で終わっています。"
        "再発行のときは、ほかの責任者かシステム管理者が一度サインインすると完了します。"
        "回復シートを使ったときは、同じシートでもう一度回復してください。"
    )


class DeviceSecretMissing(AzukariError):
    """This PC does not hold the device secret of the ledger."""

    code = "DEVICE_SECRET_MISSING"
    exit_code = 3
    sentence = (
        "このPCには、この台帳を開くための端末情報がありません。"
        "登録済みのPCで開くか、回復シートを使ってこのPCを登録してください。"
    )


class SheetUsed(AzukariError):
    """A recovery sheet let somebody in, and what came after it failed. Fact: reason."""

    code = "SHEET_USED"
    exit_code = 5
    sentence = (
        "新しいパスワードで開けます。使った回復シートは、もう使えません。そのあとの処理はできませんでした。"
        "{reason}新しい回復シートを受け取っていないときは、新しいパスワードで開いて、"
        "「設定・利用者」の「回復シート」で作り直してください。"
    )


class SheetUncertain(AzukariError):
    """The key header was written by half when the disk failed. Facts: file, reason."""

    code = "SHEET_UNCERTAIN"
    exit_code = 5
    sentence = (
        "「{file}」の鍵ファイルの書換えの途中で、書き込めなくなりました。{reason}"
        "新しい回復シートも前の回復シートも、捨てないでください。直してから（新しい）パスワードで開き、"
        "「設定・利用者」の「回復シート」で作り直してください。開けないときは、前の回復シートをもう一度使ってください。"
    )


class WrongRecoverySheet(AzukariError):
    """A recovery sheet without typing errors does not open this ledger or backup."""

    code = "WRONG_RECOVERY_SHEET"
    exit_code = 3
    sentence = (
        "この回復シートでは開けません。新しい回復シートに替えていないか、"
        "別の台帳のシートでないかを確かめてください。"
    )


class WeakPassword(AzukariError):
    """The proposed password is too easy. Fact: reason."""

    code = "WEAK_PASSWORD"
    exit_code = 1
    sentence = "このパスワードは使えません。{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {"reason": "別のパスワードを入力してください。"}


# --- files damaged, foreign, newer, rolled back -----------------------------------------------


class Damaged(AzukariError):
    """A file of ours does not read as it was written. Facts: file, what_now."""

    code = "DAMAGED"
    exit_code = 4
    sentence = "「{file}」が壊れています。{what_now}"
    unnamed: ClassVar[Mapping[str, str]] = {"what_now": "手を付けずに、責任者に連絡してください。"}


class JournalDamaged(Damaged):
    """Damage ends the way through an update journal. Facts: file, reached, lost."""

    code = "JOURNAL_DAMAGED"
    sentence = (
        "更新ジャーナルの「{file}」が壊れているため、最後の記帳まで戻せません。"
        "戻せるのは、その前の記帳番号{reached}までです（{lost}は戻りません）。何も復元していません。"
        "媒体をつなぎ直すか、更新ジャーナルの別の写しがあれば、先にそれで試してください。"
        "{reached}まででよいときは、そこまでと指定して復元します"
        "（復元の画面の確認、またはコンソールの --up-to-damage）。"
    )


class TablesDamaged(Damaged):
    """Pages are damaged that follow from the log or that nothing uses. Facts: file, places."""

    code = "TABLES_DAMAGED"
    sentence = (
        "「{file}」の一部、{places}が壊れているため、台帳を開けません。記帳そのものは無事です。"
        "責任者かシステム管理者が「一覧を作り直す」を行えば直り、記帳は一件も失われません"
        "（サインインの画面、またはコンソールの rebuild）。"
    )


class AttachmentLost(Damaged):
    """A sealed file of the ledger's own folder is not there any more. Fact: file."""

    code = "ATTACHMENT_LOST"
    sentence = f"添付資料のファイル「{{file}}」が、台帳のフォルダーから失われています。{BRING_BACK}"


class Foreign(AzukariError):
    """A file is not one of ours, or belongs to another ledger. Facts: file, reason."""

    code = "FOREIGN"
    exit_code = 4
    sentence = (
        "「{file}」は、この台帳のファイルではありません。{reason}"
        "正しいファイルやフォルダーを選び直してください。"
    )


class UnfitFile(Foreign):
    """A file that somebody named is none that can be read for this. Facts: file, reason."""

    sentence = "「{file}」は、ここでは使えません。{reason}正しいファイルを選び直してください。"


class NotVetted(AzukariError):
    """The child that reads a file first did not get to an end. Facts: file, reason."""

    code = "NOT_VETTED"
    exit_code = 4
    sentence = (
        "「{file}」を安全に読めるかどうかを、別の小さな処理で確かめられませんでした（{reason}）。"
        "何も変更していません。ほかのプログラムを終了してから、もう一度お試しください。"
        "同じ表示が続くときは、壊れているか細工されたファイルのおそれがあります。"
        "使わずに、責任者に連絡してください。"
    )


class NewerFormat(AzukariError):
    """A file was written by a later version. Facts: file, found, known."""

    code = "NEWER_FORMAT"
    exit_code = 4
    sentence = (
        "「{file}」は新しい版の預り台帳で作られています（形式 {found}、この版が読めるのは {known} まで）。"
        "預り台帳を新しい版に入れ替えてから開いてください。"
    )


class LedgerMissing(AzukariError):
    """There is no ledger where one was expected. Fact: file."""

    code = "LEDGER_MISSING"
    exit_code = 4
    sentence = (
        "「{file}」に台帳がありません。場所を確かめてください。"
        "移動や削除をした覚えがなければ、バックアップから復元してください。"
    )


class RolledBack(AzukariError):
    """Something remembers a later state than the ledger shows. Fact: reason."""

    code = "ROLLED_BACK"
    exit_code = 4
    sentence = "台帳が以前の状態に戻されている疑いがあります。{reason}責任者に連絡してください。"


# --- the machine ------------------------------------------------------------------------------


class DiskFull(AzukariError):
    """No room left. Fact: file."""

    code = "DISK_FULL"
    exit_code = 5
    sentence = "「{file}」の保存先に空きがありません。不要なファイルを移して空きを作り、もう一度お試しください。今回の操作は記録されていません。"


class LittleRoom(DiskFull):
    """Too little room is left for new files; entries and backups go on (A-20). Fact: free."""

    code = "LITTLE_ROOM"
    sentence = (
        "台帳のディスクの空きが{free}しかないため、ファイルの添付を受け付けません。"
        "残りは記帳とバックアップのために取ってあります。すぐに、不要なファイルを片付けてください。"
    )


class QuotaUsedUp(DiskFull):
    """The share of the attachments has no room for a new one (A-20). Facts: most, left."""

    code = "QUOTA_USED_UP"
    sentence = (
        "添付資料の割当て{most}の残りが{left}のため、このファイルの添付を受け付けません。"
        "記帳、書類の確定、バックアップはできます。"
        "ファイルを小さくするか、責任者かシステム管理者が「設定」の「添付資料の割当て」を増やしてください。"
    )


class NotWritable(AzukariError):
    """The place cannot be written. Fact: file."""

    code = "NOT_WRITABLE"
    exit_code = 5
    sentence = "「{file}」に書き込めません。フォルダーの権限と、媒体の書込み禁止スイッチを確かめてください。今回の操作は記録されていません。"


class Unfinished(AzukariError):
    """A ledger must be written to before it can be read, and cannot be. Facts: file, reason."""

    code = "UNFINISHED"
    exit_code = 5
    sentence = (
        "「{file}」は書込みのできない場所にあり、このままでは読めません。{reason}"
        "台帳のフォルダーを丸ごと、書込みのできる場所に写してから、開いてください。"
    )


class InsideLedger(AzukariError):
    """A file of another kind was to be written into a ledger's folder. Fact: file."""

    code = "INSIDE_LEDGER"
    sentence = (
        "「{file}」は台帳のフォルダーの中です。台帳を壊さないよう、何も書き込んでいません。"
        "台帳とは別の場所を指定してください。"
    )


class Occupied(NotWritable):
    """Something already stands where a new file or folder shall be. Fact: file."""

    code = "OCCUPIED"
    sentence = (
        "「{file}」には、すでにファイルがあります。"
        "何も変更していません。空のフォルダーか、まだ使っていない名前を指定してください。"
    )


class InputOutput(AzukariError):
    """Reading or writing failed for another reason. Facts: file, reason."""

    code = "INPUT_OUTPUT"
    exit_code = 5
    sentence = "「{file}」の読み書きに失敗しました（{reason}）。媒体の接続を確かめ、台帳を開き直してください。"


class NotEnoughMemory(AzukariError):
    """The machine cannot grant the memory that deriving a key needs."""

    code = "NOT_ENOUGH_MEMORY"
    exit_code = 5
    sentence = "メモリーが足りないため、パスワードを確かめられません。ほかのプログラムを終了してから、もう一度お試しください。"


class PaperNotWritten(AzukariError):
    """A paper was sealed and kept, but its file could not be written. Facts: number, file."""

    code = "PAPER_NOT_WRITTEN"
    exit_code = 5
    sentence = (
        "書類「{number}」は確定し、台帳に保管しましたが、「{file}」に書き出せませんでした。"
        "もう一度確定せずに、画面の「書類」の一覧から保存してください。"
    )


class BackupIncomplete(AzukariError):
    """A backup is whole, but the ledger had lost files before. Facts: file, count."""

    code = "BACKUP_INCOMPLETE"
    sentence = (
        "バックアップ「{file}」を作成しましたが、台帳から失われた添付資料が{count}件あり、"
        f"それらは入っていません。{BRING_BACK}どの資料かは、台帳の検証で分かります。"
    )


class BackupNotEntered(AzukariError):
    """A backup is whole, but the ledger could not enter it. Facts: file, reason."""

    code = "BACKUP_NOT_ENTERED"
    exit_code = 5
    sentence = (
        "バックアップ「{file}」は作成し、検証しましたが、台帳に記録できませんでした。{reason}"
        "このバックアップは使えます。消さずに保管してください。"
    )


class DisposalNotEntered(AzukariError):
    """Backup files were removed, and the ledger could not enter it yet. Facts: count, reason."""

    code = "DISPOSAL_NOT_ENTERED"
    exit_code = 5
    sentence = (
        "バックアップ{count}件のファイルは消去しましたが、まだ記帳できていません。{reason}"
        "消去したことは台帳が覚えていて、次にサインインしたときに記帳を完了します。"
    )


class InUse(AzukariError):
    """Another program holds the ledger. Facts: holder, since."""

    code = "IN_USE"
    exit_code = 5
    sentence = "この台帳は、ほかで使用中です（{holder}、{since}から）。そちらを終了してから開いてください。"


class MediumMissing(AzukariError):
    """A disk, stick or folder is not there. Fact: file."""

    code = "MEDIUM_MISSING"
    exit_code = 5
    sentence = "「{file}」が見つかりません。媒体を接続してから、もう一度お試しください。"


class FileMissing(MediumMissing):
    """A file that was named is not there. Fact: file."""

    code = "FILE_MISSING"
    sentence = (
        "「{file}」が見つかりません。ファイルの場所と名前を確かめてください。"
        "外付けの媒体にあるときは、接続してから、もう一度お試しください。"
    )


class JournalMissing(MediumMissing):
    """The update journal cannot be written, so nothing is entered. Facts: file, reason."""

    code = "JOURNAL_MISSING"
    sentence = (
        "更新ジャーナル「{file}」を使えないため、記帳していません。{reason}"
        "直せないときは、責任者が「バックアップ」の画面の「ジャーナルなしで続ける」で"
        "理由を記帳すると、続けられます。"
    )


class JournalFailed(InputOutput):
    """A command is in the ledger, but not in the journal that was promised. Facts: file, reason."""

    code = "JOURNAL_FAILED"
    sentence = (
        "この操作は台帳に記帳しましたが、更新ジャーナル「{file}」に書けませんでした。{reason}"
        "同じ操作を繰り返さないでください。使えるようになると、書けなかった分から自動で続けます。"
    )


class FontMissing(AzukariError):
    """A font file of the program is missing or damaged. Fact: file."""

    code = "FONT_MISSING"
    exit_code = 5
    sentence = "文字の書体ファイル「{file}」がありません。預り台帳を入れ直してください。"


class PrinterMissing(AzukariError):
    """No printer is set up."""

    code = "PRINTER_MISSING"
    exit_code = 5
    sentence = "印刷できるプリンターがありません。プリンターの接続と設定を確かめるか、PDFとして保存してください。"
