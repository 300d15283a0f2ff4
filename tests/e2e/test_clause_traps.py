"""Where texts use one word for different things (obligations 8.5): entered, then seen clause by clause.

What happened is entered as it happened; the page of the clauses then says what each text makes of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import (
    AssignmentRole,
    AuthorizationSubject,
    BasisType,
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    EmploymentType,
    EndRule,
    HandlingKind,
    ItemClass,
    ItemOrigin,
    Means,
    MediaType,
    Urgency,
)
from models.evidence import evidence
from models.records import (
    ClientCommunication,
    HandlingEvent,
    HandlingLine,
    Item,
    Person,
    TransportDetail,
)
from tests import proof
from tests.house import House, furnished

K, S, B = HandlingKind, AuthorizationSubject, BasisType
KEPT = {"done", "due"}


@contextmanager
def under(folder: Path, profile: str) -> Iterator[House]:
    """Open a ledger with things that were received under a text."""
    with furnished(folder, profile=profile) as house:
        house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
        house.story.receive(4)
        yield house


def state(house: House, clause: str) -> str:
    return next(
        one.state for one in evidence(house.ledger, house.story.contract) if one.key == clause
    )


def act(house: House, kind: HandlingKind, **fields: object) -> HandlingEvent:
    """Enter what happened to the first stored thing."""
    story = house.story
    item = fields.pop("item", None) or story._stored(story._stock)[0]
    assert isinstance(item, Item)
    values: dict[str, object] = {
        "place_from_id": story.places[2].id,
        "lines": (HandlingLine(item_id=item.id, quantity=item.quantity),),
    }
    event = story._event(kind, "業務のため", actor=str(fields.pop("actor", "worker")))
    change = house.ledger.handling.record(event.with_changes(**(values | fields)))
    return house.ledger.registers.need(HandlingEvent, change.ids[-1]).record


def taken_out(house: House, authorization_id: str = "", **fields: object) -> HandlingEvent:
    return act(
        house, K.TAKE_OUT, authorization_id=authorization_id, destination_text="市役所",
        expected_return_at=house.ledger.now() + timedelta(hours=2), **fields,
    )  # fmt: skip


def word(house: House, subject: AuthorizationSubject, basis: BasisType) -> str:
    """Let the client give its word, in this form, before today."""
    given = house.story.consents[0]
    made = replace(
        given, id="", subject=subject, basis_type=basis, decided_on=given.decided_on,
        valid_from=given.valid_from, targets=(),
    )  # fmt: skip
    return house.ledger.registers.create(made).ids[-1]


def a_copy(house: House, authorization_id: str = "", checker: str = "supervisor") -> None:
    story = house.story
    source = story._stored(story._stock)[0]
    child = replace(
        source, id=house.ledger.new_id(), item_no="C-1", name="写し", origin=ItemOrigin.COPIED,
        parent_item_id=source.id, end_rule=EndRule.ERASE_OR_DISPOSE, state=None,
        current_place_id="", holder_person_id="", quantity_left=None, last_event_at=None,
    )  # fmt: skip
    event = story._event(
        K.COPY, "照合のため", actor="worker", checker=checker,
        authorization_id=authorization_id, place_from_id=story.places[1].id,
    )  # fmt: skip
    house.ledger.handling.copy(event, source.id, [child])


def test_2_each_text_means_its_own_word_by_consent(tmp_path: Path) -> None:
    for code, right, wrong, clause in (
        ("shiki", B.CONSENT, B.AGREEMENT, "SK-11.2"),
        ("confidentiality-model", B.AGREEMENT, B.CONSENT, "CM-5.2"),
    ):
        with under(tmp_path / code, code) as house:
            taken_out(house, word(house, S.TAKE_OUT, right), item=_paper(house))
            assert state(house, clause) in KEPT
            taken_out(house, word(house, S.TAKE_OUT, wrong), item=_paper(house))
            assert state(house, clause) == "broken"


def _paper(house: House) -> Item:
    stored = house.story._stored(house.story._stock)
    return next(one for one in stored if one.item_class is ItemClass.PAPER)


@pytest.mark.parametrize(
    ("profile", "clause", "broken"),
    [
        ("shiki", "SK-11.4", False),
        ("confidentiality-model", "CM-4.1", True),
        ("fukuoka", "FK-7.1", True),
        ("chiba", "CB-7.1", True),
        ("yachiyo", "YC-3.1", True),
    ],
)
def test_3_a_copy_without_consent(tmp_path: Path, profile: str, clause: str, broken: bool) -> None:
    with under(tmp_path, profile) as house:
        a_copy(house)
        assert (state(house, clause) == "broken") is broken


def test_4_taking_out_is_forbidden_but_for_what_the_text_itself_presupposes(tmp_path: Path) -> None:
    with under(tmp_path, "chiba") as house:
        taken_out(house, counterpart_org_id=house.story.contract.client_org_id)
        taken_out(house, word(house, S.TAKE_OUT, B.INSTRUCTION))
        assert state(house, "CB-9.3") in KEPT
        taken_out(house, word(house, S.TAKE_OUT, B.CONSENT))
        assert state(house, "CB-9.3") == "broken"


def test_5_own_staff_takes_out_a_carrier_is_sending_out(tmp_path: Path) -> None:
    with under(tmp_path, "fukuoka") as house:
        checker = house.story.people["supervisor"]
        taken_out(house, checker_person_id=checker)
        assert state(house, "FK-6.1") in KEPT and state(house, "FK-7.2") == "done"
        carrier = TransportDetail(carrier_org_id=house.story.carrier.id, persons=("配送員",))
        taken_out(house, checker_person_id=checker, transport=(carrier,))
        assert state(house, "FK-7.2") == "broken" and state(house, "FK-7.3") == "done"


def test_5_a_check_that_nobody_made_is_no_sending_without_consent(tmp_path: Path) -> None:
    with under(tmp_path, "fukuoka") as house:
        a_copy(house, checker="")
        assert state(house, "FK-7.3") == "broken" and state(house, "FK-7.2") == "done"


def test_6_information_and_computers_have_two_fences(tmp_path: Path) -> None:
    with under(tmp_path, "confidentiality-model") as house:
        house.story.receive(8)
        stored = house.story._stored(house.story._stock)
        stick = next(one for one in stored if one.media_type is MediaType.USB_MEMORY)
        for one in house.story.consents:
            if one.subject is S.EQUIPMENT_TAKE_OUT:
                house.ledger.registers.void(type(one), one.id, "承諾がなかったことにする")
        taken_out(house, word(house, S.TAKE_OUT, B.AGREEMENT), item=stick)
        assert state(house, "CM-5.2") in KEPT and state(house, "CM-5.4") == "broken"
        rows = _sentences(house, "CM-5.4")
        assert any("情報の同意とは別です" in sentence for sentence in rows)


def _sentences(house: House, clause: str) -> list[str]:
    return proof.sentences(house, clause=clause)


def test_9_only_the_model_text_asks_nothing_on_a_mere_fear(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        incident = {code: p.params.incident for code, p in house.ledger.profiles.items()}
    assert not incident["confidentiality-model"].suspected_counts
    for code in ("shiki", "fukuoka", "chiba", "yachiyo"):
        assert incident[code].suspected_counts


def test_14_the_first_report_of_shiki_is_written_that_of_fukuoka_may_wait(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        shiki, fukuoka = (house.ledger.profiles[c].params.incident for c in ("shiki", "fukuoka"))
        call = ClientCommunication(
            contract_id=house.story.contract.id, direction=Direction.OUT,
            kind=CommunicationKind.FIRST_INCIDENT_CALL, at=house.ledger.now(),
            means=CommunicationMeans.TELEPHONE, from_name="髙橋", to_name="見本",
            summary="電話で第一報", urgency=Urgency.IMMEDIATE, status=CommunicationStatus.CLOSED,
            responded_at=house.ledger.now(),
        )  # fmt: skip
        house.ledger.registers.create(call)
        # A call proves no written report: what this ledger cannot judge is never called kept.
        assert state(house, "SK-17.2") == "unknown"
    assert shiki.first_report_written and not shiki.written_may_wait
    assert fukuoka.written_may_wait


def test_16_17_who_hands_over_is_notified_who_first_receives_is_asked(tmp_path: Path) -> None:
    with under(tmp_path, "chiba") as house:
        client: dict[str, Any] = {
            "counterpart_org_id": house.story.contract.client_org_id,
            "counterpart_name": "見本　花子",
            "means": Means.DIRECT,
        }
        officers = house.ledger.profiles["chiba"].params.handover.officer_roles
        assert AssignmentRole.HANDOVER_OFFICER in officers
        assert state(house, "CB-12.1") == "done"
        thing = house.story._new_item()
        event = house.story._event(
            K.RECEIVE, "受領のため", actor="worker3", place_to_id=house.story.places[2].id,
            lines=(HandlingLine(item_id=thing.id, quantity=thing.quantity),), **client,
        )  # fmt: skip
        house.ledger.handling.record(event, new_items=[thing])
        assert state(house, "CB-12.1") == "action"  # outside its literal words, so it is asked
        act(house, K.RETURN, actor="worker3", **client)
        assert state(house, "CB-12.1") == "broken"


def test_18_originals_go_back_copies_are_destroyed(tmp_path: Path) -> None:
    with under(tmp_path, "chiba") as house:
        a_copy(house, house.story._consent(S.COPY).id)
        for one in house.story.consents:
            if one.subject in (S.DISPOSITION_METHOD, S.END_EXCEPTION):
                house.ledger.registers.void(type(one), one.id, "別の指示はなかった")
        house.story.give_back(house.story._stored(house.story._stock)[0])
        assert not any("終わり方" in one for one in _sentences(house, "CB-11.1"))
        copy = next(i for i in house.ledger.registers.all(Item) if i.record.item_no == "C-1").record
        act(
            house, K.RETURN, item=copy, actor="supervisor", means=Means.DIRECT,
            counterpart_org_id=house.story.contract.client_org_id, counterpart_name="見本　花子",
        )  # fmt: skip
        assert any(
            "消去・廃棄" in one and "終わり方" in one for one in _sentences(house, "CB-11.1")
        )


@pytest.mark.parametrize(
    ("profile", "clause", "broken"),
    [("shiki", "SK-12.1", True), ("chiba", "CB-6.1", False), ("yachiyo", "YC-5.1", False)],
)
def test_34_a_document_does_not_help_another_purpose_in_shiki(
    tmp_path: Path, profile: str, clause: str, broken: bool
) -> None:
    with under(tmp_path, profile) as house:
        given = word(house, S.OTHER_PURPOSE, B.CONSENT)
        act(house, K.USE, authorization_id=given, place_from_id=house.story.places[1].id)
        assert (state(house, clause) == "broken") is broken


@pytest.mark.parametrize(
    ("profile", "clause", "employment", "broken"),
    [
        ("shiki", "SK-10.3", EmploymentType.PART_TIME, True),
        ("shiki", "SK-10.3", EmploymentType.REGULAR, False),
        ("confidentiality-model", "CM-10.1", EmploymentType.PART_TIME, False),
        ("confidentiality-model", "CM-10.1", EmploymentType.DISPATCHED, True),
    ],
)
def test_35_who_is_not_regular_depends_on_the_text(
    tmp_path: Path, profile: str, clause: str, employment: EmploymentType, broken: bool
) -> None:
    with under(tmp_path, profile) as house:
        story, registers = house.story, house.ledger.registers
        agency = story.contract.contractor_org_id if employment is EmploymentType.DISPATCHED else ""
        who = registers.create(
            Person(
                organization_id=story.contract.contractor_org_id, name="見本　三郎",
                employment_type=employment, dispatch_agency_id=agency,
            )
        ).ids[-1]  # fmt: skip
        first = replace(
            story.assignments[1], id="", person_id=who, labour_terms_confirmed=None,
            labour_terms_checked_on=None,
        )  # fmt: skip
        registers.create(first)
        story.people["extra"] = who
        act(house, K.USE, actor="extra", place_from_id=story.places[1].id)
        assert (state(house, clause) == "broken") is broken
