"""The record of one act on a backup: made, checked, tried, restored or disposed of (L-22)."""

from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from models.chain import Head
from models.codes import BackupKind, BackupResult
from models.records import BackupRun

if TYPE_CHECKING:
    from models.ledger import Ledger


def run_of(
    ledger: "Ledger",
    kind: BackupKind,
    file: PurePath,
    started: datetime,
    head: Head | None,
    detail: str,
    **known: Any,
) -> BackupRun:
    """Return the record of an act that ends now.

    Args:
        head: that was reached; None for an act that failed.
        known: fields of the record that only some acts know, or that say it otherwise.

    Raises:
        InvalidField
    """
    now = ledger.now()
    fields: dict[str, Any] = {
        "to_event_seq": head.seq if head else None,
        "head": head.hex if head else "",
        "folder": "" if file.parent == PurePath(".") else str(file.parent)[:400],
        "result": BackupResult.OK if head else BackupResult.FAILED,
        "elapsed_ms": max(0, int((now - started).total_seconds() * 1000)),
    }
    run = BackupRun(
        id=ledger.new_id(),
        kind=kind,
        started_at=started,
        finished_at=now,
        file_name=file.name[:400],
        checked_by=ledger.user.person_id,
        detail=detail[:1000],
        **(fields | known),
    )
    ledger.registers.validate(run)
    return run
