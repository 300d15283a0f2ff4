"""Issue a paper: collect it from the ledger, draw and sign it, and let the ledger keep it.

The window, the console and the driver all issue through here; nothing here imports Qt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.codes import SealKind
from models.commands import Change
from models.errors import Refused
from models.ledger import Ledger
from models.paper import Numbering, Request, Sealed


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """What to issue: `ids` are the records it speaks of, `options` go to the collector."""

    doc_kind: str
    contract_id: str
    ids: tuple[str, ...] = ()
    seal_kind: SealKind = SealKind.SEAL
    options: Mapping[str, Any] = field(default_factory=dict)


def drawable_kinds() -> frozenset[str]:
    """Return the document kinds that can be collected and drawn."""
    from reports.collect import COLLECTORS

    return frozenset(COLLECTORS)


def preview(ledger: Ledger, request: IssueRequest) -> bytes:
    """Return the PDF as it would be sealed now, unsigned and without taking a number.

    Raises:
        AzukariError: nothing to print, or a character that no font has.
    """
    from reports.collect import collect
    from reports.render import render

    document = collect(ledger, request, ledger.paper.numbering())
    return render(document)


def missing(ledger: Ledger, request: IssueRequest) -> list[str]:
    """Return the labels of what the clause demands and the ledger does not hold."""
    from reports.collect import collect

    return list(collect(ledger, request, ledger.paper.numbering()).missing())


def issue(ledger: Ledger, request: IssueRequest, *, command_id: str = "") -> Change:
    """Seal a paper.

    Raises:
        Refused: a field that the clause demands is missing; the sentence names them all.
        NotPermitted, UnprintableCharacter
    """
    from reports.collect import collect
    from reports.render import seal
    from reports.seal import seal_identity

    def draw(numbers: Numbering) -> Sealed:
        document = collect(ledger, request, numbers)
        lacking = list(document.missing())
        if lacking:
            raise Refused(
                reason=f"次の項目が記録されていないため、{document.title}を確定できません："
                f"{'、'.join(lacking)}。取扱記録を訂正してから、もう一度お試しください。"
            )
        key, secret = ledger.paper.seal_secret()
        done = seal(document, seal_identity(key, secret))
        return Sealed(done.pdf, done.sha256, document.content())

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
    )
    return ledger.paper.seal(order, draw, command_id=command_id)
