"""The lines below the list: about the selected job, and about a pace before it counts."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.plans import FULL, days, spent
from tests.render.strategies import moments, snapshots
from tests.support.jobs import NOW, REF, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.day_plan import Spent
from zcbulk_tui.domain.planner import Effect, Pace
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.errors import UnreadableError
from zcbulk_tui.render import words
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import line_width
from zcbulk_tui.render.status import about, news, preview


@given(snapshots(), st.none() | days(), moments, st.integers(40, 200), st.integers(1, 4))
def test_the_lines_about_a_job_fit_the_screen(
    job: JobSnapshot, day: Spent | None, now: datetime, width: int, height: int
) -> None:
    assert line_width(about(job, UNICODE, width)) == width
    first, *others = news(job, day, now, width, height)
    assert line_width(first) == width
    assert len(others) == height - 1
    assert all(line_width(other) <= width for other in others)


@given(snapshots(), st.none() | days(), moments, st.integers(40, 200))
def test_the_lines_about_a_job_hold_nothing_that_does_not_print(
    job: JobSnapshot, day: Spent | None, now: datetime, width: int
) -> None:
    for shown in (about(job, UNICODE, width), *news(job, day, now, width, 2)):
        assert is_one_safe_line(text(shown))


@given(snapshots(), st.none() | days(), moments, st.integers(40, 200))
def test_the_next_poll_stands_at_the_right(
    job: JobSnapshot, day: Spent | None, now: datetime, width: int
) -> None:
    due = words.next_poll(job, day, now)
    assert text(news(job, day, now, width, 2)[0]).endswith(f"  {due} ")


@given(
    st.sampled_from(Pace), st.none() | st.floats(0, 1e6), st.integers(40, 200), st.integers(1, 4)
)
def test_the_lines_about_a_pace_fit_the_screen(
    pace: Pace, within: float | None, width: int, height: int
) -> None:
    lines = preview(Effect(pace, 123, within), spent(), width, height)
    assert [line_width(one) for one in lines] == [width] * height
    assert text(lines[0]).startswith(f" {pace}: ")


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_preview_is_whole_in_two_lines(width: int) -> None:
    most = spent(0, replace(FULL, daily_calls=9_999_999))
    lines = preview(Effect(Pace.BALANCED, 1_234_567, 3_600.0), most, width, 2)
    assert " ".join(" ".join(map(text, lines)).split()) == (
        "balanced: an end is seen within about 1h00m, 1,234,567 calls for these jobs, "
        "8,765,412 left until 00:00 CET. It counts in a moment."
    )


def test_a_job_is_named_in_full() -> None:
    shown = text(about(JobSnapshot(watched()), UNICODE, 120))
    for part in ("Employees", REF.job_id, "production", f"{REF.owner}/{REF.app}/{REF.form}"):
        assert part in shown


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param("The server answered with a page instead of a status.", id="in English"),
        pytest.param("サーバーは状態の代わりにページを返しました。" * 2, id="in Japanese"),
    ],
)
def test_a_sentence_that_fits_in_two_lines_loses_no_word(cause: str) -> None:
    fault = Fault(UnreadableError("The answer makes no sense", cause), NOW)
    job = JobSnapshot(watched(), fault=fault)
    shown = "".join(text(one) for one in news(job, spent(), NOW, 120, 2))
    said = shown.replace(words.next_poll(job, spent(), NOW), "").replace(" ", "")
    assert cause.replace(" ", "") in said


def test_a_sentence_that_is_too_long_says_that_it_goes_on() -> None:
    fault = Fault(UnreadableError("The answer makes no sense", "Again and again. " * 30), NOW)
    assert (
        text(news(JobSnapshot(watched(), fault=fault), None, NOW, 80, 2)[1]).rstrip().endswith("…")
    )


def test_an_empty_list_says_how_to_fill_it() -> None:
    lines = news(None, None, NOW, 80, 2)
    assert [line_width(shown) for shown in lines] == [80, 80]
    assert "press a" in text(lines[0])
    assert line_width(about(None, UNICODE, 80)) == 80
