"""The form of a register asks who takes back an end that came untold, and who brings one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from models.codes import Role
from models.records import Assignment, Person, Record, RuleOverride
from tests.ui.daily import Site, make_site
from tests.ui.shell import texts
from ui.answering import AnswerDialog
from ui.form_dialog import FormDialog

WHY = "本人が引き続き従事することになったため"
LOGIN, PASSWORD = "shimizu", "静かな港に灯る三つの明かり"
DAY = timedelta(days=1)


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """A site where a worker may be the second person."""
    made = make_site(qtbot, tmp_path, rules=True)
    made.ledger.people.add_account(
        made.story.people["worker2"], login=LOGIN, role=Role.WORKER, password=PASSWORD,
        chosen_by_self=True,
    )  # fmt: skip
    yield made
    made.close()


def form(site: Site, cls: type[Record], id_: str) -> FormDialog:
    """Open the form of a record that is to be corrected."""
    site.answers.replies.append(True)  # should it ask before it is thrown away
    dialog = FormDialog(site.desk, cls, stored=site.ledger.registers.need(cls, id_))
    dialog.show()
    site.qtbot.waitExposed(dialog)
    dialog.reason.setText("継続のため")
    return dialog


def put(dialog: FormDialog, name: str, value: object) -> None:
    editor = dialog.form.rows[name].editor
    editor.set_value(value)
    editor.edited.emit()


def answer(site: Site, dialog: FormDialog, said: str) -> None:
    """Save, and answer with a reason and the password of a second person."""
    ids: list[str] = []
    dialog.saved.connect(ids.append)
    site.qtbot.waitUntil(lambda: said in "\n".join(texts(dialog.rules, [QLabel])), timeout=3000)
    dialog.save()
    site.settle()
    [ask] = [
        w for w in QApplication.topLevelWidgets() if isinstance(w, AnswerDialog) and w.isVisible()
    ]
    assert ids == [] and ask.second is not None
    for part in ask.parts:
        part.text.setPlainText(WHY)
    ask.second.password.setText(PASSWORD)
    ask.save()
    site.settle()
    assert len(ids) == 1


def exception(site: Site, rule: str) -> RuleOverride:
    [one] = site.ledger.registers.all(RuleOverride, rule_id=rule)
    return one.record


def test_who_empties_the_end_of_a_designation_is_asked_for_reason_and_second_person(
    site: Site,
) -> None:
    person = site.story.people["worker3"]
    one = site.ledger.registers.all(Assignment, person_id=person)[0].record
    last = site.ledger.today() + 2 * DAY
    gone = one.with_changes(ends_on=last, end_reason="異動")
    site.ledger.registers.revise(gone, "異動が決まったため")
    site.clock.wait(5 * 24 * 60)
    dialog = form(site, Assignment, one.id)
    put(dialog, "ends_on", None)
    put(dialog, "end_reason", "")
    answer(site, dialog, "前もって届け出なかった")
    assert site.ledger.registers.need(Assignment, one.id).record.ends_on is None
    kept = exception(site, "R-39")
    assert (kept.reason, kept.record_ref) == (WHY, one.id)
    assert kept.approved_by == site.story.people["worker2"]


def test_who_enters_a_last_day_of_today_untold_is_asked(site: Site) -> None:
    person = site.story.people["worker3"]
    dialog = form(site, Person, person)
    put(dialog, "left_on", site.ledger.today())
    answer(site, dialog, "従事の終了")
    kept = exception(site, "R-02")
    assert (kept.record_ref, kept.contract_id) == (person, site.contract_id)
    assert kept.approved_by == site.story.people["worker2"]
    assert site.ledger.safe.verify(full=True, progress=lambda done, total: None).ok
