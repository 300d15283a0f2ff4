"""Forms: words of the contract, live problems, saving, and what happens when saving fails."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from models import codes as c
from models.kinds import OwnMarks
from models.ledger import Ledger
from models.marks import packed
from models.profiles import Profile
from models.records import (
    ALL,
    Assignment,
    Attachment,
    Authorization,
    Contract,
    Item,
    Person,
    Place,
    Record,
)
from models.records.handling import AuthorizationTarget
from tests.ui.conftest import Hand, contractor
from tests.ui.fingers import press, type_in
from tests.ui.shell import cell_text
from ui.editor_children import ChildrenEditor, RowDialog
from ui.form import RecordForm
from ui.form_dialog import FormDialog
from ui.page import Desk

Settled = Callable[[], None]


@pytest.fixture
def form(desk: Desk, qtbot: QtBot) -> Callable[..., RecordForm]:
    def make(cls: type[Record], record: Record | None = None, **facts: Any) -> RecordForm:
        made = RecordForm(desk, cls, record, **facts)
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def shown(form: QWidget) -> str:
    """Return every label that the user sees."""
    labels = (label for label in form.findChildren(QLabel) if label.isVisible())
    return "\n".join(label.text() for label in labels)


def test_every_record_has_a_form_that_gives_back_what_it_shows(
    form: Callable[..., RecordForm],
) -> None:
    for cls in ALL:
        made = form(cls)
        assert made.record() == cls(), cls.type
        assert not made.is_dirty(), cls.type


def test_a_record_comes_back_unchanged(form: Callable[..., RecordForm], contract: Contract) -> None:
    made = form(Contract, contract)
    assert made.record() == contract
    assert made.problems() == {}


def test_what_the_ledger_keeps_itself_has_no_field_and_stays(
    form: Callable[..., RecordForm], contract: Contract
) -> None:
    own = [f for cls in ALL for f in cls.own_fields() if isinstance(f.kind, OwnMarks)]
    assert "profile_parts" in {f.name for f in own}
    kept = contract.with_changes(profile_parts=packed({"version": "1"}))
    made = form(Contract, kept)
    assert "profile_parts" not in made.rows and made.record() == kept


def test_labels_speak_the_words_of_the_contract(
    form: Callable[..., RecordForm], contract: Contract, profile: Profile
) -> None:
    made = form(Contract, contract)
    assert profile.term("client_party") == made.rows["client_org_id"].word != "委託者"


def test_required_fields_carry_the_word(form: Callable[..., RecordForm]) -> None:
    made = form(Person)
    assert made.rows["name"].label.text() == "氏名\n＊必須"
    assert made.rows["name_kana"].label.text() == "フリガナ"
    assert made.missing.text() == "未入力の必須項目：所属組織、氏名、雇用形態"


def test_a_problem_stands_beside_its_field_while_typing(form: Callable[..., RecordForm]) -> None:
    made = form(Contract)
    type_in(made.rows["starts_on"].editor.focus_target(), "R8.13.1")
    assert made.rows["starts_on"].problem.isVisible()
    assert "「契約開始日」" in made.rows["starts_on"].problem.text()
    assert not made.rows["ends_on"].problem.isVisible()


def test_a_contradiction_stands_beside_the_field_it_names(
    form: Callable[..., RecordForm],
) -> None:
    made = form(Contract)
    type_in(made.rows["starts_on"].editor.focus_target(), "R8.4.1")
    type_in(made.rows["ends_on"].editor.focus_target(), "R8.3.31")
    assert made.rows["ends_on"].problem.text() == (
        "⚠ 「契約終了日」が「契約開始日」より前になっています。"
    )


def test_fields_that_make_no_sense_are_hidden_and_stay_empty(
    form: Callable[..., RecordForm], ledger: Ledger
) -> None:
    made = form(Person)
    row = made.rows["dispatch_agency_id"]
    assert not row.isVisible()
    made.set_values({"employment_type": c.EmploymentType.DISPATCHED})
    assert row.isVisible()
    made.set_values({"dispatch_agency_id": contractor(ledger).id})
    assert made.record().to_json()["dispatch_agency_id"]
    made.set_values({"employment_type": c.EmploymentType.REGULAR})
    assert not row.isVisible()
    assert "dispatch_agency_id" not in made.record().to_json()


def test_what_is_required_follows_what_is_entered(form: Callable[..., RecordForm]) -> None:
    made = form(Item)
    assert "＊必須" not in made.rows["maker"].label.text()
    made.set_values({"item_class": c.ItemClass.EQUIPMENT})
    assert "＊必須" in made.rows["maker"].label.text()


def test_the_profile_of_a_contract_is_chosen_by_its_title(
    form: Callable[..., RecordForm], profile: Profile
) -> None:
    made = form(Contract)
    editor: Any = made.rows["profile_code"].editor
    place = editor.box.findData("shiki")
    assert profile.title in editor.box.itemText(place)
    editor.box.setCurrentIndex(place)
    editor.box.activated.emit(place)
    record = made.record()
    assert isinstance(record, Contract)
    assert (record.profile_version, record.profile_sha256) == (profile.version, profile.sha256)
    assert made.rows["client_org_id"].word == profile.term("client_party")


def test_furigana_stands_beside_a_chosen_name(
    form: Callable[..., RecordForm], add_person: Any, contract: Contract
) -> None:
    person = add_person("𠮷野 辻󠄂子", "ヨシノ ツジコ")
    made = form(Assignment, Assignment(contract_id=contract.id, person_id=person.id))
    assert "ヨシノ ツジコ" in shown(made)


def test_reading_shows_nothing_as_missing(form: Callable[..., RecordForm]) -> None:
    made = form(Place, Place(name="書庫"))
    made.set_read_only(True)
    assert "＊必須" not in shown(made)
    assert made.rows["address"].editor.focus_target().placeholderText() == "記録なし"  # type: ignore[attr-defined]


# --- rows -------------------------------------------------------------------------------------


def test_a_row_is_entered_in_its_own_form(
    form: Callable[..., RecordForm], qtbot: QtBot, contract: Contract, add_person: Any
) -> None:
    person = add_person("佐藤 一郎")
    made = form(Authorization, Authorization(contract_id=contract.id))
    editor = made.rows["targets"].editor
    assert isinstance(editor, ChildrenEditor)
    dialog = RowDialog(editor.cls, editor.desk, None, made)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.accept()
    assert "一つだけを選んでください" in shown(dialog)
    dialog.form.set_values({"person_id": person.id})
    dialog.accept()
    assert not dialog.isVisible()
    assert dialog.row() == AuthorizationTarget(person_id=person.id)


def test_rows_are_shown_with_captions_and_taken_out(
    form: Callable[..., RecordForm], contract: Contract, add_person: Any
) -> None:
    person = add_person("佐藤 一郎")
    target = AuthorizationTarget(person_id=person.id)
    made = form(Authorization, Authorization(contract_id=contract.id, targets=(target,)))
    editor = made.rows["targets"].editor
    assert isinstance(editor, ChildrenEditor)
    assert cell_text(editor.table, 0, 3) == "佐藤 一郎"
    editor.table.selectRow(0)
    press(editor.table, Qt.Key.Key_Delete)
    assert made.record().to_json().get("targets") is None


# --- saving -----------------------------------------------------------------------------------


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> Callable[..., FormDialog]:
    def make(cls: type[Record], **facts: Any) -> FormDialog:
        made = FormDialog(desk, cls, **facts)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(made)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        return made

    return make


def test_a_person_is_entered_with_keys_alone(
    dialog: Callable[..., FormDialog], ledger: Ledger, qtbot: QtBot
) -> None:
    made = dialog(Person, start=Person(organization_id=contractor(ledger).id))
    rows = made.form.rows
    type_in(rows["name"].editor.focus_target(), "﨑山 𠮷子")
    type_in(rows["name_kana"].editor.focus_target(), "サキヤマ ヨシコ")
    box = rows["employment_type"].editor.focus_target()
    press(box, Qt.Key.Key_Down)
    with qtbot.waitSignal(made.saved) as told:
        QTest.keyClick(made, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert ledger.registers.need(Person, told.args[0]).record.name == "﨑山 𠮷子"
    assert not made.isVisible()


def test_keys_that_are_held_down_enter_a_record_once(
    dialog: Callable[..., FormDialog], ledger: Ledger, settled: Settled
) -> None:
    start = Person(organization_id=contractor(ledger).id, employment_type=c.EmploymentType.REGULAR)
    made = dialog(Person, start=start)
    type_in(made.form.rows["name"].editor.focus_target(), "﨑山 𠮷子")
    for _ in range(3):
        QTest.keyClick(made, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert [one.record.name for one in ledger.registers.all(Person)].count("﨑山 𠮷子") == 1
    assert not made.isVisible()


def test_an_incomplete_record_is_not_saved(
    dialog: Callable[..., FormDialog], ledger: Ledger
) -> None:
    made = dialog(Person)
    made.save()
    assert made.isVisible()
    assert "「氏名」を入力してください。" in shown(made)
    assert len(ledger.registers.all(Person)) == 1


def test_what_was_typed_stays_when_saving_fails(
    dialog: Callable[..., FormDialog], ledger: Ledger, add_person: Any, settled: Settled
) -> None:
    person = add_person("佐藤 一郎")
    made = dialog(Person, stored=ledger.registers.need(Person, person.id))
    ledger.registers.revise(person.with_changes(department="総務課"), "別の画面での訂正")
    type_in(made.form.rows["job_title"].editor.focus_target(), "主任")
    made.reason.setText("昇任したため")
    made.save()
    settled()
    assert "開いている間に別の操作で更新されました" in made.message.text()
    assert made.isVisible()
    assert made.form.record().to_json()["job_title"] == "主任"
    assert made.save_button.isEnabled()


def test_a_correction_needs_a_reason(
    dialog: Callable[..., FormDialog], ledger: Ledger, add_person: Any, qtbot: QtBot
) -> None:
    person = add_person("佐藤 一郎")
    made = dialog(Person, stored=ledger.registers.need(Person, person.id))
    type_in(made.form.rows["job_title"].editor.focus_target(), "主任")
    made.save()
    assert "訂正の理由" in made.message.text()
    made.reason.setText("昇任したため")
    with qtbot.waitSignal(made.saved):
        made.save()
    stored = ledger.registers.need(Person, person.id)
    assert (stored.record.job_title, stored.meta.row_version) == ("主任", 2)


def test_nothing_changed_is_nothing_to_correct(
    dialog: Callable[..., FormDialog], ledger: Ledger, add_person: Any
) -> None:
    person = add_person("佐藤 一郎")
    made = dialog(Person, stored=ledger.registers.need(Person, person.id))
    made.reason.setText("理由だけを入力")
    made.save()
    assert "変更がありません" in made.message.text()


def test_closing_asks_before_typing_is_lost(dialog: Callable[..., FormDialog], hand: Hand) -> None:
    made = dialog(Person)
    type_in(made.form.rows["name"].editor.focus_target(), "sato")
    hand.answers = [False]
    made.reject()
    assert made.isVisible()
    hand.answers = [True]
    made.close()
    assert not made.isVisible()
    assert hand.said == ["入力した内容を捨てますか？"] * 2


def test_closing_an_untouched_form_asks_nothing(
    dialog: Callable[..., FormDialog], hand: Hand
) -> None:
    made = dialog(Person)
    made.reject()
    assert not made.isVisible()
    assert hand.said == []


# --- files ------------------------------------------------------------------------------------


def test_a_chosen_file_is_kept_with_the_ledger_at_once(
    form: Callable[..., RecordForm],
    contract: Contract,
    hand: Hand,
    ledger: Ledger,
    settled: Settled,
    tmp_path: Path,
) -> None:
    scan = tmp_path / "承諾書.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    made = form(Authorization, Authorization(contract_id=contract.id))
    editor: Any = made.rows["decision_file"].editor
    hand.answers = [scan]
    editor.buttons.choose.click()
    settled()
    record = made.record()
    assert isinstance(record, Authorization)
    kept = ledger.registers.need(Attachment, record.decision_file).record
    assert (kept.name, kept.mime, kept.contract_id) == (
        "承諾書.pdf",
        "application/pdf",
        contract.id,
    )
    assert ledger.files.read(kept.id) == b"%PDF-1.7 scan"
    assert editor.picker.line.text() == "承諾書.pdf"


def test_the_first_problem_is_brought_into_view(
    dialog: Callable[..., FormDialog], contract: Contract
) -> None:
    made = dialog(Contract, start=contract.with_changes(id="", purpose=""))
    made.resize(760, 300)
    made.save()
    row = made.form.rows["purpose"]
    top = row.editor.mapTo(made.area.viewport(), row.editor.rect().topLeft()).y()
    assert 0 <= top < made.area.viewport().height()
    assert row.editor.focus_target().hasFocus()


def test_candidates_close_when_the_form_scrolls(dialog: Callable[..., FormDialog]) -> None:
    made = dialog(Contract)
    made.resize(760, 300)
    picker = made.form.rows["client_org_id"].editor.picker  # type: ignore[attr-defined]
    picker.drop_down()
    assert picker._popup.isVisible()
    made.area.verticalScrollBar().setValue(made.area.verticalScrollBar().maximum())
    assert not picker._popup.isVisible()
