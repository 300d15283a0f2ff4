"""The end of a contract's content: what is in the way, what goes, what stays (A-39)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.backups import record_backup
from models.codes import AttachmentKind, BackupKind, ContractStatus
from models.commands import voiding
from models.erased import Erasures, read_numbers, write_numbers
from models.errors import Cancelled, InvalidField, NotPermitted, Refused, WrongPassword
from models.records import (
    Attachment,
    BackupRun,
    ContentErasure,
    Contract,
    HandlingEvent,
    Item,
    Person,
    Submission,
)
from models.rules.answers import SignIn
from models.store import Query, quiet
from storage import erasing
from tests.ending import (
    CANARY,
    PICTURE,
    REASON,
    close,
    ended,
    erase,
    index,
    other,
    other_item,
    plain_pages,
    store_of,
    worker,
)
from tests.house import House
from ui.sample import cast


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path) as made:
        yield made


def plan_of(house: House) -> str:
    return "\n".join(house.ledger.ending.plan(house.story.contract.id).obstacles)


def files_of(house: House) -> int:
    return len(list((house.folder / "ledger" / "attachments").iterdir()))


def test_numbers_are_written_short_and_read_back() -> None:
    numbers = [1, 2, 3, 7, 9, 10, *range(100, 400, 2)]
    lines = write_numbers(numbers)
    assert lines[0].startswith("1-3,7,9-10,100,102") and len(lines) > 1
    read = [n for first, last in read_numbers(lines) for n in range(first, last + 1)]
    assert read == numbers
    for wrong in ("", "3-1", "1-4,4", "7,3", "a", "0", "1-", "-1"):
        with pytest.raises(InvalidField):
            read_numbers((wrong,))


def test_an_entry_is_found_under_its_erasure() -> None:
    erasures = Erasures(((3, 5, 20), (8, 8, 30)))
    assert [erasures.under(n) for n in (2, 3, 5, 6, 8, 9)] == [0, 20, 20, 0, 30, 0]
    assert erasures.counts() == {20: 3, 30: 1}


def test_the_plan_says_what_goes(house: House) -> None:
    plan = house.ledger.ending.plan(house.story.contract.id)
    assert plan.obstacles == ()
    counts = dict(plan.records)
    assert counts["媒体・資料"] == 2 and "契約" not in counts
    assert plan.files == counts["添付資料"] == files_of(house) and plan.entries > 15
    assert plan.seconds == {house.story.people["worker"]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": ContractStatus.WINDING_UP}, "終結していません"),
        ({"retain_ledger_until": None}, "保存期限」が入力されていません"),
        ({"later": 0}, "まだ過ぎていません"),
    ],
)
def test_a_contract_that_is_not_over_is_not_erased(
    house: House, change: dict[str, object], sentence: str
) -> None:
    if "later" in change:
        change = {"retain_ledger_until": house.ledger.today()}
    close(house, **change)
    assert sentence in plan_of(house)
    with pytest.raises(Refused, match=sentence):
        erase(house)
    assert house.ledger.registers.count(Query("item")) == 2


def test_what_is_still_here_is_in_the_way(house: House) -> None:
    house.story.receive(1)
    assert "終わっていない媒体・資料が1件" in plan_of(house)


def test_a_missing_report_is_in_the_way(house: House) -> None:
    paper = house.ledger.registers.all(Submission, doc_kind="D-17")[0].record
    assert "の提出（" not in plan_of(house)
    house.ledger.commit([voiding(paper, "誤りの登録")])
    assert "「返還・消去・廃棄報告書」の提出（" in plan_of(house)


def test_a_number_that_stands_on_papers_outlives_the_contract(house: House) -> None:
    """Whoever holds such a paper asks for that number; another contract must not have it."""
    ledger, before = house.ledger, house.story.contract
    contract = ledger.registers.need(Contract, before.id).record
    ledger.registers.revise(replace(contract, contract_no="整理-9"), "番号の整理")
    ledger.ending.erase(before.id, contract_no="整理-9", reason=REASON, second=worker(house))
    [erasure] = [one.record for one in ledger.registers.all(ContentErasure)]
    assert (erasure.contract_no, erasure.former_numbers) == ("整理-9", (before.contract_no,))
    assert before.contract_no in erasure.called
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for taken in (before.contract_no, before.contract_no.translate(wide)):
        with pytest.raises(Refused, match="書類に載っています"):
            ledger.registers.create(replace(other(house), id="", contract_no=taken))
    ledger.registers.create(replace(other(house), id="", contract_no="2026-003"))


def test_a_number_that_never_changed_has_no_former_one(house: House) -> None:
    erase(house)
    [erasure] = [one.record for one in house.ledger.registers.all(ContentErasure)]
    assert erasure.former_numbers == () and erasure.called == erasure.contract_no


def test_the_number_has_to_be_typed_and_somebody_else_agrees(house: House) -> None:
    contract, ending = house.story.contract, house.ledger.ending
    with pytest.raises(Refused, match="契約番号が"):
        ending.erase(contract.id, contract_no="2026-002", reason=REASON, second=worker(house))
    with pytest.raises(InvalidField, match="理由"):
        ending.erase(contract.id, contract_no="2026-001", reason="済", second=worker(house))
    wrong = replace(worker(house), password="違うパスワード-12345")
    with pytest.raises(WrongPassword):
        ending.erase(contract.id, contract_no="2026-001", reason=REASON, second=wrong)
    me = SignIn(house.ledger.user.person_id, "takahashi", "みどり台帳-7つの朝に点検")
    with pytest.raises(Refused, match="別の、利用中の方"):
        ending.erase(contract.id, contract_no="2026-001", reason=REASON, second=me)
    assert house.ledger.registers.count(Query("item")) == 2


def test_only_a_responsible_person_erases(house: House) -> None:
    ledger = house.sign_in("yoshino")
    with pytest.raises(NotPermitted, match="責任者"):
        ledger.ending.plan(house.story.contract.id)


def test_erased_records_are_nowhere_and_the_ledger_verifies(house: House) -> None:
    kept = other_item(house)
    people = house.ledger.registers.count(Query("person"))
    index(house)
    assert house.ledger.registers.search(CANARY[:4])
    change = erase(house)
    index(house)
    registers = house.ledger.registers
    assert [one.record.id for one in registers.all(Item)] == [kept.id]
    assert not registers.all(HandlingEvent) and not registers.all(Attachment)
    assert not registers.search(CANARY[:4]) and not registers.search(CANARY)
    assert registers.count(Query("person")) == people and registers.all(Person)
    assert {"item", "handling_event", "attachment", "content_erasure"} <= change.types
    found = house.ledger.safe.verify(full=True, progress=quiet)
    assert found.problems == ()
    entered = registers.all(ContentErasure)[0]
    assert found.erased == {entered.meta.created_seq: entered.record.entries}


def test_the_contract_stays_as_a_stub(house: House) -> None:
    erase(house)
    stub = house.ledger.registers.need(Contract, house.story.contract.id).record
    assert stub.contract_no == "2026-001" and stub.content_erased_on == house.ledger.today()
    assert stub.status is ContractStatus.CLOSED
    assert (stub.title, stub.client_department) == ("（内容を消去した契約）", "")
    history = house.ledger.registers.history("contract", stub.id)
    assert [entry.content is None for _, entry in history] == [True, True, False]
    assert "消去する内容がありません" in plan_of(house)


def test_the_act_says_who_why_and_who_agreed(house: House) -> None:
    files = files_of(house)
    erase(house)
    record = house.ledger.registers.all(ContentErasure)[0].record
    assert record.reason == REASON and record.contract_no == "2026-001"
    assert record.requested_by == house.ledger.user.person_id
    assert record.approved_by == house.story.people["worker"]
    assert record.files == len(record.blobs) == files > 0


def test_stopped_at_its_last_step_nothing_is_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_LARGEST", 16_384)
    seen: list[tuple[int, int]] = []

    def last(done: int, total: int) -> None:
        seen.append((done, total))
        if sum(one == all_ for one, all_ in seen) == 2:  # tables derived, last pages overwritten
            raise Cancelled

    head, before, contract = house.ledger.store.head(), tables(house), house.story.contract
    with pytest.raises(Cancelled):
        house.ledger.ending.erase(
            contract.id, contract_no=contract.contract_no, reason=REASON, second=worker(house),
            progress=last,
        )  # fmt: skip
    assert seen[-1][0] == seen[-1][1] > 2  # more than one part
    assert house.ledger.store.head() == head and tables(house) == before
    assert CANARY.encode() in plain_pages(house)
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


@pytest.mark.parametrize("rebuilt", [False, True])
def test_no_byte_of_an_erased_text_stays(house: House, rebuilt: bool) -> None:
    if rebuilt:  # a rebuild leaves free pages behind that nobody overwrote
        house.ledger.store.rebuild(quiet)
        index(house)
    words = [CANARY.encode(), PICTURE[:16], "健診結果の入力".encode()]
    before = plain_pages(house)
    assert words[0] in before and words[2] in before
    erase(house)
    after = plain_pages(house)
    assert [word in after for word in words] == [False, False, False]
    folder = house.folder / "ledger"
    assert [path.name for path in (folder / "attachments").iterdir()] == []
    assert (folder / "ledger.db-journal").stat().st_size == 0
    assert {path.name for path in folder.iterdir()} == {
        "attachments", "keys.a", "keys.b", "ledger.db", "ledger.db-journal", "lock",
    }  # fmt: skip


def test_no_byte_stays_in_pages_that_nothing_uses(house: House) -> None:
    """Tables of a former version held more; the rebuild dropped them without overwriting."""
    database, word = store_of(house).database, CANARY.encode()
    with database.transaction():
        database.all("CREATE TABLE v_former (text TEXT)")
        for _ in range(100):
            database.all("INSERT INTO v_former VALUES (?)", (CANARY * 100,))
    house.ledger.store.rebuild(quiet)
    assert database.value("SELECT count(*) FROM sqlite_schema WHERE name = 'v_former'") == 0
    assert database.value("PRAGMA freelist_count") > 50
    assert plain_pages(house).count(word) > 5_000
    erase(house)
    assert database.value("PRAGMA freelist_count") > 50
    assert word not in plain_pages(house)
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_no_word_stays_in_the_search_index(house: House) -> None:
    erase(house)
    index(house)
    database = store_of(house).database
    database.all("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
    terms = [term for (term,) in database.all("SELECT term FROM words")]
    assert terms and not any("鷺" in term or "廃" in term for term in terms)


def test_a_rebuild_gives_the_same_tables(house: House) -> None:
    other_item(house)
    erase(house)
    index(house)
    before = tables(house)
    house.ledger.store.rebuild(quiet)
    assert tables(house) == before
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def tables(house: House) -> dict[str, list[tuple[object, ...]]]:
    database = store_of(house).database
    names = database.all(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'v_*'"
        " AND name NOT IN ('v_watermark', 'v_reindex')"
    )
    return {name: database.all(f"SELECT * FROM {name} ORDER BY 1, 2") for (name,) in names}


def test_missing_content_without_an_erasure_is_found(house: House) -> None:
    erase(house)
    survivor = other_item(house)
    seq = house.ledger.store.get(Item, survivor.id)
    assert seq is not None
    database = store_of(house).database
    with database.transaction():
        database.all("DELETE FROM content WHERE seq = ?", (seq.meta.seq,))
    for full in (True, False):
        found = house.ledger.safe.verify(full=full, progress=quiet)
        assert [(p.code, p.where) for p in found.problems] == [
            ("ERASED", f"記帳番号{seq.meta.seq}")
        ]


def test_erased_content_that_is_back_is_found(house: House) -> None:
    database = store_of(house).database
    seq = database.value("SELECT min(number) FROM v_item")
    row = database.one("SELECT * FROM content WHERE seq = ?", (seq,))
    assert row is not None
    erase(house)
    with database.transaction():
        database.all("INSERT INTO content VALUES (?, ?, ?)", row)
    found = house.ledger.safe.verify(full=True, progress=quiet)
    assert [(p.code, "残っています" in p.message) for p in found.problems] == [("ERASED", True)]


def test_an_erasure_that_nobody_agreed_to_is_found(house: House) -> None:
    forge(house, lambda record: replace(record, reason="あとから替えた理由"))
    assert problems(house) == ["ERASED"]


def test_an_erasure_of_what_belongs_to_no_contract_is_found(house: House) -> None:
    database = store_of(house).database
    seq = database.value("SELECT number FROM v_user_account WHERE login_name = 'kensa'")
    forge(house, lambda record: replace(record, numbers=(str(seq),), entries=1))
    assert "ERASED" in problems(house)


def forge(house: House, change: Callable[[ContentErasure], ContentErasure]) -> None:
    """Enter an erasure that is not what the second person signed."""
    ending = house.ledger.ending
    agreed = ending._agreed

    def other_than_agreed(*arguments: object) -> ContentErasure:
        return change(agreed(*arguments))  # type: ignore[arg-type]

    ending._agreed = other_than_agreed  # type: ignore[method-assign, assignment]
    erase(house)


def problems(house: House) -> list[str]:
    found = house.ledger.safe.verify(full=True, progress=quiet)
    return [problem.code for problem in found.problems]


def test_a_left_over_file_goes_at_the_next_start(house: House) -> None:
    folder = house.folder / "ledger" / "attachments"
    name = next(path.name for path in folder.iterdir())
    sealed = (folder / name).read_bytes()
    erase(house)
    (folder / name).write_bytes(sealed)  # the power failed before it was gone
    kept = house.ledger.files.attach(
        b"kept",
        name="b.txt",
        mime="text/plain",
        kind=AttachmentKind.PHOTO,
        contract_id=other(house).id,
    )
    house.sign_in("takahashi")
    record = house.ledger.registers.need(Attachment, kept.ids[0]).record
    assert [path.name for path in folder.iterdir()] == [record.blob]
    assert house.ledger.files.read(record.id) == b"kept"


def test_numbers_of_papers_go_on(house: House) -> None:
    store = store_of(house)
    before = store.next_serial()
    last, _ = house.ledger.paper.last_sealed()
    assert last is None
    erase(house)
    assert store.next_serial() == before


def test_backups_that_still_hold_it_are_named(house: House, tmp_path: Path) -> None:

    (tmp_path / "stick").mkdir()
    record_backup(house.ledger, tmp_path / "stick", quiet)
    runs = house.ledger.registers.all(BackupRun, kind=BackupKind.FULL)
    plan = house.ledger.ending.plan(house.story.contract.id)
    assert [run.file_name for run in plan.outside.backups] == [runs[0].record.file_name]
    erase(house)
    record_backup(house.ledger, tmp_path / "stick", quiet)
    erasure = house.ledger.registers.all(ContentErasure)[0]
    first = read_numbers(erasure.record.numbers)[0][0]
    outside = house.ledger.ending.outside(first, erasure.meta.created_seq)
    assert [run.id for run in outside.backups] == [runs[0].record.id]


def test_an_older_backup_and_the_journal_lead_to_the_erased_state(tmp_path: Path) -> None:

    with ended(tmp_path, journal=True) as house:
        (tmp_path / "stick").mkdir()
        made = record_backup(house.ledger, tmp_path / "stick", quiet)
        files = house.ledger.safe.journal.upkeep.files_before(1 << 40)
        erase(house)
        erasure = house.ledger.registers.all(ContentErasure)[0]
        older = house.ledger.safe.journal.upkeep.files_before(erasure.meta.created_seq)
        assert list(older) == list(files)
        assert len(house.ledger.safe.journal.upkeep.files_before(1 << 40)) == len(files) + 1
        head = house.ledger.store.head()
        other_item(house)
        user = cast.USERS[0]
        house.ledger.close()
        restored = house.office.restore(
            made.file, tmp_path / "again", user.login, user.password, quiet, tmp_path / "journal"
        )
        assert restored.head.seq == head.seq + 1
        house.ledger = house.office.unlock(tmp_path / "again", user.login, user.password)
        assert house.ledger.safe.verify(full=True, progress=quiet).ok
        assert [one.record.item_no for one in house.ledger.registers.all(Item)] == ["Z-0001"]
        assert list((tmp_path / "again" / "attachments").iterdir()) == []


def test_a_second_erasure_takes_what_came_later(house: House) -> None:
    erase(house)
    house.ledger.files.attach(
        b"later", name="c.txt", mime="text/plain", kind=AttachmentKind.PHOTO,
        contract_id=house.story.contract.id,
    )  # fmt: skip
    erase(house)
    assert len(house.ledger.registers.all(ContentErasure)) == 2
    assert not house.ledger.registers.all(Attachment)
    assert house.ledger.safe.verify(full=True, progress=quiet).ok


def test_no_former_name_outlives_the_content(house: House) -> None:
    contract = house.ledger.registers.need(Contract, house.story.contract.id).record
    house.ledger.registers.revise(replace(contract, title="別の業務名"), "業務名の訂正のため")
    store = store_of(house)
    thing = house.ledger.registers.all(Item)[0].record
    assert len(store.called("contract", {contract.id})[contract.id].names) > 1
    assert CANARY in str(store.called("item", {thing.id})[thing.id].names)
    erase(house)
    assert CANARY not in str(vars(store._naming))  # nor does memory keep it
    assert store.called("item", {thing.id}) == {}
    [(_, left)] = store.called("contract", {contract.id})[contract.id].names
    assert contract.title not in left and "別の業務名" not in left
