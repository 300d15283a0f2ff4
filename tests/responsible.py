"""Another responsible person in a furnished house, which takes somebody who agrees (A-37)."""

from collections.abc import Callable
from typing import Any

from models.codes import AccountStatus, Role
from models.commands import Change
from models.issued import RULE
from models.records import UserAccount
from models.rules.answers import Answers, SignIn
from tests.house import House
from ui.sample import cast

WORKER = cast.USERS[1]
WHY = "責任者の不在に備えるため"


def let_in_responsible(house: House, person_id: str, login: str, password: str, **more: Any) -> str:
    """Add an account of a responsible person, who has an own password; return its id."""
    more = {"chosen_by_self": True, **more}
    return agreed(
        house,
        lambda answers: house.ledger.people.add_account(
            person_id, login=login, role=Role.SUPERVISOR, password=password, answers=answers, **more
        ),
    ).ids[0]


def agreed(house: House, work: Callable[[Answers], Change]) -> Change:
    """Do what takes two: the worker of the cast agrees, and where there is none, a reason does."""
    worker = house.ledger.registers.one(
        UserAccount, login_name=WORKER.login, status=AccountStatus.ACTIVE
    )
    second = SignIn(worker.record.person_id, WORKER.login, WORKER.password) if worker else None
    return house.ledger.rules.entering(work, Answers({RULE: WHY}), second)
