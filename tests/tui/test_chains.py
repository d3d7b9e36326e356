"""Chains on the list: one line that unfolds, whatever happens to their jobs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.insertions import insertion
from tests.support.jobs import NOW, watched
from tests.tui.list_app import PROFILE, ListApp
from tests.tui.model import Model, text
from tests.tui.model import job as model_job
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import QueuedFile, StepRecord, stage
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobKey, JobSnapshot, Listed
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.monitor.events import JobChanged, JobRemoved, QueueChanged
from zcbulk_tui.render.lineage import Branch
from zcbulk_tui.render.order import GroupBy, Order, SortBy
from zcbulk_tui.tui import questions
from zcbulk_tui.tui.chain_lines import ChainKey
from zcbulk_tui.tui.job_rows import JobRows, ListLine

DONE, RUNNING = JobState.COMPLETED, JobState.IN_PROGRESS


def job(
    number: int,
    counts: tuple[int, int, int] | None = (100, 90, 10),
    repairs: int | None = None,
    state: JobState = DONE,
    label: str = "",
    profile: str = "eu",
    tags: tuple[str, ...] = (),
) -> Listed:
    made = watched(str(number), label or f"Job {number}")
    made = made._replace(
        added_at=NOW + timedelta(minutes=number),
        repairs="" if repairs is None else str(repairs),
        tags=tags,
    )
    last = () if counts is None else (JobReading(state, state.value, Counts(*counts), NOW),)
    return Listed(profile, JobSnapshot(made, last))


ROOT = job(1, (100_000, 98_700, 1_300), label="Customers")
REPAIR = job(3, (1_300, 712, 88), 1, RUNNING, "Customers, repair 1")
OTHER = job(2, (50, 50, 0), label="Regions")


def rows(*jobs: Listed) -> JobRows:
    made = JobRows()
    for one in jobs:
        made.put(one)
    return made


def lines(made: JobRows) -> list[str]:
    """The lines: a chain as ``<1>``, a job as its number."""
    return list(map(_line, made.list_lines))


def _line(line: ListLine) -> str:
    match line:
        case ChainKey(root):
            return f"<{root.ref.job_id}>"
        case JobKey(_, ref):
            return ref.job_id
    return line


def selected(made: JobRows) -> str | None:
    return made.selected.snapshot.ref.job_id if made.selected else None


def test_a_chain_is_one_line_that_unfolds_and_folds() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    assert lines(made) == ["<1>", "2"]
    assert [made.branch(it) for it in made.places] == [Branch.FOLDED, Branch.NONE]
    assert made.fold()
    assert lines(made) == ["<1>", "1", "3", "2"]
    assert [made.branch(it) for it in made.places] == [
        Branch.UNFOLDED,
        Branch.ONE,
        Branch.LAST,
        Branch.NONE,
    ]
    made.select(2)
    assert selected(made) == "3"
    assert made.fold()
    assert (lines(made), made.cursor) == (["<1>", "2"], 0)
    made.select(1)
    assert not made.fold()


def test_its_line_shows_the_net_result_under_the_name_of_its_root() -> None:
    line = rows(ROOT, REPAIR).chain_line(ChainKey(ROOT.key))
    assert line is not None
    assert line.chain.counts == Counts(100_000, 99_412, 88, 500)
    snapshot = line.listed.snapshot
    assert (snapshot.job.label, line.listed.key) == ("Customers", ROOT.key)
    assert snapshot.readings == REPAIR.snapshot.readings


def test_keys_on_its_line_are_about_its_newest_job() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    assert selected(made) == "3"
    made.fold()
    made.select(1)
    assert selected(made) == "1"


def test_a_job_that_is_folded_away_is_where_its_chain_is() -> None:
    made = rows(OTHER, ROOT, REPAIR)
    assert made.index_of(REPAIR.key) == made.index_of(ROOT.key) == 1
    assert [key.ref.job_id for key in made.jobs] == ["2", "1", "3"]


def test_marking_its_line_marks_all_its_jobs() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    made.mark(made.jobs_at(made.places[0]))
    assert list(made.marked) == [ROOT.key, REPAIR.key]
    made.mark(made.jobs_at(made.places[0]))
    assert not made.marked


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("customers", ["<1>"]),
        ("repair", ["3"]),
        ("job:3", ["3"]),
        ("job:1", ["<1>"]),
        ("failed:>80", ["<1>"]),
        ("failed:>1000", []),
        ("failed:88", ["<1>"]),
        ("ok:50", ["2"]),
        ("ok:712", ["3"]),
        ("state:running", ["<1>"]),
        ("state:done", ["2"]),
    ],
)
def test_a_filter_finds_a_chain_by_what_it_shows_and_what_repairs_in_it(
    query: str, expected: list[str]
) -> None:
    made = rows(ROOT, OTHER, REPAIR)
    made.filter(query)
    assert lines(made) == expected


def test_a_sort_goes_by_the_net_result_and_keeps_the_jobs_below_their_chain() -> None:
    made = rows(job(5, (2_000, 900, 1_000)), ROOT, OTHER, REPAIR)
    made.sort(Order(SortBy.FAILED, descending=True))
    assert lines(made) == ["5", "<1>", "2"], "88 are left of 1,300"
    made.select(1)
    made.fold()
    assert lines(made) == ["5", "<1>", "1", "3", "2"]
    made.put(job(3, (1_300, 1_300, 0), 1))
    assert lines(made) == ["5", "<1>", "1", "3", "2"]
    made.put(job(3, (1_300, 0, 1_300), 1))
    assert lines(made) == ["<1>", "1", "3", "5", "2"]


def test_a_chain_is_in_the_group_of_its_root() -> None:
    made = rows(job(1, tags=("a",)), job(2, tags=("b",)), job(3, repairs=1, tags=("b",)))
    made.group(GroupBy.TAG)
    assert lines(made) == ["a", "<1>", "b", "2"]
    made.fold()
    assert lines(made) == ["a", "<1>", "1", "3", "b", "2"]
    made.select(2)
    assert (selected(made), made.line) == ("3", 3)


def test_records_of_a_chain_count_once() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    for _ in range(2):
        total = made.total()
        assert (total.jobs, total.incomplete) == (3, 0)
        assert total.counts == Counts(100_050, 99_462, 88, 500)
        made.fold()
    made.put(job(3, (1_300, 1_300, 0), 1))
    assert made.total().counts == Counts(100_050, 100_050, 0, 0)
    made.filter("repair")
    made.put(REPAIR)
    assert made.total().counts == Counts(1_300, 712, 88, 500), "of what is shown"


def test_a_chain_that_nobody_has_read_is_named_as_incomplete() -> None:
    total = rows(job(1, None), OTHER, job(3, None, 1)).total()
    assert (total.jobs, total.incomplete, total.counts.total) == (3, 2, 50)


def test_the_cursor_stays_where_a_chain_begins_and_ends() -> None:
    made = rows(OTHER, ROOT)
    made.select(1)
    made.put(REPAIR)
    assert (lines(made), made.cursor, selected(made)) == (["2", "<1>"], 1, "3")
    made.hold()
    made.drop(REPAIR.key)
    assert (lines(made), made.cursor, selected(made)) == (["2", "1"], 1, "1")


def test_without_its_root_a_repair_stands_alone_and_comes_back_into_its_chain() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    made.drop(ROOT.key)
    assert lines(made) == ["2", "3"]
    made.put_before(ROOT, [OTHER.key])
    assert lines(made) == ["<1>", "2"]


def test_a_file_that_may_be_a_job_is_an_attempt_of_the_chain() -> None:
    lost = StepRecord(NOW).ended_by(UnclearError("No answer"))
    sent, waits = insertion(repairs="1", create=lost), insertion(repairs="1")
    made = rows(ROOT, OTHER)
    made.set_files("eu", [QueuedFile(waits, stage(waits))])
    assert lines(made) == ["1", "2"]
    made.set_files("eu", [QueuedFile(sent, stage(sent))])
    assert lines(made) == ["<1>", "2"]
    line = made.chain_line(made.places[0])
    assert line is not None
    assert (len(line.chain.attempts), line.chain.unclear) == (2, 1)
    made.set_files("eu", [])
    assert lines(made) == ["1", "2"]


def test_the_same_object_is_shown_until_it_is_different() -> None:
    made = rows(ROOT, OTHER, REPAIR)
    before = made.chain_line(made.places[0])
    made.put(OTHER)
    made.set_files("eu", [QueuedFile(insertion(), stage(insertion()), sent=5)])
    assert made.chain_line(made.places[0]) is before
    made.put(REPAIR)
    assert made.chain_line(made.places[0]) is not before


_COUNTS = ((100, 90, 10), (50, 20, 5), (7, 7, 0))
_jobs = st.builds(
    job,
    st.integers(0, 5),
    st.none() | st.sampled_from(_COUNTS),
    st.none() | st.integers(0, 5),
    st.sampled_from([DONE, RUNNING]),
    profile=st.sampled_from(["eu", "us"]),
    tags=st.sampled_from([(), ("a",), ("b", "a")]),
)
Change = Callable[[JobRows], object]
_changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda it: lambda made: made.put(it), _jobs),
    st.builds(lambda it: lambda made: it.key in made and made.drop(it.key), _jobs),
    st.builds(
        lambda query: lambda made: made.filter(query),
        st.sampled_from(["", "job", "failed:>5", "state:running", "job:3", "!job:1"]),
    ),
    st.builds(
        lambda by, down: lambda made: made.sort(Order(by, down)),
        st.sampled_from(SortBy),
        st.booleans(),
    ),
    st.builds(
        lambda by: lambda made: made.group(by),
        st.none() | st.sampled_from([by for by in GroupBy if by is not GroupBy.NONE]),
    ),
    st.builds(lambda at: lambda made: made.select(at), st.integers(0, 9)),
    st.just(JobRows.fold),
    st.just(lambda made: made.total()),
)


@settings(max_examples=100)
@given(st.lists(_jobs, max_size=9), st.lists(_changes, max_size=9))
def test_what_is_kept_is_what_is_worked_out_anew(jobs: list[Listed], changes: list[Change]) -> None:
    made = rows(*jobs)
    for change in changes:
        change(made)
        anew = rows(*made)
        anew.filter(made.query)
        anew.sort(made.order)
        anew.group(made.group_by)
        for index, place in enumerate(made.places):
            if made.branch(place) is Branch.UNFOLDED:
                anew.select(anew.places.index(place))
                anew.fold()
            assert made.index_of(place) == index
        assert lines(made) == lines(anew)
        assert made.total() == anew.total()
        titles = [line for line in made.list_lines if isinstance(line, str)]
        assert [made.total(it) for it in titles] == [anew.total(it) for it in titles]
        assert len(set(made.jobs)) == len(made.jobs)
        if made.places:
            assert made.list_lines[made.line] == made.place


def repairing(number: int, repairs: str, state: JobState = JobState.IN_PROGRESS) -> JobSnapshot:
    made = model_job(number, state)
    at = made.job.added_at + timedelta(minutes=number)
    return replace(made, job=made.job._replace(repairs=repairs, added_at=at))


def test_keys_on_the_line_of_a_chain_name_the_job_that_they_are_about() -> None:
    model = Model(model_job(1, DONE), repairing(2, "1"), model_job(3))
    workspace = model.workspace
    assert model.ids() == ["2"]
    question = questions.command(
        workspace, workspace.target_jobs_of(Action.ABORT), Action.ABORT, NOW
    )
    assert question.title == "Abort “Job 2”?"
    assert "Attempt 2 of 2 of “Job 1”." in question.paragraphs
    removal = questions.remove(workspace, workspace.target_jobs())
    assert removal.title == "Stop watching “Job 2”?"
    assert "Attempt 2 of 2 of “Job 1”." in removal.paragraphs
    model.select(3)
    removal = questions.remove(workspace, workspace.target_jobs())
    assert not any("Attempt" in it for it in removal.paragraphs)


def test_space_on_the_line_of_a_chain_marks_its_jobs() -> None:
    model = Model(model_job(1, DONE), repairing(2, "1"), model_job(3))
    model.workspace.mark()
    assert model.ids() == ["1", "2"]
    model.workspace.mark_all()
    assert model.ids() == ["1", "2", "3"]


def test_the_key_of_a_chain_says_why_it_does_nothing() -> None:
    model = Model(model_job(1, DONE), repairing(2, "1"), model_job(3))
    assert model.workspace.can("unfold").state is True
    model.select(3)
    assert "repairs" in model.workspace.can("unfold").why_not
    assert Model().workspace.can("unfold").state is None


def test_the_lines_about_the_selected_job_begin_with_the_net_result() -> None:
    model = Model(model_job(1, DONE), repairing(2, "1"), model_job(3))
    said = text(*model.workspace.about(NOW, 120))
    assert said.splitlines()[0].startswith(" Job 2")
    assert "10,000: 4,000 in, 6,000 left after 2 attempts, 8,000 under way." in said
    model.select(3)
    assert "attempts" not in text(*model.workspace.about(NOW, 120))


def test_poll_all_asks_about_the_jobs_that_are_folded_away() -> None:
    model = Model(model_job(1), repairing(2, "1"), model_job(3))
    assert [it.snapshot.ref.job_id for it in model.workspace.unfinished()] == ["1", "2", "3"]


def test_a_job_that_comes_back_is_in_its_chain_again() -> None:
    model = Model(model_job(1, DONE), repairing(2, "1"), model_job(3))
    profile = model.workspace.profiles[0]
    model.workspace.remove(model.workspace.target_jobs(), undo_key="u")
    model.workspace.apply(profile, JobRemoved(repairing(2, "1").ref))
    assert lines(model.workspace.rows) == ["1", "3"]
    keys, _ = model.workspace.undo()
    assert [key.ref.job_id for key in keys] == ["2"]
    model.workspace.apply(profile, JobChanged(repairing(2, "1")))
    assert lines(model.workspace.rows) == ["<1>", "3"]


def test_files_of_the_queue_are_attempts() -> None:
    model = Model(model_job(1, DONE), model_job(3))
    form = FormRef.of(model_job(1).ref)
    lost = StepRecord(NOW).ended_by(UnclearError("No answer"))
    sent = insertion(form=form, repairs="1", create=lost)
    model.workspace.apply(
        model.workspace.profiles[0], QueueChanged((QueuedFile(sent, stage(sent)),))
    )
    assert "after 2 attempts, 1 of them unclear" in text(*model.workspace.about(NOW, 120))


async def test_the_list_draws_a_chain_folded_and_unfolded() -> None:
    app = ListApp(it.snapshot for it in (ROOT, OTHER, REPAIR))
    async with app.open() as pilot:
        rows = app.jobs.rows

        def drawn() -> list[str]:
            lines = [text(app.jobs.line(y, 0)[0]) for y in range(1, 6)]
            return [line.strip() for line in lines if line.strip()]

        assert drawn() == ["▌ ▶ ▸ Customers", "✓ Regions"]
        rows.mark([REPAIR._replace(profile=PROFILE).key])
        app.jobs.paint()
        assert drawn()[0] == "▌•▶ ▸ Customers"
        rows.fold()
        app.jobs.paint()
        await pilot.pause()
        assert drawn() == [
            "▌•▶ ▾ Customers",
            "✓ ├ Customers",
            "•▶ └ repair 1",
            "✓ Regions",
        ]
        app.jobs.move(2)
        assert selected(rows) == "3"
        assert [it.snapshot.ref.job_id for it in app.jobs.on_screen()] == ["3", "1", "3", "2"]
