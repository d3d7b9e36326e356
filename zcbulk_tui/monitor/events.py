"""The events that the monitor publishes."""

from dataclasses import dataclass

from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot


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


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """The queue of files is another one, or one of its files has moved on.

    Attributes:
        files: All that are not over, in the order of their turns.
    """

    files: tuple[QueuedFile, ...]


@dataclass(frozen=True, slots=True)
class ResultChanged:
    """A result of a job is being fetched, is on the disk, or cannot be had.

    Attributes:
        result: How it stands.
        got: Bytes that have come so far; None while no call is under way here.
    """

    result: Result
    got: int | None = None


Event = JobChanged | JobRemoved | ServiceChanged | CommandEnded | QueueChanged | ResultChanged
