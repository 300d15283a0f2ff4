"""Own names: who did something in the ledger is who signed the command, whatever a field says.

Confirmations have verbs of their own (`models/handling.py`, `models/corrections.py`); here are the
fields of registers that name the one who enters, grants or proposes.
"""

from collections.abc import Mapping

from models.errors import Refused
from models.records import AccessRight, Record, Terminal

OWN_NAMES: Mapping[type[Record], tuple[str, ...]] = {
    AccessRight: ("proposed_by", "granted_by", "ending_proposed_by"),
    Terminal: ("registered_by",),
}


def require_own_names(record: Record, before: Record | None, me: str) -> None:
    """Refuse a record in which somebody else than the signed-in user does what is being entered.

    Args:
        before: the version in force; whom it names stays named.
        me: person id of the signed-in user.

    Raises:
        Refused
    """
    for name in OWN_NAMES.get(type(record), ()):
        named = getattr(record, name)
        if named and named not in (me, getattr(before, name, "")):
            raise Refused(
                reason=f"「{record.fields()[name].label}」には、登録する本人だけが入ります。"
                "ほかの人の名前では登録できません。"
            )
