"""Who is out is out at every face: nothing is shown, and nothing is signed in that name."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.access import Act, Question
from models.backups import record_backup
from models.codes import Role
from models.commands import revising
from models.errors import AccountUnfinished, NotPermitted, WrongPassword
from models.ledger import Ledger
from models.records import UserAccount
from models.store import quiet
from storage.vault import Vault
from tests.house import House, furnished
from tests.responsible import agreed, let_in_responsible
from tests.ui.console.desk import BOSS, OFFICE_OF, Console, Said
from tests.ui.console.test_read_only import forbidden
from ui.console.driver import Driver

OFFICER = "kensa"
FIRST = "静かな港に灯る三つの明かり"
OTHER = "遠い山から届く七通の手紙"
LOOKS: tuple[tuple[str, ...], ...] = (
    ("status",), ("verify",), ("verify", "--full"), ("calendar",), ("backups",),
    ("evidence", "--contract", "2026-001"),
)  # fmt: skip
ENDS = ("past", "early", "disabled")


class Killed(BaseException):
    """The process died here."""


def die(*_args: object, **_named: object) -> None:
    raise Killed


def look(console: Console, *verb: str, user: str = OFFICER, password: str | None = None) -> Said:
    return console(verb[0], console.ledger, *verb[1:], user=user, password=password)


def paper(console: Console, user: str) -> Said:
    """Compare something with the ledger."""
    file = console.house.folder / "any.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    return console("verify-document", file, "--ledger", console.ledger, user=user)


def account(ledger: Ledger, login: str) -> UserAccount:
    stored = ledger.registers.one(UserAccount, login_name=login)
    assert stored is not None
    return stored.record


def die_in_revocation(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is disabled in the ledger; the key header still lets its password in."""
    ledger = house.sign_in("watanabe")
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "announce_epoch", die)
        with pytest.raises(Killed):
            ledger.people.disable_account(account(ledger, OFFICER).id, "検査が終わったため")
    ledger.close()


def end(house: House, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the officer's account end in one of the ways."""
    if how == "disabled":
        die_in_revocation(house, monkeypatch)
        return
    ledger = house.sign_in("watanabe")
    if how == "early":
        later = ledger.today() + timedelta(days=2)
        late = account(ledger, OFFICER).with_changes(valid_from=later)
        ledger.commit([revising(late, "任命の日が替わったため")])
    ledger.close()
    if how == "past":
        house.clock.go_to(house.clock().date() + timedelta(days=401), 9)


def lines(ledger: Ledger, login: str) -> int:
    """Count what the access log holds in somebody's name."""
    found = ledger.access.lines(Question(user=account(ledger, login).id))
    return sum(line.act is not Act.REFUSED for line in found)


@pytest.mark.parametrize("how", ENDS)
def test_no_verb_that_looks_lets_an_ended_account_in(
    console: Console, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lines(console.house.sign_in(BOSS.login), OFFICER)
    end(console.house, how, monkeypatch)
    for said in [*(look(console, *verb) for verb in LOOKS), paper(console, OFFICER)]:
        assert (said.code, said.answer["error"]) == (3, "NOT_PERMITTED")
        assert "利用できる期間内" in said.answer["message"] and said.answer["ok"] is False
    ledger = console.house.sign_in(BOSS.login)
    assert lines(ledger, OFFICER) == before
    found = ledger.safe.verify(full=True, progress=quiet).problems
    # No verb moves the first day of an account: that entry is named, and nothing else.
    assert [one.code for one in found] == ["REWRITTEN"] * (how == "early")


@pytest.mark.parametrize("how", ENDS)
def test_a_copy_that_nobody_can_write_is_shut_as_well(
    open_air: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with furnished(open_air, accounts=True) as house:
        console = Console(house)
        for verb in LOOKS:  # modules that root alone may read are loaded
            look(console, *verb, user=BOSS.login)
        house.sign_in(BOSS.login)
        end(house, how, monkeypatch)
        with forbidden(console.ledger):
            for said in [*(look(console, *verb) for verb in LOOKS), paper(console, OFFICER)]:
                assert (said.code, said.answer["error"]) == (3, "NOT_PERMITTED")
            assert look(console, "status", user=BOSS.login).answer["read_only"] is True


def test_the_next_look_of_a_manager_finishes_a_revocation(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_in_revocation(console.house, monkeypatch)
    said = look(console, "status", user=BOSS.login)
    assert said.code == 0 and "kensaの利用停止を完了" in said.err
    with pytest.raises(WrongPassword):
        console.house.office.unlock(console.ledger, OFFICER, OFFICE_OF[OFFICER])
    again = look(console, "status", user=BOSS.login)
    assert "利用停止" not in again.err
    assert console.sound()


def test_a_key_renewal_that_a_look_finished_is_entered(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = console.house.sign_in("watanabe")
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "adopt_epoch", die)
        with pytest.raises(Killed):
            ledger.people.disable_account(account(ledger, OFFICER).id, "検査が終わったため")
    ledger.close()
    said = look(console, "status", user=BOSS.login)
    assert "暗号鍵の更新を完了しました" in said.err
    before = said.answer["seq"]
    assert look(console, "status", user=BOSS.login).answer["seq"] == before
    assert console.sound()


def test_a_half_reissued_account_is_refused_by_a_look(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = console.house.sign_in("watanabe")
    monkeypatch.setattr(ledger, "commit", die)
    with pytest.raises(Killed):
        ledger.people.reissue_password(account(ledger, OFFICER).id, FIRST, "失念のため")
    for verb in LOOKS:
        said = look(console, *verb, password=FIRST)
        assert (said.code, said.answer["error"]) == (3, AccountUnfinished.code)
    assert console.sound()


# --- the first password, which somebody else knows -------------------------------------------------


@pytest.fixture
def newcomer(console: Console) -> Console:
    house = console.house
    house.sign_in("watanabe").people.add_account(
        house.story.people["worker2"], login="atarashi", role=Role.WORKER, password=FIRST
    )
    return console


@pytest.mark.parametrize("verb", [*LOOKS, ("journal",), ("condition",)])
def test_a_first_password_shows_nothing_on_the_console(
    newcomer: Console, verb: tuple[str, ...]
) -> None:
    said = look(newcomer, *verb, user="atarashi", password=FIRST)
    assert (said.code, said.answer["error"]) == (3, "MUST_CHANGE_PASSWORD")
    assert list(said.answer) == ["ok", "error", "message"] and said.err.count("\n") <= 1


def ask(driver: Driver, **request: Any) -> dict[str, Any]:
    return driver.answer(json.dumps(request))


def test_a_first_password_shows_nothing_through_the_driver(
    newcomer: Console, tmp_path: Path
) -> None:
    newcomer.house.ledger.close()
    driver = Driver(newcomer.ledger, newcomer.house.office)
    assert ask(driver, do="unlock", user="atarashi", password=FIRST)["must_change"] is True
    out = tmp_path / "people.csv"
    for request in (
        {"do": "query", "record": "person"},
        {"do": "status"},
        {"do": "export", "record": "person", "out": str(out)},
    ):
        assert ask(driver, **request)["error"] in ("MUST_CHANGE_PASSWORD", "NOT_PERMITTED")
    assert not out.exists()
    assert ask(driver, do="change_password", old=FIRST, new=OTHER)["ok"]
    assert ask(driver, do="query", record="person")["ok"] and ask(driver, do="status")["ok"]
    ask(driver, do="quit")


def test_an_officer_exports_nothing_with_a_first_password(console: Console, tmp_path: Path) -> None:
    people = console.house.sign_in("watanabe").people
    officer = account(console.house.ledger, OFFICER)
    people.reissue_password(officer.id, FIRST, "失念のため")
    console.house.ledger.close()
    driver = Driver(console.ledger, console.house.office)
    assert ask(driver, do="unlock", user=OFFICER, password=FIRST)["must_change"] is True
    said = ask(driver, do="export", record="item", out=str(tmp_path / "items.csv"))
    assert said["error"] == "MUST_CHANGE_PASSWORD" and not (tmp_path / "items.csv").exists()
    ask(driver, do="quit")


def test_a_session_that_goes_on_past_the_last_day_shows_no_more(console: Console) -> None:
    console.house.ledger.close()
    driver = Driver(console.ledger, console.house.office)
    assert ask(driver, do="unlock", user=OFFICER, password=OFFICE_OF[OFFICER])["ok"]
    assert ask(driver, do="query", record="item")["count"] > 0
    console.house.clock.go_to(console.house.clock().date() + timedelta(days=401), 9)
    for verb in ({"do": "query", "record": "item"}, {"do": "status"}, {"do": "verify"}):
        assert ask(driver, **verb)["error"] == "NOT_PERMITTED"
    ask(driver, do="quit")


@pytest.mark.parametrize("how", ["disabled", "half reissued"])
def test_a_backup_lets_nobody_in_whom_its_ledger_does_not_know(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    house, password = console.house, FIRST
    ledger = house.sign_in(BOSS.login)
    let_in_responsible(house, house.story.people["worker2"], "deputy", FIRST)
    deputy = account(ledger, "deputy").id
    with monkeypatch.context() as patch, pytest.raises(Killed):
        if how == "disabled":
            patch.setattr(Vault, "announce_epoch", die)
            ledger.people.disable_account(deputy, "退職のため")
        else:
            password = OTHER
            patch.setattr(ledger, "commit", die)
            agreed(
                house,
                lambda a: ledger.people.reissue_password(deputy, OTHER, "失念のため", answers=a),
            )
    (tmp_path / "usb").mkdir()
    file = record_backup(house.sign_in("yoshino"), tmp_path / "usb", quiet).file
    house.ledger.close()
    refusal = NotPermitted if how == "disabled" else AccountUnfinished
    with pytest.raises(refusal):
        house.office.restore(file, tmp_path / "restored", "deputy", password, quiet)
    assert not (tmp_path / "restored").exists()
