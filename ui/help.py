"""F1: a few lines for each page, in the words of the office."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from ui.layout import button, heading

COMMON = (
    "Ctrl+1～9　画面の切替え　／　Ctrl+K　検索　／　Ctrl+L　ロック　／　Ctrl+U　利用者の交代",
    "Enter と Tab で次の欄へ進みます。変換を確定する Enter では進みません。",
    "バーコードは、どの画面でも読み取れます。その媒体・資料が開きます。",
)

TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "today": (
        "今日",
        (
            "今日すること、期限の近いもの、持出し中の媒体をまとめて示します。",
            "項目を選んで Enter を押すと、その記録の画面へ移ります。",
            "赤い「×」は契約に反している点、黄色い「！」は期限の近い点です。言葉でも示します。",
            "「確認待ちの例外」は、ほかの方が理由を読んで確認します。自分の分は確認できません。",
            "朝と退出前に、この画面を確認してください。",
        ),
    ),
    "handling": (
        "取扱記録",
        (
            "受領・利用・複写・持出し・返却・消去・廃棄を、したその日に記録します。",
            "下の F キーで取扱いの種類を選び、媒体はバーコードか番号で指定します。",
            "記録は消せません。誤りは「訂正」で新しい記録を加えます。元の記録は線を引いて残ります。",
            "起きた時刻と記録した時刻の両方が残ります。遅れて記録するときは理由を入れてください。",
            "責任者は「確認」で、その日の記録を確かめます。",
        ),
    ),
    "items": (
        "媒体・資料",
        (
            "お預かりした媒体・書類と、その複写物の台帳です。",
            "一つを選ぶと、受領から返却・廃棄までの経過が時間の順に表示されます。",
            "複写物は元の媒体の下に並びます。契約の終了までに、すべて返却か廃棄にします。",
            "見出しを押すと並べ替え、その下の欄で絞り込みができます。",
        ),
    ),
    "authorization": (
        "承諾・指示",
        (
            "委託者から受けた承諾・指示・協議の結果を登録します。",
            "持出し・複写・再委託などは、ここに登録した承諾を選んで記録します。",
            "承諾書の写しを添付できます。期限のある承諾は、切れる前に「今日」に出ます。",
            "口頭の指示は、日時と相手の氏名を必ず入れてください。",
        ),
    ),
    "people": (
        "従事者・場所",
        (
            "従事者とその指定（役割・期間）、作業場所を登録します。",
            "氏名は戸籍や名簿のとおりの文字で入れてください。検索では字体の違いを区別しません。",
            "従事を終えた人は、削除せずに「従事終了日」を入れます。",
            "作業場所を変えるときは、先に届出・承諾を済ませてください。",
        ),
    ),
    "contracts": (
        "契約・組織",
        (
            "契約、委託者・受託者などの組織、お預かりする個人情報の一覧を登録します。",
            "契約ごとに「適用する特記事項」を選びます。言葉・期限・書式がそれに合わせて変わります。",
            "契約の所管課・あて名は、書類の宛先に印字されます。",
            "契約を結び直したときは、訂正ではなく新しい契約として登録してください。",
        ),
    ),
    "papers": (
        "書類",
        (
            "預り証・届出書・証明書などを作り、確定し、提出を記録します。",
            "「作成」で種類と対象を選ぶと、確定する前に画面で確かめられます。",
            "確定すると番号と電子の証印が付き、内容はもう変えられません。",
            "「検証」は、ファイルが確定したときのままかどうかを調べます。",
            "役所で検証できるように、証印の指紋（設定・利用者）を先に伝えておいてください。",
        ),
    ),
    "backup": (
        "バックアップ",
        (
            "「今すぐバックアップ」は、台帳全体を暗号化した一つのファイルに書き出します。",
            "書いたあとに読み直して確かめ、確かめられたものだけを「正常」と記録します。",
            "別の媒体（外付けディスクなど）に保存し、施錠できる場所で保管してください。",
            "復元は新しいフォルダーに行います。今の台帳は上書きしません。",
        ),
    ),
    "settings": (
        "設定・利用者",
        (
            "利用者の追加・停止・パスワードの再発行と、自分のパスワードの変更を行います。",
            "一人に一つの利用者名を使います。共用はできません。",
            "証印は、確定した書類がこの台帳で作られたことを示します。指紋を委託者に伝えてください。",
            "設定は責任者とシステム管理者だけが変えられます。",
        ),
    ),
}


def help_text(key: str) -> tuple[str, tuple[str, ...]]:
    """Return the heading and the lines for a page; an unknown page gets the common lines."""
    word, lines = TEXTS.get(key, ("預り台帳", ()))
    return word, (*lines, *COMMON)


class HelpDialog(QDialog):
    """Shows the help of one page."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        word, lines = help_text(key)
        self.setWindowTitle(self.tr("「{0}」の説明").format(word))
        self.setMinimumWidth(640)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(heading(word))
        for line in lines:
            label = QLabel(f"・{line}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            column.addWidget(label)
        close = button(self.tr("閉じる"), self.accept, primary=True)
        close.setDefault(True)
        column.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
