"""The detail pane of one job, the most important section first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple
from urllib.parse import urlsplit

from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.deadlines import deadlines
from zcbulk_tui.domain.insertion import Insertion
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobState
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.domain.progress import estimated_since
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.result import Result
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render import deadline_words, figures, forecast_words, lineage, sparkline, words
from zcbulk_tui.render.bar import bar
from zcbulk_tui.render.budget import REASON
from zcbulk_tui.render.clipboard import status_command
from zcbulk_tui.render.deadline_words import moment
from zcbulk_tui.render.fields import FieldGroup, column_width, side_by_side
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.results import summary
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, width, wrap
from zcbulk_tui.render.span import width as cells

_TWO_COLUMNS = 100
"""Cells from which on there are two columns of groups."""

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
        insertion: The file that was inserted from here; None for none.
        results: What is known of its results.
        chain: The chain that it belongs to; None for none.
        base_url: The configured one of its profile, which is asked about all jobs; None where each
            is asked about at its own server.
    """

    listed: Listed
    readings: Sequence[JobReading] = ()
    record: ControlRecord | None = None
    service: ServiceSnapshot = ServiceSnapshot()
    id_key: str = "y"
    command_key: str = "Y"
    insertion: Insertion | None = None
    results: Sequence[Result] = ()
    chain: Chain | None = None
    base_url: str | None = None


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
    if known.chain is not None:
        group = FieldGroup("CHAIN", width, glyphs)
        for line in lineage.lines(known.chain, now, group.breadth, glyphs, zone=zone):
            group.across(line)
        top += group.whole()
    field_groups = pane.field_groups()
    if columns == 2:
        return [*top, *side_by_side(field_groups, width)]
    return [*top, *(line for group in field_groups for line in group.whole())]


def _title(snapshot: JobSnapshot, now: datetime, width: int, glyphs: Glyphs) -> list[Line]:
    """Which job it is, how it stands, and the one thing to know about it."""
    last = snapshot.last
    if last is None:
        state = Span(" not read yet ", Look.DIM)
    else:
        done = figures.percent(last.counts.share_done)
        share = f" {done} %" if last.counts.share_done is not None else ""
        text = f" {glyphs.states[last.state]} {words.state(last).text}{share} "
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
    """The groups of the pane, each drawn from what is known at one moment."""

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

    def field_groups(self) -> list[FieldGroup]:
        """Returns them, the most important first."""
        return [
            self._job(),
            self._counts(),
            self._pace(),
            self._risk(),
            self._deadlines(),
            self._results(),
            self._polls(),
            self._file(),
            self._reference(),
            self._command(),
        ]

    def _group(self, title: str) -> FieldGroup:
        return FieldGroup(title, self._width, self._glyphs)

    def _moment(self, at: datetime) -> str:
        return moment(at, self._zone)

    def _ago(self, at: datetime) -> str:
        ago = figures.age((self._now - at).total_seconds())
        return "just now" if ago == "now" else f"{ago} ago"

    def _job(self) -> FieldGroup:
        group, ref = self._group("JOB"), self._snapshot.ref
        group.copied("Id", one_line(ref.job_id), self._known.id_key)
        group.text("Form", f"{ref.owner}/{ref.app}/{ref.form}")
        place = Span(ref.environment.value)
        if ref.environment is Environment.PRODUCTION:
            place = Span(f" {ref.environment.value.upper()} ", Look.PRODUCTION)
        group.row("Where", [place, Span(f"  profile {one_line(self._known.listed.profile)}")])
        asked = self._known.base_url
        if asked is not None and asked != ref.origin:
            group.text(
                "Server", f"{_host(asked)} is asked; the job was added at {_host(ref.origin)}"
            )
        if self._snapshot.job.alert_on_end and not self._snapshot.is_final:
            group.text("Alert", f"{self._glyphs.alert} when it ends")
        return group

    def _counts(self) -> FieldGroup:
        group, last = self._group("COUNTS"), self._snapshot.last
        if last is not None:
            estimate = estimated_since(self._motion, last, self._now)
            _write_counts(group, last, estimate, self._glyphs)
        return group

    def _pace(self) -> FieldGroup:
        group, last = self._group("PACE"), self._snapshot.last
        if last is None or last.state.is_waiting:
            return group
        if not last.state.is_final:
            self._forecast(group, last)
        self._rates(group)
        return group

    def _forecast(self, group: FieldGroup, last: JobReading) -> None:
        since = (self._now - last.read_at).total_seconds()
        ends = figures.remaining(self._snapshot.remaining, since)
        group.text("Ends in", ends, Look.STRONG)
        past = self._snapshot.past if self._snapshot.rests_on_past else None
        readings = len(self._snapshot.readings)
        why = forecast_words.explain_range(self._motion, last, readings, past)
        group.text("", why, Look.DIM)
        if self._snapshot.is_slow_for_form:
            group.text("", "9 of 10 jobs of this form had come this far sooner.", Look.WARNING)

    def _rates(self, group: FieldGroup) -> None:
        """Writes the current and past rates, and the time that they cover."""
        moves, trail = self._motion, sparkline.trail(self._readings)
        parts = []
        if moves is not None:
            parts.append(f"{figures.rate(0.0 if moves.still else moves.rate)}/s now")
        if trail is not None:
            parts.append(f"{figures.rate(trail.mean)}/s on average")
        if parts:
            group.text("Rate", ", ".join(parts))
        if trail is None:
            return
        size = min(group.room - cells("  peak 9,999/s"), _MOST_SPARKLINE)
        if size >= _LEAST_SPARKLINE:
            self._sparklines(group, trail, size)
        group.text("", f"over {figures.duration(trail.seconds)} of readings", Look.DIM)

    def _sparklines(self, group: FieldGroup, trail: sparkline.Trail, size: int) -> None:
        rates = sparkline.rates(trail, size)
        peak = max((rate for rate in rates if rate is not None), default=0.0)
        drawn = sparkline.sparkline(rates, self._glyphs, Look.RUNNING)
        group.row("", [*drawn, Span(f"  peak {figures.rate(peak)}/s", Look.DIM)])
        failures = sparkline.failures(trail, size)
        most = max((int(failed) for failed in failures if failed is not None), default=0)
        if most:
            drawn = sparkline.sparkline(failures, self._glyphs, Look.FAILED)
            group.row("Failed", [*drawn, Span(f"  {figures.number(most)}", Look.DIM)])

    def _risk(self) -> FieldGroup:
        group, last = self._group("SYSTEM ABORT"), self._snapshot.last
        found = self._snapshot.risk
        if last is None or found is None:
            return group
        aborted = last.state is JobState.SYSTEM_ABORTED
        look = Look.TEXT if aborted else forecast_words.RISK_LOOK[found.level]
        group.text("Batches", forecast_words.batches(found, last.state), look)
        if found.least != found.most:
            group.text("", forecast_words.RANGE, Look.DIM)
        return group

    def _deadlines(self) -> FieldGroup:
        group = self._group("DEADLINES")
        seen = replace(self._snapshot, readings=tuple(self._readings))
        sent = self._known.insertion
        for one in deadlines(seen, sent.uploaded_at if sent is not None else None):
            look = deadline_words.LOOK[one.urgency(self._now)]
            parts = deadline_words.describe(one, self._now, self._zone)
            group.text(deadline_words.NAME[one.kind], parts, look)
            group.text("", deadline_words.explain(one, self._zone), Look.DIM)
        return group

    def _results(self) -> FieldGroup:
        group = self._group("RESULTS")
        for name, where in summary(self._snapshot, self._known.results, self._now, self._zone):
            group.text(name, where.text, where.look)
        return group

    def _polls(self) -> FieldGroup:
        group, snapshot = self._group("READINGS"), self._snapshot
        if self._readings:
            first, last = self._readings[0].read_at, self._readings[-1].read_at
            # The ages of jobs that are over stand still on the screen, so they have none.
            ago = "" if self._snapshot.is_final else f"{self._ago(last)}, "
            group.text("Last", f"{ago}{self._moment(last)}")
            group.text("Kept", f"{len(self._readings):,} since {self._moment(first)}")
        service = self._known.service
        said = words.next_poll(snapshot, service.spent, self._now, paused=service.paused)
        due = said.removeprefix("next poll ")
        because = f" ({REASON[snapshot.reason]})" if snapshot.reason else ""
        group.text("Next", f"{due}{because}" if snapshot.next_poll_at else due)
        self._answer(group)
        return group

    def _answer(self, group: FieldGroup) -> None:
        """Writes the last answer, in words and as a code."""
        fault, last = self._snapshot.fault, self._snapshot.last
        if fault is not None:
            answer = fault.error.answer
            came = f"{answer}" if answer is not None else "no usable answer"
            group.text("Answer", f"{came} ({fault.error.title})", Look.WARNING)
            group.text("", f"so since {self._moment(fault.since)}", Look.DIM)
        elif last is not None:
            code = f", {last.answer}" if last.answer is not None else ""
            group.text("Answer", f"“{last.raw_state}”{code}")

    def _command(self) -> FieldGroup:
        record = self._known.record
        command = record.command if record is not None else self._snapshot.command
        if command is None:
            return self._group("START AND ABORT")
        group = self._group("START" if command.action is Action.START else "ABORT")
        by = f" by {record.operator}" if record is not None and record.operator else ""
        group.text("Sent", f"{self._moment(command.sent_at)}{by}")
        group.text("Became", words.command(command, self._now))
        if record is not None and record.settled is not None:
            settled = record.settled
            group.text("Settled", f"“{settled.raw_state}” was read {self._moment(settled.read_at)}")
        return group

    def _file(self) -> FieldGroup:
        group, insertion = self._group("FILE"), self._known.insertion
        if insertion is not None:
            source, upload = insertion.source, insertion.upload_file
            group.text("Name", str(source))
            group.text("Holds", f"{counted(source.rows, 'record')}, {source.size:,} bytes")
            group.text("SHA-256", source.sha256)
            if upload.is_copy:
                group.text("Uploaded", words.uploaded(upload, source.rows))
        return group

    def _reference(self) -> FieldGroup:
        group, job = self._group("REFERENCE"), self._snapshot.job
        host = one_line(urlsplit(job.ref.origin).netloc)
        center = datacenters.find(host)
        group.text("Host", f"{host} ({center.name.upper()})" if center else host)
        group.copied("Command", status_command(self._known.listed), self._known.command_key)
        if job.tags:
            group.text("Tags", " ".join(f"#{tag}" for tag in job.tags))
        if job.note:
            group.text("Note", job.note)
        by = f" by {job.added_by}" if job.added_by else ""
        group.text("Added", f"{self._moment(job.added_at)}{by}")
        if job.created_at is not None:
            group.text("Created", self._moment(job.created_at))
        if job.started_at is not None:
            group.text("Started", self._moment(job.started_at))
        return group


_LONG = 15
"""Cells of the largest count, with its digits grouped."""

_LEAST_BAR = 4
"""Cells: one for each of its parts."""

_SHARE = 9


def _host(origin: str) -> str:
    return one_line(origin.partition("://")[2])


def _write_counts(group: FieldGroup, last: JobReading, estimate: int, glyphs: Glyphs) -> None:
    """Writes the counts of a reading.

    Args:
        group: Takes them.
        last: The reading.
        estimate: Records that have probably been processed since.
        glyphs: The characters.
    """
    counts = last.counts
    drawn = bar(counts, estimate, max(group.breadth, _LEAST_BAR), glyphs)
    if drawn is not None:
        group.across(drawn)
    rows = [
        ("Success", number(counts.success, _LONG), _share(counts.success, counts.total)),
        ("Failed", number(counts.failed, _LONG), _share(counts.failed, counts.total)),
        ("Left", number(counts.left, _LONG), _share(counts.left, counts.total)),
        ("Total", number(counts.total, _LONG), ""),
    ]
    if last.state is JobState.IN_PROGRESS:
        rough = _roughly(estimate)
        percent = rough * 100 // counts.total if counts.total else 0
        share = f"~{percent} %" if percent else ""
        rows.insert(2, ("Estimated", f"~{number(rough, _LONG)}", share))
    looks = {
        "Success": Look.SUCCESS,
        "Failed": Look.FAILED if counts.failed else Look.TEXT,
        "Estimated": Look.ESTIMATE,
    }
    size = max(width(figure) for _, figure, _ in rows)
    for name, figure, share in rows:
        look = looks.get(name, Look.TEXT)
        of_share = look if look is Look.ESTIMATE else Look.TEXT
        spans = [Span(fit(figure, size, right=True), look)]
        group.row(name, [*spans, Span(fit(share, _SHARE, right=True), of_share)])


def _share(count: int | None, total: int | None) -> str:
    """A part of the total in percent; neither none nor all unless it is so."""
    if count is None or not total:
        return ""
    tenths = count * 1000 // total
    if not count or tenths == 1000:
        return f"{tenths // 10} %"
    return f"{tenths / 10:.1f} %" if tenths else "<0.1 %"


def _roughly(estimate: int) -> int:
    """An estimate in coarse steps, as it grows by itself: its first digit."""
    digits = str(estimate)
    return int(digits[0] + "0" * (len(digits) - 1))
