"""The lines around the list: at every width, with what matters most still on them."""

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.strategies import moments, snapshots
from tests.support.jobs import NOW, REF, watched
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, ServiceSnapshot
from zcbulk_tui.errors import BusyError, QuotaSpentError, UnreadableError
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Look, Span, line_width
from zcbulk_tui.render.status import about, connection, news, status_line, totals

WIDTHS = range(40, 201)
LATER = NOW + timedelta(minutes=1)
BUSY = BusyError("Zoho asks for fewer calls a minute")
SPENT = QuotaSpentError("The day's API calls are used up")

SERVICES = {
    "no answer yet": ServiceSnapshot(),
    "connected": ServiceSnapshot(1_234, answered=True, changed_at=NOW),
    "polls paused": ServiceSnapshot(1_234, paused=True, answered=True),
    "no answer since": ServiceSnapshot(1_234, answered=False, changed_at=NOW),
    "fewer calls": ServiceSnapshot(1_234, answered=True, held_until=LATER, held_by=BUSY),
    "calls are used up": ServiceSnapshot(1_234, answered=True, held_until=LATER, held_by=SPENT),
}
"""How the calls may go, by name; the first four by a part of the words for it."""

DEMO: Counter[JobState | None] = Counter(
    {
        JobState.IN_PROGRESS: 4,
        JobState.READY: 2,
        JobState.CREATED: 1,
        JobState.COMPLETED: 1,
        JobState.SYSTEM_ABORTED: 1,
        JobState.USER_ABORTED: 1,
        JobState.FAILED: 1,
        JobState.EXPIRED: 1,
    }
)
"""A dozen jobs in almost every state."""

NONE: Counter[JobState | None] = Counter()
MANY: Counter[JobState | None] = Counter([None, *JobState] * 400)

states_of_jobs = st.dictionaries(st.sampled_from([None, *JobState]), st.integers(1, 12_000)).map(
    Counter
)


def line(
    states: Counter[JobState | None] = DEMO,
    service: ServiceSnapshot = SERVICES["connected"],
    width: int = 120,
    notes: tuple[str, ...] = (),
    badge: str = "DEMO",
) -> str:
    """The status line."""
    return text(status_line(badge, notes, states, service, NOW, UNICODE, width))


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize("states", [NONE, DEMO, MANY], ids=["none", "12", "4400"])
@pytest.mark.parametrize("notes", [(), ("READ-ONLY",)], ids=["all", "read-only"])
def test_the_status_line_is_as_wide_as_the_screen(
    service: ServiceSnapshot, states: Counter[JobState | None], notes: tuple[str, ...]
) -> None:
    for width in WIDTHS:
        drawn = status_line("production", notes, states, service, NOW, UNICODE, width)
        assert line_width(drawn) == width


@pytest.mark.parametrize("badge", ["DEMO", "production"])
@pytest.mark.parametrize("notes", [(), ("READ-ONLY",)], ids=["all", "read-only"])
@pytest.mark.parametrize("states", [NONE, DEMO], ids=["no jobs", "a dozen jobs"])
@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_the_right_side_is_whole_at_80(
    badge: str, notes: tuple[str, ...], states: Counter[JobState | None], service: ServiceSnapshot
) -> None:
    drawn = line(states, service, 80, notes, badge)
    right = f"{service.calls:,} calls  {connection(service, NOW).text} "
    assert drawn.endswith(f" {right}")


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_left_side_is_whole(width: int) -> None:
    assert line(width=width, notes=("READ-ONLY",)).startswith(" DEMO  READ-ONLY ")


def words_of(states: Counter[JobState | None], room: int = 1000) -> list[tuple[int, str]]:
    """The totals as they are read: how many, and what."""
    shown = [span.text for span in totals(states, UNICODE, room) if span.text.strip()]
    found = [re.fullmatch(r"([\d,]+) ?(.+)", part) for part in shown]
    return [(int(match[1].replace(",", "")), match[2]) for match in found if match]


@given(states_of_jobs, st.integers(0, 200))
def test_the_totals_add_up_to_the_jobs(states: Counter[JobState | None], room: int) -> None:
    assert sum(count for count, _ in words_of(states, room)) == states.total()


@given(states_of_jobs)
def test_words_give_way_to_glyphs_where_they_do_not_fit(states: Counter[JobState | None]) -> None:
    in_words = totals(states, UNICODE, 1000)
    needed = line_width(in_words)
    assert totals(states, UNICODE, needed) == in_words
    in_glyphs = totals(states, UNICODE, needed - 1)
    assert line_width(in_glyphs) <= needed
    for state in states:
        if state is not None:
            shown = Span(f"{states[state]:,}{UNICODE.states[state]}", words.LOOK[state])
            assert shown in in_glyphs


def test_the_totals_follow_the_life_of_a_job() -> None:
    shown = [word for _, word in words_of(DEMO + Counter([None]))]
    assert shown == ["unread", *(words.STATE[state] for state in JobState if state in DEMO)]


def test_no_two_totals_go_by_the_same_word() -> None:
    shown = [word for _, word in words_of(MANY)]
    assert len(shown) == len(set(shown))


def test_states_are_in_words_at_200_and_in_glyphs_at_80() -> None:
    assert "4 running" in line(width=200)
    assert "4▶" not in line(width=200)
    assert "4▶" in line(width=80)


@pytest.mark.parametrize(("part", "service"), list(SERVICES.items())[:4])
def test_the_connection_in_words(part: str, service: ServiceSnapshot) -> None:
    assert part in connection(service, NOW).text


@pytest.mark.parametrize("name", ["fewer calls", "calls are used up"])
def test_a_hold_says_until_when(name: str) -> None:
    held = connection(SERVICES[name], NOW)
    assert held.text.endswith(f"until {clock(LATER, NOW)}")
    assert held.look is Look.WARNING


def test_an_outage_says_since_when() -> None:
    lost = connection(SERVICES["no answer since"], NOW)
    assert lost == (f"no answer since {clock(NOW, NOW)}", Look.ERROR)


@given(snapshots(), moments, st.integers(40, 200), st.integers(1, 4))
def test_the_lines_about_a_job_fit_the_screen(
    job: JobSnapshot, now: datetime, width: int, height: int
) -> None:
    assert line_width(about(job, UNICODE, width)) == width
    first, *others = news(job, now, width, height)
    assert line_width(first) == width
    assert len(others) == height - 1
    assert all(line_width(other) <= width for other in others)


@given(snapshots(), moments, st.integers(40, 200))
def test_the_lines_about_a_job_hold_nothing_that_does_not_print(
    job: JobSnapshot, now: datetime, width: int
) -> None:
    for shown in (about(job, UNICODE, width), *news(job, now, width, 2)):
        assert is_one_safe_line(text(shown))


@given(snapshots(), moments, st.integers(40, 200))
def test_the_next_poll_stands_at_the_right(job: JobSnapshot, now: datetime, width: int) -> None:
    assert text(news(job, now, width, 2)[0]).endswith(f"  {words.next_poll(job, now)} ")


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
    shown = "".join(text(one) for one in news(job, NOW, 120, 2))
    said = shown.replace(words.next_poll(job, NOW), "").replace(" ", "")
    assert cause.replace(" ", "") in said


def test_a_sentence_that_is_too_long_says_that_it_goes_on() -> None:
    fault = Fault(UnreadableError("The answer makes no sense", "Again and again. " * 30), NOW)
    assert text(news(JobSnapshot(watched(), fault=fault), NOW, 80, 2)[1]).rstrip().endswith("…")


def test_an_empty_list_says_how_to_fill_it() -> None:
    lines = news(None, NOW, 80, 2)
    assert [line_width(shown) for shown in lines] == [80, 80]
    assert "press a" in text(lines[0])
    assert line_width(about(None, UNICODE, 80)) == 80
