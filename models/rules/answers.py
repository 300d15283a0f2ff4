"""What people say to a finding: reasons, and the consent of a second person (R-36, A-33)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

EVERY = "*"
"""Key of a reason that answers every rule, for an import or a screen with one field."""


@dataclass(frozen=True)
class SignIn:
    """A second person at the same desk; the password is used once and kept nowhere."""

    person_id: str
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Approval:
    """A second person's agreement; `proof` is the signature that the safe gave at that sign-in."""

    person_id: str = ""
    proof: str = ""
    at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.person_id)


@dataclass(frozen=True)
class Check(Approval):
    """A checker's signature under an act; `facts` are the key facts as that person entered them."""

    facts: str = ""


NO_APPROVAL = Approval()
NO_CHECK = Check()


@dataclass(frozen=True)
class Answers:
    """Reasons by rule id (or `EVERY`), and who agreed to what was a breach.

    `later`: nobody who could agree is here; somebody confirms afterwards. `wants_check`: a checker
    signs in although the contract does not demand it.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    approval: Approval = NO_APPROVAL
    check: Check = NO_CHECK
    later: bool = False
    wants_check: bool = False

    def reason(self, rule_id: str) -> str:
        return (self.reasons.get(rule_id) or self.reasons.get(EVERY) or "").strip()


NO_ANSWERS = Answers()
