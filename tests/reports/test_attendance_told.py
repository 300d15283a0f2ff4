"""An end report says who attended where somebody could; elsewhere no record is said to be missing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.breaches import OPEN
from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    FindingStatus,
    Urgency,
)
from models.codes import HandlingKind as K
from models.commands import revising
from models.evidence import evidence
from models.records import ClientCommunication, Finding, HandlingEvent, Item, RuleOverride
from models.rules.answers import Answers
from models.rules.attending import NOBODY
from reports.collect import collect
from reports.documents.d17_end_report import UNATTENDED
from reports.since import differences
from tests.house import House
from tests.models.rules.stage import PROFILES
from tests.proof import rows
from tests.reports.applying import events, text_of, wish, working_day
from tests.reports.test_failed_disposals import disposed, like_a_real_one
from ui.issue import missing

ORDERED = "指示した保護管理責任者等"  # of an erasure or disposal; nobody orders a return
WISH = "甲から立会いの求め"
GRANTED = ("shiki", "confidentiality-model")  # texts in which the client may attend


@pytest.fixture(params=PROFILES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with working_day(tmp_path, request.param) as made:
        yield made


def give_back(house: House) -> str:
    house.story.give_back(house.story._stock[0])
    return events(house, K.RETURN)[-1]


def destroy(house: House, *, requested: bool | None) -> str:
    """Destroy a copy of paper; `requested` is the client's wish to attend, None not recorded."""
    stack = next(one for one in house.story._stock if not one.electronic)
    house.story.copy(stack)
    house.story.destroy(house.story._copies[-1])
    done = house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record
    [row] = done.sanitization
    if requested is row.witness_requested:
        return done.id
    told = replace(done, sanitization=(replace(row, witness_requested=requested),))
    answers = Answers(reasons={"R-22": "立会いの求めを確かめられないため"}, later=True)
    house.ledger.handling.correct(done.id, told, "立会いの求めを直すため", answers=answers)
    return house.ledger.registers.all(HandlingEvent, kind=K.DISPOSE)[-1].record.id


def test_a_report_of_returns_has_no_column_for_attending(house: House) -> None:
    text = text_of(house, "D-17", give_back(house))
    assert "立会い" not in text and "直接手渡し" in text
    assert "記録なし" not in text and ORDERED not in text


def test_a_report_of_returns_lacks_nothing_that_only_a_disposal_has(house: House) -> None:
    assert missing(house.ledger, wish(house, "D-17", give_back(house))) == []


def test_beside_a_disposal_a_return_has_a_dash(house: House) -> None:
    back, gone = give_back(house), destroy(house, requested=False)
    text = text_of(house, "D-17", back, gone)
    assert text.count("求めなし") == 1 and text.count("－") == 1 and "立会い" in text


def test_what_nobody_recorded_of_attending_is_told_where_the_text_grants_it(house: House) -> None:
    gone = destroy(house, requested=None)
    granted = house.ledger.registers.need_profile(house.story.contract.profile_code)
    text = text_of(house, "D-17", gone)
    assert granted.params.end.witness_on_request is (granted.code in GRANTED)
    assert ("立会い" in text) is (granted.code in GRANTED)


def test_a_paper_of_an_earlier_version_is_not_said_to_have_changed(house: House) -> None:
    back = give_back(house)
    content = collect(
        house.ledger, wish(house, "D-17", back), house.ledger.paper.numbering()
    ).content()
    earlier = {
        **content,
        "lines": [{k: v for k, v in x.items() if k != "witness"} for x in content["lines"]],
    }
    assert earlier != content and differences(earlier, content) == []


@pytest.fixture
def copies(house: House) -> tuple[Item, HandlingEvent]:
    """Return a copy of paper and how another one was destroyed, before anybody asked to attend."""
    return like_a_real_one(house)


def asked(house: House, status: CommunicationStatus = CommunicationStatus.OPEN) -> str:
    """Register that the client wants to attend what is destroyed on the next day."""
    now = house.ledger.now()
    one = ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN,
        kind=CommunicationKind.WITNESS_REQUEST, at=now, means=CommunicationMeans.TELEPHONE,
        from_name="見本　花子", to_name="髙橋　恵子", summary="写しの廃棄に立ち会いたい。",
        urgency=Urgency.DATED, due_at=now + timedelta(days=1), status=status,
        responded_at=None if status is CommunicationStatus.OPEN else now,
    )  # fmt: skip
    made = house.ledger.registers.create(one).ids[-1]
    house.clock.wait(24 * 60)
    return made


def papers(house: House, act: str) -> list[str]:
    """Return the words of the papers about the end of a thing that the text has."""
    profile = house.ledger.registers.need_profile(house.story.contract.profile_code)
    kinds = [kind for kind in ("D-17", "D-18") if profile.document(kind).offered]
    return [text_of(house, kind, act) for kind in kinds]


@pytest.mark.parametrize("said", [True, False, None])
def test_a_paper_never_says_that_nobody_asked_while_a_request_stands(
    house: House, copies: tuple[Item, HandlingEvent], said: bool | None
) -> None:
    asked(house)
    done = disposed(house, *copies, witness_requested=said)
    for text in papers(house, done.id):
        assert "求めなし" not in text and "求めあり・立会いなし" in text
        assert ("の求め）" in text) is (said is not True)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (CommunicationStatus.ANSWERED, "求めあり・立会いなし"),
        (CommunicationStatus.CLOSED, "求めなし"),
    ],
)
def test_an_answered_request_is_told_and_one_that_was_ended_before_is_not(
    house: House, copies: tuple[Item, HandlingEvent], status: CommunicationStatus, told: str
) -> None:
    asked(house, status)
    done = disposed(house, *copies)
    assert all(told in text for text in papers(house, done.id))


def test_an_answered_request_is_used_up_by_who_came(
    house: House, copies: tuple[Item, HandlingEvent]
) -> None:
    copy, model = copies
    house.story.copy(next(one for one in house.story._stock if not one.electronic))
    other = house.story._copies[-1]
    asked(house, CommunicationStatus.ANSWERED)
    came = {"witness_requested": True, "witness_name": "見本　花子", "witness_title": "主査"}
    now = house.ledger.now()
    first = disposed(house, copy, model, witnessed_at=now, **came)
    house.clock.wait(60)
    assert all("主査" in text and "求めなし" not in text for text in papers(house, first.id))
    second = disposed(house, other, model)
    assert all("求めなし" in text for text in papers(house, second.id))


def test_that_nobody_was_let_in_stays_a_breach_with_its_reason(
    house: House, copies: tuple[Item, HandlingEvent]
) -> None:
    request = asked(house)
    disposed(house, *copies, witness_requested=True)
    texts = house.story.contract.profile_code in GRANTED
    clauses = [one for one in evidence(house.ledger, house.story.contract) if one.state == "broken"]
    sentences = {
        row.sentence
        for one in clauses
        for name, rows in one.evidence
        if name == "EQ-WITNESS"
        for row in rows
    }
    assert bool(sentences) is texts
    assert all("立会者が記録されていません。" in one and "選んで" not in one for one in sentences)
    overrides = [o.record for o in house.ledger.registers.all(RuleOverride)]
    assert ("R-22" in {one.rule_id for one in overrides}) is texts
    known = house.ledger.registers.need(ClientCommunication, request).record
    house.clock.wait(60)
    ended = replace(
        known, status=CommunicationStatus.CLOSED, responded_at=house.ledger.now(),
        response_note="立会いを受けずに裁断したことを伝えた。",
    )  # fmt: skip
    house.ledger.registers.revise(ended, "伝えたため")
    again = [one.state for one in evidence(house.ledger, house.story.contract)
             if any(name == "EQ-WITNESS" for name, _ in one.evidence)]  # fmt: skip
    assert again == ["broken"] * len(again) and bool(again) is texts


def test_a_wish_that_is_ended_behind_it_does_not_make_the_breach_milder(
    house: House, copies: tuple[Item, HandlingEvent]
) -> None:
    request = asked(house)
    disposed(house, *copies, witness_requested=True)
    breaches = [o.record for o in house.ledger.registers.all(RuleOverride, rule_id="R-22")]
    known = house.ledger.registers.need(ClientCommunication, request).record
    before = house.ledger.now() - timedelta(minutes=40)  # the disposal was ten minutes later
    ended = replace(known, status=CommunicationStatus.CLOSED, responded_at=before)
    house.ledger.registers.revise(ended, "立会いなしでよいとのこと")
    said = [(row.severity, row.sentence) for row in rows(house, "EQ-WITNESS")]
    assert said == [
        ("broken", OPEN.format(rule="R-22", message=NOBODY.format(asked=WISH), reason=one.reason))
        for one in breaches
    ]
    texts = house.story.contract.profile_code in GRANTED
    assert len(breaches) == texts
    for one in breaches:
        finding = house.ledger.registers.need(Finding, one.finding_id).record
        house.ledger.commit([revising(replace(finding, status=FindingStatus.VERIFIED), "確認")])
    assert rows(house, "EQ-WITNESS") == []


# --- the annex of the certificate -------------------------------------------------------------------


def annex(house: House, act: str) -> str:
    """Return what the certificate's annex says of attending."""
    paper = collect(house.ledger, wish(house, "D-18", act), house.ledger.paper.numbering())
    [line] = paper.content()["lines"]
    return str(line.get("witness", ""))


def test_the_certificate_misses_nobody_where_the_text_lets_nobody_attend(
    house: House, copies: tuple[Item, HandlingEvent]
) -> None:
    granted = house.story.contract.profile_code in GRANTED
    gone = disposed(house, *copies, witness_requested=None).id
    assert annex(house, gone) == ("" if granted else UNATTENDED)
    text = text_of(house, "D-18", gone)
    assert ("立会い 記録なし" in text) is granted and ("立会い －" in text) is not granted
    known = collect(
        house.ledger, wish(house, "D-18", gone), house.ledger.paper.numbering()
    ).content()
    lines = [{k: v for k, v in one.items() if k != "witness"} for one in known["lines"]]
    before = {**known, "lines": lines}
    assert differences(before, known) == []  # a certificate of an older version says nothing there
