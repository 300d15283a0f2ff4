"""A planted program is found and blocks the terminal until somebody answers for it (A-31)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from models.access import Act
from models.blocking import Answer
from models.codes import AttachmentKind, HandlingKind, SystemEventKind
from models.commands import creating, revising
from models.denied import parse_denied
from models.errors import (
    InputOutput,
    InvalidField,
    NotPermitted,
    Refused,
    TerminalBlocked,
)
from models.ledger import Ledger
from models.records import HandlingEvent, Item, SystemEvent
from resources import denied_programs
from storage.machine import PC
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0].login
WHY = "委託者の承認書第3号により、会議のために認められている"
PLANTED = ["Excel", "TeamViewer 15"]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    programs = ["Excel"]
    monkeypatch.setattr(PC, "programs", lambda pc: list(programs))
    return programs


@pytest.fixture
def house(tmp_path: Path, installed: list[str]) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, days=1) as made:
        made.office = replace(made.office, denied=parse_denied(denied_programs()))
        made.sign_in(BOSS)
        yield made


def plant(house: House, installed: list[str], programs: Sequence[str] = PLANTED) -> Ledger:
    installed[:] = programs
    return house.sign_in(BOSS)


def kinds(ledger: Ledger) -> list[SystemEventKind | None]:
    return [one.record.kind for one in ledger.registers.all(SystemEvent)]


def attach(ledger: Ledger) -> None:
    ledger.files.attach(b"x", name="a.txt", mime="text/plain", kind=AttachmentKind.OTHER)


def test_a_clean_terminal_works(house: House) -> None:
    assert not house.ledger.blocking.found
    attach(house.ledger)
    assert SystemEventKind.PROGRAM_FOUND not in kinds(house.ledger)


def test_a_planted_program_is_entered_and_blocks_what_is_new(
    house: House, installed: list[str]
) -> None:
    ledger = plant(house, installed)
    found = ledger.registers.all(SystemEvent)[-1].record
    assert found.kind is SystemEventKind.PROGRAM_FOUND and "TeamViewer 15" in found.detail
    assert any("使ってはならないプログラム" in notice for notice in ledger.notices)
    item = ledger.registers.all(Item)[0].record
    with pytest.raises(TerminalBlocked, match="TeamViewer"):
        ledger.registers.create(replace(item, id="", item_no="M-9999"))
    with pytest.raises(TerminalBlocked):
        house.story.day(ledger.today(), 2)
    with pytest.raises(TerminalBlocked):
        attach(ledger)
    with pytest.raises(TerminalBlocked):
        ledger.access.handed_out(Act.EXPORT, Item.type, purpose="控え一式")


def test_looking_printing_backup_and_verification_go_on(house: House, installed: list[str]) -> None:
    ledger = plant(house, installed)
    ledger.access.viewed(ledger.registers.all(Item)[0].record)
    ledger.access.handed_out(Act.PRINT, Item.type, purpose="事故の報告")
    (house.folder / "backup").mkdir()
    assert ledger.safe.backup(house.folder / "backup", lambda done, total: None).size
    assert ledger.safe.verify(full=True, progress=lambda done, total: None).ok


def test_it_is_entered_once_and_stays_until_it_is_answered(
    house: House, installed: list[str]
) -> None:
    plant(house, installed)
    ledger = house.sign_in(BOSS)
    assert kinds(ledger).count(SystemEventKind.PROGRAM_FOUND) == 1
    ledger = plant(house, installed, ["Excel"])  # removed, and nobody said so
    with pytest.raises(TerminalBlocked, match="TeamViewer"):
        attach(ledger)


def test_a_removed_program_frees_the_terminal_once_it_is_gone(
    house: House, installed: list[str]
) -> None:
    ledger = plant(house, installed)
    with pytest.raises(Refused, match="まだ入っています"):
        ledger.blocking.resolve(Answer.REMOVED, "本日アンインストールした")
    installed[:] = ["Excel"]
    ledger.blocking.resolve(Answer.REMOVED, "本日アンインストールした")
    attach(ledger)
    cleared = next(
        one.record for one in ledger.registers.all(SystemEvent)
        if one.record.kind is SystemEventKind.PROGRAM_CLEARED
    )  # fmt: skip
    assert cleared.reason == "本日アンインストールした" and "取り除いた" in cleared.detail
    assert cleared.acknowledged_by == ledger.user.person_id
    ledger = plant(house, installed)  # and planted again
    assert ledger.blocking.found


def test_an_allowed_program_blocks_no_more_and_another_does(
    house: House, installed: list[str]
) -> None:
    ledger = plant(house, installed)
    with pytest.raises(InvalidField):
        ledger.blocking.resolve(Answer.ALLOWED, "可")
    ledger.blocking.resolve(Answer.ALLOWED, WHY)
    attach(ledger)
    ledger = house.sign_in(BOSS)
    assert not ledger.blocking.found
    with pytest.raises(Refused, match="ありません"):
        ledger.blocking.resolve(Answer.ALLOWED, WHY)
    ledger = plant(house, installed, [*PLANTED, "Dropbox"])
    assert ledger.blocking.found == ("Dropbox（外部の保管・同期）",)


def test_only_a_responsible_person_answers(house: House, installed: list[str]) -> None:
    installed[:] = PLANTED
    for user in cast.USERS[1:]:
        ledger = house.sign_in(user.login)
        assert ledger.blocking.found, user.login
        with pytest.raises(NotPermitted):
            ledger.blocking.resolve(Answer.ALLOWED, WHY)
    house.sign_in(BOSS)


@pytest.mark.parametrize("tells", ["nothing", "an error"])
def test_a_pc_that_cannot_be_read_blocks_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, tells: str
) -> None:
    def programs(pc: PC) -> None:
        if tells == "an error":
            raise InputOutput(file="status", reason="読み取れません")

    monkeypatch.setattr(PC, "programs", programs)
    ledger = house.sign_in(BOSS)
    assert not ledger.blocking.found
    attach(ledger)


def test_a_loss_is_reported_and_a_paper_sealed_all_the_same(
    house: House, installed: list[str]
) -> None:
    ledger = plant(house, installed)
    assert ledger.blocking.found
    item = ledger.registers.all(Item)[0].record
    loss = HandlingEvent(kind=HandlingKind.LOSS)
    ledger.blocking.check([creating(loss)])
    with pytest.raises(TerminalBlocked):
        ledger.blocking.check([creating(HandlingEvent(kind=HandlingKind.USE))])
    ledger.blocking.check([revising(item, "品名の誤りを訂正した")])
    sealed = ledger.files.prepare(
        b"%PDF", name="a.pdf", mime="application/pdf", kind=AttachmentKind.CERTIFICATE
    )
    ledger.blocking.check([creating(sealed)])
