"""The steps of the first hour, each a small form that says what is still missing."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from models import wareki
from models.codes import (
    Code,
    ContractStatus,
    EmploymentType,
    OnsiteRule,
    OrganizationKind,
)
from models.errors import AzukariError
from models.opening import Opening
from models.profile_shelf import offered
from models.profiles import Profile
from models.records import Contract, Organization, Person
from ui.asking import Asker
from ui.keys import EnterMovesOn
from ui.layout import add_row, button, form, heading, note, say, scrolling, slim
from ui.new_password import NewPassword
from ui.operations import Operations
from ui.sheet_panel import SheetPanel

CHOOSE = "選んでください"
YES_NO = ((False, "無"), (True, "有"))


class Step(QWidget):
    """One step: a heading, an explanation, fields, and what is missing."""

    word = ""
    explanation = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(4, 4, 4, 4)
        self.column.setSpacing(12)
        self.column.addWidget(heading(self.word))
        self.column.addWidget(note(self.explanation))
        self.rows: QFormLayout = form()
        self.column.addLayout(self.rows)

    def problem(self) -> str:
        """Return why the wizard cannot go on, "" when it can."""
        return ""

    def entered(self) -> None:
        """Prepare what depends on earlier steps; put the cursor in the first field."""
        first = self.findChild(QLineEdit)
        if first is not None:
            first.setFocus()

    def line(self, label: str, hint: str = "", value: str = "") -> QLineEdit:
        """Add a one-line field; Enter moves on."""
        made = QLineEdit(value)
        made.setPlaceholderText(hint)
        made.setMaxLength(200)
        EnterMovesOn(made)
        add_row(self.rows, label, made)
        return made

    def missing(self, **lines: QLineEdit) -> str:
        """Return the sentence for the first empty line; keywords are labels."""
        for label, made in lines.items():
            if not made.text().strip():
                made.setFocus()
                return f"「{label}」を入力してください。"
        return ""


class FolderStep(Step):
    word = "台帳の場所"
    explanation = (
        "台帳のフォルダーを新しく作ります。このPCの中の、ほかの人が使わない場所にしてください。"
        "共有フォルダーやクラウドの同期フォルダーは使えません。"
    )

    def __init__(self, asker: Asker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        self.parent_folder = QLineEdit(QStandardPaths.writableLocation(documents))
        row = QHBoxLayout()
        row.addWidget(self.parent_folder, 1)
        row.setSpacing(8)
        row.addWidget(button(self.tr("選ぶ…"), self._choose))
        add_row(self.rows, self.tr("場所"), row)
        self.parent_folder.setAccessibleName(self.tr("場所"))
        self.name = self.line(self.tr("フォルダー名"), value=self.tr("預り台帳"))
        self.made: Path | None = None  # a folder that this wizard has already made

    def folder(self) -> Path:
        return Path(self.parent_folder.text().strip()) / self.name.text().strip()

    def problem(self) -> str:
        empty = self.missing(場所=self.parent_folder, フォルダー名=self.name)
        if empty:
            return empty
        folder = self.folder()
        if not folder.parent.is_dir():
            return f"「{folder.parent}」がありません。場所を選び直してください。"
        if folder.exists() and folder != self.made:
            return f"「{folder.name}」は、すでにあります。別の名前にしてください。"
        return ""

    def _choose(self) -> None:
        folder = self._asker.folder(self, self.tr("台帳を作る場所"), self.parent_folder.text())
        if folder is not None:
            self.parent_folder.setText(str(folder))


class OrganizationStep(Step):
    word = "受託者（自社）"
    explanation = "書類の差出人になります。登記のとおりに入力してください。"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = self.line("名称", "株式会社みどり情報")
        self.kana = self.line("フリガナ", "カブシキガイシャミドリジョウホウ")
        self.title = self.line("代表者職名", "代表取締役")
        self.representative = self.line("代表者氏名")
        self.postal = self.line("郵便番号")
        self.address = self.line("所在地")
        self.phone = self.line("電話番号")

    def problem(self) -> str:
        return self.missing(
            名称=self.name, 代表者職名=self.title, 代表者氏名=self.representative,
            所在地=self.address,
        )  # fmt: skip

    def record(self) -> Organization:
        return Organization(
            kinds=(OrganizationKind.CONTRACTOR,),
            name=self.name.text().strip(),
            name_kana=self.kana.text().strip(),
            representative_title=self.title.text().strip(),
            representative_name=self.representative.text().strip(),
            postal_code=self.postal.text().strip(),
            address=self.address.text().strip(),
            phone=self.phone.text().strip(),
        )


class PersonStep(Step):
    word = "責任者"
    explanation = (
        "この台帳の最初の責任者です。従事者・媒体・書類の登録と、ほかの利用者の追加ができます。"
        "氏名は戸籍や名簿のとおりの文字で入力してください。"
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = self.line("氏名")
        self.kana = self.line("フリガナ")
        self.title = self.line("職名", "情報処理課長")
        self.department = self.line("部署")
        self.employment = choices(EmploymentType)
        add_row(self.rows, "雇用形態", self.employment)

    def problem(self) -> str:
        return self.missing(氏名=self.name, フリガナ=self.kana, 職名=self.title)

    def record(self) -> Person:
        return Person(
            organization_id="-",  # the opening puts the contractor's own id here
            name=self.name.text().strip(),
            name_kana=self.kana.text().strip(),
            job_title=self.title.text().strip(),
            department=self.department.text().strip(),
            employment_type=EmploymentType.read(self.employment.currentData()),
        )


class PasswordStep(Step):
    word = "利用者名とパスワード"
    explanation = (
        "責任者が台帳を開くときに使います。パスワードはだれにも教えず、紙に書かないでください。"
        "忘れたときは、次の画面の回復シートで開きます。"
    )

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.own: tuple[str, ...] = ()
        self.login = self.line("利用者名", "半角の英小文字と数字（例 sato）")
        self.password = NewPassword(operations, lambda: (*self.own, self.login.text()))
        self.column.addWidget(self.password)
        self.column.addStretch()

    def problem(self) -> str:
        login = self.login.text().strip()
        if not login or not login.isascii() or not login.isalnum():
            self.login.setFocus()
            return "「利用者名」は、半角の英字と数字で入力してください。"
        return self.password.problem()


class SheetStep(Step):
    word = "回復シート"
    explanation = (
        "パスワードを忘れたときやPCが壊れたときに、台帳を開く最後の手段です。"
        "印刷して封筒に入れ、施錠できる場所に保管してください。この画面を閉じると二度と表示できません。"
    )

    def __init__(
        self,
        operations: Operations,
        facts: Callable[[], tuple[str, date]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.panel = SheetPanel(operations, facts)
        self.text, self.typed = self.panel.text, self.panel.typed
        self.column.addWidget(self.panel)

    def entered(self) -> None:
        self.typed.setFocus()

    def problem(self) -> str:
        if not self.typed.toPlainText().strip():
            return "回復シートの文字を入力してください。正しく控えたことを確かめます。"
        return ""


class ContractStep(Step):
    word = "最初の契約"
    explanation = "委託者（市区町村など）との契約を登録します。あとで「契約・組織」で直せます。"

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        today: Callable[[], date],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._profiles = profiles
        self._today = today
        self.number = self.line("契約番号", "R8-001")
        self.title = self.line("業務名", "児童手当データ入力業務")
        self.client = self.line("委託者", "○○市")
        self.department = self.line("所管課", "市民課")
        self.addressee = self.line("あて名", "○○市長")
        self.profile = unanswered(offered(profiles))
        add_row(self.rows, "適用する特記事項", self.profile)
        self.signed = self._day("締結日")
        self.starts = self._day("契約開始日")
        self.ends = self._day("契約終了日")
        self.purpose = self.line("業務の目的", "児童手当の申請内容の入力と点検")
        self.specific = unanswered(YES_NO)
        self.confidential = unanswered(YES_NO)
        self.onsite = unanswered((str(code), code.label) for code in OnsiteRule)
        add_row(self.rows, "特定個人情報", self.specific)
        add_row(self.rows, "機密情報", self.confidential)
        add_row(self.rows, "作業場所の原則", self.onsite)

    def problem(self) -> str:
        empty = self.missing(
            契約番号=self.number, 業務名=self.title, 委託者=self.client, 締結日=self.signed,
            契約開始日=self.starts, 契約終了日=self.ends, 業務の目的=self.purpose,
        )  # fmt: skip
        if empty:
            return empty
        for label, box in (
            ("適用する特記事項", self.profile), ("特定個人情報", self.specific),
            ("機密情報", self.confidential), ("作業場所の原則", self.onsite),
        ):  # fmt: skip
            if box.currentData() is None:
                box.setFocus()
                return f"「{label}」を選んでください。"
        try:
            problems = list(self.records("x" * 32, "x" * 32)[1].problems())
        except AzukariError as error:
            return str(error)
        return problems[0] if problems else ""

    def records(self, client_id: str, contractor_id: str) -> tuple[Organization, Contract]:
        """Return the client and the contract.

        Raises:
            InvalidField: a date cannot be read.
        """
        client = Organization(
            id=client_id,
            kinds=(OrganizationKind.CLIENT,),
            name=self.client.text().strip(),
            departments=tuple(filter(None, [self.department.text().strip()])),
        )
        profile = self._profiles[self.profile.currentData()]
        starts = _read_day("契約開始日", self.starts)
        signed = _read_day("締結日", self.signed)
        ahead = signed > self._today()  # it is known before it is concluded
        contract = Contract(
            contract_no=self.number.text().strip(),
            title=self.title.text().strip(),
            client_org_id=client_id,
            client_department=self.department.text().strip(),
            client_title=self.addressee.text().strip(),
            contractor_org_id=contractor_id,
            profile_code=profile.code,
            profile_version=profile.version,
            profile_sha256=profile.sha256,
            signed_on=signed,
            starts_on=starts,
            ends_on=_read_day("契約終了日", self.ends),
            work_start_on=starts,
            purpose=self.purpose.text().strip(),
            handles_specific_pi=self.specific.currentData(),
            handles_confidential_info=self.confidential.currentData(),
            onsite_rule=OnsiteRule.read(self.onsite.currentData()),
            status=ContractStatus.PREPARING if ahead else ContractStatus.ACTIVE,
        )
        return client, contract

    def _day(self, label: str) -> QLineEdit:
        """Add a day that says in words what it understood."""
        made = QLineEdit()
        made.setPlaceholderText("R8.4.1　令和8年4月1日　2026/4/1")
        EnterMovesOn(made)
        echo = note(" ")
        made.textChanged.connect(lambda typed: say(echo, _understood(typed)))
        row = QHBoxLayout()
        row.addWidget(made, 1)
        row.addWidget(echo, 1)
        row.setSpacing(12)
        add_row(self.rows, label, row)
        made.setAccessibleName(label)
        return made


class BackupStep(Step):
    word = "バックアップの保存先"
    explanation = (
        "外付けディスクやUSBメモリーなど、PCとは別の媒体のフォルダーを選んでください。"
        "バックアップは暗号化されます。まだ決まっていなければ、空欄のまま進めます。"
    )
    JOURNAL = (
        "更新ジャーナルは、記帳のたびに同じ内容を別の媒体にも書いたものです。PCが壊れても、"
        "最後のバックアップと合わせて、最後の記帳まで戻せます。つないだままにできる媒体を選んでください。"
        "つながっていない間は、責任者が理由を記帳しない限り、記帳できません。"
    )

    def __init__(self, asker: Asker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        self.folder = QLineEdit()
        self.folder.setAccessibleName("保存先")
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.setSpacing(8)
        row.addWidget(button(self.tr("選ぶ…"), self._choose))
        add_row(self.rows, "保存先", row)
        self.journal = QLineEdit()
        self.journal.setAccessibleName("更新ジャーナルの保存先")
        second = QHBoxLayout()
        second.addWidget(self.journal, 1)
        second.setSpacing(8)
        second.addWidget(button(self.tr("選ぶ…"), self._choose_journal))
        add_row(self.rows, "更新ジャーナルの保存先", second)
        self.column.addWidget(note(self.JOURNAL))
        self.column.addStretch()

    def problem(self) -> str:
        for line in (self.folder, self.journal):
            typed = line.text().strip()
            if typed and not Path(typed).is_dir():
                return f"「{typed}」が見つかりません。媒体を接続して、選び直してください。"
        return ""

    def _choose(self) -> None:
        folder = self._asker.folder(self, self.tr("バックアップの保存先"))
        if folder is not None:
            self.folder.setText(str(folder))

    def _choose_journal(self) -> None:
        folder = self._asker.folder(self, self.tr("更新ジャーナルの保存先"))
        if folder is not None:
            self.journal.setText(str(folder))


class DoneStep(Step):
    word = "準備ができました"
    explanation = "「台帳を開く」を押すと、今日の画面が開きます。"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for line in (
            "次にすること",
            "　1　「今日」に、最初の受領までにすることが順に出ます。",
            "　2　「設定・利用者」で、証印を作り、指紋を委託者に伝えます。",
            "　3　そこまで済んだら、受け取った媒体の受領を記録します。",
            "　4　その日の終わりに、バックアップを取ります。",
        ):
            self.column.addWidget(QLabel(line))
        self.column.addStretch()


def opening(organization: OrganizationStep, person: PersonStep, password: PasswordStep) -> Opening:
    """Put together what the first three forms say."""
    return Opening(organization.record(), person.record(), password.login.text().strip())


def scrolled(step: Step) -> QWidget:
    """Return the step inside an area that scrolls when the screen is small."""
    step.column.addStretch()
    for box in step.findChildren(QComboBox):
        slim(box)
    return scrolling(step)


def choices(codes: type[Code]) -> QComboBox:
    """Return a box with the labels of a vocabulary."""
    box = QComboBox()
    for code in codes:
        box.addItem(code.label, str(code))
    return box


def unanswered(words: Iterable[tuple[object, str]]) -> QComboBox:
    """Return a box of values with their words in which nothing is answered for anybody."""
    box = QComboBox()
    box.addItem(CHOOSE, None)
    for value, said in words:
        box.addItem(said, value)
    return box


def _understood(typed: str) -> str:
    try:
        return wareki.format_wareki(wareki.parse_date(typed)) if typed.strip() else " "
    except AzukariError:
        return " "


def _read_day(label: str, line: QLineEdit) -> date:
    return wareki.parse_date(line.text(), field=label)


def values(step: Step) -> tuple[Any, ...]:
    """Return what stands in the lines and boxes of a step, to notice a change."""
    return (
        *(line.text() for line in step.findChildren(QLineEdit)),
        *(box.currentIndex() for box in step.findChildren(QComboBox)),
    )
