"""What of an incident may be voided: one's own slip of the same day, and nothing that others told.

A worker tells what happened, also about who leads the incident. That nothing had happened is said in
the record itself, with a reason and somebody else (`models.incidents.asked_of`).
"""

from typing import TYPE_CHECKING

from models.codes import Certainty
from models.errors import Refused
from models.incidents import STEPS, is_opened_by_shutting, require_leader
from models.records import Incident, IncidentLog, IncidentReport, Record, Submission
from models.versions import versions

if TYPE_CHECKING:
    from models.ledger import Ledger

TO_NOBODY = (
    "「{0}」は、取り消せません。誤りや、事故でなかったときは、「発生・おそれ」を「{1}」にし、"
    "「報告しない理由」を入力してください。"
)
TO_ANOTHER = (
    "「{0}」は、ほかの人が登録したため、取り消せません。登録した人が、その日のうちに自分で取り消せます。誤りや、事故で"
    "なかったときは、「発生・おそれ」を「{1}」にし、「報告しない理由」を入力することもできます。"
)
REPORTED = "「{0}」には経過か報告が登録されているため、取り消せません。先にそちらを改めてください。"
OF_ANOTHER = "「{0}」は、ほかの人が登録した経過のため、取り消せません。違うところは、新しい経過に書いてください。"
RESTS_ON_IT = (
    "「{0}」は、「事故・違反」の報告（{1}）になっています。提出していなかったときは、先に「事故・違反」でその報告を"
    "取り消してください（状態と期限が戻ります）。"
)


def require_may_go(ledger: "Ledger", record: Record) -> None:
    """Refuse to void an incident or a step, but for the own slip of the same day.

    An incident goes only while nobody was told of it, and nobody else has written in it.

    Raises:
        NotPermitted, Refused
    """
    if not isinstance(record, (Incident, IncidentLog)):
        return
    stored = ledger.registers.need(type(record), record.id)
    others = stored.meta.created_by != ledger.user.id
    old = stored.meta.created_at.astimezone(ledger.now().tzinfo).date() < ledger.today()
    if others or old:
        require_leader(ledger)  # a worker takes back what he told himself today, and nothing else
    if isinstance(record, IncidentLog):
        if others:
            raise Refused(reason=OF_ANOTHER.format(record.caption()))
        return
    written = any(
        one.author != ledger.user.id for one in versions(ledger.store, Incident, record.id)
    )
    if old or others or written or is_opened_by_shutting(ledger, record):
        words = TO_ANOTHER if others and not old else TO_NOBODY
        raise Refused(reason=words.format(record.caption(), Certainty.NEAR_MISS.label))
    if any(ledger.registers.all(cls, incident_id=record.id) for cls in STEPS):
        raise Refused(reason=REPORTED.format(record.caption()))


def require_no_report(ledger: "Ledger", paper: Submission) -> None:
    """Refuse to withdraw a paper that stands as the report of an incident.

    Raises:
        Refused: names the report.
    """
    for one in ledger.registers.all(IncidentReport, contract_id=paper.contract_id):
        if one.record.submission_id == paper.id:
            raise Refused(reason=RESTS_ON_IT.format(paper.caption(), one.record.caption()))
