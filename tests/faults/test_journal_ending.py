"""A program that dies while old journal files end: both backups still lead to the last entry."""

from pathlib import Path

from models.backup_care import reliable
from models.store import quiet
from tests.faults import stage
from tests.faults.acts import BOSS, office_of
from tests.faults.hands import Hand, Hands, spread
from tests.faults.recording import Run

DEATHS = 16


def require_ways_back(home: Path) -> int:
    """Restore the last two backups with the journal; return how many files the journal has.

    Raises:
        Broken: one of them does not reach the last entry.
    """
    office = office_of(home, seed=5)
    ledger = office.unlock(home / "ledger", BOSS.login, BOSS.password)
    head, runs = ledger.store.head(), reliable(ledger)[-2:]
    ledger.close()
    for run in runs:
        reached = office.gate.restore_for_trial(
            home / "backup" / run.file_name, home, login=BOSS.login, password=BOSS.password,
            progress=quiet, journal=home / "journal",
        ).head  # fmt: skip
        if reached != head:
            raise stage.Broken(f"{run.file_name} reaches {reached.seq} of {head.seq}")
    return len(list((home / "journal").glob("*.azj")))


def kill(hand: Hand, share: int, of: int) -> int:
    """Kill the act at places spread over all its calls; return at how many it died here."""
    whole = hand.run("end_journal")
    assert whole.code == 0, whole.err.decode()
    names = sorted(path.name for path in (hand.home / "journal").glob("*.azj"))
    assert not names[0].endswith("-000001.azj"), "nothing ended"
    require_ways_back(hand.home)

    def require(run: Run) -> None:
        stage.require_promises(hand.home, run.out)
        require_ways_back(hand.home)

    return hand.die("end_journal", whole, spread(whole, DEATHS)[share::of], require)


def test_both_backups_still_lead_to_the_last_entry(hands: Hands) -> None:
    assert hands.share(kill) == DEATHS
