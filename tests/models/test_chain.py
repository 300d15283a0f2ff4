"""The bytes of the chain: canonical, salted, linked and signed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from models.chain import (
    EMPTY,
    SALT_SIZE,
    Action,
    Command,
    Entry,
    Head,
    Intent,
    Line,
    canonical,
    check_entry,
    check_signature,
    content_bytes,
    follow,
    header_bytes,
    read_content,
    statement_bytes,
    timestamp,
    write_command,
)
from models.errors import VerificationFailed
from models.records import Place
from tests.factory import SeedSigner, place

NOON = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)
VAULT = "00112233445566778899aabbccddeeff"

json_content = st.recursive(
    st.text() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc_xyz", max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def written(*records: Place):  # type: ignore[no-untyped-def]
    intents = [Intent(Action.CREATE, record) for record in records]
    return write_command(
        vault_id=VAULT, command_id="c" * 32, author="a" * 32, recorded_at=NOON, offset=540,
        head=EMPTY, intents=intents, salts=bytes(range(SALT_SIZE)) * len(intents),
        signer=SeedSigner("sato"),
    )  # fmt: skip


@given(json_content)
def test_the_fast_encoder_writes_rfc8785(content: object) -> None:
    assert canonical(content) == rfc8785.dumps(content)  # type: ignore[arg-type]


@given(st.integers(1, 10**9), st.sampled_from(Action), st.binary(min_size=32, max_size=32))
def test_the_header_template_writes_rfc8785(seq: int, action: Action, digest: bytes) -> None:
    _, [entry] = written(place())
    entry = entry._replace(seq=seq, action=action, commitment=digest, previous=digest)
    header = header_bytes("c" * 32, "a" * 32, timestamp(NOON), -30, entry)
    assert header == rfc8785.dumps(
        {
            "action": action.value, "at": "2026-11-21T03:00:00.123Z", "author": "a" * 32,
            "command": "c" * 32, "commitment": digest.hex(), "id": entry.record_id,
            "offset": -30, "payload": 1, "prev": digest.hex(), "seq": seq, "type": "place", "v": 1,
        }
    )  # fmt: skip


@given(st.integers(1, 10**9), st.integers(0, 10**6), st.binary(min_size=32, max_size=32))
def test_the_statement_template_writes_rfc8785(first: int, more: int, digest: bytes) -> None:
    statement = statement_bytes(VAULT, "c" * 32, "recovery-1", first, Head(first + more, digest))
    assert statement == b"azukari/command/1\0" + rfc8785.dumps(
        {
            "author": "recovery-1", "command": "c" * 32, "first": first, "head": digest.hex(),
            "last": first + more, "v": 1, "vault": VAULT,
        }
    )  # fmt: skip


def test_a_command_verifies_entry_by_entry() -> None:
    command, entries = written(place("甲"), place("乙"))
    previous = EMPTY.hash
    for entry in entries:
        check_entry(command, entry, previous)
        previous = entry.hash
    check_signature(VAULT, command, SeedSigner("sato").public_key)
    assert command.head == previous and command.last_seq == 2


def lines(entries: list[Entry]) -> list[Line]:
    return [
        (e.seq, e.type, e.record_id, e.action.value, e.payload, e.commitment, e.previous, e.hash,
         e.salt, e.content)
        for e in entries
    ]  # fmt: skip


def followed(command: Command, entries: list[Entry], previous: bytes = EMPTY.hash) -> bytes | None:
    at = timestamp(command.recorded_at)
    return follow(command.id, command.author, at, command.offset, lines(entries), previous)


def test_a_sound_command_is_followed_to_its_head() -> None:
    command, entries = written(place("甲"), place("乙"))
    assert followed(command, entries) == command.head
    erased = [entries[0]._replace(salt=None, content=None), entries[1]]
    assert followed(command, erased) == command.head


@given(st.sampled_from(Entry._fields), st.integers(0, 2))
def test_what_one_entry_is_refused_for_is_not_followed(name: str, place_: int) -> None:
    command, entries = written(place("甲"), place("乙"), place("丙"))
    old = getattr(entries[place_], name)
    new: object = old + b"x" if isinstance(old, bytes) else 7 if isinstance(old, int) else f"{old}x"
    if name == "action":
        new = Action.VOID
    entries[place_] = entries[place_]._replace(**{name: new})
    assert followed(command, entries) is None
    assert followed(command, entries[:1], bytes(31) + b"x") is None


def test_changed_content_is_noticed() -> None:
    command, [entry] = written(place("第1作業室"))
    assert entry.content is not None
    forged = entry._replace(content=entry.content.replace("第1".encode(), "第2".encode()))
    with pytest.raises(VerificationFailed, match="記帳番号1の内容"):
        check_entry(command, forged, EMPTY.hash)


def test_erased_content_still_verifies() -> None:
    command, [entry] = written(place())
    check_entry(command, entry._replace(salt=None, content=None), EMPTY.hash)


@pytest.mark.parametrize("change", [{"action": Action.VOID}, {"record_id": "f" * 32}, {"seq": 2}])
def test_a_changed_header_is_noticed(change: dict[str, object]) -> None:
    command, [entry] = written(place())
    with pytest.raises(VerificationFailed, match="書かれたときと違っています"):
        check_entry(command, entry._replace(**change), EMPTY.hash)


def test_a_changed_time_or_author_is_noticed() -> None:
    command, [entry] = written(place())
    for forged in (replace(command, offset=0), replace(command, author="b" * 32)):
        with pytest.raises(VerificationFailed):
            check_entry(forged, entry, EMPTY.hash)


def test_a_broken_link_is_noticed() -> None:
    command, [_, second] = written(place(), place())
    with pytest.raises(VerificationFailed, match="つながっていません"):
        check_entry(command, second, bytes(32))


def test_another_persons_signature_is_noticed() -> None:
    command, _ = written(place())
    with pytest.raises(VerificationFailed, match="署名"):
        check_signature(VAULT, command, SeedSigner("tanaka").public_key)


def test_a_signature_of_another_ledger_is_noticed() -> None:
    command, _ = written(place())
    with pytest.raises(VerificationFailed, match="署名"):
        check_signature("ff" * 16, command, SeedSigner("sato").public_key)


def test_equal_contents_have_different_commitments_under_different_salts() -> None:
    one = place()
    intents = [Intent(Action.CREATE, one), Intent(Action.REVISE, one, "")]
    _, entries = write_command(
        vault_id=VAULT, command_id="c" * 32, author="a" * 32, recorded_at=NOON, offset=0,
        head=EMPTY, intents=intents, salts=bytes(range(32)), signer=SeedSigner("sato"),
    )  # fmt: skip
    assert entries[0].content == entries[1].content
    assert entries[0].commitment != entries[1].commitment


def test_the_frozen_bytes_of_version_1() -> None:
    """These bytes are on disks and in papers; they never change."""
    room = Place(id="0" * 32, name="保管室", address="見本市1", floor_room="1階")
    content = content_bytes(Intent(Action.CREATE, room, "移転"))
    assert content.decode() == (
        '{"fields":{"address":"見本市1","floor_room":"1階","name":"保管室"},"reason":"移転"}'
    )
    command, [entry] = write_command(
        vault_id=VAULT, command_id="c" * 32, author="a" * 32, recorded_at=NOON, offset=540,
        head=EMPTY, intents=[Intent(Action.CREATE, room, "移転")], salts=bytes(16),
        signer=SeedSigner("sato"),
    )  # fmt: skip
    assert entry.hash.hex() == FROZEN_HASH
    assert command.signature.hex() == FROZEN_SIGNATURE
    assert read_content(content) == (
        {"address": "見本市1", "floor_room": "1階", "name": "保管室"},
        "移転",
    )


FROZEN_HASH = "7389191dbbf9b75643848b71aa3896bdbd77c7100b7de3cf59530e2cb2c6e094"
FROZEN_SIGNATURE = (
    "eefa94bb7999221af8fe2f42ded19ca2a604eb46c4ec776f2d00c56bb0d806a5"
    "ccec6d01832d467c8aef4a40a89cabe08cd98507c0dc085a326ff4cd06793b02"
)
