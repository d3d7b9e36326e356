"""The one message through which the monitor's events enter the screen."""

from textual.message import Message

from zcbulk_tui.monitor.ports import Event


class Happened(Message):
    """Something happened to a job, or to all."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event
