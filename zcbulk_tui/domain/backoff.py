"""Exponential back-off after failed calls."""

FIRST = 5.0
"""Seconds to wait after the first failure."""

CAP = 300.0
"""Longest wait in seconds where a retry costs no call, unless the server requests more."""

COSTLY = 600.0
"""Longest wait in seconds where each retry costs one of the day's calls."""

BUSY = 60.0
"""Seconds to wait after "too many calls" without a Retry-After (code 2955)."""

LONGEST = 3600.0
"""Longest wait in seconds, whatever the server requests and however many jobs take turns."""


def delay(
    failures: int, luck: float, requested: float | None = None, cap: float = CAP, turns: int = 1
) -> float:
    """Returns the seconds to wait after `failures` failures in a row (1 or more).

    Args:
        failures: The wait doubles with each, up to the cap.
        luck: A random number from 0 to 1: jitter over the upper half of the wait, so that jobs that
            failed together do not retry together.
        requested: Seconds requested by the server (Retry-After): a lower bound, up to an hour.
        cap: `CAP` or `COSTLY`.
        turns: Number of failing jobs. They take turns, so that all together retry as often as one.
    """
    full = min(min(cap, FIRST * 2.0 ** min(failures - 1, 16)) * turns, LONGEST)
    return max(full * (0.5 + luck / 2), min(requested or 0.0, LONGEST))
