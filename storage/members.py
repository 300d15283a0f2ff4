"""People as a key header knows them, and the signature of the one who is signed in."""

from dataclasses import dataclass, field

from storage.keyset import KeySet


@dataclass(frozen=True)
class Signer:
    """The signature of the signed-in person; hands out no private key."""

    public_key: bytes
    _keys: KeySet = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519 (64 bytes)."""
        return self._keys.sign(data)


@dataclass(frozen=True)
class Member:
    """One person as the key header knows him."""

    user_id: str
    role: str
    state: str
    public_key: bytes
    can_sign_in: bool
    initial_password: bool
