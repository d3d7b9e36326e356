"""The results of a profile's jobs, put together: what fetches, what keeps, and what reads them."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from zcbulk_tui.cli import state
from zcbulk_tui.cli.local_files import file_work
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import Result, ResultKind
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import ConfigError, DataError
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.monitor.result_removal import remove_old
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.results import Results
from zcbulk_tui.store.retention import no_later
from zcbulk_tui.store.windows import NoWindow
from zcbulk_tui.tui.inserting import OnProgress

if TYPE_CHECKING:  # loaded with what reads failures
    from zcbulk_tui.domain.repair import Rules
    from zcbulk_tui.tui.failing import FailureRows

Opener = Callable[[JobRef, OnProgress], "FailureRows"]
"""Reads the failures of a job; see `Failures.open`."""

_TRIES, _BETWEEN_TRIES = 20, 15.0
"""How often old results are tried to be removed, and the seconds between."""


def result_folder() -> ResultFolder:
    """Returns where results are kept: beside the memory."""
    return ResultFolder(state.memory_file().parent / state.RESULTS_FOLDER)


class JobFailures:
    """The results of the jobs of a profile; see `Failures`.

    Args:
        fetcher: Fetches them.
        opener: Reads failures; None where nothing does.
    """

    def __init__(self, fetcher: ResultFetcher, opener: Opener | None = None) -> None:
        self._fetcher = fetcher
        self._opener = opener

    def results(self, ref: JobRef) -> Sequence[Result]:
        """See `Failures`."""
        return self._fetcher.results(ref)

    def price(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> int:
        """See `Failures`."""
        return self._fetcher.price(refs, kinds)

    def fetch(self, refs: Sequence[JobRef], kinds: Sequence[ResultKind]) -> None:
        """See `Failures`."""
        self._fetcher.fetch(refs, kinds)

    def open(self, ref: JobRef, on_progress: OnProgress) -> "FailureRows":
        """See `Failures`."""
        if self._opener is None:
            raise DataError("Failures cannot be read here")
        return self._opener(ref, on_progress)

    def read_rules(self, path: Path) -> "Rules":
        """See `Failures`."""
        return file_work().read_rules(path)

    def write_rules(self, rules: "Rules", path: Path) -> None:
        """See `Failures`."""
        file_work().write_rules(rules, path)


def remove_old_in_background(settings: Settings, database: Database) -> None:
    """Removes results that are too old, once a day, in a thread with a connection of its own."""
    with suppress(ConfigError):  # it will pass, and is tried again with the next start
        if database.path is not None and Results(database, settings.profile).claim_removal(
            datetime.now(UTC)
        ):
            path = database.path
            Thread(
                target=_remove_old, args=(settings, path), name="old results", daemon=True
            ).start()


def _remove_old(settings: Settings, path: Path) -> None:
    days = settings.results.days
    why = f"kept for {counted(days, 'day')}"
    with suppress(ConfigError), closing(open_database(path)) as own:
        results = Results(own, settings.profile)
        memory = Memory(own, settings.profile, NoWindow(own, settings.profile))
        recorder = Recorder(memory, lambda: datetime.now(UTC))
        before = no_later(own, datetime.now(UTC)) - timedelta(days=days)
        for _ in range(_TRIES):
            if not remove_old(results, result_folder(), recorder, before, why):
                return
            time.sleep(_BETWEEN_TRIES)  # others are fetching meanwhile
