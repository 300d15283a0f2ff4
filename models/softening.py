"""How much a contract's own terms demand, beside what its text demands (R-39).

A rule that is judged more mildly, a day that comes later, a cycle that takes longer and a clause
that is left out ask for less. What asks for more is free; so is a cycle that the text leaves open
and nobody fixed yet (`models/fixed_cycles.py`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from models.changed_terms import CYCLES, cycle_item, days_of, key_of
from models.from_to import from_to
from models.profile_params import Timing
from models.profile_reader import Cycle
from models.profile_vocabulary import MODES, RULES
from models.profiles import Profile
from models.records import ContractClauseSetting
from models.rules.engine import changed_modes

STRICTEST_FIRST = tuple(MODES)
EARLIER = frozenset({"timing.start_lead_days", "timing.end_lead_days"})
"""Days before something: fewer of them are the milder term. All others are days until."""
CYCLE = "cycles."
OPEN = "定めなし"
MONTH = 30.44  # days
_TIMING = frozenset(f"timing.{one.name}" for one in fields(Timing))


@dataclass(frozen=True)
class Softer:
    """One thing of which less is demanded than before.

    Attributes:
        key: of the term, or of the clause that is left out.
        clauses: those that it concerns.
        foreseen: the text itself says that the clause may be left out.
    """

    key: str
    words: str
    clauses: tuple[str, ...]
    foreseen: bool = False


class Terms:
    """What a contract demands with some settings; without any, what its text demands.

    Args:
        cycles: those that stood, by key, in place of those that the settings fix.
    """

    def __init__(
        self,
        profile: Profile,
        settings: Iterable[ContractClauseSetting] = (),
        cycles: Mapping[str, str] | None = None,
    ) -> None:
        settings = tuple(settings)
        self._profile = profile
        self._typed = {key: value for one in settings for key, value in terms_of(one).items()}
        self._typed |= changed_modes(profile, settings)
        if cycles is not None:
            others = {key: one for key, one in self._typed.items() if not key.startswith(CYCLE)}
            self._typed = others | dict(cycles)
        self.dropped = {one.clause_key for one in settings if one.enabled is False}

    def value(self, key: str) -> str:
        """Return the content of a term, "" where nobody has named one."""
        return self._typed.get(key) or of_text(self._profile, key)


def terms_of(setting: ContractClauseSetting) -> dict[str, str]:
    """Return the changed terms of a setting by key; a clause that is left out changes none."""
    if not setting.enabled:
        return {}
    return {key_of(one.key): one.value.strip() for one in setting.params}


def cycles_of(setting: ContractClauseSetting) -> dict[str, str]:
    """Return the cycles that a setting fixes, by key."""
    return {key: value for key, value in terms_of(setting).items() if key.startswith(CYCLE)}


def of_text(profile: Profile, key: str) -> str:
    """Return what the text itself demands, "" where it leaves a cycle open.

    Of a rule that is the strictest that it asks of any act. What is usual is no term of the text.
    """
    if key in RULES:
        setting = profile.rules[key]
        modes = {setting.mode, *(str(one) for one in setting.params.values())}
        return next(mode for mode in STRICTEST_FIRST if mode in modes)
    name = key.partition(".")[2]
    if key in _TIMING:
        return str(getattr(profile.params.timing, name))
    cycle = profile.params.cycles.fixed.get(name)
    return cycle.text if cycle else ""


def softer(
    profile: Profile, old: Terms, new: Terms, settings: Iterable[ContractClauseSetting]
) -> Iterator[Softer]:
    """Yield of what less is demanded by new terms than by old ones, as far as settings speak of it."""
    settings = tuple(settings)
    for clause_key in dict.fromkeys(one.clause_key for one in settings):
        clause = profile.clauses.get(clause_key)
        if clause is None or clause_key not in new.dropped - old.dropped:
            continue
        if clause.mandatory or any(_less(r, old.value(r), new.value(r)) for r in clause.rules):
            words = f"{clause.article}（{clause.heading}）を適用しない"
            yield Softer(clause_key, words, (clause_key,), foreseen=not clause.mandatory)
    places = {key: one.clause_key for one in settings for key in terms_of(one)}
    for key, clause_key in places.items():
        was, now = old.value(key), new.value(key)
        if not now and clause_key in new.dropped:
            continue  # the clause says it
        if _less(key, was, now):
            words = f"{from_to(named(key), _worded(key, was), _worded(key, now))}変える"
            theirs = (one.key for one in profile.clauses_of_rule(key))
            yield Softer(key, words, tuple(dict.fromkeys((clause_key, *theirs))))


def named(key: str) -> str:
    """Return what a term is called where it is told."""
    if key in RULES:
        return f"「{key} {RULES[key]}」"
    name = key.removeprefix(CYCLE)
    return f"「{cycle_item(name)}」" if name in CYCLES else f"「{key}」"


def _worded(key: str, value: str) -> str:
    return MODES[value] if key in RULES else value or OPEN


def _less(key: str, was: str, now: str) -> bool:
    """Tell whether a value asks for less than another; where none was named, none is less."""
    if not was or not now:
        return bool(was) and key.startswith(CYCLE)
    if key in RULES:
        return STRICTEST_FIRST.index(now) > STRICTEST_FIRST.index(was)
    if key in _TIMING:
        less, more = (
            (days_of(now), days_of(was)) if key in EARLIER else (days_of(was), days_of(now))
        )
        return less is not None and more is not None and less < more
    return length(now) > length(was)


def length(text: str) -> float:
    """Return about how many days a cycle takes, 0 where nobody can read it."""
    cycle = Cycle.read(text)
    return cycle.months * MONTH + cycle.days if cycle else 0.0
