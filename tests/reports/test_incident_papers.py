"""What went wrong is told on paper in the words of each text, at once and half empty if need be (D-20)."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.codes import (
    Certainty,
    IncidentLogKind,
    IncidentNature,
    IncidentReportKind,
    IncidentStatus,
    SubmissionMeans,
)
from models.errors import Refused
from models.paper_replacing import About, fitting
from models.records import IncidentLog, IncidentReport, Submission
from tests.house import House
from tests.models.test_incidents import discovered, read, revised, whole
from tests.reports.applying import office
from tests.reports.papers import flat
from ui.issue import IssueRequest, changed_since, issue, preview

SAYS = {  # what each text prints of the same, and what it does not
    "shiki": (("漏えい等報告書", "発生・恐れの別", "棄損", "件数3件"), ("数量", "経緯", "指揮した")),
    "confidentiality-model": (("漏えい等報告書", "き損", "数量3枚"), ("件数", "経緯")),
    "fukuoka": (("事故報告書", "毀損", "経緯別の", "被害状況なし", "封筒を追った"), ("件数", "発生状況")),
    "chiba": (("事故（違反）報告書", "違反した条項第9第3項"), ("件数", "経緯")),
    "yachiyo": (("事故（違反）報告書", "違反した条項第9第3項"), ("件数", "経緯")),
}  # fmt: skip


LATER = ("対象の媒体・資料", "起因者", "原因", "再発防止策")


def wish(house: House, incident_id: str) -> IssueRequest:
    return IssueRequest("D-20", house.story.contract.id, (incident_id,))


def printed(house: House, incident_id: str) -> str:
    return flat(preview(house.ledger, wish(house, incident_id))).replace(" ", "")


def step(house: House, incident_id: str, kind: IncidentLogKind, text: str) -> None:
    house.ledger.registers.create(
        IncidentLog(
            incident_id=incident_id, at=house.ledger.now(), kind=kind, text=text,
            by_person_id=house.story.people["worker"],
        )
    )  # fmt: skip


@pytest.mark.parametrize("profile", SAYS)
def test_each_text_has_its_own_columns_and_words(tmp_path: Path, profile: str) -> None:
    with office(tmp_path, profile) as house:
        one = discovered(house, natures=(IncidentNature.DAMAGE,))
        half = printed(house, one.id)
        assert "内容記録なし" in half and "応急措置記録なし" in half
        assert "報告の回第1報" in half and [word for word in LATER if word in half] == []
        thing = house.story._stock[0]
        revised(house, one, item_ids=(thing.id,), **whole(house))
        step(house, one.id, IncidentLogKind.MEASURE, "封筒を追った。")
        step(house, one.id, IncidentLogKind.INTERNAL_REPORT, "社長に伝えた。")
        text = printed(house, one.id)
        said, unsaid = SAYS[profile]
        assert [word for word in said if word not in text] == []
        assert [word for word in (*unsaid, "社長") if word in text] == []
        found = (thing.item_no, f"全{thing.amount(thing.quantity)}", "漏れ", "二人で")
        assert [word for word in (*LATER, *found) if word not in text] == []
        assert "起因者受託者" in text and "二次被害" not in text


def test_what_is_handed_in_is_the_report_and_nobody_notes_it_twice(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        ledger, one = house.ledger, discovered(house)
        for number, kind in enumerate((IncidentReportKind.FIRST, IncidentReportKind.WRITTEN), 1):
            issue(ledger, wish(house, one.id))
            paper = ledger.registers.all(Submission, doc_kind="D-20")[-1].record
            assert not paper.supersedes_id, "a later report stands beside the first"
            ledger.paper.submit(
                paper.id, on=ledger.today(), means=SubmissionMeans.HAND, received_by="見本"
            )
            *_, told = ledger.registers.all(IncidentReport)
            assert len(ledger.registers.all(IncidentReport)) == number
            assert (told.record.kind, told.record.submission_id) == (kind, paper.id)
            assert told.record.is_written and told.record.recipient == "見本"
            revised(house, one, **whole(house))
        assert read(house, one.id).status is IncidentStatus.REPORTED
        number = paper.doc_no.replace(" ", "")
        assert f"第3報（前の報告：令和8年10月1日　{number}）" in printed(house, one.id)
        first = ledger.registers.all(Submission, doc_kind="D-20")[0].record
        assert first.content is not None
        assert any("確認漏れ" in said for said in changed_since(ledger, first))
        told_then = {key: first.content[key] for key in first.content if key != "report_no"}
        first = replace(first, content=told_then)  # as earlier versions sealed it
        assert not any("確認漏れ" in said for said in changed_since(ledger, first))
        offered = fitting(ledger, About(house.story.contract.id, "D-20", (one.id,)))
        assert len(offered) == 2 and not any(fit.proposed for fit in offered)
        assert not ledger.safe.verify(full=True, progress=lambda _done, _total: None).problems
        why = "実際には提出していなかったため"
        with pytest.raises(Refused, match="先に「事故・違反」でその報告"):
            ledger.paper.withdraw(paper.id, why)
        for report in ledger.registers.all(IncidentReport):
            ledger.registers.void(IncidentReport, report.record.id, why)
        assert read(house, one.id).status is IncidentStatus.DETECTED
        ledger.paper.withdraw(paper.id, why)


def test_what_was_no_accident_is_not_reported(tmp_path: Path) -> None:
    with office(tmp_path) as house:
        one = discovered(
            house, certainty=Certainty.NEAR_MISS, conclusion="封をする前に気づいて入れ直した。"
        )
        with pytest.raises(Refused, match="対象外"):
            preview(house.ledger, wish(house, one.id))
        two = [discovered(house).id, discovered(house).id]
        with pytest.raises(Refused, match="一件"):
            preview(house.ledger, IssueRequest("D-20", house.story.contract.id, tuple(two)))
