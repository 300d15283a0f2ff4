"""一覧の印刷: what the list shows, as filtered and sorted, with the words that say so."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from models.codes import OrganizationKind
from models.records import Organization
from tests.ui.daily import K, Site, make_site
from tests.ui.fingers import type_in
from tests.ui.shell import texts
from ui.daily_log import DailyLogPage
from ui.items import ItemsPage
from ui.preview import PreviewDialog
from ui.record_pages import ContractsPage
from ui.register_print import _work


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    site = make_site(qtbot, tmp_path, items=4)
    yield site
    site.close()


def words_of(pdf: bytes) -> list[str]:
    """Return the text of each page, in the characters that people type."""
    document = pypdfium2.PdfDocument(pdf)
    found = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [unicodedata.normalize("NFKC", text) for text in found]


def drawn(page: ItemsPage | DailyLogPage, title: str) -> list[str]:
    return words_of(_work(page.view, title, "一覧 1")(lambda _done, _total: None))


def items_page(site: Site) -> ItemsPage:
    page = ItemsPage(site.desk)
    site.qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show_contract(site.contract_id)
    page.show()
    page.refresh()
    site.settle()
    return page


def test_the_list_is_printed_as_it_is_filtered_and_sorted(site: Site) -> None:
    page = items_page(site)
    number = [field.name for field in page.view.model.fields].index("item_no")
    page.view.sort_by(number, descending=True)
    site.settle()
    [sheet] = drawn(page, "媒体・資料")
    numbers = [item.item_no for item in site.items]
    places = [sheet.index(number) for number in numbers]
    assert places == sorted(places, reverse=True)
    assert "「管理番号」の降順" in sheet
    type_in(page.view.filters.words, numbers[1])
    site.qtbot.wait(200)  # typing rests before the list asks
    site.settle()
    [sheet] = drawn(page, "媒体・資料")
    assert numbers[1] in sheet and numbers[0] not in sheet.replace(numbers[1], "")
    assert f"条件 「{numbers[1]}」を含む" in sheet
    assert "以上 1件" in sheet


def test_every_page_says_what_it_is_and_how_far_the_ledger_had_come(site: Site) -> None:
    page = items_page(site)
    [sheet] = drawn(page, "媒体・資料")
    head = site.ledger.store.head()
    assert sheet.startswith("媒体・資料")
    assert "契約 2026-001" in sheet and "期間 令和8年" in sheet
    assert "1 / 1" in sheet.replace("\r\n", " ").replace("  ", " ")
    assert f"記帳番号 {head.seq:,} 先頭値 {head.hex[:16]}" in sheet


def test_an_empty_cell_says_so(site: Site) -> None:
    page = items_page(site)
    assert "記録なし" in drawn(page, "媒体・資料")[0]


def test_forty_rows_are_numbered_over_pages(site: Site) -> None:
    for number in range(80):
        site.ledger.registers.create(
            Organization(kinds=(OrganizationKind.CARRIER,), name=f"運送 第{number:03}号")
        )
    page = ContractsPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_record(Organization.type, "")
    site.settle()
    sheets = words_of(_work(page.tab.view, "組織", "一覧 1")(lambda _done, _total: None))
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, 1):
        flat = " ".join(sheet.split())
        assert f"{number} / {len(sheets)}" in flat or f"{number} /{len(sheets)}" in flat
        assert flat.startswith("組織")
    assert "運送 第079号" in " ".join(sheets)
    assert "以上" in sheets[-1] and "件" in sheets[-1]


def test_a_voided_row_is_there_when_it_is_shown_and_says_why(site: Site) -> None:
    other = site.enter(K.STOCKTAKE, site.items[:1])
    site.ledger.handling.void(other.id, "二重に入力したため")
    page = DailyLogPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_contract(site.contract_id)
    site.settle()
    [sheet] = drawn(page, "取扱記録")
    assert "二重に入力したため" not in sheet
    page.view.filters.voided.setChecked(True)
    site.settle()
    [sheet] = ("".join(one.split("\r\n")) for one in drawn(page, "取扱記録"))
    assert "取消:二重に入力したため" in sheet and "取消済みを含む" in sheet


def test_the_verb_shows_the_print_with_a_button_for_the_printer(site: Site) -> None:
    page = items_page(site)
    page.print_button.setFocus()
    QTest.keyClick(page.print_button, Qt.Key.Key_Space)
    site.settle()
    [dialog] = [one for one in QApplication.topLevelWidgets() if isinstance(one, PreviewDialog)]
    assert dialog.windowTitle() == "媒体・資料"
    assert texts(dialog, [QPushButton])[-2:] == ["印刷…", "閉じる"]
