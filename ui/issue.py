"""Issue a paper: collect it from the ledger, draw and sign it, and let the ledger keep it.

The window, the console and the driver all issue through here; nothing here imports Qt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from models.codes import SealKind
from models.commands import Change
from models.errors import NotFound, Refused
from models.ledger import Ledger
from models.paper import Numbering, Request, Sealed
from models.paper_replacing import About, proposed, require_fitting
from models.profile_forms import RECEIPT
from models.profiles import DocumentForm
from models.records import Submission
from models.rules.told_days import END, VOIDED

UNSEALED = "控え（未確定）"
"""Stands where a sealed paper has its number."""


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What to issue: `ids` are the records it speaks of, `options` go to the collector.

    `replaces` is the id of the paper whose place it takes, "" for none; None leaves it to what speaks
    of the same (`models.paper_replacing`).
    """

    doc_kind: str
    contract_id: str
    ids: tuple[str, ...] = ()
    seal_kind: SealKind = SealKind.SEAL
    options: Mapping[str, Any] = field(default_factory=dict)
    replaces: str | None = None

    def __post_init__(self) -> None:
        # Whoever names an act twice means one act: the paper must not count it twice.
        object.__setattr__(self, "ids", tuple(dict.fromkeys(self.ids)))


def drawable_kinds() -> frozenset[str]:
    """Return the document kinds that can be collected and drawn."""
    from reports.collect import COLLECTORS

    return frozenset(COLLECTORS)


def form_of(ledger: Ledger, request: IssueRequest) -> DocumentForm:
    """Return how the document is called and sealed under the contract's text.

    Raises:
        NotFound: no such contract, profile or document.
    """
    form = ledger.profile(request.contract_id).documents.get(request.doc_kind)
    if form is None:
        raise NotFound(what=f"書類「{request.doc_kind}」の様式")
    return form


def preview(ledger: Ledger, request: IssueRequest) -> bytes:
    """Return the PDF as it would be sealed now, unsigned and without a number.

    Raises:
        Refused: a sheet that somebody shall sign lacks what the clause demands.
        AzukariError: nothing to print, or a character that no font has.
    """
    from reports.render import render

    document = _collected(ledger, request)
    form = form_of(ledger, request)
    if form.seal == "personal":
        _require_complete(document)
    return render(document)


def missing(ledger: Ledger, request: IssueRequest) -> list[str]:
    """Return the labels of what the clause demands and the ledger does not hold."""
    return list(_collected(ledger, request).missing())


def about(request: IssueRequest) -> About:
    """Return what the paper will speak of, as far as that decides which one it replaces."""
    change = bool(request.options.get("change"))
    return About(request.contract_id, request.doc_kind, request.ids, change)


def settled(ledger: Ledger, request: IssueRequest) -> IssueRequest:
    """Return the request with the paper that is replaced: the chosen one, else what is proposed.

    Raises:
        NotFound, Refused: the chosen one cannot be replaced by this paper.
    """
    if request.replaces:
        require_fitting(ledger, about(request), request.replaces)
        return request
    if request.replaces == "" or not form_of(ledger, request).sealed:
        return replace(request, replaces="")
    old = proposed(ledger, about(request))
    return replace(request, replaces=old.id if old else "")


def _collected(ledger: Ledger, request: IssueRequest) -> Any:
    """Collect a paper that is only looked at: a number belongs to what is sealed."""
    from reports.collect import collect

    form = form_of(ledger, request)
    request = settled(ledger, request)
    number = UNSEALED if form.sealed else ""
    return collect(ledger, request, replace(ledger.paper.numbering(), doc_no=number))


def _require_complete(document: Any) -> None:
    lacking = list(document.missing())
    if lacking:
        raise Refused(
            reason=f"次の項目が記録されていないため、{document.title}を作成できません："
            f"{'、'.join(lacking)}。台帳の記録を補ってから、もう一度お試しください。"
        )


def changed_since(ledger: Ledger, paper: Submission) -> list[str]:
    """Return, line by line, what a sealed paper says and the ledger no longer does.

    A paper that can no longer be made (its record was voided) differs as a whole, and says why.
    """
    from reports.collect import collect
    from reports.since import differences

    untold = paper.content is None or paper.doc_kind == RECEIPT
    if untold or paper.doc_kind not in drawable_kinds():
        return []
    stored = ledger.registers.need(Submission, paper.id)
    options = {
        "change": "previous" in paper.content,
        "completed": bool(paper.content.get("completed", True)),
        "remaining": str(paper.content.get("remaining", "")),
        "given_up": str(paper.content.get("given_up", "")),
        "until": stored.meta.created_seq if "previous" in paper.content else None,
        "as_of": _day_of(paper.content),
        "added_because": str(paper.content.get("added_because", "")),
        "carriers": any("carrier" in line for line in paper.content.get("lines", ())),
        "breaches": any("breach" in line for line in paper.content.get("lines", ())),
        "voided": _told(paper.content, VOIDED),
        "ended": _told(paper.content, END),
        "ends": any({"ends_on", "use_to"} & line.keys() for line in paper.content.get("lines", ())),
        "found_out": "report_no" in paper.content,
        "firms": "firms" in paper.content.get("wording", {}),
    }
    request = IssueRequest(
        paper.doc_kind, paper.contract_id, paper.subject_ids, SealKind.NONE, options,
        replaces=paper.supersedes_id,
    )  # fmt: skip
    try:
        now = collect(ledger, request, ledger.paper.numbering())
    except (Refused, NotFound) as error:
        return [str(error)]
    return differences(paper.content, now.content())


def _told(content: Mapping[str, Any], what: str) -> list[str]:
    """Return of whom or what a notice of changes says something."""
    return [line.get("whom", "") for line in content.get("lines", ()) if line.get("what") == what]


def _day_of(content: Mapping[str, Any]) -> date | None:
    """Return the day whose people a structure (D-02) names, None where it names no day."""
    day = content.get("as_of")
    return date.fromisoformat(day) if day else None


def issue(ledger: Ledger, request: IssueRequest, *, command_id: str = "") -> Change:
    """Seal a paper.

    Raises:
        Refused: a working print, or a field that the clause demands is missing; the sentence names
            them all.
        NotPermitted, UnprintableCharacter
    """
    from reports.collect import collect
    from reports.render import seal
    from reports.seal import seal_identity

    def draw(numbers: Numbering) -> Sealed:
        document = collect(ledger, request, numbers)
        _require_complete(document)
        key, secret = ledger.paper.seal_secret()
        done = seal(document, seal_identity(key, secret))
        return Sealed(done.pdf, done.sha256, document.content())

    if (answered := ledger.answered(command_id)) is not None:
        return answered  # what it replaced then cannot be replaced once more
    ledger.require("seal")
    form = form_of(ledger, request)
    if not form.sealed:
        raise Refused(
            reason=f"{form.title}は、番号と証印を付けて確定する書類ではありません。印刷して使います。"
        )
    request = settled(ledger, request)
    first = collect(ledger, request, ledger.paper.numbering())
    order = Request(
        contract_id=request.contract_id,
        doc_kind=request.doc_kind,
        title=first.title,
        clause_keys=first.clause_keys,
        subject_ids=request.ids,
        signer_title=first.signer_title,
        signer_name=first.signer_name,
        seal_kind=request.seal_kind,
        supersedes_id=request.replaces or "",
        awaits_answer=first.awaits_answer,
        change=about(request).change,
    )
    return ledger.paper.seal(order, draw, command_id=command_id)
