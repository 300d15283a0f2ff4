"""The container of the signature: the few bytes in it that nothing signs cannot be changed either."""

import re

import pytest

from reports.verify import verify_document
from tests.reports.test_seal import codes, hole, sealed, with_byte

SHA256_WITH_NULL = rb"06096086480165030402010500"
LENGTH = range(5, 9)
"""Where the length of the outermost sequence stands, counted from the opening bracket."""


def test_a_stretched_length_does_not_swallow_padding() -> None:
    pdf = sealed()
    start, _end = hole(pdf)
    assert pdf[start + 1 : start + 5] == b"3082"
    changes = [(start + n, mask) for n in LENGTH for mask in (1, 2, 4, 8)]
    assert [change for change in changes if not codes(with_byte(pdf, *change))] == []


def test_the_parameters_of_a_digest_algorithm_hold_nothing() -> None:
    pdf = sealed()
    found = [match.end() for match in re.finditer(SHA256_WITH_NULL, pdf)]
    assert len(found) == 2  # of the container, and of its signer
    changes = [(end - n, mask) for end in found for n in range(1, 5) for mask in (1, 2, 4, 8)]
    assert [change for change in changes if not codes(with_byte(pdf, *change))] == []


@pytest.mark.parametrize("more", [b"\x05\x00", b"\x04\x04note"])
def test_an_element_behind_the_last_is_noticed(more: bytes) -> None:
    pdf = sealed()
    start, end = hole(pdf)
    container = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    length = int.from_bytes(container[2:4]) + 4
    longer = (length - 4 + len(more)).to_bytes(2)
    stuffed = container[:2] + longer + container[4:length] + more
    changed = pdf[: start + 1] + stuffed.hex().ljust(end - start - 2, "0").encode() + pdf[end - 1 :]
    assert len(changed) == len(pdf)
    assert not verify_document(changed).ok
    assert "SEAL" in codes(changed)
