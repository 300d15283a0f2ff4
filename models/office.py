"""The office: how a ledger comes to be open, for the window, the console and the driver alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from models.codes import Role
from models.gate import Gate, Opened
from models.ledger import Clock, Ledger, Random
from models.opening import Opening, open_books
from models.profiles import Profile


@dataclass(frozen=True)
class Office:
    """What `main.py` hands over: the gate, the words and rules, clock, randomness, program name."""

    gate: Gate
    profiles: Mapping[str, Profile]
    clock: Clock
    random: Random
    program: str

    def create(self, folder: PurePath, opening: Opening, password: str) -> tuple[Ledger, str]:
        """Make a new ledger with its first responsible person.

        Returns:
            The open ledger and the text of the recovery sheet, which is shown once.

        Raises:
            AzukariError: nothing of use is left behind then.
        """
        user_id = self.random(16).hex()
        opened, sheet = self.gate.create(
            folder, user_id=user_id, login=opening.login, role=Role.SUPERVISOR, password=password
        )
        ledger = self._ledger(opened)
        open_books(
            ledger, opening, user_id=user_id, key=opened.signer.public_key, program=self.program
        )
        return ledger, sheet

    def unlock(self, folder: PurePath, login: str, password: str) -> Ledger:
        """Open a ledger as one of its users.

        Raises:
            AzukariError: wrong password, damaged files, in use, account not valid today.
        """
        ledger = self._ledger(self.gate.unlock(folder, login, password))
        try:
            _ = ledger.user
        except Exception:
            ledger.close()  # whatever the reason, an open ledger without a user must not stay
            raise
        return ledger

    def sheet_is_right(self, ledger: Ledger, typed: str) -> bool:
        """Tell whether a recovery sheet, as typed back, opens this ledger."""
        return self.gate.sheet_is_right(ledger.opened, typed)

    def _ledger(self, opened: Opened) -> Ledger:
        return Ledger(opened, self.profiles, self.clock, self.random)
