"""Damaged pages: the program names them, tells whose they are, and its advice mends the ledger.

Real encrypted ledgers; in each test one page of one kind loses one bit, and then only what the
program says is done, until the full verification is green and the head is the one of before.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import mending as desk
from models.backups import record_backup
from models.chain import Head
from models.errors import (
    Cancelled,
    Damaged,
    FolderInTheWay,
    NotPermitted,
    TablesDamaged,
    VerificationFailed,
)
from models.ledger import Ledger
from models.office import Office
from models.store import quiet
from storage import damage, joining, mending
from storage.database import PAGE_SIZE, Database, create_database, open_database
from storage.known_schema import Schema
from storage.pages import PageFile, Tree, Walk, trees
from tests.house import cheap_office, furnished
from tests.storage.striking import owners, parts_of, strike
from tests.storage.test_gate_renewal import Words
from tests.storage.vaults import seeded
from ui.sample import cast

BOSS, WORKER, OFFICER = cast.USERS[:3]


@dataclass
class Site:
    """A ledger that is closed and whole, and what is known of it from before."""

    home: Path
    office: Office
    head: Head
    pages: dict[str, list[int]]
    backup: Path
    key: bytes

    @property
    def file(self) -> Path:
        return self.home / "ledger" / "ledger.db"

    def unlock(self, *, rebuild: bool = False, user: cast.User = BOSS) -> Ledger:
        return self.office.unlock(self.home / "ledger", user.login, user.password, rebuild=rebuild)

    def harm(self, number: int) -> None:
        strike(self.file, number)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("damage") / "home"
    home.mkdir()
    with furnished(home, accounts=True, days=2) as house:
        store, safe = parts_of(house.ledger)
        house.ledger.journal.start(home / "usb")
        house.story.receive(1)
        (home / "stick").mkdir()
        backup = Path(record_backup(house.ledger, home / "stick", quiet).file)
        house.story.receive(2)  # in the journal only
        while store.index_search(50):
            pass
        free_pages(store.database)
        clock = house.clock
        ledger = house.sign_in(BOSS.login)  # what a sign-in has to enter is entered
        store, safe = parts_of(ledger)
        head, pages, key = store.head(), owners(ledger), safe.vault.database_key
    shutil.copytree(home, home.with_name("good"))
    yield Site(home, cheap_office(home, clock, seed=2), head, pages, backup, key)


@pytest.fixture
def site(kept: Site) -> Site:
    """Return the same ledger in the same place, whole again."""
    shutil.rmtree(kept.home)
    shutil.copytree(kept.home.with_name("good"), kept.home)
    return kept


def free_pages(database: Database) -> None:
    """Leave pages behind that nothing uses."""
    with database.transaction():
        database.all("CREATE TABLE v_spare (bytes BLOB)")
        database.all("INSERT INTO v_spare VALUES (zeroblob(60000))")
    with database.transaction():
        database.all("DROP TABLE v_spare")


# --- whose a page is ------------------------------------------------------------------------------


def test_every_page_of_a_whole_ledger_has_an_owner(kept: Site) -> None:
    assert sum(map(len, kept.pages.values())) == kept.file.stat().st_size // PAGE_SIZE
    assert len(kept.pages["free"]) > 5


def test_pages_say_the_same_as_sqlite_counts(kept: Site) -> None:
    database = open_database(kept.file, kept.key)
    try:
        assert database.value("PRAGMA page_count") == sum(map(len, kept.pages.values()))
        assert database.value("PRAGMA freelist_count") == len(kept.pages["free"])
        asked = "SELECT type, name, tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0"
        known = trees(PageFile(database.reader(), kept.key))
        assert known == [Tree(*row) for row in database.all(asked)]
    finally:
        database.close()


def test_long_contents_are_found_on_their_own_pages(tmp_path: Path) -> None:
    """In a table and in an index, below leaves and below inner pages."""
    key = seeded("long")(32)
    database = create_database(tmp_path / "long.db", key)
    with database.transaction():
        database.all("CREATE TABLE entry (body BLOB)")
        database.all("CREATE TABLE v_index (text TEXT PRIMARY KEY) WITHOUT ROWID")
        for number in range(60):
            database.all("INSERT INTO entry VALUES (zeroblob(?))", (number * 331,))
            database.all("INSERT INTO v_index VALUES (?)", (f"{number}" * 1900,))
    roots: dict[str, int] = dict(database.all("SELECT name, rootpage FROM sqlite_schema"))
    file = PageFile(database.reader(), key)
    walk = Walk(file, frozenset(range(2, file.count + 1)), quiet)
    for name, root in roots.items():
        walk.tree(name, root)
    assert len(walk.owners) < len(walk.wanted)
    for name, root in roots.items():
        walk.tree(name, root, overflow=True)
    database.close()
    assert not walk.left and set(walk.owners.values()) == {"entry", "v_index"}


# --- what can be made anew ------------------------------------------------------------------------

DERIVED = {
    "v_item": "一覧の表「媒体・資料」",
    "v_handling_event_lines": "一覧の表「取扱記録」",
    "sqlite_autoindex_v_item_1": "一覧の索引「媒体・資料」",
    "v_user_account": "一覧の表「利用者」",
    "v_later": "一覧の表",
    "search_data": "検索の索引",
    "search_idx": "検索の索引",
    "sqlite_autoindex_command_1": "記帳の索引",
    "free": "使っていないページ",
}


@pytest.mark.parametrize("name", DERIVED)
def test_what_follows_from_the_log_is_mended_as_advised(site: Site, name: str) -> None:
    number = site.pages[name][-1]
    site.harm(number)
    ledger = open_as_told(site, number, DERIVED[name])
    try:
        found = ledger.safe.verify(full=True, progress=quiet)
        if not found.ok:  # else the advice was followed at the door
            [problem] = found.problems
            assert problem.where == f"ledger.db 第{number}ページ"
            assert DERIVED[name] in problem.message and "「一覧を作り直す」" in problem.message
            assert "復元" not in problem.message
            assert desk.rebuild(ledger, quiet).head == site.head
            found = ledger.safe.verify(full=True, progress=quiet)
        assert found.ok, found.problems
        assert found.head == site.head
        assert ledger.store.search("受領") is not None
    finally:
        ledger.close()
    assert not list(site.file.parent.glob("ledger.db.*"))


def open_as_told(site: Site, number: int, words: str) -> Ledger:
    try:
        return site.unlock()
    except TablesDamaged as error:
        assert f"{number}ページ（{words}）" in str(error) and "「一覧を作り直す」" in str(error)
        return site.unlock(rebuild=True)


def test_the_first_page_of_the_free_list_is_mended_too(site: Site) -> None:
    """SQLite reads it before it takes a free page, so that every entry would fail."""
    database = open_database(site.file, site.key)
    trunk = int.from_bytes(page_one(database, site.key)[32:36], "big")
    database.close()
    site.harm(trunk)
    ledger = open_as_told(site, trunk, "使っていないページ")
    try:
        desk.rebuild(ledger, quiet)
        assert ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()


def page_one(database: Database, key: bytes) -> bytes:
    content = PageFile(database.reader(), key).read(1)
    assert content is not None
    return content


def test_several_damaged_lists_are_named_each_and_mended_at_once(site: Site) -> None:
    struck = {name: site.pages[name][-1] for name in ("v_item", "search_data", "free")}
    for number in struck.values():
        site.harm(number)
    ledger = site.unlock(rebuild=True)
    try:
        assert ledger.safe.verify(full=True, progress=quiet).ok
        assert ledger.store.head() == site.head
        assert any("作り直しました" in one for one in ledger.notices)
    finally:
        ledger.close()


def test_an_entry_can_be_made_after_mending(site: Site) -> None:
    site.harm(site.pages["sqlite_autoindex_v_item_1"][-1])
    ledger = site.unlock()
    try:
        ledger.safe.verify(full=True, progress=quiet)  # from here on SQLCipher reads no more
        desk.rebuild(ledger, quiet)
        ledger.journal.stop("試験のため")
        assert ledger.store.head().seq > site.head.seq
        assert ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()


# --- what must be restored ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["command", "entry", "content", "secret", "catalogue"])
def test_a_damaged_log_is_restored_as_advised(site: Site, name: str) -> None:
    number = site.pages[name][-1]
    site.harm(number)
    message = told(site)
    assert f"{number}ページ" in message and "復元してください" in message
    assert "作り直" not in message and "バックアップと更新ジャーナル" in message
    with pytest.raises(Damaged) as refused:
        site.unlock(rebuild=True).close()
    assert not isinstance(refused.value, TablesDamaged)
    if name == "content":  # the way is the same for all
        restore_and_check(site)


def test_a_damaged_first_page_is_named_and_restored_as_advised(site: Site) -> None:
    site.harm(1)
    message = told(site)
    assert "第1ページ（先頭のページ）" in message and "新しいフォルダー" in message
    restore_and_check(site)


def test_a_damaged_salt_is_told_apart_from_a_wrong_password(site: Site) -> None:
    """The first bytes make the key of every MAC: no page can be read, whatever the password."""
    raw = bytearray(site.file.read_bytes())
    raw[3] ^= 1
    site.file.write_bytes(raw)
    message = told(site)
    assert "どこも読めません" in message and "先頭が壊れた" in message and "復元" in message


def told(site: Site) -> str:
    """Return what the door or the verification says."""
    try:
        ledger = site.unlock()
    except Damaged as error:
        return str(error)
    try:
        found = ledger.safe.verify(full=True, progress=quiet)
        return "\n".join(f"{one.where}：{one.message}" for one in found.problems)
    finally:
        with suppress(Damaged):
            ledger.close()


def restore_and_check(site: Site) -> None:
    backup = site.home / "stick" / site.backup.name
    place = site.home / "again"
    site.office.restore(backup, place, BOSS.login, BOSS.password, quiet, site.home / "usb")
    ledger = site.office.unlock(place, BOSS.login, BOSS.password)
    try:
        assert ledger.safe.verify(full=True, progress=quiet).problems == ()
        [same] = [one for one in ledger.store.entries(site.head.seq, site.head.seq)]
        assert same.hash == site.head.hash
    finally:
        ledger.close()


def test_a_damaged_log_beside_a_damaged_list_is_not_called_harmless(site: Site) -> None:
    site.harm(site.pages["content"][-1])
    site.harm(site.pages["v_item"][-1])
    message = told(site)
    assert "記帳そのもの" in message and "一覧の表「媒体・資料」" in message
    assert "復元" in message and "作り直" not in message


def test_who_only_looks_still_only_looks_after_damage_was_found(site: Site) -> None:
    site.harm(site.pages["v_item"][-1])
    ledger = site.unlock(user=OFFICER)
    try:
        found = ledger.safe.verify(full=True, progress=quiet)
        assert found.can_rebuild
        assert parts_of(ledger)[0].database.value("PRAGMA query_only") == 1
        assert ledger.contracts()  # and goes on reading
    finally:
        ledger.close()


def test_the_door_says_that_it_looks_for_damage_and_can_be_stopped(site: Site) -> None:
    site.harm(site.pages["v_user_account"][-1])
    said = Words()
    with pytest.raises(TablesDamaged):
        site.office.unlock(site.home / "ledger", BOSS.login, BOSS.password, progress=said)
    assert said.sentences == [damage.LOOKING]
    with pytest.raises(Cancelled):
        site.office.unlock(
            site.home / "ledger", BOSS.login, BOSS.password, progress=Words(stop_at_once)
        )
    with pytest.raises(TablesDamaged):  # what was stopped has let the ledger go
        site.unlock()


def stop_at_once(done: int, total: int) -> None:
    raise Cancelled


def test_a_copy_that_is_only_looked_at_names_its_pages_and_stays_as_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = site.pages["v_item"][-1]
    site.harm(number)
    monkeypatch.setattr(joining, "can_write", lambda folder: False)
    before = site.file.read_bytes()
    ledger = site.office.unlock(site.home / "ledger", BOSS.login, BOSS.password, looking=True)
    try:
        assert ledger.opened.frozen
        [problem] = ledger.safe.verify(full=True, progress=quiet).problems
        assert problem.where == f"ledger.db 第{number}ページ" and "作り直す" in problem.message
    finally:
        ledger.close()
    assert site.file.read_bytes() == before


def test_a_table_that_says_something_else_is_mended_in_the_same_way(site: Site) -> None:
    """No page is damaged: somebody changed a row of a list."""
    database = open_database(site.file, site.key)
    with database.transaction():
        database.all(
            "UPDATE v_item SET name = '別の物' WHERE number = (SELECT max(number) FROM v_item)"
        )
    database.close()
    ledger = site.unlock()
    try:
        found = ledger.safe.verify(full=True, progress=quiet)
        assert {one.code for one in found.problems} == {"VIEW"} and found.can_rebuild
        assert all("「一覧を作り直す」" in one.message for one in found.problems)
        assert desk.rebuild(ledger, quiet).head == site.head
        assert ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()


# --- making it anew is all or nothing ----------------------------------------------------------------


def test_only_those_who_may_can_make_it_anew(site: Site) -> None:
    with pytest.raises(NotPermitted):
        site.unlock(rebuild=True, user=WORKER)
    ledger = site.unlock(user=WORKER)
    try:
        with pytest.raises(NotPermitted):
            desk.rebuild(ledger, quiet)
    finally:
        ledger.close()


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_stopping_leaves_the_ledger_as_it_was(site: Site, share: float) -> None:
    def stop(done: int, total: int) -> None:
        if total and done / total >= share:
            raise Cancelled

    before = site.file.stat().st_ino
    ledger = site.unlock()
    try:
        with pytest.raises(Cancelled):
            ledger.safe.rebuild(stop)
        assert ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()
    assert site.file.stat().st_ino == before
    assert not list(site.file.parent.glob("ledger.db.*"))


def test_progress_rises_to_the_end(site: Site) -> None:
    seen: list[float] = []
    ledger = site.unlock()
    try:
        ledger.safe.rebuild(lambda done, total: seen.append(done / total))
    finally:
        ledger.close()
    assert seen == sorted(seen) and seen[-1] == 1.0
    assert any(0.3 < one < 0.7 for one in seen)


def test_a_log_that_does_not_verify_is_not_made_anew(site: Site) -> None:
    """Else the damage of yesterday would get fresh pages and look sound."""
    database = open_database(site.file, site.key)
    with database.transaction():
        database.all("UPDATE content SET body = CAST(body || ' ' AS BLOB) WHERE seq = 5")
    database.close()
    ledger = site.unlock()
    try:
        with pytest.raises(VerificationFailed):
            ledger.safe.rebuild(quiet)
        assert not ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()


def test_what_a_dead_rebuild_left_is_removed_at_the_next_start(site: Site) -> None:
    left = site.file.with_name("ledger.db" + mending.BESIDE)
    left.write_bytes(b"half")
    site.unlock().close()
    assert not left.exists()


@pytest.mark.parametrize("name", ["ledger.db.new", "ledger.db.new-journal"])
def test_a_folder_in_the_way_of_a_rebuild_is_named_and_kept(site: Site, name: str) -> None:
    folder = site.file.with_name(name)
    folder.mkdir()
    (folder / "note.txt").write_text("mine")
    for rebuild in (False, True):
        with pytest.raises(FolderInTheWay, match="フォルダーになっています") as told:
            site.unlock(rebuild=rebuild)
        assert name in str(told.value) and "EISDIR" not in str(told.value)
    assert (folder / "note.txt").read_text() == "mine"
    folder.rename(site.file.with_name("aside"))
    ledger = site.unlock()  # the folder was released, and all is as before
    ledger.close()


def test_nobody_else_comes_in_while_the_damage_is_read(site: Site) -> None:
    """Reading the file a second time must not drop this process's lock on it."""
    site.harm(site.pages["v_item"][-1])
    ledger = site.unlock()
    try:
        store, safe = parts_of(ledger)
        assert damage.found_in(store.database, safe.vault.database_key, quiet)
        code = (
            "import sys; from pathlib import Path; from storage.database import open_database\n"
            "open_database(Path(sys.argv[1]), bytes.fromhex(sys.stdin.read()))"
        )
        other = subprocess.run(
            [sys.executable, "-c", code, str(site.file)],
            input=safe.vault.database_key.hex(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "InUse" in other.stderr
    finally:
        ledger.close()


# --- pages that are whole and do not fit together ------------------------------------------------------


@pytest.mark.parametrize("rows", ["", " WHERE x IS NOT NULL"])
def test_an_index_that_lacks_a_row_is_told_as_mendable(
    site: Site, monkeypatch: pytest.MonkeyPatch, rows: str
) -> None:
    # Its table is a spare one, which the door and the verification would name first.
    monkeypatch.setattr("storage.ledgers.require_known", lambda database: None)
    monkeypatch.setattr(Schema, "run", lambda self, database: [])
    database = open_database(site.file, site.key)
    database.all("CREATE TABLE v_spare (x)")
    database.all(f"CREATE INDEX v_spare_x ON v_spare (x){rows}")
    hidden = database.one("SELECT * FROM sqlite_schema WHERE name = 'v_spare_x'")
    assert hidden is not None
    edit_catalogue(database, "DELETE FROM sqlite_schema WHERE name = 'v_spare_x'")
    database = open_database(site.file, site.key)
    database.all("INSERT INTO v_spare VALUES (1)")
    edit_catalogue(database, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", hidden)
    ledger = site.unlock()
    try:
        [problem] = ledger.safe.verify(full=True, progress=quiet).problems
        assert "一覧の表か索引の構造" in problem.message and "作り直す" in problem.message
        desk.rebuild(ledger, quiet)
        assert ledger.safe.verify(full=True, progress=quiet).ok
    finally:
        ledger.close()


def edit_catalogue(database: Database, sql: str, values: Sequence[object] = ()) -> None:
    database._connection.set_authorizer(None)
    database.all("PRAGMA writable_schema = ON")
    database.all(sql, values)
    database.close()
