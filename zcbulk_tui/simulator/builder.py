"""Makes jobs in any state, one call each."""

from zcbulk_tui.simulator.jobs import APP, FIRST_JOB_ID, OWNER, PRODUCTION, Address, Job
from zcbulk_tui.simulator.odd_results import OddResult
from zcbulk_tui.simulator.physics import Run, Workload
from zcbulk_tui.simulator.schedule import Fault

JOB_ID_STEP = 11

UPLOAD_SECONDS = 240.0
"""From the creation of a job to its start, where it has one."""


class JobBuilder:
    """The jobs and faults of a scenario being set up.

    Times are simulated seconds from the start of the simulator; what lies before it is negative.
    The ids depend on the order of the jobs alone.
    """

    def __init__(self, start: float, seed: int) -> None:
        self.jobs: list[Job] = []
        self.faults: list[Fault | OddResult] = []
        self._start = start
        self.seed = seed

    def waiting(
        self, label: str, form: str, *, created: float, environment: str = PRODUCTION
    ) -> Job:
        """A job without a file."""
        return self._add(label, form, environment, created, None)

    def ready(
        self,
        label: str,
        form: str,
        workload: Workload,
        *,
        created: float = -600.0,
        environment: str = PRODUCTION,
    ) -> Job:
        """A job with an uploaded file, not started."""
        return self._add(label, form, environment, created, self._run(workload))

    def running(
        self,
        label: str,
        form: str,
        workload: Workload,
        *,
        done: float,
        at: float = 0.0,
        environment: str = PRODUCTION,
    ) -> Job:
        """A job with the share ``done`` of its batches done at ``at``."""
        run = self._run(workload)
        return self._add_started(
            label, form, environment, at - run.seconds_until(done * run.batches), run
        )

    def ending(self, label: str, form: str, workload: Workload, *, at: float) -> Job:
        """A job that comes at ``at`` to the end its workload has in store."""
        run = self._run(workload)
        return self._add_started(label, form, PRODUCTION, at - run.duration, run)

    def user_aborted(
        self, label: str, form: str, workload: Workload, *, done: float, at: float
    ) -> Job:
        """A job a user aborted at ``at``, with the share ``done`` of its batches done."""
        job = self.running(label, form, workload, done=done, at=at)
        job.aborted_at = self._start + at
        return job

    def _run(self, workload: Workload) -> Run:
        return Run(workload, f"{self.seed}:{len(self.jobs)}")

    def _add_started(
        self, label: str, form: str, environment: str, started: float, run: Run
    ) -> Job:
        job = self._add(label, form, environment, started - UPLOAD_SECONDS, run)
        job.started_at = self._start + started
        return job

    def _add(self, label: str, form: str, environment: str, created: float, run: Run | None) -> Job:
        job = Job(
            id=str(FIRST_JOB_ID + JOB_ID_STEP * len(self.jobs)),
            label=label,
            address=Address(OWNER, APP, form, environment),
            created_at=self._start + created,
            run=run,
        )
        self.jobs.append(job)
        return job
