"""Files that belong to the ledger: scans, photos, sealed papers, the sources of imports."""

import hashlib
from typing import TYPE_CHECKING

from models import permissions
from models.codes import AttachmentKind
from models.commands import Change, creating
from models.condition import require_room
from models.desk import Desk
from models.errors import Refused
from models.records import Attachment

if TYPE_CHECKING:
    from models.ledger import Ledger

MAXIMUM_SIZE = 50 * 1024 * 1024  # bytes; a larger scan belongs on a medium, not in the ledger


class Files:
    """Attach and read files."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger

    def prepare(
        self, data: bytes, *, name: str, mime: str, kind: AttachmentKind, contract_id: str = ""
    ) -> Attachment:
        """Store the bytes and return the record that speaks of them, not yet entered.

        A file whose record never gets entered is an orphan that care removes later.

        Raises:
            Refused: too large or empty.
        """
        if not data:
            raise Refused(
                reason=f"「{name}」は空のファイルです。正しいファイルを選び直してください。"
            )
        if len(data) > MAXIMUM_SIZE:
            raise Refused(
                reason=f"「{name}」は大きすぎます（上限{MAXIMUM_SIZE // 1024 // 1024}MB）。"
                "分割するか、解像度を下げてください。"
            )
        return Attachment(
            id=self._ledger.new_id(),
            contract_id=contract_id,
            name=name,
            mime=mime,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            blob=self._ledger.store.put_blob(data),
            kind=kind,
        )

    def attach(
        self,
        data: bytes,
        *,
        name: str,
        mime: str,
        kind: AttachmentKind,
        contract_id: str = "",
        command_id: str = "",
    ) -> Change:
        """Keep a file with the ledger.

        Raises:
            TerminalBlocked, LittleRoom, QuotaUsedUp: papers are sealed all the same.
            Refused, NotPermitted
        """
        if (answered := self._ledger.answered(command_id)) is not None:
            return answered
        permissions.require_write(self._ledger.role, Attachment)
        self._ledger.blocking.require()
        require_room(self._ledger, len(data))
        record = self.prepare(data, name=name, mime=mime, kind=kind, contract_id=contract_id)
        self._ledger.registers.validate(record)
        self._ledger.registers.check_references(record, Desk(self._ledger.store))
        return self._ledger.commit([creating(record)], command_id=command_id)

    def read(self, attachment_id: str) -> bytes:
        """Return the clear bytes, checked against the recorded hash.

        Raises:
            Damaged: the file on disk is not what was stored.
            NotFound
        """
        record = self._ledger.registers.need(Attachment, attachment_id).record
        self._ledger.access.viewed(record)
        return self._ledger.store.get_blob(record.blob)
