"""What a print, an export or a bulk view is for: asked once for each, kept in the access log (A-13).

FK-2.2 allows whoever may see something to use it for the entrusted work only. Somebody who has to
say what it is for thinks of that, and the monthly look at the log has something to compare with.
"""

from typing import TYPE_CHECKING

from models.errors import InvalidField

if TYPE_CHECKING:
    from models.ledger import Ledger

USUAL = (
    "契約の業務の処理",
    "委託者への報告・提出",
    "検査・監査への対応",
    "棚卸・点検",
    "引継ぎ・保管のための控え",
)
SCHEDULED = "定例出力（コンソール）"  # a scheduled call that names none
LEAST, MOST = 3, 100  # characters
EARLIER = 4  # own ones that are offered before the usual ones


def stated(text: str) -> str:
    """Return a purpose that says something.

    Raises:
        InvalidField: too short, or too long.
    """
    text = " ".join(text.split())
    if len(text) < LEAST:
        raise InvalidField(field="目的", problem="を具体的に入力してください。")
    if len(text) > MOST:
        raise InvalidField(field="目的", problem=f"は{MOST}字までで入力してください。")
    return text


def offered(ledger: "Ledger") -> list[str]:
    """Return the purposes to choose from: what this user said lately, then the usual ones."""
    earlier = ledger.access.purposes(EARLIER)
    return [*earlier, *(one for one in USUAL if one not in earlier)]
