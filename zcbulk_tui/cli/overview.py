"""What a dashboard on a profile shows, read from the memory: no call, and nothing is written."""

from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from zcbulk_tui.cli.context import quota_plan
from zcbulk_tui.cli.job_objects import Standing
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.job import JobRef, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.outlook import Outlook, outlook
from zcbulk_tui.domain.planner import DayPlan, PlannedJob, Terms
from zcbulk_tui.domain.progress import redated
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import WindowStatus
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.clock import awake_and_asleep
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store import recall
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import Database, in_memory
from zcbulk_tui.store.form_past import with_pasts
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.windows import seen_from_outside


@dataclass(frozen=True, slots=True)
class Overview:
    """How a profile stands.

    Attributes:
        at: When it was read; aware.
        plan: The day's calls, and the plan for the rest of it. Where no window is open it is the
            one that a window would make.
        windows: The windows on the profile; 0 of them where none is open.
        snapshots: The jobs of the watch list, and those that windows poll besides; with their next
            polls where a window polls.
        commands: The last start or abort of each job that has seen one.
        uploads: When the upload of the file of each running job began that was sent from here.
    """

    at: datetime
    plan: DayPlan
    windows: WindowStatus
    snapshots: Mapping[JobRef, JobSnapshot]
    commands: Mapping[JobRef, ControlRecord]
    uploads: Mapping[JobRef, datetime]


def read_overview(settings: Settings) -> Overview:
    """Returns how the settings' profile stands now.

    Raises:
        ConfigError: The memory cannot be read.
    """
    now = datetime.now(UTC)
    # A file that has gone is made anew by whatever writes, not by a look.
    if not memory_file().exists():
        with closing(in_memory()) as nothing:
            return overview(nothing, settings, now)
    with open_memory(is_only_read=True) as database:
        return overview(database, settings, now)


def overview(database: Database, settings: Settings, now: datetime) -> Overview:
    """Returns how the settings' profile stands.

    Args:
        database: The memory.
        settings: Those of the profile.
        now: Aware.

    Raises:
        ConfigError: The memory cannot be read.
    """
    profile = settings.profile
    windows = seen_from_outside(database, profile)
    quota = QuotaTracker(
        CallLedger(database, profile, is_only_read=True),
        quota_plan(settings),
        pace=windows.pace or Pace(settings.budget.pace),
        frugal_unfocused=settings.budget.frugal_unfocused,
        now=lambda: now,
        elapsed=awake_and_asleep(),
    )
    quota.focused = windows.focused or not windows.windows
    commands = recall.last_commands(database, profile)
    recalled = with_pasts(database, profile, recall.in_full(database, profile))
    contracts = Contracts(database, profile)
    rule = cache(lambda origin: contracts.known(settings.base_url or origin).one_fails_its_batch)
    known = [_redated(it, now, rule(it.ref.origin)) for it in recalled]
    ahead = {it.ref: outlook(it.job, it.readings, it.past, it.one_fails_its_batch) for it in known}
    outlooks = [it for it in ahead.values() if it is not None]
    terms, today = quota.terms(outlooks), quota.seconds_to_reset
    snapshots, planned = {}, []
    for snapshot in known:
        expected = ahead[snapshot.ref]
        record = commands.get(snapshot.ref)
        snapshot = replace(snapshot, command=record.command if record else None)
        if expected is not None and not snapshot.is_given_up:
            snapshot = _planned(snapshot, expected, terms, now)
            planned.append(PlannedJob(snapshot, planner.calls(expected, terms, today)))
        if not windows.poller:
            snapshot = replace(snapshot, next_poll_at=None, reason=None)
        snapshots[snapshot.ref] = snapshot
    plan = DayPlan(quota.snapshot(), tuple(planned), quota.effects(outlooks))
    sent = uploads(database, profile, snapshots.values())
    return Overview(now, plan, windows, snapshots, commands, sent)


def uploads(
    database: Database, profile: str, snapshots: Iterable[JobSnapshot]
) -> dict[JobRef, datetime]:
    """Returns when the uploads began that were sent from here, and whose jobs run; no error.

    Before its start a job has another deadline than its file, and after its end as well.

    Args:
        database: The memory.
        profile: Whose jobs.
        snapshots: The jobs.
    """
    insertions, found = Insertions(database, profile), dict[JobRef, datetime]()
    for snapshot in snapshots:
        if snapshot.state is JobState.IN_PROGRESS:
            sent = insertions.of_job(snapshot.ref)
            if sent is not None and sent.uploaded_at is not None:
                found[snapshot.ref] = sent.uploaded_at
    return found


def _redated(snapshot: JobSnapshot, now: datetime, rule: bool | None) -> JobSnapshot:
    readings = redated(snapshot.readings, now)
    return replace(snapshot, readings=readings, one_fails_its_batch=rule)


def _planned(snapshot: JobSnapshot, ahead: Outlook, terms: Terms, now: datetime) -> JobSnapshot:
    """The job with its next poll, which of one that gave no answer only its window knows."""
    if snapshot.fault is not None:
        return snapshot
    seconds, reason = planner.wait(ahead, terms)
    since = snapshot.last.read_at if snapshot.last is not None else now
    return replace(snapshot, next_poll_at=since + timedelta(seconds=seconds), reason=reason)


def standings(profile: str, snapshots: Iterable[JobSnapshot]) -> list[Standing]:
    """Returns jobs that were just read with what the memory knows of them beside.

    Args:
        profile: Whose jobs.
        snapshots: How they stand; where the memory cannot be read, nothing is known beside.
    """
    chains: Mapping[JobRef, Chain] = {}
    records: Mapping[JobRef, ControlRecord] = {}
    sent: Mapping[JobRef, datetime] = {}
    snapshots = list(snapshots)
    if memory_file().exists():
        with suppress(ConfigError), open_memory(is_only_read=True) as database:
            snapshots = with_pasts(database, profile, snapshots)
            sent = uploads(database, profile, snapshots)
            records = recall.last_commands(database, profile)
            chains = Archive(database, profile).chains()
    return [
        Standing(it, records.get(it.ref), chains.get(it.ref), uploaded_at=sent.get(it.ref))
        for it in snapshots
    ]
