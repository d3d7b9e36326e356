"""Results are fetched by themselves, each once, in the order of their deadlines."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.monitor.result_stage import FAILURE, SECRET, SUCCESS, UNPROCESSED, FetchStage, zipped
from tests.monitor.stage import AMPLE, jobs
from tests.support.contexts import PROFILE
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.result import ResultKind, ResultStage
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    DataError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    SignedOutError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.following import TICK
from zcbulk_tui.store.watch_list import WatchList

pytestmark = pytest.mark.usefixtures("no_threads", "alone")

NOT_READY = ResultNotReadyError("being made", answer=Answer(200, 11110, "being made"))
NOT_OVER = RefusedError("not over", answer=Answer(200, 11120, "not over"))
NOT_ALLOWED = RefusedError("not allowed", answer=Answer(403, 2933, "not allowed"))
GONE = ResultGoneError("gone", answer=Answer(404, 11130, "gone"))


def after(
    seconds: float,
    folder: Path,
    *ids: str,
    plan: QuotaPlan = AMPLE,
    by_itself: bool = True,
    begin: Callable[[FetchStage], None],
    then: Callable[[FetchStage], None] = lambda _: None,
    more: float = 0.0,
) -> FetchStage:
    """Returns the stage after some seconds of work, and after some more."""

    async def scene() -> FetchStage:
        labelled = [watched(job_id, f"Job {job_id}") for job_id in ids]
        stage = FetchStage(folder, labelled, by_itself=by_itself, quota_plan=plan)
        begin(stage)
        async with stage.fetching():
            await asyncio.sleep(seconds)
            then(stage)
            await asyncio.sleep(more)
        return stage

    return run_virtual(scene())


def ends_badly(stage: FetchStage) -> None:
    stage.zoho.end("1", success=50, failed=7, left=3, state=JobState.SYSTEM_ABORTED)


def test_what_failed_and_what_was_not_reached_is_fetched_once(tmp_path: Path) -> None:
    stage = after(300, tmp_path, "1", begin=ends_badly)
    assert stage.zoho.asked() == [("1", FAILURE), ("1", UNPROCESSED)]
    failed, unprocessed = stage.result("1"), stage.result("1", UNPROCESSED)
    assert failed.file is not None
    assert unprocessed.file is not None
    assert (failed.stage, failed.tries, failed.expected) == (ResultStage.ON_DISK, 1, 7)
    assert (failed.file.records, unprocessed.file.records) == (7, 3)
    assert failed.file.path.read_text().count(SECRET) == 7
    assert not failed.is_short
    assert stage.said() == ["Results on disk: 7 failed, 3 unprocessed"]
    assert stage.fetcher.results(failed.ref) == [failed, unprocessed]


def test_nothing_is_fetched_that_can_hold_nothing(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", success=50)
        stage.zoho.end("2", success=50, failed=1)
        stage.zoho.end("3", left=50, state=JobState.EXPIRED)

    stage = after(300, tmp_path, "1", "2", "3", "4", begin=begin)
    assert stage.zoho.asked() == [("2", FAILURE)]
    assert stage.said() == ["Results on disk: 1 failed, 0 unprocessed"]


def test_without_counts_both_are_asked_for(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", success=None, failed=None, left=None, state=JobState.FAILED)
        stage.zoho.answer("1", FAILURE, zipped(4))
        stage.zoho.answer("1", UNPROCESSED, GONE)

    stage = after(300, tmp_path, "1", begin=begin)
    assert stage.stages() == {
        ("1", FAILURE): ResultStage.ON_DISK,
        ("1", UNPROCESSED): ResultStage.GONE,
    }
    assert stage.result("1").expected is None
    assert stage.said() == ["Unprocessed records not fetched", "Results on disk: 4 failed"]


def test_a_night_of_ended_jobs_is_fetched_by_deadline_and_five_a_minute(tmp_path: Path) -> None:
    async def scene() -> FetchStage:
        stage = FetchStage(tmp_path, jobs(12))
        # Read at their ends, in another order than that of the list, and not since.
        for number in range(1, 13):
            job_id = str(number)
            stage.zoho.end(job_id, success=1, failed=number)
            ended = NOW - timedelta(hours=(number * 5) % 12)
            reading = await stage.zoho._status(watched(job_id).ref)
            stage.context.memory.read(watched(job_id).ref, replace(reading, read_at=ended))
        stage.context.windows.leave()
        again = FetchStage(tmp_path, database=stage.database)
        again.zoho.ended = stage.zoho.ended
        async with again.fetching():
            await asyncio.sleep(300)
        return again

    stage = run_virtual(scene())
    order = sorted(range(1, 13), key=lambda number: -((number * 5) % 12))
    assert [job_id for job_id, _ in stage.zoho.asked()] == [str(number) for number in order]
    at = stage.zoho.asked_at()
    assert all(later - at[place] >= 60 for place, later in enumerate(at[5:]))
    assert at[-1] < 200
    assert {it.stage for it in stage.results.all()} == {ResultStage.ON_DISK}


def test_the_calls_of_the_reserve_are_kept(tmp_path: Path) -> None:
    plan = QuotaPlan(daily_calls=12, share=1, reserve=3, zone=UTC)

    def begin(stage: FetchStage) -> None:
        for number in range(1, 7):
            stage.zoho.end(str(number), failed=1)

    def look(stage: FetchStage) -> None:
        assert stage.quota.budget.left == stage.quota.budget.reserve_left == 3

    stage = after(600, tmp_path, *"123456", plan=plan, begin=begin, then=look)
    # Six readings, and three results; three calls are left for start and abort.
    assert len(stage.zoho.fetched) == 3
    assert stage.counted(Cause.PLAN) == 9


def test_nothing_is_fetched_by_itself_where_that_is_off(tmp_path: Path) -> None:
    stage = after(300, tmp_path, "1", by_itself=False, begin=ends_badly)
    assert stage.zoho.fetched == []
    assert stage.results.all() == []


def test_nothing_is_fetched_by_itself_while_polls_are_paused(tmp_path: Path) -> None:
    async def scene() -> None:
        stage = FetchStage(tmp_path, jobs(1))
        ends_badly(stage)
        stage.monitor.pause(paused=True)
        async with stage.fetching():
            await asyncio.sleep(1)
            stage.monitor.poll_now([watched("1").ref])
            await asyncio.sleep(100)
            assert stage.job.is_final
            assert stage.zoho.fetched == []
            stage.monitor.pause(paused=False)
            await asyncio.sleep(60)
            assert len(stage.zoho.fetched) == 2

    run_virtual(scene())


def test_nothing_is_fetched_after_its_deadline(tmp_path: Path) -> None:
    async def scene() -> FetchStage:
        stage = FetchStage(tmp_path, jobs(1))
        stage.zoho.end("1", failed=1)
        reading = await stage.zoho._status(watched("1").ref)
        late = replace(reading, read_at=NOW - timedelta(days=3))
        stage.context.memory.read(watched("1").ref, late)
        stage.context.windows.leave()
        again = FetchStage(tmp_path, database=stage.database)
        again.zoho.ended = stage.zoho.ended
        async with again.fetching():
            await asyncio.sleep(60)
            again.fetcher.fetch([watched("1").ref], [FAILURE])
            await asyncio.sleep(60)
        return again

    stage = run_virtual(scene())
    assert [(cause.value, calls) for (_, cause), calls in stage.ledger.counted.items()] == [
        ("key", 1)
    ]


def test_only_the_window_that_polls_fetches_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.monitor.TICK", TICK)

    async def scene() -> tuple[FetchStage, FetchStage]:
        one = FetchStage(tmp_path, jobs(1))
        ends_badly(one)
        other = FetchStage(tmp_path, database=one.database)
        other.zoho.ended = one.zoho.ended
        # Tables in memory have no locks between processes.
        other.results.locks = one.results.locks
        async with one.fetching(), other.fetching():
            await asyncio.sleep(120)
        return one, other

    one, other = run_virtual(scene())
    assert len(one.zoho.fetched) + len(other.zoho.fetched) == 2
    assert {it.result.stage for it in other.published()} >= {ResultStage.ON_DISK}


def test_success_is_fetched_on_demand_and_what_is_on_the_disk_costs_nothing(tmp_path: Path) -> None:
    ref = watched("1").ref
    all_kinds = list(ResultKind)

    def demand(stage: FetchStage) -> None:
        assert stage.fetcher.price([ref], all_kinds) == 1
        stage.fetcher.fetch([ref, ref], all_kinds)
        assert stage.fetcher.is_asked(ref, SUCCESS)

    stage = after(600, tmp_path, "1", begin=ends_badly, then=demand, more=60)
    assert stage.zoho.asked()[2:] == [("1", SUCCESS)]
    assert stage.fetcher.price([ref], all_kinds) == 0
    assert not stage.fetcher.is_asked(ref, SUCCESS)
    assert stage.counted(Cause.KEY) == 1
    assert stage.said()[-1] == "Results on disk: 7 failed, 3 unprocessed, 50 successful"


def test_many_jobs_have_the_price_of_each_together(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        for job_id in ids:
            stage.zoho.end(job_id, failed=1)

    ids = [str(number) for number in range(60)]
    refs = [watched(job_id).ref for job_id in ids]
    stage = after(200, tmp_path, *ids, begin=begin)
    price = sum(stage.fetcher.price([ref], [FAILURE]) for ref in refs)
    assert 0 < stage.fetcher.price(refs, [FAILURE]) == price < 60


def test_a_wish_that_the_day_does_not_allow_is_refused(tmp_path: Path) -> None:
    plan = QuotaPlan(daily_calls=4, share=1, reserve=1, zone=UTC)
    ref = watched("1").ref

    def demand(stage: FetchStage) -> None:
        with pytest.raises(QuotaSpentError):
            stage.fetcher.fetch([ref], list(ResultKind))
        stage.fetcher.fetch([ref], [SUCCESS])

    stage = after(
        60, tmp_path, "1", plan=plan, by_itself=False, begin=ends_badly, then=demand, more=60
    )
    assert stage.zoho.asked() == [("1", SUCCESS)]


def test_a_file_that_somebody_has_removed_can_be_fetched_again(tmp_path: Path) -> None:
    ref = watched("1").ref

    def demand(stage: FetchStage) -> None:
        file = stage.result("1").file
        assert file is not None
        file.path.unlink()
        assert stage.fetcher.results(ref)[0].stage is ResultStage.REMOVED
        assert stage.fetcher.price([ref], [FAILURE]) == 1
        stage.fetcher.fetch([ref], [FAILURE])

    stage = after(600, tmp_path, "1", begin=ends_badly, then=demand, more=60)
    assert stage.zoho.asked().count(("1", FAILURE)) == 2
    assert stage.fetcher.results(ref)[0].stage is ResultStage.ON_DISK


def test_a_result_that_is_being_made_is_tried_twelve_times(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=1)
        stage.zoho.answer("1", FAILURE, NOT_READY)

    stage = after(7_000, tmp_path, "1", begin=begin)
    waits = [15, 30, 60, 60, 60, *[900] * 6]
    assert stage.zoho.asked_at() == pytest.approx(
        [sum(waits[:count]) for count in range(12)], abs=6
    )
    refused = stage.result("1")
    assert (refused.stage, refused.tries) == (ResultStage.REFUSED, 12)
    assert isinstance(refused.error, ResultNotReadyError)
    assert stage.said() == ["Failed records not fetched"]
    assert stage.counted(Cause.PLAN) >= 12


def test_a_result_that_is_made_in_the_end_is_fetched(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, NOT_READY, NOT_READY, zipped(2))

    stage = after(300, tmp_path, "1", begin=begin)
    fetched = stage.result("1")
    assert (fetched.stage, fetched.tries, fetched.error) == (ResultStage.ON_DISK, 3, None)
    assert stage.said() == ["Results on disk: 2 failed, 0 unprocessed"]


def test_a_job_that_is_not_over_is_read_and_tried_once_more(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, NOT_OVER)

    stage = after(300, tmp_path, "1", begin=begin)
    assert stage.zoho.asked_at() == pytest.approx([0, 60], abs=6)
    assert stage.result("1").stage is ResultStage.REFUSED
    assert len(stage.zoho.times("1")) >= 3  # its first reading, and one after each answer


def test_what_is_gone_is_gone_for_good(tmp_path: Path) -> None:
    ref = watched("1").ref

    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, GONE)

    def demand(stage: FetchStage) -> None:
        assert stage.fetcher.price([ref], [FAILURE]) == 0
        stage.fetcher.fetch([ref], [FAILURE])

    stage = after(600, tmp_path, "1", begin=begin, then=demand, more=60)
    assert len(stage.zoho.fetched) == 1
    assert stage.result("1").stage is ResultStage.GONE


@pytest.mark.parametrize("broken", [b"PK\x03\x04 no archive", b"Name,Reason\r\n"])
def test_a_broken_archive_is_tried_once_more(tmp_path: Path, broken: bytes) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, broken)

    stage = after(300, tmp_path, "1", begin=begin)
    refused = stage.result("1")
    assert stage.zoho.asked_at() == pytest.approx([0, 60], abs=6)
    assert (refused.stage, refused.tries) == (ResultStage.REFUSED, 2)
    assert isinstance(refused.error, DataError)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_user_may_ask_for_what_was_refused(tmp_path: Path) -> None:
    ref = watched("1").ref

    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, b"broken", b"broken", zipped(2))

    def demand(stage: FetchStage) -> None:
        assert stage.fetcher.price([ref], [FAILURE]) == 1
        stage.fetcher.fetch([ref], [FAILURE])

    stage = after(600, tmp_path, "1", begin=begin, then=demand, more=60)
    assert stage.result("1").stage is ResultStage.ON_DISK


@pytest.mark.parametrize(
    ("error", "most"),
    [(UnclearError("cut off"), 12), (BusyError("busy"), 12), (QuotaSpentError("spent"), 1)],
)
def test_what_passes_is_tried_again_after_waits(
    tmp_path: Path, error: ZcbulkError, most: int
) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, error)

    # Long before the day ends, and long after the last try of one that is not spent.
    stage = after(20_000, tmp_path, "1", begin=begin)
    assert len(stage.zoho.fetched) == most == stage.result("1").tries
    gaps = [later - at for at, later in pairwise(stage.zoho.asked_at())]
    assert gaps == sorted(gaps)
    assert stage.said() == ["Failed records not fetched"] * (1 if most == 1 else 2)


def test_waits_double_with_each_call_of_a_result_whatever_others_bring(tmp_path: Path) -> None:
    odd = UndocumentedError("no", answer=Answer(200, 99_008, "no"))

    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2, left=3)
        stage.zoho.answer("1", FAILURE, odd)
        stage.zoho.answer("1", UNPROCESSED, NOT_READY, zipped(3))

    stage = after(400, tmp_path, "1", begin=begin)
    times = [at for _, kind, at in stage.zoho.fetched if kind is FAILURE]
    waits = [later - at for at, later in pairwise(times)]
    # Five results a minute may hold one back for longer.
    assert len(waits) == 6
    assert all(wait >= least for wait, least in zip(waits, (5, 10, 20, 40, 80, 160), strict=False))
    assert stage.result("1", UNPROCESSED).stage is ResultStage.ON_DISK


def test_what_an_earlier_try_met_is_not_said_of_the_next_one(tmp_path: Path) -> None:
    ref = watched("1").ref

    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, NOT_ALLOWED, zipped(2))

    def demand(stage: FetchStage) -> None:
        assert stage.result("1").error is not None
        stage.events.clear()
        stage.fetcher.fetch([ref], [FAILURE])
        assert stage.result("1").error is None

    stage = after(60, tmp_path, "1", begin=begin, then=demand, more=60)
    assert stage.result("1").stage is ResultStage.ON_DISK
    assert not any(it.result.error for it in stage.published())


@pytest.mark.parametrize("error", [UnreachableError("no network"), SignedOutError("signed out")])
def test_where_no_call_is_made_none_is_counted(tmp_path: Path, error: ZcbulkError) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.before_slot = error

    def mend(stage: FetchStage) -> None:
        due = stage.result("1")
        assert (due.stage, due.tries) == (ResultStage.DUE, 0)
        assert due.next_try is not None
        stage.zoho.before_slot = None

    stage = after(300, tmp_path, "1", begin=begin, then=mend, more=400)
    assert stage.result("1").stage is ResultStage.ON_DISK
    assert stage.counted(Cause.PLAN) == len(stage.zoho.fetched) + len(stage.zoho.times("1"))


def test_another_number_of_records_than_zoho_counted_is_said(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=1300)
        stage.zoho.answer("1", FAILURE, zipped(1298))

    stage = after(60, tmp_path, "1", begin=begin)
    assert stage.result("1").is_short
    assert stage.said() == [
        "Results on disk: 1,298 failed, 0 unprocessed; Zoho counted 1,300 failed, the file has "
        "1,298"
    ]


def test_a_whole_file_that_stands_there_is_not_fetched_again(tmp_path: Path) -> None:
    one = after(60, tmp_path, "1", begin=ends_badly)
    assert len(one.zoho.fetched) == 2
    # As if the memory had been lost.
    two = after(60, tmp_path, "1", begin=ends_badly)
    assert two.zoho.fetched == []
    found = two.result("1")
    assert (found.stage, found.tries, found.expected) == (ResultStage.ON_DISK, 0, 7)


def test_progress_is_published(tmp_path: Path) -> None:
    stage = after(200, tmp_path, "1", begin=lambda stage: stage.zoho.end("1", failed=60_000))
    got = [it.got for it in stage.published() if it.got is not None]
    assert got == sorted(got)
    assert got[0] == 0
    assert got[-1] > 1000
    assert stage.published()[-1].got is None
    assert stage.published()[-1].result == stage.result("1")


def test_nothing_of_the_records_is_written_down(tmp_path: Path) -> None:
    stage = after(60, tmp_path / "results", "1", begin=ends_badly)
    assert SECRET in "".join(path.read_text() for path in (tmp_path / "results").rglob("*.csv"))
    dump = "".join(stage.database.connection.iterdump())
    assert "Results on disk" in dump
    assert SECRET not in dump
    assert "wrong" not in dump


def test_results_go_with_their_job_to_another_profile(tmp_path: Path) -> None:
    stage = after(60, tmp_path, "1", begin=ends_badly)
    before = stage.results.all()
    WatchList(stage.database, "other").adopt(PROFILE, stage.list.jobs()[:1])
    assert stage.results.all() == []
    assert type(stage.results)(stage.database, "other").all() == before


def test_each_change_is_published_once(tmp_path: Path) -> None:
    def begin(stage: FetchStage) -> None:
        stage.zoho.end("1", failed=2)
        stage.zoho.answer("1", FAILURE, NOT_READY, zipped(2))

    stage = after(120, tmp_path, "1", begin=begin)
    assert [(it.result.stage, it.got) for it in stage.published()] == [
        (ResultStage.FETCHING, 0),
        (ResultStage.DUE, None),
        (ResultStage.FETCHING, 0),
        (ResultStage.ON_DISK, None),
    ]
    assert stage.published()[-1].result == stage.result("1")
