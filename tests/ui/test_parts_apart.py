"""The dialogs of things of which a part is outside or missing: the right number, from the right part."""

from datetime import timedelta
from decimal import Decimal

from models.codes import EncryptionMeasure, ItemState
from models.item_status import Status
from models.records import HandlingEvent, HandlingLine, Item
from tests.ui.daily import K, Site, today
from tests.ui.shell import cell_text
from ui.custody_story import read_story
from ui.handling.dialog import HandlingDialog
from ui.handling.item_lines import AMOUNT, NOW
from ui.handling.moving import FromOutsideDialog
from ui.handling.opening import handling_dialog


def opened(site: Site, kind: K, item: Item) -> HandlingDialog:
    dialog = handling_dialog(site.desk, site.contract_id, kind, [item.id])
    site.answers.replies.append(True)  # should it ask before it is thrown away
    dialog.show()
    site.qtbot.waitExposed(dialog)
    return dialog


def taken(site: Site, amount: int) -> tuple[Item, HandlingEvent]:
    """Take some sheets of a stack out."""
    item = next(one for one in site.items if one.unit == "枚")
    event = site.enter(
        K.TAKE_OUT, [item], destination_text="見本市役所", place_from_id=item.home_place_id,
        expected_return_at=site.clock() + timedelta(hours=3),
        encryption=EncryptionMeasure.NOT_APPLICABLE, lines=(_line(item, amount),),
    )  # fmt: skip
    return item, event


def _line(item: Item, amount: int) -> HandlingLine:
    return HandlingLine(item_id=item.id, quantity=Decimal(amount))


def status(site: Site, item: Item) -> Status:
    found = site.ledger.handling.status(item.id)
    assert found is not None
    return found


def cell(dialog: HandlingDialog, column: int) -> str:
    found = dialog.items.table.item(0, column)
    assert found is not None
    return found.text()


def test_each_dialog_proposes_the_pieces_it_is_about(site: Site) -> None:
    item, _ = taken(site, 4)
    assert item.quantity is not None
    here = f"{item.quantity - 4:f}"
    for kind, amount in ((K.BRING_BACK, "4"), (K.RETURN, here), (K.STOCKTAKE, here)):
        dialog = opened(site, kind, item)
        assert cell(dialog, AMOUNT) == amount
        assert f"一部持出中・手元{here}・持出中4" in cell(dialog, NOW)
        assert not dialog.items.problem
        dialog.reject()
    site.enter(K.LOSS, [item], lines=(_line(item, 3),), place_from_id=item.home_place_id)
    dialog = opened(site, K.RECOVER, item)
    assert cell(dialog, AMOUNT) == "3"


def test_what_is_outside_is_lost_from_there_when_one_says_so(site: Site) -> None:
    item, took = taken(site, 4)
    dialog = opened(site, K.LOSS, item)
    assert isinstance(dialog, FromOutsideDialog) and dialog.outside.isVisible()
    dialog.outside.click()
    assert cell(dialog, AMOUNT) == "4"
    assert dialog.draft().related_event_id == took.id
    found = dialog.items.table.item(0, AMOUNT)
    assert found is not None
    found.setText("1")
    dialog.panel.set_values({"purpose": "電車に置き忘れた", "place_from_id": item.home_place_id})
    dialog.save()
    site.settle()
    now = status(site, item)
    assert (now.state, now.out, now.missing) == (ItemState.PART_MISSING, 3, 1)
    told = read_story(site.ledger, item.id, None).stations[-1]
    assert told.state == "一部所在不明" and "持出中3枚・所在不明1枚" in told.left


def test_nobody_is_asked_where_from_while_all_lies_here(site: Site) -> None:
    item = next(one for one in site.items if one.unit == "枚")
    for kind in (K.RETURN, K.LOSS, K.STOCKTAKE):
        dialog = opened(site, kind, item)
        assert isinstance(dialog, FromOutsideDialog) and not dialog.outside.isVisible()
        assert dialog.draft().related_event_id == ""
        dialog.reject()


def test_today_says_how_much_of_a_thing_is_out(site: Site) -> None:
    page = today(site)
    item, _ = taken(site, 4)
    page.refresh()
    site.settle()
    assert cell_text(page.out.table, 0, 2) == "一部持出中（持出中4枚）"
    site.enter(K.LOSS, [item], lines=(_line(item, 3),), place_from_id=item.home_place_id)
    page.refresh()
    site.settle()
    assert cell_text(page.out.table, 0, 2) == "一部所在不明（所在不明3枚・持出中4枚）"
