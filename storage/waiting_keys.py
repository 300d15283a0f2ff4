"""Keys that are not in force: the header of an earlier moment, a recovery sheet that opens nothing yet.

An act of the ledger and its change of the keys go one after the other; these put one of them back, or
in force, when the other is known to have happened.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from models.errors import AzukariError, InvalidField
from models.safe import SheetKey
from storage.header_edits import next_sheet_name
from storage.recovery import RecoverySheet
from storage.unlocked import Vault

if TYPE_CHECKING:
    from storage.safe import LedgerSafe


class PresentKeys:
    """The key header of one moment."""

    def __init__(self, safe: "LedgerSafe") -> None:
        self._safe = safe
        self._file = safe.vault.file

    @property
    def in_force(self) -> bool:
        return self._safe.vault.stands_at(self._file)

    def put_back(self) -> None:
        self._safe.vault.go_back(self._file)
        with suppress(AzukariError):  # the next sign-in does it
            self._safe.remember_header()


class DrawnSheet:
    """A recovery sheet that opens nothing yet."""

    def __init__(self, safe: "LedgerSafe") -> None:
        self._safe = safe
        self._sheet = RecoverySheet.create(safe.vault.random)

    @property
    def key(self) -> SheetKey:
        vault = self._safe.vault
        return SheetKey(next_sheet_name(vault.header), sheet_signing_key(self._sheet, vault))

    @property
    def text(self) -> str:
        return self._sheet.text

    def is_right(self, typed: str) -> bool:
        try:
            return RecoverySheet.parse(typed) == self._sheet
        except InvalidField:
            return False

    def put_in_force(self) -> None:
        self._safe.vault.replace_recovery_sheet(self._sheet)
        with suppress(AzukariError):  # the next sign-in does it; the sheet is in force
            self._safe.remember_header()


def sheet_signing_key(sheet: RecoverySheet, vault: Vault) -> bytes:
    return sheet.keys(vault.vault_id).public_signing
