"""Rules about people: who may handle, who was notified, who hands over, who is kept apart."""

from collections.abc import Iterable, Iterator
from datetime import date

from models import designated_hours
from models.codes import (
    AccountStatus,
    AssignmentRole,
    AssignmentStatus,
    CredentialKind,
    HandlingKind,
    Role,
    TrainingKind,
    TrainingTopic,
)
from models.records import (
    AccessRight,
    Assignment,
    HandlingEvent,
    Person,
    Submission,
    TrainingSession,
    UserAccount,
)
from models.rules.case import Case, Say
from models.rules.checking import is_signed
from models.rules.giving_back import basis_of_taking
from models.rules.last_told import untold_exchange, untold_leaving, untold_start, untold_staying
from models.rules.pledged import pledged
from models.rules.replaced import has_staff_notice
from models.rules.standing import counts, has_left, is_staff_notice, told_by
from models.rules.told_days import OVER
from models.rules.told_late import unlinked
from models.sanitizing import called
from models.wareki import format_short

K = HandlingKind
OVER_WITH_THE_FIRM = (
    "{name}は{day}に退職し、翌日から台帳を開けません。アクセス資格の根拠の「従事者等の指定」（{role}）を"
    "終了してください。資格も抹消されます。"
)
OVER_GOES_ON = (
    "{name}のアクセス資格の根拠の「従事者等の指定」（{role}）は{day}に終わりました。続いている指定を根拠にした"
    "アクセス資格を登録してから、終わった指定の状態を「終了」にしてください。"
)
OVER_BUT_SEEN = (
    "{name}の「従事者等の指定」（{role}）は{day}に終わりました。この指定の状態を「終了」にしてください。"
    "アクセス資格も抹消されます。従事を続けるときは、「従事終了日」を訂正してください。"
)
OVER_WITH_THE_WORK = (
    "{name}の「従事者等の指定」（{role}）は{day}に終わり、{name}は翌日からこの契約を開けません。この指定の状態を"
    "「終了」にしてください。アクセス資格も抹消されます。従事を続けるときは、「従事終了日」を訂正してください。"
)


def r01_actor_is_cleared(case: Case) -> Iterator[str]:
    """A person handles only with an assignment, and with pledge, training and 周知 as demanded."""
    event = case.event_of()
    if event is None or not event.actor_person_id:
        return
    person, roles = event.actor_person_id, case.roles(event.actor_person_id)
    name = case.name(person)
    if not roles and basis_of_taking(case):
        return
    if not roles:
        mine = case.books.assignments(case.contract.id, person)
        words = _not_yet(case, mine, name) or (
            f"{name}は、この日この契約の{case.word('worker')}等として指定されていません。"
            "「従事者等の指定」を登録してから取り扱ってください。"
        )
        yield Say(words, proofs=("EQ-STAFF", "EQ-CLEAR"))
        return
    pledge = case.params.pledge
    signed = case.books.pledges(case.contract.id, person)
    if roles & set(pledge.roles) and not pledged(case.books, signed, case.day):
        yield Say(
            f"{name}の{case.word('pledge')}が、この日までに徴取されていません。"
            "署名を受け、「誓約書」に登録してください。",
            proofs=("EQ-PLEDGE",),
        )
    missing = missing_topics(case, person)
    if missing:
        yield Say(
            f"{name}は、この日までに{case.word('training')}のうち「{'、'.join(missing)}」を"
            "受けていません。実施し、「教育・研修・周知」に登録してください。",
            proofs=("EQ-TRAIN",),
        )
    if not informed(case, person):
        yield Say(
            f"{name}に、{topic_words(case.params.training.awareness_topics)}を一度にまとめて"
            "周知した記録がありません。周知し、「教育・研修・周知」に登録してください。",
            proofs=("EQ-NOTICE",),
        )


def _not_yet(case: Case, mine: Iterable[Assignment], name: str) -> str:
    """Say what a designation lacks that does not count on the day, "" when there is none."""
    for one in mine:
        if has_left(one.person_id, case.day, case.books):
            return _has_left(case, one.person_id, name)
        role = case.profile.role_word(one.role)
        if one.status in OVER or one.starts_on is None:
            continue
        if case.day < one.starts_on:
            return (
                f"{name}の「{role}」の指定は、{format_short(one.starts_on)}からです。"
                "「従事者等の指定」の「従事開始日」を確かめてください。"
            )
        if one.within(case.day) and one.status is AssignmentStatus.PLANNED:
            return (
                f"{name}の「{role}」の指定は、状態が「{one.status.label}」のままです。"
                "「従事者等の指定」で確かめ、従事を始めたら「従事中」に訂正してください。"
            )
        if one.within(case.day):
            return (
                f"{name}の「{role}」の指定には、従事を始める日までに提出した"
                f"「{case.profile.document_title('D-03')}」が結び付いていません。"
                "提出と従事開始日を確かめてください。"
            )
    return ""


def _has_left(case: Case, person_id: str, name: str) -> str:
    person = case.books.find(Person, person_id)
    assert person is not None and person.left_on is not None
    return (
        f"{name}は、{format_short(person.left_on)}に退職しています。"
        "取り扱った人と日時を確かめてください。退職日が誤っているときは「人」を訂正してください。"
    )


def missing_topics(case: Case, person_id: str) -> list[str]:
    """Return the compulsory topics of training that a person has not heard by that day."""
    wanted = case.params.training.topics
    if not wanted:
        return []
    heard = topics_heard(case.books.sessions(case.contract.id), person_id, case.day)
    return [TrainingTopic.read(topic).label for topic in wanted if topic not in heard]


def topics_heard(sessions: Iterable[TrainingSession], person_id: str, day: date) -> set[str]:
    """Return what a person was taught by a day.

    An awareness session tells a duty; it is no training (CB-3.2 against CB-4.2).
    """
    held = (one for one in sessions if one.kind is not TrainingKind.AWARENESS)
    return {topic for one in held if one.attended_by(person_id, day) for topic in one.topics}


def informed(case: Case, person_id: str) -> bool:
    """Tell whether one session told all that the person must be made aware of (CB-4.2, YC-7)."""
    wanted = set(case.params.training.awareness_topics)
    sessions = case.books.sessions(case.contract.id)
    return not wanted or told_at_once(sessions, wanted, person_id, case.day)


def told_at_once(
    sessions: Iterable[TrainingSession], wanted: set[str], person_id: str, day: date
) -> bool:
    """Tell whether a person was in one session by a day that told all of some topics."""
    return any(
        wanted <= set(session.topics) and session.attended_by(person_id, day)
        for session in sessions
    )


def topic_words(topics: tuple[str, ...]) -> str:
    return "、".join(f"「{TrainingTopic.read(topic).label}」" for topic in topics)


def r02_staff_notice_comes_first(case: Case) -> Iterator[str]:
    """The written notice comes before an assignment becomes active, before it ends and goes on."""
    one = case.record
    if not isinstance(one, Assignment):
        return
    yield from _joins(case, one)
    old = case.before
    same = isinstance(old, Assignment) and (old.status, old.ends_on) == (one.status, one.ends_on)
    if not same and (untold := untold_leaving(case, one) or untold_staying(case, one)):
        yield untold
    begun = isinstance(old, Assignment) and old.starts_on == one.starts_on
    if not begun and (moved := untold_start(case, one)):
        yield moved
    alike = isinstance(old, Assignment) and (old.person_id, old.unit_name, old.role) == (
        one.person_id, one.unit_name, one.role,
    )  # fmt: skip
    if not alike and one.status not in OVER and (exchanged := untold_exchange(case, one)):
        yield exchanged


def _joins(case: Case, one: Assignment) -> Iterator[str]:
    if one.starts_on is None or not _begins(case, one):
        return
    told = one.status is AssignmentStatus.NOTIFIED and one.starts_on <= case.today
    if one.status is not AssignmentStatus.ACTIVE and not (
        told and counts(one, case.books, case.profile)
    ):
        return
    verb, start = case.word("staff_notice"), one.starts_on
    notice = case.books.find(Submission, one.notice_submission_id)
    if notice is not None and not is_staff_notice(notice, one, case.books):
        yield (
            f"{case.name(one.person_id)}の指定に結び付けた「{notice.title}」は、この人を載せた"
            f"「{case.profile.document_title('D-03')}」ではありません。"
            "提出した届出を選び直すか、提出してから結び付けてください。"
        )
    elif not has_staff_notice(notice, one, case.books):
        yield unlinked(case, one) or (
            f"{case.name(one.person_id)}の{verb}が記録されていません。"
            f"「{case.profile.document_title('D-03')}」を提出し、この指定に結び付けてください。"
        )
    elif notice and notice.submitted_on and notice.submitted_on > start:
        yield Say(
            f"{case.name(one.person_id)}の{verb}は、従事を始めた日より後に提出されています。"
            "従事開始日と提出日を確かめてください。",
            late=True,
        )


def _begins(case: Case, one: Assignment) -> bool:
    """Tell whether this version is the one that makes the assignment count."""
    old = case.before
    return not (
        isinstance(old, Assignment)
        and old.status is AssignmentStatus.ACTIVE
        and (old.starts_on, old.role, old.notice_submission_id)
        == (one.starts_on, one.role, one.notice_submission_id)
    )


def r12_handover_by_the_officer(case: Case) -> Iterator[str]:
    """Return and delivery are done by the person notified for it; first receipt is milder."""
    event = case.event_of(K.RETURN, K.HAND_OVER, K.RECEIVE)
    if event is None or not event.actor_person_id:
        return
    wanted = set(case.params.handover.officer_roles)
    key = "first_receipt" if event.kind is K.RECEIVE else ""
    if not wanted:
        # The text names nobody; whoever was designated of the contractor's own accord does it.
        own = AssignmentRole.HANDOVER_OFFICER
        if any(a.role is own and case.works(a) for a in case.books.assigned(case.contract.id)):
            wanted = {str(own)}
    if not wanted:
        return
    mine = case.books.assignments(case.contract.id, event.actor_person_id)
    named = [one for one in mine if one.role in wanted]
    officers = [one for one in named if case.works(one)]
    word = case.word("handover_officer")
    if not officers:
        name = case.name(event.actor_person_id)
        yield Say(
            _not_yet(case, named, name)
            or f"{name}は{word}ではありません。"
            f"{case.word('handover')}は、{word}として届け出た人が行ってください。",
            key=key,
        )
    elif case.params.handover.officer_roles and not any(_notified(case, one) for one in officers):
        yield Say(
            f"{case.name(event.actor_person_id)}は、{word}としての{case.word('staff_notice')}が"
            f"この日までに済んでいません。「{case.profile.document_title('D-03')}」を"
            "先に提出してください。",
            key=key,
        )


def _notified(case: Case, one: Assignment) -> bool:
    """Tell whether the client had been told by the day, whatever became of the notice later."""
    notice = case.books.find(Submission, one.notice_submission_id)
    return told_by(notice, case.day) and is_staff_notice(notice, one, case.books)


def r35_right_stands_on_an_assignment(case: Case) -> Iterator[str]:
    """An access right exists only under an assignment that is not over; an inspector needs none.

    Whoever is designated from a later day on prepares the work: that is no right without a ground.
    """
    right = case.record
    if not isinstance(right, AccessRight) or right.revoked_at is not None:
        return
    account = case.books.find(UserAccount, right.user_id)
    if account is None or account.status is not AccountStatus.ACTIVE:
        yield "利用停止の利用者に、アクセス資格は付けられません。"
    elif account.app_role is not Role.INSPECTOR and not _stands(case, right, account, case.today):
        yield _ended_with_it(case, right, account) or (
            "アクセス資格の根拠となる、本人の有効な「従事者等の指定」がありません。"
            "指定を登録し、それを選んでください。"
        )


def _stands(case: Case, right: AccessRight, account: UserAccount, day: date) -> bool:
    basis = case.books.find(Assignment, right.assignment_id)
    return (
        basis is not None
        and basis.person_id == account.person_id
        and basis.contract_id == right.contract_id
        and counts(basis, case.books, case.profile)
        and (basis.ends_on is None or day <= basis.ends_on)
        and not has_left(basis.person_id, day, case.books)
    )


def _ended_with_it(case: Case, right: AccessRight, account: UserAccount) -> Say | None:
    """Say what is left to do of a right that stood until its designation was over, None for others.

    A last day that was entered ahead lets nobody in after it, so that nothing went wrong: neither
    that of the work (従事終了日) nor that of the firm (退職日).
    """
    basis = case.books.find(Assignment, right.assignment_id)
    if case.before is not None or not case.books.entered(right) or basis is None:
        return None
    person = case.books.find(Person, account.person_id)
    left, ends = person.left_on if person else None, basis.ends_on
    day = min((one for one in (left, ends) if one is not None), default=None)
    if day is None or day >= case.today or right.granted_at is None:
        return None
    if right.granted_at.date() > day or not _stands(case, right, account, day):
        return None
    role, name = case.profile.role_word(basis.role), case.name(account.person_id)
    words = OVER_WITH_THE_WORK
    if day == left:
        words = OVER_WITH_THE_FIRM
    elif case.roles(account.person_id):  # under another designation
        words = OVER_GOES_ON
    elif account.app_role is Role.SUPERVISOR:  # who answers for the office sees it all the same
        words = OVER_BUT_SEEN
    return Say(words.format(name=name, role=role, day=format_short(day)), doubtful=True)


def r36_two_persons(case: Case) -> Iterator[str]:
    """Who performs does not verify, and nobody confirms what he did himself."""
    event = case.event
    if event is None:
        return
    if case.confirming:
        if event.actor_person_id == case.asker:
            yield Say(
                f"{event.caption()}は、確認する本人の取扱いです。"
                "ほかの責任者に確認を依頼してください。",
                key="other_acts",
            )
        return
    if event.actor_person_id and event.actor_person_id == event.checker_person_id:
        yield "「取扱者」と「確認者」が同じ人です。別の人が確認してください。"
    for row in event.sanitization:
        if row.verified_by and row.verified_by == row.performed_by:
            yield (
                f"「{called(row, case.items)}」の実施者と検証者が同じ人です。"
                "別の人が検証し、その人を「検証者」に選んでください。"
            )
    yield from _verifier_signs(case, event)


def _verifier_signs(case: Case, event: HandlingEvent) -> Iterator[str]:
    """Who verified an erasure signs it: by entering it, or as its checker (A-33).

    What was entered before this was asked, and what an older register says, is not asked again.
    """
    if not case.asker or not case.fact or event.source_file_id:
        return
    signs = {"", case.asker}
    if is_signed(event.checker_proof):
        signs.add(event.checker_person_id)
    others = (row.verified_by for row in event.sanitization if row.verified_by != row.performed_by)
    for person_id in dict.fromkeys(others):
        if person_id not in signs:
            yield Say(
                f"「検証者」の{case.name(person_id)}が、この記録に署名していません。"
                "記録するときに、その人が確認者としてサインインし、数量・管理番号を入力します。",
                key="other_acts",
                checker=True,
            )


def r42_identity_document(case: Case) -> Iterator[str]:
    """On the client's premises people carry a valid identity document."""
    event = case.event_of()
    if event is None or not (case.on_site(event.place_from_id) or case.on_site(event.place_to_id)):
        return
    shows = case.params.identity_document.shows_company_name
    held = [
        one
        for one in case.books.credentials(event.actor_person_id)
        if one.kind is CredentialKind.EMPLOYEE_ID
        and one.contract_id in ("", case.contract.id)
        and one.valid_on(case.day)
    ]
    word = case.word("identity_document")
    if not held:
        yield (
            f"{case.name(event.actor_person_id)}に、この日有効な{word}が発行されていません。"
            "発行し、「身分証明書・IDカード・鍵」に登録してください。"
        )
    elif shows and not any(one.shows_company_name for one in held):
        yield (
            f"{case.name(event.actor_person_id)}の{word}に、事業者名の表示がありません。"
            "事業者名の分かるものを発行してください。"
        )


def r43_designated_hours(case: Case) -> Iterator[str]:
    """Work on the client's premises happens in the hours that the client set."""
    if designated_hours.is_on_site(case) and (weekday := designated_hours.outside(case)):
        yield (
            f"{case.word('client_party')}の指定する時間（{weekday}曜日）の外の取扱いです。"
            "時間を確かめるか、指示を受けて理由を残してください。"
        )


def r44_specific_personal_information(case: Case) -> Iterator[str]:
    """Only persons named for it handle 特定個人情報."""
    event = case.event_of()
    if event is None or not event.actor_person_id:
        return
    assets = (case.asset(c.asset_id) for item in case.handled for c in item.contents)
    if not any(asset and asset.contains_specific_pi for asset in assets):
        return
    named = any(
        one.handles_specific_pi and case.works(one)
        for one in case.books.assignments(case.contract.id, event.actor_person_id)
    ) or any(one.handles_specific_pi for one in basis_of_taking(case))
    if not named:
        yield (
            f"{case.name(event.actor_person_id)}は、特定個人情報を取り扱う人として"
            "指定されていません。取り扱う人を替えるか、指定を改めてください。"
        )
