"""A file kept without a contract belongs to the contracts whose records refer to it (R-38, A-39)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import AccessLevel, AttachmentKind, GovernanceStatus, Timing
from models.commands import creating, revising, voiding
from models.errors import InvalidField, NotFound, Refused
from models.file_uses import FileUse, ending_files, hidden_files
from models.kinds import MultiRef
from models.ledger import Ledger
from models.records import (
    AccessRight,
    Attachment,
    Authorization,
    ContentErasure,
    GovernanceDocument,
    HandlingEvent,
    Record,
    Submission,
    UserAccount,
)
from models.records.handling import Sanitization
from models.store import Query, quiet
from storage.file_uses import BY_COLUMN
from tests.ending import CANARY, ended, erase, index, other, plain_pages, revise, store_of
from tests.house import House

PAPER = "承諾書のなかみ".encode() * 300
USES = st.lists(
    st.builds(FileUse, st.sampled_from("fgh"), st.sampled_from(["", "A", "B"]), st.booleans()),
    max_size=8,
)


@given(USES, st.sets(st.sampled_from(["A", "B"])))
def test_a_file_is_seen_and_ends_with_those_that_refer_to_it(
    uses: list[FileUse], mine: set[str]
) -> None:
    hidden = hidden_files(uses, mine)
    for file in "fgh":
        about = [use for use in uses if use.file_id == file]
        owners = {use.contract_id for use in about if use.contract_id}
        everybodys = any(use.standing and not use.contract_id for use in about)
        assert (file in hidden) == (bool(owners) and not owners & mine and not everybodys)
        for one in ("A", "B"):
            held = {use.contract_id for use in about if use.standing} - {one}
            assert (file in ending_files(uses, one)) == (one in owners and not held)


def test_what_is_told_by_columns_holds_no_lists_of_files() -> None:
    for cls in BY_COLUMN:
        kinds = [f.kind for f in cls.own_fields() if isinstance(f.kind, MultiRef)]
        assert all(kind.type != Attachment.type for kind in kinds)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        yield made


def stray(house: House, name: str = f"{CANARY}.pdf") -> str:
    """Keep a file that nobody gave a contract."""
    kept = house.ledger.files.attach(
        PAPER + name.encode(), name=name, mime="application/pdf", kind=AttachmentKind.SCAN
    )
    return kept.ids[0]


def consent(house: House) -> Authorization:
    mine = house.story.contract.id
    return house.ledger.registers.all(Authorization, contract_id=mine)[0].record


def as_before(house: House, *records: Record) -> None:
    """Enter records as versions did that asked nothing about files."""
    ledger = house.ledger
    ledger.commit(
        [
            revising(one, "以前の版の記帳")
            if ledger.store.get(type(one), one.id)
            else creating(one)
            for one in records
        ]
    )


def document(house: House, contract_id: str, file_id: str) -> GovernanceDocument:
    stored = house.ledger.registers.all(GovernanceDocument)
    if stored:
        return replace(
            stored[0].record, id=house.ledger.new_id(), contract_id=contract_id, file_id=file_id
        )
    return GovernanceDocument(
        id=house.ledger.new_id(), contract_id=contract_id, file_id=file_id, title="手順",
        status=GovernanceStatus.IN_FORCE,
    )  # fmt: skip


# --- entering -------------------------------------------------------------------------------------
def test_a_record_of_a_contract_takes_no_file_of_none(house: House) -> None:
    file = stray(house)
    with pytest.raises(InvalidField, match="契約のない添付ファイルです。契約を決めてから"):
        revise(house, replace(consent(house), decision_file=file), "写しを付けた")
    new = replace(consent(house), id="", decision_file=file)
    with pytest.raises(InvalidField, match="契約のない添付ファイル"):
        house.ledger.registers.create(new)


def test_a_record_of_no_contract_takes_one(house: House) -> None:
    file = stray(house)
    change = house.ledger.registers.create(replace(document(house, "", file), id=""))
    kept = house.ledger.registers.need(GovernanceDocument, change.ids[0]).record
    assert kept.file_id == file and not kept.contract_id
    with pytest.raises(
        InvalidField, match="契約のない添付ファイル"
    ):  # with the record it would move
        revise(house, replace(kept, contract_id=house.story.contract.id), "契約のものにする")


def test_an_older_record_is_corrected_with_the_file_that_it_has(house: House) -> None:
    file = stray(house)
    as_before(house, replace(consent(house), decision_file=file))
    revise(house, replace(consent(house), scope_text="目的を書き直した"), "目的の訂正")
    assert consent(house).decision_file == file
    with pytest.raises(InvalidField, match="契約のない添付ファイル"):
        revise(house, replace(consent(house), decision_file=stray(house, "b.pdf")), "差し替え")


def test_an_older_file_is_given_its_contract(house: House) -> None:
    file, mine = stray(house), house.story.contract.id
    as_before(house, replace(consent(house), decision_file=file))
    record = house.ledger.registers.need(Attachment, file).record
    with pytest.raises(Refused, match="ほかの契約か会社全体の記録で使われている"):
        revise(house, replace(record, contract_id=other(house).id), "契約を決めた")
    revise(house, replace(record, contract_id=mine), "契約を決めた")
    assert not house.ledger.store.file_uses()


def test_a_receipt_of_another_contract_is_refused(house: House) -> None:
    """The verbs of papers ask about their files like all others."""
    ledger = house.ledger
    kept = ledger.files.attach(
        PAPER, name="受領印.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=other(house).id,
    )  # fmt: skip
    paper = ledger.registers.all(Submission)[0].record
    with pytest.raises(InvalidField, match="ほかの契約"):
        ledger.paper.note(replace(paper, id="", doc_no="第9号", receipt_file=kept.ids[0]))


# --- what is seen ---------------------------------------------------------------------------------
def seen(ledger: Ledger, file: str) -> bool:
    """Tell whether a user comes by a file in any way; all ways must agree."""
    registers = ledger.registers
    ways = {
        ledger.store.get(Attachment, file) is not None,
        file in ledger.store.get_many(Attachment, [file]),
        file in [one.record.id for one in registers.all(Attachment)],
        file in [row.id for row in registers.rows("attachment", ledger.opened.store.numbers(
            Query("attachment", voided=None)))],
        file in [hit.id for hit in registers.search(CANARY)],
        bool(registers.caption("attachment", file)),
        bool(registers.history("attachment", file)),
        file in {entry.record_id for entry in ledger.store.entries()},
    }  # fmt: skip
    try:
        ledger.files.read(file)
    except NotFound:
        ways.add(False)
    else:
        ways.add(True)
    assert len(ways) == 1
    return ways.pop()


def with_right(house: House, contract_id: str) -> Ledger:
    """Sign in as a worker with a right on one contract alone."""
    ledger = house.sign_in("watanabe")
    worker = ledger.registers.one(UserAccount, login_name="yoshino")
    assert worker is not None
    ledger.registers.create(
        AccessRight(user_id=worker.record.id, contract_id=contract_id, level=AccessLevel.RECORD)
    )
    return house.sign_in("yoshino")


def test_a_file_of_hidden_records_alone_is_hidden(house: House) -> None:
    file, former, everybodys, nobodys = (stray(house, f"{CANARY}{n}.pdf") for n in range(4))
    mine = house.story.contract.id
    as_before(house, replace(consent(house), decision_file=former))
    as_before(house, replace(consent(house), decision_file=file))
    as_before(house, document(house, mine, everybodys), document(house, "", everybodys))
    index(house)
    foreign = other(house).id
    ledger = with_right(house, foreign)
    assert [seen(ledger, one) for one in (file, former, everybodys, nobodys)] == [
        False, False, True, True,
    ]  # fmt: skip
    ledger = house.sign_in("takahashi")
    assert seen(ledger, file) and seen(ledger, former)


def test_whoever_sees_one_record_of_it_sees_the_file(house: House) -> None:
    file = stray(house)
    as_before(house, document(house, house.story.contract.id, file))
    as_before(house, document(house, other(house).id, file))
    index(house)
    assert seen(with_right(house, other(house).id), file)


# --- what ends ------------------------------------------------------------------------------------
def files_of(house: House) -> set[str]:
    return {one.name for one in (house.folder / "ledger" / "attachments").iterdir()}


def blob(house: House, file: str) -> str:
    return house.ledger.registers.need(Attachment, file).record.blob


def test_a_file_of_its_records_alone_is_erased_with_the_contract(house: House) -> None:
    file, former, photo, nobodys = (stray(house, f"{CANARY}{n}.pdf") for n in range(4))
    gone, kept = {blob(house, one) for one in (file, former, photo)}, blob(house, nobodys)
    as_before(house, replace(consent(house), decision_file=former))
    as_before(house, replace(consent(house), decision_file=file))
    done = house.ledger.registers.all(HandlingEvent)[-1].record
    row = Sanitization(item_id=done.lines[0].item_id, photo_ids=(photo,))
    as_before(
        house,
        replace(done, id=house.ledger.new_id(), timing=Timing.PLANNED, sanitization=(row,)),
    )
    plan = house.ledger.ending.plan(house.story.contract.id)
    assert dict(plan.records)["添付資料"] == plan.files == len(files_of(house)) - 1
    erase(house)
    assert files_of(house) == {kept} and not gone & files_of(house)
    assert [one.record.id for one in house.ledger.registers.all(Attachment)] == [nobodys]
    assert f"{CANARY}0".encode() not in plain_pages(house)
    found = house.ledger.safe.verify(full=True, progress=quiet)
    assert found.problems == () and house.ledger.registers.all(ContentErasure)


@pytest.mark.parametrize("of_other", [True, False])
def test_a_file_that_another_record_has_stays_until_that_one_is_gone(
    house: House, of_other: bool
) -> None:
    file = stray(house)
    name = blob(house, file)
    kept = document(house, other(house).id if of_other else "", file)
    as_before(house, document(house, house.story.contract.id, file), kept)
    mine = house.story.contract.id
    assert name not in store_of(house).holdings(mine).blobs
    house.ledger.commit([voiding(kept, "誤って登録")])
    assert name in store_of(house).holdings(mine).blobs
    erase(house)
    assert name not in files_of(house)
