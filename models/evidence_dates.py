"""Evidence queries about dates: what the calendar says is late proves that something is missing."""

from collections.abc import Iterable, Iterator

from models import two_factors, wareki
from models.after_closing import dated, of_the_work
from models.calendar_designated import PEOPLE, PLACES, Designated
from models.calendar_frame import Due, Item, waits_for_link
from models.calendar_paper import (
    k01_papers_at_the_start,
    k04_place_notice,
    k05_place_given_up,
    k14_periodic_report,
    sealed_not_handed_in,
)
from models.calendar_people import (
    k02_staff_notice,
    k03_leaving_notice,
    k09_training_again,
    k33_labour_terms,
)
from models.calendar_running import (
    k16_malware,
    k17_access_log,
    k18_passwords,
    k26_backup,
    k27_restore,
    k28_capacity,
    k28_integrity,
    k31_terminals,
)
from models.codes import (
    AccountStatus,
    AssignmentStatus,
    BackupKind,
    BackupResult,
    DueStatus,
    EncryptionMeasure,
    HandlingKind,
    PlaceStatus,
    SystemEventKind,
    TerminalState,
)
from models.condition import PROTECTION, State, told
from models.deadlines import AT_THE_START
from models.designations_undone import idle
from models.evidence_queries import QUERIES, RULED, eq_train, of_rules
from models.evidence_rows import Row, row
from models.inquiry import Inquiry, Question
from models.nobody_named import STAFF, no_places, nobody
from models.password_review import cycle_of, due_on
from models.records import (
    BackupRun,
    DueItem,
    HandlingEvent,
    SystemEvent,
    Terminal,
    UserAccount,
)
from models.reported import PROOF as REPORTED
from models.reported import REPORT, k06_new_manager
from models.rules.moving import asks_for_password
from models.rules.told_days import Designation
from models.rules.told_late import unlinked
from models.store import Op, Where
from models.terminals import device_of

UNKNOWN = "端末「{0}」は、使用端末に登録されていません。"


def _late(item: Item, paper: str = "") -> Question:
    """Return a query that finds what an item of the calendar shows as late or not fixed."""

    def told(asked: Inquiry, found: Iterable[Due]) -> Iterator[Row]:
        title = f"「{asked.profile.document_title(paper)}」" if paper else ""
        for one in found:
            if one.what.startswith(title):
                yield from _said(asked, one)

    return dated(item, told)


def _said(asked: Inquiry, one: Due) -> Iterator[Row]:
    about = f"（{one.about}）" if one.about else ""
    if one.due_on is None:
        where = f"{one.about}。" if one.about else ""
        yield Row(one.type, one.id, f"{one.what}ことが済んでいません。{where}")
    else:
        late = one.due_on < asked.today
        day = wareki.format_wareki(one.due_on)
        words = "が期限までに済んでいません。" if late else f"の期限は{day}です。"
        yield Row(one.type, one.id, f"{one.what}{about}{words}", "action" if late else "due")


def eq_due(asked: Inquiry) -> Iterator[Row]:
    """Find papers and entered dates that are late."""
    yield from _late(k01_papers_at_the_start)(asked)
    yield from _late(sealed_not_handed_in)(asked)
    for one in asked.all(DueItem):
        if one.status is DueStatus.OPEN and one.due_on is not None:
            late = one.due_on < asked.today
            words = "が期限までに済んでいません。" if late else "の期限が来ます。"
            yield row(one, f"「{one.title}」{words}", "action" if late else "due")


def _designated(kind: Designated, none: Question, coming: Item, ending: Item) -> Question:
    """Return a query about the designations of one type: who or what is not told to the client.

    What has begun already is judged by the rule (R-02, R-03), which knows of exceptions.

    Args:
        none: finds that there is none at all.
        coming, ending: the items of the calendar about what begins, and what is to end.
    """

    def query(asked: Inquiry) -> Iterator[Row]:
        ruled = [*of_rules(*RULED[kind.proof])(asked)]
        yield from ruled
        yield from of_the_work(none)(asked)
        yield from of_the_work(lambda at: _not_told(at, coming, at.all(kind.cls)))(asked)
        yield from _late(ending)(asked)
        yield from _unsaid(_late(kind.other_days)(asked), ruled)
        yield from _late(kind.voided)(asked)
        yield from of_the_work(lambda at: (found for _, found in idle(at, kind.cls)))(asked)

    return query


def _unsaid(rows: Iterable[Row], ruled: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows about designations of which the rule says nothing: it tells the same."""
    said = {one.id for one in ruled}
    yield from (one for one in rows if one.id not in said)


def _not_told(asked: Inquiry, item: Item, known: Iterable[Designation]) -> Iterator[Row]:
    """Yield what an item of the calendar says of designations that have not begun."""
    begun = (AssignmentStatus.ACTIVE, PlaceStatus.ACTIVE)
    coming = {one.id: one for one in known if one.status not in begun}
    for one in item(asked):
        if (designation := coming.get(one.id)) is None:
            continue
        if waits_for_link(asked, one) is not None:
            yield row(designation, unlinked(asked.case(designation), designation))
        else:
            yield from _said(asked, one)


def eq_labour(asked: Inquiry) -> Iterator[Row]:
    """Find who handled before his labour contract was looked at, and whose is to be looked at still."""
    yield from of_rules(*RULED["EQ-LABOUR"])(asked)
    yield from _late(k33_labour_terms)(asked)


def eq_reported(asked: Inquiry) -> Iterator[Row]:
    """Find that the first report of the manager is missing, or that of another one since."""
    yield from _late(k01_papers_at_the_start, REPORT)(asked)
    yield from _late(k06_new_manager)(asked)


def eq_training(asked: Inquiry) -> Iterator[Row]:
    """Find people who lack training, or for whom it is late, and a cycle that nobody has fixed."""
    yield from eq_train(asked)
    for one in k09_training_again(asked):
        if one.due_on is None or one.due_on < asked.today:
            yield from _said(asked, one)


def eq_password(asked: Inquiry) -> Iterator[Row]:
    """Find accounts with a first or an old password, and reviews that are late."""
    yield from _late(k18_passwords)(asked)
    yield from _taken_out(asked)
    yield from of_the_work(_old_passwords)(asked)


def _old_passwords(asked: Inquiry) -> Iterator[Row]:
    cycle = cycle_of(asked)
    for one in asked.everywhere(UserAccount):
        if one.status is not AccountStatus.ACTIVE:
            continue
        day = due_on(one, cycle) if cycle else None
        if one.must_change:
            shut = not one.issued_by  # what others knew was taken out of force
            words = "パスワードを使えなくしたまま、再発行していません。"
            words = words if shut else "最初のパスワードをまだ変えていません。"
            yield row(one, f"「{one.login_name}」は、{words}", "due")
        elif day is not None and day < asked.today:
            yield row(one, f"「{one.login_name}」のパスワードの見直しの時期を過ぎています。")


def _taken_out(asked: Inquiry) -> Iterator[Row]:
    """Find encrypted data that left with a password that nobody had looked at (FK-10.1)."""
    if not asks_for_password(asked.profile, HandlingKind.TAKE_OUT):
        return
    acts = asked.acts(
        Where("kind", Op.EQ, HandlingKind.TAKE_OUT),
        Where("encryption", Op.EQ, EncryptionMeasure.APPLIED),
    )
    fields = ("caption", "password_renewed", "source_file_id")
    yield from asked.listed(acts, fields, _old_password).values()


def _old_password(
    _asked: Inquiry, id_: str, caption: str, renewed: bool | None, source_file_id: str
) -> Row | None:
    if renewed or source_file_id:
        return None
    return Row(HandlingEvent.type, id_, f"{caption}で、データのパスワードが見直されていません。")


def eq_integrity(asked: Inquiry) -> Iterator[Row]:
    """Find checks of the whole ledger that are late, or that found damage and none found it whole since."""
    yield from _late(k28_integrity)(asked)
    checks = [one for one in asked.everywhere(BackupRun) if one.kind is BackupKind.VERIFY]
    if checks and checks[-1].result is not BackupResult.OK:
        yield row(checks[-1], "最後の検証で異常が見つかっています。", "broken")


def eq_malware(asked: Inquiry) -> Iterator[Row]:
    """Find that the protection software was not looked at, or was not well when it was."""
    yield from _late(k16_malware)(asked)
    checks = [
        one
        for one in asked.everywhere(SystemEvent)
        if one.kind is SystemEventKind.CONDITION_CHECKED
    ]
    if checks and told(checks[-1].detail, PROTECTION) in (State.CARE, State.BAD):
        yield row(
            checks[-1], "最後の点検で、対策ソフトが止まっているか、定義が古くなっていました。"
        )


def eq_terminal(asked: Inquiry) -> Iterator[Row]:
    """Find that no terminal is registered, and PCs on which the ledger was used that are none."""
    yield from _late(k31_terminals)(asked)
    terminals = asked.everywhere(Terminal)
    known = {one.device for one in terminals}
    others = [
        one
        for one in asked.everywhere(SystemEvent)
        if one.kind is SystemEventKind.TERMINAL_CHANGED and device_of(one.value) not in known
    ]
    for one in others:
        yield row(one, UNKNOWN.format(one.value))
    known |= {device_of(one.value) for one in others}
    if not any(one.state is TerminalState.IN_USE for one in terminals):
        yield row(asked.contract, "使用端末の台数、設置場所、盗難防止措置が登録されていません。")
    elif (used := asked.used_on()) and device_of(used) not in known:  # from the first day on
        yield row(asked.contract, UNKNOWN.format(used))


DATED: tuple[tuple[str, Question], ...] = (
    *(
        (kind.proof, _designated(kind, none, coming, ending))
        for kind, none, coming, ending in (
            (PEOPLE, nobody(STAFF), k02_staff_notice, k03_leaving_notice),
            (PLACES, no_places, k04_place_notice, k05_place_given_up),
        )
    ),
    ("EQ-LABOUR", eq_labour),
    (REPORTED, eq_reported),
    *(
        (f"EQ-DOC({kind})", _late(k01_papers_at_the_start, kind))
        for kind in AT_THE_START
        if kind != REPORT
    ),
    ("EQ-DUE", eq_due),
    ("EQ-TRAIN", of_the_work(eq_training)),
    ("EQ-REPORT", _late(k14_periodic_report)),
    ("EQ-BACKUP", _late(k26_backup)),
    ("EQ-AUDIT", _late(k17_access_log)),
    ("EQ-RESTORE", _late(k27_restore)),
    ("EQ-CAPACITY", _late(k28_capacity)),
    ("EQ-INTEGRITY", of_the_work(eq_integrity)),
    ("EQ-MALWARE", of_the_work(eq_malware)),
    ("EQ-PASSWORD", eq_password),
    ("EQ-TERMINAL", of_the_work(eq_terminal)),
    (two_factors.QUERY, of_the_work(two_factors.eq_two_factors)),
)

ALL_QUERIES = (*QUERIES, *DATED)
