"""A program that dies while the data key is renewed, and the disk of the ledger with it.

What is left is a backup of before and the folder of the journal: they lead to all that was promised,
whatever of header, files of the journal and copy of the key had reached the second disk.
"""

import shutil
from math import ceil
from pathlib import Path

import pytest

from models.errors import JournalDamaged
from models.store import quiet
from tests.faults import stage
from tests.faults.acts import BOSS, office_of
from tests.faults.hands import Hand, Hands, spread
from tests.faults.recording import Run, Watcher
from tests.security.harm import SEED

DEATHS = 24
STATES = 100
PLACES = 32


def require_the_way_back(home: Path, said: bytes) -> None:
    """Lose the folder of the ledger, and restore from the backup and the journal alone.

    Raises:
        Broken: something that was promised does not come back, or the result does not verify.
    """
    lines = said.decode().splitlines()
    if not any(line.split()[1] == "backup" for line in lines):
        return  # nobody promised a way back yet
    promised = max(int(line.split()[0]) for line in lines)
    shutil.rmtree(home / "ledger")
    office = office_of(home, seed=5)
    (file,) = (home / "backup").glob("*.azb")
    found = office.restore(
        file, home / "ledger", BOSS.login, BOSS.password, quiet, journal=home / "journal"
    )
    if found.head.seq < promised:
        raise stage.Broken(f"reached {found.head.seq} of {promised}")
    ledger = office.unlock(home / "ledger", BOSS.login, BOSS.password)
    try:
        if not (report := ledger.safe.verify(full=True, progress=quiet)).ok:
            raise stage.Broken(str(report.problems))
    finally:
        ledger.close()


def kill(hand: Hand, share: int, of: int) -> int:
    whole = hand.run("new_key")
    assert whole.code == 0, whole.err.decode()
    require_the_way_back(hand.home, whole.out)
    return hand.die(
        "new_key", whole, spread(whole, DEATHS)[share::of],
        lambda run: require_the_way_back(hand.home, run.out),
    )  # fmt: skip


def cut(hand: Hand, share: int, of: int, run: Run, draws: int, every: int) -> int:
    return hand.lose_power(share, of, run, draws, every, require_the_way_back)


def test_the_backup_of_before_leads_to_all_that_was_promised(hands: Hands) -> None:
    assert hands.share(kill) == DEATHS


def test_a_power_cut_leaves_the_way_back(
    home: Path, memory: Path, watcher: Watcher, hands: Hands
) -> None:
    run = watcher.run(home, "new_key", memory)
    assert run.code == 0, run.err.decode()
    count = hands.share(cut, run, 2, ceil(run.touching / PLACES))
    print(f"{count} states, seed {SEED}")
    assert count >= STATES


def test_a_renewal_that_lays_no_copy_would_be_found(
    home: Path, watcher: Watcher, memory: Path
) -> None:
    """Control: without the copy the very same restore stops."""
    run = watcher.run(home, "new_key", memory)
    assert run.code == 0, run.err.decode()
    for copy in (home / "journal").glob("*.azk"):
        copy.unlink()
    with pytest.raises(JournalDamaged, match="後に替えた暗号鍵"):
        require_the_way_back(home, run.out)
