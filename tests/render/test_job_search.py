"""What a filter of the list finds."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.strategies import listed
from tests.support.jobs import NOW, REF, reading, watched
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed
from zcbulk_tui.errors import UnreachableError
from zcbulk_tui.render import words
from zcbulk_tui.render.job_search import JobFilter, figures, job_filter, searchable


def job(
    label: str,
    state: JobState | None,
    *,
    form: str = "Orders",
    environment: Environment = Environment.PRODUCTION,
    tags: tuple[str, ...] = (),
    note: str = "",
    fault: Fault | None = None,
    profile: str = "eu",
) -> Listed:
    """A job that has been read once, unless its state is None."""
    ref = REF._replace(form=form, environment=environment)
    known = watched(label=label)._replace(ref=ref, tags=tags, note=note)
    readings = () if state is None else (reading(0, 1, state=state),)
    return Listed(profile, JobSnapshot(known, readings, fault))


JOBS = {
    "runs": job("Orders EU", JobState.IN_PROGRESS, tags=("Nightly", "big")),
    "failed": job("5 done records", JobState.FAILED, form="Stock", note="5 failed records"),
    "noted": job("Regions", JobState.COMPLETED, note="5 failed records", profile="us"),
    "staged": job(
        "Préise",
        JobState.SYSTEM_ABORTED,
        environment=Environment.STAGE,
        fault=Fault(UnreachableError("No network"), NOW),
    ),
    "ended": job("Ended", JobState.ABORTED, environment=Environment.DEVELOPMENT, tags=("big",)),
    "unread": job("New", None, form="Form_2"),
}


def finds(asked: str, one: Listed, now: datetime = NOW) -> bool:
    """Whether a filter, as it is typed, finds a job."""
    return job_filter(asked).finds(searchable(one), figures(one.snapshot), now)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", "runs failed noted staged ended unread"),
        ("!", "runs failed noted staged ended unread"),
        ("state:", "runs failed noted staged ended unread"),
        ("failed", "failed noted"),
        ("state:failed", "failed"),
        ("state:fail", "failed"),
        ("STATE:Failed", "failed"),
        ("!state:failed", "runs noted staged ended unread"),
        ("state:ailed", ""),
        ("state:run", "runs"),
        ("state:in_progress", "runs"),
        ("state:done", "noted"),
        ("state:completed", "noted"),
        ("state:sys", "staged"),
        ("state:sys-aborted", "staged"),
        ("state:system_aborted", "staged"),
        ("state:aborted", "staged ended"),
        ("orders eu", "runs"),
        ("eu orders", "runs"),
        ("orders !eu", "noted staged ended"),
        ("PRÉISE", "staged"),
        ("job:eu", "runs"),
        (f"job:{REF.job_id}", "runs failed noted staged ended unread"),
        ("job:stock", ""),
        ("form:stock", "failed"),
        ("form:orders !job:orders", "noted staged ended"),
        ("env:stage", "staged"),
        ("env:dev", "ended"),
        ("!env:prod", "staged ended"),
        ("app:jason18", "runs failed noted staged ended unread"),
        ("app:jason18/zyl", "runs failed noted staged ended unread"),
        ("app:orders", ""),
        ("profile:us", "noted"),
        ("!profile:us", "runs failed staged ended unread"),
        ("tag:night", "runs"),
        ("tag:big !tag:nightly", "ended"),
        ("nightly", "runs"),
        ("network", "staged"),
        ("running", "runs"),
        ("stage", "staged"),
        ("form_2", "unread"),
        ("zylker", ""),
        ("in_progress", "runs"),
    ],
)
def test_examples(asked: str, found: str) -> None:
    assert [name for name, one in JOBS.items() if finds(asked, one)] == found.split()


@given(listed())
def test_a_job_is_found_by_all_that_is_shown_of_it(one: Listed) -> None:
    snapshot = one.snapshot
    job, ref = snapshot.job, snapshot.ref
    shown = [f"job:{ref.job_id}", f"form:{ref.form}", f"app:{ref.owner}/{ref.app}"]
    shown += [f"env:{ref.environment}", f"profile:{one.profile}"]
    shown += [f"tag:{tag}" for tag in job.tags]
    if snapshot.state is not None:
        shown += [f"state:{words.STATE[snapshot.state]}", f"state:{snapshot.state}"]
    for asked in shown:
        assert finds(asked, one), asked
        assert not finds(f"!{asked}", one), asked
    assert finds(" ".join(shown), one)


@given(listed())
def test_every_plain_word_of_a_label_and_a_note_finds_the_job(one: Listed) -> None:
    job = one.snapshot.job
    plain = [word for word in (job.label + " " + job.note).split() if word[0] != "!"]
    names = (*searchable(one)._fields, *figures(one.snapshot)._fields)
    prefixes = tuple(f"{name}:" for name in names)
    for word in plain:
        if not word.casefold().lstrip("!").startswith(prefixes):
            assert finds(word, one)


@given(listed())
def test_a_state_that_is_typed_finds_the_job_all_the_while(one: Listed) -> None:
    state = one.snapshot.state
    if state is not None:
        asked = f"state:{words.STATE[state]}"
        assert all(finds(asked[:end], one) for end in range(6, len(asked) + 1))


def counted(total: int, success: int, failed: int, seconds: float = 0) -> Listed:
    """A job that was read so many seconds before `NOW`."""
    at = NOW - timedelta(seconds=seconds)
    last = JobReading(JobState.IN_PROGRESS, "", Counts(total, success, failed), at)
    return Listed("eu", JobSnapshot(watched(), (last,)))


ONE = counted(20_000, 18_500, 500, 90)
UNREAD = JOBS["unread"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("failed:500", True),
        ("failed:=500", True),
        ("failed:>499", True),
        ("failed:>500", False),
        ("failed:>=500", True),
        ("failed:<500", False),
        ("failed:<=500", True),
        ("failed:<501", True),
        ("FAILED:>0", True),
        ("failed:>0.5k", False),
        ("failed:>=0.5k", True),
        ("!failed:>0", False),
        ("!failed:>500", True),
        ("total:20,000", True),
        ("total:20k", True),
        ("total:<0.02m", False),
        ("total:<=0.02m", True),
        ("ok:>18k", True),
        ("left:<1000", False),
        ("left:1000", True),
        ("failed:>0 left:<2k", True),
        ("failed:>0 left:<1k", False),
        ("failed:>0 employees", True),
        ("failed:>0 !employees", False),
        ("age:90", True),
        ("age:>1m", True),
        ("age:<2m", True),
        ("age:<90s", False),
        ("age:<1h", True),
        ("age:>1d", False),
        # Units that a figure does not have fit nothing.
        ("failed:>1h", False),
        ("age:>1k", False),
        # What is being typed hides nothing.
        ("failed:", True),
        ("failed:>", True),
        ("!failed:>=", True),
        ("age:<", True),
    ],
)
def test_bounds(asked: str, found: bool) -> None:
    assert finds(asked, ONE) is found


@pytest.mark.parametrize("figure", ["total", "ok", "failed", "left", "age"])
@pytest.mark.parametrize("sign", ["", "=", "<", "<=", ">", ">="])
def test_a_figure_that_is_not_known_is_within_no_bound(figure: str, sign: str) -> None:
    assert not finds(f"{figure}:{sign}0", UNREAD)
    assert not finds(f"{figure}:{sign}9m", UNREAD)
    assert finds(f"{figure}:{sign}", UNREAD)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_bounds_compare_as_numbers_do(failed: int, bound: int) -> None:
    one = counted(10**13, 0, failed)
    assert finds(f"failed:>{bound}", one) is (failed > bound)
    assert finds(f"failed:>={bound}", one) is (failed >= bound)
    assert finds(f"failed:<{bound:,}", one) is (failed < bound)
    assert finds(f"!failed:<={bound:,}", one) is (failed > bound)
    assert finds(f"failed:{failed}", one)


@given(listed(), st.sampled_from(["total", "ok", "failed", "left"]), st.integers(0, 10**6))
def test_a_known_figure_is_on_one_side_of_a_bound(one: Listed, figure: str, bound: int) -> None:
    value = getattr(figures(one.snapshot), figure)
    sides = [finds(f"{figure}:{sign}{bound}", one) for sign in ("<", "=", ">")]
    assert sum(sides) == (value == value)


def test_an_age_follows_the_time() -> None:
    ages = job_filter("age:>5m")
    assert ages.ages
    assert not job_filter("failed:>5 orders").ages
    assert not finds("age:>5m", ONE)
    assert finds("age:>5m", ONE, NOW + timedelta(minutes=4))


@pytest.mark.parametrize("asked", ["", " ", "failed:", "age:> left:<="])
def test_what_is_empty_or_incomplete_is_no_filter(asked: str) -> None:
    assert job_filter(asked) == JobFilter()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("risk:", "over endangered stuck waits failures fine"),
        ("risk:over", "over"),
        ("risk:abort", "over endangered"),
        ("risk:stuck", "stuck"),
        ("risk:start", "waits"),
        ("risk:failed", "failures"),
        ("!risk:may", "stuck waits failures fine"),
        ("risk:nothing", ""),
    ],
)
def test_the_risk_is_found_by_its_words(asked: str, found: str) -> None:
    still = [reading(seconds, 400) for seconds in (-900, 0)]
    jobs = {
        "over": counted(20_000, 5_000, 1_001),
        "endangered": counted(20_000, 5_000, 900),
        "stuck": Listed("eu", JobSnapshot(watched(), tuple(still))),
        "waits": job("Waits", JobState.READY),
        "failures": counted(20_000, 15_000, 2),
        "fine": counted(20_000, 15_000, 0),
    }
    assert [name for name, one in jobs.items() if finds(asked, one)] == found.split()
