"""A program that dies while it disposes of a backup: what it removed is entered as its own act."""

from pathlib import Path

from models.codes import BackupKind
from models.notes import DISPOSAL
from models.records import BackupRun
from tests.faults import stage
from tests.faults.acts import BOSS, office_of
from tests.faults.hands import Hand, Hands
from tests.faults.recording import Run

BEFORE, AFTER = 6, 10  # calls around a removal


def require_own_act(home: Path, said: bytes) -> int:
    """Look that no file went without our word for it; return how many were disposed of.

    Raises:
        Broken: a removal that nobody entered, or that was entered as if the file had been lost.
    """
    ledger = office_of(home, seed=5).unlock(home / "ledger", BOSS.login, BOSS.password)
    try:
        gone = ledger.registers.all(BackupRun, kind=BackupKind.DISPOSED)
        told = [one.record.detail for one in gone]
        if ledger.store.setting(DISPOSAL) or any("見つからず" in detail for detail in told):
            raise stage.Broken(str(told))
        promised = [line.split()[-1] for line in said.decode().splitlines() if "end_backup" in line]
        if not {one.record.file_name for one in gone} >= set(promised):
            raise stage.Broken(f"promised {promised}")
        return len(gone)
    finally:
        ledger.close()


def places(whole: Run) -> list[int]:
    """Return where to die: at every call from the note before a removal to the entry after it."""
    touching = [call for call in whole.calls if call.op != "A"]
    gone = [
        at for at, call in enumerate(touching, 1) if call.op == "U" and call.path.endswith(".azb")
    ]
    return [at + step for at in gone for step in range(-BEFORE, AFTER)]


def kill(hand: Hand, share: int, of: int) -> int:
    """Kill the act around its two removals; return at how many calls it died here."""
    whole = hand.run("end_backup")
    assert whole.code == 0, whole.err.decode()
    assert require_own_act(hand.home, whole.out) == 2

    def require(run: Run) -> None:
        stage.require_promises(hand.home, run.out)
        require_own_act(hand.home, run.out)

    return hand.die("end_backup", whole, places(whole)[share::of], require)


def test_what_was_removed_is_entered_as_our_own_act(hands: Hands) -> None:
    assert hands.share(kill) == 2 * (BEFORE + AFTER)
