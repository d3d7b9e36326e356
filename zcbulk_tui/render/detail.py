"""The detail pane of one job, the most important section first."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple
from urllib.parse import urlsplit

from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.deadlines import deadlines
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobState
from zcbulk_tui.domain.progress import estimated_since, remaining
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.risk import risk
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render import deadline_words, figures, forecast_words, sparkline, words
from zcbulk_tui.render.budget import REASON
from zcbulk_tui.render.clipboard import status_command
from zcbulk_tui.render.counts import write_counts
from zcbulk_tui.render.deadline_words import moment
from zcbulk_tui.render.fields import Section, column_width, side_by_side
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit_line, wrap
from zcbulk_tui.render.span import width as cells

_TWO_COLUMNS = 100
"""Cells from which on there are two columns of sections."""

_LEAST_SPARKLINE, _MOST_SPARKLINE = 6, 40


class Known(NamedTuple):
    """The data of a job's detail pane.

    Attributes:
        listed: The job as it stands on the list.
        readings: All that are remembered, oldest first; empty for those of the snapshot only.
        record: The last start or abort; None for none.
        service: How the calls of its profile go.
        id_key: The key that copies its id, as people write it; empty for none.
        command_key: The same for the command.
    """

    listed: Listed
    readings: Sequence[JobReading] = ()
    record: ControlRecord | None = None
    service: ServiceSnapshot = ServiceSnapshot()
    id_key: str = "y"
    command_key: str = "Y"


def detail(
    known: Known, now: datetime, width: int, glyphs: Glyphs, zone: tzinfo | None = None
) -> list[Line]:
    """Returns the whole pane, as lines of exactly the same width.

    Args:
        known: The job's data.
        now: Aware.
        width: Cells.
        glyphs: The characters.
        zone: Where the reader is; None for the zone of this machine.
    """
    columns = 2 if width >= _TWO_COLUMNS else 1
    pane = _Pane(known, now, column_width(width, columns), glyphs, zone)
    top = _title(known.listed.snapshot, now, width, glyphs)
    sections = pane.sections()
    if columns == 2:
        return [*top, *side_by_side(sections, width)]
    return [*top, *(line for section in sections for line in section.whole())]


def _title(snapshot: JobSnapshot, now: datetime, width: int, glyphs: Glyphs) -> list[Line]:
    """Which job it is, how it stands, and the one thing to know about it."""
    last = snapshot.last
    if last is None:
        state = Span(" not read yet ", Look.DIM)
    else:
        done = figures.percent(last.counts.share_done)
        share = f" {done} %" if last.counts.share_done is not None else ""
        text = f" {glyphs.states[last.state]} {words.STATE[last.state]}{share} "
        state = Span(text, words.LOOK[last.state])
    room = max(width - cells(state.text), 0)
    name = fit_line([Span(f" {one_line(snapshot.job.label)}", Look.STRONG)], room)
    said = words.sentence(snapshot, now)
    parts = wrap(one_line(said.text, 1000), max(width - 2, 1), 4)
    return [
        fit_line([*name, state], width),
        *(fit_line([Span(f" {part}", said.look)], width) for part in parts),
    ]


class _Pane:
    """The sections of the pane, each drawn from what is known at one moment."""

    def __init__(
        self, known: Known, now: datetime, width: int, glyphs: Glyphs, zone: tzinfo | None
    ) -> None:
        self._known = known
        self._snapshot = known.listed.snapshot
        self._now = now
        self._width = width
        self._glyphs = glyphs
        self._zone = zone
        self._readings = known.readings or self._snapshot.readings
        self._motion = self._snapshot.motion

    def sections(self) -> list[Section]:
        """Returns them, the most important first."""
        return [
            self._job(),
            self._counts(),
            self._pace(),
            self._risk(),
            self._deadlines(),
            self._polls(),
            self._reference(),
            self._command(),
        ]

    def _section(self, title: str) -> Section:
        return Section(title, self._width, self._glyphs)

    def _moment(self, at: datetime) -> str:
        return moment(at, self._zone)

    def _ago(self, at: datetime) -> str:
        ago = figures.age((self._now - at).total_seconds())
        return "just now" if ago == "now" else f"{ago} ago"

    def _job(self) -> Section:
        section, ref = self._section("JOB"), self._snapshot.ref
        section.copied("Id", one_line(ref.job_id), self._known.id_key)
        section.text("Form", f"{ref.owner}/{ref.app}/{ref.form}")
        place = Span(ref.environment.value)
        if ref.environment is Environment.PRODUCTION:
            place = Span(f" {ref.environment.value.upper()} ", Look.PRODUCTION)
        section.row("Where", [place, Span(f"  profile {one_line(self._known.listed.profile)}")])
        return section

    def _counts(self) -> Section:
        section, last = self._section("COUNTS"), self._snapshot.last
        if last is not None:
            estimate = estimated_since(self._motion, last, self._now)
            write_counts(section, last, estimate, self._glyphs)
        return section

    def _pace(self) -> Section:
        section, last = self._section("PACE"), self._snapshot.last
        if last is None or last.state.is_waiting:
            return section
        if not last.state.is_final:
            self._forecast(section, last)
        self._rates(section)
        return section

    def _forecast(self, section: Section, last: JobReading) -> None:
        since = (self._now - last.read_at).total_seconds()
        ends = figures.remaining(remaining(self._motion, last), since)
        section.text("Ends in", ends, Look.STRONG)
        why = forecast_words.explain_range(self._motion, last, len(self._snapshot.readings))
        section.text("", why, Look.DIM)

    def _rates(self, section: Section) -> None:
        """Writes the current and past rates, and the time that they cover."""
        moves, trail = self._motion, sparkline.trail(self._readings)
        told = []
        if moves is not None:
            told.append(f"{figures.rate(0.0 if moves.still else moves.rate)}/s now")
        if trail is not None:
            told.append(f"{figures.rate(trail.mean)}/s on average")
        if told:
            section.text("Rate", ", ".join(told))
        if trail is None:
            return
        size = min(section.room - cells("  peak 9,999/s"), _MOST_SPARKLINE)
        if size >= _LEAST_SPARKLINE:
            self._sparklines(section, trail, size)
        section.text("", f"over {figures.duration(trail.seconds)} of readings", Look.DIM)

    def _sparklines(self, section: Section, trail: sparkline.Trail, size: int) -> None:
        rates = sparkline.rates(trail, size)
        peak = max((rate for rate in rates if rate is not None), default=0.0)
        drawn = sparkline.sparkline(rates, self._glyphs, Look.RUNNING)
        section.row("", [*drawn, Span(f"  peak {figures.rate(peak)}/s", Look.DIM)])
        failures = sparkline.failures(trail, size)
        most = max((int(failed) for failed in failures if failed is not None), default=0)
        if most:
            drawn = sparkline.sparkline(failures, self._glyphs, Look.FAILED)
            section.row("Failed", [*drawn, Span(f"  {figures.number(most)}", Look.DIM)])

    def _risk(self) -> Section:
        section, last = self._section("SYSTEM ABORT"), self._snapshot.last
        found = risk(last) if last is not None else None
        if last is None or found is None:
            return section
        aborted = last.state is JobState.SYSTEM_ABORTED
        look = Look.TEXT if aborted else forecast_words.RISK_LOOK[found.level]
        section.text("Batches", forecast_words.batches(found, last.state), look)
        if found.least != found.most:
            section.text("", forecast_words.RANGE, Look.DIM)
        return section

    def _deadlines(self) -> Section:
        section = self._section("DEADLINES")
        for one in deadlines(self._snapshot):
            look = deadline_words.LOOK[one.urgency(self._now)]
            told = deadline_words.describe(one, self._now, self._zone)
            section.text(deadline_words.NAME[one.kind], told, look)
            section.text("", deadline_words.explain(one), Look.DIM)
        return section

    def _polls(self) -> Section:
        section, snapshot = self._section("READINGS"), self._snapshot
        if self._readings:
            first, last = self._readings[0].read_at, self._readings[-1].read_at
            section.text("Last", f"{self._ago(last)}, {self._moment(last)}")
            section.text("Kept", f"{len(self._readings):,} since {self._moment(first)}")
        service = self._known.service
        said = words.next_poll(snapshot, service.spent, self._now, paused=service.paused)
        due = said.removeprefix("next poll ")
        because = f", since {REASON[snapshot.reason]}" if snapshot.reason else ""
        section.text("Next", f"{due}{because}" if snapshot.next_poll_at else due)
        self._answer(section)
        return section

    def _answer(self, section: Section) -> None:
        """Writes the last answer, in words and as a code."""
        fault, last = self._snapshot.fault, self._snapshot.last
        if fault is not None:
            answer = fault.error.answer
            came = f"{answer}" if answer is not None else "no usable answer"
            section.text("Answer", f"{came} ({fault.error.title})", Look.WARNING)
            section.text("", f"so since {self._moment(fault.since)}", Look.DIM)
        elif last is not None:
            code = f", {last.answer}" if last.answer is not None else ""
            section.text("Answer", f"“{last.raw_state}”{code}")

    def _command(self) -> Section:
        record = self._known.record
        command = record.command if record is not None else self._snapshot.command
        if command is None:
            return self._section("START AND ABORT")
        section = self._section("START" if command.action is Action.START else "ABORT")
        by = f" by {record.operator}" if record is not None and record.operator else ""
        section.text("Sent", f"{self._moment(command.sent_at)}{by}")
        section.text("Became", words.command(command, self._now))
        if record is not None and record.settled is not None:
            settled = record.settled
            section.text(
                "Settled", f"“{settled.raw_state}” was read {self._moment(settled.read_at)}"
            )
        return section

    def _reference(self) -> Section:
        section, job = self._section("REFERENCE"), self._snapshot.job
        host = one_line(urlsplit(job.ref.origin).netloc)
        center = datacenters.find(host)
        section.text("Host", f"{host} ({center.name.upper()})" if center else host)
        section.copied("Command", status_command(self._known.listed), self._known.command_key)
        if job.tags:
            section.text("Tags", " ".join(f"#{tag}" for tag in job.tags))
        if job.note:
            section.text("Note", job.note)
        by = f" by {job.added_by}" if job.added_by else ""
        section.text("Added", f"{self._moment(job.added_at)}{by}")
        if job.created_at is not None:
            section.text("Created", self._moment(job.created_at))
        if job.started_at is not None:
            section.text("Started", self._moment(job.started_at))
        return section
