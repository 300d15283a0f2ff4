"""Files for other offices: complete or absent, honest about lost characters, never calculating."""

import datetime as dt
import errno
import io
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import DiskFull, MediumMissing, Refused
from models.values import unescape_formula
from reports.tables.cp932 import fit_cp932
from reports.tables.read import read_table
from reports.tables.replacing import replacing
from reports.tables.write import FONT, Cell, Column, write_csv, write_xlsx

DAY = dt.date(2025, 4, 3)
MOMENT = dt.datetime(2025, 4, 3, 10, 14, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def test_csv_is_what_excel_in_japan_opens(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row: list[Cell] = ["髙橋", DAY, MOMENT, Decimal("1200.50"), -5, True, None, 'a"b\nc']
    report = write_csv(path, list("ABCDEFGH"), [row], "utf-8-sig")
    assert report.rows == 1
    assert report.lost == []
    assert (
        path.read_bytes()
        == (
            "\ufeffA,B,C,D,E,F,G,H\r\n"
            '髙橋,2025/04/03,2025/04/03 10:14,1200.50,-5,はい,,"a""b\nc"\r\n'
        ).encode()
    )


def test_cp932_loses_only_what_it_lacks_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows: list[list[Cell]] = [["髙橋﨑山①", "9〜17時−‖¢"], ["𠮷田", "葛\U000e0100城"]]
    report = write_csv(path, ["氏名", "備考"], rows, "cp932")
    text = path.read_bytes().decode("cp932")
    assert text == "氏名,備考\r\n髙橋﨑山①,9～17時－∥￠\r\n〓田,葛城\r\n"
    assert [(lost.line, lost.column, lost.code) for lost in report.lost] == [
        (3, "氏名", "U+20BB7"),
        (3, "備考", "U+E0100"),
    ]


def test_every_character_of_cp932_passes_unchanged() -> None:
    for code in range(0x20, 0x10000):
        character = chr(code)
        if unicodedata.category(character) in ("Cs", "Co"):
            continue
        try:
            character.encode("cp932")
        except UnicodeEncodeError:
            continue
        assert fit_cp932(character) == (character, [])


@given(st.text())
def test_fitted_text_always_encodes(text: str) -> None:
    fitted, _ = fit_cp932(text)
    fitted.encode("cp932")


FORMULAS = ["=1+1", "＝1", "+1", "-", "@x", "　=1", "'=1", "'plain", "−1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_formulas_in_csv_are_disarmed_and_come_back(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["番号", "備考"], [[i, text] for i, text in enumerate(FORMULAS)], encoding)  # type: ignore[arg-type]
    cells = [row.cells[1] for row in read_table(path.read_bytes()).rows]
    assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in cells)
    expected = [text.replace("−", "－") if encoding == "cp932" else text for text in FORMULAS]
    assert [unescape_formula(cell) for cell in cells] == expected


def test_xlsx_holds_real_dates_and_exact_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = [
        Column("管理番号"),
        Column("日付", "date", 18),
        Column("日時", "datetime", 22),
        Column("数量", "number", 8),
        Column("有無", "bool", 6),
    ]
    rows: list[list[Cell]] = [
        ["=1+1", DAY, MOMENT, Decimal("1.5"), True],
        ["葛\U000e0100城", dt.date(1890, 1, 1), None, 12345678901234567890, False],
    ]
    report = write_xlsx(path, "台帳[1]", columns, rows)
    assert (report.rows, report.lost) == (2, [])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.title == "台帳_1_"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:E3"
    formula = sheet["A2"]
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)
    assert (sheet["B2"].value, sheet["B2"].is_date) == (dt.datetime(2025, 4, 3), True)
    assert sheet["C2"].value == dt.datetime(2025, 4, 3, 10, 14)
    assert (sheet["D2"].value, sheet["E2"].value) == (1.5, "はい")
    assert (sheet["B3"].value, sheet["D3"].value) == ("1890/01/01", "12345678901234567890")
    assert sheet["A3"].value == "葛\U000e0100城"
    assert {sheet["A1"].font.name, sheet["B2"].font.name} == {FONT}
    assert sheet["A1"].font.bold


def test_characters_that_xml_cannot_hold_are_shown_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    report = write_xlsx(path, "x", [Column("備考"), Column("b")], [["a\x00b\ud800", "c"]])
    assert [lost.code for lost in report.lost] == ["U+0000", "U+D800"]
    assert openpyxl.load_workbook(path).worksheets[0]["A2"].value == "a［U+0000］b［U+D800］"


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20),
        min_size=1,
        max_size=5,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_text_survives_a_workbook(tmp_path: Path, texts: list[str]) -> None:
    texts = [text for text in texts if not any(c in text for c in "\ufffe\uffff")]
    path = tmp_path / "a.xlsx"
    write_xlsx(path, "x", [Column("備考")], [[text] for text in texts])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet.cell(row, 1).value for row in range(2, len(texts) + 2)] == texts


def failing_rows(error: Exception) -> Iterator[list[Cell]]:
    yield ["a"]
    raise error


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"old")
    rows = failing_rows(OSError(errno.ENOSPC, "full"))
    with pytest.raises(DiskFull):
        if suffix == "csv":
            write_csv(path, ["備考"], rows)
        else:
            write_xlsx(path, "x", [Column("備考")], rows)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_bug_while_writing_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_xlsx(tmp_path / "a.xlsx", "x", [Column("備考")], failing_rows(ZeroDivisionError()))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediumMissing, match="usb"):
        write_csv(tmp_path / "usb" / "a.csv", ["a"], [])


def test_what_is_written_is_private_until_it_is_whole(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as place:
        place.write_text("neu", encoding="utf-8")
        assert place.parent.parent == tmp_path
        assert place.parent.stat().st_mode & 0o077 == 0
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "neu"


def test_a_text_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="備考"):
        write_xlsx(tmp_path / "a.xlsx", "x", [Column("備考")], [["あ" * 32_768]])
    assert list(tmp_path.iterdir()) == []


def test_our_own_exports_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = [Column("管理番号"), Column("日付", "date"), Column("数量", "number")]
    write_xlsx(path, "台帳", columns, [["SK-1", DAY, 3], ["-", DAY, Decimal("0.1")]])
    table = read_table(io.BytesIO(path.read_bytes()).getvalue())
    assert [row.cells for row in table.rows] == [
        ["SK-1", "2025-04-03", "3"],
        ["-", "2025-04-03", "0.1"],
    ]
