"""The report of a night as Markdown: what needs a person first, and figures as they were read."""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.commands import command, login
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.records import Record
from zcbulk_tui.domain.report import MissingResult, NightReport, ReportedJob, Unstarted
from zcbulk_tui.domain.result import ResultStage
from zcbulk_tui.domain.snapshot import JobKey
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render import lineage, log, queue, words
from zcbulk_tui.render.figures import duration, number
from zcbulk_tui.render.night import stopped

_MOST_REASONS = 20
"""Reasons that are listed; JSON has all."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")

_CAUSES = {
    Cause.PLAN: "scheduled polls",
    Cause.KEY: "keys, files and results",
    Cause.COMMAND: "commands",
    Cause.SCRIPT: "scripts",
}


_AS_READ = "Every figure is as it was read last; none is estimated."


def is_report(text: str) -> bool:
    """Whether a text begins as a report does in Markdown."""
    return _AS_READ in "".join(text.splitlines()[:3])


def markdown(report: NightReport) -> str:
    """Returns the report, whose first line says how the night went."""
    parts = [
        [first_line(report)],
        [_about(report)],
        _section("Needs a person", _bullets(needs(report)) or ["Nothing."]),
        _section("What ran", _jobs(report)),
        _section("Net results", _bullets(_net(report))) if report.chains else [],
        _section("Why records failed", _failures(report)) if report.failed_once else [],
        _section("What was done", _bullets(_done(report)) or ["Nothing."]),
        _section("Alerts", _bullets(_alerts(report)) or ["None."]),
        _section("Calls", _calls(report)),
        _section("Results fetched", _bullets(_fetched(report)) or ["None."]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def first_line(report: NightReport) -> str:
    """Returns how the night went, in one sentence."""
    needed = len(needs(report))
    person = f"{counted(needed, 'thing needs', 'things need')} a person"
    if not report.jobs:
        return f"No job ran; {person if needed else 'nothing needs a person'}."
    ran, sums = counted(len(report.jobs), "job"), report.sums
    going = len(report.running)
    still = f", {going:,} of them still running" if going else ""
    said = f"{ran} ran{still}, {counted(sums.success, 'record is', 'records are')} in"
    failed = f"{sums.failed:,} failed" if sums.failed else "none failed"
    left = f", {sums.left:,} are left" if sums.left else ""
    if not needed and going:  # which may still go wrong
        return f"Nothing needs a person so far: {said}, {failed}{left}."
    if not needed:
        return f"All went well: {said}, {failed}{left}."
    return f"{person[0].upper()}{person[1:]}; {said}, {failed}{left}."


def needs(report: NightReport) -> list[str]:
    """Returns what needs a person, as Markdown sentences with the next step; empty for nothing."""
    profile, found = report.profile, list[str]()
    if report.no_token:
        found.append(
            f"No call can be signed: {_md(report.no_token)}. Sign in: {_code(login(profile))}"
        )
    if report.stop is not None:
        said = stopped(report.stop, report.made_at)
        go_on = _code(command("queue go-on", profile))
        found.append(f"The queue is stopped. {_md(said)}. To let it go on: {go_on}")
    for record in report.unclear:
        verb = record.command.action.value
        found.append(
            f"{_md(record.job.label)}: what became of the {verb} of {_at(report, record.at)} is "
            f"not known. Look at it: {_job_command('status', record.job, profile)}"
        )
    found += [_unstarted(report, it) for it in report.unstarted]
    for job in report.ended_badly:
        if not report.is_mended(job):
            found.append(f"{_md(job.job.label)}: {_bad_end(job)}{_rest(report, job)}")
    for job in report.with_failures:
        if not report.is_mended(job):
            failed = counted(job.counts.failed or 0, "record")
            found.append(f"{_md(job.job.label)}: {failed} failed{_rest(report, job)}")
    for file in report.files:
        label = _md(file.insertion.label)
        go_on = _code(command(f"queue go-on {file.insertion.key[:8]}", profile))
        found.append(f"{label} waits in the queue: {_md(queue.said(file))}. To send it: {go_on}")
    found += [_missing(report, missing) for missing in report.missing]
    return found


def _unstarted(report: NightReport, unstarted: Unstarted) -> str:
    """Says what became of a start, and the next step, which depends on why it was refused."""
    record, profile = unstarted.record, report.profile
    said = f"{_md(record.job.label)}: its start of {_at(report, record.at)}"
    start = _job_command("start", record.job, profile)
    command, error = record.command, record.command.error
    if command.outcome is not Outcome.REFUSED:
        return f"{said} had no effect, as far as was read. Start it again: {start}"
    if error is None:
        return f"{said} was refused. Start it again: {start}"
    was = "was not carried out" if error.answer is None else "was refused"
    why = " ".join([f"{_md(error.title)}.", *map(_md, _words(error))])
    if unstarted.running is not None:
        wait = _job_command("wait", unstarted.running, profile)
        step = f"{_md(unstarted.running.label)} runs in its form: wait for its end with {wait}."
    else:
        step = _md(error.next_step)
    return " ".join(filter(None, (f"{said} {was}: {why}", step, f"To start it: {start}")))


def _words(error: ZcbulkError) -> Iterator[str]:
    """The cause of an error, and what the server said; not what to do."""
    if error.cause:
        yield error.cause
    if error.answer is not None:
        said = error.answer.with_sender
        yield said if said.endswith(".”") else f"{said}."


def _bad_end(job: ReportedJob) -> str:
    counts = job.counts
    state = words.state(job.reading).text if job.reading is not None else ""
    left = f", {number(counts.left)} left" if counts.left else ""
    return f"{_md(state)}; {number(counts.success)} in, {number(counts.failed)} failed{left}"


def _rest(report: NightReport, job: ReportedJob) -> str:
    """Says what else became of the records that a job left out, and the next step."""
    chain, mend = report.chain_of(job), _mend(job, report.profile)
    rest = chain.rest(JobKey(report.profile, job.job.ref)) if chain is not None else None
    lost = (job.counts.failed or 0) + (job.counts.left or 0)
    if rest is None or rest == lost:
        return f". {mend}"
    again = f"{lost - rest:,} of these {lost:,}"
    return f"; {again} were sent again, {rest:,} not. {mend}"


def _mend(job: ReportedJob, profile: str) -> str:
    if not (job.counts.failed or job.counts.left):
        return f"Look at it: {_job_command('status', job.job, profile)}"
    suggest = _job_command("repair", job.job, profile, "--suggest")
    return f"To see how to send them again: {suggest}"


def _missing(report: NightReport, missing: MissingResult) -> str:
    records = "the records that" if missing.records is None else f"{missing.records:,} that"
    what = f"{_md(missing.job.label)}: {records} {_kind_words(missing)} are not on this disk"
    if missing.stage is ResultStage.GONE:
        return f"{what}. Zoho has no such file, or none any more."
    fetch = _job_command("results", missing.job, report.profile)
    deleted = f"Zoho deletes them at {_at(report, missing.deleted_at)} at the latest"
    if missing.stage is not None and missing.stage.is_open:
        return f"{what} yet. A dashboard fetches them by itself; {deleted}. To do so now: {fetch}"
    return f"{what}. {deleted}. Fetch them: {fetch}"


def _kind_words(missing: MissingResult) -> str:
    return {"failed": "failed", "unprocessed": "were not reached"}.get(missing.kind.word, "went in")


def _about(report: NightReport) -> str:
    night, span = report.night, f"{_full(report.began_at)} to {_full(report.ended_at)}"
    said = [f"Profile {_md(report.profile)}, {span}.", f"Written {_full(report.made_at)}."]
    if night is not None:
        said.append(f"Armed by {_md(night.operator)}; the queue stops at {night.budget}.")
        if night.ended_by:
            said.append(f"Disarmed by {_md(night.ended_by)}.")
        if night.late:
            late = duration(night.late.total_seconds())
            said.append(f"It ended {late} late: no window polled at {_at(report, night.until)}.")
    said.append(_AS_READ)
    return " ".join(said)


def _jobs(report: NightReport) -> list[str]:
    if not report.jobs:
        return ["No job ran."]
    rows = [
        (
            _md(it.job.label),
            _md(words.state(it.reading).text) if it.reading is not None else "not read",
            _started(report, it),
            _maybe_at(report, it.ended_at) if it.ended_at else "",
            number(it.counts.success, 20),
            number(it.counts.failed, 20),
            number(it.counts.left, 20),
            _maybe_at(report, it.reading.read_at if it.reading is not None else None),
        )
        for it in report.jobs
    ]
    sums = report.sums
    total = ("Sum", "", "", "", f"{sums.success:,}", f"{sums.failed:,}", f"{sums.left:,}", "")
    heads = ("Job", "State", "Started", "End read", "In", "Failed", "Left", "Read")
    said = list(_table(heads, [*rows, total], right=(4, 5, 6)))
    if report.before:
        said += ["", f"{report.before:,} of those that are in were in before."]
    if (sums.failed, sums.left) != report.seen_sums:
        again = "What a repair has sent again counts in the sum as its last attempt left it."
        said += ["", again]
    if sums.unknown:
        lacks = counted(sums.unknown, "job lacks a count", "jobs lack a count")
        said += ["", f"{lacks}, and adds nothing for it to the sum."]
    if report.running:
        names = ", ".join(_md(it.job.label) for it in report.running)
        said += ["", f"Still running as of these readings: {names}."]
    return said


def _net(report: NightReport) -> Iterator[str]:
    for chain in report.chains:
        yield f"{_md(chain.root.label)}: {_md(lineage.net(chain))}."


def _failures(report: NightReport) -> list[str]:
    reasons = report.reasons
    rows = [
        (
            f"{reason.records:,}",
            _md(reason.reason),
            _md(", ".join(reason.fields)),
            _md(", ".join(labels)),
        )
        for reason, labels in reasons[:_MOST_REASONS]
    ]
    said = list(_table(("Records", "Reason", "Columns", "Jobs"), rows, right=(0,))) if rows else []
    if len(reasons) > _MOST_REASONS:
        rest = sum(reason.records for reason, _ in reasons[_MOST_REASONS:])
        more = counted(len(reasons) - _MOST_REASONS, "more reason")
        said += ["", f"{more}, with {counted(rest, 'record')}."]
    unknown = [
        f"{_md(it.job.label)}: why {number(it.counts.failed)} failed is not known: "
        f"{_md(it.no_reasons)}."
        for it in report.jobs
        if it.no_reasons
    ]
    return [*said, *([""] if said and unknown else []), *_bullets(unknown)]


def _done(report: NightReport) -> Iterator[str]:
    done: list[Record] = [*report.commands, *report.events]
    for record in sorted(done, key=lambda it: it.at):
        yield f"{_at(report, record.at)}: {_md(log.text(record, between=': '))}"


def _alerts(report: NightReport) -> Iterator[str]:
    for alert in report.alerts:
        about = f"{_md(alert.label)}: " if alert.label else ""
        is_over = alert.cleared_at is not None
        over = f"; over at {_at(report, alert.cleared_at)}" if is_over and alert.cleared_at else ""
        raised = f"{_at(report, alert.at)}: {alert.severity.word}: "
        yield f"{raised}{about}{_md(alert.text)}{over}"


def _calls(report: NightReport) -> list[str]:
    calls = report.calls or {}
    total = sum(calls.values())
    if not total:
        return ["None."]
    left = "" if report.calls_left is None else f" {report.calls_left:,} were left after the last."
    rows = [(_CAUSES[cause], f"{count:,}") for cause, count in calls.items() if count]
    table = _table(("For", "Calls"), [*rows, ("Sum", f"{total:,}")], right=(1,))
    return [*table, "", f"As this program has counted them.{left}"]


def _fetched(report: NightReport) -> Iterator[str]:
    labels = {it.job.ref: it.job.label for it in report.jobs}
    for result in report.fetched:
        if result.file is not None:
            label = labels.get(result.ref, result.ref.job_id)
            at = _at(report, result.file.fetched_at)
            records = counted(result.file.records, f"{result.kind.word} record")
            short = f" (Zoho counted {result.expected:,})" if result.is_short else ""
            yield f"{at}: {_md(label)}: {records}{short}"


# How it is written.


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", "", *lines]


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {text}" for text in texts]


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int]
) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'|'.join('---:' if at in right else '---' for at in range(len(heads)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _md(text: str) -> str:
    """Returns text from outside as it is read, whatever Markdown would make of it."""
    return _MARKS.sub(r"\\\1", one_line(text, 600))


def _code(text: str) -> str:
    # Longer than each run of such marks in it, so that none of them ends it.
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if len(fence) > 1 else ""
    return f"{fence}{space}{one_line(text, 600)}{space}{fence}"


def _job_command(words: str, job: WatchedJob, profile: str, *options: str) -> str:
    return _code(command(" ".join((words, shlex.quote(job.label), *options)), profile))


def _at(report: NightReport, moment: datetime) -> str:
    """Returns a time of day, with the date where it is not that of the end of the span."""
    local, end = moment.astimezone(), report.ended_at.astimezone()
    return f"{local:%H:%M}" if local.date() == end.date() else f"{local:%d %b %H:%M}"


def _started(report: NightReport, job: ReportedJob) -> str:
    if job.started_at is None and job.started_before is not None:
        return f"before {_at(report, job.started_before)}"
    return _maybe_at(report, job.started_at)


def _maybe_at(report: NightReport, moment: datetime | None) -> str:
    return "–" if moment is None else _at(report, moment)


def _full(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}".rstrip()
