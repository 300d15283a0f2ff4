"""Offers the papers that belong to an act, right after it was entered."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from models.commands import Change
from models.paper_replacing import PROPOSED, advice, fitting
from models.store import Progress
from ui import permitted
from ui.issue import IssueRequest, about, issue
from ui.page import Desk


def offer_paper(
    desk: Desk, doc_kind: str, contract_id: str, ids: Sequence[str], parent: QWidget | None
) -> None:
    """Ask whether to seal a paper about these events now, and do it.

    A paper that the contract's text does not know is not offered; whoever may not seal is told
    who can.
    """
    profile = desk.ledger.profile(contract_id)
    form = profile.document(doc_kind)
    if not form.offered:
        return
    why_not = permitted.why_not(desk.ledger, "seal")
    if why_not:
        if form.demanded:
            desk.asker.tell(
                parent,
                _WAITING.format(title=form.title),
            )
        return
    request = IssueRequest(doc_kind, contract_id, tuple(ids))
    found = fitting(desk.ledger, about(request)) if form.sealed else []
    question = _QUESTION.format(title=form.title)
    if found and found[0].proposed:
        paper = found[0].paper.caption()
        question += "\n" + "\n".join(
            (PROPOSED.format(paper=paper), advice(found, found[0].paper.id))
        )
    if not desk.asker.confirm(parent, question.strip(), yes="作成する", no="あとで作成する"):
        return

    def work(_progress: Progress) -> Change:
        return issue(desk.ledger, request)

    def then(change: Change) -> None:
        desk.go("submission", change.ids[-1])

    desk.operations.long(f"{form.title}の作成", work, then, parent)


_QUESTION = (
    "記録しました。続けて「{title}」を作成しますか。\n"
    "作成すると番号が付き、内容は変えられなくなります。"
)
_WAITING = "記録しました。「{title}」は、責任者が「書類」の画面から作成します。"
