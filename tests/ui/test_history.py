"""The history of a record says who changed what, when and why."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.chain import Action
from models.ledger import Ledger
from models.records import Person
from tests.ui.shell import cell_text
from ui.history import HistoryDialog, HistoryReader
from ui.page import Desk


def corrected(ledger: Ledger, add_person: Any) -> Person:
    person: Person = add_person("𠮷野 <b>辻󠄂子</b>", "ヨシノ", department="総務部")
    ledger.registers.revise(person.with_changes(department="業務部"), "人事異動のため")
    return person


def test_a_correction_names_the_old_and_the_new_value(ledger: Ledger, add_person: Any) -> None:
    person = corrected(ledger, add_person)
    first, second = HistoryReader(ledger).read("person", person.id)
    assert (first.act, second.act) == (Action.CREATE, Action.REVISE)
    assert second.by == "山田 花子"
    assert second.reason == "人事異動のため"
    [changed] = second.changes
    assert (changed.word, changed.before, changed.after) == ("部署", "総務部", "業務部")


def test_only_what_was_changed_later_is_struck_through(ledger: Ledger, add_person: Any) -> None:
    person = corrected(ledger, add_person)
    first, second = HistoryReader(ledger).read("person", person.id)
    assert [c.word for c in first.changes if c.over] == ["部署"]
    assert not any(c.over for c in second.changes)


def test_after_voiding_everything_is_struck_through(ledger: Ledger, add_person: Any) -> None:
    person = corrected(ledger, add_person)
    ledger.registers.void(Person, person.id, "二重に登録したため")
    *_, second, third = HistoryReader(ledger).read("person", person.id)
    assert third.reason == "二重に登録したため"
    assert all(c.over for c in second.changes)


def test_references_appear_as_captions(ledger: Ledger, add_person: Any) -> None:
    person = add_person("佐藤 一郎")
    [first] = HistoryReader(ledger).read("person", person.id)
    assert ("所属組織", "株式会社あずかり") in [(c.word, c.after) for c in first.changes]


def test_the_dialog_shows_the_newest_first_and_typed_markup_as_text(
    desk: Desk, ledger: Ledger, add_person: Any, settled: Callable[[], None], qtbot: QtBot
) -> None:
    person = corrected(ledger, add_person)
    dialog = HistoryDialog(desk, "person", person.id)
    qtbot.addWidget(dialog)
    dialog.show()
    settled()
    acts = [cell_text(dialog.table, row, 3) for row in range(dialog.table.rowCount())]
    assert acts == ["訂正", "登録"]
    assert cell_text(dialog.table, 0, 1).startswith("令和8年10月1日（木）")
    oldest = dialog.table.cellWidget(1, 5)
    assert isinstance(oldest, QLabel)
    assert "&lt;b&gt;辻󠄂子&lt;/b&gt;" in oldest.text()
    assert "<s>部署：総務部</s>" in oldest.text()
