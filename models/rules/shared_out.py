"""Which consent carries on which thing, where several name the same: each thing counts under one alone.

Pure, of amounts alone. All that is outside without another consent finds one with room for it, or the
consents do not suffice, and then each counts whatever it names.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

MOST = 12  # things and consents that are looked through; of more each counts whatever it names
NONE = Decimal(0)

Options = Mapping[str, Decimal]
"""How much of a thing each consent that may carry it on would have to allow."""


def share_out(needs: Sequence[Options], room: Mapping[str, Decimal | None]) -> list[str] | None:
    """Return for each thing the consent that carries it on, None where they do not suffice.

    Args:
        needs: one for each thing, the consents in the order in which they are taken.
        room: how much each consent allows, None for any amount.
    """
    if len(needs) > MOST or len(room) > MOST:
        return None
    return _shared(needs, dict(room))


def _shared(needs: Sequence[Options], room: dict[str, Decimal | None]) -> list[str] | None:
    if not needs:
        return []
    for consent, much in needs[0].items():
        left = room[consent]
        if left is not None and left < much:
            continue
        rest = _shared(needs[1:], room | {consent: None if left is None else left - much})
        if rest is not None:
            return [consent, *rest]
    return None
