"""The insertions of a profile: the queue of files, and what became of each."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import (
    Insertion,
    QueuedFile,
    Slot,
    Stage,
    Step,
    left_alone,
    queued_files,
    same_form,
    slot_of,
    stage,
)
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, HeldError, UsageError
from zcbulk_tui.store import recall
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertion_rows import (
    NAMES,
    form_values,
    insertion_values,
    to_insertion,
    to_step,
)
from zcbulk_tui.store.process_locks import FormLocks
from zcbulk_tui.store.queue_stops import QueueStops
from zcbulk_tui.store.rows import PUT_LAST, job_values, key
from zcbulk_tui.store.watch_list import ADD

_ADD = f"""
INSERT INTO insertions (profile, place, {", ".join(NAMES)})
VALUES (:profile, (SELECT ifnull(max(place), 0) + 1 FROM insertions WHERE profile = :profile),
    {", ".join(f":{name}" for name in NAMES)})
"""

_KEEP = f"""
UPDATE insertions SET {", ".join(f"{name} = :{name}" for name in NAMES[1:])} WHERE key = :key
"""

_MAY_BEGIN = (
    "NOT is_over AND NOT EXISTS "
    "(SELECT 1 FROM queue_stops WHERE queue_stops.profile = insertions.profile)"
)

_BEGIN = {
    Step.CREATE: f"{_KEEP} AND {_MAY_BEGIN} AND created IS NULL",
    Step.UPLOAD: f"{_KEEP} AND {_MAY_BEGIN} AND uploaded IS NULL",
}

_SELECT = f"SELECT {', '.join(NAMES)} FROM insertions"

_OPEN = f"{_SELECT} WHERE profile = ? AND NOT is_over ORDER BY place, key"

_OF_FORM = (
    f"{_SELECT} WHERE profile = :profile AND origin = :origin AND owner = :owner AND app = :app "
    "AND form = :form AND environment = :environment"
)

_LAST_OF_FORM = f"{_OF_FORM} AND job_id != '' ORDER BY place DESC LIMIT 1"

_SENT_TO_FORM = f"{_OF_FORM} AND (job_id != '' OR NOT is_over) ORDER BY place"

_CREATES = "SELECT created FROM insertions WHERE created IS NOT NULL"

_PLACES = "SELECT key, place FROM insertions WHERE key IN (?, ?)"

_PUT_AT = "UPDATE insertions SET place = ? WHERE key = ?"


class Insertions:
    """The insertions of a profile, in the order of their turns.

    Args:
        database: Keeps them.
        profile: Whose they are.

    Attributes:
        database: Keeps them.
        locks: Which process inserts into a form.
        stops: Whether all of them stand still.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self.database = database
        self._profile = profile
        self.locks = FormLocks(database.shared_folder)
        self.stops = QueueStops(database, profile)

    def add(self, insertions: Iterable[Insertion]) -> None:
        """Puts insertions at the end of the queue, all or none.

        Raises:
            ConfigError: They cannot be written; nothing is changed then.
        """
        with self.database.transaction(durable=True) as connection:
            for insertion in insertions:
                connection.execute(_ADD, {"profile": self._profile, **insertion_values(insertion)})

    def open(self) -> list[Insertion]:
        """Returns the insertions that are not over, in the order of their turns.

        Raises:
            ConfigError: They cannot be read.
        """
        return self.database.read(to_insertion, _OPEN, (self._profile,))

    def find(self, name: str) -> Insertion | None:
        """Returns the insertion with a key; None where there is none.

        Raises:
            ConfigError: It cannot be read.
        """
        found = self.database.read(to_insertion, f"{_SELECT} WHERE key = ?", (name,))
        return next(iter(found), None)

    def as_known(self, insertions: Iterable[Insertion]) -> list[Insertion]:
        """Returns insertions as far as is known of them: a step is unclear whose sender is gone.

        Nothing is written: whoever works the queue does that.

        Raises:
            ConfigError: They cannot be read.
        """
        return [self._as_known(it) for it in insertions]

    def _as_known(self, insertion: Insertion) -> Insertion:
        # Whoever sends a step holds the lock of its form.
        if stage(insertion) is not Stage.SENDING or not self.locks.take(insertion.form):
            return insertion
        try:
            found = self.find(insertion.key) or insertion  # it may have ended just before
        finally:
            self.locks.release(insertion.form)
        return left_alone(found)

    def files(self) -> set[Path]:
        """Returns the files that insertions of all profiles name.

        Raises:
            ConfigError: They cannot be read.
        """
        found = self.database.read(to_insertion, _SELECT)
        paths = ((it.upload_file.path, it.source.row_map) for it in found)
        return {path for pair in paths for path in pair if path is not None}

    def of_job(self, ref: JobRef) -> Insertion | None:
        """Returns the insertion that a job belongs to; None for a job from elsewhere; no error."""
        with suppress(ConfigError):
            sql = f"{_SELECT} WHERE job_id = ?"
            found = self.database.read(to_insertion, sql, (ref.job_id,))
            return next((it for it in found if it.ref == ref), None)
        return None

    def last_of(self, form: FormRef) -> Insertion | None:
        """Returns the last insertion of a form that has a job; None where there is none.

        Raises:
            ConfigError: It cannot be read.
        """
        values = {"profile": self._profile, **form_values(form)}
        return next(iter(self.database.read(to_insertion, _LAST_OF_FORM, values)), None)

    def of_file(self, form: FormRef, sha256: str) -> list[Insertion]:
        """Returns what was made of a file for a form, and has a job or may still get one.

        Args:
            form: The form.
            sha256: The SHA-256 of the file, in hexadecimal.

        Raises:
            ConfigError: It cannot be read.
        """
        values = {"profile": self._profile, **form_values(form)}
        found = self.database.read(to_insertion, _SENT_TO_FORM, values)
        return [it for it in found if it.source.sha256 == sha256]

    def repairs_of(self, ref: JobRef) -> list[Insertion]:
        """Returns what repairs a job, and has a job or may still get one.

        Raises:
            ConfigError: It cannot be read.
        """
        values = {"profile": self._profile, **form_values(FormRef.of(ref))}
        found = self.database.read(to_insertion, _SENT_TO_FORM, values)
        return [it for it in found if it.repairs == ref.job_id]

    def slot(self, form: FormRef, jobs: Iterable[JobSnapshot]) -> Slot:
        """Returns what stands between the files for a form and that form.

        Args:
            form: The form.
            jobs: What is known of the jobs that are watched.

        Raises:
            ConfigError: The insertions cannot be read.
        """
        known, last = list(jobs), self.last_of(form)
        if last is not None and last.ref is not None and last.ref not in {it.ref for it in known}:
            # Taken off the list, or begun by another process: what was read last counts.
            job = WatchedJob(last.ref, last.label, last.queued_at)
            known.append(recall.known(self.database, self._profile, job))
        return slot_of(form, known, last)

    def creates_since(self, since: datetime) -> list[datetime]:
        """Returns when jobs were created lately, by whatever profile, the earliest first.

        Raises:
            ConfigError: It cannot be read.
        """
        steps = self.database.read(lambda row: to_step(row[0]), _CREATES)
        return sorted(step.sent_at for step in steps if step and step.sent_at > since)

    def keep(self, insertion: Insertion) -> None:
        """Writes down what more is known of an insertion.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self.database.transaction(durable=True) as connection:
            connection.execute(_KEEP, insertion_values(insertion))

    def begin(self, insertion: Insertion, step: Step) -> None:
        """Writes down that a step is about to be sent, if no process has sent it, and it may be.

        Both is one transaction, so that of several processes one alone sends it.

        Raises:
            HeldError: It was sent already, the file was taken off the queue, or that is stopped.
            ConfigError: It cannot be written; nothing may be sent then.
        """
        with self.database.transaction(durable=True) as connection:
            if connection.execute(_BEGIN[step], insertion_values(insertion)).rowcount != 1:
                raise HeldError(
                    "Nothing was sent",
                    "The file was taken off the queue or the queue was stopped meanwhile, or "
                    "another process has sent it.",
                    "Look at the queue.",
                )

    def created(self, insertion: Insertion, job: WatchedJob) -> None:
        """Writes down that an insertion has its job, and puts that on the watch list.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        with self.database.transaction(durable=True) as connection:
            connection.execute(_KEEP, insertion_values(insertion))
            connection.execute(ADD, job_values(self._profile, job))
            connection.execute(PUT_LAST, key(self._profile, job.ref))

    def end(self, insertion: Insertion) -> None:
        """Writes down that nothing more is to be done, and removes what was made for the upload.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        self.keep(insertion._replace(is_over=True))
        # What the records of a job came from is asked for later.
        remove_copies(insertion, with_row_map=not insertion.job_id)

    def drop(self, shown: Insertion) -> None:
        """Takes an insertion off the queue; a job that it has stays.

        Args:
            shown: How it stood when its user decided so.

        Raises:
            UsageError: A step of it is on its way, or it has changed meanwhile.
            ConfigError: It cannot be written; nothing is changed then.
        """
        dropped = self._change(shown, lambda found: found._replace(is_over=True))
        remove_copies(dropped, with_row_map=not dropped.job_id)

    def release(self, shown: Insertion) -> Insertion:
        """Lets an insertion go on; returns it as it stands then.

        Args:
            shown: How it stood when its user decided so.

        Raises:
            UsageError: A step of it is on its way, or it has changed meanwhile.
            ConfigError: It cannot be written; nothing is changed then.
        """
        return self._change(shown, Insertion.released)

    def _change(self, shown: Insertion, change: Callable[[Insertion], Insertion]) -> Insertion:
        """Writes down a decision about an insertion, if that still stands as its user saw it."""
        with self._between_steps(shown), self.database.transaction(durable=True) as connection:
            rows = connection.execute(f"{_SELECT} WHERE key = ?", (shown.key,)).fetchall()
            found = next(map(to_insertion, rows), None)
            # Nobody else holds the lock, so what was sent has no sender any more.
            found = None if found is None else left_alone(found)
            if found is None or found.done != left_alone(shown).done:
                raise UsageError(
                    f"{shown.label} has changed meanwhile",
                    "What was decided was decided of something else.",
                    "Look at the queue, and decide anew.",
                )
            changed = change(found)
            connection.execute(_KEEP, insertion_values(changed))
        return changed

    @contextmanager
    def _between_steps(self, insertion: Insertion) -> Iterator[None]:
        """Keeps whoever works the queue from taking a step of an insertion."""
        if stage(insertion).is_before_create:
            yield  # its first step begins only if it stands as before
            return
        if not self.locks.take(insertion.form):
            raise UsageError("A step of it is on its way", next_step="Wait until it has ended.")
        try:
            yield
        finally:
            self.locks.release(insertion.form)

    def move(self, key: str, *, up: bool) -> None:
        """Lets an insertion change places with the one before it, or after it, of the same form.

        Raises:
            UsageError: It is under way already.
            ConfigError: It cannot be written; nothing is changed then.
        """
        same = [it.key for it in same_form(self.open(), key)]
        other = same.index(key) + (-1 if up else 1) if key in same else -1
        if 0 <= other < len(same):
            self._swap(key, same[other])

    def _swap(self, one: str, other: str) -> None:
        with self.database.transaction(durable=True) as connection:
            places = dict(connection.execute(_PLACES, (one, other)).fetchall())
            if len(places) == 2:
                connection.execute(_PUT_AT, (places[other], one))
                connection.execute(_PUT_AT, (places[one], other))


def remove_copies(insertion: Insertion, *, with_row_map: bool) -> None:
    """Removes what was written for the upload of an insertion; never a file of the user's."""
    made = [insertion.upload_file.path] if insertion.upload_file.is_copy else []
    if with_row_map and insertion.source.row_map is not None:
        made.append(insertion.source.row_map)
    for path in made:
        with suppress(OSError):
            path.unlink()


def as_they_stand(database: Database, profile: str) -> list[QueuedFile]:
    """Returns the files of the queue, with slots and starts by what was read and written last.

    A window knows more: how much of a file is sent, and what each job was read as a moment ago.

    Raises:
        ConfigError: They cannot be read.
    """
    insertions = Insertions(database, profile)
    queue, jobs = insertions.as_known(insertions.open()), recall.in_full(database, profile)
    slots = {form: insertions.slot(form, jobs) for form in {it.form for it in queue}}
    commands = recall.last_commands(database, profile)
    return [
        file._replace(start=commands[ref].command)
        if (ref := file.insertion.ref) is not None and ref in commands
        else file
        for file in queued_files(queue, slots)
    ]
