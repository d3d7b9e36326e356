"""What Linux knows of a process."""

import re
import time
from pathlib import Path
from typing import NamedTuple

_SCHEDULER_CLOCK = 2
_OF_PROCESS_SHIFT = 3


def cpu_seconds(pid: int) -> float:
    """CPU time of a process since its start, all threads, ended ones too, in nanosecond steps.

    `/proc/PID/stat` has ticks of 10 ms, too coarse for a share of 0.1 %, and `schedstat` loses the
    threads that end. Every process has a clock, whose number is made of its id as the C library's
    `clock_getcpuclockid` makes it.
    """
    return time.clock_gettime((~pid << _OF_PROCESS_SHIFT) | _SCHEDULER_CLOCK)


class Memory(NamedTuple):
    """Memory of a process in RAM, in MiB.

    Attributes:
        rss: All of it.
        pss: The same, where each page that several processes have counts in parts.
        uss: What nobody else has.
    """

    rss: float
    pss: float
    uss: float


def memory(pid: int) -> Memory:
    """Memory of a process that is in RAM now."""
    rollup = _read(pid, "smaps_rollup")
    private = _mib(rollup, "Private_Clean") + _mib(rollup, "Private_Dirty")
    return Memory(_mib(rollup, "Rss"), _mib(rollup, "Pss"), private)


def rss_mib(pid: int) -> float:
    """Memory of a process that is in RAM now, in MiB."""
    return _mib(_read(pid, "status"), "VmRSS")


def descriptors(pid: int) -> int:
    """Open files and sockets of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    """Threads of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii", errors="replace")


def _mib(text: str, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def peak_rss_mib(pid: int) -> float:
    """The most memory that a process has had in RAM, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
