"""Several windows on one profile, and what each of them shows."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from tests.monitor.stage import AMPLE, ScriptedApi, Stage, by_state
from tests.support.contexts import PROFILE
from tests.support.databases import put_new_file
from tests.support.virtual_time import virtual_now
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.job import JobState, WatchedJob
from zcbulk_tui.monitor.events import JobChanged, JobRemoved
from zcbulk_tui.monitor.plan import Rule
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.quota import CallLedger

TICKS = 4.5
"""Seconds within which every window has seen what another one has written or told."""


class SharedProfile:
    """A profile that several windows are opened on, each with a connection of its own.

    Args:
        path: Its file.
        now: The time of day, for all of them.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = virtual_now) -> None:
        self._path = path
        self._now = now
        self._open = ExitStack()

    def window(
        self,
        name: str = "pts/1",
        jobs: Iterable[WatchedJob] = (),
        *,
        api: ScriptedApi | None = None,
        quota_plan: QuotaPlan = AMPLE,
        shows_list: bool = True,
        yields: bool = False,
        rule: Rule = by_state,
    ) -> Stage:
        """Opens a window; each calls a server of its own unless one is given."""
        database = self._open.enter_context(closing(open_database(self._path)))
        return Stage(
            jobs,
            api=api,
            quota_plan=quota_plan,
            ledger=CallLedger(database, PROFILE),
            rule=rule,
            database=database,
            name=name,
            shows_list=shows_list,
            yields=yields,
            now=self._now,
        )

    def close(self) -> None:
        self._open.close()


@contextmanager
def shared_profile(
    folder: Path, now: Callable[[], datetime] = virtual_now
) -> Iterator[SharedProfile]:
    """A context for windows on one profile, whose file is in `folder`."""
    path = folder / "state.db"
    put_new_file(path)
    with closing(SharedProfile(path, now)) as profile:
        yield profile


def counts(stage: Stage, job_id: str = "1") -> list[tuple[JobState, int | None]]:
    """What a window has shown of a job, one after the other."""
    shown: list[tuple[JobState, int | None]] = []
    for event in stage.all(JobChanged):
        last = event.snapshot.last
        if event.snapshot.ref.job_id == job_id and last is not None:
            what = (last.state, last.counts.success)
            if what not in shown[-1:]:
                shown.append(what)
    return shown


def labels(stage: Stage) -> dict[str, str]:
    """The jobs that a window shows by what it has told of them, each with its label."""
    told: dict[str, str] = {}
    for event in stage.events:
        if isinstance(event, JobChanged):
            told[event.snapshot.ref.job_id] = event.snapshot.job.label
        elif isinstance(event, JobRemoved):
            told.pop(event.ref.job_id, None)
    return told


def asked(stage: Stage, since: float = 0.0) -> set[str]:
    """The jobs whose status a window has asked for from some moment on."""
    return {call.job_id for call in stage.api.calls if call.at >= since and not call.action}
