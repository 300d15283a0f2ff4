"""Keep the copy of the key header beside an open ledger's journal (`storage/key_copy.py`).

It follows every change of the header, and is looked at whenever the journal is connected. What keeps
it from the medium keeps nobody from entering: the condition page tells, and the next command tries
again.
"""

from contextlib import suppress
from pathlib import Path

from models.errors import AzukariError
from storage import key_copy
from storage.backup_format import RECEIVER_ROLES
from storage.journal_reach import goes_on_elsewhere
from storage.unlocked import Vault


class KeyKeeper:
    """The copy of one open ledger.

    Args:
        looking: somebody only looks, and nothing is laid anywhere.

    Attributes:
        due: the copy is not known to be there.
    """

    def __init__(self, *, looking: bool) -> None:
        self._looking = looking
        self.due = True

    def there(self, folder: Path, vault: Vault) -> bool:
        """Tell whether the copy of the header in force lies there, and opens to who opens it."""
        unwrap = vault.unwrap if vault.role in RECEIVER_ROLES else None
        try:
            there = key_copy.is_current(folder, vault, unwrap)
        except AzukariError:
            there = False
        self.due = not there
        return there

    def require(self, folder: Path, vault: Vault) -> None:
        """Lay the copy unless it lies there."""
        if not self.there(folder, vault):
            self.lay(folder, vault)

    def lay(self, folder: Path, vault: Vault) -> None:
        """Lay the copy of the header in force; what fails is tried again.

        Where the journal goes on under a later key, ours is an older copy of the ledger: the copy
        that belongs to that key stays.
        """
        self.due = not self._looking
        with suppress(AzukariError):
            if self.due and not goes_on_elsewhere(folder, vault):
                key_copy.lay(folder, vault)
            self.due = False
