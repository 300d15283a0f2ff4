"""The key header: who may open the ledger, with which keys (docs/format.md, "Key header").

`magic | version | length | canonical JSON | HMAC | SHA-256`. The JSON has two halves: what a
responsible person signs (users, wraps, epochs, recovery, device …), and the slots, each signed by
its own user, so that a worker can change a password without being able to change anything else.
The HMAC (from the data key) holds both together; the plain SHA-256 at the end tells accidental
damage before any password is typed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from models.codes import Role
from models.errors import Damaged, Foreign, NewerFormat
from storage import strict_json
from storage.kdf import ARGON2_VERSION, LANES, SALT_BYTES, KdfParameters, check_bounds
from storage.keyset import (
    NONCE_BYTES,
    PUBLIC_BYTES,
    SIGNATURE_BYTES,
    SLOT_BOX_BYTES,
    WRAP_BOX_BYTES,
    Wrap,
)
from storage.strict_json import LARGEST, Fields, Malformed, blob

MAGIC = b"AZKKEYS\n"
VERSION = 1
ID_BYTES = 16
HASH_BYTES = 32
# 64 people who can sign in and the public keys of those who once could.
MOST_ACTIVE = 64
MOST_USERS = 256
MOST_BYTES = 256 * 1024
PREFIX_BYTES = len(MAGIC) + 2 + 4
SUFFIX_BYTES = HASH_BYTES + HASH_BYTES
UNSIGNED = ("generation", "prev_header_hash", "responsible_sig", "slots")
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_PROGRAM_PATTERN = r"[0-9A-Za-z.+-]{1,32}"
ROLES = tuple(role.value for role in Role)
RECOVERY_ROLE = "recovery"
RESTORE = "バックアップから復元するか、責任者に連絡してください。"
_NO_HEADER = (
    "鍵ファイルではありません。台帳のフォルダーのときは、バックアップから復元してください。"
)


@dataclass(frozen=True)
class Epoch:
    """One data key: `current` opens the database, `rotating` is about to replace it."""

    number: int
    state: str

    def body(self) -> dict[str, Any]:
        return {"e": self.number, "state": self.state}


@dataclass(frozen=True)
class HeaderUser:
    """The public keys of one person (or of the recovery sheet) and who vouched for them.

    `state`: active; replaced (the person got new keys, or a new sheet was printed); revoked.
    Replaced and revoked ones stay, because others may have been added by them.
    """

    user_id: str
    role: str
    exchange: bytes
    signing: bytes
    state: str
    added_by: bytes
    added_sig: bytes

    @property
    def active(self) -> bool:
        return self.state == "active"

    def body(self) -> dict[str, Any]:
        return {
            "added_by": blob(self.added_by),
            "added_sig": blob(self.added_sig),
            "pub_ed": blob(self.signing),
            "pub_x": blob(self.exchange),
            "role": self.role,
            "state": self.state,
            "user_id": self.user_id,
        }


@dataclass(frozen=True)
class Slot:
    """The box that one person's password opens on this device."""

    slot_id: bytes
    user_id: str
    tag: bytes
    initial: bool
    kdf: KdfParameters
    salt: bytes
    nonce: bytes
    box: bytes
    signature: bytes = b""

    def body(self) -> dict[str, Any]:
        return {
            "box": blob(self.box),
            "initial": self.initial,
            "kdf": kdf_body(self.kdf, self.salt),
            "nonce": blob(self.nonce),
            "sig": blob(self.signature),
            "slot_id": blob(self.slot_id),
            "tag": blob(self.tag),
            "user_id": self.user_id,
        }


@dataclass(frozen=True)
class UserWrap:
    """The data key of one epoch for one person."""

    user_id: str
    epoch: int
    wrap: Wrap

    def body(self) -> dict[str, Any]:
        return {
            "box": blob(self.wrap.box),
            "eph": blob(self.wrap.ephemeral),
            "epoch": self.epoch,
            "user_id": self.user_id,
        }


@dataclass(frozen=True)
class Header:
    """One generation of the key header."""

    vault_id: bytes
    profile: str
    created: str
    program: str
    kdf: KdfParameters
    device_key_id: bytes
    policy_hash: bytes
    first_key: bytes
    epochs: tuple[Epoch, ...]
    users: tuple[HeaderUser, ...]
    recovery: tuple[HeaderUser, ...]
    wraps: tuple[UserWrap, ...]
    slots: tuple[Slot, ...]
    generation: int
    signed_generation: int
    prev_header_hash: bytes
    signed_by: bytes = b""
    signature: bytes = field(default=b"", repr=False)

    @property
    def epoch(self) -> int:
        """The number of the data key that opens the database now."""
        return next(epoch.number for epoch in self.epochs if epoch.state == "current")

    @property
    def receivers(self) -> tuple[HeaderUser, ...]:
        """Everybody who holds the data key: active people and the active recovery sheet."""
        return tuple(user for user in self.users + self.recovery if user.active)

    def active_user(self, user_id: str) -> HeaderUser | None:
        found = (user for user in self.users if user.active and user.user_id == user_id)
        return next(found, None)

    def slot_by_tag(self, tag: bytes) -> Slot | None:
        return next((slot for slot in self.slots if slot.tag == tag), None)

    def slot_of(self, user_id: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.user_id == user_id), None)

    def wrap_for(self, user_id: str, epoch: int) -> Wrap | None:
        found = (w.wrap for w in self.wraps if (w.user_id, w.epoch) == (user_id, epoch))
        return next(found, None)

    def with_slot(self, slot: Slot) -> "Header":
        others = tuple(other for other in self.slots if other.user_id != slot.user_id)
        return replace(self, slots=(*others, slot))

    def without_slot(self, user_id: str) -> "Header":
        return replace(self, slots=tuple(s for s in self.slots if s.user_id != user_id))

    def body(self) -> dict[str, Any]:
        """The JSON object of the file."""
        return {
            "created": self.created,
            "device": {"key_id": blob(self.device_key_id)},
            "epochs": [epoch.body() for epoch in self.epochs],
            "first_key": blob(self.first_key),
            "generation": self.generation,
            "kdf": {"m": self.kdf.memory, "t": self.kdf.passes},
            "policy_hash": blob(self.policy_hash),
            "prev_header_hash": blob(self.prev_header_hash),
            "profile": self.profile,
            "program": self.program,
            "recovery": [record.body() for record in self.recovery],
            "responsible_sig": {"by": blob(self.signed_by), "sig": blob(self.signature)},
            "signed_generation": self.signed_generation,
            "slots": [slot.body() for slot in self.slots],
            "users": [user.body() for user in self.users],
            "vault_id": blob(self.vault_id),
            "wraps": [wrap.body() for wrap in self.wraps],
        }

    def signed_body(self) -> dict[str, Any]:
        """The half that a responsible person signs."""
        return {key: value for key, value in self.body().items() if key not in UNSIGNED}


@dataclass(frozen=True)
class HeaderFile:
    """A header as it stands on disk: its bytes, its content, its MAC (not yet checked)."""

    raw: bytes
    header: Header

    @property
    def macced(self) -> bytes:
        return self.raw[:-SUFFIX_BYTES]

    @property
    def mac(self) -> bytes:
        return self.raw[-SUFFIX_BYTES:-HASH_BYTES]

    @property
    def hash(self) -> bytes:
        """What the next generation and the database remember of this one."""
        return hashlib.sha256(self.raw).digest()


def kdf_body(kdf: KdfParameters, salt: bytes) -> dict[str, Any]:
    return {
        "alg": "argon2id",
        "m": kdf.memory,
        "p": LANES,
        "salt": blob(salt),
        "t": kdf.passes,
        "v": ARGON2_VERSION,
    }


def frame(header: Header) -> bytes:
    """Serialise everything that the MAC covers: magic, version, length, JSON."""
    body = strict_json.dumps(header.body())
    return MAGIC + VERSION.to_bytes(2, "big") + len(body).to_bytes(4, "big") + body


def complete(framed: bytes, mac: bytes) -> bytes:
    """Append the MAC and the check for accidental damage."""
    content = framed + mac
    return content + hashlib.sha256(content).digest()


def parse_header(raw: bytes, name: str) -> HeaderFile:
    """Read one copy of the header strictly; nothing is derived and no key is needed.

    Raises:
        Foreign, NewerFormat, Damaged: as `check_frame`.
        Damaged: anything else that our writer does not produce.
    """
    check_frame(raw, name)
    try:
        return HeaderFile(raw, _header(_body(raw)))
    except Malformed as exc:
        raise damaged(name) from exc


def check_frame(raw: bytes, name: str) -> None:
    """Check one copy at its fixed places; nothing in it is parsed yet.

    Size and digest hold for every version, so damage never looks newer.

    Raises:
        Foreign: it does not start like a key header.
        NewerFormat: a later version wrote it.
        Damaged: it was cut or changed since somebody wrote it.
    """
    if not raw.startswith(MAGIC):
        raise Foreign(file=name, reason=_NO_HEADER)
    if not PREFIX_BYTES + SUFFIX_BYTES < len(raw) <= MOST_BYTES:
        raise damaged(name)
    if hashlib.sha256(raw[:-HASH_BYTES]).digest() != raw[-HASH_BYTES:]:
        raise damaged(name)
    version = int.from_bytes(raw[8:10], "big")
    if version > VERSION:
        raise NewerFormat(file=name, found=version, known=VERSION)
    if version != VERSION:
        raise damaged(name)


def damaged(name: str) -> Damaged:
    return Damaged(file=name, what_now=RESTORE)


def _body(raw: bytes) -> Fields:
    length = int.from_bytes(raw[10:PREFIX_BYTES], "big")
    if PREFIX_BYTES + length + SUFFIX_BYTES != len(raw):
        raise Malformed("length")
    return strict_json.loads(raw[PREFIX_BYTES : PREFIX_BYTES + length])


_HEADER_FIELDS = (
    "created",
    "device",
    "epochs",
    "first_key",
    "generation",
    "kdf",
    "policy_hash",
    "prev_header_hash",
    "profile",
    "program",
    "recovery",
    "responsible_sig",
    "signed_generation",
    "slots",
    "users",
    "vault_id",
    "wraps",
)


def _header(fields: Fields) -> Header:
    fields.only(_HEADER_FIELDS)
    profile = fields.text("profile", "standard|test")
    signature = fields.part("responsible_sig").only(("by", "sig"))
    generation = fields.number("generation", 1, LARGEST)
    header = Header(
        vault_id=fields.blob("vault_id", ID_BYTES),
        profile=profile,
        created=fields.time("created"),
        program=fields.text("program", _PROGRAM_PATTERN),
        kdf=_cost(fields.part("kdf").only(("m", "t")), profile),
        device_key_id=fields.part("device").only(("key_id",)).blob("key_id", ID_BYTES),
        policy_hash=fields.blob("policy_hash", HASH_BYTES),
        first_key=fields.blob("first_key", PUBLIC_BYTES),
        epochs=tuple(_epoch(item) for item in fields.items("epochs", 1, 2)),
        users=tuple(_user(item) for item in fields.items("users", 1, MOST_USERS)),
        recovery=tuple(_recovery(item) for item in fields.items("recovery", 1, MOST_USERS)),
        wraps=tuple(_wrap(item) for item in fields.items("wraps", 1, 2 * MOST_ACTIVE + 2)),
        slots=tuple(parse_slot(item, profile) for item in fields.items("slots", 1, MOST_ACTIVE)),
        generation=generation,
        signed_generation=fields.number("signed_generation", 1, generation),
        prev_header_hash=fields.blob("prev_header_hash", HASH_BYTES),
        signed_by=signature.blob("by", PUBLIC_BYTES),
        signature=signature.blob("sig", SIGNATURE_BYTES),
    )
    _check_agreement(header)
    return header


def _cost(fields: Fields, profile: str) -> KdfParameters:
    memory = fields.number("m", 1, LARGEST)
    return check_bounds(KdfParameters(memory, fields.number("t", 1, LARGEST)), profile)


def _epoch(fields: Fields) -> Epoch:
    fields.only(("e", "state"))
    return Epoch(fields.number("e", 1, LARGEST), fields.text("state", "current|rotating"))


def _user(fields: Fields, roles: str = "|".join(ROLES)) -> HeaderUser:
    fields.only(("added_by", "added_sig", "pub_ed", "pub_x", "role", "state", "user_id"))
    return HeaderUser(
        user_id=fields.text("user_id", NAME_PATTERN),
        role=fields.text("role", roles),
        exchange=fields.blob("pub_x", PUBLIC_BYTES),
        signing=fields.blob("pub_ed", PUBLIC_BYTES),
        state=fields.text("state", "active|replaced|revoked"),
        added_by=fields.blob("added_by", PUBLIC_BYTES),
        added_sig=fields.blob("added_sig", SIGNATURE_BYTES),
    )


def _recovery(fields: Fields) -> HeaderUser:
    return _user(fields, RECOVERY_ROLE)


def _wrap(fields: Fields) -> UserWrap:
    fields.only(("box", "eph", "epoch", "user_id"))
    wrap = Wrap(fields.blob("eph", PUBLIC_BYTES), fields.blob("box", WRAP_BOX_BYTES))
    epoch = fields.number("epoch", 1, LARGEST)
    return UserWrap(fields.text("user_id", NAME_PATTERN), epoch, wrap)


def parse_slot(fields: Fields, profile: str) -> Slot:
    """Read one slot; its derivation cost is checked against the bounds of the profile.

    Raises:
        Malformed: a field is missing, unknown or out of bounds.
    """
    fields.only(("box", "initial", "kdf", "nonce", "sig", "slot_id", "tag", "user_id"))
    kdf, salt = parse_kdf(fields.part("kdf"), profile)
    return Slot(
        slot_id=fields.blob("slot_id", ID_BYTES),
        user_id=fields.text("user_id", NAME_PATTERN),
        tag=fields.blob("tag", ID_BYTES),
        initial=fields.flag("initial"),
        kdf=kdf,
        salt=salt,
        nonce=fields.blob("nonce", NONCE_BYTES),
        box=fields.blob("box", SLOT_BOX_BYTES),
        signature=fields.blob("sig", SIGNATURE_BYTES),
    )


def parse_kdf(fields: Fields, profile: str) -> tuple[KdfParameters, bytes]:
    """Read what `kdf_body` wrote: cost and salt, the cost within the bounds of the profile.

    Raises:
        Malformed: a field is missing, unknown or out of bounds.
    """
    fields.only(("alg", "m", "p", "salt", "t", "v"))
    fields.text("alg", "argon2id")
    fields.number("p", LANES, LANES)
    fields.number("v", ARGON2_VERSION, ARGON2_VERSION)
    return _cost(fields, profile), fields.blob("salt", SALT_BYTES)


def _check_agreement(header: Header) -> None:
    """Check what no single field can say: who belongs to whom, and that nothing is left over."""
    numbers = [epoch.number for epoch in header.epochs]
    states = [epoch.state for epoch in header.epochs]
    if states not in (["current"], ["current", "rotating"]):
        raise Malformed("epochs")
    if len(numbers) == 2 and numbers[1] != numbers[0] + 1:
        raise Malformed("epochs")
    receivers = [user.user_id for user in header.receivers]
    _unique(receivers)
    _unique([user.signing for user in header.users + header.recovery])
    _unique([slot.user_id for slot in header.slots])
    _unique([slot.tag for slot in header.slots])
    _unique([slot.slot_id for slot in header.slots])
    if len(receivers) > MOST_ACTIVE + 1 or sum(r.active for r in header.recovery) != 1:
        raise Malformed("active users")
    if any(header.active_user(slot.user_id) is None for slot in header.slots):
        raise Malformed("slot without a user")
    expected = {(user_id, number) for user_id in receivers for number in numbers}
    wraps = [(wrap.user_id, wrap.epoch) for wrap in header.wraps]
    _unique(wraps)
    if set(wraps) != expected:
        raise Malformed("wraps")


def _unique(values: Iterable[object]) -> None:
    listed = list(values)
    if len(set(listed)) != len(listed):
        raise Malformed("listed twice")


def check_profile(profile: str, file: str, allow_test_profile: bool) -> None:
    """Refuse the weak derivation of tests everywhere but in tests.

    Raises:
        Foreign: a test ledger, and the caller did not ask for one.
    """
    if profile == "test" and not allow_test_profile:
        raise Foreign(file=file, reason="試験用の台帳は、この版では開けません。")


def time_text(moment: datetime) -> str:
    """Spell a moment as our files do: UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
