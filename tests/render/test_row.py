"""A row: three parts, each exactly as wide as its column, whatever is known of the job."""

from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import fields, text
from tests.render.strategies import moments, snapshots
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import words
from zcbulk_tui.render.columns import Columns, columns
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.row import header, is_stale, row
from zcbulk_tui.render.span import Line, Look, Span, fit, line_width, width

COLUMNS = st.integers(20, 300).map(columns)
SETS = st.sampled_from([UNICODE, ASCII])

TITLES = {
    "percent": "%",
    "done": "OK",
    "failed": "FAILED",
    "left": "LEFT",
    "rate": "/s",
    "ends": "ENDS IN",
    "read": "READ",
    "next": "NEXT",
}


def numbers_end(line: Line, at: Columns) -> bool:
    """Whether the numbers fill their part; its last cell may be left to the widget."""
    return at.numbers_width - line_width(line) in (0, 1)


@given(snapshots(), moments, COLUMNS, SETS)
def test_each_part_is_as_wide_as_its_column(
    job: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    drawn = row(job, now, at, glyphs)
    assert line_width(drawn.names) == at.names_width
    assert line_width(drawn.bar) == at.bar
    assert numbers_end(drawn.numbers, at)


@given(snapshots(), moments, COLUMNS, SETS)
def test_nothing_is_drawn_that_does_not_print(
    job: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    for part in row(job, now, at, glyphs):
        assert is_one_safe_line(text(part))


@given(snapshots(), moments, COLUMNS, SETS)
def test_the_same_job_at_the_same_moment_looks_the_same(
    job: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    assert row(job, now, at, glyphs) == row(job, now, at, glyphs)


@given(snapshots(), moments, COLUMNS)
def test_numbers_of_one_look_are_one_span(job: JobSnapshot, now: datetime, at: Columns) -> None:
    looks = [span.look for span in row(job, now, at, UNICODE).numbers]
    assert all(one is not other for one, other in pairwise(looks))


@given(snapshots(), moments, COLUMNS)
def test_numbers_are_right_aligned(job: JobSnapshot, now: datetime, at: Columns) -> None:
    for name, field in fields(row(job, now, at, UNICODE).numbers, at).items():
        # An ellipsis stands a cell early where a wide character did not fit before it.
        assert not field.text.endswith(" ") or field.text.endswith("… "), name


@given(snapshots(), moments, COLUMNS)
def test_the_parts_do_not_touch(job: JobSnapshot, now: datetime, at: Columns) -> None:
    drawn = row(job, now, at, UNICODE)
    assert text(drawn.names).endswith(" ")
    assert text(drawn.numbers).startswith(" ")


@given(COLUMNS)
def test_the_header_stands_above_the_columns(at: Columns) -> None:
    titles = header(at)
    assert line_width(titles.names) == at.names_width
    assert line_width(titles.bar) == at.bar
    assert numbers_end(titles.numbers, at)
    for name, field in fields(titles.numbers, at).items():
        assert field.text == TITLES[name].rjust(len(field.text))
    names = text(titles.names)
    assert names.index("JOB") == widths.LEAD
    assert names.find("FORM") == (widths.LEAD + at.name + 1 if at.form else -1)


@given(snapshots(), moments, COLUMNS)
def test_the_name_stands_below_its_title(job: JobSnapshot, now: datetime, at: Columns) -> None:
    names = row(job, now, at, UNICODE).names
    cursor, _, label = names[:3]
    assert cursor == Span(" "), "the widget puts the cursor's mark there"
    assert label.text == f" {fit(job.job.label, at.name)} "


@given(snapshots(), moments, COLUMNS, SETS)
def test_the_glyph_tells_the_state(
    job: JobSnapshot, now: datetime, at: Columns, glyphs: Glyphs
) -> None:
    mark = row(job, now, at, glyphs).names[1]
    if job.fault is not None:
        assert mark == (glyphs.trouble, Look.WARNING)
    elif job.state is None:
        assert mark == (glyphs.unread, Look.DIM)
    else:
        assert mark == (glyphs.states[job.state], words.LOOK[job.state])
    assert width(mark.text) == 1


@given(snapshots(), moments, COLUMNS)
def test_a_stale_row_has_its_age_in_the_warning_look(
    job: JobSnapshot, now: datetime, at: Columns
) -> None:
    read = fields(row(job, now, at, UNICODE).numbers, at)["read"]
    assert (read.look is Look.WARNING) is is_stale(job, now)


@given(snapshots(), moments, COLUMNS)
def test_failed_records_stand_out_beyond_what_zoho_lets_pass(
    job: JobSnapshot, now: datetime, at: Columns
) -> None:
    shown = fields(row(job, now, at, UNICODE).numbers, at)
    counts = job.last.counts if job.last else Counts()
    share = (counts.failed or 0) / counts.processed if counts.processed else 0.0
    assert "failed" not in shown or (shown["failed"].look is Look.FAILED) is (share > 0.05)
