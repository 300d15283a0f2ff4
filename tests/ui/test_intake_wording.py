"""Words of fixed lists that the ledger does not know are asked for once, for all rows that have them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from models.codes import EmploymentType, ItemOrigin, Ownership, PlaceKind
from models.intake.parts import Options
from models.records import Item, Person, Place
from tests.house import House, furnished
from tests.intake_stage import reason, set_stage, take, write
from tests.ui.conftest import Hand
from tests.ui.test_console_import import Speak, speaker
from tests.ui.test_import_dialog import choose
from ui.import_dialog import ImportDialog, open_import
from ui.operations import Operations

HEAD = "管理番号,媒体の種類,名称,数量,保管場所,由来,所有"
ROWS = (
    "M-1,CD-R,甲,1枚,耐火金庫,借用,市",
    "M-2,CD-R,乙,1枚,耐火金庫,借 用,",
    "M-3,CD-R,丙,1枚,耐火金庫,貸与,借用",
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        yield made


def register(folder: Path) -> Path:
    return write(folder, "\n".join((HEAD, *ROWS)), "媒体.csv")


def test_an_unknown_word_is_asked_once_for_all_rows_with_its_choices(
    house: House, tmp_path: Path
) -> None:
    intake = take(house, register(tmp_path), dry_run=True)
    assert intake.accepted == 0
    assert "「由来」の「借用」" in reason(intake, 2) and "取込みの質問" in reason(intake, 2)
    asked = {(one.subject, one.word): one for one in intake.questions}
    assert set(asked) == {
        ("words.origin", "借用"), ("words.origin", "借 用"),
        ("words.ownership", "市"), ("words.ownership", "借用"),
    }  # fmt: skip
    origins = asked[("words.origin", "借用")].choices
    assert (ItemOrigin.LENT.value, ItemOrigin.LENT.label) in origins


def test_one_answer_serves_every_row_in_its_column_alone(house: House, tmp_path: Path) -> None:
    answered = Options(
        words={"origin": {"借用": "lent"}, "ownership": {"市": "client", "借用": "leased"}}
    )
    items = take(house, register(tmp_path), dry_run=True, options=answered).items
    assert [one.origin for one in items] == [ItemOrigin.LENT] * 3
    assert [one.ownership for one in items] == [
        Ownership.CLIENT, Ownership.CLIENT, Ownership("leased"),
    ]  # fmt: skip


def test_other_registers_ask_as_well_also_for_a_part_of_a_cell(
    house: House, tmp_path: Path
) -> None:
    people = write(tmp_path, "氏名,所属組織,雇用形態\n見本 一郎,株式会社みほん,バイト", "人.csv")
    [question] = take(house, people, Person, dry_run=True).questions
    assert (question.subject, question.word) == ("words.employment_type", "バイト")
    places = write(
        tmp_path,
        "名称,所在地,階・室,区分,施錠,入退室管理,保管設備\n奥の部屋,見本市,3階,作業場所・物置,はい,はい,保管庫",
        "場所.csv",
    )
    [question] = take(house, places, Place, dry_run=True).questions
    assert (question.subject, question.word) == ("words.kinds", "物置")
    given = Options(words={"kinds": {"物置": "storage"}})
    [place] = take(house, places, Place, dry_run=True, options=given).records
    assert isinstance(place, Place) and place.kinds == (PlaceKind.WORK, PlaceKind.STORAGE)
    given = Options(words={"employment_type": {"バイト": "part_time"}})
    intake = take(house, people, Person, dry_run=True, options=given)
    assert "雇用形態" not in "".join(told for _, told in intake.refused)
    assert all(one.employment_type is EmploymentType.PART_TIME for one in intake.records
               if isinstance(one, Person))  # fmt: skip


# --- window and console ---------------------------------------------------------------------------


@pytest.fixture
def operations(hand: Hand, qapp: QApplication) -> Iterator[Operations]:
    made = Operations(hand)
    yield made
    made.close()


def test_the_window_asks_for_it_and_shows_every_heading_whole(
    house: House, operations: Operations, hand: Hand, qtbot: QtBot, tmp_path: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)

    def wait() -> None:
        qtbot.waitUntil(lambda: not operations.busy, timeout=10_000)

    hand.answers.append(register(tmp_path))
    open_import(house.ledger, operations, window, Item, house.story.contract.id)
    wait()
    [dialog] = window.findChildren(ImportDialog)
    dialog.forward()
    wait()
    for word in ("借用", "借 用"):
        choose(dialog.questions.answer_box("words.origin", word), "貸与")
    choose(dialog.questions.answer_box("words.ownership", "市"), "委託者")
    assert [label for label in _labels(dialog) if label.startswith("由来「借用」")]
    dialog.forward()
    wait()
    intake = dialog.intake()
    assert intake is not None and intake.accepted == 2
    head = dialog.taking.horizontalHeader()
    for column in range(dialog.taking.model().columnCount()):
        assert head.sectionSize(column) >= head.sectionSizeHint(column)
    dialog.close()


def _labels(dialog: ImportDialog) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [one.text() for one in dialog.questions.findChildren(QLabel)]


@pytest.fixture
def speak(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Speak:
    house.ledger.close()
    return speaker(house.office, house.folder / "ledger", tmp_path, capsys)


def test_the_console_answers_for_a_word_or_for_the_word_of_one_column(
    speak: Speak, tmp_path: Path
) -> None:
    path = str(register(tmp_path))
    told = speak("import", path, "--record", "item", "--dry-run")[1]
    assert {one["subject"] for one in told["questions"]} == {"words.origin", "words.ownership"}
    answers = ("--answer", "由来：借用=貸与", "--answer", "由来:借 用=貸与",
               "--answer", "所有：借用=リース", "--answer", "市=client")  # fmt: skip
    code, told = speak("import", path, "--record", "item", *answers)
    assert (code, told["accepted"], told["questions"]) == (0, 3, [])


def test_an_answer_that_no_list_knows_is_refused_with_the_list(
    speak: Callable[..., tuple[int, dict[str, Any]]], tmp_path: Path
) -> None:
    path = str(register(tmp_path))
    code, told = speak("import", path, "--record", "item", "--answer", "市=だれか")
    assert code == 2 and "次から選んでください" in told["message"] and "だれか" in told["message"]


def test_a_word_of_ours_that_holds_a_dot_is_one_word(house: House, tmp_path: Path) -> None:
    places = write(
        tmp_path,
        "名称,所在地,階・室,区分,施錠,入退室管理,保管設備\n奥の部屋,見本市,3階,機器の設置室・区域,はい,はい,保管庫",
        "場所.csv",
    )
    intake = take(house, places, Place, dry_run=True)
    assert intake.questions == () and "区分" not in "".join(why for _, why in intake.refused)
