"""The sums of a report add up, whatever its jobs are."""

from hypothesis import given

from tests.support.reports import REPORTS, full_report, report, reported
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.report import NightReport, Reason


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
