"""What a ledger says of a sealed file: ours, erased, another of that number, somebody else's."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.inspection_receipt import Stood
from models.paper import Request, Sealed
from models.paper_known import DIFFERS, NOT_HERE, NOT_IN_LEDGER, OTHER_SEAL, UNSEEN, compare
from models.records import SealKey, Submission
from tests.ending import ended, erase
from tests.house import House
from ui.seal_part import make_seal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        make_seal(made.ledger)
        yield made


def sealed(house: House, content: bytes) -> Submission:
    digest = hashlib.sha256(content).hexdigest()
    request = Request(house.story.contract.id, "D-14", "預り証")
    change = house.ledger.paper.seal(request, lambda _: Sealed(content, digest, {"lines": []}))
    return house.ledger.registers.need(Submission, change.ids[-1]).record


def seal_of(house: House) -> str:
    return house.ledger.registers.all(SealKey)[0].record.fingerprint


def test_a_paper_of_this_ledger_is_known(house: House) -> None:
    paper = sealed(house, b"first")
    found = compare(house.ledger, paper.doc_no, paper.pdf_sha256, seal_of(house))
    assert found.problems == () and found.notes == ()


def test_of_a_contract_that_is_not_to_be_seen_it_says_that_it_is_its_paper(house: House) -> None:
    paper = sealed(house, b"first")
    seal = seal_of(house)
    house.sign_in("watanabe")
    found = compare(house.ledger, paper.doc_no, paper.pdf_sha256, seal)
    assert found.problems == () and found.notes == (UNSEEN,)
    [(code, _)] = compare(house.ledger, paper.doc_no, "0" * 64, seal).problems
    assert code == DIFFERS


def test_of_a_seal_that_cannot_be_read_nothing_is_said(house: House) -> None:
    found = compare(house.ledger, "", "0" * 64, "")
    assert found.problems == ((NOT_IN_LEDGER, NOT_HERE),)


def test_another_file_under_its_number_differs(house: House) -> None:
    paper = sealed(house, b"first")
    [(code, _)] = compare(house.ledger, paper.doc_no, "0" * 64, seal_of(house)).problems
    assert code == DIFFERS


def test_a_ledger_without_papers_knows_none(house: House) -> None:
    found = compare(house.ledger, "令和8年度 第1号", "0" * 64, seal_of(house))
    assert found.problems == ((NOT_IN_LEDGER, NOT_HERE),)
    found = compare(house.ledger, "令和8年度 第1号", "0" * 64, "ab" * 32)
    assert found.problems == ((NOT_IN_LEDGER, OTHER_SEAL),)


def test_a_paper_of_an_erased_contract_is_no_stranger(house: House) -> None:
    first, last = sealed(house, b"first"), sealed(house, b"last")
    erase(house)
    assert not house.ledger.paper.sealed()
    found = compare(house.ledger, last.doc_no, last.pdf_sha256, seal_of(house))
    assert found.problems == () and "照合値は、消去の記帳に残っています" in found.notes[0]
    found = compare(house.ledger, first.doc_no, first.pdf_sha256, seal_of(house))
    assert found.problems == () and "2026-001" in found.notes[0]
    found = compare(house.ledger, first.doc_no, first.pdf_sha256, "ab" * 32)
    assert found.problems == ((NOT_IN_LEDGER, OTHER_SEAL),)


def test_the_head_on_a_paper_is_compared_though_its_content_was_erased(house: House) -> None:
    ledger = house.ledger
    head = ledger.store.head()
    paper = sealed(house, b"first")
    stood = Stood(ledger.store.vault_id, head.seq, head.hex)
    erase(house)
    ledger = house.ledger
    asked = (paper.doc_no, paper.pdf_sha256, seal_of(house))
    assert compare(ledger, *asked, stood).problems == ()
    for other, code in (
        (replace(stood, head="0" * 64), "OTHER_HISTORY"),
        (replace(stood, seq=stood.seq - 1), "OTHER_HISTORY"),
        (replace(stood, seq=ledger.store.head().seq), "SET_BACK"),
        (replace(stood, ledger="0" * 32), "OTHER_LEDGER"),
    ):
        assert [one for one, _ in compare(ledger, *asked, other).problems] == [code]
