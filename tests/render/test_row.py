"""A row: three parts, each exactly as wide as its column, whatever is known of the job."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.render.drawn import cells, fields, text
from tests.render.strategies import COLUMNS, EMOJI, SETS, WIDE, listed, moments
from tests.support.jobs import NOW, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import words
from zcbulk_tui.render.columns import Columns, columns
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.render.row import header, is_stale, row
from zcbulk_tui.render.span import Line, Look, Span, fit, line_width, width

TITLES = {
    "risk": "RISK",
    "percent": "%",
    "done": "OK",
    "failed": "FAILED",
    "left": "LEFT",
    "rate": "/s",
    "ends": "ENDS IN",
    "due": "DUE IN",
    "age": "AGE",
    "next": "NEXT",
}


def numbers_end(line: Line, at: Columns) -> bool:
    """Whether the numbers fill their part; its last cell may be left to the widget."""
    return at.numbers_width - line_width(line) in (0, 1)


def has_only_an_error(job: Listed) -> bool:
    """Whether a job was never read, and its polls fail."""
    return job.snapshot.fault is not None and job.snapshot.last is None


@given(listed(), moments, COLUMNS, SETS)
def test_each_part_is_as_wide_as_its_column(
    job: Listed, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    drawn = row(job, now, at, glyphs)
    assert line_width(drawn.names) == at.names_width
    assert line_width(drawn.bar) == at.bar
    assert numbers_end(drawn.numbers, at)


@given(listed(), moments, COLUMNS, SETS)
def test_nothing_is_drawn_that_does_not_print(
    job: Listed, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    for part in row(job, now, at, glyphs):
        assert is_one_safe_line(text(part))


@given(listed(), moments, COLUMNS, SETS)
def test_the_same_job_at_the_same_moment_looks_the_same(
    job: Listed, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    assert row(job, now, at, glyphs) == row(job, now, at, glyphs)


@given(listed(), moments, COLUMNS)
def test_numbers_of_one_look_are_one_span(job: Listed, now: datetime, at: Columns) -> None:
    looks = [span.look for span in row(job, now, at, UNICODE).numbers]
    assert all(one is not other for one, other in pairwise(looks))


@given(listed(), moments, COLUMNS)
def test_numbers_are_right_aligned(job: Listed, now: datetime, at: Columns) -> None:
    assume(not has_only_an_error(job))
    for name, field in fields(row(job, now, at, UNICODE).numbers, at).items():
        if name == "risk":
            continue
        # An ellipsis stands a cell early where a wide character did not fit before it.
        assert not field.text.endswith(" ") or field.text.endswith("… "), name


@given(listed(), moments, COLUMNS)
def test_the_parts_do_not_touch(job: Listed, now: datetime, at: Columns) -> None:
    drawn = row(job, now, at, UNICODE)
    assert text(drawn.names).endswith(" ")
    assert text(drawn.numbers).startswith(" ") or has_only_an_error(job)


@given(listed().filter(has_only_an_error), moments, COLUMNS)
def test_an_error_has_the_room_of_the_figures_where_there_are_none(
    job: Listed, now: datetime, at: Columns
) -> None:
    fault = job.snapshot.fault
    assert fault is not None
    drawn = row(job, now, at, UNICODE)
    ages = at.ages_width
    shown = text(drawn.bar) + text(drawn.numbers)
    room = at.bar + at.numbers_width - ages
    said = fit(fault.error.title, room)
    # A wide character that the end of the bar cuts through gives way to blanks.
    assert shown.startswith(said) or any(width(character) > 1 for character in said)
    healthy = job._replace(snapshot=replace(job.snapshot, fault=None))
    plain = cells(row(healthy, now, at, UNICODE).numbers)[-ages:]
    assert [cell for cell, _ in cells(drawn.numbers)[-ages:]] == [cell for cell, _ in plain]


@given(COLUMNS, st.builds(Order, st.sampled_from(SortBy), st.booleans()), SETS)
def test_the_header_stands_above_the_columns(at: Columns, order: Order, glyphs: Glyphs) -> None:
    titles = header(at, order, glyphs)
    assert line_width(titles.names) == at.names_width
    assert line_width(titles.bar) == at.bar
    assert line_width(titles.numbers) in (at.numbers_width - 1, at.numbers_width)
    for name, field in fields(titles.numbers, at).items():
        if name == "risk":
            words = field.text.rstrip(f" {glyphs.up}{glyphs.down}")
            assert words == (TITLES[name] if at.words else ""), "it begins where its signs are"
            continue
        assert field.text.lstrip(f" {glyphs.up}{glyphs.down}") == TITLES[name]
        assert field.text.endswith(TITLES[name]), "it stays where its numbers are"
    names = text(titles.names)
    first = widths.LEAD + (2 if at.mixed else 0)
    assert names.index("JOB") == first
    profile = first + at.name + 1
    assert names.find("PROFILE") == (profile if at.profile else -1)
    form = profile + (widths.PROFILE + 1 if at.profile else 0)
    assert names.find("FORM") == (form if at.form else -1)


@given(COLUMNS, SETS, st.booleans())
def test_the_arrow_stands_beside_the_column_that_is_sorted(
    at: Columns, glyphs: Glyphs, descending: bool
) -> None:
    arrow = glyphs.down if descending else glyphs.up
    for column in (*at.names, *at.numbers):
        titles = header(at, Order(column.by, descending), glyphs)
        strong = [span for part in titles for span in part if span.look is Look.STRONG]
        assert len(strong) == 1
        assert strong[0].text.replace(arrow, "").strip() == column.title
        assert strong[0].text.count(arrow) == 1


@given(COLUMNS, SETS)
def test_the_lists_own_order_has_an_arrow_only_when_it_is_reversed(
    at: Columns, glyphs: Glyphs
) -> None:
    plain, other = (
        header(at, Order(SortBy.ADDED, descending), glyphs) for descending in (False, True)
    )
    assert text(other.names) == f"  {glyphs.down} {text(plain.names)[4:]}"
    assert text(plain.names).startswith("    ")
    assert plain[1:] == other[1:]


@given(listed(), moments, COLUMNS, SETS)
def test_the_first_two_cells_are_left_to_the_widget(
    job: Listed, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    assert row(job, now, at, glyphs).names[0] == Span("  ")


@given(listed(), moments, COLUMNS)
def test_the_name_stands_below_its_title(job: Listed, now: datetime, at: Columns) -> None:
    drawn = text(row(job, now, at, UNICODE).names)
    start = widths.LEAD + (2 if at.mixed else 0)  # cells, of one character each
    assert width(drawn[:start]) == start
    # By characters: one without a width that begins the name is shown in the cell before it.
    assert drawn[start:].startswith(fit(job.snapshot.job.label, at.name))


@given(listed(), moments, COLUMNS)
def test_production_is_marked_in_a_mixed_list_at_every_width(
    job: Listed, now: datetime, at: Columns
) -> None:
    drawn = cells(row(job, now, at, UNICODE).names)
    badge = drawn[widths.LEAD]
    is_production = job.snapshot.ref.environment is Environment.PRODUCTION
    if at.mixed:
        assert badge == (("P", Look.PRODUCTION) if is_production else (" ", Look.TEXT))
        gap, look = drawn[widths.LEAD + 1]
        assert (gap[0], look) == (" ", Look.TEXT)  # a name's first character may combine with it
    else:
        assert all(look is not Look.PRODUCTION for _, look in drawn)


@given(listed(), moments, st.integers(130, 300))
def test_the_profile_stands_before_the_form(job: Listed, now: datetime, wide: int) -> None:
    at = columns(wide, profiles=True)
    names = text(row(job, now, at, UNICODE).names)
    assert fit(job.snapshot.job.label, at.name) + f" {fit(job.profile, 8)} " in names


@given(st.text(f"ab {WIDE}{EMOJI}e\u0301", max_size=30), moments, COLUMNS)
def test_wide_and_combining_characters_keep_the_columns_aligned(
    label: str, now: datetime, at: Columns
) -> None:
    job = watched(label=one_line(label))
    names = row(Listed("eu", JobSnapshot(job)), now, at, UNICODE).names
    plain = row(Listed("eu", JobSnapshot(watched(label=""))), now, at, UNICODE).names
    behind = at.names_width - (widths.FORM + 1 if at.form else 0)
    assert cells(names)[behind:] == cells(plain)[behind:]


@given(listed(), moments, COLUMNS, SETS)
def test_the_glyph_tells_the_state(job: Listed, now: datetime, at: Columns, glyphs: Glyphs) -> None:
    mark = row(job, now, at, glyphs).names[1]
    snapshot = job.snapshot
    if snapshot.is_failing:
        assert mark == (glyphs.trouble, Look.WARNING)
    elif snapshot.state is None:
        assert mark == (glyphs.unread, Look.DIM)
    else:
        assert mark == (glyphs.states[snapshot.state], words.LOOK[snapshot.state])
    assert width(mark.text) == 1


@given(listed(), moments, COLUMNS)
def test_a_stale_row_has_its_age_in_the_warning_look(
    job: Listed, now: datetime, at: Columns
) -> None:
    ages = cells(row(job, now, at, UNICODE).numbers)[at.numbers_width - at.ages_width :]
    assert (ages[widths.AGE][1] is Look.WARNING) is is_stale(job.snapshot, now)


@pytest.mark.parametrize(
    ("state", "failed", "look"),
    [
        (JobState.IN_PROGRESS, 5, Look.TEXT),
        (JobState.IN_PROGRESS, 1_000, Look.WARNING),
        (JobState.IN_PROGRESS, 1_001, Look.FAILED),
        (JobState.SYSTEM_ABORTED, 1_001, Look.TEXT),
        (JobState.COMPLETED, 1_001, Look.TEXT),
    ],
)
def test_failed_records_stand_out_where_zoho_may_abort_the_job(
    state: JobState, failed: int, look: Look
) -> None:
    counts = Counts(20_000, 10_000, failed, 10_000 - failed)  # of 100 batches 5 may fail
    at = columns(160)
    job = Listed("eu", JobSnapshot(watched(), (JobReading(state, "", counts, NOW),)))
    assert fields(row(job, NOW, at, UNICODE).numbers, at)["failed"].look is look


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_what_stands_before_a_row_is_one_cell_and_means_one_thing(glyphs: Glyphs) -> None:
    signs = [glyphs.mark, glyphs.sum, glyphs.up, glyphs.down]
    before = [*glyphs.states.values(), glyphs.cursor, glyphs.trouble, glyphs.unread]
    assert all(width(sign) == 1 for sign in signs)
    assert len({*signs, *before}) == len(signs) + len(set(before))
    assert glyphs is UNICODE or "".join(signs).isascii()
