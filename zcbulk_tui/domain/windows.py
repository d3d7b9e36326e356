"""Windows open on the same profile, one of which polls for all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.records import ControlRecord, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot


@dataclass(frozen=True, slots=True)
class WindowStatus:
    """A window's role among those of its profile.

    Attributes:
        polls: Whether it is the one that polls.
        poller: The name of the window that polls; empty where this one does, or none.
        poller_yields: Whether that one is a command that waits: it polls what windows want polled,
            not the watch list.
        windows: Number of open windows, this one, if it is one, included.
        yielding: How many of the others are commands that wait.
        focused: Whether another window has the focus.
        service: The connection's state as reported by the window that polls; None where it is this
            one.
        pace: That window's pace; None where it is this one.
    """

    polls: bool
    poller: str = ""
    poller_yields: bool = False
    windows: int = 1
    yielding: int = 0
    focused: bool = False
    service: ServiceSnapshot | None = None
    pace: Pace | None = None


class Recalled(NamedTuple):
    """A job as stored.

    Attributes:
        snapshot: Its stored state.
        record: Its last start or abort; None if there was none.
        is_shown: Whether this window shows it, not only others.
    """

    snapshot: JobSnapshot
    record: ControlRecord | None = None
    is_shown: bool = True


class News(NamedTuple):
    """Changes written by other processes.

    Attributes:
        readings: Readings with their jobs, in order of arrival.
        events: Events, in order of occurrence.
        by_scripts: Jobs commanded by a process without a window, which ends without reading them.
        is_any: Whether other processes have written anything, for whichever profile.
        other_wishes: Whether the set of jobs that windows need polled has changed.
    """

    readings: Sequence[tuple[JobRef, JobReading]] = ()
    events: Sequence[JobEvent] = ()
    by_scripts: Collection[JobRef] = frozenset()
    is_any: bool = False
    other_wishes: bool = False
