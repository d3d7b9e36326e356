"""The sums of a report add up, whatever its jobs are."""

from hypothesis import given

from tests.support.reports import REPORTS, full_report, report, reported
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.lineage import chain
from zcbulk_tui.domain.report import NightReport, Reason, ReportedJob
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed


@given(REPORTS)
def test_the_sums_are_those_of_the_readings(made: NightReport) -> None:
    sums = made.sums
    for field, total in (("success", sums.success), ("failed", sums.failed), ("left", sums.left)):
        known = [getattr(it.counts, field) for it in made.jobs]
        assert total == sum(count for count in known if count is not None)
    lacking = [it for it in made.jobs if None in (it.counts.success, it.counts.failed)]
    assert sums.unknown >= len(lacking)
    assert made.before <= sum(1_000 for it in made.jobs if it.before is not None)


@given(REPORTS)
def test_every_job_stands_in_one_place(made: NightReport) -> None:
    groups = (made.running, made.ended_badly, made.with_failures)
    assert sum(map(len, groups)) <= len(made.jobs)
    well = [it for it in made.jobs if it.is_over and not it.ended_badly and not it.counts.failed]
    assert sum(map(len, (*groups, well))) == len(made.jobs)


@given(REPORTS)
def test_reasons_are_merged_without_losing_a_record(made: NightReport) -> None:
    merged = made.reasons
    assert sum(reason.records for reason, _ in merged) == sum(
        reason.records for job in made.jobs for reason in job.reasons
    )
    counts = [reason.records for reason, _ in merged]
    assert counts == sorted(counts, reverse=True)
    assert len({reason.reason for reason, _ in merged}) == len(merged)


def test_a_reason_of_two_jobs_is_one_line() -> None:
    made = report(
        reported("One", reasons=(Reason("DUPLICATE", ("Email",), 3),)),
        reported("Two", reasons=(Reason("DUPLICATE", ("Email",), 4), Reason("OTHER", (), 5))),
    )
    assert made.reasons == [
        (Reason("DUPLICATE", ("Email",), 7), ["One", "Two"]),
        (Reason("OTHER", (), 5), ["Two"]),
    ]


def test_a_full_one() -> None:
    made = full_report()
    assert (made.sums.success, made.sums.failed, made.sums.left) == (2_875, 131, 594)
    assert made.before == 10
    assert [it.reading and it.reading.state for it in made.ended_badly] == [JobState.SYSTEM_ABORTED]


def _chain(*jobs: ReportedJob, waiting: int = 0) -> NightReport:
    """Returns the report of a job and those that repair it, one the other."""
    ids = ["", *(it.job.ref.job_id for it in jobs)]
    repairs = dict(zip((it.job.ref for it in jobs), ids, strict=False))
    listed = [
        Listed("default", JobSnapshot(it.job._replace(repairs=repairs[it.job.ref]), (it.reading,)))
        for it in jobs
        if it.reading is not None
    ]
    made = chain(listed)._replace(waiting=waiting)
    return report(*jobs, chains=(made,))


def test_what_a_repair_sent_again_counts_as_its_last_attempt_left_it() -> None:
    first = reported("c3.csv", 49_800, 200, job_id="1")
    made = _chain(first, reported("c3.csv, repair 1", 195, 5, job_id="2"))
    assert (made.sums.success, made.sums.failed, made.sums.left) == (49_995, 5, 0)
    assert [made.is_mended(it) for it in made.jobs] == [True, False]
    assert made.seen_sums == (205, 0)


def test_records_that_a_repair_held_back_are_not_mended() -> None:
    first = reported("c3.csv", 49_000, 200, 800, JobState.SYSTEM_ABORTED, job_id="1")
    made = _chain(first, reported("c3.csv, repair 1", 900, 0, job_id="2"))
    assert [made.is_mended(it) for it in made.jobs] == [False, False]
    assert (made.sums.failed, made.sums.left) == (100, 0)
    assert _chain(first, waiting=1).is_mended(first)


def test_an_expired_repair_mends_nothing() -> None:
    first = reported("c3.csv", 49_800, 200, job_id="1")
    made = _chain(first, reported("again", 0, 0, 200, JobState.EXPIRED, job_id="2"))
    assert not made.is_mended(first)
