"""A ledger that nobody can write is answered as it is, and stays so byte for byte."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.ledgers import DATABASE_NAME
from tests.house import furnished
from tests.ui.console.desk import BOSS, Console, Said, ordinary_user
from ui.seal_part import make_seal

_loaded: list[bool] = []  # modules that root alone may read, once for all tests
VERBS = (("status",), ("verify",), ("verify", "--full"), ("calendar",), ("backups",))


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def forbidden(folder: Path) -> Iterator[None]:
    """Take the right to write away, as an ordinary user sees it."""
    with ordinary_user(folder.parent):
        for path in [*folder.rglob("*"), folder]:
            path.chmod(0o500 if path.is_dir() else 0o400)
        try:
            yield
        finally:
            for path in [folder, *folder.rglob("*")]:
                path.chmod(0o700 if path.is_dir() else 0o600)


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """Mount the folder over itself, read-only: also root cannot write there."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a folder read-only")
    made = subprocess.run(["mount", "--bind", folder, folder], capture_output=True)
    if made.returncode != 0:
        pytest.skip("this machine mounts nothing")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder, folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def console(open_air: Path) -> Iterator[Console]:
    """A console on a ledger below which an ordinary user can pass."""
    with furnished(open_air) as house:
        made = Console(house)
        if not _loaded:
            for verb in (*VERBS, ("evidence", "--contract", "2026-001")):
                made(verb[0], made.ledger, *verb[1:])
            house.sign_in(BOSS.login)
            _loaded.append(True)
        yield made


@pytest.fixture(params=[forbidden, mounted])
def still(console: Console, request: pytest.FixtureRequest) -> Iterator[Console]:
    console.house.ledger.close()
    (console.ledger / "lock").unlink()  # as on a copy that nobody opened
    with request.param(console.ledger):
        yield console


def answered(console: Console, *verb: str) -> Said:
    said = console(verb[0], console.ledger, *verb[1:])
    assert said.code in (0, 1), said.err
    return said


@pytest.mark.parametrize("verb", VERBS)
def test_a_read_only_ledger_answers_and_says_so(still: Console, verb: tuple[str, ...]) -> None:
    before = digest(still.ledger)
    said = answered(still, *verb)
    assert said.answer["read_only"] is True and "書込みのできない場所" in said.err
    assert digest(still.ledger) == before


def test_verification_finds_it_whole(still: Console) -> None:
    said = answered(still, "verify", "--full")
    assert said.answer["ok"] is True and said.answer["seq"] > 0


def test_what_would_write_is_refused(still: Console, open_air: Path) -> None:
    before = digest(still.ledger)
    assert still("backup", still.ledger, open_air).code == 5
    assert still("verify", still.ledger, "--enter").code == 5
    assert digest(still.ledger) == before


def test_the_journal_beside_it_is_left_alone(console: Console, open_air: Path) -> None:
    journal = open_air / "journal"
    console.house.ledger.journal.start(journal)
    console.house.ledger.close()
    before = digest(journal)
    with forbidden(console.ledger):
        said = answered(console, "status")
    assert said.answer["journal"]["state"] == "unseen" and digest(journal) == before
    assert console("status", console.ledger).answer["journal"]["state"] == "ok"


def test_papers_are_compared_with_it(console: Console, open_air: Path) -> None:
    out = open_air / "notice.pdf"
    make_seal(console.house.ledger)
    words = ("--contract", "2026-001", "--document", "D-03", out)
    assert console("print", console.ledger, *words).code == 0
    assert console("verify-document", out, "--ledger", console.ledger).code == 0
    with forbidden(console.ledger):
        said = console("verify-document", out, "--ledger", console.ledger)
        evidence = console("evidence", console.ledger, "--contract", "2026-001")
    assert said.code == 0 and said.answer["read_only"] is True, said.err
    assert evidence.answer["read_only"] is True and evidence.answer["clauses"]


def test_a_transaction_that_stopped_half_way_is_not_passed_over(console: Console) -> None:
    console.house.ledger.close()
    hot = console.ledger / f"{DATABASE_NAME}-journal"
    hot.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    with forbidden(console.ledger):
        said = console("verify", console.ledger)
    assert said.code == 5 and said.answer["error"] == "UNFINISHED"
    assert "後始末" in said.err and "写して" in said.err


def test_a_ledger_that_somebody_writes_is_in_use(console: Console) -> None:
    console.house.ledger.close()
    with forbidden(console.ledger), (console.ledger / "lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = console("status", console.ledger)
    assert said.code == 5 and said.answer["error"] == "IN_USE"


def test_a_ledger_that_can_be_written_is_not_called_read_only(console: Console) -> None:
    assert answered(console, "status").answer["read_only"] is False
