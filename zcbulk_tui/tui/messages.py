"""Messages between the monitor, the screens and the app."""

from textual.message import Message

from zcbulk_tui.tui.session import Session


class Happened(Message):
    """Something has happened: the screen's inbox is no longer empty."""


class ProfileChosen(Message, bubble=True):
    """The user wants to see another profile.

    Attributes:
        session: The profile, ready to be shown.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
