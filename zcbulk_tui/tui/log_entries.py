"""The entries of the log: read a page at a time, filtered, and joined by what happens."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from zcbulk_tui.domain.records import CallRecord, ControlRecord, JobEvent, Record
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.render import log
from zcbulk_tui.render.terms import Term, matches

_PAGE = 500
"""Entries that are read at once."""

_MOST_NEWER = 10_000
"""Entries that may join those that keys have read; with more, the oldest go: a log that is left
open for weeks would hold them all."""

_LATE = timedelta(minutes=2)
"""A call is known when it has ended, and then stands where it began: at most so long ago."""

_UNSETTLED = timedelta(hours=1)
"""For so long it is looked up what became of a command."""

_SHORTEST = timedelta(milliseconds=1)
"""Moments closer together than this are not distinguished where the log is kept."""


class LogEntry(NamedTuple):
    """A record, and what is worked out of it once."""

    record: Record
    at: datetime
    key: tuple[object, ...]
    sought: log.Searchable


def _read(record: Record) -> LogEntry:
    key: tuple[object, ...]
    match record:
        case JobEvent():
            # Not the error: two that were read from the same row are not equal.
            key = (record.kind, record.at, record.ref, record.text)
        case CallRecord():
            key = (record.cause, record.at, record.ref, record.request)
        case ControlRecord():
            key = (record.key,)
    return LogEntry(record, record.at, key, log.searchable(record))


class LogEntries:
    """What has been read of the log.

    Attributes:
        loaded: All of it, newest first.
        shown: Those that pass the filter.
        complete: Whether there is nothing older.
        trouble: Why the last attempt to read failed.
    """

    def __init__(self, load: Callable[..., list[Record]]) -> None:
        self._load = load
        self._keys: set[tuple[object, ...]] = set()
        self._terms: tuple[Term, ...] = ()
        self._calls = True
        self._read_back = 0
        self.loaded: list[LogEntry] = []
        self.shown: list[LogEntry] = []
        self.complete = False
        self.trouble: ConfigError | None = None

    def sift(self, terms: tuple[Term, ...], *, calls: bool) -> None:
        """Takes another filter."""
        self._terms, self._calls = terms, calls
        self.shown = self._passing(self.loaded)

    def _passing(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        terms, calls = self._terms, self._calls
        if not calls:
            entries = [entry for entry in entries if entry.sought.kind != log.CALL]
        return [entry for entry in entries if not terms or matches(terms, entry.sought)]

    def read_older(self) -> None:
        """Reads the next page, the first one at first."""
        before = self.loaded[-1].at if self.loaded else None
        # A page may have ended between entries of the same moment.
        entries = self._try(before=before and before + _SHORTEST, limit=_PAGE)
        if before and len(entries) == _PAGE and not self._fresh(entries):
            entries = self._try(before=before, limit=_PAGE)
        if self.trouble is not None:
            return
        self.complete = len(entries) < _PAGE
        fresh = self._fresh(entries)
        self._keys.update(entry.key for entry in fresh)
        self.loaded += fresh
        self._read_back = len(self.loaded)
        self.shown += self._passing(fresh)

    def read_newer(self, now: datetime) -> bool:
        """Reads what has come since; returns whether there is anything to show of it."""
        newest = min(self.loaded[0].at, now)
        recent = takewhile(lambda entry: entry.at > newest - _UNSETTLED, self.loaded)
        unsettled = (entry.at for entry in recent if _is_unsettled(entry.record))
        since = min([newest - _LATE, *unsettled])
        read = {entry.key: entry for entry in self._try(since=since)}
        known = {entry.key: entry for entry in self.loaded if entry.key in read}
        if all(key in known and known[key].sought == read[key].sought for key in read):
            return False
        self._keys.update(read)
        kept = [entry for entry in self.loaded if entry.key not in read]
        self.loaded = sorted([*read.values(), *kept], key=lambda entry: entry.at, reverse=True)
        self._forget_oldest(self._read_back + _MOST_NEWER)
        self.shown = self._passing(self.loaded)
        return True

    def _forget_oldest(self, most: int) -> None:
        """Drops the oldest entries beyond so many; they can be read again."""
        if len(self.loaded) > most:
            self._keys.difference_update(entry.key for entry in self.loaded[most:])
            del self.loaded[most:]
            self.complete = False

    def place_of(self, entry: LogEntry) -> int:
        """Returns where an entry is among those shown, or else the next older one."""
        keys = (place for place, other in enumerate(self.shown) if other.key == entry.key)
        older = (place for place, other in enumerate(self.shown) if other.at <= entry.at)
        return next(keys, next(older, len(self.shown) - 1))

    def _fresh(self, entries: list[LogEntry]) -> list[LogEntry]:
        return [entry for entry in entries if entry.key not in self._keys]

    def _try(self, **bounds: datetime | int | None) -> list[LogEntry]:
        self.trouble = None
        try:
            return [_read(record) for record in self._load(**bounds)]
        except ConfigError as error:
            self.trouble = error
            return []


def _is_unsettled(record: Record) -> bool:
    return isinstance(record, ControlRecord) and not record.is_settled
