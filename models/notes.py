"""Notes of what is to be entered later, each signed by who left it.

An act that cannot enter itself at once (a restore, a journal that is gone, files that are being
removed) leaves a note in the settings, and somebody else may sign the entry. Settings are no
evidence: whoever holds the data key writes there what he likes. So a note counts only with the
signature of a user who may do such an act, and what it says must fit; everything else is told and
entered as what it is, and dropped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from models.chain import Head
from models.codes import BackupKind, EventLevel, SystemEventKind
from models.commands import creating
from models.errors import AzukariError
from models.records import BackupRun, SystemEvent

if TYPE_CHECKING:
    from models.ledger import Ledger

RESTORED: Final = "restored"  # {"command", "id", "run"}: a restore
GIVEN_UP: Final = "journal_given_up"  # {"id", "event"}: a journal that is kept no more
DISPOSAL: Final = "backup_disposal"  # {id of the run: reason}: files that are being removed

NOTES: Final[Mapping[str, tuple[str, str]]] = {
    RESTORED: ("restore", "復元"),
    GIVEN_UP: ("without_journal", "更新ジャーナルなしの運用"),
    DISPOSAL: ("dispose_backup", "バックアップの廃棄"),
}
"""By name of the setting: the act that leaves the note, and what it is about."""

UNKNOWN: Final = (
    "台帳の設定に「{0}」の覚え書きがありますが、それを行える人の署名がないか、この台帳に合いません。"
    "書いてあることは信じず、記帳もしていません。行った覚えのある人がいないか、確かめてください。"
)
_UNREADABLE = (
    AzukariError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody who may do it left; `head` is that of the ledger at that moment."""

    body: Any
    author: str
    head: Head


def parse(text: str) -> Any:
    """Return JSON, None for what is none."""
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return None


def fits(name: str, body: Any) -> bool:
    """Tell whether a note says what one of its name may say."""
    try:
        if name == RESTORED:
            return restore_in(body)[0].kind is BackupKind.RESTORE
        if name == GIVEN_UP:
            return event_in(body).kind in (
                SystemEventKind.JOURNAL_STOPPED,
                SystemEventKind.JOURNAL_SUSPENDED,
            )
        return all(isinstance(one, str) for pair in body.items() for one in pair)
    except _UNREADABLE:
        return False


def restore_in(body: Any) -> tuple[BackupRun, str]:
    """Return the record of a restore, and the id of the command that enters it."""
    command = str(body["command"])
    if len(bytes.fromhex(command)) != 16:
        raise ValueError(command)
    return replace(BackupRun.from_json(body["run"]), id=str(body["id"])), command


def event_in(body: Any) -> SystemEvent:
    """Return the record of a journal that is kept no more."""
    return replace(SystemEvent.from_json(body["event"]), id=str(body["id"]))


GENERATION: Final = "header_generation"
UNFIT: Final = (
    "台帳の設定「{0}」に、このプログラムの書かない値がありました。設定されていないものとして扱います。"
    "{1}だれかが書き換えたおそれがあるため、責任者が確かめてください。"
)
UNFIT_OR_GONE: Final = UNFIT.replace("値がありました", "値があったか、設定が消されていました")
"""Of one that every ledger has."""
_ANEW: Final = "「設定」で決め直してください。"
SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "attachment_quota": ("添付資料の割当て", _ANEW),
    "backup_at": ("バックアップの時刻", _ANEW),
    "backup_at_exit": ("終了時のバックアップ", _ANEW),
    "backup_days": ("バックアップの間隔", _ANEW),
    "backup_folder": ("バックアップの保存先", _ANEW),
    "backup_keep": ("残すバックアップの数", _ANEW),
    GENERATION: (
        "鍵ファイルの世代",
        "鍵ファイルが以前のものに差し替えられていないかは、この設定では確かめられませんでした。"
        "今の鍵ファイルの世代を覚え直しました。",
    ),
    "idle_minutes": ("自動でロックするまでの時間", _ANEW),
    "journal_folder": (
        "更新ジャーナルの保存先",
        "「バックアップ」の画面で保存先を決め直してください。",
    ),
    "journal_suspended": (
        "更新ジャーナルなしの運用",
        "媒体がないときは、改めて理由を記帳してください。",
    ),
    "key_renewing": ("暗号鍵の更新の覚え書き", ""),
    "scan_gap_ms": ("バーコードの間隔", _ANEW),
    "scan_prefix": ("バーコードの前置き", _ANEW),
    "seal_kind": ("証印の種類", _ANEW),
    "terminal": ("最後に使った端末", "使った端末は「利用の記録」で分かります。"),
}
"""What people call a setting, and what to do when it cannot be read."""


def unfit_words(name: str) -> str:
    """Say that a setting, or a note, is passed over."""
    if name in NOTES:
        return UNKNOWN.format(NOTES[name][1])
    words = UNFIT_OR_GONE if name == GENERATION else UNFIT
    return words.format(*SETTINGS[name])


def unknown_notes(ledger: "Ledger") -> list[str]:
    """Return the names of notes that nobody who may left."""
    return [one for one in NOTES if ledger.store.setting(one) and ledger.safe.note(one) is None]


def tell_of_unknown(ledger: "Ledger", *, enter: bool) -> list[str]:
    """Return what to say of settings that are passed over, and enter that they were there.

    Args:
        enter: somebody who only looks enters nothing; what is there stays then.
    """
    said = []
    for name in dict.fromkeys((*ledger.safe.unfit_settings, *unknown_notes(ledger))):
        said.append(unfit_words(name))
        if enter:
            event = SystemEvent(
                id=ledger.new_id(),
                occurred_at=ledger.now(),
                kind=SystemEventKind.SETTING_UNKNOWN,
                level=EventLevel.ALERT if name in NOTES else EventLevel.WARN,
                detail=said[-1],
                value=name,
            )
            ledger.registers.validate(event)
            ledger.commit([creating(event)])
            ledger.safe.drop_setting(name)
    return said
