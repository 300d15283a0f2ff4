"""Backups and the update journal: made and not entered, damaged, missing, or of others."""

from collections.abc import Mapping
from typing import ClassVar

from models.errors.base import AzukariError
from models.errors.ledger import BRING_BACK, Damaged
from models.errors.machine import InputOutput, MediumMissing
from models.errors.signing_in import WrongPassword


class WrongBackupPassword(WrongPassword):
    """A backup opens for responsible persons alone; a worker's login is not even named in it."""

    sentence = (
        "利用者名またはパスワードが違います。バックアップを開けるのは責任者だけです。"
        "責任者の利用者名で、更新ジャーナルも使うときは今のパスワードを、バックアップだけのときや"
        "それで開かないときは、バックアップを作ったときのパスワードを入力してください。"
        "分からないときは、回復シートで復元できます。"
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


class JournalDamaged(Damaged):
    """The way through an update journal ends too early.

    Facts: file, why, reached, lost; keys: what is the matter with the keys beside it, or "".
    """

    code = "JOURNAL_DAMAGED"
    unnamed: ClassVar[Mapping[str, str]] = {"keys": ""}
    sentence = (
        "更新ジャーナルの「{file}」が{why}ため、最後の記帳まで戻せません。{keys}"
        "戻せるのは、その前の記帳番号{reached}までです（{lost}は戻りません）。何も復元していません。"
        "媒体をつなぎ直すか、更新ジャーナルの別の写しや、もっと新しいバックアップ（暗号鍵を替えたときは、その後の"
        "もの）があれば、先にそれで試してください。"
        "{reached}まででよいときは、そこまでと指定して復元します"
        "（復元の画面の確認、またはコンソールの --up-to-damage）。"
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
