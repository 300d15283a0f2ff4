"""Bounds before derivation, NFKC, and keys that differ with everything they are bound to."""

import pytest

from storage import kdf
from storage.kdf import FLOOR, STANDARD, TEST, KdfParameters
from storage.strict_json import Malformed

MIB = 1024


@pytest.mark.parametrize(
    ("memory", "passes"),
    [
        (64 * MIB - 1, 4),
        (64 * MIB, 2),
        (1024 * MIB + 1, 3),
        (128 * MIB, 17),
        (512 * MIB, 9),  # 4.5 GiB of work
        (8, 1),
        (4 * 1024 * 1024 * MIB, 3),
    ],
)
def test_costs_out_of_bounds_are_refused(memory: int, passes: int) -> None:
    with pytest.raises(Malformed):
        kdf.check_bounds(KdfParameters(memory, passes), "standard")


@pytest.mark.parametrize("cost", [STANDARD, FLOOR, KdfParameters(1024 * MIB, 4)])
def test_costs_in_bounds_are_accepted(cost: KdfParameters) -> None:
    assert kdf.check_bounds(cost, "standard") == cost


def test_the_test_profile_takes_only_its_own_cost() -> None:
    assert kdf.check_bounds(TEST, "test") == TEST
    with pytest.raises(Malformed):
        kdf.check_bounds(STANDARD, "test")


def test_full_width_typing_derives_the_same_key() -> None:
    one = kdf.argon2id("password", b"saltsaltsaltsalt", KdfParameters(64, 2))
    # Frozen: a later library has to open the headers of today.
    assert one.hex() == "8ba3fa702bd2c08fc6a7830ede5f30be3a1751ed492f31cd7d76a0a480725b5a"
    assert one == kdf.argon2id("ｐａｓｓｗｏｒｄ", b"saltsaltsaltsalt", KdfParameters(64, 2))
    assert one != kdf.argon2id("password", b"saltsaltsaltsalT", KdfParameters(64, 2))


def test_the_empty_password_is_never_derived() -> None:
    with pytest.raises(ValueError, match="empty"):
        kdf.argon2id("", bytes(16), TEST)


def test_a_slot_key_depends_on_device_and_context() -> None:
    def key(device: bytes, info: bytes) -> bytes:
        return kdf.slot_key("password", device, bytes(16), TEST, info)

    keys = {key(b"a" * 32, b"x"), key(b"b" * 32, b"x"), key(b"a" * 32, b"y")}
    assert len(keys) == 3


def test_calibration_only_raises_the_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "argon2id", lambda *_: b"")
    slow = iter([0.0, 0.9])
    assert kdf.calibrate(lambda: next(slow)) == STANDARD
    middle = iter([0.0, 0.3, 1.0, 1.7])
    assert kdf.calibrate(lambda: next(middle)) == KdfParameters(256 * MIB, 4)
    quick = iter([0.0, 0.05, 1.0, 1.1])
    chosen = kdf.calibrate(lambda: next(quick))
    assert chosen == kdf.check_bounds(KdfParameters(256 * MIB, 16), "standard")
