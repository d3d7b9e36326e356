"""What the window that polls publishes for those without a terminal."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from zcbulk_tui.domain.insertion import QueuedFile
from zcbulk_tui.domain.publication import TRUSTED, Publication, Stamp
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.errors import ConfigError, FaultError, ZcbulkError
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.parts import Part
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder

EVERY = 30.0
"""Seconds between two looks whether there is anything new to publish."""

_TAKES_OVER = 5.0
"""Seconds between two looks whether it is this window that polls."""

_RENEWED = TRUSTED / 2
"""After this time all is written anew, so that it may be trusted though nothing has changed."""

Render = Callable[[Publication, Stamp], Mapping[str, str]]
"""Returns the files, by their names, with these times on them."""

Write = Callable[[Mapping[str, str]], None]
"""Writes the files; raises `ConfigError` where that cannot be."""


class Publisher(Part):
    """Publishes the list of a profile while this window polls.

    Args:
        monitor: Has the jobs.
        context: Where this window works.
        render: Makes the files; it runs in a thread.
        write: Writes them; it runs in a thread.
        files: Returns the files on their way.
        now: The time of day; aware.
    """

    part = "page"
    without_it = "The page is not written any more."

    def __init__(
        self,
        monitor: Monitor,
        context: ProfileContext,
        render: Render,
        write: Write,
        *,
        files: Callable[[], tuple[QueuedFile, ...]],
        now: Callable[[], datetime],
    ) -> None:
        self._monitor = monitor
        self._profile = context.profile
        self._render = render
        self._write = write
        self._files = files
        self._now = now
        self._recorder = Recorder(context.memory, now)
        self._last: tuple[Stamp, Mapping[str, str]] | None = None
        self._trouble: str | None = None

    async def run(self) -> None:
        """Publishes until cancelled."""
        while True:
            if self._monitor.polls_for_all:
                await self._look()
                await asyncio.sleep(EVERY)
            else:
                self._last = None
                self._note(None)
                await asyncio.sleep(_TAKES_OVER)

    async def _look(self) -> None:
        publication = Publication(
            self._profile,
            tuple(self._monitor.snapshots()),
            self._monitor.service.own,
            self._now(),
            self._files(),
        )
        stamp = Stamp.at(publication.now)
        try:
            made = await asyncio.to_thread(self._made, publication, stamp)
            # The thread may have taken its time, and another window this one's place.
            if made is None or not self._monitor.polls_for_all:
                return
            await asyncio.to_thread(self._write, made)
        except ConfigError as error:
            self._fail(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the monitor goes on without it
            self._fail(FaultError.of("The page", error))
            return
        self._last = stamp, made
        self._note(None)

    def _fail(self, error: ZcbulkError) -> None:
        # What is there may be of two moments now: all of it is written with the next look.
        self._last = None
        self._note(error)

    def _note(self, error: ZcbulkError | None) -> None:
        """Says once that nothing can be published, and once that it can be again."""
        before, self._trouble = self._trouble, None if error is None else error.title
        if self._trouble == before:
            return
        self._monitor.service.note_unpublished(None if error is None else str(error))
        if error is not None:
            self._recorder.event(EventKind.PUBLISH, error.title, error=error)
        elif self._monitor.polls_for_all:
            self._recorder.event(EventKind.PUBLISH, "The page is written again")

    def _made(self, publication: Publication, new: Stamp) -> Mapping[str, str] | None:
        """The files; None where they would show what those show that are there."""
        if self._last is not None:
            stamp, there = self._last
            age = publication.now - stamp.written_at
            same = self._render(publication, stamp) == there
            # What is older than now was written by a clock that was set back since.
            if same and timedelta(0) <= age < _RENEWED:
                return None
        return self._render(publication, new)
