"""What people look up of the past."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from zcbulk_tui.domain.insertion import queued_files
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.lineage import Chain, chains
from zcbulk_tui.domain.records import EventKind, History, Record
from zcbulk_tui.domain.snapshot import Listed
from zcbulk_tui.store import control_log, log_rows
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.recall import last_commands, load_watch_list
from zcbulk_tui.store.rows import JOB, READING, THE_JOB, key, to_job, to_millis, to_reading
from zcbulk_tui.store.watch_list import WatchList


class Archive:
    """The memory of a profile, as people read it.

    Every method raises `ConfigError` where it cannot be read.

    Args:
        database: Keeps it.
        profile: Whose memory.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile

    def jobs(self) -> list[WatchedJob]:
        """Returns the watch list, in its order."""
        return WatchList(self._database, self._profile).jobs()

    def history(self, ref: JobRef) -> History | None:
        """Returns all that is remembered of a job; None of one that was never watched."""
        name = key(self._profile, ref)
        sql = f"SELECT id, {JOB} FROM jobs WHERE id = {THE_JOB}"
        jobs = self._database.read(lambda row: (row[0], to_job(row[1:])), sql, name)
        if not jobs:
            return None
        ((number, job),) = jobs
        readings = f"SELECT {READING} FROM readings WHERE job = ? ORDER BY at, id"
        events = (
            f"SELECT {log_rows.EVENT} FROM {log_rows.EVENTS}"
            f" WHERE events.job = ? AND {_TELLING} ORDER BY events.at, events.id"
        )
        commands = f"{control_log.SELECT} WHERE control.job = ? ORDER BY control.at"
        insertion = Insertions(self._database, self._profile).of_job(ref)
        return History(
            job,
            tuple(self._database.read(to_reading, readings, (number,))),
            tuple(self._database.read(log_rows.to_event, events, (number,))),
            tuple(self._database.read(control_log.to_record, commands, (number,))),
            insertion,
        )

    def chains(self) -> dict[JobRef, Chain]:
        """Returns the chain of each job of the watch list that belongs to one."""
        jobs = load_watch_list(self._database, self._profile)
        queue = Insertions(self._database, self._profile).open()
        if not any(it.job.repairs for it in jobs) and not any(it.repairs for it in queue):
            return {}
        sent = last_commands(self._database, self._profile)
        listed = [
            Listed(self._profile, replace(it, command=sent[it.ref].command))
            if it.ref in sent
            else Listed(self._profile, it)
            for it in jobs
        ]
        found = chains(listed, {self._profile: queued_files(queue)})
        return {key.ref: chain for key, chain in found.items()}

    def log(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Returns entries of the log, newest first.

        Args:
            since: No entry from before this moment; aware.
            before: Only entries from before this moment; aware.
            limit: The newest of these only.
        """
        values = {
            "profile": self._profile,
            "since": to_millis(since) if since else -(2**62),
            "before": to_millis(before) if before else 2**62,
            "limit": -1 if limit is None else limit,
        }
        entries: list[Record] = [
            *self._read(log_rows.to_event, "events", _EVENTS, values),
            *self._read(log_rows.to_call, "calls", _CALLS, values),
            *self._read(control_log.to_record, "control", _COMMANDS, values),
        ]
        entries.sort(key=lambda record: record.at, reverse=True)
        return list(islice(entries, limit))

    def _read(
        self,
        make: Callable[[tuple[Any, ...]], Record],
        table: str,
        select: str,
        values: dict[str, Any],
    ) -> list[Record]:
        return self._database.read(
            make,
            f"{select} {table}.profile = :profile AND {table}.at >= :since"
            f" AND {table}.at < :before ORDER BY {table}.at DESC LIMIT :limit",
            values,
        )


_TELLING = f"events.kind != '{EventKind.COMMAND}'"
"""The outcome of a command stands in its record; the event only has other windows look there."""

_EVENTS = f"SELECT {log_rows.EVENT} FROM {log_rows.EVENTS} WHERE {_TELLING} AND"
_CALLS = f"SELECT {log_rows.CALL} FROM {log_rows.CALLS} WHERE"
_COMMANDS = f"{control_log.SELECT} WHERE"
