"""What became of the day by which the client waits for something stays to be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.calendar_frame import Due
from models.codes import (
    CommunicationKind,
    CommunicationMeans,
    CommunicationStatus,
    Direction,
    Urgency,
)
from models.errors import NeedsAnswer, Refused
from models.evidence import ClauseState, evidence
from models.records import ClientCommunication
from models.rules.answers import Answers
from models.wareki import JAPAN
from tests import proof
from tests.house import House, furnished

K, S = CommunicationKind, CommunicationStatus
DUE = datetime(2026, 10, 8, 17, tzinfo=JAPAN)
LATER = DUE + timedelta(days=60)
NAME = "R8.10.1の資料提出の求め「保管場所の写真」"
ANSWER, ATTENDANCE = "SK-16.2", "SK-14.3"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, rules=True) as made:
        yield made


def enter(house: House, **changes: object) -> ClientCommunication:
    one = ClientCommunication(
        contract_id=house.story.contract.id, direction=Direction.IN, kind=K.DOCUMENT_REQUEST,
        at=house.ledger.now(), means=CommunicationMeans.EMAIL, from_name="見本　花子",
        to_name="髙橋　恵子", summary="保管場所の写真", urgency=Urgency.DATED, due_at=DUE,
        status=S.OPEN,
    ).with_changes(**changes)  # fmt: skip
    return replace(one, id=house.ledger.registers.create(one).ids[-1])


def revise(house: House, one: ClientCommunication, **changes: object) -> tuple[str, ...]:
    after = one.with_changes(**changes)
    return house.ledger.registers.revise(after, "先方と電話で確認した").notices


def void(house: House, one: ClientCommunication) -> tuple[str, ...]:
    return house.ledger.registers.void(ClientCommunication, one.id, "誤って登録した").notices


def answer(house: House, one: ClientCommunication, at: datetime) -> None:
    house.clock.go_to(max(at.date(), house.ledger.today()), 18)
    revise(house, one, status=S.ANSWERED, responded_at=at)


def clause(house: House, key: str = ANSWER) -> ClauseState:
    return next(one for one in evidence(house.ledger, house.story.contract) if one.key == key)


def told(house: House, key: str = ANSWER) -> list[tuple[str, str]]:
    return proof.graded(house, clause=key)


def test_an_answer_in_time_leaves_nothing_to_say(house: House) -> None:
    answer(house, enter(house), DUE)
    assert told(house) == [] and clause(house).state == "done"


def test_a_late_answer_is_told_with_its_delay(house: House) -> None:
    answer(house, enter(house), DUE + timedelta(days=51))
    sentence = (
        f"{NAME}には、期限（R8.10.8 17:00）の後のR8.11.28 17:00に回答しています（51日の遅れ）。"
    )
    assert told(house) == [("note", sentence)]
    assert clause(house).state == "done"  # it is there; that it came late is to be read


@pytest.mark.parametrize(
    ("urgency", "limit"), [(Urgency.IMMEDIATE, "R8.10.1 23:59"), (Urgency.PROMPT, "R8.10.6 23:59")]
)
def test_without_a_day_the_word_of_the_request_gives_it(
    house: House, urgency: Urgency, limit: str
) -> None:
    one = enter(house, urgency=urgency, due_at=None)
    assert clause(house).state == "due"
    house.clock.go_to(date(2026, 10, 7), 9)
    assert clause(house).state == "action"
    answer(house, one, DUE)
    [(severity, sentence)] = told(house)
    assert severity == "note" and f"期限（{limit}）" in sentence


def test_a_request_that_was_put_off_says_from_when_by_whom_and_why(house: House) -> None:
    one = enter(house)
    house.clock.go_to(date(2026, 10, 5), 9)
    [notice] = revise(house, one, due_at=LATER)
    assert "期限を遅くしました" in notice
    assert ("due", "資料提出の求めに回答していません。") in told(house)
    put_off = (
        f"{NAME}について、R8.10.5に、髙橋　恵子さんが、「期限」を「R8.10.8 17:00」から"
        "「R8.12.7 17:00」に変えました。理由：先方と電話で確認した"
    )
    assert ("note", put_off) in told(house)
    answer(house, replace(one, due_at=LATER), LATER)
    assert told(house) == [("note", put_off)]


def test_what_is_overdue_is_put_off_by_nobody_alone(house: House) -> None:
    one = enter(house)
    house.clock.go_to(date(2026, 10, 20), 9)
    no_day = {"urgency": None, "due_at": None}
    for changes in ({"due_at": LATER}, {"kind": K.OTHER, **no_day}, {"direction": Direction.OUT}):
        with pytest.raises(NeedsAnswer, match=r"期限（R8\.10\.8 17:00）を過ぎています"):
            revise(house, one, **changes)
    assert [severity for severity, _ in told(house)] == ["action"]
    answers = Answers({"R-39": "先方が電話で延ばしてくれたため"}, later=True)
    put_off = one.with_changes(due_at=LATER)
    house.ledger.registers.revise(put_off, "先方と電話で確認した", answers=answers)
    finding = "due"  # of the exception
    assert [severity for severity, _ in told(house)] == ["due", finding, "note"]
    beside = clause(house, "BESIDE")
    assert beside.state == "broken"  # until somebody else has confirmed it
    assert any(
        "期限（R8.10.8 17:00）" in row.sentence for _, rows in beside.evidence for row in rows
    )


def test_what_is_overdue_is_answered_or_noted_without_a_question(house: House) -> None:
    one = enter(house)
    house.clock.go_to(date(2026, 10, 20), 9)
    revise(house, one, response_note="写真を撮っている")
    revise(house, one, status=S.ANSWERED, responded_at=house.ledger.now())
    assert {severity for severity, _ in told(house)} == {"note"}


def test_what_is_overdue_is_closed_and_not_voided(house: House) -> None:
    one = enter(house)
    house.clock.go_to(date(2026, 10, 20), 9)
    with pytest.raises(Refused, match="状態を「終了」に"):
        void(house, one)
    closed = {"status": S.CLOSED, "responded_at": house.ledger.now(), "response_note": "取下げ"}
    revise(house, one, **closed)
    [(severity, sentence)] = told(house)
    assert severity == "note" and "12日の遅れ" in sentence
    assert void(house, one)


def test_a_nearer_day_and_a_note_are_everyday_work(house: House) -> None:
    one = enter(house)
    assert revise(house, one, due_at=DUE - timedelta(days=1), response_note="写真を撮った") == ()
    assert [severity for severity, _ in told(house)] == ["due"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": K.OTHER}, "「種類」を「資料提出の求め」から「その他」に"),
        ({"direction": Direction.OUT}, "「方向」を「委託者から」から「委託者へ」に"),
        ({"summary": "写真"}, "「要旨」を「保管場所の写真」から「写真」に"),
    ],
)
def test_what_the_client_said_is_not_rewritten_unseen(
    house: House, changes: dict[str, object], words: str
) -> None:
    revise(house, enter(house), **changes)
    assert any(severity == "note" and words in sentence for severity, sentence in told(house))


def test_another_day_of_answering_is_told(house: House) -> None:
    one = enter(house)
    late = DUE + timedelta(days=10)
    answer(house, one, late)
    revise(house, one, status=S.ANSWERED, responded_at=DUE)
    [(_, sentence)] = told(house)
    assert "「回答日時」を「R8.10.18 17:00」から「R8.10.8 17:00」に" in sentence


def test_a_voided_request_is_told_and_so_is_who_voids_it(house: House) -> None:
    [notice] = void(house, enter(house))
    assert "取り消しました" in notice
    assert told(house) == [
        (
            "note",
            f"{NAME}は、R8.10.1に髙橋　恵子さんが取り消しました（回答・対応の前）。"
            "理由：誤って登録した",
        )
    ]


def test_a_voided_wish_to_attend_is_told_where_attendance_is(house: House) -> None:
    void(house, enter(house, kind=K.WITNESS_REQUEST))
    assert [severity for severity, _ in told(house, ATTENDANCE)] == ["note"]


def test_an_instruction_with_a_day_is_followed_to_its_end(house: House) -> None:
    one = enter(house, kind=K.INSTRUCTION, summary="鍵を替える")
    assert [(d.code, d.due_on) for d in dates(house)] == [("K-20", DUE.date())]
    assert told(house, "SK-16.2") == [("due", "指示への対応が済んでいません。")]
    house.clock.go_to(date(2026, 10, 9), 9)
    assert told(house, "SK-16.2") == [("action", "指示への対応が済んでいません。")]
    answer(house, one, DUE + timedelta(days=1))
    [(severity, sentence)] = told(house, "SK-16.2")
    assert severity == "note" and "対応しています（1日の遅れ）" in sentence


def dates(house: House) -> list[Due]:
    found = calendar(house.ledger, house.story.contract.id)
    return [one for one in found if one.type == ClientCommunication.type]


def test_an_instruction_without_a_day_asks_for_nothing(house: House) -> None:
    one = enter(house, kind=K.INSTRUCTION, urgency=None, due_at=None)
    assert dates(house) == [] and told(house, "SK-16.2") == []
    assert void(house, one) == ()
    assert told(house, "SK-16.2") == []


@pytest.mark.parametrize(
    ("profile", "kind", "clauses"),
    [
        ("shiki", K.SUPERVISION_REPORT_REQUEST, {"SK-9.5"}),
        ("shiki", K.REPORT_REQUEST, {"SK-15.3"}),
        ("shiki", K.INSPECTION_NOTICE, {"SK-16.1"}),
        ("shiki", K.DOCUMENT_REQUEST, {"SK-16.2"}),
        ("shiki", K.PLEDGE_REQUEST, {"SK-16.2"}),
        ("chiba", K.STAFF_LIST_REQUEST, {"CB-4.1"}),
        ("chiba", K.REPORT_REQUEST, {"CB-14.1", "CB-14.2", "CBS-5.4"}),
        ("fukuoka", K.INSPECTION_NOTICE, {"FK-15.1"}),
        ("fukuoka", K.REPORT_REQUEST, {"FK-16.1"}),
        ("confidentiality-model", K.INSPECTION_NOTICE, {"CM-17.1"}),
        ("confidentiality-model", K.REPORT_REQUEST, {"CM-15.1"}),
    ],
)
def test_a_request_is_told_under_the_clause_by_which_the_client_may_ask(
    tmp_path: Path, profile: str, kind: CommunicationKind, clauses: set[str]
) -> None:
    """A duty towards subcontractors is not unmet because an inspection was announced."""
    with furnished(tmp_path, profile=profile, rules=True) as house:
        one = enter(house, kind=kind, urgency=Urgency.PROMPT, due_at=DUE)
        assert heard_under(house, "EQ-REQ", one) == clauses
        answer(house, one, LATER)
        assert heard_under(house, "EQ-REQ", one) == set()
        assert heard_under(house, "EQ-ANSWER", one) == clauses


@pytest.mark.parametrize(
    ("profile", "kind", "clauses", "article"),
    [
        ("shiki", K.WITNESS_REQUEST, {"SK-14.3"}, "第14条第3項"),
        ("confidentiality-model", K.WITNESS_REQUEST, {"CM-7.6"}, "第7条第6項"),
        ("chiba", K.PLEDGE_REQUEST, {"CB-4.2"}, "第4第2項"),
        ("fukuoka", K.PPC_REPORT_REQUEST, {"FK-14.3"}, "第14第3項"),
        ("yachiyo", K.REPORT_REQUEST, {"BESIDE"}, ""),
    ],
)
def test_a_request_by_a_clause_of_its_own_accuses_no_other(
    tmp_path: Path, profile: str, kind: CommunicationKind, clauses: set[str], article: str
) -> None:
    """Who wishes to attend does not ask for a report; a text may know no requests at all."""
    with furnished(tmp_path, profile=profile, rules=True) as house:
        one = enter(house, kind=kind, urgency=Urgency.PROMPT, due_at=DUE)
        [(key, severity)] = severities(house, one)
        assert {key} == clauses and severity == "due"
        [waits] = dates(house)
        assert waits.clause == article
        house.clock.go_to(date(2026, 10, 9), 9)
        [(key, severity)] = severities(house, one)
        assert {key} == clauses and severity == "action"
        assert clause(house, key).state in ("action", "broken")
        answer(house, one, LATER)
        assert {key for key, severity in severities(house, one) if severity != "note"} == set()


@pytest.mark.parametrize(("profile", "kept"), [("chiba", "CB-14.1"), ("fukuoka", "FK-16.1")])
def test_a_wish_to_attend_is_a_request_where_no_clause_speaks_of_it(
    tmp_path: Path, profile: str, kept: str
) -> None:
    with furnished(tmp_path, profile=profile, rules=True) as house:
        one = enter(house, kind=K.WITNESS_REQUEST, urgency=Urgency.PROMPT, due_at=DUE)
        assert kept in heard_under(house, "EQ-REQ", one)


def test_a_request_of_report_is_cited_by_its_clause_alone(house: House) -> None:
    enter(house, kind=K.REPORT_REQUEST)
    assert [one.clause for one in dates(house)] == ["第15条第3項"]


def severities(house: House, about: ClientCommunication) -> list[tuple[str, str]]:
    """Return clause and severity of every row about a request."""
    return [
        (one.key, row.severity)
        for one in evidence(house.ledger, house.story.contract)
        for _, rows in one.evidence
        for row in rows
        if row.id == about.id
    ]


def heard_under(house: House, query: str, about: ClientCommunication) -> set[str]:
    return {
        one.key
        for one in evidence(house.ledger, house.story.contract)
        for name, rows in one.evidence
        if name == query and any(row.id == about.id for row in rows)
    }


def test_what_is_overdue_is_not_dropped_in_two_steps(house: House) -> None:
    one = enter(house)
    answer(house, one, DUE + timedelta(days=12))
    done = {"status": S.ANSWERED, "responded_at": DUE + timedelta(days=12)}
    for days in (0, 3):  # on that day, and when it stood as answered
        house.clock.go_to(house.ledger.today() + timedelta(days=days), 19)
        for gone in ({"due_at": LATER}, {"kind": K.OTHER, "due_at": None, "urgency": None}):
            with pytest.raises(NeedsAnswer, match=r"期限（R8\.10\.8 17:00）を過ぎています"):
                revise(house, one, **gone)
        revise(house, one, **done, response_note="写真を渡した")
    revise(house, one)  # with the day that it had
    assert "action" in {severity for severity, _ in told(house)}


def test_what_was_answered_in_time_may_be_asked_again(house: House) -> None:
    one = enter(house)
    answer(house, one, DUE)
    house.clock.go_to(DUE.date() + timedelta(days=9), 9)
    revise(house, one, due_at=LATER)
