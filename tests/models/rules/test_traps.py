"""Where the five texts use one word for different things (obligations.md 8.5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from models.codes import (
    AssignmentRole,
    AuthorizationSubject,
    BasisType,
    EmploymentType,
    Encrypted,
    EndRule,
    HandlingKind,
    ItemOrigin,
    Means,
    PlaceKind,
    SanitizationMethod,
    Timing,
    VerificationResult,
)
from models.paper import Request
from models.records import HandlingEvent, TransportDetail
from models.records.things import END_RULE_BY_ORIGIN
from models.rules.case import Case
from models.rules.engine import examine
from tests.models.rules.scenarios import changed, copy_of, given_back, provided, received, taken_out
from tests.models.rules.stage import PROFILES, Act, Stage, every_stage

K, S, B = HandlingKind, AuthorizationSubject, BasisType


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    with every_stage(tmp_path_factory.mktemp) as made:
        yield made


@pytest.fixture
def on(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    return stages[request.param]


def under(*profiles: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("on", profiles, indirect=True)


def out_with(s: Stage, basis: BasisType, *, subject: AuthorizationSubject = S.TAKE_OUT) -> Act:
    given = s.authorization(subject, basis)
    return replace(taken_out(s, authorization_id=given.id), beside=(given,))


@under("shiki")
def test_2_an_agreement_is_no_consent_in_shiki(on: Stage) -> None:
    assert on.modes(out_with(on, B.CONSENT), "R-08") == set()
    assert on.modes(out_with(on, B.AGREEMENT), "R-08") == {"block_plan"}


@under("confidentiality-model")
def test_2_a_consent_is_no_agreement_in_the_model_text(on: Stage) -> None:
    assert on.modes(out_with(on, B.AGREEMENT), "R-08") == set()
    [finding] = [f for f in on.findings(out_with(on, B.CONSENT)) if f.rule_id == "R-08"]
    assert finding.articles == ("第5条第2項",) and "同意" in finding.message


@pytest.mark.parametrize(
    ("on", "mode"),
    [
        ("shiki", set()),
        ("confidentiality-model", {"notice"}),
        ("fukuoka", {"block_plan"}),
        ("chiba", {"warn"}),
        ("yachiyo", {"notice"}),
    ],
    indirect=["on"],
)
def test_3_a_copy_of_created_material(on: Stage, mode: set[str]) -> None:
    assert on.modes(copy_of(on, ItemOrigin.CREATED), "R-05") == mode


@under("chiba")
def test_4_the_ban_on_taking_out_leaves_four_ways(on: Stage) -> None:
    banned = taken_out(on, authorization_id="")
    assert on.modes(banned, "R-08") == {"block_plan"}
    assert on.modes(out_with(on, B.CONSENT), "R-08") == {"block_plan"}
    assert on.modes(out_with(on, B.INSTRUCTION), "R-08") == set()
    to_client = changed(banned, counterpart_org_id=on.contract.client_org_id)
    assert on.modes(to_client, "R-08") == set()
    between = changed(
        banned, place_from_id=on.story.places[1].id, place_to_id=on.story.places[2].id
    )
    assert on.modes(between, "R-08") == set()
    [finding] = [f for f in on.findings(banned) if f.rule_id == "R-08"]
    assert finding.incident_draft


@under("fukuoka")
def test_5_own_staff_takes_out_a_carrier_is_sending_out(on: Stage) -> None:
    own = taken_out(on, authorization_id="")
    assert on.modes(own, "R-07") == set() and on.modes(own, "R-08") == set()
    carrier = TransportDetail(carrier_org_id=on.story.carrier.id, persons=("配送員",))
    assert on.modes(changed(own, transport=(carrier,)), "R-07") == {"block_plan"}
    dispatch = replace(
        changed(own, transport=(carrier,), authorization_id=on.consent("dispatch")), beside=()
    )
    assert on.modes(dispatch, "R-07") == set()


@under("confidentiality-model")
def test_6_two_fences_want_two_words(on: Stage) -> None:
    stick = on.usb()
    act = out_with(on, B.AGREEMENT)
    event = act.record
    assert isinstance(event, HandlingEvent)
    out = replace(changed(act, lines=(replace(event.lines[0], item_id=stick.id),)), items=(stick,))
    assert on.modes(out, "R-08") == set()  # the consent for computers stands in the story
    early = changed(out, occurred_at=on.now - timedelta(days=60))
    found = [f for f in on.findings(early) if f.rule_id == "R-08"]
    assert [f.articles for f in found] == [("第5条第2項",), ("第5条第4項",)]
    assert "から有効" in found[0].message and found[0].mode == "block_plan"


@under("confidentiality-model")
def test_6_inside_the_office_only_the_computer_has_a_fence(on: Stage) -> None:
    corridor = on.place(parent_place_id=on.story.places[0].id, kinds=(PlaceKind.OTHER,))
    early = on.now - timedelta(days=60)
    stick = on.usb()
    moved = on.event(
        K.TAKE_OUT, stick, place_from_id=on.story.places[1].id, place_to_id=corridor.id,
        occurred_at=early, beside=(corridor,),
    )  # fmt: skip
    found = [f for f in on.findings(moved) if f.rule_id == "R-08"]
    assert [f.articles for f in found] == [("第5条第4項",)]
    papers = replace(moved, items=(replace(on.item(), id=stick.id),))
    assert on.modes(papers, "R-08") == set()


@under("confidentiality-model")
def test_7_data_at_rest_is_encrypted_as_far_as_possible(on: Stage) -> None:
    bare = on.usb(encrypted=Encrypted.NO)
    act = on.event(K.RECEIVE, bare, means=Means.DIRECT, place_to_id=on.story.places[2].id)
    assert on.modes(act, "R-09") == {"warn"}
    assert on.modes(replace(act, items=(replace(bare, encrypted=Encrypted.YES),)), "R-09") == set()


@under("shiki")
def test_9_14_a_text_that_is_silent_asks_for_nothing_on_storage_encryption(on: Stage) -> None:
    bare = on.usb(encrypted=Encrypted.NO)
    act = on.event(K.RECEIVE, bare, means=Means.DIRECT, place_to_id=on.story.places[2].id)
    assert on.modes(act, "R-09") == set()


@under("chiba")
def test_16_handover_officers_are_notified_before_the_first_handover(on: Stage) -> None:
    who = on.person(employment_type=EmploymentType.REGULAR)
    officer = on.assignment(who.id, AssignmentRole.HANDOVER_OFFICER)
    assert on.modes(given_back(on, actor=who.id, beside=(who, officer)), "R-12") == set()
    silent = replace(officer, notice_submission_id="")
    assert on.modes(given_back(on, actor=who.id, beside=(who, silent)), "R-12") == {"block_plan"}
    assert on.modes(Act(silent), "R-02") == {"block_plan"}


@under("chiba")
def test_17_the_first_receipt_is_outside_the_literal_words(on: Stage) -> None:
    assert on.modes(received(on, actor="worker3"), "R-12") == {"warn"}
    assert on.modes(given_back(on, actor="worker3"), "R-12") == {"block_plan"}


@under("chiba")
def test_18_originals_and_copies_end_differently(on: Stage) -> None:
    early = on.now - timedelta(days=60)

    def ended(kind: HandlingKind, origin: ItemOrigin) -> Act:
        made = on.item(origin=origin, end_rule=END_RULE_BY_ORIGIN[origin])
        return on.event(kind, made, occurred_at=early, means=Means.DIRECT)

    assert on.modes(ended(K.RETURN, ItemOrigin.LENT), "R-21") == set()
    assert on.modes(ended(K.DISPOSE, ItemOrigin.LENT), "R-21") == {"warn"}
    assert on.modes(ended(K.RETURN, ItemOrigin.COPIED), "R-21") == {"warn"}
    assert on.modes(ended(K.DISPOSE, ItemOrigin.COPIED), "R-21") == set()


@under(*PROFILES)
def test_34_only_shiki_knows_no_way_to_another_purpose(on: Stage) -> None:
    found = on.modes(provided(on, S.OTHER_PURPOSE, allowed=True), "R-15")
    assert found == ({"block_always"} if on.code == "shiki" else set())


@pytest.mark.parametrize(
    ("on", "employment", "mode"),
    [
        ("shiki", EmploymentType.PART_TIME, {"block_plan"}),
        ("shiki", EmploymentType.DISPATCHED, {"block_plan"}),
        ("shiki", EmploymentType.REGULAR, set()),
        ("confidentiality-model", EmploymentType.PART_TIME, set()),
        ("confidentiality-model", EmploymentType.DISPATCHED, {"block_plan"}),
        ("fukuoka", EmploymentType.DISPATCHED, set()),
    ],
    indirect=["on"],
)
def test_35_who_counts_as_not_regular(
    on: Stage, employment: EmploymentType, mode: set[str]
) -> None:
    who = on.person(employment_type=employment)
    place = on.assignment(who.id, AssignmentRole.WORKER)
    act = on.event(K.USE, actor=who.id, beside=(who, place))
    assert on.modes(act, "R-28") == mode
    words = [f.message for f in on.findings(act) if f.rule_id == "R-28"]
    if on.code == "confidentiality-model" and words:
        assert "期間の定めのない" in words[0]  # 36: as its article 2 says


# --- what is only planned was not done --------------------------------------------------------


def planned(act: Act, **changes: object) -> Act:
    return changed(act, timing=Timing.PLANNED, **changes)


@under(*PROFILES)
def test_a_planned_disposal_is_not_asked_whether_it_worked(on: Stage) -> None:
    act = on.disposal(
        irrecoverable_confirmed=False, verification_result=VerificationResult.UNKNOWN,
        checker_person_id="",
    )  # fmt: skip
    assert "R-20" in {f.rule_id for f in on.findings(act)}
    assert not {"R-07", "R-20", "R-22"} & {f.rule_id for f in on.findings(planned(act))}


@under(*PROFILES)
def test_a_planned_disposal_by_a_way_that_cannot_serve_is_told_all_the_same(on: Stage) -> None:
    stick = on.usb(origin=ItemOrigin.COPIED)
    act = planned(on.disposal(stick, method=SanitizationMethod.MASK))
    assert on.modes(act, "R-20")


@under(*PROFILES)
def test_a_report_of_a_plan_is_not_asked_for_its_checks(on: Stage) -> None:
    act = on.disposal(verification_result=VerificationResult.UNKNOWN)
    for one, modes in ((act, {"block_always"}), (planned(act), set())):
        assert isinstance(one.record, HandlingEvent)
        request = Request(on.contract.id, "D-17", "報告書", subject_ids=(one.record.id,))
        assert on.modes(Act(request, (one.record,)), "R-23") == modes


@under("shiki")
def test_a_courier_who_is_yet_to_come_has_no_number(on: Stage) -> None:
    crossing = given_back(
        on, means=Means.SECURITY_COURIER, transport=(TransportDetail(persons=("見本便",)),)
    )
    assert on.modes(crossing, "R-14") == {"block_plan"}
    assert on.modes(planned(crossing), "R-14") == set()


@under("fukuoka")
def test_the_order_to_dispose_is_asked_for_when_it_is_done(on: Stage) -> None:
    made = on.item(origin=ItemOrigin.BACKUP, end_rule=EndRule.ERASE_OR_DISPOSE)
    act = on.disposal(made, ordered_by_assignment_id="", client_method_authorization_id="")
    assert on.modes(act, "R-21") == {"block_plan"} and on.modes(planned(act), "R-21") == set()


@under("fukuoka")
def test_the_need_of_a_take_out_is_confirmed_when_it_is_taken_out(on: Stage) -> None:
    act = taken_out(on, checker_person_id="")
    assert on.modes(act, "R-08") == {"warn"} and on.modes(planned(act), "R-08") == set()


@under("chiba", "shiki")
def test_an_instruction_after_leaving_is_asked_about(on: Stage) -> None:
    asked = {"warn"} if on.code == "chiba" else set()  # 志木 does not ask for the instruction
    assert on.modes(on.carried(), "R-47") == set()
    late = on.carried(instructed_at=on.now + timedelta(minutes=25))
    assert on.modes(late, "R-47") == asked
    if asked:
        [finding] = [f for f in on.findings(late) if f.rule_id == "R-47"]
        assert "出発より後" in finding.message


@under("chiba")
def test_nobody_instructs_himself(on: Stage) -> None:
    own, other = "髙橋　恵子", "﨑山　健"
    assert on.modes(on.carried(persons=(own,)), "R-47") == {"warn"}
    assert on.modes(on.carried(persons=("髙橋 恵子",)), "R-47") == {"warn"}, "written with a blank"
    assert on.modes(on.carried(persons=(own, other)), "R-47") == set()
    assert on.modes(on.carried(persons=(other,)), "R-47") == set()


@under("chiba")
def test_an_arrival_does_not_ask_about_the_instruction_again(on: Stage) -> None:
    left = on.carried(instructed_at=on.now + timedelta(minutes=25), arrived_at=None)
    assert on.modes(left, "R-47") == {"warn"}
    assert isinstance(left.record, HandlingEvent)
    arrived = changed(on.carried(), related_event_id=left.record.id)
    there = replace(arrived, beside=(left.record,))
    assert isinstance(there.record, HandlingEvent)
    same = replace(there.record, transport=left.record.transport)
    assert on.modes(replace(there, record=same), "R-47") == set()


@under("chiba")
def test_what_was_entered_before_is_not_asked_for_an_instruction_in_time(on: Stage) -> None:
    late = on.carried(instructed_at=on.now + timedelta(minutes=25))
    assert isinstance(late.record, HandlingEvent)
    case = Case(
        record=late.record, contract=on.contract, profile=on.ledger.profiles[on.code],
        books=on.ledger.rules.books, now=on.now, items={item.id: item for item in late.items},
    )  # fmt: skip
    assert not [one for one in examine(case) if one.rule_id in ("R-11", "R-47")]


@under("chiba")
def test_nothing_is_received_before_it_left(on: Stage) -> None:
    act = on.carried(received_at=on.now - timedelta(minutes=200))
    assert isinstance(act.record, HandlingEvent)
    assert [*act.record.transport[0].inconsistencies()] == [
        "「受取日時」が「出発日時」より前になっています。"
    ]
    fine = on.carried(received_at=on.now + timedelta(minutes=5)).record
    assert isinstance(fine, HandlingEvent)
    assert not [*fine.transport[0].inconsistencies()]
