"""CSV files of other offices: every encoding, every oddity, and nothing lost without a word."""

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import ImportRefused
from reports.tables.csv_grid import _decode
from reports.tables.parse import parse_table, read_answers
from reports.tables.read import DEFAULT_LIMITS, Limits, Table, read_table

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
HEADING = "No.,日付,時刻,区分,管理番号,数量,備考\r\n"


def read(text: str, encoding: str = "cp932", limits: Limits = DEFAULT_LIMITS) -> Table:
    return read_table(text.encode(encoding), name="記録簿.csv", limits=limits)


def cells(table: Table) -> list[list[str]]:
    return [row.cells for row in table.rows]


def test_the_sample_log_is_read_whole() -> None:
    table = read_table((SAMPLES / "handling_log_cp932.csv").read_bytes())
    assert table.encoding == "cp932"
    assert table.title_lines == ["媒体取扱記録簿（令和７年度　志木市健診データ入力）"]
    assert table.columns == [
        *("No.", "日付", "時刻", "区分", "管理番号", "内容", "数量", "作業者", "確認者"),
        *("目的・行先", "承諾番号", "備考"),
    ]
    assert [row.cells[0] for row in table.rows] == [str(number) for number in range(1, 624)]
    assert [(line.line_no, line.reason) for line in table.skipped] == [
        *((171, "空行"), (172, "計の行"), (344, "空行"), (345, "計の行")),
        *((516, "空行"), (517, "計の行"), (689, "空行"), (690, "計の行")),
    ]
    assert table.skipped[1].text == "5月分　計　155"
    assert (table.rows[0].line_no, table.rows[-1].line_no) == (4, 693)
    several_lines = next(row for row in table.rows if row.cells[0] == "11")
    assert several_lines.line_no == 14
    assert several_lines.cells[11] == "複数行\n備考"
    assert any(row.cells[11] == "=SUM(A1:A3)" for row in table.rows)
    assert any(row.cells[7] == "﨑山　恵" for row in table.rows)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be", "euc_jp"]
)
def test_every_encoding_is_recognised(encoding: str) -> None:
    table = read(HEADING + "1,R7.4.3,10:14,返却,SK-0001,１,齋藤さんがデータ入力\r\n", encoding)
    assert cells(table) == [
        ["1", "R7.4.3", "10:14", "返却", "SK-0001", "１", "齋藤さんがデータ入力"]
    ]
    assert table.encoding == encoding


def test_jis_with_escapes_is_recognised() -> None:
    assert read(HEADING + "1,R7.4.3,,返却,SK-0001,1,\r\n", "iso2022_jp").encoding == "iso2022_jp"


def test_half_width_kana_of_cp932_is_not_taken_for_another_encoding() -> None:
    table = read(HEADING + "1,R7.4.3,,ｼｭﾚｯﾀﾞｰ,SK-0001,1,ﾃﾞｰﾀﾆｭｳﾘｮｸ\r\n")
    assert table.encoding == "cp932"
    assert table.rows[0].cells[3] == "ｼｭﾚｯﾀﾞｰ"


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_delimiter_is_recognised(delimiter: str) -> None:
    lines = ["日付 管理番号 備考", "R7.4.3 SK-0001 良", "R7.4.4 SK-0002 良,可"]
    text = "".join(f"{line.replace(' ', delimiter)}\n" for line in lines[:2])
    assert cells(read(text)) == [["R7.4.3", "SK-0001", "良"]]


def test_quotes_hold_delimiters_and_line_ends() -> None:
    table = read('日付,備考\r\nR7.4.3,"a,""b""\r\nc"\r\nR7.4.4,d\r\n')
    assert cells(table) == [["R7.4.3", 'a,"b"\nc'], ["R7.4.4", "d"]]
    assert [row.line_no for row in table.rows] == [2, 4]


def test_a_quote_that_never_closes_is_refused_with_its_line() -> None:
    with pytest.raises(ImportRefused, match="2行目"):
        read('日付,備考\r\nR7.4.3,"a\r\nR7.4.4,b\r\n')


def test_leading_zeros_kept_by_a_formula_are_freed() -> None:
    assert cells(read('日付,番号\r\nR7.4.3,="00123"\r\n')) == [["R7.4.3", "00123"]]


def test_totals_blanks_notes_and_repeated_headings_are_named() -> None:
    text = (
        f"{HEADING}1,R7.4.3,,作業,SK-0001,1,\r\n,,,,,,\r\n,小　計,,,,1枚,\r\n{HEADING}"
        "2,R7.4.4,,作業,会計,1,\r\n※必ず確認,,,,,,\r\n,合計,,,,2,\r\n"
    )
    table = read(text)
    assert [row.cells[0] for row in table.rows] == ["1", "2"]
    assert [(line.line_no, line.reason) for line in table.skipped] == [
        *((3, "空行"), (4, "計の行"), (5, "見出しの繰り返し"), (7, "注記の行"), (8, "計の行")),
    ]


def test_a_record_with_a_total_in_its_words_is_data() -> None:
    table = read("日付,区分,備考\r\nR7.4.3,作業,合計\r\nR7.4.3,統計,3\r\n")
    assert len(table.rows) == 2


def test_ditto_marks_and_serial_numbers_are_resolved_and_noted() -> None:
    table = read("取扱日,取扱時刻,作業者\r\n45750,0.4375,田中\r\n〃,10:00,同上\r\n")
    assert cells(table) == [["2025-04-03", "10:30", "田中"], ["2025-04-03", "10:00", "田中"]]
    assert [(note.line_no, note.column) for note in table.notes] == [
        *((2, "取扱日"), (2, "取扱時刻"), (3, "取扱日"), (3, "作業者")),
    ]


def test_a_heading_of_two_lines_is_joined_without_merged_cells() -> None:
    heading = "管理番号,受領,,保管場所,返却,\r\n,日,相手,,日,方法\r\n"
    table = read(f"{heading}SK-1,R7.4.3,田中,金庫,R7.5.1,返還\r\n")
    assert table.columns == ["管理番号", "受領/日", "受領/相手", "保管場所", "返却/日", "返却/方法"]
    assert len(table.rows) == 1


def test_columns_without_or_with_the_same_name_get_one() -> None:
    table = read("日付,備考,備考,\r\nR7.4.3,a,b,c\r\n")
    assert table.columns == ["日付", "備考", "備考（2）", "列4"]
    assert len(table.notes) == 2


def test_characters_of_this_pc_only_are_noted() -> None:
    table = read_table("日付,氏名\r\nR7.4.3,".encode("cp932") + b"\xf0\x40\r\n")
    assert "U+E000" in table.notes[0].message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空です"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "表のファイルではありません"),
        ("日付,備考\r\nR7.4.3,髙".encode("cp932") + b"\x81\r\n\xfe\xff", "文字コード"),
        (b"\xef\xbb\xbf\xff\xfe,a", "文字コード"),
        (b"2025/4/3,10:14\r\n2025/4/4,11:15\r\n", "見出し"),
        ("日付,備考\nR7.4.3,a\0b\n".encode("utf-8-sig"), "表のファイルではありません"),
        ("日付,備考\nR7.4.3,a\0b\n".encode("utf-16"), "表のファイルではありません"),
        ("日付,備考\nR7.4.3,a\n".encode("utf-32"), "表のファイルではありません"),
        (b"\xff\xfe" + "日付,備考\n".encode("utf-16-le") + b"\x00\xd8,\0a\0", "文字コード"),
        ("日付,備考\nR7.4.3,髙\n".encode("cp932") + "R7.4.4,健診結果\n".encode(), "3行目はUTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read_table(data, name="x.csv")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(file_bytes=20), "大きすぎます"),
        (Limits(rows=2), "行が多すぎます"),
        (Limits(columns=3), "列が多すぎます"),
        (Limits(cell_length=5), "長すぎるセル"),
    ],
)
def test_limits_are_kept(limits: Limits, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        read(HEADING + "1,R7.4.3,10:14,作業,SK-0001,1,\r\n" * 3, limits=limits)


WORDS = st.text(
    "".join(chr(code) for code in (*range(0x3041, 0x30FF), *range(0x4E00, 0x9FA0))), min_size=4
)


@given(st.lists(WORDS, min_size=2, max_size=4))
def test_no_words_of_cp932_are_taken_for_two_encodings(words: list[str]) -> None:
    text = f"日付,備考\n{','.join(words[:2])}\n{','.join(words[2:])},1\n"
    data = text.encode("cp932", "ignore")
    try:
        encoding, read = _decode(data)
    except ImportRefused as refusal:
        assert "混ざって" not in str(refusal)
    else:
        assert encoding != "cp932" or read == data.decode("cp932")


def test_notes_by_the_hundred_thousand_are_cut() -> None:
    table = read("日付,作業者\r\nR7.4.3,田中\r\n" + "〃,〃\r\n" * 6_000)
    assert len(table.notes) == 10_001
    assert "12,000件あります" in table.notes[0].message


@given(
    st.one_of(st.binary(max_size=60), st.text('日付,備考;\t"\r\n1０=計合 R7.4\ue000', max_size=60))
)
def test_any_bytes_are_a_table_or_a_refusal(source: bytes | str) -> None:
    data = source if isinstance(source, bytes) else source.encode()
    assume(not data.startswith(b"PK"))
    limits = Limits(rows=50)
    try:  # the child's whole work, without the child: a hundred of them would take a minute
        table = read_answers(
            parse_table(data, {"sheet": "", "limits": asdict(limits)}), limits, "x"
        )
    except ImportRefused as refusal:
        assert "取り込めません" in str(refusal)
    else:
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert len(set(table.columns)) == len(table.columns)


@pytest.mark.parametrize(
    "data", [b"," * 2_000_000, b'a,b\n"' + b'\n",,,"' * 300_000, b"a\tb\n" + b"\t" * 2_000_000]
)
def test_a_record_of_millions_of_cells_is_refused_before_they_are_counted(data: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"必要な列だけ|長すぎるセル"):
        read_table(data)


def test_many_commas_inside_the_cells_of_a_record_are_text() -> None:
    table = read_table('番号,備考\n1,"{}"\n2,x\n'.format("、,\n" * 9_000).encode())
    assert len(table.rows) == 2 and table.rows[0].cells[1].count(",") == 9_000
