"""The key header against damage, strangers, later versions and half-written copies."""

import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from models.errors import (
    AzukariError,
    Damaged,
    DiskFull,
    Foreign,
    LedgerMissing,
    NewerFormat,
)
from storage import files, kdf, strict_json, vetting, vetting_child
from storage.header import PREFIX_BYTES, SUFFIX_BYTES, complete, parse_header
from storage.header_files import COPIES, read_pair
from tests.models.test_chain import json_content
from tests.storage.vaults import PASSWORD, new_vault, unlock


def _raw(folder: Path) -> bytes:
    return (folder / "keys.a").read_bytes()


def _reframed(raw: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Change the JSON and make length and digest right again: a careful forger."""
    body = json.loads(raw[PREFIX_BYTES:-SUFFIX_BYTES])
    change(body)
    return _with_json(raw, strict_json.dumps(body))


def _with_json(raw: bytes, text: bytes) -> bytes:
    framed = raw[:10] + len(text).to_bytes(4, "big") + text
    return complete(framed, raw[-SUFFIX_BYTES:-32])


def _flipped(raw: bytes, place: int) -> bytes:
    """A byte that is another one for certain: a fixed one may be what stood there."""
    return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    raw = _raw(tmp_path / "v")
    for position in range(len(raw)):
        for pattern in (0x01, 0x80):
            bad = raw[:position] + bytes([raw[position] ^ pattern]) + raw[position + 1 :]
            with pytest.raises(Foreign if position < 8 else Damaged):
                parse_header(bad, "keys.a")


def test_every_length_is_noticed(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    raw = _raw(tmp_path / "v")
    for length in range(len(raw)):
        with pytest.raises(Foreign if length < 8 else Damaged):
            parse_header(raw[:length], "keys.a")
    with pytest.raises(Damaged):
        parse_header(raw + b"\0", "keys.a")


@pytest.mark.parametrize("name", COPIES)
@pytest.mark.parametrize("bad", [None, b"", b"AZKKEYS\n", b"garbage", "flip", "cut"])
def test_one_damaged_copy_is_repaired(tmp_path: Path, name: str, bad: bytes | str | None) -> None:
    vault, _ = new_vault(tmp_path / "v")
    path = tmp_path / "v" / name
    raw = vault.header_bytes
    if bad is None:
        path.unlink()
    elif isinstance(bad, bytes):
        path.write_bytes(bad)
    else:
        path.write_bytes(raw[:500] if bad == "cut" else _flipped(raw, 500))
    opened = unlock(tmp_path / "v")
    assert opened.repaired == (name,)
    assert path.read_bytes() == raw
    assert unlock(tmp_path / "v").repaired == ()


def test_two_damaged_copies_stop_everything(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    raw = _raw(tmp_path / "v")
    (tmp_path / "v" / "keys.a").write_bytes(_flipped(raw, len(raw) - 1))
    (tmp_path / "v" / "keys.b").write_bytes(raw[:700])
    with pytest.raises(Damaged):
        unlock(tmp_path / "v")
    assert (tmp_path / "v" / "keys.b").read_bytes() == raw[:700]


def test_an_empty_or_foreign_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerMissing):
        unlock(tmp_path)
    for name in COPIES:
        (tmp_path / name).write_bytes(b"SQLite format 3\0")
    with pytest.raises(Foreign):
        unlock(tmp_path)


def test_the_higher_generation_wins_and_the_other_follows(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    old = vault.header_bytes
    vault.change_password(PASSWORD, "my own long password")
    (tmp_path / "v" / "keys.b").write_bytes(old)
    opened = unlock(tmp_path / "v", password="my own long password")
    assert opened.generation == 2
    assert (tmp_path / "v" / "keys.b").read_bytes() == vault.header_bytes


def test_two_truths_of_one_generation_stop_everything(tmp_path: Path) -> None:
    new_vault(tmp_path / "a", "a")
    new_vault(tmp_path / "b", "b")
    (tmp_path / "a" / "keys.b").write_bytes(_raw(tmp_path / "b"))
    with pytest.raises(Damaged, match="同じ世代"):
        unlock(tmp_path / "a")


def test_newer_header_is_refused(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    raw = _raw(tmp_path / "v")
    content = raw[:8] + (2).to_bytes(2, "big") + raw[10:-32]
    newer = content + hashlib.sha256(content).digest()
    (tmp_path / "v" / "keys.b").write_bytes(newer)
    with pytest.raises(NewerFormat):
        unlock(tmp_path / "v")
    assert (tmp_path / "v" / "keys.b").read_bytes() == newer


def _set(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        here: Any = body
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value

    return change


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        del body[name]

    return change


def _twice(name: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        body[name].append(dict(body[name][0]))

    return change


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reader of the child run in this process: its start takes longer than the test."""

    def ask(kind: str, pieces: list[bytes], name: str) -> list[bool]:
        read = vetting_child.readers()[kind]()
        return [vetting_child._reads(read, piece) for piece in pieces]

    monkeypatch.setattr(vetting, "_ask", ask)


@pytest.mark.usefixtures("read_here")
@pytest.mark.parametrize(
    "change",
    [
        _set("surprise", value=1),
        _set("slots", 0, "surprise", value=1),
        _set("slots", 0, "kdf", "surprise", value=1),
        _drop("policy_hash"),
        _set("generation", value=0),
        _set("generation", value=True),
        _set("generation", value="1"),
        _set("signed_generation", value=2),
        _set("vault_id", value="AAAA"),
        _set("vault_id", value="A" * 24),
        _set("created", value="2026-13-41T00:00:00.000Z"),
        _set("profile", value="weak"),
        _set("profile", value="standard"),  # with the cost of a test
        _set("slots", 0, "kdf", "m", value=4 * 1024**3),
        _set("slots", 0, "kdf", "t", value=2**31),
        _set("slots", 0, "kdf", "p", value=4),
        _set("slots", 0, "kdf", "v", value=16),
        _set("slots", 0, "kdf", "alg", value="argon2i"),
        _set("slots", 0, "kdf", "salt", value="AAAAAAAAAAA="),
        _set("slots", 0, "box", value="AAAA"),
        _set("slots", 0, "user_id", value="u-7"),
        _set("wraps", 0, "box", value="AAAA"),
        _set("wraps", 0, "epoch", value=2),
        _set("users", 0, "role", value="king"),
        _set("users", 0, "state", value="gone"),
        _set("users", 0, "state", value="revoked"),
        _set("users", 0, "user_id", value="../../etc"),
        _set("recovery", 0, "role", value="supervisor"),
        _set("epochs", value=[]),
        _set("epochs", 0, "state", value="rotating"),
        _twice("users"),
        _twice("slots"),
        _twice("wraps"),
        _twice("epochs"),
        _set("slots", value=[]),
        _set("users", value={}),
    ],
)
def test_what_our_writer_never_writes_is_refused_before_any_derivation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], None]
) -> None:
    new_vault(tmp_path / "v")
    bad = _reframed(_raw(tmp_path / "v"), change)
    for name in COPIES:
        (tmp_path / "v" / name).write_bytes(bad)

    def never(*_: object) -> bytes:
        raise AssertionError("derived")

    monkeypatch.setattr(kdf, "argon2id", never)
    with pytest.raises(Damaged):
        unlock(tmp_path / "v")


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":NaN}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1e2}',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":-0}',
        b'{"a":"\\u0061"}',
        b'{"a":"\\u001F"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        '{"あ":1}'.encode(),
        b'"\xff"',
        b"[]",
        b"",
    ],
)
def test_json_that_is_not_canonical_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(strict_json.Malformed):
        strict_json.loads(text)
    new_vault(tmp_path / "v")
    with pytest.raises(Damaged):
        parse_header(_with_json(_raw(tmp_path / "v"), text), "keys.a")


@given(json_content)
def test_what_rfc8785_writes_is_read_and_no_other_spelling(content: Any) -> None:
    text = strict_json.dumps({"a": content})
    assert strict_json.loads(text)._value == {"a": content}
    for other in (json.dumps({"a": content}), json.dumps({"a": content}, ensure_ascii=False)):
        with pytest.raises(strict_json.Malformed):
            strict_json.loads(other.encode())


def test_a_careful_forger_is_stopped_by_the_mac(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    raw = _raw(tmp_path / "v")
    forged = _reframed(raw, _set("generation", value=9))
    for name in COPIES:
        (tmp_path / "v" / name).write_bytes(forged)
    with pytest.raises(Damaged, match="書き換え"):
        unlock(tmp_path / "v")


def test_boxes_have_fixed_lengths(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    vault.add_user("u-2", "sato", "worker", "x" * 200 + "abcdefg")
    assert {len(slot.box) for slot in vault.header.slots} == {80}
    assert {len(wrap.wrap.box) for wrap in vault.header.wraps} == {48}
    assert {len(wrap.wrap.ephemeral) for wrap in vault.header.wraps} == {32}


def test_generations_are_linked(tmp_path: Path) -> None:
    vault, _ = new_vault(tmp_path / "v")
    first = vault.header_hash
    vault.add_user("u-2", "sato", "worker", "initial-password")
    assert vault.header.prev_header_hash == first
    assert (vault.generation, vault.header.signed_generation) == (2, 2)
    vault.change_password(PASSWORD, "my own long password")
    assert (vault.generation, vault.header.signed_generation) == (3, 2)


@pytest.mark.skipif(os.name == "nt", reason="permission bits of POSIX")
def test_folder_and_copies_are_private(tmp_path: Path) -> None:
    new_vault(tmp_path / "v")
    assert (tmp_path / "v").stat().st_mode & 0o777 == 0o700
    for name in COPIES:
        assert (tmp_path / "v" / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("failing", range(1, 5))
def test_a_write_that_fails_keeps_one_good_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Fail the N-th sync or write: the old or the new password opens, and nothing else happens."""
    vault, _ = new_vault(tmp_path / "v")
    calls = 0
    real = files.overwrite_durable

    def tear(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        step = calls * 2
        if step - 1 == failing:  # torn in the middle
            path.write_bytes(content[: len(content) // 2])
            raise files.translate(OSError(errno.ENOSPC, "full"), path, writing=True)
        real(path, content)
        if step == failing:  # written, but the sync said no
            raise files.translate(OSError(errno.ENOSPC, "full"), path, writing=True)

    from storage import header_files

    monkeypatch.setattr(header_files, "overwrite_durable", tear)
    with pytest.raises(DiskFull):
        vault.change_password(PASSWORD, "my own long password")
    monkeypatch.undo()
    opened = 0
    for password in (PASSWORD, "my own long password"):
        try:
            unlock(tmp_path / "v", password=password)
            opened += 1
        except AzukariError:
            pass
    assert opened == 1
    assert read_pair(tmp_path / "v").to_repair == ()


def test_two_names_of_one_file_become_two_files(tmp_path: Path) -> None:
    """A program that frees space found two equal files; a torn write would hit both."""
    folder = tmp_path / "v"
    new_vault(folder)
    first, second = (folder / name for name in COPIES)
    second.unlink()
    os.link(first, second)
    raw = first.read_bytes()
    unlock(folder)
    assert not os.path.samefile(first, second)
    assert first.read_bytes() == second.read_bytes() == raw
    assert read_pair(folder).to_repair == ()
