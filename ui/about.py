"""What the program is, its version, and the honest statement of what it can and cannot do."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources import VERSION
from ui.layout import heading, plain, scrolling

# security.md 2.4; the manual and the back of certificates print the same sentences.
STATEMENT = (
    "このプログラムは、パスワードが強く、PCの電源が切れているかロックされているとき、"
    "なくした・盗まれたPCや媒体の中のデータを守ります。",
    "記録を後から変えたときは、紙またはファイルで最後にお渡しした時点までの変更が分かります。",
    "利用者名とパスワードで台帳を開いている人が、見ること・手で写すこと・写真に撮ることは止められません。",
    "このPCの不正なプログラムや、PCの管理者に対しては守れません。",
    "記録されなかったことは、このプログラムには分かりません。",
    "表示する時刻は、このPCの時計によるものです。",
    "証印は、ファイルがこの台帳で作られ、変わっていないことを示します。"
    "電子署名法にいう本人の電子署名ではなく、認定タイムスタンプも付きません。",
    "利用者を削除する前に作られた写しとバックアップは、当時読めた人には、その後も読めます。",
)
FONTS = (
    "書体　BIZ UDゴシック・BIZ UD明朝（SIL Open Font License 1.1）、"
    "IPAmj明朝（IPAフォントライセンス）"
)


class AboutPart(QWidget):
    """Version, statement and licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setSpacing(10)
        column.addWidget(heading(self.tr("預り台帳　版 {0}").format(VERSION)))
        column.addWidget(plain(self.tr("できることと、できないこと")))
        for sentence in STATEMENT:
            column.addWidget(plain(f"・{sentence}"))
        column.addWidget(plain(FONTS))
        column.addWidget(plain(self.tr("このプログラムはネットワークを使いません。")))
        column.addStretch()
        area = scrolling(inside, self.tr("このプログラムについて"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
