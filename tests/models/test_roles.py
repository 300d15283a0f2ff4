"""The table of roles (obligations.md 8.4.1), cell by cell, asked of the office directly.

Whoever stands in no cell is refused with `NotPermitted`, whatever else might stand in the way.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models import backup_care, backups
from models.access import Act
from models.access import Question as AccessQuestion
from models.codes import (
    AccessLevel,
    AuthorizationSubject,
    CommunicationKind,
    CommunicationMeans,
    Direction,
    EmploymentType,
    EncryptionMeasure,
    FindingSource,
    FindingStatus,
    HandlingKind,
    Means,
    OfficerAct,
    Role,
    Severity,
)
from models.commands import creating
from models.errors import NotPermitted, Refused
from models.evidence import evidence
from models.gate import Restored
from models.records import (
    AccessRight,
    ClientCommunication,
    Contract,
    Finding,
    HandlingEvent,
    HandlingLine,
    OfficerConfirmation,
    Person,
    RuleOverride,
    UserAccount,
)
from models.rules.answers import EVERY, NO_ANSWERS, Answers, SignIn
from models.rules.checking import CheckIn, facts_of
from models.store import Query
from reports.seal import make_seal_certificate, seal_record
from tests.house import House, furnished
from ui.issue import IssueRequest, issue
from ui.sample import cast

W, S, A, I = Role.WORKER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.INSPECTOR  # noqa: E741
USERS = {user.role: user for user in cast.USERS}
WHY = "代わりの人が急ぎで入力したため"
PASSWORD = "静かな港に灯る三つの明かり"
Do = Callable[[House], object]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with furnished(tmp_path_factory.mktemp("roles"), rules=True, accounts=True, things=12) as made:
        identity = make_seal_certificate("株式会社みほん", made.ledger.now(), os.urandom)
        made.ledger.paper.adopt_seal(*seal_record(identity))
        prepare(made)
        yield made


# --- what is done -------------------------------------------------------------------------------
def used(house: House, by: str, **changes: object) -> HandlingEvent:
    now = house.clock()
    event = HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.USE, purpose="入力",
        occurred_at=now, ended_at=now, actor_person_id=by, place_from_id=house.story.places[1].id,
        lines=(HandlingLine(item_id=house.story._stock[0].id),),
    )  # fmt: skip
    return event.with_changes(**changes)


def own_act(house: House) -> None:
    house.ledger.handling.record(used(house, house.ledger.user.person_id))


def act_of_another(house: House) -> None:
    house.ledger.handling.record(used(house, house.story.people["worker2"]))


def confirm(house: House) -> None:
    events = house.ledger.opened.store.find(
        HandlingEvent, Query("handling_event", order=(("event_no", True),)), limit=500
    )
    mine = house.story.people["supervisor"]
    waiting = [
        one.record.id
        for one in events
        if one.record.confirmed_at is None and one.record.actor_person_id != mine
    ]
    house.ledger.handling.confirm(waiting[:1])


def approve(house: House) -> None:
    store = house.ledger.opened.store
    found = store.find(RuleOverride, Query("rule_override"), limit=500)
    waiting = [one.record.id for one in found if one.record.confirm_later]
    house.ledger.rules.approve(waiting[:1])


def seal(house: House) -> None:
    query = Query("handling_event")
    events = house.ledger.opened.store.find(HandlingEvent, query, limit=50)
    received = next(e.record.id for e in events if e.record.kind is HandlingKind.RECEIVE)
    issue(house.ledger, IssueRequest("D-14", house.story.contract.id, (received,)))


def staff(house: House) -> None:
    company = house.story.contract.contractor_org_id
    house.ledger.registers.create(
        Person(organization_id=company, name="試験太郎", employment_type=EmploymentType.REGULAR)
    )


def place(house: House) -> None:
    house.ledger.registers.create(replace(house.story.places[2], id="", name="控室"))


def item(house: House) -> None:
    fresh = replace(house.story._new_item(), id="")
    house.ledger.registers.create(fresh, answers=Answers({EVERY: WHY}))


def subcontract(house: House) -> None:
    given = house.story.consents[0]
    asked = replace(given, id="", subject=AuthorizationSubject.SUBCONTRACT, reason="データ入力")
    house.ledger.registers.create(asked, answers=Answers({EVERY: WHY}))


def right(house: House) -> AccessRight:
    """Return a right of the worker on the contract, as its author would enter it."""
    store, story = house.ledger.opened.store, house.story
    account = store.find(UserAccount, Query("user_account"), limit=9)
    worker = next(a.record.id for a in account if a.record.app_role is W)
    basis = next(a.id for a in story.assignments if a.person_id == story.people["worker"])
    return AccessRight(
        user_id=worker, contract_id=story.contract.id, level=AccessLevel.RECORD,
        assignment_id=basis,
    )  # fmt: skip


def propose_right(house: House) -> None:
    house.ledger.rights.propose(right(house))


def grant_right(house: House) -> None:
    ledger = house.ledger
    granted = replace(right(house), granted_by=ledger.user.person_id, granted_at=ledger.now())
    ledger.registers.create(granted)


def revoke_right(house: House) -> None:
    store = house.ledger.opened.store
    found = store.find(AccessRight, Query("access_right"), limit=99)
    extra = [a.record for a in found if a.record.revoked_at is None and a.record.granted_at][-1]
    ended = replace(extra, revoked_at=house.ledger.now(), revoke_reason="試験のため")
    house.ledger.registers.revise(ended, "試験のため")


def sending(house: House) -> HandlingEvent:
    stored = house.story._stored(house.story._stock[1:])
    stick = next(one for one in stored if not one.electronic)
    return HandlingEvent(
        contract_id=house.story.contract.id, kind=HandlingKind.DISPATCH, purpose="納品",
        occurred_at=house.clock(), actor_person_id=house.story.people["worker2"],
        counterpart_name="見本　花子", means=Means.SECURITY_COURIER,
        destination_text="見本市役所", encryption=EncryptionMeasure.NOT_APPLICABLE,
        lines=(HandlingLine(item_id=stick.id, quantity=stick.quantity),),
    )  # fmt: skip


def check_as(house: House, role: Role) -> HandlingEvent:
    """Let somebody of a role be the checker of what the responsible person enters."""
    ledger, event = house.sign_in(USERS[S].login), sending(house)
    items = {one.id: one for one in house.story._stock}
    user = USERS[role]
    signing = SignIn(house.story.people[user.person], user.login, user.password)
    check = CheckIn(signing, facts_of([event], items))
    change = ledger.rules.entering(
        lambda answers: ledger.handling.record(event, answers=answers), NO_ANSWERS, None, check
    )
    return ledger.registers.need(HandlingEvent, change.ids[-1]).record


def back_up(house: House) -> None:
    folder = house.folder / "backup"
    folder.mkdir(exist_ok=True)
    backups.record_backup(house.ledger, folder, lambda _done, _total: None)


def try_restore(house: House) -> None:
    """Enter a trial; the backup itself opens with the key of a responsible person only."""
    head = house.ledger.store.head()
    backup = next((house.folder / "backup").iterdir())
    tried = Restored("", backup, head, head, None, torn=False, missing=0)
    backups.record_restore_test(house.ledger, backup, lambda: tried, with_journal=False)


def dispose_backup(house: House) -> None:
    backup_care.proposal(house.ledger)


def new_account(house: House) -> None:
    number = house.ledger.new_id()[:6]
    house.ledger.people.add_account(
        house.story.people["worker3"], login=f"u{number}", role=W, password=PASSWORD
    )
    account = next(a for a in house.ledger.people.accounts() if a.login_name == f"u{number}")
    house.ledger.people.disable_account(account.id, "試験のため")


def renew_key(house: House) -> None:
    house.ledger.people.renew_key("定期の更新のため")


def audit_log(house: House) -> None:
    house.ledger.access.lines(AccessQuestion())


def queries(house: House) -> None:
    evidence(house.ledger, house.story.contract)


def instruction(house: House) -> None:
    house.ledger.registers.create(told(house))


def finding(house: House) -> None:
    house.ledger.registers.create(found(house), answers=Answers({EVERY: WHY}))


def officers_word(house: House) -> None:
    waiting = house.ledger.witness.waiting(house.story.contract.id)
    house.ledger.witness.confirm(house.story.contract.id, [waiting[0].record.id])


def told(house: House) -> ClientCommunication:
    return ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN, at=house.clock(),
        kind=CommunicationKind.INSTRUCTION, means=CommunicationMeans.VISIT,
        from_name="見本　花子", to_name="髙橋　恵子", summary="返却は窓口へ",
    )  # fmt: skip


def found(house: House) -> Finding:
    return Finding(
        contract_id=house.story.contract.id, source=FindingSource.INSPECTION,
        description="鍵の管理簿に空欄がある", severity=Severity.MINOR,
        due_on=house.ledger.today() + timedelta(days=7),
        owner_person_id=house.story.people["supervisor"], status=FindingStatus.OPEN,
    )  # fmt: skip


# --- the table ----------------------------------------------------------------------------------
TABLE: tuple[tuple[str, Do, frozenset[Role]], ...] = (
    ("自分の取扱いの記録", own_act, frozenset({W, S})),
    ("ほかの人の取扱いの記録", act_of_another, frozenset({S})),
    ("責任者の確認", confirm, frozenset({S})),
    ("例外を認める", approve, frozenset({S})),
    ("書類の確定", seal, frozenset({S})),
    ("従事者の登録", staff, frozenset({S})),
    ("場所の登録", place, frozenset({S})),
    ("媒体・資料の登録", item, frozenset({S})),
    ("再委託の登録", subcontract, frozenset({S})),
    ("アクセス資格の提案", propose_right, frozenset({S, A})),  # of an administrator: the grant
    ("アクセス資格の付与", grant_right, frozenset({A})),
    ("アクセス資格の抹消", revoke_right, frozenset({S, A})),  # of the former: a proposal
    ("バックアップ", back_up, frozenset({W, S, A})),
    ("復元の試験", try_restore, frozenset({S, A})),  # whoever answers for it brings it back, too
    ("利用者の追加と利用停止", new_account, frozenset({A})),
    ("暗号鍵の更新", renew_key, frozenset({S, A})),
    ("バックアップの廃棄", dispose_backup, frozenset({S, A})),
    ("利用の記録の閲覧", audit_log, frozenset({S, A, I})),
    ("条項と証拠", queries, frozenset({S, I})),
    ("指示の記録", instruction, frozenset({S})),
    ("検査者の指摘の記録", finding, frozenset({S})),
    ("本人のサインインによる確認", officers_word, frozenset({I})),
)


NEEDING = (confirm, approve, officers_word, try_restore)


def prepare(house: House) -> None:
    """Leave something to confirm, to approve and to back up."""
    ledger = house.sign_in(USERS[W].login)
    ledger.handling.record(used(house, ledger.user.person_id))
    uncleared = used(house, ledger.user.person_id, place_from_id=house.story.places[0].id)
    ledger.handling.record(uncleared, answers=Answers({EVERY: WHY}, later=True))
    ledger = house.sign_in(USERS[S].login)
    ledger.registers.create(told(house))
    if not (house.folder / "backup").is_dir():
        back_up(house)


@pytest.mark.parametrize(("word", "do", "allowed"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.parametrize("role", Role, ids=str)
def test_the_table(house: House, word: str, do: Do, allowed: frozenset[Role], role: Role) -> None:
    if role in allowed and do in NEEDING:
        prepare(house)
    if house.ledger.role is not role:
        house.sign_in(USERS[role].login)
    if role in allowed:
        do(house)
    else:
        before = house.ledger.store.head()
        with pytest.raises(NotPermitted):
            do(house)
        assert house.ledger.store.head() == before


@pytest.mark.parametrize("role", Role, ids=lambda role: str(role))
def test_the_row_of_the_second_person(house: House, role: Role) -> None:
    if role is W:
        checked = check_as(house, role)
        assert house.ledger.rules.check_holds(checked)
    elif role is S:  # never the own act, nor what one enters oneself
        with pytest.raises(Refused, match="求めた人・取扱者とは別の"):
            check_as(house, role)
    else:
        with pytest.raises(NotPermitted, match="二人目の確認"):
            check_as(house, role)


# --- cells with a condition -----------------------------------------------------------------------
@pytest.fixture
def town(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True, accounts=True, things=3) as made:
        yield made


@pytest.mark.parametrize("role", [W, A, I], ids=str)
def test_a_contract_is_seen_with_a_right_only(town: House, role: Role) -> None:
    """The responsible person sees every contract until a right narrows that (models/scope.py)."""
    ledger = town.sign_in(USERS[role].login)
    sees = ledger.store.count(Query("item")) > 0
    assert sees is (role is not A)  # an administrator of the cast has none
    administrator = town.sign_in(USERS[A].login)
    for one in administrator.registers.all(AccessRight):
        administrator.rights.end(one.record.id, "担当の変更のため")
    ledger = town.sign_in(USERS[role].login)
    assert ledger.store.count(Query("item")) == ledger.store.count(Query("handling_event")) == 0


def test_an_inspector_sees_his_own_municipality_until_his_last_day(town: House) -> None:
    client = replace(cast.CLIENT, id="", name="となり市")
    client_id = town.ledger.registers.create(client).ids[0]
    other = replace(town.story.contract, id="", contract_no="X-9", client_org_id=client_id)
    other_id = town.ledger.registers.create(other).ids[0]
    inspector = town.sign_in(USERS[I].login).user
    assert [one.record.contract_no for one in town.ledger.contracts()] == ["2026-001"]
    administrator = town.sign_in(USERS[A].login)
    foreign = AccessRight(user_id=inspector.id, contract_id=other_id, level=AccessLevel.READ)
    with pytest.raises(Refused, match="所属する委託者の契約だけ"):
        administrator.registers.create(foreign)
    assert inspector.valid_until is not None
    ledger = town.sign_in(USERS[I].login)
    days = (inspector.valid_until - ledger.today()).days + 1
    town.clock.wait(60 * 24 * days)
    with pytest.raises(NotPermitted):
        ledger.contracts()
        evidence(ledger, town.story.contract)


def test_a_proposed_right_opens_nothing_until_it_is_granted(town: House) -> None:
    """Proposed by the responsible person, granted by the administrator, against an assignment."""
    administrator = town.sign_in(USERS[A].login)
    for one in administrator.registers.all(AccessRight):
        administrator.rights.end(one.record.id, "担当の変更のため")
    wanted = right(town)
    proposed = town.sign_in(USERS[S].login).rights.propose(wanted).ids[0]
    assert town.sign_in(USERS[W].login).contracts() == []
    with pytest.raises(NotPermitted):
        town.sign_in(USERS[S].login).rights.decide([proposed], agreed=True)
    administrator = town.sign_in(USERS[A].login)
    assert [one.id for one in administrator.rights.proposals()] == [proposed]
    administrator.rights.decide([proposed], agreed=True)
    kept = administrator.registers.need(AccessRight, proposed).record
    assert kept.granted_by == town.story.people["administrator"]
    assert kept.proposed_by == town.story.people["supervisor"]
    assert len(town.sign_in(USERS[W].login).contracts()) == 1


def test_a_right_without_an_assignment_is_not_even_proposed(town: House) -> None:
    with pytest.raises(Refused, match="従事者等の指定"):
        town.ledger.rights.propose(replace(right(town), assignment_id=""))


def test_a_declined_proposal_leaves_everything_as_it_was(town: House) -> None:
    proposed = town.ledger.rights.propose(right(town)).ids[0]
    rights = town.sign_in(USERS[A].login).rights
    rights.decide([proposed], agreed=False, reason="今の担当で足りるため")
    assert rights.proposals() == []
    with pytest.raises(Refused, match="すでに決まっています"):
        rights.decide([proposed], agreed=True)


def granted(town: House) -> AccessRight:
    """Return the right of the worker."""
    [mine] = [
        one.record
        for one in town.ledger.registers.all(AccessRight)
        if one.record.level is AccessLevel.RECORD
    ]
    return mine


def account(town: House, login: str) -> UserAccount:
    [found] = town.ledger.registers.all(UserAccount, login_name=login)
    return found.record


@pytest.mark.parametrize("field", ["user_id", "assignment_id"])
def test_who_only_proposes_moves_no_granted_right(town: House, field: str) -> None:
    """What was granted to one is given to nobody else, nor set on another designation (A-04)."""
    mine = granted(town)
    other = {
        "user_id": account(town, USERS[I].login).id,
        "assignment_id": town.story.assignments[0].id,
    }[field]
    moved = mine.with_changes(**{field: other})
    with pytest.raises(NotPermitted):
        town.ledger.registers.revise(moved, "別の人に直す")
    assert granted(town) == mine
    proposed = town.ledger.rights.propose(right(town)).ids[0]  # a proposal is still its author's
    own = town.ledger.registers.need(AccessRight, proposed).record
    town.ledger.registers.revise(own.with_changes(level=AccessLevel.READ), "権限を直す")


def test_a_right_that_is_set_anew_names_who_granted_it_then(town: House) -> None:
    mine = granted(town)
    town.clock.wait(60)
    administrator = town.sign_in(USERS[A].login)
    administrator.registers.revise(mine.with_changes(level=AccessLevel.READ), "閲覧だけにする")
    anew = administrator.registers.need(AccessRight, mine.id).record
    assert anew.granted_by == town.story.people["administrator"] != mine.granted_by
    assert anew.granted_at and mine.granted_at and anew.granted_at > mine.granted_at
    administrator.registers.revise(
        replace(anew, revoked_at=town.clock(), revoke_reason="担当の変更"), "担当の変更"
    )
    ended = administrator.registers.need(AccessRight, mine.id).record
    assert (ended.granted_by, ended.granted_at) == (anew.granted_by, anew.granted_at)


def test_nobody_takes_over_the_right_of_another(town: House) -> None:
    mine = granted(town)
    administrator = town.sign_in(USERS[A].login)
    moved = mine.with_changes(user_id=account(town, USERS[I].login).id)
    with pytest.raises(Refused, match="利用者は、書き換えられません"):
        administrator.registers.revise(moved, "別の人に直す")


def test_the_end_of_a_right_is_proposed_and_decided(town: House) -> None:
    [mine] = [
        one.record.id
        for one in town.ledger.registers.all(AccessRight)
        if one.record.level is AccessLevel.RECORD
    ]
    town.ledger.rights.end(mine, "担当の変更のため")
    assert len(town.sign_in(USERS[W].login).contracts()) == 1  # until it is decided
    town.sign_in(USERS[A].login).rights.decide([mine], agreed=True)
    assert town.sign_in(USERS[W].login).contracts() == []


def test_the_administrator_reads_the_audit_log_without_its_subjects(town: House) -> None:
    """Technical fields: when, who, where, what kind of act; never which record or contract."""
    town.ledger.access.viewed(town.story.contract)
    lines = town.ledger.access.lines(AccessQuestion())
    assert any(one.target == town.story.contract.id for one in lines)
    technical = town.sign_in(USERS[A].login).access.lines(AccessQuestion())
    assert len(technical) >= len(lines)
    assert not any(one.target or one.contract for one in technical)
    assert all(one.user or one.act is Act.REFUSED for one in technical)


def test_the_inspector_reads_the_audit_log_of_his_own_contracts(town: House) -> None:
    other = replace(town.story.contract, id="", contract_no="X-9")
    other_id = town.ledger.registers.create(other).ids[0]
    town.ledger.access.viewed(town.ledger.registers.need(Contract, other_id).record)
    lines = town.sign_in(USERS[I].login).access.lines(AccessQuestion())
    assert other_id not in {one.contract for one in lines} | {one.target for one in lines}


def test_an_officer_confirms_with_his_own_key_what_was_recorded_for_him(town: House) -> None:
    town.ledger.registers.create(told(town))
    town.ledger.registers.create(found(town))
    elsewhere = replace(told(town), from_name="別人")
    town.ledger.registers.create(elsewhere)
    contract = town.story.contract.id
    witness = town.sign_in(USERS[I].login).witness
    waiting = witness.waiting(contract)
    assert [one.act for one in waiting] == [OfficerAct.INSTRUCTION, OfficerAct.FINDING]
    witness.confirm(contract, [one.record.id for one in waiting])
    assert witness.waiting(contract) == []
    with pytest.raises(Refused, match="選ばれていません"):
        witness.confirm(contract, [waiting[0].record.id])
    kept = [one.record for one in town.ledger.registers.all(OfficerConfirmation)]
    assert {one.person_id for one in kept} == {town.story.people["officer"]}
    assert "返却は窓口へ" in kept[0].statement
    found_ = town.sign_in(USERS[S].login).safe.verify(full=True, progress=lambda _a, _b: None)
    assert found_.problems == ()


def test_nobody_confirms_in_the_name_of_an_officer(town: House) -> None:
    town.ledger.registers.create(told(town))
    told_id = town.ledger.registers.all(ClientCommunication)[-1].record.id
    forged = OfficerConfirmation(
        id=town.ledger.new_id(), contract_id=town.story.contract.id, record_ref=told_id,
        act=OfficerAct.INSTRUCTION, record_type="client_communication", statement="指示した",
        person_id=town.story.people["officer"], confirmed_at=town.clock(),
    )  # fmt: skip
    town.ledger.commit([creating(forged)])
    [problem] = town.ledger.safe.verify(full=True, progress=lambda _a, _b: None).problems
    assert "本人の記帳ではありません" in problem.message


def test_an_inspector_writes_nothing_but_his_own_word(town: House) -> None:
    town.ledger.registers.create(told(town))
    ledger = town.sign_in(USERS[I].login)
    waiting = ledger.witness.waiting(town.story.contract.id)
    smuggled = [creating(replace(told(town), id=ledger.new_id()))]
    with pytest.raises(NotPermitted):
        ledger.commit(smuggled)
    assert len(waiting) == 1 and not ledger.registers.all(OfficerConfirmation)
