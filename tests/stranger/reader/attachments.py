"""Attachment files: named by what they are, opened with the key that lies in the database."""

from pathlib import Path

from tests.stranger.reader.plain import Findings, Wrong, hkdf, need, sealed_records, sha


def opened(name: str, raw: bytes, key: bytes) -> bytes:
    """Return the plain bytes of an attachment.

    Raises:
        Wrong: it is not the file of this name, or a bit is another.
    """
    need(sha(raw).hex() == name, f"attachment {name[:8]}: other bytes than its name says")
    need(raw[:10] == b"AZKATTA\n\0\1", f"attachment {name[:8]}: another magic or version")
    own = hkdf(key, b"azukari/attachment/1", raw[10:26])
    return sealed_records(raw[26:], own, raw[:26], 65536, f"attachment {name[:8]}")


def names(folder: Path) -> set[str]:
    """Return the names of the files; left-overs do not count."""
    if not folder.is_dir():
        return set()
    return {one.name for one in folder.iterdir() if one.suffix != ".part"}


def check(
    folder: Path, wanted: dict[str, dict[str, object]], key: bytes, findings: Findings
) -> None:
    """Compare the files with the records that speak of them."""
    found = names(folder)
    findings.check(found >= set(wanted), "attachments: a file is missing that a record names")
    for name in sorted(found & set(wanted)):
        record = wanted[name]
        try:
            plain = opened(name, (folder / name).read_bytes(), key)
        except Wrong as error:
            findings.check(False, str(error))
            continue
        same = (sha(plain).hex(), len(plain)) == (record["sha256"], record["size"])
        findings.check(same, f"attachment {name[:8]}: its record says otherwise")
