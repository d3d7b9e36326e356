"""What is written down of a start or an abort: before it is sent, and until it has settled."""

import asyncio
from pathlib import Path

import pytest

from tests.monitor.stage import ScriptedApi, Stage, jobs
from tests.monitor.windows import shared_profile
from tests.support.contexts import PROFILE
from tests.support.jobs import NOW
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobReading, JobRef, JobState
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.errors import (
    Answer,
    RefusedError,
    UnclearError,
    UnreachableError,
    UsageError,
    VariantRefusedError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import CommandEnded

S = JobState
REF = jobs(1)[0].ref
START, ABORT = Action.START, Action.ABORT


def records(stage: Stage) -> list[ControlRecord]:
    """The records of commands, oldest first."""
    history = stage.archive.history(REF)
    assert history is not None
    return list(history.commands)


def command(
    answer: str | ZcbulkError, *states: S | ZcbulkError, action: Action = START, seconds: float = 60
) -> Stage:
    """Commands a job in its first state; the states after it are what the polls find then."""

    async def scene() -> Stage:
        stage = Stage(jobs(1))
        stage.api.script("1", *states)
        stage.api.commands.append(answer)
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, action, stage.job.last)
            await asyncio.sleep(seconds)
        return stage

    return run_virtual(scene())


def test_a_record_tells_who_asked_for_what_and_what_was_said() -> None:
    stage = command("Job started", S.READY)
    (record,) = records(stage)
    assert record.job.ref == REF
    assert (record.profile, record.operator) == (PROFILE, "anna@jump1")
    assert record.request == "PATCH start"
    sent = record.command
    assert (sent.action, sent.outcome, sent.said) == (START, Outcome.ACCEPTED, "Job started")
    assert (record.at - NOW).total_seconds() == 1
    assert record.shown is not None
    assert (record.shown.state, record.shown.counts.success) == (S.READY, 100)


def test_a_record_stands_in_the_log_once_and_its_call_beside_it() -> None:
    stage = command("Job started", S.READY, S.IN_PROGRESS, seconds=5)
    log = [entry for entry in stage.archive.log() if not isinstance(entry, CallRecord)]
    assert [type(entry) for entry in log] == [JobEvent, ControlRecord, JobEvent]
    made = [entry for entry in stage.archive.log() if isinstance(entry, CallRecord)]
    assert [(call.cause, call.why, call.request) for call in made] == [
        (Cause.COMMAND, "settle", "GET status"),
        (Cause.COMMAND, "start", "PATCH start"),
        (Cause.PLAN, "unread", "GET status"),
    ]
    assert made[1].answer == Answer(200, 3000, "Job started")
    assert made[1].failure == ""


def test_a_refusal_is_kept_with_the_servers_answer() -> None:
    no = RefusedError("Zoho refused", "Reason.", "Step.", answer=Answer(400, 11350, "not now"))
    stage = command(no, S.READY)
    (record,) = records(stage)
    error = record.command.error
    assert record.command.outcome is Outcome.REFUSED
    assert type(error) is RefusedError
    assert (error.title, error.cause, error.next_step) == ("Zoho refused", "Reason.", "Step.")
    assert error.answer == Answer(400, 11350, "not now")
    assert record.is_settled
    assert record.settled is None
    (call,) = (entry for entry in stage.archive.log() if getattr(entry, "why", "") == "start")
    assert isinstance(call, CallRecord)
    assert (call.failure, call.answer) == ("Zoho refused", Answer(400, 11350, "not now"))


class TwoVariants(ScriptedApi):
    """Refuses the first way of putting a command."""

    async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
        try:
            async with slot("PATCH one way"), self._call(ref, action):
                raise VariantRefusedError("Not like that", answer=Answer(400, 1000))
        except VariantRefusedError:
            async with slot("PATCH another way") as tell, self._call(ref, action):
                said = Answer(200, 3000, "Done")
                tell(said)
                return said


def test_the_record_has_the_way_it_was_put_at_last_and_the_log_has_all_of_them() -> None:
    async def scene() -> Stage:
        stage = Stage(jobs(1), api=TwoVariants())
        async with stage.running():
            await asyncio.sleep(1)
            await stage.monitor.command(REF, ABORT)
        return stage

    stage = run_virtual(scene())
    (record,) = records(stage)
    assert record.request == "PATCH another way"
    log = [entry for entry in reversed(stage.archive.log()) if isinstance(entry, CallRecord)]
    assert [(call.request, call.failure) for call in log if call.why == "abort"] == [
        ("PATCH one way", "Not like that"),
        ("PATCH another way", ""),
    ]


def test_it_is_written_down_before_it_is_sent(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, other = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            seen: list[ControlRecord] = []

            class Watched(ScriptedApi):
                async def control(self, ref: JobRef, action: Action, slot: Slot) -> Answer:
                    seen.extend(records(other))
                    return await super().control(ref, action, slot)

            two = profile.window("pts/3", api=Watched())
            two.api.commands.append("Job aborted")
            async with one.running(), two.running():
                await asyncio.sleep(3)
                await two.monitor.command(REF, ABORT, two.job.last)
            (record,) = seen
            assert (record.command.outcome, record.request) == (Outcome.SENT, "")
            assert record.shown is not None

    run_virtual(scene())


def test_one_that_is_killed_on_the_way_is_there_after_a_restart_and_settled_by_a_reading(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window("pts/1", jobs(1), api=ScriptedApi(latency=4))
            one.api.commands.append("Job aborted")
            async with one.running():
                await asyncio.sleep(5)
                task = asyncio.create_task(one.monitor.command(REF, ABORT))
                await asyncio.sleep(2)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            (record,) = records(one)
            assert record.command.is_unclear, "at once, since its first byte had left"
            two = profile.window("pts/2")
            two.api.script("1", S.USER_ABORTED)
            (recalled,) = two.context.memory.recall()
            assert recalled.record is not None
            assert str(recalled.record.command.error) == str(record.command.error)
            async with two.running():
                with pytest.raises(UsageError, match="Nothing was sent"):
                    await two.monitor.command(REF, ABORT)
                await asyncio.sleep(15)
            (settled,) = records(two)
            assert settled.command.outcome is Outcome.TOOK_EFFECT
            assert settled.settled is not None
            assert settled.settled.state is S.USER_ABORTED
            (ended,) = two.all(CommandEnded)
            assert ended.command.outcome is Outcome.TOOK_EFFECT
            assert one.api.sent(ABORT) + two.api.sent(ABORT) == 1

    run_virtual(scene())


def settled_state(record: ControlRecord) -> JobState | None:
    return record.settled.state if record.settled else None


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("action", "states", "settled"),
    [
        (START, [S.READY, S.IN_PROGRESS, S.COMPLETED], S.IN_PROGRESS),
        (START, [S.READY, S.READY, S.READY, S.IN_PROGRESS], S.IN_PROGRESS),
        (START, [S.READY, S.UNKNOWN, S.COMPLETED], S.COMPLETED),
        (START, [S.READY, S.EXPIRED], S.EXPIRED),
        (ABORT, [S.IN_PROGRESS, S.IN_PROGRESS, S.USER_ABORTED], S.USER_ABORTED),
        (ABORT, [S.IN_PROGRESS, S.COMPLETED], S.COMPLETED),
        (ABORT, [S.IN_PROGRESS], None),
        (START, [S.READY, S.UNKNOWN], None),
    ],
)
def test_an_accepted_command_is_settled_by_the_first_reading_that_shows_it_or_the_end(
    action: Action, states: list[S], settled: S | None
) -> None:
    stage = command("Done", *states, action=action, seconds=250)
    (record,) = records(stage)
    assert settled_state(record) is settled
    assert record.command.outcome is Outcome.ACCEPTED
    assert len(stage.all(CommandEnded)) == 1


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("action", "states", "settled", "outcome"),
    [
        (START, [S.READY], S.READY, Outcome.NO_EFFECT),
        (START, [S.READY, S.READY, S.IN_PROGRESS], S.IN_PROGRESS, Outcome.TOOK_EFFECT),
        (START, [S.READY, S.UNKNOWN, S.IN_PROGRESS], S.IN_PROGRESS, Outcome.TOOK_EFFECT),
        (ABORT, [S.IN_PROGRESS, S.USER_ABORTED], S.USER_ABORTED, Outcome.TOOK_EFFECT),
        (ABORT, [S.IN_PROGRESS, S.UNKNOWN], None, Outcome.SENT),
    ],
)
def test_an_unclear_command_is_judged_by_the_readings_that_tell(
    action: Action, states: list[S], settled: S | None, outcome: Outcome
) -> None:
    stage = command(UnclearError("timeout"), *states, action=action, seconds=250)
    (record,) = records(stage)
    assert settled_state(record) is settled
    assert record.command.outcome is outcome
    assert isinstance(record.command.error, UnclearError)
    expected = 1 if outcome is Outcome.SENT else 2
    assert len(stage.all(CommandEnded)) == expected


def test_the_last_command_is_there_after_a_restart(tmp_path: Path) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one = profile.window(jobs=jobs(1))
            one.api.script("1", S.READY, S.READY, S.READY, S.IN_PROGRESS)
            one.api.commands.extend([RefusedError("no"), "Job started"])
            async with one.running():
                await asyncio.sleep(3)
                await one.monitor.command(REF, START)
                await asyncio.sleep(3)
                await one.monitor.command(REF, START)
                await asyncio.sleep(1)
            two = profile.window()
            two.api.script("1", S.IN_PROGRESS)
            (recalled,) = two.context.memory.recall()
            assert recalled.snapshot.job.started_at == records(one)[1].at
            assert recalled.record is not None
            assert recalled.record.command.outcome is Outcome.ACCEPTED
            assert recalled.record.settled is None
            async with two.running():
                await asyncio.sleep(12)
            assert two.job.command is not None
            assert two.job.command.said == "Job started"
            assert [settled_state(record) for record in records(two)] == [None, S.IN_PROGRESS]

    run_virtual(scene())


@pytest.mark.parametrize("answer", ["Job aborted", UnclearError("timeout")], ids=["yes", "unclear"])
def test_of_two_windows_that_command_a_job_at_once_one_sends_it(
    tmp_path: Path, answer: str | ZcbulkError
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            for stage in (one, two):
                stage.api.script("1", S.IN_PROGRESS, UnreachableError("down"))
                stage.api.commands.append(answer)
            async with one.running(), two.running():
                await asyncio.sleep(3)
                first, second = await asyncio.gather(
                    one.monitor.command(REF, ABORT),
                    two.monitor.command(REF, ABORT),
                    return_exceptions=True,
                )
                await asyncio.sleep(1)
            assert isinstance(first, Command)
            assert first.outcome in (Outcome.ACCEPTED, Outcome.SENT)
            assert isinstance(second, UsageError)
            assert "by anna@jump1 is on its way" in second.cause
            assert two.all(CommandEnded) == []
            assert (one.api.sent(ABORT), two.api.sent(ABORT)) == (1, 0)
            assert len(records(one)) == 1
            assert len(records(two)) == 1

    run_virtual(scene())


def test_a_command_is_not_sent_for_a_job_that_another_window_has_just_read_to_be_over(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(1)), profile.window("pts/2")
            one.api.script("1", S.IN_PROGRESS, S.COMPLETED)
            async with one.running(), two.running():
                await asyncio.sleep(5.05)
                one.monitor.poll_now([REF])
                await asyncio.sleep(0.2)
                with pytest.raises(UsageError, match="it is over, or was commanded"):
                    await two.monitor.command(REF, ABORT)
            assert two.api.calls == []
            assert two.job.state is S.COMPLETED
            assert records(two) == []

    run_virtual(scene())


def test_a_command_is_not_sent_for_a_job_that_another_window_has_taken_off_the_list(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        with shared_profile(tmp_path) as profile:
            one, two = profile.window("pts/1", jobs(2)), profile.window("pts/2")
            async with one.running(), two.running():
                await asyncio.sleep(3.05)
                one.monitor.remove(REF)
                with pytest.raises(UsageError, match="taken the job off the list"):
                    await two.monitor.command(REF, ABORT)
                two.monitor.remove(REF)  # as it may be asked for in a dialog that was open
            assert two.api.calls == []

    run_virtual(scene())


def test_all_that_becomes_of_a_command_is_told_to_the_other_windows() -> None:
    stage = command(UnclearError("timeout"), S.READY, S.IN_PROGRESS)
    told = stage.database.rows("SELECT text FROM events WHERE kind = ?", (EventKind.COMMAND,))
    assert told == [("start sent",), ("start sent",), ("start took effect, then in_progress",)]


def test_the_reading_that_settles_is_the_one_that_is_remembered() -> None:
    stage = command("Job started", S.READY, S.IN_PROGRESS, seconds=5)
    (record,) = records(stage)
    history = stage.archive.history(REF)
    assert history is not None
    assert isinstance(record.settled, JobReading)
    assert record.settled == history.readings[-1]
