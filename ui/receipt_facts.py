"""What a sealed paper tells of its ledger, for the comparison with the ledger of today."""

import re
import unicodedata
from typing import TYPE_CHECKING

from models.errors import InvalidField
from models.inspection_receipt import Stood

if TYPE_CHECKING:
    from reports.verify import Verdict

HASH = 64  # digits
_NUMBER = re.compile("0*[1-9][0-9]{0,11}")  # no receipt is older than the first entry


def stood_of(verdict: "Verdict") -> Stood | None:
    """Return how the ledger stood; what an unsound paper claims is compared with nothing."""
    claims = verdict.claims
    if not verdict.ok or claims is None:
        return None
    return Stood(claims.ledger, claims.seq, claims.head)


def as_stood(ledger: str, number: str, head: str) -> Stood:
    """Read number and head as they are typed off a printed paper, in whatever width and groups.

    Raises:
        InvalidField
    """
    digits = _plain(number).replace(",", "").removesuffix("件")
    if _NUMBER.fullmatch(digits) is None:
        raise InvalidField(field="記帳番号", problem="は、控えにある数字を入力してください。")
    plain = _plain(head).lower()
    if len(plain) != HASH or set(plain) - set("0123456789abcdef"):
        raise InvalidField(
            field="先頭値", problem=f"は、控えにある{HASH}桁（0～9、a～f）を入力してください。"
        )
    return Stood(ledger, int(digits), plain)


def _plain(typed: str) -> str:
    narrow = unicodedata.normalize("NFKC", typed)  # the Japanese input writes wide digits
    return "".join(narrow.split())
