"""Says beforehand why a verb may not be used, so that a disabled button can tell."""

from typing import TYPE_CHECKING

from models import permissions
from models.errors import MustChangePassword, NotPermitted, Refused
from models.incident_voids import require_may_go
from models.ledger import Ledger
from models.records import Contract, Finding, Incident, IncidentLog, Record

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractButton


LED = (Incident, IncidentLog)  # that everybody tells and one leads
NO_CONTRACT = "先に「契約・組織」で契約を登録してください。"
CHOOSE_CONTRACT = "契約が二つ以上あります。どの契約の取扱いか、右上の「契約」で選んでください。"


def offer(verb: "QAction | QAbstractButton", why_not: str) -> None:
    """Let a verb be used, or grey it and say why."""
    verb.setEnabled(not why_not)
    verb.setToolTip(why_not or verb.text())


def why_not(ledger: Ledger, act: str) -> str:
    """Return why the signed-in user may not do an act of `permissions.ACTS`, "" when he may."""
    try:
        ledger.require(act)
    except (NotPermitted, MustChangePassword) as error:
        return str(error)
    return ""


def why_no_contract(ledger: Ledger) -> str:
    """Return that a contract has to be entered first, "" when there is one."""
    return "" if ledger.store.counts().get(Contract.type) else NO_CONTRACT


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
    why = why_not(ledger, "lead_incident") if cls in LED else ""
    return why or why_not_write(ledger, cls)


def why_not_void(ledger: Ledger, cls: type[Record]) -> str:
    """Return why records of this type may not be voided by this user, "" when they may."""
    why = why_not(ledger, "void_finding") if cls is Finding else ""
    return why or why_not_write(ledger, cls)


def why_it_stays(ledger: Ledger, record: Record) -> str:
    """Return why this record may not be voided, "" where nothing is known before a reason is given."""
    try:
        require_may_go(ledger, record)
    except (NotPermitted, Refused) as error:
        return str(error)
    return ""
