"""Jobs leave the list, and come back to it."""

from tests.tui.model import DONE, READY, RUNNING, UNREAD, Model
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot
from zcbulk_tui.errors import (
    ConfigError,
)
from zcbulk_tui.monitor.events import JobChanged, JobRemoved
from zcbulk_tui.tui.notices import ErrorDialog, Toast

ALL = (READY, RUNNING, DONE, UNREAD)


def test_jobs_that_are_removed_lose_their_marks_and_leave_by_an_event() -> None:
    model = Model(*ALL)
    model.mark(1, 3)
    jobs = model.workspace.target_jobs()
    (said,) = model.workspace.remove(jobs, undo_key="u")
    assert isinstance(said, Toast)
    assert said.text == "2 jobs are off the list. u brings them back."
    assert model.asked == [("remove", "1"), ("remove", "3")]
    assert not model.workspace.rows.marked
    assert len(model.workspace.rows) == 4
    model.asked.clear()
    model.workspace.apply(model.workspace.here, JobRemoved(READY.ref))
    error = model.monitors["acme"].error = ConfigError("Cannot be written")
    assert model.workspace.remove(jobs, undo_key="u") == [ErrorDialog(error)]
    assert model.asked == [("remove", "3")], "another window has removed the first"


def test_removed_jobs_come_back_to_their_places_level_by_level() -> None:
    model = Model(*ALL)
    workspace = model.workspace
    assert workspace.can("undo").state is None
    assert workspace.undo() == ((), [])

    def remove(*jobs: JobSnapshot) -> None:
        listed = [workspace.rows[JobKey("acme", it.ref)] for it in jobs]
        workspace.remove(listed, undo_key="")
        for it in jobs:
            workspace.apply(workspace.here, JobRemoved(it.ref))

    def undo(*jobs: JobSnapshot) -> None:
        keys, said = workspace.undo()
        assert (list(keys), said) == ([JobKey("acme", it.ref) for it in jobs], [])
        for it in jobs:
            workspace.apply(workspace.here, JobChanged(it))

    remove(RUNNING)
    remove(READY, DONE)
    assert workspace.can("undo")
    model.asked.clear()
    undo(READY, DONE)
    assert [it.snapshot for it in workspace.rows] == [READY, DONE, UNREAD]
    undo(RUNNING)
    assert [it.snapshot for it in workspace.rows] == list(ALL)
    assert model.asked == [("put back", ("1", 7), ("3", 7)), ("put back", ("2", 7))]
    assert workspace.can("undo").state is None


def test_an_undo_that_cannot_be_written_can_be_tried_again() -> None:
    model = Model(READY)
    model.workspace.remove(model.workspace.target_jobs(), undo_key="u")
    model.workspace.apply(model.workspace.here, JobRemoved(READY.ref))
    error = model.monitors["acme"].error = ConfigError("Cannot be written")
    assert model.workspace.undo() == ((), [ErrorDialog(error)])
    model.monitors["acme"].error = None
    keys, _ = model.workspace.undo()
    assert len(keys) == 1


def test_an_undo_leaves_alone_what_is_on_the_list_again() -> None:
    model = Model(READY)
    model.workspace.remove(model.workspace.target_jobs(), undo_key="u")
    model.asked.clear()
    keys, _ = model.workspace.undo()
    assert [key.ref for key in keys] == [READY.ref]
    assert model.asked == []
