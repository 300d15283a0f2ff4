"""Files of the ledger: what a record says of its bytes is what was given, and stays so."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import AttachmentKind, SubmissionStatus
from models.commands import creating
from models.errors import Damaged, NotPermitted, Refused
from models.records import Attachment, Submission
from models.store import quiet
from tests.house import House, furnished


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as made:
        yield made


def attached(house: House, data: bytes) -> Attachment:
    change = house.ledger.files.attach(
        data, name="受領印.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    return house.ledger.registers.need(Attachment, change.ids[0]).record


def test_nobody_names_the_bytes_of_a_file_by_himself(house: House) -> None:
    """Whoever lists the folder knows the names of other contracts' files."""
    secret = attached(house, b"secret")
    worker = house.sign_in("yoshino")
    for blob in (secret.blob, "f" * 64, "../ledger.db"):
        with pytest.raises(Refused, match="ファイルそのもの"):
            worker.registers.create(replace(secret, id="", blob=blob))


def test_what_was_given_in_another_session_is_not_taken_either(house: House) -> None:
    prepared = house.ledger.files.prepare(
        b"x", name="a.txt", mime="text/plain", kind=AttachmentKind.OTHER
    )
    house.sign_in("yoshino")
    with pytest.raises(Refused, match="ファイルそのもの"):
        house.ledger.registers.create(prepared)


@pytest.mark.parametrize("change", [{"blob": "other"}, {"sha256": "0" * 64}, {"size": 8}])
def test_the_bytes_behind_a_name_are_not_swapped(house: House, change: dict[str, object]) -> None:
    stamped, other = attached(house, b"stamped"), attached(house, b"other")
    if "blob" in change:
        change = {"blob": other.blob, "sha256": other.sha256, "size": other.size}
    with pytest.raises(Refused, match="差し替えられません"):
        house.ledger.registers.revise(replace(stamped, **change), "写しの差し替え")
    house.ledger.registers.revise(replace(stamped, name="控え.pdf"), "名前の誤り")
    assert house.ledger.files.read(stamped.id) == b"stamped"


@pytest.mark.parametrize("change", [{"name": "承諾書.pdf"}, {"kind": AttachmentKind.PHOTO}])
def test_only_who_attached_a_file_or_the_responsible_person_names_it_anew(
    house: House, change: dict[str, object]
) -> None:
    of_boss = attached(house, b"of the boss")
    worker = house.sign_in("yoshino")
    own = attached(house, b"own")
    worker.registers.revise(replace(own, **change), "名前の誤り")
    with pytest.raises(NotPermitted, match="添付した人"):
        worker.registers.revise(replace(of_boss, **change), "名前の誤り")
    boss = house.sign_in("takahashi")
    boss.registers.revise(replace(own, name="写し.pdf"), "名前の誤り")


@pytest.mark.parametrize("used", ["file_id", "receipt_file", "returned_file"])
def test_the_file_of_a_paper_keeps_its_name(house: House, used: str) -> None:
    file = attached(house, b"paper")
    paper = Submission(
        id=house.ledger.new_id(), contract_id=house.story.contract.id, doc_kind="D-03",
        title="届出書", doc_no="1", status=SubmissionStatus.SEALED,
    ).with_changes(**{used: file.id})  # fmt: skip
    house.ledger.commit([creating(paper)])
    with pytest.raises(Refused, match="控えのファイル"):
        house.ledger.registers.revise(replace(file, name="承諾書.pdf"), "名前の誤り")


def test_a_file_is_not_taken_away_from_the_record_that_needs_it(house: House) -> None:
    stamped = attached(house, b"stamped")
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(Attachment, stamped.id, "不要になった")


def test_a_record_that_lies_about_its_bytes_is_found(house: House) -> None:
    """Entered past the verbs: reading refuses, and the verification names it."""
    stamped, other = attached(house, b"stamped"), attached(house, b"other")
    lying = replace(stamped, id=house.ledger.new_id(), blob=other.blob)
    house.ledger.commit([creating(lying)])
    with pytest.raises(Damaged, match="照合値"):
        house.ledger.files.read(lying.id)
    problems = house.ledger.safe.verify(full=True, progress=quiet).problems
    assert [problem.where for problem in problems] == [other.blob]
