"""Ledgers, and the answers of the user, for tests of the window: real files, a scripted hand."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import BuiltinFunctionType, FrameType
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6.Shiboken import Object

from models.codes import ContractStatus, EmploymentType, OnsiteRule, OrganizationKind
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.profiles import Profile
from models.records import Contract, Organization, Person
from tests import patched
from tests.house import FIRST_DAY, cheap_office
from tests.ui.daily import Site, make_site
from tests.ui.shell import Answers, make_office
from ui.operations import Operations
from ui.page import Desk
from ui.sample.clock import StoryClock

PASSWORD = "みどりの小道をあるく 4"
TODAY = FIRST_DAY


class Hand:
    """Answers the questions of the screens from a list, and remembers what was said.

    When the list is empty it agrees: a window that is closed after a test may still ask, and an
    exception inside a Qt override would end the whole run.
    """

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.said: list[str] = []
        self.chosen: str | None = None  # the first that is offered

    def tell(self, parent: QWidget | None, sentence: str) -> None:
        self.said.append(sentence)

    def warn(self, parent: QWidget | None, sentence: str) -> None:
        self.said.append(sentence)

    def confirm(
        self, parent: QWidget | None, question: str, *, yes: str = "はい", no: str = "いいえ"
    ) -> bool:
        self.said.append(question)
        return bool(self._answer(True))

    def line(
        self, parent: QWidget | None, title: str, question: str, *, value: str = ""
    ) -> str | None:
        self.said.append(question)
        answer = self._answer(None)
        return None if answer is None else str(answer)

    def choice(
        self, parent: QWidget | None, title: str, question: str, offered: Sequence[str],
        value: str = "",
    ) -> str | None:  # fmt: skip
        self.said.append(question)
        return self.chosen if self.chosen is not None else offered[0]

    def folder(self, parent: QWidget | None, title: str, start: str = "") -> Path | None:
        return self._path()

    def open_file(
        self, parent: QWidget | None, title: str, pattern: str, start: str = ""
    ) -> Path | None:
        return self._path()

    def save_file(
        self, parent: QWidget | None, title: str, pattern: str, name: str = ""
    ) -> Path | None:
        self.said.append(name)
        return self._path()

    def _answer(self, otherwise: object) -> object:
        return self.answers.pop(0) if self.answers else otherwise

    def _path(self) -> Path | None:
        answer = self._answer(None)
        return answer if isinstance(answer, Path) else None


@pytest.fixture(autouse=True)
def careless(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notice whatever work beside the window asks of Qt: its answers are the window's alone.

    A test that plants such work empties the list. All work is closed at the end of the test.
    """
    found: list[str] = []
    worked: set[Operations] = set()
    carry_out = Operations._work

    def look(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and _is_qt(called):
            found.append(f"{called!r} at {frame.f_code.co_filename}:{frame.f_lineno}")

    def watched(operations: Operations, number: int) -> None:
        worked.add(operations)
        sys.setprofile(look)
        try:
            carry_out(operations, number)
        finally:
            sys.setprofile(None)

    monkeypatch.setattr(Operations, "_work", watched)
    patched.watch(monkeypatch)  # what every test has done by then is no matter
    yield found
    for operations in worked:
        operations.close()
    assert not found


@pytest.fixture(autouse=True)
def collected_beside() -> Iterator[list[str]]:
    """Notice Python looking for garbage beside the window: what it finds there may be a widget.

    A widget that falls in another thread damages the heap, and some later test pays for it.
    """
    found: list[str] = []

    def look(phase: str, _about: dict[str, int]) -> None:
        thread = threading.current_thread()
        if phase == "start" and thread is not threading.main_thread():
            found.append(thread.name)

    gc.callbacks.append(look)
    yield found
    gc.callbacks.remove(look)
    assert not found


def _is_qt(called: Any) -> bool:
    """Tell whether a function is one of an object of Qt, or of its class."""
    owner = called.__self__ if isinstance(called, BuiltinFunctionType) else None
    return issubclass(owner if isinstance(owner, type) else type(owner), Object)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office whose passwords cost nothing to derive."""
    return make_office(tmp_path)


@pytest.fixture
def answers() -> Answers:
    """What the user of the shell will answer."""
    return Answers()


@pytest.fixture
def operations(qapp: object, answers: Answers) -> Iterator[Operations]:
    """Work beside a window, for that user."""
    made = Operations(answers)
    yield made
    made.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new encrypted ledger with a contractor and its responsible person 山田 花子."""
    opened = new_ledger(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path) -> Iterator[Site]:
    """An office at work: a contract with three items received in the morning."""
    site = make_site(qtbot, tmp_path)
    yield site
    site.close()


@pytest.fixture
def profile(ledger: Ledger) -> Profile:
    """The words of 志木市."""
    return ledger.profiles["shiki"]


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def desk(ledger: Ledger, hand: Hand, qapp: object) -> Iterator[Desk]:
    """A desk over that ledger; where it was sent stands in nobody's memory."""
    operations = Operations(hand)
    yield Desk(ledger, operations, hand, lambda _type, _id: None)
    operations.close()


@pytest.fixture
def settled(desk: Desk, qtbot: object) -> Callable[[], None]:
    """Wait until all work beside the window has ended."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not desk.operations.busy, timeout=5000)  # type: ignore[attr-defined]

    return wait


@pytest.fixture
def contract(ledger: Ledger) -> Contract:
    """A contract with 志木市 in that ledger."""
    return add_contract(ledger)


@pytest.fixture
def add_person(ledger: Ledger) -> Callable[..., Person]:
    """Enter a person of the contractor and return the record."""

    def add(name: str, kana: str = "", **more: object) -> Person:
        person = Person(
            organization_id=contractor(ledger).id,
            name=name,
            name_kana=kana,
            employment_type=EmploymentType.REGULAR,
        ).with_changes(**more)
        change = ledger.registers.create(person)
        return ledger.registers.need(Person, change.ids[0]).record

    return add


def new_ledger(folder: Path) -> Ledger:
    """Make a new encrypted ledger in a folder."""
    office = cheap_office(folder, StoryClock(TODAY))
    return office.create(folder / "ledger", _opening(), PASSWORD)[0]


def contractor(ledger: Ledger) -> Organization:
    found = ledger.registers.all(Organization)
    return next(s.record for s in found if OrganizationKind.CONTRACTOR in s.record.kinds)


def add_contract(ledger: Ledger, number: str = "R8-001", **changes: object) -> Contract:
    client = Organization(kinds=(OrganizationKind.CLIENT,), name="志木市")
    bound = ledger.profiles["shiki"]
    contract = Contract(
        contract_no=number,
        title="住民情報入力業務",
        client_org_id=ledger.registers.create(client).ids[0],
        contractor_org_id=contractor(ledger).id,
        profile_code=bound.code,
        profile_version=bound.version,
        profile_sha256=bound.sha256,
        signed_on=TODAY.replace(month=4, day=1),
        starts_on=TODAY.replace(month=4, day=1),
        ends_on=TODAY.replace(year=2027, month=3, day=31),
        work_start_on=TODAY.replace(month=4, day=1),
        purpose="住民情報の入力",
        handles_specific_pi=False,
        handles_confidential_info=False,
        onsite_rule=OnsiteRule.ANY,
        status=ContractStatus.ACTIVE,
    ).with_changes(**changes)
    contract_id = ledger.registers.create(contract).ids[0]
    return ledger.registers.need(Contract, contract_id).record


def _opening() -> Opening:
    organization = Organization(
        kinds=(OrganizationKind.CONTRACTOR,),
        name="株式会社あずかり",
        name_kana="アズカリ",
        representative_title="代表取締役",
        representative_name="髙橋 一郎",
    )
    person = Person(
        organization_id="-",
        name="山田 花子",
        name_kana="ヤマダ ハナコ",
        employment_type=EmploymentType.REGULAR,
    )
    return Opening(organization, person, "yamada")
