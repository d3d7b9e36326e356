"""Which jobs there are in each scenario, and what goes wrong there."""

import random
from dataclasses import replace

from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.hostile import BAD_GATEWAY, HOSTILE, SERVER_ERROR, UNAVAILABLE
from zcbulk_tui.simulator.jobs import START_WITHIN_SECONDS, Job
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.odd_results import ODD_RESULTS, OddResult
from zcbulk_tui.simulator.physics import State, Workload
from zcbulk_tui.simulator.schedule import Fault

_CALLS_ON_JOBS = frozenset({Call.STATUS, Call.CONTROL, Call.UPLOAD, Call.RESULT})

LASTING = Workload(1_000_000, 20)
"""Takes about 14 hours, so that a running job stays one."""


def demo(build: JobBuilder) -> None:
    """Every state, an abort by the system, a deadline and an outage to watch."""
    build.running("Customers 2019-24", "Customers", Workload(100_000, 184, 0.01), done=0.55)
    build.ending("Orders EU", "Orders", Workload(500_000, 600, 0.15), at=70)
    build.running("Price list", "Prices", Workload(10_000, 110), done=0.75)
    build.running(
        "Invoices Q3", "Invoices", Workload(60_000, 130, 0.01), done=0.1, environment="stage"
    )
    build.ready("Suppliers", "Suppliers", Workload(20_000, 150), created=-4300)
    build.ready("Warehouses", "Warehouses", Workload(8_000, 120), created=90 - START_WITHIN_SECONDS)
    build.waiting("Leads spring fair", "Leads", created=-700)
    build.ending("Regions", "Regions", Workload(1_200, 100), at=-1500)
    build.ending("Stock", "Stock", Workload(50_000, 140, 0.2), at=-5400)
    build.user_aborted("Returns", "Returns", Workload(30_000, 120, 0.01), done=0.4, at=-2700)
    build.ending("Contracts", "Contracts", Workload(24_000, 90, breaks_after=0.3), at=-8000)
    build.ready(
        "Tax codes",
        "Tax_Codes",
        Workload(900, 100),
        created=-5 * 3600,
        environment="development",
    )
    build.faults.append(Fault(LOST, window=(40, 52)))


def steady(build: JobBuilder) -> None:
    """Some jobs ready, some running, some done, and nothing wrong."""
    build.running("Customers", "Customers", Workload(120_000, 150, 0.01), done=0.3)
    build.running("Orders", "Orders", Workload(200_000, 260, 0.01), done=0.6)
    build.ready("Orders backlog", "Orders", Workload(40_000, 200))
    build.ready("Price list", "Prices", Workload(10_000, 90))
    build.ready("Suppliers", "Suppliers", Workload(20_000, 120), environment="stage")
    build.waiting("Leads", "Leads", created=-700)
    build.ending("Regions", "Regions", Workload(1_200, 100), at=-1500)
    build.user_aborted("Stock", "Stock", Workload(50_000, 140, 0.01), done=0.4, at=-5400)


def spellings(build: JobBuilder) -> None:
    """One job for each spelling of each state in the sources, and one in a state unheard of."""
    seen = {
        State.WAITING: ("CREATED", "Ready-to-upload", "READY_TO_UPLOAD"),
        State.READY: ("Ready-to-upload",),
        State.RUNNING: ("In-progress", "IN_PROGRESS", "IN PROGRESS", "Start", "Paused-for-review"),
        State.COMPLETED: ("Completed", "COMPLETED"),
        State.USER_ABORTED: ("User Aborted", "Aborted"),
        State.SYSTEM_ABORTED: ("System Aborted", "Aborted"),
        State.FAILED: ("Failed", "FAILED"),
        State.EXPIRED: ("Expired",),
    }
    pairs = [(state, spelling) for state, names in seen.items() for spelling in names]
    for number, (state, spelling) in enumerate(pairs, start=1):
        label = f"{spelling} ({state.name.lower().replace('_', ' ')})"
        job = _add_in_state(build, state, label, f"Form_{number}")
        job.spellings = {state: spelling}


def errors(build: JobBuilder) -> None:
    """One job for each row of the error table, which answers with that row."""
    for key, row in ERRORS.items():
        job = build.ready(key, "Errors", Workload(1_000, 100))
        calls = row.calls & _CALLS_ON_JOBS
        if Call.CONTROL not in calls:
            # So that each row is seen by who does no more than look.
            calls |= {Call.STATUS}
        build.faults.append(Fault(row.response(), job_id=job.id, calls=calls))


def hostile(build: JobBuilder) -> None:
    """One running job for each bad answer; an abort is carried out and answered as badly."""
    for number, (label, answer) in enumerate(HOSTILE.items(), start=1):
        job = build.running(label, f"Form_{number}", LASTING, done=0.1)
        build.faults.append(Fault(answer, behind=True, job_id=job.id))
    late = build.running("30 seconds late", "Form_late", LASTING, done=0.1)
    build.faults.append(Fault(delay=30, job_id=late.id))


def odd_results(build: JobBuilder) -> None:
    """One ended job for each odd download, and one whose results are sound."""
    workload = Workload(40_000, 150, 0.02)
    build.ending("sound", "Form_0", workload, at=-600)
    for number, name in enumerate(ODD_RESULTS, start=1):
        job = build.ending(name, f"Form_{number}", workload, at=-600)
        build.faults.append(OddResult(name, job_id=job.id))


def flaky(build: JobBuilder) -> None:
    """The jobs of ``steady`` behind a bad line."""
    steady(build)
    commands = frozenset({Call.CONTROL, Call.CREATE, Call.UPLOAD})
    build.faults += [
        Fault(LOST, chance=0.06),
        Fault(LOST, behind=True, calls=commands, chance=0.25),
        Fault(SERVER_ERROR, behind=True, chance=0.04),
        Fault(BAD_GATEWAY, chance=0.04),
        Fault(UNAVAILABLE, chance=0.04),
        Fault(delay=3.0, chance=0.06),
    ]


def hundred(build: JobBuilder) -> None:
    """A hundred jobs that run for hours."""
    rng = random.Random(build.seed)  # noqa: S311 - repeatable jobs, not cryptography
    for number in range(1, 101):
        speed = rng.uniform(60, 400)
        hours = rng.uniform(2, 8)
        workload = Workload(int(speed * hours * 3600), speed, 0.01)
        build.running(f"Job {number:03}", f"Form_{number:03}", workload, done=rng.uniform(0, 0.5))


def _add_in_state(build: JobBuilder, state: State, label: str, form: str) -> Job:
    match state:
        case State.WAITING:
            return build.waiting(label, form, created=-600)
        case State.READY:
            return build.ready(label, form, LASTING)
        case State.RUNNING:
            return build.running(label, form, LASTING, done=0.3)
        case State.USER_ABORTED:
            return build.user_aborted(label, form, LASTING, done=0.3, at=-600)
        case State.EXPIRED:
            return build.ready(label, form, LASTING, created=-2.0 * START_WITHIN_SECONDS)
        case State.COMPLETED:
            workload = LASTING
        case State.SYSTEM_ABORTED:
            workload = replace(LASTING, bad_batch_chance=0.3)
        case State.FAILED:
            workload = replace(LASTING, breaks_after=0.3)
    return build.ending(label, form, workload, at=-600)
