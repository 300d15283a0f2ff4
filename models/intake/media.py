"""What sites call their media: CD-R, ＵＳＢメモリ, LTO ﾃｰﾌﾟ, 簿冊, 申請書（紙）, 外付HDD …"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from models.codes import ItemClass, MediaType
from models.text import search_key

T = MediaType

CLASS_OF: Final[Mapping[MediaType, ItemClass]] = {
    **dict.fromkeys((T.DOCUMENT, T.LEDGER_BOOK, T.MICROFILM), ItemClass.PAPER),
    **dict.fromkeys(
        (T.DESKTOP_PC, T.NOTEBOOK_PC, T.TABLET, T.SMARTPHONE, T.SERVER, T.NAS, T.PRINTER_MFP),
        ItemClass.EQUIPMENT,
    ),
    **dict.fromkeys((T.DATA_FILE, T.DATABASE, T.BACKUP_SET), ItemClass.DATA),
}

# How people count what the register counts without a unit.
UNIT_OF: Final[Mapping[MediaType, str]] = {
    T.DOCUMENT: "枚", T.LEDGER_BOOK: "冊", T.MICROFILM: "巻", T.USB_MEMORY: "本",
    T.SD_CARD: "枚", T.OPTICAL_DISC: "枚", T.MAGNETIC_TAPE: "巻", T.DATA_FILE: "ファイル",
}  # fmt: skip
OTHER_UNIT: Final = "台"

# Tried in this order: what is narrower stands first.
_WORDS: Final[tuple[tuple[str, MediaType], ...]] = (
    (r"USB(メモリ|フラッシュ)|フラッシュメモリ|^USB$", T.USB_MEMORY),
    (r"SDカード|^(MICRO)?SD(HC|XC)?$|メモリカード", T.SD_CARD),
    (r"(外付|外部|ポータブル|USB).{0,2}SSD", T.EXTERNAL_SSD),
    (r"(外付|外部|ポータブル|USB).{0,2}(HDD|ハードディスク)", T.EXTERNAL_HDD),
    (r"SSD", T.INTERNAL_SSD),
    (r"HDD|ハードディスク", T.INTERNAL_HDD),
    (r"CD|DVD|BD|ブルーレイ|光ディスク|BLU", T.OPTICAL_DISC),
    (r"LTO|DAT|磁気テープ|テープ", T.MAGNETIC_TAPE),
    (r"マイクロフィルム", T.MICROFILM),
    (r"ノート(PC|パソコン)", T.NOTEBOOK_PC),
    (r"タブレット|IPAD", T.TABLET),
    (r"スマートフォン|スマホ|携帯", T.SMARTPHONE),
    (r"NAS", T.NAS),
    (r"サーバ", T.SERVER),
    (r"複合機|プリンタ", T.PRINTER_MFP),
    (r"PC|パソコン|端末", T.DESKTOP_PC),
    (r"データベース", T.DATABASE),
    (r"バックアップ", T.BACKUP_SET),
    (r"簿冊|台帳|ファイル綴|バインダ", T.LEDGER_BOOK),
    (r"データ|ファイル", T.DATA_FILE),
    (r"紙|文書|書類|申請書|帳票|届|票|写し|資料", T.DOCUMENT),
)
_COMPILED: Final = tuple((re.compile(pattern), type_) for pattern, type_ in _WORDS)
_LABELS: Final = {search_key(type_.label): type_ for type_ in MediaType} | {
    search_key(type_.value): type_ for type_ in MediaType
}


def media_type_of(words: str) -> MediaType | None:
    """Return the type that the words of a register name, None when nobody can tell."""
    if (exact := _LABELS.get(search_key(words))) is not None:
        return exact
    plain = re.sub(r"[\s\-_]", "", unicodedata.normalize("NFKC", words)).upper()
    return next((type_ for pattern, type_ in _COMPILED if pattern.search(plain)), None)
