"""条項と証拠: what an officer sees and opens, by keys."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from models.codes import AttachmentKind, FindingStatus
from models.commands import revising
from models.contract_changes import RULE
from models.marks import packed, unpacked
from models.records import (
    Assignment,
    Contract,
    ContractClauseSetting,
    Finding,
    Item,
    Submission,
)
from models.rules.answers import Answers as Answered
from tests.ending import REASON, ended, erase, other, worker
from tests.house import House, furnished
from tests.ui.fingers import press
from tests.ui.shell import Answers
from tests.ui.table import Table
from ui.evidence_page import ORDER, EvidencePage
from ui.form_dialog import FormDialog
from ui.paper_dialog import PaperDialog
from ui.paper_elsewhere import ElsewhereDialog
from ui.state_table import StateTable

K = Qt.Key
ERASED, LEFT = (2 + ORDER.index(state) for state in ("erased", "left"))


class Open(Table):
    """A page 条項と証拠 on that desk."""

    def __init__(self, qtbot: QtBot, house: House) -> None:
        super().__init__(qtbot, house)
        self.page = EvidencePage(self.desk)

    def at(self, contract_id: str) -> EvidencePage:
        self.show(self.page, contract_id)
        return self.page


@pytest.fixture
def chiba(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    with furnished(tmp_path, profile="chiba", rules=True, days=4, planted=True) as house:
        house.clock.wait(60 * 24 * 5)
        opened = Open(qtbot, house)
        yield opened
        opened.operations.close()


def words(table: StateTable, column: int) -> list[str]:
    return [table.item(row, column).text() for row in range(table.rowCount())]  # type: ignore[union-attr]


def test_the_numbers_stand_on_top_and_the_worst_clause_is_open(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    assert "2026-001" in page.title.text()
    assert page.filters["broken"].text() == "× 違反 1"
    counts = page.overview.counts() if page.overview else {}
    assert page.filters["action"].text() == f"！ 要対応 {counts['action']}"
    one = page.marked()
    assert one is not None and one.state.state == "broken"
    assert "違反：確かめることが1件" in page.detail.state.text()
    assert words(page.detail.against, 0) == ["× 違反"]
    assert "指定されていません" in words(page.detail.against, 1)[0]


def test_every_state_is_told_by_word_and_mark(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    told = set(words(page.table, 2))
    assert told <= {"✓ 果たした", "→ 期限前", "！ 要対応", "× 違反", "－ 対象外", "？ 判定前"}
    assert {"✓ 果たした", "！ 要対応", "× 違反"} <= told
    text = chiba.house.ledger.profile(chiba.house.story.contract.id)
    assert words(page.table, 0) == [c.article for c in text.clauses_for("chiba")]


def test_a_number_filters_and_enter_opens_the_row_behind_it(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.filters["action"].click()
    assert set(words(page.table, 2)) == {"！ 要対応"}
    rows = words(page.table, 0)
    place = rows.index("第9第3項")  # the ban on taking out: one did not come back
    page.table.setFocus()
    page.table.setCurrentCell(0, 0)
    press(page.table, *[K.Key_Down] * place)
    chiba.settle()
    assert page.detail.head.text().startswith("第9第3項")
    assert "戻っていません" in words(page.detail.against, 1)[0]
    press(page.table, K.Key_Return)
    [(type_, record_id)] = chiba.gone
    out = chiba.house.ledger.registers.need(Item, record_id).record
    assert type_ == "item" and out.due_back_at is not None


def test_a_clause_that_was_kept_shows_what_proves_it(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.filters["done"].click()
    place = words(page.table, 0).index("第9第2項")  # identity documents
    page.table.setCurrentCell(place, 0)
    chiba.settle()
    assert not page.detail.against.isVisible()
    assert page.detail.supporting.rowCount() == 5
    assert "身分を証明する書類" in words(page.detail.supporting, 0)[0]
    press(page.table, K.Key_Return)
    assert chiba.gone[0][0] == "credential"


def test_what_the_ledger_cannot_judge_is_not_called_kept(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.filters["unknown"].click()
    chiba.settle()
    assert "判定できません" in page.detail.state.text()
    assert "この台帳では判定しないこと" in page.detail.unjudged.text()


def test_a_text_that_was_swapped_stands_below_its_clauses(chiba: Open) -> None:
    registers = chiba.house.ledger.registers
    contract = registers.need(Contract, chiba.house.story.contract.id).record
    answers = Answered({RULE: "契約書の別紙と違っていたため"}, later=True)
    registers.revise(
        replace(contract, profile_code="online-connection"), "別紙の訂正", answers=answers
    )
    page = chiba.at(contract.id)
    row = page.table.rowCount() - 1
    assert words(page.table, 2)[row] == "× 違反"
    page.table.setCurrentCell(row, 0)
    chiba.settle()
    told = "".join(words(page.detail.against, 1))
    assert "「適用する特記事項」を「" in told and "指定されていません" in told
    setting = next(verb for verb in page.verbs() if verb.text() == "条項の適用")
    assert not setting.isEnabled()  # it is no clause that could be switched off


def test_a_clause_leads_to_its_paper(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.filters["action"].click()
    page.table.setCurrentCell(words(page.table, 0).index("第3第2項"), 0)
    chiba.settle()
    page.verbs()[1].trigger()
    chiba.settle()
    dialog = page.findChild(PaperDialog)
    assert dialog is not None and dialog.kind_code() == "D-05"
    dialog.done(0)


def test_a_paper_that_was_made_elsewhere_is_noted(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.table.setCurrentCell(words(page.table, 0).index("第3第2項"), 0)
    chiba.settle()
    one = page.marked()
    assert one is not None and dict(one.state.evidence)["EQ-DOC(D-05)"]
    page.verbs()[2].trigger()
    dialog = page.findChild(ElsewhereDialog)
    assert dialog is not None and dialog.kind.currentData() == "D-05"
    dialog.day.setText("きょう")
    dialog.accept()
    assert dialog.message.isVisible() and "提出日" in dialog.message.text()
    dialog.day.setText("令和8年10月9日")
    dialog.number.setText("み発第5号")
    dialog.receiver.setText("見本　花子")
    dialog.accept()
    chiba.settle()
    [paper] = chiba.house.ledger.registers.all(Submission, doc_kind="D-05")
    assert paper.record.made_elsewhere and paper.record.clause_keys == ("CB-3.2",)
    chiba.settle()
    one = page.marked()
    assert one is not None and one.state.key == "CB-3.2"
    assert not dict(one.state.evidence).get("EQ-DOC(D-05)")


def test_a_clause_is_switched_off_with_reason_and_basis(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page.table.setCurrentCell(words(page.table, 0).index("第9第2項"), 0)
    page.verbs()[3].trigger()
    chiba.settle()
    dialog = page.findChild(FormDialog)
    assert dialog is not None and page.has_draft() is dialog.is_dirty()
    dialog.done(0)
    house = chiba.house
    basis = house.ledger.files.attach(
        b"contract", name="contract.pdf", mime="application/pdf", kind=AttachmentKind.SCAN,
        contract_id=house.story.contract.id,
    ).ids[0]  # fmt: skip
    setting = ContractClauseSetting(
        contract_id=house.story.contract.id, clause_key="CB-9.2", enabled=False,
        reason="庁舎内の作業がないため", agreed_on=house.ledger.today(), basis_file=basis,
    )  # fmt: skip
    chiba.operations.run(lambda: house.ledger.registers.create(setting))
    chiba.settle()
    one = page.marked()
    assert one is not None and (one.state.key, one.state.state) == ("CB-9.2", "not_applicable")
    assert "庁舎内の作業がないため" in page.detail.state.text()


def test_one_more_entry_changes_the_page_at_once(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    house, before = chiba.house, page.filters["broken"].text()
    finding = house.ledger.registers.all(Finding)[0].record
    day = house.ledger.today()
    others = (one for one in house.story.people.values() if one != finding.owner_person_id)
    closed = replace(
        finding, status=FindingStatus.VERIFIED, action="手順を改めた", completed_on=day,
        verified_on=day, verified_by=next(others),
    )  # fmt: skip
    # Another person's own command; who may is told in tests/models/test_corrections.py.
    chiba.operations.run(lambda: house.ledger.commit([revising(closed, "是正を確かめた")]))
    chiba.settle()
    assert before == "× 違反 1" and page.filters["broken"].text() == "× 違反 0"
    assert not page.filters["broken"].isEnabled()


def test_all_contracts_show_their_counts_and_enter_goes_in(chiba: Open) -> None:
    page = chiba.at("")
    assert words(page.contracts, 0) == ["2026-001 健康診査結果入力業務委託"]
    assert words(page.contracts, 1) == ["× 違反"]
    assert words(page.contracts, 2) == ["1"]
    page.contracts.setFocus()
    press(page.contracts, K.Key_Return)
    chiba.settle()
    assert page.overview is not None
    page.verbs()[4].trigger()
    chiba.settle()
    assert page.stack.currentWidget() is page.contracts


def test_a_worker_is_told_who_may_look(qtbot: QtBot, tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        house.sign_in("yoshino")
        opened = Open(qtbot, house)
        page = opened.at(house.story.contract.id)
        assert "責任者・検査者" in page.nothing.text() and page.nothing.isVisible()
        opened.operations.close()


def test_the_page_of_every_text_names_its_articles(qtbot: QtBot, tmp_path: Path) -> None:
    for code, first in (("fukuoka", "第1"), ("yachiyo", "第1条")):
        with furnished(tmp_path / code, profile=code, rules=True) as house:
            house.clock.wait(int(timedelta(days=1).total_seconds() // 60))
            opened = Open(qtbot, house)
            page = opened.at(house.story.contract.id)
            assert words(page.table, 0)[0] == first
            QApplication.processEvents()
            opened.operations.close()


def test_long_titles_are_short_on_buttons_and_whole_for_whoever_asks(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    long = "個人情報管理責任者及び研修等実施計画報告書"
    found: dict[str, tuple[str, str]] = {}
    for row in range(page.table.rowCount()):
        page.table.setCurrentCell(row, 0)
        chiba.settle()
        for button in page.detail.findChildren(QPushButton):
            found[button.accessibleName()] = (button.text(), button.toolTip())
    word, tip = found[f"{long}を作成"]
    assert len(word) <= 20 and "…を作成" in word
    assert long in tip


def test_what_stands_beside_the_contract_is_listed_with_the_text_it_stands_in(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    texts = "千葉市　個人情報取扱特記事項、個人情報オンライン結合基準"
    assert page.subtitle.text() == f"{chiba.house.story.contract.title}　{texts}"
    page._mark("OC-C.2x.b.a")
    chiba.settle()
    assert page.detail.head.text().startswith("個人情報オンライン結合基準　表1")
    [line] = page.detail.against.lines
    said = line.texts[1]
    assert (line.type, line.id) == (Assignment.type, ""), "it opens where somebody is entered"
    assert said.startswith("パスワード・IDカード等の管理者が、一人も指定されていません。")


def test_a_cycle_is_fixed_where_it_is_missing(chiba: Open) -> None:
    page = chiba.at(chiba.house.story.contract.id)
    page._mark("OC-C.2x.b.e")
    chiba.settle()
    [button] = [one for one in page.detail._buttons if one.text() == "周期を決める…"]
    button.click()
    [dialog] = page.findChildren(FormDialog)
    record = dialog.form.record()
    assert isinstance(record, ContractClauseSetting)
    assert [(one.key, one.value) for one in record.params] == [
        ("パスワードと資格の見直しの周期", "3か月")
    ]
    done = replace(record, reason="発注者と決めた。", agreed_on=chiba.house.ledger.today())
    dialog.reject()
    chiba.house.ledger.registers.create(done)
    page.refresh()
    chiba.settle()
    page._mark("OC-C.2x.b.e")
    chiba.settle()
    marked = page.marked()
    assert marked is not None and marked.unfixed == ()
    assert "条項の適用を変える…" in [one.text() for one in page.detail._buttons]


def test_a_page_of_an_erased_contract_says_so_and_what_can_still_be_said(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with ended(tmp_path) as house:
        change = erase(house)
        opened = Open(qtbot, house)
        page = opened.at(house.story.contract.id)
        said = page.erased.text()
        assert f"令和8年10月1日（記帳番号{change.head.seq}）に消去されました" in said
        assert "髙橋　恵子" in said and f"「{REASON}」" in said and "もう言えません" in said
        assert page.erased.isVisible() and page.filters["erased"].isVisible()
        assert set(words(page.table, 2)) == {"■ 内容消去済", "－ 対象外"}
        assert "消去済" in words(page.table, 3) and "0件" not in words(page.table, 3)
        page._mark("SK-6.1")
        opened.settle()
        assert "果たしたかどうかは、この台帳からは言えません" in page.detail.state.text()
        page._mark("SK-11.0")
        opened.settle()
        assert "バックアップと更新ジャーナルは、見つかりません" in page.detail.state.text()
        assert words(page.detail.supporting, 0) == ["契約終了後の消去"]
        change_terms = page.verbs()[3]
        assert not change_terms.isEnabled() and "内容を消去した契約" in change_terms.toolTip()
        page = opened.at(other(house).id)
        assert not page.erased.isVisible() and not page.filters["erased"].isVisible()
        assert "✓ 果たした" in words(page.table, 2)
        opened.operations.close()


def test_the_list_of_contracts_counts_what_was_erased(qtbot: QtBot, tmp_path: Path) -> None:
    with ended(tmp_path) as house:
        opened = Open(qtbot, house)
        page = opened.at("")
        assert page.contracts.isColumnHidden(ERASED)
        assert not page.contracts.isColumnHidden(LEFT)  # the pledges were never handed in
        assert int(words(page.contracts, LEFT)[0]) > 0
        erase(house)
        page.refresh()
        opened.settle()
        assert not page.contracts.isColumnHidden(ERASED)
        assert int(words(page.contracts, ERASED)[0]) > 40
        assert page.contracts.isColumnHidden(LEFT)
        assert words(page.contracts, 1)[0] == "■ 内容消去済"
        opened.operations.close()


def test_a_long_reason_of_an_erasure_leaves_room_for_the_clauses(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with ended(tmp_path) as house:
        house.ledger.ending.erase(
            house.story.contract.id, contract_no="2026-001", reason="保存期限" * 200,
            second=worker(house),
        )  # fmt: skip
        opened = Open(qtbot, house)
        page = opened.at(house.story.contract.id)
        assert "…」" in page.erased.text() and len(page.erased.text()) < 300
        opened.operations.close()


def test_a_text_that_is_another_one_is_looked_at_here(chiba: Open) -> None:
    ledger, id_ = chiba.house.ledger, chiba.house.story.contract.id
    assert not chiba.at(id_).text_seen.isVisible()
    stored = ledger.registers.need(Contract, id_).record
    parts = unpacked(stored.profile_parts)
    former = packed({**parts, "rule R-08": "warn 0"})
    ledger.commit(
        [revising(replace(stored, profile_sha256="0" * 64, profile_parts=former), "前の設定")]
    )
    page = chiba.page
    page.refresh()
    chiba.settle()
    assert page.text_seen.isVisible() and page.text_seen.isEnabled()
    asker = chiba.operations.asker
    assert isinstance(asker, Answers)
    asker.replies.append("契約書と突き合わせて確かめた")
    page.text_seen.trigger()
    chiba.settle()
    assert any("規則（R-08" in said for said in asker.asked)
    assert ledger.registers.need(Contract, id_).record.profile_sha256 == stored.profile_sha256
    assert not page.text_seen.isVisible()
