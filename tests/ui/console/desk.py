"""The real console in this process: an office with cheap keys, exit code, stdout and stderr."""

import contextlib
import io
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage.device import data_folder
from tests.house import House
from ui.console.passwords import VARIABLE
from ui.console.program import run
from ui.sample import cast

BOSS = cast.USERS[0]
OFFICE_OF = {user.login: user.password for user in cast.USERS}


@dataclass(frozen=True)
class Said:
    """What a run said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Console:
    """Runs verbs on the ledger of a house; the house's own ledger is closed first."""

    house: House

    @property
    def ledger(self) -> Path:
        return self.house.folder / "ledger"

    def __call__(
        self,
        *argv: object,
        user: str | None = BOSS.login,
        password: str | None = None,
        as_json: bool = True,
    ) -> Said:
        self.house.ledger.close()
        words = [str(word) for word in argv]
        if user is not None:
            words += ["--user", user]
            os.environ[VARIABLE] = (
                OFFICE_OF.get(user, "だれも知らない言葉") if password is None else password
            )
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run([*words, *(["--json"] if as_json else [])], lambda: self.house.office)
        finally:
            os.environ.pop(VARIABLE, None)
        return Said(code, out.getvalue(), err.getvalue())

    def sound(self) -> bool:
        """Verify the whole ledger through the console."""
        said = self("verify", self.ledger, "--full")
        assert said.code in (0, 1, 4), said.err  # 4: what is damaged keeps it from going on
        return bool(said.answer["ok"])


@contextlib.contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """Mount a memory disk of a given size; needs root."""
    if os.geteuid() != 0 or not Path("/proc/self/mounts").exists():
        pytest.skip("a small disk can only be mounted by root")
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this machine mounts no memory disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def nearly_full(disk: Path, free: int) -> Iterator[None]:
    """Fill a disk until only so many bytes are left."""
    filler = disk / "filler"
    space = os.statvfs(disk)
    size = max(0, space.f_bavail * space.f_frsize - free)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def ordinary_user(*owned: Path, foreign: tuple[Path, ...] = ()) -> Iterator[None]:
    """Run a block without root's right to ignore permission bits.

    Args:
        owned: folders that belong to the ordinary user, with everything in them; beside them
            what belongs to the PC.
        foreign: folders that stay root's.
    """
    if os.geteuid() != 0:
        yield
        return
    for top in (*owned, data_folder()):
        for path in [top, *top.rglob("*")]:
            os.chown(path, 65534, 65534)
    for path in foreign:
        os.chown(path, 0, 0)
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
