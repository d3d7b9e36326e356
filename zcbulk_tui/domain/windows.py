"""The windows of one profile that are open at once, of which one polls for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.job import JobReading, JobRef
from zcbulk_tui.domain.records import ControlRecord, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """How a window stands among the others.

    Attributes:
        polls: Whether it is the one that polls.
        poller: The name of the other one that does; empty where this one does, or none.
        windows: How many are open, this one included.
        focused: Whether somebody looks at another one.
        service: How the calls go, as the one that polls tells; None where it is this one.
        pace: Its pace; None where it is this one.
    """

    polls: bool
    poller: str = ""
    windows: int = 1
    focused: bool = False
    service: ServiceSnapshot | None = None
    pace: Pace | None = None


class Recalled(NamedTuple):
    """A job as it is remembered.

    Attributes:
        snapshot: What is known of it.
        record: Its last start or abort; None where there was none.
        is_shown: Whether this window shows it, and not only others.
    """

    snapshot: JobSnapshot
    record: ControlRecord | None = None
    is_shown: bool = True


class News(NamedTuple):
    """What other processes have written.

    Attributes:
        readings: In the order in which they came, each with its job.
        events: In the order in which they happened.
        is_any: Whether anything at all was written, be it by them or for another profile.
        other_wishes: Whether the windows want other jobs polled than before, list apart.
    """

    readings: Sequence[tuple[JobRef, JobReading]] = ()
    events: Sequence[JobEvent] = ()
    is_any: bool = False
    other_wishes: bool = False
