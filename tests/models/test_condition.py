"""The condition of the system: what is judged well, what needs care, and what is found installed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path, PurePath

import pytest

from models.codes import AttachmentKind, EventLevel, SystemEventKind
from models.condition import (
    GIB,
    LEAST_FREE,
    MIB,
    STOP_FREE,
    Condition,
    Disk,
    Facts,
    Protection,
    State,
    days_left,
    judge,
)
from models.denied import found_denied, parse_denied
from models.errors import LittleRoom
from models.fields import JAPAN
from models.journal import JournalState, JournalStatus
from models.records import Place, SystemEvent
from resources import denied_programs
from storage.machine import PC
from tests.house import House, furnished
from ui.sample import cast

BOSS = cast.USERS[0]
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=JAPAN)
DENIED = parse_denied(denied_programs())
WELL = Facts(
    now=NOW,
    disk=Disk(free=80 * GIB, total=200 * GIB, ledger=300 * MIB),
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
        ("台帳の検証", {"full_check": None}, State.BAD),
        ("台帳の検証", {"full_check": NOW - timedelta(days=40)}, State.CARE),
        ("台帳の検証", {"full_check": NOW - timedelta(days=80)}, State.BAD),
        ("バックアップ", {"backup": NOW - timedelta(days=8)}, State.CARE),
        ("バックアップ", {"backup": NOW - timedelta(days=15)}, State.BAD),
        ("復元の試験", {"trial": None}, State.CARE),
        ("更新ジャーナル", {"journal": JournalStatus(JournalState.NONE)}, State.CARE),
        ("更新ジャーナル", {"journal": JournalStatus(JournalState.MISSING)}, State.BAD),
        ("更新ジャーナル", {"journal": replace(WELL.journal, same_disk=True)}, State.CARE),
        ("ウイルス対策", {"protection": None}, State.UNKNOWN),
        ("ウイルス対策", {"protection": [Protection("X", False, None)]}, State.BAD),
        ("ウイルス対策", {"protection": [Protection("X", True, date(2026, 11, 1))]}, State.CARE),
        ("入っているプログラム", {"programs": None}, State.UNKNOWN),
        ("入っているプログラム", {"programs": ["qBittorrent 4.6.0"]}, State.BAD),
    ],
)
def test_what_is_not_well_says_what_to_do(
    topic: str, change: dict[str, object], state: State
) -> None:
    found = about(topic, replace(WELL, **change))  # type: ignore[arg-type]
    assert found.state is state and found.to_do


def test_a_clock_that_went_wrong_is_told_for_a_month() -> None:
    event = SystemEvent(
        occurred_at=NOW - timedelta(days=3), kind=SystemEventKind.CLOCK_BACK,
        level=EventLevel.WARN, detail="時計が戻りました。",
    )  # fmt: skip
    assert about("時計", replace(WELL, clock_event=event)).state is State.CARE
    old = replace(event, occurred_at=NOW - timedelta(days=40))
    assert about("時計", replace(WELL, clock_event=old)).state is State.GOOD


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
