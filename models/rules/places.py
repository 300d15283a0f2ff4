"""Rules about places: designated beforehand, used as designated, locked."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from models.codes import (
    AuthorizationSubject,
    Decision,
    HandlingKind,
    PlaceKind,
    PlaceStatus,
    PlaceUse,
    StorageEquipment,
)
from models.records import Authorization, ContractPlace, HandlingEvent, Place, Submission
from models.rules.books import GIVEN, Books
from models.rules.case import Case, Say
from models.rules.last_told import (
    untold_exchange,
    untold_giving_up,
    untold_start,
    untold_staying,
)
from models.rules.replaced import still_tells
from models.rules.standing import PLACES, is_notice_of, told_by
from models.rules.told_late import unlinked
from models.rules.unfit import unfit
from models.wareki import format_short

K = HandlingKind
TO_A_PLACE = (K.RECEIVE, K.COLLECT, K.STORE, K.BRING_BACK, K.TRANSPORT)
AWAY = frozenset(
    {K.TAKE_OUT, K.TRANSPORT, K.DISPATCH, K.TRANSMIT, K.RETURN, K.HAND_OVER, K.LOSS, K.RECOVER}
)
"""Acts that leave the designated places by their nature and have rules of their own."""
CLEARING = frozenset({K.STORE, K.RETURN, K.HAND_OVER, K.DISPOSE})
"""Acts by which things leave a place for good: they end its use."""
TOLD = (PlaceStatus.NOTIFIED, PlaceStatus.APPROVED)
CONSENTED = ("consent", "notify_and_consent")
ABOUT_PLACES = (AuthorizationSubject.PLACE, AuthorizationSubject.OFFSITE_WORK)
UNNAMED = (
    "{name}に使う承諾「{consent}」は、どの場所の承諾かを挙げていません。承諾の書面で確かめ、「承諾・指示」の"
    "「対象」に、承諾された場所を入れてください。"
)
NAMED_EQUIPMENT = (
    StorageEquipment.SAFE,
    StorageEquipment.CABINET,
    StorageEquipment.LOCKED_ROOM,
)


TAKEN_BACK = (
    "{name}の使用の承諾（{consent}）は、{day}に取り消されました。きょうのうちに、改めて承諾を得て「承諾・指示」に登録し、"
    "この場所に結び付けるか、媒体・資料を移して使用を終えてください。翌日からは、承諾のない使用になります。"
)


def r03_place_is_cleared_first(case: Case) -> Iterator[str]:
    """A place is used only after notice, consent, or both, as the text demands for that use.

    Where changes are told, so is its end.
    """
    one = case.record
    if not isinstance(one, ContractPlace) or one.use_from is None:
        return
    if is_concerned(case, one):
        yield from _changed(case, one)
    told = one.status in TOLD and one.use_from <= case.today
    if one.status is not PlaceStatus.ACTIVE and not (told and place_counts(case, one)):
        return
    old = case.before
    if isinstance(old, ContractPlace) and old.status is PlaceStatus.ACTIVE and _same(old, one):
        return
    lacking = list(_lacking(case, one))
    yield from lacking
    if not lacking and (why := lapsed(case, one, case.today)):
        yield (
            f"{_called(case, one)}の使用の承諾は、もう有効ではありません（{why}）。改めて承諾を得て"
            "「承諾・指示」に登録し、この場所に結び付けるか、使用を終えてください。"
        )
    elif not lacking and (gone := _taken_back(case, one, case.today)):
        words = TAKEN_BACK.format(
            name=_called(case, one), consent=gone.caption(), day=format_short(case.today)
        )
        yield Say(words, doubtful=True)
    elif not lacking and (unsaid := _unnamed(case, one)):
        yield Say(UNNAMED.format(name=_called(case, one), consent=unsaid.caption()), doubtful=True)


def _changed(case: Case, one: ContractPlace) -> Iterator[str]:
    """Say what changed of a place of which the client was told, and was not told before."""
    old = case.before if isinstance(case.before, ContractPlace) else None
    same = old and (old.status, old.use_to) == (one.status, one.use_to)
    if not same and (untold := untold_giving_up(case, one) or untold_staying(case, one)):
        yield untold
    if not (old and old.use_from == one.use_from) and (moved := untold_start(case, one)):
        yield moved
    alike = old and (old.place_id, old.use_as) == (one.place_id, one.use_as)
    current = one.status is not PlaceStatus.ENDED
    if not alike and current and (exchanged := untold_exchange(case, one)):
        yield exchanged


def _lacking(case: Case, one: ContractPlace, *, ever: bool = False) -> Iterator[str]:
    """Tell what of notice and consent is missing for a place.

    Args:
        ever: a notice that was replaced or withdrawn later is one, too.
    """
    regime, start = case.params.place_notice, one.use_from
    if start is None or not is_concerned(case, one):
        return
    name = _called(case, one)
    if regime.regime in ("notify", "notify_and_consent", "none"):
        notice = case.books.find(Submission, one.notice_submission_id)
        if not (ever and told_by(notice, start) and is_place_notice(notice, one, case.books)):
            yield from _notice(case, notice, one, start)
    if regime.regime in CONSENTED:
        yield from _consent(case, one, name, start)


def still_lacking(case: Case, one: ContractPlace) -> Iterator[str]:
    """Tell what of notice and consent is still to be had; what came too late cannot be caught up."""
    for said in _lacking(case, one):
        if not (isinstance(said, Say) and said.late):
            yield said


def lacks_consent(case: Case, one: ContractPlace) -> bool:
    """Tell whether the client's consent to a place is still to be had, or to be linked."""
    given = case.books.find(Authorization, one.authorization_id)
    if one.use_from is None or case.params.place_notice.regime not in CONSENTED:
        return False
    if given is None or given.subject not in ABOUT_PLACES or not covers_place(case, given, one):
        return True
    return not (_came_later(given, one.use_from) or is_allowed(case, one, one.use_from))


def unlinked_consent(case: Case, one: ContractPlace) -> Authorization | None:
    """Return a consent that names a place and is not linked to it, None without one."""
    books, contract = case.books, case.contract.id
    used = max(case.today, one.use_from or case.today)
    for about in ABOUT_PLACES:
        for given in books.authorizations(contract, about):
            lasts = given.valid_until is None or given.valid_until >= used
            if given.decision in GIVEN and lasts and _names(case, given, one):
                return given
    return None


def is_concerned(case: Case, one: ContractPlace) -> bool:
    """Tell whether the text asks for notice or consent for this use of this place."""
    regime = case.params.place_notice
    if regime.uses and not set(one.use_as) & set(regime.uses):
        return False
    return not (regime.onsite_by_default and case.on_site(one.place_id))


def _called(case: Case, one: ContractPlace) -> str:
    place = case.place(one.place_id)
    return f"「{place.name}」" if place else "この場所"


def is_place_notice(paper: Submission | None, one: ContractPlace, books: Books) -> bool:
    """Tell whether a paper told the client of a place."""
    return is_notice_of(paper, PLACES, one, books.names(Place, one.place_id))


def has_place_notice(paper: Submission | None, one: ContractPlace, books: Books) -> bool:
    """Tell whether the client has a paper that told of a place, or what took its place."""
    return is_place_notice(paper, one, books) and still_tells(
        paper, books, lambda last: is_place_notice(last, one, books)
    )


def _same(old: ContractPlace, new: ContractPlace) -> bool:
    return (old.use_from, old.use_as, old.notice_submission_id, old.authorization_id) == (
        new.use_from,
        new.use_as,
        new.notice_submission_id,
        new.authorization_id,
    )


def _notice(
    case: Case, notice: Submission | None, one: ContractPlace, start: date
) -> Iterator[str]:
    title, name = case.profile.document_title(PLACES), _called(case, one)
    if notice is not None and not is_place_notice(notice, one, case.books):
        yield (
            f"{name}に結び付けた「{notice.title}」は、この場所を載せた「{title}」ではありません。"
            "提出した届出を選び直すか、提出してから結び付けてください。"
        )
    elif notice is None or not has_place_notice(notice, one, case.books):
        yield unlinked(case, one) or (
            f"{name}の届出が記録されていません。「{title}」を提出し、この場所に結び付けてください。"
        )
    elif notice.submitted_on and notice.submitted_on > start:
        yield Say(
            f"{name}の届出は、使用を始めた日より後に提出されています。"
            "使用開始日と提出日を確かめてください。",
            late=True,
        )


def _consent(case: Case, one: ContractPlace, name: str, start: date) -> Iterator[str]:
    given = case.books.find(Authorization, one.authorization_id)
    if given is None or given.subject not in ABOUT_PLACES:
        yield (
            f"{name}の使用には、{case.word('client_party')}の承諾が要ります。"
            "承諾を得て「承諾・指示」に登録し、この場所に結び付けてください。"
        )
    elif not covers_place(case, given, one):
        yield (
            f"{name}に結び付けた承諾「{given.caption()}」は、別の場所についてのものです。"
            "この場所の承諾を得て「承諾・指示」に登録し、この場所に結び付けてください。"
        )
    elif not is_allowed(case, one, start):
        yield Say(
            f"{name}の承諾は、使用を始める日に有効ではありません。承諾の日付を確かめてください。",
            late=_came_later(given, start),
        )


def _came_later(given: Authorization, start: date) -> bool:
    """Tell whether a consent was given that only begins after a place was used."""
    return given.decision in GIVEN and begins_on(given, start) > start


def begins_on(given: Authorization, start: date) -> date:
    """Return from when on a consent allows something, `start` where it names no day."""
    return max((day for day in (given.decided_on, given.valid_from) if day), default=start)


def late_consent(case: Case, one: ContractPlace) -> Authorization | None:
    """Return the consent linked to a place that came after its first day, None for any other."""
    given, start = case.books.find(Authorization, one.authorization_id), one.use_from
    if given is None or start is None or given.subject not in ABOUT_PLACES:
        return None
    late = covers_place(case, given, one) and _came_later(given, start)
    return given if late and not is_allowed(case, one, start) else None


def named_places(given: Authorization) -> frozenset[str]:
    """Return the ids of the places that a consent names."""
    return frozenset(target.place_id for target in given.targets if target.place_id)


def covers_place(case: Case, given: Authorization, one: ContractPlace) -> bool:
    """Tell whether a consent may be one to a place: it names it, or names no place (`_unnamed`)."""
    return not named_places(given) or _names(case, given, one)


def _names(case: Case, given: Authorization, one: ContractPlace) -> bool:
    """Tell whether a consent names a place, or what it lies in."""
    named = named_places(given)
    place_id, seen = one.place_id, set[str]()
    while place_id and place_id not in seen:
        if place_id in named:
            return True
        seen.add(place_id)
        place = case.place(place_id)
        place_id = place.parent_place_id if place else ""
    return False


def wants_consent(case: Case) -> bool:
    """Tell whether the text asks for the client's consent to places."""
    return case.params.place_notice.regime in CONSENTED


def consents_to(case: Case, one: ContractPlace) -> Iterator[Authorization]:
    """Yield what may be the client's consent to a place at some time: the one linked, and others."""
    books, contract = case.books, case.contract.id
    linked = books.find(Authorization, one.authorization_id)
    others = (given for about in ABOUT_PLACES for given in books.authorizations(contract, about))
    for given in (*([linked] if linked else ()), *others):
        if covers_place(case, given, one):
            yield given


def _consents(case: Case, one: ContractPlace, day: date) -> Iterator[Authorization]:
    """Yield the consents to a place that count on a day."""
    for given in consents_to(case, one):
        if case.books.as_of(given, day).covers(day):
            yield given


def is_allowed(case: Case, one: ContractPlace, day: date) -> bool:
    """Tell whether the client allowed the place on a day: by the consent linked, or by another."""
    return any(_consents(case, one, day))


def last_consent(case: Case, one: ContractPlace, day: date) -> Authorization | None:
    """Return the consent to a place that ended last before a day, None where none did.

    Where one names no place, only the one that is linked is meant by it.
    """
    ended = [
        (given.valid_until, given)
        for given in consents_to(case, one)
        if given.valid_until is not None
        and given.valid_until < day
        and given.covers(given.valid_until)
        and (given.id == one.authorization_id or _names(case, given, one))
    ]
    return max(ended, key=lambda one: one[0])[1] if ended else None


def _unnamed(case: Case, one: ContractPlace) -> Authorization | None:
    """Return the consent on which the use of a place rests although none that counts names it.

    Of such a one nobody can tell from the ledger which places the client allowed.
    """
    if case.params.place_notice.regime not in CONSENTED or not is_concerned(case, one):
        return None
    found = list(_consents(case, one, max(case.today, one.use_from or case.today)))
    if any(_names(case, given, one) for given in found):
        return None
    return next(iter(found), None)


def lapsed(case: Case, one: ContractPlace, day: date) -> str:
    """Return in a word why a place that was allowed is so no more on a day, "" while it is.

    A consent that was never there accuses the designation, not every act (R-03). The day itself on
    which the client took one back is there to leave the place: no text wants it left that minute.
    """
    given = case.books.find(Authorization, one.authorization_id)
    if case.params.place_notice.regime not in CONSENTED or not is_concerned(case, one):
        return ""
    if given is None or one.use_from is None or any(_consent(case, one, "", one.use_from)):
        return ""
    if is_allowed(case, one, day) or _taken_back(case, one, day):
        return ""
    last = last_consent(case, one, day) or given
    return unfit(case.books.as_of(last, day), None, day, ())


def _taken_back(case: Case, one: ContractPlace, day: date) -> Authorization | None:
    """Return the consent to a place that the client took back on a day, None where another allows it."""
    if not wants_consent(case) or not is_concerned(case, one) or is_allowed(case, one, day):
        return None
    before = day - timedelta(days=1)
    for given in consents_to(case, one):
        over = given.decision is Decision.REVOKED and case.books.over_since(given) == day
        if over and case.books.as_of(given, before).covers(before):
            return given
    return None


def designated(case: Case, place_id: str) -> ContractPlace | None:
    """Return the designation of a place that counts for the contract that day."""
    for one in case.books.places(case.contract.id, place_id):
        counted = one.status is PlaceStatus.ENDED or place_counts(case, one)
        if one.within(case.day) and counted and not lapsed(case, one, case.day):
            return one
    return None


def place_counts(case: Case, one: ContractPlace) -> bool:
    """Tell whether a designation counts on its days and has not been ended.

    届出済 and 承諾済 count from the first day on, when the notice and the consent are there that the
    text asks for: nobody has to set 使用中 by hand.
    """
    return one.status is PlaceStatus.ACTIVE or (
        one.status in TOLD
        and (case.params.place_notice.regime == "none" or not any(_lacking(case, one, ever=True)))
    )


def r04_events_happen_at_designated_places(case: Case) -> Iterator[str]:
    """What is done in the office is done at a place designated for the contract that day."""
    event = case.event_of()
    if event is None:
        return
    places = [event.place_from_id, event.place_to_id]
    if event.kind in AWAY:
        # The place it leaves must be a designated one; where it goes has rules of its own.
        places = [event.place_from_id]
    if event.kind is K.RECEIVE:
        places = [event.place_to_id]
    for place_id in dict.fromkeys(places):
        if not place_id or designated(case, place_id) or _is_cleared(case, event, place_id):
            continue
        if case.on_site(place_id) and case.params.place_notice.onsite_by_default:
            continue
        place = case.place(place_id)
        name = place.name if place else "選ばれた場所"
        yield _not_yet(case, place_id, name) or (
            f"「{name}」は、この日この契約の{case.word('work_place')}・"
            f"{case.word('storage_place')}として登録されていません。"
            f"場所を選び直すか、{case.word('take_out')}または{case.word('transport')}として"
            "記録してください。"
        )


def _is_cleared(case: Case, event: HandlingEvent, place_id: str) -> bool:
    """Tell whether something leaves a place whose consent is over, as it has to (R-03 tells of that)."""
    if event.kind not in CLEARING or place_id in ("", event.place_to_id):
        return False
    mine = case.books.places(case.contract.id, place_id)
    return any(one.within(case.day) and lapsed(case, one, case.day) for one in mine)


def _not_yet(case: Case, place_id: str, name: str) -> str:
    """Say what a designation lacks that does not count on the day, "" when there is none."""
    for one in case.books.places(case.contract.id, place_id):
        if one.status is PlaceStatus.ENDED or one.use_from is None:
            continue
        if case.day < one.use_from:
            return (
                f"「{name}」は、この契約では{format_short(one.use_from)}から使う場所です。"
                "「契約別の場所」の「使用開始日」を確かめてください。"
            )
        if one.within(case.day) and one.status is PlaceStatus.PLANNED:
            return (
                f"「{name}」は、この契約の場所としての状態が「{PlaceStatus.PLANNED.label}」の"
                "ままです。「契約別の場所」で確かめ、使い始めたら「使用中」に訂正してください。"
            )
        if one.within(case.day) and (why := lapsed(case, one, case.day)):
            return (
                f"「{name}」の使用の承諾は、この日有効ではありません（{why}）。"
                "改めて承諾を得て「承諾・指示」に登録し、「契約別の場所」に結び付けてください。"
            )
        if one.within(case.day):
            return next(_lacking(case, one), "")
    return ""


def r17_storage_is_locked(case: Case) -> Iterator[str]:
    """Things are kept only where there is a lock or entry control, or named furniture.

    What was stored is judged by how the place was registered when it happened or was entered: a
    lock that breaks later, or one that was forgotten in the register, accuses no act.
    """
    for place in _storage_places(case):
        if (fault := _unlocked(case, place)) and not _was_locked(case, place.id):
            yield fault


def _unlocked(case: Case, place: Place) -> str:
    """Say what a place of storage lacks, "" for nothing."""
    if not (place.lockable or place.entry_control):
        return (
            f"「{place.name}」には施錠も入退室管理もありません。"
            f"{case.word('storage_place')}に保管してください。"
        )
    if _needs_equipment(case) and place.storage_equipment not in NAMED_EQUIPMENT:
        return (
            f"「{place.name}」に金庫・保管庫・保管室がありません。"
            f"{case.word('storage_place')}に保管してください。"
        )
    return ""


def _was_locked(case: Case, place_id: str) -> bool:
    """Tell whether a place was registered as locked when the act happened."""
    event = case.event_of()
    if event is None or event.occurred_at is None:
        return False
    then = case.books.place_then(place_id, event.occurred_at)
    return then is not None and not _unlocked(case, then)


def _needs_equipment(case: Case) -> bool:
    return bool(case.profile.rule("R-17").params.get("named_equipment"))


def _storage_places(case: Case) -> Iterator[Place]:
    event, record = case.event_of(*TO_A_PLACE), case.record
    ids: list[str] = []
    if event is not None and (event.kind is not K.TRANSPORT or event.transport):
        homes = [item.home_place_id for item in case.handled]
        ids = [event.place_to_id] if event.place_to_id else homes
    elif isinstance(record, ContractPlace) and PlaceUse.STORAGE in record.use_as:
        yield from _designated_for_storage(case, record)
    for place_id in dict.fromkeys(ids):
        place = case.place(place_id)
        if place is not None and not (event and PlaceKind.CLIENT_PREMISES in place.kinds):
            yield place


def _designated_for_storage(case: Case, one: ContractPlace) -> Iterator[Place]:
    """Yield the place of a designation, as it was on the last day of one that is over."""
    place = case.place(one.place_id)
    if one.use_to is not None and one.use_to < case.today:
        last = datetime.combine(one.use_to, time.max, case.now.tzinfo)
        place = case.books.place_then(one.place_id, last)
    if place is not None:
        yield place
