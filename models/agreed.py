"""What the parties of one contract agreed otherwise than the profile's default (R-39).

A setting of a clause may carry changed terms: `cycles.training` = 「12か月」 fixes a cycle that the
text leaves open, `timing.end_lead_days` = 「45」 another number of days.
"""

from collections.abc import Iterable

from models.changed_terms import days_of, key_of
from models.profile_params import Params
from models.profile_reader import Cycle
from models.records import ContractClauseSetting


class Agreed:
    """The profile's parameters with the changed terms of a contract's settings."""

    def __init__(self, params: Params, settings: Iterable[ContractClauseSetting]) -> None:
        self._params = params
        self._terms = {
            key_of(term.key): term.value.strip()
            for one in settings
            if one.enabled
            for term in one.params
        }

    def days(self, name: str) -> int:
        """Return a number of `params.timing`."""
        agreed = days_of(self._terms.get(f"timing.{name}", ""))
        return self._default(name) if agreed is None else agreed

    def cycle(self, name: str) -> Cycle | None:
        """Return a cycle, None while nobody has fixed the one that the text leaves open."""
        typed = self._terms.get(f"cycles.{name}", "")
        return Cycle.read(typed) or self._params.cycles.fixed.get(name)

    def suggested(self, name: str) -> str:
        """Return the usual cycle as text, "" where nothing is usual."""
        cycle = self._params.cycles.suggested.get(name)
        return cycle.text if cycle else ""

    def _default(self, name: str) -> int:
        value = getattr(self._params.timing, name)
        assert isinstance(value, int)
        return value
