"""K-15: the place where backups are kept is looked after, as that of everything else (A-26)."""

from collections.abc import Iterator

from models.agreed import terms
from models.backup_care import standing_of
from models.backup_rule import place_of
from models.calendar_frame import Due, Item, due, later, latest
from models.codes import BackupKind, BackupResult
from models.inquiry import Inquiry
from models.profile_reader import Cycle
from models.records import BackupMedium, BackupRun

USUAL = Cycle(months=1)
WHAT = "バックアップの保管状況の点検"


def k15_backups(asked: Inquiry) -> Iterator[Due]:
    """K-15: a backup of each medium is read again in the cycle of the storage inspections."""
    if not asked.asks("EQ-CHECK"):
        return
    acts = asked.everywhere(BackupRun)
    media = {one.id: one for one in asked.everywhere(BackupMedium)}
    cycle = terms(asked).cycle("media_storage") or USUAL
    places: dict[str, list[BackupRun]] = {}
    for run in standing_of(acts):
        places.setdefault(place_of(run), []).append(run)
    for place, runs in places.items():
        names = {run.file_name for run in runs}
        days = (
            one.finished_at.date()
            for one in acts
            if one.kind in (BackupKind.FULL, BackupKind.VERIFY)
            and one.result is BackupResult.OK
            and one.file_name in names
            and one.finished_at is not None
        )
        looked = latest(days, asked.today) or asked.contract.work_start_on or asked.today
        medium = media.get(place)
        about = f"{medium.caption() if medium else place}（バックアップ{len(runs)}件）"
        yield due(
            asked, "K-15", WHAT, about, later(looked, cycle), medium or runs[-1], proof="EQ-CHECK"
        )


ITEMS: tuple[tuple[str, Item], ...] = (("K-15", k15_backups),)
