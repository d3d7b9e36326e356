"""Where we are, and whether calls can be signed: told at every width, with and without colour."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.plans import SPENT_BY_ZOHO, spent
from tests.support.jobs import NOW
from zcbulk_tui.domain.job import Environment, JobState
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import (
    BusyError,
    ConfigError,
    QuotaSpentError,
    SignedOutError,
    SignInBusyError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.render.glyphs import ASCII, UNICODE
from zcbulk_tui.render.span import Line, Look, Span, line_width
from zcbulk_tui.render.status import Badge, connection, status_line

MARK = " PRODUCTION "
JOBS: Counter[JobState | None] = Counter({JobState.IN_PROGRESS: 4, JobState.COMPLETED: 1_200})
OUT = SignedOutError("The profile is not signed in")
BUSY = SignInBusyError("Zoho gives out no token for now")
AWAY = UnreachableError("The accounts server does not answer")
BAD = ConfigError("token_command cannot be run")


def held(error: ZcbulkError, seconds: float = 90) -> ServiceSnapshot:
    """Polls that are held."""
    return ServiceSnapshot(spent(), held_until=NOW + timedelta(seconds=seconds), held_by=error)


SERVICES = {
    "connected": ServiceSnapshot(spent(), answered=True, changed_at=NOW),
    "spent": ServiceSnapshot(SPENT_BY_ZOHO, answered=True),
    "signed out": held(OUT),
    "cannot sign in": held(BAD),
    "no token, again in 1m30s": held(BUSY),
}


def line(
    badge: Badge,
    service: ServiceSnapshot = SERVICES["connected"],
    width: int = 120,
    notes: tuple[str, ...] = (),
) -> Line:
    """The status line."""
    return status_line(badge, notes, JOBS, service, NOW, UNICODE, width)


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        (Environment.PRODUCTION, " PRODUCTION  acme "),
        (Environment.STAGE, " acme  stage "),
        (Environment.DEVELOPMENT, " acme  development "),
        (None, " acme "),
    ],
)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_where_we_are(environment: Environment | None, shown: str, width: int) -> None:
    drawn = text(line(Badge("acme", environment), width=width, notes=("READ-ONLY",)))
    assert drawn.startswith(f"{shown} READ-ONLY ")
    assert ("PRODUCTION" in drawn) is (environment is Environment.PRODUCTION)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@given(st.integers(60, 200), st.sampled_from(["p", "production", "年次" * 9, "n" * 100]))
def test_nothing_cuts_the_mark_of_production_or_read_only(
    service: ServiceSnapshot, width: int, name: str
) -> None:
    drawn = line(Badge(name, Environment.PRODUCTION), service, width, ("READ-ONLY",))
    assert line_width(drawn) == width
    assert drawn[0] == Span(MARK, Look.PRODUCTION)
    assert " READ-ONLY " in text(drawn)


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize("name", ["acme", "customers-of-the-north", "n" * 100])
def test_a_long_name_gives_way_to_how_the_calls_go(service: ServiceSnapshot, name: str) -> None:
    badge = Badge(name, Environment.PRODUCTION)
    for width in range(80, 201):
        drawn = text(line(badge, service, width, ("READ-ONLY",)))
        assert drawn.endswith(f"  {connection(service, NOW).text} ")
        assert drawn.startswith(f"{MARK} {name[:3]}")
    assert f" {name} " in text(line(badge, service, 300))


def test_a_glance_tells_production_from_all_else() -> None:
    looks = {
        environment: {span.look for span in Badge("acme", environment).spans()}
        for environment in (*Environment, None)
    }
    assert [where for where, used in looks.items() if Look.PRODUCTION in used] == [
        Environment.PRODUCTION
    ]


@pytest.mark.parametrize(
    ("service", "said", "look"),
    [
        (held(OUT), "SIGNED OUT", Look.ERROR),
        (held(BAD), "cannot sign in", Look.ERROR),
        (held(BUSY, 432), "no token, again in 7m10s", Look.WARNING),
        (held(AWAY, 5), "no token, again in 10s", Look.WARNING),
    ],
)
def test_why_there_is_no_token(service: ServiceSnapshot, said: str, look: Look) -> None:
    assert connection(service, NOW) == (said, look)


@pytest.mark.parametrize(
    "error", [BusyError("429"), QuotaSpentError("4000")], ids=["busy", "spent"]
)
def test_a_hold_by_the_api_itself_is_not_about_tokens(error: ZcbulkError) -> None:
    service = held(error)
    assert service.no_token is None
    assert "until" in connection(service, NOW).text


def test_who_has_paused_the_polls_knows_it() -> None:
    assert connection(ServiceSnapshot(paused=True, held_by=OUT), NOW).text == "polls paused"


def test_the_countdown_runs_by_tens_and_never_below_one_step() -> None:
    def said(now: datetime) -> str:
        return connection(held(BUSY, 60), now).text.removeprefix("no token, again in ")

    shown = [said(NOW + timedelta(seconds=seconds)) for seconds in (0, 5, 25, 55, 60, 900)]
    assert shown == ["1m", "50s", "30s", "10s", "10s", "10s"]


def test_a_terminal_of_ascii_reads_it_too() -> None:
    drawn = status_line(
        Badge("acme", Environment.PRODUCTION), (), JOBS, held(BUSY), NOW, ASCII, 120
    )
    assert text(drawn).isascii()
