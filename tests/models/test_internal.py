"""Dates, findings and exceptions of no contract: the contractor's own matter, and nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    DueStatus,
    FindingSource,
    FindingStatus,
    RuleMode,
    Severity,
)
from models.commands import creating
from models.exposure import shut
from models.ledger import Ledger
from models.records import (
    DueItem,
    Finding,
    Incident,
    Record,
    RuleOverride,
    UserAccount,
)
from models.store import Op, Query, Where
from tests import proof
from tests.house import House, furnished
from tests.ui.conftest import add_contract
from ui.sample import cast

MARK = "秘匿の調査"
NEW, WHY = "静かな港に灯る三つの明かり", "机のメモを来客に見られた"
SEEING = {"takahashi": True, "watanabe": True, "yoshino": False, "kensa": False}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Record]]]:
    with furnished(tmp_path_factory.mktemp("internal"), accounts=True, days=1) as house:
        day, people = house.ledger.today(), house.story.people
        new = house.ledger.new_id
        due = DueItem(id=new(), title=MARK, due_on=day, owner_person_id=people["supervisor"],
                      status=DueStatus.OPEN)  # fmt: skip
        found = Finding(
            id=new(), source=FindingSource.ANALYSIS, description=MARK, severity=Severity.MINOR,
            due_on=day, owner_person_id=people["supervisor"], status=FindingStatus.OPEN,
        )  # fmt: skip
        exception = RuleOverride(
            id=new(), rule_id="A-37", mode=RuleMode.BLOCK_PLAN, record_type="system_event",
            record_ref=new(), message=MARK, reason=f"{MARK}のためにすぐに止めた",
            requested_by=people["supervisor"], at=house.ledger.now(), confirm_later=True,
        )  # fmt: skip
        own = due.with_changes(id=new(), owner_person_id=people["worker"])
        records = {"due": due, "found": found, "exception": exception, "own": own}
        house.ledger.commit([creating(one) for one in records.values()])
        while house.ledger.store.index_search(1000):
            pass
        yield house, records


def sees(ledger: Ledger, one: Record) -> bool:
    """Tell whether a record exists for who is signed in, by every way of asking, which all agree."""
    store, cls = ledger.store, type(one)
    by_id = (Where("id", Op.EQ, one.id),)
    query = Query(one.type, by_id)
    number = ledger.opened.store.numbers(query)
    answers = {
        "get": store.get(cls, one.id) is not None,
        "many": bool(store.get_many(cls, [one.id])),
        "find": bool(store.find(cls, query)),
        "count": bool(store.count(query)),
        "numbers": bool(store.numbers(query)),
        "rows": bool(store.rows(one.type, number)),
        "columns": bool(list(store.columns(query, ("id",)))),
        "tally": bool(store.tally(query, "contract_id")),
        "caption": bool(store.caption(one.type, one.id)),
        "history": bool(store.history(one.type, one.id)),
        "search": one.id in {hit.id for hit in store.search(MARK)},
        "log": one.id in {entry.record_id for entry in store.entries()},
    }  # fmt: skip
    assert len(set(answers.values())) == 1, answers
    return answers["get"]


@pytest.mark.parametrize("login", SEEING)
def test_what_belongs_to_no_contract_is_seen_by_role(
    made: tuple[House, dict[str, Record]], login: str
) -> None:
    """Who may agree to an exception sees it; a worker sees the dates that are his."""
    house, records = made
    ledger = house.sign_in(login)
    seen = {name: sees(ledger, one) for name, one in records.items()}
    all_ = SEEING[login]
    worker = login == "yoshino"
    assert seen == {"due": all_, "found": all_, "exception": all_ or worker, "own": all_ or worker}
    told = {one.id for one in calendar(ledger, house.story.contract.id)}
    assert {
        records[name].id for name, is_seen in seen.items() if is_seen and name != "exception"
    } == (told & {one.id for one in records.values()})
    assert ledger.store.counts()["due_item"] == ledger.store.count(Query("due_item"))


def test_a_client_reads_how_a_clause_stands_and_not_what_was_found(
    made: tuple[House, dict[str, Record]],
) -> None:
    house, records = made
    told = {}
    for login in ("takahashi", "kensa"):
        house.sign_in(login)
        rows = [one for one in proof.rows(house) if "どの契約のものでもない" in one.sentence]
        assert rows and not any(MARK in one.sentence for one in rows)
        told[login] = [(one.severity, one.sentence) for one in rows]
        assert {one.id for one in rows} == {records["found"].id if login == "takahashi" else ""}
    assert told["takahashi"] == told["kensa"]


# --- after 「知られた・紛失」 ---------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True) as one:
        yield one


def inquiries(house: House) -> list[str]:
    return [one.record.contract_id for one in house.ledger.registers.all(Incident)]


def known(house: House, login: str) -> None:
    account = house.ledger.registers.one(UserAccount, login_name=login)
    assert account is not None
    shut(house.ledger, account.record.id, WHY)


def test_the_inquiry_belongs_to_the_contracts_that_were_open(house: House) -> None:
    other = add_contract(house.ledger, "R8-777")
    known(house, "yoshino")
    assert inquiries(house) == [house.story.contract.id] and other.id not in inquiries(house)
    house.sign_in("kensa")
    assert inquiries(house) == [house.story.contract.id]


def test_who_sees_every_contract_opened_them_all(house: House) -> None:
    other = add_contract(house.ledger, "R8-777")
    me = next(one for one in cast.USERS if one.login == "takahashi")
    account = house.ledger.user
    assert account.login_name == me.login
    shut(house.ledger, account.id, WHY, old_password=me.password, new_password=NEW)
    assert set(inquiries(house)) == {house.story.contract.id, other.id}


def test_what_nobody_can_enter_for_a_contract_is_the_contractors_own_matter(house: House) -> None:
    house.sign_in("watanabe")
    known(house, "yoshino")
    assert inquiries(house) == [""]
    for login, seen in SEEING.items():
        if login != "yoshino":
            house.sign_in(login)
            assert inquiries(house) == ([""] if seen else [])
