"""Lines of the access log taken away or written anew with the keys in hand.

Chain and signatures of a shorter log are whole; only a review that was entered remembers the lines.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.access import Act
from models.access_review import review
from models.chain import EMPTY
from models.records import Item
from models.store import quiet
from storage.access import stream_lines
from storage.access_check import NOTHING
from storage.database import Database
from tests.house import House, furnished
from tests.security.test_insider import BOSS, WORKER, cut_the_last, with_a_tool

GONE = "確認したときの記録が、なくなったか、書き換えられています。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, profile="fukuoka", accounts=True, own=True) as made:
        yield made


def cut_the_last_session(db: Database) -> None:
    """Take the lines of the last stretch, and its signature."""
    first = db.value("SELECT max(first) FROM access_seal")
    db.all("DELETE FROM access_line WHERE number >= ?", (first,))
    db.all("DELETE FROM access_seal WHERE first = ?", (first,))


def rewrite(db: Database) -> None:
    """Change who did the first thing, and recompute the hash of every line after it."""
    previous = EMPTY.hash
    for number, line in enumerate(list(stream_lines(db, NOTHING)), start=1):
        changed = replace(line, user="somebody") if number == 1 else line
        previous = changed.hashed(previous)
        db.all(
            "UPDATE access_line SET user = ?, hash = ? WHERE number = ?",
            (changed.user, previous, line.number),
        )


def reviewed(house: House) -> int:
    """Look at things, let the month be looked through, and return the last line that it saw."""
    ledger = house.sign_in(BOSS.login)
    ledger.access.note(Act.VIEW, Item.type, "item-1")
    ledger.access.flush()
    seen = ledger.access.head().seq
    review(ledger, ledger.today(), "目立つ点なし。責任者の操作は開設の準備によるもの")
    return seen


def problems(house: House) -> list[tuple[str, str]]:
    found = house.ledger.safe.verify(full=True, progress=quiet).problems
    return [(one.where, one.message) for one in found]


def test_recomputed_lines_are_not_what_was_signed(house: House) -> None:
    with_a_tool(house, rewrite)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    told = problems(house)
    assert told and all("署名されたときと違います" in message for _, message in told)


def test_lines_of_a_ledger_that_went_back_alone_are_told(house: House) -> None:
    """The entries are cut, the log of looks is left: it was begun at a head that nobody knows."""
    house.story.receive(1)
    house.sign_in(WORKER.login)
    with_a_tool(house, cut_the_last)
    (house.folder / "device" / "heads.json").unlink()
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert any("台帳と一致しません" in message for _, message in problems(house))


def test_lines_that_a_review_saw_cannot_be_cut(house: House) -> None:
    seen = reviewed(house)
    assert problems(house) == []
    with_a_tool(house, cut_the_last_session)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert problems(house) == [(f"利用の記録の{seen:,}行目", GONE)]


def test_other_lines_in_their_place_do_not_hide_the_cut(house: House) -> None:
    seen = reviewed(house)
    with_a_tool(house, cut_the_last_session)
    ledger = house.sign_in(WORKER.login)
    for number in range(seen):
        ledger.access.note(Act.VIEW, Item.type, f"other-{number}")
    house.sign_in(BOSS.login)
    assert house.ledger.access.head().seq > seen
    assert problems(house) == [(f"利用の記録の{seen:,}行目", GONE)]


def test_without_a_review_the_same_cut_says_nothing_here(house: House) -> None:
    """The limit, and the control: chain and signatures of what is left are whole."""
    ledger = house.sign_in(BOSS.login)
    ledger.access.note(Act.VIEW, Item.type, "item-1")
    with_a_tool(house, cut_the_last_session)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert problems(house) == []
