"""Ends that an old register tells: what can be taken over, and what must be held back.

An old register says when and how a thing ended. It hardly ever says who checked that nothing can
be read any more. Nothing is invented: what is missing is recorded as missing (検証方法 なし,
検証結果 不明, 復元できないことの確認 していない), so that no certificate (D-18) can be sealed on
it. For electronic media the records demand a verifier and the level of sanitization (records.md
4.2); as long as nobody states them, the end is held back and the thing stays in stock, where a
stocktake will look for it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from models.codes import (
    HandlingKind,
    SanitizationAct,
    SanitizationCategory,
    SanitizationMethod,
    VerificationMethod,
)
from models.errors import Refused
from models.fields import NOT_RECORDED
from models.intake.parts import Disposal
from models.records import Item, Sanitization

M = SanitizationMethod
_METHODS: Final[tuple[tuple[str, SanitizationMethod], ...]] = (
    (r"暗号化消去|暗号鍵", M.CRYPTO_ERASE),
    (r"消去ソフト|上書", M.OVERWRITE),
    (r"消去コマンド|Secure ?Erase|サニタイズ", M.DEVICE_COMMAND),
    (r"磁気|消磁", M.DEGAUSS),
    (r"シュレッダ|裁断|細断", M.SHRED),
    (r"溶解", M.DISSOLVE),
    (r"焼却", M.INCINERATE),
    (r"物理|破壊|破砕|穿孔|穴|粉砕", M.PHYSICAL),
    (r"墨塗|塗りつぶ|判読不能", M.MASK),
)
_ONLY_ELECTRONIC = frozenset({M.OVERWRITE, M.DEVICE_COMMAND, M.CRYPTO_ERASE, M.DEGAUSS})
_WITH_TOOL = frozenset({M.OVERWRITE, M.DEVICE_COMMAND, M.CRYPTO_ERASE})
# Destruction is a level by definition (NIST SP 800-88); every other level somebody must state.
_DESTROYING = frozenset({M.SHRED, M.DISSOLVE, M.INCINERATE, M.PHYSICAL})
_PASSES: Final = re.compile(r"(\d{1,2})\s*(?:回|パス)")
_NOBODY: Final = frozenset({"", "なし", "無し", "無", "-", "―", "ー"})


@dataclass(frozen=True)
class End:
    """What a register says about one end."""

    kind: HandlingKind
    words: str
    when: datetime
    quantity: Decimal | None
    performed_by: str = ""
    verified_by: str = ""
    witness: str = ""


def method_of(words: str) -> SanitizationMethod:
    """Return the method that the words of a register name; その他 when they name none."""
    plain = unicodedata.normalize("NFKC", words)
    return next((method for pattern, method in _METHODS if re.search(pattern, plain)), M.OTHER)


def sanitization(
    item: Item, end: End, stated: Disposal, *, contractor_id: str, responsible_id: str
) -> Sanitization:
    """Return what is known about an erasure or disposal.

    Raises:
        Refused: the records demand a fact that neither the file nor the importer states.
    """
    method = method_of(end.words)
    category = stated.category or (SanitizationCategory.DESTROY if method in _DESTROYING else None)
    performed_by = stated.performed_by or end.performed_by
    responsible = stated.responsible_id or responsible_id
    verified_by = stated.verified_by or end.verified_by
    _require_possible(item, method, end.words)
    _require_stated(item, performed_by, responsible, verified_by, category, stated)
    title, name = split_name(end.witness)
    return Sanitization(
        item_id=item.id,
        act=SanitizationAct.ERASE if end.kind is HandlingKind.ERASE else SanitizationAct.DISPOSE,
        info_items=NOT_RECORDED,
        media_name=item.caption()[:200],
        quantity=end.quantity,
        unit=item.unit,
        electronic=item.electronic,
        category=category if item.electronic else None,
        method=method,
        method_detail=end.words or NOT_RECORDED,
        tool_name=NOT_RECORDED if method in _WITH_TOOL else "",
        tool_version=NOT_RECORDED if method in _WITH_TOOL else "",
        passes=_passes(end.words),
        irrecoverable_confirmed=False,
        verification_method=stated.verification_method,
        verification_result=stated.verification_result,
        performed_at=end.when,
        performed_by=performed_by,
        performed_org_id=contractor_id,
        place_text=NOT_RECORDED,
        responsible_person_id=responsible,
        verified_by=verified_by if item.electronic else "",
        witness_requested=bool(name),
        witness_name=name,
        witness_title=(title or NOT_RECORDED) if name else "",
        witnessed_at=end.when if name else None,
    )


def split_name(words: str) -> tuple[str, str]:
    """Split 健康政策課　主査　髙橋様 into title and name; なし names nobody."""
    if words.strip(" 　") in _NOBODY:
        return "", ""
    parts = words.replace("　", " ").split()
    name = re.sub(r"(?<=.)(?:様|氏|殿)$", "", parts[-1])
    return " ".join(parts[:-1]), name


def _passes(words: str) -> int | None:
    match = _PASSES.search(unicodedata.normalize("NFKC", words))
    return int(match[1]) if match and int(match[1]) else None


def _require_possible(item: Item, method: SanitizationMethod, words: str) -> None:
    if not item.electronic and method in _ONLY_ELECTRONIC:
        raise Refused(
            reason=f"紙の資料の方法が「{words}」になっています。実際の方法を確かめてください。"
        )


def _require_stated(
    item: Item, performed_by: str, responsible: str, verified_by: str,
    category: SanitizationCategory | None, stated: Disposal,
) -> None:  # fmt: skip
    missing = []
    if not performed_by:
        missing.append("実施者")
    if not responsible:
        missing.append("責任者")
    if item.electronic:
        if not verified_by or verified_by == performed_by:
            missing.append("検証者（実施者と別の人）")
        if stated.verification_method is VerificationMethod.NONE:
            missing.append("検証方法")
        if category is None:
            missing.append("抹消の水準")
    if missing:
        what = "電子媒体" if item.electronic else "紙資料"
        raise Refused(
            reason=f"{what}の消去・廃棄に必要な事実（{'、'.join(missing)}）が元の台帳にありません。"
            "取込みの質問で答えるか、取込みの後に消去・廃棄の画面から登録してください。"
        )
