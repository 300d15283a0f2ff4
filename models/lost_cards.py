"""A card or key that is entered as lost, or known to others: it opens the draft of an incident (A-06).

Who shuts an account does that with the same act (models/exposure.py). Most who hold a card have none,
and a card is corrected by itself, too: what it opened, and whether the client is told, is asked all the
same.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from models import incidents
from models.after_erasure import erasures_of
from models.chain import Intent
from models.codes import InvalidReason
from models.commands import creating
from models.reached import may_tell
from models.records import Credential, Incident, Person, Record

if TYPE_CHECKING:
    from models.ledger import Ledger

KNOWN = frozenset({InvalidReason.LOST, InvalidReason.LEAKED})
ENDED = "カード・鍵を無効にしました。"
TOLD = (
    "カード・鍵の紛失等として、「事故・違反」の下書きが登録されます。開けたものと、委託者への報告の要否を"
    "確かめてください。所持者が台帳の利用者のときは、「知られた・紛失」も行ってください。"
)


def following(
    ledger: "Ledger", entered: Iterable[Record], before: Mapping[str, Record] | None = None
) -> list[Intent]:
    """Return what follows from what is entered, as `incidents.following`, with the drafts for cards.

    Raises:
        Refused
    """
    entered = list(entered)
    intents = incidents.following(ledger, entered, before)
    lost = (
        one
        for one in entered
        if isinstance(one, Credential)
        and is_lost(one, (before or {}).get(one.id))
        and not _is_looked_into(ledger, one)
    )
    drafts = incidents.numbered(ledger, [_draft(ledger, one) for one in lost])
    for one in drafts:
        ledger.registers.validate(one)
    return [*intents, *map(creating, drafts)]


def is_lost(card: Credential, before: Record | None) -> bool:
    """Tell whether this version is the one that says that a card or key is lost, or known."""
    known = isinstance(before, Credential) and before.invalid_reason in KNOWN
    return card.invalid_reason in KNOWN and not known


def _is_looked_into(ledger: "Ledger", card: Credential) -> bool:
    """Tell whether the incident that was opened for a card is open: a reason that is corrected opens none."""
    mine = f"{incidents.OPENED}：{card.caption()}（"
    return any(
        (first := incidents.first_told(ledger, one.record))
        and first.record.situation.startswith(mine)
        for one in ledger.registers.all(Incident)
        if one.record.is_open and one.record.contract_id in ("", card.contract_id)
    )


def situation_of(ledger: "Ledger", card: Credential) -> str:
    """Return what the draft for a card says has happened."""
    name = ledger.registers.caption(Person.type, card.holder_person_id)
    return f"{incidents.OPENED}：{card.caption()}（{name}）"


def _draft(ledger: "Ledger", card: Credential) -> Incident:
    """Return the draft for a card; of no contract where the user cannot enter it there."""
    its = card.contract_id
    told = bool(its) and may_tell(ledger, its) and not erasures_of(ledger.registers, its)
    done = ENDED if card.invalidated_at else ""
    return incidents.lost_way_in(ledger, its if told else "", situation_of(ledger, card), done)
