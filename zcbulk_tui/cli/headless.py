"""A window without a screen: it does what a dashboard does, until the night is over."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from zcbulk_tui.cli import connection, event_loop, state
from zcbulk_tui.cli.event_lines import EventLines
from zcbulk_tui.cli.night_report import gather
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.report import NightReport
from zcbulk_tui.errors import OutputError, ZcbulkError
from zcbulk_tui.monitor.events import Event, NightChanged, PartFailed
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.render.night import end
from zcbulk_tui.render.report import first_line, needs
from zcbulk_tui.store.database import Database
from zcbulk_tui.tui.connection import Connection

NEEDS_A_PERSON, ENDED_BADLY = 10, 11
"""Exit codes of a night that was not all well."""

_PATIENCE = 3600.0
"""Seconds for which the report is tried to be written."""


class _Sink(EventLines):
    """Prints what happens, and learns how the night stands.

    Attributes:
        is_over: Set once the night has ended, or nothing here ends it any more.
        is_reported: Set once its report is written, or nothing here writes it any more.
        fault: Why a part has ended before its time; None where none has.

    Args:
        night: The night.
    """

    def __init__(self, night: Night) -> None:
        super().__init__(_print, _now)
        self.is_over = asyncio.Event()
        self.is_reported = asyncio.Event()
        self.fault: ZcbulkError | None = None
        self._awaited = night.id

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        super().publish(event)
        if isinstance(event, NightChanged) and event.ended and event.ended.id == self._awaited:
            self.is_over.set()
            if event.ended.reported_at is not None:
                self.is_reported.set()
        elif isinstance(event, PartFailed):
            self.fault = event.error
            if event.part == NightWatch.part:  # nothing ends the night any more, nor reports it
                self.is_over.set()
                self.is_reported.set()


def run(settings: Settings, jobs: Sequence[WatchedJob] | None, night: Night) -> int:
    """Watches jobs, works the queue and fetches results until a night is over.

    Args:
        settings: Those of the profile.
        jobs: The jobs to watch; None for the watch list.
        night: The night; it may be ended by another window.

    Returns:
        The exit code: 0 where nothing needs a person.

    Raises:
        ZcbulkError: It cannot go on.
    """
    ending, not_saved = event_loop.Ending(), list[str]()
    try:
        code = event_loop.run(_watch(settings, jobs, night, ending, not_saved))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        print_error(
            f"Ended before its time. The night stays armed until {end(night, _now())}: any "
            "dashboard goes on with it, and so does the same command, given again. To disarm it: "
            f"{command('watch --until off', settings.profile)}"
        )
        if isinstance(error, KeyboardInterrupt):
            raise
        return 128 + (ending.signal or signal.SIGTERM)
    finally:
        for said in not_saved:
            print_error(said)
    return code


async def _watch(
    settings: Settings,
    jobs: Sequence[WatchedJob] | None,
    night: Night,
    ending: event_loop.Ending,
    not_saved: list[str],
) -> int:
    with event_loop.cancelled_by_signals(ending):
        opened, _ = state.open_with_list(settings.profile)
        if opened.problem is not None:
            opened.database.close()
            raise opened.problem
        sink = _Sink(night)
        window = connection.connect(settings, opened.database, jobs, sink, not_saved)
        try:
            window.monitor.watch(window.jobs)
            window.monitor.set_focus(focused=False)
            try:
                async with asyncio.TaskGroup() as tasks:
                    running = [tasks.create_task(run()) for run in window.tasks]
                    running.append(tasks.create_task(window.monitor.run()))
                    is_written = await _until_over(sink)
                    for task in running:
                        task.cancel()
            except BaseExceptionGroup as group:
                raise event_loop.first_of(group) from None
            if window.night is not None and window.night.fault is not None:
                raise window.night.fault
            code = _end(settings, opened.database, night, window, is_written=is_written)
            return code or (0 if sink.fault is None else sink.fault.exit_code)
        finally:
            await window.close()


async def _until_over(sink: _Sink) -> bool:
    """Waits for the end of the night and its report; returns whether that was written."""
    await sink.is_over.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):  # wait_for may lose a cancellation (Python 3.11)
            await sink.is_reported.wait()
    return sink.is_reported.is_set()


def _end(
    settings: Settings,
    database: Database,
    night: Night,
    window: Connection,
    *,
    is_written: bool,
) -> int:
    """Says how the night went; returns the exit code."""
    no_token = window.monitor.service.own.no_token
    now = _now()
    report = gather(
        database,
        settings.profile,
        night.began_at,
        now,
        now,
        no_token=no_token.title if no_token is not None else "",
    )
    _print(first_line(report))
    if not is_written:
        trouble = window.night.trouble if window.night is not None else None
        if trouble is not None:
            print_error(str(trouble))
    return exit_code(report) or (0 if is_written else OutputError.exit_code)


def exit_code(report: NightReport) -> int:
    """Returns the exit code of a night: by the worst end of a job, or by what needs a person."""
    if report.ended_badly:
        return ENDED_BADLY
    return NEEDS_A_PERSON if needs(report) else 0


def _print(text: str) -> None:
    print(text, flush=True)


def _now() -> datetime:
    return datetime.now(UTC)
