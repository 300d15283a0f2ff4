"""The key header: two copies, who may open the ledger, and who vouched for whom."""

import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stranger.reader.plain import (
    TIME,
    Json,
    Wrong,
    canonical,
    fields,
    need,
    number,
    sha,
    signed,
    strict,
    unbase,
)

LIMIT = 256 * 1024
NAMES = (
    "vault_id created program profile kdf device policy_hash first_key epochs users recovery wraps"
    " signed_generation generation prev_header_hash slots responsible_sig"
)
RECORD = "user_id role pub_x pub_ed state added_by added_sig"
SLOT = "slot_id user_id tag initial kdf nonce box sig"
WRAP = "user_id epoch eph box"
ROLES = {"worker", "supervisor", "administrator", "inspector"}
STATES = {"active", "replaced", "revoked"}
MANAGERS = {"supervisor", "administrator"}
USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass(frozen=True)
class Header:
    """One copy whose digest fits; nothing of it is proved yet."""

    raw: bytes
    json: Json

    @property
    def vault_id(self) -> bytes:
        return unbase(self.json["vault_id"], 16, "vault_id")

    @property
    def generation(self) -> int:
        return int(self.json["generation"])

    @property
    def everybody(self) -> list[Json]:
        return [*self.json["users"], *self.json["recovery"]]

    def active(self, user_id: str) -> Json:
        """Return the one record of somebody that is in force."""
        found = [one for one in self.everybody if _is(one, user_id) and one["state"] == "active"]
        need(len(found) == 1, f"key header: {len(found)} active records of {user_id}")
        return found[0]


def _is(record: Json, user_id: str) -> bool:
    return bool(record["user_id"] == user_id)


def read_copies(folder: Path) -> Header:
    """Read `keys.a` and `keys.b` and return the copy that counts.

    Raises:
        Wrong: neither reads, one is newer, or two of one generation differ.
    """
    good, bad = [], []
    for name in ("keys.a", "keys.b"):
        try:
            good.append(parse((folder / name).read_bytes()))
        except (Wrong, OSError) as error:
            need("newer" not in str(error), f"{name}: {error}")
            bad.append(str(error))
    need(bool(good), f"neither key header reads: {bad}")
    newest = max(good, key=lambda one: one.generation)
    same = [one for one in good if one.generation == newest.generation]
    need(all(one.raw == newest.raw for one in same), "two key headers of one generation differ")
    return newest


def parse(raw: bytes) -> Header:
    """Read one copy: digest, version, shape.

    Raises:
        Wrong: it is damaged, newer, or has another shape.
    """
    need(len(raw) <= LIMIT, "key header: too long")
    need(raw[:8] == b"AZKKEYS\n", "key header: another magic")
    need(raw[-32:] == sha(raw[:-32]), "key header: damaged, the digest is another")
    need(number(raw, 8, 2) <= 1, "key header: a newer version")
    need(number(raw, 8, 2) == 1, "key header: version 0")
    need(len(raw) == 14 + number(raw, 10, 4) + 64, "key header: another length")
    header = Header(raw, strict(raw[14:-64], "key header"))
    _shape(header)
    return header


def _shape(header: Header) -> None:
    value = header.json
    fields(value, NAMES, "key header")
    need(TIME.fullmatch(value["created"]) is not None, "key header: created")
    need(value["profile"] in ("standard", "test"), "key header: profile")
    need(1 <= value["signed_generation"] <= value["generation"], "key header: generations")
    need(len(unbase(value["prev_header_hash"], 32, "prev_header_hash")) == 32, "key header")
    first = value["generation"] == 1
    zero = unbase(value["prev_header_hash"], 32, "prev") == bytes(32)
    need(first == zero, "key header: prev_header_hash and generation")
    _epochs(value["epochs"])
    for record in header.everybody:
        fields(record, RECORD, "record")
        need(USER_ID.fullmatch(record["user_id"]) is not None, "record: user_id")
        need(record["state"] in STATES, "record: state")
    need(all(one["role"] in ROLES for one in value["users"]), "record: role")
    need(1 <= len(value["users"]) <= 256, "key header: number of users")
    need([one["state"] for one in value["users"]].count("active") <= 64, "key header: active users")
    sheets = value["recovery"]
    names = [f"recovery-{n}" for n in range(1, len(sheets) + 1)]
    need([one["user_id"] for one in sheets] == names, "recovery: names")
    need(all(one["role"] == "recovery" for one in sheets), "recovery: role")
    need([one["state"] for one in sheets].count("active") == 1, "recovery: not one active")
    _once(header)
    _wraps(header)


def _epochs(epochs: list[Json]) -> None:
    states = [one["state"] for one in epochs]
    need(states in (["current"], ["current", "rotating"]), "key header: epochs")
    need(len(epochs) == 1 or epochs[1]["e"] == epochs[0]["e"] + 1, "key header: epochs")


def _once(header: Header) -> None:
    """Nothing that names somebody appears twice."""
    slots = header.json["slots"]
    need(1 <= len(slots) <= 64, "key header: number of slots")
    for names in (
        [one["pub_ed"] for one in header.everybody],
        [one["tag"] for one in slots],
        [one["slot_id"] for one in slots],
        [one["user_id"] for one in slots],
        [one["user_id"] for one in header.everybody if one["state"] == "active"],
    ):
        need(len(set(names)) == len(names), "key header: something appears twice")
    for slot in slots:
        fields(slot, SLOT, "slot")
        need(isinstance(slot["initial"], bool), "slot: initial")
        header.active(slot["user_id"])


def _wraps(header: Header) -> None:
    wanted = sorted(
        (one["user_id"], epoch["e"])
        for one in header.everybody
        if one["state"] == "active"
        for epoch in header.json["epochs"]
    )
    for wrap in header.json["wraps"]:
        fields(wrap, WRAP, "wrap")
    found = sorted((one["user_id"], one["epoch"]) for one in header.json["wraps"])
    need(found == wanted, "key header: wraps and active records differ")


def check_mac(header: Header, key: bytes) -> None:
    """Compare the MAC, which only who holds the data key can make."""
    mac = hmac.digest(key, header.raw[:-64], "sha256")
    need(mac == header.raw[-64:-32], "key header: the MAC is another")


def check_signatures(header: Header) -> None:
    """Follow who added whom down to the first key; check the responsible half and every slot.

    Raises:
        Wrong: a signature, or the right to it, is missing.
    """
    records = {unbase(one["pub_ed"], 32, "pub_ed"): one for one in header.everybody}
    for key in records:
        _vouched(header, records, key)
    _responsible(header, records)
    for slot in header.json["slots"]:
        body = {name: slot[name] for name in slot if name != "sig"}
        message = b"azukari/header-slot/1\0" + canonical(_bound(header, body))
        key = unbase(header.active(slot["user_id"])["pub_ed"], 32, "pub_ed")
        need(
            signed(key, unbase(slot["sig"], 64, "sig"), message),
            f"key header: slot of {slot['user_id']} is not signed by its user",
        )


def _bound(header: Header, body: Json) -> Json:
    return body | {"vault_id": header.json["vault_id"]}


def _vouched(header: Header, records: dict[bytes, Json], key: bytes) -> None:
    first = unbase(header.json["first_key"], 32, "first_key")
    need(first in records and records[first]["role"] == "supervisor", "key header: first key")
    seen: set[bytes] = set()
    while True:
        record = records[key]
        by = unbase(record["added_by"], 32, "added_by")
        need(key not in seen, "key header: a record does not lead to the first key")
        seen.add(key)
        need(by in records, f"key header: {record['user_id']} was added by nobody known")
        body = {name: record[name] for name in record if name not in ("state", "added_sig")}
        message = b"azukari/header-user/1\0" + canonical(_bound(header, body))
        need(
            signed(by, unbase(record["added_sig"], 64, "added_sig"), message),
            f"key header: {record['user_id']} is not signed by who added them",
        )
        need(_may_add(records[by]["role"], record["role"]), f"key header: {record['user_id']}")
        if key == first:
            break
        key = by
    need(by == first, "key header: the first record is not signed by itself")


def _may_add(by: str, role: str) -> bool:
    if role in ("supervisor", "recovery"):
        return by in ("supervisor", "recovery")
    return by in ("supervisor", "administrator")


def _responsible(header: Header, records: dict[bytes, Json]) -> None:
    half: Any = header.json["responsible_sig"]
    fields(half, "by sig", "responsible_sig")
    by = records.get(unbase(half["by"], 32, "by"))
    need(
        by is not None and by["state"] == "active" and by["role"] in MANAGERS,
        "key header: signed by nobody responsible",
    )
    left_out = ("generation", "prev_header_hash", "responsible_sig", "slots")
    body = {k: v for k, v in header.json.items() if k not in left_out} | {"signer": half["by"]}
    message = b"azukari/header-signed/1\0" + canonical(body)
    key, signature = unbase(half["by"], 32, "by"), unbase(half["sig"], 64, "sig")
    need(signed(key, signature, message), "key header: the responsible signature is another")
