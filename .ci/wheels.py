"""Check that every pinned package has a wheel for Windows and for Linux, of the pinned hashes.

pip is asked to fetch both lists for a foreign platform; it refuses what it can only build.
Usage: python .ci/wheels.py   (needs the package registry and a few hundred MB on the disk)
"""

import subprocess
import sys
import tempfile

# Linux means glibc 2.34 and newer (Debian 12 has 2.36): older tags are welcome as well.
PLATFORMS = {
    "Windows": ["win_amd64"],
    "Linux": [f"manylinux_2_{minor}_x86_64" for minor in range(34, 4, -1)]
    + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"],
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LISTS = ("requirements.txt", "requirements-dev.txt")


def fetch(requirements: str, tags: list[str], python: str, folder: str) -> bool:
    """Download all wheels of one list for one platform; tell whether each was there."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--implementation", "cp"]
    command += ["--python-version", python, "--dest", folder, "-r", requirements]
    for tag in tags:
        command += ["--platform", tag]
    return subprocess.run(command, check=False).returncode == 0


def main() -> int:
    """Try every list on every platform; return 1 if a wheel is missing."""
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for requirements in LISTS:
            for platform, tags in PLATFORMS.items():
                for python in PYTHONS:
                    fine = fetch(requirements, tags, python, folder)
                    failures += not fine
                    word = "ok     " if fine else "MISSING"
                    print(f"{word} {requirements} {platform}, Python {python}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
