"""The dashboard over the watch list, or over jobs named on the command line."""

import gc
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from zcbulk_tui.cli import compose, loops, memory
from zcbulk_tui.cli.charset import Ascii, draws_ascii
from zcbulk_tui.cli.ending import Ending, end_children
from zcbulk_tui.cli.main import complain
from zcbulk_tui.config import load, secrets
from zcbulk_tui.config.settings import THEMES, Settings
from zcbulk_tui.domain import proxies
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.monitor.ports import Sink
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.tui.app import DashboardApp, Preferences, last_words
from zcbulk_tui.tui.profile_spec import US, Connection, JobDefaults, Profiles, ProfileSpec

_not_saved: list[str] = []
"""What could not be written until the end, of each profile that was shown."""

_ENDS_SOON = (
    f"The access token in {secrets.ACCESS_TOKEN} ends within the hour. "
    "zcbulk-tui login signs in once and for all."
)


def run(flags: Mapping[str, object], jobs: Sequence[str] | None) -> int:
    """Shows the dashboard until it is left.

    Args:
        flags: Settings from the command line; of several profiles the names, with commas.
        jobs: URLs or ids of the jobs to watch, which do not go to the watch list; None for the
            watch list.

    Returns:
        The exit code.

    Raises:
        ZcbulkError: Something typed or configured cannot be used, or there is no terminal.
    """
    first, *others = str(flags.get("profile") or "").split(",")
    if jobs is not None:
        configuration = load.read(flags=flags)
        refs = compose.named_jobs(jobs, configuration.settings)
        wanted = [compose.watched(ref) for ref in refs]
        return show([_profile_spec(configuration.settings, wanted)], _preferences(configuration))
    configuration = load.read(flags={**flags, "profile": first or None})

    def open_profile(name: str) -> ProfileSpec:
        settings = load.load(flags={**flags, "profile": name})
        return _profile_spec(settings, None)._replace(profiles=profiles)

    profiles = Profiles(configuration.profiles, open_profile)
    shown = configuration.settings.profile
    here = _profile_spec(configuration.settings, None)._replace(profiles=profiles)
    beside = [open_profile(name) for name in dict.fromkeys(others) if name != shown]
    return show([here, *beside], _preferences(configuration))


def preferences(*, ascii: Ascii, sparing: bool) -> Preferences:
    """How the screen is to be where nothing else is configured."""
    return Preferences(ascii_only=draws_ascii(ascii, os.environ), sparing=sparing)


def _preferences(configuration: load.Configuration) -> Preferences:
    """How the user wants the screen to be.

    Raises:
        ConfigError: A key or a theme that is configured cannot be used.
    """
    settings = configuration.settings
    wanted = preferences(ascii=settings.ascii, sparing=settings.low_bandwidth)
    if settings.keys:
        from zcbulk_tui.cli.appearance import own_keys

        wanted = wanted._replace(keys=own_keys(configuration))
    if settings.themes or settings.theme != THEMES[0]:
        from zcbulk_tui.cli.appearance import own_themes

        wanted = wanted._replace(themes=own_themes(configuration))
    if settings.list.group != "none":
        from zcbulk_tui.render.order import GroupBy

        wanted = wanted._replace(group_by=GroupBy(settings.list.group))
    sort = settings.list.sort
    return wanted._replace(order=Order(SortBy(sort.lstrip("-")), descending=sort.startswith("-")))


def _profile_spec(settings: Settings, wanted: Sequence[WatchedJob] | None) -> ProfileSpec:
    """A profile for the screen.

    Args:
        settings: Those of the profile.
        wanted: The jobs to show; None for the watch list.

    Raises:
        ZcbulkError: There is no terminal, or something that is configured cannot be used.
    """
    compose.is_signed_in(settings)  # a token that is none is told before the screen is up
    _check_terminal()
    notice = " ".join(_notices())
    opened, watched = memory.open_with_list(settings.profile)
    if wanted is not None:
        watched = [JobSnapshot(job) for job in wanted]

    def connect(sink: Sink) -> Connection:
        from zcbulk_tui.monitor.clock import awake_and_asleep
        from zcbulk_tui.monitor.monitor import Monitor
        from zcbulk_tui.store.archive import Archive

        client, network = compose.make_client(settings)
        kept = opened.database
        context = memory.window_context(settings, kept, wanted)
        quota = compose.quota(settings, kept)
        monitor = Monitor(
            client,
            sink,
            context,
            quota,
            read_only=settings.read_only,
            elapsed=awake_and_asleep(),
        )
        memory.tidy_in_background(settings, kept)

        async def close() -> None:
            kept.close()
            if kept.trouble:
                lost = (
                    f"The last {kept.pending_writes} entries are lost. "
                    if kept.pending_writes
                    else ""
                )
                _not_saved.append(f"{lost}{kept.trouble}")
            await network.aclose()

        archive = Archive(kept, settings.profile)
        return Connection(monitor, context.memory.recall(), archive, close)

    environment = Environment(settings.environment)
    job_defaults = JobDefaults(
        environment,
        compose.home_of(settings) or US,
        settings.owner or "",
        settings.app or "",
        settings.form or "",
        settings.base_url,
    )
    return ProfileSpec(
        connect,
        settings.profile,
        watched,
        job_defaults,
        read_only=settings.read_only,
        is_signed_in=partial(_seems_signed_in, settings),
        notice=notice,
        problem=opened.problem,
    )


def _seems_signed_in(settings: Settings) -> bool:
    """Whether there is a way to sign calls; of what keeps it from being read the polls tell."""
    try:
        return compose.is_signed_in(settings)
    except ConfigError:
        return True


def _notices() -> Iterator[str]:
    """What is to be said at first.

    Raises:
        ConfigError: A proxy that the environment names cannot be used.
    """
    if os.environ.get(secrets.ACCESS_TOKEN):
        yield _ENDS_SOON
    yield from proxies.read(os.environ).warnings


def show(specs: Sequence[ProfileSpec], preferences: Preferences) -> int:
    """Runs the app on this terminal; returns the exit code.

    Args:
        specs: What to show.
        preferences: How to show it.

    Raises:
        UsageError: There is no terminal.
    """
    _check_terminal()
    ending = Ending()
    app = DashboardApp(*map(collecting, specs), preferences=preferences, ending=ending)
    faults: list[BaseException | None] = []
    with _faults_of_threads(app, faults):
        try:
            loops.run(app.run_async())
        except Exception as error:  # noqa: BLE001  # a traceback would show values
            faults.append(error)
        finally:
            ending.made()
            end_children()
    code = ending.code or app.return_code
    if faults or app.has_terminal or code is None:
        words = app.last_words or last_words(next(iter(faults), None))
        if app.has_terminal:
            app.leave_terminal(f"{words}\r\n")
            ending.give_back_line()
        else:
            print(words, file=sys.stderr)
        code = code or 1
    # Now that the terminal is as it was.
    for said in _not_saved:
        complain(said)
    return code or int(bool(_not_saved))


@contextmanager
def _faults_of_threads(app: DashboardApp, faults: list[BaseException | None]) -> Iterator[None]:
    """Ends the app when a thread fails; the rest of it would go on without."""

    def failed(arguments: threading.ExceptHookArgs) -> None:
        faults.append(arguments.exc_value)
        app.end_from_thread()

    before, threading.excepthook = threading.excepthook, failed
    try:
        yield
    finally:
        threading.excepthook = before


def collecting(spec: ProfileSpec) -> ProfileSpec:
    """Has the garbage of the start collected once it is connected."""

    def connect_and_collect(sink: Sink) -> Connection:
        try:
            return spec.connect(sink)
        finally:
            # Off since the start (see `cli.run`). What has been loaded by now stays loaded; the
            # second collection tells Python that nothing else is there yet, so that it does not
            # wait for garbage of a like amount before it looks again.
            gc.collect()
            gc.freeze()
            gc.collect()
            gc.enable()

    return spec._replace(connect=connect_and_collect)


def _check_terminal() -> None:
    # Either is None where whoever started this has closed it.
    if not (sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "The dashboard needs a terminal",
            next_step="In a script, use zcbulk-tui status URL --json.",
        )
