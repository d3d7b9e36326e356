"""What the monitor needs from outside, and what it tells."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.job import Action, JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot

if TYPE_CHECKING:
    from zcbulk_tui.domain.budget import Cause, DayCalls

Slot = Callable[[], AbstractAsyncContextManager[None]]
"""Opens a context in which one call may be made."""


class JobApi(Protocol):
    """Zoho Creator, as far as the monitor uses it."""

    async def sign_in(self) -> None:
        """Makes sure that calls can be signed, which costs no call.

        Raises:
            ZcbulkError: They cannot be signed now.
        """

    async def status(self, ref: JobRef) -> JobReading:
        """Asks for a job's status: one call.

        Raises:
            ZcbulkError: There is no reading.
        """

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> str:
        """Starts or aborts a job; every call it takes is made within a `slot` of its own.

        Returns:
            The server's words.

        Raises:
            UnclearError: It may or may not have been carried out.
            ZcbulkError: It was not carried out.
        """


class WatchList(Protocol):
    """The jobs that are watched, kept beyond this process."""

    def add(self, job: WatchedJob) -> None:
        """Puts a job on the list.

        Raises:
            ConfigError: The list cannot be written.
        """

    def remove(self, ref: JobRef) -> None:
        """Takes a job off the list.

        Raises:
            ConfigError: The list cannot be written.
        """


class CallBook(Protocol):
    """The calls of each day, kept beyond this process; no method raises."""

    @property
    def trouble(self) -> str | None:
        """Why calls are counted in memory only, as one line; None while they are kept."""

    def day(self, date: date) -> "DayCalls":
        """Returns the calls of a day."""

    def count(self, date: date, cause: "Cause", calls: int = 1) -> "DayCalls":
        """Adds calls to a day; returns all of that day's, those of other processes too."""

    def set_elsewhere(self, date: date, calls: int) -> "DayCalls":
        """Sets how many calls others made on a day; returns all that is known of it."""

    def set_spent(self, date: date, spent: bool) -> "DayCalls":
        """Sets whether Zoho said that no call is left; returns all that is known of the day."""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job is new, was read, failed to be read, or was commanded."""

    snapshot: JobSnapshot


@dataclass(frozen=True, slots=True)
class JobRemoved:
    """A job is no longer watched."""

    ref: JobRef


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """Something changed that concerns all jobs."""

    service: ServiceSnapshot


@dataclass(frozen=True, slots=True)
class CommandEnded:
    """It is now known what became of a start or an abort, or that it is not known yet."""

    job: WatchedJob
    command: Command


Event = JobChanged | JobRemoved | ServiceChanged | CommandEnded


class Sink(Protocol):
    """Where the monitor's events go."""

    def publish(self, event: Event) -> None:
        """Takes an event; must return at once."""
