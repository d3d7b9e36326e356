"""Jobs as users name them: by status URL, by id, by the end of an id, or by label.

Every command that takes a job reads its name here, over the watch list of the profile. Where that
cannot be read, URL and id are names all the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from difflib import get_close_matches

from zcbulk_tui.cli.forms import home_of
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.address import is_job_url, make_ref, parse_job_url
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts, is_number, read_id, unquoted
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.store.archive import Archive

_DIGITS_AT_LEAST = 4
"""Of the end of an id that names a job."""

_NAMED_AT_MOST = 10


def named_jobs(
    names: Sequence[str],
    settings: Settings,
    *,
    environment: Environment | None = None,
    strict: bool = False,
) -> list[WatchedJob]:
    """Returns the jobs of a command line, each once; warns of ids that may be wrong.

    Args:
        names: What was typed for each.
        settings: Those of the profile.
        environment: That of ``--environment``; None where it was not typed.
        strict: See `JobNames`.

    Raises:
        UsageError: One of them is not the name of exactly one job.
        ConfigError: The settings do not say what an id means.
    """
    watch_list: list[WatchedJob] = []
    problem = None
    try:
        watch_list = watched_jobs(settings.profile)
    except ConfigError as error:
        problem = error
    known = JobNames(settings, watch_list, environment, strict=strict, problem=problem)
    jobs: dict[JobRef, WatchedJob] = {}
    for name in names:
        job = known.find(name)
        jobs.setdefault(at_its_home(job.ref, settings), job)
    found = list(jobs.values())
    listed = [job.ref for job in watch_list]
    for why in doubts([job.ref for job in found], listed).values():
        print_error(why)
    return found


def watched_jobs(profile: str) -> list[WatchedJob]:
    """Returns the watch list of a profile, in its order.

    Raises:
        ConfigError: It cannot be read.
    """
    # A file that has gone is made anew from its backup by whatever writes, not by a look.
    if not memory_file().exists():
        return []
    with open_memory(is_only_read=True) as database:
        return Archive(database, profile).jobs()


def remembered_job(
    name: str, archive: Archive, settings: Settings, environment: Environment | None = None
) -> History:
    """Returns all that is remembered of a job, be it on the watch list or not.

    Raises:
        UsageError: It is not the name of exactly one job that is remembered.
        ConfigError: The memory cannot be read.
    """
    job = JobNames(settings, archive.jobs(), environment).find(name)
    history = archive.history(job.ref)
    if history is None:
        raise UsageError(
            f"“{one_line(name, 120)}” was never watched in the profile “{settings.profile}”",
            next_step="Name another --environment or --profile, or see what is watched: "
            f"{command('jobs', settings.profile)}",
        )
    return history


def parse_job(text: str, settings: Settings) -> JobRef:
    """Returns the job of a status URL, or of an id where the settings have the rest.

    Raises:
        UsageError: It is neither.
        ConfigError: The settings do not say what an id means.
    """
    environment = Environment(settings.environment)
    if not is_number(text):
        return parse_job_url(text, environment, base_url=settings.base_url)
    job_id, origin = read_id(text), home_of(settings)
    application = {"owner": settings.owner, "app": settings.app, "form": settings.form}
    missing = [name for name, value in application.items() if not value]
    if origin is None:
        missing.insert(0, "data_center")
    if origin is None or missing:
        raise ConfigError(
            f"No watched job has the id {job_id}, or ends in it",
            f"Another job that is named by its id alone needs {', '.join(missing)}, which the "
            f"profile “{settings.profile}” does not set.",
            "Give the job's whole URL, or write that into the configuration file.",
        )
    owner, app, form = (value or "" for value in application.values())
    return make_ref(origin, owner, app, form, job_id, environment)


def at_its_home(ref: JobRef, settings: Settings) -> JobRef:
    """Returns where the calls for a job go: two names for the same job lead to the same place."""
    return ref._replace(origin=settings.base_url or ref.origin)


def watched(ref: JobRef) -> WatchedJob:
    """Returns a job as it is watched from now on, with a label made of its form and id."""
    return WatchedJob(ref, f"{ref.form} {ref.job_id[-4:]}", datetime.now(UTC))


def in_words(job: WatchedJob) -> str:
    """Returns a job's label, and what tells it from others that are called the same."""
    return f"{job.label} ({job.ref.job_id}, {job.ref.environment})"


class JobNames:
    """What the jobs of a profile are called.

    Args:
        settings: Those of the profile.
        watch_list: Its watch list.
        environment: That of ``--environment``; None where it was not typed.
        strict: Whether a name is refused that may mean another job as well: for commands that
            change a job. Else an id goes before a label, and a label before the end of an id.
        problem: Why the watch list could not be read, and counts as empty.
    """

    def __init__(
        self,
        settings: Settings,
        watch_list: Sequence[WatchedJob],
        environment: Environment | None = None,
        *,
        strict: bool = False,
        problem: ConfigError | None = None,
    ) -> None:
        self._settings = settings
        self._watch_list = watch_list
        self._environment = environment
        self._strict = strict
        self._problem = problem

    def find(self, name: str) -> WatchedJob:
        """Returns the job with a name: as it is on the watch list, if it is there.

        Raises:
            UsageError: It is not the name of exactly one job.
            ConfigError: The settings do not say what an id means.
        """
        if is_job_url(name):
            return self._at(parse_job(name, self._settings), name)
        found = self._that_fit(name)
        job_id = unquoted(name)
        if found and all(job.ref.job_id == job_id for job in found):
            return self._in_its_environment(found, name)
        if self._environment is not None:
            there = [job for job in found if job.ref.environment is self._environment]
            if found and not there:
                raise self._elsewhere(name, found)
            found = there
        if len(found) > 1:
            raise self._ambiguous(name, found)
        if found:
            return found[0]
        if is_number(name):
            try:
                return self._at(parse_job(name, self._settings), name)
            except ConfigError as error:
                if self._problem is None:
                    raise
                raise self._unknown(name) from error
        raise self._unknown(name)

    def _that_fit(self, name: str) -> list[WatchedJob]:
        """The jobs that a name may mean: all of them if it is strict, else by the surest way."""
        ways = (found for found in self._by_each_way(name) if found)
        if not self._strict:
            return next(ways, [])
        found = list({job.ref: job for jobs in ways for job in jobs}.values())
        job_id = unquoted(name)
        if found and is_number(name) and not any(it.ref.job_id.endswith(job_id) for it in found):
            # A label of digits only: where the settings have the rest, it is an id as well.
            with suppress(UsageError):
                found.append(watched(parse_job(name, self._settings)))
        return found

    def _by_each_way(self, name: str) -> Iterator[list[WatchedJob]]:
        jobs, label, job_id = self._watch_list, name.strip(), unquoted(name)
        yield [job for job in jobs if job.ref.job_id == job_id]
        yield [job for job in jobs if job.label == label]
        yield [job for job in jobs if job.label.casefold() == label.casefold()]
        if job_id.isdecimal() and len(job_id) >= _DIGITS_AT_LEAST:
            yield [job for job in jobs if job.ref.job_id.endswith(job_id)]

    def _at(self, ref: JobRef, name: str) -> WatchedJob:
        """The job at an address, which does not say in which environment it is."""
        home = at_its_home(ref, self._settings)
        found = [
            job
            for job in self._watch_list
            if at_its_home(job.ref._replace(environment=home.environment), self._settings) == home
        ]
        return self._in_its_environment(found, name) if found else watched(ref)

    def _in_its_environment(self, found: Sequence[WatchedJob], name: str) -> WatchedJob:
        """Which of the jobs with one address or id is meant: there is one in each environment."""
        by_home = {at_its_home(job.ref, self._settings): job for job in reversed(found)}
        jobs = list(by_home.values())
        if self._environment is None:
            if len(jobs) > 1:
                raise self._ambiguous(name, jobs)
            return jobs[0]
        there = [job for job in jobs if job.ref.environment is self._environment]
        if len(there) > 1:
            raise self._ambiguous(name, there)
        if there:
            return there[0]
        (first, *others) = jobs
        ref = first.ref._replace(environment=self._environment)
        if others and any(job.ref._replace(environment=self._environment) != ref for job in others):
            raise self._ambiguous(name, jobs)
        print_error(
            f"{in_words(first)} is watched in {first.ref.environment}, and --environment says "
            f"{self._environment}: that is what counts now."
        )
        return watched(ref)

    def _ambiguous(self, name: str, jobs: Sequence[WatchedJob]) -> UsageError:
        first = "; ".join(in_words(job) for job in jobs[:_NAMED_AT_MOST])
        more = len(jobs) - _NAMED_AT_MOST
        one_id = len({at_its_home(job.ref, self._settings).job_id for job in jobs}) == 1
        return UsageError(
            f"“{one_line(name, 60)}” may be {len(jobs)} jobs",
            f"They are {first}{f' and {more:,} more' if more > 0 else ''}.",
            "Say which with --environment." if one_id else "Name it by its id or its URL.",
        )

    def _elsewhere(self, name: str, jobs: Sequence[WatchedJob]) -> UsageError:
        places = ", ".join(dict.fromkeys(job.ref.environment for job in jobs))
        return UsageError(
            f"“{one_line(name, 60)}” is watched in {places}, not in {self._environment}",
            next_step="Leave out --environment, or name the job by its id or its URL.",
        )

    def _unknown(self, name: str) -> UsageError:
        profile = self._settings.profile
        if self._problem is not None:
            return UsageError(
                f"The job “{one_line(name, 60)}” cannot be looked up",
                f"The watch list cannot be read: {self._problem.title}. {self._problem.cause}",
                f"Name the job by its URL. {self._problem.next_step}".strip(),
            )
        labels = {job.label.casefold(): job.label for job in self._watch_list}
        near = get_close_matches(name.strip().casefold(), labels)
        return UsageError(
            f"No job on the watch list of the profile “{profile}” is called “{one_line(name, 60)}”",
            f"Close to it: {', '.join(f'“{labels[label]}”' for label in near)}." if near else "",
            "Name it by its URL, its id, the last digits of its id or its label. "
            f"To see all of them: {command('jobs', profile)}",
        )
