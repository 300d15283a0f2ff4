"""The numbers of sealed papers within a fiscal year: each is given once, also after an erasure.

A rebuild and a journal take a number that an older program gave twice: it stays readable, and a
full check names it.
"""

from collections.abc import Iterator

from models.chain import Action
from models.erased import read_fiscal_numbers
from models.errors import Refused
from models.records import Submission
from models.store import Write
from models.verification import Problem
from storage.database import Database

CODE = "NUMBER"
_KEPT = "SELECT fiscal_numbers FROM v_content_erasure WHERE fiscal_numbers IS NOT NULL"
_HIGHEST = (
    "SELECT max(n) FROM (SELECT max(fiscal_no) AS n FROM v_submission"
    " WHERE serial IS NOT NULL AND fiscal_year = ?1 UNION ALL"
    " SELECT max(last_fiscal_no) FROM v_content_erasure WHERE last_fiscal_year = ?1)"
)
_STANDS = (
    "SELECT 1 FROM v_submission WHERE serial IS NOT NULL AND (fiscal_year, fiscal_no) = (?, ?)"
)
_TWICE = (
    "SELECT min(doc_no), group_concat(number, '・'), max(number) FROM"
    " (SELECT * FROM v_submission WHERE serial IS NOT NULL ORDER BY number)"
    " GROUP BY fiscal_year, fiscal_no HAVING count(*) > 1 ORDER BY 3"
)


def highest(database: Database, year: int) -> int:
    """Return the highest number of a fiscal year, 0 when no paper of it was sealed."""
    erased = [
        number
        for (text,) in database.all(_KEPT)
        for one, number in read_fiscal_numbers(text.split("\n"))
        if one == year
    ]
    return max([database.value(_HIGHEST, (year,)) or 0, *erased])


def require_free(database: Database, write: Write) -> None:
    """Refuse a sealed paper whose number another one of its year has, voided or not.

    Raises:
        Refused
    """
    paper = write.record
    if write.entry.action is not Action.CREATE or not isinstance(paper, Submission):
        return
    if paper.serial and database.value(_STANDS, (paper.fiscal_year, paper.fiscal_no)):
        raise Refused(
            reason=f"文書番号「{paper.doc_no}」の書類は、すでに確定しています。"
            "もう一度、書類の確定からやり直してください。"
        )


def number_problems(database: Database) -> Iterator[Problem]:
    """Yield numbers that two sealed papers have; the tables must agree with the log."""
    for doc_no, seqs, last in database.all(_TWICE):
        yield Problem(
            CODE,
            f"記帳番号{last}",
            f"文書番号「{doc_no}」の書類が二つ以上あります（記帳番号{seqs}）。"
            "番号だけでは見分けられないことを、提出先に知らせてください。",
        )
