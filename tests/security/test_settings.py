"""Settings that are asserted at run time (A13): a driver that does otherwise opens no ledger."""

from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import AzukariError
from storage import database, kdf
from storage.database import Database, create_database, open_database
from storage.kdf import FLOOR, STANDARD, TEST, KdfParameters, check_bounds
from storage.strict_json import Malformed
from storage.vault import unlock_vault
from tests.factory import KEY
from tests.storage.vaults import DEVICE, LOGIN, PASSWORD, new_vault


@pytest.fixture
def place(tmp_path: Path) -> Path:
    create_database(tmp_path / "ledger.db", KEY).close()
    return tmp_path / "ledger.db"


def stubborn(name: str) -> Callable[..., object]:
    """Return a `Database.value` that shows another value of one pragma than was set."""
    honest = Database.value

    def value(self: Database, sql: str, parameters: object = ()) -> object:
        return "other" if sql == f"PRAGMA {name}" else honest(self, sql, parameters)  # type: ignore[arg-type]

    return value


@pytest.mark.parametrize("name", [*(one[0] for one in database._PRAGMAS), "locking_mode"])
def test_a_pragma_that_does_not_take_opens_nothing(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "value", stubborn(name))
    with pytest.raises(RuntimeError, match=f"PRAGMA {name} is 'other'"):
        open_database(place, KEY)
    monkeypatch.undo()
    open_database(place, KEY).close()  # nothing was left locked


def test_a_driver_without_cipher_opens_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ordinary sqlite3 ignores the key and would write plain text."""
    monkeypatch.setattr(Database, "value", lambda *given: None)
    with pytest.raises(RuntimeError, match="unsuitable database driver"):
        open_database(place, KEY)


def test_an_old_sqlite_opens_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(RuntimeError, match="unsuitable database driver"):
        open_database(place, KEY)


def test_the_promised_settings_are_all_asserted() -> None:
    """Who takes a line out of the list takes a promise back."""
    wanted = {
        "journal_mode": "TRUNCATE", "synchronous": "EXTRA", "foreign_keys": "ON",
        "recursive_triggers": "ON", "trusted_schema": "OFF", "cell_size_check": "ON",
        "temp_store": "MEMORY", "secure_delete": "ON",
    }  # fmt: skip
    asserted = {name: value for name, value, _ in database._PRAGMAS}
    assert wanted.items() <= asserted.items()


def test_the_floor_of_the_derivation_is_asserted_before_anything_is_derived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (FLOOR.memory, FLOOR.passes) == (64 * 1024, 3)
    assert STANDARD.memory >= FLOOR.memory and STANDARD.passes >= FLOOR.passes
    for weak in (TEST, KdfParameters(FLOOR.memory - 1, 3), KdfParameters(FLOOR.memory, 2)):
        with pytest.raises(Malformed):
            check_bounds(weak, "standard")
    new_vault(tmp_path / "v")
    monkeypatch.setattr(kdf, "argon2id", lambda *given: pytest.fail("it derived"))
    with pytest.raises(AzukariError):
        unlock_vault(tmp_path / "v", login=LOGIN, password=PASSWORD, device=DEVICE)
