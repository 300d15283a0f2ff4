"""What the parties of one contract agreed otherwise than the profile's default (R-39).

A setting of a clause may carry changed terms: `cycles.training` = 「12か月」 fixes a cycle that the
text leaves open, `timing.end_lead_days` = 「45」 another number of days.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.changed_terms import days_of, key_of
from models.profile_params import Params
from models.profile_reader import Cycle
from models.records import ContractClauseSetting

if TYPE_CHECKING:
    from models.inquiry import Inquiry


@dataclass(frozen=True)
class Former:
    """A term as it was until it was changed.

    Attributes:
        name: in `params.timing` or `params.cycles`.
        terms: as they were.
        until: the day on which the change was entered.
    """

    name: str
    terms: "Agreed"
    until: date


class Agreed:
    """The profile's parameters with the changed terms of a contract's settings.

    Args:
        former: a term of before that counts for what it was too late for when it was changed.
    """

    def __init__(
        self,
        params: Params,
        settings: Iterable[ContractClauseSetting],
        former: Former | None = None,
    ) -> None:
        self._params = params
        self._former = former
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

    def last_day(self, name: str, given: Callable[[int], date]) -> date:
        """Return the last day for something.

        Args:
            name: of the term in `params.timing`.
            given: the last day by a number of days.
        """
        return self._last(name, lambda terms: given(terms.days(name)))

    def cycle(self, name: str) -> Cycle | None:
        """Return a cycle, None while nobody has fixed the one that the text leaves open."""
        typed = self._terms.get(f"cycles.{name}", "")
        return Cycle.read(typed) or self._params.cycles.fixed.get(name)

    def last_of_cycle(self, name: str, given: Callable[[Cycle | None], date]) -> date:
        """Return the last day for something that comes round, as `last_day` does by days."""
        return self._last(name, lambda terms: given(terms.cycle(name)))

    def _last(self, name: str, given: Callable[["Agreed"], date]) -> date:
        former = self._former
        if former is not None and former.name == name:
            day = given(former.terms)
            if day < former.until:
                return day
        return given(self)

    def suggested(self, name: str) -> str:
        """Return the usual cycle as text, "" where nothing is usual."""
        cycle = self._params.cycles.suggested.get(name)
        return cycle.text if cycle else ""

    def _default(self, name: str) -> int:
        value = getattr(self._params.timing, name)
        assert isinstance(value, int)
        return value


def terms(asked: "Inquiry") -> Agreed:
    """Return the numbers and cycles of the contract that is asked about."""
    return Agreed(asked.profile.params, asked.all(ContractClauseSetting), asked.former)
