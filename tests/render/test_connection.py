"""How the calls go, where several windows share them."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.test_status import DEMO, DEMO_BADGE, SERVICES, WIDTHS
from tests.support.jobs import NOW
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.span import Look, Span, line_width
from zcbulk_tui.render.status import connection, status_line

ALONE: list[tuple[str, Look]] = [
    (connection(service, NOW).text, connection(service, NOW).look) for service in SERVICES.values()
]


@pytest.mark.parametrize(
    ("poller", "windows", "said"),
    [
        ("", 1, "connected"),
        ("", 2, "connected for 2 windows"),
        ("", 12, "connected for 12 windows"),
        ("pts/3", 2, "connected via pts/3"),
        ("pts/3", 5, "connected via pts/3"),
        ("pid 4711", 2, "connected via pid 4711"),
    ],
)
def test_it_tells_which_window_polls_where_there_are_several(
    poller: str, windows: int, said: str
) -> None:
    service = SERVICES["connected"]._replace(poller=poller, windows=windows)
    assert connection(service, NOW) == Span(said, Look.SUCCESS)


@pytest.mark.parametrize(("service", "alone"), list(zip(SERVICES.values(), ALONE, strict=True)))
def test_how_the_calls_go_is_told_in_the_same_words_and_look_in_every_window(
    service: ServiceSnapshot, alone: tuple[str, Look]
) -> None:
    said, look = alone
    follows = service._replace(poller="pts/3", windows=2)
    polls = service._replace(windows=2)
    assert connection(follows, NOW) == Span(f"{said} via pts/3", look)
    assert connection(polls, NOW) == Span(f"{said} for 2 windows", look)


def test_a_pause_is_told_before_anything_else() -> None:
    service = SERVICES["polls paused"]._replace(poller="pts/3", windows=2)
    assert connection(service, NOW).text == "polls paused via pts/3"


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_the_status_line_is_as_wide_as_the_screen_whoever_polls(service: ServiceSnapshot) -> None:
    pollers = ("", "pts/3", "pid 1234567", "x" * 40)
    for poller, states in product(pollers, (Counter[JobState | None](), DEMO)):
        shared = service._replace(poller=poller, windows=3)
        for width in WIDTHS:
            drawn = status_line(DEMO_BADGE, (), states, shared, NOW, UNICODE, width)
            assert line_width(drawn) == width, (poller, states)


def test_a_wide_status_line_names_the_window_that_polls() -> None:
    shared = SERVICES["connected"]._replace(poller="pts/3", windows=2)
    drawn = text(status_line(DEMO_BADGE, (), DEMO, shared, NOW, UNICODE, 200))
    assert "connected via pts/3" in drawn


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_how_the_calls_go_is_on_a_screen_of_80_whoever_makes_them(
    service: ServiceSnapshot,
) -> None:
    shared = service._replace(poller="pts/12", windows=2)
    drawn = text(status_line(DEMO_BADGE, (), DEMO, shared, NOW, UNICODE, 80))
    assert connection(shared, NOW).text in drawn


@given(poller=st.text(max_size=10), windows=st.integers(1, 99))
def test_a_window_alone_says_nothing_of_windows(poller: str, windows: int) -> None:
    service = SERVICES["connected"]._replace(poller=poller, windows=windows)
    said = connection(service, NOW).text
    assert (said == "connected") == (not poller and windows == 1)


@pytest.mark.parametrize(("failing", "said"), [(1, "1 job failing"), (1234, "1,234 jobs failing")])
def test_it_is_not_called_connected_while_jobs_fail(failing: int, said: str) -> None:
    service = SERVICES["connected"]
    assert connection(service, NOW, failing) == Span(said, Look.WARNING)
    elsewhere = service._replace(poller="pts/3", windows=2)
    assert connection(elsewhere, NOW, failing) == Span(f"{said} via pts/3", Look.WARNING)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_what_keeps_all_jobs_from_being_asked_comes_first(service: ServiceSnapshot) -> None:
    alone = connection(service, NOW)
    if alone.text != "connected":
        assert connection(service, NOW, 3) == alone
