"""What the keeper of the journal says: why it cannot be written, and what to do then."""

from models.errors import (
    AzukariError,
    Damaged,
    DiskFull,
    InputOutput,
    MediumMissing,
    NotWritable,
    RolledBack,
)
from models.verification import Remedy
from storage.journal_format import BROKEN, COPY_BROKEN


def why(error: AzukariError) -> str:
    """Say shortly why a journal cannot be written; whether anything was entered is said elsewhere."""
    for kind, words in _SHORT:
        if isinstance(error, kind):
            return words
    return str(error)


def remedy_of(error: AzukariError) -> Remedy:
    """Tell a journal that is away or broken, and says so, from one that contradicts the ledger."""
    told = error.facts.get("what_now") in (BROKEN, COPY_BROKEN)
    contradicts = isinstance(error, Damaged | RolledBack) and not told
    return Remedy.REPORT if contradicts else Remedy.AS_TOLD


_SHORT: tuple[tuple[type[AzukariError], str], ...] = (
    (DiskFull, "媒体に空きがありません。空きを作ってください。"),
    (NotWritable, "媒体に書き込めません。権限と、書込み禁止スイッチを確かめてください。"),
    (MediumMissing, "媒体が見つかりません。接続してください。"),
    (InputOutput, "媒体の読み書きに失敗しました。接続を確かめてください。"),
)


WAY_ON = (
    "最後のバックアップと更新ジャーナルから復元すると、最後の記帳まで戻せます。"
    "今の状態のまま使うときは、責任者が理由を記帳して続けます。"
)
FIRST_OF_ALL = (
    "台帳を開いたときに見つけたこと（台帳か更新ジャーナルが以前の状態に戻っていること）を、まだ記帳していない"
    "ため、ほかのことは記帳できません。責任者、システム管理者、従事者のどなたかがサインインすると、はじめに"
    "記帳します。"
)
NEW_KEY = (
    "暗号鍵を替えたため、更新ジャーナルを新しく始めました。それより前は、その後の"
    "バックアップからだけ戻せます。"
)
WRITTEN_AGAIN = "暗号鍵を替えたため、更新ジャーナルを新しく始め、バックアップの後の記帳を、新しい鍵で書き直しました。"
_BACK_UP = (
    "今より前のバックアップと更新ジャーナルから復元すると、その別の続きに進みます。"
    "すぐに新しいバックアップを作成してください。"
)
LEFT_ASIDE = (
    "更新ジャーナルが、この台帳より後に替えた暗号鍵で別に続いていたため、新しく始めました。"
    + _BACK_UP
)
BESIDE = "更新ジャーナルに、この台帳より後に替えた暗号鍵で書かれた別の続きがあります。" + _BACK_UP
LATER_KEY = "更新ジャーナルは、この台帳より後に替えた暗号鍵で続いています"
CHOOSE_AGAIN = (
    "保存先が台帳の設定からなくなっています。責任者かシステム管理者が「バックアップ」の画面で"
    "保存先を選び直してください。"
)
OTHER_WAY = "この台帳とは別に続けられた更新ジャーナルがあります。空のフォルダーを使ってください。"
