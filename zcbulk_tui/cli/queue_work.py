"""Works files of the queue for a command, and reports what becomes of each."""

import asyncio
import signal
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.inserting import Follower, until_ended, until_settled, working
from zcbulk_tui.cli.json_records import insertion_object
from zcbulk_tui.cli.output import print_error, print_json
from zcbulk_tui.cli.sending import failure
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import BAD_ENDS, STARTED, Insertion, Stage, stage
from zcbulk_tui.domain.job import Action, JobReading, WatchedJob
from zcbulk_tui.errors import Occasion, RefusedError, UsageError, ZcbulkError
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.json_objects import JsonObject


class Result(NamedTuple):
    """What has become of a file, and why it comes no further; None for no reason."""

    insertion: Insertion
    stage: Stage
    error: ZcbulkError | None


class Outcome:
    """What has become of the files, how the last job ended, and which signal has ended it all.

    Attributes:
        results: The files.
        reading: How the job stood that was waited for last; None where none was, or none was read.
        unread: Why it could not be read.
        signal: The number of the signal; None for none.
    """

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.reading: JobReading | None = None
        self.unread: ZcbulkError | None = None
        self.signal: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of a command that has done nothing else."""
        if self.signal is not None:
            return 128 + self.signal
        is_bad = self.reading is not None and self.reading.state in BAD_ENDS
        errors = [it.error for it in self.results if it.error is not None]
        if self.unread is not None:
            errors.append(self.unread)
        return max([int(is_bad), *(it.exit_code for it in errors)])

    def objects(self) -> list[JsonObject]:
        """What has become of each file, for ``--json``."""
        return [insertion_object(it.insertion, it.stage, it.error) for it in self.results]

    def print_errors(self) -> None:
        """Prints why files came no further, or how a job stands is not known."""
        for insertion, _, error in self.results:
            # What stays in the queue is sent again, but not by this command.
            stays = insertion.ref is not None and not insertion.is_over
            if error is not None:
                print_error(error.told(Occasion.ONCE if stays else Occasion.COMMAND))
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
    ending = _Ending()
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
                waits_for_end=arguments.wait or until_ended,
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
    return outcome


class _Ending:
    """Which signal ends the work; None for none."""

    def __init__(self) -> None:
        self.signal: int | None = None


async def _insert(
    arguments: Namespace,
    settings: Settings,
    files: Sequence[Insertion],
    follower: Follower,
    outcome: Outcome,
    ending: _Ending,
    *,
    are_new: bool,
    waits_for_end: bool,
) -> None:
    inserting, loop = asyncio.current_task(), asyncio.get_running_loop()

    def end(number: int) -> None:
        ending.signal = number
        if inserting is not None:
            inserting.cancel()

    # What is known of a step then is written down before the process ends.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            loop.add_signal_handler(number, end, number)
    say = print_error if arguments.json else partial(print, flush=True)
    async with AsyncExitStack() as stack:
        context, quota, insertions = stack.enter_context(insert_context(settings))
        try:
            client = await stack.enter_async_context(open_client(settings))
        except ZcbulkError:
            if are_new:
                _forget(insertions, files, settings.profile)
            raise
        keys = [file.key for file in files]
        async with working(client, context, quota, insertions, follower, files) as queue:
            found = await until_settled(queue, follower, insertions, keys, waits=arguments.wait)
            outcome.results = [
                _result(it, queue.error_of(it), context, follower, settings.profile) for it in found
            ]
        if are_new and _is_forgotten(found):
            # Whoever reads the error gives the command anew.
            _forget(insertions, found, settings.profile)
            return
        for insertion, where, error in outcome.results:
            job = _job_of(insertion)
            if job is not None:
                say(f"{insertion.label}: job {job.ref.job_id}, on the watch list")
            if job is not None and insertion.is_over:
                if waits_for_end and insertion.starts and error is None:
                    try:
                        outcome.reading = await until_ended(client, context, quota, job, say)
                    except ZcbulkError as unread:
                        outcome.unread = unread
            elif where is Stage.WAITS:
                print_error(
                    f"{insertion.label}: queued. An open dashboard creates its job when the "
                    f"form's slot is free; to see the queue: {command('queue', settings.profile)}"
                )
            else:
                print_error(_stays(insertion, settings.profile))


def _stays(insertion: Insertion, profile: str) -> str:
    return f"{insertion.label} stays in the queue: {command('queue', profile)}"


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
    if insertion.is_over and insertion.starts and insertion.ref is not None:
        error = _start_failure(context, insertion, profile)
    elif file is not None and file.stage is Stage.HELD and where is Stage.WAITS:
        where = Stage.HELD
        error = RefusedError(
            "Nothing was sent",
            f"The job before it in the form, {file.slot.ended_badly}, ended badly.",
            f"To let it go on nevertheless: {command(f'queue go-on {insertion.key[:8]}', profile)}",
        )
    return Result(insertion, where, error)


def _start_failure(
    context: ProfileContext, insertion: Insertion, profile: str
) -> ZcbulkError | None:
    """Returns why a job was not started, or may not have been; None where it was."""
    job = _job_of(insertion)
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


def _job_of(insertion: Insertion) -> WatchedJob | None:
    if insertion.ref is None:
        return None
    return WatchedJob(insertion.ref, insertion.label, insertion.queued_at)
