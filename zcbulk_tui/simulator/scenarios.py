"""The scenarios by name, and how one is brought up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from zcbulk_tui.simulator import plots
from zcbulk_tui.simulator.casting import Cast
from zcbulk_tui.simulator.clock import Clock, Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.dialect import BARE_ABORTED, SAMPLE, ControlBody, Dialect, Shape
from zcbulk_tui.simulator.limits import Limits


@dataclass(frozen=True, slots=True)
class Scenario:
    """A stage set: jobs, planned trouble, dialect and limits."""

    name: str
    summary: str
    """One sentence for ``--help``."""
    plot: Callable[[Cast], None]
    dialect: Dialect = field(default_factory=Dialect)
    limits: Limits = field(default_factory=Limits)


_ALL = (
    Scenario("demo", "A dozen jobs in every state, with a short outage.", plots.demo),
    Scenario("steady", "Eight jobs ready, running and done, and no trouble.", plots.steady),
    Scenario(
        "openapi",
        "The steady jobs behind the OpenAPI contract: PUT, flat bodies, counts beside the data.",
        plots.steady,
        Dialect(SAMPLE, Shape.OPENAPI, frozenset({"PUT"}), ControlBody.FLAT),
    ),
    Scenario(
        "put-only",
        "The steady jobs, started and aborted by PUT only.",
        plots.steady,
        Dialect(control_methods=frozenset({"PUT"})),
    ),
    Scenario(
        "flat-body",
        "The steady jobs, started and aborted by a body without the data key.",
        plots.steady,
        Dialect(control_body=ControlBody.FLAT),
    ),
    Scenario(
        "spellings",
        "One job for each spelling of each state, and one in an unknown state.",
        plots.spellings,
        Dialect(BARE_ABORTED),
    ),
    Scenario("errors", "One job for each documented error answer.", plots.errors),
    Scenario("hostile", "One job for each kind of bad answer.", plots.hostile),
    Scenario(
        "quota",
        "The steady jobs with 60 calls a day, until midnight UTC.",
        plots.steady,
        limits=Limits(per_day=60),
    ),
    Scenario(
        "rate-limit",
        "The steady jobs with 10 calls a minute and a Retry-After header.",
        plots.steady,
        limits=Limits(per_minute=10, retry_after=True),
    ),
    Scenario(
        "flaky",
        "The steady jobs with dropped, late and broken answers, lost ones to commands included.",
        plots.flaky,
    ),
    Scenario("hundred", "A hundred jobs that run for hours.", plots.hundred),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def build(
    name: str,
    *,
    seed: int = 1,
    clock: Clock = time.time,
    speed: float = 1.0,
    token: str = "1000.simulator",  # noqa: S107 - opens nothing but the simulator
) -> Creator:
    """A simulator with the scenario of that name, at its beginning.

    Args:
        name: A key of ``SCENARIOS``.
        seed: Changes speeds and failures; names, ids and states stay.
        clock: Where the time comes from, in seconds. Days end at its multiples of 86,400, which
            is midnight UTC for the default.
        speed: Simulated seconds to one of the clock.
        token: The access token calls must bear.
    """
    scenario = SCENARIOS[name]
    timeline = Timeline(clock, speed)
    cast = Cast(timeline.start, seed)
    scenario.plot(cast)
    return Creator(
        cast.jobs,
        timeline,
        token=token,
        dialect=scenario.dialect,
        limits=scenario.limits,
        faults=cast.faults,
        seed=seed,
    )
