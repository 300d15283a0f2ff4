"""The papers: what is printed word for word, what the clause demands, and what may not be claimed."""

import dataclasses
import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from models.errors import UnprintableCharacter
from models.fields import NOT_RECORDED
from models.wareki import JAPAN
from reports import blocks
from reports.documents.base import Document
from reports.documents.change_notice import ChangeNotice
from reports.documents.d01_checklist import Checklist
from reports.documents.d02_structure import Structure
from reports.documents.d03_staff_notice import StaffNotice
from reports.documents.d04_place_notice import PlaceNotice
from reports.documents.d05_training_plan import TrainingProgramme
from reports.documents.d06_training_report import TrainingReport
from reports.documents.d07_pledge import PledgeSheet
from reports.documents.d08_pledge_list import PledgeList
from reports.documents.d11_copy_request import CopyRequest
from reports.documents.d12_take_out_request import TakeOutRequest
from reports.documents.d13_provision_request import ProvisionRequest
from reports.documents.d14_receipt import Receipt
from reports.documents.d15_handover_request import HandoverRequest
from reports.documents.d16_return import ReturnNote
from reports.documents.d17_end_report import EndReport
from reports.documents.d18_certificate import COMPLETE, Certificate, DisposalLine
from reports.documents.d20_incident_report import IncidentPaper
from reports.documents.d27_transport import TransportOrder
from reports.documents.d28_ledger import HandlingRow, Register
from reports.documents.d29_equipment import EquipmentList
from reports.documents.d30_awareness import AwarenessSheet
from reports.documents.d31_fields import FieldList
from reports.documents.d37_inspection_receipt import InspectionReceipt
from reports.page import claims_of
from reports.render import render
from tests.reports.papers import flat, pages

GOLDEN = Path(__file__).parent.parent / "data" / "golden"
UPDATE = os.environ.get("AZUKARI_UPDATE_GOLDEN") == "1"

PAPERS: dict[str, Document | Register] = {
    "change_notice": ChangeNotice.sample(),
    "d01_checklist": Checklist.sample(),
    "d02_structure": Structure.sample(),
    "d03_staff_notice": StaffNotice.sample(),
    "d04_place_notice": PlaceNotice.sample(),
    "d05_training_plan": TrainingProgramme.sample(),
    "d06_training_report": TrainingReport.sample(),
    "d07_pledge": PledgeSheet.sample(),
    "d08_pledge_list": PledgeList.sample(),
    "d11_copy_request": CopyRequest.sample(),
    "d12_take_out_request": TakeOutRequest.sample(),
    "d13_provision_request": ProvisionRequest.sample(),
    "d14_receipt": Receipt.sample(),
    "d15_handover_request": HandoverRequest.sample(),
    "d16_return": ReturnNote.sample(),
    "d17_end_report": EndReport.sample(),
    "d18_certificate": Certificate.sample(),
    "d20_incident_report": IncidentPaper.sample(),
    "d27_transport": TransportOrder.sample(),
    "d28_ledger": Register.sample(),
    "d29_equipment": EquipmentList.sample(),
    "d30_awareness": AwarenessSheet.sample(),
    "d31_fields": FieldList.sample(),
    "d37_inspection_receipt": InspectionReceipt.sample(),
}
LISTS = (Receipt.sample(), EndReport.sample(), Certificate.sample())
COMPLETE_SENTENCE = (
    "すべての対象について、復元又は判読できないことを確認し、検証に合格したことを証明します"
)


def with_lines(document: Document, count: int) -> Document:
    line = document.lines[0]  # type: ignore[attr-defined]
    return dataclasses.replace(document, lines=(line,) * count)  # type: ignore[call-arg]


def without(document: Document, field: str) -> Document:
    """Return the paper with one field of its first line emptied."""
    first, *others = document.lines  # type: ignore[attr-defined]
    value = None if isinstance(getattr(first, field), Decimal | datetime) else ""
    if field == "processed_on":
        value = None
    lines = (dataclasses.replace(first, **{field: value}), *others)
    return dataclasses.replace(document, lines=lines)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", PAPERS)
def test_a_sample_reads_word_for_word_as_agreed(name: str) -> None:
    text = "\f\n".join(f"{page}\n" for page in pages(render(PAPERS[name])))
    file = GOLDEN / f"{name}.txt"
    if UPDATE:
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAPERS)
def test_the_same_paper_gives_the_same_bytes(name: str) -> None:
    first = render(PAPERS[name])
    assert render(PAPERS[name]) == first
    assert first.startswith(b"%PDF-1.7\n")


@pytest.mark.parametrize("name", PAPERS)
def test_a_complete_sample_misses_nothing(name: str) -> None:
    assert list(PAPERS[name].missing()) == []


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("info_items", "情報項目"),
        ("media_name", "媒体名"),
        ("quantity", "数量"),
        ("method", "方法"),
        ("responsible", "責任者"),
        ("performed_at", "年月日"),
    ],
)
def test_the_certificate_names_each_of_the_six_facts_that_is_absent(field: str, label: str) -> None:
    assert list(without(Certificate.sample(), field).missing()) == [f"{label}（1行目）"]


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("media_name", "記録媒体"),
        ("info_items", "項目"),
        ("quantity", "数量"),
        ("method", "方法"),
        ("processed_on", "処理日"),
    ],
)
def test_the_end_report_names_each_of_the_five_facts_that_is_absent(field: str, label: str) -> None:
    assert list(without(EndReport.sample(), field).missing()) == [f"{label}（1行目）"]


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("received_at", "受領日時"),
        ("place", "場所"),
        ("means", "手段"),
        ("handed_by", "渡した者"),
        ("received_by", "受領した者"),
    ],
)
def test_the_receipt_names_each_fact_of_the_handover_that_is_absent(field: str, label: str) -> None:
    empty = None if field == "received_at" else ""
    receipt = dataclasses.replace(Receipt.sample(), **{field: empty})  # type: ignore[arg-type]
    assert list(receipt.missing()) == [label]


@pytest.mark.parametrize(
    ("field", "label"),
    [("name", "媒体"), ("info_items", "項目"), ("quantity", "数量"), ("unit", "単位")],
)
def test_the_receipt_names_each_fact_of_a_line_that_is_absent(field: str, label: str) -> None:
    assert list(without(Receipt.sample(), field).missing()) == [f"{label}（1行目）"]


@pytest.mark.parametrize("document", LISTS, ids=lambda d: d.head.kind)
@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("addressee", "あて名"),
        ("sender_name", "受託者の名称"),
        ("work_title", "業務名"),
        ("signer_name", "名義"),
    ],
)
def test_every_paper_names_what_its_letterhead_lacks(
    document: Document, field: str, label: str
) -> None:
    head = dataclasses.replace(document.head, **{field: ""})  # type: ignore[arg-type]
    assert list(dataclasses.replace(document, head=head).missing()) == [label]


@pytest.mark.parametrize("document", LISTS, ids=lambda d: d.head.kind)
def test_a_paper_about_nothing_says_so(document: Document) -> None:
    assert list(with_lines(document, 0).missing()) == ["明細"]


def test_the_line_that_lacks_something_is_numbered() -> None:
    sample = EndReport.sample()
    second = dataclasses.replace(sample.lines[1], method="")
    report = dataclasses.replace(sample, lines=(sample.lines[0], second))
    assert list(report.missing()) == ["方法（2行目）"]


def test_what_was_not_recorded_is_said_and_never_blank() -> None:
    receipt = dataclasses.replace(Receipt.sample(), handed_by="", return_due_on=None, event_no="")
    text = pages(render(receipt))[0]
    for label in ("渡した者", "返却予定日", "取扱記録"):
        assert f"{label} {NOT_RECORDED}\n" in text
    assert NOT_RECORDED not in flat(render(Receipt.sample()))


def test_an_empty_cell_of_a_list_says_so_too() -> None:
    text = flat(render(without(EndReport.sample(), "witness")))
    assert text.count(NOT_RECORDED) == 1


def test_the_register_says_so_too() -> None:
    row = HandlingRow("7", *[""] * 10)
    register = dataclasses.replace(Register.sample(), rows=lambda: [row])
    assert flat(render(register)).count(NOT_RECORDED) == 9
    nothing = dataclasses.replace(Register.sample(), rows=lambda: [])
    assert "この期間の取扱いの記録はありません。" in flat(render(nothing))


def certificate(*changes: dict[str, object]) -> Certificate:
    sample = Certificate.sample()
    lines = tuple(dataclasses.replace(sample.lines[0], **change) for change in changes)  # type: ignore[arg-type]
    return dataclasses.replace(sample, lines=lines)


def test_completeness_is_certified_when_every_line_was_confirmed_and_passed() -> None:
    text = flat(render(certificate({}, {})))
    assert COMPLETE_SENTENCE in text
    assert COMPLETE_SENTENCE in COMPLETE


@pytest.mark.parametrize(
    "change",
    [
        {"irrecoverable_confirmed": False},
        {"irrecoverable_confirmed": None},
        {"verified": False, "verification_result": "不合格"},
        {"verified": False, "verification_result": ""},
        {"verified_by": ""},
    ],
)
def test_completeness_is_never_certified_when_one_line_was_not(change: dict[str, object]) -> None:
    text = flat(render(certificate({}, change)))
    assert "すべての対象について" not in text
    assert "検証に合格したことを証明" not in text
    assert "行ったことを証明します" in text


def test_a_certificate_without_lines_certifies_nothing_complete() -> None:
    assert not dataclasses.replace(Certificate.sample(), lines=()).complete


def test_a_denied_confirmation_is_printed_and_a_missing_one_is_said() -> None:
    text = flat(render(certificate({"irrecoverable_confirmed": False})))
    assert "確認していない" in text
    unknown = flat(render(certificate({"irrecoverable_confirmed": None})))
    assert f"復元・判読できないことの確認 {NOT_RECORDED}" in unknown


@pytest.mark.parametrize("document", LISTS, ids=lambda d: d.head.kind)
def test_ten_lines_stand_on_the_sheet_and_eleven_go_to_the_attached_list(
    document: Document,
) -> None:
    assert "別紙" not in flat(render(with_lines(document, 10)))
    sheets = pages(render(with_lines(document, 11)))
    assert "別紙のとおり（11件）" in sheets[0]
    attached = next(n for n, text in enumerate(sheets) if "\n別紙\n" in text)
    assert attached > 0
    first_cell = "健康診査" if not isinstance(document, Certificate) else "M-0002-C1"
    assert first_cell in sheets[attached]
    assert "数量 " not in sheets[0]


def test_a_planned_end_is_not_reported_as_done() -> None:
    text = flat(render(dataclasses.replace(EndReport.sample(), completed=False)))
    assert "行う予定です" in text
    assert "報告の区分 予定" in text
    assert "完了" not in text


def test_an_end_that_leaves_something_open_is_reported_as_a_part() -> None:
    sample = dataclasses.replace(
        EndReport.sample(), remaining="2件（保管中2件）", given_up="1件（M-0002）"
    )
    text = flat(render(sample))
    assert "見つからないもの 所在不明の媒体・資料1件（M-0002）は、終了時の指示により" in text
    assert "行いましたので" in text and "報告の区分 一部" in text
    assert "2件（保管中2件）が、まだ終わっていません" in text
    assert "完了" not in text


def test_a_text_that_asks_who_ordered_it_is_answered_or_named() -> None:
    asked = dataclasses.replace(EndReport.sample(), ordered_label="指示した保護管理責任者等")
    assert list(asked.missing()) == ["指示した保護管理責任者等"]
    told = dataclasses.replace(asked, ordered_by="作業責任者　髙橋　恵子")
    assert not list(told.missing())
    assert "指示した保護管理責任者等 作業責任者　髙橋　恵子" in flat(render(told))
    assert "指示した" not in flat(render(EndReport.sample()))


def test_a_voided_handling_stays_in_the_register() -> None:
    assert "取消：二重に入力したため" in flat(render(Register.sample()))


def test_the_number_of_pages_is_printed_on_each() -> None:
    rows = list(Register.sample().rows()) * 50
    sheets = pages(render(dataclasses.replace(Register.sample(), rows=lambda: rows)))
    assert len(sheets) > 2
    assert all(f"{n} / \n{len(sheets)}\n" in text for n, text in enumerate(sheets, 1))


def test_the_qr_code_holds_the_claims_word_for_word(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = blocks.segno.make
    monkeypatch.setattr(
        blocks.segno, "make", lambda text, **named: made.append(text) or make(text, **named)
    )
    sample = Receipt.sample()
    pdf = render(sample)
    claims = claims_of(sample.head, sample.anchor).to_json()
    assert made == [claims]
    assert claims.encode() in pdf


def test_an_unprintable_character_is_refused_with_its_field() -> None:
    sample = Receipt.sample()
    line = dataclasses.replace(sample.lines[0], name="結果票\u202e")
    with pytest.raises(UnprintableCharacter) as refused:
        render(dataclasses.replace(sample, lines=(line,)))
    assert refused.value.facts["where"] == "媒体・資料"


def test_the_facts_of_a_paper_disposal_leave_out_what_only_machines_have() -> None:
    text = flat(render(certificate({"electronic": False})))
    assert "メーカー・型番" not in text
    assert "製造番号" not in text
    assert "検証方法・結果" in text


def test_content_is_what_is_printed_without_empty_fields() -> None:
    content = Certificate.sample().content()
    line = content["lines"][0]
    assert line["quantity"] == "1"
    assert line["performed_at"] == datetime(2026, 11, 21, 10, 30, tzinfo=JAPAN).isoformat()
    assert set(line) < {field.name for field in dataclasses.fields(DisposalLine)}
    assert "tool" not in line


@pytest.mark.parametrize(
    "title", ["管理体制図", "個人情報を含む業務を行う際の遵守事項確認表（𠮷・辻󠄂）"]
)
def test_every_sheet_names_its_paper_in_the_foot(title: str) -> None:
    chart = Structure.sample()
    made = dataclasses.replace(chart, head=dataclasses.replace(chart.head, title=title))
    first, second = pages(render(made))
    assert first.count(title) == 2 and second.count(title) == 1
