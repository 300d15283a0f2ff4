"""Passwords, recovery sheets and accounts that do not let somebody in, or not so far."""

from collections.abc import Mapping
from typing import ClassVar

from models.errors.base import AzukariError
from models.errors.machine import InputOutput


class WrongPassword(AzukariError):
    """Unknown user or wrong password: one answer for both, after the same time."""

    code = "WRONG_PASSWORD"
    exit_code = 3
    sentence = "利用者名またはパスワードが違います。大文字・小文字と入力モードを確かめて、もう一度入力してください。"


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


class OutsideItsDays(NotPermitted):
    """Today, as this PC has it, is none of the days of an account. Facts: today, days."""

    sentence = (
        "この利用者が利用できる期間内の日ではありません（PCの時計では{today}、利用できるのは{days}）。"
        "PCの日付が違うときは、時計を合わせてから開き直してください。"
        "合っているときは、責任者に利用期限の延長を依頼してください。"
    )


class HasLeft(NotPermitted):
    """The last day of the person is over, as this PC has it. Facts: today, day."""

    sentence = (
        "退職日（{day}）を過ぎているため、この利用者は台帳を開けません（PCの時計では{today}）。"
        "PCの日付が違うときは、時計を合わせてから開き直してください。"
        "退職日が誤っているときは、責任者に「人」の訂正を依頼してください。"
    )


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
        "{login}の鍵が、台帳の登録と一致しません。パスワードの再発行か回復が途中で終わったか、"
        "再発行より前のバックアップから復元しています。ほかの責任者かシステム管理者が一度サインインすると、"
        "途中の再発行は完了し、復元のときは再発行が必要なことが知らされます。"
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
        "新しいパスワードで開けます。使った回復シートでは、この台帳はもう開けません。そのあとの処理は"
        "できませんでした。"
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


class KeysUncertain(AzukariError):
    """Keys were changed, the entry of it is missing, and no way back. Facts: file, reason."""

    code = "KEYS_UNCERTAIN"
    exit_code = 5
    sentence = (
        "「{file}」の鍵ファイルを書き換えましたが、台帳に記帳できたことを確かめられず、元にも"
        "戻せませんでした。{reason}新しいパスワードが有効になっています。開けないときは、"
        "前のパスワードが有効です。どちらも忘れないでください。直してから台帳を開き直すと、"
        "途中の操作を完了するか取り消して、知らせます。"
    )


class KeyNotRenewed(AzukariError):
    """Something is entered, and the new data key that goes with it failed. Facts: done, reason."""

    code = "KEY_NOT_RENEWED"
    exit_code = 5
    sentence = (
        "{done}は台帳に記帳しましたが、暗号鍵の更新はまだ済んでいません。{reason}"
        "同じ操作を繰り返さず、直してから台帳を開き直してください。責任者かシステム管理者が"
        "開くと、途中からのときは続けます。続きの知らせが出ないときは、「暗号鍵の更新」を行ってください。"
    )


class NotEnteredYet(InputOutput):
    """Keys are changed for good, and the entry of it is missing. Facts: done, reason."""

    code = "NOT_ENTERED_YET"
    sentence = (
        "{done}。ただし、まだ台帳に記帳できていません。{reason}同じ操作を繰り返さないでください。"
        "直してから、責任者がサインインすると、記帳を完了します。"
    )


class WrongRecoverySheet(AzukariError):
    """A recovery sheet without typing errors does not open this ledger or backup."""

    code = "WRONG_RECOVERY_SHEET"
    exit_code = 3
    sentence = (
        "この回復シートでは開けません。新しい回復シートに替えていないか、"
        "別の台帳のシートでないかを確かめてください。"
    )


class SheetReplaced(WrongRecoverySheet):
    """A sheet opens a backup, but the entries behind it, from the journal, believe another one."""

    sentence = (
        "この回復シートは、バックアップを作った後に、新しい回復シートに替えられています。更新ジャーナルの"
        "記帳まで戻すと、このシートはもう使えません。何も復元していません。責任者のパスワードで復元するか、"
        "新しい回復シートで、シートを替えた後のバックアップから復元してください。どちらもできないときは、"
        "更新ジャーナルを指定せずに、バックアップの時の状態まで復元できます。"
    )


class WeakPassword(AzukariError):
    """The proposed password is too easy. Fact: reason."""

    code = "WEAK_PASSWORD"
    exit_code = 1
    sentence = "このパスワードは使えません。{reason}"
    unnamed: ClassVar[Mapping[str, str]] = {"reason": "別のパスワードを入力してください。"}
