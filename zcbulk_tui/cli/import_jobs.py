"""``zcbulk-tui jobs import``: puts the jobs of a file on the watch list."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from zcbulk_tui import user_files
from zcbulk_tui.cli import options, prompts
from zcbulk_tui.cli.context import operator, profile_context
from zcbulk_tui.cli.job_names import at_its_home, in_words, parse_job, watched
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts
from zcbulk_tui.domain.job_list_file import BadEntry, ListedJob, read
from zcbulk_tui.domain.job_text import has_token
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

_EPILOG = """\
FILE has a job's status URL or id in each line, with a label and tags after it if you like:

  https://www.zohoapis.eu/creator/v2.1/bulk/…/insert/3888833000000114027  My label #tag

Empty lines and lines that begin with # are left out. What zcbulk-tui jobs export has
written, JSON or CSV, will do as well; the jobs of it are taken, their past is not.

A text whose first line begins with neither a URL nor an id, as a mail, is searched for the
URLs of jobs; what stands before one, as in Customers: https://…, is the label."""

_STDIN = "-"

_CLOCKS_DIFFER = timedelta(hours=1)
"""Most that the clock of another machine may be ahead."""

_LARGEST = user_files.LIST
"""Bytes of a file; whatever is longer, or has no end, is no list of jobs."""

_NAMED_AT_MOST = 20

_BAD_AT_MOST = 10_000
"""Bad lines after which nobody reads on: a file with as many is something else."""


_NAMED_NEW = 50
"""New jobs that are named, with their environments; of more the number."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = _EPILOG
    parser.add_argument("file", metavar="FILE", help="its path, or - for stdin")
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out lines that cannot be used, and ids that a spreadsheet may have rounded",
    )
    parser.add_argument(
        "--yes", action="store_true", help="take ids that a spreadsheet may have rounded"
    )
    options.add_profile(parser, inherit=True)
    options.add_environment(parser)


def run(arguments: Namespace) -> int:
    """Puts the jobs of a file on the watch list, and prints how many these are.

    Returns:
        0; 1 where the user did not want them.

    Raises:
        UsageError: The file cannot be read, or a line cannot be used or is doubtful; nothing is
            changed then.
        ConfigError: The watch list cannot be written; nothing is changed then.
    """
    file, skip_bad, yes = arguments.file, arguments.skip_bad, arguments.yes
    settings = load.load(flags=options.setting_flags(arguments))
    name = "The standard input" if file == _STDIN else one_line(file, 200)
    content = _content(file, name)
    now, by = datetime.now(UTC), operator()
    entries = [_checked(entry, now) for entry in entries_of(content, name, settings)]
    if not entries:
        print_error(f"{name} has no job in it.")
    listed = [entry for entry in entries if isinstance(entry, ListedJob)]
    if has_token(content):
        print_error(f"{name} has an access token in it, which was ignored.")
    bad = len(entries) - len(listed)
    wanted = _each_once(listed, settings)
    skipped = bad
    with open_memory() as database:
        watch_list = WatchList(database, settings.profile)
        known = {at_its_home(job.ref, settings): job for job in watch_list.jobs()}
        doubtful = doubts(wanted, known)
        _name_all(_to_be_named(entries, {wanted[home].place: doubtful[home] for home in doubtful}))
        if bad and not skip_bad:
            raise _unusable(name, counted(bad, "line"))
        if doubtful and skip_bad and not yes:
            wanted = {home: entry for home, entry in wanted.items() if home not in doubtful}
            skipped += len(doubtful)
        elif doubtful and not yes and not _confirmed(len(doubtful), file, name):
            print("Nothing was imported.")
            return 1
        new = [
            new_job(entry, now, f"{by}, import")
            for home, entry in wanted.items()
            if home not in known
        ]
        old = [
            (known[home], _renamed(known[home], entry))
            for home, entry in wanted.items()
            if home in known
        ]
        changed = [after for before, after in old if after != before]
        watch_list.add_all([*changed, *new])
        window = NoWindow(database, settings.profile)
        memory = profile_context(settings, database, window).memory
        # Windows that are open learn by these that the list is another one.
        for event in _events(new, changed, now, by):
            memory.happened(event)
        if database.trouble:
            print_error(database.trouble)
    for job in new[:_NAMED_NEW]:
        print(f"Added: {in_words(job)}")
    print(_summary(len(new), len(old), skipped))
    return 0


def _content(file: str, name: str) -> str:
    try:
        if file == _STDIN:
            return user_files.text_of(sys.stdin.buffer.read(_LARGEST + 1), _LARGEST)
        return user_files.read_text(Path(file), _LARGEST, pipes=True)
    except (OSError, user_files.BadFileError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{name} cannot be read",
            f"{said}.",
            "Name a text file in UTF-8 that you can read, or - for stdin.",
        ) from error


def entries_of(content: str, name: str, settings: Settings) -> list[ListedJob | BadEntry]:
    """Returns what a file lists.

    Args:
        content: What stands in it.
        name: What errors call it.
        settings: Those of the profile, which say what a job's id means and which hosts may be.

    Raises:
        UsageError: It is no list of jobs, or too many of its lines are bad.
    """
    by_environment = {
        environment: settings._replace(environment=environment.value) for environment in Environment
    }

    def job(text: str, environment: Environment | None) -> JobRef:
        here = settings if environment is None else by_environment[environment]
        return parse_job(text, here)

    entries: list[ListedJob | BadEntry] = []
    bad = 0
    try:
        for entry in read(content, job):
            entries.append(entry)
            bad += isinstance(entry, BadEntry)
            if bad > _BAD_AT_MOST:
                raise UsageError(
                    f"It has more than {_BAD_AT_MOST:,} lines that cannot be used",
                    f"The first is {_first_bad(entries)}",
                    "It is no list of jobs; give what jobs export has written, or a URL "
                    "in each line.",
                )
        return entries
    except UsageError as error:
        raise UsageError(
            f"{name} cannot be imported", f"{error.title}. {error.cause}".strip(), error.next_step
        ) from error


def _first_bad(entries: Iterable[ListedJob | BadEntry]) -> str:
    first = next(entry for entry in entries if isinstance(entry, BadEntry))
    return f"{first.place}: {first.reason}"


def _each_once(listed: Iterable[ListedJob], settings: Settings) -> dict[JobRef, ListedJob]:
    """The jobs by where their calls go; of one that is listed twice, the first entry."""
    found: dict[JobRef, ListedJob] = {}
    for entry in listed:
        found.setdefault(at_its_home(entry.ref, settings), entry)
    return found


def _checked(entry: ListedJob | BadEntry, now: datetime) -> ListedJob | BadEntry:
    """Returns an entry, or a bad one where it says of the job what is still to come."""
    if isinstance(entry, ListedJob):
        for name, moment in (("created_at", entry.created_at), ("started_at", entry.started_at)):
            if moment is not None and moment > now + _CLOCKS_DIFFER:
                return BadEntry(entry.place, f"Its {name} is still to come.")
    return entry


def new_job(entry: ListedJob, now: datetime, by: str) -> WatchedJob:
    """Returns the job of an entry, as it is watched from `now` on."""
    job = watched(entry.ref)
    return job._replace(
        label=entry.label or job.label,
        # A clock that was ahead must not let any of it be in the future.
        added_at=min(entry.added_at or now, now),
        created_at=entry.created_at and min(entry.created_at, now),
        started_at=entry.started_at and min(entry.started_at, now),
        added_by=by,
        tags=entry.tags,
        note=entry.note,
        repairs=entry.repairs,
    )


def _renamed(job: WatchedJob, entry: ListedJob) -> WatchedJob:
    """A job that is watched already, with what the file says of it in words."""
    return job._replace(
        label=entry.label or job.label,
        tags=entry.tags or job.tags,
        note=entry.note or job.note,
        repairs=entry.repairs or job.repairs,
    )


def _events(
    new: Iterable[WatchedJob], changed: Iterable[WatchedJob], now: datetime, by: str
) -> Iterator[JobEvent]:
    for job in new:
        text = f"Watched from now on, imported by {by}"
        yield JobEvent(now, EventKind.ADDED, text, job.ref, job.label)
    for job in changed:
        text = f"Label, tags or note changed, imported by {by}"
        yield JobEvent(now, EventKind.EDITED, text, job.ref, job.label)


def _to_be_named(
    entries: Iterable[ListedJob | BadEntry], doubtful: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What is wrong with the entries, in the order of the file: bad ones and doubtful ids.

    Args:
        entries: All of the file.
        doubtful: Why an id is doubtful, by its place.
    """
    reasons = (
        (entry.place, entry.reason if isinstance(entry, BadEntry) else doubtful.get(entry.place))
        for entry in entries
    )
    return [(place, reason) for place, reason in reasons if reason is not None]


def _unusable(name: str, count: str) -> UsageError:
    return UsageError(
        f"{name} has {count} that cannot be used, so nothing was imported",
        next_step="Fix what is named above, or leave it out: --skip-bad",
    )


def _name_all(found: list[tuple[str, str]]) -> None:
    """Prints where something stands and what is wrong with it."""
    for place, reason in found[:_NAMED_AT_MOST]:
        print_error(f"{place}: {reason}")
    if len(found) > _NAMED_AT_MOST:
        print_error(f"… and {len(found) - _NAMED_AT_MOST:,} more")


def _confirmed(doubtful: int, file: str, name: str) -> bool:
    """Asks whether doubtful ids are to be taken.

    Raises:
        UsageError: There is no terminal to ask on.
    """
    if file == _STDIN or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            f"{name} has {counted(doubtful, 'job id')} that may be wrong, so nothing was imported",
            next_step="Correct what is named above, or leave it out: --skip-bad. "
            "If it is right, add --yes.",
        )
    return prompts.confirm(f"Add {counted(doubtful, 'job')} with such an id all the same? [y/N] ")


def _summary(new: int, old: int, bad: int) -> str:
    said = [f"{counted(new, 'job')} added"]
    if old:
        said.append(f"{old:,} already watched")
    if bad:
        said.append(f"{counted(bad, 'line')} skipped")
    return ", ".join(said)
