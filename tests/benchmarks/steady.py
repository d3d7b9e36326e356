"""Steady state: CPU and bytes of the dashboard beside the minimal app, in the same seconds."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.benchmarks.figures import Figure, alone, difference
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.process_figures import cpu_seconds
from tests.benchmarks.programs import home
from tests.benchmarks.pty_session import PtySession, pump
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.render.words import STATE

_CALLS_PERIOD = 61.0
"""Seconds after which the calls of a dashboard at its limit come round again: it counts them by the
minute and a second. Any window as long as this sees as many as any other."""


@dataclass
class Windows:
    """Figures of windows, CPU in percent of one core."""

    minimal_cpu: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bytes_per_second: list[float] = field(default_factory=list)
    minimal_bytes_per_second: list[float] = field(default_factory=list)


def watch(ours: PtySession, minimal: PtySession, seconds: float, count: int) -> Windows:
    """Measures both programs over windows that follow each other.

    Both at the same time: two that wait most of the time do not hurt each other, and whatever else
    the machine does then disturbs both.
    """
    windows = Windows()
    pump([ours, minimal], 1)  # what is left of the start
    for _ in range(count):
        before = _totals(ours, minimal)
        start = time.perf_counter()
        pump([ours, minimal], seconds)
        took = time.perf_counter() - start
        deltas = [after - was for after, was in zip(_totals(ours, minimal), before, strict=True)]
        windows.cpu.append(deltas[0] / took * 100)
        windows.bytes_per_second.append(deltas[1] / took)
        windows.minimal_cpu.append(deltas[2] / took * 100)
        windows.minimal_bytes_per_second.append(deltas[3] / took)
    return windows


def measure_idle(plan: Plan) -> Iterable[Figure]:
    """All jobs have finished, and have been read."""
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("finished", plan.finished))
        place = stack.enter_context(home())
        place.connect(server)
        place.afford_everything()
        place.watch(server, plan.finished)
        minimal = stack.enter_context(place.minimal())
        ours = stack.enter_context(place.dashboard())
        minimal.wait_for_text()
        wait_for_line(ours, Picture(), rf"\b{plan.finished} {STATE[JobState.COMPLETED]}\b", 300)
        ours.wait_for_silence(16)  # the notice about the token has gone by then
        windows = watch(ours, minimal, plan.window, plan.windows)
        what = f"idle, {plan.finished} finished jobs"
        yield from _figures(what, windows, cpu_limit=0.3, bytes_limit=0)


def measure_polled(plan: Plan) -> Iterable[Figure]:
    """A hundred running jobs, polled over HTTP as often as the contract allows."""
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("hundred"))
        place = stack.enter_context(home())
        place.connect(server)
        place.afford_everything()
        place.watch(server, 100)
        minimal = stack.enter_context(place.minimal())
        ours = stack.enter_context(place.dashboard())
        minimal.wait_for_text()
        wait_for_line(ours, Picture(), r"\bcalls left, .* connected")
        pump([ours, minimal], 5)
        calls = len(server.calls())
        seconds = _CALLS_PERIOD * plan.minutes
        windows = watch(ours, minimal, seconds, 1)
        made = (len(server.calls()) - calls) / seconds * 60
        yield from _figures("100 running jobs, polled", windows, cpu_limit=1.0)
        yield alone("100 running jobs, polled: calls", "/min", made, 50)
        yield alone("100 running jobs, polled: calls refused", "", server.refusals(), 0)


def measure_fed(plan: Plan) -> Iterable[Figure]:
    """Twenty readings a second."""
    with ExitStack() as stack:
        place = stack.enter_context(home())
        minimal = stack.enter_context(place.minimal())
        ours = stack.enter_context(place.feeder(100))
        minimal.wait_for_text()
        wait_for_line(ours, Picture(), r"\b100 running\b.* connected")
        # Until every row on screen has had enough readings to show all its figures.
        pump([ours, minimal], 5)
        windows = watch(ours, minimal, plan.window, plan.windows)
        yield from _figures("20 readings a second", windows, cpu_limit=2.0, bytes_limit=3000)


def _totals(ours: PtySession, minimal: PtySession) -> list[float]:
    return [
        total
        for session in (ours, minimal)
        for total in (cpu_seconds(session.pid), session.byte_count)
    ]


def _figures(
    what: str, windows: Windows, cpu_limit: float, bytes_limit: float | None = None
) -> Iterable[Figure]:
    yield difference(f"{what}: CPU", "%", windows.minimal_cpu, windows.cpu, cpu_limit)
    minimal, ours = windows.minimal_bytes_per_second, windows.bytes_per_second
    count = len(ours)
    yield alone(f"{what}: bytes", "B/s", max(ours), bytes_limit, base=max(minimal), runs=count)
