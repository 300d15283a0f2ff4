"""Words and keys of the daily acts: what a kind is called under a contract, and its F-key."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.codes import HandlingKind as K
from models.codes import ItemClass, MediaType
from models.profiles import Profile


@dataclass(frozen=True)
class Verb:
    """An act on the row of keys; `kinds` are the kinds that its dialog can enter, usual first."""

    key: str
    kinds: tuple[K, ...]

    def word(self, profile: Profile | None) -> str:
        words = [kind_word(kind, profile) for kind in self.kinds]
        if len(words) == 1:
            return words[0]
        return "・".join(word.split("・")[0] for word in words)


DAILY: tuple[Verb, ...] = (
    Verb("F2", (K.RECEIVE,)),
    Verb("F3", (K.USE,)),
    Verb("F4", (K.COPY,)),
    Verb("F5", (K.TAKE_OUT,)),
    Verb("F6", (K.BRING_BACK,)),
    Verb("F7", (K.TRANSPORT,)),
    Verb("F8", (K.RETURN, K.HAND_OVER)),
    Verb("F9", (K.DISPOSE, K.ERASE)),
)

OTHERS: tuple[K, ...] = (
    K.STORE,
    K.STOCKTAKE,
    K.LOSS,
    K.RECOVER,
    K.CREATE,
    K.COLLECT,
    K.TRANSMIT,
    K.DISPATCH,
    K.PROVIDE,
)

# What can be entered before it happens. What makes new items has nothing yet that could be planned.
PLANNABLE = frozenset(
    {
        K.USE,
        K.STORE,
        K.TAKE_OUT,
        K.TRANSPORT,
        K.TRANSMIT,
        K.DISPATCH,
        K.PROVIDE,
        K.RETURN,
        K.HAND_OVER,
        K.ERASE,
        K.DISPOSE,
        K.STOCKTAKE,
    }
)

CLASS_BY_MEDIA: Mapping[MediaType, ItemClass] = {
    MediaType.DOCUMENT: ItemClass.PAPER,
    MediaType.LEDGER_BOOK: ItemClass.PAPER,
    MediaType.MICROFILM: ItemClass.PAPER,
    MediaType.USB_MEMORY: ItemClass.MEDIUM,
    MediaType.SD_CARD: ItemClass.MEDIUM,
    MediaType.EXTERNAL_HDD: ItemClass.MEDIUM,
    MediaType.EXTERNAL_SSD: ItemClass.MEDIUM,
    MediaType.INTERNAL_HDD: ItemClass.MEDIUM,
    MediaType.INTERNAL_SSD: ItemClass.MEDIUM,
    MediaType.OPTICAL_DISC: ItemClass.MEDIUM,
    MediaType.MAGNETIC_TAPE: ItemClass.MEDIUM,
    MediaType.DESKTOP_PC: ItemClass.EQUIPMENT,
    MediaType.NOTEBOOK_PC: ItemClass.EQUIPMENT,
    MediaType.TABLET: ItemClass.EQUIPMENT,
    MediaType.SMARTPHONE: ItemClass.EQUIPMENT,
    MediaType.SERVER: ItemClass.EQUIPMENT,
    MediaType.NAS: ItemClass.EQUIPMENT,
    MediaType.PRINTER_MFP: ItemClass.EQUIPMENT,
    MediaType.DATA_FILE: ItemClass.DATA,
    MediaType.DATABASE: ItemClass.DATA,
    MediaType.BACKUP_SET: ItemClass.DATA,
}
"""MediaType.OTHER may be anything; the clerk then chooses the class himself."""


def kind_word(kind: K, profile: Profile | None) -> str:
    """Return what an act is called in the words of a contract's profile."""
    own = profile.own_word(kind.value) if profile is not None else ""
    return own or kind.label
