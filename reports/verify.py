"""Check a sealed document without a ledger, a password or a network: one file in, one verdict out.

pyHanko's own verdict stays favourable when bytes are appended or the padding of the signature is
used, and `pdfsig` misses a byte changed inside the embedded certificate. So we demand more: one
revision, one seal, a certification that allows no change, a seal that covers every byte, a
container in the one form that we write, and the certificate whose fingerprint the document claims
(and, if given, that the municipality was told). Whatever raises is broken.
"""

import hashlib
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import defusedxml.ElementTree

from models.errors import Foreign, NewerFormat
from reports.claims import NAMESPACE, Claims

Problem = tuple[str, str]

SEALED_AS: Final = (
    "証印の名義は「{0}」です。証印を作ったときの受託者の名称で、受託者が名称を変えても、証印を替えるまで前の"
    "ままです（書類には、前の名称といつ変わったかが載ります）。名義だけでは、だれの証印か分かりません。"
)
REPLACES: Final = "「{0}」を差し替える書類です。"
UNSURE: Final = frozenset({"WORKING_PAPER"})
"""Codes that say that nobody can tell, where others say that something is wrong."""

_SENTENCES: Final = {
    "SHA256": "台帳に記録されたファイルと一致しません。別のファイルか、作成後に書き換えられたものです。",
    "BROKEN": "ファイルが壊れているか、書き換えられているため、読み取れません。もう一度、元のファイルを受け取ってください。",
    "FOREIGN": "預り台帳が作った文書ではありません。",
    "NEWER": "新しい版の預り台帳で作られた文書です。新しい版の検証プログラムを使ってください。",
    "NO_SEAL": "封印（電子署名）がありません。確定前の控えか、封印を外されたものです。",
    "WORKING_PAPER": "番号のない書類には、もともと封印（電子署名）が付きません。"
    "一覧などの控えとして渡されるもので、書き換えられていないかは、確かめられません。",
    "MANY_SEALS": "封印（電子署名）が二つ以上あります。作成後に付け加えられたものです。",
    "REVISIONS": "封印の後に追記されています。",
    "COVERAGE": "封印がファイル全体に及んでいません。封印の後に何かが付け加えられています。",
    "CHANGES": "変更を許さない形の封印ではありません。",
    "CONTENT": "封印の後に内容が書き換えられています。",
    "SEAL": "封印（電子署名）が正しくありません。",
    "CERTIFICATE": "封印の証明書が、文書に記載された指紋と一致しません。",
    "FINGERPRINT": "封印の証明書が、届け出られた指紋と一致しません。別の者が作った文書のおそれがあります。",
}


@dataclass(frozen=True)
class Verdict:
    """What a file turned out to be.

    `ok` without `fingerprint_checked` says only that the file is unchanged, not whose it is.
    """

    ok: bool
    number: str | None
    kind: str | None
    sha256: str
    problems: tuple[Problem, ...]
    claims: Claims | None
    signer: str | None
    certificate_fingerprint: str | None
    fingerprint_checked: bool


def verify_document(
    pdf: bytes, *, fingerprint: str | None = None, known_sha256: str | None = None
) -> Verdict:
    """Check one sealed document.

    Args:
        pdf: The bytes of the file.
        fingerprint: SHA-256 of the seal certificate as notified; colons and blanks are forgiven.
        known_sha256: SHA-256 that the ledger recorded for this document number.
    """
    sha256 = hashlib.sha256(pdf).hexdigest()
    found = _Findings()
    if known_sha256 is not None and _plain(known_sha256) != sha256:
        found.add("SHA256")
    with _silent_pyhanko():
        try:
            _examine(pdf, found, fingerprint)
        except Exception:
            # Damaged files raise dozens of classes from four libraries; each of them means broken.
            found.add("BROKEN")
    return Verdict(
        ok=not found.codes,
        number=found.claims.number if found.claims else None,
        kind=found.claims.kind if found.claims else None,
        sha256=sha256,
        problems=tuple((code, _SENTENCES[code]) for code in found.codes),
        claims=found.claims,
        signer=found.signer,
        certificate_fingerprint=found.certificate_fingerprint,
        fingerprint_checked=fingerprint is not None and found.certificate_fingerprint is not None,
    )


class _Findings:
    """What the examination has found so far."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.claims: Claims | None = None
        self.signer: str | None = None
        self.certificate_fingerprint: str | None = None

    def add(self, code: str, when: bool = True) -> None:
        if when and code not in self.codes:
            self.codes.append(code)


def _examine(pdf: bytes, found: _Findings, fingerprint: str | None) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    if not _has_only_tables(pdf):
        found.add("FOREIGN")
        return
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    _read_claims(reader, found)
    found.add("REVISIONS", reader.xrefs.total_revisions != 1)
    seals = reader.embedded_signatures
    if not seals:
        found.add("WORKING_PAPER" if found.claims and not found.claims.number else "NO_SEAL")
    found.add("MANY_SEALS", len(seals) > 1)
    for seal in seals:
        _examine_seal(pdf, seal, found)
    _compare_fingerprints(found, fingerprint)


def _has_only_tables(pdf: bytes) -> bool:
    """Look for compressed cross-references, which we never write, before anybody unpacks them.

    A thousand bytes of them become a million in memory. Objects inside of streams, the other such
    place, are reached through them alone.

    Raises:
        ValueError: No cross-reference where the file says.
    """
    end = _END.search(pdf, max(0, len(pdf) - 1024))
    offsets, seen = [int(end[1]) if end else -1], set[int]()
    while offsets:
        offset = offsets.pop()
        if offset in seen:
            continue
        seen.add(offset)
        if offset < 0 or not pdf.startswith(b"xref", offset):
            if _OBJECT.match(pdf, max(0, offset)):
                return False
            raise ValueError(f"no cross-reference at {offset}")
        section = pdf[offset : pdf.find(b"startxref", offset)]
        # Spelled otherwise, a name could mean to pyHanko what it does not mean here.
        if b"/XRefStm" in section or b"#" in section or b"%" in section:
            return False
        offsets += [int(one) for one in _PREVIOUS.findall(section)]
    return True


_END: Final = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_OBJECT: Final = re.compile(rb"\s*\d{1,10}\s+\d{1,5}\s+obj")
_PREVIOUS: Final = re.compile(rb"/Prev\s*(\d{1,12})")


def _read_claims(reader: Any, found: _Findings) -> None:
    try:
        packet = reader.root["/Metadata"]
        if packet.get("/Filter"):
            raise ValueError("metadata is never compressed by us")
        tree = defusedxml.ElementTree.fromstring(packet.data, forbid_dtd=True)
        text = tree.findtext(f".//{{{NAMESPACE}}}claims", default="")
        found.claims = Claims.from_mapping(json.loads(text))
    except NewerFormat:
        found.add("NEWER")
    except (Foreign, KeyError, AttributeError, TypeError, ValueError, SyntaxError):
        found.add("FOREIGN")


def _examine_seal(pdf: bytes, seal: Any, found: _Findings) -> None:
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    seal.compute_integrity_info(skip_diff=True)
    found.add("COVERAGE", seal.coverage != SignatureCoverageLevel.ENTIRE_FILE)
    found.add("COVERAGE", not _covers_everything(pdf, seal))
    found.add("CHANGES", seal.docmdp_level != MDPPerm.NO_CHANGES)
    found.add("SEAL", seal.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached")
    found.add("SEAL", not _is_in_our_form(seal))
    intact, valid = validate_sig_integrity(
        seal.signer_info, seal.signer_cert, "data", seal.compute_digest()
    )
    found.add("CONTENT", not intact)
    found.add("SEAL", not valid)
    found.certificate_fingerprint = hashlib.sha256(seal.signer_cert.dump()).hexdigest()
    found.signer = seal.signer_cert.subject.native.get("common_name")


def _covers_everything(pdf: bytes, seal: Any) -> bool:
    """Check the byte range against the file: only the signature container lies outside."""
    start, first, second, rest = (int(number) for number in seal.sig_object["/ByteRange"])
    hole = pdf[first:second]
    return (
        start == 0
        and second + rest == len(pdf)
        and re.fullmatch(rb"<[0-9a-f]+>", hole) is not None
        and pdf.endswith(b"%%EOF\n")
    )


def _is_in_our_form(seal: Any) -> bool:
    """Refuse a container with anything unsigned in it: padding, attributes, loose encodings."""
    from asn1crypto import cms

    content = bytes(seal.pkcs7_content)
    container = cms.ContentInfo.load(content)
    encoded = container.dump()
    data = container["content"]
    signer = data["signer_infos"][0]
    certificate = seal.signer_cert
    return (
        not content[len(encoded) :].strip(b"\0")
        and _holds_only_its_fields(encoded, len(data["certificates"]))
        and container["content_type"].native == "signed_data"
        and data["version"].native == "v1"
        and all(map(_is_plain_sha256, [*data["digest_algorithms"], signer["digest_algorithm"]]))
        and data["encap_content_info"]["content_type"].native == "data"
        and signer["version"].native == "v1"
        and signer["sid"].chosen["serial_number"].native == certificate.serial_number
        and signer["sid"].chosen["issuer"].dump() == certificate.issuer.dump()
    )


def _holds_only_its_fields(encoded: bytes, certificates: int) -> bool:
    """Count the elements level by level: a stretched length would swallow padding unseen.

    asn1crypto reads a sequence field by field and does not mind what stands behind the last one.
    Encoding the container anew would show it too, but takes twenty times as long as all the rest.
    """
    try:
        _type, wrapper = _elements(encoded, 2)
        (signed_data,) = _elements(wrapper, 1)
        _version, digests, content, carried, signers = _elements(signed_data, 5)
        (digest,) = _elements(digests, 1)
        (signer,) = _elements(signers, 1)
        _elements(content, 1)
        _elements(carried, certificates)
        _version, identifier, own_digest, *_signed = _elements(signer, 6)
        _elements(identifier, 2)
        return all(len(_split(algorithm)) <= 2 for algorithm in (digest, own_digest))
    except ValueError:
        return False


def _elements(encoded: bytes, count: int) -> list[bytes]:
    """Split a constructed value that must hold just so many elements.

    Raises:
        ValueError: It holds more or fewer.
    """
    found = _split(encoded)
    if len(found) != count:
        raise ValueError(f"{len(found)} elements where {count} were expected")
    return found


def _split(encoded: bytes) -> list[bytes]:
    """Split a constructed DER value into its elements, to the last byte."""
    from asn1crypto import parser

    rest = parser.parse(encoded, strict=True)[4]
    found = []
    while rest:
        length = parser.peek(rest)
        found.append(rest[:length])
        rest = rest[length:]
    return found


def _is_plain_sha256(algorithm: Any) -> bool:
    """Check an algorithm identifier in the unsigned part: no parameters, or the customary NULL."""
    parameters = algorithm["parameters"].dump()
    return algorithm["algorithm"].native == "sha256" and parameters in (b"", b"\x05\x00")


def _compare_fingerprints(found: _Findings, fingerprint: str | None) -> None:
    actual = found.certificate_fingerprint
    if actual is None:
        return
    found.add("CERTIFICATE", found.claims is not None and found.claims.seal != actual)
    found.add("FINGERPRINT", fingerprint is not None and _plain(fingerprint) != actual)


def _plain(hexadecimal: str) -> str:
    return re.sub(r"[\s:：-]", "", hexadecimal).lower()


@contextmanager
def _silent_pyhanko() -> Iterator[None]:
    """Keep tracebacks of damaged files out of the log; the verdict says all."""
    logger = logging.getLogger("pyhanko")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
