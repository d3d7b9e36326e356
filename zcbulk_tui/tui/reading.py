"""Work in a thread, for as long as somebody wants it."""


class StoppedError(Exception):
    """Ends work that nobody wants any more."""


class Reading:
    """Work in a thread, which reports how far it is, and ends at a report where nobody wants it.

    Attributes:
        done: Bytes that were read, and bytes in all; zeros before the first report.
        is_stopped: Whether nobody wants it any more.
    """

    def __init__(self) -> None:
        self.done = (0, 0)
        self.is_stopped = False

    def note_progress(self, read: int, size: int) -> None:
        """Takes from the thread how far it is.

        Raises:
            StoppedError: Nobody wants it any more.
        """
        if self.is_stopped:
            raise StoppedError
        self.done = (read, size)

    def stop(self) -> None:
        """Ends it at its next report."""
        self.is_stopped = True
