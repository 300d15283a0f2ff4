"""All record types, in the order in which screens and exports list them."""

from collections.abc import Mapping

from models.records.base import Child, Meta, Record, Stored
from models.records.frame import Contract, LedgerOrigin, Organization
from models.records.handling import (
    Authorization,
    AuthorizationTarget,
    HandlingEvent,
    HandlingLine,
    Sanitization,
    TransportDetail,
)
from models.records.paper import Attachment, BackupRun, SealKey, Submission
from models.records.people import Assignment, Person, UserAccount
from models.records.things import (
    AssetField,
    ContractPlace,
    InformationAsset,
    Item,
    ItemContent,
    Place,
)

ALL: tuple[type[Record], ...] = (
    LedgerOrigin,
    Organization,
    Contract,
    Person,
    Assignment,
    UserAccount,
    Place,
    ContractPlace,
    InformationAsset,
    Item,
    Authorization,
    HandlingEvent,
    Submission,
    Attachment,
    SealKey,
    BackupRun,
)

BY_TYPE: Mapping[str, type[Record]] = {cls.type: cls for cls in ALL}

__all__ = [
    "ALL",
    "BY_TYPE",
    "AssetField",
    "Assignment",
    "Attachment",
    "Authorization",
    "AuthorizationTarget",
    "BackupRun",
    "Child",
    "Contract",
    "ContractPlace",
    "HandlingEvent",
    "HandlingLine",
    "InformationAsset",
    "Item",
    "ItemContent",
    "LedgerOrigin",
    "Meta",
    "Organization",
    "Person",
    "Place",
    "Record",
    "Sanitization",
    "SealKey",
    "Stored",
    "Submission",
    "TransportDetail",
    "UserAccount",
]
