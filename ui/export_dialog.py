"""Write a register to a file: which format, where to, and what the format could not carry."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from models.access import Act
from models.ledger import Ledger
from models.records import Record
from models.store import Query
from ui.asking import completed, dialog_buttons
from ui.exporting import export_register
from ui.fitting import fit
from ui.import_parts import LinesModel, LinesView
from ui.operations import Operations
from ui.saving import ask_purpose

FORMATS = (
    (".xlsx", "utf-8", "Excel（.xlsx）", "文字はすべてそのまま書けます。"),
    (".csv", "utf-8", "CSV（UTF-8、BOM付き）", "Excelで開けます。文字はすべてそのまま書けます。"),
    (".csv", "cp932", "CSV（シフトJIS、CP932）",
     "古いソフト向けです。𠮷など書けない文字は〓にして、一覧で知らせます。"),
    (".json", "utf-8", "JSON", "ほかのプログラム向けです。"),
)  # fmt: skip


def open_export(
    ledger: Ledger,
    operations: Operations,
    parent: QWidget | None,
    record_type: type[Record],
    contract_id: str = "",
    *,
    query: Query | None = None,
    name: str = "",
) -> "ExportDialog":
    """Open the dialog for a register, or for the rows of a query."""
    dialog = ExportDialog(ledger, operations, record_type, contract_id, query, name, parent)
    dialog.open()
    return dialog


class ExportDialog(QDialog):
    """Choose a format, name a file, and read what could not be written."""

    def __init__(
        self,
        ledger: Ledger,
        operations: Operations,
        record_type: type[Record],
        contract_id: str,
        query: Query | None,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ledger, self._operations = ledger, operations
        self._cls, self._contract_id, self._query = record_type, contract_id, query
        self._name = name or record_type.label
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("{what}の書出し").format(what=self._name))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        self.formats = QButtonGroup(self)
        for number, (_, _, title, hint) in enumerate(FORMATS):
            button = QRadioButton(title)
            self.formats.addButton(button, number)
            label = QLabel(hint)
            label.setProperty("kind", "muted")
            label.setContentsMargins(24, 0, 0, 6)
            column.addWidget(button)
            column.addWidget(label)
        self.formats.button(0).setChecked(True)
        care = QLabel(
            self.tr("書き出したファイルは暗号化されません。保管場所と消去に注意してください。")
        )
        care.setProperty("kind", "care")
        care.setWordWrap(True)
        column.addWidget(care)
        column.addWidget(dialog_buttons(self, self.tr("書き出す…")))

    def accept(self) -> None:
        """Ask for the file and write it; the dialog stays when the user turns back."""
        suffix, encoding, title, _ = FORMATS[self.formats.checkedId()]
        proposed = f"{self._name}_{self._ledger.today():%Y%m%d}{suffix}"
        chosen = self._operations.asker.save_file(
            self, self.windowTitle(), f"{title} (*{suffix})", proposed
        )
        asker = self._operations.asker
        out = completed(asker, self, chosen, suffix)
        purpose = ask_purpose(asker, self._ledger, Act.EXPORT, self, self._name) if out else None
        if out is None or purpose is None:
            return

        def work() -> dict[str, Any]:
            return export_register(
                self._ledger, self._cls, out, contract_id=self._contract_id, query=self._query,
                encoding=encoding, purpose=purpose,
            )  # fmt: skip

        def then(report: dict[str, Any]) -> None:
            self._done(report, out)

        self._operations.ask(work, then, parent=self)

    def _done(self, report: dict[str, Any], out: Path) -> None:
        told = self.tr("{rows}件を「{file}」に書き出しました。").format(
            rows=f"{report['rows']:,}", file=out.name
        )
        parent = self.parentWidget()
        super().accept()
        if report["lost"]:
            LostDialog(told, report["lost"], parent).open()
        else:
            self._operations.asker.tell(parent, told)


class LostDialog(QDialog):
    """The characters that the chosen format could not carry, with their places."""

    def __init__(
        self, told: str, lost: list[dict[str, Any]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("書けなかった文字"))
        fit(self, 560, 420)
        column = QVBoxLayout(self)
        label = QLabel(
            told
            + self.tr(
                "次の文字はこの形式では書けないため、〓にしました。"
                "文字をすべて残すには、ExcelかCSV（UTF-8）を選んでください。"
            )
        )
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(label)
        self.view = LinesView()
        headings = [self.tr("行"), self.tr("列"), self.tr("文字")]
        self.view.show_rows(LinesModel(headings, lost, _place_of))
        column.addWidget(self.view, 1)
        column.addWidget(dialog_buttons(self, self.tr("閉じる")))


def _place_of(row: dict[str, Any]) -> tuple[str, str, str]:
    code = str(row["character"])
    return str(row["line"]), str(row["column"]), f"{chr(int(code[2:], 16))}（{code}）"
