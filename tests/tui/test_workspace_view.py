"""What the model has the watch screen show: order, groups, details, the lines around the list."""

from tests.support.jobs import NOW
from tests.tui.model import DONE, READY, RUNNING, UNREAD, Model, job, text
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.events import ServiceChanged
from zcbulk_tui.render.order import GroupBy, Order, SortBy, first
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.workspace import Details

ALL = (READY, RUNNING, DONE, UNREAD)


# Which jobs are shown, and how.


def test_sorting_walks_the_columns_and_turns_round() -> None:
    workspace = Model(*ALL).workspace
    columns = (SortBy.ADDED, SortBy.JOB, SortBy.PERCENT)
    for column in (SortBy.JOB, SortBy.PERCENT, SortBy.ADDED, SortBy.JOB):
        workspace.sort_by_next(columns)
        assert workspace.rows.order == Order(column, first(column))
    workspace.sort_by(SortBy.JOB)
    assert workspace.rows.order == Order(SortBy.JOB, descending=True)
    workspace.sort_by(SortBy.PERCENT)
    assert workspace.rows.order == Order(SortBy.PERCENT, first(SortBy.PERCENT))
    workspace.sort_by(SortBy.DUE)
    workspace.sort_by_next(columns)
    assert workspace.rows.order.by is SortBy.ADDED, "a column that has left is before the first"


def test_groups_walk_all_kinds_and_end_without() -> None:
    workspace = Model(*ALL).workspace
    kinds = []
    for _ in range(6):
        workspace.group_by_next()
        kinds.append(workspace.rows.group_by)
    assert kinds == [*list(GroupBy)[1:], None, GroupBy.PROFILE]


def test_marking_all_marks_what_is_shown() -> None:
    model = Model(*ALL)
    model.workspace.rows.filter("state:ready")
    model.workspace.mark_all()
    assert model.ids() == ["1"]
    assert "1 MARKED" in model.workspace.notes
    model.workspace.mark_all()
    assert model.workspace.notes == []


def test_back_takes_back_one_thing_at_a_time() -> None:
    workspace = Model(*ALL).workspace
    workspace.toggle_details()
    workspace.mark()
    workspace.rows.filter("job")
    seen = []
    for _ in range(4):
        rows = workspace.rows
        seen.append((rows.query, len(rows.marked), workspace.details))
        workspace.back()
    assert seen == [
        ("job", 1, Details.SHARED),
        ("", 1, Details.SHARED),
        ("", 0, Details.SHARED),
        ("", 0, Details.CLOSED),
    ]


def test_the_details_and_the_lines_below_do_not_say_the_same() -> None:
    workspace = Model(*ALL).workspace
    assert "Job 1" in text(*workspace.about(NOW, 120))
    steps = (
        (workspace.toggle_details, Details.SHARED),
        (lambda: workspace.zoom(fills=False), Details.WHOLE),
        (lambda: workspace.zoom(fills=True), Details.SHARED),
        (workspace.toggle_details, Details.CLOSED),
    )
    for step, details in steps:
        step()
        assert workspace.details is details
        assert bool(workspace.about(NOW, 120)) is (details is Details.CLOSED)


# What is said around the list.


def test_the_badge_says_where_it_hurts_most() -> None:
    def environment(*jobs: Environment, profiles: tuple[str, ...] = ("acme",)) -> object:
        snapshots = [job(number, environment=it) for number, it in enumerate(jobs, 1)]
        model = Model(
            *snapshots,
            profiles=profiles,
            change=lambda spec: spec._replace(job_defaults=JobDefaults(Environment.DEVELOPMENT)),
        )
        return model.workspace.badge.environment

    stage, production = Environment.STAGE, Environment.PRODUCTION
    assert environment() is Environment.DEVELOPMENT
    assert environment(stage) is Environment.DEVELOPMENT
    assert environment(stage, production) is production
    assert environment(stage, production, profiles=("acme", "lab")) is stage, "the selected job's"
    demo = Model(job(1, environment=production), change=lambda spec: spec._replace(is_real=False))
    assert demo.workspace.badge.environment is None


def test_the_line_above_says_who_polls_and_how_the_others_do() -> None:
    model = Model(READY, profiles=("acme", "lab"))
    acme, lab = model.workspace.profiles
    model.workspace.apply(acme, ServiceChanged(ServiceSnapshot(answered=True, poller="pts/3")))
    model.workspace.apply(lab, ServiceChanged(ServiceSnapshot(paused=True)))
    assert "connected via pts/3" in model.status()
    assert "lab: polls paused" in model.status()
    model.select(1, "lab")
    assert model.status().startswith(" lab ")
    model.workspace.is_sparing = True
    assert "SLOW LINK" in model.status()


def test_ages_go_on_while_a_job_is_unfinished() -> None:
    assert not Model().workspace.has_unfinished
    assert not Model(DONE).workspace.has_unfinished
    assert Model(DONE, RUNNING).workspace.has_unfinished
    assert Model(DONE, UNREAD).workspace.has_unfinished


def test_the_window_title_counts_what_runs_and_what_needs_a_look() -> None:
    failed = job(5, JobState.FAILED)
    title = Model(RUNNING, DONE, failed).workspace.window_title()
    assert (title.percent, title.trouble) == (20, True)


def test_a_filter_that_finds_nothing_says_so() -> None:
    workspace = Model(*ALL).workspace
    workspace.rows.filter("nowhere")
    assert "None of 4 jobs has “nowhere”" in text(*workspace.hint("a", "N"))
