"""`import` and `export` on the command line: what programs read, and the exit codes."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.codes import EmploymentType
from models.office import Office
from models.records import HandlingEvent, Organization, Person
from resources import confined
from tests.house import FIRST_DAY, House, cheap_office, furnished, opening
from tests.intake_stage import LOG, NAMES, PLACES, REGISTER, set_stage, write
from ui.console.program import run
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0].password
Speak = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path) as made:
        set_stage(made)
        made.ledger.close()
        yield made


@pytest.fixture
def speak(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Speak:
    return speaker(house.office, house.folder / "ledger", tmp_path, capsys)


def speaker(
    office: Office, ledger: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> Speak:
    """Return what runs a verb on a ledger and gives the exit code and what was printed."""
    secret = folder / "password"
    secret.write_text(BOSS, "utf-8")

    def say(verb: str, *words: str) -> tuple[int, dict[str, Any]]:
        common = ["--user", cast.USERS[0].login, "--password-file", str(secret), "--json"]
        code = run([verb, str(ledger), *words, *common], lambda: office)
        return code, json.loads(capsys.readouterr().out)

    return say


def test_the_two_sample_files_go_in_one_after_the_other(speak: Speak) -> None:
    code, told = speak("import", str(REGISTER), "--record", "item", "--contract", "2026-001")
    assert code == 0
    assert told["accepted"] == 130
    assert [row["line"] for row in told["refused"]] == [85, 86]
    assert told["records"] == {"item": 130, "handling_event": 143}
    code, told = speak("import", str(LOG), "--record", "handling_event")
    assert code == 0
    assert told["accepted"] == 124
    assert {row["line"] for row in told["refused"]} >= {691, 692, 693}
    assert told["sha256"] == speak("import", str(LOG), "--record", "handling_event")[1]["sha256"]


def test_a_dry_run_changes_nothing(speak: Speak) -> None:
    before = speak("status")[1]
    code, told = speak("import", str(REGISTER), "--record", "item", "--dry-run")
    assert (code, told["accepted"], "seq" in told) == (0, 130, False)
    assert speak("status")[1] == before


def test_nothing_to_take_is_a_no(speak: Speak) -> None:
    code, told = speak("import", str(LOG), "--record", "handling_event")
    assert code == 1
    assert told["accepted"] == 0
    assert len(told["refused"]) == 623


def test_mistakes_of_the_command_line_are_usage(speak: Speak, tmp_path: Path) -> None:
    code, told = speak("import", str(LOG), "--record", "handling_event", "--map", "どこ=kind")
    assert (code, told["error"]) == (2, "USAGE")
    assert speak("import", str(tmp_path / "none.csv"), "--record", "item")[0] == 5
    assert speak("import", str(LOG), "--record", "submission")[0] == 2


def test_a_default_place_takes_what_lies_elsewhere(speak: Speak, tmp_path: Path) -> None:
    path = write(tmp_path, "管理番号,媒体の種類,名称,数量,保管場所\nM-1,CD-R,データ,1枚,倉庫")
    assert speak("import", str(path), "--record", "item", "--dry-run")[0] == 1
    code, told = speak("import", str(path), "--record", "item", "--default-place", "耐火金庫")
    assert (code, told["accepted"]) == (0, 1)


def test_a_second_column_of_one_heading_is_left_out_and_told(
    house: House, speak: Speak, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        tmp_path, "管理番号,媒体の種類,名称,数量,保管場所,数量\nY-1,文書,紙,5枚,耐火金庫,9\n"
    )
    words = ("--record", "item", "--dry-run")
    told = speak("import", str(path), *words)[1]
    assert told["accepted"] == 1 and "数量（2）" not in told["mapping"]
    secret = ["--user", cast.USERS[0].login, "--password-file", str(tmp_path / "password")]
    ledger = str(house.folder / "ledger")
    assert run(["import", ledger, str(path), *words, *secret], lambda: house.office) == 0
    said = capsys.readouterr().out
    assert "媒体の種類＝媒体・機器の種類" in said and "数量＝数量" in said
    assert "列「数量（2）」は取り込みません" in said


def test_people_read_each_reason_once_and_what_was_left_out(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"M-{number},CD-R,データ,1枚\n" for number in range(2, 21))
    path = write(tmp_path, f"管理番号,媒体の種類,名称,数量\n{rows}合計,,,19\nM-2,CD-R,データ,1枚\n")
    (tmp_path / "password").write_text(BOSS, "utf-8")
    secret = ["--user", cast.USERS[0].login, "--password-file", str(tmp_path / "password")]
    ledger = str(house.folder / "ledger")
    words = ["import", ledger, str(path), "--record", "item", "--dry-run", *secret]
    assert run(words, lambda: house.office) == 1
    said = capsys.readouterr().out
    assert "取り込める行 0件、取り込めない行 20件" in said
    assert said.count("「保管場所」") == 2 and "--default-place" in said
    assert "（19行：2、3、4、5、6、7、8、9…行目）" in said
    assert "・22行目　管理番号「M-2」は2行目と同じ" in said
    assert "読み飛ばした行\n・21行目　計の行\n" in said


def test_a_question_names_the_word_that_it_is_about(
    house: House, speak: Speak, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "管理番号,媒体の種類,名称,数量,保管場所\nM-1,CD-R,データ,1枚,耐火金庫")
    assert speak("import", str(path), "--record", "item")[0] == 0
    head = "日付,時刻,区分,管理番号,数量,作業者,目的"
    day = "令和8年10月1日"
    path = write(tmp_path, f"{head}\n{day},,謎の扱い,M-1,1,斎藤　恵,\n{day},,貸出,M-1,1,斎藤　恵,")
    secret = ["--user", cast.USERS[0].login, "--password-file", str(tmp_path / "password")]
    words = ["import", str(house.folder / "ledger"), str(path), "--record", "handling_event"]
    run([*words, "--dry-run", *secret], lambda: house.office)
    said = capsys.readouterr().out
    assert "・「謎の扱い」：この言葉の意味を" in said
    assert "・「貸出」：社内での使用か" in said


def test_a_register_alone_leaves_the_events_to_the_log(speak: Speak) -> None:
    told = speak("import", str(REGISTER), "--record", "item", "--register-only")[1]
    assert told["records"] == {"item": 130, "handling_event": 0}
    told = speak("import", str(LOG), "--record", "handling_event")[1]
    assert told["accepted"] == 152


def test_an_export_names_its_rows(speak: Speak, tmp_path: Path) -> None:
    speak("import", str(REGISTER), "--record", "item")
    for name in ("媒体.csv", "媒体.xlsx", "媒体.json"):
        code, told = speak("export", str(tmp_path / name), "--record", "item")
        assert (code, told["rows"]) == (0, 130)


# --- from an empty ledger, as docs/console.md tells -------------------------------------------


def recipe() -> dict[str, tuple[str, str]]:
    """Return heading and first line of the tables in the recipe, by record type."""
    text = (Path(__file__).parents[2] / "docs" / "console.md").read_text("utf-8")
    tables = text.split("The least that each table needs:")[1].split("```")[1].strip().splitlines()
    commands = [line.split() for line in text.splitlines() if line.startswith("python main.py imp")]
    records = {words[4]: words[6] for words in commands if len(words) > 6}
    told = {}
    for heading, first in zip(tables[::2], tables[1::2], strict=True):
        name, columns = heading.split()
        told[records[name]] = (columns, first.strip())
    return told


def test_the_recipe_leads_from_an_empty_ledger_to_both_registers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = cheap_office(tmp_path, StoryClock(FIRST_DAY), rules=True)
    office.create(tmp_path / "ledger", opening(), BOSS)[0].close()
    speak = speaker(office, tmp_path / "ledger", tmp_path, capsys)
    told = recipe()
    assert list(told) == ["organization", "contract", "person", "assignment", "place"]
    more = {"person": NAMES[1:], "place": PLACES[:-1]}  # the rest of whom the samples name
    for record, (columns, first) in told.items():
        rows = [first, *(",".join([name, *first.split(",")[1:]]) for name in more.get(record, ()))]
        path = write(tmp_path, "\n".join([columns, *rows]), f"{record}.csv")
        code, taken = speak("import", str(path), "--record", record)
        assert (code, taken["accepted"], taken["refused"]) == (0, len(rows), [])
    assert speak("import", str(REGISTER), "--record", "item")[1]["accepted"] == 130
    assert speak("import", str(LOG), "--record", "handling_event")[1]["accepted"] == 124


def test_a_dry_run_tells_every_question_once_with_its_lines(speak: Speak, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "管理番号,媒体の種類,名称,数量,保管場所\nM-1,謎の箱,甲,1枚,倉庫\nM-2,CD-R,乙,1枚,倉 庫",
    )
    told = speak("import", str(path), "--record", "item", "--dry-run")[1]
    asked = {(one["subject"], one["word"]): one["lines"] for one in told["questions"]}
    assert asked == {("media", "謎の箱"): [2], ("places", "倉庫"): [2], ("places", "倉 庫"): [3]}


def test_answers_take_what_was_only_written_differently(speak: Speak, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "管理番号,媒体の種類,名称,数量,保管場所\nM-1,謎の箱,甲,1枚,倉庫\nM-2,CD-R,乙,1枚,倉 庫",
    )
    answers = ("--answer", "倉庫=耐火金庫", "--answer", "謎の箱=光ディスク")
    code, told = speak("import", str(path), "--record", "item", *answers)
    assert (code, told["accepted"], told["questions"]) == (0, 2, [])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("なぞ=耐火金庫", "聞かれていません"),
        ("倉庫=どこか", "台帳に登録されていません"),
        ("謎の箱=箱", "次から選んでください"),
        ("倉庫", "言葉=答え"),
    ],
)
def test_an_answer_that_answers_nothing_enters_nothing(
    speak: Speak, tmp_path: Path, answer: str, said: str
) -> None:
    path = write(tmp_path, "管理番号,媒体の種類,名称,数量,保管場所\nM-1,謎の箱,甲,1枚,倉庫")
    before = speak("status")[1]["seq"]
    code, told = speak("import", str(path), "--record", "item", "--answer", answer)
    assert code in (1, 2) and said in told["message"]
    assert speak("status")[1]["seq"] == before


def test_people_of_one_name_are_told_apart_by_their_number(
    house: House, speak: Speak, tmp_path: Path
) -> None:
    ledger = house.office.unlock(house.folder / "ledger", cast.USERS[0].login, BOSS)
    regular, organization = EmploymentType.REGULAR, ledger.registers.all(Organization)[0].record.id
    twins = [
        Person(organization_id=organization, name="双葉 恵", employment_type=regular, employee_no=n)
        for n in ("A-1", "A-2")
    ]
    ids = ledger.registers.create_all(twins).ids
    ledger.close()
    media = write(
        tmp_path, "管理番号,媒体の種類,名称,数量,保管場所\nM-1,CD-R,甲,1枚,耐火金庫", "媒.csv"
    )
    assert speak("import", str(media), "--record", "item")[0] == 0
    log = write(tmp_path, "日付,区分,管理番号,作業者\nR8.9.1,受領,M-1,双葉　恵", "記録.csv")
    told = speak("import", str(log), "--record", "handling_event", "--dry-run")[1]
    assert told["accepted"] == 0 and told["questions"][0]["subject"] == "persons"
    code, told = speak("import", str(log), "--record", "handling_event", "--answer", "双葉恵=A-2")
    assert (code, told["accepted"]) == (0, 1)
    ledger = house.office.unlock(house.folder / "ledger", cast.USERS[0].login, BOSS)
    events = [stored.record for stored in ledger.registers.all(HandlingEvent)]
    assert [one.actor_person_id for one in events if one.source_file_id] == [ids[1]]
    ledger.close()


# --- strangers' files --------------------------------------------------------------------------


def test_a_child_that_dies_in_the_middle_enters_nothing(
    speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = speak("status")[1]["seq"]
    kill = "import os, sys; sys.stdin.buffer.read(9); os.kill(os.getpid(), 9)"
    monkeypatch.setattr(confined, "command", lambda _child: [sys.executable, "-c", kill])
    code, told = speak("import", str(REGISTER), "--record", "item")
    assert (code, told["error"]) == (1, "IMPORT_REFUSED")
    assert "途中で止まりました" in told["message"]
    monkeypatch.undo()
    assert speak("status")[1]["seq"] == before


def test_a_file_gives_the_terminal_no_orders(
    house: House, speak: Speak, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "管理番号,媒体の種類,名称,数量\nM-\x1b[2J,謎\x07,甲,1枚")
    words = ["--user", cast.USERS[0].login, "--password-file", str(tmp_path / "password")]
    ledger = str(house.folder / "ledger")
    run(["import", ledger, str(path), "--record", "item", *words], lambda: house.office)
    said = capsys.readouterr().out
    assert "\x1b" not in said and "\x07" not in said
    assert "謎［U+0007］" in said


def test_a_row_that_names_who_confirmed_is_refused_and_the_others_stand(
    speak: Speak, tmp_path: Path
) -> None:
    heads = "契約,きっかけ,内容,重さ,是正の期限,担当,状態,是正措置,是正日,確認した人,確認日"
    owner, other = cast.PEOPLE["worker"][0], cast.PEOPLE["supervisor"][0]
    start = "2026-001,記録の分析"
    file = tmp_path / "findings.csv"
    rows = (
        heads,
        f"{start},鍵の空欄,軽微,2026-12-01,{owner},確認済,記入,2026-10-01,{other},2026-10-01",
        f"{start},窓の施錠,軽微,2026-12-01,{owner},是正済,施錠,2026-10-01,{other},",
        f"{start},扉の施錠,軽微,2026-12-01,{owner},是正済,施錠,2026-10-01,,",
    )
    file.write_text("\n".join(rows), "utf-8")
    code, told = speak("import", str(file), "--record", "finding")
    assert (code, told["accepted"]) == (0, 1)
    assert [row["line"] for row in told["refused"]] == [2, 3]
    assert all("「是正を確認」" in row["reason"] for row in told["refused"])
