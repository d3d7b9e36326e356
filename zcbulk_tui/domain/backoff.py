"""How long to leave a server in peace after it failed to answer."""

FIRST = 5.0
"""Seconds after the first failure."""

CAP = 300.0
"""Seconds that no wait exceeds where a try costs no call, unless the server asks for more."""

COSTLY = 600.0
"""The same where each try costs one of the day's calls."""

BUSY = 60.0
"""Seconds after an answer that says "too many calls" without saying for how long (code 2955)."""

LONGEST = 3600.0
"""Seconds that no wait exceeds, whoever asks for more and however many jobs take turns."""


def delay(
    failures: int, luck: float, asked: float | None = None, cap: float = CAP, turns: int = 1
) -> float:
    """Returns the seconds to wait after `failures` failures in a row (1 or more).

    Args:
        failures: Doubles the wait, up to the cap.
        luck: A random number from 0 to 1, which spreads the wait over its upper half, so that many
            jobs that failed together do not come back together.
        asked: Seconds that the server asked for; the wait is never shorter than that (or an hour).
        cap: `CAP` or `COSTLY`.
        turns: Jobs that fail at once. They take turns: all of them together try as often as one.
    """
    full = min(min(cap, FIRST * 2.0 ** min(failures - 1, 16)) * turns, LONGEST)
    return max(full * (0.5 + luck / 2), min(asked or 0.0, LONGEST))
