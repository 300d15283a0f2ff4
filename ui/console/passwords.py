"""Where the console gets a password: a file, the environment, or a prompt; never argv."""

import getpass
import os
from argparse import Namespace
from pathlib import Path

from models.errors import Usage
from ui.console.arguments import terminal
from ui.reading import read_handed

VARIABLE = "AZUKARI_PASSWORD"
MAXIMUM = 4096  # bytes of a password file


def login_and_password(arguments: Namespace) -> tuple[str, str]:
    """Return the credentials for this run and take the password out of the environment.

    Raises:
        Usage: no user or no password can be had without a person at the keyboard.
    """
    password = os.environ.pop(VARIABLE, "")  # children must not inherit it
    if arguments.password_file:
        password = _from_file(Path(arguments.password_file))
    login = arguments.user
    if not login:
        if not terminal():
            raise Usage(reason="利用者名を --user で指定してください。")
        login = input("利用者名: ")
    if not password:
        if not terminal():
            raise Usage(
                reason=f"パスワードは --password-file か環境変数 {VARIABLE} で渡してください。"
            )
        password = getpass.getpass("パスワード: ")
    return login, password


def _from_file(path: Path) -> str:
    data = read_handed(path, MAXIMUM)
    try:
        password = data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise Usage(reason="パスワードのファイルはUTF-8で保存してください。") from error
    if not password:
        raise Usage(
            reason=f"パスワードのファイル「{path}」が空です。パスワードを1行で書いて保存してください。"
        )
    return password
