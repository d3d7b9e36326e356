"""A clock for windows and calls."""


class Clock:
    """Stands still until it is told how much time has passed.

    Attributes:
        now: Seconds.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
