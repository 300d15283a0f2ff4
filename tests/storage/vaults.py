"""Real key headers in a temporary folder: cheap derivation, fixed clock, counted randomness."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from storage.device import DeviceSecret
from storage.kdf import TEST
from storage.keyset import Random
from storage.recovery import RecoverySheet
from storage.vault import Vault, create_vault, unlock_vault

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse 電池 staple"
LOGIN = "山田"
DEVICE = DeviceSecret(bytes(range(32)))
OTHER_DEVICE = DeviceSecret(bytes(reversed(range(32))))


def seeded(seed: str) -> Random:
    """Return repeatable bytes, different at each call."""
    count = 0

    def draw(length: int) -> bytes:
        nonlocal count
        count += 1
        return hashlib.shake_256(f"{seed}/{count}".encode()).digest(length)

    return draw


def new_vault(folder: Path, seed: str = "a") -> tuple[Vault, RecoverySheet]:
    return create_vault(
        folder,
        user_id="u-1",
        login=LOGIN,
        role="supervisor",
        password=PASSWORD,
        kdf=TEST,
        device=DEVICE,
        random=seeded(seed),
        now=NOW,
    )


def unlock(folder: Path, login: str = LOGIN, password: str = PASSWORD) -> Vault:
    return unlock_vault(
        folder, login=login, password=password, device=DEVICE, allow_test_profile=True
    )
