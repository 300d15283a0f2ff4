"""Every rule under every text: what passes, what is caught how strictly, what an answer allows."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from models.codes import AssignmentRole, EmploymentType, HandlingKind, Role, RuleMode, Timing
from models.errors import NeedsAnswer, RuleRefused
from models.profile_vocabulary import RULES as ALL_RULES
from models.records import Finding as FindingRecord
from models.records import HandlingEvent, RuleOverride
from models.rules.answers import EVERY, Answers, SignIn
from models.rules.engine import HELD_ELSEWHERE, RULES
from models.rules.proof import Question
from models.seconding import asked_of
from tests.models.rules.scenarios import SCENARIOS, Scenario, changed
from tests.models.rules.stage import PROFILES, Stage, every_stage

MODES = {"X": "block_always", "B": "block_plan", "W": "warn", "N": "notice"}
LATER = {"R-26", "R-27", "R-29", "R-30", "R-31", "R-32", "R-40", "R-46"}
"""Rules about subcontracts, incidents and inspections, which have no records yet."""
PASSWORD = "静かな港に灯る三つの明かり"
REASON = "窓口で口頭の指示を受けたため（後日書面で確認）"

NO_EVENTS = {"R-02", "R-03", "R-16", "R-23", "R-24", "R-35", "R-39"}
OF_DEEDS = {"R-22", "failed its verification", "nobody knows how it was verified"}
"""Rules and scenarios about how it was done; what is planned cannot break them yet."""


def where_an_event_is(modes: str) -> pytest.MarkDecorator:
    """Pick the scenarios of events with the texts under which they are caught in these modes."""
    chosen = [
        pytest.param(scenario, code, id=f"{scenario.name}-{code}")
        for scenario in SCENARIOS
        for mode, code in zip(scenario.modes, PROFILES, strict=True)
        if mode in modes and scenario.rule not in NO_EVENTS
    ]
    return pytest.mark.parametrize(("scenario", "profile"), chosen, indirect=["profile"])


each_profile = pytest.mark.parametrize("profile", PROFILES, indirect=True)
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """Furnish one house per text, once; the scenarios are judged and not entered."""
    with every_stage(tmp_path_factory.mktemp) as made:
        for stage in made.values():
            for key in ("worker", "worker2"):
                stage.ledger.people.add_account(
                    stage.story.people[key], login=key, role=Role.WORKER, password=PASSWORD,
                    chosen_by_self=True,
                )  # fmt: skip
            stage.story.receive(2)
        yield made


@pytest.fixture
def profile(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    stage = stages[request.param]
    stage.contract = stage.story.contract
    return stage


def second(stage: Stage, question: Question) -> SignIn:
    """Return the sign-in of a worker who may agree."""
    key = next(key for key in ("worker", "worker2") if stage.story.people[key] in question.people)
    return SignIn(stage.story.people[key], key, PASSWORD)


def expected(scenario: Scenario, stage: Stage) -> str:
    return MODES.get(scenario.modes[PROFILES.index(stage.code)], "")


@each_profile
@each_scenario
def test_what_keeps_the_rule_passes(scenario: Scenario, profile: Stage) -> None:
    assert profile.modes(scenario.good(profile), scenario.rule) == set()


@each_profile
@each_scenario
def test_what_breaks_it_is_caught_as_strictly_as_the_text_says(
    scenario: Scenario, profile: Stage
) -> None:
    found = profile.modes(scenario.bad(profile), scenario.rule)
    assert found == ({expected(scenario, profile)} - {""})


@where_an_event_is("BW")
def test_what_happened_can_be_entered_with_an_answer(scenario: Scenario, profile: Stage) -> None:
    act, mode = scenario.bad(profile), expected(scenario, profile)
    assert isinstance(act.record, HandlingEvent)
    findings = [f for f in profile.findings(act) if f.rule_id == scenario.rule]
    rules, event = profile.ledger.rules, act.record
    found, actors = [(event, findings)], {event.actor_person_id}
    with pytest.raises(NeedsAnswer) as asked:
        rules._require_answers(found, Answers(), actors)
    assert asked.value.facts["needs_approval"] is (mode == "block_plan")
    answers = Answers({scenario.rule: REASON})
    question = asked_of(asked.value).question
    if question is not None:
        answers = replace(
            answers, approval=rules.agree(question, answers, second(profile, question))
        )
    rules._require_answers(found, answers, actors)
    entered, beside = rules._enter(event, profile.contract.id, findings, answers)
    [override] = [one for one in beside if isinstance(one, RuleOverride)]
    assert (override.rule_id, str(override.mode), override.reason, override.record_ref) == (
        scenario.rule, mode, REASON, event.id,
    )  # fmt: skip
    assert override.approved_by == answers.approval.person_id
    breach = [one for one in beside if isinstance(one, FindingRecord)]
    assert bool(entered.deviation) is bool(breach) is (mode == "block_plan")
    assert not breach or override.finding_id == breach[0].id


@where_an_event_is("B")
def test_a_plan_that_would_be_a_breach_is_refused(scenario: Scenario, profile: Stage) -> None:
    act = scenario.bad(profile)
    plan = changed(act, timing=Timing.PLANNED)
    assert isinstance(plan.record, HandlingEvent)
    findings = [f for f in profile.findings(plan) if f.rule_id == scenario.rule]
    if {scenario.rule, scenario.what} & OF_DEEDS:
        assert not findings
        return
    with pytest.raises(RuleRefused):
        profile.ledger.rules._require_answers(
            [(plan.record, findings)], Answers({EVERY: REASON}), set()
        )


@each_profile
@each_scenario
def test_a_finding_cites_the_text_in_its_own_style(scenario: Scenario, profile: Stage) -> None:
    text = profile.ledger.profiles[profile.code]
    for finding in profile.findings(scenario.bad(profile)):
        for key, article in zip(finding.clauses, finding.articles, strict=True):
            assert text.cite(key) == article
            assert finding.apart or finding.rule_id in text.clauses[key].rules
        assert finding.message.endswith("。")


def test_every_rule_is_judged_held_elsewhere_or_waits_for_its_records() -> None:
    judged = {rule_id for rule_id, _ in RULES}
    assert judged | HELD_ELSEWHERE.keys() | LATER == ALL_RULES.keys()
    assert not judged & HELD_ELSEWHERE.keys() and not judged & LATER


def test_every_judged_rule_has_a_scenario() -> None:
    assert {s.rule for s in SCENARIOS} == {rule_id for rule_id, _ in RULES}


def test_the_modes_are_the_words_of_the_profiles() -> None:
    assert set(MODES.values()) == {str(mode) for mode in RuleMode}


@pytest.mark.parametrize(
    ("profile", "missing"),
    [
        ("shiki", ["誓約書", "教育及び研修"]),
        ("confidentiality-model", ["教育又は研修"]),
        ("fukuoka", ["研修"]),
        ("chiba", ["誓約書", "研修", "周知"]),
        ("yachiyo", ["周知"]),
    ],
    indirect=["profile"],
)
def test_clearance_is_what_the_text_demands(profile: Stage, missing: list[str]) -> None:
    who = profile.person(employment_type=EmploymentType.REGULAR)
    place = profile.assignment(who.id, AssignmentRole.WORKER)
    act = profile.event(HandlingKind.USE, actor=who.id, beside=(who, place))
    said = [f.message for f in profile.findings(act) if f.rule_id == "R-01"]
    assert len(said) == len(missing)
    assert all(word in sentence for word, sentence in zip(missing, said, strict=True))
