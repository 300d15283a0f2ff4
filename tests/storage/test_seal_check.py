"""The private key of the seal is that of its certificate, or no paper gets a number."""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from models.codes import HandlingKind
from models.commands import revising
from models.errors import Damaged, Refused
from models.records import HandlingEvent, SealKey
from models.seal_pair import secret_name
from reports.seal import SealIdentity, make_seal_certificate, seal_record
from tests.house import FIRST_DAY, House, cheap_office, furnished
from ui.issue import IssueRequest, issue
from ui.sample import cast
from ui.sample.clock import StoryClock
from ui.sample.story import Story

BOSS = cast.USERS[0]


def identity(house: House, seed: int) -> SealIdentity:
    return make_seal_certificate("見本事務", house.clock(), random.Random(seed).randbytes)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("office")
    with furnished(home) as made:
        made.ledger.paper.adopt_seal(*seal_record(identity(made, 7)))
        made.story.receive(1)
    return home


@pytest.fixture
def house(office: Path, tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    shutil.copytree(office, home)
    clock = StoryClock(FIRST_DAY + timedelta(days=30))
    gate = cheap_office(home, clock, seed=3)
    ledger = gate.unlock(home / "ledger", BOSS.login, BOSS.password)
    yield House(home, gate, clock, ledger, "", Story(ledger, clock, seed=3))
    ledger.close()


def seal_a_paper(house: House) -> None:
    found = house.ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)
    event = found[0].record
    issue(house.ledger, IssueRequest("D-14", event.contract_id, (event.id,)))


def exchange(house: House, secret: bytes) -> None:
    """Put another private key in its place, as whoever has the data key can."""
    [key] = house.ledger.registers.all(SealKey)
    house.ledger.store.set_secret(secret_name(key.record), secret)


def problems(house: House, *, full: bool = True) -> list[str]:
    found = house.ledger.safe.verify(full=full, progress=lambda _done, _total: None)
    return [f"{one.code} {one.message}" for one in found.problems]


def pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def another_key() -> bytes:
    return pkcs8(ec.generate_private_key(ec.SECP256R1()))


def another_curve() -> bytes:
    return pkcs8(ec.generate_private_key(ec.SECP384R1()))


def another_kind() -> bytes:
    return pkcs8(ed25519.Ed25519PrivateKey.generate())


def locked_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (another_key, "証明書のものではありません"),
        (another_curve, "証明書のものではありません"),
        (another_kind, "証明書のものではありません"),
        (locked_key, "読めません"),
        (lambda: b"garbage", "読めません"),
        (lambda: b"", "秘密鍵がありません"),
    ],
    ids=["key", "curve", "kind", "locked", "garbage", "nothing"],
)
def test_an_exchanged_key_numbers_no_paper_and_verification_names_it(
    house: House, secret: Callable[[], bytes], sentence: str
) -> None:
    exchange(house, secret())
    before, number = house.ledger.store.head(), house.ledger.paper.numbering().doc_no
    with pytest.raises(Damaged, match=sentence):
        seal_a_paper(house)
    assert house.ledger.store.head() == before
    assert house.ledger.paper.numbering().doc_no == number
    for full in (True, False):
        [found] = problems(house, full=full)
        assert found.startswith("SEAL ") and sentence in found


def test_the_own_key_seals_and_nothing_is_said(house: House) -> None:
    seal_a_paper(house)
    assert house.ledger.paper.last_sealed()[0] is not None
    assert problems(house) == []


def test_a_new_seal_takes_the_place_of_an_exchanged_one(house: House) -> None:
    exchange(house, another_key())
    house.ledger.paper.adopt_seal(*seal_record(identity(house, 8)))
    seal_a_paper(house)
    assert problems(house) == []


def test_a_certificate_under_another_fingerprint_seals_nothing(house: House) -> None:
    [known] = house.ledger.registers.all(SealKey)
    record, secret = seal_record(identity(house, 9))
    exchange(house, secret)
    house.ledger.commit(
        [revising(known.record.with_changes(certificate=record.certificate), "証明書の入替え")]
    )
    with pytest.raises(Damaged, match="指紋と違います"):
        seal_a_paper(house)
    house.ledger.commit([revising(known.record.with_changes(certificate="証明書"), "入替え")])
    with pytest.raises(Damaged, match="読めません"):
        seal_a_paper(house)


def test_a_seal_is_taken_into_use_with_its_own_key_only(house: House) -> None:
    record, _ = seal_record(identity(house, 8))
    with pytest.raises(Damaged, match="証明書のものではありません"):
        house.ledger.paper.adopt_seal(record, another_key())
    assert len(house.ledger.registers.all(SealKey)) == 1


def test_without_any_seal_the_way_to_one_is_told(tmp_path: Path) -> None:
    with furnished(tmp_path) as made, pytest.raises(Refused, match="証印を作成してください"):
        made.ledger.paper.seal_secret()
