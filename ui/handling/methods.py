"""What fits which medium when information is erased or a medium destroyed (records.md 8.2, 8.4)."""

from dataclasses import dataclass

from models.codes import HandlingKind as K
from models.codes import ItemClass
from models.codes import MediaType as M
from models.codes import SanitizationCategory as C
from models.codes import SanitizationMethod as S
from models.codes import VerificationMethod as V
from models.records import Item

FLASH = frozenset(
    {M.USB_MEMORY, M.SD_CARD, M.EXTERNAL_SSD, M.INTERNAL_SSD, M.SMARTPHONE, M.TABLET, M.NOTEBOOK_PC}
)
MAGNETIC = frozenset({M.MAGNETIC_TAPE, M.EXTERNAL_HDD, M.INTERNAL_HDD})

FLASH_NOTE = (
    "USBメモリやSSDなどのフラッシュ媒体は、上書きしても古いデータが残ることがあります。"
    "装置の消去コマンド・暗号化消去・物理的破壊を選んでください。"
)
DEGAUSS_FLASH_NOTE = (
    "フラッシュ媒体や光ディスクのデータは、磁気では消えません。別の方法を選んでください。"
)
DEGAUSS_NOTE = "磁気的破壊は、水準「破壊」には当たりません。水準は「パージ」にしてください。"
PAPER_NOTE = "紙資料は、裁断・溶解・焼却のいずれかにします。"
DISPOSE_NOTE = (
    "電子媒体の廃棄は、物理的破壊などで読めなくします。消去だけで捨てることはできません。"
)


@dataclass(frozen=True)
class Method:
    """A way to make information unreadable."""

    method: S
    category: C | None
    check: V


def proposal(item: Item, kind: K) -> Method:
    """Return what is usual for this medium."""
    if item.item_class is ItemClass.PAPER:
        method = S.SHRED if kind is K.DISPOSE else S.MASK
        return Method(method, None, V.VISUAL)
    if kind is K.DISPOSE and item.item_class is not ItemClass.DATA:
        return Method(S.PHYSICAL, C.DESTROY, V.VISUAL)
    if item.media_type in FLASH:
        return Method(S.DEVICE_COMMAND, C.PURGE, V.FULL)
    if item.media_type is M.MAGNETIC_TAPE:
        return Method(S.DEGAUSS, C.PURGE, V.FULL)
    if item.media_type is M.OPTICAL_DISC:
        return Method(S.PHYSICAL, C.DESTROY, V.VISUAL)
    return Method(S.OVERWRITE, C.CLEAR, V.FULL)


def remarks(item: Item, kind: K, method: S | None, category: C | None) -> list[str]:
    """Return what speaks against a method for this medium."""
    if method is None:
        return []
    if item.item_class is ItemClass.PAPER:
        fits = method in (S.SHRED, S.DISSOLVE, S.INCINERATE, S.MASK, S.OTHER)
        return [] if fits else [PAPER_NOTE]
    found = []
    if method is S.OVERWRITE and item.media_type in FLASH:
        found.append(FLASH_NOTE)
    if method is S.DEGAUSS and item.media_type not in MAGNETIC:
        found.append(DEGAUSS_FLASH_NOTE)
    elif method is S.DEGAUSS and category is C.DESTROY:
        found.append(DEGAUSS_NOTE)
    soft = method in (S.OVERWRITE, S.DEVICE_COMMAND, S.CRYPTO_ERASE)
    if kind is K.DISPOSE and soft and item.item_class is not ItemClass.DATA:
        found.append(DISPOSE_NOTE)
    return found
