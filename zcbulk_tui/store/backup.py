"""What must not be lost with the database, as two files of JSON beside it.

`LIST_NAME` holds the watch lists of all profiles, and the commands of which it is not known what
became; ``zcbulk-tui jobs import`` reads it, too. `CALLS_NAME` holds the calls of the last days: it
is written with every call, so it is small. Both are written within the transaction that changes
what they hold, before it counts: so neither is ever behind the database, and no process writes an
older state over a newer one.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from zcbulk_tui import user_files
from zcbulk_tui.domain.budget import Cause, DayCalls
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import LIST_VERSION, Action, WatchedJob
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import control_log, files
from zcbulk_tui.store.control_log import to_record
from zcbulk_tui.store.json_objects import (
    MAKES_NO_SENSE,
    JsonObject,
    error_from,
    error_object,
    job_from,
    job_object,
    moment,
    moment_from,
    reading_from,
    reading_object,
)
from zcbulk_tui.store.rows import (
    DAY,
    JOB,
    KEEP_DAY,
    KNOW_JOB,
    PLACE,
    PUT_LAST,
    day_values,
    job_values,
    key,
    to_job,
)

if TYPE_CHECKING:
    import sqlite3

LIST_NAME, CALLS_NAME = "watch-list.json", "calls-today.json"

_LIST = f"SELECT profile, {JOB} FROM jobs WHERE place IS NOT NULL ORDER BY profile, {PLACE}"
_OPEN = f"{control_log.SELECT} WHERE control.outcome = '{Outcome.SENT}' ORDER BY control.at"
_DAYS = f"SELECT profile, {DAY} FROM days WHERE date >= ? ORDER BY profile, date"
_DAY_NAMES = ("profile", *DAY.split(", "))

_NOTHING: Mapping[str, Any] = {"jobs": [], "open_commands": [], "days": []}

_Lines = Mapping[str, Iterable[str]]
"""Objects of JSON, each as a line, by the names of the lists that they stand in."""

_T = TypeVar("_T")


class Saved(NamedTuple):
    """What the files hold.

    Attributes:
        jobs: The watch lists, in their orders, each job with its profile.
        commands: Those of which it is not known what became.
        days: The calls of the last days, each with its profile.
        lost: What is lost with a file that cannot be read, as sentences.
        calls_are_lost: Whether that is so of the calls.
        unusable: The files that are there and cannot be read.
    """

    jobs: Sequence[tuple[str, WatchedJob]] = ()
    commands: Sequence[ControlRecord] = ()
    days: Sequence[tuple[str, DayCalls]] = ()
    lost: Sequence[str] = ()
    calls_are_lost: bool = False
    unusable: Sequence[Path] = ()

    def __bool__(self) -> bool:
        return bool(self.jobs or self.commands or self.days)


class Backup:
    """The files beside a database.

    Args:
        database: The file of the database.

    Attributes:
        trouble: Why what was saved last is not in them, as one line; None where it is.
    """

    def __init__(self, database: Path) -> None:
        folder = Path(os.path.realpath(database)).parent
        self.list_path, self.calls_path = folder / LIST_NAME, folder / CALLS_NAME
        self._troubles: dict[Path, str] = {}

    @property
    def trouble(self) -> str | None:
        """Why what was saved last is not in them, as one line; None where it is."""
        return next(iter(self._troubles.values()), None)

    def save_list(self, connection: "sqlite3.Connection") -> None:
        """Writes the watch lists and the open commands, as they are in this transaction.

        Raises:
            sqlite3.Error: They cannot be read.
        """
        jobs = connection.execute(_LIST).fetchall()
        commands = connection.execute(_OPEN).fetchall()
        self._save(
            self.list_path,
            lambda: {
                "jobs": map(_job_line, jobs),
                "open_commands": (_line(_command_object(to_record(row))) for row in commands),
            },
            durable=True,
        )

    def save_calls(self, connection: "sqlite3.Connection", oldest: date) -> None:
        """Writes the calls of the last days, as they are in this transaction.

        The disk is not waited for: this is done with every call.

        Args:
            connection: Has them.
            oldest: The first day that matters.

        Raises:
            sqlite3.Error: They cannot be read.
        """
        rows = connection.execute(_DAYS, (oldest.isoformat(),)).fetchall()
        self._save(
            self.calls_path,
            lambda: {"days": (_line(dict(zip(_DAY_NAMES, row, strict=True))) for row in rows)},
            durable=False,
        )

    def read(self) -> Saved:
        """Returns what the files hold; raises nothing."""
        lost, unusable = [], []

        def read(path: Path, make: Callable[[Any], _T], what: str) -> _T:
            try:
                return make(_content(path))
            except (FileNotFoundError, NotADirectoryError):
                lost.append(f"{what} is lost: there is no {path.name}.")
            except OSError as error:
                # It may be whole: what is in the way, such as a limit, may pass.
                why = one_line(error.strerror or str(error))
                lost.append(f"{what} is missing: {path.name} cannot be read. {why}.")
                unusable.append(path)
            except (RecursionError, user_files.BadFileError, *MAKES_NO_SENSE):
                lost.append(f"{what} is lost: {path.name} is damaged, too.")
                unusable.append(path)
            return make(_NOTHING)

        jobs, commands = read(self.list_path, _lists_from, "The watch list")
        before = len(lost)
        days = read(self.calls_path, _days_from, "The count of today's calls")
        return Saved(jobs, commands, days, lost, len(lost) > before, unusable)

    def _save(self, path: Path, content: Callable[[], _Lines], *, durable: bool) -> None:
        try:
            text = f'{{\n"version": {LIST_VERSION}'
            for name, lines in content().items():
                text += f',\n"{name}": [\n' + ",\n".join(lines) + "\n]"
            text += "\n}\n"
            files.replace(path, text, durable=durable)
        except MAKES_NO_SENSE as error:
            why = str(error) if isinstance(error, ConfigError) else "It holds what makes no sense."
            self._troubles[path] = one_line(f"{path.name} is not up to date. {why}", 300)
            if path == self.calls_path:
                # No count is better than one that is too low.
                with suppress(OSError):
                    path.unlink()
        else:
            self._troubles.pop(path, None)


# Of a long list all lines but one are as they were.
@lru_cache(maxsize=4096)
def _job_line(row: tuple[Any, ...]) -> str:
    profile, *job = row
    return _line({"profile": profile, **job_object(to_job(tuple(job)))})


def _line(entry: JsonObject) -> str:
    return json.dumps(entry, ensure_ascii=False)


def restore(saved: Saved, connection: "sqlite3.Connection") -> None:
    """Writes what was saved into a database, in a transaction; what that one has already stays.

    Raises:
        sqlite3.Error: It cannot be written.
    """
    for profile, job in saved.jobs:
        known = connection.execute(KNOW_JOB, job_values(profile, job))
        # One that was there and is not on the list was taken off it.
        if known.rowcount == 1:
            connection.execute(PUT_LAST, key(profile, job.ref))
    for record in saved.commands:
        connection.execute(KNOW_JOB, job_values(record.profile, record.job))
        connection.execute(control_log.KEEP, control_log.values(record))
    for profile, day in saved.days:
        connection.execute(KEEP_DAY, day_values(profile, day))


def _content(path: Path) -> Any:
    content = json.loads(user_files.read_text(path, user_files.LIST))
    if content["version"] != LIST_VERSION:
        raise ValueError("It is of another version")
    return content


def _lists_from(
    content: Mapping[str, Any],
) -> tuple[Sequence[tuple[str, WatchedJob]], Sequence[ControlRecord]]:
    jobs = [(_profile(parts), job_from(parts)) for parts in content["jobs"]]
    return jobs, [_command_from(parts) for parts in content["open_commands"]]


def _days_from(content: Mapping[str, Any]) -> Sequence[tuple[str, DayCalls]]:
    return [(_profile(parts), _day_from(parts)) for parts in content["days"]]


def _day_from(parts: Mapping[str, Any]) -> DayCalls:
    calls = tuple(_count(parts[cause.value]) for cause in Cause)
    elsewhere, spent = _count(parts["elsewhere"]), bool(parts["spent"])
    return DayCalls(date.fromisoformat(parts["date"]), calls, elsewhere, spent)


def _count(number: Any) -> int:
    if not isinstance(number, int) or abs(number) >= 2**63:
        raise ValueError("It is no count of calls")
    return number


def _profile(parts: Mapping[str, Any]) -> str:
    name = parts["profile"]
    if not isinstance(name, str) or not name.isprintable():
        raise ValueError("It is no name of a profile")
    return name


def _command_object(record: ControlRecord) -> JsonObject:
    command = record.command
    return {
        "profile": record.profile,
        "job": job_object(record.job),
        "key": record.key,
        "at": moment(command.sent_at),
        "operator": record.operator,
        "action": command.action.value,
        "said": command.said,
        "error": error_object(command.error),
        "request": record.request,
        "shown": record.shown and reading_object(record.shown),
    }


def _command_from(parts: Mapping[str, Any]) -> ControlRecord:
    command = Command(
        Action(parts["action"]),
        moment_from(parts["at"]),
        Outcome.SENT,
        one_line(parts["said"]),
        error_from(parts["error"]),
    )
    return ControlRecord(
        one_line(parts["key"]),
        job_from(parts["job"]),
        _profile(parts),
        one_line(parts["operator"], 80),
        command,
        parts["shown"] and reading_from(parts["shown"]),
        one_line(parts["request"]),
    )
