"""Changes of the key header, as plain functions from one `Header` to the next.

Who is in it, with which keys, slots and wraps: nothing here reads or writes a file. The methods of
`storage/vault.py` decide who may do it and make the result durable.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from models.codes import Role
from models.errors import Refused, WrongPassword, WrongRecoverySheet
from storage.device import DeviceSecret
from storage.header import (
    ID_BYTES,
    NAME_PATTERN,
    RECOVERY_ROLE,
    ROLES,
    Epoch,
    Header,
    HeaderUser,
    Slot,
    UserWrap,
)
from storage.kdf import SALT_BYTES, KdfParameters, slot_key
from storage.keyset import (
    NONCE_BYTES,
    SLOT_BOX_BYTES,
    CannotOpen,
    KeySet,
    Random,
    close_slot,
    open_slot,
    wrap_key,
)
from storage.recovery import RecoverySheet
from storage.trust import login_tag, sign_slot, sign_user, slot_context, wrap_context

_RECOVERY_PREFIX = "recovery-"


@dataclass(frozen=True)
class Secrets:
    """What is known only while somebody is signed in."""

    keys: KeySet = field(repr=False)
    data_keys: dict[int, bytes] = field(repr=False)
    device: DeviceSecret = field(repr=False)
    random: Random = field(repr=False)


def open_slot_keys(
    slot: Slot, role: str, vault_id: bytes, password: str, device: DeviceSecret
) -> KeySet:
    """Derive the slot key and open the box.

    Raises:
        WrongPassword: the box does not open.
    """
    if not password:
        raise WrongPassword
    info = _slot_info(vault_id, slot)
    key = slot_key(password, device.secret, slot.salt, slot.kdf, info)
    try:
        return open_slot(slot.box, key, slot.nonce, slot_context(vault_id, slot, role))
    except CannotOpen:
        # The cause would add nothing, and a chain of errors is more to keep free of secrets.
        raise WrongPassword from None


def open_keys(header: Header, slot: Slot | None, password: str, device: DeviceSecret) -> KeySet:
    """Open a slot of the header; for an unknown login do the same work on an empty one.

    Raises:
        WrongPassword: unknown login or wrong password.
    """
    user = header.active_user(slot.user_id) if slot else None
    role = user.role if user else Role.WORKER.value
    return open_slot_keys(slot or empty_slot(header.kdf), role, header.vault_id, password, device)


def empty_slot(kdf: KdfParameters) -> Slot:
    """Describe a slot that no password opens, at the usual cost."""
    return Slot(
        slot_id=bytes(ID_BYTES),
        user_id="nobody",
        tag=bytes(ID_BYTES),
        initial=False,
        kdf=kdf,
        salt=bytes(SALT_BYTES),
        nonce=bytes(NONCE_BYTES),
        box=bytes(SLOT_BOX_BYTES),
    )


def _slot_info(vault_id: bytes, slot: Slot) -> bytes:
    return b"azukari/slot-key/1\0" + vault_id + slot.slot_id


def make_slot(
    header: Header,
    user: HeaderUser,
    tag: bytes,
    password: str,
    keys: KeySet,
    secrets: Secrets,
    *,
    initial: bool,
) -> Slot:
    """Close a person's keys under password and device, and sign the slot with them."""
    vault_id = header.vault_id
    slot = Slot(
        slot_id=secrets.random(ID_BYTES),
        user_id=user.user_id,
        tag=tag,
        initial=initial,
        kdf=header.kdf,
        salt=secrets.random(SALT_BYTES),
        nonce=secrets.random(NONCE_BYTES),
        box=b"",
    )
    info = _slot_info(vault_id, slot)
    key = slot_key(password, secrets.device.secret, slot.salt, slot.kdf, info)
    context = slot_context(vault_id, slot, user.role)
    return sign_slot(vault_id, replace(slot, box=close_slot(keys, key, slot.nonce, context)), keys)


def describe_user(user_id: str, role: str, keys: KeySet) -> HeaderUser:
    """Describe the public half of a new key set; nobody has vouched for it yet."""
    if not re.fullmatch(NAME_PATTERN, user_id, re.ASCII):
        raise ValueError("user_id must be a short ASCII identifier")
    if role not in (*ROLES, RECOVERY_ROLE):
        raise ValueError("unknown role")
    if role != RECOVERY_ROLE and user_id.startswith(_RECOVERY_PREFIX):
        raise ValueError("this user_id is kept for recovery sheets")
    return HeaderUser(
        user_id=user_id,
        role=str(role),
        exchange=keys.public_exchange,
        signing=keys.public_signing,
        state="active",
        added_by=b"",
        added_sig=b"",
    )


def with_user(header: Header, user: HeaderUser, secrets: Secrets) -> Header:
    wraps = header.wraps + tuple(_wraps(header, user, secrets))
    return replace(header, users=(*header.users, user), wraps=wraps)


def _wraps(header: Header, user: HeaderUser, secrets: Secrets) -> Iterable[UserWrap]:
    for number, data_key in secrets.data_keys.items():
        context = wrap_context(header.vault_id, number, user.user_id)
        wrap = wrap_key(data_key, user.exchange, context, secrets.random)
        yield UserWrap(user.user_id, number, wrap)


def with_recovery(header: Header, sheet: RecoverySheet, by: KeySet, secrets: Secrets) -> Header:
    """Put a new recovery record in the place of the active one."""
    for record in header.recovery:
        header = retire(header, record.user_id, "replaced")
    user_id = next_sheet_name(header)
    keys = sheet.keys(header.vault_id)
    record = sign_user(header.vault_id, describe_user(user_id, RECOVERY_ROLE, keys), by)
    wraps = header.wraps + tuple(_wraps(header, record, secrets))
    return replace(header, recovery=(*header.recovery, record), wraps=wraps)


def next_sheet_name(header: Header) -> str:
    """Return the name of the recovery record that comes next."""
    return f"{_RECOVERY_PREFIX}{len(header.recovery) + 1}"


def with_next_epoch(header: Header, data_key: bytes, secrets: Secrets) -> Header:
    """Announce the next data key and wrap it for everybody who stays."""
    number = header.epoch + 1
    only = replace(secrets, data_keys={number: data_key})
    wraps = [wrap for one in header.receivers for wrap in _wraps(header, one, only)]
    return replace(
        header,
        epochs=(*header.epochs, Epoch(number, "rotating")),
        wraps=(*header.wraps, *wraps),
    )


def with_last_epoch(header: Header) -> Header:
    """Put the announced data key in force; the wraps of the old one leave both copies."""
    return _with_only(header, header.epochs[-1].number)


def with_first_epoch(header: Header) -> Header:
    """Take the announced data key back; its wraps leave both copies."""
    return _with_only(header, header.epoch)


def _with_only(header: Header, number: int) -> Header:
    return replace(
        header,
        epochs=(Epoch(number, "current"),),
        wraps=tuple(wrap for wrap in header.wraps if wrap.epoch == number),
    )


def retire(header: Header, user_id: str, state: str) -> Header:
    """Take slot and wraps from a person or sheet; the public keys stay for the signatures."""
    header = header.without_slot(user_id)
    return replace(
        header,
        users=_retired(header.users, user_id, state),
        recovery=_retired(header.recovery, user_id, state),
        wraps=tuple(wrap for wrap in header.wraps if wrap.user_id != user_id),
    )


def _retired(users: tuple[HeaderUser, ...], user_id: str, state: str) -> tuple[HeaderUser, ...]:
    return tuple(
        replace(user, state=state) if user.active and user.user_id == user_id else user
        for user in users
    )


def recovery_record(header: Header, keys: KeySet) -> HeaderUser:
    for record in header.recovery:
        if record.active and record.signing == keys.public_signing:
            return record
    raise WrongRecoverySheet


def free_tag(header: Header, login: str) -> bytes:
    tag = login_tag(header.vault_id, login)
    if header.slot_by_tag(tag) is not None:
        raise Refused(reason="この利用者名は使われています。別の利用者名にしてください。")
    return tag
