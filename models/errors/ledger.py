"""A ledger and its files: damaged, lost, foreign, newer, held by others or rolled back."""

from collections.abc import Mapping
from typing import ClassVar, Final

from models.errors.base import AzukariError

BRING_BACK: Final = (
    "以前のバックアップを新しいフォルダーに復元し、その中の attachments から同じ名前のファイルを、"
    "この台帳のフォルダーの attachments に写してください"
    "（更新ジャーナルの媒体の attachments にもあれば、そこからでも写せます）。"
)
"""What to do about a sealed file that is gone or damaged, while the rest of the ledger is whole."""


class VerificationFailed(AzukariError):
    """A check found something that does not agree. Fact: reason."""

    code = "VERIFICATION_FAILED"
    sentence = (
        "検証の結果、一致しない点がありました。{reason}"
        "台帳のフォルダーはそのまま残し、責任者に連絡してください。"
    )


class Damaged(AzukariError):
    """A file of ours does not read as it was written. Facts: file, what_now."""

    code = "DAMAGED"
    exit_code = 4
    sentence = "「{file}」が壊れています。{what_now}"
    unnamed: ClassVar[Mapping[str, str]] = {"what_now": "手を付けずに、責任者に連絡してください。"}


class TablesDamaged(Damaged):
    """Pages are damaged that follow from the log or that nothing uses. Facts: file, places."""

    code = "TABLES_DAMAGED"
    sentence = (
        "「{file}」の一部、{places}が壊れているため、台帳を開けません。記帳そのものは無事です。"
        "責任者かシステム管理者が「一覧を作り直す」を行えば直り、記帳は一件も失われません"
        "（サインインの画面、またはコンソールの rebuild）。"
    )


class StrangeSchema(TablesDamaged):
    """The database holds what no version of ours makes, or lacks a table. Facts: file, what."""

    code = "STRANGE_SCHEMA"
    sentence = (
        "「{file}」を開きません。{what}だれかが手を加えたおそれがあります。"
        "調べられるように、台帳のフォルダーの写しを残してください。そのうえで責任者かシステム管理者が"
        "「一覧を作り直す」を行えば、記帳だけが新しいデータベースに引き継がれ、ほかのものは残りません"
        "（サインインの画面、またはコンソールの rebuild）。"
    )


class StrayRows(TablesDamaged):
    """Rows of the log belong to no entry and lie where the next one goes. Fact: file."""

    code = "STRAY_ROWS"
    sentence = (
        "「{file}」に、記帳のない行が入り込んでいるため、続きを記帳できません。何も記帳していません。"
        "だれかが手を加えたおそれがあります。調べられるように、台帳のフォルダーの写しを残してください。"
        "そのうえで責任者かシステム管理者が「一覧を作り直す」を行えば、記帳だけが新しいデータベースに"
        "引き継がれます（サインインの画面、またはコンソールの rebuild）。"
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


class OurFile(AzukariError):
    """A file of another kind was to take the place of one that ledgers need. Fact: file."""

    code = "OUR_FILE"
    sentence = (
        "「{file}」には、預り台帳のファイルがあります（バックアップ、更新ジャーナル、鍵、PCの記憶など）。"
        "上書きしないよう、何も書き込んでいません。別の名前を指定してください。"
    )


class InUse(AzukariError):
    """Another program holds the ledger. Facts: holder, since."""

    code = "IN_USE"
    exit_code = 5
    sentence = "この台帳は、ほかで使用中です（{holder}、{since}から）。そちらを終了してから開いてください。"
