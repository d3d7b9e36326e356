"""``insert --trial N``: few records of a file first, and the others by what became of those.

The trial is an insertion as any other, with a row map: what ends the program between the trial and
the rest loses nothing, and `cli.rest` sends what is left.
"""

from argparse import Namespace
from asyncio import CancelledError
from collections.abc import Sequence
from functools import partial
from signal import SIGTERM
from typing import NamedTuple

from zcbulk_tui.cli import queue_work, queueing, rest
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.insert_plan import print_plan, trial_object
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.cli.preparing import CheckedFile
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.cli.trial_failures import TrialFailures, failures_of
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import Insertion, InsertPlan, Stage
from zcbulk_tui.domain.job import JobReading, JobState, WatchedJob
from zcbulk_tui.domain.trial import Selection, Trial
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import ExitCode, RefusedError, UsageError
from zcbulk_tui.store.json_objects import JsonObject


def insert(arguments: Namespace, settings: Settings, checked: CheckedFile, plan: InsertPlan) -> int:
    """Inserts a trial of a file, prints its failures, and asks about the rest.

    Returns:
        0 when the rest was started, too; 1 when it was not sent; else the highest exit code.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    facts = checked.found.facts
    is_without = plan.suspects is Suspects.LEAVE_OUT
    meant = facts.records - (len(checked.found.suspects) if is_without else 0)
    if arguments.trial >= meant:
        raise UsageError(
            f"A trial of {arguments.trial:,} records would be all of {facts.name}",
            f"{meant:,} of its records are to be sent.",
            "Try fewer, or leave out --trial.",
        )
    _check_is_first(arguments, settings, checked, plan)
    with reading(arguments.file) as on_progress:
        chosen = checked.choose(arguments.trial, plan, on_progress)
    if arguments.dry_run:
        print_plan(arguments, settings, checked.found, plan, chosen=chosen)
        return 0
    others = meant - len(chosen.records)
    more = [
        f"Chosen: {chosen}.",
        "One failed batch of 200 may be more than 5 % of a trial: then Zoho aborts it.",
        "It waits for the end, and fetches what has failed (1 call, where anything has). "
        f"Then it asks about the other {others:,}.",
    ]
    selection = Selection(chosen.records)
    prepared = queueing.queue_file(
        arguments, settings, checked, plan, selection=selection, more=more
    )
    if prepared is None:
        raise RefusedError("Nothing was sent", "It was not confirmed.")
    outcome = queue_work.carry_out(
        arguments, settings, prepared.insertions, are_new=True, until_ended=True
    )
    if outcome.signal is not None:
        return outcome.exit_code
    outcome.print_errors()
    return _Trial(arguments, settings, checked, plan, chosen, others).go_on(outcome)


_STAYS = (Stage.WAITS, Stage.HELD, Stage.UNCLEAR)
"""Stages in which a trial without a job stays in the queue."""


class _Trial(NamedTuple):
    """A trial that was sent."""

    arguments: Namespace
    settings: Settings
    checked: CheckedFile
    plan: InsertPlan
    chosen: Trial
    others: int

    def go_on(self, outcome: queue_work.Outcome) -> int:
        """Prints what has failed, and sends the rest where that is wanted; returns the code."""
        objects = outcome.objects()
        tried, stage, _ = outcome.results[0]
        reading = outcome.end
        if tried.ref is None or reading is None:
            self._print(objects)
            if tried.ref is not None or stage in _STAYS:
                self._say_later(tried, "How the trial ends is not known yet.")
            return max(outcome.exit_code, 1)
        objects[0]["trial"] = trial_object(self.chosen)
        try:
            failures = self._failures(tried, reading)
        except (KeyboardInterrupt, CancelledError) as error:
            self._say_later(tried, "Interrupted.")
            if isinstance(error, KeyboardInterrupt):
                raise
            return 128 + SIGTERM
        objects[0]["failures"] = failures and failures.as_object()
        later = self._rest(tried, reading, failures)
        if later is None:
            self._print(objects)
            return ExitCode.REFUSED
        self._print([*objects, *later.objects()])
        later.print_errors()
        return later.exit_code

    def _failures(self, tried: Insertion, reading: JobReading) -> TrialFailures | None:
        """Fetches what has failed, and prints it; None where nothing has."""
        if not reading.counts.failed or tried.ref is None:
            return None
        job = WatchedJob(tried.ref, tried.label, tried.queued_at)
        say = print_error if self.arguments.json else partial(print, flush=True)
        return failures_of(self.arguments, self.settings, job, tried, say)

    def _rest(
        self, tried: Insertion, reading: JobReading, failures: TrialFailures | None
    ) -> queue_work.Outcome | None:
        """Sends the rest; None where it is not sent, which is said."""
        is_fine = reading.state is JobState.COMPLETED and not reading.counts.failed
        if self.arguments.yes and not is_fine:
            self._say_later(tried, f"The trial: {rest.standing(reading)}.", failures)
            return None
        selection = Selection(self.chosen.records, tried.job_id)
        prepared = rest.queue(
            self.arguments, self.settings, self.checked, self.plan, tried, selection
        )
        if prepared is None:
            self._say_later(tried, "It was not confirmed.", failures)
            return None
        return queue_work.carry_out(
            self.arguments, self.settings, prepared.insertions, are_new=True
        )

    def _say_later(self, tried: Insertion, why: str, failures: TrialFailures | None = None) -> None:
        later = rest.later(self.arguments, self.settings.profile, tried)
        lines = [
            f"The other {self.others:,} records of {tried.source.name} were not sent. {why}",
            f"To send them: {later}",
        ]
        if failures is not None:
            repair = command(f"repair {tried.job_id} --suggest", self.settings.profile)
            lines.append(f"What may repair the records that failed in the trial: {repair}")
        for line in lines:
            print_error(line)

    def _print(self, objects: Sequence[JsonObject]) -> None:
        if self.arguments.json:
            print_json(objects)


def _check_is_first(
    arguments: Namespace, settings: Settings, checked: CheckedFile, plan: InsertPlan
) -> None:
    """Makes sure that no trial of the file is in the form, or on its way there.

    Raises:
        UsageError: There is one.
    """
    facts = checked.found.facts
    with insert_context(settings) as (context, _, insertions):
        known = [it for it in insertions.of_file(plan.form, facts.sha256) if it.source.is_trial]
        for tried in known:
            if tried.ref is None:
                raise UsageError(
                    f"A trial of {facts.name} is in the queue already",
                    next_step=f"To see the queue: {command('queue', settings.profile)}",
                )
            job = WatchedJob(tried.ref, tried.label, tried.queued_at)
            if context.memory.known(job).state is JobState.EXPIRED:
                continue  # nothing of it went in, nor ever will
            raise UsageError(
                f"A trial of {facts.name} was sent already",
                rest.sent_before(tried),
                f"To send the others: {rest.later(arguments, settings.profile, tried)}",
            )
