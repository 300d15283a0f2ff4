"""Turn a password and the device secret into a slot key (Argon2id, RFC 9106; HKDF, RFC 5869).

Parameters are named and frozen. What a file asks for is checked *before* anything is derived:
otherwise a planted header could ask for terabytes of memory or for a weakness of its own choice.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import NotEnoughMemory
from storage.strict_json import Malformed

SALT_BYTES = 16
KEY_BYTES = 32
ARGON2_VERSION = 0x13
# More lanes do not run in parallel here and would only help the attacker.
LANES = 1


@dataclass(frozen=True)
class KdfParameters:
    """The cost of one derivation: memory in KiB and passes over it."""

    memory: int
    passes: int


FLOOR = KdfParameters(memory=64 * 1024, passes=3)
STANDARD = KdfParameters(memory=128 * 1024, passes=4)
# The cheapest that Argon2id allows. Only a header of profile "test" may carry it.
TEST = KdfParameters(memory=8, passes=1)

MOST_MEMORY = 1024 * 1024
MOST_PASSES = 16
MOST_WORK = 4 * 1024 * 1024
COMFORT_SECONDS = 0.5


def check_bounds(parameters: KdfParameters, profile: str) -> KdfParameters:
    """Accept only costs that we may meet in a header of this profile.

    Raises:
        Malformed: too weak to protect, or too large to be honest.
    """
    memory, passes = parameters.memory, parameters.passes
    if profile == "test":
        fine = parameters == TEST
    else:
        fine = (
            FLOOR.memory <= memory <= MOST_MEMORY
            and FLOOR.passes <= passes <= MOST_PASSES
            and memory * passes <= MOST_WORK
        )
    if not fine:
        raise Malformed("kdf parameters out of bounds")
    return parameters


def encode_typed(text: str) -> bytes:
    """Encode what was typed to UTF-8; lone surrogates too, as an error would quote the text."""
    return text.encode("utf-8", "surrogatepass")


def normalise_password(password: str) -> bytes:
    """Encode a password: NFKC, because Japanese keyboards type full width as well (header v1)."""
    return encode_typed(unicodedata.normalize("NFKC", password))


def argon2id(password: str, salt: bytes, parameters: KdfParameters) -> bytes:
    """Derive 32 bytes; lasts as long as the parameters want and lets other threads run.

    Raises:
        NotEnoughMemory: the machine cannot grant the memory now.
    """
    if not password:
        raise ValueError("the empty password is never derived")
    worker = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=parameters.passes,
        lanes=LANES,
        memory_cost=parameters.memory,
    )
    try:
        return worker.derive(normalise_password(password))
    except MemoryError as exc:
        raise NotEnoughMemory from exc


def hkdf(secret: bytes, info: bytes, *, salt: bytes | None = None) -> bytes:
    """Derive one 32-byte key for one purpose (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)


def slot_key(
    password: str, device_secret: bytes, salt: bytes, parameters: KdfParameters, info: bytes
) -> bytes:
    """Derive the key that opens a slot: HKDF(Argon2id(password) ‖ device secret, info)."""
    return hkdf(argon2id(password, salt, parameters) + device_secret, info)


def calibrate(timer: Callable[[], float]) -> KdfParameters:
    """Choose the cost for this PC: at least `STANDARD`, raised until one derivation lasts 0.5 s."""
    chosen = STANDARD
    seconds = _measure(chosen, timer)
    if seconds < COMFORT_SECONDS:
        chosen = KdfParameters(memory=256 * 1024, passes=STANDARD.passes)
        seconds = _measure(chosen, timer)
    if seconds >= COMFORT_SECONDS:
        return chosen
    passes = int(chosen.passes * 1.5 * COMFORT_SECONDS / max(seconds, 0.001))
    return KdfParameters(chosen.memory, min(max(passes, chosen.passes), MOST_PASSES))


def _measure(parameters: KdfParameters, timer: Callable[[], float]) -> float:
    start = timer()
    argon2id("calibration", bytes(SALT_BYTES), parameters)
    return timer() - start
