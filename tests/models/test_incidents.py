"""Incidents: everybody may tell, one leads, and no state says more than the records bear out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.calendar import calendar
from models.codes import (
    Certainty,
    CommunicationMeans,
    ContractStatus,
    IncidentLogKind,
    IncidentNature,
    IncidentParty,
    IncidentReportKind,
    IncidentStatus,
)
from models.errors import NeedsAnswer, NotPermitted, Refused
from models.evidence import evidence
from models.exposure import shut
from models.left_at_closing import told_at_closing
from models.records import (
    Assignment,
    Contract,
    Incident,
    IncidentLog,
    IncidentReport,
    RuleOverride,
    UserAccount,
)
from models.rules.answers import EVERY, Answers
from models.store import quiet
from tests import proof
from tests.house import House, furnished

S, K = IncidentStatus, IncidentReportKind
WHY = "調べて分かったことを入力するため"
REASON = "封筒は開かれておらず、宛先の方がそのまま返した。"
LATER = Answers({EVERY: "戻った封筒の封を二人で確かめたため"}, later=True)
TOLD = {
    "party": IncidentParty.CONTRACTOR, "occurred_place": "みほん入力センター",
    "info_content": "健康診査結果票", "record_count": 3, "quantity_text": "3枚",
    "breached_clause": "第9第3項", "immediate_measures": "回収した。",
}  # fmt: skip

WHOLE = {**TOLD, "cause": "宛先の確認漏れ", "damage": "なし", "prevention": "二人で確かめる。"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with furnished(tmp_path, accounts=True, rules=True) as made:
        yield made


def discovered(house: House, **fields: object) -> Incident:
    one = Incident(
        contract_id=house.story.contract.id, certainty=Certainty.OCCURRED,
        natures=(IncidentNature.MISDELIVERY,), known_at=house.ledger.now(),
        situation="別の宛先の封筒に結果票を入れて送った。", status=S.DETECTED,
    ).with_changes(**fields)  # fmt: skip
    return read(house, house.ledger.registers.create(one).ids[0])


def read(house: House, incident_id: str) -> Incident:
    return house.ledger.registers.need(Incident, incident_id).record


def reported(house: House, one: Incident, kind: K = K.FIRST, **fields: object) -> str:
    told = IncidentReport(
        incident_id=one.id, kind=kind, reported_at=house.ledger.now(),
        means=CommunicationMeans.TELEPHONE, recipient="健康づくり課　見本",
        reported_by=house.story.people["supervisor"],
    ).with_changes(**fields)  # fmt: skip
    return house.ledger.registers.create(told).ids[0]


def in_writing(house: House, one: Incident, kind: K = K.WRITTEN, **fields: object) -> str:
    return reported(house, one, kind, means=CommunicationMeans.WRITTEN, **fields)


def revised(house: House, one: Incident, **fields: object) -> Incident:
    house.ledger.registers.revise(replace(read(house, one.id), **fields), WHY)  # type: ignore[arg-type]
    return read(house, one.id)


def whole(house: House) -> dict[str, object]:
    """Return what every text wants to know of an incident at its end."""
    commander = house.ledger.registers.all(Assignment, contract_id=house.story.contract.id)[0]
    return {**WHOLE, "commander_assignment_id": commander.record.id}


def due(house: House, one: Incident) -> list[tuple[str, int]]:
    """Return what the calendar asks about an incident, and in how many days from its discovery."""
    assert one.known_at is not None
    day = one.known_at.date()
    found = [due for due in calendar(house.ledger) if due.id == one.id and due.due_on]
    return [(due.what, (due.due_on - day).days) for due in found if due.due_on]


def incidents_of(house: House, query: str = "EQ-INC") -> list[tuple[str, str]]:
    found = proof.rows(house, query)
    return list(dict.fromkeys((row.severity, row.sentence) for row in found))


def test_a_worker_tells_and_the_responsible_person_leads(house: House) -> None:
    house.sign_in("yoshino")
    one = discovered(house)
    assert one.incident_no == "事故第1号" and one.status is S.DETECTED
    house.ledger.registers.create(
        IncidentLog(
            incident_id=one.id, at=house.ledger.now(), kind=IncidentLogKind.DISCOVERY,
            text="電話で分かった。", by_person_id=house.story.people["worker"],
        )
    )  # fmt: skip
    [step] = house.ledger.registers.all(IncidentLog)
    assert step.record.contract_id == one.contract_id
    with pytest.raises(NotPermitted):
        revised(house, one, cause="確認漏れ")
    with pytest.raises(NotPermitted):
        house.ledger.registers.revise(replace(step.record, text="何もなかった。"), WHY)
    with pytest.raises(NotPermitted):
        reported(house, one)
    with pytest.raises(NotPermitted):
        discovered(house, certainty=Certainty.NEAR_MISS, conclusion=REASON, status=S.CLOSED)
    unbound = discovered(house, contract_id="")
    house.ledger.registers.create(
        replace(step.record, id="", contract_id="", incident_id=unbound.id)
    )
    assert unbound.owner_person_id == house.story.people["worker"] and not one.owner_person_id
    house.sign_in("takahashi")
    assert revised(house, one, cause="確認漏れ").cause
    bare = replace(one, id="", incident_no="")
    made = house.ledger.registers.create_all([bare, replace(bare, contract_id=""), bare]).ids
    numbers = [read(house, id_).incident_no for id_ in made]
    assert numbers == ["事故第2号", "事故第2号", "事故第3号"], "each client counts its own"
    with pytest.raises(Refused, match="ほかの事故・違反に付いて"):
        discovered(house, incident_no="事故第3号")
    assert not house.ledger.safe.verify(full=True, progress=quiet).problems


def test_the_state_follows_the_reports_and_never_runs_ahead(house: House) -> None:
    with pytest.raises(Refused, match="新しい事故"):
        discovered(house, status=S.INVESTIGATING)
    one = discovered(house)
    with pytest.raises(Refused, match="報告が要ります"):
        revised(house, one, status=S.FIRST_REPORTED)
    told = reported(house, one)
    assert read(house, one.id).status is S.FIRST_REPORTED, "nobody says it twice"
    revised(house, one, status=S.INVESTIGATING)
    with pytest.raises(Refused, match="戻せません"):
        revised(house, one, status=S.DETECTED)
    with pytest.raises(Refused, match="書面の報告"):
        revised(house, one, **whole(house), status=S.REPORTED)
    house.ledger.registers.void(IncidentReport, told, "別の件の報告だったため")
    assert read(house, one.id).status is S.DETECTED


def test_what_is_closed_has_a_cause_a_prevention_and_a_report_in_writing(house: House) -> None:
    one, registers = discovered(house), house.ledger.registers
    end = {"status": S.CLOSED, "closed_on": house.ledger.today()}
    called = reported(house, one)
    with pytest.raises(Refused, match="書面の報告"):
        revised(house, one, **end)
    written = in_writing(house, one)
    assert read(house, one.id).status is S.FIRST_REPORTED, "what it says is not there yet"
    revised(house, one, record_count=0)
    with pytest.raises(Refused, match="「原因」を入力"):
        revised(house, one, **end, **TOLD)
    with pytest.raises(Refused, match="件数"):
        revised(house, one, **end, **whole(house) | {"record_count": None})
    closed = revised(house, one, **end, **whole(house) | {"record_count": 0})
    assert closed.status is S.CLOSED and not incidents_of(house)
    assert proof.states(house)["SK-17.2"].state == "done"
    registers.void(IncidentReport, called, "書面の報告と二重のため")
    with pytest.raises(Refused, match="終結しています"):
        registers.void(IncidentReport, written, WHY)


def test_no_accident_is_for_two_to_say_and_nothing_is_voided_in_silence(house: House) -> None:
    one = discovered(house)
    no_accident = {"certainty": Certainty.NEAR_MISS, "conclusion": REASON}
    with pytest.raises(Refused, match="報告しない理由"):
        revised(house, one, certainty=Certainty.NEAR_MISS)
    with pytest.raises(NeedsAnswer, match="「おそれ」に改めます"):
        revised(house, one, certainty=Certainty.SUSPECTED)
    with pytest.raises(NeedsAnswer, match="一人では決められません") as asked:
        revised(house, one, **no_accident)
    assert asked.value.facts["needs_approval"]
    house.ledger.registers.revise(replace(one, **no_accident), WHY, answers=LATER)  # type: ignore[arg-type]
    [override] = house.ledger.registers.all(RuleOverride)
    assert override.record.record_ref == one.id and override.record.confirm_later
    closed = revised(house, one, status=S.CLOSED, closed_on=house.ledger.today())
    again = revised(house, closed, certainty=Certainty.SUSPECTED, status=S.DETECTED, closed_on=None)
    assert again.is_open, "it was one after all"
    with pytest.raises(NeedsAnswer, match="認知日時"):
        house.clock.wait(60)
        revised(house, one, known_at=house.ledger.now())
    slip = discovered(house)
    house.ledger.registers.void(Incident, slip.id, "二重に登録したため")
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(Incident, one.id, "二重に登録したため")


def test_what_somebody_else_told_is_not_voided_by_who_leads(house: House) -> None:
    """The same day neither: a worker may have told of the responsible person himself."""
    house.sign_in("yoshino")
    one = discovered(house)
    step = house.ledger.registers.create(
        IncidentLog(incident_id=one.id, at=house.ledger.now(), kind=IncidentLogKind.NOTE,
                    text="見たことを書いた。", by_person_id=house.ledger.user.person_id)
    ).ids[0]  # fmt: skip
    house.sign_in("takahashi")
    with pytest.raises(Refused, match="ほかの人が登録した経過"):
        house.ledger.registers.void(IncidentLog, step, "誤って入力したため")
    with pytest.raises(Refused, match="報告しない理由"):
        house.ledger.registers.void(Incident, one.id, "誤って入力したため")
    own = discovered(house)
    house.ledger.registers.void(Incident, own.id, "二重に登録したため")


SEEN = "髙橋さんが名簿を社外に持って行くのを見ました。"


def test_what_somebody_else_told_is_not_made_less_by_who_leads(house: House) -> None:
    """R-29: kinds of harm, counts and words stay, unless somebody else agrees; more may be added."""
    house.sign_in("yoshino")
    one = discovered(house, situation=SEEN, natures=(IncidentNature.LEAK, IncidentNature.MISSING))
    house.sign_in("takahashi")
    revised(house, one, situation=f"{SEEN}\n机の中からは見つかっていない。", record_count=300)
    for fields, words in (
        ({"situation": "封筒の宛名を確かめた。"}, "「発生状況」を"),
        ({"natures": (IncidentNature.OTHER,)}, "「漏えい」「紛失・所在不明」をなくします"),
        ({"record_count": 1}, "「件数」を300から1に"),
        ({"record_count": None}, "「件数」を300から空欄に"),
    ):
        with pytest.raises(NeedsAnswer, match=words) as asked:
            revised(house, one, **fields)
        assert asked.value.facts["needs_approval"]
    other = replace(read(house, one.id), situation="封筒の宛名を確かめた。")
    house.ledger.registers.revise(other, WHY, answers=LATER)
    with pytest.raises(NeedsAnswer, match=f"はじめの登録は.*{SEEN}"):
        revised(house, one, certainty=Certainty.NEAR_MISS, conclusion=REASON)


def test_ones_own_slip_of_the_day_is_ones_own_to_take_back(house: House) -> None:
    """F10: a worker who entered it twice, or under a wrong contract, and nobody else."""
    of_boss = discovered(house)
    house.sign_in("yoshino")
    registers = house.ledger.registers
    slip, kept, led = (discovered(house, situation=SEEN) for _ in range(3))
    step = registers.create(
        IncidentLog(incident_id=slip.id, at=house.ledger.now(), kind=IncidentLogKind.NOTE,
                    text="見たことを書いた。", by_person_id=house.ledger.user.person_id)
    ).ids[0]  # fmt: skip
    with pytest.raises(Refused, match="経過か報告"):
        registers.void(Incident, slip.id, "二重に登録したため")
    registers.void(IncidentLog, step, "二重に登録したため")
    registers.void(Incident, slip.id, "二重に登録したため")
    with pytest.raises(NotPermitted):
        registers.void(Incident, of_boss.id, "二重に登録したため")
    house.sign_in("takahashi")
    with pytest.raises(Refused, match="登録した人が、その日のうちに"):
        house.ledger.registers.void(Incident, led.id, "二重に登録したため")
    revised(house, led, occurred_place="入力室")
    house.sign_in("yoshino")
    with pytest.raises(Refused, match="報告しない理由"):
        house.ledger.registers.void(Incident, led.id, "二重に登録したため")
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    with pytest.raises(NotPermitted):
        house.ledger.registers.void(Incident, kept.id, "二重に登録したため")


def test_who_told_of_no_contract_does_not_lose_it_by_one_person_alone(house: House) -> None:
    house.sign_in("yoshino")
    one = discovered(house, contract_id="", situation=SEEN)
    assert one.owner_person_id == house.ledger.user.person_id
    house.sign_in("takahashi")
    with pytest.raises(NeedsAnswer, match="見えなくなります"):
        revised(house, one, owner_person_id=house.ledger.user.person_id)
    revised(house, one, immediate_measures="名簿を金庫に移した。")


def test_ones_own_words_are_free_until_the_client_has_them(house: House) -> None:
    one = discovered(house)
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    revised(house, one, situation="宛先の違う封筒に入れて送り、すぐに戻った。")
    in_writing(house, one)
    with pytest.raises(NeedsAnswer, match="委託者に報告した言葉"):
        revised(house, one, situation="封筒の宛名を確かめた。")


def test_a_wrong_year_of_the_discovery_is_said_and_put_right_at_once(house: House) -> None:
    known = house.ledger.now() - timedelta(days=365)
    seen = Incident(
        contract_id=house.story.contract.id, certainty=Certainty.OCCURRED, known_at=known,
        natures=(IncidentNature.MISDELIVERY,), situation="別の宛先に送った。", status=S.DETECTED,
    )  # fmt: skip
    said = [one.message for one in house.ledger.rules.about_record(seen, None)]
    assert any("年月日を確かめてください" in one for one in said)
    one = read(house, house.ledger.registers.create(seen).ids[0])
    revised(house, one, known_at=house.ledger.now())
    with pytest.raises(NeedsAnswer, match="認知日時"):  # a second time it is no slip
        house.clock.wait(60)
        revised(house, one, known_at=house.ledger.now())


def test_the_draft_of_a_known_password_is_not_voided_and_ends_with_a_word(house: House) -> None:
    account = house.ledger.registers.one(UserAccount, login_name="yoshino")
    assert account is not None
    shut(house.ledger, account.record.id, "机のメモを来客に見られた")
    [draft] = house.ledger.registers.all(Incident)
    assert due(house, draft.record)
    with pytest.raises(Refused, match="取り消せません"):
        house.ledger.registers.void(Incident, draft.record.id, "誤りのため")
    said = {"certainty": Certainty.NEAR_MISS, "conclusion": REASON, "status": S.CLOSED,
            "closed_on": house.ledger.today()}  # fmt: skip
    house.ledger.registers.revise(replace(draft.record, **said), WHY, answers=LATER)  # type: ignore[arg-type]
    assert not due(house, read(house, draft.record.id))
    assert proof.states(house)["SK-17.2"].state == "unknown", "that nothing happened proves nothing"


CASES = {  # what each text asks for, day by day
    "shiki": ("委託者への第一報（直ちに、書面）", 0, "suspected"),
    "confidentiality-model": ("委託者への第一報（速やかに）", 5, ""),
    "fukuoka": ("委託者への第一報（直ちに）", 0, "suspected"),
    "yachiyo": ("委託者への第一報（速やかに）", 5, "suspected"),
}


@pytest.mark.parametrize("profile", CASES)
def test_each_text_asks_for_its_report_in_its_time(tmp_path: Path, profile: str) -> None:
    what, days, suspected = CASES[profile]
    with furnished(tmp_path, profile=profile, rules=True) as house:
        party = house.ledger.profile(house.story.contract.id).term("client_party")
        states = {one.state for one in evidence(house.ledger, house.story.contract)
                  if any("EQ-INC" in name for name in one.unjudged)}  # fmt: skip
        assert states == {"unknown"}, "without any, that nothing happened is not judged"
        one = discovered(house, certainty=Certainty.SUSPECTED)
        [(asked, within)] = due(house, one)
        wanted = what.replace("委託者", party) if suspected else f"{party}へ報告するかの判断"
        assert asked == wanted and within >= days and (within == 0) == (days == 0)
        revised(house, one, certainty=Certainty.OCCURRED)
        [(asked, _)] = due(house, one)
        assert asked == what.replace("委託者", party)
        assert "due" in {severity for severity, _ in incidents_of(house)}
        house.clock.go_to(house.ledger.today() + timedelta(days=10), 9)
        late = incidents_of(house)
        assert {severity for severity, _ in late} == {"action", "due"}
        in_writing(house, one, K.FIRST)
        revised(house, one, **whole(house))
        left = incidents_of(house)
        assert [severity for severity, _ in left] == ["due"] and "終結していません" in left[0][1]
        assert "期限" in incidents_of(house, "EQ-LATEPAPER")[0][1], "late for good, to be read"
        house.clock.go_to(house.ledger.today() + timedelta(days=30), 9)
        assert incidents_of(house) == [("action", left[0][1])], "as the calendar says"


def test_a_call_first_leaves_the_writing_open_in_fukuoka(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="fukuoka", rules=True) as house:
        one = discovered(house)
        reported(house, one)
        revised(house, one, **whole(house))
        assert [what for what, _ in due(house, one)] == ["調査と書面の報告"]
        reported(house, one, K.FOLLOW_UP, written_waived_reason="夜間で、書面を作る余裕がない。")
        assert any("理由は登録されています" in words for _, words in incidents_of(house))
        house.clock.go_to(house.ledger.today() + timedelta(days=10), 9)
        assert {severity for severity, _ in incidents_of(house)} == {"due"}
        revised(house, one, status=S.CLOSED, closed_on=house.ledger.today(), **whole(house))
        assert any("理由は登録されています" in words for _, words in incidents_of(house))
        assert [what for what, _ in due(house, one)] == ["書面の報告"], "the row keeps its date"
        in_writing(house, one)
        assert not due(house, one) and not incidents_of(house)


def test_who_says_later_that_it_was_reported_earlier_is_asked(house: House) -> None:
    one, registers = discovered(house), house.ledger.registers
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    registers.void(IncidentReport, reported(house, one), WHY)
    told = registers.need(IncidentReport, in_writing(house, one)).record
    earlier = replace(told, reported_at=one.known_at)
    late = replace(told, text="電話の後に持参した。")
    registers.revise(earlier, "同じ日の入力の誤りのため")
    registers.revise(late, "同じ日の入力の誤りのため")
    house.clock.go_to(house.ledger.today() + timedelta(days=1), 9)
    with pytest.raises(NeedsAnswer, match="「報告日時」を"):
        registers.revise(earlier, "日付の誤りのため")
    registers.revise(replace(late, recipient="課長　見本"), "相手の誤りのため")


def test_a_report_is_never_in_time_by_the_day_alone_that_is_typed(house: House) -> None:
    """SK-17.2: what the ledger was told after the limit stays to be read, however it came in."""
    one, other, moved = (discovered(house) for _ in range(3))
    early = one.known_at
    assert early is not None
    with pytest.raises(Refused, match="より前になって"):
        in_writing(house, one, K.FIRST, reported_at=early - timedelta(hours=1))
    in_time = in_writing(house, other, K.FIRST)
    assert not incidents_of(house, "EQ-LATEPAPER")
    house.clock.go_to(house.ledger.today() + timedelta(days=12), 10)
    in_writing(house, one, K.FIRST, reported_at=early + timedelta(hours=1))
    told = house.ledger.registers.need(IncidentReport, in_time).record
    house.ledger.registers.revise(replace(told, incident_id=moved.id), "別の件の報告だったため")
    with pytest.raises(Refused, match="より前の報告"):
        revised(house, one, known_at=house.ledger.now())
    late = {words for _, words in incidents_of(house, "EQ-LATEPAPER")}
    assert len(late) == 2 and all("後のR8" in words and "登録しています" in words for words in late)
    house.ledger.registers.revise(replace(told, incident_id=other.id), "元の件の報告だったため")
    assert len(incidents_of(house, "EQ-LATEPAPER")) == 2, "it was not known of either in between"
    assert not house.ledger.safe.verify(full=True, progress=quiet).problems


def test_a_reason_not_to_write_is_none_where_the_text_wants_writing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = discovered(house)
    reported(house, one, written_waived_reason="夜間で、書面を作る余裕がない。")
    end = {**whole(house), "status": S.CLOSED, "closed_on": house.ledger.today()}
    with pytest.raises(Refused, match="では済みません"):
        revised(house, one, **end)
    [(_, words), *_] = incidents_of(house)
    assert "書面の報告" in words and "書面でない報告は" in words
    with monkeypatch.context() as older:  # which let it end
        older.setattr("models.incidents.wants_writing", lambda *_: False)
        revised(house, one, **end)
    assert revised(house, one, cause="二人で確かめなかった。").status is S.CLOSED
    assert [what for what, _ in due(house, one)] == ["甲への書面の報告（直ちに）"]
    written = in_writing(house, one)
    assert not due(house, one)
    with pytest.raises(Refused, match="終結しています"):
        house.ledger.registers.void(IncidentReport, written, WHY)


def test_it_goes_on_when_the_contract_is_closed(tmp_path: Path) -> None:
    with furnished(tmp_path, profile="chiba") as house:
        one = discovered(house)
        contract = house.ledger.registers.need(Contract, one.contract_id).record
        closed = replace(contract, status=ContractStatus.CLOSED, completed_on=house.ledger.today())
        assert one.caption() in told_at_closing(house.ledger, contract, closed)
        house.ledger.registers.revise(closed, "業務が終わったため", answers=LATER)
        assert due(house, one) and incidents_of(house)
        reported(house, one)
        assert discovered(house).contract_id == contract.id


def test_one_of_no_contract_goes_into_one_with_all_its_steps(house: House) -> None:
    one = discovered(house, contract_id="")
    reported(house, one)
    house.sign_in("kensa")
    assert not house.ledger.registers.all(Incident)
    house.sign_in("takahashi")
    assert discovered(house).incident_no == one.incident_no
    moved = revised(house, one, contract_id=house.story.contract.id)
    assert moved.incident_no == "事故第2号"
    house.sign_in("kensa")
    [told] = house.ledger.registers.all(IncidentReport)
    assert told.record.contract_id == house.story.contract.id
    assert one.id in {stored.record.id for stored in house.ledger.registers.all(Incident)}
