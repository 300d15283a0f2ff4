"""A program that dies while a recovery sheet is used: one sheet that somebody holds still opens."""

from pathlib import Path

from models.errors import WrongRecoverySheet
from models.store import quiet
from tests.faults import stage
from tests.faults.acts import BOSS, NEW_PASSWORD, office_of
from tests.faults.hands import Hand, Hands, spread

DEATHS = 32
LAST = f"{NEW_PASSWORD}最後"


def require_way_in(home: Path, said: bytes) -> None:
    """Come in with the sheet that was promised last, or with the one that was on its way.

    Raises:
        Broken: neither opens, or the ledger is not whole behind it.
    """
    promised = sum(b" recover " in line for line in said.splitlines())
    held = [home / f"sheet-{number}" for number in (promised, promised + 1)]
    for sheet in [one for one in held if one.exists()]:
        try:
            ledger, _ = office_of(home, seed=77).recover(
                home / "ledger", sheet.read_text(), BOSS.login, LAST
            )
        except WrongRecoverySheet:
            continue
        found = ledger.safe.verify(full=True, progress=quiet)
        ledger.close()
        if not found.ok:
            raise stage.Broken(str(found.problems))
        return
    raise stage.Broken(f"no sheet opens, {promised} promised")


def kill(hand: Hand, share: int, of: int) -> int:
    """Kill the act at places spread over all its calls; return at how many it died here."""
    whole = hand.run("recover")
    assert whole.code == 0, whole.err.decode()
    require_way_in(hand.home, whole.out)
    places = spread(whole, DEATHS)[share::of]
    return hand.die("recover", whole, places, lambda run: require_way_in(hand.home, run.out))


def test_one_sheet_that_somebody_holds_still_opens(hands: Hands) -> None:
    assert hands.share(kill) == DEATHS
