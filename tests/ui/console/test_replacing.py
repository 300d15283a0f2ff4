"""Driver, console and verifier: a paper made anew replaces, and every one of them says so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from models.codes import HandlingKind as K
from models.codes import SubmissionMeans, SubmissionStatus
from models.records import HandlingEvent, Submission
from tests.house import House
from tests.ui.console.desk import OFFICE_OF, Console
from ui.console import verifier
from ui.console.driver import Driver
from ui.seal_part import make_seal

NO = "2026-001"


@dataclass
class Way:
    """A ledger that is driven, and opened in between for what only the window does."""

    house: House

    def ask(self, **request: Any) -> dict[str, Any]:
        self.house.ledger.close()
        driver = Driver(self.house.folder / "ledger", self.house.office)
        login = "takahashi"
        for one in ({"do": "unlock", "user": login, "password": OFFICE_OF[login]}, request):
            answer = driver.answer(json.dumps(one))
        driver.answer('{"do": "lock"}')
        return answer

    def seal(self, *ids: str, **more: Any) -> dict[str, Any]:
        return self.ask(do="seal", document="D-14", contract=NO, ids=list(ids), **more)

    def hand_in(self, number: str) -> None:
        paper = self.paper(number)
        ledger = self.house.ledger
        ledger.paper.submit(paper.id, on=ledger.today(), means=SubmissionMeans.HAND)
        self.house.clock.wait(30)

    def paper(self, number: str) -> Submission:
        ledger = self.house.sign_in("takahashi")
        return ledger.registers.all(Submission, doc_no=number)[-1].record

    def correct(self, act: HandlingEvent) -> str:
        ledger = self.house.sign_in("takahashi")
        changed = replace(act, purpose="入力のため（訂正）")
        self.house.clock.wait(30)
        return ledger.handling.correct(act.id, changed, "目的の書き誤り").ids[1]


@pytest.fixture
def way(console: Console) -> Iterator[Way]:
    make_seal(console.house.ledger)
    yield Way(console.house)


def receipt(way: Way) -> HandlingEvent:
    ledger = way.house.sign_in("takahashi")
    return ledger.registers.all(HandlingEvent, kind=K.RECEIVE)[-1].record


def test_the_driver_replaces_by_itself_what_speaks_of_the_same(way: Way) -> None:
    act = receipt(way)
    first = way.seal(act.id)
    assert first["ok"] and (first["revision"], first["replaces"]) == (1, None)
    way.hand_in(first["number"])
    again = way.correct(act)
    new = way.seal(again)
    assert new["ok"] and (new["revision"], new["replaces"]) == (2, first["number"])
    assert way.paper(first["number"]).status is SubmissionStatus.SUBMITTED
    way.hand_in(new["number"])
    assert way.paper(first["number"]).status is SubmissionStatus.SUPERSEDED
    assert way.paper(new["number"]).status is SubmissionStatus.SUBMITTED
    checked = way.ask(do="verify")
    assert checked["verified"] and checked["problems"] == []


def test_the_driver_is_told_what_to_replace_and_what_not(way: Way) -> None:
    act = receipt(way)
    first = way.seal(act.id)
    way.hand_in(first["number"])
    assert way.seal(act.id, replaces="")["replaces"] is None
    for named in (first["number"].replace("8", "８"), way.paper(first["number"]).id):
        assert way.seal(act.id, replaces=named)["replaces"] == first["number"]
    assert way.seal(act.id, replaces="第99号")["error"] == "NOT_FOUND"
    assert way.seal(act.id, replaces=5)["error"] == "USAGE"


def test_a_second_paper_beside_the_first_is_told_by_driver_and_console(
    way: Way, console: Console, tmp_path: Path
) -> None:
    act = receipt(way)
    first = way.seal(act.id)
    assert "notices" not in first
    way.hand_in(first["number"])
    [said] = way.seal(act.id, replaces="")["notices"]
    assert first["number"] in said and "差し替えずに" in said
    words = ("print", console.ledger, "--contract", NO, "--document", "D-14", "--id", act.id)
    printed = console(*words, tmp_path / "2.pdf", "--replaces", "", "--json").answer
    assert printed["notices"] == [said]
    assert said in console(*words, tmp_path / "3.pdf", "--replaces", "").out
    assert console(*words, tmp_path / "4.pdf", "--json").answer["notices"] == []


def test_a_seal_that_is_sent_again_after_the_handing_in_is_answered(way: Way) -> None:
    act = receipt(way)
    first = way.seal(act.id)
    way.hand_in(first["number"])
    command = "11111111-2222-4333-8444-555555555555"
    new = way.seal(act.id, replaces=first["number"], command=command)
    way.hand_in(new["number"])
    again = way.seal(act.id, replaces=first["number"], command=command)
    assert again["ok"] and again["repeated"] and again["number"] == new["number"]
    assert (again["revision"], again["replaces"]) == (2, first["number"])


def test_console_and_verifier_say_which_paper_holds(
    way: Way, console: Console, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act = receipt(way)
    kept = tmp_path / "kept"
    kept.mkdir()
    old, new = kept / "1.pdf", kept / "2.pdf"
    words = ("print", console.ledger, "--contract", NO, "--document", "D-14", "--id")
    one = console(*words, act.id, old, "--json").answer
    way.hand_in(one["number"])
    two = console(*words, way.correct(act), new, "--json").answer
    assert (one["revision"], one["replaces"]) == (1, None)
    assert (two["revision"], two["replaces"]) == (2, one["number"])
    before = console("verify-document", old, new, "--ledger", console.ledger, "--json").answer
    assert [each["notes"] for each in before["documents"]] == [[], []]
    way.hand_in(two["number"])
    found = console("verify-document", old, new, "--ledger", console.ledger, "--json").answer
    assert found["ok"]
    assert [each["replaces"] for each in found["documents"]] == [None, one["number"]]
    [note], nothing = (each["notes"] for each in found["documents"])
    assert two["number"] in note and "差し替えられています" in note and nothing == []

    capsys.readouterr()
    assert verifier.main([str(kept)]) == 0
    page = capsys.readouterr().out
    assert f"「{one['number']}」を差し替える書類です。" in page
    assert f"手元の「{two['number']}」に差し替えられています" in page
    assert verifier.main([str(kept), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["replaces"] for each in told["documents"]] == [None, one["number"]]
