"""A probe in virtual time: written down first, within its limits, resumed where it stopped."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.contexts import PROFILE, make_context
from tests.support.databases import memory_database
from tests.support.insertions import FORM, insertion
from tests.support.jobs import REF, watched
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Contradiction, Finding, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step, calls_made
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    ConfigError,
    HeldError,
    UnclearError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.call_limiter import CallLimiter
from zcbulk_tui.monitor.calls import Calls
from zcbulk_tui.monitor.contract_watch import ContractWatch
from zcbulk_tui.monitor.probing import Listener, ProbeEnd, Probing, Stop
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.quota import CallLedger

SCRATCH = FORM._replace(form="Scratch", environment=Environment.DEVELOPMENT)
AMPLE = QuotaPlan(daily_calls=1000, share=1, reserve=20, zone=UTC)
FILE = UploadFile(Path("/probe/one.csv"), "one.csv", 10, "ab" * 32, 1)

STEPS = (
    Step("fields", Act.FIELDS, "", "lists the fields"),
    Step("create-a", Act.CREATE, "a", "begins a job"),
    Step("upload-a", Act.UPLOAD, "a", "uploads a file", "one.csv"),
    Step("start-a", Act.START, "a", "starts it", "PATCH wrapped lower"),
    Step("end-a", Act.STATUS, "a", "shows how it ends", wait=30.0),
)


class Plan:
    """Makes steps in their order, whatever comes of them; what was not sent is made again."""

    def __init__(self, steps: Sequence[Step] = STEPS) -> None:
        self._steps = steps

    def next_step(
        self, transcript: Sequence[Exchange], calls_left: int, _: datetime
    ) -> Step | None:
        done = {it.step.key for it in transcript if not it.is_unsent}
        return next((it for it in self._steps if it.key not in done), None) if calls_left else None

    def findings(self, transcript: Sequence[Exchange]) -> Contract:
        if not transcript:
            return UNKNOWN
        last = transcript[-1]
        values = {"last": last.step.key} if last.is_answered else {}
        if last.step.key in ("fields", "create-a"):
            values["begun"] = "yes"
        return Contract({Question.LIMITS: Finding(Question.LIMITS, values, last.sent_at)})

    def contested(self, transcript: Sequence[Exchange]) -> frozenset[tuple[Question, str]]:
        is_late = len(transcript) >= len(STEPS)
        return frozenset({(Question.RECORD_DETAILS, "place")} if is_late else ())

    def file(self, name: str, transcript: Sequence[Exchange]) -> UploadFile:
        assert name == FILE.name
        assert "create-a" in {it.step.key for it in transcript}
        return FILE


class Api:
    """Answers each step after a second; keeps what was sent, and when."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.errors: dict[str, ZcbulkError] = {}
        self.twice: set[str] = set()
        self.lasts = 1.0
        self.on_call: Callable[[Step], None] = lambda _: None

    async def exchange(
        self,
        form: FormRef,
        step: Step,
        job_id: str,
        file: UploadFile | None,
        sent_at: datetime,
        slot: Slot,
    ) -> tuple[Exchange, ZcbulkError | None]:
        assert form == SCRATCH
        assert (file is FILE) == (step.act is Act.UPLOAD)
        error = self.errors.pop(step.key, None)
        try:
            if step.key in self.twice:
                async with slot(step.key) as call:
                    call(Answer(401, 1030))
            async with slot(step.key) as call:
                self.on_call(step)
                self.sent.append((step.key, job_id))
                self.times.append(asyncio.get_running_loop().time())
                await asyncio.sleep(self.lasts)
                if error is not None:
                    raise error
                call(Answer(200, 3000))
        except ZcbulkError as failed:
            is_unclear = isinstance(failed, UnclearError)
            return Exchange(step, sent_at, is_unsent=not is_unclear), failed
        seen = {"job_id": REF.job_id} if step.act is Act.CREATE else {}
        return Exchange(step, sent_at, 200, 3000, "", seen), None


class Stage:
    """A probe on its form, over a database that another process may have too."""

    def __init__(
        self,
        database: Database | None = None,
        *,
        plan: Plan | None = None,
        quota_plan: QuotaPlan = AMPLE,
        api: Api | None = None,
        contracts: Contracts | None = None,
    ) -> None:
        self.database = database or memory_database()
        self.context = make_context(self.database, clock=lambda: asyncio.get_running_loop().time())
        self.api = api or Api()
        self.ledger = CallLedger(self.database, PROFILE)
        self.quota = QuotaTracker(self.ledger, quota_plan, now=virtual_now)
        self.contracts = contracts or Contracts(self.database, PROFILE)
        self.insertions = Insertions(self.database, PROFILE)
        memory = self.context.memory
        calls = Calls(CallLimiter(self.context.rate_limiter), self.quota, memory, virtual_now)
        self.said: list[str] = []
        self.otherwise: list[Contradiction] = []
        self.probing = Probing(
            self.api,
            plan or Plan(),
            calls,
            self.quota,
            self.contracts,
            ContractWatch(
                self.contracts, memory, lambda it, _: self.otherwise.append(it), virtual_now
            ),
            self.insertions,
            memory,
            MetaCache(self.database),
            virtual_now,
        )

    async def run(self, limit: int | None = None) -> ProbeEnd:
        listener = Listener(
            lambda step, _: self.said.append(step.key), lambda it: self.said.append(it.step.key)
        )
        return await self.probing.run(SCRATCH, limit, listener)

    def keys(self) -> list[str]:
        return [it.step.key for it in self.contracts.transcript(SCRATCH)]


def test_a_whole_probe() -> None:
    async def scene() -> None:
        stage = Stage()
        assert await stage.run() == ProbeEnd(Stop.COMPLETE)
        assert [key for key, _ in stage.api.sent] == [step.key for step in STEPS]
        assert {job_id for key, job_id in stage.api.sent if key.endswith("-a")} == {
            "",
            REF.job_id,
        }
        assert stage.api.times[-1] - stage.api.times[-2] == pytest.approx(31.0)
        assert all(it.is_accepted for it in stage.contracts.transcript(SCRATCH))
        known = stage.contracts.known(SCRATCH.origin)
        assert known.value(Question.LIMITS, "last") == "end-a"
        assert stage.probing.made == calls_made(stage.contracts.transcript(SCRATCH)) == len(STEPS)
        assert stage.quota.budget.day.of(Cause.SCRIPT) == len(STEPS)
        log = stage.database.rows("SELECT why, about FROM calls")
        assert ("probe: begins a job", "Scratch") in log
        assert len(log) == len(STEPS)

    run_virtual(scene())


def test_a_step_is_written_down_before_it_is_sent() -> None:
    async def scene() -> None:
        stage = Stage()

        def look(step: Step) -> None:
            last = stage.contracts.transcript(SCRATCH)[-1]
            assert (last.step, last.is_answered) == (step, False)

        stage.api.on_call = look
        await stage.run()

    run_virtual(scene())


@pytest.mark.parametrize("limit", range(1, 5))
def test_it_goes_on_where_its_limit_stopped_it(limit: int) -> None:
    async def scene() -> None:
        first = Stage()
        assert await first.run(limit) == ProbeEnd(Stop.LIMIT)
        assert len(first.api.sent) == limit
        second = Stage(first.database, api=first.api)
        assert await second.run() == ProbeEnd(Stop.COMPLETE)
        assert [key for key, _ in first.api.sent] == [step.key for step in STEPS]

    run_virtual(scene())


def test_the_reserve_of_the_day_is_kept() -> None:
    async def scene() -> None:
        stage = Stage(quota_plan=QuotaPlan(daily_calls=13, share=1, reserve=10, zone=UTC))
        left = stage.quota.budget.left_for_polls
        assert 0 < left < 13
        plan = Plan([Step(f"{n}", Act.FIELDS, "", "") for n in range(20)])
        stage = Stage(stage.database, plan=plan, quota_plan=stage.quota.budget.quota_plan)
        assert await stage.run() == ProbeEnd(Stop.DAY)
        assert len(stage.api.sent) == left
        assert stage.quota.budget.reserve_left == stage.quota.budget.left > 0

    run_virtual(scene())


def test_no_probe_costs_more_than_its_most() -> None:
    async def scene() -> None:
        endless = Plan([Step(f"{n}", Act.FIELDS, "", "") for n in range(200)])
        stage = Stage(plan=endless)
        assert await stage.run(25) == ProbeEnd(Stop.LIMIT)
        stage = Stage(stage.database, plan=endless)
        assert await stage.run(25) == ProbeEnd(Stop.MOST)
        assert len(stage.contracts.transcript(SCRATCH)) == MOST_CALLS

    run_virtual(scene())


def test_it_does_not_go_faster_than_zoho_allows() -> None:
    async def scene() -> None:
        api = Api()
        api.lasts = 0.0
        stage = Stage(plan=Plan([Step(f"{n}", Act.FIELDS, "", "") for n in range(40)]), api=api)
        for _ in range(20):
            stage.context.rate_limiter.take()
        await stage.run()
        assert len([at for at in api.times if at < 60]) < 40

    run_virtual(scene())


@pytest.mark.parametrize("error", [UnreachableError("No way"), BusyError("Too fast")])
def test_what_was_not_sent_is_made_by_the_next_run(error: ZcbulkError) -> None:
    async def scene() -> None:
        stage = Stage()
        stage.api.errors["upload-a"] = error
        assert await stage.run() == ProbeEnd(Stop.TROUBLE, error)
        assert stage.keys() == ["fields", "create-a", "upload-a"]
        assert await stage.run() == ProbeEnd(Stop.COMPLETE)
        assert stage.keys() == [step.key for step in STEPS]

    run_virtual(scene())


def test_what_a_step_costs_besides_counts() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.api.errors = {"upload-a": BusyError("Too fast"), "start-a": UnreachableError("No")}
        stage.api.twice = {"create-a"}
        while (await stage.run()).stop is Stop.TROUBLE:
            pass
        calls = {it.step.key: it.calls for it in stage.contracts.transcript(SCRATCH)}
        assert calls == {"fields": 1, "create-a": 2, "upload-a": 2, "start-a": 1, "end-a": 1}
        assert stage.probing.made == stage.quota.budget.day.of(Cause.SCRIPT) == 7
        assert calls_made(stage.contracts.transcript(SCRATCH)) == 7

    run_virtual(scene())


@pytest.mark.parametrize(("limit", "stop"), [(2, Stop.LIMIT), (None, Stop.MOST)])
def test_no_call_is_made_again_beyond_its_limit(limit: int | None, stop: Stop) -> None:
    async def scene() -> None:
        most = limit or MOST_CALLS
        plan = Plan([Step(f"{number}", Act.FIELDS, "", "") for number in range(most)])
        stage = Stage(plan=plan)
        stage.api.twice = {f"{most - 1}"}
        assert await stage.run(limit) == ProbeEnd(stop)
        last = stage.contracts.transcript(SCRATCH)[-1]
        assert (last.step.key, last.is_unsent, last.calls) == (f"{most - 1}", True, 1)
        assert stage.quota.budget.day.of(Cause.SCRIPT) == stage.probing.made == most

    run_virtual(scene())


def test_one_lost_answer_is_passed_over_and_two_end_the_run() -> None:
    async def scene() -> None:
        stage = Stage()
        lost = UnclearError("Lost")
        stage.api.errors = {"fields": lost, "upload-a": lost, "start-a": lost}
        assert await stage.run() == ProbeEnd(Stop.TROUBLE, lost)
        assert stage.keys() == ["fields", "create-a", "upload-a", "start-a"]

    run_virtual(scene())


async def interrupted(stage: Stage, after: float) -> None:
    task = asyncio.create_task(stage.run())
    await asyncio.sleep(after)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


def test_an_interrupted_run_awaits_the_answer_under_way() -> None:
    async def scene() -> None:
        stage = Stage()
        await interrupted(stage, 1.5)
        assert stage.keys() == ["fields", "create-a"]
        assert all(it.is_answered for it in stage.contracts.transcript(SCRATCH))
        assert await stage.run() == ProbeEnd(Stop.COMPLETE)
        assert [key for key, _ in stage.api.sent] == [step.key for step in STEPS]

    run_virtual(scene())


def test_an_interrupted_run_awaits_no_answer_for_ever() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.api.lasts = 3600.0
        await interrupted(stage, 1.5)
        (only,) = stage.contracts.transcript(SCRATCH)
        assert not only.is_answered
        assert not only.is_unsent
        assert asyncio.get_running_loop().time() < 20

    run_virtual(scene())


def test_a_run_that_is_interrupted_while_it_waits_has_sent_nothing() -> None:
    async def scene() -> None:
        stage = Stage()
        await interrupted(stage, 10.0)
        assert stage.keys() == ["fields", "create-a", "upload-a", "start-a"]

    run_virtual(scene())


def test_a_step_whose_turn_did_not_come_was_not_sent() -> None:
    async def scene() -> None:
        stage = Stage()
        while not stage.context.rate_limiter.take():
            pass  # the minute is full
        await interrupted(stage, 1.0)
        (only,) = stage.contracts.transcript(SCRATCH)
        assert only.is_unsent
        assert stage.api.sent == []
        assert stage.quota.budget.day.total == 0

    run_virtual(scene())


def test_a_step_that_cannot_be_written_down_is_not_sent() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.database.connection.execute("DROP TABLE probe_steps")
        with pytest.raises(ConfigError):
            await stage.run()
        assert stage.api.sent == []

    run_virtual(scene())


def test_a_form_with_a_watched_job_is_left_alone() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.context.memory.add(watched()._replace(ref=SCRATCH.job(REF.job_id)))
        with pytest.raises(HeldError, match="in use"):
            await stage.run()
        assert stage.api.sent == []

    run_virtual(scene())


def test_a_form_with_queued_files_is_left_alone() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.insertions.add([insertion(form=SCRATCH)])
        with pytest.raises(HeldError, match="in use"):
            await stage.run()
        assert stage.api.sent == []

    run_virtual(scene())


def test_a_form_is_probed_by_one_process() -> None:
    async def scene() -> None:
        stage = Stage()
        assert stage.insertions.locks.take(SCRATCH)
        with pytest.raises(HeldError, match="Another process"):
            await stage.run()
        stage.insertions.locks.release(SCRATCH)
        await stage.run(1)
        assert stage.insertions.locks.take(SCRATCH)

    run_virtual(scene())


def test_a_wait_that_passed_before_a_new_run_is_not_waited_again() -> None:
    async def scene() -> None:
        stage = Stage()
        await stage.run(4)
        await asyncio.sleep(25)
        began = asyncio.get_running_loop().time()
        assert await Stage(stage.database, api=stage.api).run() == ProbeEnd(Stop.COMPLETE)
        assert asyncio.get_running_loop().time() - began == pytest.approx(5.0, abs=1.1)

    run_virtual(scene())


def test_a_probe_begins_anew_when_it_is_told_to() -> None:
    async def scene() -> None:
        stage = Stage()
        await stage.run()
        listener = Listener(lambda *_: None, lambda _: None)
        end = await stage.probing.run(SCRATCH, len(STEPS), listener, anew=True)
        assert end == ProbeEnd(Stop.LIMIT)  # the calls of this run are used up
        assert len(stage.keys()) == len(STEPS)
        other = Stage(stage.database, api=stage.api)
        assert await other.probing.run(SCRATCH, 2, listener, anew=True) == ProbeEnd(Stop.LIMIT)
        assert other.keys() == ["fields", "create-a"]

    run_virtual(scene())


def test_what_later_answers_leave_open_is_withdrawn() -> None:
    async def scene() -> None:
        stage = Stage()
        place = Finding(Question.RECORD_DETAILS, {"place": "inside"}, virtual_now())
        stage.contracts.note(SCRATCH.origin, place)
        await stage.run(2)
        assert stage.contracts.known(SCRATCH.origin).value(Question.LIMITS, "begun") == "yes"
        await stage.run(4)
        known = stage.contracts.known(SCRATCH.origin)
        assert known.value(Question.LIMITS, "begun") is None
        assert known.value(place.question, "place") == "inside"
        for _ in range(2):
            assert await stage.run() == ProbeEnd(Stop.COMPLETE)
        assert stage.contracts.known(SCRATCH.origin).findings.keys() == {Question.LIMITS}
        said = [it for it in stage.otherwise if it.question is place.question]
        assert said == [Contradiction(place.question, "place", "inside", "now this, now that")]

    run_virtual(scene())


def test_what_an_answer_shows_is_kept_by_the_next_run_if_this_one_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        stage = Stage()
        with monkeypatch.context() as failing:
            failing.setattr(stage.contracts, "save", _cannot_be_written)
            for _ in STEPS:
                with pytest.raises(ConfigError):
                    await Stage(stage.database, api=stage.api, contracts=stage.contracts).run(1)
        assert stage.contracts.known(SCRATCH.origin).findings == {}
        assert await stage.run() == ProbeEnd(Stop.COMPLETE)
        assert stage.contracts.known(SCRATCH.origin).value(Question.LIMITS, "last") == "end-a"
        assert len(stage.api.sent) == len(STEPS)

    run_virtual(scene())


def _cannot_be_written(*_: object) -> None:
    raise ConfigError("The disk is full")
