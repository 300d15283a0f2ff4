"""Who vouched for what in the key header: signatures, the MAC, and the way to the first key.

The first responsible person signs himself; his key is pinned in ledger entry 1. Everybody else was
added by somebody whose own record leads back there. Only a supervisor (or the recovery sheet) adds
a supervisor, so that an administrator of the computer cannot make himself responsible.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from models.codes import Role
from models.errors import Damaged
from storage import strict_json
from storage.header import ID_BYTES, RECOVERY_ROLE, Header, HeaderFile, HeaderUser, Slot, kdf_body
from storage.kdf import encode_typed
from storage.keyset import KeySet
from storage.strict_json import Malformed, blob

USER_TAG = b"azukari/header-user/1\0"
SLOT_TAG = b"azukari/header-slot/1\0"
HEADER_TAG = b"azukari/header-signed/1\0"
SLOT_CONTEXT_TAG = b"azukari/slot-box/1\0"
WRAP_CONTEXT_TAG = b"azukari/epoch-wrap/1\0"
LOGIN_TAG = b"azukari/login/1\0"
HEADER_SIGNERS = (Role.SUPERVISOR.value, Role.ADMINISTRATOR.value)
# A recovery sheet can make a supervisor, so it needs the same voucher as one.
RESPONSIBLE = (Role.SUPERVISOR.value, RECOVERY_ROLE)
_TAMPERED = (
    "書き換えられた疑いがあります。使わずに責任者へ連絡し、バックアップから復元してください。"
)


def may_add(adder: str, added: str) -> bool:
    """Say whether a role may vouch for another: the responsible ones only by their like."""
    return adder in (RESPONSIBLE if added in RESPONSIBLE else HEADER_SIGNERS)


def login_tag(vault_id: bytes, login: str) -> bytes:
    """Find a slot without storing the login name in clear."""
    folded = unicodedata.normalize("NFKC", login).casefold()
    return hashlib.sha256(LOGIN_TAG + vault_id + encode_typed(folded)).digest()[:ID_BYTES]


def slot_context(vault_id: bytes, slot: Slot, role: str) -> bytes:
    """Bind a slot box to its place: vault, slot, user, role, login tag and derivation."""
    body: dict[str, Any] = {
        "kdf": kdf_body(slot.kdf, slot.salt),
        "role": role,
        "slot_id": blob(slot.slot_id),
        "tag": blob(slot.tag),
        "user_id": slot.user_id,
        "vault_id": blob(vault_id),
    }
    return SLOT_CONTEXT_TAG + strict_json.dumps(body)


def wrap_context(vault_id: bytes, epoch: int, user_id: str) -> bytes:
    """Bind a wrapped data key to vault, epoch and receiver."""
    body = {"epoch": epoch, "user_id": user_id, "vault_id": blob(vault_id)}
    return WRAP_CONTEXT_TAG + strict_json.dumps(body)


def sign_user(vault_id: bytes, user: HeaderUser, by: KeySet) -> HeaderUser:
    """Vouch for the keys and the role of a person."""
    named = replace(user, added_by=by.public_signing)
    return replace(named, added_sig=by.sign(_user_message(vault_id, named)))


def sign_slot(vault_id: bytes, slot: Slot, by: KeySet) -> Slot:
    """Sign a slot with the key of its own user."""
    return replace(slot, signature=by.sign(_slot_message(vault_id, slot)))


def sign_header(header: Header, by: KeySet) -> Header:
    """Sign the responsible half of the header, in the generation that it is about to become."""
    named = replace(header, signed_generation=header.generation, signed_by=by.public_signing)
    return replace(named, signature=by.sign(_header_message(named)))


def check_mac(file: HeaderFile, header_key: bytes, name: str) -> None:
    """Check the header against the data key.

    Raises:
        Damaged: somebody without the data key changed it.
    """
    expected = hmac.digest(header_key, file.macced, "sha256")
    if not hmac.compare_digest(expected, file.mac):
        raise Damaged(file=name, what_now=_TAMPERED)


def check_signatures(header: Header, name: str) -> None:
    """Check every signature in the header and the way of every key to the first one.

    Raises:
        Damaged: a signature is wrong, or somebody was added by one who may not.
    """
    try:
        for user in header.users + header.recovery:
            _check_added(header, user)
        for slot in header.slots:
            _check_slot(header, slot)
        signer = _by_key(header, header.signed_by)
        if not signer.active or signer.role not in HEADER_SIGNERS:
            raise Malformed("signer")
        _verify(header.signed_by, header.signature, _header_message(header))
    except (Malformed, InvalidSignature) as exc:
        raise Damaged(file=name, what_now=_TAMPERED) from exc


def _check_added(header: Header, user: HeaderUser) -> None:
    """Follow who added whom up to the first key; each step is signed."""
    seen: set[bytes] = set()
    while user.signing != header.first_key:
        if user.signing in seen:
            raise Malformed("circle of signers")
        seen.add(user.signing)
        adder = _by_key(header, user.added_by)
        if not may_add(adder.role, user.role):
            raise Malformed("adder")
        _verify(adder.signing, user.added_sig, _user_message(header.vault_id, user))
        user = adder
    if user.role != Role.SUPERVISOR or user.added_by != header.first_key:
        raise Malformed("first key")
    _verify(user.signing, user.added_sig, _user_message(header.vault_id, user))


def _check_slot(header: Header, slot: Slot) -> None:
    user = header.active_user(slot.user_id)
    if user is None:
        raise Malformed("slot without a user")
    _verify(user.signing, slot.signature, _slot_message(header.vault_id, slot))


def _by_key(header: Header, signing: bytes) -> HeaderUser:
    for user in header.users + header.recovery:
        if user.signing == signing:
            return user
    raise Malformed("unknown key")


def _verify(public: bytes, signature: bytes, message: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def _user_message(vault_id: bytes, user: HeaderUser) -> bytes:
    body = user.body()
    # The state may change later without the voucher; the responsible signature covers it.
    del body["state"], body["added_sig"]
    return USER_TAG + strict_json.dumps(body | {"vault_id": blob(vault_id)})


def _slot_message(vault_id: bytes, slot: Slot) -> bytes:
    body = slot.body()
    del body["sig"]
    return SLOT_TAG + strict_json.dumps(body | {"vault_id": blob(vault_id)})


def _header_message(header: Header) -> bytes:
    body = header.signed_body() | {"signer": blob(header.signed_by)}
    return HEADER_TAG + strict_json.dumps(body)
