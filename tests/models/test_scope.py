"""What a user sees: the contracts on which he holds a right, and nothing of any other (A-11)."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models.codes import AccessLevel, EndRule, ItemClass, ItemOrigin, MediaType, Ownership, Role
from models.errors import InvalidField, NotFound, NotPermitted, Refused
from models.inspection_receipt import last_of_years
from models.ledger import Ledger
from models.paper import Request, Sealed
from models.records import (
    ALL,
    AccessRight,
    Assignment,
    Contract,
    HandlingEvent,
    Item,
    Organization,
    Person,
    Place,
    UserAccount,
)
from models.scope import BY_CONTRACT
from models.store import Op, Query, Where
from tests.house import House, furnished
from ui.sample import cast
from ui.seal_part import make_seal

SECRET = "よそのまちの秘密帳簿"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger of two municipalities: the sample's, and one whose records all carry a mark."""
    with furnished(tmp_path_factory.mktemp("town"), accounts=True, days=2) as house:
        registers, story = house.ledger.registers, house.story
        client = registers.need(Organization, story.contract.client_org_id).record
        client_id = registers.create(replace(client, id="", name=f"{SECRET}市")).ids[0]
        other = replace(
            story.contract, id="", contract_no="2026-900", title=SECRET, client_org_id=client_id
        )
        other_id = registers.create(other).ids[0]
        place = story.places[2].id
        for number in range(6):
            registers.create(
                Item(
                    contract_id=other_id, item_no=f"Z-{number:03d}", name=f"{SECRET}{number}",
                    item_class=ItemClass.PAPER, media_type=MediaType.DOCUMENT,
                    origin=ItemOrigin.PROVIDED, home_place_id=place, quantity=Decimal(1),
                    unit="冊", ownership=Ownership.CLIENT, end_rule=EndRule.RETURN,
                )
            )  # fmt: skip
        yield house


def sign_in(house: House, login: str) -> Ledger:
    return house.sign_in(login)


def others(ledger: Ledger) -> Contract:
    """Return the hidden contract, asked of the real store."""
    found = ledger.opened.store.find(
        Contract, Query("contract", (Where("contract_no", Op.EQ, "2026-900"),))
    )
    return found[0].record


@pytest.mark.parametrize("login", ["yoshino", "kensa"])
def test_what_belongs_to_another_contract_does_not_exist(town: House, login: str) -> None:
    ledger = sign_in(town, login)
    other = others(ledger)
    assert [one.record.contract_no for one in ledger.contracts()] == ["2026-001"]
    with pytest.raises(NotFound):
        ledger.registers.need(Contract, other.id)
    assert ledger.store.caption("contract", other.id) == ""
    assert ledger.store.called("contract", {other.id}) == {}
    assert ledger.store.history("contract", other.id) == []
    assert ledger.store.search(SECRET) == []
    assert ledger.store.search("Z-") == []
    hidden = ledger.opened.store.find(Item, Query("item", (Where("contract_id", Op.EQ, other.id),)))
    assert len(hidden) == 6
    for stored in hidden:
        item = stored.record.id
        assert ledger.store.get(Item, item) is None and ledger.store.status(item) is None
        assert ledger.store.timeline(item) == [] and ledger.store.get_many(Item, [item]) == {}


def test_a_responsible_person_sees_every_contract_until_narrowed(town: House) -> None:
    ledger = sign_in(town, "takahashi")
    assert {one.record.contract_no for one in ledger.contracts()} == {"2026-001", "2026-900"}
    right = AccessRight(
        user_id=ledger.user.id, contract_id=town.story.contract.id, level=AccessLevel.MANAGE
    )
    right_id = sign_in(town, "watanabe").registers.create(right).ids[0]
    ledger = sign_in(town, "takahashi")
    assert [one.record.contract_no for one in ledger.contracts()] == ["2026-001"]
    sign_in(town, "watanabe").rights.end(right_id, "全契約を担当するため")
    assert len(sign_in(town, "takahashi").contracts()) == 2


def test_who_sees_one_contract_numbers_papers_behind_those_of_all(town: House) -> None:
    ledger = sign_in(town, "takahashi")
    make_seal(ledger)
    other = others(ledger)
    request = Request(other.id, "D-14", "預り証")
    ledger.paper.seal(request, lambda _: Sealed(b"x", "ab" * 32, {"lines": []}))
    right = AccessRight(
        user_id=ledger.user.id, contract_id=town.story.contract.id, level=AccessLevel.MANAGE
    )
    right_id = sign_in(town, "watanabe").registers.create(right).ids[0]
    ledger = sign_in(town, "takahashi")
    assert not ledger.paper.sealed()
    assert ledger.paper.numbering().previous_sha256 == "ab" * 32
    assert [one.sha256 for one in last_of_years(ledger)] == ["ab" * 32]
    sign_in(town, "watanabe").rights.end(right_id, "全契約を担当するため")


def test_what_a_hidden_contract_builds_on_is_not_taken_out_of_force(town: House) -> None:
    registers = sign_in(town, "takahashi").registers
    known = registers.need(Place, town.story.places[2].id).record
    place = registers.create(replace(known, id="", name="別館の書庫")).ids[0]
    item = registers.all(Item, item_no="Z-000")[0].record
    registers.create(replace(item, id="", item_no="Z-900", home_place_id=place))
    right = AccessRight(
        user_id=registers.one(UserAccount, login_name="takahashi").record.id,  # type: ignore[union-attr]
        contract_id=town.story.contract.id, level=AccessLevel.MANAGE,
    )  # fmt: skip
    right_id = sign_in(town, "watanabe").registers.create(right).ids[0]
    narrowed = sign_in(town, "takahashi")
    assert narrowed.registers.all(Item, item_no="Z-900") == []
    with pytest.raises(Refused, match="使われて"):
        narrowed.registers.void(Place, place, "不要になったため")
    sign_in(town, "watanabe").rights.end(right_id, "全契約を担当するため")


def test_an_administrator_grants_what_he_does_not_see(town: House) -> None:
    ledger = sign_in(town, "watanabe")
    assert len(ledger.contracts()) == 2  # the frame: contracts, assignments, rights
    assert ledger.store.count(Query("item")) == ledger.store.count(Query("handling_event")) == 0
    assert {hit.type for hit in ledger.store.search(SECRET)} <= {"organization"}
    officer = town.story.people["officer"]
    assert ledger.registers.need(Person, officer).record.name  # whom he lets in


def test_no_question_of_any_kind_leaks(town: House) -> None:
    """Ask thousands of random questions as a worker; nothing of the other contract comes back."""
    ledger = sign_in(town, "yoshino")
    other, real = others(ledger), ledger.opened.store
    hidden = {
        stored.record.id
        for cls in ALL
        if cls.type in BY_CONTRACT
        for stored in real.find(cls, Query(cls.type, voided=None, contracts=frozenset({other.id})))
        if stored.record.contract() == other.id
    }
    assert len(hidden) > 6
    dice, store = random.Random(20261121), ledger.store
    for _ in range(1500):
        cls = dice.choice([one for one in ALL if one.type in BY_CONTRACT])
        where = (
            (Where("contract_id", Op.EQ, other.id),)
            if dice.random() < 0.3 and "contract_id" in cls.fields()
            else ()
        )
        limit = dice.choice([None, frozenset({other.id}), frozenset({town.story.contract.id})])
        text = dice.choice(["", SECRET[:2], SECRET, "Z-0"])
        query = Query(
            cls.type, where, text, voided=dice.choice([None, False, True]), contracts=limit
        )
        numbers = store.numbers(query)
        every = real.numbers(Query(cls.type, voided=None))
        assert hidden.isdisjoint(row.id for row in store.rows(cls.type, numbers))
        assert hidden.isdisjoint(row.id for row in store.rows(cls.type, every))
        assert hidden.isdisjoint(one.record.id for one in store.find(cls, query))
        assert store.count(query) == len(numbers)
        assert hidden.isdisjoint(row[0] for row in store.columns(query, ["id"]))
        if "contract_id" in cls.fields():
            assert other.id not in store.tally(query, "contract_id")
    assert hidden.isdisjoint(entry.record_id for entry in store.entries())
    whole = sum(store.counts().values())
    assert whole < sum(real.counts().values())


def test_a_level_decides_what_may_be_written(town: House) -> None:
    ledger = sign_in(town, "kensa")
    assert ledger.role is Role.INSPECTOR
    store = ledger.store
    event = store.find(HandlingEvent, Query("handling_event"), limit=1)[0].record
    with pytest.raises(NotPermitted, match="アクセス資格"):
        store.require(event)  # type: ignore[attr-defined]  # of the scoped store
    worker = sign_in(town, "yoshino").store
    worker.require(event)  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted, match="管理"):
        worker.require(town.story.contract)  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted):
        worker.require(replace(event, contract_id=others(town.ledger).id))  # type: ignore[attr-defined]


def test_rights_come_with_assignment_and_account_and_fall_with_the_account(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path) as house:
        ledger, story = house.ledger, house.story
        worker = story.people["worker"]
        person = ledger.registers.need(Person, worker).record
        account = ledger.people.add_account(
            worker, login="tanaka", role=Role.WORKER, password=cast.USERS[1].password,
            valid_until=date(2030, 1, 1), chosen_by_self=True,
        ).ids[0]  # fmt: skip
        [right] = [one.record for one in ledger.registers.all(AccessRight, user_id=account)]
        assert (right.contract_id, right.level) == (story.contract.id, AccessLevel.RECORD)
        assert right.assignment_id in {a.id for a in story.assignments if a.person_id == person.id}
        second = ledger.registers.create(replace(story.contract, id="", contract_no="X-2")).ids[0]
        first = next(a for a in story.assignments if a.person_id == worker)
        made = ledger.registers.create(
            replace(first, id="", contract_id=second, notice_submission_id="")
        )
        assert made.types == {"assignment", "access_right"}
        ledger.people.disable_account(account, "担当を外れたため")
        rights = ledger.registers.all(AccessRight, user_id=account)
        assert len(rights) == 2 and all(one.record.revoked_at for one in rights)
        assert ledger.registers.one(Assignment, id=first.id) is not None
        assert ledger.registers.need(UserAccount, account).record.disabled_reason


def test_a_worker_without_a_right_sees_no_contract(tmp_path: Path) -> None:
    with furnished(tmp_path, accounts=True) as house:
        administrator = house.sign_in("watanabe")
        for stored in administrator.registers.all(AccessRight):
            administrator.rights.end(stored.record.id, "点検のため")
        ledger = house.sign_in("yoshino")
        assert ledger.contracts() == [] and ledger.store.count(Query("item")) == 0
        with pytest.raises(InvalidField, match="台帳にない"):
            house.story.receive(1)
