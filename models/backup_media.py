"""Backups go to registered media only, once one is registered (A-22, A-26).

A medium is known by a small file on it with a random id, not by its drive letter: another stick in
the same slot is noticed, and so is a folder of the PC's own disk.
"""

from pathlib import PurePath
from typing import TYPE_CHECKING

from models.commands import Change, creating
from models.errors import Refused
from models.records import BackupMedium
from models.store import Query

if TYPE_CHECKING:
    from models.ledger import Ledger


def register_medium(
    ledger: "Ledger", folder: PurePath, *, medium_no: str, name: str, place_id: str = ""
) -> Change:
    """Mark the folder of a medium and register it.

    A medium that bears a mark already keeps it: two ledgers may use one.

    Raises:
        NotPermitted, MediumMissing, NotWritable, DiskFull
        Refused: it is registered already, or number or name are missing.
    """
    ledger.require("backup_media")
    mark = ledger.safe.medium_mark(folder)
    known = ledger.registers.one(BackupMedium, mark=mark) if mark else None
    if known is not None:
        raise Refused(reason=f"この媒体は「{known.record.caption()}」として登録されています。")
    if ledger.registers.one(BackupMedium, medium_no=medium_no.strip()) is not None:
        raise Refused(reason="同じ媒体番号が、すでに登録されています。別の番号にしてください。")
    medium = BackupMedium(
        id=ledger.new_id(),
        medium_no=medium_no.strip(),
        name=name.strip(),
        mark=mark or ledger.random(16).hex(),
        place_id=place_id,
        registered_on=ledger.today(),
    )
    ledger.registers.validate(medium)
    if not mark:
        ledger.safe.mark_medium(folder, medium.mark)
    return ledger.commit([creating(medium)])


def medium_for(ledger: "Ledger", folder: PurePath) -> BackupMedium | None:
    """Return the registered medium of a folder; None while no medium is registered at all.

    Raises:
        Refused: media are registered, and this is none of them.
    """
    if not ledger.store.count(Query(BackupMedium.type)):
        return None
    mark = ledger.safe.medium_mark(folder)
    stored = ledger.registers.one(BackupMedium, mark=mark) if mark else None
    if stored is None:
        raise Refused(
            reason=f"「{folder}」は、登録したバックアップの媒体ではありません。登録した媒体を接続するか、"
            "「バックアップ」の画面の「媒体の登録」で登録してください。"
        )
    return stored.record
