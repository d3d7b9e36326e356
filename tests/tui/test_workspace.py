"""The model of the watch screen, without one: what keys are about, and what comes of them."""

from dataclasses import replace

import pytest

from tests.render.plans import spent
from tests.support.jobs import NOW
from tests.tui.model import DONE, READY, RUNNING, UNREAD, Model, job, text
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, Environment
from zcbulk_tui.domain.snapshot import Fault, JobKey, ServiceSnapshot
from zcbulk_tui.errors import (
    ConfigError,
    JobRefusedError,
    QuotaSpentError,
    SignedOutError,
    UsageError,
)
from zcbulk_tui.monitor.events import CommandEnded, JobChanged, JobRemoved, ServiceChanged
from zcbulk_tui.tui.notices import ErrorDialog, Toast
from zcbulk_tui.tui.profile_spec import Profiles, ProfileSpec

ALL = (READY, RUNNING, DONE, UNREAD)


def read_only(spec: ProfileSpec) -> ProfileSpec:
    return spec._replace(read_only=True)


# What the keys are about.


def test_a_key_is_about_the_marked_jobs_else_about_the_selected_one() -> None:
    model = Model(*ALL)
    assert model.ids() == ["1"]
    model.mark(3, 2)
    model.select(4)
    assert model.ids() == ["3", "2"], "as they were marked"
    model.workspace.rows.filter("nowhere")
    assert model.workspace.selected is None
    assert model.ids() == ["3", "2"], "no filter takes a mark off"
    model.workspace.mark()  # there is nothing to mark
    model.workspace.rows.marked.clear()
    assert model.ids() == []


@pytest.mark.parametrize(
    ("action", "able"), [(Action.START, ["1", "4"]), (Action.ABORT, ["1", "2", "4"])]
)
def test_a_command_is_for_those_that_it_makes_sense_for(action: Action, able: list[str]) -> None:
    model = Model(*ALL)
    model.workspace.mark_all()
    found = model.workspace.target_jobs_of(action)
    assert [it.snapshot.ref.job_id for it in found.able] == able
    assert {it.snapshot.ref.job_id for it in found.left_out} == set("1234") - set(able)


def test_what_is_unsettled_is_not_commanded_again() -> None:
    unsettled = Command(Action.ABORT, NOW)
    model = Model(job(2, command=unsettled))
    before = (model.workspace.awaits_answer, model.workspace.can("abort").state)
    model.change(RUNNING, command=unsettled.ended(Outcome.ACCEPTED))
    after = (model.workspace.awaits_answer, model.workspace.can("abort").state)
    assert (before, after) == ((True, None), (False, True))


_GREYED = {
    1: set(),
    2: {"start"},
    3: {"start", "abort"},
    4: set(),
}
_COMMANDS = ("start", "abort")


@pytest.mark.parametrize("number", _GREYED)
def test_what_makes_no_sense_for_the_selected_job_is_greyed(number: int) -> None:
    model = Model(*ALL)
    model.select(number)
    able = {action: model.workspace.can(action).state for action in _COMMANDS}
    assert able == {it: None if it in _GREYED[number] else True for it in _COMMANDS}


def test_where_none_of_the_marked_jobs_fits_a_command_is_greyed() -> None:
    model = Model(*ALL)
    model.mark(3)
    model.select(1)  # which would fit, and is not meant
    assert [model.workspace.can(action).state for action in _COMMANDS] == [None, None]


_NEED_A_CONNECTION = (
    *("start", "abort", "history", "edit", "poll", "unwatch", "add", "poll_all", "pause"),
    *("budget", "eager", "frugal", "log", "alert_on_end"),
)
_NEED_A_LIST = ("details", "zoom", "mark", "mark_all", "filter", "sort", "reverse")
_NEED_A_JOB = (
    *("start", "abort", "history", "edit", "poll", "unwatch", "copy", "copy_command"),
    "alert_on_end",
)


def test_what_can_be_done_before_there_is_a_connection_and_after() -> None:
    before, after = Model(UNREAD, connected=False), Model(UNREAD)
    for action in _NEED_A_CONNECTION:
        assert before.workspace.can(action).state is None, action
        assert after.workspace.can(action).state is True, action
    for action in (*_NEED_A_LIST, "copy", "group", "help", "leave", "app.focus_next"):
        assert before.workspace.can(action).state is True, action


def test_what_can_be_done_without_jobs_or_where_none_is_shown() -> None:
    empty, filtered = Model(), Model(*ALL)
    filtered.workspace.rows.filter("nowhere")
    for action in _NEED_A_LIST:
        assert empty.workspace.can(action).state is None, action
        assert filtered.workspace.can(action).state is True, action
    for action in _NEED_A_JOB:
        assert empty.workspace.can(action).state is None, action
        assert filtered.workspace.can(action).state is None, action
    assert empty.workspace.can("add").state is True


def test_read_only_hides_commands_and_sends_none() -> None:
    model = Model(READY, change=read_only)
    assert [model.workspace.can(action).state for action in _COMMANDS] == [False, False]
    assert model.workspace.can("poll").state is True
    assert not model.workspace.target_jobs_of(Action.START).able
    assert model.workspace.notes == ["READ-ONLY"]


def test_of_marked_jobs_those_of_a_read_only_profile_are_left_out() -> None:
    model = Model(
        READY,
        profiles=("acme", "archive"),
        change=lambda spec: read_only(spec) if spec.badge == "archive" else spec,
    )
    model.mark(1)
    model.mark(1, profile="archive")
    assert model.workspace.here.name == "archive"
    assert model.workspace.can("start").state is True
    found = model.workspace.target_jobs_of(Action.START)
    assert [it.profile for it in found.able] == ["acme"]
    assert [it.profile for it in found.left_out] == ["archive"]


def test_another_profile_can_be_shown_where_there_is_one() -> None:
    def with_profiles(*names: str) -> Model:
        profiles = Profiles(names, lambda name: ProfileSpec(lambda _: None, name))  # type: ignore[arg-type,return-value]  # never connected
        return Model(READY, change=lambda spec: spec._replace(profiles=profiles))

    assert Model(READY).workspace.can("profile").state is None
    assert with_profiles("acme").workspace.can("profile").state is None
    assert with_profiles("acme", "lab").workspace.can("profile").state is True


@pytest.mark.parametrize(
    ("number", "action", "said"),
    [
        (3, "start", "Job 3 is done; only a job that is ready can be started."),
        (3, "abort", "Job 3 is done; a job that is over cannot be aborted."),
        (2, "start", "Job 2 is running; only a job that is ready can be started."),
        (2, "profile", "There is no other profile in the configuration."),
        (2, "abort", ""),
    ],
)
def test_a_key_that_does_nothing_says_why(number: int, action: str, said: str) -> None:
    model = Model(*ALL)
    model.select(number)
    assert model.workspace.can(action).why_not == said


def test_why_no_job_fits_where_there_is_none_or_many() -> None:
    def why(model: Model, action: str) -> str:
        return model.workspace.can(action).why_not

    assert why(Model(), "poll") == "There is no job on the list yet."
    assert why(Model(UNREAD, connected=False), "history").startswith("The connection is not up")
    assert "read-only" in why(Model(READY, change=read_only), "start")
    model = Model(*ALL)
    model.workspace.rows.filter("nowhere")
    assert why(model, "start") == "The filter finds no job. Esc clears it."
    model = Model(job(2), job(3), READY)
    model.mark(2)
    model.mark(3)
    assert why(model, "start") == "None of the 2 marked jobs can be started now."
    model = Model(job(2, command=Command(Action.ABORT, NOW)))
    assert why(model, "abort") == "The outcome is not known yet of the abort of Job 2."


# What happens.


def test_events_change_the_job_of_their_profile_and_no_other() -> None:
    model = Model(*ALL, profiles=("acme", "lab"))
    acme, lab = model.workspace.profiles
    changed = replace(READY, job=READY.job._replace(label="Renamed"))
    assert model.workspace.apply(lab, JobChanged(changed)) == []
    rows = model.workspace.rows
    assert rows[model.key(1, "lab")].snapshot is changed
    assert rows[model.key(1, "acme")].snapshot is READY
    model.workspace.apply(acme, JobRemoved(READY.ref))
    assert [it.profile for it in rows if it.snapshot.ref == READY.ref] == ["lab"]
    model.workspace.apply(lab, ServiceChanged(ServiceSnapshot(paused=True)))
    assert (acme.service.paused, lab.service.paused) == (False, True)


def test_an_event_waits_for_apply() -> None:
    model = Model(READY)
    (profile,) = model.workspace.profiles
    profile.publish(JobRemoved(READY.ref))
    assert model.events == [(profile, JobRemoved(READY.ref))]
    assert len(model.workspace.rows) == 1


def test_a_job_that_is_gone_has_no_mark() -> None:
    model = Model(*ALL)
    model.mark(1, 2)
    model.workspace.apply(model.workspace.here, JobRemoved(READY.ref))
    assert model.ids() == ["2"]


def test_a_connection_takes_off_what_is_watched_no_more() -> None:
    model = Model(READY, RUNNING, profiles=("acme", "lab"), connected=False)
    acme, _ = model.workspace.profiles
    model.workspace.connect(acme, model.connection("acme", RUNNING), focused=False)
    assert [(it.profile, it.snapshot.ref.job_id) for it in model.workspace.rows] == [
        ("acme", "2"),
        ("lab", "1"),
        ("lab", "2"),
    ]
    assert model.asked == [("focus", False)]


def test_what_there_is_to_say_at_first_is_said_once() -> None:
    problem = ConfigError("state.db was damaged")
    model = Model(
        READY,
        profiles=("acme", "lab", "trial"),
        connected=False,
        change=lambda spec: spec._replace(
            notice="It ends soon.", problem=problem if spec.badge == "trial" else None
        ),
    )
    said = [
        model.workspace.connect(profile, model.connection(profile.name), focused=True)
        for profile in model.workspace.profiles
    ]
    soon = Toast("It ends soon.", severity="warning", seconds=15)
    assert said == [[soon], [], [ErrorDialog(problem)]]


def test_of_a_service_it_says_what_is_new() -> None:
    model = Model(READY)
    error = SignedOutError("The sign-in has ended")
    out = ServiceChanged(ServiceSnapshot(held_by=error, unkept="The disk is full"))
    said = model.workspace.apply(model.workspace.here, out)
    assert [type(it) for it in said] == [ErrorDialog, Toast]
    assert model.workspace.apply(model.workspace.here, out) == []
    assert "NOT SAVED" in model.workspace.notes
    assert "SIGNED OUT" in model.status()


def test_a_page_that_is_not_written_is_noted_while_it_is_so() -> None:
    model = Model(READY)
    for trouble, notes in (("The folder is not there", ["NOT PUBLISHED"]), (None, [])):
        changed = ServiceChanged(ServiceSnapshot(unpublished=trouble))
        (said,) = model.workspace.apply(model.workspace.here, changed)
        assert isinstance(said, Toast)
        assert model.workspace.notes == notes


def test_what_the_dialog_at_the_start_said_of_the_memory_is_not_said_again() -> None:
    problem = ConfigError("state.db is of a later version")
    model = Model(READY, connected=False, change=lambda spec: spec._replace(problem=problem))
    unkept = ServiceChanged(ServiceSnapshot(spent(), unkept="It is of a later version"))
    assert model.workspace.apply(model.workspace.here, unkept) == []


def test_an_empty_list_says_itself_how_to_sign_in() -> None:
    model = Model()
    out = ServiceSnapshot(held_by=SignedOutError("The sign-in has ended"))
    assert model.workspace.apply(model.workspace.here, ServiceChanged(out)) == []
    assert "SIGNED OUT" in model.status()
    hint = text(*model.workspace.hint("a", "N"))
    assert "zcbulk-tui login --profile acme" in hint
    assert "press a" in hint
    model.workspace.apply(model.workspace.here, ServiceChanged(ServiceSnapshot(answered=True)))
    assert model.workspace.notes == []
    assert "login" not in text(*model.workspace.hint("a", "N"))


def test_the_end_of_a_command_is_said() -> None:
    model = Model(READY)
    ended = CommandEnded(READY.job, Command(Action.START, NOW, Outcome.ACCEPTED))
    (said,) = model.workspace.apply(model.workspace.here, ended)
    assert isinstance(said, Toast)
    assert model.workspace.rows[model.key(1)].snapshot is READY, "the row waits for a reading"


# What is asked of the monitors.


def test_polls_go_to_the_profile_of_each_job() -> None:
    model = Model(READY, RUNNING, profiles=("acme", "lab"))
    model.mark(2, 1)
    model.mark(2, profile="lab")
    assert model.workspace.poll(model.workspace.target_jobs(), key="r") == []
    assert model.monitors["acme"].asked == [("poll", "r", "2", "1")]
    assert model.monitors["lab"].asked == [("poll", "r", "2")]
    assert model.workspace.rows.marked, "marks stay for the next key"


def test_one_profile_without_calls_does_not_keep_the_other_from_polling() -> None:
    model = Model(READY, profiles=("acme", "lab"))
    model.monitors["acme"].error = QuotaSpentError("Not asked", "0 are left.", "Wait.")
    model.workspace.mark_all()
    (said,) = model.workspace.poll(model.workspace.target_jobs(), key="r")
    assert said == Toast("0 are left. Wait.", "Not asked", "warning", 10)
    assert model.monitors["lab"].asked == [("poll", "r", "1")]


def test_poll_all_is_about_what_is_shown_and_not_over() -> None:
    model = Model(*ALL)
    assert [it.snapshot.ref.job_id for it in model.workspace.unfinished()] == ["1", "2", "4"]
    model.workspace.rows.filter("state:ready")
    assert [it.snapshot.ref.job_id for it in model.workspace.unfinished()] == ["1"]


async def test_a_command_is_sent_with_the_reading_that_was_shown() -> None:
    model = Model(READY)
    (listed,) = model.workspace.target_jobs()
    model.change(READY, readings=RUNNING.readings)
    assert await model.workspace.send(listed, Action.START) == []
    assert model.asked == [("command", "1", Action.START, READY.last)]


async def test_a_command_that_makes_no_sense_any_more_says_so() -> None:
    model = Model(READY)
    (listed,) = model.workspace.target_jobs()
    error = model.monitors["acme"].error = UsageError("Not sent")
    assert await model.workspace.send(listed, Action.START) == [
        ErrorDialog(error, "Job 1: Not sent")
    ]
    model.asked.clear()
    model.workspace.apply(model.workspace.here, JobRemoved(READY.ref))
    assert await model.workspace.send(listed, Action.START) == []
    assert model.asked == [], "what has left the list is not commanded"


def test_adding_a_job_shows_it_only_once_the_monitor_says_so() -> None:
    model = Model(READY)
    (profile,) = model.workspace.profiles
    assert model.workspace.add(profile, RUNNING.job) == []
    assert model.asked == [("add", "2")]
    assert len(model.workspace.rows) == 1
    assert model.workspace.add(profile, READY.job) == [Toast("It is already on the list.", "Job 1")]
    error = model.monitors["acme"].error = ConfigError("Cannot be written")
    assert model.workspace.add(profile, DONE.job) == [ErrorDialog(error)]
    assert model.asked == [("add", "2"), ("add", "3")]


def test_an_edit_that_changes_nothing_asks_for_nothing_unless_polls_have_ended() -> None:
    model = Model(READY)
    (listed,) = model.workspace.target_jobs()
    assert model.workspace.edit(listed, READY.job) == []
    assert model.asked == []
    model.workspace.edit(listed, READY.job._replace(label="Other"))
    assert model.asked.pop() == ("edit", "Other")
    model.change(READY, fault=Fault(JobRefusedError("Gone"), NOW))
    (given_up,) = model.workspace.target_jobs()
    model.workspace.edit(given_up, READY.job)
    assert model.asked == [("edit", "Job 1")]
    error = model.monitors["acme"].error = ConfigError("Cannot be written")
    assert model.workspace.edit(given_up, READY.job) == [ErrorDialog(error)]


def test_an_edit_leaves_what_was_changed_elsewhere_meanwhile() -> None:
    model = Model(READY)
    (opened,) = model.workspace.target_jobs()
    model.change(READY, job=READY.job._replace(note="Ask Anna", label="Elsewhere"))
    model.workspace.edit(opened, READY.job._replace(tags=("eu",)))
    assert model.asked.pop() == ("edit", "Elsewhere")
    model.workspace.apply(model.workspace.here, JobRemoved(READY.ref))
    (said,) = model.workspace.edit(opened, READY.job._replace(tags=("eu",)))
    assert isinstance(said, Toast)
    assert "no longer on the list" in said.text
    assert model.asked == []


def test_another_environment_is_asked_for_in_the_place_of_the_job() -> None:
    model = Model(READY, RUNNING)
    workspace = model.workspace
    (listed,) = workspace.target_jobs()
    ref = READY.ref._replace(environment=Environment.DEVELOPMENT)
    assert workspace.edit(listed, READY.job._replace(ref=ref)) == []
    assert model.asked == [("environment", "1", "development")]
    moved = replace(READY, job=READY.job._replace(ref=ref))
    workspace.apply(workspace.here, JobRemoved(READY.ref))
    workspace.apply(workspace.here, JobChanged(moved))
    assert [it.snapshot for it in workspace.rows] == [moved, RUNNING]
    same = RUNNING.job._replace(ref=ref)
    assert workspace.edit(workspace.rows[JobKey("acme", RUNNING.ref)], same) == [
        Toast("It is already on the list.", "Job 1")
    ]


def test_a_pause_is_for_all_profiles_by_what_the_selected_one_does() -> None:
    model = Model(READY, profiles=("acme", "lab"))
    _, lab = model.workspace.profiles
    model.workspace.apply(lab, ServiceChanged(ServiceSnapshot(paused=True)))
    model.workspace.toggle_pause()
    model.select(1, "lab")
    model.workspace.toggle_pause()
    for monitor in model.monitors.values():
        assert monitor.asked == [("pause", True), ("pause", False)]
    model.workspace.set_focus(focused=False)
    assert [it.asked[-1] for it in model.monitors.values()] == [("focus", False)] * 2


@pytest.mark.parametrize(
    ("steps", "pending"),
    [
        ((1,), Pace.EAGER),
        ((-1,), Pace.FRUGAL),
        ((1, -1), None),
        ((1, 1, 1), Pace.EAGER),
        ((1, 1, 1, -1), None),
        ((1, -1, -1), Pace.FRUGAL),
    ],
)
def test_a_pace_is_chosen_first_and_counts_later(
    steps: tuple[int, ...], pending: Pace | None
) -> None:
    model = Model(READY)
    here = model.workspace.here
    here.service = ServiceSnapshot(spent())
    for by in steps:
        here.step_pace(by)
    assert here.pending_pace is pending
    assert model.asked == []
    said = text(*model.workspace.about(NOW, 120))
    assert ("It counts in a moment." in said) is (pending is not None)
    here.set_pace()
    assert model.asked == ([("pace", pending)] if pending else [])
    assert here.pending_pace is None
    assert "It counts in a moment." not in text(*model.workspace.about(NOW, 120))


def test_without_a_monitor_no_pace_is_chosen() -> None:
    model = Model(READY, connected=False)
    model.workspace.here.step_pace(1)
    assert model.workspace.here.pending_pace is None


def test_jobs_are_added_together_but_for_those_on_the_list() -> None:
    model = Model(READY)
    (profile,) = model.workspace.profiles
    assert model.workspace.add(profile, RUNNING.job, READY.job, DONE.job) == []
    assert model.asked == [("add", "2", "3")]
