"""Data files of the program (fonts, icons, profiles, words) and its version, said once.

Read them with `importlib.resources.files(resources)`. `pyproject.toml` and `pyinstaller.spec`
read `VERSION` from here.
"""

VERSION = "0.1.0"


def denied_programs() -> str:
    """Return the list of programs that must not be on the PC."""
    from importlib.resources import files

    return files("resources").joinpath("denied_programs.toml").read_text("utf-8")


def profile_texts() -> list[tuple[str, str]]:
    """Return (file name, text) of every rule profile that comes with the program."""
    from importlib.resources import files  # 3 ms that the door need not wait for

    folder = files("resources").joinpath("profiles")
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return [(file.name, file.read_text("utf-8")) for file in sorted(found, key=lambda f: f.name)]
