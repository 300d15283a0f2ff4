"""Files that belong to the ledger: scans, photos, sealed papers, the sources of imports."""

import hashlib
from typing import TYPE_CHECKING

from models import permissions
from models.capacity import require_room
from models.codes import AttachmentKind, Role
from models.commands import Change, creating
from models.desk import Desk
from models.errors import Damaged, NotPermitted, Refused
from models.records import Attachment, Stored, Submission
from models.store import Op, Query, Where

if TYPE_CHECKING:
    from models.ledger import Ledger

NOT_GIVEN = "添付資料は、ファイルそのものを添付して登録してください。"
SWAPPED = (
    "添付資料の中身は差し替えられません。新しいファイルを添付し、記録をそちらに改めてください。"
)
OTHER_BYTES = "記録された大きさか照合値と、中身が違います。台帳の検証で確かめてください。"
OF_PAPER = (
    "「{0}」は、確定した書類か、提出・回答の控えのファイルです。名前や区分は変えられません。"
    "控えが違うときは、正しいファイルを書類に登録し直してください。"
)
OF_PAPERS = ("file_id", "receipt_file", "returned_file")
NAMING = frozenset({Role.SUPERVISOR})
"""Who may give another name to what others attached."""
MAXIMUM_SIZE = 50 * 1024 * 1024  # bytes; a larger scan belongs on a medium, not in the ledger

_Facts = tuple[str, str, int | None, str]


class Files:
    """Attach and read files."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._prepared: dict[str, _Facts] = {}  # by blob: what this session has stored itself

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
        made = Attachment(
            id=self._ledger.new_id(),
            contract_id=contract_id,
            name=name,
            mime=mime,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            blob=self._ledger.store.put_blob(data),
            kind=kind,
        )
        self._prepared[made.blob] = _facts(made)
        return made

    def require_own(self, record: Attachment) -> None:
        """Refuse a record of a file that speaks of other bytes than were given with it.

        Whoever names the bytes by himself would read those of another contract, or put others
        behind a paper that bears a stamp.

        Raises:
            Refused: new, but not stored by `prepare`; or known with other bytes, or a paper's.
            NotPermitted: the file of somebody else gets another name.
        """
        stored = self._ledger.store.get(Attachment, record.id)
        facts = self._prepared.get(record.blob) if stored is None else _facts(stored.record)
        if facts is None:
            raise Refused(reason=NOT_GIVEN)
        if facts != _facts(record):
            raise Refused(reason=SWAPPED)
        if stored is not None and _named(stored.record) != _named(record):
            self._require_may_name(stored)

    def _require_may_name(self, stored: Stored[Attachment]) -> None:
        """Refuse another name for the file of a paper, and for what somebody else attached.

        Raises:
            NotPermitted, Refused
        """
        store = self._ledger.store
        for name in OF_PAPERS:
            where = (Where(name, Op.EQ, stored.record.id),)
            if store.count(Query(Submission.type, where, voided=None)):
                raise Refused(reason=OF_PAPER.format(stored.record.name))
        if stored.meta.created_by != self._ledger.user.id and self._ledger.role not in NAMING:
            who = f"添付した人と{Role.SUPERVISOR.label}"
            raise NotPermitted(act="添付資料の名前・区分の訂正", who=who)

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
            Damaged: the file on disk is not what was stored, or not what the record says.
            NotFound
        """
        record = self._ledger.registers.need(Attachment, attachment_id).record
        self._ledger.access.viewed(record)
        data = self._ledger.store.get_blob(record.blob)
        if (len(data), hashlib.sha256(data).hexdigest()) != (record.size, record.sha256):
            raise Damaged(file=record.name, what_now=OTHER_BYTES)
        return data


def _named(record: Attachment) -> tuple[str, AttachmentKind | None]:
    return record.name, record.kind


def _facts(record: Attachment) -> _Facts:
    return record.blob, record.sha256, record.size, record.mime
