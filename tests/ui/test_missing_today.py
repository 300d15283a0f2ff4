"""所在不明 stands on 今日 until it is found, above everything that is only late."""

from dataclasses import replace
from datetime import timedelta

from models.codes import EncryptionMeasure
from models.records import Item
from tests.ui.conftest import add_contract
from tests.ui.daily import K, Site, today
from tests.ui.shell import cell_text
from ui.first_steps import read_beginning
from ui.today import TodayPage
from ui.today_facts import Row, read_today


def shown(page: TodayPage) -> list[list[str]]:
    table = page.out.table
    return [
        [cell_text(table, row, column) for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def refreshed(site: Site, page: TodayPage) -> TodayPage:
    page.refresh()
    site.settle()
    return page


def test_what_is_missing_stands_on_today_until_it_is_found(site: Site) -> None:
    page = today(site)
    first, second = site.items[:2]
    site.enter(
        K.TAKE_OUT, [first], destination_text="市役所", encryption=EncryptionMeasure.NOT_APPLICABLE,
        expected_return_at=site.clock() + timedelta(hours=1),
    )  # fmt: skip
    site.clock.wait(120)
    site.enter(K.LOSS, [second])
    rows = shown(refreshed(site, page))
    assert [row[0] for row in rows] == [second.item_no, first.item_no]
    assert rows[0][2] == "所在不明" and rows[0][4] == "－"
    assert "所在不明の媒体・資料が1件あります。期限を過ぎたものが" in page.care.text()
    site.enter(K.LOSS, [first])
    assert [row[2] for row in shown(refreshed(site, page))] == ["所在不明", "所在不明"]
    site.clock.wait(30)
    for item in (first, second):
        site.enter(K.RECOVER, [item], place_to_id=item.home_place_id)
    assert [row[0] for row in shown(refreshed(site, page))] == [first.item_no]
    assert "所在不明" not in page.care.text()


def test_what_lies_in_a_thing_that_is_out_stands_beside_it(site: Site) -> None:
    page = today(site)
    holder, content = site.items[:2]
    inside = content.with_changes(container_item_id=holder.id)
    site.ledger.registers.revise(inside, "格納先を登録するため")
    site.enter(
        K.TAKE_OUT, [holder], destination_text="市役所", encryption=EncryptionMeasure.NOT_APPLICABLE,
        expected_return_at=site.clock() + timedelta(hours=1),
    )  # fmt: skip
    rows = shown(refreshed(site, page))
    assert [row[:3:2] for row in rows] == [
        [holder.item_no, "持出中"], [content.item_no, "保管中（格納先が持出中）"],
    ]  # fmt: skip
    site.clock.wait(30)
    site.enter(K.BRING_BACK, [holder], place_to_id=holder.home_place_id)
    assert not shown(refreshed(site, page))


def due_today(page: TodayPage) -> list[str]:
    table = page.due.table
    return [
        " ".join(cell_text(table, row, column) for column in range(table.columnCount()))
        for row in range(table.rowCount())
    ]


def test_what_was_not_counted_stands_on_today_until_it_is(site: Site) -> None:
    page = today(site)
    pile = next(one for one in site.items if not one.electronic)
    assert pile.quantity is not None
    site.enter(K.STOCKTAKE, [replace(pile, quantity=pile.quantity - 5)])
    site.clock.wait(24 * 60)
    [row] = [one for one in due_today(refreshed(site, page)) if "数え直し" in one]
    assert pile.item_no in row and f"5{pile.unit}不足" in row and "超過" in row
    site.enter(K.STOCKTAKE, [pile])
    assert not [one for one in due_today(refreshed(site, page)) if "数え直し" in one]


def test_a_thing_of_no_contract_that_is_late_is_seen_before_the_first_receipt(site: Site) -> None:
    """It is counted above, so it stands below, although nothing of the contract itself can be out."""
    page, contract = today(site), add_contract(site.ledger, "R8-777")
    beginning = read_beginning(site.ledger, contract.id)
    assert beginning is not None
    facts = replace(read_today(site.ledger, contract.id), beginning=beginning, out=(), due=())
    page.show_facts(facts)
    assert not page.out.isVisibleTo(page)
    own = Row(("PC-9", "業務用PC", "持出中", "", "1日超過"), Item.type, "x", overdue=True)
    page.show_facts(replace(facts, out=(own,)))
    assert page.out.isVisibleTo(page) and "1件" in page.care.text()
    assert not page.in_use.isVisibleTo(page)
