"""The budget's page: it fits every screen, adds up, and says what is out of the ordinary."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.plans import FULL, SPENT_BY_ZOHO, USED_UP, plan, plans, spent
from tests.render.strategies import MOST_RECORDS, moments
from tests.support.jobs import NOW, reading, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.budget import Cause, Pace, Reason, Spent
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.planner import DayPlan, PlannedJob
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import JobUnknownError, UnreachableError
from zcbulk_tui.render.budget import REASON, page, share_out
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Look, line_width

WIDTHS = range(40, 121)
MOST_JOBS = 200

PART_SIZES = st.just(0) | st.integers(0, 20) | st.integers(0, MOST_RECORDS)
SHARED = st.lists(PART_SIZES, min_size=4, max_size=4).filter(any)
PART_WIDTHS = st.integers(4, 200)

PENDING = st.none() | st.sampled_from(Pace)
SETS = pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])

WAITS = PlannedJob(
    JobSnapshot(
        watched("1", "Suppliers"),
        (reading(0, 0, state=JobState.READY),),
        next_poll_at=NOW + timedelta(seconds=170),
        reason=Reason.UNSTARTED,
    ),
    3.6,
)
FAILS = PlannedJob(
    JobSnapshot(
        watched("2", "Orders"),
        fault=Fault(UnreachableError("No network"), NOW),
        next_poll_at=NOW + timedelta(seconds=8),
    ),
    0.2,
)
NEVER = PlannedJob(
    JobSnapshot(watched("3", "Prices"), fault=Fault(JobUnknownError("No such job"), NOW)), 17
)


def texts(
    of: DayPlan,
    pending: Pace | None = None,
    width: int = 100,
    glyphs: Glyphs = UNICODE,
    now: datetime = NOW,
) -> list[str]:
    """The page, line by line, without the blanks at the ends."""
    return [text(line).rstrip() for line in page(of, pending, now, glyphs, width)]


def row_of(job: PlannedJob, day: Spent | None = None, width: int = 100) -> list[str]:
    """The cells of a job's row."""
    row = texts(plan(day or spent(), job), width=width)[-1]
    return re.split(r"\s{2,}", row)


@given(plans(), PENDING, moments, st.integers(40, 120), st.sampled_from([UNICODE, ASCII]))
def test_every_line_is_as_wide_as_asked_and_prints(
    of: DayPlan, pending: Pace | None, now: datetime, width: int, glyphs: Glyphs
) -> None:
    for line in page(of, pending, now, glyphs, width):
        assert line_width(line) == width
        assert is_one_safe_line(text(line))


@pytest.mark.parametrize(
    "day", [spent(), USED_UP, SPENT_BY_ZOHO], ids=["calls", "no polls", "4000"]
)
def test_every_width_will_do(day: Spent) -> None:
    of = plan(day._replace(trouble="Calls are counted in memory only."), WAITS, FAILS, NEVER)
    for width in WIDTHS:
        lines = page(of, Pace.EAGER, NOW, UNICODE, width)
        assert {line_width(line) for line in lines} == {width}


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_hostile_labels_and_troubles_do_no_harm(label: str) -> None:
    safe = one_line(label, 60)  # as the watch list and the call book let it through
    job = JobSnapshot(watched(label=safe), next_poll_at=NOW)
    for line in page(plan(spent(trouble=safe), PlannedJob(job, 1)), None, NOW, UNICODE, 80):
        assert is_one_safe_line(text(line))


# The gauge.


PARTS = {
    "made": UNICODE.success,
    "elsewhere": UNICODE.failed,
    "planned": UNICODE.estimate,
    "free": UNICODE.left,
    "reserved": UNICODE.kept,
}
"""The parts of the gauge in their order, with their glyphs."""


def legend(of: DayPlan) -> dict[str, int]:
    """The parts that the legend names, with their calls."""
    said = texts(of, width=200)[2]
    found = re.findall(r"(\S) ([\d,]+) ([a-z ]+?)(?:   |$)", said)
    assert all(PARTS[name] == glyph for glyph, _, name in found)
    return {name: int(calls.replace(",", "")) for _, calls, name in found}


@given(plans(), st.integers(40, 120))
def test_the_gauge_shows_every_part_that_there_is(of: DayPlan, width: int) -> None:
    gauge = text(page(of, None, NOW, UNICODE, width)[1])
    assert len(gauge) == width
    assert re.fullmatch("".join(f"{glyph}*" for glyph in PARTS.values()), gauge)
    assert {name for name, glyph in PARTS.items() if glyph in gauge} == set(legend(of))


@given(plans())
def test_the_parts_add_up(of: DayPlan) -> None:
    budget = of.spent.budget
    parts = dict.fromkeys(PARTS, 0) | legend(of)
    assert sum(parts.values()) == max(budget.quota_plan.ours, budget.day.total)
    assert parts["made"] == budget.day.total
    assert parts["planned"] + parts["free"] == budget.left_for_polls
    assert parts["reserved"] == budget.reserve_left


def test_the_plan_in_the_gauge_is_that_of_the_pace_in_force() -> None:
    assert legend(plan(spent()))["planned"] == 200
    assert legend(plan(spent(pace=Pace.EAGER)))["planned"] == 300
    assert legend(plan(spent(pace=Pace.EAGER, focused=False)))["planned"] == 100


def test_an_ordinary_day() -> None:
    day = spent(elsewhere=80)
    calls = day.budget.day.plus(Cause.COMMAND, 4).plus(Cause.KEY, 7).plus(Cause.SCRIPT)
    lines = texts(plan(day._replace(budget=day.budget._replace(day=calls))), width=120)
    assert lines[0] == "788 of 1,000 calls left until 00:00 CET, in 12h30m"
    assert lines[2] == ("█ 132 made   ▚ 80 elsewhere   ▓ 200 planned   ░ 568 free   ▒ 20 reserved")
    assert lines[3] == "Made for: scheduled 120 · keys r and R 7 · commands 4 · scripts 1"
    assert lines[4] == "", "there is nothing else to note"


# The notes.


def notes(day: Spent, width: int = 100) -> str:
    """What stands between the calls made and the paces, in one line."""
    lines = texts(plan(day), width=width)
    return " ".join(lines[4 : lines.index("")])


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (SPENT_BY_ZOHO, "code 4000): no polls until then. Start and abort are still tried."),
        (USED_UP, "The polls' share is used up: no polls until then."),
        (spent(1000), "The polls' share is used up: no polls until then."),
        (spent(trouble="Calls are counted in memory only."), "Calls are counted in memory only."),
        (spent(quota_plan=FULL._replace(zone=None)), "It is not set (budget.reset_timezone)"),
    ],
    ids=["4000", "polls used up", "all used up", "trouble", "no time zone"],
)
def test_what_is_out_of_the_ordinary_is_noted(day: Spent, said: str) -> None:
    assert notes(spent()) == ""
    assert said in notes(day)
    assert said in notes(day, width=72), "also on 80 columns, within the border"


def test_all_notes_at_once_stand_each_on_its_own() -> None:
    day = spent(said_by_zoho=True, trouble="Trouble.", quota_plan=FULL._replace(zone=None))
    said = notes(day)
    assert re.search("code 4000.* Trouble[.] .*time zone", said)
    assert "share is used up" not in said, "what Zoho says is the reason"


# The paces.


def paces(of: DayPlan, pending: Pace | None = None, width: int = 100) -> dict[Pace, str]:
    """The rows of the paces."""
    lines = texts(of, pending, width)
    first = next(at for at, line in enumerate(lines) if line.startswith("  PACE")) + 1
    return dict(zip(Pace, lines[first : first + len(Pace)], strict=True))


@pytest.mark.parametrize(
    ("pace", "pending"),
    [(pace, pending) for pace in Pace for pending in (None, *Pace) if pending is not pace],
)
def test_the_marker_is_on_the_chosen_pace(pace: Pace, pending: Pace | None) -> None:
    rows = paces(plan(spent(pace=pace)), pending)
    for each, row in rows.items():
        assert row.startswith(f"▌ {each}" if each is (pending or pace) else f"  {each}")
        assert row.endswith("counts in a moment") is (each is pending)


def test_the_pace_without_focus_is_told_from_the_chosen_one() -> None:
    rows = paces(plan(spent(pace=Pace.EAGER, focused=False)))
    assert rows[Pace.EAGER].startswith("▌")
    assert rows[Pace.FRUGAL].endswith("while there is no focus")
    assert "no focus" not in rows[Pace.EAGER] + rows[Pace.BALANCED]
    frugal = paces(plan(spent(pace=Pace.FRUGAL, focused=False)))
    assert not any("no focus" in row for row in frugal.values()), "nothing differs"


def test_what_each_pace_brings() -> None:
    cells = {pace: re.split(r"\s{2,}", row[2:])[1:] for pace, row in paces(plan(spent())).items()}
    assert cells == {
        Pace.FRUGAL: ["about 30s", "100", "780"],
        Pace.BALANCED: ["about 15s", "200", "680"],
        Pace.EAGER: ["about 10s", "300", "580"],
    }
    still = paces(plan(spent(), runs=False))
    assert all("–" in row for row in still.values()), "no job runs"


# The jobs.


def test_a_job_that_waits() -> None:
    assert row_of(WAITS) == ["Suppliers", "4m", "not started yet", "~4"]


def test_a_job_that_fails_is_asked_again() -> None:
    assert row_of(FAILS) == ["Orders", "15s", "no answer", "~1"]


def test_of_a_retry_only_its_window_knows_when() -> None:
    job = PlannedJob(replace(FAILS.snapshot, next_poll_at=None), 1)
    assert row_of(job) == ["Orders", "retry", "no answer", "~1"]


@pytest.mark.parametrize("day", [spent(), USED_UP], ids=["calls", "used up"])
def test_a_job_that_is_never_polled_takes_no_call(day: Spent) -> None:
    assert row_of(NEVER, day) == ["Prices", "never", "no answer", "0"]


@pytest.mark.parametrize("day", [USED_UP, SPENT_BY_ZOHO], ids=["used up", "4000"])
def test_a_job_waits_for_the_next_day_when_the_calls_are_gone(day: Spent) -> None:
    assert row_of(WAITS, day) == ["Suppliers", "00:00", "not started yet", "0"]


def test_a_pause_holds_the_polls_of_all_jobs() -> None:
    lines = page(plan(spent(), WAITS, NEVER), None, NOW, UNICODE, 80, paused=True)
    assert "paused" in text(lines[-2])
    assert "never" in text(lines[-1])


@pytest.mark.parametrize("pace", Pace)
def test_nothing_of_a_row_is_cut_on_80_columns(pace: Pace) -> None:
    inside = 72
    eased = plan(spent(pace=pace, focused=False))
    for of, pending in ((eased, None), (eased, pace), (plan(spent(elsewhere=80)), pace)):
        assert not any("…" in line for line in texts(of, pending, inside))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_fits(reason: Reason) -> None:
    job = PlannedJob(replace(WAITS.snapshot, reason=reason), 1)
    assert row_of(job, width=72)[2] == REASON[reason]


def test_no_job_says_so() -> None:
    assert texts(plan(spent()))[-1] == "No job is left to be polled."


@pytest.mark.parametrize("jobs", [1, MOST_JOBS, MOST_JOBS + 1, MOST_JOBS + 1_234])
def test_a_long_list_ends_with_how_many_more_there_are(jobs: int) -> None:
    lines = texts(plan(spent(), *[WAITS] * jobs))
    rows = lines[next(at for at, line in enumerate(lines) if line.startswith("JOB ")) + 1 :]
    shown = [row for row in rows if row.startswith("Suppliers")]
    assert len(shown) == min(jobs, MOST_JOBS)
    assert rows[len(shown) :] == ([f"and {jobs - MOST_JOBS:,} more"] if jobs > MOST_JOBS else [])


# The characters.


@SETS
def test_no_glyph_is_of_the_other_set(glyphs: Glyphs) -> None:
    of = plan(spent(elsewhere=80, pace=Pace.EAGER, focused=False), WAITS, FAILS, NEVER)
    shown = "".join(texts(of, Pace.BALANCED, 120, glyphs))
    other = {UNICODE.success, UNICODE.failed, UNICODE.estimate, UNICODE.left, UNICODE.kept}
    other |= {UNICODE.cursor, UNICODE.separator}
    assert set(shown) & other == (other if glyphs is UNICODE else set())
    assert shown.isascii() is (glyphs is ASCII)


@SETS
def test_the_parts_of_the_gauge_can_be_told_apart_without_colour(glyphs: Glyphs) -> None:
    gauge = page(plan(spent(elsewhere=80)), None, NOW, glyphs, 60)[1]
    assert [set(span.text) for span in gauge if span.text.strip()] == [
        {glyphs.success},
        {glyphs.failed},
        {glyphs.estimate},
        {glyphs.left},
        {glyphs.kept},
    ]
    assert Look.TEXT not in {span.look for span in gauge}


@given(SHARED, PART_WIDTHS)
def test_shares_add_up_to_the_width(parts: list[int], width: int) -> None:
    assert sum(share_out(parts, width)) == width


@given(SHARED, PART_WIDTHS)
@example([1, 1, 1, MOST_RECORDS], 4)
def test_a_share_is_seen_exactly_if_there_is_one(parts: list[int], width: int) -> None:
    for part, given_cells in zip(parts, share_out(parts, width), strict=True):
        assert (given_cells >= 1) if part else (given_cells == 0)


@given(SHARED, PART_WIDTHS)
def test_each_part_is_within_a_cell_of_its_share(parts: list[int], width: int) -> None:
    # A part below one cell is drawn as one, at the cost of the others.
    shares = [part * width / sum(parts) for part in parts]
    assume(all(share >= 1 for share, part in zip(shares, parts, strict=True) if part))
    for share, given_cells in zip(shares, share_out(parts, width), strict=True):
        assert abs(given_cells - share) < 1 + 1e-6


@given(SHARED, PART_WIDTHS)
def test_the_least_costs_others_no_more_than_it_adds(parts: list[int], width: int) -> None:
    shares = [part * width / sum(parts) for part in parts]
    added = sum(1 - share for share in shares if 0 < share < 1)
    for share, given_cells in zip(shares, share_out(parts, width), strict=True):
        assert -1 - added - 1e-6 < given_cells - share < 1 + 1e-6


@given(SHARED, PART_WIDTHS)
def test_a_larger_part_is_never_shorter(parts: list[int], width: int) -> None:
    shown = sorted(zip(parts, share_out(parts, width), strict=True))
    for (less, shorter), (more, longer) in pairwise(shown):
        assert less == more or shorter <= longer


@given(SHARED, PART_WIDTHS)
def test_the_same_parts_always_look_the_same(parts: list[int], width: int) -> None:
    assert share_out(parts, width) == share_out(list(parts), width)


@pytest.mark.parametrize(
    ("parts", "width", "expected"),
    [
        ([1, 0, 0, 0], 10, [10, 0, 0, 0]),
        ([50, 0, 0, 50], 10, [5, 0, 0, 5]),
        ([1, 1, 1, 997], 10, [1, 1, 1, 7]),
        ([1, 1, 1, 997], 4, [1, 1, 1, 1]),
        ([999_999, 1, 0, 0], 20, [19, 1, 0, 0]),
        ([34, 33, 33, 0], 10, [4, 3, 3, 0]),
        ([25, 25, 0, 50], 6, [2, 1, 0, 3]),
    ],
)
def test_examples_of_shares(parts: list[int], width: int, expected: list[int]) -> None:
    assert share_out(parts, width) == expected
