"""What follows for a window from a machine that slept, and from a clock that was set."""

from collections.abc import Callable, Mapping

from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.monitor.aftermath import Aftermath
from zcbulk_tui.monitor.clock import ClockWatch
from zcbulk_tui.monitor.plan import Plan
from zcbulk_tui.monitor.polled_job import PolledJob
from zcbulk_tui.monitor.service import Service


class Timekeeper:
    """Makes neither sleep nor a clock that was set make news of what is old.

    Args:
        clock: Notices them.
        polled_jobs: The jobs.
        plan: Brings forward in sleep what is due.
        service: The same for the pause that Zoho requested.
        aftermath: The same for the looks at what became of commands.
        publish: Reports that what is known of a job bears other times.
    """

    def __init__(
        self,
        clock: ClockWatch,
        polled_jobs: Mapping[JobRef, PolledJob],
        plan: Plan,
        service: Service,
        aftermath: Aftermath,
        publish: Callable[[PolledJob], None],
    ) -> None:
        self._clock = clock
        self._polled_jobs = polled_jobs
        self._plan = plan
        self._service = service
        self._aftermath = aftermath
        self._publish = publish

    def notice(self) -> None:
        """Looks what has happened to the clocks.

        What came due in sleep is polled now. What is remembered moves with a clock that was set.
        """
        slept, step = self._clock.look()
        if slept:
            self._plan.forward(slept)
            self._service.slept(slept)
            self._aftermath.forward(slept)
        if step:
            self._service.redate(step)
            for polled_job in self._polled_jobs.values():
                polled_job.redate(step)
                self._publish(polled_job)
