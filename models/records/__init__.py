"""All record types, in the order in which screens and exports list them."""

from collections.abc import Mapping

from models.records.base import Child, Meta, Record, Stored
from models.records.clearance import (
    Attendance,
    Credential,
    Pledge,
    TrainingPlan,
    TrainingSession,
)
from models.records.duties import DueItem
from models.records.erasing import ContentErasure
from models.records.frame import Contract, LedgerOrigin, Organization
from models.records.governance import (
    AccessRight,
    ChangedTerm,
    ClientCommunication,
    ContractClauseSetting,
    Finding,
    GovernanceDocument,
    RuleOverride,
)
from models.records.handling import (
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    HandlingLine,
    Sanitization,
    TransportDetail,
)
from models.records.media import BackupMedium
from models.records.paper import Attachment, BackupRun, SealKey, Submission
from models.records.people import Assignment, Person, UserAccount
from models.records.running import SystemEvent
from models.records.terminals import Terminal
from models.records.things import (
    AssetField,
    ContractPlace,
    InformationAsset,
    Item,
    ItemContent,
    Place,
)
from models.records.trouble import Incident, IncidentLog, IncidentReport
from models.records.witness import OfficerConfirmation

ALL: tuple[type[Record], ...] = (
    LedgerOrigin,
    Organization,
    Contract,
    ContractClauseSetting,
    Person,
    Assignment,
    Credential,
    Pledge,
    TrainingPlan,
    TrainingSession,
    UserAccount,
    AccessRight,
    Place,
    ContractPlace,
    InformationAsset,
    Item,
    Authorization,
    HandlingEvent,
    Submission,
    GovernanceDocument,
    ClientCommunication,
    DueItem,
    Finding,
    RuleOverride,
    Attachment,
    SealKey,
    BackupRun,
    SystemEvent,
    ContentErasure,
    BackupMedium,
    OfficerConfirmation,
    Terminal,
    Incident,
    IncidentLog,
    IncidentReport,
)

BY_TYPE: Mapping[str, type[Record]] = {cls.type: cls for cls in ALL}

__all__ = [
    "ALL",
    "BY_TYPE",
    "AccessRight",
    "AssetField",
    "Assignment",
    "Attachment",
    "Attendance",
    "Authorization",
    "AuthorizationTarget",
    "BackupMedium",
    "BackupRun",
    "ChangedTerm",
    "Child",
    "ClientCommunication",
    "ContentErasure",
    "Contract",
    "ContractClauseSetting",
    "ContractPlace",
    "Credential",
    "DueItem",
    "Finding",
    "GovernanceDocument",
    "HandlingEvent",
    "HandlingLine",
    "Incident",
    "IncidentLog",
    "IncidentReport",
    "InformationAsset",
    "Item",
    "ItemContent",
    "LedgerOrigin",
    "Meta",
    "OfficerConfirmation",
    "Organization",
    "Person",
    "Place",
    "Pledge",
    "Record",
    "RuleOverride",
    "Sanitization",
    "SealKey",
    "Stored",
    "Submission",
    "SystemEvent",
    "Terminal",
    "TrainingPlan",
    "TrainingSession",
    "TransportDetail",
    "UserAccount",
]
