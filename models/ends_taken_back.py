"""An end that the client knows of is taken back: whoever enters it is told what has to be told again."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.records import Assignment, ContractPlace, Person, Record
from models.rules.last_told import tell_again
from models.rules.places import is_concerned
from models.rules.told_days import Designation, last_of

if TYPE_CHECKING:
    from models.ledger import Ledger


def told_of_taking_back(ledger: "Ledger", record: Record, before: Record) -> tuple[str, ...]:
    """Return what is said to whoever takes back, or puts off, an end that was told (SK-4.2, SK-5.2)."""
    books = ledger.rules.books.beside([record])
    said = []
    for one in _concerned(ledger, record, before):
        case = ledger.rules.case_of(one, books)
        if isinstance(one, Assignment) or is_concerned(case, one):
            said.append(tell_again(case, one))
    return tuple(filter(None, said))


def _concerned(ledger: "Ledger", record: Record, before: Record) -> Sequence[Designation]:
    """Return the designations whose last day this version changes."""
    if isinstance(record, (Assignment, ContractPlace)) and isinstance(before, type(record)):
        return [record] if last_of(record) != last_of(before) else []
    if not isinstance(record, Person) or not isinstance(before, Person):
        return []
    if record.left_on == before.left_on:
        return []
    return [one.record for one in ledger.registers.all(Assignment, person_id=record.id)]
