"""``zcbulk-tui wait``: waits until jobs have ended, and ends with how they did."""

from argparse import ArgumentParser, Namespace

from zcbulk_tui.cli import options, wait_json, waiting
from zcbulk_tui.cli.job_names import named_jobs
from zcbulk_tui.cli.wait_lines import make_report
from zcbulk_tui.config import load
from zcbulk_tui.errors import ZcbulkError

_DESCRIPTION = """\
Waits until jobs have ended; the exit code says how. Calls are planned as those of the dashboard
are, and counted with them. While a dashboard is open on the profile, it reads the jobs, and the
wait costs no call; neither does a job that is known to be over."""

_EPILOG = f"""\
{waiting.EXIT_CODES}
With --any, the first job that ends decides.

--json prints an object per line: its event is reading, fault, ended, timeout or interrupted, the
other fields are those of status --json, and exit_code is null but in the last line."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, "+")
    parser.add_argument("--any", action="store_true", help="wait until the first of them has ended")
    waiting.add_timeout(parser)
    parser.add_argument("--json", action="store_true", help="a JSON object per line and change")


def run(arguments: Namespace) -> int:
    """Waits; returns the exit code that says how the jobs have ended.

    Raises:
        ZcbulkError: There is nothing that can be waited for.
    """
    try:
        settings = load.load(flags=options.setting_flags(arguments))
        environment = options.named_environment(arguments)
        jobs = named_jobs(arguments.jobs, settings, environment=environment)
        report = wait_json.JsonLines(settings.profile) if arguments.json else make_report()
        waited = waiting.wait(
            settings,
            jobs,
            report,
            names=arguments.jobs,
            options=waiting.options_of(arguments),
            any_ends=arguments.any,
            timeout=arguments.timeout,
        )
    except ZcbulkError as error:
        if arguments.json:
            wait_json.print_failure(error)
        raise
    return waited.exit_code
