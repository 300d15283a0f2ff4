"""The profiles a program has at hand, each read when it is first asked for.

Reading all of them takes longer than showing the sign-in window, and most offices need one or two.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from models.errors import ProfileError
from models.profile_file import check_profile, parse_profile
from models.profiles import Profile


class ProfileShelf(Mapping[str, Profile]):
    """Profiles by code. The code of a profile is the name of its file without `.toml`.

    A profile carries the clauses of its companions that concern its contracts, so that whoever asks
    for the clauses of a contract is given all of them. Asking for a profile that is not well formed
    raises `ProfileError` with file and line.
    """

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """Keep the texts, given as (file name, text)."""
        self._files: dict[str, tuple[str, str]] = {}
        for name, text in files:  # what comes with the program stands before a site's own file
            self._files.setdefault(name.removesuffix(".toml"), (name, text))
        self._read: dict[str, Profile] = {}

    def __getitem__(self, code: str) -> Profile:
        if code not in self._read:
            self._read[code] = self._joined(self._parsed(code))
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, code: object) -> bool:
        return code in self._files  # without reading the profile

    def _parsed(self, code: str) -> Profile:
        name, text = self._files[code]
        profile = parse_profile(text, name)
        if profile.code != code:
            reason = f"code の「{profile.code}」を、ファイル名と同じ「{code}」にしてください。"
            raise ProfileError(file=name, line=_line_of("code", text), reason=reason)
        return profile

    def _joined(self, profile: Profile) -> Profile:
        """Return the profile with what its companions demand of its contracts."""
        clauses = dict(profile.clauses)
        for code in profile.companions:
            if code not in self._files:
                raise self._at_companions(profile.code, f"「{code}」という設定がありません。")
            beside = self._parsed(code)
            for clause in beside.clauses_for(profile.code):
                if clause.key in clauses:
                    reason = f"「{code}」に、同じ番号の条項「{clause.key}」があります。"
                    raise self._at_companions(profile.code, reason)
                clauses[clause.key] = replace(clause, source=beside.title)
        return replace(profile, clauses=MappingProxyType(clauses))

    def _at_companions(self, code: str, reason: str) -> ProfileError:
        name, text = self._files[code]
        return ProfileError(file=name, line=_line_of("companions", text), reason=reason)


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
            found.append((code, _words(profile, code)))
        except ProfileError as error:
            where = f"{error.facts['file']}:{error.facts['line']}"
            found.append((code, f"{code}　誤りがあるため使えません（{where}）"))
    seen = Counter(words for _, words in found)
    told = ((code, f"{words}　{code}" if seen[words] > 1 else words) for code, words in found)
    return [(code, words) for code, words in told if code not in companions]


def _words(profile: Profile, code: str) -> str:
    """Return what a text is called where it is chosen; the code helps where no place is named."""
    named = "" if profile.municipality else f"{code} "
    return f"{profile.called}（{named}第{profile.version}版）"


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
        found.append(f"{name}:{_line_of('code', text)}: {reason}")
    if code in known:
        found.append(
            f"{name}:{_line_of('code', text)}: 「{code}」は預り台帳に付いている設定の名前です。"
            "別の名前にしてください。"
        )
    return found


def _line_of(key: str, text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.replace(" ", "").startswith(f"{key}="):
            return number
    return 1
