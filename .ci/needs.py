"""Say in one sentence what this machine lacks to run the program, and the command that adds it.

Run by the Makefile before anything is installed, therefore: standard library only, and written so
that an older Python still gets as far as saying that it is too old.
"""

import ctypes
import importlib.util
import os
import sys

OLDEST = (3, 11)

# Shared library -> Debian package. The wheels of Qt bring the rest themselves.
TO_START = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FOR_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
FOR_PRINTING = {"libcups.so.2": "libcups2"}


def is_loadable(library):
    """Tell whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing(libraries):
    """Return the Debian packages of those libraries that cannot be loaded."""
    return [package for library, package in libraries.items() if not is_loadable(library)]


def libraries_of_screen(environ):
    """Return what the screen of this session needs; nothing without a screen."""
    if environ.get("DISPLAY"):
        return FOR_X11
    if environ.get("WAYLAND_DISPLAY"):
        return FOR_WAYLAND
    return {}


def complaint_about_python(version, has_venv):
    """Return what is wrong with the interpreter, or an empty string."""
    if version < OLDEST:
        found = ".".join(str(part) for part in version)
        return (
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {found}."
            " Name another one: make PYTHON=python3.11 ..."
        )
    if not has_venv:
        return "Python has no venv module. On Debian: apt-get install -y python3-venv"
    return ""


def main():
    """Print what is missing; return 1 if the program could not start."""
    has_venv = all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    complaint = complaint_about_python(tuple(sys.version_info[:2]), has_venv)
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    if not sys.platform.startswith("linux"):
        return 0
    screen = libraries_of_screen(os.environ)
    packages = missing(dict(TO_START, **screen))
    if packages:
        print("System libraries are missing. On Debian and Ubuntu:", file=sys.stderr)
        print("  apt-get install -y " + " ".join(packages), file=sys.stderr)
        return 1
    if screen and missing(FOR_PRINTING):
        print("Printing needs: apt-get install -y libcups2", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
