"""What is asked before start, abort, poll and remove: every job is named, no promise is made."""

import pytest

from tests.render.plans import spent
from tests.support.jobs import NOW
from tests.tui.model import DONE, READY, RUNNING, UNREAD, Model, job
from zcbulk_tui.domain.job import Action, Environment, JobState
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.tui import questions
from zcbulk_tui.tui.question import Question, Typed


def asked(model: Model, action: Action) -> Question:
    """The question about the jobs that a key is about."""
    workspace = model.workspace
    return questions.command(workspace, workspace.target_jobs_of(action), action, NOW)


def said(question: Question) -> str:
    return "\n".join(question.paragraphs)


def test_a_start_says_where_what_and_what_it_costs() -> None:
    model = Model(READY)
    model.workspace.here.service = ServiceSnapshot(spent())
    question = asked(model, Action.START)
    assert (question.title, question.yes, question.typed) == ("Start “Job 1”?", "Start", None)
    assert "Job 1 of form Employee_Details in jason18/zylker-store, STAGE." in said(question)
    assert "insert 10,000 records. No workflows run for them." in said(question)
    assert "It costs 2 calls" in said(question)
    assert "calls left today (20 reserved)." in said(question)


@pytest.mark.parametrize(
    ("snapshot", "told"),
    [
        (RUNNING, "(2,000 at the last reading); about 8,000 will not be inserted"),
        (READY, "It has not started, as far as is known"),
        (UNREAD, "Not read yet"),
    ],
)
def test_an_abort_says_what_is_lost_as_far_as_it_is_known(snapshot: object, told: str) -> None:
    assert isinstance(snapshot, type(RUNNING))
    question = asked(Model(snapshot), Action.ABORT)
    assert told in said(question)
    assert "There is no rollback, and an aborted job cannot be resumed." in said(question)
    assert question.typed is None


def test_in_production_an_abort_wants_a_name_typed_and_a_start_does_not() -> None:
    model = Model(job(1, JobState.READY, Environment.PRODUCTION))
    assert asked(model, Action.ABORT).typed == Typed("the form's link name", "Employee_Details")
    assert asked(model, Action.START).typed is None


def test_several_are_named_also_those_that_a_filter_hides() -> None:
    production = job(5, JobState.READY, Environment.PRODUCTION)
    model = Model(READY, production, RUNNING, DONE)
    model.workspace.mark_all()
    model.workspace.rows.filter('"job 1"')
    question = asked(model, Action.START)
    assert question.title == "Start 2 jobs?"
    assert "• Job 5, Employee_Details, PRODUCTION, not shown by the filter" in said(question)
    assert "Left out: Job 2 (running), Job 3 (done)." in said(question)
    assert "It costs 4 calls, up to 10" in said(question)
    assert question.typed is None, "nothing is lost by a start"


def test_one_of_several_marked_jobs_is_asked_about_with_those_that_are_left_out() -> None:
    model = Model(RUNNING, DONE)
    model.workspace.mark_all()
    question = asked(model, Action.ABORT)
    assert question.title == "Abort 1 job?"
    assert "Left out: Job 3 (done)." in said(question)


def test_many_that_are_left_out_are_counted() -> None:
    model = Model(READY, *(job(number, JobState.COMPLETED) for number in range(10, 17)))
    model.workspace.mark_all()
    assert "Job 14 (done) and 2 more." in said(asked(model, Action.START))


def test_of_several_in_production_their_number_is_typed() -> None:
    model = Model(RUNNING, job(5, environment=Environment.PRODUCTION))
    model.workspace.mark_all()
    question = asked(model, Action.ABORT)
    assert question.typed == Typed("the number of jobs to abort", "2")
    assert "Job 5, Employee_Details, PRODUCTION" in said(question)


def test_of_several_profiles_each_says_what_is_left_of_its_calls() -> None:
    model = Model(READY, profiles=("acme", "lab"))
    for profile in model.workspace.profiles:
        profile.service = ServiceSnapshot(spent())
    model.workspace.mark_all()
    text = said(asked(model, Action.START))
    for name in ("acme", "lab"):
        assert f"Job 1, Employee_Details, stage, profile {name}" in text
        assert f"{name}: 880 calls left today" in text


def test_only_many_polls_are_asked_about() -> None:
    model = Model(*(job(number) for number in range(10)))
    model.workspace.mark_all()
    jobs = model.workspace.target_jobs()
    question = questions.poll(model.workspace, jobs)
    assert question is not None
    assert "It costs 10 calls, at 50 a minute." in said(question)


def test_what_leaves_the_list_leaves_its_id() -> None:
    model = Model(READY, RUNNING)
    one = questions.remove(model.workspace, model.workspace.target_jobs())
    assert one.title == "Stop watching “Job 1”?"
    assert "Undo brings it back until you quit" in said(one)
    assert "After that you need its id, 1." in said(one)
    model.workspace.mark_all()
    several = questions.remove(model.workspace, model.workspace.target_jobs())
    assert several.title == "Stop watching 2 jobs?"
    assert "Job 1\nJob 2" in said(several)
    assert "After that you need their ids, 1, 2." in said(several)
