"""The ledger behaves like a list in memory, whatever is done to it in between (A8).

Hypothesis draws acts of the office: entries, corrections, sign-ins, new keys, people who come and
go, backups and restores. The list knows what must be there; the ledger is a real encrypted one.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.backups import record_backup
from models.codes import EmploymentType, PlaceKind, Role
from models.errors import AzukariError, WeakPassword
from models.ledger import Ledger
from models.passwords import USUAL_FORMER
from models.records import Organization, Person, Place
from models.registers import Registers
from models.store import quiet
from tests.house import FIRST_DAY, cheap_office, opening
from tests.security.harm import SEED
from ui.sample import cast
from ui.sample.clock import StoryClock

BOSS = cast.USERS[0]
WORKERS_WORD = "従事者のことば七つ並べて"
NAMES = st.text("倉庫第一二三号室北南東西髙𠮷ａﾊ'\"\\%_<&=+-A0", min_size=1, max_size=12)


class Office(RuleBasedStateMachine):
    """Acts on a ledger and, beside it, on a list."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="azukari-model-"))
        self.clock = StoryClock(FIRST_DAY)
        self.office = cheap_office(self.home, self.clock, seed=11)
        self.passwords = [BOSS.password]  # the present one last
        self.places: dict[str, str] = {}
        self.people: dict[str, str] = {}  # login to account, of those who may come in
        self.gone: list[str] = []
        self.backups: list[tuple[Path, str, dict[str, str], int]] = []
        self.head = 0

    @initialize()
    def open_the_books(self) -> None:
        self.ledger, _ = self.office.create(self.home / "ledger", opening(), self.password)

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # --- entries -----------------------------------------------------------------------------
    @rule(name=NAMES)
    def enter(self, name: str) -> None:
        place = Place(name=name, address="架空市青葉町1-2-3", floor_room="3階", lockable=True,
                      entry_control=True, kinds=(PlaceKind.WORK,))  # fmt: skip
        self.places[self.ledger.registers.create(place).ids[0]] = name

    @precondition(lambda self: self.places)
    @rule(data=st.data(), name=NAMES)
    def correct(self, data: st.DataObject, name: str) -> None:
        one = self._drawn(data)
        stored = self.ledger.registers.need(Place, one)
        if stored.record.name != name:
            self.ledger.registers.revise(
                replace(stored.record, name=name), "誤記のため", row_version=stored.meta.row_version
            )
            self.places[one] = name

    @precondition(lambda self: self.places)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        one = self._drawn(data)
        self.ledger.registers.void(Place, one, "二重の登録のため")
        del self.places[one]

    def _drawn(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.places)))

    # --- keys and people -----------------------------------------------------------------------
    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = self._unlock(BOSS.login, self.password)

    @rule()
    def renew_the_key(self) -> None:
        self.ledger.people.renew_key("定期の更新のため")

    @rule(number=st.integers(0, 9))
    def change_the_password(self, number: int) -> None:
        fresh = f"責任者のことば七つ・{number}・{len(self.gone)}"
        if fresh in self.passwords[-1 - USUAL_FORMER :]:
            with pytest.raises(WeakPassword):
                self.ledger.people.change_password(self.password, fresh)
        else:
            self.ledger.people.change_password(self.password, fresh)
            self.passwords.append(fresh)

    @property
    def password(self) -> str:
        return self.passwords[-1]

    @precondition(lambda self: len(self.people) < 3)
    @rule()
    def let_in(self) -> None:
        login = f"worker-{len(self.people) + len(self.gone)}"
        company = self.ledger.registers.all(Organization)[0].record.id
        person = Person(name="見本　太郎", organization_id=company,
                        employment_type=EmploymentType.REGULAR)  # fmt: skip
        who = self.ledger.registers.create(person).ids[0]
        made = self.ledger.people.add_account(
            who, login=login, role=Role.WORKER, password=WORKERS_WORD,
            valid_until=self.ledger.today() + timedelta(days=90), chosen_by_self=True,
        )  # fmt: skip
        self.people[login] = made.ids[0]

    @precondition(lambda self: self.people)
    @rule()
    def shut_out(self) -> None:
        login, account = self.people.popitem()
        self.ledger.people.disable_account(account, "担当替えのため")
        self.gone.append(login)

    @precondition(lambda self: self.people or self.gone)
    @rule(data=st.data())
    def a_worker_tries_to_sign_in(self, data: st.DataObject) -> None:
        login = data.draw(st.sampled_from(sorted([*self.people, *self.gone])))
        self.ledger.close()
        try:
            self._unlock(login, WORKERS_WORD).close()
            came_in = True
        except AzukariError:
            came_in = False
        self.ledger = self._unlock(BOSS.login, self.password)
        assert came_in == (login in self.people), login

    # --- backups -------------------------------------------------------------------------------
    @rule()
    def back_up(self) -> None:
        stick = self.home / "stick"
        stick.mkdir(exist_ok=True)
        file = Path(record_backup(self.ledger, stick, quiet).file)
        self.backups = [*self.backups, (file, self.password, dict(self.places), self.head)][-3:]

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """Restore on trial beside the ledger: it shows what it showed then, and says nothing else."""
        file, password, places, _ = data.draw(st.sampled_from(self.backups))
        self.ledger.close()
        beside = self.home / "restored"
        self.office.restore(file, beside, BOSS.login, password, quiet)
        restored = self._unlock(BOSS.login, password, beside)
        try:
            assert shown(restored) == places
            assert restored.safe.verify(full=True, progress=quiet).ok
        finally:
            restored.close()
            shutil.rmtree(beside)
            self.ledger = self._unlock(BOSS.login, self.password)

    def _unlock(self, login: str, password: str, folder: Path | None = None) -> Ledger:
        self.clock.wait(1)
        return self.office.unlock(folder or self.home / "ledger", login, password)

    # --- what always holds -----------------------------------------------------------------------
    @invariant()
    def the_ledger_shows_the_list(self) -> None:
        assert shown(self.ledger) == self.places
        seq = self.ledger.store.head().seq
        assert seq >= self.head, "the ledger never gets shorter"
        self.head = seq

    @rule()
    def verify(self) -> None:
        report = self.ledger.safe.verify(full=True, progress=quiet)
        assert report.ok, report.problems


def shown(ledger: Ledger) -> dict[str, str]:
    return {one.record.id: one.record.name for one in ledger.registers.all(Place)}


def play(
    machine: type[RuleBasedStateMachine], examples: int, steps: int, *, shrink: bool = True
) -> None:
    """Let hypothesis play; the seed is printed and can be given by AZUKARI_TEST_SEED."""
    print(f"seed {SEED}: {examples} stories of {steps} acts")
    rules = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.normal,
        phases=[Phase.generate, *([Phase.shrink] if shrink else [])], print_blob=True,
        report_multiple_bugs=False,
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(machine), settings=rules)


def test_the_ledger_behaves_like_a_list() -> None:
    play(Office, 30, 30)


@pytest.mark.soak
def test_the_ledger_behaves_like_a_list_for_two_hundred_stories() -> None:
    play(Office, 200, 50)


def forgetful(revise: Callable[..., object]) -> Callable[..., object]:
    """The planted bug: a correction to a name of two letters or more is not entered."""

    def revised(registers: Registers, record: Place, *given: object, **named: object) -> object:
        return None if len(record.name) > 1 else revise(registers, record, *given, **named)

    return revised


def test_a_ledger_that_forgets_a_correction_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registers, "revise", forgetful(Registers.revise))
    with pytest.raises(AssertionError):
        play(Office, 30, 30, shrink=False)
