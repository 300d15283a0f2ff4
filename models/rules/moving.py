"""Rules about moving: taking out, coming back, encryption, transport."""

from collections.abc import Iterator
from datetime import datetime

from models.back_then import status_at
from models.codes import (
    CARRIERS,
    AuthorizationSubject,
    BasisType,
    Encrypted,
    EncryptionMeasure,
    HandlingKind,
    ItemClass,
    ItemState,
    PlaceKind,
)
from models.profiles import Profile
from models.records import HandlingEvent, Item, Person, TransportDetail
from models.records.handling import CARRIED_MEANS
from models.rules.books import Books
from models.rules.case import Case, Say
from models.rules.named import lacking
from models.rules.places import designated
from models.text import search_key
from models.trips import trip_of
from models.wareki import format_short_moment

K, S = HandlingKind, AuthorizationSubject
STORING = (K.RECEIVE, K.STORE, K.CREATE, K.COLLECT)
LEAVING = (K.TAKE_OUT, K.TRANSPORT, K.TRANSMIT, K.DISPATCH)
PASSWORD = "password"  # parameter of R-09: the password of the data is asked for
COMPUTERS = frozenset({ItemClass.EQUIPMENT, ItemClass.MEDIUM})  # パソコン等 includes media
SAFE_MEASURES = frozenset({EncryptionMeasure.APPLIED, EncryptionMeasure.EQUIVALENT})


def r08_take_out_needs_basis(case: Case) -> Iterator[str]:
    """Nothing leaves its fence without what the text demands for information and for computers."""
    regime = case.params.take_out
    event = case.event_of(K.TAKE_OUT)
    if event is not None:
        inside = regime.information_fence == "business_office" and _same_office(case, event)
        if not inside:
            yield from _information_leaves(case, event)
    computers = [item for item in case.handled if item.item_class in COMPUTERS]
    fenced = regime.equipment == "consent" and computers and _leaves_work_place(case)
    if fenced and not case.basis((S.EQUIPMENT_TAKE_OUT,), ("consent",), standing=True):
        yield Say(
            f"{case.word('computers')}（{computers[0].caption()}）の{case.word('work_place')}"
            f"の外への{case.word('take_out')}には、前もって承諾が要ります"
            "（情報の同意とは別です）。承諾を「承諾・指示」に登録してください。",
            verb="承諾",
        )


def _information_leaves(case: Case, event: HandlingEvent) -> Iterator[str]:
    regime, word = case.params.take_out, case.word("take_out")
    way = regime.information
    if way == "none" and case.only_told("R-08"):
        if not case.basis((S.TAKE_OUT,)):
            yield (
                f"{word}です。特記事項に定めはありません。{case.word('client_party')}が"
                "知っているか、行先と方法を確かめてください。"
            )
    elif way == "forbidden":
        if not _excepted(case, event):
            need = (
                f"この契約では{word}はできません。{case.word('client_party')}への返還・引渡し、"
                "承諾された場所の間の移動、または記録された指示によるときだけ認められます。"
            )
            remedy = "根拠となる指示や行先を登録してください。"
            yield lacking(case, need, remedy, (S.TAKE_OUT,), ("instruction",))
    elif way == "necessity":
        if case.fact and not _confirmed(case, event):
            yield (
                f"{word}の必要を、{case.word('responsible_person')}が確かめた記録がありません。"
                "その人が自分でサインインして記録するときは「確認者」に自分を選び、"
                "ほかの人が記録したものは、あとでその人が確認してください。"
            )
    else:
        bases = {"consent": ("consent",), "agreement": ("agreement",)}.get(way, ())
        if not case.basis((S.TAKE_OUT,), bases):
            verb = BasisType.read(bases[0]).label if bases else case.word("take_out_consent")
            need = f"{word}には、前もって{case.word('client_party')}の{verb}が要ります。"
            remedy = f"{verb}を「承諾・指示」に登録し、この記録の根拠に選んでください。"
            yield Say(lacking(case, need, remedy, (S.TAKE_OUT,), bases), verb=verb)


def _excepted(case: Case, event: HandlingEvent) -> bool:
    """Tell whether one of the ways out that a flat ban leaves open applies (§8.5, 4)."""
    allowed = case.params.take_out.exceptions
    to_client = event.counterpart_org_id == case.contract.client_org_id or case.on_site(
        event.place_to_id
    )
    if to_client and {"return", "deliver_results"} & set(allowed):
        return True
    ends = [designated(case, p) for p in (event.place_from_id, event.place_to_id) if p]
    consented = len(ends) == 2 and all(end and end.authorization_id for end in ends)
    if consented and "between_consented_places" in allowed:
        return True
    return "instruction" in allowed and bool(case.basis((S.TAKE_OUT,), ("instruction",)))


def _confirmed(case: Case, event: HandlingEvent) -> bool:
    """Tell whether one of the roles that the text names has looked at it.

    Who enters an act names nobody else (A-33). A name in what stands already was enough when it was
    entered, or a reason was given then.
    """
    wanted = set(case.params.take_out.confirmed_by)
    entering = bool(case.asker) and not event.source_file_id
    named = "" if entering and event.checker_person_id != case.asker else event.checker_person_id
    people = [p for p in (named, event.confirmed_by) if p]
    return any(case.roles(person) & wanted for person in people)


def _same_office(case: Case, event: HandlingEvent) -> bool:
    """Tell whether it stays inside one 事業所, whose rooms name it as the place above them."""
    start, end = (_office(case, p) for p in (event.place_from_id, event.place_to_id))
    return bool(start) and start == end


def _office(case: Case, place_id: str) -> str:
    for _ in range(8):  # rooms in floors in buildings; a ring must not hang the program
        place = case.place(place_id)
        if place is None:
            return ""
        if PlaceKind.BUSINESS_OFFICE in place.kinds:
            return place.id
        place_id = place.parent_place_id
    return ""


def _leaves_work_place(case: Case) -> bool:
    event = case.event_of(K.TAKE_OUT, K.STORE)
    if event is None:
        return False
    if event.kind is K.TAKE_OUT:
        return True
    return bool(event.place_to_id) and designated(case, event.place_to_id) is None


def r09_electronic_data_is_encrypted(case: Case) -> Iterator[str]:
    """Electronic data leaves, and rests where the text says so, only encrypted or as safely."""
    event = case.event_of()
    if event is None or not case.electronic:
        return
    if event.kind in LEAVING:
        yield from _leaves_encrypted(case, event)
    elif event.kind in STORING and case.params.encryption.storage != "none":
        yield from _rests_encrypted(case, event)


def _leaves_encrypted(case: Case, event: HandlingEvent) -> Iterator[str]:
    measure, word = event.encryption, case.word("encryption")
    equal = case.params.encryption.equivalent_accepted
    safe = measure is EncryptionMeasure.APPLIED or (
        equal and measure is EncryptionMeasure.EQUIVALENT and bool(event.encryption_detail)
    )
    renewed = (
        measure is not EncryptionMeasure.APPLIED
        or event.password_renewed is not None
        or not asks_for_password(case.profile, event.kind)
    )
    if safe and renewed:
        return
    asked = (item for item in case.electronic if _level_asks(case, item, str(event.kind)))
    item = next((item for item in asked if holds_data(case.books, item, event)), None)
    if item is None:
        return
    if not safe:
        yield (
            f"「{item.caption()}」の{word}が記録されていません。"
            f"{word}をして「暗号化等の措置」に入力してください。"
        )
    else:
        yield Say(
            "持ち出すデータのパスワードを新しくし、媒体と別に渡すかを"
            "「暗号化のパスワード」で答えてください。",
            key=PASSWORD,
        )


def holds_data(books: Books, item: Item, event: HandlingEvent) -> bool:
    """Tell whether there was something on an item to encrypt: erased data leaves nothing."""
    if item.item_class not in CARRIERS or event.occurred_at is None:
        return True
    status = status_at(item, books.happened(item.id), event.occurred_at, without=event.id)
    return not status.empty and status.state is not ItemState.ERASED


def asks_for_password(profile: Profile, kind: HandlingKind | None) -> bool:
    """Tell whether the password of data that is taken out is reviewed each time (FK-10.1)."""
    return kind is K.TAKE_OUT and PASSWORD in profile.rules["R-09"].params


def _rests_encrypted(case: Case, event: HandlingEvent) -> Iterator[str]:
    for item in case.electronic:
        bare = item.encrypted in (Encrypted.NO, None)
        asked = item.item_class is not ItemClass.EQUIPMENT and _level_asks(case, item, "storage")
        if bare and asked and holds_data(case.books, item, event):
            yield (
                f"「{item.caption()}」は暗号化されていません。できる限り"
                f"{case.word('encryption')}をして保管してください。"
            )


def _level_asks(case: Case, item: Item, act: str) -> bool:
    """Tell whether the secrecy of what an item holds asks for encryption (FK-10)."""
    regime = case.params.encryption
    way = {"storage": regime.storage, "take_out": regime.take_out}.get(act, regime.transport)
    if way != "by_secrecy_level":
        return True
    assets = [asset for c in item.contents if (asset := case.asset(c.asset_id))]
    return not assets or any(str(asset.secrecy_level or "A") != "C" for asset in assets)


def r10_what_goes_out_comes_back(case: Case) -> Iterator[str]:
    """A take-out says when it comes back, and comes back by then."""
    out = case.event_of(K.TAKE_OUT)
    if out is not None and out.expected_return_at is None:
        yield f"{case.word('take_out')}の持帰りの予定がありません。「持帰予定」を入力してください。"
    back = case.event_of(K.BRING_BACK, K.RETURN, K.HAND_OVER)
    if back is None or back.occurred_at is None:
        return
    due = (i for i in case.handled if i.due_back_at and i.due_back_at < back.occurred_at)
    late = [item for item in due if _is_late(case, item, back)]
    if late:
        yield (
            f"「{late[0].caption()}」は、持帰予定の日時を過ぎています。遅れた理由を残してください。"
        )


def _is_late(case: Case, item: Item, back: HandlingEvent) -> bool:
    """Tell whether what comes back is late, not what somebody else has outside of the same thing."""
    assert back.occurred_at is not None
    status = status_at(item, case.books.happened(item.id), back.occurred_at, without=back.id)
    trip = trip_of(status, back.related_event_id, back.actor_person_id)
    return trip is None or bool(trip.due_back_at and trip.due_back_at < back.occurred_at)


def r11_transport_is_arranged(case: Case) -> Iterator[str]:
    """Transport names who, in what, when and to whom; where demanded, the order not to leave it.

    So does a take-out that somebody else carries than whoever takes it out (SK-11.5, SK-13.2).
    """
    event = case.event_of(K.TRANSPORT, K.TAKE_OUT)
    if event is None:
        return
    word = case.word("transport")
    by_others = event.kind is K.TAKE_OUT and event.means in CARRIED_MEANS
    if by_others and not event.transport:
        assert event.means is not None
        yield (
            f"{event.means.label}で運ぶ{case.word('take_out')}に、「運搬記録」がありません。"
            "運送事業者か追跡番号（又は運搬担当者）と、容器・施錠を入力してください。"
        )
    for row in event.transport:
        gaps = _gaps(case, event, row)
        if gaps:
            yield f"{word}の記録に「{'」「'.join(gaps)}」がありません。入力してください。"
        told = row.do_not_leave_instructed and row.instructed_by and row.instructed_at
        if case.params.transport.never_leave_instruction and not told:
            yield (
                f"{word}する人に、資料から離れないよう指示した記録がありません。"
                "指示した人と日時を「運搬記録」に入力してください。"
            )


def _gaps(case: Case, event: HandlingEvent, row: TransportDetail) -> list[str]:
    """Return what a transport lacks; of what a firm carries nobody here knows the people."""
    taken = event.kind is K.TAKE_OUT
    by_firm = taken and bool(row.carrier_org_id or row.tracking_no)
    asked = (
        ("運搬担当者", row.persons or by_firm),
        ("容器・施錠", row.container),
        ("出発日時", row.departed_at or taken or not case.fact),
        ("受取人", row.received_by or not row.arrived_at),
    )
    return [label for label, value in asked if not value]


def instructed_too_late(case: Case) -> Iterator[str]:
    """Ask how an instruction that came after leaving, or from the carrier alone, was one (R-47).

    Only where somebody enters it: what an older program took without a word accuses nobody.
    """
    event = case.event_of(K.TRANSPORT)
    if event is None or not case.asker or not case.params.transport.never_leave_instruction:
        return
    word = case.word("transport")
    for row in event.transport:
        if not row.do_not_leave_instructed or _is_of_departure(case, event, row):
            continue
        left = row.departed_at or event.occurred_at
        if row.instructed_at and left and _minute(row.instructed_at) > _minute(left):
            yield (
                f"{word}の「指示日時」（{format_short_moment(row.instructed_at)}）が、出発より後です。"
                "出発の前に指示していたときは日時を直し、そうでないときは理由を残してください。"
            )
        if row.instructed_by and _carries_alone(case, event, row):
            yield (
                f"{word}の「指示者」が、{word}する{case.name(row.instructed_by)}自身です。"
                "ほかの人が指示したときは「指示者」を直し、そうでないときは理由を残してください。"
            )


def _is_of_departure(case: Case, event: HandlingEvent, row: TransportDetail) -> bool:
    """Tell whether an arrival only repeats what was said, and asked, of the instruction before."""
    left = case.books.find(HandlingEvent, event.related_event_id)
    said = (row.instructed_by, row.instructed_at)
    return left is not None and said in [(o.instructed_by, o.instructed_at) for o in left.transport]


def _carries_alone(case: Case, event: HandlingEvent, row: TransportDetail) -> bool:
    """Tell whether nobody but the person who instructed is on the way."""
    person = case.books.find(Person, row.instructed_by)
    if not row.persons:
        return row.instructed_by == event.actor_person_id
    return person is not None and {search_key(one) for one in row.persons} == {
        search_key(person.name)
    }


def _minute(moment: datetime) -> datetime:
    """Return a time as it is typed."""
    return moment.replace(second=0, microsecond=0)
