"""The recovery sheet: 32 random bytes on paper that open the ledger without password and device.

Printed as four numbered lines of four groups of four characters (Base32, RFC 4648). Each line
carries its own two-byte check, so that a typing error is found with the line it stands in.
"""

import base64
import binascii
import hashlib
import unicodedata
from dataclasses import dataclass, field

from models.errors import InvalidField
from storage.kdf import hkdf
from storage.keyset import KeySet, Random

SECRET_BYTES = 32
LINES = 4
_LINE_SECRET = 8
_LINE_CHECK = 2
_LINE_TEXT = 16
_GROUP = 4
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
# Characters that Base32 leaves out on purpose, because hands and eyes confuse them.
_LOOKALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
_DASHES = frozenset("-‐‑‒–—―−ー_・.,、。:;|")


@dataclass(frozen=True)
class RecoverySheet:
    """The secret of one sheet; shown only when it is printed."""

    secret: bytes = field(repr=False)

    @classmethod
    def create(cls, random: Random) -> "RecoverySheet":
        return cls(random(SECRET_BYTES))

    @classmethod
    def parse(cls, typed: str) -> "RecoverySheet":
        """Read a sheet as people type it: full width, lower case, spaces, O/0, I/1, B/8.

        Raises:
            InvalidField: names the first line that is not as printed.
        """
        text = _tidy(typed)
        for position, char in enumerate(text):
            if char not in _ALPHABET:
                line = position // _LINE_TEXT + 1
                raise _problem(
                    f"の{line}行目に使わない文字（{char}）があります。印刷した用紙と見比べてください。"
                )
        if len(text) != LINES * _LINE_TEXT:
            raise _problem(
                f"は{LINES * _LINE_TEXT}文字です（入力は{len(text)}文字）。用紙の4行を、すべて入力してください。"
            )
        parts = [text[i * _LINE_TEXT : (i + 1) * _LINE_TEXT] for i in range(LINES)]
        return cls(b"".join(_read_line(number, part) for number, part in enumerate(parts, 1)))

    @property
    def lines(self) -> tuple[str, ...]:
        """Spell the sheet for printing: four lines of four groups."""
        return tuple(self._line(number) for number in range(1, LINES + 1))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def keys(self, vault_id: bytes) -> KeySet:
        """Derive the recovery key set of one ledger."""
        info = b"azukari/recovery/1\0" + vault_id
        return KeySet(
            exchange=hkdf(self.secret, info + b"x25519"),
            signing=hkdf(self.secret, info + b"ed25519"),
        )

    def _line(self, number: int) -> str:
        part = self.secret[(number - 1) * _LINE_SECRET : number * _LINE_SECRET]
        text = base64.b32encode(part + _check(number, part)).decode("ascii")
        return " ".join(text[i : i + _GROUP] for i in range(0, _LINE_TEXT, _GROUP))


def _tidy(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", typed).upper().translate(_LOOKALIKE)
    return "".join(char for char in folded if not char.isspace() and char not in _DASHES)


def _check(number: int, part: bytes) -> bytes:
    return hashlib.sha256(b"azukari/sheet/1\0" + bytes([number]) + part).digest()[:_LINE_CHECK]


def _read_line(number: int, text: str) -> bytes:
    try:
        decoded = base64.b32decode(text)
    except binascii.Error as exc:
        raise _problem(f"の{number}行目が読めません。印刷した用紙と見比べてください。") from exc
    part, check = decoded[:_LINE_SECRET], decoded[_LINE_SECRET:]
    if check != _check(number, part):
        raise _problem(f"の{number}行目に打ち間違いがあります。印刷した用紙と見比べてください。")
    return part


def _problem(sentence: str) -> InvalidField:
    return InvalidField(field="回復シート", problem=sentence)
