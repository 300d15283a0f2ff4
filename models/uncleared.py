"""Acts of people who were not cleared, told under the clause that asks for what they lacked (R-01).

A text proves in one clause that nobody handles who may not (`EQ-CLEAR`), be it that of pledges or of
access. Who had signed and was not taught, or was never designated, is told under the clause of training
or of the notice of people, which may not ask that query.
"""

from collections.abc import Iterator
from dataclasses import replace

from models.evidence_rows import Row
from models.inquiry import Inquiry

QUERY = "EQ-UNCLEARED"
RULE = "R-01"
PROOF = "EQ-CLEAR"


def eq_uncleared(asked: Inquiry) -> Iterator[Row]:
    """Find what the rule says of acts and the clauses that are meant do not ask themselves."""
    asking = {one.key for one in asked.clauses if PROOF in one.evidence}
    asking = asking or {one.key for one in asked.clauses if RULE in one.rules}  # a bare rule
    for found in asked.breaches.of_rule(RULE):
        if elsewhere := tuple(key for key in found.clauses if key not in asking):
            yield replace(found, clauses=elsewhere)
