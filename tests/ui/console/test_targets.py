"""No file of another kind is ever written among the files of a ledger."""

from pathlib import Path

import pytest

from models.backups import record_backup
from models.errors import InsideLedger
from models.records import Item
from tests.house import furnished
from ui.console.output import write_paper
from ui.exporting import export_register


@pytest.mark.parametrize("name", ["ledger.db", "keys.a", "new.csv", "attachments/x.pdf"])
def test_a_print_never_replaces_the_ledger(tmp_path: Path, name: str) -> None:
    with furnished(tmp_path) as house:
        target = house.folder / "ledger" / name
        before = target.read_bytes() if target.exists() else None
        with pytest.raises(InsideLedger, match="台帳のフォルダーの中"):
            write_paper(target, lambda: (None, b"%PDF-1.7"))
        assert (target.read_bytes() if target.exists() else None) == before


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.json"])
def test_an_export_stays_out_of_the_ledger(tmp_path: Path, name: str) -> None:
    with furnished(tmp_path) as house:
        with pytest.raises(InsideLedger):
            export_register(house.ledger, Item, house.folder / "ledger" / name, purpose="控え一式")
        assert not (house.folder / "ledger" / name).exists()


def test_a_backup_beside_its_ledger_is_none(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        with pytest.raises(InsideLedger):
            record_backup(house.ledger, house.folder / "ledger", lambda done, total: None)
        assert not list((house.folder / "ledger").glob("*.azb"))
