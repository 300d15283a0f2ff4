"""What the machine cannot give: room, memory, a medium, the right to read or write."""

import errno
from collections.abc import Mapping
from typing import Final

from models.errors.base import AzukariError

CAUSES: Final[Mapping[int, str]] = {
    errno.ENOENT: "見つかりません",
    errno.EACCES: "権限がありません",
    errno.EPERM: "権限がありません",
    errno.EROFS: "書込みのできない場所です",
    errno.EISDIR: "フォルダーです",
    errno.ENOTDIR: "途中の場所がフォルダーではありません",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ENOSPC: "空きがありません",
    errno.EIO: "媒体から読み書きできません",
    errno.EBUSY: "ほかのプログラムが使用中です",
}


def cause(error: OSError) -> str:
    """Return why the system refused, in Japanese; its own words are in another language."""
    number = error.errno or 0
    return CAUSES.get(number) or errno.errorcode.get(number, "不明な原因")


class DiskFull(AzukariError):
    """No room left. Fact: file."""

    code = "DISK_FULL"
    exit_code = 5
    sentence = "「{file}」の保存先に空きがありません。不要なファイルを移して空きを作り、もう一度お試しください。今回の操作は記録されていません。"


class LittleRoom(DiskFull):
    """Too little room is left for new files; entries and backups go on (A-20). Fact: free."""

    code = "LITTLE_ROOM"
    sentence = (
        "台帳のディスクの空きが{free}しかないため、ファイルの添付を受け付けません。"
        "残りは記帳とバックアップのために取ってあります。すぐに、不要なファイルを片付けてください。"
    )


class QuotaUsedUp(DiskFull):
    """The share of the attachments has no room for a new one (A-20). Facts: most, left."""

    code = "QUOTA_USED_UP"
    sentence = (
        "添付資料の割当て{most}の残りが{left}のため、このファイルの添付を受け付けません。"
        "記帳、書類の確定、バックアップはできます。"
        "ファイルを小さくするか、責任者かシステム管理者が「設定」の「添付資料の割当て」を増やしてください。"
    )


class NotWritable(AzukariError):
    """The place cannot be written. Fact: file."""

    code = "NOT_WRITABLE"
    exit_code = 5
    sentence = "「{file}」に書き込めません。フォルダーの権限と、媒体の書込み禁止スイッチを確かめてください。今回の操作は記録されていません。"


class Occupied(NotWritable):
    """Something already stands where a new file or folder shall be. Fact: file."""

    code = "OCCUPIED"
    sentence = (
        "「{file}」には、すでにファイルがあります。"
        "何も変更していません。空のフォルダーか、まだ使っていない名前を指定してください。"
    )


class InputOutput(AzukariError):
    """Reading or writing failed for another reason. Facts: file, reason."""

    code = "INPUT_OUTPUT"
    exit_code = 5
    sentence = "「{file}」の読み書きに失敗しました（{reason}）。媒体の接続を確かめ、台帳を開き直してください。"


class FolderInTheWay(InputOutput):
    """A folder stands where a file of ours belongs. Fact: file."""

    code = "FOLDER_IN_THE_WAY"
    sentence = (
        "「{file}」は、ファイルの場所なのに、フォルダーになっています。中を確かめて、フォルダーを"
        "ほかの場所に移すか名前を変えてから、もう一度お試しください。台帳は変わっていません。"
    )


class NotEnoughMemory(AzukariError):
    """The machine cannot grant the memory that deriving a key needs."""

    code = "NOT_ENOUGH_MEMORY"
    exit_code = 5
    sentence = "メモリーが足りないため、パスワードを確かめられません。ほかのプログラムを終了してから、もう一度お試しください。"


class MediumMissing(AzukariError):
    """A disk, stick or folder is not there. Fact: file."""

    code = "MEDIUM_MISSING"
    exit_code = 5
    sentence = "「{file}」が見つかりません。媒体を接続してから、もう一度お試しください。"


class FileMissing(MediumMissing):
    """A file that was named is not there. Fact: file."""

    code = "FILE_MISSING"
    sentence = (
        "「{file}」が見つかりません。ファイルの場所と名前を確かめてください。"
        "外付けの媒体にあるときは、接続してから、もう一度お試しください。"
    )
