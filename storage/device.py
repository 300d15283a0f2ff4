"""The device secret: what a copied ledger folder lacks on any other PC.

32 random bytes in the user's own application-data folder. On Windows they are wrapped with DPAPI
for the Windows user; elsewhere the 0600 file itself is the protection. The file says which backend
wrapped it, because a desktop that changes its key store must fail into the recovery path and never
into lost data. `AZUKARI_DEVICE_DIR` may point at another *folder*; the secret is never in it.
"""

import hashlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from models.errors import Damaged, DeviceSecretMissing, InputOutput
from storage import strict_json
from storage.files import create_durable, make_private_folder, put_in_place, read_whole
from storage.keyset import Random
from storage.strict_json import Malformed

FOLDER_VARIABLE = "AZUKARI_DEVICE_DIR"
FILE_NAME = "device.key"
SECRET_BYTES = 32
ID_BYTES = 16
FORMAT = 1
_LIMIT = 4096
_LOST = "回復シートを使って、このPCを登録し直してください。"


@dataclass(frozen=True)
class DeviceSecret:
    """The secret of this PC for this user account; never shown."""

    secret: bytes = field(repr=False)
    backend: str = "file"

    def key_id(self, vault_id: bytes) -> bytes:
        """Name the secret inside one ledger: a missing one is no wrong password."""
        return hashlib.sha256(b"azukari/device/1\0" + vault_id + self.secret).digest()[:ID_BYTES]


class DeviceStore:
    """Find, create and renew the device secret in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or data_folder()) / FILE_NAME

    def load(self) -> DeviceSecret:
        """Read the secret of this PC.

        Raises:
            DeviceSecretMissing: there is none, or another Windows user wrapped it.
            Damaged: the file is not what we wrote.
        """
        if not os.path.lexists(self.path):
            raise DeviceSecretMissing
        try:
            backend, wrapped = _parse(read_whole(self.path, limit=_LIMIT))
        except (Malformed, Damaged) as exc:  # a backup, of which Damaged speaks, does not hold it
            raise Damaged(file=str(self.path), what_now=_LOST) from exc
        secret = _unprotect(wrapped) if backend == "dpapi" else wrapped
        if len(secret) != SECRET_BYTES:
            raise Damaged(file=str(self.path), what_now=_LOST)
        return DeviceSecret(secret, backend)

    def load_or_create(self, random: Random) -> DeviceSecret:
        """Read the secret of this PC, or make one at the first start."""
        try:
            return self.load()
        except DeviceSecretMissing:
            if os.path.lexists(self.path):
                raise
        make_private_folder(self.path.parent)
        secret = random(SECRET_BYTES)
        backend = "dpapi" if sys.platform == "win32" else "file"
        wrapped = _protect(secret) if backend == "dpapi" else secret
        create_durable(self.path, _serialise(backend, wrapped))
        return DeviceSecret(secret, backend)

    def renew(self, random: Random) -> DeviceSecret:
        """Make a new secret when the old one cannot be read; the old file is kept aside."""
        if os.path.lexists(self.path):
            put_in_place(self.path, self.path.with_name(f"{FILE_NAME}.{random(4).hex()}.old"))
        return self.load_or_create(random)


def data_folder() -> Path:
    """Return where this user keeps what belongs to the PC and to no ledger."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    return Path(platformdirs.user_data_dir("azukari", appauthor=False, roaming=False))


def _serialise(backend: str, wrapped: bytes) -> bytes:
    return strict_json.dumps(
        {
            "backend": backend,
            "data": strict_json.blob(wrapped),
            "format": FORMAT,
            "size": len(wrapped),
        }
    )


def _parse(raw: bytes) -> tuple[str, bytes]:
    fields = strict_json.loads(raw).only(("backend", "data", "format", "size"))
    fields.number("format", FORMAT, FORMAT)
    size = fields.number("size", 1, _LIMIT)
    return fields.text("backend", "file|dpapi"), fields.blob("data", size)


if sys.platform == "win32":  # pragma: no cover - cannot run on the machines that build this
    import ctypes
    from ctypes import wintypes

    class _Blob(ctypes.Structure):
        _fields_ = [("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char))]

    _NO_DIALOG = 0x1

    def _dpapi(name: str, value: bytes) -> bytes:
        """Call CryptProtectData or CryptUnprotectData for the current Windows user."""
        source = _Blob(len(value), ctypes.create_string_buffer(value, len(value)))
        result = _Blob()
        call = getattr(ctypes.WinDLL("crypt32", use_last_error=True), name)
        call.restype = wintypes.BOOL
        done = call(ctypes.byref(source), None, None, None, None, _NO_DIALOG, ctypes.byref(result))
        if not done:
            raise OSError(ctypes.get_last_error(), name)
        try:
            return ctypes.string_at(result.data, result.size)
        finally:
            free = ctypes.WinDLL("kernel32").LocalFree
            free.argtypes = [ctypes.c_void_p]
            free(ctypes.cast(result.data, ctypes.c_void_p))

    def _protect(secret: bytes) -> bytes:
        try:
            return _dpapi("CryptProtectData", secret)
        except OSError as exc:
            raise InputOutput(file=FILE_NAME, reason="Windowsの保護機能（DPAPI）") from exc

    def _unprotect(wrapped: bytes) -> bytes:
        try:
            return _dpapi("CryptUnprotectData", wrapped)
        except OSError as exc:
            # An administrator who resets the Windows password makes DPAPI data unreadable.
            raise DeviceSecretMissing from exc

else:

    def _protect(secret: bytes) -> bytes:
        raise InputOutput(file=FILE_NAME, reason="Windowsの保護機能（DPAPI）がありません")

    def _unprotect(wrapped: bytes) -> bytes:
        raise DeviceSecretMissing
