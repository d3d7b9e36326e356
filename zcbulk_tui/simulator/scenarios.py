"""The scenarios by name, and how one is brought up."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from zcbulk_tui.simulator import populations
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Clock, Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.dialect import BARE_ABORTED, SAMPLE, ControlBody, Dialect, Shape
from zcbulk_tui.simulator.fields import Form
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.personalities import Personality
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import ResultRules
from zcbulk_tui.simulator.verdicts import InsertRules


@dataclass(frozen=True, slots=True)
class Scenario:
    """Jobs, planned trouble, dialect and limits."""

    name: str
    summary: str
    """One sentence for ``--help``."""
    populate: Callable[[JobBuilder], None]
    dialect: Dialect = field(default_factory=Dialect)
    limits: Limits = field(default_factory=Limits)
    results: ResultRules = field(default_factory=ResultRules)
    rules: InsertRules = field(default_factory=InsertRules)


_ALL = (
    Scenario(
        "demo",
        "A dozen jobs in every state, with a short outage.",
        populations.demo,
        results=ResultRules(reasons=ReasonStyle.SENTENCES),
    ),
    Scenario("steady", "Eight jobs ready, running and done, and no trouble.", populations.steady),
    Scenario(
        "openapi",
        "The steady jobs behind the OpenAPI contract: PUT, flat bodies, counts beside the data.",
        populations.steady,
        Dialect(SAMPLE, Shape.OPENAPI, frozenset({"PUT"}), ControlBody.FLAT),
    ),
    Scenario(
        "put-only",
        "The steady jobs, started and aborted by PUT only.",
        populations.steady,
        Dialect(control_methods=frozenset({"PUT"})),
    ),
    Scenario(
        "report-only",
        "The steady jobs, started and aborted at the URL of the report All_Records only.",
        populations.steady,
        Dialect(control_methods=frozenset({"POST"}), control_report="All_Records"),
    ),
    Scenario(
        "flat-body",
        "The steady jobs, started and aborted by a body without the data key.",
        populations.steady,
        Dialect(control_body=ControlBody.FLAT),
    ),
    Scenario(
        "spellings",
        "One job for each spelling of each state, and one in an unknown state.",
        populations.spellings,
        Dialect(BARE_ABORTED),
    ),
    Scenario("errors", "One job for each documented error answer.", populations.errors),
    Scenario("hostile", "One job for each kind of bad answer.", populations.hostile),
    Scenario(
        "odd-results",
        "One ended job for each kind of bad download, and one with sound results.",
        populations.odd_results,
    ),
    Scenario(
        "quota",
        "The steady jobs with 60 calls a day, until midnight UTC.",
        populations.steady,
        limits=Limits(per_day=60),
    ),
    Scenario(
        "rate-limit",
        "The steady jobs with 10 calls a minute and a Retry-After header.",
        populations.steady,
        limits=Limits(per_minute=10, retry_after=True),
    ),
    Scenario(
        "flaky",
        "The steady jobs with dropped, late and broken answers, lost ones to commands included.",
        populations.flaky,
    ),
    Scenario("hundred", "A hundred jobs that run for hours.", populations.hundred),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def played(scenario: Scenario, personality: Personality) -> Scenario:
    """A scenario as a server of that personality plays it.

    Numbers of calls, and the place of start and abort, are the scenario's.
    """
    report = scenario.dialect.control_report
    return replace(
        scenario,
        dialect=replace(personality.dialect, control_report=report),
        limits=replace(
            scenario.limits,
            retry_after=personality.limits.retry_after,
            quota_refusal=personality.limits.quota_refusal,
        ),
        results=personality.results,
        rules=personality.rules,
    )


def build(
    name: str,
    *,
    seed: int = 1,
    clock: Clock = time.time,
    speed: float = 1.0,
    token: str = "1000.simulator",  # noqa: S107 - opens nothing but the simulator
    accounts: Callable[[Timeline], Accounts] | None = None,
    rules: InsertRules | None = None,
    results: ResultRules | None = None,
    forms: Iterable[Form] = (),
    personality: Personality | None = None,
) -> Creator:
    """A simulator with the scenario of that name, at its beginning.

    Args:
        name: A key of ``SCENARIOS``.
        seed: Changes speeds and failures; names, ids and states stay.
        clock: Where the time comes from, in seconds. Days end at its multiples of 86,400, which
            is midnight UTC for the default.
        speed: Simulated seconds to one of the clock.
        token: An access token that is good without signing in.
        accounts: Makes the accounts server; None makes one with its defaults.
        rules: How files are inserted; None takes those of the scenario.
        results: What results look like; None takes those of the scenario.
        forms: More forms than the account has, or others in their place.
        personality: What the server does where the sources leave it open; None leaves that to the
            scenario.
    """
    scenario = SCENARIOS[name] if personality is None else played(SCENARIOS[name], personality)
    timeline = Timeline(clock, speed)
    builder = JobBuilder(timeline.start, seed)
    scenario.populate(builder)
    return Creator(
        builder.jobs,
        timeline,
        token=token,
        accounts=None if accounts is None else accounts(timeline),
        dialect=scenario.dialect,
        limits=scenario.limits,
        faults=builder.faults,
        forms=forms,
        rules=rules or scenario.rules,
        results=results or scenario.results,
        seed=seed,
    )
