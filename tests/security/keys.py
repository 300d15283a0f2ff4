"""Every secret key that a scenario used, and whether one of them stands somewhere in clear.

The program tells nobody its keys, so a test listens where they are made, derived and used.
"""

import base64
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_der_private_key

from models.ledger import Ledger
from storage import kdf, keyset
from storage.device import DeviceSecret
from storage.keyset import KeySet
from storage.recovery import RecoverySheet

ROOMS = {"main", "models", "reports", "storage", "ui"}
PROC = Path("/proc/self/task").exists()
PIECE = 16  # a key that a line or a block tears in two still has a whole half on one side
_FILLING = b"\0 \t\r\n:"  # UTF-16, wrapped lines, 0A:1B
_HEX = re.compile(rb"[0-9A-Fa-f]{32,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{22,}")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class Keys:
    """What was heard: pieces of secrets, each with the name of its secret."""

    def __init__(self) -> None:
        self.name_of: dict[bytes, str] = {}

    @property
    def names(self) -> set[str]:
        return set(self.name_of.values())

    def keep(self, name: str, secret: bytes) -> None:
        assert secret and len(secret) % PIECE == 0, name
        for start in range(0, len(secret), PIECE):
            self.name_of.setdefault(bytes(secret[start : start + PIECE]), name)

    def keep_seal(self, ledger: Ledger) -> None:
        """Take the seal too: the number in it, as the rest of its file is no secret."""
        key = load_der_private_key(ledger.paper.seal_secret()[1], None)
        assert isinstance(key, EllipticCurvePrivateKey)
        self.keep("seal", key.private_numbers().private_value.to_bytes(32))

    def names_in(self, data: bytes) -> set[str]:
        """Return the names of the secrets that some bytes hold, in whatever spelling."""
        return {
            name
            for reading in _readings(data)
            for piece, name in self.name_of.items()
            if piece in reading
        }

    def found_in(self, folder: Path) -> set[tuple[str, str]]:
        """Return every file below a folder that holds a secret, in it or in its name."""
        return {
            (path.relative_to(folder).as_posix(), name)
            for path in folder.rglob("*")
            for data in (path.name.encode(), path.read_bytes() if path.is_file() else b"")
            for name in self.names_in(data)
        }


def _readings(data: bytes) -> Iterator[bytes]:
    """Yield bytes as they stand, and what they spell in hexadecimal or base64, begun anywhere."""
    yield data
    text = data.translate(None, _FILLING)
    for run in _HEX.findall(text):
        for part in (run, run[1:]):
            yield bytes.fromhex(part[: len(part) // 2 * 2].decode())
    for run in _BASE64.findall(text):
        for start in range(4):
            part = run[start:].translate(_TO_STANDARD)
            yield base64.b64decode(part + b"A" * (-len(part) % 4))


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Listen to everything that makes, derives, opens or uses a key."""
    heard = Keys()

    def hkdf(secret: bytes, info: bytes, *, salt: bytes | None = None) -> bytes:
        name = info.split(b"\0")[0].decode()
        made = _hkdf(secret, info, salt=salt)
        heard.keep(name, made)
        heard.keep(f"source of {name}", secret)
        return made

    def cipher(key: bytes) -> AESGCM:
        heard.keep("AES-GCM", key)
        return AESGCM(key)

    def throw_away(private: bytes) -> X25519PrivateKey:
        heard.keep("X25519", private)
        return X25519PrivateKey.from_private_bytes(private)

    _hkdf = kdf.hkdf
    _replace_everywhere(monkeypatch, kdf.hkdf, hkdf)
    _replace_everywhere(monkeypatch, AESGCM, cipher)
    shown = SimpleNamespace(from_private_bytes=throw_away)
    monkeypatch.setattr(keyset, "X25519PrivateKey", shown)
    _listen_to(monkeypatch, heard, DeviceSecret, secret="device secret")
    _listen_to(monkeypatch, heard, RecoverySheet, secret="recovery secret")
    _listen_to(monkeypatch, heard, KeySet, exchange="X25519", signing="Ed25519")
    return heard


def _replace_everywhere(
    monkeypatch: pytest.MonkeyPatch, original: object, listener: Callable[..., Any]
) -> None:
    """Put a listener wherever a module of the program has taken a function by its name."""
    for module in [one for name, one in sys.modules.items() if name.split(".")[0] in ROOMS]:
        for name in [name for name, value in vars(module).items() if value is original]:
            monkeypatch.setattr(module, name, listener)


def _listen_to(monkeypatch: pytest.MonkeyPatch, heard: Keys, cls: type[Any], **names: str) -> None:
    made = cls.__init__

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        for field, name in names.items():
            heard.keep(name, getattr(self, field))

    monkeypatch.setattr(cls, "__init__", init)


class Onlooker(Thread):
    """Reads again and again what every neighbour may read of the processes below this one."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[bytes] = set()
        self._done = Event()

    def __enter__(self) -> "Onlooker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        while not self._done.wait(0.01):
            self.seen.update(_told_by(_below("self")))


def _below(process: str) -> Iterator[str]:
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        for child in _read(file).decode().split():
            yield child
            yield from _below(child)


def _told_by(processes: Iterable[str]) -> Iterator[bytes]:
    for process in processes:
        for part in ("cmdline", "environ"):
            yield _read(Path(f"/proc/{process}/{part}"))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it ended meanwhile
        return b""
