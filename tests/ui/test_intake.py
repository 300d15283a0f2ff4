"""Registers of others: what is taken, what is refused and why, and that it is one command."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AttachmentKind,
    Encrypted,
    EndRule,
    HandlingKind,
    HandlingStatus,
    ItemClass,
    ItemOrigin,
    ItemState,
    Means,
    MediaType,
    Ownership,
    SanitizationCategory,
    Timing,
    VerificationMethod,
    VerificationResult,
)
from models.errors import AzukariError, DiskFull, NotPermitted, Refused, Usage
from models.fields import NOT_RECORDED
from models.intake.parts import Disposal, Options
from models.records import (
    Attachment,
    HandlingEvent,
    HandlingLine,
    Item,
    Person,
    Place,
    TransportDetail,
)
from models.store import Progress, Query
from models.wareki import JAPAN
from tests.house import House, furnished
from tests.intake_stage import (
    LOG,
    REGISTER,
    item,
    items_csv,
    log_csv,
    notes,
    person,
    reason,
    set_stage,
    stock_up,
    take,
    write,
)
from ui.exporting import export_register
from ui.intake import take_in


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        yield made


@pytest.fixture
def stocked(house: House, tmp_path: Path) -> House:
    return stock_up(house, tmp_path)


def act(house: House, kind: HandlingKind) -> str:
    """Return the id of the only act of a kind."""
    [found] = house.ledger.registers.all(HandlingEvent, kind=kind)
    return found.record.id


@pytest.fixture
def house_and_copy(house: House) -> House:
    """Three stacks received at once, one copied, one returned in part, one return only planned."""
    ledger, contract = house.ledger, house.story.contract
    place = ledger.registers.one(Place, name="耐火金庫")
    assert place is not None

    def thing(number: str, count: int, **more: Any) -> Item:
        made = Item(
            contract_id=contract.id, item_no=number, name="申請書", item_class=ItemClass.PAPER,
            media_type=MediaType.DOCUMENT, quantity=Decimal(count), unit="枚",
            origin=ItemOrigin.LENT, ownership=Ownership.CLIENT, end_rule=EndRule.RETURN,
            home_place_id=place.record.id,
        ).with_changes(**more)  # fmt: skip
        return ledger.registers.need(Item, ledger.registers.create(made).ids[0]).record

    def enter(kind: HandlingKind, hour: int, *lines: HandlingLine, **more: Any) -> None:
        ledger.handling.record(
            HandlingEvent(
                contract_id=contract.id,
                kind=kind,
                timing=Timing.ACTUAL,
                lines=lines,
                status=HandlingStatus.DONE,
                actor_person_id=person(house, "田中 恵"),
                occurred_at=ledger.now().replace(hour=hour, minute=0) - timedelta(days=1),
                purpose="入力のため",
                counterpart_name="見本",
                means=Means.DIRECT,
            ).with_changes(**more)
        )

    one, two, three = (thing(f"X-{n}", 50 * n) for n in (1, 2, 3))
    enter(HandlingKind.RECEIVE, 9, *(HandlingLine(item_id=i.id, quantity=i.quantity)
                                     for i in (one, two, three)))  # fmt: skip
    copied = thing("X-1-C", 1, origin=ItemOrigin.COPIED, parent_item_id=one.id, unit="部",
                   ownership=Ownership.CONTRACTOR, end_rule=EndRule.ERASE_OR_DISPOSE)  # fmt: skip
    line = HandlingLine(item_id=one.id, quantity=Decimal(1), resulting_item_id=copied.id)
    enter(HandlingKind.COPY, 10, line)
    enter(HandlingKind.USE, 11, HandlingLine(item_id=two.id, quantity=Decimal(60)),
          ended_at=ledger.now().replace(hour=12, minute=0) - timedelta(days=1))  # fmt: skip
    enter(HandlingKind.RETURN, 13, HandlingLine(item_id=two.id, quantity=Decimal(40)))
    some, few = (HandlingLine(item_id=three.id, quantity=Decimal(n)) for n in (30, 20))
    enter(HandlingKind.TAKE_OUT, 10, some, destination_text="見本市役所",
          expected_return_at=ledger.now())  # fmt: skip
    enter(HandlingKind.TRANSPORT, 11, few, transport=(TransportDetail(persons=("田中 恵",)),))
    out, away = (act(house, kind) for kind in (HandlingKind.TAKE_OUT, HandlingKind.TRANSPORT))
    enter(HandlingKind.RETURN, 12, some, related_event_id=out)
    enter(HandlingKind.TRANSPORT, 13, few, related_event_id=away,
          transport=(TransportDetail(persons=("田中 恵",), arrived_at=ledger.now().replace(
              hour=13, minute=0) - timedelta(days=1)),))  # fmt: skip
    enter(HandlingKind.RETURN, 14, HandlingLine(item_id=three.id, quantity=Decimal(120)),
          timing=Timing.PLANNED, status=HandlingStatus.PLANNED,
          occurred_at=ledger.now() + timedelta(days=1))  # fmt: skip
    return house


# --- the two sample files ---------------------------------------------------------------------


def test_the_sample_register_is_taken_but_for_its_planted_errors(house: House) -> None:
    intake = take(house, REGISTER)
    assert intake.accepted == 130
    assert [line for line, _ in intake.refused] == [85, 86]
    assert "令和7年2月30日という日はありません" in reason(intake, 85)
    assert reason(intake, 86) == "管理番号「SK-0076」は83行目と同じです（86行目）。"
    assert house.ledger.store.count(Query("item")) == 130
    assert {line for line, _ in intake.skipped} == {46, 67, 140, 141, 142}


def test_the_sample_register_names_what_it_could_not_record(house: House) -> None:
    told = notes(take(house, REGISTER))
    assert "紙の資料の方法が「データ消去ソフト（3回上書き）」" in told
    assert (
        "複製の日付（令和7年4月29日）が、複製元「SK-0018」の受領日（令和7年9月30日）より前" in told
    )
    assert "電子媒体の消去・廃棄に必要な事実" in told
    assert "数量に単位がありません" in told


def test_the_sample_log_after_the_register_is_judged_row_by_row(house: House) -> None:
    take(house, REGISTER)
    intake = take(house, LOG, HandlingEvent)
    assert (intake.accepted, len(intake.refused)) == (124, 499)
    assert "残り1,198枚（手元1,197枚・持出中1枚）です。「廃棄」の数量を" in reason(intake, 671)
    assert "令和8年13月1日という日はありません" in reason(intake, 691)
    assert "25時10分という時刻はありません" in reason(intake, 692)
    assert "管理番号「SK-9999」の媒体・資料は台帳にありません" in reason(intake, 693)
    why = "台帳では令和7年12月10日に「受領」しています。それより前の「使用」は記録できません"
    assert why in reason(intake, 6)
    before = "台帳では令和7年6月15日に「受領」しています。それより前の「保管・移動」は"
    assert before in reason(intake, 4)
    assert not [line for line, why in intake.refused if "作業者" in why]
    assert house.ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_the_sample_log_alone_finds_no_item_and_enters_nothing(house: House) -> None:
    head = house.ledger.store.head()
    intake = take(house, LOG, HandlingEvent)
    assert intake.accepted == 0
    assert len(intake.refused) == 623
    assert house.ledger.store.head() == head


# --- one command, or nothing ------------------------------------------------------------------


def test_an_import_is_one_command_with_its_source(house: House) -> None:
    before = len(list(house.ledger.store.commands()))
    intake = take(house, REGISTER)
    assert len(list(house.ledger.store.commands())) == before + 1
    source = house.ledger.registers.one(Attachment, kind=AttachmentKind.SOURCE)
    assert source is not None
    assert source.record.sha256 == hashlib.sha256(REGISTER.read_bytes()).hexdigest()
    assert intake.source_sha256 == source.record.sha256
    assert house.ledger.files.read(source.record.id) == REGISTER.read_bytes()
    assert item(house, "SK-0001").source_file_id == source.record.id


def test_a_dry_run_writes_nothing(house: House) -> None:
    head = house.ledger.store.head()
    intake = take(house, REGISTER, dry_run=True)
    assert intake.accepted == 130
    assert intake.change is None
    assert house.ledger.store.head() == head
    assert house.ledger.registers.one(Attachment, kind=AttachmentKind.SOURCE) is None


def test_a_commit_that_fails_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    head = house.ledger.store.head()

    def full(*_: object) -> None:
        raise DiskFull(file="ledger.db")

    monkeypatch.setattr("storage.log.insert", full)
    with pytest.raises(DiskFull):
        take(house, REGISTER)
    monkeypatch.undo()
    assert house.ledger.store.head() == head
    assert house.ledger.store.count(Query("item")) == 0


def test_strict_takes_all_or_nothing(house: House) -> None:
    head = house.ledger.store.head()
    with pytest.raises(Refused, match="2件あるため、何も取り込みませんでした"):
        take(house, REGISTER, options=Options(strict=True))
    assert house.ledger.store.head() == head


def test_stopping_in_between_enters_nothing(house: House) -> None:
    head = house.ledger.store.head()

    class Stop(AzukariError):
        """The user presses 中止."""

    def stop(done: int, total: int) -> None:
        raise Stop()

    progress: Progress = stop
    with pytest.raises(Stop):
        take(house, REGISTER, progress=progress)
    assert house.ledger.store.head() == head


def test_only_the_responsible_person_imports(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        worker = house.sign_in("kensa")
        with pytest.raises(NotPermitted, match="一覧の取込み"):
            take_in(worker, REGISTER, Item, contract_id=house.story.contract.id)


# --- a media register -------------------------------------------------------------------------


def test_a_register_row_becomes_an_item_and_its_receipt(stocked: House) -> None:
    usb = item(stocked, "SK-0001")
    assert (usb.item_class, usb.media_type) == (ItemClass.MEDIUM, MediaType.USB_MEMORY)
    assert usb.encrypted is None  # nobody wrote it down
    assert usb.state is ItemState.STORED
    [event] = stocked.ledger.handling.timeline(usb.id)
    receipt = event.record
    assert receipt.kind is HandlingKind.RECEIVE
    assert receipt.occurred_at == datetime(2025, 4, 1, tzinfo=JAPAN)
    assert (receipt.counterpart_title, receipt.counterpart_name) == ("健康政策課 主査", "見本")
    assert receipt.purpose == NOT_RECORDED
    assert "時刻は記録なし" in receipt.note
    assert "取込者を取扱者とした" in receipt.note
    paper = item(stocked, "SK-0003")
    assert (paper.quantity, paper.unit, paper.item_class) == (Decimal(1200), "枚", ItemClass.PAPER)


def test_a_copy_follows_its_original_wherever_it_stands(house: House, tmp_path: Path) -> None:
    path = items_csv(
        tmp_path,
        "C-1,CD-R,写し,1枚,R7.5.1,,耐火金庫,,,複製（Ｍ－１）,",
        "M-1,CD-R,原本,1枚,R7.4.1,市　見本様,耐火金庫,,,原本,",
    )
    assert take(house, path).accepted == 2
    copy, original = item(house, "C-1"), item(house, "M-1")
    assert copy.origin is ItemOrigin.COPIED
    assert copy.parent_item_id == original.id
    assert copy.state is ItemState.STORED
    kinds = [one.record.kind for one in house.ledger.handling.timeline(original.id)]
    assert kinds == [HandlingKind.RECEIVE, HandlingKind.COPY]


def test_what_a_row_became_is_looked_at_again_only_if_it_changed(
    house: House, tmp_path: Path
) -> None:
    head = "管理番号,名称,媒体の種類,数量,保管場所,原本／複製,格納先"
    rows = (
        "X-1,原本,紙,1枚,耐火金庫,原本,",
        "X-2,写し,紙,1枚,耐火金庫,複製（X-1）,",
        "X-3,別紙,紙,1枚,耐火金庫,原本,X-1",
    )
    path = write(tmp_path, "\n".join([head, *rows]))
    intake = take(house, path)
    assert {one.item_no for one in intake.items} == {"X-1", "X-2", "X-3"}, intake.refused
    assert [i.item_no for i in intake.items if i.id in intake.looked_at] == ["X-1"]


def test_a_copy_without_its_original_is_refused(house: House, tmp_path: Path) -> None:
    path = items_csv(
        tmp_path,
        "C-1,CD-R,写し,1枚,R7.5.1,,耐火金庫,,,複製（M-9）,",
        "C-2,CD-R,写しの写し,1枚,R7.5.1,,耐火金庫,,,複製（C-1）,",
        "C-3,CD-R,輪,1枚,R7.5.1,,耐火金庫,,,複製（C-3）,",
    )
    intake = take(house, path)
    assert intake.accepted == 0
    assert "複製元「M-9」は、この表にも台帳にもありません" in reason(intake, 2)
    assert "複製元「C-1」は、この表にも台帳にもありません" in reason(intake, 3)
    assert "自分自身に戻ります" in reason(intake, 4)


def test_what_belongs_to_another_contract_is_refused(house: House, tmp_path: Path) -> None:
    """Its papers would tell one client what another one entrusted."""
    mine = house.story.contract
    path = tmp_path / "several.csv"
    contracts = [
        "2099-999",
        mine.contract_no,
        mine.caption(),
        "",
        "別の契約",
        mine.title,
        "2099-999",
    ]
    rows = [f"N-{n},CD-R,名簿,1枚,耐火金庫,{one}" for n, one in enumerate(contracts)]
    path.write_text("\n".join(["管理番号,媒体の種類,名称,数量,定位置,契約", *rows]), "utf-8-sig")
    intake = take(house, path)
    assert intake.accepted == 4
    for line, told in ((2, "2099-999"), (6, "別の契約"), (8, "2099-999")):
        assert f"契約「{told}」は、取り込む契約（{mine.contract_no}）ではありません" in reason(
            intake, line
        )


def test_rows_that_share_words_are_judged_each_for_itself(house: House, tmp_path: Path) -> None:
    path = items_csv(
        tmp_path,
        "W-1,CD-R,一枚目,2枚,,,耐火金庫,,,原本,",
        "W-2,CD-R,二枚目,2枚,,,耐火金庫,,,原本,暗号化済",
        "W-3,CD-R,三枚目,2,,,耐火金庫,,,原本,",
        "W-4,CD-R,四枚目,2,,,耐火金庫,,,原本,",
        "W-5,CD-R,五枚目,0枚,,,耐火金庫,,,原本,",
        "W-6,CD-R,六枚目,0枚,,,耐火金庫,,,原本,",
    )
    intake = take(house, path)
    assert [line for line, _ in intake.refused] == [6, 7]
    first, second, third = (item(house, f"W-{n}") for n in (1, 2, 3))
    assert (first.name, first.encrypted) == ("一枚目", None)
    assert (second.name, second.encrypted) == ("二枚目", Encrypted.YES)
    assert (first.quantity, first.unit) == (third.quantity, third.unit) == (Decimal(2), "枚")
    assert "（2行：4、5行目）" in notes(intake)


def test_names_and_numbers_beside_shared_words_are_judged_each_for_itself(
    house: House, tmp_path: Path
) -> None:
    path = items_csv(
        tmp_path,
        "W-1,CD-R,一枚目,2枚,,,耐火金庫,,,原本,",
        "W-2,CD-R,,2枚,,,耐火金庫,,,原本,",
        f"W-3,CD-R,{'長' * 201},2枚,,,耐火金庫,,,原本,",
        f"W-{'4' * 60},CD-R,四枚目,2枚,,,耐火金庫,,,原本,",
        "W-5,CD-R,五枚目,2枚,,,耐火金庫,,,原本,",
    )
    intake = take(house, path)
    assert [one.item_no for one in intake.items] == ["W-1", "W-5"]
    assert "「名称」を入力してください" in reason(intake, 3)
    assert "「名称」が長すぎます" in reason(intake, 4)
    assert "「管理番号」が長すぎます" in reason(intake, 5)


def test_what_the_ledger_has_is_refused(stocked: House, tmp_path: Path) -> None:
    intake = take(stocked, items_csv(tmp_path, "ＳＫ－０００１,CD-R,別,1,,,耐火金庫,,,,"))
    assert reason(intake, 2) == "管理番号「ＳＫ－０００１」は、すでに台帳にあります。"


def test_unknown_places_are_questions_or_go_to_the_default(house: House, tmp_path: Path) -> None:
    path = items_csv(tmp_path, "M-1,CD-R,データ,1枚,R7.4.1,市　見本様,倉庫の奥,,,原本,")
    refused = take(house, path, dry_run=True)
    assert "「保管場所」の「倉庫の奥」は、台帳に登録されていません" in reason(refused, 2)
    assert [(q.subject, q.word, q.lines) for q in refused.questions] == [
        ("places", "倉庫の奥", (2,))
    ]
    safe = house.ledger.registers.one(Place, name="耐火金庫")
    assert safe is not None
    answered = take(house, path, dry_run=True, options=Options(places={"倉庫の奥": safe.record.id}))
    assert answered.items[0].home_place_id == safe.record.id
    fallen = take(house, path, dry_run=True, options=Options(default_place_id=safe.record.id))
    assert "保管場所欄は「倉庫の奥」。" in fallen.events[0].note


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("M-1,謎の板,データ,1枚,,,耐火金庫,,,,", "媒体の種類「謎の板」が何か分かりません"),
        ("M-1,CD-R,データ,12・5枚,,,耐火金庫,,,,", "数として読めません"),
        ("M-1,CD-R,,1枚,,,耐火金庫,,,,", "「名称」を入力してください"),
        ("M-1,CD-R,データ,1枚,R99.1.1,,耐火金庫,,,,", "先の日付"),
        ("M-1,CD-R,データ,1枚,,,耐火金庫,,,控え？,", "原本／複製の「控え？」が読めません"),
        (f"M-1,CD-R,{'長' * 300},1枚,,,耐火金庫,,,,", "「名称」が長すぎます"),
        (",CD-R,データ,1枚,,,耐火金庫,,,,", "「管理番号」を入力してください"),
    ],
)
def test_a_wrong_cell_is_refused_in_a_sentence(
    house: House, tmp_path: Path, row: str, words: str
) -> None:
    intake = take(house, items_csv(tmp_path, row, "M-2,CD-R,データ,1枚,,,耐火金庫,,,,"))
    assert words in reason(intake, 2)
    assert intake.accepted == 1


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("令和7年5月7日 14時30分", "この列を「日時」の項目にしてください"),
        ("きのう", "「日付」の値「きのう」は日付として読めません"),
        ("11/10", "「日付」の値「11/10」に年がありません"),
        ("7.11.10", "「日付」の値「7.11.10」が正しくありません。年が元号か西暦か"),
    ],
)
def test_a_day_that_cannot_be_read_is_quoted(
    stocked: House, tmp_path: Path, day: str, words: str
) -> None:
    path = log_csv(tmp_path, f"{day},,使用,SK-0001,1本,田中 恵,,集計,,")
    told = reason(take(stocked, path, HandlingEvent, dry_run=True), 2)
    assert words in told and f"「日付」の値「{day}」" in told


def test_what_was_put_right_in_a_column_reads_as_a_sentence(house: House, tmp_path: Path) -> None:
    row = "M-1,CD-R,データ,1枚,46336,,耐火金庫,,,,"
    told = notes(take(house, items_csv(tmp_path, row), dry_run=True))
    assert "「受領日」：Excelの日付の番号を日付に直しました。" in told


def test_a_day_of_a_register_with_a_time_says_so(house: House, tmp_path: Path) -> None:
    row = "M-1,CD-R,データ,1枚,R7.4.1 14:30,,耐火金庫,,,,"
    told = reason(take(house, items_csv(tmp_path, row), dry_run=True), 2)
    assert "「受領日」の値「R7.4.1 14:30」には時刻もあります。日付だけに" in told


def test_ends_of_electronic_media_wait_for_their_facts(house: House, tmp_path: Path) -> None:
    row = "M-1,外付HDD,データ,1台,R7.4.1,市　見本様,耐火金庫,R7.6.1,物理破壊（穴あけ）,原本,"
    path = items_csv(tmp_path, row)
    intake = take(house, path)
    assert "検証者" in notes(intake)
    assert item(house, "M-1").state is ItemState.STORED


def test_stated_facts_let_the_end_be_recorded_honestly(house: House, tmp_path: Path) -> None:
    path = items_csv(
        tmp_path,
        "M-1,外付HDD,データ,1台,R7.4.1,市　見本様,耐火金庫,R7.6.1,物理破壊（穴あけ）,原本,",
        "M-2,簿冊,台帳,3冊,R7.4.1,市　見本様,耐火金庫,R7.6.1,シュレッダー裁断,原本,",
        "M-3,簿冊,台帳,3冊,R7.4.1,市　見本様,耐火金庫,R7.6.1,返却,原本,",
    )
    stated = Disposal(
        performed_by=person(house, "田中 恵"),
        verified_by=person(house, "佐藤 誠"),
        verification_method=VerificationMethod.VISUAL,
    )
    take(house, path, options=Options(disposal=stated))
    states = [item(house, number).state for number in ("M-1", "M-2", "M-3")]
    assert states == [ItemState.DISPOSED, ItemState.DISPOSED, ItemState.RETURNED]
    [_, end] = house.ledger.handling.timeline(item(house, "M-1").id)
    [detail] = end.record.sanitization
    assert detail.category is SanitizationCategory.DESTROY
    assert detail.irrecoverable_confirmed is False  # nobody confirmed it, so no certificate
    assert detail.verification_result is VerificationResult.UNKNOWN
    assert detail.info_items == NOT_RECORDED
    assert detail.method_detail == "物理破壊（穴あけ）"


# --- columns, other registers, export ---------------------------------------------------------


def test_columns_can_be_named_by_hand(stocked: House, tmp_path: Path) -> None:
    path = write(
        tmp_path, "いつ,ばんごう,したこと,だれ\n2025/4/3 10:00,SK-0001,使用,田中　恵", "変.csv"
    )
    mapping = {"いつ": "occurred_at", "ばんごう": "item_id", "したこと": "kind", "だれ": "actor"}
    intake = take(stocked, path, HandlingEvent, mapping=mapping)
    assert intake.accepted == 1
    with pytest.raises(Usage, match="列「どこ」は表にありません"):
        take(stocked, path, HandlingEvent, mapping={"どこ": "kind"})
    with pytest.raises(Usage, match="項目「color」はありません"):
        take(stocked, path, HandlingEvent, mapping={"だれ": "color"})


def test_any_register_is_read_by_its_declaration(house: House, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "氏名,フリガナ,所属組織,雇用形態,退職日\n"
        "山田　花子,ヤマダ　ハナコ,株式会社みほん情報処理,パート・アルバイト,\n"
        "川上　次郎,,どこかの会社,正社員,\n"
        "海野　三郎,,株式会社みほん情報処理,名誉職,R7.2.30\n"
        "田中　恵,,株式会社みほん情報処理,正社員,",
        "人.csv",
    )
    intake = take_in(house.ledger, path, Person)
    assert intake.accepted == 1
    assert "「所属組織」の「どこかの会社」は台帳にありません" in reason(intake, 3)
    assert "雇用形態" in reason(intake, 4) and "令和7年2月30日" in reason(intake, 4)
    assert "「氏名」の「田中　恵」は、すでに台帳にあります" in reason(intake, 5)
    assert house.ledger.registers.one(Person, name="山田　花子") is not None


def test_accounts_and_papers_are_never_imported(house: House, tmp_path: Path) -> None:
    from models.records import UserAccount

    path = write(tmp_path, "利用者名,区分\nmallory,責任者")
    with pytest.raises(Usage, match="表からは取り込めません"):
        take_in(house.ledger, path, UserAccount)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_was_exported_can_be_taken_in_elsewhere(
    stocked: House, tmp_path: Path, suffix: str
) -> None:
    usb = item(stocked, "SK-0001")
    stocked.ledger.registers.revise(usb.with_changes(name="=1+1 の媒体"), "名称の訂正のため")
    out = tmp_path / f"媒体一覧{suffix}"
    report = export_register(stocked.ledger, Item, out, purpose="控え一式")
    assert report == {"rows": 3, "lost": []}
    json.dumps(report)
    with furnished(tmp_path / "other") as other:
        set_stage(other)
        intake = take(other, out)
        assert intake.refused == ()
        copied = item(other, "SK-0001")
        assert copied.name == "=1+1 の媒体"
        mine = item(stocked, "SK-0003")
        theirs = item(other, "SK-0003")
        names = ("item_no", "media_type", "item_class", "quantity", "unit", "origin", "end_rule")
        assert [getattr(mine, n) for n in names] == [getattr(theirs, n) for n in names]
        assert "台帳が取扱記録から導く項目" in notes(intake)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_exported_log_says_the_same_in_another_ledger(
    house_and_copy: House, tmp_path: Path, suffix: str
) -> None:
    mine = house_and_copy
    media, log = tmp_path / f"媒体{suffix}", tmp_path / f"記録{suffix}"
    export_register(mine.ledger, Item, media, purpose="控え一式")
    report = export_register(mine.ledger, HandlingEvent, log, purpose="控え一式")
    assert report["rows"] == 11  # three things came in one act; a return is planned
    with furnished(tmp_path / "other") as other:
        set_stage(other)
        assert take(other, media, options=Options(with_events=False)).refused == ()
        intake = take(other, log, HandlingEvent)
        [(_, refused)] = intake.refused
        assert refused.startswith("予定の行です。")
        for number in ("X-1", "X-2", "X-3", "X-1-C"):
            then, now = (one.ledger.store.status(item(one, number).id) for one in (mine, other))
            assert then is not None and now is not None
            assert (now.state, now.left, now.out) == (then.state, then.left, then.out), number
        copied = next(one for one in intake.events if one.kind is HandlingKind.COPY)
        assert copied.lines[0].resulting_item_id == item(other, "X-1-C").id
        assert "記録なし" not in copied.note


def test_exported_formulas_are_escaped(stocked: House, tmp_path: Path) -> None:
    usb = item(stocked, "SK-0001")
    stocked.ledger.registers.revise(usb.with_changes(name="＝1+1"), "名称の訂正のため")
    out = tmp_path / "媒体.csv"
    export_register(stocked.ledger, Item, out, purpose="控え一式", encoding="cp932")
    with out.open(encoding="cp932", newline="") as file:
        rows = list(csv.DictReader(file))
    assert "'＝1+1" in {row["名称"] for row in rows}


def test_cp932_tells_what_it_cannot_carry(stocked: House, tmp_path: Path) -> None:
    out = tmp_path / "人.csv"
    report = export_register(stocked.ledger, Person, out, purpose="控え一式", encoding="cp932")
    assert {lost["character"] for lost in report["lost"]} >= {"U+20BB7"}


def test_nothing_is_counted_before_it_came(stocked: House, tmp_path: Path) -> None:
    path = log_csv(
        tmp_path,
        "R7.3.1,10:00,棚卸,SK-0001,1,田中　恵,,月次,,",
        "R7.4.2,10:00,棚卸,SK-0001,1,田中　恵,,月次,,",
    )
    intake = take(stocked, path, HandlingEvent)
    assert intake.lines == (3,)
    assert "それより前の「現品確認」は記録できません" in reason(intake, 2)
