"""From a password or a sheet to the data key: device secret, slot, wrap, derived keys."""

import base64
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.stranger.reader.header import Header
from tests.stranger.reader.plain import Json, Wrong, canonical, hkdf, need, open_box, sha, unbase

COSTS = {"standard": (65536, 1048576, 3, 16), "test": (8, 8, 1, 1)}
DROPPED = re.compile(r"[\s\-\u2010-\u2015\u2212ー_・.,、。:;|]")


@dataclass(frozen=True)
class KeySet:
    """The two private keys of one person or sheet."""

    user_id: str
    x: bytes
    ed: bytes

    @property
    def pub_x(self) -> bytes:
        return X25519PrivateKey.from_private_bytes(self.x).public_key().public_bytes_raw()

    @property
    def pub_ed(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.ed).public_key().public_bytes_raw()


def device_secret(folder: Path) -> bytes:
    """Read `device.key` of the kind `file`."""
    value = json.loads((folder / "device.key").read_bytes())
    need(value["format"] == 1 and value["backend"] == "file", "device.key: another kind")
    secret = unbase(value["data"], value["size"], "device.key")
    need(len(secret) == 32, "device.key: not 32 bytes")
    return secret


def _typed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def with_password(
    value: Json, roles: dict[str, str], login: str, password: str, device: bytes
) -> KeySet:
    """Open the slot of a login.

    Args:
        value: JSON with `vault_id` and `slots`: a key header or the manifest of a backup.
        roles: role of each user id that may have a slot there.

    Raises:
        Wrong: no such login, or another password or device.
    """
    vault_id = unbase(value["vault_id"], 16, "vault_id")
    tag = sha(b"azukari/login/1\0" + vault_id + _bytes(_typed(login).casefold()))[:16]
    slots = [one for one in value["slots"] if unbase(one["tag"], 16, "tag") == tag]
    need(len(slots) == 1, "no slot for this login")
    [slot] = slots
    info = b"azukari/slot-key/1\0" + vault_id + unbase(slot["slot_id"], 16, "slot_id")
    key = hkdf(_stretched(slot["kdf"], value["profile"], password) + device, info)
    bound = {name: slot[name] for name in ("kdf", "slot_id", "tag", "user_id")}
    bound |= {"role": roles[slot["user_id"]], "vault_id": value["vault_id"]}
    aad = b"azukari/slot-box/1\0" + canonical(bound)
    box = unbase(slot["box"], 80, "slot box")
    pair = open_box(key, unbase(slot["nonce"], 12, "nonce"), box, aad, "slot")
    return KeySet(slot["user_id"], pair[:32], pair[32:])


def _stretched(kdf: Json, profile: str, password: str) -> bytes:
    least_m, most_m, least_t, most_t = COSTS[profile]
    m, t = kdf["m"], kdf["t"]
    need((kdf["alg"], kdf["v"], kdf["p"]) == ("argon2id", 19, 1), "slot: another derivation")
    need(least_m <= m <= most_m and least_t <= t <= most_t and m * t <= 4194304, "slot: cost")
    salt = unbase(kdf["salt"], 16, "salt")
    argon = Argon2id(salt=salt, length=32, iterations=t, lanes=1, memory_cost=m)
    return argon.derive(_bytes(_typed(password)))


def sheet_secret(text: str) -> bytes:
    """Read the 64 characters of a recovery sheet, however they were broken into lines."""
    plain = DROPPED.sub("", _typed(text).upper().translate(str.maketrans("018", "OIB")))
    need(len(plain) == 64, "recovery sheet: not 64 characters")
    secret = b""
    for k in range(1, 5):
        try:
            raw = base64.b32decode(plain[16 * (k - 1) : 16 * k])
        except ValueError as error:
            raise Wrong(f"recovery sheet: line {k}") from error
        check = sha(b"azukari/sheet/1\0" + bytes([k]) + raw[:8])[:2]
        need(len(raw) == 10 and raw[8:] == check, f"recovery sheet: line {k}")
        secret += raw[:8]
    return secret


def with_sheet(vault_id: bytes, user_id: str, text: str) -> KeySet:
    """Derive the key set of a sheet, which needs no password and no device."""
    secret = sheet_secret(text)
    info = b"azukari/recovery/1\0" + vault_id
    return KeySet(user_id, hkdf(secret, info + b"x25519"), hkdf(secret, info + b"ed25519"))


def unwrap(keys: KeySet, wrap: Json, context: bytes, what: str) -> bytes:
    """Open what was wrapped to somebody's X25519 key."""
    eph = unbase(wrap["eph"], 32, "eph")
    own = X25519PrivateKey.from_private_bytes(keys.x)
    shared = own.exchange(X25519PublicKey.from_public_bytes(eph))
    key = hkdf(shared, b"azukari/wrap/1\0" + eph + keys.pub_x + context)
    return open_box(key, bytes(12), unbase(wrap["box"], 48, "wrap"), context, what)


def data_keys(header: Header, keys: KeySet) -> dict[int, bytes]:
    """Open the data key of every epoch that is wrapped to somebody."""
    record = header.active(keys.user_id)
    need(unbase(record["pub_x"], 32, "pub_x") == keys.pub_x, "another X25519 key than the record's")
    need(unbase(record["pub_ed"], 32, "pub_ed") == keys.pub_ed, "another Ed25519 key")
    found = {}
    for wrap in header.json["wraps"]:
        if wrap["user_id"] != keys.user_id:
            continue
        bound = {name: wrap[name] for name in ("epoch", "user_id")}
        bound["vault_id"] = header.json["vault_id"]
        context = b"azukari/epoch-wrap/1\0" + canonical(bound)
        found[wrap["epoch"]] = unwrap(keys, wrap, context, f"wrap of epoch {wrap['epoch']}")
    return found


def derived(data_key: bytes, vault_id: bytes, purpose: str) -> bytes:
    """Return K(purpose)."""
    return hkdf(data_key, b"azukari/" + purpose.encode(), vault_id)
