"""A clause leads to its papers: those made here are made, the others noted as handed in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from models.paper_about import MADE_HERE
from reports.collect import COLLECTORS
from tests.ending import ended, erase
from tests.house import House
from tests.ui.test_evidence_page import Open, chiba, words
from ui.evidence_facts import ERASED_ALREADY
from ui.evidence_page import EvidencePage
from ui.paper_dialog import PaperDialog
from ui.paper_elsewhere import ElsewhereDialog

__all__ = ["chiba"]


@pytest.fixture
def over(qtbot: QtBot, tmp_path: Path) -> Iterator[House]:
    with ended(tmp_path, profile="chiba", paper="D-16") as house:
        yield house


def at(chiba: Open, article: str) -> EvidencePage:
    page = chiba.at(chiba.house.story.contract.id)
    page.table.setCurrentCell(words(page.table, 0).index(article), 0)
    chiba.settle()
    return page


def buttons(page: EvidencePage) -> dict[str, QPushButton]:
    return {one.text(): one for one in page.detail._buttons}


def test_the_list_of_papers_that_are_made_here_is_that_of_the_collectors() -> None:
    assert COLLECTORS.keys() == MADE_HERE


def test_a_paper_that_is_not_made_here_is_noted_as_handed_in(chiba: Open) -> None:
    page = at(chiba, "第14第1項")
    report = next(one for text, one in buttons(page).items() if "取扱状況" in text)
    assert report.text().endswith("の提出を登録…")
    report.click()
    chiba.settle()
    assert page.findChild(PaperDialog) is None
    dialog = page.findChild(ElsewhereDialog)
    assert dialog is not None and dialog.kind.currentData() == "D-19"
    dialog.done(0)
    make = page.verbs()[1]
    assert not make.isEnabled() and "提出を登録" in make.toolTip()


def test_a_paper_that_is_made_here_is_made(chiba: Open) -> None:
    page = at(chiba, "第3第2項")
    made = next(one for text, one in buttons(page).items() if text.endswith("を作成…"))
    made.click()
    chiba.settle()
    dialog = page.findChild(PaperDialog)
    assert dialog is not None and dialog.kind_code() == "D-05"
    dialog.done(0)


def test_no_other_paper_stands_in_for_one_that_cannot_be_made(chiba: Open) -> None:
    page = at(chiba, "第3第2項")
    dialog = PaperDialog(page.desk, chiba.house.story.contract.id, page, kind="D-21")
    chiba.settle()
    assert dialog.kind_code() == "" and not dialog.look.isEnabled()
    dialog.done(0)
    plain = PaperDialog(page.desk, chiba.house.story.contract.id, page)
    chiba.settle()
    assert plain.kind_code() != "" and plain.look.isEnabled()
    plain.done(0)


def test_an_erased_contract_has_no_paper_to_make(qtbot: QtBot, over: House) -> None:
    erase(over)
    shown = Open(qtbot, over)
    page = at(shown, "第3第2項")
    assert {one.isEnabled() for one in buttons(page).values()} == {False}
    assert page.verbs()[1].toolTip().endswith(ERASED_ALREADY)
    shown.operations.close()
