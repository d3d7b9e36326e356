"""``zcbulk-tui watch``: the dashboard over some jobs, or a night without anyone."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from zcbulk_tui.cli import appearance, dashboard, job_names, options, prompts
from zcbulk_tui.cli.context import recorded_context
from zcbulk_tui.cli.output import print_lines
from zcbulk_tui.cli.report_writer import night_reports
from zcbulk_tui.config import load
from zcbulk_tui.config.load import Configuration
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.night import ErrorBudget, Night, NightPlan
from zcbulk_tui.domain.night_text import (
    is_span,
    read_failed,
    read_report,
    read_share,
    read_until,
)
from zcbulk_tui.errors import RefusedError, UsageError
from zcbulk_tui.monitor.night import arm, disarm, end_if_due
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.render.night import end, what_happens, when
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.user_files import whole_path

_OFF = "off"

_DESCRIPTION = """\
The dashboard over these jobs only; they do not go to the watch list.

With --until it arms a night, over the watch list where no job is named: the queue goes on, results
are fetched, too many failed records stop the queue, and a report is written at the end. With a
terminal it asks once and shows the dashboard; without one, or with --headless, it prints a line
for each event and ends with the night. Any dashboard of the profile goes on with a night whose
window has ended."""

_EPILOG = """\
TIME is a time of day (07:00: the next one), a date and a time (2026-12-01T07:00) or a span (8h,
7h30m), in the zone of this machine. off disarms the night that is armed.

exit codes of a night without a screen:
  0 nothing needs a person, 10 something does, as records that failed,
  11 a job was aborted, failed or expired, 5 the report could not be written
  within an hour; 128 and more: ended by a signal, and the night stays armed"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, "*", left_out="with --until the watch list")
    options.add_screen_options(parser, inherit=True)
    night = parser.add_argument_group("a night")
    night.add_argument("--until", metavar="TIME", help="arm a night that ends then")
    night.add_argument(
        "--stop-failed",
        metavar="N",
        help="stop the queue after so many failed records, or off (default: the setting, else 500)",
    )
    night.add_argument(
        "--stop-share",
        metavar="SHARE",
        help="stop the queue above this share of failed records, as in 3%%, or off "
        "(default: the setting, else 3%%)",
    )
    night.add_argument(
        "--report",
        metavar="FILE",
        help="write the report to this Markdown file, and as JSON beside it, each in the place of "
        "an earlier report only (default: in the folder of reports)",
    )
    night.add_argument(
        "--headless", action="store_true", help="print lines, although there is a terminal"
    )
    night.add_argument("--yes", action="store_true", help="skip the question (for scripts)")


def run(arguments: Namespace) -> int:
    """Shows the dashboard, or works through a night; returns the exit code.

    Raises:
        ZcbulkError: Something typed or configured cannot be used, or nothing was armed.
    """
    configuration = load.read(flags=options.setting_flags(arguments))
    settings = configuration.settings
    if arguments.until is None:
        _check_no_night(arguments)
    elif arguments.until.strip().lower() == _OFF:
        return _disarm(settings)
    jobs = None
    if arguments.jobs:
        jobs = job_names.named_jobs(
            arguments.jobs, settings, environment=options.named_environment(arguments)
        )
    is_headless = arguments.headless or not _has_terminal()
    if arguments.until is None:
        return _show(configuration, jobs)
    night = _arm(arguments, settings, asks=not arguments.yes and _has_terminal())
    if not is_headless:
        return _show(configuration, jobs)
    # With it come httpx and pydantic, which the dashboard loads after its first frame.
    from zcbulk_tui.cli import headless

    return headless.run(settings, jobs, night)


def _has_terminal() -> bool:
    # Either is None where whoever started this has closed it.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def _check_no_night(arguments: Namespace) -> None:
    """Looks whether what was typed makes sense without a night.

    Raises:
        UsageError: It does not.
    """
    of_night = ("stop_failed", "stop_share", "report", "headless", "yes")
    if typed := [name for name in of_night if getattr(arguments, name)]:
        raise UsageError(
            f"--{typed[0].replace('_', '-')} is about a night, and none is armed",
            next_step="Say when it ends, as in --until 07:00.",
        )
    if not arguments.jobs:
        raise UsageError(
            "No job was named",
            next_step="Name one, or leave out watch: the dashboard shows the watch list.",
        )


def _show(configuration: Configuration, jobs: Sequence[WatchedJob] | None) -> int:
    specs = [dashboard.profile_spec(configuration, jobs)]
    return dashboard.show(specs, appearance.preferences(configuration))


def _arm(arguments: Namespace, settings: Settings, *, asks: bool) -> Night:
    """Arms a night, or goes on with the one that is armed until then."""
    now = _now()
    until = read_until(arguments.until, now)
    with recorded_context(settings) as (context, _, database):
        nights, recorder = Nights(database, settings.profile), Recorder(context.memory, _now)
        armed = nights.current()
        if armed is not None and end_if_due(nights, recorder, armed, now):
            armed = None
        if armed is not None and _is_meant(armed, arguments.until, until):
            print(f"Goes on with the night until {when(armed.until, now)}: {armed.operator}.")
            return armed
        plan = _plan(arguments, settings, database, until)
        if asks and armed is None and not _confirmed(plan, settings, database, now):
            raise RefusedError("No night was armed", "It was not confirmed.")
        return arm(nights, recorder, plan, context.operator, now)


def _now() -> datetime:
    return datetime.now(UTC)


def _is_meant(armed: Night, typed: str, until: datetime) -> bool:
    """Whether a command, which may have been started anew, is about the night that is armed."""
    if is_span(typed):
        return armed.until <= until
    return abs(armed.until - until) < timedelta(minutes=1)


def _plan(
    arguments: Namespace, settings: Settings, database: Database, until: datetime
) -> NightPlan:
    of_night = settings.night
    failed, share = of_night.stop_failed, of_night.stop_share
    if arguments.stop_failed is not None:
        failed = read_failed(arguments.stop_failed)
    if arguments.stop_share is not None:
        share = read_share(arguments.stop_share)
    reports = night_reports(settings, database)
    if arguments.report is None:
        report = reports.path_for(until)
    else:
        report = whole_path(read_report(arguments.report))
        reports.check(report)
    return NightPlan(until, ErrorBudget(failed, share), report)


def _confirmed(plan: NightPlan, settings: Settings, database: Database, now: datetime) -> bool:
    files = len(Insertions(database, settings.profile).open())
    print_lines(what_happens(plan, files, now, read_only=settings.read_only))
    return prompts.confirm("Arm the night? [y/N] ")


def _disarm(settings: Settings) -> int:
    with recorded_context(settings) as (context, _, database):
        nights = Nights(database, settings.profile)
        armed = nights.current()
        if armed is None:
            print("No night is armed.")
            return 0
        recorder = Recorder(context.memory, _now)
        now = _now()
        disarm(nights, recorder, armed, context.operator, now)
    print(
        f"The night until {end(armed, now)} is disarmed. A dashboard writes its report; "
        f"to print it: {command('report', settings.profile)}"
    )
    return 0
