"""Rehearses a file: in the simulator, with what the past of its form shows; without a call."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

from zcbulk_tui.cli.json_records import figure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Pace
from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.planner import Terms
from zcbulk_tui.domain.preflight import UPLOAD_LIMIT, Preflight
from zcbulk_tui.domain.rehearsal import (
    RUNS,
    START,
    Basis,
    Course,
    Draw,
    Failures,
    Outcome,
    Part,
    Range,
    Rehearsal,
    cut,
    outcome,
)
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.simulator import physics
from zcbulk_tui.simulator.physics import Run, State, Workload
from zcbulk_tui.store.form_past import read_form_past
from zcbulk_tui.store.json_objects import JsonObject

_STATES = {
    State.COMPLETED: JobState.COMPLETED,
    State.SYSTEM_ABORTED: JobState.SYSTEM_ABORTED,
}
"""How a rehearsed job can end."""


def rehearsed(found: Preflight, plan: InsertPlan, settings: Settings) -> Rehearsal | None:
    """Rehearses a file; None where its header would be refused, so that nothing would run.

    Args:
        found: What the check found in it.
        plan: How it is inserted.
        settings: The configuration.

    Raises:
        ConfigError: The memory cannot be read.
    """
    if found.header_blocks:
        return None
    past, known = _past(plan, settings), found.contract.one_fails_its_batch
    knows_fields = found.fields_read_at is not None
    share = past.failed_share if past is not None and not knows_fields else None
    most, is_cut_by_size = _most(found, plan)
    parts = cut(found.facts.records, found.suspects, plan.suspects, most)
    on = Terms(Pace(settings.budget.pace).price)
    basis = Basis(past, share, knows_fields, known, plan.form.job("0"), on, found.facts.sha256)
    outcomes = rehearse_parts(parts, basis)
    is_left_out = plan.suspects is Suspects.LEAVE_OUT
    return Rehearsal(
        len(parts),
        is_cut_by_size,
        0 if is_left_out else len(found.suspects),
        share,
        knows_fields,
        past,
        outcomes,
    )


def rehearse_parts(parts: Sequence[Part], basis: Basis) -> tuple[Outcome, ...]:
    """Rehearses jobs in the simulator, under each reading of the batch rule that is open."""
    return tuple(
        outcome(parts, basis, simulate, one_fails_its_batch=reading) for reading in basis.readings
    )


def simulate(part: Part, draw: Draw, found: Failures) -> Course:
    """Returns the course of a job in the simulator.

    Args:
        part: The job.
        draw: What was drawn of it.
        found: What fails of it.
    """
    workload = Workload(
        part.records, draw.rate, queue_seconds=(draw.lag, draw.lag), wander=draw.wander
    )
    run = Run(workload, draw.seed, physics.Failures(found.records, found.batches))

    def read(seconds: float) -> JobReading:
        is_over = seconds >= run.duration
        state = _STATES[run.ending] if is_over else JobState.IN_PROGRESS
        counts = run.counts(seconds)
        return JobReading(
            state,
            state.value,
            Counts(counts.total, counts.success, counts.failed, counts.unprocessed),
            START + timedelta(seconds=seconds),
        )

    return Course(read, run.duration)


def as_object(found: Rehearsal | None) -> JsonObject | None:
    """Returns what rehearsals show, for ``--json``; None where nothing was rehearsed."""
    if found is None:
        return None
    return {
        "jobs": found.parts,
        "jobs_are_exact": not found.is_cut_by_size,
        "past_jobs": found.past.jobs if found.past is not None else 0,
        "rehearsals": RUNS,
        "suspect_records": found.suspects,
        "failed_share": figure(found.share),
        "knows_fields": found.knows_fields,
        "outcomes": [_outcome_object(each) for each in found.outcomes],
    }


def _outcome_object(found: Outcome) -> JsonObject:
    return {
        "one_fails_its_batch": found.one_fails_its_batch,
        "system_abort_chance": figure(found.abort_chance),
        "finish_seconds": _range_object(found.finish),
        "abort_seconds": _range_object(found.abort),
        "calls": _range_object(found.calls),
    }


def _range_object(found: Range | None) -> JsonObject | None:
    if found is None:
        return None
    return {"least": figure(found.least), "most": figure(found.most)}


def _past(plan: InsertPlan, settings: Settings) -> FormPast | None:
    if not memory_file().exists():
        return None
    with open_memory(is_only_read=True) as database:
        return read_form_past(database, settings.profile, plan.form.job(""))


def _most(found: Preflight, plan: InsertPlan) -> tuple[int | None, bool]:
    """Returns the records of a job at most, and whether its bytes set that: a guess then."""
    facts = found.facts
    if not found.is_cut_as(plan.suspects, plan.part_records):
        return plan.part_records, False
    by_size = max(ceil(facts.records / ceil(facts.csv_bytes / UPLOAD_LIMIT)), 1)
    if plan.part_records is not None and plan.part_records < by_size:
        return plan.part_records, False
    return by_size, True
