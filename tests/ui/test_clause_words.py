"""A clause is shown as the contract numbers it; its key is for programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from models.records import Contract, ContractClauseSetting, DueItem, Finding, Record
from models.store import Query
from tests.ui.daily import START, Site, make_site
from ui.form import RecordForm
from ui.history import HistoryReader
from ui.register_model import RegisterModel

KEY, WORDS = "SK-11.7", "第11条第7号"


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=0)
    yield made
    made.close()


def _box(form: RecordForm) -> QComboBox:
    box = form.rows["clause_key"].editor.focus_target()
    assert isinstance(box, QComboBox)
    return box


def _setting(site: Site) -> ContractClauseSetting:
    return ContractClauseSetting(
        contract_id=site.contract_id, clause_key=KEY, enabled=False, agreed_on=START,
        reason="対象となる端末を使わないため",
    )  # fmt: skip


@pytest.mark.parametrize("cls", [ContractClauseSetting, DueItem, Finding])
def test_the_form_shows_the_words_and_keeps_the_key(
    site: Site, qtbot: QtBot, cls: type[Record]
) -> None:
    record = cls(contract_id=site.contract_id, clause_key=KEY)  # type: ignore[call-arg]
    form = RecordForm(site.desk, cls, record)
    qtbot.addWidget(form)
    box = _box(form)
    assert WORDS in box.currentText() and KEY not in box.currentText()
    assert form.built().to_json()["clause_key"] == KEY
    assert not any("SK-" in box.itemText(row) for row in range(box.count()))


def test_the_clauses_follow_the_chosen_contract(site: Site, qtbot: QtBot) -> None:
    form = RecordForm(site.desk, DueItem)
    qtbot.addWidget(form)
    assert _box(form).count() == 1
    form.set_values({"contract_id": site.contract_id})
    form.update_shown()
    profile = site.ledger.profile(site.contract_id)
    assert _box(form).count() == 1 + len(profile.clauses_for(profile.code))


def test_a_key_that_the_contract_does_not_have_stays(site: Site, qtbot: QtBot) -> None:
    form = RecordForm(site.desk, DueItem, DueItem(contract_id=site.contract_id, clause_key="XX-1"))
    qtbot.addWidget(form)
    assert _box(form).currentText() == "XX-1" and form.built().to_json()["clause_key"] == "XX-1"


def test_list_and_history_say_the_words(site: Site, qtbot: QtBot) -> None:
    made = site.ledger.registers.create(_setting(site)).ids[-1]
    model = RegisterModel(site.desk, ContractClauseSetting)
    registers = site.ledger.registers
    (row,) = registers.rows(
        ContractClauseSetting.type, registers.numbers(Query(ContractClauseSetting.type))
    )
    column = ContractClauseSetting.columns.index("clause_key")
    assert model.text(row, column).startswith(WORDS)
    contract = site.ledger.registers.need(Contract, site.contract_id).record
    reader = HistoryReader(site.ledger, site.ledger.profiles[contract.profile_code])
    (version,) = reader.read(ContractClauseSetting.type, made)
    told = {change.word: change.after for change in version.changes}
    assert told["条項"].startswith(WORDS)
