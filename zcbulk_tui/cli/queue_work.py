"""Works files of the queue for a command, and reports what becomes of each."""

import asyncio
import signal
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.inserting import Follower, until_settled, working
from zcbulk_tui.cli.json_records import insertion_object
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.cli.sending import failure
from zcbulk_tui.cli.wait_json import statuses
from zcbulk_tui.cli.wait_lines import make_report
from zcbulk_tui.cli.waiting import Waited, wait
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import STARTED, Insertion, Stage, stage
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.errors import (
    ExitCode,
    HeldError,
    Occasion,
    RefusedError,
    UsageError,
    ZcbulkError,
)
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.render import queue as queue_words
from zcbulk_tui.render import words
from zcbulk_tui.render.night import stopped
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.json_objects import JsonObject


class Result(NamedTuple):
    """What has become of a file, and why it comes no further; None for no reason."""

    insertion: Insertion
    stage: Stage
    error: ZcbulkError | None


class Outcome:
    """What has become of the files, how their jobs ended, and which signal has ended it all.

    Attributes:
        results: The files.
        waited: How the jobs stood that were waited for; None where none was.
        unread: Why they could not be waited for.
        is_late: Whether the time to wait was over before all files had jobs.
        signal: The number of the signal that ended it before the wait; None for none.
    """

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.waited: Waited | None = None
        self.is_late = False
        self.unread: ZcbulkError | None = None
        self.signal: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of a command that has done nothing else."""
        if self.signal is not None:
            return 128 + self.signal
        if self.waited is not None and self.waited.is_stopped:
            return self.waited.exit_code
        errors = [it.error for it in self.results if it.error is not None]
        if self.unread is not None:
            errors.append(self.unread)
        if errors:
            return max(it.exit_code for it in errors)
        if self.is_late:
            return ExitCode.TIMEOUT
        return ExitCode.FINE if self.waited is None else self.waited.exit_code

    @property
    def end(self) -> JobReading | None:
        """How the last job ended that was waited for; None where it was not, or has not."""
        last = self.waited.snapshots[-1] if self.waited is not None else None
        return last.last if last is not None and last.is_final else None

    def objects(self) -> list[JsonObject]:
        """What has become of each file, for ``--json``; with the end of its job after a wait."""
        objects = [insertion_object(it.insertion, it.stage, it.error) for it in self.results]
        if self.waited is not None:
            ends = statuses(self.waited)
            for one, result in zip(objects, self.results, strict=True):
                job = job_of(result.insertion)
                one["status"] = job and ends.get(job.ref)
        return objects

    def print_errors(self) -> None:
        """Prints why files came no further, or how a job stands is not known."""
        for insertion, _, error in self.results:
            # What stays in the queue is sent again, but not by this command.
            stays = insertion.ref is not None and not insertion.is_over
            if error is not None:
                print_error(error.told(Occasion.ONCE if stays else Occasion.COMMAND))
        if self.is_late:
            print_error("Timeout: what is in the queue stays there.")
        if self.unread is not None:
            print_error(self.unread.told(Occasion.ONCE))


def work(
    arguments: Namespace, settings: Settings, files: Sequence[Insertion], *, are_new: bool
) -> int:
    """Works files of the queue, and reports how they come along; returns the exit code.

    For arguments and errors see `carry_out`.
    """
    outcome = carry_out(arguments, settings, files, are_new=are_new)
    if outcome.signal is None:
        if arguments.json:
            print_json(outcome.objects())
        outcome.print_errors()
    return outcome.exit_code


def carry_out(
    arguments: Namespace,
    settings: Settings,
    files: Sequence[Insertion],
    *,
    are_new: bool,
    until_ended: bool = False,
) -> Outcome:
    """Works files of the queue, and says how they come along; returns what has become of them.

    Args:
        arguments: What was typed.
        settings: The configuration.
        files: The files.
        are_new: Whether this command has put them into the queue: where nothing of them comes to
            Zoho, they are taken off it again.
        until_ended: Whether to wait for the end of a job without ``--wait``, too.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    say = print_error if arguments.json else partial(print, flush=True)
    follower = Follower([it.key for it in files], say)
    outcome = Outcome()
    ending = event_loop.Ending()
    waits = arguments.wait or until_ended
    ends_at = None
    if arguments.wait and arguments.timeout is not None:
        ends_at = time.monotonic() + arguments.timeout.total_seconds()
    try:
        event_loop.run(
            _insert(
                arguments,
                settings,
                files,
                follower,
                outcome,
                ending,
                are_new=are_new,
                ends_at=ends_at,
            )
        )
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        follower.clear()
        print_error(
            "Interrupted. What was sent is written down; what was not stays in the queue: "
            f"{command('queue', settings.profile)}"
        )
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome.signal = ending.signal or signal.SIGTERM
    follower.clear()
    if waits and outcome.signal is None:
        _wait_for_ends(arguments, settings, outcome, ends_at)
    return outcome


def _wait_for_ends(
    arguments: Namespace, settings: Settings, outcome: Outcome, ends_at: float | None
) -> None:
    """Waits until the jobs that were started have ended."""
    started = (it for it in outcome.results if it.insertion.is_over and it.error is None)
    jobs = [job for it in started if it.insertion.starts and (job := job_of(it.insertion))]
    is_over = ends_at is not None and time.monotonic() >= ends_at
    outcome.is_late = is_over and any(not it.insertion.is_over for it in outcome.results)
    if not jobs:
        return
    timeout = None if ends_at is None else timedelta(seconds=max(ends_at - time.monotonic(), 0.0))
    report = make_report(to_errors=arguments.json)
    try:
        outcome.waited = wait(settings, jobs, report, timeout=timeout)
    except ZcbulkError as unread:  # what was sent is said nevertheless
        outcome.unread = unread


async def _insert(
    arguments: Namespace,
    settings: Settings,
    files: Sequence[Insertion],
    follower: Follower,
    outcome: Outcome,
    ending: event_loop.Ending,
    *,
    are_new: bool,
    ends_at: float | None,
) -> None:
    say = print_error if arguments.json else partial(print, flush=True)
    async with AsyncExitStack() as stack:
        # What is known of a step then is written down before the process ends.
        stack.enter_context(event_loop.cancelled_by_signals(ending))
        context, quota, insertions = stack.enter_context(insert_context(settings))
        try:
            client = await stack.enter_async_context(open_client(settings))
        except ZcbulkError:
            if are_new:
                _forget(insertions, files, settings.profile)
            raise
        keys = [file.key for file in files]
        async with working(client, context, quota, insertions, follower, files) as queue:
            found = await until_settled(
                queue, follower, insertions, keys, waits=arguments.wait, ends_at=ends_at
            )
            outcome.results = [
                _result(it, queue.error_of(it), context, follower, settings.profile) for it in found
            ]
        if are_new and _is_forgotten(found):
            # Whoever reads the error gives the command anew.
            _forget(insertions, found, settings.profile)
            return
        for insertion, where, error in outcome.results:
            job = job_of(insertion)
            if job is not None:
                say(f"{insertion.label}: job {job.ref.job_id}, on the watch list")
            if job is not None and insertion.is_over:
                if insertion.starts and job.ref not in follower.commanded:
                    memory = context.memory
                    last, known = memory.last_command(job.ref), memory.known(job).last
                    said = started_elsewhere(last, known, job.ref.job_id, settings.profile)
                    say(f"{insertion.label}: {said}")
                continue
            if where is Stage.WAITS and error is None:
                print_error(
                    f"{insertion.label}: queued. An open dashboard creates its job when the "
                    f"form's slot is free; to see the queue: {command('queue', settings.profile)}; "
                    f"without a dashboard: {_go_on(insertion, settings.profile)}"
                )
            elif isinstance(error, HeldError):  # which says how it goes on
                print_error(_stays(insertion, settings.profile))
            else:
                go_on = _go_on(insertion, settings.profile)
                print_error(f"{_stays(insertion, settings.profile)}. To go on with it: {go_on}")


def started_elsewhere(
    last: ControlRecord | None, known: JobReading | None, job_id: str, profile: str
) -> str:
    """Returns what is known of the start of a job that another window has brought on its way.

    Args:
        last: The last command to it; None for none.
        known: Its last reading; None for none.
        job_id: Its id.
        profile: Whose it is.
    """
    wait_for = f"To wait for its end: {command(f'wait {job_id}', profile)}"
    if last is not None and last.command.action is Action.START:
        said = words.command(last.command, datetime.now(UTC))
        return f"{said} That was {last.operator}. {wait_for}"
    if known is not None and known.state in STARTED:
        return f"started, as its status “{known.raw_state}” shows. {wait_for}"
    return "its start is up to the window that has uploaded it, and is not written down yet."


def _stays(insertion: Insertion, profile: str) -> str:
    return f"{insertion.label} stays in the queue: {command('queue', profile)}"


def _go_on(insertion: Insertion, profile: str) -> str:
    """The command that sends a file of the queue, and waits as long as that takes."""
    return command(f"queue go-on {insertion.key[:8]} --wait", profile)


def _forget(insertions: Insertions, files: Sequence[Insertion], profile: str) -> None:
    """Takes files off the queue again, but for those that a dashboard works meanwhile."""
    for insertion in files:
        try:
            insertions.drop(insertion)
        except UsageError:
            print_error(_stays(insertion, profile))


def _result(
    insertion: Insertion,
    error: ZcbulkError | None,
    context: ProfileContext,
    follower: Follower,
    profile: str,
) -> Result:
    file, where = follower.files.get(insertion.key), stage(insertion)
    before = follower.held_by.get(insertion.key)
    go_on = _go_on(insertion, profile)
    if insertion.is_over and insertion.starts and insertion.ref is not None:
        error = _start_failure(context, insertion, profile)
    elif follower.stop is not None and not insertion.is_over and error is None:
        is_sent = insertion.ref is not None or where is Stage.UNCLEAR
        error = (RefusedError if is_sent else HeldError)(
            f"The queue is stopped, so {'no more' if is_sent else 'nothing'} was sent",
            f"{stopped(follower.stop, datetime.now(UTC))}.",
            f"To let it go on: {command('queue go-on', profile)}. Then, unless a dashboard sends "
            f"the file: {go_on}",
        )
    elif file is not None and file.stage is Stage.HELD and where is Stage.WAITS:
        where = Stage.HELD
        error = HeldError(
            "Nothing was sent",
            f"The job before it in the form, {file.slot.ended_badly}, ended badly.",
            f"To let it go on nevertheless: {go_on}",
        )
    elif (
        before is not None
        and before.insertion.key not in follower.files  # else its own error says it
        and where is Stage.WAITS
    ):
        first = before.insertion.key[:8]
        error = HeldError(
            "Nothing was sent",
            f"{before.insertion.label} comes before it in the form, and waits for you: "
            f"{queue_words.said(before)}.",
            f"To let that one go on: {command(f'queue go-on {first}', profile)}; to take it off: "
            f"{command(f'queue drop {first}', profile)}. Then: {go_on}",
        )
    return Result(insertion, where, error)


def _start_failure(
    context: ProfileContext, insertion: Insertion, profile: str
) -> ZcbulkError | None:
    """Returns why a job was not started, or may not have been; None where it was."""
    job = job_of(insertion)
    assert job is not None  # noqa: S101 - for the type checker: the caller looks
    last, known = context.memory.last_command(job.ref), context.memory.known(job).last
    state = known.raw_state if known is not None else ""
    if last is not None and last.command.action is Action.START:
        return failure(last.command, last.job, state, profile)
    if known is not None and known.state in STARTED:
        return None  # by somebody else
    return RefusedError(
        "The job was not started",
        f"Its last status is “{state}”." if state else "Its status is not known.",
        f"Look at it: {command('status ' + job.ref.job_id, profile)}",
    )


def _is_forgotten(files: Sequence[Insertion]) -> bool:
    """Whether a create was refused, and nothing of a file is at Zoho, nor may be."""
    refused = any(stage(it) in (Stage.REFUSED, Stage.TRIES_AGAIN) for it in files)
    nothing = all(it.ref is None and stage(it) is not Stage.UNCLEAR for it in files)
    return refused and nothing


def job_of(insertion: Insertion) -> WatchedJob | None:
    """Returns the job that a file has become; None for none yet."""
    if insertion.ref is None:
        return None
    return WatchedJob(insertion.ref, insertion.label, insertion.queued_at)
