"""The status line: at every width, with what matters most still on it."""

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.plans import CET, SPENT_BY_ZOHO, USED_UP, days, spent
from tests.render.strategies import moments
from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Pace, QuotaPlan, Spent
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import BusyError, QuotaSpentError
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import at_least, clock
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Look, Span, line_width
from zcbulk_tui.render.status import (
    Badge,
    connection,
    purse,
    status_line,
    totals,
)

DEMO_BADGE = Badge("DEMO")
PRODUCTION = Badge("production", Environment.PRODUCTION)

WIDTHS = range(40, 201)
LATER = NOW + timedelta(minutes=1)
BUSY = BusyError("Zoho asks for fewer calls a minute")
STILL = QuotaSpentError("The day's API calls are used up")

SERVICES = {
    "no answer yet": ServiceSnapshot(),
    "connected": ServiceSnapshot(spent(), answered=True, changed_at=NOW),
    "polls paused": ServiceSnapshot(spent(), paused=True, answered=True),
    "no answer since": ServiceSnapshot(spent(), answered=False, changed_at=NOW),
    "fewer calls": ServiceSnapshot(spent(), answered=True, held_until=LATER, held_by=BUSY),
    "polls used up": ServiceSnapshot(USED_UP, answered=True),
    "day's calls spent": ServiceSnapshot(SPENT_BY_ZOHO, answered=True),
    "still spent": ServiceSnapshot(spent(), answered=True, held_until=LATER, held_by=STILL),
    "frugal": ServiceSnapshot(spent(pace=Pace.FRUGAL), answered=True),
    "no focus": ServiceSnapshot(spent(pace=Pace.EAGER, focused=False), answered=True),
    "more calls than most": ServiceSnapshot(
        spent(0, QuotaPlan(10_000_000, 1, 1_000_000, CET)), answered=True
    ),
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
    badge: Badge = DEMO_BADGE,
    now: datetime = NOW,
) -> str:
    """The status line."""
    return text(status_line(badge, notes, states, service, now, UNICODE, width))


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_the_status_line_is_as_wide_as_the_screen(service: ServiceSnapshot) -> None:
    for states, notes, width in product([NONE, DEMO, MANY], [(), ("READ-ONLY",)], WIDTHS):
        drawn = status_line(PRODUCTION, notes, states, service, NOW, UNICODE, width)
        assert line_width(drawn) == width, (states, notes)


def forms(service: ServiceSnapshot) -> list[str]:
    """What can be said of the calls left, the longest first."""
    return (
        ["".join(span.text for span in form) for form in purse(service.spent)]
        if (service.spent)
        else [""]
    )


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_the_right_side_is_whole_at_80(service: ServiceSnapshot) -> None:
    said = f"  {connection(service, NOW).text} "
    ends = tuple(f" {form}{said}" for form in forms(service))
    drawn = [
        line(states, service, 80, notes, badge)
        for badge, notes, states in product(
            [DEMO_BADGE, PRODUCTION], [(), ("READ-ONLY",)], [NONE, DEMO]
        )
    ]
    assert [one for one in drawn if not one.endswith(ends)] == []


@given(days(), moments, st.integers(80, 200), states_of_jobs)
def test_the_calls_left_give_way_to_the_jobs_but_never_vanish(
    day: Spent, now: datetime, width: int, states: Counter[JobState | None]
) -> None:
    service = ServiceSnapshot(day, answered=True)
    drawn = status_line(DEMO_BADGE, (), states, service, now, UNICODE, width)
    assert line_width(drawn) == width
    left = at_least(day.budget.left_for_polls + day.budget.reserve_left)
    assert re.search(rf" {re.escape(left)} (calls )?left", text(drawn))


def test_the_calls_left_get_shorter_in_order() -> None:
    assert forms(SERVICES["no focus"]) == [
        "880 calls left (20 reserved) until 00:00 CET  frugal: no focus",
        "880 left (20 reserved) until 00:00 CET  frugal: no focus",
        "880 calls left until 00:00 CET  frugal",
        "880 left",
    ]
    shown = [line(service=SERVICES["no focus"], width=width) for width in reversed(WIDTHS)]
    found = [
        next(place for place, form in enumerate(forms(SERVICES["no focus"])) if f" {form}  " in one)
        for one in shown
    ]
    assert set(found) == {0, 1, 2, 3}
    # Glyphs in the place of words leave more room to the calls.
    words_leave = next(place for place, one in enumerate(shown) if "running" not in one)
    for places in (found[:words_leave], found[words_leave:]):
        assert places == sorted(places), "the narrower the screen, the shorter"


@given(days())
def test_each_form_of_the_calls_left_is_shorter_than_the_one_before(day: Spent) -> None:
    widths = [line_width(form) for form in purse(day)]
    assert widths == sorted(set(widths), reverse=True)


@pytest.mark.parametrize(
    ("service", "shown"),
    [
        ("connected", "880 calls left (20 reserved) until 00:00 CET  connected "),
        ("frugal", "880 calls left (20 reserved) until 00:00 CET  frugal  connected "),
        ("no focus", "until 00:00 CET  frugal: no focus  connected "),
        (
            "polls used up",
            "15 calls left (15 reserved) until 00:00 CET  polls used up, again 00:00 CET ",
        ),
        (
            "day's calls spent",
            "0 left (0 reserved) until 00:00 CET  Zoho: day's calls spent, again 00:00 CET ",
        ),
        (
            "more calls than most",
            "10,000,000+ calls left (1,000,000 reserved) until 00:00 CET  connected ",
        ),
    ],
)
def test_the_right_side_in_full(service: str, shown: str) -> None:
    assert line(service=SERVICES[service], width=160).endswith(f" {shown}")


@pytest.mark.parametrize("focused", [True, False])
@pytest.mark.parametrize("pace", Pace)
def test_the_pace_is_named_where_it_is_not_the_usual_one(pace: Pace, focused: bool) -> None:
    shown = line(service=ServiceSnapshot(spent(pace=pace, focused=focused)), width=160)
    eased = not focused and pace is not Pace.FRUGAL
    assert ("no focus" in shown) is eased
    named = {Pace.FRUGAL} if eased else {pace} - {Pace.BALANCED}
    assert {pace for pace in Pace if f"  {pace}" in shown} == named


@pytest.mark.parametrize(
    ("service", "why"),
    [("polls used up", "polls used up"), ("day's calls spent", "Zoho: day's calls spent")],
)
@pytest.mark.parametrize("held", [None, LATER], ids=["free", "held"])
def test_calls_that_are_used_up_say_why_and_when_there_are_new_ones(
    service: str, why: str, held: datetime | None
) -> None:
    shown = connection(SERVICES[service]._replace(held_until=held), NOW)
    assert shown == (f"{why}, again 00:00 CET", Look.WARNING)


def test_calls_left_are_a_warning_only_when_there_are_none() -> None:
    for day, look in ((spent(), Look.TEXT), (USED_UP, Look.WARNING), (SPENT_BY_ZOHO, Look.WARNING)):
        assert {form[0].look for form in purse(day)} == {look}


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_left_side_is_whole(width: int) -> None:
    assert line(width=width, notes=("READ-ONLY",)).startswith(" DEMO  READ-ONLY ")


def counted(states: Counter[JobState | None], *, in_words: bool = True) -> list[tuple[int, str]]:
    """The totals as they are read: how many, and what."""
    spans = totals(states, UNICODE, in_words=in_words)
    shown = [span.text for span in spans if span.text.strip()]
    found = [re.fullmatch(r"([\d,]+) ?(.+)", part) for part in shown]
    return [(int(match[1].replace(",", "")), match[2]) for match in found if match]


@given(states_of_jobs, st.booleans())
def test_the_totals_add_up_to_the_jobs(states: Counter[JobState | None], in_words: bool) -> None:
    assert sum(count for count, _ in counted(states, in_words=in_words)) == states.total()


@given(states_of_jobs)
def test_each_state_has_its_glyph_where_words_do_not_fit(states: Counter[JobState | None]) -> None:
    in_glyphs = totals(states, UNICODE, in_words=False)
    for state in states:
        if state is not None:
            shown = Span(f"{states[state]:,}{UNICODE.states[state]}", words.LOOK[state])
            assert shown in in_glyphs


def test_the_totals_follow_the_life_of_a_job() -> None:
    shown = [word for _, word in counted(DEMO + Counter([None]))]
    alone = [JobState.SYSTEM_ABORTED, JobState.USER_ABORTED]
    states = [state for state in JobState if state in {*DEMO, JobState.ABORTED} - {*alone}]
    assert shown == ["not read yet", *(words.STATE[state] for state in states)]


def test_all_that_were_aborted_are_counted_together_in_words() -> None:
    aborted = [JobState.SYSTEM_ABORTED, JobState.USER_ABORTED, JobState.ABORTED]
    states: Counter[JobState | None] = Counter(aborted)
    assert counted(states) == [(3, "aborted")]
    assert [count for count, _ in counted(states, in_words=False)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("state", "look"),
    [(JobState.SYSTEM_ABORTED, Look.ERROR), (JobState.USER_ABORTED, words.LOOK[JobState.ABORTED])],
)
def test_only_what_zoho_aborted_is_in_red(state: JobState, look: Look) -> None:
    assert Span("1 aborted", look) in totals(Counter([state]), UNICODE, in_words=True)


@pytest.mark.parametrize("in_words", [True, False])
def test_no_two_totals_go_by_the_same_word(in_words: bool) -> None:
    shown = [word for _, word in counted(MANY, in_words=in_words)]
    assert len(shown) == len(set(shown))


@given(days(), st.integers(40, 200), states_of_jobs)
def test_words_go_before_the_long_form_of_the_calls(
    day: Spent, width: int, states: Counter[JobState | None]
) -> None:
    service = ServiceSnapshot(day, answered=True)
    shown = line(states, service, width)
    in_words, in_glyphs = (
        text(tuple(totals(states, UNICODE, in_words=in_words))) for in_words in (True, False)
    )
    longest, *_, shortest = forms(service)
    if longest in shown and in_glyphs not in shown:
        assert in_words in shown
    if in_words not in shown and in_glyphs in shown:
        least = f" DEMO {in_words} {shortest}  {connection(service, NOW).text} "
        assert len(least) > width


@pytest.mark.parametrize("width", range(100, 201, 4))
def test_the_demos_states_are_in_words_from_100_cells_on(width: int) -> None:
    spent_service = SERVICES["connected"]._replace(spent=spent(0, QuotaPlan(1_000, 1, 20, CET)))
    shown = line(service=spent_service, width=width)
    assert "4 running  1 done  2 aborted" in shown
    assert "connected" in shown


def test_states_are_in_words_at_200_and_in_glyphs_at_80() -> None:
    assert "4 running" in line(width=200)
    assert "4▶" not in line(width=200)
    assert "4▶" in line(width=80)


@pytest.mark.parametrize(("part", "service"), list(SERVICES.items())[:4])
def test_the_connection_in_words(part: str, service: ServiceSnapshot) -> None:
    assert part in connection(service, NOW).text


@pytest.mark.parametrize(
    ("service", "why"),
    [("fewer calls", "too many calls"), ("still spent", "day's calls still spent")],
)
def test_a_hold_says_why_and_until_when(service: str, why: str) -> None:
    held = connection(SERVICES[service], NOW)
    assert held == (f"{why}, until {clock(LATER, NOW)}", Look.WARNING)


def test_an_outage_says_since_when() -> None:
    lost = connection(SERVICES["no answer since"], NOW)
    assert lost == (f"no answer since {clock(NOW, NOW)}", Look.ERROR)


def test_an_armed_night_is_seen_where_there_is_room() -> None:
    def line(width: int, night: str) -> str:
        service = SERVICES["connected"]
        drawn = status_line(DEMO_BADGE, (), DEMO, service, NOW, UNICODE, width, night=night)
        assert line_width(drawn) == width
        return text(drawn)

    shown = [width for width in WIDTHS if "night until 07:00" in line(width, "night until 07:00")]
    assert shown == list(range(shown[0], 201))
    assert shown[0] <= 80
    assert all(line(width, "").find("night") == -1 for width in WIDTHS)


@pytest.mark.parametrize("width", range(36, 61))
def test_a_narrow_line_cuts_no_count_of_jobs(width: int) -> None:
    shown = line(Counter({None: 1, JobState.IN_PROGRESS: 4, JobState.COMPLETED: 1}), width=width)
    whole = {"1", "not", "read", "yet", "unread", "4▶", "1✓", "DEMO", "880", "left", "connected"}
    assert set(shown.split()) <= whole
    if "4▶" in shown:
        assert "1 not read yet" in shown or "1 unread" in shown


def test_a_narrow_line_shows_what_is_unread() -> None:
    shown = line(Counter({None: 1, JobState.IN_PROGRESS: 4}), width=44)
    assert " 1 unread  4▶ " in shown
