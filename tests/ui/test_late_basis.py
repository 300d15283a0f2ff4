"""The window tells that a consent was registered after the act that rests on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.codes import AuthorizationSubject
from models.records import Authorization, HandlingEvent
from tests.ui.daily import K, Site, make_site
from tests.ui.shell import cell_text
from ui.daily_log import DailyLogPage
from ui.evidence_detail import ClauseDetail
from ui.evidence_facts import read_overview
from ui.record_dialog import RecordDialog

MARK = "根拠は事後登録（"


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=1)
    yield made
    made.close()


def take_out_too_early(site: Site) -> HandlingEvent:
    """Enter an act under a consent that was registered an hour after it."""
    at = site.clock()
    site.clock.wait(60)
    found = site.ledger.registers.all(Authorization, subject=AuthorizationSubject.TAKE_OUT)
    late = replace(found[0].record, id="", decision_doc_no="見健第199号")
    chosen = site.ledger.registers.create(late).ids[-1]
    return site.enter(
        K.TAKE_OUT, site.items[:1], occurred_at=at, authorization_id=chosen,
        destination_text="見本市役所", expected_return_at=at + timedelta(hours=3),
    )  # fmt: skip


def test_the_log_says_so_beside_the_time(site: Site) -> None:
    take_out_too_early(site)
    page = DailyLogPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_contract(site.contract_id)
    page.show()
    page.show_day(None)
    site.settle()
    model = page.view.model
    place = [field.name for field in model.fields].index("occurred_at")
    texts = [str(model.index(row, place).data()) for row in range(model.rowCount())]
    assert sum(text.endswith("　事後登録") for text in texts) == 1


def test_an_act_that_is_opened_says_so(site: Site) -> None:
    event = take_out_too_early(site)
    dialog = RecordDialog(site.desk, site.ledger.registers.need(HandlingEvent, event.id))
    site.qtbot.addWidget(dialog)
    assert any(MARK in label.text() for label in dialog.findChildren(QLabel))


def test_the_clause_lists_it_to_be_read(site: Site) -> None:
    take_out_too_early(site)
    overview = read_overview(site.ledger, site.contract_id)
    one = next(one for one in overview.clauses if one.state.key == "SK-11.2")
    detail = ClauseDetail(site.desk)
    site.qtbot.addWidget(detail)
    detail.show_clause(one, overview)
    site.settle()
    table = detail.against
    rows = [
        [cell_text(table, row, column) for column in range(2)] for row in range(table.rowCount())
    ]
    assert any(state.endswith("参考") and "取扱いの後" in words for state, words in rows)
