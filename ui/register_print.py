"""Prints what a register shows: the same columns, rows and order, with what it was asked for.

A working print for the desk and the inspector; papers that leave the office are on the page 書類.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget

from models import wareki
from models.access import Act
from models.contract_changes import former_names
from models.kinds import DecimalNumber, Integer
from models.ledger import Ledger
from models.records import Contract, Organization, Person
from models.store import ListRow, Progress, Query
from ui import layout
from ui.preview import PreviewDialog
from ui.register import RegisterView
from ui.saving import What, ask_purpose, print_here

if TYPE_CHECKING:
    from reports.list_print import ListRow as PrintedRow
    from reports.ruled import Column

PAGE = 500  # rows read at once


def print_list(view: RegisterView, title: str, parent: QWidget) -> None:
    """Draw the list beside the window and show it with a button that prints it.

    The whole list at one look is a bulk view (A-13): what it is for is asked before, once.
    """
    desk, query = view.desk, view.query()
    purpose = ask_purpose(desk.asker, desk.ledger, Act.BULK_VIEW, parent, title)
    if purpose is None:
        return
    contract = next(iter(query.contracts or ()), "")
    number = f"一覧 {desk.ledger.now():%Y%m%d-%H%M%S}"
    what = What(view.cls.type, contract=contract, detail=number, purpose=purpose)
    draw = _work(view, title, number)

    def work(progress: Progress) -> bytes:
        rows = desk.ledger.registers.count(query)
        desk.ledger.access.handed_out(Act.BULK_VIEW, what.type, "", contract, rows, number, purpose)
        return draw(progress)

    def then(pdf: bytes) -> None:
        dialog = PreviewDialog(title, pdf, parent)
        dialog.add_button(
            layout.button(_tr("印刷…"), lambda: print_here(desk, pdf, title, dialog, what))
        )
        dialog.add_button(layout.button(_tr("閉じる"), dialog.reject))
        dialog.open()

    desk.operations.long(_tr("{0}の印刷").format(title), work, then, parent)


def _work(view: RegisterView, title: str, number: str) -> Callable[[Progress], bytes]:
    """Read from the screen what is to be printed; what it returns touches no widget."""
    ledger, model, query = view.desk.ledger, view.model, view.query()
    order = _shown_columns(view)
    columns = _columns(view, order)
    asked, count = _asked(view), model.columnCount()

    def texts(row: ListRow) -> tuple[str, ...]:
        return tuple(model.text(row, column) or _unsaid(count, column) for column in order)

    def work(progress: Progress) -> bytes:
        from reports.list_print import NONE, ListPrint
        from reports.render import render
        from reports.ruled import Ruled

        head = ledger.store.head()
        leads = (_contract_line(ledger, query), *_formerly(ledger, query), asked)
        person = ledger.registers.caption(Person.type, ledger.user.person_id)
        ruled = Ruled(title, leads, columns, NONE, ledger.now(), head.seq, head.hex, number, person)
        return render(
            ListPrint(ruled, _keeper(ledger), lambda: _rows(ledger, query, texts, progress))
        )

    return work


def _rows(
    ledger: Ledger,
    query: Query,
    texts: Callable[[ListRow], tuple[str, ...]],
    progress: Progress,
) -> "Iterator[PrintedRow]":
    from reports.list_print import ListRow as PrintedRow

    numbers = ledger.registers.numbers(query)
    for start in range(0, len(numbers), PAGE):
        progress(start, len(numbers))
        for row in ledger.registers.rows(query.type, numbers[start : start + PAGE]):
            yield PrintedRow(texts(row), voided=row.meta.voided)


# --- what stands on the screen ------------------------------------------------------------------


def _shown_columns(view: RegisterView) -> list[int]:
    """Return the columns that are shown, in the order in which they stand."""
    header = view.table.horizontalHeader()
    places = (header.logicalIndex(place) for place in range(view.model.columnCount()))
    return [column for column in places if not view.table.isColumnHidden(column)]


def _columns(view: RegisterView, order: list[int]) -> "tuple[Column, ...]":
    from reports.ruled import Column

    fields = view.model.fields
    return tuple(
        Column(
            str(view.model.headerData(column, Qt.Orientation.Horizontal)),
            view.table.columnWidth(column),
            number=column < len(fields)
            and isinstance(fields[column].kind, Integer | DecimalNumber),
            struck=column < len(fields),
        )
        for column in order
    )


def _asked(view: RegisterView) -> str:
    conditions = "、".join(view.conditions()) or _tr("なし（すべて）")
    return _tr("条件　{0}　　並び　{1}").format(conditions, view.sorting.text())


def _unsaid(columns: int, column: int) -> str:
    """Return what stands in an empty cell: the column of voidings says nothing, others do."""
    return "－" if column == columns - 1 else ""


# --- what the ledger says -----------------------------------------------------------------------


def _contract_line(ledger: Ledger, query: Query) -> str:
    if not query.contracts:
        return _tr("契約　すべて　　記録者　{0}").format(_keeper(ledger))
    contract = ledger.registers.need(Contract, next(iter(query.contracts))).record
    period = f"{_day(contract.starts_on)} から {_day(contract.ends_on)} まで"
    return _tr("契約　{0}　　期間　{1}　　受託　{2}").format(
        contract.caption(), period, _keeper(ledger)
    )


def _formerly(ledger: Ledger, query: Query) -> list[str]:
    """Say what the contract of the list was called before."""
    found = former_names(ledger, next(iter(query.contracts))) if query.contracts else ()
    return [_tr("注意　{0}").format(one) for one in found]


def _keeper(ledger: Ledger) -> str:
    """Return who keeps the ledger: the first organization that was entered."""
    stored = ledger.registers.one(Organization)
    return stored.record.name if stored else ""


def _day(day: date | datetime | None) -> str:
    return wareki.format_wareki(day) if day else _tr("定めなし")


def _tr(text: str) -> str:
    return QCoreApplication.translate("register_print", text)
