"""Reading jobs once, for a command that prints and ends: what it asks, and what it remembers."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.monitor.stage import AMPLE, Ledger, ScriptedApi, Stage, jobs
from tests.monitor.windows import SharedProfile
from tests.support.contexts import PROFILE
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.call_limits import MINUTE
from zcbulk_tui.domain.job import JobReading, JobState
from zcbulk_tui.domain.records import CallRecord, EventKind, History, JobEvent
from zcbulk_tui.errors import (
    Answer,
    JobUnknownError,
    QuotaSpentError,
    SignedOutError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.windows import SILENT, NoWindow

ONE, TWO = jobs(2)
Result = JobReading | ZcbulkError


@dataclass
class Script:
    """A command that reads jobs, on the same file as the windows."""

    database: Database
    api: ScriptedApi
    ledger: Ledger
    quota: QuotaTracker

    async def read(self, *ids: str, fresh: bool = False) -> list[Result]:
        """Reads the jobs with these ids, as a command that has just begun does."""
        window = NoWindow(self.database, PROFILE, clock=loop_time)
        memory = Memory(self.database, PROFILE, window, shows_list=False)
        minute = RateLimiter(self.database, PROFILE, clock=loop_time)
        context = ProfileContext(PROFILE, "cron@jump1", memory, window, minute)
        wanted = [watched(job_id, "A job") for job_id in ids]
        return await read_all(self.api, wanted, self.quota, context, virtual_now, fresh=fresh)

    @property
    def asked(self) -> list[str]:
        """The jobs that it has asked Zoho about."""
        return [call.job_id for call in self.api.calls]

    def remembered(self, job_id: str) -> History:
        found = Archive(self.database, PROFILE).history(watched(job_id).ref)
        assert found is not None
        return found

    def log(self) -> list[CallRecord]:
        entries = Archive(self.database, PROFILE).log()
        return [entry for entry in reversed(entries) if isinstance(entry, CallRecord)]


def loop_time() -> float:
    return asyncio.get_running_loop().time()


class Place:
    """Where windows and scripts meet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.profile = SharedProfile(path)
        self.database = open_database(path)

    def script(self, quota_plan: QuotaPlan = AMPLE) -> Script:
        """A script; only in virtual time."""
        ledger = Ledger()
        quota = QuotaTracker(ledger, quota_plan, now=virtual_now)
        return Script(self.database, ScriptedApi(), ledger, quota)

    def close(self) -> None:
        self.profile.close()
        self.database.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(Place(tmp_path / "state.db")) as made:
        yield made


def good(result: Result) -> JobReading:
    assert isinstance(result, JobReading)
    return result


def test_a_job_is_asked_once_and_what_it_says_is_remembered(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        (result,) = await script.read("1")
        assert script.asked == ["1"]
        assert script.ledger.counted == {(NOW.date(), Cause.SCRIPT): 1}
        found = script.remembered("1")
        assert found.readings == (good(result),)
        assert [event.text for event in found.events] == ["First read: in_progress"]
        (call,) = script.log()
        assert (call.cause, call.why, call.request, call.failure) == (
            Cause.SCRIPT,
            "status",
            "GET status",
            "",
        )
        assert call.left == script.quota.budget.left

    run_virtual(scene())


def test_a_job_that_is_not_on_the_list_does_not_come_onto_it(place: Place) -> None:
    async def scene() -> None:
        await place.script().read("1")
        assert Archive(place.database, PROFILE).jobs() == []
        assert place.profile.window().context.memory.recall() == []

    run_virtual(scene())


@pytest.mark.parametrize("state", [state for state in JobState if state.is_final])
def test_a_job_that_is_over_costs_no_call(place: Place, state: JobState) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.script("1", state)
        (first,) = await script.read("1")
        (second,) = await script.read("1")
        assert script.asked == ["1"]
        assert second == first
        assert good(second).read_at == NOW + timedelta(seconds=0.1)

    run_virtual(scene())


def test_a_job_that_goes_on_is_asked_each_time(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.script("1", JobState.READY, JobState.UNKNOWN, JobState.COMPLETED)
        states = [good((await script.read("1"))[0]).state for _ in range(3)]
        assert states == [JobState.READY, JobState.UNKNOWN, JobState.COMPLETED]
        assert [event.text for event in script.remembered("1").events] == [
            "First read: ready",
            "ready → unknown",
            "unknown → completed",
        ]

    run_virtual(scene())


def test_what_a_living_window_polls_costs_no_call(place: Place) -> None:
    async def scene() -> None:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        async with window.running():
            await asyncio.sleep(13)
            (result,) = await script.read("1")
        assert script.asked == []
        last = window.job.last
        assert last is not None
        assert good(result).counts == last.counts
        assert window.api.times() == [0.0, 10.1]

    run_virtual(scene())


def test_what_a_window_wants_that_does_not_poll_itself_costs_no_call(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        one = place.profile.window("pts/1", [ONE])
        two = place.profile.window("pts/2", [TWO], shows_list=False)
        async with one.running(), two.running():
            await asyncio.sleep(5)
            await script.read("1", "2")
        assert script.asked == []

    run_virtual(scene())


def test_what_no_window_polls_costs_a_call_though_windows_are_open(place: Place) -> None:
    async def scene() -> None:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        async with window.running():
            await asyncio.sleep(5)
            await script.read("1", "7")
            assert script.asked == ["7"]
            await script.read("7")
        assert script.asked == ["7", "7"]

    run_virtual(scene())


@pytest.mark.parametrize("leaves", [True, False], ids=["closed", "fell silent"])
def test_what_a_window_polled_that_is_gone_costs_a_call(
    place: Place, monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    async def scene() -> None:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        if not leaves:
            monkeypatch.setattr(window.context.windows, "leave", lambda: None)
        async with window.running():
            await asyncio.sleep(5)
        await asyncio.sleep(2 * SILENT)
        await script.read("1")
        assert script.asked == ["1"]

    run_virtual(scene())


def test_a_job_that_a_window_could_not_read_yet_is_asked(place: Place) -> None:
    async def scene() -> None:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        window.api.script("1", UnreachableError("down"))
        async with window.running():
            await asyncio.sleep(3)
            (result,) = await script.read("1")
        assert script.asked == ["1"]
        assert good(result).state is JobState.IN_PROGRESS

    run_virtual(scene())


def test_what_a_script_reads_is_shown_by_the_windows(place: Place) -> None:
    async def scene() -> Stage:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        script.api.script("1", JobState.COMPLETED)
        async with window.running():
            await asyncio.sleep(5)
            await script.read("1", fresh=True)
            await asyncio.sleep(60)
        assert window.job.state is JobState.COMPLETED
        return window

    assert run_virtual(scene()).api.times() == [0.0]


def test_fresh_asks_for_all(place: Place) -> None:
    async def scene() -> None:
        script, window = place.script(), place.profile.window("pts/1", [ONE])
        script.api.script("2", JobState.COMPLETED)
        async with window.running():
            await asyncio.sleep(5)
            await script.read("2")
            await script.read("1", "2", fresh=True)
        assert script.asked == ["2", "1", "2"]

    run_virtual(scene())


def test_results_come_in_the_order_of_the_jobs_wherever_they_come_from(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.script("2", JobState.COMPLETED)
        script.api.script("3", JobUnknownError("No such job"))
        await script.read("2")
        results = await script.read("1", "2", "3", "4")
        assert isinstance(results[2], JobUnknownError)
        assert [good(results[place]).state for place in (0, 1, 3)] == [
            JobState.IN_PROGRESS,
            JobState.COMPLETED,
            JobState.IN_PROGRESS,
        ]

    run_virtual(scene())


def small(calls: int) -> QuotaPlan:
    return QuotaPlan(calls, 1, 0, UTC)


def test_only_what_is_asked_must_be_affordable(place: Place) -> None:
    async def scene() -> None:
        known = place.script()
        known.api.script("2", JobState.COMPLETED)
        await known.read("2")
        script = place.script(small(1))
        results = await script.read("1", "2")
        assert script.asked == ["1"]
        assert good(results[1]).state is JobState.COMPLETED
        (again,) = await script.read("2")  # with no call left
        assert good(again).state is JobState.COMPLETED

    run_virtual(scene())


@pytest.mark.parametrize("fresh", [False, True])
def test_nothing_is_asked_where_not_all_can_be_afforded(place: Place, fresh: bool) -> None:
    async def scene() -> None:
        script = place.script(small(1))
        with pytest.raises(QuotaSpentError):
            await script.read("1", "2", fresh=fresh)
        assert script.asked == []
        assert script.ledger.counted == {}

    run_virtual(scene())


def test_nothing_is_counted_where_no_call_can_be_signed(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.no_token = SignedOutError("Signed out")
        with pytest.raises(SignedOutError):
            await script.read("1")
        assert script.ledger.counted == {}
        script.api.script("2", JobState.COMPLETED)
        script.api.no_token = None
        await script.read("2")
        script.api.no_token = SignedOutError("Signed out")
        (result,) = await script.read("2")  # what costs no call takes no sign-in
        assert good(result).state is JobState.COMPLETED

    run_virtual(scene())


def test_a_fault_is_remembered(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.script("1", JobUnknownError("No such job", answer=Answer(404, 3100, "none")))
        await script.read("1")
        (event,) = script.remembered("1").events
        assert (event.kind, event.text) == (EventKind.FAULT, "No such job")
        assert isinstance(event.error, JobUnknownError)
        (call,) = script.log()
        assert (call.failure, call.answer) == ("No such job", Answer(404, 3100, "none"))

    run_virtual(scene())


def test_a_fault_is_told_once_however_often_a_script_meets_it(place: Place) -> None:
    async def scene() -> list[JobEvent]:
        script = place.script()
        down = UnreachableError("Down")
        script.api.script("1", JobState.READY, down, down, down, JobState.READY)
        for _ in range(5):
            await script.read("1")
            await asyncio.sleep(60)
        assert len(script.log()) == 5
        return list(script.remembered("1").events)

    assert [event.kind for event in run_virtual(scene())] == [
        EventKind.STATE,
        EventKind.FAULT,
        EventKind.RECOVERED,
    ]


def test_a_spent_day_is_noted_for_all(place: Place) -> None:
    async def scene() -> None:
        script = place.script()
        script.api.script("1", QuotaSpentError("The day is spent", answer=Answer(400, 4000)))
        await script.read("1")
        assert script.ledger.day(NOW.date()).spent

    run_virtual(scene())


def test_the_minute_holds_for_scripts_and_windows_together(place: Place) -> None:
    async def scene() -> list[float]:
        script, window = place.script(), place.profile.window("pts/1", jobs(40))
        async with window.running():
            await asyncio.sleep(3)
            await script.read(*(str(number) for number in range(1, 41)), fresh=True)
        return sorted(call.at for call in [*script.api.calls, *window.api.calls])

    made = run_virtual(scene())
    assert max(sum(at <= later < at + MINUTE for later in made) for at in made) == 48
