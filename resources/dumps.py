"""What stays on a disk when a process of ours dies: nothing of its memory, where keys and names are.

Linux writes a core file, or pipes one to a handler that may keep it whatever the limit says. The
limit ends the file; only a process that is not dumpable ends the pipe too. That also closes its
memory (`/proc/…/mem`, a debugger) to other programs of the same user. It does not outlive `exec`,
so every process of ours asks for itself.

Windows hands a dying process to its error reporting, which keeps and sends dumps.
"""

import ctypes
import sys
from typing import Any, Final

_PR_SET_DUMPABLE: Final = 4  # linux/prctl.h
_SEM_NOGPFAULTERRORBOX: Final = 0x2  # SetErrorMode: no error reporting
_WER_NOHEAP: Final = 0x1  # WerSetFlags: where it reports all the same, no heap in it


def keep_none() -> None:
    """Let nothing of the memory of this process be kept; a system that denies it goes on as it is."""
    if sys.platform == "win32":
        _keep_none_on_windows(ctypes.WinDLL("kernel32"))
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        zero = ctypes.c_ulong(0)
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, zero, zero, zero, zero)


def _keep_none_on_windows(kernel: Any) -> None:
    kernel.SetErrorMode(kernel.GetErrorMode() | _SEM_NOGPFAULTERRORBOX)
    kernel.WerSetFlags(_WER_NOHEAP)
