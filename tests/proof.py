"""What the evidence of a contract says, for tests: how its clauses stand, and the rows of a query."""

from collections.abc import Iterable

from models.evidence import ClauseState, evidence
from models.evidence_rows import Row
from tests.house import House


def states(house: House) -> dict[str, ClauseState]:
    """Return how every clause of the story's contract stands, by its key."""
    return {one.key: one for one in evidence(house.ledger, house.story.contract)}


def rows(house: House, query: str = "", clause: str = "") -> list[Row]:
    """Return what a query says under every clause that asks it, or all of them under one clause."""
    found = states(house).values()
    return rows_of((one for one in found if clause in ("", one.key)), query)


def rows_of(found: Iterable[ClauseState], query: str = "") -> list[Row]:
    return [
        row for one in found for name, some in one.evidence if query in ("", name) for row in some
    ]


def sentences(house: House, query: str = "", clause: str = "") -> list[str]:
    return [row.sentence for row in rows(house, query, clause)]


def graded(house: House, query: str = "", clause: str = "") -> list[tuple[str, str]]:
    """Return severity and sentence of what `rows` returns."""
    return [(row.severity, row.sentence) for row in rows(house, query, clause)]


def by_clause(house: House, query: str) -> dict[str, list[str]]:
    """Return what a query says by the key of each clause under which it says something."""
    found = {key: rows_of([one], query) for key, one in states(house).items()}
    return {key: [row.sentence for row in some] for key, some in found.items() if some}
