"""The parts that run beside a monitor: one that fails as nobody has foreseen ends alone.

The monitor itself is no part: without it nothing is watched, so its fault ends the window. Nor does
a part begin anew by itself: what it was about to do is not known.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import FaultError
from zcbulk_tui.monitor.events import PartFailed, Sink
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder


class Part:
    """What runs beside a monitor.

    Attributes:
        part: What it is called, in a sentence after "the".
        without_it: What no longer happens once it has failed, as a sentence.
        fault: Why it has ended; None where it has not failed.
    """

    part: ClassVar[str]
    without_it: ClassVar[str]
    fault: FaultError | None = None

    async def run(self) -> None:
        """Runs until cancelled."""
        raise NotImplementedError

    def fail(self, fault: FaultError) -> None:
        """Takes that it has failed, so that it refuses from now on what it cannot do any more."""
        self.fault = fault

    def check_runs(self) -> None:
        """Makes sure that what is asked of it can come about.

        Raises:
            FaultError: It has failed.
        """
        if self.fault is not None:
            raise self.fault.kept()


class Alone:
    """Runs a part, which ends alone if it fails: that is written down and published.

    Args:
        part: The part.
        monitor: What it runs beside; from then on it says that the part has failed.
        recorder: Writes that down.
        sink: Takes the event.
    """

    def __init__(self, part: Part, monitor: Monitor, recorder: Recorder, sink: Sink) -> None:
        self.part = part
        self._service = monitor.service
        self._recorder = recorder
        self._sink = sink

    async def run(self) -> None:
        """Runs the part until cancelled, or until it fails."""
        try:
            await self.part.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on without it
            fault = FaultError.of(
                f"The {self.part.part}",
                _first(error),
                self.part.without_it,
                "Start zcbulk-tui anew to have it again, and please report it.",
            )
            self._recorder.event(EventKind.FAULT, fault.title, error=fault)
            self.part.fail(fault)
            self._service.note_failed_part(self.part.part)
            self._sink.publish(PartFailed(self.part.part, fault.kept()))


def alone(
    parts: Iterable[Part],
    monitor: Monitor,
    context: ProfileContext,
    sink: Sink,
    now: Callable[[], datetime],
) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
    """Returns what runs parts beside a monitor, each of them alone.

    Args:
        parts: The parts.
        monitor: What they run beside.
        context: Where this window works.
        sink: Takes the events.
        now: The time of day; aware.
    """
    recorder = Recorder(context.memory, now)
    return tuple(Alone(part, monitor, recorder, sink).run for part in parts)


def _first(error: Exception) -> Exception:
    """Returns the first error of a group."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
