"""What a dashboard says of an alert, and the alert that a user asks for at the end of a job."""

from datetime import time

import pytest

from tests.support.jobs import NOW
from tests.tui.model import DONE, READY, RUNNING, Model, job
from zcbulk_tui.domain.alerts import Alert, AlertKind, QuietHours, Severity
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.events import AlertCleared, AlertRaised
from zcbulk_tui.tui.alerting import AlertPreferences, together
from zcbulk_tui.tui.notices import Announcement, ErrorDialog, Notice, Toast

INFO, WARNING, CRITICAL = Severity
ALL = AlertPreferences(INFO, INFO, INFO)
NONE = AlertPreferences(None, None, None)


def alert(
    number: int = 1,
    severity: Severity = CRITICAL,
    kind: AlertKind = AlertKind.STUCK,
    about: JobSnapshot | None = RUNNING,
    *,
    is_asked: bool = False,
) -> Alert:
    """An alert about a job; None for one about the profile."""
    ref, label = (about.ref, about.job.label) if about is not None else (None, "")
    text = "Its counts stand still"
    return Alert(number, kind, severity, text, NOW, "acme", ref, label, is_asked)


def raise_it(model: Model, raised: Alert) -> list[Notice]:
    return model.workspace.apply(model.workspace.profiles[0], AlertRaised(raised))


def ways(model: Model, raised: Alert) -> set[str]:
    """The ways that an alert takes."""
    found: set[str] = set()
    for notice in raise_it(model, raised):
        match notice:
            case Toast():
                found.add("toast")
            case Announcement():
                found |= {way for way in ("bell", "notification") if getattr(notice, way)}
    return found


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (INFO, Toast("Job 2: Its counts stand still", "", "information", 8)),
        (WARNING, Toast("Job 2: Its counts stand still", "Warning", "warning", 15)),
        (CRITICAL, Toast("Job 2: Its counts stand still", "Critical", "error", 30)),
    ],
)
def test_a_toast_looks_as_severe_as_it_is(severity: Severity, expected: Toast) -> None:
    model = Model(RUNNING, alerts=AlertPreferences(INFO, None, None))
    assert raise_it(model, alert(severity=severity)) == [expected]


def test_the_terminal_is_told_what_and_of_which_job() -> None:
    announced = Announcement("Job 2", "Its counts stand still", bell=True, notification=True)
    assert announced in raise_it(Model(RUNNING), alert())


def test_an_alert_about_the_profile_bears_its_name() -> None:
    (toast, announced) = raise_it(Model(RUNNING), alert(kind=AlertKind.QUOTA, about=None))
    assert isinstance(toast, Toast)
    assert toast.text == "acme: Its counts stand still"
    assert isinstance(announced, Announcement)
    assert announced.title == "acme"


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (INFO, {"toast"}),
        (WARNING, {"toast", "notification"}),
        (CRITICAL, {"toast", "notification", "bell"}),
    ],
)
def test_the_ways_by_default(severity: Severity, expected: set[str]) -> None:
    assert ways(Model(RUNNING), alert(severity=severity)) == expected


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize("severity", Severity)
def test_what_is_off_is_off(severity: Severity, is_asked: bool) -> None:
    assert ways(Model(RUNNING, alerts=NONE), alert(severity=severity, is_asked=is_asked)) == set()


@pytest.mark.parametrize(
    ("severity", "is_asked", "expected"),
    [
        (INFO, False, {"toast"}),
        (WARNING, False, {"toast"}),
        (CRITICAL, False, {"toast", "bell", "notification"}),
        (INFO, True, {"toast", "bell", "notification"}),
    ],
)
def test_quiet_hours_silence_no_toast(
    severity: Severity, is_asked: bool, expected: set[str]
) -> None:
    clock = NOW.astimezone().time()
    quiet = QuietHours(clock, time(clock.hour, clock.minute, 59))
    model = Model(RUNNING, alerts=ALL._replace(quiet_hours=quiet))
    assert ways(model, alert(severity=severity, is_asked=is_asked)) == expected


def test_each_alert_is_told_once() -> None:
    model = Model(RUNNING, profiles=("acme", "beta"))
    acme, beta = model.workspace.profiles
    first, second = alert(1), alert(2)
    assert len(raise_it(model, first)) == 2
    assert raise_it(model, first) == []
    assert len(raise_it(model, second)) == 2
    assert len(model.workspace.apply(beta, AlertRaised(first))) == 2, "numbers are a profile's own"
    assert model.workspace.apply(acme, AlertCleared(first)) == []
    assert raise_it(model, second) == []


# Of two that would say the same one speaks.

START, ABORT = Action.START, Action.ABORT


def after(action: Action, outcome: Outcome, state: JobState = JobState.IN_PROGRESS) -> JobSnapshot:
    """A job to which a command was sent from here."""
    return job(2, state, command=Command(action, NOW).ended(outcome))


@pytest.mark.parametrize(
    ("kind", "about", "toasts"),
    [
        (AlertKind.STARTED, RUNNING, True),
        (AlertKind.STARTED, after(START, Outcome.ACCEPTED), False),
        (AlertKind.STARTED, after(START, Outcome.TOOK_EFFECT), False),
        (AlertKind.STARTED, after(START, Outcome.REFUSED), True),
        (AlertKind.ENDED_BADLY, after(START, Outcome.ACCEPTED, JobState.FAILED), True),
        (AlertKind.ENDED_BADLY, after(ABORT, Outcome.ACCEPTED, JobState.USER_ABORTED), False),
        (AlertKind.ENDED_BADLY, after(ABORT, Outcome.REFUSED, JobState.SYSTEM_ABORTED), True),
        (AlertKind.ENDED_WELL, after(START, Outcome.ACCEPTED, JobState.COMPLETED), True),
        (AlertKind.SIGN_IN, None, False),
        (AlertKind.QUOTA, None, True),
        (AlertKind.QUEUE, None, False),
    ],
)
def test_what_another_notice_says_has_no_toast(
    kind: AlertKind, about: JobSnapshot | None, toasts: bool
) -> None:
    model = Model(about or RUNNING, alerts=ALL)
    told = ways(model, alert(kind=kind, about=about))
    assert told == {"bell", "notification"} | ({"toast"} if toasts else set())


def test_what_was_asked_for_is_said_in_any_case() -> None:
    aborted = after(ABORT, Outcome.ACCEPTED, JobState.USER_ABORTED)
    model = Model(aborted, alerts=ALL)
    asked = alert(kind=AlertKind.ENDED_BADLY, about=aborted, is_asked=True)
    assert "toast" in ways(model, asked)


# What comes at once.

ONE = Announcement("Orders", "It is stuck", bell=False, notification=True)
TWO = Announcement("Stock", "It has failed", bell=True, notification=True)
RINGS = Announcement("Prices", "It expires", bell=True, notification=False)


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ([ONE], ONE),
        ([RINGS], RINGS),
        ([ONE, RINGS], ONE._replace(bell=True)),
        (
            [ONE, TWO, RINGS],
            Announcement(
                "2 alerts",
                "Orders: It is stuck; Stock: It has failed",
                bell=True,
                notification=True,
            ),
        ),
    ],
)
def test_what_comes_at_once_rings_and_notifies_once(
    announced: list[Announcement], expected: Announcement
) -> None:
    assert together(announced) == expected


# The alert at the end of a job.


def edited(model: Model) -> list[tuple[str, bool]]:
    """The jobs that the monitor was to change, and whether each is to have an alert."""
    return [(job.label, job.alert_on_end) for job in model.monitors["acme"].edited]


def test_w_asks_for_an_alert_and_for_none() -> None:
    model = Model(READY, RUNNING, DONE)
    model.select(2)
    assert model.workspace.can("alert_on_end")
    on = model.workspace.toggle_alert_on_end(model.workspace.target_jobs())
    assert on == [Toast("You are alerted when it ends.", "Job 2")]
    assert edited(model) == [("Job 2", True)]

    model.change(RUNNING, job=RUNNING.job._replace(alert_on_end=True))
    off = model.workspace.toggle_alert_on_end(model.workspace.target_jobs())
    assert off == [Toast("No alert when it ends.", "Job 2")]
    assert edited(model)[1:] == [("Job 2", False)]


def test_of_several_those_without_get_one_and_those_that_are_over_are_left_alone() -> None:
    model = Model(READY, RUNNING, DONE)
    model.change(RUNNING, job=RUNNING.job._replace(alert_on_end=True))
    model.mark(1, 2, 3)
    assert model.workspace.can("alert_on_end")
    said = model.workspace.toggle_alert_on_end(model.workspace.target_jobs())
    assert edited(model) == [("Job 1", True)]
    assert said == [Toast("You are alerted when each of them ends.", "2 jobs")]


@pytest.mark.parametrize(
    ("marked", "why_not"),
    [
        ((), "Job 3 has ended already: it is done."),
        ((3, 5), "All of the 2 marked jobs have ended already."),
    ],
)
def test_what_is_over_is_greyed_with_a_reason(marked: tuple[int, ...], why_not: str) -> None:
    model = Model(READY, DONE, job(5, JobState.EXPIRED))
    model.mark(*marked)
    model.select(3)
    able = model.workspace.can("alert_on_end")
    assert (able.state, able.why_not) == (None, why_not)


def test_what_cannot_be_written_is_said() -> None:
    model = Model(RUNNING)
    error = model.monitors["acme"].error = ConfigError("The list cannot be written")
    said = model.workspace.toggle_alert_on_end(model.workspace.target_jobs())
    assert said == [ErrorDialog(error)]
