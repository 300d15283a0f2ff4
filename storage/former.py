"""The passwords that a person had before: kept so that only he can tell whether one comes again.

For each stands an Argon2id verifier with a salt of its own, at the cost of the slots. All of one
person's together are sealed to his own X25519 key, which lies in the box that his present password
opens: who could test a guess on them needs no guess any more. New keys (a password that somebody
else issued, a recovery sheet) cannot open them; the history begins anew then. docs/format.md has the
bytes.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import NewerFormat, NotFound, WeakPassword
from models.store import Progress
from storage import strict_json
from storage.access import writable
from storage.header import ID_BYTES, kdf_body, parse_kdf
from storage.kdf import KEY_BYTES, SALT_BYTES, KdfParameters, argon2id, hkdf
from storage.keyset import NONCE_BYTES, PUBLIC_BYTES, WRAP_BOX_BYTES, CannotOpen, Wrap, wrap_key
from storage.ledger_store import LedgerStore
from storage.strict_json import Fields, Malformed, blob
from storage.unlocked import Vault

VERSION = 1
MOST = 64  # that are read; the rule of an office keeps far fewer
SECRET = "former_passwords/"  # with the user's id the name of the secret
REFUSAL = (
    "前に使ったパスワードです（今のものより前の{kept}個は、再び使えません）。"
    "別のものにしてください。"
)
_SEAL_TAG = b"azukari/former-passwords/1\0"
_VERIFIER_TAG = b"azukari/former-password/1\0"


@dataclass(frozen=True)
class Former:
    """What tells one former password again; `slot_id` is that of the slot it opened."""

    slot_id: bytes
    kdf: KdfParameters
    salt: bytes
    verifier: bytes = field(repr=False)

    def body(self) -> dict[str, Any]:
        return {
            "kdf": kdf_body(self.kdf, self.salt),
            "slot_id": blob(self.slot_id),
            "verifier": blob(self.verifier),
        }


class FormerPasswords:
    """The history of the signed-in person."""

    def __init__(self, store: LedgerStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def refuse(self, new: str, kept: int, progress: Progress) -> None:
        """Refuse a password that is one of the last.

        Every one is derived, also after one fitted: how long it takes tells nothing.

        Raises:
            WeakPassword
            Cancelled: by `progress`.
        """
        known = self.read()[-kept:]
        found = False
        for done, one in enumerate(known):
            progress(done, len(known))
            found |= hmac.compare_digest(self._verifier(new, one), one.verifier)
        progress(len(known), len(known))
        if found:
            raise WeakPassword(reason=REFUSAL.format(kept=kept))

    def keep(self, old: str, kept: int) -> None:
        """Add the password that is about to end, durably, and forget what is older than the last.

        A change that died afterwards does not count it twice: it is known by its slot.
        """
        slot = self._vault.header.slot_of(self._vault.user_id)
        if slot is None:
            raise NotFound(what="利用者")
        salt = self._vault.random(SALT_BYTES)
        fresh = Former(slot.slot_id, self._vault.header.kdf, salt, b"")
        fresh = Former(fresh.slot_id, fresh.kdf, salt, self._verifier(old, fresh))
        others = [one for one in self.read() if one.slot_id != slot.slot_id]
        self._write([*others, fresh][-kept:])

    def read(self) -> list[Former]:
        """Return what is known, oldest first; what was sealed to other keys than mine is nothing.

        Raises:
            NewerFormat
        """
        raw = self._store.secret(SECRET + self._vault.user_id) or b""
        if raw and raw[0] > VERSION:
            raise NewerFormat(file="ledger.db", found=raw[0], known=VERSION)
        box_at = 1 + PUBLIC_BYTES
        content_at = box_at + WRAP_BOX_BYTES
        wrap = Wrap(raw[1:box_at], raw[box_at:content_at])
        try:
            key = self._vault.unwrap(wrap, self._context())
            plain = AESGCM(key).decrypt(bytes(NONCE_BYTES), raw[content_at:], self._context())
            fields = strict_json.loads(plain).only(("former",))
            return [self._former(one) for one in fields.items("former", 0, MOST)]
        except (CannotOpen, InvalidTag, Malformed):
            # A change of password must never fail on it: it is the cure for what is suspected.
            return []

    def _former(self, fields: Fields) -> Former:
        fields.only(("kdf", "slot_id", "verifier"))
        kdf, salt = parse_kdf(fields.part("kdf"), self._vault.profile)
        verifier = fields.blob("verifier", KEY_BYTES)
        return Former(fields.blob("slot_id", ID_BYTES), kdf, salt, verifier)

    def _write(self, known: list[Former]) -> None:
        vault = self._vault
        me = vault.header.active_user(vault.user_id)
        if me is None:
            raise NotFound(what="利用者")
        key = vault.random(KEY_BYTES)  # of this one writing, so the nonce may be constant
        wrap = wrap_key(key, me.exchange, self._context(), vault.random)
        plain = strict_json.dumps({"former": [one.body() for one in known]})
        box = AESGCM(key).encrypt(bytes(NONCE_BYTES), plain, self._context())
        sealed = bytes([VERSION]) + wrap.ephemeral + wrap.box + box
        with writable(self._store.database):  # an officer's connection only asks
            self._store.set_secret(SECRET + vault.user_id, sealed)

    def _verifier(self, password: str, former: Former) -> bytes:
        info = _VERIFIER_TAG + self._vault.vault_id + former.slot_id
        return hkdf(argon2id(password, former.salt, former.kdf), info)

    def _context(self) -> bytes:
        return _SEAL_TAG + self._vault.vault_id + self._vault.user_id.encode("ascii")


def forget_former(store: LedgerStore, user_id: str) -> None:
    """Empty the history of a person who has new keys: nobody can open it any more."""
    if store.secret(SECRET + user_id):
        store.set_secret(SECRET + user_id, b"")
