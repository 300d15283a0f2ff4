"""確認者の確認 in the window: what leaves is entered twice, by two people, or it is not entered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from models.codes import AuthorizationSubject, EncryptionMeasure, Means, Role
from models.commands import creating
from models.records import HandlingEvent, HandlingLine, RuleOverride
from tests.reports.papers import flat
from tests.ui.daily import K, Keyboard, Site, make_site
from tests.ui.test_answering import LOGIN, PASSWORD, put, records, saved, told
from ui.answering import AnswerDialog
from ui.check_part import CheckPart
from ui.daily_log import DailyLogPage
from ui.handling.dialog import HandlingDialog
from ui.handling.opening import handling_dialog
from ui.issue import IssueRequest, preview

ADDRESSEE = "見本市役所　健康づくり課"
WHY = "確認できる人が外出していて、期限が迫っていたため"


def made(qtbot: QtBot, folder: Path, profile: str) -> Site:
    site = make_site(qtbot, folder, rules=True, profile=profile)
    site.ledger.people.add_account(
        site.story.people["worker"], login=LOGIN, role=Role.WORKER, password=PASSWORD,
        valid_until=site.ledger.today() + timedelta(days=90), chosen_by_self=True,
    )  # fmt: skip
    return site


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """A site whose contract demands several people (FK-7.3)."""
    one = made(qtbot, tmp_path, "fukuoka")
    yield one
    one.close()


@pytest.fixture
def free(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """A site whose contract does not speak of it."""
    one = made(qtbot, tmp_path, "shiki")
    yield one
    one.close()


def sending(site: Site) -> HandlingDialog:
    """Open a dialog for a parcel and fill it in."""
    dialog = handling_dialog(site.desk, site.contract_id, K.DISPATCH, [site.items[0].id])
    site.answers.replies.append(True)
    dialog.show()
    site.qtbot.waitExposed(dialog)
    encrypted = site.items[0].electronic
    for name, value in (
        ("counterpart_name", "見本　花子"),
        ("means", Means.SECURITY_COURIER),
        ("destination_text", ADDRESSEE),
        ("authorization_id", site.story._consent_id(AuthorizationSubject.DISPATCH)),
        ("purpose", "納品のため"),
        (
            "encryption",
            EncryptionMeasure.APPLIED if encrypted else EncryptionMeasure.NOT_APPLICABLE,
        ),
    ):
        put(dialog, name, value)
    return dialog


def check_of(asked: AnswerDialog) -> CheckPart:
    assert asked.check is not None
    return asked.check


def fill(part: CheckPart, site: Site, **changes: str) -> None:
    item = site.items[0]
    assert item.quantity is not None
    facts = {"addressee": ADDRESSEE, "count": f"{item.quantity:f}", "numbers": item.item_no}
    facts |= changes
    part.addressee.setText(facts["addressee"])
    part.count.setText(facts["count"])
    part.numbers.setPlainText(facts["numbers"])
    part.password.setText(PASSWORD)


def entered(site: Site) -> HandlingEvent:
    return records(site, HandlingEvent)[-1]


def press_save(site: Site, dialog: AnswerDialog) -> None:
    Keyboard(dialog).key(Qt.Key.Key_Return, ctrl=True)
    site.settle()


def test_the_checker_enters_the_facts_and_signs(site: Site) -> None:
    asked = saved(site, sending(site))
    part = check_of(asked)
    assert part.isVisible() and not asked.parts and asked.second is None
    assert QApplication.focusWidget() is part.addressee
    assert part.login.text() == LOGIN
    fill(part, site)
    press_save(site, asked)
    event = entered(site)
    assert event.kind is K.DISPATCH and site.ledger.rules.check_holds(event)
    assert event.checker_person_id == site.story.people["worker"]
    assert not records(site, RuleOverride)


def test_what_was_entered_before_is_not_shown_to_copy(site: Site) -> None:
    asked = saved(site, sending(site))
    part = check_of(asked)
    shown = told(asked) + "".join(line.text() for line in asked.findChildren(QLineEdit))
    assert ADDRESSEE not in shown and site.items[0].item_no not in shown
    assert part.numbers.toPlainText() == ""


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"addressee": "見本県庁"}, "宛先"),
        ({"count": "9999"}, "数量"),
        ({"numbers": "M-0002 M-0003"}, "管理番号"),
    ],
)
def test_a_difference_names_the_fact_and_stops(
    site: Site, change: dict[str, str], word: str
) -> None:
    before = site.ledger.store.head()
    asked = saved(site, sending(site))
    part = check_of(asked)
    fill(part, site, **change)
    press_save(site, asked)
    assert asked.isVisible() and word in asked.message.text()
    assert "まだ記録していません" in asked.message.text()
    assert site.ledger.store.head() == before and part.password.text() == ""
    fill(part, site)
    press_save(site, asked)
    assert site.ledger.rules.check_holds(entered(site))


def test_a_wrong_password_lets_the_checker_try_again(site: Site) -> None:
    asked = saved(site, sending(site))
    part = check_of(asked)
    fill(part, site)
    part.password.setText("ちがうパスワード")
    press_save(site, asked)
    assert "パスワード" in asked.message.text() and QApplication.focusWidget() is part.password
    part.password.setText(PASSWORD)
    press_save(site, asked)
    assert site.ledger.rules.check_holds(entered(site))


def test_an_empty_fact_is_asked_for_by_name(site: Site) -> None:
    asked = saved(site, sending(site))
    fill(check_of(asked), site, numbers="")
    press_save(site, asked)
    assert "「管理番号」を入力" in asked.message.text()
    assert QApplication.focusWidget() is check_of(asked).numbers


def test_what_nobody_checked_wants_a_reason_and_waits(site: Site) -> None:
    asked = saved(site, sending(site))
    check_of(asked).ways.button(1).click()
    [reason] = asked.parts
    assert reason.rule_id == "R-07" and asked.second is not None
    reason.text.setPlainText(WHY)
    asked.second.ways.button(1).click()
    press_save(site, asked)
    event = entered(site)
    assert event.deviation and not event.checker_proof
    assert [one.rule_id for one in records(site, RuleOverride) if one.confirm_later] == ["R-07"]


def test_a_checker_is_announced_while_the_form_is_filled_in(site: Site) -> None:
    dialog = sending(site)
    site.qtbot.waitUntil(dialog.rules.isVisible, timeout=3000)
    assert "確認者が要ります　1件" in told(dialog.rules)
    assert dialog.check_offer.isHidden()


def test_where_the_contract_is_silent_the_check_is_offered(free: Site) -> None:
    dialog = sending(free)
    assert dialog.check_offer.isVisible()
    dialog.check_offer.setChecked(True)
    asked = saved(free, dialog)
    fill(check_of(asked), free)
    press_save(free, asked)
    assert free.ledger.rules.check_holds(entered(free))


def test_an_offered_check_can_be_left_out(free: Site) -> None:
    dialog = sending(free)
    dialog.check_offer.setChecked(True)
    asked = saved(free, dialog)
    check_of(asked).ways.button(1).click()
    press_save(free, asked)
    assert entered(free).kind is K.DISPATCH and not entered(free).checker_proof


def test_use_is_not_checked(free: Site) -> None:
    dialog = handling_dialog(free.desk, free.contract_id, K.USE, [free.items[0].id])
    free.answers.replies.append(True)
    dialog.show()
    assert dialog.check_offer.isHidden()


def shown_checker(page: DailyLogPage) -> list[str]:
    model = page.view.model
    column = [field.name for field in model.fields].index("checker_person_id")
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_list_says_who_signed_in_and_who_was_only_named(site: Site) -> None:
    asked = saved(site, sending(site))
    fill(check_of(asked), site)
    press_save(site, asked)
    signed = entered(site)
    forged = signed.with_changes(
        id=site.ledger.new_id(), event_no=900, destination_text="見本県庁",
        lines=(HandlingLine(item_id=site.items[1].id),),
    )  # fmt: skip
    site.ledger.commit([creating(forged)])
    page = DailyLogPage(site.desk)
    site.qtbot.addWidget(page)
    page.refresh()
    site.settle()
    checkers = [one for one in shown_checker(page) if "翔太" in one]
    assert sorted("本人確認済" in one for one in checkers) == [False, True]


def test_the_register_says_it_on_paper(site: Site) -> None:
    asked = saved(site, sending(site))
    fill(check_of(asked), site)
    press_save(site, asked)
    paper = flat(preview(site.ledger, IssueRequest("D-28", site.contract_id)))
    assert "（本人確認済）" in paper
