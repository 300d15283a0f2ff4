"""The condition of the system, judged: what is well, what needs care, and what to do then (A-20 …).

Facts come in, sentences go out; who reads the disk and the list of installed programs is somebody
else (models/machine_facts.py, storage/machine.py). Where the PC tells nothing, that is said, and somebody
looks and writes down what he saw: silence is never taken for health.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from models.backup_care import ABSENT, AHEAD, LOST
from models.backup_media import ANOTHER_DISK, LOOSE, ONE_DISK, REGISTER_IT
from models.capacity import (
    GIB,
    LEAST_FREE,
    LOW_MEMORY,
    TOO_LOW_MEMORY,
    Memory,
    quota_of,
    size_words,
)
from models.codes import EventLevel, SystemEventKind
from models.commands import Change, creating
from models.denied import found_denied
from models.fields import NOT_RECORDED
from models.journal import JournalState, JournalStatus, News
from models.machine_facts import Facts, Protection
from models.mending import advice
from models.registers import FINDING
from models.terminals import device_of
from models.wareki import JAPAN, format_short, format_short_moment

if TYPE_CHECKING:
    from models.ledger import Ledger
    from models.verification import Verification

COMFORT = 5 * GIB
FULL_CHECK_DAYS = 31
TRIAL_DAYS = 366
DEFINITION_DAYS = 7
CLOCK_DAYS = 31
PROTECTION = "ウイルス対策"  # topic of the program against malware
FORECAST_DAYS = 180  # a disk that is full within this time needs care
SPAN = timedelta(days=7)  # between the first and the last size, for a forecast
LONG = 365 * 20
MOST_NAMED = 8
CALL = "連絡先"  # topic of whom to call


class State(str, Enum):
    """How one thing stands; `UNKNOWN` asks somebody to look."""

    GOOD = "good"
    CARE = "care"
    BAD = "bad"
    UNKNOWN = "unknown"


WORDS: Mapping[State, str] = {
    State.GOOD: "良好", State.CARE: "注意", State.BAD: "要対処", State.UNKNOWN: "要確認",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One line: what it is about, how it stands, in a sentence, and what to do."""

    topic: str
    state: State
    sentence: str
    to_do: str = ""


def judge(facts: Facts) -> list[Condition]:
    """Judge everything, in the order of the page."""
    return [
        _room(facts), _share(facts), _memory(facts.memory), _checked(facts), _backed_up(facts),
        _backup_medium(facts), _tried(facts), _journal(facts.journal),
        _clock(facts), _use(facts), _registered(facts), _media(facts), _protection(facts), _programs(facts),
        Condition("プログラムの版", State.GOOD, f"預り台帳 {facts.version}を使っています。"),
        _support(facts.support),
    ]  # fmt: skip


SHUT = (
    "いちばん新しいバックアップは、今のパスワードでも今の回復シートでも開けません。"
    "使い終わった回復シートか前のパスワードで開けますが、更新ジャーナルにつなげないため、"
    "その後の記帳は戻りません。"
)
REKEYED = (
    "暗号鍵を替えた後のバックアップが、まだありません。替えた後の記帳を、前のバックアップと更新ジャーナルから"
    "戻すための「鍵の写し」も、更新ジャーナルの媒体にそろっていないか、開ける人がいません。"
)
PARTED = (
    "更新ジャーナルは、別の写しが替えた暗号鍵で続いたことがあり、前のバックアップと合わせて復元すると、"
    "その写しの記帳に進みます。それより後のバックアップが、まだありません。"
)
BRIDGED = "その後に暗号鍵を替えましたが、「鍵の写し」が更新ジャーナルの媒体にあり、最後の記帳まで戻せます。"


# --- one by one ------------------------------------------------------------------------------------
def _room(facts: Facts) -> Condition:
    disk = facts.disk
    days = days_left(facts)
    least = max(LEAST_FREE, 3 * disk.ledger)  # a copy for a backup here, a new key, the rest
    sentence = (
        f"空き{size_words(disk.free)}（全体{size_words(disk.total)}）。"
        f"台帳は{size_words(disk.ledger)}（データベース{size_words(disk.ledger - disk.files)}、"
        f"添付資料{size_words(disk.files)}）です。{_forecast(days, facts)}"
    )
    if disk.free < least:
        return Condition(
            "空き容量", State.BAD, sentence,
            "すぐに、このディスクの不要なファイルを片付けてください。"
            "空きがなくなると、記帳とバックアップができません。",
        )  # fmt: skip
    if disk.free < max(COMFORT, 2 * least) or (days is not None and days < FORECAST_DAYS):
        return Condition(
            "空き容量",
            State.CARE,
            sentence,
            "早めに、空きを増やすか、大きいディスクに替えてください。",
        )
    return Condition("空き容量", State.GOOD, sentence)


def days_left(facts: Facts) -> int | None:
    """Return in how many days the disk is full as the ledger grows now, None when nobody knows.

    The backups tell how the ledger grew; they have the size of database and attachments.
    """
    recent = [one for one in facts.sizes if one[0] > facts.now - timedelta(days=365)]
    if len(recent) < 2 or recent[-1][0] - recent[0][0] < SPAN:
        return None
    span = (recent[-1][0] - recent[0][0]) / timedelta(days=1)
    grown = (recent[-1][1] - recent[0][1]) / span
    return int(facts.disk.free / grown) if grown >= 1 else LONG


def _forecast(days: int | None, facts: Facts) -> str:
    if days is None:
        return "増え方はまだ分かりません。"
    if days >= LONG:
        return "今の増え方なら、当分いっぱいになりません。"
    full_on = facts.now.date() + timedelta(days=days)
    return f"今の増え方なら、{format_short(full_on)}ごろにいっぱいになります。"


def _share(facts: Facts) -> Condition:
    topic = "添付資料の割当て"
    quota = quota_of(facts.disk, facts.quota)
    if not quota.left:
        return Condition(
            topic, State.BAD, quota.words,
            "新しい添付を断っています。記帳とバックアップはできます。「設定」で割当てを増やしてください。",
        )  # fmt: skip
    if quota.warns:
        return Condition(
            topic, State.CARE, quota.words,
            "使い切ると、新しい添付を断ります。写真や書類は小さくして添付し、必要なら「設定」で増やしてください。",
        )  # fmt: skip
    return Condition(topic, State.GOOD, quota.words)


def _memory(memory: Memory | None) -> Condition:
    topic = "メモリ"
    if memory is None:
        return Condition(
            topic, State.UNKNOWN, "このPCからは、メモリの使用量を読み取れません。",
            "ほかの方法で空きを確かめ、所見に書いて記帳してください。",
        )  # fmt: skip
    words = (
        f"このプログラムが{size_words(memory.used)}を使っています。"
        f"PCの空きは{size_words(memory.free)}（全体{size_words(memory.total)}）です。"
    )
    to_do = "使っていないプログラムを終了してください。足りなくなると、サインインや書類の作成ができません。"
    if memory.free < TOO_LOW_MEMORY:
        return Condition(topic, State.BAD, words, to_do)
    if memory.free < LOW_MEMORY:
        return Condition(topic, State.CARE, words, to_do)
    return Condition(topic, State.GOOD, words)


def _checked(facts: Facts) -> Condition:
    if facts.verified is not None and not facts.verified.ok:
        return _found(facts.verified)
    to_do = "「バックアップ」の画面の「台帳の検証」で、全体を検証してください。"
    return _aged(
        "台帳の検証", "全体を検証しました", facts.full_check, facts, FULL_CHECK_DAYS, to_do
    )


def _found(verified: "Verification") -> Condition:
    """Tell what the verification of this session found, and the way out."""
    first, more = verified.problems[0], len(verified.problems) - 1
    said, _, _ = first.message.partition("。")
    sentence = f"検証で、一致しない点が見つかりました。{first.where}　{said}。"
    sentence += f"ほか{more}件。" if more else ""
    return Condition("台帳の検証", State.BAD, sentence, advice(verified))


def _backed_up(facts: Facts) -> Condition:
    if facts.lost:
        sentence = f"いちばん新しいバックアップ「{facts.lost.file}」の{ABSENT[facts.lost.presence]}"
        return Condition("バックアップ", State.BAD, sentence, LOST)
    to_do = "「バックアップ」の画面で、登録した媒体にバックアップを取ってください。"
    if facts.rekeyed and facts.backup is not None:
        return Condition("バックアップ", State.BAD, REKEYED, to_do)
    if facts.shut and facts.backup is not None:
        return Condition("バックアップ", State.BAD, SHUT, to_do)
    if facts.parted:
        return Condition("バックアップ", State.BAD, PARTED, to_do)
    found = _aged(
        "バックアップ", "作成し、読み直しました", facts.backup, facts, facts.backup_days, to_do
    )
    return replace(found, sentence=found.sentence + BRIDGED) if facts.bridged else found


def _backup_medium(facts: Facts) -> Condition:
    """Tell whether backups go to registered media alone (A-26)."""
    topic = "バックアップの媒体"
    if facts.loose is not None:
        return Condition(topic, State.CARE, LOOSE.format(facts.loose), REGISTER_IT)
    if not facts.has_media:
        return Condition(
            topic, State.CARE, "登録した媒体はありません。",
            "「バックアップ」の F2「今すぐバックアップ」で、最初の媒体を登録してください。",
        )  # fmt: skip
    if facts.beside is not None:
        return Condition(topic, State.CARE, ONE_DISK.format(facts.beside), ANOTHER_DISK)
    return Condition(topic, State.GOOD, "バックアップは、登録した媒体に作っています。")


def _tried(facts: Facts) -> Condition:
    to_do = "「バックアップ」の画面の「復元の試し」で、戻せることを確かめてください。"
    found = _aged("復元の試験", "復元できました", facts.trial, facts, TRIAL_DAYS, to_do)
    return Condition(found.topic, State.CARE, found.sentence, to_do) if not facts.trial else found


def _aged(
    topic: str, words: str, at: datetime | None, facts: Facts, most: int, to_do: str
) -> Condition:
    """Judge something that has to be done every so many days."""
    if at is None:
        return Condition(topic, State.BAD, "まだ一度も行っていません。", to_do)
    if at > facts.now:
        sentence = f"{AHEAD.format(format_short_moment(at))}に{words}。"
        return Condition(topic, State.CARE, sentence, to_do)
    days = (facts.now.date() - at.astimezone(facts.now.tzinfo).date()).days
    when = "今日" if days == 0 else "きのう" if days == 1 else f"{days}日前"
    sentence = f"{format_short_moment(at)}（{when}）に{words}。"
    if days > 2 * most:
        return Condition(topic, State.BAD, sentence, to_do)
    if days > most:
        return Condition(topic, State.CARE, sentence, to_do)
    return Condition(topic, State.GOOD, sentence)


def _journal(status: JournalStatus) -> Condition:
    topic = "更新ジャーナル"
    page = "「バックアップ」の画面"
    if status.state is JournalState.NONE:
        to_do = f"{page}で、別のディスクに保存先を決めてください。"
        return Condition(topic, State.CARE, f"{status.words}。", to_do)
    if status.state is not JournalState.OK:
        sentence = f"{status.words}。{status.problem}"
        return Condition(topic, State.BAD, sentence, f"媒体を接続し、{page}で確かめてください。")
    sentence = f"記帳番号{status.seq:,}まで書いています（{status.folder}）。"
    if status.same_disk:
        to_do = "台帳と同じディスクです。ディスクが壊れると両方を失います。別のディスクに移してください。"
        return Condition(topic, State.CARE, sentence, to_do)
    return Condition(topic, State.GOOD, sentence)


def _clock(facts: Facts) -> Condition:
    event = facts.clock_event
    now = f"今は{format_short_moment(facts.now)}（日本時間）です。"
    at = event.occurred_at if event else None
    if event is None or at is None or facts.now - at > timedelta(days=CLOCK_DAYS):
        return Condition("時計", State.GOOD, f"{now}この1か月に、時計の異常はありません。")
    when = format_short(at.date())
    return Condition(
        "時計", State.CARE, f"{now}{when}に「{event.detail}」",
        "PCの日付と時刻を確かめてください。何度も起きるときは、PCの電池を替えてください。",
    )  # fmt: skip


def _use(facts: Facts) -> Condition:
    since = facts.since.astimezone(JAPAN) if facts.since else facts.now
    sentence = (
        f"{facts.holder}が、{format_short_moment(since)}から、"
        f"この台帳を単独で使っています。端末は「{facts.terminal}」です。"
    )
    return Condition("排他・使用端末", State.GOOD, sentence)


def _registered(facts: Facts) -> Condition:
    topic = "使用端末の登録"
    count = f"使用中の端末は{len(facts.terminals)}台です。"
    device = device_of(facts.terminal)
    for known, caption, kept in facts.terminals:
        if known == device:
            return Condition(topic, State.GOOD, f"{count}この端末は「{caption}」（{kept}）です。")
    return Condition(
        topic, State.CARE, f"{count}この端末「{facts.terminal}」は、その中にありません。",
        "「台帳一覧」の「使用端末」に、設置場所と盗難防止措置を登録してください。",
    )  # fmt: skip


def _media(facts: Facts) -> Condition:
    """Tell what is plugged in; what is not registered is refused anyway (A-32), and should not be there."""
    topic = "外部媒体"
    if facts.media is None:
        return Condition(
            topic, State.UNKNOWN, "このPCからは、つながっている外部媒体を読み取れません。",
            "USBなどに何もつながっていないか、登録した媒体だけであることを確かめ、所見に書いて記帳してください。",
        )  # fmt: skip
    strange = [str(one.root) for one in facts.media if not one.caption]
    known = [f"{one.caption}（{one.root}）" for one in facts.media if one.caption]
    told = f"登録した媒体がつながっています：{_few(known)}。" if known else ""
    if strange:
        return Condition(
            topic, State.CARE, f"登録のない媒体がつながっています：{_few(strange)}。{told}",
            "外してください。業務で使うものは「バックアップの媒体」に登録します。登録するまで、"
            "書出しにも取込みにもバックアップにも使えません。",
        )  # fmt: skip
    return Condition(topic, State.GOOD, told or "つながっているUSBなどの外部媒体はありません。")


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return "、".join(names[:MOST_NAMED]) + (f"ほか{more}個" if more > 0 else "")


def _support(support: str) -> Condition:
    if support:
        return Condition(CALL, State.GOOD, f"{support}。")
    return Condition(
        CALL, State.CARE, f"{NOT_RECORDED}。",
        "困ったときに連絡する人・電話・受付時間を、責任者かシステム管理者が「設定・利用者」の「設定」に"
        "登録してください。",
    )  # fmt: skip


def _protection(facts: Facts) -> Condition:
    topic = PROTECTION
    if not facts.protection:
        return Condition(
            topic, State.UNKNOWN, "このPCからは、対策ソフトの状態を読み取れません。",
            "対策ソフトの画面で、動いていることと定義の日付を確かめ、所見に書いて記帳してください。",
        )  # fmt: skip
    told = [_one_protection(one, facts.now.date()) for one in facts.protection]
    order = (State.GOOD, State.UNKNOWN, State.CARE, State.BAD)
    state = max((state for state, _ in told), key=order.index)
    to_do = "" if state is State.GOOD else "対策ソフトを有効にし、定義を最新にしてください。"
    return Condition(topic, state, "".join(words for _, words in told), to_do)


def _one_protection(one: Protection, today: date) -> tuple[State, str]:
    if one.active is False:
        return State.BAD, f"{one.product}は止まっています。"
    if one.updated_on is None:
        return State.UNKNOWN, f"{one.product}の定義の日付は分かりません。"
    words = f"{one.product}の定義は{format_short(one.updated_on)}のものです。"
    late = (today - one.updated_on).days > DEFINITION_DAYS
    return (State.CARE if late else State.GOOD), words


def _programs(facts: Facts) -> Condition:
    topic = "入っているプログラム"
    if facts.unresolved:
        return Condition(
            topic, State.BAD,
            f"使ってはならないプログラムがあり、この端末を止めています：{'、'.join(facts.unresolved[:8])}",
            "取り除き、責任者が「解決の記帳…」を押してください。認められたもののときは、理由を記帳します。",
        )  # fmt: skip
    if facts.programs is None:
        return Condition(
            topic, State.UNKNOWN, "このPCからは、入っているプログラムを読み取れません。",
            "使ってはならないプログラムがないことを確かめ、所見に書いて記帳してください。",
        )  # fmt: skip
    found = found_denied(facts.programs, facts.denied)
    if not found:
        words = f"{len(facts.programs):,}個を調べ、使ってはならないものはありません。"
        return Condition(topic, State.GOOD, words)
    if facts.unresolved is not None:
        words = f"{len(facts.programs):,}個を調べました。認められたもの：{_named(found)}"
        return Condition(topic, State.GOOD, words)
    return Condition(
        topic, State.BAD, f"使ってはならないプログラムがあります：{_named(found)}",
        "取り除くか、委託者と責任者が認めたものであることを所見に書いて記帳してください。",
    )  # fmt: skip


def _named(found: Sequence[tuple[str, str]]) -> str:
    shown = "、".join(f"{program}（{kind}）" for program, kind in found[:8])
    return shown + (f"ほか{len(found) - 8}個" if len(found) > 8 else "")


def told(detail: str, topic: str) -> State | None:
    """Return how a topic stood in an entry of `record_check`, None where it does not say."""
    by_word = {word: state for state, word in WORDS.items()}
    for line in detail.splitlines():
        head, _, rest = line.partition("：")
        if head == topic:
            return by_word.get(rest.split("。", 1)[0])
    return None


# --- the answer of a person ------------------------------------------------------------------------
def record_check(
    ledger: "Ledger", conditions: Sequence[Condition], finding: str, *, command_id: str = ""
) -> Change:
    """Enter how the system stood and what the person who looked says to it.

    Raises:
        InvalidField: the finding says nothing.
        NotPermitted
    """
    if (answered := ledger.answered(command_id)) is not None:
        return answered
    ledger.require("condition")
    text = ledger.registers.reason(finding, FINDING)
    lines = [
        f"{one.topic}：{WORDS[one.state]}"
        + ("" if one.state is State.GOOD else f"。{one.sentence}")
        for one in conditions
    ]
    worst = sum(one.state is State.BAD for one in conditions)
    news = News(
        SystemEventKind.CONDITION_CHECKED,
        EventLevel.INFO,
        "\n".join(lines)[:1900],
        f"要対処{worst}件",
    )
    return ledger.commit([creating(ledger.journal.event(news, text))], command_id=command_id)
