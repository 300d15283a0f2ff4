"""The folder where a site lays the profiles of its own municipalities, read at every start.

It stands beside the device secret in the user's application data. Its content is nobody's secret,
and a contract pins the hash of the profile that it was made under.
"""

from pathlib import Path

from models.errors import AzukariError
from storage.device import data_folder
from storage.files import read_whole

FOLDER_NAME = "profiles"
LIMIT = 1024 * 1024  # bytes of one file; ours have 60 KiB


def profile_folder() -> Path:
    """Return where the profiles of the site stand; it need not exist."""
    return data_folder() / FOLDER_NAME


def site_profiles() -> list[tuple[str, str]]:
    """Return (file name, text) of every profile of the site.

    A file that cannot be read as UTF-8 is given with wrong characters replaced: reading it as a
    profile then says what is wrong, when somebody asks for it.
    """
    found = []
    for path in sorted(profile_folder().glob("*.toml")):
        try:
            found.append((path.name, profile_text(path)))
        except AzukariError:
            found.append((path.name, ""))
    return found


def profile_text(path: Path) -> str:
    """Read one profile file.

    Raises:
        MediumMissing, Foreign, Damaged, InputOutput: it cannot be read.
    """
    return read_whole(path, limit=LIMIT, links=True).decode("utf-8", errors="replace")
