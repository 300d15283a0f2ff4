"""The profiles a program has at hand, each read when it is first asked for.

Reading all of them takes longer than showing the sign-in window, and most offices need one or two.
"""

from collections.abc import Iterable, Iterator, Mapping

from models.errors import ProfileError
from models.profiles import Profile, check_profile, parse_profile


class ProfileShelf(Mapping[str, Profile]):
    """Profiles by code. The code of a profile is the name of its file without `.toml`.

    Asking for a profile that is not well formed raises `ProfileError` with file and line.
    """

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """Keep the texts, given as (file name, text)."""
        self._files: dict[str, tuple[str, str]] = {}
        for name, text in files:  # what comes with the program stands before a site's own file
            self._files.setdefault(name.removesuffix(".toml"), (name, text))
        self._read: dict[str, Profile] = {}

    def __getitem__(self, code: str) -> Profile:
        if code not in self._read:
            name, text = self._files[code]
            profile = parse_profile(text, name)
            if profile.code != code:
                reason = f"code の「{profile.code}」を、ファイル名と同じ「{code}」にしてください。"
                raise ProfileError(file=name, line=_line_of_code(text), reason=reason)
            self._read[code] = profile
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, code: object) -> bool:
        return code in self._files  # without reading the profile


def offered(profiles: Mapping[str, Profile]) -> list[tuple[str, str]]:
    """Return code and words of every profile that a contract can follow.

    What others name as their companion is no contract's own text. A file with a mistake stays in
    the list and says where; it must not hide the others.
    """
    found, companions = [], set()
    for code in profiles:
        try:
            profile = profiles[code]
            companions |= set(profile.companions)
            found.append((code, f"{profile.title}（{code} 第{profile.version}版）"))
        except ProfileError as error:
            where = f"{error.facts['file']}:{error.facts['line']}"
            found.append((code, f"{code}　誤りがあるため使えません（{where}）"))
    return [(code, words) for code, words in found if code not in companions]


def mistakes(name: str, text: str, known: Iterable[str] = ()) -> list[str]:
    """Return everything that keeps a profile file from being used, as 「file:line: sentence」.

    Args:
        name: of the file.
        known: codes of the profiles that come with the program.
    """
    found = check_profile(text, name)
    code = name.removesuffix(".toml")
    if not name.endswith(".toml"):
        found.append(f"{name}:1: ファイル名を「.toml」で終えてください。")
    elif not found and parse_profile(text, name).code != code:
        reason = f"code を、ファイル名と同じ「{code}」にしてください。"
        found.append(f"{name}:{_line_of_code(text)}: {reason}")
    if code in known:
        found.append(
            f"{name}:{_line_of_code(text)}: 「{code}」は預り台帳に付いている設定の名前です。"
            "別の名前にしてください。"
        )
    return found


def _line_of_code(text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.replace(" ", "").startswith("code="):
            return number
    return 1
