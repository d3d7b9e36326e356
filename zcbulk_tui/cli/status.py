"""``zcbulk-tui status``: prints what Zoho says of jobs."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from zcbulk_tui.cli import event_loop, options
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.job_names import named_jobs, watched
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import JobReading, JobRef, JobState
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import Occasion, ZcbulkError
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import clock, number, percent
from zcbulk_tui.render.span import fit
from zcbulk_tui.store.json_objects import reading_object

_DESCRIPTION = """\
Prints the status of jobs. A job that a dashboard on the same profile polls, or that is
over, costs no call, unless it was commanded since: what is remembered of it is printed."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    options.add_job_arguments(parser, several=True)
    parser.add_argument("--json", action="store_true", help="as a JSON array, an object per job")
    parser.add_argument("--fresh", action="store_true", help="ask Zoho for each: 1 call each")


def run(arguments: Namespace) -> int:
    """Prints the status of each job, and what went wrong to stderr.

    Returns:
        0, or the highest exit code of what went wrong.

    Raises:
        ZcbulkError: No call could be made at all.
    """
    refs: Sequence[JobRef | None] = [None] * len(arguments.jobs)
    try:
        settings = load.load(flags=options.setting_flags(arguments))
        refs = known = named_jobs(arguments.jobs, settings)
        results, commands = event_loop.run(_read(settings, known, fresh=arguments.fresh))
    except ZcbulkError as error:
        if arguments.json:
            _print_json(refs, [error] * len(refs))
        raise
    if arguments.json:
        _print_json(known, results)
    else:
        _print_table(known, results)
    for line in _open_commands(known, commands):
        (print_error if arguments.json else print)(line)
    worst = 0
    for ref, result in zip(known, results, strict=True):
        if isinstance(result, ZcbulkError):
            print_error(f"{ref.form} {ref.job_id}: {result.told(Occasion.ONCE)}")
            worst = max(worst, result.exit_code)
    return worst


def _print_json(refs: Sequence[JobRef | None], results: Sequence[JobReading | ZcbulkError]) -> None:
    objects = [as_object(ref, result) for ref, result in zip(refs, results, strict=True)]
    print(json.dumps(objects, indent=2))


def as_object(ref: JobRef | None, result: JobReading | ZcbulkError) -> dict[str, Any]:
    """One job for ``--json``; without a reading its state is unknown and all figures are null.

    Args:
        ref: Which job; None where what was typed names none.
        result: A reading, or why there is none.
    """
    figures = reading_object(result) if isinstance(result, JobReading) else {}
    share = result.counts.share_done if isinstance(result, JobReading) else None
    return {
        "job_id": ref and ref.job_id,
        "owner": ref and ref.owner,
        "app": ref and ref.app,
        "form": ref and ref.form,
        "environment": ref and ref.environment.value,
        "state": figures.get("state", JobState.UNKNOWN.value),
        **{name: figures.get(name) for name in _FIGURES},
        "percent": None if share is None else _percent(share),
        "read_at": figures.get("read_at"),
        "error": _error_object(result) if isinstance(result, ZcbulkError) else None,
    }


def _error_object(error: ZcbulkError) -> dict[str, Any]:
    answer = error.answer
    return {
        "title": error.title,
        "cause": error.cause or None,
        "said": answer.text or None if answer else None,
        "code": answer.code if answer else None,
        "http": answer.http_status if answer else None,
    }


_FIGURES = ("raw_state", "total", "success", "failed", "unprocessed")


def _percent(share: float) -> float:
    """With one decimal; 100 only when nothing is missing."""
    return 100.0 if share == 1 else min(round(share * 100, 1), 99.9)


async def _read(
    settings: Settings, refs: list[JobRef], *, fresh: bool
) -> tuple[list[JobReading | ZcbulkError], list[ControlRecord | None]]:
    jobs = [watched(ref) for ref in refs]
    async with open_client(settings) as client:
        with command_context(settings) as (context, quota):
            results = await read_all(client, jobs, quota, context, _now, fresh=fresh)
            return results, [context.memory.last_command(ref) for ref in refs]


def _now() -> datetime:
    return datetime.now(UTC)


def _print_table(refs: list[JobRef], results: list[JobReading | ZcbulkError]) -> None:
    read = [
        (ref, result)
        for ref, result in zip(refs, results, strict=True)
        if isinstance(result, JobReading)
    ]
    if not read:
        return
    print(_line("JOB", "FORM", "STATE", "%", "OK", "FAILED", "LEFT", "READ"))
    for ref, reading in read:
        counts = reading.counts
        figures = [number(value) for value in (counts.success, counts.failed, counts.left)]
        done, read_at = percent(counts.share_done), clock(reading.read_at, _now())
        print(_line(ref.job_id, ref.form, reading.raw_state, done, *figures, read_at))


def _open_commands(refs: list[JobRef], commands: list[ControlRecord | None]) -> list[str]:
    """What is said of jobs of whose last command not all is known."""
    return [
        f"{ref.form} {ref.job_id}: {words.command(record.command, _now())}"
        for ref, record in zip(refs, commands, strict=True)
        if record is not None and record.command.outcome in _OPEN
    ]


_OPEN = (Outcome.SENT, Outcome.NO_EFFECT, Outcome.UNPROVEN)


def _line(job: str, form: str, state: str, *figures: str) -> str:
    names = f"{fit(job, 20)} {fit(form, 20)} {fit(state, 16)}"
    return " ".join([names, *(fit(figure, 10, right=True) for figure in figures)])
