"""Start-up: the first frame, the first row, and memory soon after."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial

from tests.benchmarks.figures import Figure, difference, ratio
from tests.benchmarks.loopback import Loopback
from tests.benchmarks.picture import Picture, wait_for_line
from tests.benchmarks.plan import Plan
from tests.benchmarks.process_figures import rss_mib
from tests.benchmarks.programs import Home, home
from tests.benchmarks.pty_session import PtySession, pump

_CONFIGURATION = """\
profile = "benchmark"
environment = "production"

[budget]
plan = "professional"
users = 2

[timeouts]
total = 45
"""

_DEMO_JOB = "Customers2019-24"

_MOST = 1.35
"""First frame, in those of a minimal Textual app."""

_MOST_MEMORY = 35
"""MiB above those of a minimal Textual app."""


def measure(plan: Plan) -> Iterable[Figure]:
    """First frames of all programs, started in turn, round by round."""
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("running", 1_000))
        ten, thousand = (_home(stack, server, jobs) for jobs in (10, 1_000))
        configured = _home(stack, server, 10, "benchmark")
        configured.configure(_CONFIGURATION)
        first_job = server.jobs[0]["label"].replace(" ", "")
        programs: dict[str, tuple[Callable[[], PtySession], str]] = {
            "minimal": (ten.minimal, ""),
            "ten": (ten.dashboard, first_job),
            "configured": (configured.dashboard, first_job),
            "demo": (partial(ten.dashboard, "demo"), _DEMO_JOB),
            "thousand": (thousand.dashboard, first_job),
        }
        frames: dict[str, list[float]] = defaultdict(list)
        rows: dict[str, list[float]] = defaultdict(list)
        # The first round fills the caches of Python and of the disk; it does not count.
        for turn in range(plan.starts + 1):
            for name, (start, row) in programs.items():
                with start() as session:
                    frame = session.wait_for_text() * 1000
                    shown = session.wait_for_text(text=row) * 1000 if row else frame
                if turn:
                    frames[name].append(frame)
                    rows[name].append(shown)
    minimal = frames["minimal"]
    yield ratio("first frame, 10 jobs", "ms", minimal, frames["ten"], _MOST)
    yield ratio("first frame, configuration file", "ms", minimal, frames["configured"], _MOST)
    yield ratio("first frame, demo", "ms", minimal, frames["demo"], _MOST)
    yield ratio("first row, 10 jobs", "ms", minimal, rows["ten"])
    yield ratio("first row, demo", "ms", minimal, rows["demo"])
    yield ratio("first frame, 1,000 jobs (base: 10)", "ms", frames["ten"], frames["thousand"], 1.5)
    yield ratio("first row, 1,000 jobs (base: 10)", "ms", rows["ten"], rows["thousand"])


def measure_memory(plan: Plan) -> Iterable[Figure]:
    """Memory with 1,000 jobs after a few polls."""
    del plan
    with ExitStack() as stack:
        server = stack.enter_context(Loopback("running", 1_000))
        place = _home(stack, server, 1_000)
        place.afford_everything()
        minimal = stack.enter_context(place.minimal())
        ours = stack.enter_context(place.dashboard())
        minimal.wait_for_text()
        wait_for_line(ours, Picture(), r"\b[1-9]\d running\b.* connected")
        pump([ours, minimal], 2)
        yield difference(
            "memory, 1,000 jobs, 10 polls or more",
            "MiB",
            [rss_mib(minimal.pid)],
            [rss_mib(ours.pid)],
            _MOST_MEMORY,
        )


def _home(stack: ExitStack, server: Loopback, jobs: int, profile: str = "default") -> Home:
    place = stack.enter_context(home())
    place.connect(server)
    place.watch(server, jobs, profile)
    return place
