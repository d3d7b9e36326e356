"""The lines below the list, about a job or a pace, and those in the place of an empty one."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.plans import FULL, days, spent
from tests.render.strategies import listed, moments, snapshots
from tests.support.jobs import NOW, REF, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.budget import Pace, Spent
from zcbulk_tui.domain.planner import Effect
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.errors import UnreadableError
from zcbulk_tui.render import words
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.hints import first_run, nothing_found
from zcbulk_tui.render.span import line_width
from zcbulk_tui.render.status import about, preview, summary


@given(listed(), st.none() | days(), moments, st.integers(40, 200), st.integers(1, 4))
def test_the_lines_about_a_job_fit_the_screen(
    job: Listed, day: Spent | None, now: datetime, width: int, height: int
) -> None:
    for with_profile in (False, True):
        assert line_width(about(job, UNICODE, width, with_profile=with_profile)) == width
    first, *others = summary(job.snapshot, ServiceSnapshot(day), now, width, height)
    assert line_width(first) == width
    assert len(others) == height - 1
    assert all(line_width(other) <= width for other in others)


@given(listed(), st.none() | days(), moments, st.integers(40, 200))
def test_the_lines_about_a_job_hold_nothing_that_does_not_print(
    job: Listed, day: Spent | None, now: datetime, width: int
) -> None:
    where = about(job, UNICODE, width, with_profile=True)
    for shown in (where, *summary(job.snapshot, ServiceSnapshot(day), now, width, 2)):
        assert is_one_safe_line(text(shown))


@given(snapshots(), st.none() | days(), moments, st.integers(40, 200))
def test_the_next_poll_stands_at_the_right(
    job: JobSnapshot, day: Spent | None, now: datetime, width: int
) -> None:
    due = words.next_poll(job, day, now)
    assert text(summary(job, ServiceSnapshot(day), now, width, 2)[0]).endswith(f"  {due} ")


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
    most = spent(0, FULL._replace(daily_calls=9_999_999))
    lines = preview(Effect(Pace.BALANCED, 1_234_567, 3_600.0), most, width, 2)
    assert " ".join(" ".join(map(text, lines)).split()) == (
        "balanced: an end is seen within about 1h00m, 1,234,567 calls for these jobs, "
        "8,765,432 left until 00:00 CET. It counts in a moment."
    )


def test_a_job_is_named_in_full() -> None:
    job = Listed("eu", JobSnapshot(watched()._replace(tags=("stock",), note="ask Ann")))
    shown = text(about(job, UNICODE, 160, with_profile=True))
    place = f"{REF.owner}/{REF.app}/{REF.form}"
    for part in ("Employees", REF.job_id, " eu ", "production", place, "#stock", "ask Ann"):
        assert part in shown
    assert " eu " not in text(about(job, UNICODE, 160))


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param("The server answered with a page instead of a status.", id="in English"),
        pytest.param("サーバーは状態の代わりにページを返しました。" * 2, id="in Japanese"),
    ],
)
def test_a_sentence_that_fits_in_two_lines_loses_no_word(cause: str) -> None:
    fault = Fault(UnreadableError("The answer cannot be understood", cause), NOW)
    job = JobSnapshot(watched(), fault=fault)
    shown = "".join(text(one) for one in summary(job, ServiceSnapshot(spent()), NOW, 120, 2))
    said = shown.replace(words.next_poll(job, spent(), NOW), "").replace(" ", "")
    assert cause.replace(" ", "") in said


def test_a_sentence_that_is_too_long_says_that_it_goes_on() -> None:
    fault = Fault(UnreadableError("The answer cannot be understood", "Again and again. " * 30), NOW)
    assert (
        text(summary(JobSnapshot(watched(), fault=fault), ServiceSnapshot(), NOW, 80, 2)[1])
        .rstrip()
        .endswith("…")
    )


def test_while_polls_are_paused_no_time_is_told_for_the_next() -> None:
    job = JobSnapshot(watched(), next_poll_at=NOW + timedelta(seconds=15))
    assert text(summary(job, ServiceSnapshot(), NOW, 80, 2)[0]).endswith("  next poll 15s ")
    assert text(summary(job, ServiceSnapshot(paused=True), NOW, 80, 2)[0]).endswith(
        "  polls paused "
    )


def test_where_no_job_is_selected_the_lines_are_empty() -> None:
    for shown in (*summary(None, ServiceSnapshot(), NOW, 80, 2), about(None, UNICODE, 80)):
        assert text(shown) == " " * 80


@pytest.mark.parametrize(
    ("login", "how"),
    [("", "done"), ("zcbulk-tui login", "type in another terminal: zcbulk-tui login")],
)
def test_an_empty_list_says_how_to_begin(login: str, how: str) -> None:
    blank, *ways = first_run(login, add="n", insert="N")
    assert text(blank) == ""
    sign_in, add, insert, demo = map(text, ways)
    assert "press N" in insert
    assert len(first_run(login, add="n", insert="")) == len(ways)
    assert sign_in.endswith(f"  {how}")
    assert "paste its URL here, or press n" in add
    assert demo.endswith("zcbulk-tui demo")
    # The texts stand below each other, and fit the smallest useful screen.
    assert {line[:17][-2:] for line in map(text, ways)} == {"  "}
    assert max(map(line_width, ways)) <= 60


@given(st.text(max_size=20), st.integers(1, 100_000))
def test_a_filter_that_finds_nothing_is_told_with_the_way_back(asked: str, jobs: int) -> None:
    said = text(nothing_found(asked, jobs)[-1])
    assert is_one_safe_line(said)
    assert f"None of {jobs:,} jobs" in said
    assert said.endswith("; Esc shows all.")


def test_the_filter_that_finds_nothing_is_told_as_it_was_typed() -> None:
    assert "“state:failed !eu”" in text(nothing_found("state:failed !eu", 12)[-1])
