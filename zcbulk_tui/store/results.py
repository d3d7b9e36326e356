"""The results of a profile's jobs: where each stands, which never holds a word of its records."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.errors import HeldError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import (
    MAKES_NO_SENSE,
    error_from_json,
    error_json,
    moment,
    moment_from,
)
from zcbulk_tui.store.process_locks import ProcessLocks
from zcbulk_tui.store.rows import (
    JOB,
    KNOW_JOB,
    PLACE,
    REF,
    REF_WIDTH,
    THE_JOB,
    job_values,
    key,
    maybe_millis,
    maybe_moment,
    to_job,
    to_millis,
    to_ref,
)

RESULTS = "results"
"""The lock of whoever changes the files of results: one process at a time, of whatever profile."""

CALLED_FOR = "result"
"""What the calls are said to be made for that fetch results."""

_NAMES = ("stage", "tries", "next_try", "expected", "file", "error")

_SELECT = (
    f"SELECT {REF}, kind, {', '.join(_NAMES)} FROM results JOIN jobs ON jobs.id = results.job "
    "WHERE jobs.profile = :profile"
)

_OF_JOB = f"{_SELECT} AND results.job = {THE_JOB}"

_JOBS = f"""
SELECT {JOB} FROM jobs
WHERE profile = ? AND id IN (SELECT job FROM results) ORDER BY place IS NULL, {PLACE}
"""

_FIRST = f"""
INSERT INTO results (job, kind, {", ".join(_NAMES)})
VALUES ({THE_JOB}, :kind, {", ".join(f":{name}" for name in _NAMES)})
ON CONFLICT DO NOTHING
"""

_KEEP = f"""
UPDATE results SET {", ".join(f"{name} = :{name}" for name in _NAMES)}
WHERE job = {THE_JOB} AND kind = :kind
"""

_CHANGE = f"{_KEEP} AND stage = :was_stage AND tries = :was_tries"

_CALLS = f"""
SELECT at FROM (SELECT at, why FROM calls ORDER BY id DESC LIMIT 500)
WHERE why = '{CALLED_FOR}' AND at > ?
"""

_INTERVAL = timedelta(hours=24)

_CLAIM = """
INSERT INTO marks (name, value) VALUES (:name, :now)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
    WHERE abs(CAST(value AS INTEGER) - :now) >= :interval
"""


class Results:
    """The results of the jobs of a profile.

    Args:
        database: Keeps where they stand.
        profile: Whose they are.

    Attributes:
        profile: Whose they are.
        locks: Which process changes the files; see `RESULTS`.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self.profile = profile
        self.locks = ProcessLocks(database.shared_folder)
        self._changes = 0

    @property
    def version(self) -> tuple[int, int]:
        """Another one once they may stand otherwise: something was written here, or elsewhere."""
        return self._database.version(), self._changes

    def all(self) -> list[Result]:
        """Returns all results of which anything is known.

        Raises:
            ConfigError: They cannot be read.
        """
        return self._read(_SELECT, {"profile": self.profile})

    def of(self, ref: JobRef) -> list[Result]:
        """Returns what is known of the results of a job.

        Raises:
            ConfigError: It cannot be read.
        """
        return self._read(_OF_JOB, key(self.profile, ref))

    def jobs(self) -> list[WatchedJob]:
        """Returns the jobs of whose results anything is known, in the order of the watch list.

        Raises:
            ConfigError: They cannot be read.
        """
        return self._database.read(to_job, _JOBS, (self.profile,))

    def find(self, ref: JobRef, kind: ResultKind) -> Result | None:
        """Returns what is known of a result; None for nothing.

        Raises:
            ConfigError: It cannot be read.
        """
        return next((it for it in self.of(ref) if it.kind is kind), None)

    def change(self, job: WatchedJob, result: Result, before: Result | None) -> None:
        """Writes how a result stands, if it still stands as before.

        Both is one transaction, so that of several processes one alone begins to fetch it.

        Args:
            job: The job; it need not be on the watch list.
            result: How it stands from now on.
            before: How it stood when that was decided; None for a result of which nothing was
                known.

        Raises:
            HeldError: It stands otherwise; nothing is changed.
            ConfigError: It cannot be written; nothing is changed then.
        """
        self._changes += 1
        with self._database.transaction(durable=True) as connection:
            connection.execute(KNOW_JOB, job_values(self.profile, job))
            sql = _FIRST if before is None else _CHANGE
            changed = connection.execute(sql, self._values(result, before))
            if changed.rowcount != 1:
                raise HeldError(
                    "Nothing was fetched",
                    "Another process has begun to fetch the result, or has removed it.",
                    "Look at the results of the job.",
                )

    def change_some(self, changes: Sequence[tuple[Result, Result]]) -> None:
        """Writes how results stand, of which each still stands as before; the others stay.

        Args:
            changes: How each stands from now on, and how it stood when that was decided.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        if not changes:
            return
        self._changes += 1
        with self._database.transaction(durable=True) as connection:
            for result, before in changes:
                connection.execute(_CHANGE, self._values(result, before))

    def keep(self, *results: Result) -> None:
        """Writes how results stand; for who has the lock.

        Raises:
            ConfigError: It cannot be written; nothing is changed then.
        """
        self._changes += 1
        with self._database.transaction(durable=True) as connection:
            for result in results:
                connection.execute(_KEEP, self._values(result))

    def as_known(self, results: Iterable[Result]) -> list[Result]:
        """Returns results as far as is known of them: due again where who fetched them is gone.

        Nothing is written: whoever fetches does that.
        """
        found = list(results)
        if not any(it.stage is ResultStage.FETCHING for it in found):
            return found
        # Whoever fetches has the lock.
        if not self.locks.take(RESULTS):
            return found
        self.locks.release(RESULTS)
        return [left_alone(it) for it in found]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes from changing files within the context.

        Raises:
            HeldError: Another one does so now.
        """
        if not self.locks.take(RESULTS):
            raise HeldError(
                "The results were left as they are",
                "Results are being fetched or removed at this moment, here or in another process.",
                "Wait until that has ended, then try again.",
            )
        try:
            yield
        finally:
            self.locks.release(RESULTS)

    def calls_since(self, since: datetime) -> list[datetime]:
        """Returns when results were called for lately, by whatever profile, in no order.

        Raises:
            ConfigError: It cannot be read.
        """
        rows = self._database.rows(_CALLS, (to_millis(since),))
        return [at for (millis,) in rows if (at := maybe_moment(millis)) is not None]

    def claim_removal(self, now: datetime) -> bool:
        """Whether to look for results that are too old: no process has done so within a day.

        The caller has to do it then: nobody else will, for a day.

        Raises:
            ConfigError: It cannot be read or written.
        """
        values = {
            "name": f"results_at {self.profile}",
            "now": to_millis(now),
            "interval": _INTERVAL // timedelta(milliseconds=1),
        }
        with self._database.transaction() as connection:
            return bool(connection.execute(_CLAIM, values).rowcount == 1)

    def _read(self, sql: str, values: dict[str, Any]) -> list[Result]:
        rows = self._database.rows(sql, values)
        try:
            return [_to_result(row) for row in rows]
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def _values(self, result: Result, before: Result | None = None) -> dict[str, Any]:
        was = {"was_stage": before.stage.value, "was_tries": before.tries} if before else {}
        return {
            **was,
            **key(self.profile, result.ref),
            "kind": result.kind.value,
            "stage": result.stage.value,
            "tries": result.tries,
            "next_try": maybe_millis(result.next_try),
            "expected": result.expected,
            "file": _file_json(result.file),
            "error": error_json(result.error),
        }


def is_there(file: ResultFile | None) -> bool:
    """Whether a file stands in its place as it was fetched, as far as its size shows."""
    try:
        return file is not None and file.path.is_file() and file.path.stat().st_size == file.size
    except OSError:  # its folder cannot be read
        return False


def left_alone(result: Result) -> Result:
    """Returns a result as it stands where nobody fetches it any more."""
    if result.stage is not ResultStage.FETCHING:
        return result
    return result._replace(stage=ResultStage.DUE)


@lru_cache(maxsize=4096)
def _to_result(row: tuple[Any, ...]) -> Result:
    """The result with these values of `_SELECT`; all are read again and again."""
    kind, stage, tries, next_try, expected, file, error = row[REF_WIDTH:]
    kind = ResultKind(kind)
    return Result(
        to_ref(row[:REF_WIDTH]),
        kind,
        ResultStage(stage),
        tries,
        maybe_moment(next_try),
        expected,
        _to_file(kind, file),
        error_from_json(error),
    )


def _file_json(file: ResultFile | None) -> str | None:
    if file is None:
        return None
    parts = {
        "path": str(file.path),
        "size": file.size,
        "sha256": file.sha256,
        "records": file.records,
        "fetched_at": moment(file.fetched_at),
    }
    return json.dumps(parts)


def _to_file(kind: ResultKind, text: str | None) -> ResultFile | None:
    if text is None:
        return None
    parts = json.loads(text)
    return ResultFile(
        kind,
        Path(parts["path"]),
        parts["size"],
        parts["sha256"],
        parts["records"],
        moment_from(parts["fetched_at"]),
    )
