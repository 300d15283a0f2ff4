"""The seal: one revision, certified, covering every byte; whatever is done to it later is noticed."""

import dataclasses
import hashlib
import json
import random
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from models.errors import Damaged, Refused, Usage
from reports.claims import NAMESPACE
from reports.documents.d14_receipt import Receipt
from reports.documents.d28_ledger import Register
from reports.page import claims_of
from reports.render import render, seal
from reports.seal import (
    SealIdentity,
    load_pkcs12,
    make_seal_certificate,
    seal_identity,
    seal_record,
    sign_hole,
)
from reports.verify import Verdict, verify_document
from tests.reports.papers import NOW, identity, tool

FORGER = "株式会社にせもの"


def claiming(fingerprint: str) -> Register:
    """Return a small paper that claims a seal."""
    sample = Register.sample()
    anchor = dataclasses.replace(sample.anchor, seal_fingerprint=fingerprint)
    return dataclasses.replace(sample, anchor=anchor)


@cache
def sealed() -> bytes:
    return seal(claiming(identity().fingerprint), identity()).pdf


def codes(pdf: bytes) -> set[str]:
    verdict = verify_document(pdf, fingerprint=identity().fingerprint)
    assert verdict.ok == (not verdict.problems)
    return {code for code, _sentence in verdict.problems}


def hole(pdf: bytes) -> tuple[int, int]:
    """Return where the signature container stands, brackets included."""
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    return start, pdf.index(b">", start) + 1


def with_byte(pdf: bytes, position: int, mask: int) -> bytes:
    changed = bytearray(pdf)
    changed[position] ^= mask
    return bytes(changed)


# --- a good seal ------------------------------------------------------------------------------


def test_a_sealed_document_verifies_with_the_fingerprint_that_was_notified() -> None:
    paper = seal(claiming(identity().fingerprint), identity())
    verdict = verify_document(
        paper.pdf, fingerprint=identity().fingerprint, known_sha256=paper.sha256
    )
    document = claiming(identity().fingerprint)
    assert verdict == Verdict(
        ok=True,
        number="令和8年度 第12号",
        kind="D-28",
        sha256=hashlib.sha256(paper.pdf).hexdigest(),
        problems=(),
        claims=claims_of(document.head, document.anchor),
        signer="株式会社みほん情報処理",
        certificate_fingerprint=identity().fingerprint,
        fingerprint_checked=True,
    )


def test_a_flowing_document_verifies_too() -> None:
    sample = Receipt.sample()
    anchor = dataclasses.replace(sample.anchor, seal_fingerprint=identity().fingerprint)
    pdf = seal(dataclasses.replace(sample, anchor=anchor), identity()).pdf
    assert codes(pdf) == set()


def test_a_fingerprint_may_be_typed_as_people_write_it() -> None:
    plain = identity().fingerprint.upper()
    typed = [":".join(plain[n : n + 2] for n in range(0, 64, 2)), f" {plain[:32]} {plain[32:]}\n"]
    assert all(verify_document(sealed(), fingerprint=text).ok for text in typed)


def test_without_a_fingerprint_the_verdict_says_that_nobody_compared_it() -> None:
    verdict = verify_document(sealed())
    assert verdict.ok
    assert not verdict.fingerprint_checked


def test_the_certificate_is_p256_and_lasts_thirty_years() -> None:
    certificate = x509.load_der_x509_certificate(identity().certificate)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert certificate.not_valid_before_utc == NOW
    assert certificate.not_valid_after_utc - NOW == timedelta(days=365 * 30)


def test_a_long_name_of_the_contractor_is_cut_to_what_x520_allows() -> None:
    made = make_seal_certificate("株" * 65, NOW, random.Random(3).randbytes)
    record, _secret = seal_record(made)
    assert record.subject == "株" * 21


# --- somebody else's seal -----------------------------------------------------------------------


def test_another_fingerprint_than_the_notified_is_noticed() -> None:
    verdict = verify_document(sealed(), fingerprint="00" * 32)
    assert [code for code, _ in verdict.problems] == ["FINGERPRINT"]
    assert "別の者が作った文書のおそれ" in verdict.problems[0][1]


def test_a_forger_who_keeps_the_claimed_fingerprint_is_noticed() -> None:
    forged = seal(claiming(identity().fingerprint), identity(FORGER, 2)).pdf
    assert {"CERTIFICATE", "FINGERPRINT"} <= codes(forged)
    assert not verify_document(forged).ok


def test_a_forger_who_claims_his_own_seal_is_noticed_by_the_notified_fingerprint() -> None:
    own = identity(FORGER, 2)
    forged = seal(claiming(own.fingerprint), own).pdf
    assert codes(forged) == {"FINGERPRINT"}
    assert verify_document(forged).signer == FORGER


def test_another_file_than_the_ledger_recorded_is_noticed() -> None:
    verdict = verify_document(sealed(), known_sha256="0" * 64)
    assert [code for code, _ in verdict.problems] == ["SHA256"]


# --- what is done to a file later ---------------------------------------------------------------


@pytest.mark.parametrize("more", [b"\n", b" ", b"\0", b"%comment\n", b"%%EOF\n"])
def test_appended_bytes_are_noticed(more: bytes) -> None:
    assert "COVERAGE" in codes(sealed() + more) or "BROKEN" in codes(sealed() + more)
    assert codes(more + sealed())


def test_a_flipped_byte_is_noticed_wherever_it_is() -> None:
    pdf = sealed()
    start, end = hole(pdf)
    structure = range(end, len(pdf))
    somewhere = random.Random(40)
    positions = [
        *range(0, len(pdf), max(1, len(pdf) // 120)),
        *range(start, end, 40),
        *somewhere.sample(structure, 40),
        *range(len(pdf) - 40, len(pdf), 4),
    ]
    unnoticed = [p for p in positions if not codes(with_byte(pdf, p, 1 << (p % 8)))]
    assert len(positions) > 250
    assert unnoticed == []


@pytest.mark.parametrize("mask", [0x20, 0x01, 0x80])
def test_the_signature_dictionary_is_sealed_up_to_its_brackets(mask: int) -> None:
    pdf = sealed()
    start, end = hole(pdf)
    edges = [*range(start - 150, start + 8, 4), *range(end - 8, end + 8)]
    assert [p for p in edges if not codes(with_byte(pdf, p, mask))] == []


def test_the_same_container_in_other_letters_is_noticed() -> None:
    pdf = sealed()
    start, end = hole(pdf)
    louder = pdf[:start] + pdf[start:end].upper() + pdf[end:]
    assert louder != pdf
    assert "COVERAGE" in codes(louder)


def test_bytes_hidden_in_the_padding_are_noticed() -> None:
    pdf = sealed()
    _start, end = hole(pdf)
    assert pdf[end - 9 : end - 1] == b"00000000"
    assert "SEAL" in codes(pdf[: end - 9] + b"deadbeef" + pdf[end - 1 :])


def test_a_truncated_file_is_broken() -> None:
    pdf = sealed()
    assert all(codes(pdf[:length]) for length in range(0, len(pdf), len(pdf) // 25))
    assert codes(pdf[:-1])


def test_an_incremental_update_is_noticed() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sealed()))
    writer.root["/Note"] = generic.pdf_string("x")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sealed())
    assert {"REVISIONS", "COVERAGE"} <= codes(out.getvalue())


def test_a_second_signature_is_noticed_although_the_first_forbids_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    forged = second_signature(sealed())
    assert forged.startswith(sealed())
    assert {"MANY_SEALS", "REVISIONS"} <= codes(forged)


def test_a_file_that_was_saved_anew_is_noticed() -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(sealed())) as document:
        document.save(out)
    assert codes(out.getvalue())


def test_a_document_without_seal_is_told_apart() -> None:
    assert codes(render(claiming(identity().fingerprint))) == {"NO_SEAL"}


def test_a_paper_without_a_number_never_had_a_seal() -> None:
    claims = claiming(identity().fingerprint)
    listed = dataclasses.replace(claims, head=dataclasses.replace(claims.head, doc_no=""))
    assert codes(render(listed)) == {"WORKING_PAPER"}


def test_a_signed_document_of_another_program_is_foreign() -> None:
    blank = pikepdf.new()
    blank.add_blank_page()
    out = BytesIO()
    blank.save(out)
    assert {"FOREIGN", "NO_SEAL"} <= codes(out.getvalue())
    assert "FOREIGN" in codes(second_signature(out.getvalue()))


def test_a_document_of_a_newer_version_is_told_apart() -> None:
    pdf = render(claiming(identity().fingerprint)).replace(b'{"azukari":1,', b'{"azukari":2,')
    assert "NEWER" in codes(pdf)


@pytest.mark.parametrize(
    "junk", [b"", b"%PDF-1.7\n", b"not a pdf", b"PK\x03\x04" + bytes(500), b"\xff" * 4096]
)
def test_what_is_no_pdf_is_broken(junk: bytes) -> None:
    verdict = verify_document(junk)
    assert [code for code, _ in verdict.problems] == ["BROKEN"]
    assert verdict.claims is None
    assert verdict.certificate_fingerprint is None


@cache
def bomb(megabytes: int = 64) -> bytes:
    """Return zeros, packed to a thousandth."""
    packer = zlib.compressobj(9)
    packed = [packer.compress(bytes(2**20)) for _ in range(megabytes)]
    return b"".join(packed) + packer.flush()


def packed_metadata() -> bytes:
    body = bomb()
    head = b"<</Type/Metadata/Subtype/XML/Filter/Fl#61teDecode/Length %d>>stream\n" % len(body)
    objects = [b"<</Type/Catalog/Pages 2 0 R/Metadata 3 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>",
               head + body + b"\nendstream"]  # fmt: skip
    pdf, table = b"%PDF-1.7\n", b"xref\n0 4\n0000000000 65535 f \n"
    for number, one in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(pdf)
        pdf += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    end = b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(pdf)
    return pdf + table + end


def packed_references(trailer: bytes = b"") -> bytes:
    """Return a file whose cross-reference is a packed stream, or is led to one by its trailer."""
    body = bomb()
    head = (
        b"1 0 obj\n<</Type/XRef/Size 3/W[1 4 2]/Root 2 0 R/Filter/FlateDecode/Length %d>>stream\n"
    )
    pdf = b"%PDF-1.7\n" + head % len(body) + body + b"\nendstream\nendobj\n"
    start = 9
    if trailer:
        start = len(pdf)
        pdf += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 3/Root 2 0 R %s 9>>\n" % trailer
    return pdf + b"startxref\n%d\n%%%%EOF\n" % start


@pytest.mark.parametrize(
    "make",
    [
        packed_metadata,
        packed_references,
        lambda: packed_references(b"/Prev"),
        lambda: packed_references(b"/XRefStm"),
        lambda: packed_references(b"/XRef#53tm"),
        lambda: packed_references(b"/Pr#65v"),
        lambda: packed_references(b"/Prev%x\n"),
    ],
)
def test_a_bomb_in_a_pdf_is_foreign_before_it_is_unpacked(make: Callable[[], bytes]) -> None:
    tracemalloc.start()
    try:
        assert "FOREIGN" in codes(make())
        assert tracemalloc.get_traced_memory()[1] < 30 * 2**20, "nothing was unpacked"
    finally:
        tracemalloc.stop()


def second_signature(pdf: bytes) -> bytes:
    forger = identity(FORGER, 2)
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(forger.certificate),
        signing_key=keys.PrivateKeyInfo.load(forger.private_key),
        cert_registry=SimpleCertificateStore(),
    )
    out = BytesIO()
    PdfSigner(PdfSignatureMetadata(field_name="Second", md_algorithm="sha256"), signer).sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), output=out
    )
    return out.getvalue()


# --- room ---------------------------------------------------------------------------------------


def test_a_file_without_room_for_a_seal_is_refused() -> None:
    with pytest.raises(Usage):
        sign_hole(render(claiming(identity().fingerprint)), identity())


def test_too_little_room_is_refused_and_nothing_is_cut() -> None:
    file = BytesIO()
    claiming(identity().fingerprint).write(file, 300)
    with pytest.raises(Usage):
        sign_hole(file.getvalue(), identity())


def test_a_sealed_file_is_not_sealed_again() -> None:
    with pytest.raises(Usage):
        sign_hole(sealed(), identity())


def test_sealing_changes_nothing_but_the_two_holes() -> None:
    file = BytesIO()
    claiming(identity().fingerprint).write(file, identity().room)
    before = file.getvalue()
    start, end = hole(before)
    ranges = before.index(b"/ByteRange [")
    assert len(sealed()) == len(before)
    assert sealed()[:ranges] == before[:ranges]
    assert sealed()[end:] == before[end:]
    assert b"[0 %010d %010d %010d]" % (start, end, len(before) - end) in sealed()


# --- the file as others read it -----------------------------------------------------------------


def test_pdfsig_calls_the_signature_valid(tmp_path: Path) -> None:
    said = tool("pdfsig", tmp_path, sealed(), "-nocert", "FILE")
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "SHA-256" in said
    assert said.count("Signature #") == 1


def test_qpdf_finds_nothing_wrong(tmp_path: Path) -> None:
    said = tool("qpdf", tmp_path, sealed(), "--check", "FILE")
    assert "No syntax or stream encoding errors found" in said
    assert "WARNING" not in said


def test_the_sealed_file_is_still_pdf_a_2u() -> None:
    with pikepdf.open(BytesIO(sealed())) as document:
        root = document.Root
        assert str(root.Lang) == "ja-JP"
        with document.open_metadata() as xmp:
            assert xmp["pdfaid:part"] == "2"
            assert xmp["pdfaid:conformance"] == "U"
            assert xmp["dc:title"] == str(document.docinfo["/Title"])
            claims = xmp[f"{{{NAMESPACE}}}claims"]
        assert json.loads(claims)["seal"] == identity().fingerprint
        (intent,) = root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert bytes(intent.DestOutputProfile.read_bytes())[36:40] == b"acsp"
        assert "/Encrypt" not in document.trailer
        assert len(document.trailer.ID) == 2


def test_every_font_of_the_sealed_file_is_embedded_and_has_unicode_values() -> None:
    with pikepdf.open(BytesIO(sealed())) as document:
        fonts: list[Any] = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font"
        ]
        assert len(fonts) >= 2
        for font in fonts:
            assert len(font.FontDescriptor.FontFile2.read_bytes()) > 500
            assert b"beginbfchar" in font.ToUnicode.read_bytes()
            assert "+" in str(font.BaseFont)


def test_the_signature_dictionary_is_as_the_format_describes_it() -> None:
    with pikepdf.open(BytesIO(sealed())) as document:
        (field,) = document.Root.AcroForm.Fields
        signature = field.V
        assert document.Root.Perms.DocMDP.objgen == signature.objgen
        assert document.Root.AcroForm.SigFlags == 3
        assert field.T == "AzukariSeal"
        assert signature.SubFilter == "/ETSI.CAdES.detached"
        (reference,) = signature.Reference
        assert reference.TransformMethod == "/DocMDP"
        assert reference.TransformParams.P == 1


# --- identities ---------------------------------------------------------------------------------


def test_an_identity_returns_from_the_ledger_as_it_was_kept() -> None:
    record, secret = seal_record(identity())
    assert seal_identity(record, secret) == identity()
    assert record.fingerprint == identity().fingerprint
    assert identity().private_key.hex() not in repr(identity()) + repr(record)


@cache
def imported() -> tuple[bytes, SealIdentity]:
    """Return a PKCS#12 file of an authority with an RSA key, and the identity read from it."""
    authority = ec.generate_private_key(ec.SECP256R1())
    root = certificate_of("見本認証局", authority.public_key(), "見本認証局", authority)
    key = rsa.generate_private_key(65537, 2048)
    own = certificate_of("見本　一郎", key.public_key(), "見本認証局", authority)
    data = pkcs12.serialize_key_and_certificates(
        b"seal", key, own, [root], serialization.BestAvailableEncryption("合言葉".encode())
    )
    return data, load_pkcs12(data, "合言葉")


def certificate_of(name: str, key: Any, issuer: str, by: Any) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key)
        .serial_number(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) | 1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=365))
        .sign(by, hashes.SHA256())
    )


def test_an_imported_identity_seals_and_verifies(tmp_path: Path) -> None:
    _data, own = imported()
    assert len(own.chain) == 1
    pdf = seal(claiming(own.fingerprint), own).pdf
    verdict = verify_document(pdf, fingerprint=own.fingerprint)
    assert verdict.problems == ()
    assert verdict.signer == "見本　一郎"
    assert "Signature is Valid." in tool("pdfsig", tmp_path, pdf, "-nocert", "FILE")


def test_an_imported_identity_keeps_its_chain_in_the_ledger() -> None:
    own = imported()[1]
    assert seal_identity(*seal_record(own)) == own


def test_a_wrong_passphrase_or_file_is_refused() -> None:
    for data, passphrase in ((imported()[0], "別の言葉"), (b"junk", "合言葉")):
        with pytest.raises(Damaged):
            load_pkcs12(data, passphrase)


def test_a_file_without_key_and_a_key_that_readers_do_not_know_are_refused() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    own = certificate_of("見本", key.public_key(), "見本", ec.generate_private_key(ec.SECP256R1()))
    lock = serialization.BestAvailableEncryption(b"x")
    only = pkcs12.serialize_key_and_certificates(b"seal", None, None, [own], lock)
    unknown = pkcs12.serialize_key_and_certificates(b"seal", key, own, None, lock)
    for data in (only, unknown):
        with pytest.raises(Refused):
            load_pkcs12(data, "x")
