"""A profile on the screen: what it is, how its calls go, and what carries out its keys."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.domain.insertion import Insertion, QueuedFile, QueueStop
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.render import words
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.result_news import ResultNews

# Types only: all that the monitor needs is loaded with it, after the first frame.
if TYPE_CHECKING:
    from zcbulk_tui.domain.budget import Pace
    from zcbulk_tui.domain.planner import Effect
    from zcbulk_tui.domain.records import ControlRecord
    from zcbulk_tui.monitor.monitor import Monitor
    from zcbulk_tui.monitor.night import NightWatch
    from zcbulk_tui.store.archive import Archive
    from zcbulk_tui.tui.connection import Connection
    from zcbulk_tui.tui.failing import Failures
    from zcbulk_tui.tui.inserting import Inserting
    from zcbulk_tui.tui.repairing import LeftRules


class JobPast(NamedTuple):
    """What is remembered of a job.

    Attributes:
        readings: Oldest first.
        record: The last start or abort; None for none.
        insertion: The file that was inserted from here; None for none.
    """

    readings: Sequence[JobReading] = ()
    record: "ControlRecord | None" = None
    insertion: Insertion | None = None


class ProfileView:
    """A profile that is shown; it is the `Sink` of its monitor.

    Attributes:
        spec: What it is.
        monitor: Watches its jobs; None until it is connected.
        archive: What can be looked up of its past; None until then.
        inserting: Brings files into forms; None until then.
        failures: The results of its jobs; None until then.
        left_rules: Rules that were set for repairs of its jobs and not used yet.
        result_news: What of these results is on its way.
        files: These files, in the order of their turns.
        stop: Why none of them goes on; None where they do.
        night: The night that is armed; None for none.
        watch: Follows the night; None until it is connected.
        service: How its calls go.
        effect: What the pace that has been chosen, and does not count yet, would bring; None where
            none has.

    Args:
        spec: What it is.
        take: Called with each event of the monitor; returns at once.
    """

    def __init__(self, spec: ProfileSpec, take: Callable[["ProfileView", Event], None]) -> None:
        self.spec = spec
        self.monitor: Monitor | None = None
        self.archive: Archive | None = None
        self.inserting: Inserting | None = None
        self.failures: Failures | None = None
        self.left_rules: dict[JobRef, LeftRules] = {}
        self.result_news = ResultNews()
        self.files: tuple[QueuedFile, ...] = ()
        self.stop: QueueStop | None = None
        self.night: Night | None = None
        self.watch: NightWatch | None = None
        self.service = ServiceSnapshot()
        self.effect: Effect | None = None
        self._take = take

    @property
    def name(self) -> str:
        """What it is called: the profile's name, or DEMO."""
        return self.spec.badge

    def publish(self, event: Event) -> None:
        """Takes an event of the monitor."""
        self._take(self, event)

    def connect(self, connection: "Connection") -> None:
        """Takes what carries out its keys."""
        self.monitor, self.archive = connection.monitor, connection.archive
        self.inserting, self.failures = connection.inserting, connection.failures
        self.watch = connection.night

    @property
    def others(self) -> Sequence[str]:
        """The names of the profiles that can be switched to."""
        names = self.spec.profiles.names if self.spec.profiles else ()
        return [name for name in names if name != self.name]

    @property
    def is_signed_in(self) -> bool:
        """Whether calls can be made, as far as that is known before the first one."""
        service = self.service
        return service.no_token is None and (
            service.answered is not None or self.spec.is_signed_in()
        )

    def calls_left(self) -> str:
        """Returns how many calls are left today, as a sentence; empty where that is not known."""
        spent = self.service.spent
        return words.calls_left(spent) if spent is not None else ""

    def past(self, ref: JobRef) -> JobPast | None:
        """Returns what is remembered of a job; None where nothing can be read of it."""
        if self.archive is None:
            return None
        try:
            history = self.archive.history(ref)
        except ConfigError:
            return None  # the line above the list says that nothing is kept
        if history is None:
            return None
        last = history.commands[-1] if history.commands else None
        return JobPast(history.readings, last, history.insertion)

    def results(self, ref: JobRef) -> Sequence[Result]:
        """Returns what is known of the results of a job."""
        return self.failures.results(ref) if self.failures is not None else ()

    # The pace: what it would bring is shown first, and it counts a moment later.

    @property
    def pending_pace(self) -> "Pace | None":
        """The pace that has been chosen and does not count yet; None if there is none."""
        return self.effect.pace if self.effect else None

    def step_pace(self, by: int) -> None:
        """Chooses the pace `by` steps towards eager, or towards frugal for less than 0."""
        if self.monitor is None:
            return
        plan = self.monitor.day_plan()
        paces = [effect.pace for effect in plan.effects]
        place = paces.index(self.pending_pace or plan.spent.pace) + by
        effect = plan.effects[max(0, min(place, len(paces) - 1))]
        self.effect = None if effect.pace is plan.spent.pace else effect

    def set_pace(self) -> None:
        """Lets the pace count that has been chosen."""
        effect, self.effect = self.effect, None
        if effect is not None and self.monitor is not None:
            self.monitor.set_pace(effect.pace)
