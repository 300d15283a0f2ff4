"""How a finding of the rules looks: a mark in words and picture, the sentence, the clause."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from models.records.governance import REASON_LENGTH
from models.rules.engine import Finding
from ui import icons, layout

OWN_RULE = "この台帳の決まり"  # what no clause names
CITED = 4  # clauses that are named before the rest is counted


@dataclass(frozen=True)
class Mark:
    """What a finding means for the one who types.

    Args:
        state: of `icons.badge`.
        advice: what to do.
    """

    state: str
    word: str
    advice: str


STOPS = Mark("stop", "止めます", "このままでは記録できません。次のことを直してください。")
BREACH = Mark(
    "stop",
    "逸脱になります",
    "行う前なら、先に次のことを済ませてください。"
    "すでに行ったことなら、理由とほかの方の確認を付けて記録します。",
)
CHECKED = Mark("care", "確認者が要ります", "行う前に、確認者に確かめてもらいます。")
REASON = Mark(
    "care", "理由が要ります", f"記録するときに、理由を{REASON_LENGTH}文字以上で入力します。"
)
NOTICE = Mark("note", "お知らせ", "このまま記録できます。")
MARKS = (STOPS, BREACH, CHECKED, REASON, NOTICE)


def mark_of(finding: Finding) -> Mark:
    """Return what a finding means."""
    if finding.refuses:
        return STOPS
    if finding.needs_checker and finding.needs_reason:
        return CHECKED
    if finding.needs_approval:
        return BREACH
    return REASON if finding.needs_reason else NOTICE


def grouped(findings: Iterable[Finding]) -> list[tuple[Mark, list[Finding]]]:
    """Return the findings by mark, the strictest first; equal sentences stand once."""
    once = {(one.rule_id, one.message): one for one in findings}
    groups: dict[Mark, list[Finding]] = {mark: [] for mark in MARKS}
    for finding in once.values():
        groups[mark_of(finding)].append(finding)
    return [(mark, found) for mark, found in groups.items() if found]


def cited(findings: Sequence[Finding]) -> str:
    """Return the clauses that findings rest on: 第6条第1項、第7条 ほか2条項; "" for none."""
    articles = list(dict.fromkeys(a for finding in findings for a in finding.articles))
    rest = len(articles) - CITED
    return "、".join(articles[:CITED]) + (f" ほか{rest}条項" if rest > 0 else "")


def finding_text(finding: Finding) -> str:
    """Return the sentence with its clauses."""
    clauses = cited([finding])
    return f"{finding.message}（{clauses}）" if clauses else finding.message


def group_widgets(mark: Mark, found: Sequence[Finding]) -> list[QWidget]:
    """Return what shows the findings of one mark: badge and advice, then the sentences."""
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(icons.badge(mark.state, f"{mark.word}　{len(found)}件"))
    row.addWidget(layout.note(mark.advice), 1)
    return [head, *(sentence_label(f"・{finding_text(one)}") for one in found)]


def sentence_label(text: str) -> QLabel:
    """Return a sentence of a rule; it may carry names, so markup in it stays text."""
    return layout.plain(text)
