"""What a window keeps, and what it learns from the others on the same database."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zcbulk_tui.domain.form_past import FormPast
from zcbulk_tui.domain.job import JobReading, JobRef, WatchedJob
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.windows import News, Recalled
from zcbulk_tui.errors import ConfigError, HeldError
from zcbulk_tui.store import control_log, recall, watch_list
from zcbulk_tui.store.command_lock import CommandLock
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.faults import is_busy
from zcbulk_tui.store.form_past import FormPasts
from zcbulk_tui.store.log_rows import (
    EVENTS_SINCE,
    KEEP_CALL,
    KEEP_EVENT,
    KEEP_EVENT_OF_ALL,
    call_values,
    event_values,
    to_event,
)
from zcbulk_tui.store.queue_stops import QueueStops
from zcbulk_tui.store.rows import (
    KEEP_READING,
    KNOW_JOB,
    PUT_LAST,
    READINGS_SINCE,
    THE_JOB,
    job_values,
    key,
    reading_values,
    to_news,
)
from zcbulk_tui.store.windows import NoWindow, Windows

if TYPE_CHECKING:
    import sqlite3

_PATIENCE = 5.0
"""Seconds that a command waits for another process that writes: without that, two might be sent."""

_WANT = f"INSERT OR IGNORE INTO wanted (by_window, job) VALUES (:window, {THE_JOB})"

_WISHES = "SELECT by_window, job FROM wanted WHERE by_window IN (SELECT id FROM windows)"

_WANT_NO_MORE = f"DELETE FROM wanted WHERE by_window = :window AND job = {THE_JOB}"


class Memory:
    """The memory of a profile, for one window.

    While the database fails, what is written is kept for later, and nothing is learnt.

    Args:
        database: Keeps everything.
        profile: Whose memory.
        windows: This window among the others.
        shows_list: Whether the window shows the watch list, and adds to it; else it shows the
            jobs that it shows itself, for as long as it is open.
    """

    def __init__(
        self,
        database: Database,
        profile: str,
        windows: Windows | NoWindow,
        *,
        shows_list: bool = True,
    ) -> None:
        self._database = database
        self.profile = profile
        self._windows = windows
        self._shows_list = shows_list
        self._list = watch_list.WatchList(database, profile)
        self._command_lock = CommandLock(database.shared_folder)
        self._form_pasts = FormPasts(database, profile)
        self._last_reading, self._last_event = self._newest()
        self._is_behind = False
        self._wanted: list[tuple[Any, ...]] = []
        # What is written into a file that is begun anew where the old one cannot be read.
        self._jobs: dict[JobRef, WatchedJob] = {}
        self._listed: dict[JobRef, tuple[bool, bool]] = {}
        self._commands: dict[JobRef, ControlRecord] = {}
        self._began_anew = database.begun_anew
        self._to_want: list[WatchedJob] = []
        database.on_new_file.append(self._write_anew)

    @property
    def trouble(self) -> str | None:
        """Why what is written is not kept, as one line; None while it is."""
        return self._database.trouble

    def add(self, *jobs: WatchedJob) -> None:
        """Puts jobs on the list that this window shows, all or none.

        Raises:
            ConfigError: It cannot be written; the list is as it was.
        """
        if self._shows_list:
            self._list.add_all(jobs)
        else:
            self.want(jobs)

    def adopt(self, other: str, jobs: Iterable[WatchedJob]) -> None:
        """Moves jobs of another profile to the list of this one; raises as `add` does."""
        self._list.adopt(other, jobs)

    def want(self, jobs: Iterable[WatchedJob]) -> None:
        """Has jobs polled for as long as this window is open; raises as `add` does."""
        with self._database.transaction() as connection:
            for job in jobs:
                connection.execute(KNOW_JOB, job_values(self.profile, job))
                connection.execute(_WANT, self._named(job.ref))

    def know(self, jobs: Iterable[WatchedJob]) -> None:
        """Makes sure that jobs can be remembered, though they may not be on the list; no error."""
        for job in jobs:
            self._database.write_later(KNOW_JOB, job_values(self.profile, job))

    def edit(self, job: WatchedJob) -> None:
        """Keeps what the user says of a job; raises as `add` does."""
        self._list.edit(job)
        if job.ref in self._jobs:
            self._jobs[job.ref] = job

    def remove(self, ref: JobRef) -> int | None:
        """Takes a job off the list that this window shows.

        Returns:
            Its place on the watch list, for `put_back`; None where it has none.

        Raises:
            ConfigError: It cannot be written; the list is as it was.
        """
        if self._shows_list:
            return self._list.remove(ref)
        with self._database.transaction() as connection:
            connection.execute(_WANT_NO_MORE, self._named(ref))
        return None

    def put_back(self, jobs: Iterable[tuple[WatchedJob, int | None]]) -> None:
        """Puts jobs back to their places on the watch list; raises as `add` does."""
        self._list.put_back(jobs)

    def replace(self, ref: JobRef, job: WatchedJob) -> None:
        """Puts a job in the place of another one on the watch list; raises as `add` does."""
        self._list.replace(ref, job)

    def polled(self, *, of_list: bool | None = None) -> Mapping[JobRef, bool]:
        """Returns the jobs that are polled, and whether this window shows them.

        They are those of all windows: one window polls for all.

        Args:
            of_list: Whether those of the watch list are among them; None for yes, unless this
                window yields: while it polls, nobody looks at the list.

        Raises:
            ConfigError: They cannot be read.
        """
        if self._to_want and self._windows.number:
            self.want(self._to_want)
            self._to_want = []
        if of_list is None:
            of_list = not self._windows.yields
        number = self._windows.number
        found = recall.polled(self._database, self.profile, number, of_list=of_list)
        self._listed = found
        self._jobs = {ref: job for ref, job in self._jobs.items() if ref in found}
        return {
            ref: wanted or (listed and self._shows_list) for ref, (listed, wanted) in found.items()
        }

    def recall(self, refs: Collection[JobRef] | None = None) -> list[Recalled]:
        """Returns what is known of jobs that are polled; None for all; raises nothing."""
        try:
            shown = self.polled()
            asked = shown.keys() if refs is None else refs
            snapshots = recall.in_full(self._database, self.profile, asked)
            commands = recall.last_commands(self._database, self.profile)
        except ConfigError:
            return []
        self._jobs.update((snapshot.ref, snapshot.job) for snapshot in snapshots)
        self._commands.update(commands)
        return [
            Recalled(snapshot, commands.get(snapshot.ref), shown.get(snapshot.ref, False))
            for snapshot in snapshots
        ]

    def known(self, job: WatchedJob) -> JobSnapshot:
        """Returns what is known of a job, whether it is polled or not; raises nothing."""
        with suppress(ConfigError):
            return recall.known(self._database, self.profile, job)
        return JobSnapshot(job)

    def form_past(self, ref: JobRef) -> FormPast | None:
        """Returns what past jobs of a job's form show; None where there are none; no error."""
        return self._form_pasts.of(ref)

    def last_command(self, ref: JobRef) -> ControlRecord | None:
        """Returns the last start or abort of a job, by whatever profile; raises nothing."""
        return next(iter(self.commands_of(ref)), None)

    def commands_of(self, ref: JobRef) -> list[ControlRecord]:
        """Returns the commands of a job, by whatever profile, the last first; raises nothing."""
        with suppress(ConfigError):
            return recall.commands_of(self._database, ref)
        return []

    def in_the_way(self, record: ControlRecord) -> ControlRecord | None:
        """Returns the command that another one may not follow yet; raises nothing."""
        with suppress(ConfigError):
            rows = self._database.rows(control_log.IN_THE_WAY, control_log.values(record))
            return next(map(control_log.to_record, rows), None)
        return None

    def news(self) -> News:
        """Returns what others have written since the last call; raises nothing."""
        self._is_behind |= self._database.changed_by_others()
        self._release_command_lock()
        self._form_pasts.look_again()
        is_new = self._began_anew != self._database.begun_anew
        if not self._windows.number or not (self._is_behind or is_new):
            return News()
        if is_new:
            self._began_anew = self._database.begun_anew
            self._last_reading, self._last_event = self._newest()
            return News(is_any=True, other_wishes=True)
        values = {"profile": self.profile, "window": self._windows.number}
        try:
            read = self._database.rows(READINGS_SINCE, {**values, "last": self._last_reading})
            events = self._database.rows(EVENTS_SINCE, {**values, "last": self._last_event})
            wanted = self._database.rows(_WISHES)
        except ConfigError:
            return News()
        self._is_behind = False
        if read:
            self._last_reading = read[-1][0]
        if events:
            self._last_event = events[-1][0]
        before, self._wanted = self._wanted, wanted
        try:
            with self._database.making_sense():
                happened = [(row[1], to_event(row[2:], is_news=True)) for row in events]
                readings = [to_news(row[1:]) for row in read]
        except ConfigError:
            return News()  # the next start has more to say of it
        for ref, reading in readings:
            self._form_pasts.note(ref, reading)
        return News(
            readings,
            [event for _, event in happened],
            frozenset(
                event.ref
                for window, event in happened
                if event.ref and event.kind is EventKind.COMMAND and not window
            ),
            is_any=True,
            other_wishes=wanted != before,
        )

    def read(self, ref: JobRef, reading: JobReading) -> None:
        """Keeps a reading; raises nothing."""
        values = reading_values(self.profile, self._windows.number, ref, reading)
        self._database.write_later(KEEP_READING, values)
        self._form_pasts.note(ref, reading)

    def happened(self, event: JobEvent) -> None:
        """Keeps an event; raises nothing."""
        values = event_values(self.profile, self._windows.number, event)
        self._database.write_later(KEEP_EVENT if event.ref else KEEP_EVENT_OF_ALL, values)

    def called(self, record: CallRecord) -> None:
        """Keeps what there is to say of a call; raises nothing."""
        self._database.write_later(KEEP_CALL, call_values(self.profile, record))

    def begin(self, record: ControlRecord, stops: QueueStops | None = None) -> None:
        """Keeps a command that is about to be sent, if none stands in its way.

        Both is one transaction, so that of several processes one alone sends it. Where nothing can
        be written, as on a full disk, the command is kept for later, and may be sent by the one
        process that has the lock.

        Args:
            record: The command.
            stops: What keeps the queue from sending it; None where a user sends it.

        Raises:
            HeldError: Another command or a stop stands in its way, another process is at the memory
                for too long, or another one alone may send commands; nothing is kept.
            ConfigError: Whether the queue is stopped cannot be read; nothing is kept.
        """
        is_shared = self._database.never_kept is None
        if not (self._command_lock.share() if is_shared else self._command_lock.take_alone()):
            raise _not_alone(self.trouble)
        try:
            self._record(record, stops)
        except ConfigError as error:
            if error.__cause__ is not None and is_busy(error.__cause__):
                raise HeldError("Nothing was sent", error.title, "Try again.") from error
            if not self._command_lock.take_alone():
                raise _not_alone(error.cause) from error
            for known in self.commands_of(record.job.ref):
                if known.is_unclear:
                    raise known.held() from error
            if stops is not None:
                stops.check()
            self.commanded(record)
        finally:
            self._release_command_lock()
        self._commands[record.job.ref] = record

    def _record(self, record: ControlRecord, stops: QueueStops | None) -> None:
        with self._database.transaction(durable=True, patience=_PATIENCE) as connection:
            if stops is not None:
                stops.check(connection)
            connection.execute(KNOW_JOB, job_values(self.profile, record.job))
            values = control_log.values(record)
            for row in connection.execute(control_log.IN_THE_WAY, values).fetchall():
                raise control_log.to_record(row).held()
            connection.execute(control_log.KEEP, values)

    def _release_command_lock(self) -> None:
        """Gives the lock up, unless this process knows of commands that others do not."""
        if not self._database.pending_writes and self._database.never_kept is None:
            self._command_lock.release()

    def commanded(self, record: ControlRecord) -> None:
        """Keeps a start or an abort, or what more is known of it; raises nothing."""
        values = control_log.values(record)
        self._commands[record.job.ref] = record
        self._database.write_later(KNOW_JOB, job_values(record.profile, record.job))
        # What is pending of this record is older, and must not be written over what is known now.
        self._database.flush()
        if not self._database.pending_writes:
            with suppress(ConfigError):
                with self._database.transaction(durable=True) as connection:
                    connection.execute(control_log.KEEP, values)
                    connection.execute(control_log.STARTED, values)
                return
        self._database.write_later(control_log.KEEP, values)
        self._database.write_later(control_log.STARTED, values)

    def _write_anew(self, connection: "sqlite3.Connection") -> None:
        """Writes what this window knows into a file that is begun anew, where it lacks that."""
        for ref, job in self._jobs.items():
            known = connection.execute(KNOW_JOB, job_values(self.profile, job))
            listed, _ = self._listed.get(ref, (False, False))
            # One that the file knows was taken off the list by somebody, if it is not on it.
            if listed and known.rowcount == 1:
                connection.execute(PUT_LAST, key(self.profile, ref))
        for record in self._commands.values():
            connection.execute(KNOW_JOB, job_values(record.profile, record.job))
            connection.execute(control_log.KEEP, control_log.values(record))
        # This window has no number yet in that file.
        self._to_want = [
            self._jobs[ref]
            for ref, (_, wanted) in self._listed.items()
            if wanted and ref in self._jobs
        ]

    def _named(self, ref: JobRef) -> dict[str, Any]:
        return {**key(self.profile, ref), "window": self._windows.number}

    def _newest(self) -> tuple[int, int]:
        try:
            ((last_reading, last_event),) = self._database.rows(
                "SELECT (SELECT ifnull(max(id), 0) FROM readings),"
                " (SELECT ifnull(max(id), 0) FROM events)"
            )
        except ConfigError:
            return 0, 0
        return last_reading, last_event


def _not_alone(why: str | None) -> HeldError:
    return HeldError(
        "Nothing was sent",
        "Commands cannot be recorded, and another zcbulk-tui has sent one meanwhile: it alone may "
        f"send more. {why or ''}".rstrip(),
        "Use that one, or see to it that the state folder can be written.",
    )
