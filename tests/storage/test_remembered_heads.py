"""What this PC remembers of a ledger does not hang on a program that closed in good order."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import RolledBack
from models.ledger import Ledger
from storage.head_memory import HeadMemory
from tests.house import House, furnished
from tests.storage.test_journal_keeper import BOSS, enter


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office without journal: the PC alone remembers."""
    with furnished(tmp_path, accounts=True) as made:
        yield made


def opened(house: House) -> Ledger:
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    return house.ledger


def die(house: House) -> None:
    """End without the last look that a closing takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HeadMemory, "remember", lambda *given, **more: None)
        house.ledger.close()


def put_back(house: House) -> None:
    shutil.rmtree(house.folder / "ledger")
    shutil.copytree(house.folder / "older", house.folder / "ledger")


@pytest.mark.parametrize("closed", [True, False])
def test_what_an_opening_saw_is_remembered(house: House, closed: bool) -> None:
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "older")
    enter(opened(house), "一")
    enter(house.ledger, "二")
    die(house)  # after two entries of which the PC knows nothing
    seq = opened(house).store.head().seq
    if closed:
        house.ledger.close()
    else:
        die(house)
    put_back(house)
    with pytest.raises(RolledBack, match=f"{seq:,}まで"):
        opened(house)


def test_a_first_look_is_remembered_though_the_program_died(house: House) -> None:
    """A ledger that came from another PC, or whose memory was lost."""
    house.ledger.close()
    shutil.copytree(house.folder / "ledger", house.folder / "older")
    enter(opened(house), "一")
    house.ledger.close()
    (house.folder / "device" / "heads.json").unlink()
    opened(house)
    die(house)
    put_back(house)
    with pytest.raises(RolledBack):
        opened(house)
