"""``zcbulk-tui history``: prints all that is remembered of a job."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from zcbulk_tui.cli import job_objects, json_records, options, templates
from zcbulk_tui.cli.job_names import remembered_job
from zcbulk_tui.cli.output import print_lines
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.records import ControlRecord, History, JobEvent
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render import lineage, words
from zcbulk_tui.render.figures import number, percent, rate
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.log import look, text
from zcbulk_tui.render.span import Line, Look, Span, fit, plain
from zcbulk_tui.render.timeline import Step, timeline
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.json_objects import JsonObject, job_object, reading_object

_CHAIN = 78
"""Cells of the table of a chain."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    options.add_job_arguments(parser, 1)
    templates.add_arguments(parser, "history", "as a JSON object")


def run(arguments: Namespace) -> int:
    """Prints the readings of a job, and what happened between them; returns the exit code.

    Raises:
        ConfigError: The memory cannot be read.
        UsageError: There is no such job in it.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    with open_memory(is_only_read=True) as database:
        archive = Archive(database, settings.profile)
        history = remembered_job(
            arguments.jobs[0], archive, settings, options.named_environment(arguments)
        )
        chain = archive.chains().get(history.job.ref)
    if templates.is_for_programs(arguments):
        templates.print_found(arguments, as_object(history, chain))
    else:
        # The zone is printed once, so it is the one that counts now, all year round.
        now = datetime.now(UTC).astimezone()
        print_lines(lines(history, now.tzinfo, chain, now))
    return 0


def as_object(history: History, chain: Chain | None) -> JsonObject:
    """Returns a history for ``--json``, with the chain that its job belongs to."""
    return {
        "job": job_object(history.job),
        "file": history.insertion and json_records.file_object(history.insertion),
        "chain": json_records.chain_object(chain),
        "readings": [
            _reading_object(reading, step)
            for reading, step in zip(history.readings, timeline(history).steps, strict=True)
        ],
        "events": [json_records.event_object(event) for event in history.events],
        "commands": [json_records.command_object(record) for record in history.commands],
    }


def _reading_object(reading: JobReading, step: Step | None) -> JsonObject:
    counts = reading.counts
    return {
        **reading_object(reading),
        "left": counts.left,
        "percent": job_objects.percent(counts.share_done),
        "rate": json_records.figure(step.rate if step is not None else None),
    }


def lines(
    history: History, zone: tzinfo | None, chain: Chain | None, now: datetime
) -> Iterator[str | Line]:
    """Returns a history for people, oldest first.

    Args:
        history: What is remembered.
        zone: Of all times; its offset never changes.
        chain: The chain that the job belongs to; None for none.
        now: Aware.
    """
    yield from _heading(history.job, zone)
    if history.insertion is not None:
        source, upload = history.insertion.source, history.insertion.upload_file
        yield f"File: {source}, {counted(source.rows, 'record')}, {source.size:,} bytes"
        yield f"SHA-256: {source.sha256}"
        if upload.is_copy:
            yield f"Uploaded: {words.uploaded(upload, source.rows)}"
    if chain is not None:
        yield ""
        yield from lineage.lines(chain, now, _CHAIN, UNICODE, zone=zone)
    yield ""
    offset = f"{history.job.added_at.astimezone(zone):%z}"
    time = fit(f"TIME (UTC{offset[:3]}:{offset[3:5]})", 19)
    yield plain(_row(time, "STATE", "TOTAL", "OK", "FAILED", "LEFT", "%", "/s"))
    happened: tuple[JobEvent | ControlRecord, ...] = (*history.events, *history.commands)
    rows: list[tuple[datetime, Line]] = [
        *_readings(history, zone),
        *((entry.at, _entry(entry, zone)) for entry in happened),
    ]
    for _, line in sorted(rows, key=lambda row: row[0]):
        yield line


def _heading(job: WatchedJob, zone: tzinfo | None) -> Iterator[str]:
    ref = job.ref
    yield f"{job.label} ({ref.job_id}, {ref.environment}, {ref.owner}/{ref.app}/{ref.form})"
    by = f" by {job.added_by}" if job.added_by else ""
    yield f"Added {_time(job.added_at, zone)}{by}"
    if job.tags:
        yield f"Tags: {', '.join(job.tags)}"
    if job.note:
        yield f"Note: {job.note}"


def _readings(history: History, zone: tzinfo | None) -> Iterator[tuple[datetime, Line]]:
    for reading, step in zip(history.readings, timeline(history).steps, strict=True):
        counts = reading.counts
        figures = (number(it) for it in (counts.total, counts.success, counts.failed, counts.left))
        time, share = _time(reading.read_at, zone), percent(counts.share_done)
        speed = rate(step.rate if step else None)
        row = _row(
            time,
            reading.raw_state,
            *figures,
            share,
            speed,
            state_look=words.LOOK[reading.state],
            failed_look=Look.FAILED if counts.failed else Look.TEXT,
        )
        yield reading.read_at, row


def _entry(entry: JobEvent | ControlRecord, zone: tzinfo | None) -> Line:
    # The heading names the job.
    nameless: JobEvent | ControlRecord
    if isinstance(entry, JobEvent):
        nameless = entry._replace(label="")
    else:
        nameless = entry._replace(job=entry.job._replace(label=""))
    return Span(f"{_time(entry.at, zone)}  * "), Span(text(nameless), look(entry))


def _row(
    time: str,
    state: str,
    *figures: str,
    state_look: Look = Look.TEXT,
    failed_look: Look = Look.TEXT,
) -> Line:
    total, success, failed, left, share, speed = figures
    return (
        Span(f"{time}  "),
        Span(fit(state, 16), state_look),
        Span(f" {fit(total, 10, right=True)} {fit(success, 10, right=True)} "),
        Span(fit(failed, 10, right=True), failed_look),
        Span(f" {fit(left, 10, right=True)}"),
        Span(f" {fit(share, 4, right=True)} {fit(speed, 6, right=True)}"),
    )


def _time(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
