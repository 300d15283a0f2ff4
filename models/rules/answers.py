"""What people say to a finding: reasons, and the consent of a second person (R-36, A-33)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY = "*"
"""Key of a reason that answers every rule, for an import or a screen with one field."""


@dataclass(frozen=True)
class Approval:
    """A second person's agreement; `proof` is what the safe gave when that person signed in."""

    person_id: str = ""
    proof: str = ""

    def __bool__(self) -> bool:
        return bool(self.person_id)


@dataclass(frozen=True)
class Answers:
    """Reasons by rule id (or `EVERY`), and who agreed to what was a breach."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    approved_by: Approval | str = ""

    @property
    def approval(self) -> Approval:
        given = self.approved_by
        return given if isinstance(given, Approval) else Approval(given)

    def reason(self, rule_id: str) -> str:
        return (self.reasons.get(rule_id) or self.reasons.get(EVERY) or "").strip()


NO_ANSWERS = Answers()
