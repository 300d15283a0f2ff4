"""Incidents by the driver and the console: entered, reported, listed, printed as any record."""

import json
from pathlib import Path
from typing import Any

from tests.reports.papers import flat
from tests.ui.console.desk import BOSS, Console
from ui.console.driver import Driver
from ui.seal_part import make_seal

KNOWN = "2026-10-01T09:00:00+09:00"


def test_an_incident_is_entered_reported_listed_and_printed(
    console: Console, tmp_path: Path
) -> None:
    make_seal(console.house.ledger)
    contract, boss = console.house.story.contract.id, console.house.story.people["supervisor"]
    console.house.clock.go_to(console.house.ledger.today(), 10)
    console.house.ledger.close()
    driver = Driver(console.ledger, console.house.office)

    def ask(verb: str, **keys: Any) -> dict[str, Any]:
        return driver.answer(json.dumps({"do": verb, **keys}))

    assert ask("unlock", user=BOSS.login, password=BOSS.password)["ok"]
    fields = {
        "contract_id": contract, "certainty": "suspected", "natures": ["missing"],
        "known_at": KNOWN, "situation": "封筒が見当たらない。", "status": "detected",
    }  # fmt: skip
    told = ask("record", record="incident", action="create", fields=fields)
    incident = told["ids"][0]
    step = {"incident_id": incident, "at": KNOWN, "kind": "discovery", "text": "棚を探した。",
            "by_person_id": boss}  # fmt: skip
    assert ask("record", record="incident_log", action="create", fields=step)["ok"]
    ahead = {**fields, "incident_no": "事故第1号", "status": "first_reported"}
    revising = {"record": "incident", "action": "revise", "record_id": incident, "reason": "報告"}
    refused = ask("record", **revising, fields=ahead)
    assert refused["error"] == "REFUSED" and "報告が要ります" in refused["message"]
    report = {"incident_id": incident, "kind": "first", "reported_at": KNOWN, "means": "telephone",
              "recipient": "健康づくり課　見本", "reported_by": boss}  # fmt: skip
    assert ask("record", record="incident_report", action="create", fields=report)["ok"]
    found = ask("query", record="incident")
    assert found["records"][0]["fields"]["status"] == "first_reported"
    ask("lock")

    out = tmp_path / "incidents.csv"
    said = console("export", console.ledger, "--record", "incident", "--contract", "2026-001", out)
    assert said.code == 0 and said.answer["rows"] == 1
    assert "事故第1号" in out.read_text(encoding="utf-8-sig")
    paper = tmp_path / "report.pdf"
    said = console(
        "print", console.ledger, "--document", "D-20", "--contract", "2026-001", "--id", incident,
        paper,
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "漏えい等報告書" in flat(paper.read_bytes()) and said.answer["number"]
    assert console.sound()
