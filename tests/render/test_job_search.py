"""What a filter of the list finds."""

from dataclasses import replace

import pytest
from hypothesis import given

from tests.render.strategies import listed
from tests.support.jobs import NOW, REF, reading, watched
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed
from zcbulk_tui.errors import UnreachableError
from zcbulk_tui.render import words
from zcbulk_tui.render.job_search import searchable, terms
from zcbulk_tui.render.terms import matches


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
    ref = replace(REF, form=form, environment=environment)
    known = replace(watched(label=label), ref=ref, tags=tags, note=note)
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
    jobs = [name for name, one in JOBS.items() if matches(terms(asked), searchable(one))]
    assert jobs == found.split()


@given(listed())
def test_a_job_is_found_by_all_that_is_shown_of_it(one: Listed) -> None:
    snapshot = one.snapshot
    job, ref = snapshot.job, snapshot.ref
    where = searchable(one)
    shown = [f"job:{ref.job_id}", f"form:{ref.form}", f"app:{ref.owner}/{ref.app}"]
    shown += [f"env:{ref.environment}", f"profile:{one.profile}"]
    shown += [f"tag:{tag}" for tag in job.tags]
    if snapshot.state is not None:
        shown += [f"state:{words.STATE[snapshot.state]}", f"state:{snapshot.state}"]
    for asked in shown:
        assert matches(terms(asked), where), asked
        assert not matches(terms(f"!{asked}"), where), asked
    assert matches(terms(" ".join(shown)), where)


@given(listed())
def test_every_plain_word_of_a_label_and_a_note_finds_the_job(one: Listed) -> None:
    job = one.snapshot.job
    plain = [word for word in (job.label + " " + job.note).split() if word[0] != "!"]
    for word in plain:
        if not any(word.casefold().startswith(f"{name}:") for name in searchable(one)._fields):
            assert matches(terms(word), searchable(one))


@given(listed())
def test_a_state_that_is_typed_finds_the_job_all_the_while(one: Listed) -> None:
    state = one.snapshot.state
    if state is not None:
        asked = f"state:{words.STATE[state]}"
        assert all(matches(terms(asked[:end]), searchable(one)) for end in range(6, len(asked) + 1))
