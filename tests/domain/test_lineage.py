"""What jobs that repair one another have brought in together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.insertions import FORM, OTHER_FORM, insertion
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.concern import Assessment, Concern, assess_chain
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import QueuedFile, StepRecord, stage
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.lineage import Chain, chains, repair_label, roots
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.errors import RefusedError, UnclearError

DONE, RUNNING, READY = JobState.COMPLETED, JobState.IN_PROGRESS, JobState.READY
SENT = StepRecord(NOW)
LOST = SENT.ended_by(UnclearError("No answer"))


def job(
    number: int,
    counts: tuple[int | None, int | None, int | None] | None = None,
    state: JobState = DONE,
    repairs: int | None = None,
    command: Command | None = None,
    minutes: int | None = None,
) -> Listed:
    """A job with total, success and failed of its last reading; None for one without."""
    at = NOW + timedelta(minutes=number if minutes is None else minutes)
    made = watched(str(number), f"Job {number}")
    made = made._replace(added_at=at, repairs="" if repairs is None else str(repairs))
    last = () if counts is None else (JobReading(state, state.value, Counts(*counts), NOW),)
    return Listed("eu", JobSnapshot(made, last, command=command))


def file(repairs: int, form: FormRef = FORM, **changes: object) -> QueuedFile:
    """A file on its way that repairs a job."""
    made = insertion(f"of {repairs}", form, repairs=str(repairs), **changes)
    return QueuedFile(made, stage(made))


def the_chain(jobs: Sequence[Listed], *files: QueuedFile) -> Chain:
    found = list(chains(jobs, {"eu": files}).values())
    assert all(it is found[0] for it in found)
    return found[0]


def numbers(chain: Chain) -> list[int]:
    return [int(it.key.ref.job_id) if it.key else 0 for it in chain.attempts]


def test_the_net_result_of_two_attempts() -> None:
    made = the_chain([job(1, (100_000, 98_700, 1_300)), job(2, (1_300, 712, 588), repairs=1)])
    assert (made.total, made.inserted, made.left, made.failed) == (100_000, 99_412, 588, 588)
    assert (len(made.attempts), made.unclear, made.sent, made.is_over) == (2, 0, 0, True)
    assert made.counts == Counts(100_000, 99_412, 588, 0)


def test_records_under_way_are_neither_in_nor_failed() -> None:
    made = the_chain([job(1, (1_000, 900, 100)), job(2, (100, 30, 10), RUNNING, 1)])
    assert (made.inserted, made.failed, made.sent, made.left) == (930, 10, 60, 70)
    assert made.counts == Counts(1_000, 930, 10, 60)
    assert not made.is_over


def test_what_is_not_sent_again_stays_failed() -> None:
    made = the_chain([job(1, (1_000, 700, 100)), job(2, (250, 250, 0), repairs=1)])
    assert made.counts == Counts(1_000, 950, 50, 0)  # 200 not reached and 50 failed were sent


def test_of_several_parts_each_counts() -> None:
    parts = [job(2, (60, 50, 10), repairs=1), job(3, (40, 40, 0), repairs=1)]
    made = the_chain([job(1, (1_000, 900, 100)), *parts, job(4, (10, 9, 1), repairs=2)])
    assert numbers(made) == [1, 2, 3, 4]
    assert (made.inserted, made.left, made.failed) == (999, 1, 1)


def test_a_repair_may_name_the_first_job_though_it_repairs_the_last() -> None:
    again = [job(2, (100, 40, 60), repairs=1), job(3, (60, 50, 10), repairs=1)]
    made = the_chain([job(1, (1_000, 900, 100)), *again])
    assert made.counts == Counts(1_000, 990, 10, 0)


def test_attempts_stand_in_order_of_time_behind_their_root() -> None:
    jobs = [job(3, repairs=2, minutes=9), job(2, repairs=1, minutes=5), job(1, minutes=30)]
    made = the_chain(jobs)
    assert numbers(made) == [1, 2, 3]


def test_a_job_whose_root_is_not_listed_is_a_root() -> None:
    assert chains([job(2, repairs=1), job(5)]) == {}
    assert numbers(the_chain([job(2, repairs=1), job(3, repairs=2)])) == [2, 3]


def test_a_job_repairs_none_of_another_profile_form_or_environment() -> None:
    first = job(1)
    ref = first.snapshot.ref._replace(form="Other")
    other = replace(first.snapshot, job=first.snapshot.job._replace(ref=ref))
    assert chains([Listed("us", first.snapshot), job(2, repairs=1)]) == {}
    assert chains([Listed("eu", other), job(2, repairs=1)]) == {}


def test_circles_break_nothing() -> None:
    assert chains([job(1, repairs=1)]) == {}
    assert numbers(the_chain([job(2, repairs=1), job(1, repairs=2), job(3, repairs=1)])) == [
        2, 1, 3,
    ]  # fmt: skip


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 9)))
def test_every_job_has_one_root_whatever_repairs_what(parents: dict[int, int]) -> None:
    found = roots(parents)
    assert not set(found.values()) & set(found)
    for key, above in parents.items():
        assert found.get(key, key) == found.get(above, above)


UNCLEAR = Command(Action.START, NOW, Outcome.SENT, error=UnclearError("No answer"))


@pytest.mark.parametrize(
    ("again", "files", "unclear"),
    [
        (job(2, None, repairs=1), (), 1),
        (job(2, (100, None, None), RUNNING, 1), (), 1),
        (job(2, (100, 0, 0), READY, 1, UNCLEAR), (), 1),
        (job(2, (100, None, None), READY, 1), (), 0),
        (job(2, (100, 0, 0), READY, 1), (), 0),
        (job(2, (100, 0, 0), READY, 1), (file(1, create=SENT, upload=LOST, job_id="2"),), 1),
        (job(2, (100, 0, 0), RUNNING, 1), (file(1, create=SENT, upload=LOST, job_id="2"),), 0),
        (job(2, (100, 0, 100), DONE, 1, UNCLEAR), (), 0),
    ],
)
def test_unclear_attempts_are_named(
    again: Listed, files: Sequence[QueuedFile], unclear: int
) -> None:
    made = the_chain([job(1, (1_000, 900, 100)), again], *files)
    assert (made.unclear, made.inserted, made.left) == (unclear, 900, 100)
    assert len(made.attempts) == 2


@pytest.mark.parametrize("create", [SENT, LOST, StepRecord(NOW, Outcome.ACCEPTED)])
def test_a_file_that_may_be_a_job_is_an_unclear_attempt(create: StepRecord) -> None:
    made = the_chain([job(1, (1_000, 900, 100))], file(1, create=create))
    assert (len(made.attempts), made.unclear, made.inserted, made.left) == (2, 1, 900, 100)
    assert not made.is_over
    assert numbers(made) == [1, 0]


def test_a_file_of_which_nothing_was_sent_waits() -> None:
    refused = SENT.ended_by(RefusedError("No"))
    jobs = [job(1, (1_000, 900, 100)), job(2, (100, 50, 50), repairs=1)]
    made = the_chain(jobs, file(2), file(1, create=refused))
    assert (len(made.attempts), made.unclear, made.waiting) == (2, 0, 2)
    assert not made.is_over
    assert chains(jobs[:1], {"eu": [file(1)]}) == {}


def test_files_of_other_forms_and_profiles_are_no_attempts() -> None:
    jobs = [job(1, (1_000, 900, 100))]
    assert chains(jobs, {"eu": [file(1, create=LOST, form=OTHER_FORM)]}) == {}
    assert chains(jobs, {"us": [file(1, create=LOST)]}) == {}


def test_what_was_read_as_in_stays_in_while_an_abort_is_unclear() -> None:
    aborted = Command(Action.ABORT, NOW, error=UnclearError("No answer"))
    made = the_chain([job(1, (1_000, 900, 100)), job(2, (100, 30, 0), RUNNING, 1, aborted)])
    assert (made.inserted, made.unclear, made.left) == (930, 1, 70)


def test_what_was_taken_twice_is_said() -> None:
    twice = [job(it, (100, 100, 0), repairs=1) for it in (2, 3)]
    made = the_chain([job(1, (1_000, 900, 100)), *twice])
    assert (made.inserted, made.left, made.surplus) == (1_100, 0, 100)
    assert made.counts == Counts(1_000, 1_100, 0, 0)


def test_a_total_that_nobody_said_is_not_made_up() -> None:
    made = the_chain([job(1), job(2, (100, 60, 40), repairs=1)])
    assert (made.total, made.inserted, made.left, made.unclear) == (None, 60, None, 1)
    assert made.counts.left is None


Step = tuple[int, int, int]


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))),
)
def test_all_records_are_in_failed_or_left(
    total: int, steps: list[tuple[int, float, float, float]]
) -> None:
    """Each attempt sends some of what one before it left out, and leaves out some of that."""
    first = _split(total, 0.7, 0.5)
    jobs, rest = [job(1, first, JobState.SYSTEM_ABORTED)], [first[0] - first[1]]
    for number, (which, share, good, bad) in enumerate(steps, 2):
        parent = which % len(jobs)
        sent = int(rest[parent] * share)
        rest[parent] -= sent
        counts = _split(sent, good, bad)
        jobs.append(job(number, counts, JobState.USER_ABORTED, parent + 1))
        rest.append(counts[0] - counts[1])
    if len(jobs) == 1:
        return
    made = the_chain(jobs)
    assert made.left is not None
    assert made.inserted + made.left == made.total == total
    assert made.left == sum(rest)
    assert made.counts.success == made.inserted
    assert (made.counts.failed or 0) + (made.counts.unprocessed or 0) == made.left
    assert made.is_over
    assert (made.unclear, made.surplus) == (0, 0)


def _split(total: int, good: float, bad: float) -> Step:
    success = int(total * good)
    return total, success, int((total - success) * bad)


@given(st.integers(0, 100), st.lists(st.sampled_from(["unread", "lost", "no counts"])))
def test_unclear_attempts_never_count_as_in(success: int, kinds: list[str]) -> None:
    root = job(1, (1_000, success, 1_000 - success))
    made = {
        "unread": lambda number: job(number, None, repairs=1),
        "lost": lambda number: job(number, (1_000, 0, 0), READY, 1, UNCLEAR),
        "no counts": lambda number: job(number, (1_000, None, None), RUNNING, 1),
    }
    again = [made[kind](number) for number, kind in enumerate(kinds, 2)]
    found = chains([root, *again]).get(root.key)
    if found is None:
        assert not kinds
    else:
        assert (found.inserted, found.left) == (success, 1_000 - success)
        assert found.unclear == len(kinds)
        assert not found.is_over


@pytest.mark.parametrize(
    ("label", "jobs", "expected"),
    [
        ("Customers", [], "Customers, repair 1"),
        ("Job 2", [job(1, (9, 8, 1)), job(2, (1, 0, 1), repairs=1)], "Job 1, repair 2"),
        ("x" * 60, [], "x" * 49 + "…, repair 1"),
    ],
)
def test_what_a_repair_is_called(label: str, jobs: list[Listed], expected: str) -> None:
    made = repair_label(label, the_chain(jobs) if jobs else None)
    assert made == expected
    assert len(made) <= 60


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        (job(2, (100, 40, 60), repairs=1), Assessment(Concern.FAILURES, 0.06)),
        (job(2, (100, 100, 0), repairs=1), Assessment(Concern.NONE)),
        (job(2, None, repairs=1), Assessment(Concern.UNCLEAR)),
        (job(2, (100, 40, 60), JobState.SYSTEM_ABORTED, 1), Assessment(Concern.ENDED_BADLY)),
    ],
)
def test_the_concern_about_a_chain_is_that_of_its_newest_job_by_the_net_result(
    newest: Listed, expected: Assessment
) -> None:
    made = the_chain([job(1, (1_000, 900, 100)), newest])
    assert assess_chain(newest.snapshot, made) == expected
