"""The dashboard over the watch list, or over jobs named on the command line."""

import gc
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from zcbulk_tui.cli import appearance, event_loop, options, places, state
from zcbulk_tui.cli.forms import home_of
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.shutdown import Shutdown, end_children
from zcbulk_tui.config import load, secrets
from zcbulk_tui.config.load import Configuration
from zcbulk_tui.domain import proxies
from zcbulk_tui.domain.commands import login, naming, of_any_profile
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import seen_from_outside
from zcbulk_tui.tui.app import DashboardApp, Preferences, last_words
from zcbulk_tui.tui.profile_spec import US, JobDefaults, Profiles, ProfileSpec

if TYPE_CHECKING:  # loaded with what it connects to, after the first frame
    from zcbulk_tui.tui.connection import Connection

_not_saved: list[str] = []
"""What could not be written until the end, of each profile that was shown."""

_TURN = 0.001
"""Seconds that a thread waits for its turn. With Python's 0.005 the one that writes to the terminal
is late with the first frame, and the loop with keys, while another thread loads the rest."""


def run(arguments: Namespace) -> int:
    """Shows the dashboard until it is left; returns the exit code.

    Of several profiles the names have commas between them.

    Raises:
        ZcbulkError: Something typed or configured cannot be used, or there is no terminal.
    """
    flags = options.setting_flags(arguments)
    first, *others = (arguments.profile or "").split(",")
    configuration = load.read(flags={**flags, "profile": first or None})

    def open_profile(name: str) -> ProfileSpec:
        with naming(name):
            named = load.read(flags={**flags, "profile": name})
            return profile_spec(named, None)._replace(profiles=profiles)

    profiles = Profiles(configuration.profiles, open_profile)
    shown = configuration.settings.profile
    here = profile_spec(configuration, None)._replace(profiles=profiles)
    beside = [open_profile(name) for name in dict.fromkeys(others) if name != shown]
    return show([here, *beside], appearance.preferences(configuration))


def profile_spec(configuration: Configuration, jobs: Sequence[WatchedJob] | None) -> ProfileSpec:
    """Returns a profile for the screen.

    Args:
        configuration: Its settings, and the names of all profiles.
        jobs: The jobs to show; None for the watch list.

    Raises:
        ZcbulkError: There is no terminal, or something that is configured cannot be used.
    """
    settings = configuration.settings
    state.is_signed_in(settings)  # raises before the screen is up where a token cannot be one
    _check_terminal()
    places.check(settings)
    # Raises where a proxy cannot be used: before the memory is open.
    notices = _notices(settings.profile)
    opened, watched = state.open_with_list(settings.profile)
    if jobs is not None:
        watched = [JobSnapshot(job) for job in jobs]

    def connect(sink: Sink) -> "Connection":
        # With it come httpx and pydantic, which the first frame does not wait for.
        from zcbulk_tui.cli import connection

        return connection.connect(settings, opened.database, jobs, sink, _not_saved)

    stranded, held = _stranded(configuration, opened.database) if jobs is None else ({}, ())
    notice = " ".join((*notices, *held))
    environment = Environment(settings.environment)
    job_defaults = JobDefaults(
        environment,
        home_of(settings) or US,
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
        is_signed_in=partial(state.seems_signed_in, settings),
        notice=notice,
        problem=opened.problem,
        stranded=stranded,
    )


def _stranded(
    configuration: Configuration, database: Database
) -> tuple[Mapping[str, Sequence[WatchedJob]], Sequence[str]]:
    """The jobs that were added before the profiles of the file, or before one was renamed.

    Those that a window has open are left to it: what there is to know of them is a sentence each.
    """
    settings = configuration.settings
    with suppress(ConfigError):  # the line above the list says what is wrong with the memory
        found = WatchList(database, settings.profile).stranded(
            configuration.profiles, home_of(settings)
        )
        held = [name for name in found if seen_from_outside(database, name).windows]
        said = [
            f"A window is open on the profile “{one_line(name)}”, which the configuration does not "
            f"have: {counted(len(found[name]), 'job')} of it can be moved here at a start without "
            "that window."
            for name in held
        ]
        return {name: jobs for name, jobs in found.items() if name not in held}, said
    return {}, ()


def _notices(profile: str) -> Sequence[str]:
    """Returns what is to be said at first.

    Raises:
        ConfigError: A proxy that the environment names cannot be used.
    """
    ends_soon = (
        f"The access token in {secrets.ACCESS_TOKEN} ends within the hour. "
        f"{login(profile)} signs in once and for all."
    )
    held = [ends_soon] if os.environ.get(secrets.ACCESS_TOKEN) else []
    return [*held, *proxies.read(os.environ).warnings]


def show(specs: Sequence[ProfileSpec], preferences: Preferences) -> int:
    """Runs the app on this terminal; returns the exit code.

    Args:
        specs: What to show.
        preferences: How to show it.

    Raises:
        UsageError: There is no terminal.
    """
    _check_terminal()
    pause_gc()
    sys.setswitchinterval(_TURN)
    shutdown = Shutdown()
    app = DashboardApp(*map(resuming_gc, specs), preferences=preferences, ending=shutdown)
    faults: list[BaseException | None] = []
    with _faults_of_threads(app, faults):
        try:
            event_loop.run(app.run_async())
        except Exception as error:  # noqa: BLE001  # a traceback would show values
            faults.append(error)
        finally:
            shutdown.made()
            end_children()
    code = shutdown.code or app.return_code
    if faults or app.has_terminal or code is None:
        words = app.last_words or last_words(next(iter(faults), None))
        if app.has_terminal:
            app.leave_terminal(f"{words}\r\n")
            shutdown.give_back_line()
        else:
            print(words, file=sys.stderr)
        code = code or 1
    # Now that the terminal is as it was.
    for said in _not_saved:
        print_error(said)
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


def pause_gc() -> None:
    """Pauses garbage collection: what is made until the profiles are connected stays."""
    gc.disable()


def resume_gc() -> None:
    """Resumes garbage collection, which looks no more at what has been made by now."""
    gc.collect()
    gc.freeze()
    # Shows Python that nothing else is there yet, so that it does not wait for garbage of a like
    # amount before it looks again.
    gc.collect()
    gc.enable()


def resuming_gc(spec: ProfileSpec) -> ProfileSpec:
    """Returns a profile that resumes garbage collection once it is connected."""

    def connect(sink: Sink) -> "Connection":
        try:
            return spec.connect(sink)
        finally:
            resume_gc()

    return spec._replace(connect=connect)


def _check_terminal() -> None:
    # Either is None where whoever started this has closed it.
    if not (sys.stdin and sys.stderr and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "The dashboard needs a terminal",
            next_step=f"In a script, use {of_any_profile('status URL --json')}.",
        )
