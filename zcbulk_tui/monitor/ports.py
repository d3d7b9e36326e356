"""What the monitor needs from outside."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple, Protocol

from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.job import Action, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.windows import News, Recalled, Standing
from zcbulk_tui.errors import Answer


class JobApi(Protocol):
    """Zoho Creator, as far as the monitor uses it."""

    async def sign_in(self) -> None:
        """Makes sure that calls can be signed, which costs no call.

        Raises:
            ZcbulkError: They cannot be signed now.
        """

    async def status(self, ref: JobRef, slot: Slot) -> JobReading:
        """Asks for a job's status; every call it takes is made within a `slot` of its own.

        Raises:
            ZcbulkError: There is no reading.
        """

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
        """Starts or aborts a job; every call it takes is made within a `slot` of its own.

        Returns:
            What the server said.

        Raises:
            UnclearError: It may or may not have been carried out.
            ZcbulkError: It was not carried out.
        """


class Memory(Protocol):
    """What is kept of a profile beyond this process, for this window and the others."""

    @property
    def trouble(self) -> str | None:
        """Why what is written is not kept, as one line; None while it is."""

    def add(self, job: WatchedJob) -> None:
        """Puts a job on the list that this window shows.

        Raises:
            ConfigError: It cannot be written; the list is as it was.
        """

    def edit(self, job: WatchedJob) -> None:
        """Keeps another label, other tags and another note of a job.

        Raises:
            ConfigError: They cannot be written; the job is as it was.
        """

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the list that this window shows.

        Raises:
            ConfigError: It cannot be written; the list is as it was.
        """

    def polled(self) -> Mapping[JobRef, bool]:
        """Returns the jobs that are polled, and whether this window shows them.

        They are those of all windows: one window polls for all.

        Raises:
            ConfigError: They cannot be read.
        """

    def recall(self, refs: Collection[JobRef] | None = None) -> list[Recalled]:
        """Returns what is known of jobs that are polled; None for all; raises nothing."""

    def know(self, jobs: Iterable[WatchedJob]) -> None:
        """Makes sure that jobs can be remembered, though they may not be on the list; no error."""

    def known(self, job: WatchedJob) -> JobSnapshot:
        """Returns what is known of a job, whether it is polled or not; raises nothing."""

    def last_command(self, ref: JobRef) -> ControlRecord | None:
        """Returns the last start or abort of a job, by whatever profile; raises nothing."""

    def commands_of(self, ref: JobRef) -> list[ControlRecord]:
        """Returns the commands of a job, by whatever profile, the last first; raises nothing."""

    def news(self) -> News:
        """Returns what others have written since this was last asked; raises nothing."""

    def read(self, ref: JobRef, reading: JobReading) -> None:
        """Keeps a reading; raises nothing."""

    def happened(self, event: JobEvent) -> None:
        """Keeps an event; raises nothing."""

    def called(self, record: CallRecord) -> None:
        """Keeps what there is to say of a call; raises nothing."""

    def begin(self, record: ControlRecord) -> None:
        """Keeps a command that is about to be sent; of several processes one alone can.

        Raises:
            HeldError: Another command stands in its way; nothing is kept.
        """

    def commanded(self, record: ControlRecord) -> None:
        """Keeps a start or an abort, or what more is known of it; raises nothing."""


class Windows(Protocol):
    """This window among the others on its profile, of which one polls; no method raises."""

    @property
    def standing(self) -> Standing:
        """How it stood when it last told that it lives."""

    @property
    def is_sure(self) -> bool:
        """Whether that cannot have changed since."""

    def beat(self, service: ServiceSnapshot, *, focused: bool) -> Standing:
        """Tells the others that this window lives; it polls from now on if no other one does.

        Args:
            service: How the calls go.
            focused: Whether somebody looks at it.
        """

    def leave(self) -> None:
        """Tells the others that this window is gone."""


class Minute(Protocol):
    """The calls that may be made in a minute, by all processes; no method raises."""

    @property
    def taken_at(self) -> float:
        """The place that was taken last."""

    def take(self, *, urgent: bool = False) -> float:
        """Takes a place in the minute if there is one.

        Args:
            urgent: Whether to take one of those that are kept back.

        Returns:
            0 where a place was taken, else the seconds until there may be one.
        """

    def give_back(self, place: float | None = None) -> None:
        """Gives a place back, since the call was not made; None for the one taken last."""


class Desk(NamedTuple):
    """Where a window works, and what it shares with the others.

    Attributes:
        profile: Whose jobs it is about.
        operator: Login and host of who sits there, as in ``anna@jump1``.
        memory: What is kept.
        windows: This window among the others.
        minute: The calls that may be made.
    """

    profile: str
    operator: str
    memory: Memory
    windows: Windows
    minute: Minute


class CallBook(Protocol):
    """The calls of each day, kept beyond this process; no method raises."""

    @property
    def trouble(self) -> str | None:
        """Why calls are counted in memory only, as one line; None while they are kept."""

    def day(self, date: date) -> DayCalls:
        """Returns the calls of a day."""

    def count(self, date: date, cause: Cause, calls: int = 1) -> DayCalls:
        """Adds calls to a day, or takes them back; returns all of that day's, by any process."""

    def standing_for(self, shown: date, elapsed: float) -> date | None:
        """Returns the day that calls count to where a clock that was set shows another one."""

    def let_stand(self, shown: date, day: date, until: float) -> None:
        """Has calls count to a day while the clock shows another one, in all processes.

        Args:
            shown: The day that the clock shows.
            day: The day that calls count to.
            until: When that ends, in seconds of a clock that nobody can set.
        """

    def begin_anew(self, date: date) -> None:
        """Begins a day whose name another one had before; once, whichever process does."""

    def set_elsewhere(self, date: date, calls: int) -> DayCalls:
        """Sets how many calls others made on a day; returns all that is known of it."""

    def set_spent(self, date: date, spent: bool) -> DayCalls:
        """Sets whether Zoho said that no call is left; returns all that is known of the day."""
