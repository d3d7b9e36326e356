"""Messages between the monitor, the screens and the app."""

from collections.abc import Sequence

from textual.message import Message

from zcbulk_tui.tui.profile_spec import ProfileSpec


class Happened(Message):
    """Something has happened: the screen's inbox is no longer empty."""


class ProfilesChosen(Message, bubble=True):
    """The user wants to see other profiles.

    Attributes:
        specs: The profiles, ready to be shown.
    """

    def __init__(self, specs: Sequence[ProfileSpec]) -> None:
        super().__init__()
        self.specs = specs
