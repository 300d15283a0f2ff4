"""Collect the receipt of an inspection: how far the ledger has come, and what to compare next time."""

from models import inspection_receipt as told
from models import wareki
from models.text import hex_groups
from reports.collecting.case import Case
from reports.documents.d37_inspection_receipt import InspectionReceipt, YearEnd

FORMER = "{0}（記帳番号{1:,}）　今の台帳の、そのときの先頭値（{3}）\n{2}"
ERASED = "この契約の内容を消去したため、分かりません。"
SAME, OTHER, NONE = "台帳の中の控えと同じ", "台帳の中の控えと違う", "なし"


def receipt(case: Case) -> InspectionReceipt:
    """Collect the receipt; who was present is typed by whoever issues it.

    Raises:
        Refused: nobody was present.
    """
    ledger, options = case.ledger, case.wish.options
    mine = case.person(ledger.user.person_id)
    before = told.former(ledger, case.contract.id)
    return InspectionReceipt(
        case.letterhead(),
        case.anchor(),
        officers=told.present(options.get("officers"), told.OFFICERS),
        attendants=told.present(options.get("attendants") or [mine], told.ATTENDANTS),
        inspected_at=wareki.format_moment(case.numbers.issued_at),
        last_papers=tuple(
            YearEnd(one.year, one.number, one.sha256) for one in told.last_of_years(ledger)
        ),
        former=_former(before) if before else ERASED if case.was_erased else "",
        users=told.users(ledger),
        terminals=told.terminals(ledger),
        backup=told.backup(ledger),
        journal=told.journal(ledger.journal.status()),
    )


def _former(before: told.Former) -> str:
    judged = SAME if before.same else OTHER
    head = hex_groups(before.head) or NONE
    return FORMER.format(before.number, before.seq, head, judged)
