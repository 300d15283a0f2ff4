"""What is derived from the data key of an epoch, and the key header under the MAC of one of these keys.

Each key comes from the data key (DEK) by HKDF-SHA256 with the vault id as salt: `azukari/database` the
raw key of SQLCipher, `azukari/header` the MAC of the header, `azukari/journal`, `azukari/seal` and
whatever else `Vault.derive` is asked for.
"""

import hmac

from storage.header import Header, HeaderFile, complete, frame, parse_header
from storage.header_edits import Secrets
from storage.kdf import hkdf


def derive_key(data_key: bytes, vault_id: bytes, purpose: str) -> bytes:
    return hkdf(data_key, b"azukari/" + purpose.encode("ascii"), salt=vault_id)


def encode(header: Header, secrets: Secrets) -> HeaderFile:
    """Serialise and MAC a header, and read it back before anybody writes it."""
    mac_key = derive_key(secrets.data_keys[header.epoch], header.vault_id, "header")
    framed = frame(header)
    raw = complete(framed, hmac.digest(mac_key, framed, "sha256"))
    return parse_header(raw, "keys")
