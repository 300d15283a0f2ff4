"""A ledger that was set back ends in an entry and on the next paper, whatever happens between.

An older copy is put in the place of the ledger, or beside it. Then the medium of the journal is
pulled, somebody answers for it and quits at once, others sign in first, and the disk is full: in every
order. Until it is entered everybody who opens the ledger is stopped or told, and nothing else is
entered; and there is always a way on.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from models.chain import Head
from models.codes import Role, SystemEventKind
from models.errors import DiskFull, NotPermitted, Refused, RolledBack
from models.journal import JournalState
from models.ledger import Ledger
from models.records import HandlingEvent, Submission, SystemEvent
from models.store import quiet
from storage import journal_file, recollection
from storage.journal import list_files
from storage.journal_compare import value_of
from storage.journal_connecting import Connecting, Held
from storage.journal_keeper import Keeper
from storage.ledger_store import LedgerStore
from storage.recollection import Recollection
from tests.house import House, furnished
from tests.reports.papers import flat
from tests.security.test_insider import house, office
from tests.storage.test_journal_keeper import enter
from ui.issue import IssueRequest, issue
from ui.sample import cast

__all__ = ["house", "office"]

BOSS, WORKER, INSPECTOR, ADMINISTRATOR = cast.USERS
REASON = "最後のバックアップが読めないため、この写しで続けます"
FIRST = "静かな港に灯る三つの明かり"
OTHERS = (WORKER, INSPECTOR, ADMINISTRATOR)


def die(*given: object) -> None:
    os._exit(9)


def fail(descriptor: int) -> None:
    raise OSError(5, "EIO")


@dataclass
class SetBack:
    """An older copy of a ledger, its place, and what was entered after it was taken."""

    house: House
    place: Path
    copied: Head
    lost: Head
    patch: pytest.MonkeyPatch
    remembers: str

    @property
    def usb(self) -> Path:
        return self.house.folder / "usb"

    def unlock(self, user: cast.User, *, reason: str = "", looking: bool = False) -> Ledger:
        return self.house.office.unlock(
            self.place, user.login, user.password, rolled_back=reason, looking=looking
        )

    def answered(self) -> Ledger:
        """Sign in as the responsible person, with a reason if one is asked for."""
        try:
            return self.unlock(BOSS)
        except RolledBack:
            return self.unlock(BOSS, reason=REASON)

    # --- what happens between ---
    def pull(self) -> None:
        self.usb.rename(self.house.folder / "pulled")

    def plug(self) -> None:
        (self.house.folder / "pulled").rename(self.usb)

    def quit(self) -> None:
        self.answered().close()

    def full(self) -> None:
        def refuse(*given: object) -> None:
            raise DiskFull(file="ledger.db")

        with self.patch.context() as patch:
            patch.setattr(LedgerStore, "_insert", refuse)
            self.answered().close()

    def others(self) -> None:
        for user in OTHERS:
            try:
                self.unlock(user).close()
            except RolledBack:
                with pytest.raises(NotPermitted):  # and they cannot answer for it
                    self.unlock(user, reason=REASON)

    # --- what must be true ---
    def tells(self, ledger: Ledger) -> list[SystemEvent]:
        return [
            one.record
            for one in ledger.registers.all(SystemEvent, kind=SystemEventKind.ROLLED_BACK)
        ]

    def require_heard(self) -> None:
        """Nobody opens the ledger without hearing of it, unless it is entered."""
        if self.remembers == "journal" and not self.usb.exists():
            return  # nobody there knows
        try:
            ledger = self.unlock(WORKER, looking=True)
        except RolledBack:
            return
        try:
            assert self.tells(ledger) or "記帳番号" in "".join(ledger.notices), ledger.notices
        finally:
            ledger.close()

    def require_entered(self, ledger: Ledger) -> None:
        """It is the first entry behind the copy, and names what was lost."""
        told = self.tells(ledger)
        assert value_of(self.lost) in {one.value for one in told}
        first = next(iter(ledger.store.commands(self.copied.seq + 1)))
        kinds = {entry.type for entry in ledger.store.entries(first.first_seq, first.last_seq)}
        assert kinds == {SystemEvent.type} and first.first_seq == self.copied.seq + 1
        numbers = [
            one.meta.created_seq
            for one in ledger.registers.all(SystemEvent, kind=SystemEventKind.ROLLED_BACK)
        ]
        assert min(numbers) <= first.last_seq


def copied(house: House, monkeypatch: pytest.MonkeyPatch, *, remembers: str = "both") -> SetBack:
    """Take a copy, enter two things, and put the copy in the ledger's place, or beside it.

    Args:
        remembers: what knows of them: "both", the "PC", or the "journal"; "beside" is a copy in a
            folder where the ledger was never opened, without a journal.
    """
    folder, beside = house.folder, remembers == "beside"
    if beside:
        house.ledger.journal.stop("媒体の返却")
    before = house.ledger.store.head()
    house.ledger.close()
    shutil.copytree(folder / "ledger", folder / "older")
    heads = (folder / "device" / "heads.json").read_bytes()
    house.ledger = ledger = house.office.unlock(folder / "ledger", BOSS.login, BOSS.password)
    enter(ledger, "一")
    enter(ledger, "消したい取扱い")
    lost = ledger.store.head()
    ledger.close()
    place = folder / ("elsewhere" if beside else "ledger")
    if not beside:
        shutil.rmtree(place)
    (folder / "older").rename(place)
    if remembers == "PC":
        shutil.rmtree(folder / "usb")
    if remembers == "journal":
        (folder / "device" / "heads.json").write_bytes(heads)
    return SetBack(house, place, before, lost, monkeypatch, remembers)


def printed(ledger: Ledger) -> str:
    """Seal a receipt and return its text."""
    event = ledger.registers.all(HandlingEvent)[0].record
    change = issue(ledger, IssueRequest("D-14", event.contract_id, (event.id,)))
    return flat(ledger.paper.file(ledger.registers.need(Submission, change.ids[-1]).record.id))


def brought_to_an_end(one: SetBack) -> None:
    """Get on, with the journal or without it for good; enter something and seal a paper."""
    ledger = one.house.ledger = one.answered()
    if ledger.journal.status().state is JournalState.MISSING:
        ledger.journal.suspend(REASON)
        ledger.journal.start(one.house.folder / "new")
    enter(ledger, "続き")
    one.require_entered(ledger)
    text = "".join(printed(ledger).split())
    assert "以前の状態での使用" in text
    beside = one.remembers == "beside"  # there the first who comes enters it
    assert beside or REASON in text
    assert ledger.safe.verify(full=True, progress=quiet).ok
    assert beside or ledger.journal.status().state is JournalState.OK
    ledger.close()
    one.house.ledger = one.unlock(WORKER)  # from here on it is a ledger as any other
    assert not one.house.ledger.notices


def lived_through(one: SetBack, order: tuple[str, ...]) -> None:
    one.require_heard()
    for step in order:
        getattr(one, step)()
        one.require_heard()
    brought_to_an_end(one)


STEPS = ("pull", "quit", "others", "full")
CASES = [
    *(("both", order) for length in (0, 2, 4) for order in permutations(STEPS, length)),
    *(("PC", order) for order in permutations(STEPS[1:])),
    *(("journal", (*order, "plug")) for order in permutations(("pull", "others", "full"))),
    *(("beside", order) for order in permutations(STEPS[1:])),
]


@pytest.mark.parametrize(
    ("remembers", "order"), CASES, ids=["-".join((one, *order)) for one, order in CASES]
)
def test_it_is_entered_and_printed_in_whatever_order_things_happen(
    house: House, monkeypatch: pytest.MonkeyPatch, remembers: str, order: tuple[str, ...]
) -> None:
    lived_through(copied(house, monkeypatch, remembers=remembers), order)


def test_whoever_has_a_first_password_enters_what_the_program_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And changes the password; nothing else is entered in that name."""
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(tmp_path / "usb")
        made.sign_in(ADMINISTRATOR.login).people.add_account(
            made.story.people["worker2"], login="newcomer", role=Role.WORKER, password=FIRST,
            valid_until=made.ledger.today() + timedelta(days=90),
        )  # fmt: skip
        made.sign_in(BOSS.login)
        one = copied(made, monkeypatch, remembers="beside")
        made.office.unlock(one.place, "newcomer", FIRST).close()
        one.require_heard()
        made.ledger = one.unlock(BOSS)
        one.require_entered(made.ledger)


def test_an_officer_enters_nothing_of_his_own_before_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = copied(house, monkeypatch, remembers="beside")
    officer = one.unlock(INSPECTOR)
    with pytest.raises(Refused, match="はじめに記帳"):
        officer.people.change_password(INSPECTOR.password, FIRST)
    assert officer.store.head() == one.copied
    officer.close()
    brought_to_an_end(one)


@pytest.mark.parametrize("remembers", ["both", "PC", "journal"])
def test_who_comes_in_with_the_sheet_enters_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembers: str
) -> None:
    password = "七つの海を渡る三羽の白い鳥"
    with furnished(tmp_path, accounts=True) as made:
        made.ledger.journal.start(tmp_path / "usb")
        one = copied(made, monkeypatch, remembers=remembers)
        made.ledger, _ = made.office.recover(one.place, made.sheet, BOSS.login, password)
        one.require_entered(made.ledger)
        assert any("回復シートの使用" in line for line in made.ledger.paper.numbering().warnings)
        assert made.ledger.safe.verify(full=True, progress=quiet).ok


@pytest.mark.parametrize("kill", ["before the journal", "in the journal"])
def test_a_program_that_dies_while_it_is_entered_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, kill: str
) -> None:
    """The ledger tells of it, the journal still ends with what was lost; nobody is asked twice."""
    one = copied(house, monkeypatch)
    with monkeypatch.context() as patch:
        if kill == "before the journal":
            patch.setattr(Keeper, "after", die)
        else:
            patch.setattr(journal_file, "sync", fail)
        child = os.fork()
        if child == 0:
            try:
                one.unlock(BOSS, reason=REASON)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
    house.office.random(4096)  # the child has drawn the ids that would come next
    ledger = house.ledger = one.unlock(BOSS)
    assert [event.reason for event in one.tells(ledger) if event.value == value_of(one.lost)] == [
        REASON
    ]
    seq = enter(ledger, "続き")
    status = ledger.journal.status()
    assert (status.state, status.seq) == (JournalState.OK, seq)
    one.require_entered(ledger)
    assert ledger.safe.verify(full=True, progress=quiet).ok


def test_the_journal_holds_the_entry_that_tells_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a restore would have to stop before it."""
    one = copied(house, monkeypatch)
    ledger = house.ledger = one.answered()
    vault = ledger.safe.vault  # type: ignore[attr-defined]
    last = journal_file.JournalFile(list_files(one.usb, vault.vault_id)[-1], vault)
    assert last.header.base == one.copied and last.scan().head == ledger.store.head()


# --- the log of looks, and the journal itself ---------------------------------------------------------


def cut_the_looks(house: House, monkeypatch: pytest.MonkeyPatch) -> SetBack:
    """Let a worker look at things, and put the database of before in its place: no entry is missing."""
    database = house.folder / "ledger" / "ledger.db"
    house.ledger.close()
    shutil.copy(database, house.folder / "before.db")
    worker = house.sign_in(WORKER.login)
    head = worker.store.head()
    worker.access.searched(3)
    worker.close()
    shutil.copy(house.folder / "before.db", database)
    return SetBack(house, house.folder / "ledger", head, head, monkeypatch, "looks")


@pytest.mark.parametrize("first", [(), (INSPECTOR,), (INSPECTOR, INSPECTOR), (WORKER,)])
def test_looks_that_were_cut_away_are_told_whoever_comes_first(
    house: House, monkeypatch: pytest.MonkeyPatch, first: tuple[cast.User, ...]
) -> None:
    one = cut_the_looks(house, monkeypatch)
    for user in first:
        ledger = one.unlock(user)
        assert any("利用の記録の" in notice for notice in ledger.notices)
        ledger.close()
    ledger = house.ledger = one.unlock(BOSS)
    (told,) = one.tells(ledger)
    assert told.value.startswith("access ") and "利用の記録" in told.detail
    assert any("利用の記録" in line for line in ledger.paper.numbering().warnings)
    enter(ledger)
    assert ledger.journal.status().state is JournalState.OK
    ledger.close()
    house.ledger = one.unlock(WORKER)
    assert not house.ledger.notices


@pytest.mark.parametrize("first", [(), (INSPECTOR, INSPECTOR), (ADMINISTRATOR,)])
def test_a_journal_that_was_set_back_is_told_whoever_comes_first(
    house: House, monkeypatch: pytest.MonkeyPatch, first: tuple[cast.User, ...]
) -> None:
    usb = house.folder / "usb"
    house.ledger.close()
    shutil.copytree(usb, house.folder / "old")
    ledger = house.sign_in(BOSS.login)
    enter(ledger, "一")
    enter(ledger, "二")
    ledger.close()
    shutil.rmtree(usb)
    (house.folder / "old").rename(usb)
    for user in first:
        house.office.unlock(house.folder / "ledger", user.login, user.password).close()
    ledger = house.sign_in(BOSS.login)
    behind = ledger.registers.all(SystemEvent, kind=SystemEventKind.JOURNAL_BEHIND)
    assert len(behind) == 1 and ledger.journal.status().seq == ledger.store.head().seq
    ledger = house.sign_in(WORKER.login)
    assert not ledger.notices and ledger.safe.verify(full=True, progress=quiet).ok


# --- nothing is remembered ------------------------------------------------------------------------


@pytest.mark.parametrize("left", [None, b"", b"{", b"{}", b"[]"])
@pytest.mark.parametrize("first", [INSPECTOR, WORKER], ids=["officer", "worker"])
def test_a_memory_that_is_gone_is_told_whoever_comes_first(
    house: House, left: bytes | None, first: cast.User
) -> None:
    heads = house.folder / "device" / "heads.json"
    house.ledger.close()
    heads.unlink()
    if left is not None:
        heads.write_bytes(left)
    for user in (first, first, BOSS):
        house.ledger = house.office.unlock(house.folder / "ledger", user.login, user.password)
        told = house.ledger.registers.all(SystemEvent, kind=SystemEventKind.MEMORY_LOST)
        assert told or any("PCの記憶がありません" in line for line in house.ledger.notices)
        house.ledger.close()
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    (told,) = ledger.registers.all(SystemEvent, kind=SystemEventKind.MEMORY_LOST)
    assert any("PCの記憶" in line for line in ledger.paper.numbering().warnings)
    assert not ledger.notices


def set_back_after_a_kill(house: House) -> None:
    """Take a copy, enter three things, die, pull the medium, and put the copy in the place."""
    folder = house.folder
    house.ledger.close()
    shutil.copytree(folder / "ledger", folder / "older")
    child = os.fork()
    if child == 0:
        try:
            ledger = house.office.unlock(folder / "ledger", BOSS.login, BOSS.password)
            for purpose in ("一", "二", "消したい取扱い"):
                enter(ledger, purpose)
            os._exit(9)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    shutil.rmtree(folder / "usb", ignore_errors=True)
    shutil.rmtree(folder / "ledger")
    (folder / "older").rename(folder / "ledger")


def without_journal(house: House) -> None:
    house.ledger.journal.stop("媒体の返却")


def with_journal(house: House) -> None:
    """As it is; the first commands that the journal has are remembered once it has some."""


@pytest.mark.parametrize("keep", [without_journal, with_journal])
def test_what_a_killed_program_entered_is_remembered(
    house: House, monkeypatch: pytest.MonkeyPatch, keep: Callable[[House], None]
) -> None:
    monkeypatch.setattr(recollection, "MOST_UNREMEMBERED", 3)
    keep(house)
    set_back_after_a_kill(house)
    with pytest.raises(RolledBack):
        house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)


# --- the planted bugs -------------------------------------------------------------------------------


def remembers_at_once(self: Recollection, news: object, reached: Head | None = None) -> None:
    self._memory.remember(self._vault_id, self._place, reached or self._found)


def goes_on_at_once(self: Connecting, who: str, lost: Head, value: str = "") -> Head:
    try:
        return kept_told(self, who, lost, value)
    except Held:
        return self._store.head()


kept_told = Connecting._told
BUGS: dict[str, tuple[type, str, Callable[..., object], str, tuple[str, ...]]] = {
    "the memory goes on": (Recollection, "keep", remembers_at_once, "both", ("pull", "quit")),
    "beside, too": (Recollection, "keep", remembers_at_once, "beside", ("full",)),
    "the journal goes on": (Connecting, "_told", goes_on_at_once, "journal", ("full",)),
}


@pytest.mark.parametrize("bug", list(BUGS))
def test_a_memory_that_goes_on_before_it_is_entered_would_be_found(
    house: House, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    """The planted bug: what remembers the later state is replaced at the opening."""
    cls, name, planted, remembers, order = BUGS[bug]
    one = copied(house, monkeypatch, remembers=remembers)
    monkeypatch.setattr(cls, name, planted)
    with pytest.raises(AssertionError):
        lived_through(one, order)


@pytest.mark.parametrize("keep", [without_journal, with_journal])
def test_a_memory_that_waits_for_the_closing_would_be_found(
    house: House, monkeypatch: pytest.MonkeyPatch, keep: Callable[[House], None]
) -> None:
    """The planted bug: commands are not remembered, only the end of a session is."""
    monkeypatch.setattr(Recollection, "reached", lambda *given, **named: None)
    keep(house)
    set_back_after_a_kill(house)
    house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    assert not house.ledger.registers.all(SystemEvent, kind=SystemEventKind.ROLLED_BACK)
