"""K-03, K-05: what the client was told of people and places, and is otherwise now.

One shape for both: days that were told and are other ones, what was taken back, and what was to
begin and did not. By the records it is the same question; only the words differ.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from models.agreed import terms
from models.calendar_frame import Due, due_told, told_by_day, told_otherwise, working
from models.codes import AssignmentStatus, Code, PlaceStatus
from models.designations_undone import idle, state_of, untold
from models.inquiry import Inquiry
from models.records import Assignment, ContractPlace
from models.rules.last_told import moved_start, tells_changes, withdrawn_end
from models.rules.places import is_concerned
from models.rules.told_days import Designation, first_of
from models.rules.told_late import begun_on
from models.workdays import after


@dataclass(frozen=True)
class Designated:
    """What the calendar asks about the designations of one type.

    Attributes:
        code: of the items of the calendar.
        proof: the evidence query that looks at the same thing.
        paper: by which the client is told.
        begins: what begins on the first day, in the contract's words.
        at_work: the state of what has begun.
        lasting: those that go on, whose days the client is to know.
    """

    cls: type[Assignment] | type[ContractPlace]
    code: str
    proof: str
    paper: str
    begins: str
    at_work: Code
    lasting: Callable[[Inquiry], Iterable[Designation]]

    def other_days(self, asked: Inquiry) -> Iterator[Due]:
        """An end that is taken back, or a first day that is moved, is told before the day that was told.

        Who explains why it was not (R-02, R-03) has not told it: it is asked for until then.
        """
        title = self._title(asked)
        for one in self.lasting(asked):
            case = asked.case(one)
            for day, what in told_otherwise(
                withdrawn_end(case, one), moved_start(case, one), first_of(one)
            ):
                act, limit = f"「{title}」（{what}）の提出", told_by_day(asked, one, day)
                yield due_told(asked, self.code, act, one, limit)

    def voided(self, asked: Inquiry) -> Iterator[Due]:
        """That a designation was voided of which the client was told is told as well."""
        what = f"「{self._title(asked)}」（取消し）の提出"
        days = terms(asked).days("prompt_red_business_days")
        for void in untold(asked, self.cls):
            yield due_told(asked, self.code, what, void.one, after(void.day, days))

    def idle(self, asked: Inquiry) -> Iterator[Due]:
        """What was told to begin and does not count still begins, or the client is told."""
        for day, found in idle(asked, self.cls):
            one = asked.books.find(self.cls, found.id)
            assert one is not None
            told = tells_changes(asked.case(one), one)
            or_else = "「取消し」「開始日の変更」の届出" if told else f"「{begun_on(one)}」の訂正"
            what = f"{self.begins}の開始（「{state_of(one)}」のまま）か{or_else}"
            yield due_told(asked, self.code, what, one, day)

    def _title(self, asked: Inquiry) -> str:
        return asked.profile.document(self.paper).title_of_change


def _kept(asked: Inquiry) -> Iterator[ContractPlace]:
    """Yield the places that are not given up and of which the client is to know."""
    for one in asked.all(ContractPlace):
        if one.status is not PlaceStatus.ENDED and is_concerned(asked.case(one), one):
            yield one


PEOPLE = Designated(
    Assignment, "K-03", "EQ-STAFF", "D-03", "従事", AssignmentStatus.ACTIVE, working
)
PLACES = Designated(ContractPlace, "K-05", "EQ-PLACE", "D-04", "使用", PlaceStatus.ACTIVE, _kept)
