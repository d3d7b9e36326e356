"""A question that is still open says that what it is about has changed meanwhile."""

from dataclasses import replace

from tests.support.insertions import insertion
from tests.support.jobs import NOW
from tests.support.reports import NIGHT
from tests.tui.model import DONE, READY, RUNNING, Model
from zcbulk_tui.domain.insertion import StepRecord, queued_files
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.monitor.events import JobChanged, JobRemoved
from zcbulk_tui.tui import outdated


def test_a_command_is_over_once_it_makes_sense_for_none_of_its_jobs() -> None:
    model = Model(READY, RUNNING)
    workspace, here = model.workspace, model.workspace.here
    both = list(workspace.rows)
    (running,) = (it for it in both if it.snapshot is RUNNING)
    assert outdated.command(workspace, [running], Action.ABORT) == ""
    over = replace(RUNNING, readings=DONE.readings)
    workspace.apply(here, JobChanged(over))
    said = outdated.command(workspace, [running], Action.ABORT)
    assert said.endswith("a job that is over cannot be aborted.")
    assert outdated.command(workspace, both, Action.ABORT) == "", "the other can be aborted"
    workspace.apply(here, JobRemoved(RUNNING.ref))
    gone = outdated.command(workspace, [running], Action.ABORT)
    assert gone.endswith("is not on the list any more.")
    assert outdated.removal(workspace, [running]) == gone
    assert outdated.removal(workspace, both) == ""
    workspace.apply(here, JobRemoved(READY.ref))
    assert outdated.removal(workspace, both) == "None of the 2 jobs is on the list any more."


def test_a_night_that_is_over_or_another_one_is_not_disarmed() -> None:
    assert outdated.disarming(NIGHT, NIGHT._replace(stopped_at=NOW)) == ""
    for now in (None, NIGHT._replace(id=NIGHT.id + 1)):
        assert outdated.disarming(NIGHT, now).startswith("The night has ended meanwhile")


def test_a_file_that_goes_on_by_itself_is_not_asked_about() -> None:
    at = StepRecord(NOW)
    (waiting,) = queued_files([insertion(create=at.ended_by(UnclearError("No answer")))], {})
    (sent,) = queued_files([insertion()], {})
    assert outdated.going_on(waiting, [waiting]) == ""
    assert outdated.going_on(waiting, [sent])
    assert outdated.going_on(waiting, [])
    sent = sent._replace(sent=10)
    assert outdated.cancelling(sent, [sent]) == ""
    assert outdated.cancelling(sent, [sent._replace(sent=None)])
