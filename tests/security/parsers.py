"""Our own formats from a hostile hand, a hundred thousand times each.

    python -m tests.security.parsers FORMAT COUNT SEED FOLDER

Half of the copies are only broken; for the other half the forger makes lengths, check sums and
even the encryption right, so that what lies behind them meets the bytes. Prints how many were read
and how many refused; a copy that is answered in another way is kept in FOLDER.
"""

import hashlib
import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from models.errors import AzukariError
from storage import journal_format, key_copy
from storage.backup_format import FORM, MAGIC, parse_preamble
from storage.header import PREFIX_BYTES, SUFFIX_BYTES, complete, parse_header
from storage.journal import list_files
from storage.journal_file import JournalFile
from storage.journal_format import FRAME_PREFIX_BYTES, open_box, read_prefix
from tests.house import furnished
from tests.security.mutator import mutated
from tests.storage.test_backup import _ledger
from tests.storage.test_journal_keeper import enter
from tests.storage.vaults import new_vault

SLOWEST = 5.0


@dataclass(frozen=True)
class Format:
    """What is mutated, how a forger completes it, and who reads it.

    Args:
        wholes: sound contents.
        forge: makes a file of a changed content; without it the file itself is changed.
    """

    wholes: Sequence[bytes]
    forge: Callable[[bytes], bytes]
    read: Callable[[bytes], object]


def key_header(folder: Path) -> Format:
    raw = new_vault(folder / "v")[0].header_bytes
    end = len(raw) - SUFFIX_BYTES

    def forge(text: bytes) -> bytes:
        framed = raw[:10] + len(text).to_bytes(4, "big") + text
        return complete(framed, raw[end:-32])

    return Format([raw[PREFIX_BYTES:end]], forge, lambda data: parse_header(data, "keys.a"))


def manifest(folder: Path) -> Format:
    made = _ledger(folder / "ledger").backup(folder / "b").file.read_bytes()
    end = PREFIX_BYTES + int.from_bytes(made[10:PREFIX_BYTES], "big")

    def forge(text: bytes) -> bytes:
        raw = MAGIC + made[8:10] + len(text).to_bytes(4, "big") + text
        return raw + hashlib.sha256(raw).digest()

    def read(data: bytes) -> object:
        """Do what child and program do one after the other; a child for each would take hours."""
        return parse_preamble(FORM.take(io.BytesIO(data), "a.azb"), "a.azb")

    return Format([made[PREFIX_BYTES:end]], forge, read)


def copy_of_keys(folder: Path) -> Format:
    vault = new_vault(folder / "c")[0]
    made = key_copy.seal(vault, vault.random)
    end = PREFIX_BYTES + int.from_bytes(made[10:PREFIX_BYTES], "big")

    def forge(text: bytes) -> bytes:
        raw = key_copy.MAGIC + made[8:10] + len(text).to_bytes(4, "big") + text
        return raw + hashlib.sha256(raw).digest() + made[end + 32 :]

    def read(data: bytes) -> object:
        raw = key_copy.FORM.take(io.BytesIO(data), "a.azk")
        return key_copy.parse_manifest(raw, "a.azk")

    return Format([made[PREFIX_BYTES:end]], forge, read)


def journal_frame(folder: Path) -> Format:
    """Frames as they stand in the file; the forger has the key of the file."""
    with furnished(folder, accounts=True) as house:
        house.ledger.journal.start(folder / "usb")
        for number in range(3):
            enter(house.ledger, f"倉庫{number}")
        vault = house.ledger.safe.vault  # type: ignore[attr-defined]
        file = JournalFile(list_files(folder / "usb", vault.vault_id)[-1], vault)
        raw = file.path.read_bytes()
        places = file.scan().places
    digest, key = file._digest, file._key
    plains = [
        open_box(one.prefix, raw[one.offset + FRAME_PREFIX_BYTES : one.end], digest, key)
        for one in places
    ]
    assert len(plains) > 2

    def forge(plain: bytes) -> bytes:
        return journal_format.write_frame(
            digest, key, first=1, last=1, previous=bytes(32), nonce=bytes(12), plain=plain
        )

    def read(data: bytes) -> object:
        try:
            prefix = read_prefix(data[:FRAME_PREFIX_BYTES], digest)
            plain = open_box(prefix, data[FRAME_PREFIX_BYTES:], digest, key)
        except journal_format.Torn as torn:
            raise journal_format.broken("a.azj") from torn
        return file._load(*file._split(plain, 1), 1)

    return Format(plains, forge, read)


FORMATS = {
    "key_header": key_header, "manifest": manifest, "journal_frame": journal_frame,
    "key_copy": copy_of_keys,
}  # fmt: skip


def careless(folder: Path) -> Format:
    """The planted bug: a reader that trips over a number which only a forger can write."""
    sound = key_header(folder)

    def read(data: bytes) -> object:
        header = parse_header(data, "keys.a").header
        if header.generation > 2**32:
            raise IndexError("the planted bug")
        return header

    return Format(sound.wholes, sound.forge, read)


def run(made: Format, count: int, seed: int, folder: Path) -> dict[str, int]:
    """Let the reader meet `count` hostile copies.

    Raises:
        SystemExit: an error that is none of ours, or a copy that takes too long; it is kept.
    """
    dice = random.Random(seed)
    told = {"read": 0, "refused": 0}
    files = [made.forge(whole) for whole in made.wholes]
    for number in range(count):
        forger = dice.random() < 0.5
        data = made.forge(mutated(made.wholes, dice)) if forger else mutated(files, dice)
        started = time.monotonic()
        try:
            made.read(data)
            told["read"] += 1
        except AzukariError:
            told["refused"] += 1
        except BaseException as error:
            _stop(folder, data, f"seed {seed}, copy {number}: {error!r}")
        if time.monotonic() - started > SLOWEST:
            _stop(folder, data, f"seed {seed}, copy {number}: too slow")
    return told


def _stop(folder: Path, data: bytes, what: str) -> None:
    (folder / "bad").write_bytes(data)
    sys.exit(f"{what}; kept in {folder / 'bad'}")


def main() -> None:
    name, count, seed, folder = islice(sys.argv, 1, 5)
    make = FORMATS.get(name, careless)
    with tempfile.TemporaryDirectory() as scratch:
        made = make(Path(scratch))
    print(json.dumps(run(made, int(count), int(seed), Path(folder))))


if __name__ == "__main__":
    main()
