"""The window shows an act under the names of its day, and finds it under those of today."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.records import HandlingEvent, Person
from tests.ui.daily import K, Site, make_site
from ui.daily_log import DailyLogPage
from ui.history import HistoryReader
from ui.record_dialog import RecordDialog


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=1)
    yield made
    made.close()


def marry(site: Site) -> tuple[HandlingEvent, str]:
    """Let the person of an act be called otherwise since, and return act and former name."""
    event = site.enter(K.STOCKTAKE, site.items[:1])
    person = site.ledger.registers.need(Person, event.actor_person_id).record
    site.ledger.registers.revise(replace(person, name="山本　恵子"), "改姓のため")
    return event, person.name


def test_the_log_lists_all_acts_of_a_person_under_the_name_of_each(site: Site) -> None:
    event, before = marry(site)
    site.enter(K.STOCKTAKE, site.items[:1])
    page = DailyLogPage(site.desk)
    site.qtbot.addWidget(page)
    page.show_contract(site.contract_id)
    page.show()
    page.show_day(None)
    picker = page.view.pickers["actor_person_id"]
    candidate = picker.candidates.one(event.actor_person_id)
    assert candidate is not None and candidate.caption == "山本　恵子"
    picker.pick(candidate)
    site.settle()
    names = [field.name for field in page.view.model.fields]
    place = names.index("actor_person_id")
    model = page.view.model
    told = {str(model.index(row, place).data()) for row in range(model.rowCount())}
    assert {f"{before}（現 山本　恵子）", "山本　恵子"} <= told
    assert all("山本　恵子" in one for one in told)


def test_an_act_that_is_opened_says_who_has_another_name_since(site: Site) -> None:
    event, before = marry(site)
    dialog = RecordDialog(site.desk, site.ledger.registers.need(HandlingEvent, event.id))
    site.qtbot.addWidget(dialog)
    dialog.show()
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert any(f"入力したときの名前　取扱者：{before}（現 山本　恵子）" in one for one in texts)
    person = site.ledger.registers.need(Person, event.actor_person_id)
    other = RecordDialog(site.desk, person)
    site.qtbot.addWidget(other)
    assert not any("入力したときの名前" in one.text() for one in other.findChildren(QLabel))


def test_a_history_names_who_entered_it_as_he_was_called_then(site: Site) -> None:
    event, before = marry(site)
    first = HistoryReader(site.ledger).read(HandlingEvent.type, event.id)[0]
    assert first.by == f"{before}（現 山本　恵子）"
    assert ("取扱者", f"{before}（現 山本　恵子）") in [(c.word, c.after) for c in first.changes]
    *_, last = HistoryReader(site.ledger).read(Person.type, event.actor_person_id)
    assert last.by == "山本　恵子"  # the entry itself made it the name
