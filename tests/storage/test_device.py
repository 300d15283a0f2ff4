"""The device secret: found, made, kept apart from the ledger."""

import os
from pathlib import Path

import pytest

from models.errors import Damaged, DeviceSecretMissing
from storage.device import FOLDER_VARIABLE, DeviceStore
from tests.storage.vaults import seeded


def test_the_secret_is_made_once_and_found_again(tmp_path: Path) -> None:
    store = DeviceStore(tmp_path / "device")
    with pytest.raises(DeviceSecretMissing):
        store.load()
    made = store.load_or_create(seeded("d"))
    assert len(made.secret) == 32
    assert DeviceStore(tmp_path / "device").load() == made
    assert store.load_or_create(seeded("other")) == made
    assert made.secret.hex() not in repr(made)


@pytest.mark.skipif(os.name == "nt", reason="permission bits of POSIX")
def test_the_file_is_private(tmp_path: Path) -> None:
    store = DeviceStore(tmp_path / "device")
    store.load_or_create(seeded("d"))
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_environment_names_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "elsewhere"))
    assert DeviceStore().path.parent == tmp_path / "elsewhere"
    assert DeviceStore(tmp_path / "given").path.parent == tmp_path / "given"


def test_every_damaged_byte_leads_to_the_recovery_path(tmp_path: Path) -> None:
    store = DeviceStore(tmp_path / "device")
    made = store.load_or_create(seeded("d"))
    raw = store.path.read_bytes()
    for position in range(len(raw)):
        store.path.write_bytes(raw[:position] + bytes([raw[position] ^ 0x80]) + raw[position + 1 :])
        with pytest.raises(Damaged, match="回復シート"):
            store.load()
    renewed = store.renew(seeded("new"))
    assert renewed != made
    assert len(list(store.path.parent.iterdir())) == 2
