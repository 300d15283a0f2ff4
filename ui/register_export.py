"""Writes what a register shows to a file that the user names."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from models.access import Act
from models.records import Record
from models.store import Query
from ui.asking import completed
from ui.exporting import export_register
from ui.page import Desk
from ui.saving import ask_purpose

SUFFIXES = (".xlsx", ".csv", ".json")


def export_list(desk: Desk, cls: type[Record], query: Query, name: str, parent: QWidget) -> None:
    """Ask for a file and write the rows of a query to it, beside the window.

    Args:
        name: what the list is called; proposed as the name of the file.
    """
    pattern = _tr("Excel (*.xlsx);;CSV（UTF-8） (*.csv);;JSON (*.json)")
    stamp = f"{desk.ledger.today():%Y%m%d}"
    chosen = desk.asker.save_file(parent, _tr("一覧の書出し"), pattern, f"{name}_{stamp}.xlsx")
    out = completed(desk.asker, parent, chosen, *SUFFIXES)
    purpose = ask_purpose(desk.asker, desk.ledger, Act.EXPORT, parent, name) if out else None
    if out is None or purpose is None:
        return

    def work() -> dict[str, Any]:
        return export_register(desk.ledger, cls, out, purpose=purpose, query=query)

    def then(result: dict[str, Any]) -> None:
        desk.asker.tell(parent, _done(result["rows"], out))

    desk.operations.ask(work, then, parent=parent)


def _done(rows: int, out: Path) -> str:
    return _tr(
        "{rows}件を「{file}」に書き出しました。"
        "このファイルは暗号化されていません。保管場所と消去に注意してください。"
    ).format(rows=f"{rows:,}", file=out.name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("register_export", text)
