"""A damaged journal: what lies before the backup is not asked for, and behind damage nothing is taken."""

import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.access import Act
from models.backups import left_out, restored_words
from models.chain import Head
from models.codes import BackupKind, BackupResult
from models.errors import Damaged, JournalDamaged, NewerFormat, VerificationFailed
from models.gate import Restored
from models.ledger import Ledger
from models.records import BackupRun
from models.store import quiet
from storage import journal as journals
from storage.journal import list_files
from storage.journal_file import JournalFile, Place
from storage.journal_format import FRAME_MARK
from storage.journal_way import Way
from tests.house import House, furnished
from tests.storage.test_journal_keeper import BOSS, REASON, backed_up, enter, older_copy, sound, usb

NEW = "遠い山から届く七通の手紙"


@dataclass
class Site:
    """A ledger with its journal, a backup in the middle of it, and what came before and after.

    Attributes:
        frames: where each frame stands.
    """

    house: House
    backup: Path
    base: Head
    before: Sequence[int]
    after: Sequence[int]
    end: Head
    frames: Sequence[tuple[Path, Place]]

    def frame_of(self, seq: int) -> tuple[Path, Place]:
        """Return the frame that holds an entry."""
        return next(
            (path, place)
            for path, place in self.frames
            if place.prefix.first <= seq <= place.prefix.last
        )

    def damage(self, seq: int, at: float = 0.5) -> str:
        """Damage the frame of an entry, in its start (0) or its box; return what it is called."""
        path, place = self.frame_of(seq)
        spoil(path, place, at)
        return f"{path.name} の{place.number}番目の記録"

    def restore(self, *, up_to_damage: bool = False) -> Restored:
        return self.house.office.restore(
            self.backup, self.house.folder / "new", BOSS.login, BOSS.password, quiet,
            usb(self.house), up_to_damage=up_to_damage,
        )  # fmt: skip

    def open(self) -> Ledger:
        """Open what was restored."""
        self.house.ledger = self.house.office.unlock(
            self.house.folder / "new", BOSS.login, BOSS.password
        )
        return self.house.ledger


def spoil(path: Path, place: Place, at: float = 0.5) -> None:
    raw = bytearray(path.read_bytes())
    raw[place.offset + int((place.end - place.offset) * at)] ^= 0x20
    path.write_bytes(raw)


@pytest.fixture(params=[4 << 20, 1500], ids=["one file", "many files"])
def site(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    monkeypatch.setattr(journals, "FILE_LIMIT", request.param)
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        yield told(house)


def told(house: House) -> Site:
    """Enter something, back it up, enter more, and close the ledger."""
    before = [enter(house.ledger, f"前{n}") for n in range(3)]
    backup = backed_up(house)
    base = house.ledger.store.head()
    after = [enter(house.ledger, f"後{n}") for n in range(4)]
    end = house.ledger.store.head()
    frames = all_frames(house)
    house.ledger.close()
    return Site(house, backup, base, before, after, end, frames)


def all_frames(house: House) -> list[tuple[Path, Place]]:
    vault = house.ledger.safe.vault  # type: ignore[attr-defined]  # beyond the Protocol
    paths = list_files(usb(house), vault.vault_id)
    return [(path, place) for path in paths for place in JournalFile(path, vault).scan().places]


@pytest.mark.parametrize("at", [0.0, 0.05])
def test_damage_before_the_backup_is_told_and_keeps_nobody_out(site: Site, at: float) -> None:
    where = site.damage(site.before[1], at)
    restored = site.restore()
    assert restored.head == site.end and restored.gap is None
    assert restored.passed == (where,)
    assert f"「{where}」は壊れています" in restored_words(restored)
    ledger = site.open()
    assert any(where in notice for notice in ledger.notices) and sound(ledger)
    enter(ledger, "その後")
    (run,) = [one.record for one in ledger.registers.all(BackupRun, kind=BackupKind.RESTORE)]
    assert where in run.detail


@pytest.mark.parametrize("at", [0.0, 0.5])
def test_damage_behind_the_backup_is_named_and_nothing_is_restored_unasked(
    site: Site, at: float
) -> None:
    where = site.damage(site.after[2], at)
    with pytest.raises(JournalDamaged) as caught:
        site.restore()
    sound_to = site.after[2] - 1
    assert caught.value.facts["file"] == where
    assert caught.value.facts["reached"] == f"{sound_to:,}"
    assert f"{site.after[2]:,}から{site.end.seq:,}まで" in str(caught.value)
    assert not (site.house.folder / "new").exists()
    assert isinstance(caught.value, Damaged) and caught.value.exit_code == 4


@pytest.mark.parametrize("at", [0.0, 0.5])
@pytest.mark.parametrize("number", [0, 2])
def test_who_asks_for_it_gets_what_is_before_the_damage_and_the_ledger_says_so(
    site: Site, at: float, number: int
) -> None:
    lost = site.after[number]
    where = site.damage(lost, at)
    restored = site.restore(up_to_damage=True)
    assert restored.head.seq == lost - 1 and restored.torn is False
    assert restored.gap is not None and (restored.gap.where, restored.gap.first) == (where, lost)
    assert restored.gap.last == site.end.seq
    ledger = site.open()
    assert ledger.store.head() == restored.head and sound(ledger)
    assert any("戻していません" in notice for notice in ledger.notices)
    enter(ledger, "その後")
    (line,) = [line for line in ledger.paper.numbering().warnings if "復元しました" in line]
    assert where in line and f"記帳番号{lost:,}から{site.end.seq:,}までは戻していません" in line
    assert sound(ledger)


def test_two_damaged_places_end_the_way_at_the_first(site: Site) -> None:
    early = site.damage(site.before[0])
    where = site.damage(site.after[1])
    site.damage(site.after[3], 0.0)
    restored = site.restore(up_to_damage=True)
    assert restored.gap is not None and restored.gap.where == where
    assert restored.head.seq == site.after[1] - 1 and restored.passed == (early,)


def test_behind_damage_of_which_nobody_knows_what_it_held_the_end_is_not_named(
    tmp_path: Path,
) -> None:
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        site = told(house)  # closing it wrote lines of the access log behind the last command
        lost = site.after[-1]
        site.damage(lost, 0.0)
        with pytest.raises(JournalDamaged, match=f"記帳番号{lost:,}から後は戻りません"):
            site.restore()
        restored = site.restore(up_to_damage=True)
        assert restored.gap is not None and restored.gap.last is None
        assert restored.head.seq == lost - 1


def test_lines_of_the_access_log_behind_damage_are_not_taken(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        site = told(house)
        site.damage(site.after[0], 0.0)
        restored = site.restore(up_to_damage=True)
        assert restored.log_behind and "利用の記録は" in restored_words(restored)
        assert sound(site.open())


def test_damage_that_held_lines_alone_costs_no_entry(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        backup = backed_up(house)
        base = house.ledger.store.head()
        house.ledger.access.handed_out(Act.PRINT, "item", purpose="確認のため")
        after = [enter(house.ledger, f"後{n}") for n in range(2)]
        end, frames = house.ledger.store.head(), all_frames(house)
        house.ledger.close()
        site = Site(house, backup, base, (), after, end, frames)
        path, place = next(one for one in frames if one[1].prefix.of_lines)
        for at in (0.0, 0.5):
            whole = path.read_bytes()
            spoil(path, place, at)
            restored = site.restore()
            assert restored.head == end and restored.gap is None and restored.log_behind
            assert restored.passed == (f"{path.name} の{place.number}番目の記録",)
            path.write_bytes(whole)
            shutil.rmtree(house.folder / "new")


# --- whole files -----------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A journal in which every command has a file of its own."""
    monkeypatch.setattr(journals, "FILE_LIMIT", 100)
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        yield told(house)


def lose(path: Path) -> None:
    path.unlink()


def spoil_header(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[60] ^= 1
    path.write_bytes(raw)


def blank(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("harm", [lose, spoil_header, blank])
def test_a_file_before_the_backup_is_not_needed(files: Site, harm: Callable[[Path], None]) -> None:
    path, _ = files.frame_of(files.before[1])
    harm(path)
    restored = files.restore()
    assert restored.head == files.end and restored.passed == (path.name,)
    assert sound(files.open())


@pytest.mark.parametrize("harm", [lose, spoil_header, blank])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_file_behind_the_backup_is_named(
    files: Site, harm: Callable[[Path], None], number: int
) -> None:
    lost = files.after[number]
    path, _ = files.frame_of(lost)
    if harm is lose and number == 3:
        # The end of a journal is known by nobody but the PC that wrote it.
        harm(path)
        for later in [one for one in usb(files.house).glob("*.azj") if one.name > path.name]:
            later.unlink()
        assert files.restore().head.seq == lost - 1
        return
    harm(path)
    with pytest.raises(JournalDamaged) as caught:
        files.restore()
    assert caught.value.facts["file"] == path.name
    restored = files.restore(up_to_damage=True)
    assert restored.head.seq == lost - 1 and sound(files.open())


def test_a_journal_of_which_no_file_opens_is_damaged(files: Site) -> None:
    for path in usb(files.house).glob("*.azj"):
        spoil_header(path)
    with pytest.raises(Damaged, match="azj"):
        files.restore(up_to_damage=True)
    assert not (files.house.folder / "new").exists()


def test_a_frame_that_was_taken_out_or_moved_ends_the_way_too(tmp_path: Path) -> None:
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        site = told(house)
        path, place = site.frame_of(site.after[1])
        _, behind = site.frame_of(site.after[2])
        whole = path.read_bytes()
        cut = whole[: place.offset] + whole[place.end :]
        moved = (
            whole[: place.offset] + whole[behind.offset : behind.end]
            + whole[place.offset : place.end] + whole[behind.end :]
        )  # fmt: skip
        for raw in (cut, moved):
            path.write_bytes(raw)
            with pytest.raises(JournalDamaged, match=f"{place.number}番目"):
                site.restore()
            assert site.restore(up_to_damage=True).head.seq == site.after[1] - 1
            assert sound(site.open())
            house.ledger.close()
            shutil.rmtree(house.folder / "new")


def test_a_way_that_was_left_aside_does_not_stand_in_for_a_damaged_one(tmp_path: Path) -> None:
    """The frames of the old way still follow the backup; nobody wants their entries back."""
    with furnished(tmp_path, accounts=True) as house:
        house.ledger.journal.start(usb(house))
        backup = backed_up(house)
        base = house.ledger.store.head()
        older_copy(house)
        ledger = house.office.unlock(
            house.folder / "ledger", BOSS.login, BOSS.password, rolled_back=REASON
        )
        after = [enter(ledger, f"新しい道{n}") for n in range(2)]
        house.ledger = ledger
        end, frames = ledger.store.head(), all_frames(house)
        ledger.close()
        site = Site(house, backup, base, (), after, end, frames)
        last = frames[-1][0]
        spoil(*next((p, f) for p, f in frames if p == last and not f.prefix.of_lines))
        with pytest.raises(JournalDamaged):
            site.restore()
        assert site.restore(up_to_damage=True).head == base


def test_a_backup_of_another_way_is_refused_in_spite_of_damage(site: Site) -> None:
    """Damage is no excuse: the journal must be the sequel of this backup as far as it reads."""
    site.damage(site.after[3])
    house = site.house
    ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    vault = ledger.safe.vault  # type: ignore[attr-defined]
    stranger = Head(site.base.seq, bytes(32))
    way = Way(usb(house), vault, stranger)
    with pytest.raises(VerificationFailed, match="続きではありません"):
        list(way.commands(quiet))
    ledger.close()


def test_the_sheet_asks_and_goes_as_far(site: Site) -> None:
    lost = site.after[2]
    where = site.damage(lost)
    house, new = site.house, site.house.folder / "new"
    given = (site.backup, new, house.sheet, BOSS.login, NEW, quiet)
    with pytest.raises(JournalDamaged, match="番目の記録"):
        house.office.restore_with_sheet(*given, journal=usb(house))
    assert not new.exists()
    house.office.restore_with_sheet(*given, journal=usb(house), up_to_damage=True)
    ledger = house.ledger = house.office.unlock(new, BOSS.login, NEW)
    (run,) = [one.record for one in ledger.registers.all(BackupRun, kind=BackupKind.RESTORE)]
    assert where in run.detail and run.to_event_seq == lost - 1 and sound(ledger)


def test_a_trial_fails_on_damage_and_says_where(site: Site) -> None:
    house = site.house
    copy = shutil.copytree(usb(house), house.folder / "copy")
    path, place = site.frame_of(site.after[2])
    spoil(copy / path.name, place)
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    with pytest.raises(JournalDamaged, match="番目の記録"):
        house.office.restore_test(ledger, site.backup, house.folder, BOSS.password, quiet, copy)
    runs = ledger.registers.all(BackupRun, kind=BackupKind.RESTORE_TEST)
    assert f"{path.name} の{place.number}番目の記録" in runs[-1].record.detail


def test_a_trial_names_harmless_damage_as_a_restore_does(site: Site) -> None:
    house = site.house
    copy = shutil.copytree(usb(house), house.folder / "copy")
    path, place = site.frame_of(site.before[1])
    spoil(copy / path.name, place)
    ledger = house.ledger = house.office.unlock(house.folder / "ledger", BOSS.login, BOSS.password)
    given = (ledger, site.backup, house.folder, BOSS.password, quiet, copy)
    tried = house.office.restore_test(*given)
    words = left_out(tried)
    assert f"「{path.name} の{place.number}番目の記録」は壊れています" in words
    assert restored_words(tried).endswith(words)
    (run,) = [one.record for one in ledger.registers.all(BackupRun, kind=BackupKind.RESTORE_TEST)]
    assert run.result is BackupResult.OK and run.detail.endswith(words)


def harmed(raw: bytes, chance: random.Random) -> bytes:
    """Return a journal file as a bad medium or a clumsy hand might leave it."""
    starts = [match.start() for match in re.finditer(FRAME_MARK, raw)]
    at = chance.randrange(len(raw))
    return chance.choice(
        [
            raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :],
            raw[:at] + bytes(len(raw[at : at + 60])) + raw[at + 60 :],
            raw[:at],
            raw[: starts[0]] + raw[starts[-1] :],  # a middle is missing
            raw[: starts[-1]] + raw[starts[0] :],  # and told twice
        ]
    )


def test_whatever_happens_to_a_journal_nothing_but_its_beginning_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FILE_LIMIT", 3000)
    chance = random.Random(5)
    with furnished(tmp_path) as house:
        house.ledger.journal.start(usb(house))
        enter(house.ledger, "前")
        base = house.ledger.store.head()
        for number in range(6):
            enter(house.ledger, f"後{number}")
        vault = house.ledger.safe.vault  # type: ignore[attr-defined]
        truth = [command for command, _ in Way(usb(house), vault, base).commands(quiet)]
        files = {path: path.read_bytes() for path in list_files(usb(house), vault.vault_id)}
        seen = set()
        for _ in range(80):
            path = chance.choice(list(files))
            path.write_bytes(harmed(files[path], chance))
            try:
                way = Way(usb(house), vault, base)
                got = [command for command, _ in way.commands(quiet)]
            except NewerFormat:
                continue  # a bit of the version
            finally:
                path.write_bytes(files[path])
            assert got == truth[: len(got)]
            if way.gap is not None:
                assert way.gap.first == truth[len(got)].first_seq
            elif len(got) < len(truth):
                assert path == max(files)  # where it ends nobody else knows
            seen.add((way.gap is not None, len(got) == len(truth)))
        assert {(True, False), (False, True)} <= seen
