"""The registry of Windows, played by a dictionary: programs in both widths, and Defender."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from models.machine_facts import Protection
from storage import registry
from storage.registry import DEFENDER, UNINSTALL, filetime_day

MACHINE, USER, READ, WIDE, NARROW = 1, 2, 4, 16, 32
Values = Mapping[str, object]


@dataclass
class Key:
    """An opened key: its values, and the keys below it by name."""

    values: Values = field(default_factory=dict)
    below: "Mapping[str, Key]" = field(default_factory=dict)

    def __enter__(self) -> "Key":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Fake:
    """Answers like `winreg`, with its errors, for keys by root, view and path."""

    HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER = MACHINE, USER
    KEY_READ, KEY_WOW64_64KEY, KEY_WOW64_32KEY = READ, WIDE, NARROW

    def __init__(self, keys: Mapping[tuple[int, int, str], Key]) -> None:
        self._keys = keys

    def OpenKey(self, parent: int | Key, path: str, reserved: int = 0, access: int = READ) -> Key:
        found = (
            parent.below.get(path)
            if isinstance(parent, Key)
            else self._keys.get((parent, access & ~READ, path))
        )
        if found is None:
            raise FileNotFoundError(path)
        return found

    def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:
        return len(key.below), len(key.values), 0

    def EnumKey(self, key: Key, number: int) -> str:
        return list(key.below)[number]

    def QueryValueEx(self, key: Key, name: str) -> tuple[object, int]:
        if name not in key.values:
            raise FileNotFoundError(name)
        return key.values[name], 1


def programs(*names: str) -> Key:
    below = {f"{{{n}}}": Key({"DisplayName": name}) for n, name in enumerate(names)}
    return Key({}, {**below, "a part": Key({"ParentKeyName": "x"})})


def filetime(day: date) -> bytes:
    since = datetime(day.year, day.month, day.day, 3, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    return (since // timedelta(microseconds=1) * 10).to_bytes(8, "little")


def test_programs_of_both_widths_and_of_the_user_are_told_once() -> None:
    found = registry.programs(
        Fake(
            {
                (MACHINE, WIDE, UNINSTALL): programs("表計算", "BitTorrent"),
                (MACHINE, NARROW, UNINSTALL): programs("表計算", "古い印刷"),
                (USER, 0, UNINSTALL): programs("Winny"),
            }
        )
    )
    assert found == ["BitTorrent", "Winny", "古い印刷", "表計算"]


def test_a_registry_that_cannot_be_read_is_unknown_and_not_empty() -> None:
    assert registry.programs(Fake({})) is None
    assert registry.programs(Fake({(MACHINE, WIDE, UNINSTALL): programs()})) is None


def defender(**more: Values) -> Fake:
    told: dict[str, Values] = {
        "": {}, r"\Signature Updates": {"AVSignatureApplied": filetime(date(2026, 11, 20))},
        r"\Real-Time Protection": {}, **more,
    }  # fmt: skip
    return Fake({(MACHINE, 0, DEFENDER + path): Key(values) for path, values in told.items()})


def test_defender_is_told_with_the_day_of_its_definitions() -> None:
    day = date(2026, 11, 20)
    assert registry.protection(defender()) == [Protection("Microsoft Defender", True, day)]
    off = {r"\Real-Time Protection": {"DisableRealtimeMonitoring": 1}}
    assert registry.protection(defender(**off)) == [Protection("Microsoft Defender", False, day)]


def test_where_another_product_protects_a_person_has_to_look() -> None:
    assert registry.protection(defender(**{"": {"PassiveMode": 1}})) is None
    assert registry.protection(defender(**{r"\Signature Updates": {}})) is None
    assert registry.protection(Fake({})) is None


def test_the_day_of_windows_is_read() -> None:
    assert filetime_day(filetime(date(2026, 11, 20))) == date(2026, 11, 20)
    assert filetime_day(b"short") is None
    assert filetime_day(b"\xff" * 8) is None
