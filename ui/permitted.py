"""Says beforehand why a verb may not be used, so that a disabled button can tell."""

from models import permissions
from models.errors import NotPermitted
from models.ledger import Ledger
from models.records import Record


def why_not(ledger: Ledger, act: str) -> str:
    """Return why the signed-in user may not do an act of `permissions.ACTS`, "" when he may."""
    try:
        ledger.require(act)
    except NotPermitted as error:
        return str(error)
    return ""


def why_not_write(ledger: Ledger, cls: type[Record]) -> str:
    """Return why the signed-in user may not enter records of this type, "" when he may."""
    try:
        permissions.require_write(ledger.role, cls)
    except NotPermitted as error:
        return str(error)
    return ""


def why_not_revise(ledger: Ledger, cls: type[Record]) -> str:
    """Return why records of this type may not be revised by this user, "" when they may."""
    if cls.correction == "replace":
        return f"{cls.label}は書き換えられません。取り消して、新しく記録してください。"
    return why_not_write(ledger, cls)
