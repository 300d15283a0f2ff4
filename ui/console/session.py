"""The ledger that a driver holds open: who is signed in, and how an act is answered for."""

from collections.abc import Callable
from pathlib import Path

from models.commands import Change
from models.errors import Locked, NotFound
from models.ledger import Ledger
from models.office import Office
from models.records import UserAccount
from models.rules.answers import Answers, SignIn
from models.rules.checking import CheckIn
from ui.console import repeated
from ui.console.repeated import Wish
from ui.console.requests import Answer, Request, answers_of, facts_of, text_of


class Session:
    """One ledger folder; open between `unlock` and `lock`."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.folder = folder
        self.office = office
        self._ledger: Ledger | None = None

    def sign_in(self, request: Request, *, rolled_back: str = "", rebuild: bool = False) -> Ledger:
        """Open the ledger for who signs in; who was signed in before is signed out."""
        self.close()
        login, password = text_of(request, "user"), text_of(request, "password")
        self._ledger = self.office.unlock(
            self.folder, login, password, rolled_back=rolled_back, rebuild=rebuild
        )
        return self._ledger

    def entered(self, ledger: Ledger) -> Answer:
        """Say where the ledger stands, and what was noticed at the sign-in."""
        return {**self.where(), **({"notices": ledger.notices} if ledger.notices else {})}

    def open(self) -> Ledger:
        """Return the open ledger.

        Raises:
            Locked
        """
        if self._ledger is None:
            raise Locked()
        return self._ledger

    def seen(self) -> Ledger:
        """Return the ledger for an answer that shows what it holds."""
        ledger = self.open()
        ledger.require_seeing()
        return ledger

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def where(self) -> Answer:
        """Return the last entry."""
        head = self.open().store.head()
        return {"seq": head.seq, "head": head.hex}

    def did(self, change: Change, wish: Wish | None = None) -> Answer:
        """Answer for a durable command.

        Args:
            wish: what the request enters; an id that stands for something else is refused.
        """
        if wish is not None:
            repeated.require_same(self.open(), change, wish)
        answer: Answer = {
            "seq": change.head.seq,
            "head": change.head.hex,
            "command": change.command_id,
            "ids": list(change.ids),
        }
        if change.notices:
            answer["notices"] = list(change.notices)
        return {**answer, "repeated": True} if change.repeated else answer

    def enter(self, request: Request, wish: Wish, work: Callable[[Answers], Change]) -> Answer:
        """Enter something with what people said to the rules of the contract."""
        second = self._signing(request, "approved_by", "approver_password")
        checker = self._signing(request, "checked_by", "checker_password")
        check = CheckIn(checker, facts_of(request)) if checker else None
        rules = self.open().rules
        return self.did(rules.entering(work, answers_of(request), second, check), wish)

    def _signing(self, request: Request, who: str, word: str) -> SignIn | None:
        """Return who signs in beside the user: named by login or by person id."""
        if who not in request:
            return None
        named = text_of(request, who)
        accounts = [one.record for one in self.open().registers.all(UserAccount)]
        found = [one for one in accounts if named in (one.login_name, one.person_id)]
        if not found:
            raise NotFound(what=f"「{who}」で指定された利用者")
        password = text_of(request, word)
        return SignIn(found[-1].person_id, found[-1].login_name, password)
