"""Bounds that a process sets for itself and cannot take back: memory, processor time, files.

POSIX has resource limits. Windows has job objects: a process may join one of its own, and cannot
leave it; written files are not bounded there.
"""

import ctypes
import sys
from typing import Any, Final

_EXTENDED: Final = 9  # JobObjectExtendedLimitInformation
_PROCESS_TIME: Final = 0x2
_PROCESSES: Final = 0x8
_PROCESS_MEMORY: Final = 0x100
_SECOND: Final = 10_000_000  # in units of 100 ns


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = [
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_set", ctypes.c_size_t),
        ("most_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    ]


class JobLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = [
        ("basic", BasicLimits),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    ]


def limit_process(memory_bytes: int, seconds: int) -> None:
    """Bound memory and processor time of this process; it dumps no core and writes no file."""
    if sys.platform == "win32":
        _join_a_job(ctypes.WinDLL("kernel32"), memory_bytes, seconds)
        return
    import resource

    wanted = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for limit, value in wanted.items():
        _, hard = resource.getrlimit(limit)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(limit, (value, value))


def _join_a_job(kernel: Any, memory_bytes: int, seconds: int) -> None:
    """Join a job with these limits and no process below.

    Where the system denies it, the watch over the time and the checks before parsing remain.
    """
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    limits = JobLimits(process_memory=memory_bytes)
    limits.basic.flags = _PROCESS_TIME | _PROCESSES | _PROCESS_MEMORY
    limits.basic.process_time = seconds * _SECOND
    limits.basic.processes = 1
    size = ctypes.c_uint32(ctypes.sizeof(limits))
    kernel.SetInformationJobObject(job, _EXTENDED, ctypes.byref(limits), size)
    kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))
