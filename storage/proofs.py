"""What was signed beside the commands, as one part of a full check: by second persons, and of looks.

It speaks of a log that holds: where anything else was found, what it says is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from models.errors import AzukariError
from models.verification import Problem
from storage.access_check import access_problems
from storage.approvals import approval_problems, confirmation_problems
from storage.authors import Authors
from storage.checked_acts import check_problems
from storage.database import Database
from storage.erasing import erasure_problems
from storage.file_check import file_problems
from storage.helpers import Found
from storage.ledger_store import LedgerStore
from storage.own_names import name_problems
from storage.paper_numbers import number_problems
from storage.rewritten import rewriting_problems
from storage.time_check import time_problems

CODE = "PROOF"


@dataclass(frozen=True)
class Proofs:
    """Agreements, checks, officers' words, own names, erasures, numbers given twice, what no command
    writes again, access log."""

    vault_id: str
    authors: Authors

    def run(self, database: Database) -> list[Found]:
        try:
            return [(one.code, one.where, one.message) for one in self._problems(database)]
        except (AzukariError, ValueError) as error:
            return [(CODE, database.path.name, str(error))]  # what hinders it is named beside it

    def _problems(self, database: Database) -> Iterator[Problem]:
        yield from approval_problems(database, self.vault_id, self.authors)
        yield from check_problems(database, self.vault_id, self.authors)
        yield from confirmation_problems(database, self.authors)
        yield from name_problems(database, self.authors)
        yield from erasure_problems(database, self.vault_id, self.authors)
        yield from number_problems(database)
        yield from file_problems(database)
        yield from time_problems(database)
        yield from rewriting_problems(database, self.authors)
        yield from access_problems(LedgerStore(database, self.vault_id), self.authors)
