"""The one message through which the monitor's events enter the screen."""

from textual.message import Message


class Happened(Message):
    """There are events that the screen has not applied yet."""
