"""How things came and went is taken in: means, who carried them, in what, under which number."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from models.codes import HandlingKind as K
from models.codes import Means
from models.intake.columns import fields_of
from models.intake.parts import Options
from models.records import HandlingEvent, Item, Organization, Record, TransportDetail
from models.wareki import JAPAN
from reports.tables.mapping import propose_mapping
from tests.house import House, furnished
from tests.intake_stage import notes, reason, set_stage, take, write
from ui.exporting import export_register

GUIDE = Path(__file__).parents[2] / "docs" / "import.ja.md"
HEAD = (
    "日付,時刻,区分,管理番号,作業者,目的,行先,相手方の氏名,手段,運送事業者,運搬担当者,車両,経路,"
    "容器・施錠,追跡番号,出発日時,到着日時,資料から離れないことの指示,指示者,指示日時,受取人,受取日時"
)
THINGS = (
    "管理番号,媒体の種類,名称,数量,保管場所\n"
    "M-1,CD-R,甲,1枚,耐火金庫\nM-2,CD-R,乙,1枚,耐火金庫\nM-3,CD-R,丙,1枚,耐火金庫"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        take(made, write(tmp_path, THINGS, "媒体.csv"), options=Options(with_events=False))
        yield made


def log(folder: Path, *rows: str) -> Path:
    return write(folder, "\n".join((HEAD, *rows)), "記録.csv")


def transport(event: HandlingEvent) -> TransportDetail:
    [one] = event.transport
    return one


def firm(house: House) -> Organization:
    return house.ledger.registers.all(Organization)[0].record


def test_receipt_and_take_out_say_how_and_in_what(house: House, tmp_path: Path) -> None:
    carrier = firm(house)
    intake = take(
        house,
        log(
            tmp_path,
            f"R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,セキュリティ便,{carrier.name},,,,施錠ケース,A-123,,,,,,,",
            "R8.9.2,9:00,持出し,M-1,田中 恵,照合,市役所,,自社便,,佐藤・田中,品川 1,市道経由,鍵付きかばん,,,,,,,,",
        ),
        HandlingEvent,
    )
    assert intake.refused == ()
    came, went = (
        house.ledger.registers.need(HandlingEvent, one.id).record for one in intake.events
    )
    assert came.means is Means.SECURITY_COURIER and went.means is Means.OWN_VEHICLE
    one = transport(came)
    assert (one.carrier_org_id, one.container, one.tracking_no) == (
        carrier.id,
        "施錠ケース",
        "A-123",
    )
    assert one.persons == ()
    one = transport(went)
    assert one.persons == ("佐藤", "田中")
    assert (one.vehicle, one.route, one.container) == ("品川 1", "市道経由", "鍵付きかばん")


def test_who_carried_what_nobody_named(house: House, tmp_path: Path) -> None:
    intake = take(
        house,
        log(
            tmp_path,
            "R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,書留等,,,,,封筒,,,,,,,,",
            "R8.9.1,9:10,受領,M-2,田中 恵,入力,,見本,,謎の便,,,,,,,,,,,,",
            "R8.9.1,9:20,受領,M-3,田中 恵,入力,,見本,直接手渡し,,,,,,,,,,,,,",
            "R8.9.2,9:00,持出し,M-1,田中 恵,照合,市役所,,,,,,,施錠かばん,,,,,,,,",
        ),
        HandlingEvent,
    )
    assert intake.refused == ()
    post, unknown, hand, went = intake.events
    assert transport(post).persons == ("記録なし",)
    assert transport(unknown).persons == ("謎の便",) and "運送事業者は「謎の便」" in unknown.note
    assert "運送事業者「謎の便」" in notes(intake)
    assert hand.transport == () and hand.means is Means.DIRECT
    assert transport(went).persons == ("田中 恵",) and went.means is None


def test_a_transport_tells_instruction_and_times(house: House, tmp_path: Path) -> None:
    intake = take(
        house,
        log(
            tmp_path,
            "R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,,,,,,,,,,,,,,",
            "R8.9.3,9:00,運搬,M-1,田中 恵,移管,,,自社便,,,,,箱,,R8.9.3 9:00,R8.9.3 10:00,指示した,"
            "佐藤 誠,R8.9.3 8:50,見本,R8.9.3 10:05",
        ),
        HandlingEvent,
    )
    assert intake.refused == ()
    one = transport(intake.events[1])
    assert one.do_not_leave_instructed is True and one.received_by == "見本"
    assert one.persons == ("田中 恵",) and one.instructed_by
    assert one.arrived_at == datetime(2026, 9, 3, 10, 0, tzinfo=JAPAN)
    assert "手段の欄は「自社便」" in intake.events[1].note


def test_unclear_means_are_asked_and_times_that_contradict_are_refused(
    house: House, tmp_path: Path
) -> None:
    path = log(
        tmp_path,
        "R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,宅配,,,,,,,,,,,,,",
        "R8.9.1,9:10,受領,M-2,田中 恵,入力,,見本,書留等,,,,,,1,R8.9.1 9:00,R8.9.1 8:00,,,,,",
        "R8.9.1,9:20,使用,M-3,田中 恵,入力,,,,,,,,袋,,,,,,,,",
    )
    intake = take(house, path, HandlingEvent, dry_run=True)
    [question] = intake.questions
    assert (question.subject, question.word, question.lines) == ("words.means", "宅配", (2,))
    assert "取込みの質問" in reason(intake, 2)
    assert "「到着日時」が「出発日時」より前" in reason(intake, 3)
    given = Options(words={"means": {"宅配": "security_courier"}})
    answered = take(house, path, HandlingEvent, dry_run=True, options=given)
    assert answered.events[0].means is Means.SECURITY_COURIER


def test_what_carries_nothing_keeps_it_in_its_note(house: House, tmp_path: Path) -> None:
    intake = take(
        house,
        log(
            tmp_path,
            "R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,,,,,,,,,,,,,,",
            "R8.9.1,9:20,使用,M-1,田中 恵,入力,,,,,,,,袋,,,,,,,,",
        ),
        HandlingEvent,
    )
    assert intake.refused == ()
    assert intake.events[1].transport == () and "容器・施錠の欄は「袋」" in intake.events[1].note


def test_a_register_of_media_tells_it_of_the_receipt(house: House, tmp_path: Path) -> None:
    head = "管理番号,媒体の種類,名称,数量,保管場所,受領日,渡した人,受領の手段,受領の容器・施錠,受領の追跡番号"
    path = write(
        tmp_path,
        f"{head}\nN-1,CD-R,甲,1枚,耐火金庫,R8.9.1,市　見本,書留等,封筒,R-9\n"
        "N-2,CD-R,乙,1枚,耐火金庫,R8.9.1,市　見本,,,",
        "台帳.csv",
    )
    intake = take(house, path)
    assert intake.refused == ()
    first, second = intake.events
    assert first.means is Means.REGISTERED_MAIL
    assert (transport(first).container, transport(first).tracking_no) == ("封筒", "R-9")
    assert second.means is None and second.transport == ()


def test_an_exported_list_carries_it_into_another_ledger(house: House, tmp_path: Path) -> None:
    carrier = firm(house)
    row = f"R8.9.1,9:00,受領,M-1,田中 恵,入力,,見本,セキュリティ便,{carrier.name},,,,箱,A-1,,,,,,見本,"
    mine = take(house, log(tmp_path, row), HandlingEvent).events[0]
    out, media = tmp_path / "一覧.csv", tmp_path / "媒体一覧.csv"
    export_register(house.ledger, HandlingEvent, out, purpose="控え一式")
    export_register(house.ledger, Item, media, purpose="控え一式")
    with furnished(tmp_path / "other") as other:
        set_stage(other)
        take(other, media, options=Options(with_events=False))
        intake = take(other, out, HandlingEvent)
        theirs = next(one for one in intake.events if one.kind is K.RECEIVE)
        assert theirs.means is mine.means
        ours, copy = transport(mine), transport(theirs)
        assert (copy.container, copy.tracking_no, copy.received_by) == (
            ours.container, ours.tracking_no, ours.received_by,
        )  # fmt: skip


@pytest.mark.parametrize(("title", "cls"), [("取扱記録簿", HandlingEvent), ("媒体管理台帳", Item)])
def test_the_headings_of_the_guide_are_proposed_for_their_fields(
    title: str, cls: type[Record]
) -> None:
    text = GUIDE.read_text("utf-8")
    block = text.split(f"{title}の見出し\n```\n")[1].split("\n```")[0]
    [heads] = csv.reader([block])
    found = propose_mapping(heads, fields_of(cls))
    assert list(found) == heads, set(heads) - set(found)
    carried = {"means", "container", "tracking_no"} if cls is HandlingEvent else {"received_means"}
    assert carried <= set(found.values())
