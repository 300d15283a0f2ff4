"""A furnished house for tests of the office: a real encrypted ledger with the sample cast on stage.

The key derivation is the cheap one of the tests, the clock is the story's, ids come from a seed.
"""

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import main
from models.codes import AuthorizationSubject, BasisType, Decision, DecisionForm
from models.ledger import Ledger
from models.office import Office
from models.opening import Opening
from models.records import Authorization, Item, Organization, Person
from storage.gate import LedgerGate
from storage.kdf import TEST
from tests import patched
from ui.sample import cast
from ui.sample.clock import StoryClock, StoryRandom
from ui.sample.story import Story

FIRST_DAY = date(2026, 10, 1)


@dataclass
class House:
    """An office with one open ledger and its story."""

    folder: Path
    office: Office
    clock: StoryClock
    ledger: Ledger
    sheet: str
    story: Story

    def sign_in(self, login: str) -> Ledger:
        """Close the ledger and open it as another member of the cast."""
        self.ledger.close()
        password = next(user.password for user in cast.USERS if user.login == login)
        self.ledger = self.office.unlock(self.folder / "ledger", login, password)
        self.story.ledger = self.ledger
        return self.ledger


def cheap_office(folder: Path, clock: StoryClock, seed: int = 1, *, rules: bool = False) -> Office:
    """Return an office whose passwords cost nothing to derive."""
    gate = LedgerGate(
        kdf=TEST, allow_test_profile=True, device_folder=folder / "device", clock=clock
    )
    return replace(
        main.build_office(),
        gate=gate,
        clock=clock,
        steady=None,
        random=StoryRandom(seed),
        rules=rules,
    )


def opening() -> Opening:
    """Return what the wizard would have asked for."""
    name, kana, title, employment = cast.PEOPLE["supervisor"]
    person = Person(
        name=name, name_kana=kana, job_title=title, department="業務部",
        employment_type=employment, organization_id="-",
    )  # fmt: skip
    return Opening(cast.CONTRACTOR, person, cast.USERS[0].login)


@contextmanager
def furnished(
    folder: Path,
    *,
    profile: str = "shiki",
    accounts: bool = False,
    days: int = 0,
    rules: bool = False,
    planted: bool = False,
    things: int = 0,
    wait: int = 0,
    own: bool = False,
) -> Iterator[House]:
    """Open a ledger with client, contract, people, places and consents.

    Args:
        own: found it here and now, as it is also done where the test has patched something. Else
            it is one that was founded elsewhere, the same for all that ask for the same things, and
            its responsible person has signed in again.
        accounts: also let worker, inspector and administrator in.
        days: working days of the story to tell.
        rules: let the rules of the contract speak.
        planted: let the story break a few of them.
        things: that are received after that, and how many minutes ago that is (`wait`).
    """
    wanted = _Wanted(profile, accounts, days, rules, planted, things, wait)
    house = _furnish(folder, wanted) if own or patched.is_anything() else _moved_in(folder, wanted)
    try:
        yield house
    finally:
        house.ledger.close()


@dataclass(frozen=True)
class _Wanted:
    profile: str
    accounts: bool
    days: int
    rules: bool
    planted: bool
    things: int
    wait: int


_PARTS = ("ledger", "device")
_kept: dict[_Wanted, tuple[House, TemporaryDirectory[str]]] = {}


def _moved_in(folder: Path, wanted: _Wanted) -> House:
    """Return a house that was furnished once, brought to this folder and opened here.

    To found a ledger and to enter its cast takes four times as long.
    """
    if wanted not in _kept:
        _kept[wanted] = _put_by(wanted)
    first, place = _kept[wanted]
    for part in _PARTS:
        shutil.copytree(Path(place.name, f"kept-{part}"), folder / part)
    clock, random = copy.deepcopy((first.clock, first.office.random))
    office = replace(cheap_office(folder, clock, rules=wanted.rules), random=random)
    user = cast.USERS[0]
    ledger = office.unlock(folder / "ledger", user.login, user.password)
    story = copy.copy(first.story)
    vars(story).update(
        copy.deepcopy(vars(first.story), {id(first.ledger): ledger, id(first.clock): clock})
    )
    return House(folder, office, clock, ledger, first.sheet, story)


def _put_by(wanted: _Wanted) -> tuple[House, TemporaryDirectory[str]]:
    """Furnish a house and keep it where no ledger looks for itself."""
    place = TemporaryDirectory(prefix="azukari-kept-")
    house = _furnish(Path(place.name), wanted)
    house.ledger.close()
    for part in _PARTS:
        Path(place.name, part).rename(Path(place.name, f"kept-{part}"))
    return house, place


def _furnish(folder: Path, wanted: _Wanted) -> House:
    clock = StoryClock(FIRST_DAY)
    office = cheap_office(folder, clock, rules=wanted.rules)
    ledger, sheet = office.create(folder / "ledger", opening(), cast.USERS[0].password)
    story = Story(ledger, clock, seed=1, planted=wanted.planted)
    contractor = ledger.registers.all(Organization)[0].record.id
    supervisor = ledger.registers.all(Person)[0].record.id
    story.set_up(office.profiles[wanted.profile], "2026-001", contractor, supervisor)
    if wanted.accounts:
        for user in cast.USERS[1:]:
            ledger.people.add_account(
                story.people[user.person], login=user.login, role=user.role,
                password=user.password, valid_until=ledger.today() + timedelta(days=400),
                chosen_by_self=True,
                contracts={story.contract.id: cast.RIGHTS[user.role]}
                if user.role in cast.RIGHTS
                else {},
            )  # fmt: skip
    for number in range(wanted.days):
        story.day(FIRST_DAY + timedelta(days=number), number)
    if wanted.things:
        story.receive(wanted.things)
        clock.wait(wanted.wait)
    return House(folder, office, clock, ledger, sheet, story)


@contextmanager
def under_texts(folder: Path) -> Iterator[Callable[[str], House]]:
    """Furnish a house for each text that is asked for, until the end."""
    with ExitStack() as open_ones:
        yield lambda text: open_ones.enter_context(furnished(folder / text, profile=text))


@contextmanager
def stocked(folder: Path) -> Iterator[House]:
    """Furnish a house with rules, accounts and six things that were received an hour ago."""
    with furnished(folder, rules=True, accounts=True, things=6, wait=60) as made:
        yield made


def stack(house: House) -> Item:
    """Return a thing of several sheets."""
    return next(one for one in house.story._stock if one.unit == "枚")


def instruct_end(house: House) -> None:
    """Enter that the client lets lent things be destroyed instead of returned."""
    day = house.ledger.today()
    house.ledger.registers.create(
        Authorization(
            contract_id=house.story.contract.id, basis_type=BasisType.INSTRUCTION,
            subject=AuthorizationSubject.END_EXCEPTION, requested_on=day, reason="不要となるため",
            scope_text="貸与した結果票", valid_from=day, decision=Decision.GRANTED, decided_on=day,
            decided_by_title="課長", decided_by_name="見本　次郎",
            decision_form=DecisionForm.WRITTEN, decision_doc_no="見本第1号",
        )
    )  # fmt: skip
