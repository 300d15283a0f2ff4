"""The result of a consent is called as the contract calls the act: an instruction is no consent."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.codes import AuthorizationSubject, BasisType, Decision
from models.records import Authorization
from models.store import Query
from tests.ui.daily import START, Site, make_site
from ui.candidates import cell_text
from ui.exporting import export_register
from ui.form import RecordForm
from ui.history import HistoryReader


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    made = make_site(qtbot, tmp_path, items=0)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("basis", "decision", "word"),
    [
        (BasisType.CONSENT, Decision.GRANTED, "承諾"),
        (BasisType.AGREEMENT, Decision.GRANTED, "同意"),
        (BasisType.APPROVAL, Decision.CONDITIONAL, "条件付承認"),
        (BasisType.AGREEMENT, Decision.REFUSED, "不同意"),
        (BasisType.INSTRUCTION, Decision.GRANTED, "指示"),
        (BasisType.DESIGNATION, Decision.GRANTED, "指定"),
        (BasisType.INSTRUCTION, Decision.REFUSED, "指示なし"),
        (BasisType.INSTRUCTION, Decision.PENDING, "申請中"),
        (None, Decision.GRANTED, "承諾"),
    ],
)
def test_a_decision_is_called_after_its_basis(
    basis: BasisType | None, decision: Decision, word: str
) -> None:
    one = Authorization(basis_type=basis, decision=decision)
    assert one.spoken("decision", decision, one.beside) == word
    assert one.to_json()["decision"] == str(decision)  # what is stored stays


def test_an_instruction_reads_as_one_everywhere(site: Site, tmp_path: Path) -> None:
    ledger = site.ledger
    one = replace(
        ledger.registers.all(Authorization)[0].record,
        id="", basis_type=BasisType.INSTRUCTION,
        subject=AuthorizationSubject.DISPOSITION_METHOD, requested_on=None, decided_on=START,
        scope_text="原本だけの返還",
    )  # fmt: skip
    made = ledger.registers.create(one).ids[-1]
    (row,) = [
        row for row in ledger.registers.rows("authorization", _numbers(site)) if row.id == made
    ]
    assert cell_text(Authorization, row, "decision") == "指示"
    (first,) = HistoryReader(ledger).read("authorization", made)
    told = {change.word: change.after for change in first.changes}
    assert told["結果"] == "指示" and "承諾" not in told.values()
    out = tmp_path / "out.csv"
    export_register(ledger, Authorization, out, purpose="言葉を確かめるため")
    (line,) = [text for text in out.read_text("utf-8-sig").splitlines() if "原本だけの返還" in text]
    assert "指示" in line and "承諾" not in line


def _numbers(site: Site) -> list[int]:
    return list(site.ledger.registers.numbers(Query("authorization")))


def test_the_form_offers_the_words_of_the_chosen_basis(site: Site, qtbot: QtBot) -> None:
    form = RecordForm(site.desk, Authorization)
    qtbot.addWidget(form)
    box = form.rows["decision"].editor.box  # type: ignore[attr-defined]
    offered = [box.itemText(row) for row in range(box.count())]
    assert "承諾" in offered and "不承諾" in offered
    form.set_values({"basis_type": BasisType.INSTRUCTION})
    form.update_shown()
    offered = [box.itemText(row) for row in range(box.count())]
    assert {"指示", "条件付指示", "指示なし", "申請中"} <= set(offered)
    assert not any("承諾" in word for word in offered)
