"""What is written down of each poll and of what it changed, and what is there after a restart."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.insert_stage import QueueStage
from tests.monitor.stage import Clock, ScriptedApi, Stage, jobs
from tests.monitor.windows import shared_profile
from tests.support.insertions import insertion
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState
from zcbulk_tui.domain.outlook import UNREAD, Outlook
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.records import CallRecord, EventKind, JobEvent
from zcbulk_tui.errors import Answer, UnreachableError, ZcbulkError

S = JobState
REF = jobs(1)[0].ref


class WordyApi(ScriptedApi):
    """Tells what it answered with, as the client does, and counts that stand still on demand.

    Attributes:
        counts: What each answer counts; None for steadily more.
    """

    counts: Counts | None = None

    async def _status(self, ref: JobRef) -> JobReading:
        read = await super()._status(ref)
        counts = self.counts or read.counts
        return JobReading(read.state, read.raw_state, counts, read.read_at, 3000, 200)


def each_minute(ahead: Outlook, _: Terms) -> tuple[float, Reason]:
    return (0.0, Reason.UNREAD) if ahead is UNREAD else (60.0, Reason.ANY_TIME)


def calls(stage: Stage) -> list[CallRecord]:
    """What the log has of calls, oldest first."""
    return [entry for entry in reversed(stage.archive.log()) if isinstance(entry, CallRecord)]


def events(stage: Stage, *kinds: EventKind) -> list[str]:
    """What the log says of events, oldest first."""
    log = reversed(stage.archive.log())
    return [entry.text for entry in log if isinstance(entry, JobEvent) and entry.kind in kinds]


def watch(
    *answers: S | ZcbulkError, seconds: float = 35, api: ScriptedApi | None = None
) -> tuple[Stage, list[JobEvent]]:
    """Runs a window on one job; returns it, and what happened to the job."""

    async def scene() -> Stage:
        stage = Stage(jobs(1), api=api or WordyApi())
        stage.api.script("1", *answers)
        async with stage.running():
            await asyncio.sleep(seconds)
        return stage

    stage = run_virtual(scene())
    history = stage.archive.history(REF)
    assert history is not None
    return stage, list(history.events)


def test_a_poll_is_in_the_log_with_all_that_there_is_to_say_of_it() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=WordyApi(latency=0.25))
        async with stage.running():
            await asyncio.sleep(5)
        return stage

    (call,) = calls(run_virtual(scene()))
    assert call == CallRecord(
        NOW,
        Cause.PLAN,
        "unread",
        "GET status",
        0.25,
        999_999,
        Answer(200, 3000),
        "",
        REF,
        "Job 1",
    )


def test_the_log_tells_the_rule_or_the_key_that_each_call_was_made_for() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=WordyApi())
        stage.api.script("1", S.READY, UnreachableError("down"), S.IN_PROGRESS)
        async with stage.running():
            await asyncio.sleep(3)
            stage.monitor.poll_now([REF])
            await asyncio.sleep(10)
            stage.monitor.poll_now([REF], key="R")
            await asyncio.sleep(12)
        return stage

    assert [(call.cause, call.why) for call in calls(run_virtual(scene()))] == [
        (Cause.PLAN, "unread"),
        (Cause.KEY, "r"),
        (Cause.PLAN, "retry"),
        (Cause.KEY, "R"),
        (Cause.PLAN, "any time"),
    ]


def test_each_call_leaves_one_less() -> None:
    stage, _ = watch(S.IN_PROGRESS)
    left = [call.left for call in calls(stage)]
    assert left == [999_999, 999_998, 999_997, 999_996]
    assert len(stage.api.calls) == len(left)


def test_a_failure_is_in_the_log_with_the_servers_answer() -> None:
    error = UnreachableError("Zoho is down", answer=Answer(503, 9280, "Try later"))
    stage, _ = watch(error, seconds=3)
    (call,) = calls(stage)
    said = Answer(503, 9280, "Try later")
    assert (call.failure, call.answer) == ("Zoho is down, not counted", said)
    assert call.seconds == pytest.approx(0.1)


def test_a_call_that_is_cut_short_is_in_the_log() -> None:
    stage, happened = watch(S.IN_PROGRESS, seconds=3, api=WordyApi(latency=20))
    (call,) = calls(stage)
    assert (call.failure, call.answer) == ("Cut short before an answer came", None)
    assert call.seconds == pytest.approx(3)
    assert happened == []


def test_an_error_that_nobody_foresaw_is_in_the_log_too() -> None:
    class Broken(ScriptedApi):
        async def _status(self, ref: JobRef) -> JobReading:
            await super()._status(ref)
            raise RuntimeError("a mistake")

    async def scene() -> Stage:
        stage = Stage(jobs(1), api=Broken())
        with pytest.raises(ExceptionGroup):
            await stage.monitor.run()
        return stage

    (call,) = calls(run_virtual(scene()))
    assert call.failure


def test_the_first_reading_and_each_change_of_state_are_events_at_their_times() -> None:
    stage, happened = watch(S.IN_PROGRESS, S.IN_PROGRESS, S.UNKNOWN, S.COMPLETED, seconds=50)
    assert [(event.kind, event.text) for event in happened] == [
        (EventKind.STATE, "First read: in_progress"),
        (EventKind.STATE, "in_progress → unknown"),
        (EventKind.STATE, "unknown → completed"),
    ]
    history = stage.archive.history(REF)
    assert history is not None
    read_at = [reading.read_at for reading in history.readings]
    assert [event.at for event in happened] == [read_at[0], read_at[2], read_at[3]]


def test_a_row_of_faults_is_told_once_for_each_reason_and_its_end() -> None:
    down, odd = UnreachableError("Down"), UnreachableError("Odd")
    stage, happened = watch(
        S.IN_PROGRESS, down, down, odd, odd, S.IN_PROGRESS, S.IN_PROGRESS, down, seconds=180
    )
    assert [event.text for event in happened if event.kind is EventKind.FAULT] == [
        "Down",
        "Odd",
        "Down",
    ]
    (recovered,) = [event for event in happened if event.kind is EventKind.RECOVERED]
    assert recovered.text.startswith("Read again, after faults since ")
    assert sum(bool(call.failure) for call in calls(stage)) >= 5
    fault = next(event for event in happened if event.kind is EventKind.FAULT)
    assert isinstance(fault.error, UnreachableError)


def test_what_the_user_chooses_is_an_event() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1))
        async with stage.running():
            stage.monitor.pause(paused=True)
            await asyncio.sleep(1)
            stage.monitor.pause(paused=False)
            await asyncio.sleep(1)
            stage.monitor.remove(REF)
            await asyncio.sleep(1)
            stage.monitor.add(jobs(1)[0])
        return stage

    chosen = (EventKind.PAUSED, EventKind.RESUMED, EventKind.REMOVED, EventKind.ADDED)
    assert events(run_virtual(scene()), *chosen) == [
        "Polls paused",
        "Polls resumed",
        "Not watched any more",
        "Watched from now on",
    ]


def test_the_job_of_a_file_is_on_the_list_before_anything_is_read_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)

    async def scene() -> tuple[QueueStage, JobReading]:
        stage = QueueStage(insertion())
        async with stage.working():
            await asyncio.sleep(3)  # it is uploaded
            stage.insertions.stops.stop(QueueStop(virtual_now(), "by hand", "anna@jump1"))
            await asyncio.sleep(60)
            (job,) = stage.list.jobs()
            # By a script: this window has no use for a reading before the start.
            over = JobReading(JobState.EXPIRED, "Expired", Counts(), virtual_now())
            stage.context.memory.read(job.ref, over)
            await asyncio.sleep(60)
            stage.insertions.stops.go_on()
            await asyncio.sleep(60)
        return stage, over

    stage, over = run_virtual(scene())
    assert stage.inserting.names() == ["create", "upload", "start"]
    log = [it for it in reversed(stage.archive.log()) if isinstance(it, JobEvent)]
    added = [it for it in log if it.kind is EventKind.ADDED]
    assert [(it.text, it.label) for it in added] == [("Watched from now on", "File one")]
    assert added[0].at < over.read_at
    assert [it.text.split()[0] for it in log[log.index(added[0]) - 1 :][:3]] == [
        "Created",
        "Watched",
        "upload",
    ]


# A restart: another window on the same file, when the first one is gone.


def test_a_job_that_is_over_is_never_asked_again(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window(jobs=jobs(2))
            one.api.script("1", S.COMPLETED)
            async with one.running():
                await asyncio.sleep(5)
            two = profile.window()
            (over, *_) = two.context.memory.recall()
            assert over.snapshot.state is S.COMPLETED
            async with two.running():
                await asyncio.sleep(150)
            assert two.api.times("1") == []
            assert two.api.times("2")

    run_virtual(scene())


@pytest.mark.parametrize(("gone_for", "asked_at"), [(3.0, 10.1), (2.0, 10.1), (100.0, 105.0)])
def test_a_job_that_goes_on_is_asked_when_its_last_reading_says(
    tmp_path: Path, gone_for: float, asked_at: float
) -> None:
    async def scene() -> Stage:
        with shared_profile(tmp_path) as profile:
            one = profile.window(jobs=jobs(1))
            async with one.running():
                await asyncio.sleep(5)
            await asyncio.sleep(gone_for)
            two = profile.window()
            async with two.running():
                await asyncio.sleep(8)
            return two

    assert run_virtual(scene()).api.times()[0] == pytest.approx(asked_at)


@pytest.mark.parametrize("moves", [True, False], ids=["a job that moves", "one that stands still"])
def test_estimates_go_on_as_if_nothing_had_been(tmp_path: Path, moves: bool) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            api = WordyApi()
            one = profile.window(jobs=jobs(1), api=api)
            async with one.running():
                await asyncio.sleep(100)
                api.counts = None if moves else Counts(1_000_000, 5000, 0)
                await asyncio.sleep(300)
            (recalled,) = profile.window().context.memory.recall()
            before, after = one.job.motion, recalled.snapshot.motion
            assert before is not None
            assert after is not None
            assert after.rate == pytest.approx(before.rate, rel=0.01)
            assert after.still == pytest.approx(before.still, abs=0.1)

    run_virtual(scene())


def test_a_fault_is_there_after_a_restart_and_is_told_once(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            for name in ("pts/1", "pts/2"):
                window = profile.window(name, jobs(1))
                window.api.script("1", UnreachableError("Down"))
                async with window.running():
                    await asyncio.sleep(30)
                assert window.job.fault is not None
                assert window.job.fault.since == NOW + timedelta(seconds=0.1)
            assert events(window, EventKind.FAULT) == ["Down"]

    run_virtual(scene())


def test_a_row_of_faults_has_lasted_as_long_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window(jobs=jobs(1))
            one.api.script("1", UnreachableError("Down"), UnreachableError("Odd"))
            async with one.running():
                await asyncio.sleep(30)
            assert one.job.fault is not None
            (recalled,) = profile.window().context.memory.recall()
            assert recalled.snapshot.fault is not None
            assert recalled.snapshot.fault.error.title == "Odd"
            assert recalled.snapshot.fault.since == one.job.fault.since

    run_virtual(scene())


def test_a_clock_that_is_set_back_loses_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        clock = Clock()
        with shared_profile(tmp_path, clock) as profile:
            one = profile.window(jobs=jobs(1))
            async with one.running():
                await asyncio.sleep(25)
                clock.jump(-3600)
                await asyncio.sleep(25)
            assert one.api.times() == [0.0, 10.1, 20.2, 30.3, 40.4]
            assert len(calls(one)) == 5
            two = profile.window()
            assert two.api.calls == []
            async with two.running():
                await asyncio.sleep(8)
            assert two.api.times() == [50.5]

    run_virtual(scene())
