"""What Linux knows of a process."""

import re
import time
from pathlib import Path

_SCHEDULER_CLOCK = 2
_OF_PROCESS_SHIFT = 3


def cpu_seconds(pid: int) -> float:
    """CPU time of a process since its start, all threads, ended ones too, in nanosecond steps.

    `/proc/PID/stat` has ticks of 10 ms, too coarse for a share of 0.1 %, and `schedstat` loses the
    threads that end. Every process has a clock, whose number is made of its id as the C library's
    `clock_getcpuclockid` makes it.
    """
    return time.clock_gettime((~pid << _OF_PROCESS_SHIFT) | _SCHEDULER_CLOCK)


def rss_mib(pid: int) -> float:
    """Memory of a process that is in RAM now, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def peak_rss_mib(pid: int) -> float:
    """The most memory that a process has had in RAM, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
