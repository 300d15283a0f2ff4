"""The daily pages lead to import and export."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.daily import Site
from tests.ui.fingers import press
from tests.ui.test_daily_pages import shown
from ui.daily_log import DailyLogPage
from ui.export_dialog import ExportDialog
from ui.import_dialog import ImportDialog
from ui.items import ItemsPage

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


@pytest.mark.parametrize(
    ("page_type", "file"),
    [(DailyLogPage, "handling_log_cp932.csv"), (ItemsPage, "media_register.xlsx")],
)
def test_a_page_takes_in_a_register(
    site: Site, page_type: type[DailyLogPage | ItemsPage], file: str
) -> None:
    page = shown(site, page_type(site.desk))
    site.answers.replies.append(SAMPLES / file)
    if isinstance(page, DailyLogPage):
        page.import_action.trigger()
    else:
        site.qtbot.mouseClick(page.import_button, Qt.MouseButton.LeftButton)
    site.qtbot.waitUntil(lambda: bool(page.findChildren(ImportDialog)), timeout=20_000)
    dialog = page.findChildren(ImportDialog)[0]
    assert dialog.isVisible()
    dialog.reject()
    site.settle()


@pytest.mark.parametrize("page_type", [DailyLogPage, ItemsPage])
def test_a_page_writes_its_list(site: Site, page_type: type[DailyLogPage | ItemsPage]) -> None:
    page = shown(site, page_type(site.desk))
    if isinstance(page, DailyLogPage):
        press(page.paper_button, Qt.Key.Key_Space)
        press(page.paper_menu, Qt.Key.Key_E)  # the letter that stands beside the word
    else:
        site.qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    [dialog] = page.findChildren(ExportDialog)
    assert dialog.isVisible()
    dialog.reject()
    site.settle()
