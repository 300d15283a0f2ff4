"""What the parties of a contract may agree otherwise than the text: cycles, days, modes of rules (R-39).

A changed term is typed as an item and its content. A cycle may be named in words, as the screens
ask for it; everything else by the key that it has in a profile.
"""

from collections.abc import Mapping
from dataclasses import fields

from models.profile_params import Timing
from models.profile_reader import Cycle
from models.profile_vocabulary import MODES, RULES

CYCLES: Mapping[str, str] = {
    "media_storage": "保管状況の点検",
    "data_accuracy": "データの正確性の点検",
    "stocktake": "現品の確認",
    "pc_software": "ソフトウェアの点検",
    "private_items": "私物の点検",
    "place_security": "取扱場所の点検",
    "access_log_analysis": "利用の記録の確認",
    "access_right_review": "アクセス資格の見直し",
    "password_review": "パスワードと資格の見直し",
    "credential_inventory": "IDカード等の棚卸し",
    "terminal_inventory": "使用端末の点検",
    "malware_update": "対策ソフトの点検",
    "capacity_review": "容量・運転状況の点検",
    "restore_test": "復元の試し",
    "structure_review": "体制の見直し",
    "compliance_self_check": "遵守事項の自己点検",
    "subcontractor_supervision": "再委託先の監督",
    "training": "定期の研修",
    "periodic_report": "定期の報告",
    "backup": "バックアップ",
    "integrity_check": "台帳の検証",
}
"""What comes round, by the key of `params.cycles`."""

MOST_DAYS = 366
"""Nothing that a contract asks for may take longer than a year; more is a slip of the keyboard."""
MOST_YEARS = 5
"""What comes round less often than this is looked at by nobody who knows of it."""
_TIMING = frozenset(f"timing.{one.name}" for one in fields(Timing))
_KEYS = {f"{word}の周期": f"cycles.{name}" for name, word in CYCLES.items()}


def cycle_item(name: str) -> str:
    """Return how the cycle of something is called where it is typed."""
    return f"{CYCLES[name]}の周期"


def key_of(item: str) -> str:
    """Return the key of a changed term, whether it was typed as the key or in words."""
    typed = item.strip()
    return _KEYS.get(typed, typed)


def days_of(content: str) -> int | None:
    """Return the number of days that was agreed, None where nobody could mean it."""
    typed = content.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST_DAYS))):
        return None
    return int(typed) if int(typed) <= MOST_DAYS else None


def mistake(item: str, content: str) -> str:
    """Return the sentence that says why a changed term cannot stand, "" where it can."""
    key, value = key_of(item), content.strip()
    name = key.removeprefix("cycles.")
    if key != name and name in CYCLES:
        cycle = Cycle.read(value)
        if cycle is None:
            return f"「{item}」は、「7日」「1か月」「2年」の形で入力してください。"
        good = cycle.months <= 12 * MOST_YEARS and cycle.days <= MOST_DAYS
        return (
            "" if good else f"「{item}」は、{MOST_DAYS}日、{MOST_YEARS}年までで入力してください。"
        )
    if key in _TIMING:
        good = days_of(value) is not None
        return "" if good else f"「{item}」は、日数を0～{MOST_DAYS}の数字で入力してください。"
    if key in RULES:
        words = "、".join(f"{mode}（{word}）" for mode, word in MODES.items())
        return "" if value in MODES else f"「{item}」は、次のどれかを入力してください：{words}"
    return f"「{item}」という定めはありません。「復元の試しの周期」「R-08」などと入力してください。"
