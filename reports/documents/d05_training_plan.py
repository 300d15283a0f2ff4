"""D-05 教育・研修実施計画: what is taught to whom, when and how (CB-3.2 with the manager, SK-6.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from reports.documents.form import Form
from reports.documents.samples import sample_anchor, sample_head


@dataclass(frozen=True)
class TrainingProgramme(Form):
    """教育・研修実施計画書; in chiba the report of the manager and the plan in one.

    Attributes:
        manager: post, name and contact in one line; `manager_lacks` names those that nobody knows.
    """

    manager: str = ""
    manager_lacks: tuple[str, ...] = ()
    plan_title: str = ""
    topics: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    schedule: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    organizer: str = ""

    own_labels: ClassVar[dict[str, str]] = {"plan_title": "計画の名称"}
    facts: ClassVar[tuple[str, ...]] = (
        "manager", "plan_title", "topics", "audience", "schedule", "method", "organizer",
    )  # fmt: skip
    when_asked: ClassVar[frozenset[str]] = frozenset({"manager"})

    def missing(self) -> Iterator[str]:
        yield from super().missing()
        if self.shows("manager"):
            yield from self.manager_lacks

    def sentence(self) -> str:
        if self.shows("manager"):
            return "個人情報の管理の責任者及び研修等の実施計画を、次のとおり報告します。"
        return "教育及び研修を、次のとおり計画しています。"

    @classmethod
    def sample(cls) -> Self:
        return cls(
            sample_head("D-05", "教育及び研修実施計画書", "第6条第2項"), sample_anchor(),
            plan_title="令和8年度　個人情報保護研修", topics=("遵守すべき事項", "罰則の内容"),
            audience=("作業責任者", "作業従事者全員"), schedule=("令和8年9月25日", "令和9年3月"),
            method=("集合", "eラーニング"), organizer="業務部長が実施し、情報管理課長が補佐する。",
        )  # fmt: skip
