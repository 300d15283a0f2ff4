"""The passwords of a person that others knew: none of them is ever taken again for that person.

Whoever issues a new password knows nothing of the old one; the slot that it opened is what can tell it
again. So that slot leaves both copies of the key header, and its box is kept here, sealed with a key of
its own, for the person and for those alone who may issue passwords to that person: they could look at
the slot in the header until then. A guess costs what it cost there, needs the PC's secret, and what it
would find opens nothing any more. On another PC an old slot opens to no password: nothing is told
there. docs/format.md has the bytes, docs/security.md where it ends.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import NewerFormat, WeakPassword
from models.store import Progress, quiet
from storage import strict_json
from storage.access import writable
from storage.header import MOST_ACTIVE, NAME_PATTERN, Header, Slot, parse_slot
from storage.kdf import KEY_BYTES
from storage.keyset import (
    NONCE_BYTES,
    PUBLIC_BYTES,
    SLOT_BOX_BYTES,
    TAG_BYTES,
    WRAP_BOX_BYTES,
    CannotOpen,
    Wrap,
    wrap_key,
)
from storage.ledger_store import LedgerStore
from storage.strict_json import Fields, Malformed, blob
from storage.trust import may_add
from storage.unlocked import Vault

VERSION = 1
MOST = 64
SECRET = "exposed_passwords/"  # with the user's id the name of the secret
REFUSAL = (
    "人に知られたおそれがあるとして使えなくしたパスワードです。二度と使えません。"
    "別のものにしてください。"
)
_TAG = b"azukari/exposed-password/1\0"


@dataclass(frozen=True)
class Exposed:
    """One slot out of force.

    Attributes:
        role: of the person then; the slot is bound to it.
        slot: without its box, so that nothing can be tried on it.
        sealed: the box, under a key that `wraps` holds for each who may open it.
    """

    role: str
    slot: Slot
    sealed: bytes = field(repr=False)
    wraps: tuple[tuple[str, Wrap], ...] = field(repr=False)

    def body(self) -> dict[str, Any]:
        wraps = [
            {"box": blob(wrap.box), "eph": blob(wrap.ephemeral), "user_id": user_id}
            for user_id, wrap in self.wraps
        ]
        sealed = blob(self.sealed)
        return {"role": self.role, "sealed": sealed, "slot": self.slot.body(), "wraps": wraps}


class ExposedPasswords:
    """What is known of one person's exposed passwords, in the hands of who is signed in."""

    def __init__(self, store: LedgerStore, vault: Vault, user_id: str) -> None:
        self._store = store
        self._vault = vault
        self._user_id = user_id

    def refuse(self, password: str, progress: Progress = quiet) -> None:
        """Refuse a password that was exposed.

        Every one is derived, also after one fitted: how long it takes tells nothing.

        Raises:
            NewerFormat, WeakPassword
            Cancelled: by `progress`.
        """
        known = [(one, slot) for one in self.read() if (slot := self._opened(one)) is not None]
        found = False
        for done, (one, slot) in enumerate(known):
            progress(done, len(known))
            found |= self._vault.opens(slot, one.role, password)
        if found:
            raise WeakPassword(reason=REFUSAL)

    def add(self) -> None:
        """Note durably that the password which is in force is known to others."""
        header = self._vault.header
        slot, user = header.slot_of(self._user_id), header.active_user(self._user_id)
        known = self.read()
        if slot is None or user is None or any(one.slot.slot_id == slot.slot_id for one in known):
            return  # let in no more on this PC; or a change that died noted it already
        self._write([*known, self._sealed(slot, user.role, header)])

    def renew(self, header: Header | None = None) -> None:
        """Seal all again for whoever may open it by the present key header, the new keys among them.

        Args:
            header: another one than that of the vault.
        """
        known, header = self.read(), header or self._vault.header
        if known:
            opened = [(one, self._opened(one)) for one in known]
            # What was sealed to others waits for them.
            self._write(
                [self._sealed(slot, one.role, header) if slot else one for one, slot in opened]
            )

    def read(self) -> list[Exposed]:
        """Return what is kept, oldest first; what is not ours is nothing.

        Raises:
            NewerFormat
        """
        raw = self._store.secret(SECRET + self._user_id) or b""
        if raw and raw[0] > VERSION:
            raise NewerFormat(file="ledger.db", found=raw[0], known=VERSION)
        try:
            fields = strict_json.loads(raw[1:]).only(("exposed",))
            return [self._exposed(one) for one in fields.items("exposed", 0, MOST)]
        except Malformed:
            # A change of password must never fail on it: it is the cure for what is suspected.
            return []

    def _exposed(self, fields: Fields) -> Exposed:
        fields.only(("role", "sealed", "slot", "wraps"))
        wraps = fields.items("wraps", 0, MOST_ACTIVE + 1)
        return Exposed(
            role=fields.text("role", NAME_PATTERN),
            slot=parse_slot(fields.part("slot"), self._vault.profile),
            sealed=fields.blob("sealed", SLOT_BOX_BYTES + TAG_BYTES),
            wraps=tuple(map(_wrap, wraps)),
        )

    def _opened(self, one: Exposed) -> Slot | None:
        """Return a slot with its box, None if it was sealed to others or other keys."""
        for user_id, wrap in one.wraps:
            if user_id == self._vault.user_id:
                try:
                    key = self._vault.unwrap(wrap, self._context())
                    box = AESGCM(key).decrypt(bytes(NONCE_BYTES), one.sealed, self._context())
                except (CannotOpen, InvalidTag):
                    return None
                return replace(one.slot, box=box)
        return None

    def _sealed(self, slot: Slot, role: str, header: Header) -> Exposed:
        random = self._vault.random
        key = random(KEY_BYTES)  # of this one sealing, so the nonce may be constant
        box = AESGCM(key).encrypt(bytes(NONCE_BYTES), slot.box, self._context())
        me = header.active_user(self._user_id)
        wraps = tuple(
            (one.user_id, wrap_key(key, one.exchange, self._context(), random))
            for one in header.receivers
            if one == me or may_add(one.role, me.role if me is not None else role)
        )
        return Exposed(role, replace(slot, box=bytes(SLOT_BOX_BYTES)), box, wraps)

    def _write(self, known: list[Exposed]) -> None:
        plain = strict_json.dumps({"exposed": [one.body() for one in known[-MOST:]]})
        with writable(self._store.database):  # an officer's connection only asks
            self._store.set_secret(SECRET + self._user_id, bytes([VERSION]) + plain)

    def _context(self) -> bytes:
        return _TAG + self._vault.vault_id + self._user_id.encode("ascii")


Reissue = Callable[[], bytes]


def reissued(book: ExposedPasswords, password: str, issue: Reissue) -> bytes:
    """Give a person a new password that was never exposed, and return the new public key.

    Args:
        issue: puts the new keys in force.

    Raises:
        NewerFormat, WeakPassword
    """
    book.refuse(password)
    made = issue()
    book.renew()
    return made


def _wrap(fields: Fields) -> tuple[str, Wrap]:
    fields.only(("box", "eph", "user_id"))
    wrap = Wrap(fields.blob("eph", PUBLIC_BYTES), fields.blob("box", WRAP_BOX_BYTES))
    return fields.text("user_id", NAME_PATTERN), wrap
