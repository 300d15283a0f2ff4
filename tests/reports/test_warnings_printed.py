"""What befell the ledger stands on the paper in words, and not only in a list in memory."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from models.codes import BackupKind, EventLevel, HandlingKind, Role, SystemEventKind
from models.commands import creating
from models.exposure import shut
from models.issued import LATELY, RULE
from models.journal import MOST_PRINTED
from models.records import BackupRun, HandlingEvent, Submission, SystemEvent, UserAccount
from models.rules.answers import Answers
from models.store import quiet
from models.wareki import format_short
from reports.documents.base import Document
from reports.documents.d28_ledger import Register
from reports.page import Anchor
from reports.render import render
from reports.seal import make_seal_certificate, seal_record
from tests.house import House, furnished
from tests.reports.papers import flat
from tests.reports.test_documents import PAPERS
from ui.issue import IssueRequest, issue, preview
from ui.sample import cast

BOSS, _, OFFICER, ADMINISTRATOR = cast.USERS
FIRST, WHY = "静かな港に灯る三つの明かり", "机のメモを来客に見られたため"


HANDED_OVER = {name for name, paper in PAPERS.items() if paper.head.doc_no}


def calm(paper: Document | Register) -> Anchor:
    """Return where a paper hangs on the ledger when nothing befell it."""
    return replace(paper.anchor, warnings=())


@pytest.mark.parametrize("name", sorted({*HANDED_OVER, "d28_ledger"}))
def test_every_paper_with_a_number_and_the_register_print_them(name: str) -> None:
    paper: Document | Register = PAPERS[name]
    warnings = ("11月20日 時計の戻り（二時間）", "11月21日 以前の状態での使用（百件）")
    warned = replace(paper, anchor=replace(calm(paper), warnings=warnings))
    text, usual = flat(render(warned)), flat(render(replace(paper, anchor=calm(paper))))
    mark = "注意　" if name == "d28_ledger" else "注意："
    assert [(f"{mark}{one}" in text, one in usual) for one in warnings] == [(True, False)] * 2


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("house"), accounts=True, own=True) as made:
        identity = make_seal_certificate("見本事務", made.ledger.now(), random.Random(7).randbytes)
        made.ledger.paper.adopt_seal(*seal_record(identity))
        made.story.receive(1)
        yield made


def sealed(house: House) -> str:
    """Seal a receipt (預り証) and return what is printed on it."""
    ledger = house.ledger
    event = ledger.registers.all(HandlingEvent, kind=HandlingKind.RECEIVE)[0].record
    change = issue(ledger, IssueRequest("D-14", event.contract_id, (event.id,)))
    return flat(ledger.paper.file(ledger.registers.need(Submission, change.ids[-1]).record.id))


def register(house: House) -> str:
    """Return what is printed on the register (個人情報管理台帳) of today, with the mark of papers."""
    printed = flat(preview(house.ledger, IssueRequest("D-28", house.story.contract.id)))
    return printed.replace("注意　", "注意：")


def befall(house: House, kind: SystemEventKind, level: EventLevel, detail: str) -> None:
    ledger = house.ledger
    event = SystemEvent(
        id=ledger.new_id(), occurred_at=ledger.now(), kind=kind, level=level, detail=detail,
        reason="点検のため",
    )  # fmt: skip
    ledger.commit([creating(event)])


@pytest.mark.parametrize("level", [EventLevel.WARN, EventLevel.ALERT])
@pytest.mark.parametrize("kind", sorted({*SystemEventKind} - {SystemEventKind.ACCOUNTS_MANAGED}))
def test_certificate_and_register_tell_of_every_kind_once(
    house: House, kind: SystemEventKind, level: EventLevel
) -> None:
    befall(house, kind, level, "百件から九十件に")
    today = format_short(house.ledger.today())
    words = f"注意：{today} {kind.label}（百件から九十件に理由：点検のため）"
    assert words in register(house)
    assert words in sealed(house)
    assert words not in register(house)
    assert words not in sealed(house)


def test_a_mere_notice_is_no_warning(house: House) -> None:
    befall(house, SystemEventKind.ACCESS_REVIEWED, EventLevel.INFO, "目立つ点なし")
    assert "注意：" not in register(house) and "注意：" not in sealed(house)


def test_what_finds_no_room_is_counted(house: House) -> None:
    for number in range(MOST_PRINTED + 2):
        befall(house, SystemEventKind.CLOCK_BACK, EventLevel.WARN, f"第{number:02d}回")
    for text in (register(house), sealed(house)):
        assert "注意：ほか2件" in text
        shown = [number for number in range(MOST_PRINTED + 2) if f"第{number:02d}回" in text]
        assert shown == list(range(2, MOST_PRINTED + 2))


def test_a_clock_set_back_is_printed(house: House) -> None:
    house.clock._now += timedelta(days=5)
    sealed(house)
    house.ledger.close()
    house.clock._now -= timedelta(days=2)
    house.sign_in(BOSS.login)
    for text in (register(house), sealed(house)):
        assert "注意：" in text and SystemEventKind.CLOCK_BACK.label in text


def restore(house: House, name: str) -> None:
    """Go on in a ledger that was restored from a backup of this moment."""
    place = house.folder / name
    place.mkdir()
    backup = house.ledger.safe.backup(place, quiet).file
    house.ledger.close()
    house.office.restore(backup, place / "new", BOSS.login, BOSS.password, quiet)
    house.ledger = house.office.unlock(place / "new", BOSS.login, BOSS.password)


def test_a_restore_is_printed_though_nothing_was_entered_before_the_paper(house: House) -> None:
    sealed(house)
    restore(house, "one")
    words = f"注意：{format_short(house.ledger.today())} {BackupKind.RESTORE.label}（"
    assert words in sealed(house)
    assert words not in sealed(house)


def test_a_restore_is_printed_on_the_register(house: House) -> None:
    restore(house, "two")
    befall(house, SystemEventKind.ACCESS_REVIEWED, EventLevel.INFO, "目立つ点なし")
    runs = house.ledger.registers.all(BackupRun, kind=BackupKind.RESTORE)
    assert f" {BackupKind.RESTORE.label}（{runs[-1].record.detail}）" in register(house)


def test_what_nobody_agreed_to_stands_on_every_paper_until_somebody_does(house: House) -> None:
    """Another responsible person, where those who could agree have left: told, without the reason."""
    ledger, people = house.ledger, house.story.people
    house.clock.go_to(ledger.today() + LATELY, 9)  # the administrator has been there for a while
    account = ledger.registers.all(UserAccount, login_name=cast.USERS[1].login)[0].record
    house.sign_in(ADMINISTRATOR.login).people.disable_account(account.id, "退職のため")
    house.sign_in(BOSS.login).people.add_account(
        people["worker3"], login="sakiyama", role=Role.SUPERVISOR, password=FIRST,
        chosen_by_self=True, answers=Answers({RULE: "家族の看病のため休むことがあるため"}),
    )  # fmt: skip
    words = f"注意：{format_short(ledger.today())} {SystemEventKind.ACCOUNTS_MANAGED.label}"
    for text in (register(house), sealed(house), register(house), sealed(house)):
        assert words in text and "「sakiyama」（責任者）の利用者の追加" in text
        assert "まだ確認していません" in text and "看病" not in text
    waiting = [one.record.id for one in house.ledger.rules.waiting()]
    house.sign_in(OFFICER.login)
    assert words in register(house)
    house.ledger.close()
    house.ledger = house.office.unlock(house.folder / "ledger", "sakiyama", FIRST)
    house.ledger.rules.approve(waiting)
    house.sign_in(BOSS.login)
    assert words not in register(house) and words not in sealed(house)


def test_where_nobody_agrees_the_sheet_ends_it_and_is_told_beside_it(house: House) -> None:
    """As in an office of a responsible person and an administrator, where nobody else ever can."""
    account = house.ledger.registers.all(UserAccount, login_name=ADMINISTRATOR.login)[0].record
    shut(house.ledger, account.id, WHY, answers=Answers({RULE: WHY}, later=True))
    waits, sheet = "の使用停止（知られた・紛失）を、システム", "回復シートで入り直しました"
    for text in (sealed(house), sealed(house)):
        assert waits in text and sheet not in text
    house.ledger.close()
    folder = house.folder / "ledger"
    house.ledger, house.sheet = house.office.recover(folder, house.sheet, BOSS.login, BOSS.password)
    house.story.ledger = house.ledger
    for text in (register(house), sealed(house)):
        assert waits in text and sheet in text
    for text in (register(house), sealed(house)):
        assert waits not in text and sheet not in text
    assert len(house.ledger.rules.waiting()) == 1  # nobody has agreed, and that stays
