"""The bytes of one journal file: a header that says what it continues, then the frames.

    header   magic (8) | version u16 | length u32 | JSON | SHA-256 of all before: D | seal (16)
    frame    mark (4) | length u32 | first u64 | last u64 | previous (32) | nonce (12) | check (8)
             | box: AES-256-GCM(file key, nonce, content)

The content is `length u32 | command | lines`: a command as `storage/wire.py` writes it, lines of the
access log as `storage/access_wire.py` does, or both; in one frame, because of two frames under one
fsync a power cut may leave the second whole and the first torn. Without a command `first` and `last`
are 0. Version 1 knew commands only (without the length); its files are read, never written to again.

The check lets a reader believe the length before the box is opened, so that a flipped bit in a
length never looks like a torn end. The nonce is random: after a torn write another command may
come to stand at the same number. docs/format.md, "Journal", is the same for a second reader.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.chain import EMPTY, Head
from models.errors import Damaged
from storage import vetting
from storage.kdf import hkdf
from storage.keyset import NONCE_BYTES, TAG_BYTES
from storage.preamble import Form, fields_of, version_of
from storage.strict_json import LARGEST, Fields, Malformed, blob

MAGIC = b"AZKJOUR\n"
VERSION = 2
ID_BYTES = 16
HASH_BYTES = 32
MOST_HEADER = 4096
FRAME_MARK = b"AZJF"
_PREFIX = struct.Struct(">4sIQQ32s12s")
CHECK_BYTES = 8
FRAME_PREFIX_BYTES = _PREFIX.size + CHECK_BYTES
_FILE_KEY_TAG = b"azukari/journal-file/1"
BROKEN = (
    "責任者に連絡してください。台帳がそのまま開けるときは、「バックアップ」の画面で"
    "更新ジャーナルを別の媒体で始め直し、すぐにバックアップを取ります。"
)

COPY_BROKEN = (
    "記帳の控えは無事です。責任者かシステム管理者が「バックアップ」の画面で、同じフォルダーを選んで"
    "更新ジャーナルを始め直すと、台帳の添付資料からこの写しを作り直します。"
)


def broken(name: str, frame: int = 0) -> Damaged:
    """Return the error for a journal file, naming the frame if one is meant."""
    where = f"{name} の{frame}番目の記録" if frame else name
    return Damaged(file=where, what_now=BROKEN)


FORM = Form(MAGIC, VERSION, MOST_HEADER, "預り台帳の更新ジャーナルではありません。", broken)


class KeyGone(Damaged):
    """The file stands under a data key that the ledger has no more."""


class Torn(Exception):
    """The bytes end before the frame does, or are not a whole frame."""


class Keys(Protocol):
    """What an unlocked vault gives to the journal."""

    @property
    def vault_id(self) -> bytes: ...

    @property
    def epoch(self) -> int: ...

    def derive(self, purpose: str, *, epoch: int | None = None) -> bytes: ...

    def random(self, length: int) -> bytes: ...


@dataclass(frozen=True)
class FileHeader:
    """What a journal file says of itself; `base` is the head that its first frame continues.

    Args:
        lines: number and hash of the line of the access log that its first one continues.
    """

    vault_id: bytes
    file_id: bytes
    number: int
    epoch: int
    base: Head
    link: bytes  # id of the file before, zero for the first
    created: str
    program: str
    lines: Head = EMPTY
    version: int = VERSION

    @property
    def raw(self) -> bytes:
        """The header as it stands in the file, without digest and seal."""
        return FORM.write(self._body(), self.version)

    @property
    def way(self) -> str:
        """Name the way that ends with this file, in the entry that tells of it."""
        return f"{self.epoch} {self.file_id.hex()}"

    @property
    def digest(self) -> bytes:
        """What binds every frame to this file."""
        return hashlib.sha256(self.raw).digest()

    def _body(self) -> dict[str, Any]:
        lines = {"line": self.lines.seq, "line_hash": blob(self.lines.hash)}
        return {
            **(lines if self.version > 1 else {}),
            "created": self.created,
            "epoch": self.epoch,
            "file_id": blob(self.file_id),
            "link": blob(self.link),
            "number": self.number,
            "previous": blob(self.base.hash),
            "program": self.program,
            "seq": self.base.seq,
            "vault_id": blob(self.vault_id),
        }


_FIELDS = (
    "created", "epoch", "file_id", "link", "number", "previous", "program", "seq", "vault_id",
)  # fmt: skip
_LINE_FIELDS = ("line", "line_hash")  # since version 2


def file_key(keys: Keys, header: FileHeader) -> bytes:
    """Derive the key of one journal file.

    Raises:
        KeyGone: only a backup of that time still has it.
    """
    try:
        key = keys.derive("journal", epoch=header.epoch)
    except KeyError as exc:
        raise KeyGone(
            file=f"更新ジャーナル {header.number}",
            what_now="ほかの時期の暗号鍵のものです。"
            "暗号鍵を替えた後に作ったバックアップから復元してください。",
        ) from exc
    return hkdf(key, _FILE_KEY_TAG, salt=header.file_id)


def write_header(header: FileHeader, key: bytes) -> bytes:
    raw, digest = header.raw, header.digest
    vetting.remember(vetting.JOURNAL, raw)
    return raw + digest + AESGCM(key).encrypt(bytes(NONCE_BYTES), b"", digest)


def read_header(file: BinaryIO, name: str) -> tuple[FileHeader, bytes]:
    """Read the header, after a child did; the seal, which proves it, is returned beside it.

    Raises:
        Foreign: not a journal of ours.
        NewerFormat: a later version wrote it.
        NotVetted: the child did not get to an end.
        Damaged: anything else that our writer does not produce.
    """
    raw = FORM.take(file, name)
    if not vetting.reads(vetting.JOURNAL, raw, name):
        raise broken(name)
    return parse_file_header(raw, name), file.read(TAG_BYTES)


def parse_file_header(raw: bytes, name: str) -> FileHeader:
    """Parse what `FORM.take` returned; in this process only after a child did.

    Raises:
        Damaged: our writer does not produce it.
    """
    try:
        return _header(fields_of(raw), version_of(raw))
    except Malformed as exc:
        raise broken(name) from exc


def _header(fields: Fields, version: int) -> FileHeader:
    fields.only(_FIELDS + _LINE_FIELDS if version > 1 else _FIELDS)
    lines = EMPTY
    if version > 1:
        lines = Head(fields.number("line", 0, LARGEST), fields.blob("line_hash", HASH_BYTES))
    return FileHeader(
        vault_id=fields.blob("vault_id", ID_BYTES),
        file_id=fields.blob("file_id", ID_BYTES),
        number=fields.number("number", 1, 999_999),
        epoch=fields.number("epoch", 1, LARGEST),
        base=Head(fields.number("seq", 0, LARGEST), fields.blob("previous", HASH_BYTES)),
        link=fields.blob("link", ID_BYTES),
        created=fields.time("created"),
        program=fields.text("program", r"[0-9A-Za-z.+-]{1,32}"),
        lines=lines,
        version=version,
    )


def check_seal(header: FileHeader, seal: bytes, key: bytes, name: str) -> None:
    """Prove the header with the key of its file.

    Raises:
        Damaged: it was changed, or made under another key.
    """
    try:
        AESGCM(key).decrypt(bytes(NONCE_BYTES), seal, header.digest)
    except (InvalidTag, ValueError) as exc:
        raise broken(name) from exc


@dataclass(frozen=True)
class Prefix:
    """The readable start of a frame: which entries are inside, and what they continue."""

    length: int
    first: int
    last: int
    previous: bytes
    nonce: bytes
    raw: bytes

    @property
    def of_lines(self) -> bool:
        """Tell whether no command is inside."""
        return self.last == 0


def write_frame(
    digest: bytes, key: bytes, *, first: int, last: int, previous: bytes, nonce: bytes, plain: bytes
) -> bytes:
    """Seal one content for the file with this header digest."""
    length = len(plain) + TAG_BYTES
    start = _PREFIX.pack(FRAME_MARK, length, first, last, previous, nonce)
    prefix = start + _check(digest, start)
    return prefix + AESGCM(key).encrypt(nonce, plain, digest + prefix)


def read_prefix(raw: bytes, digest: bytes) -> Prefix:
    """Read the start of a frame.

    Raises:
        Torn: it is cut off, or not the start of a frame of this file.
    """
    if len(raw) < FRAME_PREFIX_BYTES:
        raise Torn
    start, check = raw[: _PREFIX.size], raw[_PREFIX.size : FRAME_PREFIX_BYTES]
    mark, length, first, last, previous, nonce = _PREFIX.unpack(start)
    if mark != FRAME_MARK or check != _check(digest, start):
        raise Torn
    return Prefix(length, first, last, previous, nonce, start + check)


def open_box(prefix: Prefix, box: bytes, digest: bytes, key: bytes) -> bytes:
    """Return the content of a frame.

    Raises:
        Torn: cut off, changed, or moved from another place.
    """
    try:
        return AESGCM(key).decrypt(prefix.nonce, box, digest + prefix.raw)
    except (InvalidTag, ValueError) as exc:
        raise Torn from exc


def _check(digest: bytes, start: bytes) -> bytes:
    return hashlib.sha256(digest + start).digest()[:CHECK_BYTES]
