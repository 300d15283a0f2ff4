"""Compare the ledger with what its last verified backup says of itself."""

from pathlib import Path

from models.codes import BackupKind, BackupResult
from models.errors import AzukariError, Damaged, Foreign, NotVetted
from models.records import BackupRun
from models.store import Op, Query, Where
from models.verification import Problem, Remedy
from storage.backup_files import OTHER_FILE
from storage.backup_format import read_preamble
from storage.files import open_regular, reading
from storage.ledger_store import LedgerStore


def last_backup_problems(store: LedgerStore) -> list[Problem]:
    """Compare head and number of the last backup with the entry at that place.

    What the ledger says of the backup is compared always; the manifest in the file, when its medium
    is there. A medium that lies in the safe is no problem; a file in its place that is no backup is.
    """
    query = Query(
        BackupRun.type,
        (Where("kind", Op.EQ, BackupKind.FULL), Where("result", Op.EQ, BackupResult.OK)),
        order=(("to_event_seq", True),),  # its time may be of a clock that ran ahead
    )
    problems: list[Problem] = []
    for stored in store.find(BackupRun, query, limit=1):
        run = stored.record
        seq = run.to_event_seq or 0
        said = {run.head}
        file = Path(run.folder) / run.file_name
        try:
            with open_regular(file) as source, reading(file):
                manifest = read_preamble(source, str(file)).manifest
            if run.backup_id and manifest.backup_id.hex() != run.backup_id:
                raise Foreign(file=str(file), reason=OTHER_FILE)
            said.add(manifest.head.hex())
            said.add(run.head if manifest.seq == seq else "")
        except (Damaged, Foreign, NotVetted) as error:
            problems.append(Problem("BACKUP", run.file_name, str(error), Remedy.AS_TOLD))
        except AzukariError:
            pass  # not connected, or of a later version: `check_backup` judges that
        row = store.database.one("SELECT hash FROM entry WHERE seq = ?", (seq,))
        if said != {bytes(row[0]).hex() if row else ""}:
            sentence = f"最後のバックアップ（記帳番号{seq:,}まで）と、台帳の内容が一致しません。"
            problems.append(Problem("BACKUP", run.file_name, sentence))
    return problems
