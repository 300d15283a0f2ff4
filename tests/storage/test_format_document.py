"""A second reader, written from docs/format.md alone and sharing no code with `storage/`.

It also opens the files of version 1 that lie in tests/data/ for ever.
"""

import base64
import hashlib
import hmac
import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.attachments import Attachments
from storage.backup import restore_backup, verify_backup, with_password, with_sheet
from tests.storage.vaults import DEVICE, LOGIN, PASSWORD, unlock

FROZEN = Path(__file__).parents[1] / "data" / "keys-v1"
SHEET = (FROZEN / "sheet.txt").read_text("ascii")
ATTACHMENT_KEY = bytes(range(32))


def _hkdf(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _b(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _unwrap(wrap: dict[str, Any], private: bytes, context: bytes) -> bytes:
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(_b(wrap["eph"])))
    public = own.public_key().public_bytes_raw()
    key = _hkdf(shared, b"azukari/wrap/1\0" + _b(wrap["eph"]) + public + context)
    return AESGCM(key).decrypt(bytes(12), _b(wrap["box"]), context)


def _records(raw: bytes, key: bytes, aad: bytes, size: int) -> bytes:
    pieces = [raw[i : i + size + 16] for i in range(0, len(raw), size + 16)]
    last = len(pieces) - 1
    return b"".join(
        AESGCM(key).decrypt(i.to_bytes(11, "big") + bytes([i == last]), piece, aad)
        for i, piece in enumerate(pieces)
    )


def _own_keys(header: dict[str, Any]) -> bytes:
    vault_id = _b(header["vault_id"])
    login = unicodedata.normalize("NFKC", LOGIN).casefold().encode()
    tag = hashlib.sha256(b"azukari/login/1\0" + vault_id + login).digest()[:16]
    slot = next(slot for slot in header["slots"] if _b(slot["tag"]) == tag)
    kdf = slot["kdf"]
    password = unicodedata.normalize("NFKC", PASSWORD).encode()
    argon = Argon2id(
        salt=_b(kdf["salt"]), length=32, iterations=kdf["t"], lanes=1, memory_cost=kdf["m"]
    ).derive(password)
    info = b"azukari/slot-key/1\0" + vault_id + _b(slot["slot_id"])
    bound = {name: slot[name] for name in ("kdf", "slot_id", "tag", "user_id")}
    bound |= {"role": "supervisor", "vault_id": header["vault_id"]}
    aad = b"azukari/slot-box/1\0" + rfc8785.dumps(bound)
    key = _hkdf(argon + DEVICE.secret, info)
    return AESGCM(key).decrypt(_b(slot["nonce"]), _b(slot["box"]), aad)


def _json(raw: bytes) -> dict[str, Any]:
    length = int.from_bytes(raw[10:14], "big")
    return dict(json.loads(raw[14 : 14 + length]))


def test_a_second_reader_opens_the_key_header() -> None:
    raw = (FROZEN / "keys.a").read_bytes()
    header = _json(raw)
    vault_id = _b(header["vault_id"])
    assert (raw[:10], raw[-32:]) == (b"AZKKEYS\n\x00\x01", hashlib.sha256(raw[:-32]).digest())
    bound = {"epoch": 1, "user_id": "u-1", "vault_id": header["vault_id"]}
    wrap = next(w for w in header["wraps"] if w["user_id"] == "u-1")
    context = b"azukari/epoch-wrap/1\0" + rfc8785.dumps(bound)
    data_key = _unwrap(wrap, _own_keys(header)[:32], context)
    mac_key = _hkdf(data_key, b"azukari/header", vault_id)
    assert hmac.digest(mac_key, raw[:-64], "sha256") == raw[-64:-32]
    unsigned = ("generation", "prev_header_hash", "responsible_sig", "slots")
    signed = {name: value for name, value in header.items() if name not in unsigned}
    by = header["responsible_sig"]["by"]
    assert by == header["first_key"]
    message = b"azukari/header-signed/1\0" + rfc8785.dumps(signed | {"signer": by})
    Ed25519PublicKey.from_public_bytes(_b(by)).verify(_b(header["responsible_sig"]["sig"]), message)


def test_a_second_reader_opens_an_attachment() -> None:
    raw = (FROZEN / "attachment.bin").read_bytes()
    key = _hkdf(ATTACHMENT_KEY, b"azukari/attachment/1", raw[10:26])
    assert _records(raw[26:], key, raw[:26], 65536) == "受領証の写し".encode() * 5000


def test_a_second_reader_opens_a_backup_with_the_sheet() -> None:
    raw = (FROZEN / "backup.azb").read_bytes()
    manifest = _json(raw)
    end = 14 + int.from_bytes(raw[10:14], "big")
    assert raw[end : end + 32] == hashlib.sha256(raw[:end]).digest()
    secret = b"".join(
        base64.b32decode(line.replace(" ", ""))[:8] for line in SHEET.strip().split("\n")
    )
    vault_id = _b(manifest["vault_id"])
    private = _hkdf(secret, b"azukari/recovery/1\0" + vault_id + b"x25519")
    receiver = next(r for r in manifest["receivers"] if r["role"] == "recovery")
    bound = {name: manifest[name] for name in ("backup_id", "vault_id")}
    context = b"azukari/backup-wrap/1\0" + rfc8785.dumps(bound | {"user_id": receiver["user_id"]})
    backup_key = _unwrap(receiver, private, context)
    key = _hkdf(backup_key, b"azukari/backup/1", _b(manifest["backup_id"]))
    plain = _records(raw[end + 32 :], key, raw[end : end + 32], 1 << 20)
    size = manifest["header_size"]
    assert plain[:9] == b"\x01" + size.to_bytes(8, "big")
    assert plain[41 : 41 + size] == (FROZEN / "keys.a").read_bytes()
    database = plain[41 + size :]
    assert database[:9] == b"\x02" + manifest["database_size"].to_bytes(8, "big")
    attachment = database[41 + manifest["database_size"] :]
    assert attachment[9:41] == hashlib.sha256(attachment[41:]).digest()
    assert attachment[0] == 3


def test_the_first_version_opens_for_ever(tmp_path: Path) -> None:
    shutil.copytree(FROZEN, tmp_path / "v")
    # A file without a suffix would count as text in the tree; its real name is its hash.
    sealed = (FROZEN / "attachment.bin").read_bytes()
    (tmp_path / "v" / "attachments").mkdir()
    (tmp_path / "v" / "attachments" / hashlib.sha256(sealed).hexdigest()).write_bytes(sealed)
    vault = unlock(tmp_path / "v")
    vault.check_sheet(SHEET)
    assert vault.must_change_password is False
    files = Attachments(tmp_path / "v" / "attachments", ATTACHMENT_KEY)
    assert files.read(files.names()[0]) == "受領証の写し".encode() * 5000
    backup = tmp_path / "v" / "backup.azb"
    opener = with_password(LOGIN, PASSWORD, DEVICE)
    assert verify_backup(backup, opener, allow_test_profile=True).manifest.seq == 42
    restore_backup(backup, tmp_path / "new", with_sheet(SHEET), allow_test_profile=True)
    assert (tmp_path / "new" / "ledger.db").read_bytes() == (FROZEN / "ledger.db").read_bytes()
