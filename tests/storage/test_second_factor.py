"""Two factors, both needed: the password, and the device key that lies on the registered PC (A-03).

The device key is a file of 32 random bytes, wrapped by the system where it can. Without it a password
derives nothing, with it alone nobody opens anything.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import DeviceSecretMissing, WrongPassword
from storage.device import FILE_NAME, DeviceStore
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        made.ledger.close()
        yield made


def key_file(house: House) -> Path:
    (found,) = house.folder.glob(f"**/{FILE_NAME}")
    return found


def opens(house: House, password: str = BOSS.password) -> None:
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, password)
    assert house.ledger.user.login_name == BOSS.login
    house.ledger.close()


def test_both_factors_open(house: House) -> None:
    opens(house)


def test_the_right_password_without_the_key_file_opens_nothing(house: House) -> None:
    kept = key_file(house)
    aside = kept.rename(house.folder / "aside")
    with pytest.raises(DeviceSecretMissing):
        opens(house)
    aside.rename(kept)
    opens(house)


def test_the_right_password_with_another_key_file_opens_nothing(house: House) -> None:
    kept = key_file(house)
    shutil.move(kept, house.folder / "aside")
    other = DeviceStore(house.folder / "other")
    other.load_or_create(lambda size: bytes(size))
    shutil.copy(other.path, kept)
    with pytest.raises(DeviceSecretMissing):
        opens(house)


def test_the_right_key_file_with_a_wrong_password_opens_nothing(house: House) -> None:
    for password in ("", BOSS.password + " ", "まちがい"):
        with pytest.raises(WrongPassword):
            opens(house, password)


def test_a_device_that_is_registered_no_more_is_blocked_at_the_next_sign_in(house: House) -> None:
    """The sheet registers another PC in its place; the key of the first one is worth nothing."""
    kept = key_file(house)
    shutil.move(kept, house.folder / "aside")
    fresh = "静かな港に灯る三つの明かり"
    ledger, _ = house.office.recover(house.folder / "ledger", house.sheet, BOSS.login, fresh)
    ledger.close()
    shutil.move(key_file(house), house.folder / "new PC")
    shutil.move(house.folder / "aside", kept)
    for password in (BOSS.password, fresh):
        with pytest.raises(DeviceSecretMissing):
            opens(house, password)
    shutil.move(house.folder / "new PC", kept)
    opens(house, fresh)
