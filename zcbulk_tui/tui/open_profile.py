"""A profile on the screen: what it is, how its calls go, and what carries out its keys."""

from typing import TYPE_CHECKING

from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.tui.session import Session

if TYPE_CHECKING:
    from zcbulk_tui.monitor.monitor import Monitor
    from zcbulk_tui.store.archive import StoredArchive
    from zcbulk_tui.tui.pace_choice import PaceChoice
    from zcbulk_tui.tui.screens.watch_view import WatchView


class OpenProfile:
    """A profile that is shown; it is the `Sink` of its monitor.

    Attributes:
        session: What it was opened with.
        monitor: Watches its jobs; None until it is connected.
        archive: What can be looked up of its past; None until then.
        pace: The choice of its pace; None until then.
        service: How its calls go.
    """

    def __init__(self, session: Session, screen: "WatchView") -> None:
        self.session = session
        self.monitor: Monitor | None = None
        self.archive: StoredArchive | None = None
        self.pace: PaceChoice | None = None
        self.service = ServiceSnapshot()
        self._screen = screen

    @property
    def name(self) -> str:
        """What it is called: the profile's name, or DEMO."""
        return self.session.badge

    def publish(self, event: Event) -> None:
        """Takes an event of the monitor."""
        self._screen.take(self, event)
