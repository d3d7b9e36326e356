"""Where the reports of a profile's nights go, and that they are written when a night is over."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from zcbulk_tui.cli.local_files import file_work
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.night import Night
from zcbulk_tui.domain.night_text import report_name
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError, ZcbulkError
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.user_files import whole_path

FOLDER = "reports"
"""The folder, in the state folder, that reports go to unless the settings name another one."""


class Reports:
    """What writes the reports of a profile's nights; see `NightReports`.

    Args:
        profile: Whose nights.
        database: The memory; one in a file is opened anew, since this works in a thread.
        folder: Where reports go by default.
        now: The time of day; aware.
        makes_folder: Whether the folder is made where it is missing: one that the user has named
            may be on a disk that is not there.
    """

    def __init__(
        self,
        profile: str,
        database: Database,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        makes_folder: bool = True,
    ) -> None:
        self._makes_folder = makes_folder
        self._profile = profile
        self._database = database
        self._folder = folder
        self._now = now

    def path_for(self, until: datetime) -> Path:
        """See `NightReports`."""
        return self._folder / report_name(until)

    def check(self, report: Path) -> None:
        """See `NightReports`."""
        shown = one_line(str(report), 300)
        try:
            is_folder, has_folder = report.is_dir(), report.parent.is_dir()
        except OSError as error:  # also a name that is too long
            why = f"{one_line(error.strerror or str(error), 120)}."
            raise UsageError(f"{shown} cannot be written", why, "Name another file.") from error
        if is_folder:
            raise UsageError(f"{shown} is a folder", next_step="Name a file in it.")
        is_made = self._makes_folder and report.parent == self._folder
        if not is_made and not has_folder:
            raise UsageError(
                f"There is no folder for {shown}", next_step="Make it, or name another file."
            )
        file_work().check_report(report)

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        """See `NightReports`."""
        work, path, now = file_work(), self._database.path, self._now()
        database = self._database if path is None else open_database(path, is_only_read=True)
        try:
            until = night.ended_at or now
            report = work.gather(
                database,
                self._profile,
                night.began_at,
                until,
                now,
                night=night,
                no_token=no_token.title if no_token is not None else "",
            )
        finally:
            if path is not None:
                database.close()
        if self._makes_folder and night.report.parent == self._folder:
            with suppress(OSError):  # the writing says why
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        work.write_files(report, night.report)


def night_reports(settings: Settings, database: Database) -> Reports:
    """Returns what writes the reports of a profile, where its settings say."""
    named = settings.night.reports
    folder = memory_file().parent / FOLDER if named is None else whole_path(named)
    return Reports(settings.profile, database, folder, makes_folder=named is None)
