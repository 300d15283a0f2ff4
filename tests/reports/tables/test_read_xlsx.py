"""Workbooks of other offices, and workbooks that mean harm."""

import datetime as dt
import io
import os
import re
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from models.errors import ImportRefused
from reports.tables import child
from reports.tables.read import Limits, Table, read_table
from resources import confined

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def workbook_bytes(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_entry(data: bytes, name: str, content: bytes) -> bytes:
    """Return the workbook with one of its files exchanged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def register() -> Table:
    return read_table((SAMPLES / "media_register.xlsx").read_bytes())


def test_the_sample_register_is_read_whole(register: Table) -> None:
    assert register.sheet == "媒体台帳(令和7年度)"
    assert register.columns == [
        *(
            "管理番号",
            "媒体の種類",
            "名称・内容",
            "数量",
            "受領/受領日",
            "受領/渡した人",
            "保管場所",
        ),
        *("返却・廃棄/年月日", "返却・廃棄/方法", "返却・廃棄/立会者", "原本／複製", "備考"),
    ]
    assert len(register.rows) == 132
    assert register.title_lines[0] == "個人情報記録媒体管理台帳"
    assert [(line.line_no, line.reason) for line in register.skipped] == [
        *((46, "空行"), (67, "計の行"), (140, "計の行"), (141, "空行"), (142, "注記の行")),
    ]


def test_dates_numbers_and_variants_of_the_sample_survive(register: Table) -> None:
    by_line = {row.line_no: row.cells for row in register.rows}
    assert by_line[11][7] == "2026-03-02"
    assert by_line[7][3] == "12"
    people = {row.cells[5] for row in register.rows}
    assert "健康政策課　葛\U000e0100城様" in people
    assert "健康政策課　𠮷田様" in people


def test_formulas_without_a_result_and_unread_sheets_are_noted(register: Table) -> None:
    formulas = [note for note in register.notes if note.column == "備考"]
    assert len(formulas) == 13
    assert {row.cells[11] for row in register.rows if row.line_no == 23} == {"=1+1"}
    assert any("記入例" in note.message for note in register.notes)


def test_a_named_sheet_is_read_or_missed() -> None:
    data = (SAMPLES / "media_register.xlsx").read_bytes()
    with pytest.raises(ImportRefused, match="シート「ない」"):
        read_table(data, sheet="ない")
    with pytest.raises(ImportRefused, match="見出し"):
        read_table(data, sheet="記入例")


def oddities() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["管理番号", "日付", "時刻", "数量", "備考"])
    sheet.append(["SK-1", dt.date(2025, 4, 3), dt.time(10, 14), 1.5, True])
    sheet.append(["SK-2", dt.datetime(2025, 4, 3, 10, 14), dt.timedelta(hours=25), 10**6, "#N/A"])
    sheet.append(["SK-3", 45750, 0.5, 2, "a_x000D_\r\nb"])
    sheet["A5"] = "SK-4"
    sheet["E5"] = "=1+1"
    sheet["B2"].number_format = '[$-411]ggge"年"m"月"d"日"'
    sheet.merge_cells("E2:E3")
    sheet.row_dimensions[4].hidden = True
    return book


def test_every_kind_of_cell_is_read_as_a_clerk_sees_it() -> None:
    table = read_table(workbook_bytes(oddities()))
    assert [row.cells for row in table.rows] == [
        ["SK-1", "2025-04-03", "10:14:00", "1.5", "TRUE"],
        ["SK-2", "2025-04-03 10:14", "25:00", "1000000", "TRUE"],
        ["SK-3", "2025-04-03", "12:00", "2", "a\n\nb"],
        ["SK-4", "", "", "", "=1+1"],
    ]
    messages = " ".join(note.message for note in table.notes)
    assert "結合" in messages
    assert "非表示の行（1行）" in messages
    assert "Excelの日付の番号" in messages


def test_a_cached_result_is_taken_and_noted() -> None:
    data = workbook_bytes(oddities())
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    cached, changed = re.subn(rb"(<f>1\+1</f>)<v\s*(?:/>|></v>)", rb"\1<v>2</v>", sheet)
    assert changed == 1
    table = read_table(with_entry(data, "xl/worksheets/sheet1.xml", cached))
    assert table.rows[3].cells[4] == "2"
    assert any("計算結果を取り込みました" in note.message for note in table.notes)


def test_dates_counted_from_1904_are_the_same_days() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(["管理番号", "日付", "期限"])
    sheet.append(["SK-1", dt.date(2025, 4, 3), 45750 - 1462])
    table = read_table(workbook_bytes(book))
    assert table.rows[0].cells == ["SK-1", "2025-04-03", "2025-04-03"]


# --- files that mean harm ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def harmless() -> bytes:
    return workbook_bytes(oddities())


def test_what_openpyxl_prints_does_not_get_into_the_answer(harmless: bytes) -> None:
    """It prints about a style that is not there, on the very stream of the answer."""
    with zipfile.ZipFile(io.BytesIO(harmless)) as book:
        styles = book.read("xl/styles.xml")
    assert b'xfId="0"' in styles
    broken = with_entry(harmless, "xl/styles.xml", styles.replace(b'xfId="0"', b'xfId="77"'))
    with pytest.raises(ImportRefused, match="壊れています"):
        read_table(broken)


def test_an_entity_bomb_is_refused(harmless: bytes) -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>'
        b"</worksheet>"
    )
    with pytest.raises(ImportRefused, match="許されない記述"):
        read_table(with_entry(harmless, "xl/worksheets/sheet1.xml", bomb))


def test_an_external_entity_in_the_workbook_is_refused(harmless: bytes) -> None:
    xml = zipfile.ZipFile(io.BytesIO(harmless)).read("xl/workbook.xml").decode()
    head = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    start = xml.index("?>") + 2 if xml.startswith("<?xml") else 0
    evil = (xml[:start] + head + xml[start:]).encode()
    with pytest.raises(ImportRefused, match="許されない記述"):
        read_table(with_entry(harmless, "xl/workbook.xml", evil))


def test_a_few_bytes_that_claim_every_cell_of_a_sheet_do_no_harm() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["管理番号", "備考"])
    sheet["XFD1048576"] = "端"
    with pytest.raises(ImportRefused, match="列が多すぎます"):
        read_table(workbook_bytes(book))


def test_a_claimed_dimension_is_not_believed(harmless: bytes) -> None:
    sheet = zipfile.ZipFile(io.BytesIO(harmless)).read("xl/worksheets/sheet1.xml")
    claimed = sheet.replace(b'<dimension ref="A1:E5" />', b'<dimension ref="A1:XFD1048576" />')
    claimed = claimed.replace(b'<dimension ref="A1:E5"/>', b'<dimension ref="A1:XFD1048576"/>')
    assert claimed != sheet
    table = read_table(with_entry(harmless, "xl/worksheets/sheet1.xml", claimed))
    assert len(table.rows) == 4
    assert len(table.columns) == 5


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(zip_entries=3), "内部のファイル"),
        (Limits(unpacked_bytes=1000), "展開すると"),
        (Limits(rows=2), "行が多すぎます"),
        (Limits(columns=3), "列が多すぎます"),
    ],
)
def test_limits_are_kept(harmless: bytes, limits: Limits, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read_table(harmless, limits=limits)


def test_a_row_number_beyond_every_sheet_is_not_counted_up_to(harmless: bytes) -> None:
    sheet = zipfile.ZipFile(io.BytesIO(harmless)).read("xl/worksheets/sheet1.xml")
    far = with_entry(
        harmless, "xl/worksheets/sheet1.xml", sheet.replace(b'r="3"', b'r="999999999"')
    )
    started = time.monotonic()
    with pytest.raises(ImportRefused, match="行番号"):
        read_table(far)
    assert time.monotonic() - started < 60


def test_a_directory_of_many_files_is_read_in_the_child_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(1_200):
            archive.writestr(f"xl/{number}", "")
        archive.writestr("xl/workbook.xml", "")
    monkeypatch.setattr(zipfile, "ZipFile", None)  # here; the child has its own
    with pytest.raises(ImportRefused, match="内部のファイルが多すぎます"):
        read_table(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_unpacked(harmless: bytes) -> None:
    bomb = with_entry(harmless, "xl/sharedStrings.xml", b"\0" * 8_000_000)
    with pytest.raises(ImportRefused, match="圧縮率"):
        read_table(bomb)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no RLIMIT_AS")
def test_a_child_that_needs_too_much_memory_is_stopped(harmless: bytes) -> None:
    # So little that the interpreter itself may stall while starting; then the clock stops it.
    with pytest.raises(ImportRefused, match=r"メモリー|時間"):
        read_table(harmless, limits=Limits(memory_bytes=30 * 1024**2, seconds=10))


def test_a_child_that_takes_too_long_is_stopped(harmless: bytes) -> None:
    with pytest.raises(ImportRefused, match="時間"):
        read_table(harmless, limits=Limits(seconds=0))


def test_the_frozen_program_would_find_its_child(
    harmless: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = str(Path(child.__file__).parents[2] / "main.py")
    start = [sys.executable, program, child.CHILD_FLAG]
    monkeypatch.setattr(confined, "command", lambda _child: start)
    assert len(read_table(harmless).rows) == 4


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUKARI_PASSWORD", "secret")
    started = [*confined.environment(child.CHILD).values(), *confined.command(child.CHILD)]
    assert "secret" not in " ".join(started)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "パスワード"),
        (b"PK\x03\x04" + b"broken" * 20, "壊れて"),
    ],
)
def test_old_locked_and_broken_files_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read_table(data)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(ImportRefused, match="ブック"):
        read_table(out.getvalue())


def test_a_workbook_with_a_torn_sheet_is_refused(harmless: bytes) -> None:
    with pytest.raises(ImportRefused, match="壊れて"):
        read_table(with_entry(harmless, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>"))
