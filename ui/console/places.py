"""Read the places that people name: `~`, `..`, a slash at the end, a folder where a file belongs."""

import os
from pathlib import Path, PurePath

from models.errors import FileMissing, MediumMissing, Usage


def place(typed: str) -> str:
    """Return the full path of what was typed; nothing has to be there.

    Without `..` no link is followed, so that a medium keeps the name under which it is known.

    Raises:
        Usage: nothing was typed, or no path.
    """
    if not typed.strip():
        raise Usage(reason="場所が空です。ファイルかフォルダーの場所を指定してください。")
    if "\0" in typed:
        raise Usage(reason="場所に使えない文字があります。場所を確かめて、指定し直してください。")
    known = os.path.expanduser(typed)
    return os.path.realpath(known) if ".." in PurePath(known).parts else os.path.abspath(known)


def present_file(typed: str) -> str:
    """Return the full path of a file to read.

    Raises:
        Usage: it is a folder.
        FileMissing
    """
    found = place(typed)
    if os.path.isdir(found):
        raise Usage(reason=f"「{found}」はフォルダーです。ファイルを指定してください。")
    if not os.path.exists(found):
        raise FileMissing(file=found)
    return found


def file_to_write(typed: str) -> str:
    """Return the full path of a file to write.

    Raises:
        Usage: a folder stands there, or a file where its folder should be.
    """
    found = place(typed)
    if os.path.isdir(found):
        raise Usage(
            reason=f"「{found}」はフォルダーです。書き込むファイルの名前まで指定してください。"
        )
    folder(str(Path(found).parent))
    return found


def paper_to_write(typed: str) -> str:
    """Return the full path of a PDF to write.

    Raises:
        Usage: as `file_to_write`, or its name says another kind of file.
    """
    found = file_to_write(typed)
    if Path(found).suffix.lower() != ".pdf":
        raise Usage(reason="書類の保存先の名前は .pdf で終えてください。")
    return found


def folder(typed: str) -> str:
    """Return the full path of a folder, or of where one shall be.

    Raises:
        Usage: it is a file.
    """
    found = place(typed)
    if os.path.isfile(found):
        raise Usage(reason=f"「{found}」はファイルです。フォルダーを指定してください。")
    return found


def present_folder(typed: str) -> str:
    """Return the full path of a folder that has to be there already.

    Raises:
        Usage: it is a file.
        MediumMissing
    """
    found = folder(typed)
    if not os.path.isdir(found):
        raise MediumMissing(file=found)
    return found


def ledger_folder(typed: str) -> str:
    """Return the full path of a ledger.

    Raises:
        Usage: it is a file, perhaps one of the ledger's own.
    """
    found = place(typed)
    if os.path.isfile(found):
        raise Usage(reason=f"「{found}」はファイルです。台帳のフォルダーを指定してください。")
    return found
