"""`check-profile`, and the folder where a site lays the profile of its own municipality."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

import main
import resources
from models.errors import ProfileError
from models.profile_shelf import offered
from ui.console.program import run

YACHIYO = (files(resources) / "profiles" / "yachiyo.toml").read_text("utf-8")
MINE = YACHIYO.replace('code = "yachiyo"', 'code = "my-town"')


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AZUKARI_DEVICE_DIR", str(tmp_path))
    (tmp_path / "profiles").mkdir()
    return tmp_path / "profiles"


def check(capsys: pytest.CaptureFixture[str], *names: Path) -> tuple[int, dict[str, object]]:
    code = run(["check-profile", *map(str, names), "--json"], main.build_office)
    return code, json.loads(capsys.readouterr().out)


def test_a_copied_profile_is_offered_and_used(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "my-town.toml").write_text(MINE, "utf-8")
    code, answer = check(capsys)
    assert code == 0 and answer["folder"] == str(shelf)
    profiles = main.build_office().profiles
    assert profiles["my-town"].title == profiles["yachiyo"].title
    assert "my-town" in dict(offered(profiles))


def test_every_mistake_is_told_with_its_line(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = MINE.replace("[terms]", "[terms]\nhope = 'ok'").replace("format = 1", "format = 'x'")
    (shelf / "my-town.toml").write_text(wrong, "utf-8")
    code, answer = check(capsys)
    found = answer["files"][0]["mistakes"]  # type: ignore[index]
    assert code == 1 and len(found) >= 2
    assert all(line.startswith("my-town.toml:") for line in found)
    assert any("「hope」という項目はありません" in line for line in found)


def test_a_wrong_file_is_offered_with_its_place_and_refused_when_used(shelf: Path) -> None:
    (shelf / "my-town.toml").write_text("title = 3", "utf-8")
    profiles = main.build_office().profiles
    assert "誤りがあるため使えません（my-town.toml:1）" in dict(offered(profiles))["my-town"]
    with pytest.raises(ProfileError):
        profiles["my-town"]
    assert profiles["yachiyo"].code == "yachiyo"


def test_the_profiles_of_the_program_cannot_be_replaced(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "yachiyo.toml").write_text(YACHIYO.replace("八千代", "別の町"), "utf-8")
    code, answer = check(capsys)
    assert code == 1 and "付いている設定の名前" in str(answer["files"])
    assert "別の町" not in str(main.build_office().profiles["yachiyo"].terms)


def test_a_copy_named_unlike_its_code_and_a_missing_file_are_told(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "copy.toml").write_text(MINE, "utf-8")
    code, answer = check(capsys, shelf / "copy.toml")
    assert code == 1 and "ファイル名と同じ「copy」" in str(answer["files"])
    code, answer = check(capsys, shelf / "none.toml")
    assert code == 5 and "見つかりません" in str(answer["files"])
    (shelf / "endless").symlink_to("/dev/zero")
    code, answer = check(capsys, shelf / "copy.toml", shelf / "endless")
    assert code == 4 and "通常のファイルではありません" in str(answer["files"])
