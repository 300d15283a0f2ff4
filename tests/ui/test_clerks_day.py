"""A clerk's day: where the keyboard goes, how many strokes an act takes, times to the minute."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget

from models.codes import HandlingKind
from models.records import DueItem, HandlingEvent, Item, Person
from tests.ui.daily import K, Keyboard, Site
from tests.ui.fingers import press, type_in
from tests.ui.test_handling import opened, save, today
from ui.account_dialog import AccountDialog
from ui.asking import LineDialog
from ui.form_dialog import FormDialog
from ui.handling.dialog import HandlingDialog
from ui.handling.sanitizing import SanitizeDialog
from ui.paper_dialog import PaperDialog
from ui.reading_order import stops
from ui.record_pages import RegisterTab
from ui.theme import STYLE

MOST_STROKES = 20


def words(dialog: HandlingDialog) -> list[str]:
    """Return what the keyboard meets, in order, as a screen reader says it."""
    return [_word(one).partition("　")[0] for one in stops(dialog)]


def _word(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return widget.accessibleName() or (str(text()) if text is not None else "")


def show(site: Site, kind: HandlingKind, *items: Item) -> HandlingDialog:
    dialog = opened(site, kind, *items)
    site.qtbot.wait(20)  # until everything stands in its place
    return dialog


# --- the order of the keyboard ---


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (K.RECEIVE, ["名称", "数量", "収録情報", "追加（Enter）", "由来", "受領した日時", "目的"]),
        (K.USE, ["媒体・資料", "利用開始の日時", "利用した人", "利用した場所", "目的"]),
        (K.COPY, ["媒体・資料", "部数", "写しの名称", "複写した日時", "目的", "確認者"]),
        (K.TRANSPORT, ["媒体・資料", "日時", "目的", "運搬する人", "容器・施錠", "経路"]),
        (K.DISPOSE, ["媒体・資料", "廃棄した日時", "目的", "方法", "検証結果", "実施場所"]),
    ],
)
def test_the_keyboard_goes_as_one_reads(
    site: Site, kind: HandlingKind, expected: list[str]
) -> None:
    dialog = show(site, kind, *([] if kind is K.RECEIVE else site.items[:1]))
    met = words(dialog)
    assert [word for word in met if word in expected] == expected
    assert met.index("記録する（Ctrl+Enter）") > met.index(expected[-1])


def test_tab_reaches_every_field_and_comes_round(site: Site) -> None:
    dialog = show(site, K.DISPOSE, site.items[0])
    order = stops(dialog)
    start = dialog.focusWidget()
    assert start is not None
    met = [start]
    for _ in order[1:]:
        dialog.focusNextPrevChild(True)
        here = dialog.focusWidget()
        assert here is not None
        met.append(here)
    assert set(met) == set(order)
    dialog.focusNextPrevChild(True)
    assert dialog.focusWidget() is start
    dialog.focusNextPrevChild(False)
    assert dialog.focusWidget() is met[-1]


# --- strokes ---


def test_a_disposal_leads_the_keyboard_to_what_only_a_person_knows(site: Site) -> None:
    page = today(site)
    keyboard = Keyboard(page)
    keyboard.key(Qt.Key.Key_F9)
    keyboard.type(site.items[0].item_no)
    keyboard.key(Qt.Key.Key_Return)
    site.qtbot.wait(20)
    dialog = page.handling.dialog
    assert isinstance(dialog, SanitizeDialog)
    dialog.panel.set_values({"place_from_id": site.story.places[1].id})  # as the last time
    dialog.edited("place_from_id")
    keyboard.key(Qt.Key.Key_Return, ctrl=True)  # what is missing?
    focus = QApplication.focusWidget()
    assert focus is not None and focus.accessibleName().startswith("検証結果")
    keyboard.key(Qt.Key.Key_Down)
    keyboard.key(Qt.Key.Key_Return)
    keyboard.key(Qt.Key.Key_Left)
    keyboard.key(Qt.Key.Key_Left)
    keyboard.key(Qt.Key.Key_Return, ctrl=True)
    focus = QApplication.focusWidget()
    assert focus is not None and focus.accessibleName().startswith("委託者の立会いの求め")
    keyboard.key(Qt.Key.Key_Left)
    site.answers.replies.append(False)  # no paper now
    keyboard.key(Qt.Key.Key_Return, ctrl=True)
    site.settle()
    [event] = site.events(K.DISPOSE)
    assert event.sanitization[0].irrecoverable_confirmed is True
    assert event.sanitization[0].place_text == site.story.places[1].name
    assert keyboard.strokes <= MOST_STROKES


# --- times to the minute ---


def typed_use(site: Site, item: Item, mode: int, time: str) -> HandlingEvent:
    """Enter a use whose time somebody typed."""
    dialog = opened(site, K.USE, item)
    dialog.set_mode(mode)
    dialog.panel.set_values({"purpose": "照合", "place_from_id": site.story.places[1].id})
    line = dialog.panel.rows["occurred_at"].editor.focus_target()
    assert isinstance(line, QLineEdit)
    line.clear()
    type_in(line, time)
    before = len(site.events(K.USE))
    save(site, dialog)
    after = site.events(K.USE)
    assert len(after) == before + 1
    return max(after, key=lambda one: one.event_no or 0)


def test_two_acts_typed_to_the_same_minute_follow_each_other(site: Site) -> None:
    site.clock.wait(30)
    item, time = site.items[0], f"{site.clock():%H:%M}"
    site.clock.wait(5)
    begun = typed_use(site, item, 0, time)
    ended = typed_use(site, item, 1, time)
    assert ended.related_event_id == begun.id
    assert site.state(item) == "保管中"
    shown = {f"{one.occurred_at:%H:%M}" for one in (begun, ended)}
    assert shown == {time}


def test_a_typed_minute_follows_what_happened_within_it(site: Site) -> None:
    site.clock.wait(30)
    item = site.items[0]
    begun = site.enter(K.USE, [item], occurred_at=site.clock() + timedelta(seconds=40))
    ended = typed_use(site, item, 1, f"{begun.occurred_at:%H:%M}")
    assert begun.occurred_at is not None and ended.occurred_at is not None
    assert ended.occurred_at > begun.occurred_at
    assert site.state(item) == "保管中"


def test_the_first_of_two_acts_of_a_minute_can_still_be_corrected(site: Site) -> None:
    site.clock.wait(30)
    item, time = site.items[0], f"{site.clock():%H:%M}"
    begun = typed_use(site, item, 0, time)
    typed_use(site, item, 1, time)
    changed = begun.with_changes(purpose="入力内容の照合")
    site.ledger.handling.correct(begun.id, changed, "目的の書き誤りのため")
    assert site.state(item) == "保管中"


def test_a_use_within_one_minute_begins_before_it_ends(site: Site) -> None:
    site.clock.wait(30)
    item = site.items[0]
    site.enter(K.STOCKTAKE, [item])
    site.clock.wait(2)
    dialog = opened(site, K.USE, item)
    dialog.set_mode(2)
    moment = site.events(K.STOCKTAKE)[-1].occurred_at
    assert moment is not None
    minute = moment.replace(second=0, microsecond=0)
    dialog.panel.set_values({"purpose": "照合", "place_from_id": site.story.places[1].id})
    dialog.panel.set_values({"occurred_at": minute, "ended_at": minute})
    dialog.edited("occurred_at")
    save(site, dialog)
    assert len(site.events(K.USE)) == 1


# --- looks ---


def buttons_from_the_left(dialog: QDialog) -> list[str]:
    """Return the words of the lowest row of buttons."""
    shown = [one for one in dialog.findChildren(QPushButton) if one.isVisibleTo(dialog)]
    places = {one: one.mapTo(dialog, QPoint()) for one in shown}
    lowest = max(place.y() for place in places.values())
    row = [one for one in shown if lowest - places[one].y() < 4]
    return [one.text().partition("（")[0] for one in sorted(row, key=lambda one: places[one].x())]


def test_every_dialog_ends_with_the_act_and_then_the_way_back(site: Site) -> None:
    QApplication.setStyle("fusion")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet(STYLE)
    desk = site.desk
    dialogs = {
        "記録する": opened(site, K.USE, site.items[0]),
        "登録する": FormDialog(desk, Person),
        "確定": LineDialog(None, "取消", "理由を入力してください。", ""),
        "追加する": AccountDialog(desk, [], []),
        "内容を確かめる": PaperDialog(desk, site.contract_id),
    }
    try:
        for word, dialog in dialogs.items():
            dialog.show()
            site.qtbot.wait(30)
            assert buttons_from_the_left(dialog)[-2] == word
            assert buttons_from_the_left(dialog)[-1] == "やめる"
    finally:
        application.setStyleSheet("")


@pytest.mark.parametrize("kind", [K.RECEIVE, K.COPY, K.TAKE_OUT, K.TRANSPORT, K.DISPOSE])
def test_nothing_is_cut_off_on_a_narrow_screen(site: Site, kind: HandlingKind) -> None:
    dialog = show(site, kind, *([] if kind is K.RECEIVE else site.items[:1]))
    dialog.resize(720, 560)
    site.qtbot.wait(30)
    assert dialog.content.minimumSizeHint().width() <= dialog.area.viewport().width()
    dialog.resize(1000, 560)
    site.qtbot.wait(30)
    pair = [dialog.panel.rows[name] for name in ("occurred_at", "actor_person_id")]
    if kind is not K.TAKE_OUT:
        assert pair[0].y() == pair[1].y()


def test_who_has_no_account_yet_is_offered_first(site: Site) -> None:
    people = [one.record for one in site.ledger.registers.all(Person)]
    mine = site.ledger.user.person_id
    dialog = AccountDialog(site.desk, sorted(people, key=lambda one: one.id != mine), [])
    site.qtbot.addWidget(dialog)
    assert dialog.person.currentData() != mine
    last = dialog.person.count() - 1
    assert dialog.person.itemData(last) == mine
    assert dialog.person.itemText(last).endswith("登録済み")


def test_an_empty_list_offers_the_first_record_as_a_button(site: Site) -> None:
    tab = RegisterTab(site.desk, DueItem, None)
    site.qtbot.addWidget(tab)
    tab.show()
    tab.view.refresh()
    first = tab.view.first
    site.qtbot.waitUntil(first.isVisible)
    assert first.text() == "新規登録（F2）"
    press(first, Qt.Key.Key_Space)
    [dialog] = tab.findChildren(FormDialog)
    assert dialog.windowTitle().startswith(DueItem.label)
    dialog.done(0)
    tab.view.offer_first("新規登録（F2）", list, lambda: "この操作は、責任者だけが行えます。")
    assert not first.isEnabled() and "責任者だけ" in first.toolTip()
    assert "責任者だけ" in tab.view.empty.text() and "F2" not in tab.view.empty.text()


def test_a_search_without_hits_offers_no_first_record(site: Site) -> None:
    tab = RegisterTab(site.desk, Person, None)
    site.qtbot.addWidget(tab)
    tab.show()
    tab.view.filters.words.setText("居ない人")
    tab.view.ask()
    site.settle()
    assert "条件に当てはまる記録がありません" in tab.view.empty.text()
    assert not tab.view.first.isVisible()
