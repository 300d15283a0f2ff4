"""The store: appending, asking and custody, against a real encrypted file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from models import codes as c
from models.chain import Action, Command, Entry, read_content
from models.codes import HandlingKind as K
from models.codes import ItemState as S
from models.commands import creating, revising, voiding
from models.errors import Conflict, NotFound, Refused
from models.records import (
    ALL,
    Contract,
    Credential,
    HandlingEvent,
    HandlingLine,
    Item,
    Person,
    Place,
    Record,
    Submission,
    UserAccount,
)
from models.store import Op, Query, Where
from storage import wire
from storage.schema import table
from tests import factory
from tests.factory import START, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office.open(tmp_path)
    yield office
    office.store.close()


def test_a_record_comes_back_as_it_was_written(office: Office) -> None:
    written = office.item(1, maker="𠮷野製作所", contents=())
    stored = office.store.get(Item, written.id)
    assert stored is not None
    assert stored.record.to_json() == written.to_json()
    assert (stored.meta.row_version, stored.meta.created_by) == (1, office.author)
    assert stored.meta.created_seq == stored.meta.seq == office.store.head().seq


def test_a_missing_record_is_none_and_its_caption_empty(office: Office) -> None:
    assert office.store.get(Item, "nobody") is None
    assert office.store.caption("item", "nobody") == ""
    assert office.store.history("item", "nobody") == []


def test_revision_keeps_who_created_and_counts_versions(office: Office) -> None:
    written = office.create(factory.person(office.company, 5))
    office.revise(written, name="渡邊 一郎")
    stored = office.store.get(Person, written.id)
    assert stored is not None and stored.record.name == "渡邊 一郎"
    assert stored.meta.row_version == 2
    assert stored.meta.revised_at - stored.meta.created_at == timedelta(seconds=1)


def test_history_tells_every_entry_with_its_reason(office: Office) -> None:
    written = office.create(factory.person(office.company, 5))
    office.revise(written, "改姓", name="渡邊 一郎")
    office.void(written, "退職")
    told = office.store.history("person", written.id)
    assert [entry.action for _, entry in told] == [Action.CREATE, Action.REVISE, Action.VOID]
    assert [read_content(entry.content or b"{}")[1] for _, entry in told] == ["", "改姓", "退職"]


def test_voided_records_leave_lists_but_not_the_ledger(office: Office) -> None:
    written = office.create(factory.place("倉庫"))
    office.void(written, "二重登録")
    stored = office.store.get(type(written), written.id)
    assert stored is not None and stored.meta.voided and stored.meta.void_reason == "二重登録"
    assert office.store.count(Query("place")) == 1
    assert office.store.count(Query("place", voided=True)) == 1
    assert office.store.count(Query("place", voided=None)) == 2
    with pytest.raises(Conflict):
        office.void(written)


def test_the_number_of_a_credential_stands_in_lists_beside_the_one_of_its_entry(
    office: Office,
) -> None:
    holder = office.create(factory.person(office.company, 6))
    key = Credential(
        id=factory.new_id(), kind=c.CredentialKind.KEY, number="A-17", holder_person_id=holder.id, issued_by=holder.id,
        issued_on=START.date(), contract_id=office.contract.id,
    )  # fmt: skip
    written = office.create(key)
    (number,) = office.store.numbers(Query("credential"))
    (row,) = office.store.rows("credential", [number])
    assert (row.number, row.id) == (number, written.id)
    assert row.values["number"] == "A-17"


def test_lists_are_ordered_by_the_number_of_a_credential(office: Office) -> None:
    holders = [office.create(factory.person(office.company, number)) for number in (6, 7)]
    for number, holder in (("B-2", 0), ("A-9", 1), ("C-1", 0), ("A-1", 0)):
        office.create(
            Credential(
                id=factory.new_id(), kind=c.CredentialKind.KEY, number=number,
                holder_person_id=holders[holder].id, issued_by=holders[0].id,
                issued_on=START.date(), contract_id=office.contract.id,
            )
        )  # fmt: skip

    def listed(*order: tuple[str, bool], limit: int | None = None) -> list[str]:
        numbers = office.store.numbers(Query("credential", order=order), limit)
        return [row.values["number"] for row in office.store.rows("credential", numbers)]

    assert listed(("number", False)) == ["A-1", "A-9", "B-2", "C-1"]
    assert listed(("number", True), limit=3) == ["C-1", "B-2", "A-9"]
    assert listed() == ["B-2", "A-9", "C-1", "A-1"]
    by_holder = listed(("holder_person_id", False), ("number", False))
    assert by_holder in (["A-1", "B-2", "C-1", "A-9"], ["A-9", "A-1", "B-2", "C-1"])
    found = office.store.find(Credential, Query("credential", order=(("number", False),)))
    assert [one.record.number for one in found] == ["A-1", "A-9", "B-2", "C-1"]


@pytest.mark.parametrize("record", ALL)
def test_lists_know_every_field_that_one_cell_can_show(record: type[Record]) -> None:
    view = table(record.type)
    known = {"contract_id", *view.eclipsed, *(f.name for f in view.scalars)}
    assert {f.name for f in record.fields().values() if f.kind.sql_type} <= known


def test_events_are_found_by_their_ids_too(office: Office) -> None:
    item = office.item(1)
    events = [office.handle(K.RECEIVE, item), office.handle(K.USE, item, hours=1)]
    query = Query("handling_event", (Where("id", Op.IN, (events[1].id,)),))
    assert office.store.count(query) == 1
    assert [row[0] for row in office.store.columns(query, ("id",))] == [events[1].id]


def test_command_on_an_old_head_is_a_conflict(office: Office) -> None:
    late = office.draft([creating(factory.place("遅い"))])
    office.item(1)
    with pytest.raises(Conflict):
        office.store.append(*late)
    assert office.store.count(Query("place")) == 1


def test_a_command_sent_twice_is_found_and_not_repeated(office: Office) -> None:
    command, writes = office.draft([creating(factory.place("倉庫"))])
    assert office.store.command(command.id) is None
    office.store.append(command, writes)
    found = office.store.command(command.id)
    assert found is not None
    assert (found.signature, found.recorded_at) == (command.signature, command.recorded_at)
    with pytest.raises(Conflict):
        office.store.append(command, writes)


def test_a_refused_command_leaves_nothing(office: Office) -> None:
    thing = office.item(1)
    before = office.store.head()
    intents = [
        creating(factory.place("倉庫")),
        creating(factory.item(office.contract, office.room, 1)),
    ]
    with pytest.raises(Refused, match="管理番号"):
        office.write(intents)
    with pytest.raises(Refused, match="先に受領"):
        office.handle(K.TAKE_OUT, thing)
    assert office.store.head() == before
    assert office.store.count(Query("place")) == 1
    assert list(office.store.entries(before.seq + 1)) == []


def test_a_number_may_be_used_again_after_a_void(office: Office) -> None:
    office.void(office.item(1))
    assert office.item(1).item_no == "M-0001"


@pytest.mark.parametrize(
    ("record", "label"),
    [
        (lambda o: factory.account(o.actor, o.signer, "sekinin"), "利用者名"),
        (lambda o: factory.contract(o.client, o.company), "契約番号"),
    ],
)
def test_login_names_and_contract_numbers_exist_once(office: Office, record, label: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match=label):
        office.create(record(office))


def test_an_event_about_an_unknown_item_is_refused(office: Office) -> None:
    stranger = factory.item(office.contract, office.room, 7)
    with pytest.raises(NotFound):
        office.handle(K.RECEIVE, stranger)


# --- custody ----------------------------------------------------------------------------------


def test_status_follows_the_events(office: Office) -> None:
    thing = office.item(1)
    assert office.store.status(thing.id).state is S.REGISTERED  # type: ignore[union-attr]
    office.handle(K.RECEIVE, thing, hours=0)
    back = START + timedelta(hours=9)
    out = office.handle(
        K.TAKE_OUT, thing, hours=1, expected_return_at=back, destination_text="市役所"
    )
    status = office.store.status(thing.id)
    assert status is not None and status.state is S.TAKEN_OUT
    assert (status.holder_id, status.due_back_at, status.using) == (office.actor.id, back, out.id)
    row = office.store.rows("item", office.store.numbers(Query("item")))[0]
    assert row.values["state"] is S.TAKEN_OUT
    assert row.captions["holder_person_id"] == office.actor.name


def test_partial_returns_lower_the_quantity(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing)
    line = HandlingLine(item_id=thing.id, quantity=Decimal("2.5"))
    office.handle(K.RETURN, thing, hours=1, lines=(line,))
    stored = office.store.get(Item, thing.id)
    assert stored is not None and stored.record.quantity_left == Decimal("7.5")


def test_back_dated_event_is_put_in_its_place(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing, hours=0)
    office.handle(K.RETURN, thing, hours=8)
    office.handle(K.STOCKTAKE, thing, hours=4)
    assert office.store.status(thing.id).state is S.RETURNED  # type: ignore[union-attr]
    told = [one.record.kind for one in office.store.timeline(thing.id)]
    assert told == [K.RECEIVE, K.STOCKTAKE, K.RETURN]


def test_back_dated_event_that_cannot_have_happened_is_refused(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing, hours=4)
    with pytest.raises(Refused, match="先に受領"):
        office.handle(K.TAKE_OUT, thing, hours=1)


def test_void_takes_the_status_back(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing, hours=0)
    gone = office.handle(K.RETURN, thing, hours=2)
    office.void(gone)
    assert office.store.status(thing.id).state is S.STORED  # type: ignore[union-attr]
    assert len(office.store.timeline(thing.id)) == 1


def test_void_of_what_later_events_need_is_refused(office: Office) -> None:
    thing = office.item(1)
    received = office.handle(K.RECEIVE, thing, hours=0)
    office.handle(K.TAKE_OUT, thing, hours=1)
    with pytest.raises(Refused):
        office.void(received)
    assert office.store.status(thing.id).state is S.TAKEN_OUT  # type: ignore[union-attr]


def test_void_and_replacement_in_one_command(office: Office) -> None:
    thing = office.item(1)
    wrong = office.handle(K.RECEIVE, thing, hours=0)
    office.handle(K.TAKE_OUT, thing, hours=1)
    right = replace(wrong, id=factory.new_id(), event_no=3, corrects_event_id=wrong.id, note="訂正")
    office.write([voiding(wrong, "日時の誤り"), creating(right)])
    assert office.store.status(thing.id).state is S.TAKEN_OUT  # type: ignore[union-attr]


def test_a_copy_appears_where_it_was_made(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing, hours=0)
    copy = factory.item(office.contract, office.room, 2, origin=c.ItemOrigin.COPIED,
                        parent_item_id=thing.id)  # fmt: skip
    line = HandlingLine(item_id=thing.id, resulting_item_id=copy.id)
    event = factory.event(office.contract, office.actor, K.COPY, [thing], 2, START, lines=(line,))
    office.write([creating(copy), creating(event)])
    assert office.store.status(copy.id).state is S.STORED  # type: ignore[union-attr]
    assert [one.record.id for one in office.store.timeline(copy.id)] == [event.id]


def test_revised_quantity_changes_what_is_left(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing)
    office.revise(thing, quantity=Decimal(12))
    assert office.store.status(thing.id).left == Decimal(12)  # type: ignore[union-attr]


def test_event_numbers_never_come_again(office: Office) -> None:
    thing = office.item(1)
    office.handle(K.RECEIVE, thing)
    office.void(office.handle(K.STOCKTAKE, thing, hours=1))
    assert office.store.next_event_no(office.contract.id) == 3
    assert office.store.next_event_no("another") == 1
    assert office.store.next_serial() == 1
    office.create(factory.submission(office.contract, serial=1))
    assert office.store.next_serial() == 2


# --- lists ------------------------------------------------------------------------------------


@pytest.fixture
def many(office: Office) -> Office:
    """40 items with events, three people, two contracts."""
    people = [office.create(factory.person(office.company, n)) for n in (1, 4)]
    other = office.create(factory.contract(office.client, office.company, 2))
    things = [
        factory.item(office.contract if n % 3 else other, office.room, n, name=f"束{n % 7}",
                     quantity=Decimal(n + 1), maker="" if n % 2 else "甲社")
        for n in range(40)
    ]  # fmt: skip
    office.write([creating(one) for one in things])
    events = [
        factory.event(other, [office.actor, *people][n % 3], K.RECEIVE, [one], n + 1,
                      START + timedelta(minutes=(n * 7) % 40))
        for n, one in enumerate(things)
    ]  # fmt: skip
    office.write([creating(one) for one in events])
    return office


QUERIES = [
    Query("item"),
    Query("item", (Where("maker", Op.EQ, "甲社"),), order=(("name", False),)),
    Query("item", (Where("maker", Op.EMPTY, True),), order=(("quantity", True),)),
    Query("item", (Where("quantity", Op.GE, Decimal(10)), Where("quantity", Op.LT, Decimal(20)))),
    Query("item", (Where("state", Op.EQ, S.STORED),), order=(("name", True), ("item_no", False))),
    Query("item", (Where("state", Op.NE, S.STORED),)),
    Query("item", (Where("media_type", Op.IN, [c.MediaType.DOCUMENT]),), text="束 3"),
    Query("handling_event", order=(("actor_person_id", False), ("occurred_at", True))),
    Query("handling_event", order=(("actor_person_id", True),), text="束1"),
    Query("handling_event", order=(("checker_person_id", False),)),
    Query("handling_event", (Where("occurred_at", Op.GT, START + timedelta(minutes=20)),)),
    Query("handling_event", (Where("occurred_at", Op.LE, START + timedelta(minutes=20)),)),
    Query("handling_event", (Where("occurred_at", Op.EQ, START),), order=(("kind", True),)),
    Query("place", (Where("kinds", Op.HAS, c.PlaceKind.WORK),)),
    Query("handling_event", (Where("transport", Op.EMPTY, True),)),
]


@pytest.mark.parametrize("query", QUERIES)
def test_count_numbers_pages_and_rows_agree(many: Office, query: Query) -> None:
    store = many.store
    numbers = store.numbers(query)
    assert len(numbers) == store.count(query) > 0 or query.where[0].op is Op.NE
    assert len(set(numbers)) == len(numbers)
    assert store.numbers(query, 5) == numbers[:5]
    classes: dict[str, type[Record]] = {"item": Item, "place": Place}
    found = store.find(classes.get(query.type, HandlingEvent), query)
    assert [one.meta.created_seq for one in found] == numbers.tolist()
    assert [row.number for row in store.rows(query.type, numbers)] == numbers.tolist()


def test_order_is_the_order_of_the_values(many: Office) -> None:
    query = Query("item", order=(("name", True), ("quantity", False)))
    rows = many.store.rows("item", many.store.numbers(query))
    keys = [(row.values["name"], row.values["quantity"]) for row in rows]
    assert keys == sorted(sorted(keys, key=lambda k: k[1]), key=lambda k: k[0], reverse=True)


def test_references_are_ordered_by_caption_empty_first(many: Office) -> None:
    thing = many.item(99)
    many.handle(
        K.RECEIVE, thing, checker_person_id=many.store.find(Person, Query("person"))[1].record.id
    )
    query = Query("handling_event", order=(("checker_person_id", False),))
    rows = many.store.rows("handling_event", many.store.numbers(query))
    captions = [row.captions.get("checker_person_id", "") for row in rows]
    assert captions == sorted(captions) and captions[-1] and not captions[0]
    assert (
        many.store.numbers(replace(query, order=(("checker_person_id", True),)))[0]
        == rows[-1].number
    )


def test_moments_are_compared_as_instants(many: Office) -> None:
    from datetime import UTC

    as_utc = Where("occurred_at", Op.EQ, START.astimezone(UTC))
    assert many.store.count(Query("handling_event", (as_utc,))) == 1


def test_has_finds_rows_by_their_children(many: Office) -> None:
    thing = many.store.find(Item, Query("item"), 1)[0].record
    query = Query("handling_event", (Where("lines", Op.HAS, ("item_id", thing.id)),))
    assert [e.record.lines[0].item_id for e in many.store.find(HandlingEvent, query)] == [thing.id]


def test_contracts_limit_what_is_seen(many: Office) -> None:
    mine = frozenset({many.contract.id})
    rows = many.store.find(Item, Query("item", contracts=mine))
    assert {one.record.contract_id for one in rows} == mine
    assert many.store.count(Query("person", contracts=frozenset())) == 3  # belongs to no contract
    assert many.store.count(Query("item", contracts=frozenset())) == 0
    assert [
        one.record.id for one in many.store.find(Contract, Query("contract", contracts=mine))
    ] == [many.contract.id]


def test_tally_counts_by_value(many: Office) -> None:
    assert many.store.tally(Query("item"), "maker") == {"": 20, "甲社": 20}
    assert many.store.tally(Query("item"), "state") == {S.STORED: 40}
    assert many.store.counts()["item"] == 40


def test_columns_are_read_as_the_records_say_them(many: Office) -> None:
    query = Query("handling_event", (Where("kind", Op.EQ, K.RECEIVE),))
    whole = [stored.record for stored in many.store.find(HandlingEvent, query)]
    fields = ("id", "kind", "occurred_at", "place_to_id", "lines.item_id", "lines.condition_note")
    assert list(many.store.columns(query, fields)) == [
        (
            one.id, one.kind, one.occurred_at, one.place_to_id,
            tuple(line.item_id for line in one.lines),
            tuple(line.condition_note for line in one.lines if line.condition_note),
        )
        for one in whole
    ]  # fmt: skip
    assert whole


def test_columns_together_are_alike_where_each_of_them_is(many: Office) -> None:
    query = Query("item")
    apart = list(many.store.columns(query, ("maker", "name")))
    together = [key for _, key in many.store.columns(query, ("id", ("maker", "name")))]
    pairs = set(zip(apart, together, strict=True))
    assert len(pairs) == len(set(apart)) == len(set(together)) > 1


def test_renaming_an_item_renames_it_in_its_events(many: Office) -> None:
    thing = many.store.find(Item, Query("item"), 1)[0].record
    many.revise(thing, name="新しい名前")
    query = Query("handling_event", (Where("lines", Op.HAS, ("item_id", thing.id)),))
    assert (
        many.store.find(HandlingEvent, query)[0].record.lines_text == f"{thing.item_no} 新しい名前"
    )


def test_text_order_and_frozen_content_survive(office: Office) -> None:
    written = office.create(factory.submission(office.contract))
    stored = office.store.get(Submission, written.id)
    assert stored is not None and stored.record.content == {"条": ["一", "二"]}


# --- the rest -----------------------------------------------------------------------------------


def test_settings_and_secrets_are_kept(office: Office) -> None:
    assert office.store.setting("theme") == "" and office.store.secret("seal") is None
    office.store.set_setting("theme", "大きい字")
    office.store.set_secret("seal", b"\x00\xff")
    assert office.store.setting("theme") == "大きい字"
    assert office.store.secret("seal") == b"\x00\xff"
    with pytest.raises(Refused):
        office.store.set_setting("vault_id", "another")


def test_log_is_read_in_order(many: Office) -> None:
    head = many.store.head()
    assert [e.seq for e in many.store.entries()] == list(range(1, head.seq + 1))
    assert [e.seq for e in many.store.entries(3, 5)] == [3, 4, 5]
    commands = list(many.store.commands())
    assert commands[0].first_seq == 1 and commands[-1].last_seq == head.seq
    inside = commands[-1].first_seq + 2
    assert [one.id for one in many.store.commands(inside, inside)] == [commands[-1].id]


def test_hook_gets_the_command_after_it_is_durable_and_replays_elsewhere(
    office: Office, tmp_path: Path
) -> None:
    frames: list[bytes] = []

    def keep(command: Command, entries: list[Entry]) -> None:
        assert office.store.command(command.id) is not None
        frames.append(wire.dump(command, entries))

    office.store.after_commit = keep  # type: ignore[attr-defined]
    first = wire.dump(
        next(office.store.commands()), list(office.store.entries(1, office.store.head().seq))
    )
    thing = office.item(1)
    office.revise(thing, name="別名")
    office.void(office.handle(K.RECEIVE, thing))
    (tmp_path / "other").mkdir()
    other = factory.new_ledger(tmp_path / "other")
    for frame in [first, *frames]:
        other.replay(*wire.load(frame))
    assert other.head() == office.store.head()
    assert other.get(Item, thing.id) == office.store.get(Item, thing.id)
    other.close()


def test_failed_hook_does_not_undo_what_is_durable(office: Office) -> None:
    def fail(command: Command, entries: list[Entry]) -> None:
        raise Conflict(what="控え")

    office.store.after_commit = fail  # type: ignore[attr-defined]
    command, writes = office.draft([creating(factory.place("倉庫"))])
    with pytest.raises(Conflict):
        office.store.append(command, writes)
    assert office.store.command(command.id) is not None


def test_many_threads_may_ask_while_one_writes(many: Office) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(lambda: len(list(many.store.entries()))) for _ in range(8)]
        for number in range(100, 110):
            many.item(number)
        assert all(future.result() >= 90 for future in asked)
    assert many.store.count(Query("item")) == 50


def test_disabled_accounts_are_read_like_any_record(office: Office) -> None:
    office.revise(office.account, status=c.AccountStatus.DISABLED)
    stored = office.store.get(UserAccount, office.account.id)
    assert stored is not None and stored.record.status is c.AccountStatus.DISABLED
    assert revising(stored.record, "").action is Action.REVISE


def test_wide_groups_give_the_same_page_as_narrow_ones(
    many: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Query("handling_event", order=(("actor_person_id", False), ("occurred_at", True)))
    narrow, whole = many.store.numbers(query, 30), many.store.numbers(query)
    monkeypatch.setattr("storage.lists.NARROW", 2)
    assert many.store.numbers(query, 30) == narrow == whole[:30]
    words = Query("handling_event", text="束", order=(("occurred_at", True),))
    assert many.store.numbers(words, 30) == many.store.numbers(words)[:30]
