"""Waiting until jobs have ended: a window without a screen, for the commands that wait.

It shares memory, planner and calls with the dashboards on its profile. While one of them is open,
that one polls, and the wait follows; else the wait polls by itself, and only what is waited for.
"""

import asyncio
import shlex
import signal
from abc import ABC, abstractmethod
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from zcbulk_tui.cli import context, event_loop, state
from zcbulk_tui.cli.client import make_client, warn_of_proxies
from zcbulk_tui.cli.contracts import printing_watch
from zcbulk_tui.cli.event_loop import Ending, handled_signals
from zcbulk_tui.cli.output import has_reader, print_error
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain import planner
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.spans import read_span
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.errors import UnreadableError, UsageError, ZcbulkError
from zcbulk_tui.monitor.clock import awake_and_asleep
from zcbulk_tui.monitor.events import JobChanged
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.until_ended import Change, UntilEnded
from zcbulk_tui.store import opening
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.windows import NoWindow

EXIT_CODES = """\
exit codes of a wait, the worst first; of several jobs, the worst counts:
  3 sign-in, 1 Zoho does not know the job, 11 aborted, failed or expired,
  12 timeout, 10 completed with failed records, 0 completed without;
  130 interrupted by Ctrl-C, 143 by TERM, 129 by a lost terminal.
The jobs go on at Zoho, however the wait ends."""

_NAMED_AT_MOST = 20
"""Jobs that the command to wait again names; of more, it would be too long to type."""


class Report(ABC):
    """What whoever waits is shown: each change, and on a terminal what stands there.

    Attributes:
        pace: Seconds after which it is drawn anew, though nothing has changed; None for never.
    """

    pace: float | None = None

    @abstractmethod
    def changed(self, change: Change) -> None:
        """Shows a change."""

    # What follows is for those that draw in place.

    def draw(self, snapshots: Sequence[JobSnapshot]) -> None:  # noqa: B027 - most draw nothing
        """Draws what stands on a terminal, where that has changed."""

    def resumed(self) -> None:  # noqa: B027
        """Takes that another program may have drawn on the terminal."""

    def close(self, snapshots: Sequence[JobSnapshot]) -> None:  # noqa: B027
        """Leaves the terminal."""


class Waited(NamedTuple):
    """How a wait has ended.

    Attributes:
        profile: Whose jobs.
        exit_code: That of a command that has done nothing else.
        snapshots: What is known of each job.
        is_stopped: Whether a signal has ended it.
    """

    profile: str
    exit_code: int
    snapshots: Sequence[JobSnapshot]
    is_stopped: bool


def result_of(snapshot: JobSnapshot) -> JobReading | ZcbulkError:
    """Returns the last reading of a job, or why there is none."""
    if snapshot.fault is not None and not snapshot.is_final:
        return snapshot.fault.error
    return snapshot.last or UnreadableError("It was not read yet")


class TakesArguments(Protocol):
    """A parser, or a group of its arguments."""

    def add_argument(self, *names: str, action: str, help: str) -> object:
        """Adds an argument."""


def add_wait(parser: TakesArguments) -> None:
    """Adds ``--wait`` to another command."""
    parser.add_argument(
        "--wait",
        action="store_true",
        help="wait until the jobs have ended; the exit code says how",
    )


def add_timeout(parser: ArgumentParser) -> None:
    """Adds how long to wait at most."""
    parser.add_argument(
        "--timeout",
        metavar="SPAN",
        type=_timeout,
        help="wait no longer than this: 90s, 30m, 2h, 1d (default: until the end)",
    )


def check_arguments(arguments: Namespace) -> None:
    """Looks whether what was typed fits together.

    Raises:
        UsageError: There is a timeout, and nothing that it limits.
    """
    if arguments.timeout is not None and not arguments.wait:
        raise UsageError("--timeout is for a wait", next_step="Add --wait.")


def options_of(arguments: Namespace) -> str:
    """Returns what belongs to the command to wait again, beside the names of the jobs."""
    words = [f"--environment {arguments.environment}"] if arguments.environment else []
    if getattr(arguments, "any", False):
        words.append("--any")
    return " ".join(words)


def _timeout(text: str) -> timedelta:
    span = read_span(text)
    if span is None or not span:
        raise ArgumentTypeError(f"“{one_line(text, 40)}” is no span: 90s, 30m, 2h, 1d")
    return span


def wait(
    settings: Settings,
    jobs: Sequence[WatchedJob],
    report: Report,
    *,
    names: Sequence[str] = (),
    options: str = "",
    any_ends: bool = False,
    timeout: timedelta | None = None,
) -> Waited:
    """Waits until jobs have ended, and says how to come back where it ends before.

    Args:
        settings: The configuration.
        jobs: The jobs; one at least.
        report: Shows how it goes.
        names: What the jobs are called in the command to wait again; their ids where it is empty.
        options: What else belongs to that command.
        any_ends: Whether the first job that ends is the end of it.
        timeout: How long to wait at most; None for as long as it takes.

    Raises:
        ZcbulkError: Nothing can be waited for.
    """
    ending = Ending()

    def changed(change: Change) -> None:
        report.changed(change)
        if not has_reader() and ending.signal is None:
            ending.signal = signal.SIGPIPE
            loop = asyncio.get_running_loop()
            loop.call_soon(following.interrupt, 128 + signal.SIGPIPE)

    following = UntilEnded(jobs, changed, any_ends=any_ends)
    event_loop.run(_wait(settings, following, report, timeout, ending))
    left = [following.snapshots[job.ref] for job in following.open_jobs]
    is_stopped = ending.signal not in (None, signal.SIGPIPE)
    if left and (is_stopped or following.is_late):
        why = "Interrupted" if is_stopped else "Timeout"
        named = list(names) or [job.ref.job_id for job in jobs]
        words = ["wait", *map(shlex.quote, named[:_NAMED_AT_MOST]), *options.split()]
        if len(named) > _NAMED_AT_MOST:
            words = ["status", "--wait"]
        again = command(" ".join(words), settings.profile)
        # Of two names for one job, nobody knows here which one is whose.
        refs = [job.ref for job in jobs]
        called = dict(zip(refs, names, strict=True)) if len(names) == len(jobs) else {}
        start = ["start"]
        for it in filter(_waits_for_start, left):
            start.append(shlex.quote(called.get(it.ref, it.ref.job_id)))
        start += [word for word in options.split() if word != "--any"]
        stands = _how_it_stands(left, command(" ".join(start), settings.profile))
        print_error(f"{why}: {stands} To wait again: {again}")
    snapshots = list(following.snapshots.values())
    return Waited(settings.profile, following.exit_code, snapshots, ending.signal is not None)


def _waits_for_start(snapshot: JobSnapshot) -> bool:
    return snapshot.last is not None and snapshot.last.state.is_waiting


def _how_it_stands(left: Sequence[JobSnapshot], start: str) -> str:
    """What becomes of jobs that have not ended, as sentences.

    Args:
        left: The jobs.
        start: The command that starts those that are not started.
    """
    waiting, unread = sum(map(_waits_for_start, left)), sum(it.last is None for it in left)
    going = len(left) - waiting - unread
    parts = [f"{counted(going, 'job goes', 'jobs go')} on at Zoho"] if going else []
    if unread:
        parts.append(f"{counted(unread, 'job was', 'jobs were')} not read")
    if not waiting:
        return f"{', '.join(parts)}."
    parts.append(f"{counted(waiting, 'job is', 'jobs are')} not started")
    return f"{', '.join(parts)}. To start {'it' if waiting == 1 else 'these'}: {start}."


async def _wait(
    settings: Settings,
    following: UntilEnded,
    report: Report,
    timeout: timedelta | None,
    ending: Ending,
) -> None:
    loop = asyncio.get_running_loop()
    ends_at = None if timeout is None else loop.time() + timeout.total_seconds()
    opened = opening.open_store(state.memory_file(), datetime.now(UTC))
    if opened.problem is not None:
        print_error(str(opened.problem))

    def end(number: int) -> None:
        ending.signal = number
        following.interrupt(128 + number)

    def draw() -> None:
        report.draw(list(following.snapshots.values()))

    def resume() -> None:
        report.resumed()
        draw()

    handlers: dict[signal.Signals, Callable[[], None]] = {
        signal.SIGTERM: partial(end, signal.SIGTERM),
        signal.SIGHUP: partial(end, signal.SIGHUP),
        signal.SIGWINCH: draw,
        signal.SIGCONT: resume,
    }
    with closing(opened.database) as database, handled_signals(handlers):
        try:
            _take_known(settings, database, following)
            if not following.over.is_set():
                await _watch(settings, database, following, draw, report.pace, ends_at)
        except asyncio.CancelledError:  # by Ctrl-C: it ends here, in order
            end(signal.SIGINT)
        finally:
            report.close(list(following.snapshots.values()))
        if opened.problem is None and database.trouble:
            print_error(database.trouble)


def _take_known(settings: Settings, database: Database, following: UntilEnded) -> None:
    """Takes what is remembered of jobs that are over: they never change again."""
    windows = NoWindow(database, settings.profile)
    memory = context.profile_context(settings, database, windows).memory
    for job in following.open_jobs:
        known = memory.known(job)
        if known.is_final:
            following.publish(JobChanged(known))


async def _watch(
    settings: Settings,
    database: Database,
    following: UntilEnded,
    draw: Callable[[], None],
    pace: float | None,
    ends_at: float | None,
) -> None:
    """Polls, or follows who does, until the jobs have ended or the time is over."""
    state.check_signed_in(settings)
    watch = printing_watch(settings, database)
    client, network = make_client(settings, watch)
    warn_of_proxies()
    shared = context.window_context(settings, database, following.open_jobs, yields=True)
    shared = shared._replace(contract=watch.known)
    # Nobody looks at it, and still somebody waits.
    quota = context.quota_tracker(settings, database, frugal_unfocused=False)
    monitor = Monitor(
        client,
        following,
        shared,
        quota,
        rule=planner.wait,
        read_only=True,
        is_signed_in=partial(state.seems_signed_in, settings),
        elapsed=awake_and_asleep(),
    )
    monitor.set_focus(focused=False)
    monitor.watch(_recalled(shared))

    def stop(_: asyncio.Task[None]) -> None:
        following.over.set()

    running = asyncio.create_task(monitor.run())
    running.add_done_callback(stop)
    try:
        await _until_over(following, draw, pace, ends_at)
    finally:
        running.remove_done_callback(stop)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running  # raises what nobody thought of
        await network.aclose()


def _recalled(shared: ProfileContext) -> list[Recalled]:
    """What is remembered of the jobs; old refusals are tried once more, unless others poll."""
    found = shared.memory.recall()
    if shared.windows.status.poller:
        return found
    return [
        it._replace(snapshot=replace(it.snapshot, fault=None)) if it.snapshot.is_given_up else it
        for it in found
    ]


async def _until_over(
    following: UntilEnded, draw: Callable[[], None], pace: float | None, ends_at: float | None
) -> None:
    loop = asyncio.get_running_loop()
    while not following.over.is_set():
        draw()
        left = None if ends_at is None else ends_at - loop.time()
        if left is not None and left <= 0:
            following.time_out()
            return
        waits = [seconds for seconds in (left, pace) if seconds is not None]
        with suppress(TimeoutError):
            # wait_for may lose a cancellation (Python 3.11).
            async with asyncio.timeout(min(waits, default=None)):
                await following.over.wait()
