"""The condition of the system: what is judged well, what needs care, and what is found installed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath

import pytest

from models.access_review import review
from models.backup_care import Found
from models.backup_media import register_medium
from models.capacity import (
    FAT32,
    GIB,
    LEAST_FREE,
    MIB,
    STOP_FREE,
    Disk,
    Memory,
    change_quota,
    quota_of,
    read_quota,
)
from models.codes import AttachmentKind, EventLevel, Role, SystemEventKind
from models.condition import CALL, Condition, State, days_left, judge, record_check
from models.denied import found_denied, parse_denied
from models.errors import AzukariError, InvalidField, LittleRoom, NotPermitted, QuotaUsedUp
from models.journal import JournalState, JournalStatus
from models.machine_facts import Facts, Plugged, Protection
from models.password_review import record_review
from models.records import Place, SystemEvent
from models.safe import Presence
from models.support import change_support, support
from models.wareki import JAPAN
from resources import denied_programs
from storage.machine import PC, read_memory
from tests.house import House, furnished
from ui.condition_facts import read_conditions
from ui.sample import cast

BOSS = cast.USERS[0]
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=JAPAN)
DENIED = parse_denied(denied_programs())
WELL = Facts(
    now=NOW,
    disk=Disk(free=80 * GIB, total=200 * GIB, ledger=300 * MIB, files=100 * MIB),
    sizes=[(NOW - timedelta(days=20), 200 * MIB), (NOW, 300 * MIB)],
    full_check=NOW - timedelta(days=3),
    trial=NOW - timedelta(days=30),
    backup=NOW - timedelta(days=1),
    backup_days=7,
    journal=JournalStatus(JournalState.OK, PurePath("E:/journal"), 812),
    clock_event=None,
    terminal="PC1 01234567",
    holder="PC1の山田",
    since=NOW,
    protection=[Protection("Microsoft Defender", True, date(2026, 11, 20))],
    programs=["7-Zip", "LibreOffice"],
    denied=DENIED,
    version="1.0",
    terminals=[("01234567", "T-01 事務室のPC", "事務室、ワイヤーロック")],
    memory=Memory(used=180 * MIB, free=3 * GIB, total=8 * GIB),
    support="情報管理課 渡邉 内線123、平日9:00～17:00",
)


def about(topic: str, facts: Facts) -> Condition:
    return next(one for one in judge(facts) if one.topic == topic)


def test_a_well_kept_pc_is_all_good() -> None:
    assert {one.state for one in judge(WELL)} == {State.GOOD}


@pytest.mark.parametrize(
    ("topic", "change", "state"),
    [
        ("空き容量", {"disk": Disk(400 * MIB, 200 * GIB, 300 * MIB)}, State.BAD),
        ("空き容量", {"disk": Disk(2 * GIB, 200 * GIB, 300 * MIB)}, State.CARE),
        ("空き容量", {"sizes": [(NOW - timedelta(days=10), 0), (NOW, 20 * GIB)]}, State.CARE),
        ("添付資料の割当て", {"quota": 125}, State.CARE),
        ("添付資料の割当て", {"quota": 100}, State.BAD),
        ("添付資料の割当て", {"disk": replace(WELL.disk, files=FAT32)}, State.BAD),
        ("メモリ", {"memory": None}, State.UNKNOWN),
        ("メモリ", {"memory": Memory(MIB, 400 * MIB, 4 * GIB)}, State.CARE),
        ("メモリ", {"memory": Memory(MIB, 200 * MIB, 4 * GIB)}, State.BAD),
        ("台帳の検証", {"full_check": None}, State.BAD),
        ("台帳の検証", {"full_check": NOW - timedelta(days=40)}, State.CARE),
        ("台帳の検証", {"full_check": NOW - timedelta(days=80)}, State.BAD),
        ("バックアップ", {"backup": NOW - timedelta(days=8)}, State.CARE),
        ("バックアップ", {"backup": NOW - timedelta(days=15)}, State.BAD),
        ("バックアップ", {"lost": Found(Presence.OTHER, PurePath("E:/azukari.azb"))}, State.BAD),
        ("バックアップ", {"rekeyed": True}, State.BAD),
        ("復元の試験", {"trial": None}, State.CARE),
        ("更新ジャーナル", {"journal": JournalStatus(JournalState.NONE)}, State.CARE),
        ("更新ジャーナル", {"journal": JournalStatus(JournalState.MISSING)}, State.BAD),
        ("更新ジャーナル", {"journal": replace(WELL.journal, same_disk=True)}, State.CARE),
        ("ウイルス対策", {"protection": None}, State.UNKNOWN),
        ("ウイルス対策", {"protection": [Protection("X", False, None)]}, State.BAD),
        ("ウイルス対策", {"protection": [Protection("X", True, date(2026, 11, 1))]}, State.CARE),
        ("バックアップの媒体", {"has_media": False}, State.CARE),
        ("バックアップの媒体", {"beside": PurePath("C:/backup")}, State.CARE),
        ("バックアップの媒体", {"loose": PurePath("C:/backup")}, State.CARE),
        ("外部媒体", {"media": None}, State.UNKNOWN),
        ("外部媒体", {"media": [Plugged(PurePath("E:/"), "")]}, State.CARE),
        (CALL, {"support": ""}, State.CARE),
        ("入っているプログラム", {"programs": None}, State.UNKNOWN),
        ("入っているプログラム", {"programs": ["qBittorrent 4.6.0"]}, State.BAD),
    ],
)
def test_what_is_not_well_says_what_to_do(
    topic: str, change: dict[str, object], state: State
) -> None:
    found = about(topic, replace(WELL, **change))  # type: ignore[arg-type]
    assert found.state is state and found.to_do


def test_a_key_that_the_journal_bridges_is_told_and_no_danger() -> None:
    found = about("バックアップ", replace(WELL, bridged=True))
    assert found.state is State.GOOD and "最後の記帳まで戻せます" in found.sentence
    late = about("バックアップ", replace(WELL, bridged=True, backup=NOW - timedelta(days=15)))
    assert late.state is State.BAD and late.to_do


def test_a_clock_that_went_wrong_is_told_for_a_month() -> None:
    event = SystemEvent(
        occurred_at=NOW - timedelta(days=3), kind=SystemEventKind.CLOCK_BACK,
        level=EventLevel.WARN, detail="時計が戻りました。",
    )  # fmt: skip
    assert about("時計", replace(WELL, clock_event=event)).state is State.CARE
    old = replace(event, occurred_at=NOW - timedelta(days=40))
    assert about("時計", replace(WELL, clock_event=old)).state is State.GOOD


def test_what_is_plugged_in_is_named_with_what_it_is_registered_as(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sticks = [tmp_path / name for name in ("known", "strange")]
    for stick in sticks:
        (stick / "backup").mkdir(parents=True)
    with furnished(tmp_path / "house", accounts=True) as house:
        monkeypatch.setattr(PC, "media", lambda pc: sticks)
        register_medium(house.ledger, sticks[0] / "backup", medium_no="B-01", name="金庫のUSB")
        found = {one.topic: one for one in read_conditions(house.ledger)}
        assert found["外部媒体"].state is State.CARE
        assert f"登録のない媒体がつながっています：{sticks[1]}。" in found["外部媒体"].sentence
        assert f"B-01 金庫のUSB（{sticks[0]}）" in found["外部媒体"].sentence
        del sticks[1]
        found = {one.topic: one for one in read_conditions(house.ledger)}
        assert found["外部媒体"].state is State.GOOD and "B-01" in found["外部媒体"].sentence
        assert found[CALL].state is State.CARE and found[CALL].sentence == "記録なし。"
        change_support(house.ledger, " 情報管理課\u3000渡邉　\n内線123 ")
        assert support(house.sign_in("yoshino")) == "情報管理課 渡邉 内線123"
        found = {one.topic: one for one in read_conditions(house.ledger)}
        assert (found[CALL].state, found[CALL].sentence) == (
            State.GOOD, "情報管理課 渡邉 内線123。"
        )  # fmt: skip
        with pytest.raises(NotPermitted):
            change_support(house.ledger, "だれか")
        with pytest.raises(InvalidField):
            change_support(house.sign_in("watanabe"), "長" * 201)
        change_support(house.ledger, "")
        assert support(house.ledger) == ""


def test_growth_tells_when_the_disk_is_full() -> None:
    facts = replace(
        WELL,
        disk=Disk(10 * GIB, 20 * GIB, GIB),
        sizes=[(NOW - timedelta(days=10), GIB), (NOW, 2 * GIB)],
    )
    assert days_left(facts) == 100
    assert days_left(replace(facts, sizes=facts.sizes[:1])) is None
    shrunk = [(NOW - timedelta(days=10), 2 * GIB), (NOW, GIB)]
    assert "当分" in about("空き容量", replace(facts, sizes=shrunk)).sentence


@pytest.mark.parametrize(
    "program",
    [
        "TeamViewer 15",
        "AnyDesk",
        "transmission-gtk",
        "Dropbox",
        "Google Drive",
        "Winny",
        "Zoom(64bit)",
    ],
)
def test_a_denied_program_is_found_under_its_name(program: str) -> None:
    assert found_denied([program, "Excel"], DENIED)[0][0] == program


@pytest.mark.parametrize("program", ["libmega3", "zoomable-ui", "Megaphone", "deluged-helpers2x"])
def test_a_word_inside_another_is_no_hit(program: str) -> None:
    assert found_denied([program], DENIED) == []


# --- the stop level (A-20) ------------------------------------------------------------------------


def attach(house: House) -> None:
    house.ledger.files.attach(b"x", name="a.txt", mime="text/plain", kind=AttachmentKind.OTHER)


def test_little_room_refuses_files_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with furnished(tmp_path, days=1) as house:
        free = [STOP_FREE]
        monkeypatch.setattr(PC, "free", lambda pc: free[0])
        attach(house)
        assert any("空きが" in notice for notice in house.sign_in(BOSS.login).notices)
        free[0] -= 1
        with pytest.raises(LittleRoom, match="空きが"):
            attach(house)
        place = house.ledger.registers.all(Place)[0].record
        house.ledger.registers.create(replace(place, id="", name="第二倉庫"))
        (tmp_path / "backup").mkdir()
        assert house.ledger.safe.backup(tmp_path / "backup", lambda done, total: None).size
        free[0] = LEAST_FREE
        assert not any("空きが" in notice for notice in house.sign_in(BOSS.login).notices)


# --- the share of the attachments (A-20) ----------------------------------------------------------


def test_the_page_tells_database_files_share_and_memory() -> None:
    assert (
        "台帳は300.0MB（データベース200.0MB、添付資料100.0MB）です"
        in about("空き容量", WELL).sentence
    )
    share = about("添付資料の割当て", replace(WELL, quota=250)).sentence
    assert share == "添付資料は100.0MBです。割当ては250.0MB（設定した値）、残りは150.0MBです。"
    memory = about("メモリ", WELL).sentence
    assert memory == "このプログラムが180.0MBを使っています。PCの空きは3.0GB（全体8.0GB）です。"


def test_the_usual_share_fits_the_disk_and_a_backup_in_one_file() -> None:
    assert quota_of(Disk(GIB, 4 * GIB, 0), 0).most == GIB
    assert quota_of(Disk(GIB, 1000 * GIB, 0), 0).most == FAT32 < 4 * GIB
    assert quota_of(Disk(GIB, 4 * GIB, 0), 9000).most == 9000 * MIB


def test_a_share_that_is_used_up_refuses_files_and_nothing_else(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True, days=1) as house:
        ledger = house.ledger
        change_quota(ledger, 1)
        big = b"x" * (MIB * 5 // 6)
        ledger.files.attach(big, name="a.txt", mime="text/plain", kind=AttachmentKind.OTHER)
        assert len(big) < read_quota(ledger).used < MIB
        before = ledger.store.head()
        with pytest.raises(QuotaUsedUp, match=r"割当て1\.0MBの残りが") as caught:
            ledger.files.attach(big, name="b.txt", mime="text/plain", kind=AttachmentKind.OTHER)
        assert caught.value.exit_code == 5 and ledger.store.head() == before
        attach(house)  # a small one still fits
        house.story.receive(1)
        (tmp_path / "backup").mkdir()
        assert ledger.safe.backup(tmp_path / "backup", lambda done, total: None).size
        assert any("割当ては1.0MB" in one for one in house.sign_in(BOSS.login).notices)
        change_quota(house.ledger, 0)
        assert read_quota(house.ledger).most > MIB
        attach(house)
        assert not any("割当て" in one for one in house.sign_in(BOSS.login).notices)
        worker = next(user for user in cast.USERS if user.role is Role.WORKER)
        with pytest.raises(NotPermitted):
            change_quota(house.sign_in(worker.login), 5)


def test_a_nonsensical_share_is_refused(tmp_path: Path) -> None:
    with furnished(tmp_path) as house, pytest.raises(InvalidField, match="1,000,000MBまで"):
        change_quota(house.ledger, 1_000_001)


def test_a_disk_that_tells_nothing_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(pc: PC) -> Disk:
        raise AzukariError

    with furnished(tmp_path, days=1) as house:
        monkeypatch.setattr(PC, "disk", silent)
        assert house.sign_in(BOSS.login).role is Role.SUPERVISOR


def test_memory_is_read_from_what_linux_tells(tmp_path: Path) -> None:
    status, whole = tmp_path / "status", tmp_path / "meminfo"
    status.write_text("Name:\tpython\nVmRSS:\t  184320 kB\nThreads:\t3\n")
    whole.write_text("MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable: 3145728 kB\n")
    assert read_memory(status, whole) == Memory(180 * MIB, 3 * GIB, 8 * GIB)
    whole.write_text("MemTotal: 8388608 kB\n")
    assert read_memory(status, whole) is None
    assert read_memory(tmp_path / "missing", whole) is None


def test_this_machine_tells_its_memory(tmp_path: Path) -> None:
    memory = PC(tmp_path, "").memory()
    assert memory and MIB < memory.used < memory.total and 0 < memory.free < memory.total


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("無", "「所見」を具体的に"), ("定義は最新\x07です", "「所見」の6文字目"),
     ("所" * 4001, "「所見」が長すぎます")],
)  # fmt: skip
def test_what_is_wrong_with_a_finding_is_said_of_the_finding(
    house: House, typed: str, problem: str
) -> None:
    """The entry keeps it as a reason; nobody who typed it has seen that word."""
    head = house.ledger.store.head()
    acts: list[Callable[[], object]] = [
        lambda: record_check(house.ledger, [], typed),
        lambda: record_review(house.ledger, typed),
        lambda: review(house.ledger, date(2026, 10, 1), typed),
    ]
    for act in acts:
        with pytest.raises(InvalidField) as caught:
            act()
        assert problem in str(caught.value) and "理由" not in str(caught.value)
    assert house.ledger.store.head() == head
