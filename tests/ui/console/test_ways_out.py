"""Every kind of damage, met at the console and the driver: the advice is followed until all is well.

No advice may lead back to what was done just now, and none may name a step that leaves damage.
"""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.backups import record_backup
from models.codes import AttachmentKind
from models.errors import BRING_BACK
from models.mending import AS_TOLD, BESIDES
from models.store import quiet
from storage.database import PAGE_SIZE
from tests.house import House, cheap_office, furnished
from tests.storage.striking import owners, strike
from tests.ui.console.desk import BOSS, Console, Said
from ui.console.driver import Driver

MOST_STEPS = 4


@dataclass
class Stage:
    """A ledger that is closed and whole, with a backup and a journal, and where its pages are."""

    home: Path
    console: Console
    pages: dict[str, list[int]]
    backup: str
    head: str

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @property
    def file(self) -> Path:
        return self.ledger / "ledger.db"

    def sealed(self) -> list[Path]:
        return sorted((self.ledger / "attachments").iterdir())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home = tmp_path_factory.mktemp("ways") / "home"
    home.mkdir()
    with furnished(home, accounts=True, days=1) as house:
        house.ledger.journal.start(home / "usb")
        _attach(house, 0)
        (home / "stick").mkdir()
        backup = Path(record_backup(house.ledger, home / "stick", quiet).file).name
        _attach(house, 1)  # in the journal only
        ledger = house.sign_in(BOSS.login)
        pages, head = owners(ledger), ledger.store.head().hex
        ledger.close()
        shutil.copytree(home, home.with_name("good"))
        house.office = cheap_office(home, house.clock, seed=3)
        yield Stage(home, Console(house), pages, backup, head)


@pytest.fixture
def stage(kept: Stage) -> Stage:
    shutil.rmtree(kept.home)
    shutil.copytree(kept.home.with_name("good"), kept.home)
    return kept


def _attach(house: House, number: int) -> None:
    house.ledger.files.attach(
        b"%PDF-1.4 " + bytes([number]) * 900, name=f"{number}.pdf", mime="application/pdf",
        kind=AttachmentKind.OTHER,
    )  # fmt: skip


# --- the harm -------------------------------------------------------------------------------------


def page_of(tree: str) -> Callable[[Stage], None]:
    return lambda stage: strike(stage.file, stage.pages[tree][-1])


def cut(less: int) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        with stage.file.open("r+b") as file:
            file.truncate(stage.file.stat().st_size - less)

    return harm


def cut_to(size: int) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        with stage.file.open("r+b") as file:
            file.truncate(size)

    return harm


def salted(stage: Stage) -> None:
    raw = bytearray(stage.file.read_bytes())
    raw[3] ^= 1
    stage.file.write_bytes(raw)


def lost(stage: Stage) -> None:
    for one in stage.sealed():
        one.unlink()


def spoilt(stage: Stage) -> None:
    stage.sealed()[0].write_bytes(b"something else")


def their_list(stage: Stage) -> None:
    """Strike the table of the attachments and every index of it."""
    for name, pages in stage.pages.items():
        if "v_attachment" in name or name.startswith("attachment"):
            strike(stage.file, pages[-1])


def without(*names: str) -> Callable[[Stage], None]:
    return both(*(lambda stage, name=name: (stage.ledger / name).unlink() for name in names))


def replaced(*names: str) -> Callable[[Stage], None]:
    other = b"PK\x03\x04" + b"letter" * 2000
    return both(
        *(lambda stage, name=name: (stage.ledger / name).write_bytes(other) for name in names)
    )


def flipped_in(*names: str) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        for name in names:
            raw = bytearray((stage.ledger / name).read_bytes())
            raw[len(raw) // 2] ^= 1
            (stage.ledger / name).write_bytes(raw)

    return harm


def both(*harms: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        for one in harms:
            one(stage)

    return harm


HARMS = {
    "a list": page_of("v_item"),
    "the accounts": page_of("v_user_account"),
    "an index": page_of("sqlite_autoindex_v_item_1"),
    "the log": page_of("content"),
    "keys": page_of("secret"),
    "the catalogue": page_of("catalogue"),
    "the first page": lambda stage: strike(stage.file, 1),
    "the salt": salted,
    "one page cut off": cut(PAGE_SIZE),
    "many pages cut off": cut(40 * PAGE_SIZE),
    "a part of a page cut off": cut(100),
    "more than half cut off": cut_to(20 * PAGE_SIZE),
    "one page left": cut_to(PAGE_SIZE),
    "less than a page left": cut_to(100),
    "nothing left": cut_to(0),
    "no database": without("ledger.db"),
    "another file in its place": replaced("ledger.db"),
    "no key files": without("keys.a", "keys.b"),
    "key files damaged": flipped_in("keys.a", "keys.b"),
    "other files in the place of the keys": replaced("keys.a", "keys.b"),
    "attachments lost": lost,
    "an attachment spoilt": spoilt,
    "a list, and attachments lost": both(page_of("v_item"), lost),
    "their own list, and attachments lost": both(their_list, lost),
    "the accounts, and attachments lost": both(page_of("v_user_account"), lost),
    "the log, and attachments lost": both(page_of("content"), lost),
    "cut off, and attachments lost": both(cut(PAGE_SIZE), lost),
}

# --- the advice -----------------------------------------------------------------------------------


def step_in(advice: str) -> str:
    """Return what a sentence tells to do first, in the order in which it tells it."""
    words = {
        "rebuild": ("コンソールの rebuild", "コンソールでは rebuild"),
        "restore": (
            "コンソールの restore", "コンソールでは restore", "バックアップから復元",
        ),
        "verify": ("verify --full", "もう一度検証"),
        "bring back": (BRING_BACK,),
    }  # fmt: skip
    places = {
        step: min((advice.find(one) for one in said if one in advice), default=-1)
        for step, said in words.items()
    }
    told = {step: place for step, place in places.items() if place >= 0}
    assert told, f"leads nowhere: {advice}"
    return min(told, key=lambda step: told[step])


def told(said: Said) -> str:
    """Return what a person is told: the error, or the way that follows the findings."""
    if "problems" not in said.answer:
        return str(said.answer["message"])
    assert all("remedy" in one for one in said.answer["problems"])
    lines = [str(one["message"]) for one in said.answer["problems"]]
    return "\n".join(lines)


def follow(stage: Stage, step: str) -> Path:
    """Do what was advised and return where the ledger is now."""
    console, again = stage.console, stage.home / f"again-{step.replace(' ', '-')}"
    if step == "rebuild":
        assert console("rebuild", stage.ledger).code == 0
        return stage.ledger
    done = console("restore", stage.home / "stick" / stage.backup, again, "--journal",
                   stage.home / "usb")  # fmt: skip
    assert done.code == 0, done.err
    if step == "bring back":
        for one in (again / "attachments").iterdir():
            shutil.copy(one, stage.ledger / "attachments" / one.name)
        return stage.ledger
    return again


@pytest.mark.parametrize("harm", HARMS)
def test_the_advice_of_the_console_leads_out(stage: Stage, harm: str) -> None:
    HARMS[harm](stage)
    done = ["verify"]
    place, said = stage.ledger, stage.console("verify", stage.ledger, "--full")
    while not said.answer["ok"]:
        step = step_in(told(said))
        assert step not in done, f"{done} and then again {step}: {told(said)}"
        done.append(step)
        assert len(done) < MOST_STEPS
        place = follow(stage, step)
        said = stage.console("verify", place, "--full")
    assert len(done) > 1, "nothing was found"
    assert stage.console("verify", place, "--full").answer["ok"]
    assert all(one.exists() for one in (place / "attachments" / name.name for name in _good(stage)))


def _good(stage: Stage) -> list[Path]:
    return sorted((stage.home.with_name("good") / "ledger" / "attachments").iterdir())


@pytest.mark.parametrize("harm", HARMS)
def test_rebuilding_what_cannot_be_rebuilt_leads_on(stage: Stage, harm: str) -> None:
    HARMS[harm](stage)
    said = stage.console("rebuild", stage.ledger)
    if said.code == 0:
        assert said.answer["lost_attachments"] == (len(_good(stage)) if "lost" in harm else 0)
        assert ("失われたまま" in said.err) == ("lost" in harm)
    else:
        assert step_in(told(said)) == "restore", told(said)


@pytest.mark.parametrize(
    "harm",
    ["a list", "the accounts", "the log", "the first page", "one page cut off",
     "attachments lost", "their own list, and attachments lost"],
)  # fmt: skip
def test_the_driver_says_the_same(stage: Stage, harm: str) -> None:
    HARMS[harm](stage)
    stage.console.house.ledger.close()
    out = io.StringIO()
    lines = [
        {"do": "unlock", "user": BOSS.login, "password": BOSS.password},
        {"do": "verify"},
        {"do": "quit"},
    ]
    text = io.StringIO("".join(json.dumps(one) + "\n" for one in lines))
    Driver(stage.ledger, stage.console.house.office).run(text, out)
    opened, verified, _ = (json.loads(line) for line in out.getvalue().splitlines())
    if not opened["ok"]:
        assert step_in(opened["message"]) in ("rebuild", "restore"), opened["message"]
        return
    assert not verified["verified"]
    by_console = stage.console("verify", stage.ledger, "--full").answer
    assert verified["problems"] == by_console["problems"]
    assert verified["can_rebuild"] == by_console["can_rebuild"]


# --- what the parts of an advice say --------------------------------------------------------------


def test_a_list_and_attachments_are_two_things_to_do(stage: Stage) -> None:
    HARMS["a list, and attachments lost"](stage)
    said = stage.console("verify", stage.ledger, "--full")
    remedies = [one["remedy"] for one in said.answer["problems"]]
    count = len(_good(stage))
    assert remedies == ["rebuild"] + count * ["bring_back"]
    assert said.answer["can_rebuild"] is False and "失われるものはありません" not in said.out
    plain = _plain(stage)
    assert BESIDES in plain and plain.index("rebuild") < plain.index(BESIDES)
    made = stage.console("rebuild", stage.ledger)
    assert made.answer["lost_attachments"] == count and f"ファイル{count}件は" in made.err
    after = stage.console("verify", stage.ledger, "--full").answer
    assert [one["remedy"] for one in after["problems"]] == count * ["bring_back"]
    assert not after["can_rebuild"]


def test_a_list_of_attachments_that_cannot_be_read_promises_nothing(stage: Stage) -> None:
    HARMS["their own list, and attachments lost"](stage)
    said = stage.console("verify", stage.ledger, "--full")
    assert "もう一度検証してください" in told(said)


def away(stage: Stage) -> None:
    (stage.home / "usb").rename(stage.home / "pulled out")


def flipped(stage: Stage) -> None:
    file = next((stage.home / "usb").rglob("*.azj"))
    raw = bytearray(file.read_bytes())
    raw[raw.index(b"AZJF") + 100] ^= 1
    file.write_bytes(raw)


def bad_backup(stage: Stage) -> None:
    (stage.home / "stick" / stage.backup).write_bytes(b"something else")


@pytest.mark.parametrize("harm", [away, flipped, bad_backup])
def test_what_lies_beside_the_ledger_asks_for_no_restore(
    stage: Stage, harm: Callable[[Stage], None]
) -> None:
    """Nothing can be restored from what is not there: its own message says what to do."""
    harm(stage)
    said = stage.console("verify", stage.ledger, "--full")
    assert said.code == 1
    assert [one["remedy"] for one in said.answer["problems"]] == ["as_told"]
    assert "ください" in said.answer["problems"][0]["message"]
    assert AS_TOLD in _plain(stage) and "復元" not in _plain(stage)


def test_a_missing_attachment_is_not_looked_for_on_a_medium(stage: Stage) -> None:
    HARMS["attachments lost"](stage)
    message = told(stage.console("verify", stage.ledger, "--full"))
    assert "媒体を接続してから" not in message and "台帳のフォルダーから失われています" in message


def test_a_file_that_was_cut_says_how_much_is_gone(stage: Stage) -> None:
    HARMS["many pages cut off"](stage)
    for verb in (("verify", "--full"), ("rebuild",), ("status",)):
        said = stage.console(verb[0], stage.ledger, *verb[1:])
        assert said.code == 4 and "ほか35ページ（末尾が切れて、なくなったページ）" in said.err
        assert "verify" not in said.err and "新しいフォルダーに復元" in said.err


def _plain(stage: Stage) -> str:
    """Return what `verify --full` writes for people."""
    import contextlib
    import os

    from ui.console.passwords import VARIABLE
    from ui.console.program import run

    out = io.StringIO()
    os.environ[VARIABLE] = BOSS.password
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        run(["verify", str(stage.ledger), "--full", "--user", BOSS.login],
            lambda: stage.console.house.office)  # fmt: skip
    os.environ.pop(VARIABLE, None)
    return out.getvalue()
