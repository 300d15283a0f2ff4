"""Papers that cannot be drawn, written or printed."""

from models.errors.base import AzukariError


class UnprintableCharacter(AzukariError):
    """A text holds a character that no font of the paper can draw. Facts: characters, where."""

    code = "UNPRINTABLE_CHARACTER"
    sentence = "「{where}」に印刷できない文字があります（{characters}）。別の表記に直してから、もう一度お試しください。"


class PaperNotWritten(AzukariError):
    """A paper was sealed and kept, but its file could not be written. Facts: number, file."""

    code = "PAPER_NOT_WRITTEN"
    exit_code = 5
    sentence = (
        "書類「{number}」は確定し、台帳に保管しましたが、「{file}」に書き出せませんでした。"
        "もう一度確定せずに、画面の「書類」の一覧から保存してください。"
    )


class FontMissing(AzukariError):
    """A font file of the program is missing or damaged. Fact: file."""

    code = "FONT_MISSING"
    exit_code = 5
    sentence = "文字の書体ファイル「{file}」がありません。預り台帳を入れ直してください。"


class PrinterMissing(AzukariError):
    """No printer is set up."""

    code = "PRINTER_MISSING"
    exit_code = 5
    sentence = "印刷できるプリンターがありません。プリンターの接続と設定を確かめるか、PDFとして保存してください。"
