"""One process that has imported everything and lets each act happen in a child of its own.

Reads a wish per line (JSON), forks, and prints how the child ended: its exit code, or minus the
signal that killed it. Importing the office takes longer than the acts do.
"""

import json
import os
import sys
import traceback
from pathlib import Path

from pyhanko.sign.signers import pdf_cms  # noqa: F401  what acts import late

from reports import collect, documents, render, seal  # noqa: F401
from reports.fonts import register_fonts
from tests.faults.acts import act


def main() -> None:
    register_fonts()
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if child == 0:
            _grow_up(wish)
        status = os.waitpid(child, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)


def _grow_up(wish: dict[str, object]) -> None:
    """Be the watched program; never comes back."""
    for descriptor, name in ((1, "out"), (2, "err")):
        place = os.open(str(wish[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(place, descriptor)
    code = 0
    try:
        environment = wish["environment"]
        assert isinstance(environment, dict)
        os.environ.update(environment)  # from here on the recorder sees
        act(Path(str(wish["home"])), str(wish["act"]))
    except BaseException:
        code = 1
        os.write(2, traceback.format_exc().encode())
    os._exit(code)


if __name__ == "__main__":
    main()
