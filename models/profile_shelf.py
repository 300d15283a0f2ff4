"""The profiles a program has at hand, each read when it is first asked for.

Reading all of them takes longer than showing the sign-in window, and most offices need one or two.
"""

from collections.abc import Iterable, Iterator, Mapping

from models.errors import ProfileError
from models.profiles import Profile, parse_profile


class ProfileShelf(Mapping[str, Profile]):
    """Profiles by code. The code of a profile is the name of its file without `.toml`.

    Asking for a profile that is not well formed raises `ProfileError` with file and line.
    """

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """Keep the texts, given as (file name, text)."""
        self._files = {name.removesuffix(".toml"): (name, text) for name, text in files}
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


def _line_of_code(text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.replace(" ", "").startswith("code="):
            return number
    return 1
