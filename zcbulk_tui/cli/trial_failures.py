"""Why records of a trial failed: its result is fetched, and its reasons are printed in groups."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from zcbulk_tui.cli import event_loop, result_work
from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.failed_jobs import failures_in
from zcbulk_tui.cli.failures import as_object, print_report
from zcbulk_tui.cli.json_records import failure_object
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.result_columns import server_columns
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.failures import FailureReport
from zcbulk_tui.domain.insertion import Insertion
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.errors import Occasion, ZcbulkError
from zcbulk_tui.store.json_objects import JsonObject


@dataclass(frozen=True, slots=True)
class TrialFailures:
    """The failures of a trial.

    Attributes:
        report: The reasons in groups; None where they cannot be read.
        error: Why they cannot; None where they can.
    """

    report: FailureReport | None
    error: ZcbulkError | None = None

    def as_object(self) -> JsonObject:
        """Returns them for ``--json``."""
        if self.report is None:
            return {"error": failure_object(self.error)}
        return {**as_object(self.report, self.report, {}, with_rows=False), "error": None}


def failures_of(
    arguments: Namespace,
    settings: Settings,
    job: WatchedJob,
    tried: Insertion,
    say: Callable[[str], None],
) -> TrialFailures:
    """Fetches the failures of a trial, prints them, and returns them; 1 call and more.

    What keeps them from being read is printed: the trial was sent nevertheless.

    Args:
        arguments: What was typed.
        settings: The configuration.
        job: The job of the trial.
        tried: What was inserted.
        say: Prints a line.
    """
    progress = result_work.Progress([job], say)
    try:
        fetching = result_work.fetch(
            settings, [job], [ResultKind.FAILURE], say, progress, event_loop.Ending()
        )
        (outcome,) = event_loop.run(fetching)
        if outcome.error is not None:
            raise outcome.error
        file = None if outcome.result is None else outcome.result.file
        known = server_columns(known_contract(settings, job.ref.origin))
        report = failures_in(file, tried.source, known=known).report if file is not None else None
    except ZcbulkError as error:
        progress.clear()
        later = command(f"results {job.ref.job_id} --failed", settings.profile)
        print_error(error.told(Occasion.ONCE))
        print_error(f"Why records of the trial failed is not known. To fetch that: {later}")
        return TrialFailures(None, error)
    progress.clear()
    if report is not None and not arguments.json:
        print()
        print_report(report)
        print()
    return TrialFailures(report)
